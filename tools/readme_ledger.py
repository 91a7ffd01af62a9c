"""Copy the ledger that ends lesson 09's Further, shortened, into the README: `python tools/readme_ledger.py`."""

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
FOLDER = ROOT / "notebooks" / "en" / "further"
PLACE = re.compile(r"(?<=<!-- ledger -->\n).*?(?=<!-- end of ledger -->)", re.DOTALL)


def short_ledger() -> str:
    """The README's table: claim, verdict without its condition, and a link to the cell from the README's folder."""
    notebook = nbformat.read(FOLDER / "09_does_it_work.ipynb", as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.id == "ledger")
    rows = [line for line in cell.source.splitlines() if line.startswith("|")]
    return "".join(f"{_short(row)}\n" for row in rows)


def _short(row: str) -> str:
    number, claim, verdict, link = (part.strip() for part in row.strip("|").split("|"))
    from_root = link.replace("](", "](notebooks/en/further/").replace("further/../", "")
    return f"| {number} | {claim} | {verdict.partition(':')[0]} | {from_root} |"


if __name__ == "__main__":
    README.write_text(PLACE.sub(lambda _: short_ledger(), README.read_text("utf-8")), "utf-8")
