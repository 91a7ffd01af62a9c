"""A figure that grows in its own cell: a run without controls, with a bar, drawn while it is computed."""

import math
import time
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from course.catalogue import text
from course.controls import ProgressBar, show_widget
from course.panel import MOVING, SETTLED, Canvas, RunPanel
from course.pictures import described_picture

FRAME_SECONDS = 0.1  # a frame costs some 10 ms, so that at most a tenth of the time goes into drawing


def grow(panel: RunPanel) -> Any:
    """Compute and draw the run panel ``panel``, which has no controls; return its last result.

    While it runs, a bar fills and the picture grows. At the end the settled picture with its sentence takes their
    place. An interrupt ends the run and keeps all there was: it is drawn, described and returned. ValueError if the
    panel has controls or is no `RunPanel`.
    """
    if panel.controls or not isinstance(panel, RunPanel):
        raise ValueError(f"{panel.name} is no run without controls; grow takes a RunPanel without controls.")
    canvas, result = Canvas(panel), None
    bar, holder = ProgressBar(panel.total()), widgets.HTML()
    show_widget(holder)
    drawn = -math.inf
    try:
        for result in panel.compute():
            bar()
            if time.monotonic() - drawn > FRAME_SECONDS:
                holder.value = _frame(canvas, result)
                drawn = time.monotonic()
    except KeyboardInterrupt:
        if result is None:
            raise
    display(described_picture(canvas.draw(result, SETTLED), panel.describe(result), SETTLED), raw=True)
    holder.close()
    canvas.figure.clear()
    return result


def _frame(canvas: Canvas, result: Any) -> str:
    return described_picture(canvas.draw(result, MOVING), text(f"{canvas.panel.name}.growing"))["text/html"]
