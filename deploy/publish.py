"""Commit the class edition to the repository that the class pulls from, which is made if there is none.

    python deploy/publish.py /srv/class.git

Run it again once the course has changed: each learner gets the newer edition at the next login.
"""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks for modules in deploy/

from tools import class_edition  # noqa: E402
from tools.handed_out import COPIES, MANIFEST, git  # noqa: E402

DATED = [f":(exclude){name}" for name in (MANIFEST, COPIES)]  # differ each time
COMMITTER = ("-c", "user.name=The course", "-c", "user.email=course@localhost")


def publish(repository: Path, root: Path = ROOT) -> bool:
    """Commit the class edition of the clone ``root`` to the bare ``repository``; whether it differs from the last."""
    if not repository.exists():
        git(root, "init", "--quiet", "--bare", "--initial-branch=main", str(repository))
    with tempfile.TemporaryDirectory() as folder:
        class_edition.write(Path(folder), root)
        edition = (f"--git-dir={repository}", f"--work-tree={folder}")
        git(root, *edition, "add", "--all", "--force")
        if not git(root, *edition, "status", "--porcelain", "--", ".", *DATED):
            return False
        git(root, *COMMITTER, *edition, "commit", "--quiet", "--message=The course for the class")
    return True


def main() -> None:
    """Read the repository's path from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, help="a bare git repository, or where to make one")
    repository = parser.parse_args().repository.resolve()
    print(f"{repository}: {'a newer edition' if publish(repository) else 'nothing new'}.")


if __name__ == "__main__":
    main()
