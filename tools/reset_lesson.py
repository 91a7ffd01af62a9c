"""Put a lesson's notebook back to how the course ships it, and keep the learner's copy beside it.

    python tools/reset_lesson.py 01
    python tools/reset_lesson.py 01 --further
    python tools/reset_lesson.py 01 --language ko

The notebook as you left it stays as ``01_gradient_descent.mine-20260131-090000.ipynb``. Close its tab first.
"""

import argparse
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in tools/

from course import catalogue  # noqa: E402
from course.catalogue import text  # noqa: E402
from tools.handed_out import COPIES, git, is_as_in, manifest, set_aside, shipped  # noqa: E402


def reset(lesson: str, folder: str, root: Path = ROOT) -> str:
    """Restore notebooks/<folder>/<lesson>_*.ipynb in ``root``; return one sentence on what was done.

    ``root`` is a clone, or a class edition, which holds copies of its lessons. Nothing is fetched: the course is what
    was got of it last. ValueError, with one sentence, if ``root`` is neither, there is no git, no such lesson, or
    nothing to reset.
    """
    if (root / ".git").exists():  # a folder inside another repository is no clone of the course
        return _reset_by_git(lesson, folder, root)
    if handed_out := manifest(root):
        return _reset_from_copies(lesson, folder, root, handed_out["files"])
    raise ValueError(text("00.reset.no_clone"))


def _reset_by_git(lesson: str, folder: str, root: Path) -> str:
    course = shipped(root)
    tree = git(root, "ls-tree", "--name-only", course or "HEAD", f"notebooks/{folder}/").splitlines()
    path = _notebook(lesson, tree)
    # git compares, not we: on Windows a file may have other line ends than the one it was committed as.
    if not git(root, "diff", "--name-only", course or "HEAD", "--", path):
        raise ValueError(text("00.reset.unchanged" if course else "00.reset.as_committed", lesson=lesson))
    copy = set_aside(root / path)
    git(root, "checkout", course or "HEAD", "--", path)
    return _done(path, copy)


def _reset_from_copies(lesson: str, folder: str, root: Path, files: dict[str, str]) -> str:
    path = _notebook(lesson, [path for path in files if Path(path).parent.as_posix() == f"notebooks/{folder}"])
    if is_as_in(files, root, path):
        raise ValueError(text("00.reset.unchanged", lesson=lesson))
    copy = set_aside(root / path)
    with ZipFile(root / COPIES) as copies:
        copies.extract(path, root)
    return _done(path, copy)


def _done(path: str, copy: Path | None) -> str:
    return text("00.reset.done", path=path, copy=copy.name) if copy else text("00.reset.restored", path=path)


def _notebook(lesson: str, paths: list[str]) -> str:
    numbers = {Path(path).name.split("_")[0]: path for path in paths if path.endswith(".ipynb")}
    if lesson not in numbers:
        raise ValueError(text("00.reset.no_such_lesson", lesson=lesson, lessons=", ".join(numbers) or "-"))
    return numbers[lesson]


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
