"""Put a lesson's notebook back to how the course ships it, and keep the learner's copy beside it.

    python tools/reset_lesson.py 01
    python tools/reset_lesson.py 01 --language ko

The notebook as you left it stays as ``01_gradient_descent.mine-20260131-090000.ipynb``. Close its tab first.
"""

import argparse
import subprocess
import sys
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in tools/

from course import catalogue  # noqa: E402
from course.catalogue import text  # noqa: E402


def reset(lesson: str, language: str, root: Path = ROOT) -> str:
    """Restore notebooks/<language>/<lesson>_*.ipynb in the clone ``root``; return one sentence on what was done.

    ValueError, with one sentence, if there is no git, no clone, no such lesson, or nothing to reset.
    """
    path = _notebook(lesson, language, root)
    # git compares, not we: on Windows a file may have other line ends than the one it was committed as.
    if not _git(root, "status", "--porcelain", "--", path):
        raise ValueError(text("00.reset.unchanged", lesson=lesson))
    copy = _set_aside(root / path)
    _git(root, "checkout", "HEAD", "--", path)
    return text("00.reset.done", path=path, copy=copy.name) if copy else text("00.reset.restored", path=path)


def _notebook(lesson: str, language: str, root: Path) -> str:
    shipped = _git(root, "ls-tree", "--name-only", "HEAD", f"notebooks/{language}/").splitlines()
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


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True, encoding="utf-8")
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
    arguments = parser.parse_args()
    catalogue.use(arguments.language)
    try:
        print(reset(arguments.lesson, arguments.language))
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
