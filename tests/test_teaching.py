"""The teacher's pages: what they take from the lessons is as the lessons have it, and what they point at is there."""

import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from tools.lessons import NOTEBOOKS
from tools.teaching import PAGES, renewed

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = [
    "50 minutes by the clock", "On the board", "Ask aloud", "Wrong answers to expect", "Homework", "Quiz", "Key",
]  # fmt: skip

each_page = pytest.mark.parametrize("path", sorted(ROOT.glob(PAGES)), ids=lambda path: path.parent.name)


def cells(path: Path) -> list[nbformat.NotebookNode]:
    files = [file for folder in ("en", "en/further") for file in NOTEBOOKS.glob(f"{folder}/*_{path.parent.name}.ipynb")]
    return [cell for file in files for cell in nbformat.read(file, as_version=4).cells]


@each_page
def test_a_page_is_as_its_lesson_is_now(path):
    page = path.read_text("utf-8")
    assert renewed(page, path.parent.name) == page


@each_page
def test_a_page_has_its_chapters(path):
    assert re.findall(r"^## (.*)$", path.read_text("utf-8"), re.MULTILINE) == CHAPTERS


@each_page
def test_the_plan_names_cells_of_the_notebook_and_fills_50_minutes(path):
    plan = path.read_text("utf-8").partition("## 50 minutes by the clock")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in plan.splitlines() if re.match(r"\| *\d", line)]
    times = [[int(time) for time in re.findall(r"\d+", row[0])] for row in rows]
    assert times[0][0] == 0
    assert times[-1][1] == 50
    assert all(end == start for (_, end), (start, _) in zip(times, times[1:], strict=False))
    ids = {cell.id for cell in cells(path)}
    assert {name for row in rows for name in re.findall(r"`([\w-]+)`", row[1])} <= ids


@each_page
def test_the_quiz_has_eight_questions_with_points(path):
    questions = tomllib.loads((path.parent / "questions" / "en.toml").read_text("utf-8"))["question"]
    assert sum("points" in question for question in questions) == 8
    quiz = path.read_text("utf-8").partition("<!-- quiz -->")[2].partition("<!-- end of quiz -->")[0]
    assert not any(question["ask"] in cell.source for question in questions for cell in cells(path))
    assert len(re.findall(r"^\d\. ", quiz, re.MULTILINE)) == 8
