"""Grade a folder of notebooks that were handed in: the answers to each core's exercises, by the course's own checks.

    python tools/grade.py FOLDER
    python tools/grade.py FOLDER --edition ../for-my-class --to marks --seconds 60 --language ko

Writes ``marks.csv`` (one row an exercise) and ``marks.html`` beside FOLDER, or where ``--to`` says. A student is called
as the file, without the lesson's name, or else as the folder that it lies in.

**What students hand in is code, and grading runs it.** Each notebook runs in a process of its own, with a limit on
time, on memory and on files where the system has one, and without a network where ``unshare`` can take it away. That
stops accidents. It does not stop somebody who means harm: grade where nothing of value lies, in a container, say.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in tools/

from course import catalogue  # noqa: E402
from tools.class_edition import without_solutions  # noqa: E402
from tools.grading.lesson import lessons  # noqa: E402
from tools.grading.report import write_csv, write_page  # noqa: E402
from tools.grading.running import Limits, Mark, marks, without_network  # noqa: E402
from tools.grading.submission import read  # noqa: E402
from tools.handed_out import checksum, manifest  # noqa: E402
from tools.lessons import cores  # noqa: E402

AT_ONCE = 2
DEFAULT = Limits()
BAR = 30  # characters
SYSTEM = {".ipynb_checkpoints", "__MACOSX"}  # copies that systems make


def grade(folder: Path, language: str = "en", limits: Limits = DEFAULT) -> Iterator[tuple[int, int, list[Mark]]]:
    """How many notebooks are done, of how many, and the marks of the one that was graded last."""
    files = sorted(path for path in folder.rglob("*.ipynb") if not (SYSTEM & {*path.parts}) and path.name[:2] != "._")
    if not files:
        raise ValueError(f"there is no notebook (*.ipynb) in {folder}.")
    known = lessons(language)

    def graded(path: Path) -> list[Mark]:
        submission = read(path, folder, known)
        return marks(submission, known.get(submission.lesson), language, limits)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done, result in enumerate(as_completed([pool.submit(graded, path) for path in files]), 1):
            yield done, len(files), result.result()


def main() -> None:
    """Read the command line, show how far it is, write both reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the folder with the notebooks; those in folders within it count too")
    parser.add_argument("--to", type=Path, help="the reports' names without an ending (default: FOLDER-marks)")
    parser.add_argument("--edition", type=Path, help="the class edition that was handed out: what has changed is told")
    parser.add_argument("--language", choices=catalogue.languages(), default="en")
    parser.add_argument("--seconds", type=float, default=DEFAULT.seconds, help="for each answer (default: %(default)g)")
    parser.add_argument("--megabytes", type=int, default=DEFAULT.megabytes, help="for each notebook (%(default)s)")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal may lack some letters
    folder = arguments.folder.resolve()
    if not folder.is_dir():
        sys.exit(f"{arguments.folder} is no folder; name the one that holds the notebooks.")
    found: list[Mark] = []
    try:
        changed = changed_since(arguments.edition) if arguments.edition else []
        for done, total, new in grade(folder, arguments.language, Limits(arguments.seconds, arguments.megabytes)):
            found += new
            bar = "#" * (BAR * done // total)
            print(f"\r[{bar:{BAR}}] {done} of {total}", end="", flush=True)
    except ValueError as error:
        sys.exit(str(error))
    print()
    to = arguments.to or folder.with_name(f"{folder.name}-marks")
    found.sort(key=lambda mark: (mark.student.casefold(), mark.lesson, mark.exercise))
    table, page = to.with_name(f"{to.name}.csv"), to.with_name(f"{to.name}.html")
    write_csv(table, found)
    write_page(page, found, remarks(found) + changed)
    print(f"{sum(mark.right for mark in found)} of {len(found)} answers are right. {table} and {page} are written.")


def changed_since(edition: Path) -> list[str]:
    """What of the lessons is not as it was handed out in the class ``edition``: it is graded as it is now."""
    handed_out = manifest(edition)
    if handed_out is None:
        raise ValueError(f"{edition} is no class edition: it has no manifest.json.")
    changed = [path.stem for path in cores() if handed_out["files"].get(path.relative_to(ROOT).as_posix())
               != checksum(without_solutions(path.read_text("utf-8")).encode())]  # fmt: skip
    since = f"Handed out was version {handed_out['version']} of {handed_out['made']}"
    return [f"{since}; changed since then, and graded as they are now: {', '.join(changed) or 'none'}."]


def remarks(found: list[Mark]) -> list[str]:
    """What whoever reads the page must know."""
    network = "without a network" if without_network() else "with the network, which this system could not take away"
    return [
        f"{len({mark.file for mark in found})} notebooks; each ran in a process of its own, {network}.",
        "An asterisk marks a note. An answer that is the folded solution counts in full; the note only says so.",
    ]


if __name__ == "__main__":
    main()
