"""The house stays small: the shared rooms in all, each module and each function in lines."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {"helpers": 1500, "course": 2000}  # lines in all
MODULE, FUNCTION = 300, 35
PANELS, PANEL = 4500, 60  # lines of all panels; of one, on a lesson's average
LESSONS = sorted(path.parent for path in (ROOT / "lessons").glob("*/words"))
MODULES = sorted(path for room in ("helpers", "course", "lessons") for path in (ROOT / room).rglob("*.py"))


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def long_functions(source: str) -> list[str]:
    """The functions in ``source`` that are too long, with their lines; one inside another counts in both."""
    defined = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = ((node.name, node.end_lineno - node.lineno + 1) for node in defined)
    return [f"{name}: {length}" for name, length in lengths if length > FUNCTION]


@pytest.mark.parametrize("room", ROOMS)
def test_a_shared_room_is_small(room):
    assert sum(lines_of(path) for path in (ROOT / room).rglob("*.py")) <= ROOMS[room]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_and_its_functions_are_short(path):
    assert lines_of(path) <= MODULE
    assert long_functions(path.read_text("utf-8")) == []


def panels_in(source: str) -> int:
    """How many functions of ``source`` return a panel."""
    defined = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return sum(getattr(node.returns, "id", None) in ("Panel", "RunPanel") for node in defined)


def panel_modules(lesson: Path) -> list[str]:
    """The sources of the modules in which the lesson's panels are drawn."""
    return [source for source in (path.read_text("utf-8") for path in lesson.glob("*.py")) if panels_in(source)]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)
def test_a_lessons_panels_are_short(lesson):
    modules = panel_modules(lesson)
    assert sum(len(source.splitlines()) for source in modules) <= PANEL * sum(map(panels_in, modules))


def test_all_panels_together_are_short():
    assert sum(len(source.splitlines()) for lesson in LESSONS for source in panel_modules(lesson)) <= PANELS


def test_a_long_function_is_seen():
    inner = "    def inner():\n" + "        pass\n" * 34
    assert long_functions("def outer():\n" + inner) == ["outer: 36"]
    assert long_functions(inner.replace("    ", "", 1).replace("        ", "    ")) == []
