"""The controls a learner moves, declared by what they choose and turned into ipywidgets here.

A control's label is the catalogue's text ``<panel name>.<key>``.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as widgets

from course.catalogue import names, text
from course.shown import show_widget

STYLE = {"description_width": "200px"}
WIDE = {"width": "640px", "max_width": "100%"}


@dataclass(frozen=True)
class Control:
    """One quantity to choose: its key, the value it starts at, its two ends, and the widget it becomes."""

    key: str
    value: Any
    ends: tuple[Any, ...]
    widget: Callable[..., widgets.Widget] = field(repr=False)
    arguments: dict[str, Any] = field(default_factory=dict, repr=False)
    plays: bool = False
    labels: bool = False

    def make(self, panel_name: str, continuous: bool) -> widgets.Widget:
        """The ipywidget for this control, labelled from the catalogue."""
        arguments = dict(self.arguments)
        if self.labels:
            key, known = f"{panel_name}.{self.key}_", names(panel_name)  # what a learner adds goes by its own name
            arguments["options"] = [(text(key + name) if f"{self.key}_{name}" in known else name, name)
                                    for name in self.ends]  # fmt: skip
        if "Slider" in self.widget.__name__:
            arguments["continuous_update"] = continuous
        label = text(f"{panel_name}.{self.key}")
        return self.widget(value=self.value, description=label, style=STYLE, layout=WIDE, **arguments)


def integer(key: str, low: int, high: int, value: int, step: int = 1) -> Control:
    """A whole number from ``low`` to ``high``."""
    return Control(key, value, (low, high), widgets.IntSlider, {"min": low, "max": high, "step": step})


def number(key: str, low: float, high: float, value: float, step: float, digits: int = 2) -> Control:
    """A number from ``low`` to ``high``, shown with ``digits`` decimals."""
    arguments = {"min": low, "max": high, "step": step, "readout_format": f".{digits}f"}
    return Control(key, value, (low, high), widgets.FloatSlider, arguments)


def choice(key: str, options: Sequence[Any], value: Any) -> Control:
    """One of a row of values, such as batch sizes that need not be evenly spaced."""
    return Control(key, value, (options[0], options[-1]), widgets.SelectionSlider, {"options": list(options)})


def menu(key: str, options: Sequence[str], value: str) -> Control:
    """One of a few named cases; each name is the catalogue's ``<panel name>.<key>_<option>``, or else the option."""
    return Control(key, value, tuple(options), widgets.Dropdown, labels=True)


def switch(key: str, value: bool) -> Control:
    """On or off."""
    return Control(key, value, (False, True), widgets.Checkbox)


def steps(key: str, last: int, value: int = 0) -> Control:
    """A position from 0 to ``last`` in something recorded, with buttons to play it and to step through it."""
    return Control(key, value, (0, last), widgets.IntSlider, {"min": 0, "max": last}, plays=True)


def player(slider: widgets.IntSlider, seconds: float = 0.3) -> widgets.HBox:
    """Play, one step back and one step forward for ``slider``.

    The kernel turns the steps: a `Play` widget linked to the slider would send each move of the slider twice.
    """
    play = widgets.ToggleButton(description=text("common.play"), layout={"width": "auto"})
    playing: list[asyncio.Task[None]] = []

    async def advance() -> None:
        if slider.value == slider.max:
            slider.value = slider.min
        while slider.value < slider.max and slider.comm is not None:
            await asyncio.sleep(seconds)
            slider.value += 1
        play.value = False

    def toggle(change: dict[str, Any]) -> None:
        play.description = text("common.pause" if change["new"] else "common.play")
        while playing:
            playing.pop().cancel()
        if change["new"]:
            playing.append(asyncio.get_running_loop().create_task(advance()))

    play.observe(toggle, names="value")
    steps = [_step_button(slider, -1, "common.step_back"), _step_button(slider, 1, "common.step_on")]
    return widgets.HBox([play, *steps])


def _step_button(slider: widgets.IntSlider, by: int, label: str) -> widgets.Button:
    button = widgets.Button(description=text(label), layout={"width": "auto"})
    button.on_click(lambda _: slider.set_trait("value", slider.value + by))  # the slider keeps it between its ends
    return button


class ProgressBar:
    """A bar that fills while something is computed: call it once a step, or use it as a training callback."""

    def __init__(self, total: int) -> None:
        """Show an empty bar of ``total`` steps."""
        self.bar = widgets.IntProgress(max=total, description=text("common.progress"), style=STYLE, layout=WIDE)
        self._done = 0
        show_widget(self.bar)

    def __call__(self, *_: Any) -> None:
        """Count one step; the bar itself moves at most a hundred times."""
        self._done += 1
        if self._done % max(1, self.bar.max // 100) == 0 or self._done == self.bar.max:
            self.bar.value = self._done

