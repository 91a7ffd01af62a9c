"""What the course handed out, and the copy that a learner keeps: for `reset_lesson` and `update`.

A clone has it in git. The class edition (`class_edition`) has it beside the lessons: ``manifest.json`` with the
checksum of every file, and ``handed_out.zip`` with the notebooks as they were.
"""

import hashlib
import json
import os
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from course.catalogue import text

MANIFEST = "manifest.json"
COPIES = "handed_out.zip"


def set_aside(path: Path) -> Path | None:
    """Copy the file to a new name with the time in it; None if there is no such file (any more)."""
    if not path.exists():
        return None
    copy = path.with_suffix(f".mine-{datetime.now():%Y%m%d-%H%M%S}{path.suffix}")
    with copy.open("xb") as file:  # "x": an older copy is never overwritten
        file.write(path.read_bytes())
    return copy


def manifest(root: Path) -> dict[str, Any] | None:
    """The class edition's manifest: "version", and by "files" the checksum of each path; None in any other folder."""
    path = root / MANIFEST
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def checksum(content: bytes) -> str:
    """SHA-256 of a file's content; line ends of Windows count as those of other systems."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def is_as_in(files: dict[str, str], root: Path, path: str) -> bool:
    """Whether the file at ``path`` is there with the checksum that ``files`` has."""
    return (root / path).is_file() and checksum((root / path).read_bytes()) == files.get(path)


def git(root: Path, *arguments: str, may_fail: bool = False) -> str:
    """What git prints; ValueError with one sentence if there is no git or it fails, unless it ``may_fail``."""
    command, plain = ["git", *arguments], os.environ | {"LC_ALL": "C"}  # git's messages may be in any encoding
    try:
        done = subprocess.run(
            command, cwd=root, env=plain, capture_output=True, check=not may_fail, encoding="utf-8", errors="replace"
        )
    except FileNotFoundError:
        raise ValueError(text("00.reset.no_git")) from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().splitlines()[-1:] or [str(error.returncode)]
        raise ValueError(text("00.reset.git_failed", reason=reason[0])) from None
    return done.stdout


def newest(root: Path) -> str:
    """The course's newest commit that this clone has fetched; empty if it knows of no course but its own."""
    for course in ("@{upstream}", "origin/HEAD"):  # no branch, and so no upstream, where a tag is checked out
        if found := git(root, "rev-parse", "--verify", "--quiet", course, may_fail=True).strip():
            return found
    return ""


def shipped(root: Path) -> str:
    """The last commit of the course that this clone is built on; empty if it knows of no course but its own.

    HEAD will not do: the learner may have committed, and nbgitpuller commits what they wrote before it merges. Nor
    will the course's newest commit, which may have been fetched without the code that its lessons need.
    """
    course = newest(root)
    return git(root, "merge-base", "HEAD", course, may_fail=True).strip() or course if course else ""
