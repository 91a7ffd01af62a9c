"""Lesson 00's map names and links all lessons that there are."""

import re
from pathlib import Path

import nbformat
import pytest

MAPS = sorted((Path(__file__).resolve().parents[3] / "notebooks").glob("*/00_start_here.ipynb"))


def title(path: Path) -> str:
    """The notebook's number and title, as its first line has them."""
    return nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.parent.name)
def test_the_map_links_every_lesson_by_its_number_and_title(path):
    (source,) = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.id == "map"]
    rows = re.findall(r"^\| \[\*\*(\d\d)\*\* (.+?)\]\((.+?)\) \| .+? \|$", source, re.MULTILINE)
    lessons = sorted(path.parent.glob("[0-9][0-9]_*.ipynb"))
    assert len(lessons) >= 10
    mapped = [(f"# {number} · {name}", link) for number, name, link in rows]
    assert mapped == [(title(file), file.name) for file in lessons]
    assert "planned" not in source
