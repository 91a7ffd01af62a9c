"""The teacher's pages: what they take from the lessons is as the lessons have it, and what they point at is there."""

import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from tools.lessons import NOTEBOOKS
from tools.teaching import PAGES, renewed

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = {
    "en": ["50 minutes by the clock", "On the board", "Ask aloud", "Wrong answers to expect", "Homework", "Quiz",
           "Key"],
    "ko": ["50분 수업", "칠판에 그릴 것", "소리 내어 물을 것", "자주 나오는 오답", "숙제", "퀴즈", "정답"],
}  # fmt: skip

each_page = pytest.mark.parametrize(
    "path", sorted(ROOT.glob(PAGES)), ids=lambda path: f"{path.parents[1].name}-{path.stem}"
)


def cells(path: Path) -> list[nbformat.NotebookNode]:
    files = (NOTEBOOKS / path.stem).rglob(f"[0-9][0-9]_{path.parents[1].name}.ipynb")
    return [cell for file in files for cell in nbformat.read(file, as_version=4).cells]


@each_page
def test_a_page_is_as_its_lesson_is_now(path):
    page = path.read_text("utf-8")
    assert renewed(page, path.parents[1].name, path.stem) == page


@each_page
def test_a_page_has_its_chapters(path):
    assert re.findall(r"^## (.*)$", path.read_text("utf-8"), re.MULTILINE) == CHAPTERS[path.stem]


@each_page
def test_the_plan_names_cells_of_the_notebook_and_fills_50_minutes(path):
    plan = path.read_text("utf-8").partition(f"## {CHAPTERS[path.stem][0]}")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in plan.splitlines() if re.match(r"\| *\d", line)]
    times = [[int(time) for time in re.findall(r"\d+", row[0])] for row in rows]
    assert times[0][0] == 0
    assert times[-1][1] == 50
    assert all(end == start for (_, end), (start, _) in zip(times, times[1:], strict=False))
    ids = {cell.id for cell in cells(path)}
    assert {name for row in rows for name in re.findall(r"`([\w-]+)`", row[1])} <= ids


def letters(text: str) -> str:
    """The letters and digits of ``text``, without formulas' commands and the English that Korean has in brackets."""
    return re.sub("[^A-Za-z0-9가-힣]", "", re.sub(r"\\[a-z]+|\([A-Za-z -]+\)", "", text))


@each_page
def test_what_is_read_aloud_stands_in_the_notebook(path):
    sentences = re.findall(r'\*\*"(.+?)"\*\*', path.read_text("utf-8"))
    said = [letters(cell.source) for cell in cells(path) if cell.cell_type == "markdown"]
    assert sentences
    assert [sentence for sentence in sentences if not any(letters(sentence) in source for source in said)] == []


@each_page
def test_the_quiz_has_eight_questions_with_points(path):
    questions = tomllib.loads((path.parents[1] / "questions" / f"{path.stem}.toml").read_text("utf-8"))["question"]
    assert sum("points" in question for question in questions) == 8
    quiz = path.read_text("utf-8").partition("<!-- quiz -->")[2].partition("<!-- end of quiz -->")[0]
    assert not any(question["ask"] in cell.source for question in questions for cell in cells(path))
    assert len(re.findall(r"^\d\. ", quiz, re.MULTILINE)) == 8
