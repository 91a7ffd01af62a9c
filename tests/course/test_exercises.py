"""Every exercise of every lesson: the right answer, each mistake, the stub, the texts, its place in a notebook.

`tests/lessons/<topic>/wrong_answers.py` holds, beside the declared mistakes, wrong answers as learners type them.
"""

import ast
import re
import runpy
from pathlib import Path

import nbformat
import numpy as np
import pytest

import course
from course import catalogue
from course.catalogue import texts
from course.checks import Exercise
from course.checks.answering import verdict_on
from course.checks.judging import judge
from course.checks.registry import exercise_names, find
from tools.lessons import cores, label, language_of, notebooks

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("unfinished", "not_callable", "raised", "late", "stuck", "shape", "dtype", "finite", "changed", "value",
          "exits", "asks", "sets", "replaces", "unreadable", "interrupted", "unknown", "right", "hints")

each_exercise = pytest.mark.parametrize("name", exercise_names())


@each_exercise
def test_reference_is_right(name):
    verdict = judge(find(name), find(name).right)
    assert verdict.kind == "right", verdict
    assert verdict.sentence


@each_exercise
def test_each_mistake_is_told_its_own_sentence(name):
    exercise = find(name)
    assert len(exercise.mistakes) >= 5
    for mistake, wrong in exercise.mistakes.items():
        verdict = judge(exercise, wrong)
        assert verdict.kind == mistake, verdict
    sentences = [judge(exercise, wrong).sentence for wrong in exercise.mistakes.values()]
    assert len(set(sentences)) == len(sentences)


@each_exercise
def test_stub_is_not_done_yet(name):
    exercise = find(name)
    stubs = [..., None, exercise.stub]
    if isinstance(exercise, Exercise):
        stubs += [lambda *arguments: None, lambda *arguments: ...]
    for stub in stubs:
        assert judge(exercise, stub).kind == "unfinished"


@each_exercise
@pytest.mark.parametrize("language", catalogue.languages())
def test_texts_are_there_and_none_is_left_over(name, language, monkeypatch):
    exercise = find(name)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    assert set(catalogue.names(exercise.key())) == {"right", "hints", *exercise.mistakes}
    assert not set(exercise.mistakes) & set(STAGES)
    assert len(texts(exercise.key("hints"))) >= 2


@each_exercise
def test_functions_are_tried_on_several_cases(name):
    exercise = find(name)
    if isinstance(exercise, Exercise):
        assert len(exercise.cases(np.random.default_rng(0))) >= 3


def test_every_lesson_that_has_exercise_texts_declares_the_exercises():
    written = [f"{lesson}.{name}" for lesson in catalogue.topics() for name in catalogue.names(f"{lesson}.exercise")]
    assert sorted(written) == sorted(exercise_names())


# ---------------------------------------------------------------- wrong answers, as learners type them

def wrong_answers() -> dict[str, list[tuple[str, str]]]:
    return {name: rows for path in sorted((ROOT / "tests" / "lessons").glob("*/wrong_answers.py"))
            for name, rows in runpy.run_path(str(path))["WRONG"].items()}


def answer_of(source: str):
    """What the last statement of ``source`` gives: an expression, or what is defined or assigned there."""
    *statements, last = ast.parse(source).body
    namespace = {"np": np}
    if isinstance(last, ast.Expr):
        exec(compile(ast.Module(statements, []), "<cell>", "exec"), namespace)
        return eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace[last.name if isinstance(last, ast.FunctionDef) else last.targets[0].id]


@each_exercise
def test_at_least_five_wrong_answers_are_listed(name):
    assert len(wrong_answers().get(name, [])) >= 5


@pytest.mark.parametrize(("name", "source", "wanted"),
                         [(name, *row) for name, rows in wrong_answers().items() for row in rows])
def test_wrong_answer_is_told_what_is_wrong(name, source, wanted):
    assert wanted in find(name).mistakes or wanted in STAGES[:-2]
    verdict = verdict_on(name, answer_of(source))
    assert verdict.kind == wanted, verdict


# ---------------------------------------------------------------- the notebooks

@pytest.mark.parametrize("language", catalogue.languages())
def test_each_exercise_stands_in_one_notebook(language):
    cells = [cell for path in notebooks() if language_of(path) == language
             for cell in nbformat.read(path, as_version=4).cells]
    tags = [tag for cell in cells for tag in cell.metadata.get("tags", [])]
    asked = [tag.removeprefix("exercise:") for tag in tags if tag.startswith("exercise:")]
    assert sorted(asked) == sorted(exercise_names())


@pytest.mark.parametrize("path", cores(), ids=label)
def test_the_practice_ends_with_a_score_of_all_its_exercises(path):
    cells = nbformat.read(path, as_version=4).cells
    tags = [tag for cell in cells for tag in cell.metadata.get("tags", [])]
    asked = [tag.removeprefix("exercise:") for tag in tags if tag.startswith("exercise:")]
    scored = [re.findall(r'"([^"]+)"', cell.source) for cell in cells if cell.source.startswith("score(")]
    assert scored == ([asked] if len(asked) > 1 else [])


def strings(node: object) -> list[str]:
    """All texts in a part of a catalogue."""
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [node] if isinstance(node, str) else [text for part in parts for text in strings(part)]


@pytest.mark.parametrize("path", notebooks(), ids=label)
def test_what_a_learner_is_told_to_call_is_imported_by_the_set_up_cell(path):
    cells = nbformat.read(path, as_version=4).cells
    setup = next(cell.source for cell in cells if cell.cell_type == "code")
    imported = {name.asname or name.name for node in ast.walk(ast.parse(setup))
                if isinstance(node, ast.Import | ast.ImportFrom) for name in node.names}
    words = catalogue._words(language_of(path))
    lesson = words[path.stem.split("_")[0]]
    told = [cell.source for cell in cells if cell.cell_type == "markdown"]
    told += strings([lesson.get("exercise", {}), lesson.get("predict", {}), words["checks"]])
    called = set(re.findall(r"(?<![\w.])(\w+)(?:\.\w+)*\(", "\n".join(told)))
    assert "hint" in called or path not in cores()
    assert called & {"np", *course._HOMES} <= imported
