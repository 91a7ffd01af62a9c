"""Bring the course up to date and keep what you wrote.

    python tools/update.py                   # in a clone: from where the clone came from
    python tools/update.py ../newer.zip      # in a class edition: from a newer one, a folder or a zip

A file that you changed and the course has changed too stays beside the new one, such as
``01_gradient_descent.mine-20260131-090000.ipynb``. What you changed and the course has not stays as it is.
"""

import argparse
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in tools/

from course import catalogue  # noqa: E402
from course.catalogue import text  # noqa: E402
from tools.handed_out import COPIES, MANIFEST, git, is_as_in, manifest, newest, set_aside, shipped  # noqa: E402


def update(newer: Path | None = None, root: Path = ROOT) -> str:
    """Update ``root``, a clone or a class edition; return the sentences on what was done and kept.

    newer: for a class edition, the folder or the zip of a newer one.
    ValueError with one sentence if it cannot be done: nothing has changed then.
    """
    if (root / ".git").exists():
        if newer is not None:
            raise ValueError(text("00.update.is_a_clone"))
        return _update_by_git(root)
    handed_out = manifest(root)
    if handed_out is None:
        raise ValueError(text("00.update.no_clone"))
    if newer is None:
        raise ValueError(text("00.update.which"))
    return _update_from(newer, root, handed_out["files"])


# ---------------------------------------------------------------- a clone

def _update_by_git(root: Path) -> str:
    if not newest(root):
        raise ValueError(text("00.update.no_course"))
    git(root, "fetch", "--quiet")
    base, course = shipped(root), newest(root)
    theirs = _names(root, base, course)
    if base == course:
        return text("00.update.newest")
    mine = {*_names(root, base), *git(root, "ls-files", "--others", "-z").split("\0")}
    copies = [copy for path in theirs if path in mine and (copy := set_aside(root / path))]
    branch = _keep_commits(root, base)
    git(root, "reset", "--quiet", "--mixed", course)  # of the files none is touched yet
    for path in theirs:
        if git(root, "ls-files", "--", path):
            git(root, "checkout", "--quiet", "--", path)
        else:  # the course has it no more
            (root / path).unlink(missing_ok=True)
    return _said(len(theirs), copies, root, branch)


def _names(root: Path, *commits: str) -> list[str]:
    """The files that differ between two commits, or between one and the folder."""
    return [path for path in git(root, "diff", "--name-only", "--no-renames", "-z", *commits).split("\0") if path]


def _keep_commits(root: Path, base: str) -> str:
    """Give what was committed here since ``base`` a branch; return its name, empty if there is nothing."""
    if git(root, "rev-parse", "HEAD").strip() == base:
        return ""
    name = f"mine-{datetime.now():%Y%m%d-%H%M%S}"
    git(root, "branch", name)
    return name


# ---------------------------------------------------------------- a class edition

def _update_from(newer: Path, root: Path, old: dict[str, str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source = _unpacked(newer, Path(folder))
        new = manifest(source)["files"]
        if missing := next((path for path in new if not is_as_in(new, source, path)), None):
            raise ValueError(text("00.update.incomplete", newer=newer, path=missing))
        changed = [path for path in new if new[path] != old.get(path)]
        gone = [path for path in old if path not in new and is_as_in(old, root, path)]
        mine = [path for path in changed if not is_as_in(old, root, path) and not is_as_in(new, root, path)]
        copies = [copy for path in mine if (copy := set_aside(root / path))]
        for path in (*changed, MANIFEST, COPIES):  # the manifest last but one: until then it can be done again
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes((source / path).read_bytes())
        for path in gone:
            (root / path).unlink()
    return _said(len(changed) + len(gone), copies, root) if changed or gone else text("00.update.newest")


def _unpacked(newer: Path, folder: Path) -> Path:
    """The folder of the newer edition; a zip, whose files may lie in a folder of their own, is unpacked first."""
    if newer.is_file():
        try:
            with ZipFile(newer) as packed:
                packed.extractall(folder)
        except BadZipFile:
            raise ValueError(text("00.update.no_edition", newer=newer)) from None
        newer, found = folder, [folder, *(path for path in folder.iterdir() if path.is_dir())]
        newer = next((path for path in found if manifest(path)), folder)
    if manifest(newer) is None:
        raise ValueError(text("00.update.no_edition", newer=newer))
    return newer


def _said(count: int, copies: list[Path], root: Path, branch: str = "") -> str:
    sentences = [text("00.update.done", count=count)]
    if copies:
        kept = ", ".join(copy.relative_to(root).as_posix() for copy in copies)
        sentences.append(text("00.update.kept", copies=kept))
    if branch:
        sentences.append(text("00.update.branch", branch=branch))
    return " ".join(sentences)


def main() -> None:
    """Read the newer edition's path and the language from the command line; say what was done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("newer", type=Path, nargs="?", help="a newer class edition: its folder or its zip")
    parser.add_argument("--language", choices=catalogue.languages(), default="en")
    arguments = parser.parse_args()
    catalogue.use(arguments.language)
    sys.stdout.reconfigure(errors="replace")  # a terminal may lack some letters
    try:
        print(update(arguments.newer))
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
