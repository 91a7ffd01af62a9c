"""What a cell frees goes back to the system, where Python and the C library would keep it for later."""

import ctypes
import gc
import sys
from collections.abc import Callable

from IPython.core.interactiveshell import InteractiveShell


def give_back_after_cells(shell: InteractiveShell) -> None:
    """Have ``shell`` collect what nobody holds and return it after each cell; asked again, it is done once.

    What is imported by now is set aside first, so that a collection looks at the lesson's own objects alone and takes a
    few ms. Without both a lesson ends with up to 155 MB that nobody holds.
    """
    if gc.get_freeze_count() == 0:
        gc.freeze()
    shell.events.register("post_run_cell", _give_back)


def malloc_trim() -> Callable[[int], int] | None:
    """glibc's function that returns free memory to the system; None elsewhere, where less is kept back."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None


def _give_back(_: object) -> None:
    gc.collect()
    if trim := malloc_trim():
        trim(0)
