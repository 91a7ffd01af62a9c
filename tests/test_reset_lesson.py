"""Resetting a lesson: the notebook comes back, the learner's copy stays, and what cannot be done is told."""

import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from course import catalogue
from tools import reset_lesson

ROOT = Path(__file__).parents[1]
SHIPPED = '{"cells": []}\n'
MINE = '{"cells": ["mine, 한글"]}\n'


@pytest.fixture(autouse=True)
def _english():
    catalogue.use("en")


@pytest.fixture
def clone(tmp_path):
    """A clone with two lessons, in a path with a space and Hangul in it."""
    root = tmp_path / "my 강의"
    folder = root / "notebooks" / "en"
    folder.mkdir(parents=True)
    for name in ("00_start_here", "01_gradient_descent"):
        (folder / f"{name}.ipynb").write_text(SHIPPED, encoding="utf-8")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "lessons")
    return root


@pytest.fixture
def lesson(clone):
    return clone / "notebooks" / "en" / "01_gradient_descent.ipynb"


def git(root, *arguments):
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, encoding="utf-8").stdout


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


def test_a_folder_that_is_no_clone_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(ValueError, match="only in a clone"):
        reset_lesson.reset("01", "en", tmp_path)


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

    monkeypatch.setattr(reset_lesson, "datetime", Stopped)
    older = lesson.with_name("01_gradient_descent.mine-20260131-090000.ipynb")
    older.write_text("older", encoding="utf-8")
    lesson.write_text(MINE, encoding="utf-8")
    with pytest.raises(FileExistsError):
        reset_lesson.reset("01", "en", clone)
    assert older.read_text(encoding="utf-8") == "older"
    assert lesson.read_text(encoding="utf-8") == MINE


def test_the_command_needs_nothing_but_python_and_answers_in_one_line(clone, lesson):
    for name in ("tools/reset_lesson.py", "course/__init__.py", "course/catalogue.py"):
        (clone / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    shutil.copytree(ROOT / "course" / "words", clone / "course" / "words")
    shutil.copytree(ROOT / "lessons" / "start_here" / "words", clone / "lessons" / "start_here" / "words")
    command = [sys.executable, "-S", "-X", "utf8", str(clone / "tools" / "reset_lesson.py")]
    lesson.write_text(MINE, encoding="utf-8")
    runs = [subprocess.run([*command, "01"], cwd=lesson.parent, capture_output=True, encoding="utf-8") for _ in "12"]
    assert [run.returncode for run in runs] == [0, 1]
    assert runs[0].stdout.startswith("notebooks/en/01_gradient_descent.ipynb is as the course ships it again")
    assert runs[1].stderr == "Lesson 01 is as the course ships it: there is nothing to reset.\n"
