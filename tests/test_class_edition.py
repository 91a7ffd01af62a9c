"""The edition that a class gets: it works by itself, holds no key, and says what was handed out."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest

from tools import class_edition, reset_lesson
from tools.grade import changed_since
from tools.handed_out import COPIES, MANIFEST, checksum
from tools.lessons import NOTEBOOKS, notebooks

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "edition"
    class_edition.write(folder)
    return folder


def test_the_manifest_has_every_file_and_its_checksum(edition):
    files = json.loads((edition / MANIFEST).read_text("utf-8"))["files"]
    there = {path.relative_to(edition).as_posix() for path in edition.rglob("*") if path.is_file()}
    assert there == {*files, MANIFEST, COPIES}
    assert all(checksum((edition / path).read_bytes()) == files[path] for path in files)


def test_no_key_is_in_it(edition):
    names = [path.relative_to(edition).as_posix() for path in edition.rglob("*") if path.is_file()]
    assert not [name for name in names if re.search(r"teaching|questions|^tests/|grad(e|ing)", name, re.IGNORECASE)]
    for path in edition.glob("notebooks/**/*.ipynb"):
        tags = [tag for cell in nbformat.read(path, as_version=4).cells for tag in cell.metadata.get("tags", [])]
        assert not [tag for tag in tags if tag.startswith("solution:")]


def test_all_lessons_are_in_it_and_differ_in_their_solutions_alone(edition):
    for path in notebooks():
        theirs = nbformat.read(edition / "notebooks" / path.relative_to(NOTEBOOKS), as_version=4)
        ours = nbformat.read(path, as_version=4)
        ours.cells = [cell for cell in ours.cells if "solution:" not in "".join(cell.metadata.get("tags", []))]
        assert theirs == ours


def test_what_its_notebooks_import_and_its_readme_links_to_is_in_it(edition):
    names = sorted({alias.name if module is None else f"{module}.{alias.name}"
                    for path in edition.glob("notebooks/**/*.ipynb")
                    for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"
                    for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Import | ast.ImportFrom)
                    for module in [getattr(node, "module", None)] for alias in node.names})  # fmt: skip
    script = "import pkgutil\nfor name in %r: pkgutil.resolve_name(name if '.' in name else name + ':__name__')"
    subprocess.run([sys.executable, "-c", script % (names,)], cwd=edition, check=True)
    links = re.findall(r"\]\(([^)#:]+)[)#]", (edition / "README.md").read_text("utf-8"))
    assert [link for link in links if not (edition / link).exists()] == []


def test_a_folder_that_holds_something_is_refused(edition):
    with pytest.raises(ValueError, match="is not empty"):
        class_edition.write(edition)


def test_a_lesson_is_reset_without_git(edition):
    lesson = next((edition / "notebooks" / "en").glob("01_*.ipynb"))
    shipped = lesson.read_bytes()
    lesson.write_text("mine", "utf-8")
    assert "is as the course ships it again" in reset_lesson.reset("01", "en", edition)
    (copy,) = lesson.parent.glob("*.mine-*")
    assert (lesson.read_bytes(), copy.read_text("utf-8")) == (shipped, "mine")
    copy.unlink()
    with pytest.raises(ValueError, match="nothing to reset"):
        reset_lesson.reset("01", "en", edition)
    with pytest.raises(ValueError, match="There is no lesson 77; the lessons are 00"):
        reset_lesson.reset("77", "en", edition)
    assert len(ZipFile(edition / COPIES).namelist()) == len(notebooks())


def test_grading_says_what_has_changed_since_it_was_handed_out(edition, tmp_path):
    said = changed_since(edition)[0]
    assert said.endswith("graded as they are now: none.")
    handed_out = json.loads((edition / MANIFEST).read_text("utf-8"))
    name = next(path for path in handed_out["files"] if "/en/03_" in path)
    handed_out["files"][name] = "other"
    (tmp_path / MANIFEST).write_text(json.dumps(handed_out), "utf-8")
    assert changed_since(tmp_path)[0].endswith("graded as they are now: 03_choosing_batch_and_epochs.")
    with pytest.raises(ValueError, match="is no class edition"):
        changed_since(ROOT)
