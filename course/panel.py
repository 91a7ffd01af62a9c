"""What a lesson declares of a live figure, and the kept figure that draws it. No widgets."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course.controls import Control

DPI = 100
MOVING, SETTLED = 1, 2  # pixels drawn per pixel shown: while a control moves, and once it rests

Update = Callable[[Any], None]

# Callbacks may run on a thread of their own while a cell is running, and matplotlib is not thread-safe.
_drawing = threading.RLock()


@dataclass(frozen=True)
class Panel:
    """A live figure, declared.

    name: the panel's key in the catalogue, such as ``"01.path"``.
    controls: what can be moved.
    compute: the controls' values, by keyword, to a result: numbers, no artists.
    build: draws the figure once; returns the artists that move and a function that sets them from a result.
        Whatever else that function changes, limits or titles, has the whole figure drawn again: slow, so seldom.
    describe: one sentence with the result's numbers: the picture's description.
    """

    name: str
    controls: Sequence[Control]
    compute: Callable[..., Any]
    build: Callable[[Figure], tuple[Sequence[Artist], Update]]
    describe: Callable[[Any], str]
    size: tuple[float, float] = field(default=(9.0, 3.8), kw_only=True)


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
        self.figure = Figure(figsize=panel.size, dpi=DPI, layout="constrained")
        self.agg = FigureCanvasAgg(self.figure)
        self._artists, self._update = panel.build(self.figure)
        self._artists = sorted(self._artists, key=lambda artist: artist.get_zorder())
        for artist in self._artists:
            artist.set_animated(True)
        self._backgrounds: dict[int, Any] = {}

    def draw(self, result: Any, scale: int) -> np.ndarray:
        """The pixels of ``result``, shape (height, width, 4), uint8; full drawing only where the axes changed."""
        with _drawing:
            self._update(result)
            if self.figure.stale:
                self._backgrounds.clear()
            self._set_scale(scale)
            if scale in self._backgrounds:
                self.agg.restore_region(self._backgrounds[scale])
            else:
                self._capture(scale)
            for artist in self._artists:
                self.figure.draw_artist(artist)
            return np.array(self.agg.buffer_rgba())

    def _set_scale(self, scale: int) -> None:
        self.figure.set_dpi(DPI * scale)
        self.figure.stale = False

    def _capture(self, scale: int) -> None:
        self.agg.draw()
        self.figure.set_layout_engine("none")  # the axes must not move once they have been laid out
        self.figure.stale = False
        self._backgrounds[scale] = self.agg.copy_from_bbox(self.figure.bbox)
