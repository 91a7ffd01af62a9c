"""What a cell shows: widgets that come back with their kernel, and what is stored behind them.

A display handle goes dead when its page is reloaded; a widget does not. So whatever follows a control stands in a
widget (`live_html`), and the same is stored as an ordinary output (`store`), hidden while the widget is there.
"""

import html
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from course.catalogue import language
from course.pictures import Bundle

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
FOLDER = Path(__file__).parent

# A style sheet's load event is the one that fires for HTML which a widget inserts.
_PAGE = "<style onload='{}'>{}</style>".format(
    html.escape((FOLDER / "page.js").read_text("utf-8")), (FOLDER / "page.css").read_text("utf-8")
)

_closing: dict[str, list[Callable[[], None]]] = {}  # by cell: what lets go of all that its last run showed


def show_widget(widget: widgets.Widget, let_go: Callable[[], None] | None = None) -> None:
    """Show ``widget`` with accessible names and its language, and nothing in its place where there is no kernel.

    When its cell is run again the widget is closed and ``let_go`` called.
    """
    page = f'{_PAGE}<i class="course-language" lang="{language()}"></i>'
    box = widgets.VBox([widget, widgets.HTML(page)])
    box.add_class("course-panel")
    closing = _closing.setdefault(cell_id(), [])
    closing.append(lambda: close_widget(box))
    if let_go is not None:
        closing.append(let_go)
    if shell := get_ipython():
        shell.events.register("pre_run_cell", _run_again)
    display({WIDGET_VIEW: {"model_id": box.model_id, "version_major": 2, "version_minor": 0}}, raw=True)


def live_html(*classes: str) -> widgets.HTML:
    """A widget for HTML that is renewed, with the CSS ``classes``: ``course-live`` hides what is stored behind it."""
    made = widgets.HTML()
    for name in classes:
        made.add_class(name)
    return made


def store(bundle: Bundle) -> None:
    """Show ``bundle`` where no ``course-live`` widget is in the cell: on other pages, and once the kernel is gone."""
    display({**bundle, "text/html": f'<div class="course-stored">{bundle["text/html"]}</div>'}, raw=True)


def close_widget(widget: widgets.Widget) -> None:
    """Close ``widget`` and all it is made of. One whose part was gone would keep a whole page from coming back."""
    for part in list(_parts(widget)):
        part.unobserve_all()
        part.close()


def cell_id() -> str:
    """The id of the notebook cell that is running, or "" where the front end gives none."""
    kernel = getattr(get_ipython(), "kernel", None)
    parent = kernel.get_parent() if kernel is not None else {}
    return parent.get("metadata", {}).get("cellId", "")


def let_go(cell: str) -> None:
    """Close what the last run of ``cell`` showed. Cells without an id are not told apart, so theirs stays."""
    for close in _closing.pop(cell, []) if cell else []:
        close()


def _run_again(_: Any) -> None:
    let_go(cell_id())


def _parts(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """``widget`` and, below it, every widget that one of its traits names: children, layouts, styles."""
    yield widget
    for name in widget.keys:
        value = getattr(widget, name)
        for part in value if isinstance(value, tuple | list) else (value,):
            if isinstance(part, widgets.Widget):
                yield from _parts(part)
