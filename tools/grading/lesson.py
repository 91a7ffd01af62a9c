"""What a lesson asks: its set-up cell, and for each exercise the stub, the answer's name and the folded solution."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property

import nbformat

from tools.grading.sources import names_made
from tools.lessons import cores, language_of

CHECK = re.compile(r'check\("(?P<exercise>[^"]+)", (?P<answer>\w+)\)')
SOLUTION = re.compile(r"```python\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """An exercise as it stands in the notebook."""

    name: str  # such as 06.undo
    cell: str  # the stub's id
    stub: str
    answer: str  # the name that its check is given
    solution: str


@dataclass(frozen=True)
class Lesson:
    """A lesson's graded part."""

    number: str
    file: str  # its notebook's name without the ending
    setup: str
    exercises: tuple[Asked, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """What the set-up cell gives to all cells."""
        return names_made(ast.parse(self.setup).body)


def lessons(language: str) -> dict[str, Lesson]:
    """The lessons in ``language`` by number; their Further notebooks are not graded."""
    found = {}
    for path in cores():
        if language_of(path) == language:
            number = path.name.split("_")[0]
            found[number] = _lesson(number, path.stem, nbformat.read(path, as_version=4).cells)
    return found


def _lesson(number: str, file: str, cells: list[nbformat.NotebookNode]) -> Lesson:
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    answers = {match["exercise"]: match["answer"] for source in code for match in CHECK.finditer(source)}
    stubs, solutions = _tagged(cells, "exercise"), _tagged(cells, "solution")
    exercises = [
        Asked(name, stub.id, stub.source, answers[name], "".join(SOLUTION.findall(solutions[name].source)))
        for name, stub in stubs.items()
    ]
    return Lesson(number, file, code[0], tuple(exercises))


def _tagged(cells: list[nbformat.NotebookNode], kind: str) -> dict[str, nbformat.NotebookNode]:
    tags = ((tag.partition(":"), cell) for cell in cells for tag in cell.metadata.get("tags", []))
    return {name: cell for (found, _, name), cell in tags if found == kind}
