"""Updating: what only one of learner and course has changed is theirs; where both have, both stay."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.handed_out import COPIES, MANIFEST, checksum
from tools.update import update

ONE, TWO, CODE = "notebooks/en/01_one.ipynb", "notebooks/en/02_two.ipynb", "helpers/code.py"
OLD = {ONE: "one", TWO: "two", CODE: "code", "gone.txt": "gone"}
NEW = {ONE: "one, newer", TWO: "two", CODE: "code, newer", "new.txt": "new"}


def write(root, files):
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, "utf-8")


def content(root):
    """What is in the folder, the copies under the name ``… mine``."""
    paths = [path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts]
    names = {path: path.relative_to(root).as_posix().partition(".mine-") for path in paths}
    return {name + " mine" * bool(mine): path.read_text("utf-8") for path, (name, mine, _) in names.items()
            if name not in (MANIFEST, COPIES)}  # fmt: skip


def git(root, *arguments):
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def commit(root):
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "course")


class Clone:
    """The course as a repository, and a learner's clone of it."""

    def __init__(self, folder):
        self.origin, self.root = folder / "course", folder / "내 강의"
        write(self.origin, OLD)
        git(self.origin, "init", "-q", "-b", "main")
        commit(self.origin)
        git(folder, "clone", "-q", self.origin.as_uri(), self.root.name)

    def update(self, files=NEW):
        for path in OLD:
            (self.origin / path).unlink(missing_ok=True)
        write(self.origin, files)
        commit(self.origin)
        return update(root=self.root)


class Edition:
    """A class edition, with a newer one as a folder or as a zip that has a folder of its own."""

    def __init__(self, folder, packed):
        self.root, self.newer, self.packed = folder / "내 강의", folder / "in" / "newer", packed
        self._write(self.root, OLD)

    def _write(self, root, files):
        write(root, files)
        made = {path: checksum(content.encode()) for path, content in files.items()}
        (root / MANIFEST).write_text(json.dumps({"version": "1", "files": made}), "utf-8")
        (root / COPIES).write_bytes(b"copies")

    def update(self, files=NEW):
        self._write(self.newer, files)
        zipped = shutil.make_archive(str(self.newer.parents[1] / "newer"), "zip", self.newer.parent)
        return update(Path(zipped) if self.packed else self.newer, self.root)


@pytest.fixture(params=["clone", "folder", "zip"])
def course(request, tmp_path):
    return Clone(tmp_path) if request.param == "clone" else Edition(tmp_path, request.param == "zip")


def test_who_has_changed_nothing_has_the_newer_course(course):
    assert course.update().startswith("The course is up to date: 4 files are new or changed.")
    assert content(course.root) == NEW


def test_what_both_have_changed_stays_twice(course):
    write(course.root, {ONE: "my one", CODE: "my code"})
    said = course.update()
    assert content(course.root) == NEW | {"notebooks/en/01_one mine": "my one", "helpers/code mine": "my code"}
    assert "your versions stay as" in said
    assert "notebooks/en/01_one.mine-" in said


def test_what_the_learner_alone_has_changed_stays_as_it_is(course):
    write(course.root, {TWO: "my two", "own.txt": "my own"})
    assert "stay as" not in course.update()
    assert content(course.root) == NEW | {TWO: "my two", "own.txt": "my own"}


def test_a_file_of_the_learners_where_the_course_has_a_new_one(course):
    write(course.root, {"new.txt": "my new"})
    course.update()
    assert content(course.root) == NEW | {"new mine": "my new"}


def test_what_the_learner_has_deleted_comes_back_where_it_is_newer(course):
    for path in (ONE, TWO):
        (course.root / path).unlink()
    course.update()
    assert content(course.root) == {path: text for path, text in NEW.items() if path != TWO}


def test_what_the_course_has_dropped_and_the_learner_has_changed_stays(course):
    write(course.root, {"gone.txt": "my gone"})
    course.update()
    assert "my gone" in content(course.root).values()


def test_twice_is_no_more_than_once(course):
    write(course.root, {ONE: "my one"})
    course.update()
    before = content(course.root)
    if isinstance(course, Clone):
        assert update(root=course.root) == "The course is as new as it gets: nothing was changed."
    else:
        assert course.update() == "The course is as new as it gets: nothing was changed."
    assert content(course.root) == before


# ---------------------------------------------------------------- a clone

def test_what_was_committed_is_kept_in_a_branch(tmp_path):
    course = Clone(tmp_path)
    write(course.root, {ONE: "my one", TWO: "my two"})
    commit(course.root)
    said = course.update()
    assert content(course.root) == NEW | {TWO: "my two", "notebooks/en/01_one mine": "my one"}
    assert "kept in the branch mine-" in said
    git(course.root, "merge-base", "--is-ancestor", "origin/main", "HEAD")


def test_a_clone_that_does_not_know_its_course_is_told(tmp_path):
    course = Clone(tmp_path)
    git(course.root, "remote", "remove", "origin")
    with pytest.raises(ValueError, match="does not know where the course came from"):
        update(root=course.root)


def test_no_network_changes_nothing(tmp_path):
    course = Clone(tmp_path)
    write(course.root, {ONE: "my one"})
    shutil.rmtree(course.origin)
    with pytest.raises(ValueError, match="git could not do it"):
        update(root=course.root)
    assert content(course.root) == OLD | {ONE: "my one"}


# ---------------------------------------------------------------- a class edition, and neither

def test_an_edition_that_is_not_whole_changes_nothing(tmp_path):
    course = Edition(tmp_path, packed=False)
    course._write(course.newer, NEW)
    (course.newer / CODE).write_text("half", "utf-8")
    with pytest.raises(ValueError, match="is not whole: helpers/code.py"):
        update(course.newer, course.root)
    assert content(course.root) == OLD


@pytest.mark.parametrize("newer", ["nothing", "a.zip", "folder"])
def test_what_is_no_edition_is_told(tmp_path, newer):
    course = Edition(tmp_path, packed=False)
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.zip").write_text("no zip", "utf-8")
    with pytest.raises(ValueError, match=r"is no class edition: it has no manifest\.json"):
        update(tmp_path / newer, course.root)


def test_a_folder_that_is_neither_and_an_edition_without_a_newer_one(tmp_path):
    with pytest.raises(ValueError, match="neither by git clone nor as a class edition"):
        update(root=tmp_path)
    course = Edition(tmp_path, packed=False)
    with pytest.raises(ValueError, match="name the newer one"):
        update(root=course.root)
    with pytest.raises(ValueError, match="is updated from where it came from"):
        update(tmp_path, Clone(tmp_path / "other").root)
