"""Put a lesson's notebook back to how the course ships it, and keep the learner's copy beside it.

    python tools/reset_lesson.py 01
    python tools/reset_lesson.py 01 --further
    python tools/reset_lesson.py 01 --language ko

The notebook as you left it stays as ``01_gradient_descent.mine-20260131-090000.ipynb``. Close its tab first.
"""

import argparse
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in tools/

from course import catalogue  # noqa: E402
from course.catalogue import text  # noqa: E402


def reset(lesson: str, folder: str, root: Path = ROOT) -> str:
    """Restore notebooks/<folder>/<lesson>_*.ipynb in the clone ``root``; return one sentence on what was done.

    Nothing is fetched: the course is what this clone got of it last. ValueError, with one sentence, if there is no git,
    no clone, no such lesson, or nothing to reset.
    """
    if not (root / ".git").exists():  # a folder inside another repository is no clone of the course either
        raise ValueError(text("00.reset.no_clone"))
    shipped = _shipped(root)
    path = _notebook(lesson, folder, root, shipped or "HEAD")
    # git compares, not we: on Windows a file may have other line ends than the one it was committed as.
    if not _git(root, "diff", "--name-only", shipped or "HEAD", "--", path):
        raise ValueError(text("00.reset.unchanged" if shipped else "00.reset.as_committed", lesson=lesson))
    copy = _set_aside(root / path)
    _git(root, "checkout", shipped or "HEAD", "--", path)
    return text("00.reset.done", path=path, copy=copy.name) if copy else text("00.reset.restored", path=path)


def _shipped(root: Path) -> str:
    """The last commit of the course that this clone is built on; empty if it knows of no course but its own.

    HEAD will not do: the learner may have committed, and nbgitpuller commits what they wrote before it merges. Nor
    will the course's newest commit, which may have been fetched without the code that its lessons need.
    """
    for course in ("@{upstream}", "origin/HEAD"):  # no branch, and so no upstream, where a tag is checked out
        newest = _git(root, "rev-parse", "--verify", "--quiet", course, may_fail=True).strip()
        if newest:
            return _git(root, "merge-base", "HEAD", newest, may_fail=True).strip() or newest
    return ""


def _notebook(lesson: str, folder: str, root: Path, commit: str) -> str:
    shipped = _git(root, "ls-tree", "--name-only", commit, f"notebooks/{folder}/").splitlines()
    numbers = {Path(path).name.split("_")[0]: path for path in shipped if path.endswith(".ipynb")}
    if lesson not in numbers:
        raise ValueError(text("00.reset.no_such_lesson", lesson=lesson, lessons=", ".join(numbers) or "-"))
    return numbers[lesson]


def _set_aside(notebook: Path) -> Path | None:
    """Copy ``notebook`` to a new name with the time in it; None if the learner has deleted it."""
    if not notebook.exists():
        return None
    copy = notebook.with_suffix(f".mine-{datetime.now():%Y%m%d-%H%M%S}.ipynb")
    with copy.open("xb") as file:  # "x": an older copy is never overwritten
        file.write(notebook.read_bytes())
    return copy


def _git(root: Path, *arguments: str, may_fail: bool = False) -> str:
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


def main() -> None:
    """Read the lesson's number and the language from the command line; say what was done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lesson", help="the lesson's two digits, such as 01")
    parser.add_argument("--language", choices=catalogue.languages(), default="en")
    parser.add_argument("--further", action="store_true", help="the notebook that goes further")
    arguments = parser.parse_args()
    folder = arguments.language + "/further" * arguments.further
    catalogue.use(arguments.language)
    sys.stdout.reconfigure(errors="replace")  # a terminal may lack some letters
    try:
        print(reset(arguments.lesson, folder))
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
