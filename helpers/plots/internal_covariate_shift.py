"""Lesson 05's plain figures: the three shifts at some moments of a training run."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from helpers.catalogue import text
from helpers.style import BLACK, GREEN, VERMILLION

MARKS = {"layers": (VERMILLION, "-.", "^"), "batches": (GREEN, "--", "s"), "drift": (BLACK, "-", "D")}


def three_at(moments: Sequence[int], shifts: Mapping[str, Sequence[float]], ax: Axes) -> Axes:
    """The shifts "layers", "batches" and "drift", one value a moment, on a logarithmic axis; labels at the right."""
    for name, (color, line, marker) in MARKS.items():
        values = shifts[name]
        ax.plot(moments, values, color=color, linestyle=line, marker=marker, markersize=9)
        ax.annotate(text(f"05.three_at.{name}"), (moments[-1], values[-1]), xytext=(12, 0), va="center", color=color,
                    textcoords="offset points")  # fmt: skip
    room = max(moments[-1] - moments[0], 1)
    ax.set(yscale="log", xlim=(moments[0] - 0.1 * room, moments[-1] + 0.9 * room), xticks=moments)
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.set(xlabel=text("05.three_at.x"), ylabel=text("05.three_at.y"))
    return ax
