"""Mark what of a lesson's core becomes a slide: `python tools/slides.py`; `renew` does it too.

    python -m jupyter nbconvert --config=tools/nbconvert_config.py --to slides notebooks/en/02_*.ipynb

The scene and each section begin a slide to the right; predictions, pictures and the sentences to keep stand below it.
What to look for becomes the speaker's note (key S). The rest, the code first of all, is left to the notebook.
"""

import re
import sys
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.lessons import LATER, cores  # noqa: E402

HEADING = re.compile(r"^##? ", re.MULTILINE)
LOOK = ("**What to look for", "**Look", "**눈여겨볼 것")
KEEP = re.compile(r"(?:\A|\n\n)\*\*(?!What to look for|Look\b|눈여겨볼 것)[^*]{25,}\*\*")  # a paragraph begins in bold
PICTURES = ("show(", "grow(", "show_figure(")


def mark(notebook: nbformat.NotebookNode) -> None:
    """Set the slide type of every cell of a core."""
    ends = [k for k, cell in enumerate(notebook.cells) if cell.source.startswith(LATER)]
    for k, cell in enumerate(notebook.cells):
        cell.metadata.slideshow = {"slide_type": slide_type(cell) if not ends or k < ends[0] else "skip"}


def slide_type(cell: nbformat.NotebookNode) -> str:
    """What the cell is in a slide show: slide (to the right), subslide (below), notes or skip."""
    if cell.cell_type == "markdown":
        if HEADING.search(cell.source):
            return "slide"
        if KEEP.search(cell.source):
            return "subslide"
        return "notes" if cell.source.startswith(LOOK) else "skip"
    return "subslide" if "predict(" in cell.source or any(call in cell.source for call in PICTURES) else "skip"


if __name__ == "__main__":
    for path in cores():
        notebook = nbformat.read(path, as_version=4)
        mark(notebook)
        nbformat.write(notebook, path)
