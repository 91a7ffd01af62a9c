"""Grading a folder of notebooks: whatever is in one of them, the others get their marks."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools.grading.lesson import lessons
from tools.grading.report import write_csv, write_page
from tools.grading.running import Limits, Mark, marks
from tools.grading.submission import read

ROOT = Path(__file__).resolve().parents[1]
LESSON = lessons("en")["06"]
CORE = ROOT / "notebooks" / "en" / f"{LESSON.file}.ipynb"
SOLVED = {one.name: one.solution for one in LESSON.exercises}
ALL = dict.fromkeys(SOLVED, True)
LIMITS = Limits(seconds=8.0)


def handed_in(
    folder: Path, answers: dict[str, str], name: str = "kim", core: Path = CORE
) -> tuple[Path, nbformat.NotebookNode]:
    """A copy of the core with ``answers`` in its stubs, saved, and as it is in memory."""
    notebook = nbformat.read(core, as_version=4)
    for cell in notebook.cells:
        for exercise, source in answers.items():
            if f"exercise:{exercise}" in cell.metadata.get("tags", []):
                cell.source = source
    path = folder / f"{name}_{LESSON.file}.ipynb"
    nbformat.write(notebook, path)
    return path, notebook


def with_cells(notebook: nbformat.NotebookNode, cells: list[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    return nbformat.from_dict(notebook | {"cells": cells})


def graded(path: Path, folder: Path, limits: Limits = LIMITS, language: str = "en") -> dict[str, Mark]:
    known = lessons(language)
    submission = read(path, folder, known)
    return {mark.exercise: mark for mark in marks(submission, known[LESSON.number], language, limits)}


def right(found: dict[str, Mark]) -> dict[str, bool]:
    return {name: mark.right for name, mark in found.items()}


def test_solved_and_unsolved(tmp_path):
    path, _ = handed_in(tmp_path, SOLVED)
    found = graded(path, tmp_path)
    assert right(found) == ALL
    assert {mark.note for mark in found.values()} == {"the folded solution"}
    assert {(mark.student, mark.lesson) for mark in found.values()} == {("kim", "06")}
    path, _ = handed_in(tmp_path, {})
    assert right(graded(path, tmp_path)) == dict.fromkeys(SOLVED, False)


def test_a_korean_notebook_is_marked_in_korean(tmp_path):
    wrong = SOLVED | {"06.by_hand": "by_hand = 1"}
    path, _ = handed_in(tmp_path, wrong, core=ROOT / "notebooks" / "ko" / CORE.name)
    found = graded(path, tmp_path, language="ko")
    assert right(found) == ALL | {"06.by_hand": False}
    assert re.search("[가-힣]", found["06.by_hand"].sentence)


BROKEN = [  # three in one notebook: none may cost another
    ("def undo(x, eps:", "not Python in line 1"),
    ("while True: print('x' * 10_000)", "did not end within 8 seconds"),
    ("import os\nos._exit(0)", "ended its whole process"),
    ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", "ended its whole process"),
    ("exit()", "SystemExit"),
    ("off = np.zeros(10**12)", "MemoryError"),
    ("undo = input('how?')", "the function itself is wanted"),
    ("x = 1 / 0", "ZeroDivisionError"),
    ("def restore(x, eps): return 1", "name 'off' is not defined"),
    ("undo = 7", "the function itself is wanted"),
    ("import os\nos.fork() or os.setsid()\nimport time; time.sleep(60)", "did not end within"),
    ("def off(*arguments):\n    while True: pass", "did not end within 3 seconds"),
]


@pytest.mark.skipif(sys.platform == "win32", reason="some of these need fork and signals")
@pytest.mark.parametrize("k", range(0, len(BROKEN), 3))
def test_a_broken_answer_costs_itself_alone(tmp_path, k):
    broken = dict(zip(("06.undo", "06.rescaled", "06.off"), BROKEN[k : k + 3], strict=True))
    path, _ = handed_in(tmp_path, SOLVED | {name: source for name, (source, _) in broken.items()})
    found = graded(path, tmp_path)
    assert right(found) == ALL | dict.fromkeys(broken, False)
    for name, (_, said) in broken.items():
        assert said in found[name].sentence


PATCHES = {
    "06.by_hand": "import course.checks.judging as j\nj._verdict = lambda *_: j.Verdict('right', 'ha')",
    "06.undo": "from course.checks.exercise import Exercise\nExercise.outcomes = lambda *_: []",
    "06.rescaled": "from course.checks.registry import find\n"
                   "object.__setattr__(find('06.rescaled'), 'expected', (..., ..., 1))",
    "06.off": "import numpy as np\nnp.isclose = np.allclose = lambda *_, **__: np.True_",
}  # fmt: skip


def test_patched_checks_change_no_mark(tmp_path):
    wrong = "\n{} = (0, 0, 0, 0)\ndef undo(x, eps): return 0\ndef off(u, gamma, beta, eps): return gamma * 0\n"
    answers = {name: patch + wrong.format(name.partition(".")[2]) for name, patch in PATCHES.items()}
    path, _ = handed_in(tmp_path, answers)
    found = graded(path, tmp_path)
    assert right(found) == dict.fromkeys(SOLVED, False)
    assert all("replaces " in mark.note for mark in found.values())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"), (b"\xff\xfe", "not JSON"), (b"{}", "no list of cells"), (b"[]", "no list of cells"),
        (b"[" * 100_000, "not JSON"), (b'{"cells": [1]}', "no list of cells"),
        (b'{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}', "kernel for R"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(tmp_path, content, said):
    path = tmp_path / f"lee_{LESSON.file}.ipynb"
    path.write_bytes(content)
    found = graded(path, tmp_path)
    assert right(found) == dict.fromkeys(SOLVED, False)
    assert all(said in mark.sentence and mark.student == "lee" for mark in found.values())


def test_a_file_of_no_lesson_gets_one_row(tmp_path):
    (tmp_path / "essay.ipynb").write_text('{"cells": []}', "utf-8")
    (mark,) = marks(read(tmp_path / "essay.ipynb", tmp_path, lessons("en")), None, "en", LIMITS)
    assert (mark.student, mark.exercise, mark.right) == ("essay", "", False)
    assert "no exercise of the course" in mark.sentence


def test_cells_that_were_moved_deleted_doubled_or_lost_their_tags(tmp_path):
    path, notebook = handed_in(tmp_path, SOLVED)
    stub = next(cell for cell in notebook.cells if "exercise:06.undo" in cell.metadata.get("tags", []))
    k = notebook.cells.index(stub)
    doubled = notebook.cells[:k + 1] + [nbformat.v4.new_code_cell(LESSON.exercises[1].stub)] + notebook.cells[k + 1:]
    for cells, expected in (
        (doubled, ALL),
        ([*notebook.cells[:k], nbformat.v4.new_code_cell(stub.source), *notebook.cells[k + 1:]], ALL),
        (notebook.cells[:k] + notebook.cells[k + 1:], ALL | {"06.undo": False}),
        ([cell for cell in notebook.cells if "check-" not in cell.id], ALL),
    ):  # fmt: skip
        nbformat.write(with_cells(notebook, cells), path)
        assert right(graded(path, tmp_path)) == expected


def test_an_answer_is_looked_for_as_its_student_left_it(tmp_path):
    path, notebook = handed_in(tmp_path, SOLVED)
    code = {cell.id: cell for cell in notebook.cells}
    stub, check = code["stub-undo"], code["check-undo"]
    renamed = {"stub-undo": "%%time\n" + stub.source.replace("undo", "mine"), "check-undo": 'check("06.undo", mine)'}
    for changed, kind in ((renamed, "code"), ({}, "markdown")):
        cells = [nbformat.from_dict(cell | {"source": changed.get(cell.id, cell.source)}) for cell in notebook.cells]
        for cell in cells:
            if cell.id == "stub-undo" and kind == "markdown":
                cell.cell_type = kind
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
        assert right(graded(path, tmp_path)) == ALL
    later = nbformat.v4.new_code_cell("undo = 7  # made again below its check")
    nbformat.write(with_cells(notebook, [*notebook.cells, later]), path)
    assert right(graded(path, tmp_path)) == ALL
    assert check.source == 'check("06.undo", undo)'


def test_an_answer_in_the_check_itself_and_a_format_of_2013(tmp_path):
    path, notebook = handed_in(tmp_path, SOLVED | {"06.rescaled": "rescaled = ..."})
    for cell in notebook.cells:
        if cell.id == "check-rescaled":
            cell.source = 'check("06.rescaled", (0.1, 0.01, 100))'
    nbformat.write(notebook, path)
    assert right(graded(path, tmp_path)) == ALL
    path.write_text(json.dumps(nbformat.convert(notebook, 3)), "utf-8")
    assert right(graded(path, tmp_path)) == ALL


def test_what_looks_into_the_checks_is_noted(tmp_path):
    source = "from lessons.batchnorm_forward.exercises import undo"
    path, _ = handed_in(tmp_path, SOLVED | {"06.undo": source})
    mark = graded(path, tmp_path)["06.undo"]
    assert (mark.right, mark.note) == (True, "looks into the checks")


def test_an_answer_gets_the_cells_that_it_needs_and_no_others(tmp_path):
    path, notebook = handed_in(tmp_path, SOLVED | {"06.undo": "%matplotlib inline\nundo = own"})
    own = SOLVED["06.undo"].replace("undo", "own").replace("np.sqrt", "root")
    cells = ["from numpy import sqrt as root", own, "import os; os._exit(1)"]
    nbformat.write(with_cells(notebook, [*map(nbformat.v4.new_code_cell, cells), *notebook.cells]), path)
    assert right(graded(path, tmp_path)) == ALL


def test_outputs_of_fifty_megabytes_are_no_trouble(tmp_path):
    path, notebook = handed_in(tmp_path, SOLVED)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="x" * 50 * 10**6)]
    nbformat.write(notebook, path)
    assert right(graded(path, tmp_path)) == ALL


@pytest.mark.parametrize(
    ("file", "student"),
    [
        (f"{LESSON.file}_kim.ipynb", "kim"), (f"김서연 - {LESSON.file} (2).ipynb", "김서연"),
        (f"lee/{LESSON.file}.ipynb", "lee"), (f"lee/hw/Copy of {LESSON.file}(1).ipynb", "lee"),
        (f"Lee Kim_12345_assignsubmission_file/{LESSON.file}.ipynb", "Lee Kim"), (f"lee_{LESSON.file}-1.ipynb", "lee"),
        (f"{LESSON.file}-Copy1_lee.ipynb", "lee"), (f"한예시_{LESSON.file}.ipynb", "한예시"),
    ],
)  # fmt: skip
def test_whose_it_is(tmp_path, file, student):
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", "utf-8")
    assert read(path, tmp_path, lessons("en")).student == student


def test_reports_hold_what_is_dangerous_as_text(tmp_path):
    mark = Mark("=1+1", "06", "06.undo", False, "<script>alert(1)</script>", 0.1, "a note", "a.ipynb")
    write_csv(tmp_path / "m.csv", [mark])
    write_page(tmp_path / "m.html", [mark], ["a remark"])
    (row,) = csv.DictReader((tmp_path / "m.csv").open(encoding="utf-8-sig"))
    assert (row["student"], row["right"], row["sentence"]) == ("'=1+1", "0", mark.sentence)
    assert "<script>" not in (tmp_path / "m.html").read_text("utf-8")


def test_the_command_grades_a_folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    handed_in(folder, SOLVED)
    (folder / "broken.ipynb").write_text("no", "utf-8")
    command = [sys.executable, ROOT / "tools" / "grade.py", folder]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert f"{len(SOLVED)} of {len(SOLVED) + 1} answers are right" in done.stdout
    assert (tmp_path / "in-marks.csv").exists()
    assert re.search(r"kim.*4 of 4", (tmp_path / "in-marks.html").read_text("utf-8"))
    nothing = subprocess.run([*command[:2], tmp_path / "none"], capture_output=True, encoding="utf-8")
    assert nothing.returncode
    assert "is no folder" in nothing.stderr


def test_answers_write_nothing_into_the_course(tmp_path):
    path, _ = handed_in(tmp_path, SOLVED | {"06.undo": "open('left.txt', 'w').write('x' * 10**8)"})
    found = graded(path, tmp_path)
    assert "OSError" in found["06.undo"].sentence
    assert not list(ROOT.glob("**/left.txt"))
    assert json.loads(CORE.read_text("utf-8"))["cells"]
