"""Lesson 00's map names every lesson that there is by its title, and links it."""

import re
from pathlib import Path

import nbformat
import pytest

from tools.lesson_map import renewed, title

MAPS = sorted((Path(__file__).resolve().parents[3] / "notebooks").glob("*/00_start_here.ipynb"))


@pytest.fixture(params=MAPS, ids=lambda path: path.parent.name)
def drawn(request) -> tuple[Path, str]:
    """The folder of the map's lessons, and its Markdown."""
    (source,) = [cell.source for cell in nbformat.read(request.param, as_version=4).cells if cell.id == "map"]
    return request.param.parent, source


def test_the_map_has_every_lesson_with_its_title(drawn):
    folder, source = drawn
    rows = re.findall(r"^\| (\d\d) \| \[(.+?)\]\((.+?)\) \| .+? \|", source, re.MULTILINE)
    lessons = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    assert len(lessons) >= 10
    assert rows == [(path.name[:2], title(path), path.name) for path in lessons], "run tools/lesson_map.py"


def test_the_map_is_as_its_tool_writes_it(drawn):
    folder, source = drawn
    assert renewed(source, folder) == source


def test_a_new_title_comes_into_the_map(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 02 · Why forget?\n\nA scene.")])
    nbformat.write(notebook, tmp_path / "02_batches.ipynb")
    source = "Ten lessons.\n\n| 02 | [Count](02_old.ipynb) | a network |"
    assert renewed(source, tmp_path).endswith("| 02 | [Why forget?](02_batches.ipynb) | a network |")
