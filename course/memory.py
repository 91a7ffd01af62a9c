"""What a cell frees goes back to the system, where the C library would keep it for later."""

import ctypes
import sys
from collections.abc import Callable

from IPython.core.interactiveshell import InteractiveShell


def give_back_after_cells(shell: InteractiveShell) -> None:
    """Have ``shell`` return what was freed after each cell, which takes a few ms; asked again, it is done once.

    Without this a lesson ends with up to 155 MB that nobody holds. Only glibc keeps that much and can be told, so
    elsewhere nothing happens.
    """
    if malloc_trim() is not None:
        shell.events.register("post_run_cell", _give_back)


def malloc_trim() -> Callable[[int], int] | None:
    """glibc's function that returns free memory to the system; None where there is none."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None


def _give_back(_: object) -> None:
    malloc_trim()(0)
