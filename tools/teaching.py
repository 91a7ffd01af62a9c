"""Renew what the teacher's pages take from the lessons: `python tools/teaching.py`.

In ``lessons/<topic>/teaching/en.md`` and ``ko.md`` three parts stand between marks and are written here: the wrong
answers to expect, from the predictions' options and the exercises' named mistakes; the quiz, from the questions that
have points; its key. In the plan the name of a cell becomes a link, which opens the cell in JupyterLab. The rest is
written by hand.
"""

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in tools/

from course import catalogue  # noqa: E402
from course.checks.judging import judge  # noqa: E402
from course.checks.prediction import LETTERS, asked  # noqa: E402
from course.checks.registry import find  # noqa: E402
from tools.lessons import NOTEBOOKS  # noqa: E402

PAGES = "lessons/*/teaching/??.md"  # named by their language
PLACE = "(?<=<!-- {0} -->\n).*?(?=<!-- end of {0} -->)"
PHRASES = {
    "en": {
        "prediction": "**Prediction `{name}`**, settled by the cell `{panel}`. {question}", "right": " (right)",
        "exercise": "**Exercise `{name}`.** Named mistakes, as the check says them:",
        "point": "{n} point", "points": "{n} points", "taught": "(cell `{cell}`)",
    },
    "ko": {
        "prediction": "**예상 `{name}`**, 셀 `{panel}`에서 확인합니다. {question}", "right": " (정답)",
        "exercise": "**연습 `{name}`.** 이름을 붙여 둔 실수와, 채점 셀이 하는 말:",
        "point": "{n}점", "points": "{n}점", "taught": "(셀 `{cell}`)",
    },
}  # fmt: skip


def renewed(page: str, topic: str, language: str) -> str:
    """The teacher's page of the lesson on ``topic`` with its three parts as the lesson has them now."""
    catalogue.use(language)
    parts: dict[str, Callable[..., Iterator[str]]] = {"wrong answers": wrong_answers, "quiz": quiz, "key": key}
    for name, lines in parts.items():
        text = "".join(f"{line}\n" for line in lines(topic, language))
        page = re.sub(PLACE.format(name), lambda _, text=text: text, page, flags=re.DOTALL)
    return linked(page, topic, language)


def linked(page: str, topic: str, language: str) -> str:
    """The page with a link on each cell that its plan names, in the second column."""
    core, further = NOTEBOOKS / language, NOTEBOOKS / language / "further"
    files = [file for folder in (core, further) for file in folder.glob(f"*_{topic}.ipynb")]
    places = {cell.id: file.relative_to(ROOT).as_posix() for file in reversed(files)
              for cell in nbformat.read(file, as_version=4).cells}  # fmt: skip

    def link(name: re.Match[str]) -> str:
        place = places.get(name[1])
        return f"[`{name[1]}`](../../../{place}#cell-id={name[1]})" if place else name[0]

    def row(found: re.Match[str]) -> str:
        return found[1] + re.sub(r"(?<!\[)`([\w-]+)`(?!\])", link, found[2])

    return re.sub(r"(?m)^(\| *\d[^|]*\|)([^|]*)", row, page)


def wrong_answers(topic: str, language: str) -> Iterator[str]:
    """For each prediction and each exercise of the core, what is chosen or handed in, and what answers it."""
    (path,) = (NOTEBOOKS / language).glob(f"[0-9][0-9]_{topic}.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    for k, cell in enumerate(cells):
        for name in re.findall(r'predict\("([^"]+)"\)', cell.source):
            yield from _of_prediction(name, _settled_by(cells[k:]), PHRASES[language])
        for name, answer in re.findall(r'check\("([^"]+)", (\w+)\)', cell.source):
            yield from _of_exercise(name, answer, PHRASES[language])


def _settled_by(cells: list[nbformat.NotebookNode]) -> str:
    """The cell that answers the prediction in the first of ``cells``.

    In its section that is the first picture, or else the first cell that prints; if the section ends there, the next
    panel.
    """
    code = [cell for cell in _until(r"predict\(|^## ", cells) if cell.cell_type == "code" and cell.outputs]
    pictures = [cell for cell in code if re.search(r"^(show|grow|show_figure)\(", cell.source, re.MULTILINE)]
    later = (cell for cell in cells[1:] if re.search(r"^(show|grow)\(", cell.source, re.MULTILINE))
    return (next(iter(pictures + code), None) or next(later)).id


def _until(pattern: str, cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The cells after the first, as far as one that has ``pattern`` in it."""
    ends = (k for k, cell in enumerate(cells) if k and re.search(pattern, cell.source, re.MULTILINE))
    return cells[1 : next(ends, None)]


def _of_prediction(name: str, panel: str, phrases: dict[str, str]) -> Iterator[str]:
    question = asked(name)
    yield from (phrases["prediction"].format(name=name, panel=panel, question=question.question), "")
    for letter, option, reply in zip(LETTERS, question.options, question.replies, strict=False):
        mark = phrases["right"] if letter == question.answer else ""
        yield f"- {letter}{mark}. *{option}* {reply}"
    yield ""


def _of_exercise(name: str, answer: str, phrases: dict[str, str]) -> Iterator[str]:
    exercise = find(name)
    yield from (phrases["exercise"].format(name=name), "")
    for mistake, wrong in exercise.mistakes.items():
        called = getattr(wrong, "__name__", answer)  # the sentence calls it as the mistake is called here
        yield f"- `{mistake}`: {judge(exercise, wrong).sentence.replace(called, answer)}"
    yield ""


def quiz(topic: str, language: str) -> Iterator[str]:
    """The questions that have points, without their answers."""
    for k, question in enumerate(_with_points(topic, language), 1):
        yield f"{k}. ({_points(question, language)}) {question['ask']}"


def key(topic: str, language: str) -> Iterator[str]:
    """The answers to the quiz, and the cell that teaches each."""
    for k, question in enumerate(_with_points(topic, language), 1):
        taught = PHRASES[language]["taught"].format(cell=question["taught"])
        yield f"{k}. ({_points(question, language)}) {question['answer']} {taught}"


def _with_points(topic: str, language: str) -> list[dict]:
    path = ROOT / "lessons" / topic / "questions" / f"{language}.toml"
    return [question for question in tomllib.loads(path.read_text("utf-8"))["question"] if "points" in question]


def _points(question: dict, language: str) -> str:
    return PHRASES[language]["points" if question["points"] > 1 else "point"].format(n=question["points"])


if __name__ == "__main__":
    for path in sorted(ROOT.glob(PAGES)):
        path.write_text(renewed(path.read_text("utf-8"), path.parents[1].name, path.stem), "utf-8")
