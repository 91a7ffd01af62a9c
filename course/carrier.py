"""An output that can be replaced later, whichever front end shows it."""

import os
from collections.abc import Callable

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from course.controls import show_widget
from course.pictures import Bundle


def display_carrier(bundle: Bundle) -> Callable[[Bundle], None]:
    """Show ``bundle``; return what replaces it. Voila never repaints a display handle, so there a widget holds it."""
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        holder = widgets.HTML(bundle["text/html"])
        show_widget(holder)
        return lambda new: setattr(holder, "value", new["text/html"])
    handle = display(bundle, raw=True, display_id=True)
    return lambda new: handle.update(new, raw=True)


def cell_id() -> str:
    """The id of the notebook cell that is running, or "" outside a notebook."""
    kernel = getattr(get_ipython(), "kernel", None)
    parent = kernel.get_parent() if kernel is not None else {}
    return parent.get("metadata", {}).get("cellId", "")
