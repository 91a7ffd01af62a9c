"""How a class loads a hub: 1, 2, 4, 8, 16 learners with lesson 02, who all drag a slider, or one alone does.

    python benchmarks/classroom_load.py           # installs into .hub first
    python benchmarks/classroom_load.py 1 2       # other numbers of learners

On the hub of `deploy/trial.py`. Each learner has run the core of lesson 02, up to the practice. A drag changes the
calculator's slider every 33 ms, or as soon as the last change is answered, as a browser does; the answer is the new
picture, through proxy and websocket. Who drags is simulated on the same machine: "busy" says how many cores the hub,
its servers and kernels take, and how many the simulation. Memory is the proportional set size, in MB of 10^6 bytes.
"""

import argparse
import asyncio
import os
import platform
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in benchmarks/

from deploy import trial  # noqa: E402

if TYPE_CHECKING:  # it needs what `enter` installs
    from deploy.learner import Kernel, Learner

LEARNERS = (1, 2, 4, 8, 16)
LESSON = "course/notebooks/en/02_batch_epoch_iteration.ipynb"
PANEL = "calculator"  # the cell whose slider is dragged
MOVES, MOST = 90, 1900  # of a drag; the slider's values
TICK = 0.033
ANSWERS_WITHIN = 30
REST = 10  # seconds over which idle learners are watched
LIMIT = 40 * 60  # seconds, after which it gives up
HEAD = """
| learners | one drags: median | 95 % | all drag: median | 95 % | answers a second | busy | idle: busy \
| kernel | server | hub, proxy |
|---|---|---|---|---|---|---|---|---|---|---|"""


class Drag(NamedTuple):
    """Seconds of each answer, how many came a second, and how many cores the hub and the simulation took."""

    answers: list[float]
    rate: float
    cores: float
    simulation: float

    def __str__(self) -> str:
        """Median and 95 % for the table."""
        return f"{1000 * statistics.median(self.answers):.0f} ms | {1000 * quantile(self.answers):.0f} ms"


class Seat:
    """A learner with a kernel in which lesson 02 has run."""

    def __init__(self, learner: "Learner") -> None:
        """Nothing has run yet."""
        self.learner, self.slider, self.position = learner, "", 0

    async def run_lesson(self, kernel: "Kernel") -> None:
        """Run all code cells up to the practice; find the slider."""
        self.kernel = kernel
        for cell in self.learner.read(LESSON)["cells"]:
            if cell["source"].startswith("## Practice"):
                return
            if cell["cell_type"] == "code":
                answers = await kernel.run(cell["source"], cell["id"])
                if cell["id"] == PANEL:
                    opened = [content for kind, content in answers if kind == "comm_open"]
                    self.slider = next(comm["comm_id"] for comm in opened
                                       if comm["data"]["state"]["_model_name"] == "IntSliderModel")  # fmt: skip

    async def move(self) -> float:
        """Move the slider to a new value; seconds until the new picture came. Ends when the kernel is idle again."""
        self.position = (self.position + 37) % MOST
        start, seen = time.perf_counter(), []
        idle = asyncio.Event()

        def hear(kind: str, content: dict[str, Any]) -> None:
            if kind == "comm_msg" and "<img" in str(content["data"].get("state", {}).get("value", "")) and not seen:
                seen.append(time.perf_counter() - start)
            if content.get("execution_state") == "idle":
                idle.set()

        state = {"method": "update", "state": {"value": self.position + 1}, "buffer_paths": []}
        request = self.kernel.send("comm_msg", {"comm_id": self.slider, "data": state}, hear)
        await asyncio.wait_for(idle.wait(), ANSWERS_WITHIN)
        del self.kernel.waiting[request]
        return seen[0]

    async def drag(self) -> list[float]:
        """Seconds of the answers to a drag."""
        answers = []
        for _ in range(MOVES):
            start = time.perf_counter()
            answers.append(await self.move())
            await asyncio.sleep(max(0, TICK - (time.perf_counter() - start)))
        return answers


async def measured(hub: trial.Hub, seats: list[Seat]) -> str:
    """A row of the table."""
    await asyncio.sleep(2)
    idle = busy(hub)
    await asyncio.sleep(REST)
    idle = (busy(hub) - idle) / REST
    alone = await dragged(hub, seats[:1])
    together = await dragged(hub, seats)
    await asyncio.sleep(2)  # the last pictures are drawn sharply
    columns = (len(seats), alone, together, f"{together.rate:.0f}", f"{together.cores:.2f} + {together.simulation:.2f}",
               f"{idle:.2f}", *(f"{megabytes:.0f} MB" for megabytes in held(hub)))  # fmt: skip
    return f"| {' | '.join(map(str, columns))} |"


async def dragged(hub: trial.Hub, seats: list[Seat]) -> Drag:
    """What happens as all ``seats`` drag at the same time."""
    before, own, start = busy(hub), time.process_time(), time.perf_counter()
    answers = [seconds for each in await asyncio.gather(*(seat.drag() for seat in seats)) for seconds in each]
    seconds = time.perf_counter() - start
    own = time.process_time() - own
    return Drag(answers, len(answers) / seconds, (busy(hub) - before) / seconds, own / seconds)


def busy(hub: trial.Hub) -> float:
    """Seconds of processor time that the hub, its proxy, the servers and the kernels have used so far."""
    import psutil

    processes = [psutil.Process(hub.pid), *psutil.Process(hub.pid).children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def held(hub: trial.Hub) -> tuple[float, float, float]:
    """MB of a learner's kernel and of their server, on average, and of what there is once: hub, proxy and culler."""
    import psutil

    from benchmarks.lesson_memory import memory

    servers = hub.servers().values()
    kernels = [child.pid for server in servers for child in server.children(recursive=True)]
    learners = {*kernels, *(server.pid for server in servers)}
    once = {hub.pid, *(child.pid for child in psutil.Process(hub.pid).children(recursive=True))} - learners
    return (sum(map(memory, kernels)) / len(servers), statistics.mean(memory(server.pid) for server in servers),
            sum(map(memory, once)))  # fmt: skip


def quantile(values: list[float]) -> float:
    """The 95 % quantile."""
    return statistics.quantiles(values, n=20)[-1]


async def load(hub: trial.Hub, counts: list[int]) -> None:
    """Fill the hub up to each number of learners in turn, and print its row."""
    from contextlib import AsyncExitStack

    from deploy.learner import Learner

    seats: list[Seat] = []
    async with AsyncExitStack() as stack:
        for count in counts:
            new = [Seat(Learner(hub.address, name)) for name in names(count)[len(seats):]]
            start = time.perf_counter()
            for seat in new:
                seat.learner.open_lab(seat.learner.pull(seat.learner.log_in(hub.password)))
            there = time.perf_counter()
            kernels = [await stack.enter_async_context(seat.learner.kernel(LESSON)) for seat in new]
            await asyncio.gather(*(seat.run_lesson(kernel) for seat, kernel in zip(new, kernels, strict=True)))
            ran = time.perf_counter()
            seats += new
            print(await measured(hub, seats), flush=True)
            print(f"{len(new)} new: one after another to log in and fetch the course {there - start:.0f} s, "
                  f"to run lesson 02 at the same time {ran - there:.0f} s", file=sys.stderr, flush=True)  # fmt: skip


def names(count: int) -> list[str]:
    """Names for ``count`` learners."""
    return [f"learner{number:02}" for number in range(count)]


def machine() -> str:
    """The cores, the memory and NumPy's BLAS."""
    import numpy  # noqa: F401 - loads its BLAS
    import psutil
    from threadpoolctl import threadpool_info

    blas = next(f"{info['internal_api']} {info['version']}, {info.get('architecture')} kernel"
                for info in threadpool_info() if info["user_api"] == "blas")  # fmt: skip
    others = os.getloadavg()[0]
    return (f"{len(os.sched_getaffinity(0))} {platform.machine()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, "
            f"Python {platform.python_version()}, {blas}; load average before: {others:.1f}")  # fmt: skip


def main() -> None:
    """Install, start the hub, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("learners", type=int, nargs="*", default=LEARNERS)
    parser.add_argument("--folder", type=Path, default=trial.INSTALLED, help="where to install")
    arguments = parser.parse_args()
    trial.enter(arguments.folder)
    signal.alarm(LIMIT)
    from deploy.publish import publish

    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        repository = Path(folder) / "class.git"
        publish(repository)
        print(machine(), HEAD, sep="\n", flush=True)
        with trial.running(set(names(max(arguments.learners))), repository) as hub:
            asyncio.run(load(hub, sorted(arguments.learners)))


if __name__ == "__main__":
    main()
