"""What a lesson holds in memory: its kernel's proportional set size while all its cells run, in MB.

    python benchmarks/lesson_memory.py            # all lessons
    python benchmarks/lesson_memory.py 02 08      # those whose names begin so

The proportional set size counts a page that several processes share as one part each, so that a class of thirty holds
thirty times as much. "Held back" is what the kernel has freed but not given back: what a collection and glibc's
`malloc_trim` free at the end.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from jupyter_client import BlockingKernelClient, KernelManager

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.lessons import label, notebooks  # noqa: E402

SECONDS_A_CELL = 300
SAMPLE_SECONDS = 0.05
GIVE_BACK = "import ctypes, gc\ngc.collect()\nctypes.CDLL(None).malloc_trim(0)"


class Peak:
    """The largest memory of the process ``pid`` that samples on a thread of their own have seen, in MB."""

    def __init__(self, pid: int) -> None:
        """Begin to sample."""
        self.value, self._pid, self._over = 0.0, pid, threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def stop(self) -> float:
        """End the sampling; the largest sample."""
        self._over.set()
        self._thread.join()
        return self.value

    def _sample(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.value = max(self.value, memory(self._pid))


def memory(pid: int) -> float:
    """The proportional set size of the process ``pid``, in MB (of 10⁶ bytes)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    kibibytes = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kibibytes * 1024 / 1e6


def measured(lesson: Path) -> tuple[float, float, float, float]:
    """MB after the set-up cell, at the end, at the peak, and held back at the end."""
    cells = [cell.source for cell in nbformat.read(lesson, as_version=4).cells if cell.cell_type == "code"]
    with kernel(lesson.parent) as (client, pid):
        peak = Peak(pid)
        try:
            run(client, cells[0])
            after_setup = memory(pid)
            for source in cells[1:]:
                run(client, source)
            end = memory(pid)
        finally:
            highest = peak.stop()
        run(client, GIVE_BACK)
        return after_setup, end, max(highest, end), end - memory(pid)


@contextmanager
def kernel(folder: Path) -> Iterator[tuple[BlockingKernelClient, int]]:
    """A kernel that runs in ``folder``, with its process's number."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client, manager.provisioner.pid
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, source: str) -> None:
    """Execute one cell as a notebook does, and drop what it shows. RuntimeError if it fails."""
    reply = client.execute_interactive(
        source, allow_stdin=False, timeout=SECONDS_A_CELL, output_hook=lambda message: None
    )
    if reply["content"]["status"] != "ok":
        raise RuntimeError(f"{reply['content'].get('ename')}: {reply['content'].get('evalue')} in:\n{source}")


if __name__ == "__main__":
    if not Path("/proc/self/smaps_rollup").exists():
        sys.exit("lesson_memory reads /proc/<pid>/smaps_rollup, which Linux alone has.")
    wanted = tuple(sys.argv[1:]) or ("",)
    print("| lesson | after set-up | end | peak | of the end, held back |\n|---|---|---|---|---|")
    for path in notebooks():
        if path.name.startswith(wanted):
            print(f"| {label(path)} |" + "|".join(f" {value:.0f} MB " for value in measured(path)) + "|", flush=True)
