"""What a student handed in: whose it is, which lesson, and the cells that each exercise's answer needs.

Only those cells are run later, behind the lesson's own set-up cell: no training that no answer asks for, and not the
student's copy of the checks. A notebook that cannot be read says why, and costs nobody else anything.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from tools.grading.lesson import Asked, Lesson
from tools.grading.sources import Cell, code_cell, names_needed, same

LARGEST_FILE = 200 * 10**6  # bytes
# What browsers, file managers and learning platforms add to a name, and folders that are nobody's:
NOBODY = re.compile(
    r"(?i)\bcopy( of\b|\d*(?=[\W_]|$))|복사본|의 사본|\(\d+\)|\.ipynb\b|\.part\b|_late(?=_)|(_\d{3,})+_(?=\W|_|$)|"
    r"_\d+(_assignsubmission)?_file_?$|_assignsubmission_file_?$|_attempt_[\d-]+"
)
INTO_THE_CHECKS = re.compile(
    r"course\.checks|lessons\.\w+\.exercises|_getframe|currentframe|f_back|tb_frame|inspect\.stack|\.reference\b|\bgc\b"
)
COMMON = {"notebooks", "en", "ko", "hw", "homework", "submission", "submissions", "untitled", "untitled1"}


@dataclass(frozen=True)
class Answer:
    """One exercise in a submission: the sources to run, in order, and then the expression that is the answer.

    ``fault``: why there is nothing to run, if there is not.
    """

    exercise: str
    expression: str = ""
    sources: tuple[str, ...] = ()
    fault: str = ""
    note: str = ""


@dataclass(frozen=True)
class Submission:
    """A notebook that was handed in; ``lesson`` is "" where it could not be told."""

    file: str  # its path in the folder
    student: str
    lesson: str
    answers: tuple[Answer, ...]


def read(path: Path, folder: Path, lessons: dict[str, Lesson]) -> Submission:
    """The submission at ``path`` in ``folder``. Never raises for what is in the file."""
    lesson = next((lesson for lesson in lessons.values() if lesson.file in path.stem), None)
    file = path.relative_to(folder).as_posix()
    student = _student(path, folder, lesson)
    try:
        cells = _cells(path)
        lesson = _lesson(cells, lessons) or lesson
        if lesson is None:
            raise ValueError("it has no exercise of the course, and no lesson's name.")
    except (OSError, ValueError) as error:
        asked = lesson.exercises if lesson else [Asked("", "", "", "", "")]
        faults = (Answer(exercise.name, fault=f"the notebook: {error}") for exercise in asked)
        return Submission(file, student, lesson.number if lesson else "", tuple(faults))
    asked = {f"exercise:{one.name}" for one in lesson.exercises} | {one.cell for one in lesson.exercises}
    read_cells = [code_cell(cell) for cell in cells]
    code = [cell for cell in read_cells if cell.is_code or asked & {*cell.tags, cell.id}]
    return Submission(file, student, lesson.number, tuple(_answer(one, code, lesson) for one in lesson.exercises))


def _student(path: Path, folder: Path, lesson: Lesson | None) -> str:
    """The file's name without the lesson's; where that says nothing, the name of a folder it lies in."""
    within = path.relative_to(folder)
    for name in (path.stem, *reversed(within.parts[:-1])):
        name = unicodedata.normalize("NFC", name)  # macOS takes Hangul apart
        name = re.sub(lesson.file if lesson else "$", " ", name)
        name = re.sub(r"^[\W_]+|[\W_]+(\d[\W_]*)?$|(?<=\s)[\W_]+", "", NOBODY.sub(" ", name))
        if name and name.casefold() not in COMMON:
            return name
    return path.stem


def _cells(path: Path) -> list[dict[str, Any]]:
    if (size := path.stat().st_size) > LARGEST_FILE:
        raise ValueError(f"it has {size // 10**6} MB; at most {LARGEST_FILE // 10**6} MB are read.")
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError):  # not UTF-8, not JSON, JSON as deep as a well
        raise ValueError("it is not JSON, so it is no notebook, or only a part of one.") from None
    if isinstance(document, dict) and "worksheets" in document:
        document = _newer(document)
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise ValueError("it has no list of cells, as JupyterLab saves it.")
    kernel = document.get("metadata")
    for key in ("kernelspec", "language"):
        kernel = kernel.get(key) if isinstance(kernel, dict) else None
    if kernel not in (None, "python"):
        raise ValueError(f"it was saved with a kernel for {str(kernel)[:40]}; the course's is Python 3.")
    return cells


def _lesson(cells: list[dict[str, Any]], lessons: dict[str, Lesson]) -> Lesson | None:
    """The lesson most of whose exercises are named in the notebook, in tags or in checks; None if none is."""
    text = json.dumps(cells)
    counts = {number: sum(one.name in text for one in lesson.exercises) for number, lesson in lessons.items()}
    best = max(counts, key=lambda number: counts[number])
    return lessons[best] if counts[best] else None


def _newer(document: dict[str, Any]) -> dict[str, Any]:
    """A notebook of format 3 or older as one of format 4."""
    try:
        return nbformat.convert(nbformat.from_dict(document), 4)
    except Exception:  # whatever a broken file makes of it
        raise ValueError("it is of an old format, and broken: open it in JupyterLab and save it.") from None


def _answer(asked: Asked, cells: list[Cell], lesson: Lesson) -> Answer:
    checked = [k for k, cell in enumerate(cells) if asked.name in cell.checks]
    expression = cells[checked[-1]].checks[asked.name] if checked else asked.answer
    names = names_needed(expression)
    places = _places(asked, names, cells, checked)
    if not places and names:
        return Answer(asked.name, fault=f"the cell that makes {expression} is missing.")
    written = [k for k in places if not same(cells[k].source, asked.stub)]
    place = next(iter(written or places), None)  # a stub that was copied takes nothing from an answer
    if place is not None and cells[place].fault:
        return Answer(asked.name, fault=cells[place].fault)
    used = [] if place is None else _with_what_it_needs(place, cells, lesson.names)
    notes = []
    if place is not None:
        notes += ["the folded solution"] * same(cells[place].source, asked.solution)
        notes += ["in a text cell"] * (not cells[place].is_code)
    sources = tuple(cells[k].source for k in used)
    notes += ["looks into the checks"] * bool(INTO_THE_CHECKS.search("\n".join(sources)))
    return Answer(asked.name, expression, sources, note="; ".join(notes))


def _places(asked: Asked, names: frozenset[str], cells: list[Cell], checked: list[int]) -> list[int]:
    """Where the answer may stand, the likeliest first: a cell that makes it, from the check upwards, then below it.

    It is made in the stub's cell, known by its tag or id, or in any cell after that one.
    """
    marked = [k for k, cell in enumerate(cells) if f"exercise:{asked.name}" in cell.tags or cell.id == asked.cell]
    makers = [k for k, cell in enumerate(cells) if names & cell.makes and k >= (marked or [0])[0]]
    marked = [k for k in marked if k in makers or cells[k].fault or not makers]
    end = checked[-1] if checked else len(cells)
    places = sorted({*marked, *makers})
    return [k for k in reversed(places) if k < end] + [k for k in reversed(places) if k >= end]


def _with_what_it_needs(place: int, cells: list[Cell], known: frozenset[str]) -> list[int]:
    """The cell at ``place``, and those that make what it needs: by the last above it, or else the first below."""
    wanted, found = [place], set()
    while wanted:
        k = wanted.pop()
        found.add(k)
        for name in cells[k].needs - known:
            above = [i for i in range(k) if name in cells[i].makes]
            below = [i for i in range(k + 1, len(cells)) if name in cells[i].makes and name not in cells[k].makes]
            wanted += [i for i in above[-1:] or below[:1] if i not in found]
    return [*sorted(found - {place}), place]
