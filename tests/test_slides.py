"""Lessons as slides and as pages: the cells' marks, formulas without an internet."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools.lessons import LATER, cores, label
from tools.slides import mark

ROOT = Path(__file__).resolve().parents[1]


def exported(kind: str, path: Path, folder: Path) -> str:
    command = [sys.executable, "-m", "jupyter", "nbconvert", f"--config={ROOT / 'tools' / 'nbconvert_config.py'}",
               f"--to={kind}", f"--output-dir={folder}", path]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    (page,) = folder.glob("*.html")
    return page.read_text("utf-8")


def read_by_eye(page: str) -> str:
    return re.sub(r"<(script|style|math|code|pre)\b.*?</\1>", "", page, flags=re.DOTALL)


@pytest.mark.parametrize("path", cores(), ids=label)
def test_cells_are_marked(path):
    notebook = nbformat.read(path, as_version=4)
    marked = [cell.metadata.get("slideshow") for cell in notebook.cells]
    mark(notebook)
    assert marked == [cell.metadata.slideshow for cell in notebook.cells]


@pytest.mark.parametrize("path", cores(), ids=label)
def test_scene_predictions_pictures_and_sentences_are_slides(path):
    cells = nbformat.read(path, as_version=4).cells
    end = next(k for k, cell in enumerate(cells) if cell.source.startswith(LATER))
    shown = [cell for cell in cells if cell.metadata.slideshow["slide_type"] in ("slide", "subslide")]
    heading_or_call = {"markdown": r"^##? ", "code": r"^(predict|show|grow)\("}
    wanted = [cell for cell in cells[:end] if re.search(heading_or_call[cell.cell_type], cell.source, re.MULTILINE)]
    assert [cell.id for cell in wanted if cell not in shown] == []
    assert [cell.id for cell in cells[end:] if cell in shown] == []
    assert len(shown) > len(wanted)  # the sentences to keep, and figures


def test_a_page_needs_no_internet_for_its_formulas(tmp_path):
    (path,) = ROOT.glob("notebooks/en/04_*.ipynb")
    page = exported("html", path, tmp_path)
    assert '<html lang="en"' in page
    assert page.count("<math") > 40
    assert not re.search(r"\$[^$<\n]+\$", read_by_eye(page))
    assert not re.findall(r'<(?:script|link)[^>]+(?:src|href)="http', page)


def test_slides_hold_no_code(tmp_path):
    (path,) = ROOT.glob("notebooks/ko/02_*.ipynb")
    page = exported("slides", path, tmp_path)
    assert '<html lang="ko"' in page
    assert "<section" in page
    assert "jp-InputArea-editor" not in page.partition("<body")[2]
