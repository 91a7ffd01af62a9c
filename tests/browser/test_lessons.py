"""Each lesson in JupyterLab: as it is stored, then run, each control moved, saved, loaded again, and moved again."""

import re
import shutil
from html import unescape
from pathlib import Path

import nbformat
import pytest

from course.checks.prediction import asked
from course.live import Live
from tests.browser.notebook import cut_labels, declared_panels, expected, no_error, parts, predictions_in, sees
from tools.browser import open_notebook, reload, save, start_all, wait_all
from tools.lessons import cores, label

ROOT = Path(__file__).resolve().parents[2]
TIMED = {"03.race"}  # panels that draw milliseconds, which no two runs share: their pictures are not compared


@pytest.mark.parametrize("path", cores("en"), ids=label)
def test_a_lesson_is_as_stored_then_runs_and_answers_and_does_so_after_a_reload(page, lab, course, path, monkeypatch):
    copy = opened(page, lab, course, path)
    check_stored(page, path)
    assert copy.read_bytes() == path.read_bytes()
    run_and_answer(page, path, monkeypatch)


def opened(page, lab, course, path: Path) -> Path:
    """Open a copy of the notebook at ``path``, which lies in the ``course`` that ``lab`` serves; where it lies."""
    copy = course / path.relative_to(ROOT).with_stem(f"run_{path.stem}")
    shutil.copy(path, copy)
    open_notebook(page, lab, str(copy.relative_to(course)))
    return copy


def check_stored(page, path: Path) -> None:
    """See that ``page`` shows each picture that the notebook at ``path`` stores, with its sentence, and no change."""
    stored = nbformat.read(path, as_version=4)
    pages = [output.get("data", {}).get("text/html", "") for cell in stored.cells for output in cell.get("outputs", [])]
    described = [unescape(re.search('<img alt="([^"]*)"', page)[1]) for page in pages if "<img" in page]
    for cell in page.locator(".jp-CodeCell").all():  # JupyterLab renders a cell when it comes into view
        cell.scroll_into_view_if_needed()
    counted = "count => document.querySelectorAll('.jp-OutputArea img[alt]').length === count"
    page.wait_for_function(counted, arg=len(described))
    shown = page.locator(".jp-OutputArea img[alt]")
    assert [seen(picture) for picture in shown.all()] == [(alt, alt) for alt in described]
    assert "model not found" not in page.locator(".jp-Notebook").inner_text().lower()
    assert page.locator(".jp-OutputArea style").count() == 0, "it is trusted, as a clone is not"
    assert page.locator(".jp-mod-dirty").count() == 0


def seen(picture) -> tuple[str, str]:
    """The description of ``picture``, which is on the page, and the words below it, if they are there to be seen."""
    picture.scroll_into_view_if_needed()
    words = picture.locator("xpath=following-sibling::p")
    picture.page.wait_for_function("words => words.innerText", arg=words.element_handle())
    assert picture.bounding_box()["width"] > 0
    return picture.get_attribute("alt"), words.inner_text()


def run_and_answer(page, path: Path, monkeypatch) -> None:
    """Run all, move the controls of each panel, save, load again, move and answer."""
    start_all(page)
    panels = declared_panels(path, monkeypatch)  # here, while the notebook's own kernel runs the cells
    wait_all(page)
    no_error(page)
    boxes = page.locator(".course-controls")
    assert boxes.count() == len(panels)
    assert cut_labels(page) == []
    known = [work_panel(page, box, panel, pulled=panel is panels[0])
             for box, panel in zip(boxes.all(), panels, strict=True)]  # fmt: skip
    save(page)
    reload(page)
    page.wait_for_function("count => document.querySelectorAll('.course-controls').length === count", arg=len(panels))
    for box, panel, pictures in zip(boxes.all(), panels, known, strict=True):
        move_again(page, box, panel, pictures)
    answer_predictions(page, predictions_in(path))
    assert page.locator(".course-stored:visible").count() == 0


def work_panel(page, box, panel, pulled: bool) -> dict:
    """Move each control of ``panel`` to both ends, and see the picture that those values give; the pictures seen.

    By keyboard; where the panel is ``pulled``, its sliders by mouse as well.
    """
    cell, rows = parts(box)
    here = Live(panel)
    values, known = here.values, {}
    for control, row in zip(panel.controls, rows, strict=True):
        for value in move(page, row, control, pulled):
            values[control.key] = value
            setting = tuple(values.values())
            if setting not in known:
                sentence, pixels = expected(here, values)
                known[setting] = sentence, None if panel.name in TIMED else pixels
            sees(cell, *known[setting])
    here.close()
    return known


def move_again(page, box, panel, known) -> None:
    """Move the last control of ``panel`` to its first end, and see once more the picture that was seen there."""
    cell, rows = parts(box)
    *others, _ = list(known)[-1]
    value = next(move(page, rows[-1], panel.controls[-1], pulled=False))
    sees(cell, *known[*others, value])


def move(page, row, control, pulled: bool):
    """Move one control as a learner would; yield the value that each move should have given."""
    handle = row.locator(".noUi-handle")
    if handle.count():
        handle.focus()
        for key, end in (("Home", control.ends[0]), ("End", control.ends[1])):
            handle.press(key)
            yield end
        if pulled:
            drag(page, row, handle)
            yield control.ends[1]
    elif row.locator("select").count():
        for option in control.ends:
            row.locator("select").select_option(index=control.ends.index(option))
            yield option
    else:
        box = row.locator("input[type=checkbox]")
        for _ in range(2):
            box.focus()
            box.press("Space")
            yield box.is_checked()


def drag(page, row, handle) -> None:
    """Pull the handle with the mouse to the middle of its track and past the right end, where runs are short."""
    start, track = handle.bounding_box(), row.locator(".noUi-target").bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] / 2, start["y"] + start["height"] / 2, steps=4)
    page.mouse.move(track["x"] + track["width"] + 30, start["y"] + start["height"] / 2, steps=4)
    page.mouse.up()


def answer_predictions(page, names) -> None:
    """Choose the last option of each prediction, by keyboard, and read the reply."""
    boxes = page.locator(".course-prediction")
    assert boxes.count() == len(names)
    for box, name in zip(boxes.all(), names, strict=True):
        box.scroll_into_view_if_needed()
        box.locator("button").last.focus()
        page.keyboard.press("Enter")
        box.get_by_role("status").filter(has_text=asked(name).replies[-1]).wait_for()
    assert page.locator(".course-options:visible").count() == 0
