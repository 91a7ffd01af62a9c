"""What the panels of a notebook should show, computed in this process, and what a page shows of them."""

import ast
import base64
import contextlib
import io
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode
from PIL import Image
from playwright.sync_api import expect

import course
from course.live import Live
from course.panel import SETTLED, Panel
from course.pictures import described_picture

ASKS = re.compile(r"^(show|grow|predict)\(", re.MULTILINE)

AT_REST = """([cell, sentence, not]) => {
  const image = cell.querySelector(".course-live img");
  return image && image.alt === sentence && image.src.startsWith("data:image/png") && image.src !== not;
}"""

MOVED_AND_AT_REST = """([cell, before]) => {
  const [image, words] = cell.querySelectorAll(".course-live img, .course-live p");
  const said = cell.querySelector(".course-said [role=status]").textContent;
  return image && image.src.startsWith("data:image/png") && image.src !== before
    && words.innerText === image.alt && said === image.alt;
}"""

ANNOUNCED = """([cell, sentence]) => {
  const said = cell.querySelector(".course-said [role=status]").textContent;
  return said === "" || said === sentence;  // nothing before the first move
}"""


def asking(path: Path) -> list[NotebookNode]:
    """The cells of the notebook at ``path`` that show a panel or ask for a prediction, and those that these need.

    The set-up cell first. Names stand for data: a cell that only changes what another has made is not found.
    """
    setup, *others = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    kept, used = [], set()
    for cell in reversed(others):
        parts = list(ast.walk(ast.parse(cell.source)))
        names = [part for part in parts if isinstance(part, ast.Name)]
        made = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        made |= {part.name for part in parts if isinstance(part, ast.FunctionDef | ast.ClassDef)}
        if ASKS.search(cell.source) or made & used:
            kept.append(cell)
            used |= {name.id for name in names}
    return [setup, *reversed(kept)]


def declared_panels(path: Path, monkeypatch) -> list[Panel]:
    """The panels that the notebook at ``path`` shows, in order, from running here the cells that these need."""
    panels: list[Panel] = []
    monkeypatch.setattr(course, "show", panels.append)
    monkeypatch.chdir(path.parent)
    namespace: dict = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in asking(path):
            exec(compile(cell.source, cell.id, "exec"), namespace)
    return panels


def expected(here: Live, values: dict) -> tuple[str, np.ndarray]:
    """The sentence and the settled picture, (height, width, 3), that ``here``, in this process, has for ``values``."""
    result = here._final(values)
    bundle = described_picture(here.canvas.draw(result, SETTLED, values), "", SETTLED)
    return here.panel.sentence(result, values), pixels_of(bundle["text/html"])


def pixels_of(source: str) -> np.ndarray:
    """The picture embedded in ``source``, HTML or an address, as (height, width, 3)."""
    data = re.search(r"base64,([A-Za-z0-9+/=]+)", source)[1]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))


def sees(cell: Any, sentence: str, pixels: np.ndarray | None) -> None:
    """``cell`` comes to show one picture, at rest, that says ``sentence`` and is ``pixels``, as this process draws it.

    A picture of the same sentence may be on its way to another; so one that differs is given time to be replaced.
    Without ``pixels`` any picture will do.
    """
    picture, source = cell.locator(".course-live img"), ""
    while True:
        cell.page.wait_for_function(AT_REST, arg=[cell.element_handle(), sentence, source])
        source = picture.get_attribute("src")
        shown = pixels_of(source)
        if pixels is None or shown.shape == pixels.shape and np.mean(np.any(shown != pixels, axis=2)) < 0.001:
            break
    expect(cell.locator(".course-live p")).to_have_text(sentence, use_inner_text=True)  # laid out, to be seen
    cell.page.wait_for_function(ANNOUNCED, arg=[cell.element_handle(), sentence])
    expect(cell.locator("img:visible")).to_have_count(1)


def parts(box: Any) -> tuple[Any, list[Any]]:
    """The cell that ``box`` with its controls stands in, in view, and the controls' rows."""
    box.scroll_into_view_if_needed()
    cell = box.locator("xpath=ancestor::div[contains(@class, 'jp-CodeCell')][1]")
    return cell, box.locator(":scope > .widget-inline-hbox").all()


def cut_labels(page: Any) -> list[str]:
    """The labels of controls on ``page`` of which a part is not to be seen."""
    cut = "labels => labels.filter(label => label.scrollWidth > label.clientWidth + 1).map(label => label.textContent)"
    return page.eval_on_selector_all(".course-controls .widget-label", cut)


def nudge_panels(page: Any, count: int) -> None:
    """Move the last control of each of the ``count`` panels, and see another picture come to rest with its words."""
    boxes = page.locator(".course-controls")
    expect(boxes).to_have_count(count)
    for box in boxes.all():
        cell, rows = parts(box)
        picture = cell.locator(".course-live img")
        before = picture.get_attribute("src")
        nudge(rows[-1])
        page.wait_for_function(MOVED_AND_AT_REST, arg=[cell.element_handle(), before])


def nudge(row: Any) -> None:
    """Move one control by keyboard to a value that it does not have, a slider to an end."""
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


def panels_in(path: Path) -> int:
    """How many panels the notebook at ``path`` shows."""
    return len(re.findall(r'"(?:show|grow)\(', path.read_text("utf-8")))


def predictions_in(path: Path) -> list[str]:
    """The names of the predictions in the notebook at ``path``."""
    return re.findall(r'predict\(\\"([^"]+)\\"\)', path.read_text("utf-8"))


def no_error(page: Any) -> None:
    """See that no cell on ``page`` has failed or complained."""
    for kind in ("stderr", "error"):
        assert page.locator(f'[data-mime-type="application/vnd.jupyter.{kind}"]').count() == 0
