"""The course's notebooks, and the minutes that a lesson takes by its count.

    python tools/lessons.py        # words, code lines, predictions, panels and minutes of every notebook
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
NAME = "[0-9][0-9]_*.ipynb"
LATER = ("## Practice", "## Further", "## 연습")  # a core's last heading before what its minutes leave out

UNCOUNTED = re.compile(  # fenced code, a name in code, a formula, a link's address, an HTML tag
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|(?<=\])\([^)]*\)|<[^>]*>", re.DOTALL
)
WORD = re.compile(r"\w[\w.,’'-]*")


def cores(language: str = "*") -> list[Path]:
    """The lessons' core notebooks, in one language or in every."""
    return sorted(NOTEBOOKS.glob(f"{language}/{NAME}"))


def further(language: str = "*") -> list[Path]:
    """The notebooks that deepen a lesson: the same file names, in the folder ``further`` beside the cores."""
    return sorted(NOTEBOOKS.glob(f"{language}/further/{NAME}"))


def notebooks(language: str = "*") -> list[Path]:
    """Every notebook of the course, in one language or in every."""
    return cores(language) + further(language)


def label(path: Path) -> str:
    """A notebook's short name, such as ``en-02_batch_epoch_iteration`` or ``en-further-02_batch_epoch_iteration``."""
    return "-".join(path.relative_to(NOTEBOOKS).with_suffix("").parts)


def language_of(path: Path) -> str:
    """The language that the notebook at ``path`` is written in."""
    return path.relative_to(NOTEBOOKS).parts[0]


@dataclass(frozen=True)
class Count:
    """What a learner reads and does, the set-up cell and the practice left out."""

    words: int
    code_lines: int
    predictions: int
    panels: int

    @property
    def minutes(self) -> float:
        """By the rule that met the estimates of readers within a fifth."""
        return self.words / 120 + self.code_lines / 4 + 1.5 * self.predictions + 4 * self.panels


def counted(path: Path) -> Count:
    """The count of the notebook at ``path``, up to its practice."""
    cells = nbformat.read(path, as_version=4).cells
    ends = [k for k, cell in enumerate(cells) if cell.source.startswith(LATER)]
    cells = cells[: ends[0]] if ends else cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    _, *code = [cell.source for cell in cells if cell.cell_type == "code"]
    return Count(
        words=sum(len(WORD.findall(UNCOUNTED.sub(" ", text))) for text in texts),
        code_lines=sum(bool(line.strip()) for source in code for line in source.splitlines()),
        predictions=sum("predict(" in source for source in code),
        panels=sum("show(" in source or "grow(" in source for source in code),
    )


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    for notebook in notebooks():
        count = counted(notebook)
        print(f"{label(notebook):40} {count.words:5} words {count.code_lines:4} code lines {count.predictions:3} "
              f"predictions {count.panels:3} panels {count.minutes:5.0f} minutes")  # fmt: skip
