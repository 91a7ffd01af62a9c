"""What turns lessons into pages and slides: formulas that need no internet, and slides without code.

    python -m jupyter nbconvert --config=tools/nbconvert_config.py --to html notebooks/en/02_*.ipynb
    python -m jupyter nbconvert --config=tools/nbconvert_config.py --to slides notebooks/en/02_*.ipynb

A page opens anywhere. Slides fetch reveal.js and require.js when they are opened; where there is no internet,
``--SlidesExporter.reveal_url_prefix=FOLDER`` and ``--SlidesExporter.require_js_url=FILE`` name copies of them.
Needs ``latex2mathml`` beside the course's requirements (see requirements-teaching.txt).
"""

import re

from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

# Code, in which a $ is a $, comes first; then formulas on lines of their own, and those within a line.
PARTS = re.compile(r"(?P<code>```.*?```|`[^`]*`)|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$", re.DOTALL)


class Formulas(Preprocessor):
    """Writes each formula of a Markdown cell as MathML, which browsers draw by themselves."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple[NotebookNode, dict]:
        """The cell with its formulas in MathML."""
        if cell.cell_type == "markdown":
            cell.source = PARTS.sub(_part, cell.source)
        return cell, resources


class Language(Preprocessor):
    """Has the page say which language it is in, the one that its ``start`` asks for: a screen reader goes by that."""

    def preprocess(self, notebook: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """The notebook as it is, and resources with its language."""
        asked = (re.search(r'^start\("(\w+)"', cell.source, re.MULTILINE) for cell in notebook.cells)
        resources["language_code"] = next(found[1] for found in asked if found)
        return notebook, resources


def _part(found: re.Match[str]) -> str:
    if found["code"]:
        return found["code"]
    display = "block" if found["block"] else "inline"
    return convert(found["block"] or found["inline"], display=display)


c = get_config()  # noqa: F821 - Jupyter defines it
c.HTMLExporter.preprocessors = [Formulas, Language]
c.HTMLExporter.mathjax_url = c.HTMLExporter.require_js_url = c.HTMLExporter.jquery_url = ""
c.SlidesExporter.require_js_url = HTMLExporter.require_js_url.default_value  # loads reveal.js
c.SlidesExporter.exclude_input = c.SlidesExporter.exclude_input_prompt = c.SlidesExporter.exclude_output_prompt = True
c.SlidesExporter.reveal_scroll = True
c.SlidesExporter.reveal_width, c.SlidesExporter.reveal_height = "900", "506"  # letters for the back of a class
