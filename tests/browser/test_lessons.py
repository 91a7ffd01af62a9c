"""Each lesson in JupyterLab: opened as it is stored, run, each control moved by keyboard and by pointer."""

from pathlib import Path

import nbformat
import numpy as np
import pytest

from course.live import Live
from tests.browser.notebook import declared_panels, expected, pixels_of
from tools.browser import open_notebook, start_all, wait_all

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
RESTS = 'img[src^="data:image/png"]'


def lesson_id(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", LESSONS, ids=lesson_id)
def test_a_stored_lesson_shows_its_pictures_without_a_kernel(page, lab, path):
    stored = nbformat.read(path, as_version=4)
    pictures = sum(
        "<img" in output.get("data", {}).get("text/html", "")
        for cell in stored.cells
        for output in cell.get("outputs", [])
    )
    open_notebook(page, lab, str(path.relative_to(ROOT)))
    shown = page.locator(".jp-OutputArea img[alt]")
    for cell in page.locator(".jp-CodeCell").all():  # JupyterLab renders a cell when it comes into view
        cell.scroll_into_view_if_needed()
    counted = "count => document.querySelectorAll('.jp-OutputArea img[alt]').length === count"
    page.wait_for_function(counted, arg=pictures)
    widths = shown.evaluate_all("images => images.map(image => image.naturalWidth)")
    assert all(width > 0 for width in widths)
    assert "model not found" not in page.locator(".jp-Notebook").inner_text().lower()


@pytest.mark.parametrize("path", LESSONS, ids=lesson_id)
def test_a_lesson_runs_and_every_control_gives_the_right_picture(page, lab, path, monkeypatch):
    open_notebook(page, lab, str(path.relative_to(ROOT)))
    start_all(page)
    panels = declared_panels(path, monkeypatch)  # here, while the notebook's own kernel runs the cells
    wait_all(page)
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    boxes = page.locator(".course-controls")
    assert boxes.count() == len(panels)
    for box, panel in zip(boxes.all(), panels, strict=True):
        work_panel(page, box, panel)


def work_panel(page, box, panel) -> None:
    """Move each control of ``panel`` to both ends, and see the picture that those values give."""
    cell = box.locator("xpath=ancestor::div[contains(@class, 'jp-CodeCell')][1]")
    rows = box.locator(":scope > .widget-inline-hbox")
    box.scroll_into_view_if_needed()
    here = Live(panel)
    values, known = here.values, {}
    for control, row in zip(panel.controls, rows.all(), strict=True):
        for value in move(page, row, control):
            values[control.key] = value
            setting = tuple(values.values())
            if setting not in known:
                known[setting] = expected(here, values)
            sees(cell, *known[setting])
    here.close()


def move(page, row, control):
    """Move one control as a learner would; yield the value that each move should have given."""
    handle = row.locator(".noUi-handle")
    if handle.count():
        handle.focus()
        for key, end in (("Home", control.ends[0]), ("End", control.ends[1])):
            handle.press(key)
            yield end
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


def sees(cell, sentence: str, pixels: np.ndarray) -> None:
    """The picture at rest says ``sentence`` and is, pixel for pixel, what this process draws."""
    picture = cell.locator(RESTS)
    for _ in range(600):
        if picture.count() and picture.get_attribute("alt") == sentence:
            break
        cell.page.wait_for_timeout(25)
    assert cell.locator("img").get_attribute("alt") == sentence
    shown = pixels_of(picture.get_attribute("src"))
    assert shown.shape == pixels.shape
    assert np.mean(np.any(shown != pixels, axis=2)) < 0.001
