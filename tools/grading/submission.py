"""What a student handed in: whose it is, which lesson, and the cells that each exercise's answer needs.

Only those cells are run later, behind the lesson's own set-up cell: no training that no answer asks for, and not the
student's copy of the checks. A notebook that cannot be read says why, and costs nobody else anything.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.grading.lesson import Asked, Lesson
from tools.grading.sources import Cell, code_cell, same

LARGEST_FILE = 200 * 10**6  # bytes


@dataclass(frozen=True)
class Answer:
    """One exercise in a submission: the sources to run, in order. Where there are none, ``fault`` says why."""

    exercise: str
    name: str  # what the notebook calls the answer
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
        faults = (Answer(exercise.name, exercise.answer, fault=f"the notebook: {error}") for exercise in asked)
        return Submission(file, student, lesson.number if lesson else "", tuple(faults))
    code = [code_cell(cell) for cell in cells if cell.get("cell_type") == "code"]
    return Submission(file, student, lesson.number, tuple(_answer(one, code, lesson) for one in lesson.exercises))


def _student(path: Path, folder: Path, lesson: Lesson | None) -> str:
    """The file's name without the lesson's; where that leaves nothing, the name of the folder it lies in."""
    left = path.stem.replace(lesson.file, "") if lesson else path.stem
    left = re.sub(r"^[\W_]+|[\W_]+$", "", re.sub(r"[ _-]*\(\d+\)$", "", left))  # "(1)": downloaded a second time
    return left or (path.parent.name if path.parent != folder else path.stem)


def _cells(path: Path) -> list[dict[str, Any]]:
    if (size := path.stat().st_size) > LARGEST_FILE:
        raise ValueError(f"it has {size // 10**6} MB; at most {LARGEST_FILE // 10**6} MB are read.")
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError):  # not UTF-8, not JSON, JSON as deep as a well
        raise ValueError("it is not JSON, so it is no notebook, or only a part of one.") from None
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


def _answer(asked: Asked, cells: list[Cell], lesson: Lesson) -> Answer:
    places = _places(asked, cells)
    if not places:
        return Answer(asked.name, asked.answer, fault=f"the cell that makes {asked.answer} is missing.")
    written = [k for k in places if not same(cells[k].source, asked.stub)]
    place = (written or places)[-1]  # a stub that was copied below the answer takes nothing from it
    if cells[place].fault:
        return Answer(asked.name, asked.answer, fault=cells[place].fault)
    sources = [cells[k].source for k in _with_what_it_needs(place, cells, lesson.names)]
    note = "the folded solution" if same(cells[place].source, asked.solution) else ""
    return Answer(asked.name, asked.answer, tuple(sources), note=note)


def _places(asked: Asked, cells: list[Cell]) -> list[int]:
    """Where the answer may stand: in the stub's cell, by tag or id, or in any cell after it that makes the name."""
    marked = [k for k, cell in enumerate(cells) if f"exercise:{asked.name}" in cell.tags or cell.id == asked.cell]
    first = marked[0] if marked else 0
    return sorted({*marked, *(k for k, cell in enumerate(cells) if k >= first and asked.answer in cell.makes)})


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
