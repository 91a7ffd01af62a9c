"""A real hub on this machine alone, for a trial and for benchmarks: what it needs is installed into one folder.

It runs `jupyterhub_config.py` with what a trial has to change: everybody has one password, homes are temporary folders
and servers are plain processes of whoever runs it. So it needs no accounts and no root, and enforces no limits.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
INSTALLED = ROOT / ".hub"
PROXY = "configurable-http-proxy@5"
CONFIG = """
load_subconfig({config!r})
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.allowed_users = {names!r}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.Spawner.cmd = [{server!r}]
c.Spawner.args = {arguments!r}
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 180
c.JupyterHub.concurrent_spawn_limit = 4
c.JupyterHub.services[0]["api_token"] = {culler_token!r}
"""


@dataclass
class Hub:
    """A hub that runs: its address, everybody's password, its folder, its process and its culler's token."""

    address: str
    folder: Path
    password: str = field(default_factory=secrets.token_hex)
    culler_token: str = field(default_factory=secrets.token_hex)
    pid: int = 0

    @property
    def log(self) -> str:
        """What the hub, its proxy and the learners' servers have said so far."""
        return (self.folder / "hub.log").read_text("utf-8", errors="replace")

    def servers(self) -> dict[str, Any]:
        """The process of each learner's server that runs, by the learner's name."""
        import psutil  # not there yet when `enter` begins

        found = {}
        for child in psutil.Process(self.pid).children():
            with suppress(psutil.NoSuchProcess):  # it ends as we look
                if "singleuser" in " ".join(child.cmdline()):
                    found[child.environ()["JUPYTERHUB_USER"]] = child
        return found

    def home(self, name: str) -> Path:
        """The home folder of the learner ``name``."""
        return self.folder / "homes" / name


def enter(installed: Path) -> None:
    """Go on in the environment in the folder ``installed``, which is made or brought up to date first."""
    installed = installed.resolve()
    environment, stamp = installed / "venv", installed / "requirements"
    if Path(sys.prefix) == environment:
        return
    files = [ROOT / "requirements.txt", DEPLOY / "requirements-hub.txt"]
    wanted = "\n".join([PROXY, *(path.read_text("ascii") for path in files)])
    if not stamp.exists() or stamp.read_text("ascii") != wanted:
        print(f"Installing into {installed}", flush=True)
        install(installed, environment, files)
        stamp.write_text(wanted, "ascii")
    configure(environment)
    python = environment / "bin" / "python"
    os.execv(python, [python, *sys.argv])


def install(installed: Path, environment: Path, files: list[Path]) -> None:
    """Make the ``environment`` with what the requirement ``files`` name, and get the proxy from npm."""
    if shutil.which("npm") is None:
        sys.exit("JupyterHub's proxy needs Node.js 20 or newer and npm: install these first.")
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    packages = [*(f"--requirement={path}" for path in files), "requests", "psutil"]
    pip = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *packages], check=True)
    quiet = ["--silent", "--no-audit", "--no-fund"]
    subprocess.run(["npm", "install", *quiet, f"--prefix={installed}", PROXY], check=True)


def configure(environment: Path) -> None:
    """Copy what a learner's server reads into its ``environment``: the step that each way of deploying has."""
    shutil.copytree(DEPLOY / "jupyter", environment / "etc" / "jupyter", dirs_exist_ok=True)
    shutil.copy(ROOT / "jupyter_config.py", environment / "etc" / "jupyter")


@contextmanager
def running(names: set[str], repository: Path) -> Iterator[Hub]:
    """A hub for the learners ``names`` that hands out the git ``repository``; it stops with all it has started."""
    with tempfile.TemporaryDirectory(prefix="hub-") as folder:
        ports = [free_port() for _ in range(3)]
        hub = Hub(f"http://127.0.0.1:{ports[0]}", Path(folder))
        write_config(hub, names, ports)
        with (hub.folder / "hub.log").open("wb") as log:
            command = [sys.executable, "-m", "jupyterhub", "--config=trial_config.py"]
            environment = os.environ | {"COURSE_REPOSITORY": repository.resolve().as_uri()}
            hub_process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        hub.pid = hub_process.pid
        try:
            wait_for(f"{hub.address}/hub/health", hub_process)
            yield hub
        finally:
            stop(hub_process)


def write_config(hub: Hub, names: set[str], ports: list[int]) -> None:
    """Write what the trial's hub is started with; ports are the proxy's, the hub's and that of the proxy's API."""
    scripts, arguments = Path(sys.prefix) / "bin", ["--allow-root"] if os.geteuid() == 0 else []
    (hub.folder / "trial_config.py").write_text(CONFIG.format(
        config=str(DEPLOY / "jupyterhub_config.py"), port=ports[0], hub_port=ports[1], proxy_port=ports[2],
        proxy=str(Path(sys.prefix).parent / "node_modules" / ".bin" / "configurable-http-proxy"),
        password=hub.password, names=names, homes=str(hub.home("{username}")),
        server=str(scripts / "jupyterhub-singleuser"), arguments=arguments, culler_token=hub.culler_token,
    ), "utf-8")  # fmt: skip
    (hub.folder / "homes").mkdir()


def wait_for(address: str, process: subprocess.Popen) -> None:
    """Wait until the hub answers at ``address``, at most a minute: before, its proxy says 404."""
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5)
            return
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"the hub stopped with code {process.returncode}.") from None
            time.sleep(0.2)
    raise TimeoutError("the hub did not answer within a minute.")


def stop(process: subprocess.Popen) -> None:
    """Stop the hub, which stops its proxy and servers; then whatever of these is left."""
    import psutil  # not there yet when `enter` begins

    started = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
    _, left = psutil.wait_procs(started, timeout=10)
    for other in left:
        other.kill()


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
