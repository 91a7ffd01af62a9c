"""The two reports: a CSV for the mark book, and a page that shows who has what, and what the checks said."""

import csv
import html
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from tools.grading.running import Mark

COLUMNS = [field.name for field in fields(Mark)]
LOOKS = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { border: 1px solid #888; padding: .3rem .6rem; text-align: left; }
thead th { position: sticky; top: 0; background: #eee; color: #000; } td.mark { text-align: center; }
.right { background: #d7f0dd; color: #000; } .wrong { background: #fde3cf; color: #000; }
details { margin: .4rem 0; } summary { cursor: pointer; } .note { font-style: italic; }
"""


def write_csv(path: Path, marks: Sequence[Mark]) -> None:
    """One row an exercise, with Excel's mark for UTF-8; what a sheet would take for a formula is kept as text."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        rows = csv.DictWriter(file, COLUMNS)
        rows.writeheader()
        rows.writerows({name: _plain(value) for name, value in asdict(mark).items()} for mark in marks)


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def write_page(path: Path, marks: Sequence[Mark], remarks: Sequence[str]) -> None:
    """For each lesson a table with a row for each student; below them each answer's sentence. Nothing is fetched."""
    tables = "".join(_table(lesson, own) for lesson, own in _grouped(marks, "lesson").items())
    said = "".join(_said(student, own) for student, own in _grouped(marks, "student").items())
    notes = "".join(f"<p>{html.escape(remark)}</p>" for remark in remarks)
    page = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Marks</title>
<style>{LOOKS}</style>
<h1>Marks</h1>{notes}{tables}
<h2>What the checks said</h2>{said}</html>
"""
    path.write_text(page, "utf-8")


def _grouped(marks: Sequence[Mark], by: str) -> dict[str, list[Mark]]:
    groups: dict[str, list[Mark]] = {}
    for mark in sorted(marks, key=lambda mark: (getattr(mark, by).casefold(), mark.file, mark.exercise)):
        groups.setdefault(getattr(mark, by), []).append(mark)
    return groups


def _table(lesson: str, marks: Sequence[Mark]) -> str:
    exercises = sorted({mark.exercise for mark in marks})
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in exercises)
    body = "".join(_row(own[0].student, own, exercises) for own in _grouped(marks, "file").values())
    title = f"Lesson {lesson}" if lesson else "Of no lesson"
    head = f'<tr><th scope="col">student</th>{head}<th scope="col">right</th></tr>'
    return f"<h2>{html.escape(title)}</h2><table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _row(student: str, marks: Sequence[Mark], exercises: Sequence[str]) -> str:
    by_exercise = {mark.exercise: mark for mark in marks}
    cells = "".join(_cell(by_exercise.get(name)) for name in exercises)
    right = sum(mark.right for mark in marks)
    return f'<tr><th scope="row">{html.escape(student)}</th>{cells}<td class="mark">{right} of {len(marks)}</td></tr>'


def _cell(mark: Mark | None) -> str:
    if mark is None:
        return '<td class="mark"></td>'
    word, kind = ("✓ right", "right") if mark.right else ("✗ no", "wrong")
    return f'<td class="mark {kind}" title="{html.escape(mark.sentence)}">{word}{" *" if mark.note else ""}</td>'


def _said(student: str, marks: Sequence[Mark]) -> str:
    lines = "".join(
        f"<li>{'✓' if mark.right else '✗'} <code>{html.escape(mark.exercise)}</code> {html.escape(mark.sentence)}"
        + (f' <span class="note">* {html.escape(mark.note)}</span>' if mark.note else "") + "</li>"
        for mark in marks
    )  # fmt: skip
    files = ", ".join(sorted({mark.file for mark in marks}))
    return f"<details open><summary>{html.escape(student)} ({html.escape(files)})</summary><ul>{lines}</ul></details>"
