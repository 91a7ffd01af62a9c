"""Imports run one way: `helpers` and `course` know nobody, a lesson both of them and earlier lessons."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from course.catalogue import topics

ROOT = Path(__file__).resolve().parents[1]
ORDER = list(topics().values())
MODULES = sorted(path for room in ("helpers", "course", "lessons") for path in (ROOT / room).rglob("*.py"))
NUMBERS = [path for path in MODULES if path.name in ("experiments.py", "effects.py")]


def imported(source: str) -> set[str]:
    """The modules that ``source`` imports, anywhere in it, such as ``lessons.gradient_descent``."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def wrong_way(room: str, topic: str, names: set[str]) -> set[str]:
    """Those of the imports ``names`` that a module of ``room``, and there of the lesson ``topic``, must not make."""
    allowed = {"helpers": {"helpers"}, "course": {"course"}, "lessons": {"helpers", "course", "lessons"}}[room]
    parts = [(name, name.split(".")) for name in names]
    wrong = {name for name, (top, *_) in parts if top in {"helpers", "course", "lessons", "tests", "tools"} - allowed}
    if room == "helpers":
        wrong |= {name for name, (top, *_) in parts if top in ("matplotlib", "ipywidgets", "IPython")}
    if room == "lessons":
        later = ORDER[ORDER.index(topic) + 1 :] if topic in ORDER else ORDER
        wrong |= {name for name, (top, *rest) in parts if top == "lessons" and rest and rest[0] in later}
    return wrong


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_only_what_lies_below_it(path):
    room, topic = path.relative_to(ROOT).parts[:2]
    assert not wrong_way(room, topic, imported(path.read_text("utf-8")))


@pytest.mark.parametrize("path", NUMBERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_numbers_of_a_lesson_need_no_figure(path):
    """What `experiments` and `effects` import, and what that imports, is NumPy and the helpers alone."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    script = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert not {"course", "matplotlib", "ipywidgets", "IPython"} & set(run.stdout.split())


@pytest.mark.parametrize(
    ("room", "topic", "source"),
    [
        ("helpers", "network.py", "from course.live import show"),
        ("helpers", "network.py", "import matplotlib.pyplot as plt"),
        ("course", "live.py", "def f():\n    from helpers import data"),
        ("course", "live.py", "import lessons.gradient_descent.panels"),
        ("lessons", "gradient_descent", "from lessons.does_it_work import panels"),
        ("lessons", "gradient_descent", "from lessons import does_it_work"),
        ("lessons", "__init__.py", "from lessons.gradient_descent import panels"),
        ("lessons", "does_it_work", "from tests.sweep import swept"),
    ],
)
def test_a_wrong_import_is_seen(room, topic, source):
    assert wrong_way(room, topic, imported(source))
