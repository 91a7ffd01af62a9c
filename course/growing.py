"""A figure that grows in its own cell: a run without controls, with a bar, drawn while it is computed."""

import math
import time
from typing import Any

from course.catalogue import text
from course.controls import ProgressBar
from course.live import LivePicture
from course.panel import MOVING, SETTLED, Canvas, RunPanel
from course.pictures import described_picture
from course.shown import show_widget, store

FRAME_SECONDS = 0.1  # a frame costs some 10 ms, so that at most a tenth of the time goes into drawing


def grow(panel: RunPanel) -> Any:
    """Compute and draw the run panel ``panel``, which has no controls; return its last result.

    While it runs, a bar fills and the picture grows; at the end the settled picture with its sentence takes its place.
    An interrupt ends the run and keeps all there was: it is drawn, described and returned. ValueError if the
    panel has controls or is no `RunPanel`.
    """
    if panel.controls or not isinstance(panel, RunPanel):
        raise ValueError(f"{panel.name} is no run without controls; grow takes a RunPanel without controls.")
    canvas, result = Canvas(panel), None
    bar, picture = ProgressBar(panel.total()), LivePicture()
    show_widget(picture)
    drawn = -math.inf
    try:
        for result in panel.compute():
            bar()
            if time.monotonic() - drawn > FRAME_SECONDS:
                words = text(f"{panel.name}.growing")
                picture.show(described_picture(canvas.draw(result, MOVING), words))
                drawn = time.monotonic()
    except KeyboardInterrupt:
        if result is None:
            raise
    sentence = panel.describe(result)
    picture.show(described_picture(canvas.draw(result, SETTLED), sentence, SETTLED))
    picture.say(sentence)
    store(picture.bundle)
    canvas.figure.clear()
    return result
