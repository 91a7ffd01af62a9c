"""Each Korean notebook in JupyterLab, lightly, for its code is the English one's: one control a panel, and predictions.

What is said in it is Korean: labels of controls, sentences, predictions and their replies, the words of a check.
"""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from course import catalogue
from tests.browser.test_lessons import answer_predictions
from tools.browser import open_notebook, run_all
from tools.lessons import label, notebooks

ROOT = Path(__file__).resolve().parents[2]
HANGUL = re.compile("[가-힣]")
MOVED = """([cell, before]) => {
  const image = cell.querySelector(".course-live img");
  return image && image.src.startsWith("data:image/png") && image.src !== before;
}"""


@pytest.mark.parametrize("path", notebooks("ko"), ids=label)
def test_a_control_of_each_panel_and_the_predictions_answer_in_korean(page, lab, course, path, monkeypatch):
    monkeypatch.setitem(catalogue._chosen, "language", "ko")
    copy = course / path.relative_to(ROOT).with_stem(f"run_{path.stem}")
    shutil.copy(path, copy)
    open_notebook(page, lab, str(copy.relative_to(course)))
    run_all(page)
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    boxes = page.locator(".course-controls")
    assert boxes.count() == len(re.findall(r'"(?:show|grow)\(', path.read_text("utf-8")))
    for box in boxes.all():
        box.scroll_into_view_if_needed()
        cell = box.locator("xpath=ancestor::div[contains(@class, 'jp-CodeCell')][1]")
        rows = box.locator(":scope > .widget-inline-hbox").all()
        words = [row.text_content() for row in rows]
        assert [said for said in words if re.search("[A-Za-z]{2}", said) and not HANGUL.search(said)] == []
        before = cell.locator(".course-live img").get_attribute("src")
        move(rows[-1])
        page.wait_for_function(MOVED, arg=[cell.element_handle(), before])
        expect(cell.locator(".course-live p")).to_have_text(HANGUL, use_inner_text=True)
    answer_predictions(page, re.findall(r'predict\(\\"([^"]+)\\"\)', path.read_text("utf-8")))


def move(row) -> None:
    """Move one control by keyboard to an end where it is not."""
    handle, select = row.locator(".noUi-handle"), row.locator("select")
    if handle.count():
        at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        handle.focus()
        handle.press("Home" if at_the_end else "End")
    elif select.count():
        select.select_option(index=0 if select.evaluate("menu => menu.selectedIndex") else 1)
    else:
        row.locator("input[type=checkbox]").focus()
        row.locator("input[type=checkbox]").press("Space")
