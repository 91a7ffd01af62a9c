"""Bring the Korean notebooks up to the English ones.

    python tools/korean.py                      # all: cells, code and outputs; lists what is to be written
    python tools/korean.py 02                   # one lesson, core and Further
    python tools/korean.py --written 02         # its prose was written from the English of today

A Korean notebook has the cells, ids and code of the English one; the set-up cell asks for Korean. Each Markdown
cell notes which English it was written from. Where that has changed since, the cell is stale: its Korean stays until
somebody has read the new English and written it again. What is not written yet stands in English.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in tools/

from tools.lessons import NOTEBOOKS, label, notebooks  # noqa: E402
from tools.renew import renew  # noqa: E402

ENGLISH, KOREAN = 'start("en"', 'start("ko"'


def korean_path(english: Path) -> Path:
    """Where the Korean edition of the ``english`` notebook is."""
    return NOTEBOOKS / "ko" / english.relative_to(NOTEBOOKS / "en")


def written_from(source: str) -> str:
    """The mark of an English text that a Korean cell keeps."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def brought_up(english: NotebookNode, korean: NotebookNode | None) -> NotebookNode:
    """The Korean notebook with the cells of the ``english`` one: code copied, prose kept, outputs kept by cell."""
    known = {cell.id: cell for cell in korean.cells} if korean else {}
    return nbformat.from_dict(english | {"cells": [_cell(cell, known.get(cell.id)) for cell in english.cells]})


def _cell(english: NotebookNode, korean: NotebookNode | None) -> NotebookNode:
    made = nbformat.from_dict(english)
    same_kind = korean is not None and korean.cell_type == english.cell_type
    if english.cell_type == "markdown":
        made.source = korean.source if same_kind else english.source
        made.metadata.written_from = korean.metadata.get("written_from", "") if same_kind else ""
    else:
        made.source = english.source.replace(ENGLISH, KOREAN)
        made.outputs = korean.outputs if same_kind else []
        made.execution_count = korean.execution_count if same_kind else None
    return made


def stale(english: NotebookNode, korean: NotebookNode) -> list[str]:
    """The ids of the Markdown cells that were written from another English, or not yet."""
    texts = {cell.id: cell.source for cell in english.cells}
    return [cell.id for cell in korean.cells if cell.cell_type == "markdown"
            and cell.metadata.get("written_from") != written_from(texts.get(cell.id, ""))]  # fmt: skip


def mark_written(english: NotebookNode, korean: NotebookNode) -> None:
    """Note in every Markdown cell that it was written from the English as it is now."""
    texts = {cell.id: cell.source for cell in english.cells}
    for cell in korean.cells:
        if cell.cell_type == "markdown":
            cell.metadata.written_from = written_from(texts[cell.id])


def needs_run(korean: NotebookNode, before: NotebookNode | None) -> bool:
    """Whether some code is new, or has never run."""
    has_run = any(cell.get("execution_count") for cell in korean.cells)
    return before is None or not has_run or _code(korean) != _code(before)


def _code(notebook: NotebookNode) -> list[tuple[str, str]]:
    return [(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "code"]


def bring_up(path: Path, written: bool) -> None:
    """Bring the Korean edition of the English notebook at ``path`` up to it, and say what is left to write."""
    english, there = nbformat.read(path, as_version=4), korean_path(path)
    before = nbformat.read(there, as_version=4) if there.exists() else None
    korean = brought_up(english, before)
    if written:
        mark_written(english, korean)
    there.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(korean, there)
    if needs_run(korean, before):
        renew(there)
    left = stale(english, korean)
    print(f"{label(there)}: " + (f"to write: {', '.join(left)}" if left else "all is written"))


def main() -> None:
    """Read the lessons' numbers from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", help="two digits each, such as 02 (default: all)")
    parser.add_argument("--written", action="store_true", help="their prose was written from the English as it is now")
    arguments = parser.parse_args()
    if arguments.written and not arguments.lessons:
        parser.error("name the lessons that are written")
    for path in notebooks("en"):
        if not arguments.lessons or path.name[:2] in arguments.lessons:
            bring_up(path, arguments.written)


if __name__ == "__main__":
    main()
