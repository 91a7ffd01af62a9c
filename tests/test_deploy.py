"""What hands the course to a class: each file can be read, and all say the same. `deploy/try_hub.py` starts a hub."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from packaging.requirements import Requirement
from traitlets.config.loader import PyFileConfigLoader

from deploy.publish import publish
from tests.test_sizes import MODULE, lines_of, long_functions

ROOT = Path(__file__).resolve().parents[1]
DEPLOY, BINDER = ROOT / "deploy", ROOT / "binder"
FIRST = "lab/tree/course/notebooks/en/00_start_here.ipynb"
PROGRAMS = [*DEPLOY.glob("*.py"), ROOT / "benchmarks" / "classroom_load.py"]


def loaded(path: Path):
    return PyFileConfigLoader(str(path)).load_config()


@pytest.fixture
def hub():
    return loaded(DEPLOY / "jupyterhub_config.py")


@pytest.fixture(scope="module")
def values():
    return yaml.safe_load((DEPLOY / "values.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def dockerfile():
    """The steps as (instruction, rest)."""
    text = re.sub(r"(?m)^#.*\n", "", (DEPLOY / "Dockerfile").read_text("utf-8")).replace("\\\n", "")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]


def requirements() -> dict[str, Requirement]:
    lines = (DEPLOY / "requirements-hub.txt").read_text("ascii").splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {requirement.name: requirement for requirement in found}


def test_the_first_page_fetches_the_course_and_is_lesson_00(hub, values):
    for address in (hub.Spawner.default_url, values["singleuser"]["defaultUrl"]):
        assert urlsplit(address).path == "/git-pull"
        asked = parse_qs(urlsplit(address).query)
        assert (asked["urlpath"], asked["targetPath"], asked["branch"]) == ([FIRST], ["course"], ["main"])
    assert (ROOT / FIRST.removeprefix("lab/tree/course/")).exists()


def test_the_repository_can_be_another(hub, monkeypatch):
    assert "file%3A%2F%2F%2Fsrv%2Fclass.git" in hub.Spawner.default_url
    monkeypatch.setenv("COURSE_REPOSITORY", "https://example.org/mine.git")
    assert "repo=https%3A%2F%2Fexample.org%2Fmine.git&" in loaded(DEPLOY / "course_hub.py").Spawner.default_url


def test_limits_threads_and_rest_agree(hub, values):
    server, cull = values["singleuser"], values["cull"]
    assert server["memory"] == {"limit": hub.Spawner.mem_limit, "guarantee": hub.Spawner.mem_guarantee}
    assert server["cpu"] == {"limit": hub.Spawner.cpu_limit, "guarantee": hub.Spawner.cpu_guarantee}
    assert server["extraEnv"] == hub.Spawner.environment.to_dict()["update"]
    assert set(server["extraEnv"].values()) == {"1"}
    (culler,) = hub.JupyterHub.services
    assert {f"--timeout={cull['timeout']}", f"--cull-every={cull['every']}"} <= set(culler["command"])
    for name in server["extraEnv"]:
        assert f"{name}=1" in (BINDER / "start").read_text("utf-8")


def test_the_culler_may_do_what_it_does(hub):
    (culler,), (role,) = hub.JupyterHub.services, hub.JupyterHub.load_roles
    assert role["services"] == [culler["name"]]
    assert {"list:users", "delete:servers"} <= set(role["scopes"])


def test_what_a_learners_server_reads_is_in_effect():
    news = json.loads((DEPLOY / "jupyter" / "labconfig" / "page_config.json").read_text("utf-8"))
    assert news["disabledExtensions"] == {"@jupyterlab/apputils-extension:announcements": True}
    culling = json.loads((DEPLOY / "jupyter" / "jupyter_server_config.json").read_text("utf-8"))
    assert culling["MappingKernelManager"]["cull_idle_timeout"] == 3600
    assert loaded(ROOT / "jupyter_config.py").ServerApp.kernel_websocket_connection_class


def test_each_requirement_of_a_hub_is_bounded():
    for requirement in requirements().values():
        assert {part.operator for part in requirement.specifier} == {">=", "<"}, requirement


def test_the_dockerfile_can_be_built_from_what_is_here(dockerfile):
    steps = dict(dockerfile)
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", steps["FROM"])
    sources = [source for step, rest in dockerfile if step == "COPY" for source in rest.split()[:-1]]
    assert sources == ["requirements.txt", "jupyter_config.py", "deploy/jupyter/"]
    assert all((ROOT / source).exists() for source in sources)
    assert steps["USER"] not in ("root", "0")
    assert [step for step, _ in dockerfile].index("USER") > max(n for n, (step, _) in enumerate(dockerfile)
                                                                if step == "RUN")  # fmt: skip
    assert json.loads(steps["CMD"]) == ["jupyterhub-singleuser"]


def test_the_same_nbgitpuller_everywhere(dockerfile):
    wanted = requirements()["nbgitpuller"]
    named = "\n".join([*(rest for _, rest in dockerfile), (DEPLOY / "README.md").read_text("utf-8")])
    found = [Requirement(text) for text in re.findall(r'"(nbgitpuller[^"]+)"', named)]
    assert len(found) == 2
    assert all(requirement.specifier == wanted.specifier for requirement in found)


def test_binder_installs_what_the_course_needs():
    assert (BINDER / "requirements.txt").read_text("ascii") == "-r ../requirements.txt\n"
    assert re.fullmatch(r"python-3\.1[1-9]\n", (BINDER / "runtime.txt").read_text("ascii"))
    assert "urlpath=lab/tree/notebooks/en/00_start_here.ipynb" in (DEPLOY / "README.md").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Binder runs Linux")
def test_binder_sets_what_a_hub_sets(tmp_path):
    environment = os.environ | {"NB_PYTHON_PREFIX": str(tmp_path)}
    subprocess.run(["sh", BINDER / "postBuild"], cwd=ROOT, env=environment, check=True)
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    files = ("jupyter_config.py", "jupyter_server_config.json", "labconfig/page_config.json")
    assert names == {f"etc/jupyter/{name}" for name in files}
    command = ["sh", BINDER / "start", sys.executable, "-c", "import os; print(os.environ['OPENBLAS_NUM_THREADS'])"]
    assert subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout.strip() == "1"


def test_an_edition_is_published_once(tmp_path):
    repository = tmp_path / "class.git"
    assert publish(repository)
    assert not publish(repository)
    listed = subprocess.run(["git", "ls-tree", "-r", "--name-only", "main"], cwd=repository, capture_output=True,
                            check=True, encoding="utf-8").stdout.split()  # fmt: skip
    assert {"manifest.json", "handed_out.zip", "jupyter_config.py"} <= set(listed)
    assert not [path for path in listed if path.startswith(("deploy", "tests")) or "questions" in path]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_a_program_and_its_functions_are_short(path):
    assert lines_of(path) <= MODULE
    assert long_functions(path.read_text("utf-8")) == []
