"""What a cell has let go of leaves the kernel, as far as Python and the C library can be told to."""

import gc
import subprocess
import sys
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
from IPython.core.events import EventManager, available_events

from course import memory

ROOT = Path(__file__).parents[2]
FREED = 100  # MB in blocks that malloc takes from its heap; the last one stays and holds the heap's end in place
CELLS = f"""
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from course import memory

def resident():
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1000

shell = InteractiveShell()
shell.run_cell("blocks = [bytearray(100_000) for _ in range({10 * FREED})]")
full = resident()
shell.run_cell("last = blocks.pop(); blocks.clear()")
kept = resident()
memory.give_back_after_cells(shell)
shell.run_cell("pass")
print(full, kept, resident())
"""


@pytest.mark.skipif(memory.malloc_trim() is None, reason="the C library cannot be told")
def test_after_a_cell_the_memory_it_freed_is_given_back():
    command = [sys.executable, "-c", CELLS]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    full, kept, given_back = map(int, run.stdout.split())
    assert full - kept < FREED / 10  # else this shows nothing
    assert full - given_back > FREED * 0.8


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setattr(gc, "freeze", lambda: None)  # the tests' own objects stay where they are
    return SimpleNamespace(events=EventManager(None, available_events))


def test_a_set_up_cell_that_is_run_again_does_it_once(shell):
    memory.give_back_after_cells(shell)
    memory.give_back_after_cells(shell)
    assert len(shell.events.callbacks["post_run_cell"]) == 1


class Ring:
    """Something that holds itself, as a figure does."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.parametrize("platform", [sys.platform, "win32", "darwin", "emscripten"])
def test_what_only_holds_itself_is_gone_after_a_cell_on_every_system(shell, monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    memory.give_back_after_cells(shell)
    gc.disable()
    try:
        left = weakref.ref(Ring())
        assert left() is not None
        shell.events.trigger("post_run_cell", None)
        assert left() is None
    finally:
        gc.enable()
