"""The figure of a panel: what every panel draws again, each part by its name.

A name leads to the catalogue: the labels of the axes called ``loss`` in the panel ``02.walk`` are the texts
``02.walk.loss.x``, ``.y`` and ``.title``, where there are such, and the text called ``place`` is ``02.walk.place``.
"""

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Text

from course.catalogue import names, text

DPI = 100
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}  # behind a text that stands on lines
SHORTEST = 4  # letters of a line, when a text is broken into lines

# In a class: 1280 × 720 at 150 % zoom are 853 × 480 CSS pixels, of which JupyterLab leaves an output 653 × 359.
# A letter of 13 points is then 27 of 720 pixels high, as 20 points on a slide are. In hundreds of CSS pixels:
CLASS_WIDTH, CLASS_HEIGHT, CLASS_ROW = 6.5, 3.38, 0.32  # a row holds two controls
_chosen = {"view": "normal"}


def use_view(view: str) -> None:
    """Draw panels ``"normal"``, for one reader, or for a ``"class"`` in front of a projector; else ValueError."""
    if view not in ("normal", "class"):
        raise ValueError(f"view is {view!r}; it must be 'normal' or 'class'.")
    _chosen["view"] = view


def in_class() -> bool:
    """Whether the view chosen is a class's."""
    return _chosen["view"] == "class"


def fitting_size(size: tuple[float, float], n_controls: int) -> tuple[float, float]:
    """A picture's size in inches in the view chosen: ``size``, or what ``n_controls`` leave of a class's screen."""
    left = CLASS_WIDTH, round(CLASS_HEIGHT - CLASS_ROW * math.ceil(n_controls / 2), 2)
    return left if in_class() else size


class Drawing(Figure):
    """A figure that knows, by name, its axes (``ax``), the artists that move (``moving``) and their texts (``words``).

    Draw what stays with matplotlib's own methods, and what moves with those below.
    """

    def __init__(self, panel_name: str, size: tuple[float, float]) -> None:
        """An empty figure of ``size`` inches for the panel called ``panel_name``."""
        super().__init__(figsize=size, dpi=DPI, layout="constrained")
        self.panel_name = panel_name
        self.ax: dict[str, Axes] = {}
        self.moving: dict[str, Artist] = {}
        self.words: dict[str, Text] = {}
        self.laid_out = False

    def arrange(self, *rows: Sequence[str], **options: Any) -> list[Axes]:
        """Axes in rows, each one named, labelled from the catalogue; a name that is repeated spans its places.

        options: ``width_ratios``, ``height_ratios``, ``sharex`` and ``sharey``, as in matplotlib.
        """
        self.ax = self.subplot_mosaic([list(row) for row in rows], **options)
        for name, ax in self.ax.items():
            key = f"{self.panel_name}.{name}"
            for part, setter in (("x", ax.set_xlabel), ("y", ax.set_ylabel), ("title", ax.set_title)):
                if part in names(key):
                    setter(text(f"{key}.{part}"))
        return list(self.ax.values())

    def move(self, name: str, artist: Artist) -> Any:
        """Have ``artist``, of any kind, drawn anew in every frame, as ``moving[name]``; returns it."""
        self.moving[name] = artist
        return artist

    def line(self, name: str, ax: Axes, **style: Any) -> Line2D:
        """A moving line or, with ``linestyle=""``, moving marks; still empty."""
        return self.move(name, ax.plot([], [], **style)[0])

    def note(self, name: str, ax: Axes, corner: str, **style: Any) -> Text:
        """A moving text in a ``corner``, such as "upper right", on a white ground; `say` sets it."""
        up, across = corner.split()
        va, y = {"upper": ("top", 0.98), "center": ("center", 0.5), "lower": ("bottom", 0.02)}[up]
        x = {"left": 0.02, "center": 0.5, "right": 0.98}[across]
        place = {"x": x, "y": y, "ha": across, "va": va, "transform": ax.transAxes, "bbox": BOX, "in_layout": False}
        words = ax.text(s="", **place | style)
        self.words[name] = self.move(name, words)
        return words

    def key(self, ax: Axes, corner: str, *names: str, moves: bool = False) -> None:
        """What the moving artists ``names`` mean: in a ``corner`` each one's mark and the text of its name.

        moves: it stands on what moves, or its texts hold numbers: it is drawn anew in every frame, and `say` sets them.
        """
        labels = ["" if moves else text(f"{self.panel_name}.{name}") for name in names]
        key = Legend(ax, [self.moving[name] for name in names], labels, loc=corner, fontsize=13, borderaxespad=0.2,
                     frameon=True, framealpha=BOX["alpha"], edgecolor="none", labelspacing=0.3)  # fmt: skip
        key.set_in_layout(False)
        ax.add_artist(key)
        self.words |= dict(zip(names, key.get_texts(), strict=True))
        if moves:
            self.move(f"{ax.get_label()}_key", key)
            for part in key.findobj():
                part.set_animated(True)  # so that its changes don't count as the axes'

    def say(self, name: str, **numbers: Any) -> None:
        """Set the text called ``name`` to the catalogue's, with its ``numbers``."""
        self.words[name].set_text(text(f"{self.panel_name}.{name}", **numbers))
        if self.laid_out:
            self._fit_words(name)

    def fit(self) -> None:
        """Lay the figure out, and break the labels and texts that are longer than their axes into lines."""
        for _ in range(2):  # a label of two lines leaves the axes less room
            self.get_layout_engine().execute(self)
            across = [_break(label, ax.bbox.width) for ax in self.axes for label in (ax.title, ax.xaxis.label)]
            upwards = [_break(ax.yaxis.label, ax.bbox.height) for ax in self.axes]
            if not any(across + upwards):
                break
        self.laid_out = True
        for name in self.words:
            self._fit_words(name)

    def _fit_words(self, name: str) -> None:
        words = self.words[name]
        mark = 0 if name in self.moving and self.moving[name] is words else 3.2 * words.get_fontsize() * self.dpi / 72
        _break(words, 0.98 * words.axes.bbox.width - mark)


def _break(words: Text, room: float) -> bool:
    """Break ``words`` into as few lines as leave none longer than ``room``, in pixels; whether it had to be done."""
    whole = words.get_text()
    width = max(map(len, whole.split("\n")))
    while (length := _length(words)) > room and width > SHORTEST and "$" not in whole:
        width = max(SHORTEST, min(width - 1, int(width * room / length)))
        broken = (textwrap.fill(part, width, break_long_words=False) for part in whole.split("\n"))
        words.set_text("\n".join(broken))
    return words.get_text() != whole


def _length(words: Text) -> float:
    box = words.get_window_extent()
    return box.height if words.get_rotation() == 90 else box.width
