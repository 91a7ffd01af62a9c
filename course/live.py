"""The live figure: controls in, pixels out.

A lesson declares a `Panel`; `show` does the rest. The figure is built once and kept: a move of a control
computes, changes the artists that move, and draws those alone over a stored background (blitting). The picture
is an ordinary output with a description, so it stays readable where there is no kernel.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import ipywidgets as widgets

from course.carrier import cell_id, display_carrier
from course.catalogue import text
from course.controls import STYLE, collected, player, show_widget
from course.panel import MOVING, SETTLED, Canvas, Panel, RunPanel
from course.pictures import Bundle, described_picture

SETTLE_SECONDS = 0.3
SLICE_SECONDS = 0.05  # how long a run computes before it looks for a new value

_shown: dict[tuple[str, str], "Live"] = {}


class Live:
    """A panel with its controls and its picture; ``result`` and ``sentence`` belong to what is shown."""

    def __init__(self, panel: Panel) -> None:
        """Make the controls and compute and draw the values they start at."""
        self.panel = panel
        self.canvas = Canvas(panel)
        is_run = isinstance(panel, RunPanel)
        with collected() as self._owned:
            self.widgets = {c.key: c.make(panel.name, continuous=not is_run) for c in panel.controls}
            self.progress, self.stop_button = _run_controls() if is_run else (None, None)
        self.error: str | None = None
        self._carrier: Callable[[Bundle], None] | None = None
        self._settling: asyncio.TimerHandle | None = None
        self._run: asyncio.Task[None] | None = None
        self.result = self._final(self.values)
        self.sentence = panel.describe(self.result)
        self.pixels = self.canvas.draw(self.result, SETTLED)
        for widget in self.widgets.values():
            widget.observe(self._moved, names="value")

    @property
    def values(self) -> dict[str, Any]:
        """What the controls are set to."""
        return {key: widget.value for key, widget in self.widgets.items()}

    def show(self) -> None:
        """Show the controls and, below them, the picture."""
        self.canvas.draw(self.result, MOVING)  # its background, so that the first move is as quick as the rest
        with collected() as shown:
            show_widget(self._box())
            self._carrier = display_carrier(self._bundle(SETTLED))
        self._owned += shown

    def close(self) -> None:
        """Let go of the controls, the figure and a run."""
        self.cancel()
        self._carrier = None
        if self._settling is not None:
            self._settling.cancel()
        for widget in self._owned:
            widget.unobserve_all()
            widget.close()
        self.canvas.figure.clear()

    def cancel(self, *_: Any) -> None:
        """Stop a run where it is; the picture drawn so far stays."""
        if self._run is not None:
            self._run.cancel()
            self._run = None

    def _box(self) -> widgets.VBox:
        rows: list[widgets.Widget] = list(self.widgets.values())
        rows += [player(self.widgets[c.key]) for c in self.panel.controls if c.plays]
        if self.progress is not None:
            rows.append(widgets.HBox([self.progress, self.stop_button]))
            self.stop_button.on_click(self.cancel)
        box = widgets.VBox(rows)
        box.add_class("course-controls")
        return box

    def _final(self, values: Mapping[str, Any]) -> Any:
        """The result for ``values``; of a run, the last."""
        result = self.panel.compute(**values)
        return _last(result) if isinstance(self.panel, RunPanel) else result

    def _moved(self, _: Any) -> None:
        """Answer a moved control. Whatever goes wrong is said in the panel: nobody sees a callback's traceback."""
        try:
            if isinstance(self.panel, RunPanel):
                self._start_run()
            else:
                self._draw(self.panel.compute(**self.values))
        except Exception as error:
            self._say(error)

    def _draw(self, result: Any) -> None:
        """Draw ``result`` at once, and sharply when the control has rested a moment."""
        loop = _running_loop()
        self.sentence = self.panel.describe(result)
        self.pixels = self.canvas.draw(result, SETTLED if loop is None else MOVING)
        self.result, self.error = result, None
        self._publish(SETTLED if loop is None else MOVING)
        if loop is not None:
            if self._settling is not None:
                self._settling.cancel()
            self._settling = loop.call_later(SETTLE_SECONDS, self._settle)

    def _settle(self) -> None:
        self._settling = None
        self.pixels = self.canvas.draw(self.result, SETTLED)
        self._publish(SETTLED)
        self.canvas.draw(self.result, MOVING)  # back to that size now, so that the next move need not wait for it

    def _start_run(self) -> None:
        """Begin the run for the new values; one that is still going ends here."""
        self.cancel()
        steps = self.panel.compute(**self.values)
        self.progress.max, self.progress.value = self.panel.total(**self.values), 0
        loop = _running_loop()
        if loop is None:
            self._draw(_last(steps))
            self.progress.value = self.progress.max
        else:
            self._run = loop.create_task(self._advance(steps, loop))

    async def _advance(self, steps: Iterator[Any], loop: asyncio.AbstractEventLoop) -> None:
        """Run in slices, drawing after each, so that a new value or Stop is heard in between."""
        try:
            result, done, slice_end = None, 0, loop.time() + SLICE_SECONDS
            for result in steps:
                done += 1
                if loop.time() > slice_end:
                    self.progress.value = done
                    self._draw(result)
                    await asyncio.sleep(0.001)
                    slice_end = loop.time() + SLICE_SECONDS
            self.progress.value = done
            self._draw(result)
        except Exception as error:
            self._say(error)

    def _say(self, error: Exception) -> None:
        self.error = text("common.error", kind=type(error).__name__, message=str(error))
        self._publish(MOVING)

    def _publish(self, scale: int) -> None:
        if self._carrier is not None:
            self._carrier(self._bundle(scale))

    def _bundle(self, scale: int) -> Bundle:
        return described_picture(self.pixels, self.sentence, scale, self.error)


def show(panel: Panel) -> None:
    """Show ``panel`` in this cell. The one an earlier run of the cell showed is closed, so that none is left over."""
    key = (cell_id(), panel.name)
    if key in _shown:
        _shown.pop(key).close()
    live = Live(panel)
    live.show()
    _shown[key] = live


def _run_controls() -> tuple[widgets.IntProgress, widgets.Button]:
    progress = widgets.IntProgress(description=text("common.progress"), style=STYLE)
    return progress, widgets.Button(description=text("common.stop"))


def _last(steps: Iterator[Any]) -> Any:
    return deque(steps, maxlen=1)[0]


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
