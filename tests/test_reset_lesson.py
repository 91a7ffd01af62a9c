"""Resetting a lesson: the notebook comes back, the learner's copy stays, and what cannot be done is told."""

import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tools import handed_out, reset_lesson

ROOT = Path(__file__).parents[1]
LESSON = "notebooks/en/01_gradient_descent.ipynb"
SHIPPED = '{"cells": []}\n'
NEWER = '{"cells": ["newer"]}\n'
MINE = '{"cells": ["mine, 한글"]}\n'


@pytest.fixture
def origin(tmp_path):
    """The course, with two lessons."""
    root = tmp_path / "course"
    folder = root / "notebooks" / "en"
    folder.mkdir(parents=True)
    for name in ("00_start_here", "01_gradient_descent"):
        (folder / f"{name}.ipynb").write_bytes(SHIPPED.encode())
    git(root, "init", "-q", "-b", "main")
    commit(root, "lessons")
    return root


@pytest.fixture
def clone(origin, tmp_path):
    """A clone of the course, in a path with a space and Hangul in it."""
    git(tmp_path, "clone", "-q", origin.as_uri(), "my 강의")
    return tmp_path / "my 강의"


@pytest.fixture
def lesson(clone):
    return clone / LESSON


def git(root, *arguments):
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def commit(root, message):
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", message)


def copies(lesson):
    return sorted(lesson.parent.glob("*.mine-*"))


def test_the_lesson_comes_back_and_the_learners_copy_stays_beside_it(clone, lesson):
    lesson.write_text(MINE, encoding="utf-8")
    sentence = reset_lesson.reset("01", "en", clone)
    (copy,) = copies(lesson)
    assert lesson.read_text(encoding="utf-8") == SHIPPED
    assert copy.read_text(encoding="utf-8") == MINE
    assert re.fullmatch(r"01_gradient_descent\.mine-\d{8}-\d{6}\.ipynb", copy.name)
    assert copy.name in sentence


def test_what_goes_further_comes_back_too(origin, clone):
    path = clone / "notebooks" / "en" / "further" / "01_gradient_descent.ipynb"
    for root in (origin, clone):
        (root / "notebooks" / "en" / "further").mkdir()
    (origin / path.relative_to(clone)).write_text(SHIPPED, encoding="utf-8")
    commit(origin, "further")
    git(clone, "pull", "-q")
    path.write_text(MINE, encoding="utf-8")
    reset_lesson.reset("01", "en/further", clone)
    assert path.read_text(encoding="utf-8") == SHIPPED
    assert [copy.read_text(encoding="utf-8") for copy in copies(path)] == [MINE]


def test_a_lesson_that_was_added_to_the_index_comes_back_too(clone, lesson):
    lesson.write_text(MINE, encoding="utf-8")
    git(clone, "add", ".")
    reset_lesson.reset("01", "en", clone)
    assert lesson.read_text(encoding="utf-8") == SHIPPED


def test_no_other_file_is_touched(clone, lesson):
    other = lesson.with_name("00_start_here.ipynb")
    for notebook in (lesson, other):
        notebook.write_text(MINE, encoding="utf-8")
    reset_lesson.reset("01", "en", clone)
    assert other.read_text(encoding="utf-8") == MINE
    assert len(copies(lesson)) == 1


def test_a_deleted_lesson_comes_back_without_a_copy(clone, lesson):
    lesson.unlink()
    assert "was gone and is back" in reset_lesson.reset("01", "en", clone)
    assert lesson.read_text(encoding="utf-8") == SHIPPED
    assert copies(lesson) == []


def test_an_unchanged_lesson_is_left_alone(clone, lesson):
    with pytest.raises(ValueError, match="Lesson 01 is as the course ships it: there is nothing to reset"):
        reset_lesson.reset("01", "en", clone)
    assert copies(lesson) == []


@pytest.mark.parametrize("name", ["07", "1", "gradient_descent", ""])
def test_a_lesson_there_is_not_is_told_with_those_there_are(clone, name):
    with pytest.raises(ValueError, match=f"There is no lesson {name}; the lessons are 00, 01."):
        reset_lesson.reset(name, "en", clone)


def test_a_folder_that_is_no_clone_is_told(clone, lesson, tmp_path):
    shutil.rmtree(clone / ".git")
    git(tmp_path, "init", "-q")  # nor does it help that the folder lies in somebody's repository
    commit(tmp_path, "all I have")
    lesson.write_text(MINE, encoding="utf-8")
    with pytest.raises(ValueError, match="neither by git clone nor as a class edition, so it holds no second copy"):
        reset_lesson.reset("01", "en", clone)
    assert lesson.read_text(encoding="utf-8") == MINE


# ---------------------------------------------------------------- what the course ships, in each kind of clone

def resets(clone):
    """The lesson comes back as shipped once, and then there is nothing to reset."""
    mine = (clone / LESSON).read_text(encoding="utf-8")
    reset_lesson.reset("01", "en", clone)
    (copy,) = copies(clone / LESSON)
    assert copy.read_text(encoding="utf-8") == mine
    with pytest.raises(ValueError, match="is as the course ships it: there is nothing to reset"):
        reset_lesson.reset("01", "en", clone)
    return (clone / LESSON).read_text(encoding="utf-8")


def test_an_edit_that_was_committed(clone, lesson):
    lesson.write_text(MINE, encoding="utf-8")
    commit(clone, "mine")
    assert resets(clone) == SHIPPED


def test_an_edit_that_nbgitpuller_committed_and_merged_with_a_newer_course(origin, clone, lesson):
    for _ in "12":
        lesson.write_text(MINE, encoding="utf-8")
        (origin / LESSON).write_text(NEWER, encoding="utf-8")
        (origin / "more.txt").open("a", encoding="utf-8").write("more")
        commit(origin, "newer")
        git(clone, "fetch", "-q")
        git(clone, "commit", "-q", "-am", "Automatic commit by nbgitpuller", "--allow-empty")
        git(clone, "merge", "-q", "-Xours", "origin/main")
        assert lesson.read_text(encoding="utf-8") == MINE
        assert resets(clone) == NEWER
        copies(lesson)[0].unlink()


def test_nbgitpullers_branch_that_is_not_the_default_one(origin, tmp_path):
    git(origin, "checkout", "-q", "-b", "autumn")
    (origin / LESSON).write_text(NEWER, encoding="utf-8")
    commit(origin, "autumn's lessons")
    git(origin, "checkout", "-q", "main")
    git(tmp_path, "clone", "-q", "--branch", "autumn", origin.as_uri(), "autumn")
    (tmp_path / "autumn" / LESSON).write_text(MINE, encoding="utf-8")
    commit(tmp_path / "autumn", "mine")
    assert resets(tmp_path / "autumn") == NEWER


def test_a_newer_course_that_is_fetched_and_not_merged_is_left_alone(origin, clone, lesson):
    (origin / LESSON).write_text(NEWER, encoding="utf-8")
    commit(origin, "newer")
    git(clone, "fetch", "-q")
    lesson.write_text(MINE, encoding="utf-8")
    assert resets(clone) == SHIPPED


def test_a_shallow_clone(origin, tmp_path):
    (origin / LESSON).write_text(NEWER, encoding="utf-8")
    commit(origin, "newer")
    git(tmp_path, "clone", "-q", "--depth", "1", origin.as_uri(), "shallow")
    (tmp_path / "shallow" / LESSON).write_text(MINE, encoding="utf-8")
    commit(tmp_path / "shallow", "mine")
    assert resets(tmp_path / "shallow") == NEWER


def test_a_history_that_does_not_meet_the_courses(origin, clone, lesson):
    git(clone, "checkout", "-q", "--orphan", "afresh")
    lesson.write_text(MINE, encoding="utf-8")
    commit(clone, "afresh")
    assert resets(clone) == SHIPPED


def test_a_tag_that_is_checked_out(origin, clone, lesson):
    git(clone, "tag", "v1")
    (origin / LESSON).write_text(NEWER, encoding="utf-8")
    commit(origin, "newer")
    git(clone, "pull", "-q")
    git(clone, "checkout", "-q", "v1")
    lesson.write_text(MINE, encoding="utf-8")
    commit(clone, "mine")
    assert resets(clone) == SHIPPED


def test_a_branch_of_the_learners_own(clone, lesson):
    git(clone, "checkout", "-q", "-b", "mine")
    lesson.write_text(MINE, encoding="utf-8")
    commit(clone, "mine")
    assert resets(clone) == SHIPPED


def test_a_clone_that_does_not_know_where_it_came_from_has_its_last_commit(clone, lesson):
    git(clone, "remote", "remove", "origin")
    lesson.write_text(MINE, encoding="utf-8")
    reset_lesson.reset("01", "en", clone)
    assert lesson.read_text(encoding="utf-8") == SHIPPED
    with pytest.raises(ValueError, match="as it was last committed here, and this folder does not know where"):
        reset_lesson.reset("01", "en", clone)


@pytest.mark.parametrize("crlf", ["true", "false"])
def test_other_line_ends_alone_are_no_edit_and_come_back_as_git_writes_them(clone, lesson, crlf):
    git(clone, "config", "core.autocrlf", crlf)
    lesson.write_bytes(SHIPPED.replace("\n", "\r\n").encode())
    if crlf == "true":
        with pytest.raises(ValueError, match="nothing to reset"):
            reset_lesson.reset("01", "en", clone)
    lesson.write_text(MINE, encoding="utf-8")
    commit(clone, "mine")
    reset_lesson.reset("01", "en", clone)
    assert lesson.read_bytes() == SHIPPED.replace("\n", "\r\n" if crlf == "true" else "\n").encode()


def test_a_lesson_saved_again_unchanged_is_no_edit(clone, lesson):
    lesson.write_bytes(lesson.read_bytes())
    os.utime(lesson, (0, 0))
    with pytest.raises(ValueError, match="nothing to reset"):
        reset_lesson.reset("01", "en", clone)


# ---------------------------------------------------------------- what cannot be done, and the command

def test_a_machine_without_git_is_told(clone, lesson, monkeypatch):
    lesson.write_text(MINE, encoding="utf-8")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ValueError, match="git was not found"):
        reset_lesson.reset("01", "en", clone)
    assert lesson.read_text(encoding="utf-8") == MINE


def test_an_older_copy_is_never_overwritten(clone, lesson, monkeypatch):
    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 1, 31, 9, 0, 0)

    monkeypatch.setattr(handed_out, "datetime", Stopped)
    older = lesson.with_name("01_gradient_descent.mine-20260131-090000.ipynb")
    older.write_text("older", encoding="utf-8")
    lesson.write_text(MINE, encoding="utf-8")
    with pytest.raises(FileExistsError):
        reset_lesson.reset("01", "en", clone)
    assert older.read_text(encoding="utf-8") == "older"
    assert lesson.read_text(encoding="utf-8") == MINE


@pytest.fixture
def tool(clone):
    """The clone's own copy of the tool, with all that it needs."""
    modules = ("tools/reset_lesson", "tools/handed_out", "course/__init__", "course/catalogue", "course/particles")
    for name in (f"{module}.py" for module in modules):
        (clone / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    shutil.copytree(ROOT / "course" / "words", clone / "course" / "words")
    shutil.copytree(ROOT / "lessons" / "start_here" / "words", clone / "lessons" / "start_here" / "words")
    return clone / "tools" / "reset_lesson.py"


def test_the_command_needs_nothing_but_python_and_answers_in_one_line(tool, lesson):
    command = [sys.executable, "-S", "-X", "utf8", str(tool)]
    lesson.write_text(MINE, encoding="utf-8")
    runs = [subprocess.run([*command, "01"], cwd=lesson.parent, capture_output=True, encoding="utf-8") for _ in "12"]
    assert [run.returncode for run in runs] == [0, 1]
    assert runs[0].stdout.startswith("notebooks/en/01_gradient_descent.ipynb is as the course ships it again")
    assert runs[1].stderr == "Lesson 01 is as the course ships it: there is nothing to reset.\n"


def test_what_git_says_in_another_encoding_is_told(clone):
    shutil.rmtree(clone / ".git")
    (clone / ".git").write_bytes(b"gitdir: \xba\xce")
    with pytest.raises(ValueError, match="git could not do it .fatal: not a git repository"):
        reset_lesson.reset("01", "en", clone)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "euc-kr", "utf-8"])
def test_letters_that_the_terminal_lacks_do_not_stop_the_command(tool, lesson, encoding):
    words = tool.parents[1] / "lessons" / "start_here" / "words" / "en.toml"
    words.write_text(words.read_text("utf-8").replace("is as the course ships it again", "✓ … 되돌렸습니다"), "utf-8")
    lesson.write_text(MINE, encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    run = subprocess.run([sys.executable, str(tool), "01"], capture_output=True, env=environment)
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.startswith(b"notebooks/en/01_gradient_descent.ipynb ")
    assert lesson.read_text("utf-8") == SHIPPED
