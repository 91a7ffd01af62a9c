"""Put the lessons' titles into lesson 00's map: `python tools/lesson_map.py`.

What each row says of a lesson beside its title is written by hand and stays.
"""

import re
import sys
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.lessons import NAME, NOTEBOOKS  # noqa: E402

LINK = re.compile(r"^\| (\d\d) \| \[.*?\]\(.*?\) \|", re.MULTILINE)


def renewed(source: str, folder: Path) -> str:
    """The map's Markdown with the titles of the notebooks in ``folder``."""
    lessons = {path.name[:2]: path for path in folder.glob(NAME)}

    def link(found: re.Match[str]) -> str:
        lesson = lessons[found[1]]
        return f"| {found[1]} | [{title(lesson)}]({lesson.name}) |"

    return LINK.sub(link, source)


def title(notebook: Path) -> str:
    """What the first line of ``notebook`` says after the lesson's number."""
    return nbformat.read(notebook, as_version=4).cells[0].source.splitlines()[0].partition(" · ")[2]


if __name__ == "__main__":
    for path in sorted(NOTEBOOKS.glob("*/00_start_here.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        (cell,) = (cell for cell in notebook.cells if cell.id == "map")
        cell.source = renewed(cell.source, path.parent)
        nbformat.write(notebook, path)
