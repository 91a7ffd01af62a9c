"""The live figure: controls in, pixels out.

A lesson declares a `Panel`; `show` does the rest. The figure is built once and kept: a move of a control
computes, changes the artists that move, and draws those alone over a stored background (blitting). The picture stands
in a widget below its controls; the one its cell drew is stored behind it, described, for where there is no kernel.
"""

import asyncio
import html
import math
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import ipywidgets as widgets
import numpy as np

from course.catalogue import text
from course.controls import STYLE, player
from course.panel import MOVING, SETTLED, Canvas, Panel, RunPanel
from course.pictures import Bundle, described_picture
from course.shown import close_widget, live_html, show_widget, store

SETTLE_SECONDS = 0.3
SLICE_SECONDS = 0.05  # how long a run computes before it looks for a new value


class LivePicture(widgets.VBox):
    """A picture with its sentence that is renewed in place, and what a screen reader is told once it rests."""

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__([live_html("course-live"), live_html("course-said", "course-unseen")])

    def show(self, bundle: Bundle) -> None:
        """Show a described picture."""
        self.bundle = bundle
        self.children[0].value = bundle["text/html"]

    def say(self, sentence: str) -> None:
        """Have ``sentence`` announced."""
        self.children[1].value = html.escape(sentence)


class Live:
    """A panel with its controls and its picture; ``result`` and ``sentence`` belong to what is shown."""

    def __init__(self, panel: Panel) -> None:
        """Make the controls and compute and draw the values they start at."""
        self.panel = panel
        self.error: str | None = None
        self._settling: asyncio.TimerHandle | None = None
        self._run: asyncio.Task[None] | None = None
        self._drawn = {c.key: c.value for c in panel.controls}
        self.result = self._final(self._drawn)
        self.sentence = panel.sentence(self.result, self._drawn)
        self.canvas = Canvas(panel)
        pixels = self.canvas.draw(self.result, SETTLED, self._drawn)
        is_run = isinstance(panel, RunPanel)
        self.widgets = {c.key: c.make(panel.name, continuous=not is_run) for c in panel.controls}
        self.progress, self.stop_button = _run_controls() if is_run else (None, None)
        self.picture = LivePicture()
        self.box = self._box()
        self._show(pixels, SETTLED)
        for widget in self.widgets.values():
            widget.observe(self._moved, names="value")

    @property
    def values(self) -> dict[str, Any]:
        """What the controls are set to."""
        return {key: widget.value for key, widget in self.widgets.items()}

    def show(self) -> None:
        """Show the controls and, below them, the picture; let go of them when their cell is run again."""
        show_widget(self.box, self.close)
        store(self.picture.bundle)
        self.canvas.draw(self.result, MOVING, self._drawn)  # its background: the first move is as quick

    def close(self) -> None:
        """Let go of the controls, the figure and a run."""
        self.cancel()
        if self._settling is not None:
            self._settling.cancel()
        close_widget(self.box)
        self.canvas.figure.clear()

    def cancel(self, *_: Any) -> None:
        """Stop a run where it is; the picture drawn so far stays."""
        if self._run is not None:
            self._run.cancel()
            self._run = None
            self._settle_soon()

    def _box(self) -> widgets.VBox:
        rows: list[widgets.Widget] = list(self.widgets.values())
        rows += [player(self.widgets[c.key]) for c in self.panel.controls if c.plays]
        if self.progress is not None:
            rows.append(widgets.HBox([self.progress, self.stop_button]))
            self.stop_button.on_click(self.cancel)
        box = widgets.VBox([*rows, self.picture])
        box.add_class("course-controls")
        return box

    def _final(self, values: Mapping[str, Any]) -> Any:
        """The result for ``values``; of a run, the last."""
        result = self.panel.compute(**values)
        return _last(result) if isinstance(self.panel, RunPanel) else result

    def _moved(self, change: Mapping[str, Any]) -> None:
        """Answer a moved control. Whatever goes wrong is said in the panel: nobody sees a callback's traceback."""
        if _same_number(change["old"], change["new"]):
            return
        try:
            if isinstance(self.panel, RunPanel):
                self._start_run()
            else:
                values = self.values
                self._draw(self.panel.compute(**values), values)
        except Exception as error:
            self._say(error)

    def _draw(self, result: Any, values: Mapping[str, Any]) -> None:
        """Draw ``result``, which ``values`` led to, at once, and sharply when the control has rested a moment."""
        sentence, scale = self.panel.sentence(result, values), _scale()
        pixels = self.canvas.draw(result, scale, values)
        self.result, self._drawn, self.sentence, self.error = result, values, sentence, None
        self._show(pixels, scale)
        self._settle_soon()

    def _show(self, pixels: np.ndarray, scale: int) -> None:
        self.picture.show(described_picture(pixels, self.sentence, scale, self.error))

    def _settle_soon(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
        if loop := _running_loop():
            self._settling = loop.call_later(SETTLE_SECONDS, self._settle)

    def _settle(self) -> None:
        """Draw sharply what has come to rest and have it announced; a run rests at its end."""
        self._settling = None
        if self._run is None:
            self._show(self.canvas.draw(self.result, SETTLED, self._drawn), SETTLED)
            self.canvas.draw(self.result, MOVING, self._drawn)  # so that the next move need not wait
            if self.error is None:  # an error is an alert: it is announced already
                self.picture.say(self.sentence)

    def _start_run(self) -> None:
        """Begin the run for the new values; one that is still going ends here."""
        self.cancel()
        values = self.values
        steps = self.panel.compute(**values)
        self.progress.max, self.progress.value = self.panel.total(**values), 0
        loop = _running_loop()
        if loop is None:
            self._draw(_last(steps), values)
            self.progress.value = self.progress.max
        else:
            self._run = loop.create_task(self._advance(steps, values, loop))

    async def _advance(self, steps: Iterator[Any], values: Mapping[str, Any], loop: asyncio.AbstractEventLoop) -> None:
        """Run in slices, drawing after each, so that a new value or Stop is heard in between."""
        try:
            result, done, slice_end = None, 0, loop.time() + SLICE_SECONDS
            for result in steps:
                done += 1
                if loop.time() > slice_end:
                    self.progress.value = done
                    self._draw(result, values)
                    await asyncio.sleep(0.001)
                    slice_end = loop.time() + SLICE_SECONDS
            self.progress.value, self._run = done, None
            self._draw(result, values)
        except Exception as error:
            self._run = None
            self._say(error)

    def _say(self, error: Exception) -> None:
        """Show ``error`` in the sentence's place, below the last setting that worked."""
        self.error = text("common.error", kind=type(error).__name__, message=str(error))
        scale = _scale()
        self._show(self.canvas.draw(self.result, scale, self._drawn), scale)
        self._settle_soon()


def show(panel: Panel) -> None:
    """Show ``panel`` in this cell, until the cell is run again."""
    Live(panel).show()


def _run_controls() -> tuple[widgets.IntProgress, widgets.Button]:
    progress = widgets.IntProgress(description=text("common.progress"), style=STYLE)
    return progress, widgets.Button(description=text("common.stop"))


def _last(steps: Iterator[Any]) -> Any:
    return deque(steps, maxlen=1)[0]


def _same_number(old: Any, new: Any) -> bool:
    """Whether ``new`` is ``old`` but for rounding. A slider that comes into view calls 0.4 0.4000000000000001."""
    return isinstance(new, float) and math.isclose(old, new, rel_tol=1e-9, abs_tol=1e-12)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _scale() -> int:
    """How sharply a move is drawn at first: without a loop nothing would draw it again at rest."""
    return MOVING if _running_loop() else SETTLED
