"""Try the hub: three learners, a newer edition in the middle of the term, and what they wrote is still there.

    python deploy/try_hub.py                    # installs into .hub, which a second run finds ready
    python deploy/try_hub.py --folder /tmp/hub

It installs JupyterHub, its proxy and the course, starts the hub of `jupyterhub_config.py` on this machine alone, hands
out the class edition by nbgitpuller and does what learners do. It ends with 0 if all is as it should be, else with 1.
"""

import argparse
import asyncio
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in deploy/

from deploy import trial  # noqa: E402

if TYPE_CHECKING:  # it needs what `enter` installs
    from deploy.learner import Learner

NAMES = ("ana", "ben", "chen")
LIMIT = 15 * 60  # seconds, after which it gives up
COURSE = "course/"
FIRST, VALLEY, LESSON = (f"notebooks/en/{name}.ipynb" for name in
                         ("00_start_here", "01_gradient_descent", "02_batch_epoch_iteration"))  # fmt: skip
MINE = "A note of my own."
NEWS = "@jupyterlab/apputils-extension:announcements"
LOOK = """
import json, os, threadpoolctl
threads = [library["num_threads"] for library in threadpoolctl.threadpool_info()]
print(json.dumps({"memory": os.environ["MEM_LIMIT"], "cores": os.environ["CPU_LIMIT"], "threads": threads}))
"""
TOOL = """
import subprocess, sys
tool = subprocess.run([sys.executable, *{arguments!r}], cwd="../..", capture_output=True, encoding="utf-8")
print(tool.stdout + tool.stderr)
"""
PINGS, NAGLE = 30, 0.035  # round trips; seconds that one takes at least where small messages wait for one another


class Teacher:
    """Who has a clone of the course, changes it and publishes the class edition."""

    def __init__(self, folder: Path) -> None:
        """Clone the course as it was committed last."""
        self.clone, self.repository = folder / "clone", folder / "class.git"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, self.clone], check=True)
        self.publish()

    def publish(self) -> None:
        """Publish the clone as it is."""
        from deploy.publish import publish

        assert publish(self.repository, self.clone)

    def write(self, sentence: str, *notebooks: str, cell: int = -1) -> None:
        """Add ``sentence`` to the last or another Markdown cell of some notebooks, and publish them."""
        for path in notebooks:
            document = json.loads((self.clone / path).read_text("utf-8"))
            add(sentence, document, cell)
            (self.clone / path).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
        self.publish()


def add(sentence: str, document: dict, cell: int) -> None:
    """Add a sentence to a notebook's Markdown cell number ``cell``."""
    source = [each for each in document["cells"] if each["cell_type"] == "markdown"][cell]["source"]
    text = source if isinstance(source, str) else "".join(source)
    [each for each in document["cells"] if each["cell_type"] == "markdown"][cell]["source"] = f"{text}\n\n{sentence}"


def all_logged_in(hub: trial.Hub) -> list["Learner"]:
    """Three learners who are logged in, with the course, at lesson 00; somebody else is refused."""
    from deploy.learner import Learner

    learners = [Learner(hub.address, name) for name in NAMES]
    for learner in learners:
        path = learner.pull(learner.log_in(hub.password))
        assert path == f"lab/tree/{COURSE}{FIRST}", path
        page = learner.open_lab(path)
        assert page["treePath"] == COURSE + FIRST, page["treePath"]
        assert NEWS in page["disabledExtensions"], page["disabledExtensions"]
        assert (hub.home(learner.name) / COURSE / FIRST).exists()
    say("ana, ben and chen logged in: the course is in their homes, lesson 00 comes first, no question about news")
    try:
        Learner(hub.address, "zoe").log_in(hub.password)
    except PermissionError:
        say("somebody who is not in the class was refused")
    else:
        raise AssertionError("somebody who is not in the class was let in")
    return learners


async def run_lesson(learner: "Learner") -> list[float]:
    """Run the first cells of lesson 02 and compare what they print with what is stored; seconds of round trips."""
    async with learner.kernel(COURSE + LESSON) as kernel:
        for cell in learner.read(COURSE + LESSON)["cells"]:
            if cell["cell_type"] == "code":
                printed = await kernel.printed(cell["source"], cell["id"])
                assert printed == "".join(output.get("text", "") for output in cell["outputs"]), (cell["id"], printed)
            if cell["id"] == "calculator":
                break
        look = json.loads(await kernel.printed(LOOK))
        assert look == {"memory": str(2**30), "cores": "1.0", "threads": [1] * len(look["threads"])}, look
        times = []
        for _ in range(PINGS):
            start = time.perf_counter()
            await kernel.ask("kernel_info_request", {})
            times.append(time.perf_counter() - start)
        return times


def settings_in_effect(hub: trial.Hub) -> None:
    """What a learner's server has read: its websocket, and when kernels are culled."""
    home = hub.home(NAMES[0])
    command = [Path(sys.prefix) / "bin" / "jupyter-server", "--show-config-json"]
    shown = subprocess.run(command, cwd=home, env={"HOME": str(home)}, capture_output=True, check=True).stdout
    config = json.loads(shown)
    assert "PromptWebsocketConnection" in config["ServerApp"]["kernel_websocket_connection_class"], config
    assert config["MappingKernelManager"]["cull_idle_timeout"] == 3600, config
    say("a learner's server sends small messages at once and culls kernels after an hour")


def both_kept(hub: trial.Hub, learners: list["Learner"], teacher: Teacher) -> None:
    """Ana writes into two lessons, the course changes both, she logs in again: hers is kept, and the new is there."""
    import nbformat

    ana, ben, _ = learners
    for path, cell in ((LESSON, 1), (VALLEY, -1)):
        document = ana.read(COURSE + path)
        add(MINE, document, cell)
        for number, code in enumerate(each for each in document["cells"] if each["cell_type"] == "code"):
            code["execution_count"] = number + 1
        ana.save(COURSE + path, document)
    teacher.write("The second edition says so.", LESSON, VALLEY)
    for learner in (ana, ben):
        learner.pull(learner.log_in(hub.password))
    merged, conflict, untouched = ana.read(COURSE + LESSON), ana.read(COURSE + VALLEY), ben.read(COURSE + LESSON)
    for document in (merged, conflict, untouched):
        nbformat.validate(nbformat.from_dict(document))
    assert MINE in json.dumps(merged)
    assert "second edition" in json.dumps(merged)
    say("a newer edition came: in lesson 02 Ana's note and the new sentence are both there")
    assert MINE in json.dumps(conflict)
    say("where both wrote into the same place of lesson 01, Ana's is kept")
    assert "second edition" in json.dumps(untouched)
    say("Ben, who wrote nothing, has the newer edition")


async def tools_work(hub: trial.Hub, ana: "Learner", teacher: Teacher) -> None:
    """In Ana's folder `update` sets her lesson aside for the newer one, and `reset_lesson` puts one back."""
    teacher.write("The third edition says so.", LESSON, cell=1)
    folder = hub.home("ana") / COURSE
    async with ana.kernel(COURSE + FIRST) as kernel:
        said = await kernel.printed(TOOL.format(arguments=["tools/update.py"]))
        (copy,) = folder.glob("notebooks/en/02_*.mine-*.ipynb")
        assert MINE in copy.read_text("utf-8"), said
        assert "third edition" in (folder / LESSON).read_text("utf-8"), said
        assert MINE not in (folder / LESSON).read_text("utf-8"), said
        assert MINE in (folder / VALLEY).read_text("utf-8"), said
        say(f"tools/update.py: {said.strip()}")
        said = await kernel.printed(TOOL.format(arguments=["tools/reset_lesson.py", "01"]))
        (copy,) = folder.glob("notebooks/en/01_*.mine-*.ipynb")
        assert MINE in copy.read_text("utf-8"), said
        assert MINE not in (folder / VALLEY).read_text("utf-8"), said
        say(f"tools/reset_lesson.py 01: {said.strip()}")


def idle_are_culled(hub: trial.Hub) -> None:
    """The culler, run at once for what has rested for a second, stops all servers with the rights that it has."""
    command = [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=1", "--cull-every=2"]
    environment = {"JUPYTERHUB_API_TOKEN": hub.culler_token, "JUPYTERHUB_API_URL": f"{hub.address}/hub/api"}
    culler = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while hub.servers():
            assert time.monotonic() < deadline, "servers were not culled"
            time.sleep(1)
    finally:
        culler.terminate()
        culler.wait()
    say("the culler stopped the idle servers")


async def all_run(learners: list["Learner"]) -> None:
    """All learners run lesson 02 at the same time."""
    times = [seconds for each in await asyncio.gather(*map(run_lesson, learners)) for seconds in each]
    median = statistics.median(times)
    say("lesson 02 printed the same for all three, on one thread; each was told 1 GiB and one core")
    assert median < NAGLE, median
    say(f"a message to a kernel and back through the proxy: {1000 * median:.1f} ms (without TCP_NODELAY over 40)")


def say(sentence: str) -> None:
    """Print what has been seen."""
    print(f"ok  {sentence}", flush=True)


def main() -> int:
    """Install, start, check; 0 if all is well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=trial.INSTALLED, help="where to install")
    trial.enter(parser.parse_args().folder)
    signal.alarm(LIMIT)
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        teacher = Teacher(Path(folder))
        with trial.running(set(NAMES), teacher.repository) as hub:
            try:
                learners = all_logged_in(hub)
                settings_in_effect(hub)
                asyncio.run(all_run(learners))
                both_kept(hub, learners, teacher)
                asyncio.run(tools_work(hub, learners[0], teacher))
                idle_are_culled(hub)
            except Exception:
                traceback.print_exc()
                print(f"\nThe hub's last words:\n{hub.log[-4000:]}\nNO  the hub is not as it should be")
                return 1
    print("Not seen here: limits enforced (by systemd or Kubernetes, not for plain processes), accounts, TLS")
    return 0


if __name__ == "__main__":
    sys.exit(main())
