"""A lesson is whole: a number of its own, its notebook, its tests, and its place in the README."""

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from tools.lessons import language_of, notebooks
from tools.readme_pictures import PICTURES, stored_picture

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted(path.parent for path in (ROOT / "lessons").glob("*/words"))


def words(lesson: Path, language: str = "en") -> dict:
    return tomllib.loads((lesson / "words" / f"{language}.toml").read_text("utf-8"))


def test_each_lesson_has_a_number_of_its_own():
    numbers = Counter(words(lesson).get("lesson") for lesson in LESSONS)
    assert sorted(numbers) == [f"{k:02}" for k in range(len(LESSONS))]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.name)
def test_a_lesson_has_all_its_parts(lesson):
    name = f"{words(lesson)['lesson']}_{lesson.name}"
    assert ast.get_docstring(ast.parse((lesson / "__init__.py").read_text("utf-8")))
    assert (lesson / "exercises.py").exists()
    assert (ROOT / "notebooks" / "en" / f"{name}.ipynb").exists()
    tests = ROOT / "tests" / "lessons" / lesson.name
    assert (tests / "test_panels.py").exists()
    assert (tests / "wrong_answers.py").exists()
    assert f"(notebooks/en/{name}.ipynb)" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(("language", "readme"), [("en", "README.md"), ("ko", "README.ko.md")])
def test_a_readmes_pictures_are_those_that_its_language_stores(language, readme):
    shown = re.findall(r"\]\((pictures/.+?)\)", (ROOT / readme).read_text("utf-8"))
    assert sorted(shown) == sorted(f"pictures/{language}/{name}" for name in PICTURES)
    for name, cell in PICTURES.items():
        stored = (ROOT / "pictures" / language / name).read_bytes() == stored_picture(language, *cell)
        assert stored, f"{name}: run tools/readme_pictures.py"


ASKED = sorted((ROOT / "lessons").glob("*/questions/*.toml"))


@pytest.mark.parametrize("path", ASKED, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_ten_questions_are_taught_by_a_lesson_and_stand_nowhere_in_it(path):
    name, questions = path.parents[1].name, tomllib.loads(path.read_text("utf-8"))["question"]
    own = [file for file in notebooks() if file.stem[3:] == name and language_of(file) == path.stem]
    cells = {cell.id: cell.source for file in own for cell in nbformat.read(file, as_version=4).cells}
    assert len(questions) == 10
    for question in questions:
        assert set(question) - {"points"} == {"ask", "answer", "taught"}
        assert question["taught"] in cells
        assert not any(question["ask"] in source for source in cells.values())
