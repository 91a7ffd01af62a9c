"""The ledger that ends lesson 09's Further: fifty claims, verdicts from the list, each with a link to a tagged cell."""

import re
from pathlib import Path

import nbformat
import pytest

from tools.readme_ledger import PLACE, READMES, ROOT, short_ledger

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*/further/09_*.ipynb"))
CLAIMS = [f"C{k:02}" for k in range(1, 51)]
VERDICTS = {
    "right": "맞음", "right with a condition": "조건부로 맞음", "half right": "반만 맞음", "loose": "느슨함",
    "wrong": "틀림", "contested": "논쟁 중", "not shown": "보이지 않음",
}  # fmt: skip
LINK = r"\[(\d\d)\]\(((?:\.\./)?\d\d_\w+\.ipynb)#cell-id=([\w-]+)\)"
ROW = re.compile(rf"^\| *(\d+) *\| *(.+?) *\| *(.+?) *\| *{LINK} *\|$")


def ledger(path: Path) -> list[str]:
    """The lines of the ledger's table, its two headings left out."""
    (cell,) = (cell for cell in nbformat.read(path, as_version=4).cells if cell.id == "ledger")
    return [line for line in cell.source.splitlines() if line.startswith("|")][2:]


def faults(lines: list[str], folder: Path) -> list[str]:
    """What is wrong with the rows; nothing if each claim has one and all is as it must be."""
    rows, found = [ROW.match(line) for line in lines], []
    found += [f"not a row: {line}" for line, row in zip(lines, rows, strict=True) if row is None]
    claims = [f"C{int(row[1]):02}" for row in rows if row]
    if claims != CLAIMS:
        found.append("the claims are not C01 to C50, each once and in order")
    for claim, row in zip(claims, filter(None, rows), strict=True):
        found += [f"{claim}: {fault}" for fault in row_faults(claim, row, folder)]
    return found


def row_faults(claim: str, row: re.Match[str], folder: Path) -> list[str]:
    verdict, lesson, name, cell_id = row.groups()[2:]
    known = {*VERDICTS, *VERDICTS.values()}
    found = [] if verdict.partition(":")[0] in known else [f"no verdict of the list: {verdict}"]
    if not (folder / name).exists() or not Path(name).name.startswith(lesson):
        return [*found, f"no such lesson: {name}"]
    cells = [cell for cell in nbformat.read(folder / name, as_version=4).cells if cell.id == cell_id]
    if not cells or claim not in cells[0].metadata.get("tags", []):
        found.append(f"no cell of {name} with the id {cell_id} bears the claim's tag")
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.parents[1].name)
def test_each_claim_has_one_row_a_verdict_and_a_link_to_a_cell_that_shows_it(path):
    assert faults(ledger(path), path.parent) == []


def swapped(lines, number, old, new):
    assert old in lines[number - 1]
    return [line.replace(old, new) if k == number - 1 else line for k, line in enumerate(lines)]


SPOILT = {
    "a missing row": lambda lines: lines[:6] + lines[7:],
    "a row twice": lambda lines: [*lines[:6], lines[5], *lines[6:]],
    "the order": lambda lines: [lines[1], lines[0], *lines[2:]],
    "a verdict of no list": lambda lines: swapped(lines, 1, "| right |", "| rightly |"),
    "no verdict": lambda lines: swapped(lines, 1, "| right |", "| |"),
    "a lesson that is not there": lambda lines: swapped(lines, 50, "09_does_it_work.ipynb", "09_does_it_works.ipynb"),
    "a cell that is not there": lambda lines: swapped(lines, 50, "cell-id=", "cell-id=x"),
    "a cell of another claim": lambda lines: swapped(lines, 50, lines[49].split("cell-id=")[1], "setup) |"),
    "a lesson's wrong number": lambda lines: swapped(lines, 50, "[09]", "[08]"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_ledger_is_noticed(what):
    path = NOTEBOOKS[0]
    assert faults(SPOILT[what](ledger(path)), path.parent) != []


@pytest.mark.parametrize("language", READMES)
def test_the_readme_holds_the_same_ledger_shortened_and_its_links_lead_somewhere(language):
    """`python tools/readme_ledger.py` puts it there."""
    table = PLACE.search(READMES[language].read_text("utf-8"))[0]
    assert table == short_ledger(language)
    rows = table.splitlines()[2:]
    assert [f"C{int(row.split('|')[1]):02}" for row in rows] == CLAIMS
    assert all((ROOT / re.search(r"\]\((.+?)#", row)[1]).is_file() for row in rows)


def test_both_languages_give_the_same_verdicts():
    english, korean = ([row.split("|")[3].strip() for row in short_ledger(language).splitlines()[2:]]
                       for language in ("en", "ko"))  # fmt: skip
    assert [VERDICTS[verdict] for verdict in english] == korean
