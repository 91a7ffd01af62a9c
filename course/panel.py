"""What a lesson declares of a live figure, and the kept figure that draws it. No widgets."""

import inspect
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from course.controls import Control
from course.drawing import DPI, Drawing, fitting_size

MOVING, SETTLED = 1, 2  # pixels drawn per pixel shown: while a control moves, and once it rests

Update = Callable[..., None]
NO_VALUES: Mapping[str, Any] = MappingProxyType({})

# Callbacks may run on a thread of their own while a cell is running, and matplotlib is not thread-safe.
_drawing = threading.RLock()


@dataclass(frozen=True)
class Panel:
    """A live figure, declared.

    name: the panel's key in the catalogue, such as ``"01.path"``.
    controls: what can be moved.
    compute: the controls' values, by keyword, to a result: numbers, no artists.
    build: draws a `Drawing` once; returns the function that sets what moves in it from a result. Whatever else that
        function changes, limits or titles, has the whole figure drawn again: slow, so seldom.
    describe: one sentence with the result's numbers: the picture's description.

    What ``build`` returns, and ``describe``, take the result and those controls' values that they name.
    """

    name: str
    controls: Sequence[Control]
    compute: Callable[..., Any]
    build: Callable[[Drawing], Update]
    describe: Callable[..., str]
    size: tuple[float, float] = field(default=(9.0, 3.8), kw_only=True)

    def sentence(self, result: Any, values: Mapping[str, Any]) -> str:
        """What ``describe`` says of ``result``, which the controls' ``values`` led to."""
        return with_values(self.describe, result, values)


@dataclass(frozen=True)
class RunPanel(Panel):
    """A live figure of something that takes time: ``compute`` is an iterator of results, the last of which stays.

    total: the number of results it yields, from the controls' values.
    """

    compute: Callable[..., Iterator[Any]]
    total: Callable[..., int] = field(kw_only=True)


class Canvas:
    """One kept figure and how to turn a result into a picture of it."""

    def __init__(self, panel: Panel) -> None:
        """Build the panel's figure, off screen and outside pyplot."""
        self.panel = panel
        others = any(control.plays for control in panel.controls) + isinstance(panel, RunPanel)  # buttons, progress
        self.figure = Drawing(panel.name, fitting_size(panel.size, len(panel.controls) + others))
        self.agg = FigureCanvasAgg(self.figure)
        self._update = panel.build(self.figure)
        self._artists = sorted(self.figure.moving.values(), key=lambda artist: artist.get_zorder())
        for artist in self._artists:
            artist.set_animated(True)
        self._backgrounds: dict[int, Any] = {}

    def draw(self, result: Any, scale: int, values: Mapping[str, Any] = NO_VALUES) -> np.ndarray:
        """The pixels of ``result``, which the controls' ``values`` led to, shape (height, width, 4), uint8.

        Everything is drawn only where the axes changed.
        """
        with _drawing:
            with_values(self._update, result, values)
            if self.figure.stale:
                self._backgrounds.clear()
            self._set_scale(scale)
            if scale in self._backgrounds:
                self._restore(scale)
            else:
                self._capture(scale)
            for artist in self._artists:
                self.figure.draw_artist(artist)
            return np.array(self.agg.buffer_rgba())

    def _set_scale(self, scale: int) -> None:
        self.figure.set_dpi(DPI * scale)
        self.figure.stale = False

    def _capture(self, scale: int) -> None:
        if not self.figure.laid_out:
            self.figure.fit()
        self.agg.draw()
        self.figure.set_layout_engine("none")  # the axes must not move once they have been laid out
        self.figure.stale = False
        if scale == MOVING:
            self._backgrounds[scale] = self.agg.copy_from_bbox(self.figure.bbox)
        else:  # four times as large, mostly white, and at rest there are 3 ms to unpack it
            self._backgrounds[scale] = zlib.compress(self.agg.buffer_rgba(), level=1)

    def _restore(self, scale: int) -> None:
        if scale == MOVING:
            self.agg.restore_region(self._backgrounds[scale])
        else:
            pixels = np.asarray(self.agg.get_renderer().buffer_rgba())
            pixels[:] = np.frombuffer(zlib.decompress(self._backgrounds[scale]), np.uint8).reshape(pixels.shape)


def with_values(function: Callable[..., Any], result: Any, values: Mapping[str, Any]) -> Any:
    """``function`` of ``result`` and, by keyword, of those of the controls' ``values`` that it names."""
    named = _named(function)
    return function(result, **{key: value for key, value in values.items() if named is None or key in named})


def _named(function: Callable[..., Any]) -> frozenset[str] | None:
    """The parameters of ``function`` after the first; None where it takes any keyword."""
    try:
        _, *parameters = inspect.signature(function).parameters.values()
    except ValueError:  # a function written in C may not say
        return frozenset()
    any_keyword = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    return None if any_keyword else frozenset(parameter.name for parameter in parameters)
