"""Copy the ledger that ends lesson 09's Further, shortened, into the READMEs: `python tools/readme_ledger.py`."""

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
READMES = {"en": ROOT / "README.md", "ko": ROOT / "README.ko.md"}
PLACE = re.compile(r"(?<=<!-- ledger -->\n).*?(?=<!-- end of ledger -->)", re.DOTALL)


def short_ledger(language: str) -> str:
    """The README's table: claim, verdict without its condition, and a link to the cell from the README's folder."""
    folder = f"notebooks/{language}/further/"
    notebook = nbformat.read(ROOT / folder / "09_does_it_work.ipynb", as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.id == "ledger")
    rows = [line for line in cell.source.splitlines() if line.startswith("|")]
    return "".join(f"{_short(row, folder)}\n" for row in rows)


def _short(row: str, folder: str) -> str:
    number, claim, verdict, link = (part.strip() for part in row.strip("|").split("|"))
    from_root = link.replace("](", f"]({folder}").replace("further/../", "")
    return f"| {number} | {claim} | {verdict.partition(':')[0]} | {from_root} |"


if __name__ == "__main__":
    for language, readme in READMES.items():
        table = short_ledger(language)
        readme.write_text(PLACE.sub(lambda _, table=table: table, readme.read_text("utf-8")), "utf-8")
