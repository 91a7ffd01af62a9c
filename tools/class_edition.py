"""Write the edition that a class gets: the course without folded solutions, teacher's pages and keys.

    python tools/class_edition.py ../for-my-class

The new folder holds what learners need. ``manifest.json`` says what was handed out, file by file, and
``handed_out.zip`` keeps the notebooks as they were: `reset_lesson` and `update` go by them, without git. Put it where
the class fetches it: into a repository for nbgitpuller, onto a shared drive, into a zip.

What checks an answer has to know it: who opens ``lessons/<topic>/exercises.py`` finds a reference there.
"""

import argparse
import json
import re
import sys
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in tools/

from tools.handed_out import COPIES, MANIFEST, checksum, git  # noqa: E402

KEPT = (  # of the files in git; a * stands for folders too
    "README*.md", "LICENSE*", "requirements.txt", "jupyter_config.py", ".gitignore", "course/*", "data/*", "helpers/*",
    "lessons/*", "notebooks/*", "pictures/*", "tools/reset_lesson.py", "tools/update.py", "tools/handed_out.py",
)  # fmt: skip
TEACHERS = ("lessons/*/teaching/*", "lessons/*/questions/*")
CUT = (  # chapters of the READMEs about other files
    "## Test", "## In front of a class", "## What is in the folder", "## 테스트", "## 수업에서", "## 폴더에 든 것",
)  # fmt: skip


def write(to: Path, root: Path = ROOT) -> int:
    """Write the class edition of the course in the clone ``root`` to the folder ``to``; return how many files it has.

    ValueError if ``to`` is there already and holds anything: an edition is never mixed with another.
    """
    if to.exists() and any(to.iterdir()):
        raise ValueError(f"{to} is not empty; name a new folder, so that nothing old stays in the edition.")
    files = {}
    for path in _chosen(root):
        content = _edited(path, (root / path).read_bytes())
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        (to / path).write_bytes(content)
        files[path] = checksum(content)
    with ZipFile(to / COPIES, "w", ZIP_DEFLATED) as copies:
        for path in files:
            if path.endswith(".ipynb"):
                copies.write(to / path, path)
    handed_out = {"version": _version(root), "made": date.today().isoformat(), "files": files}
    (to / MANIFEST).write_text(json.dumps(handed_out, indent=1) + "\n", "utf-8")
    return len(files)


def _chosen(root: Path) -> list[str]:
    """The paths in git that a class gets, in order."""
    tracked = git(root, "-c", "core.quotepath=off", "ls-files").splitlines()
    return [path for path in tracked if _any(path, KEPT) and not _any(path, TEACHERS)]


def _any(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _edited(path: str, content: bytes) -> bytes:
    """The file as a class gets it."""
    if path.endswith(".ipynb"):
        return without_solutions(content.decode()).encode()
    if re.fullmatch(r"README[^/]*\.md", path):
        return without_chapters(content.decode()).encode()
    return content


def without_solutions(notebook: str) -> str:
    """The notebook without the cells that fold a solution away."""
    document = nbformat.reads(notebook, as_version=4)
    document.cells = [cell for cell in document.cells
                      if not any(tag.startswith("solution:") for tag in cell.metadata.get("tags", []))]  # fmt: skip
    return nbformat.writes(document) + "\n"


def without_chapters(page: str) -> str:
    """The page without the chapters about what a class does not get."""
    chapters = re.split(r"(?m)^(?=## )", page)
    return "".join(chapter for chapter in chapters if not chapter.startswith(CUT))


def _version(root: Path) -> str:
    """What this edition is called: the commit, and whether something was changed since."""
    return git(root, "describe", "--always", "--dirty").strip()


def main() -> None:
    """Read the folder's name from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a new folder, or an empty one")
    arguments = parser.parse_args()
    try:
        count = write(arguments.folder)
    except ValueError as error:
        sys.exit(str(error))
    print(f"{count} files are in {arguments.folder}, with {MANIFEST} and {COPIES}.")


if __name__ == "__main__":
    main()
