"""Lesson 09's plain figure: a measure of the shift, for the three networks."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BATCHNORM, BLACK, PLAIN

STYLES = {"plain": PLAIN | {"marker": "o"}, "batchnorm": BATCHNORM | {"marker": "D"},
          "noisy": {"color": BLACK, "linestyle": "-.", "marker": "^"}}  # fmt: skip


def shifts(at: Sequence[float], values: Mapping[str, Sequence[float]], measure: str, ax: Axes) -> Axes:
    """One line a network, "plain", "batchnorm" and "noisy", against the updates ``at``, logarithmic; the keys above.

    A line that is shorter than ``at`` ends earlier.

    measure: "drift" or "gradient", which of the two the values are: it names the axis.
    """
    for row, (name, line) in enumerate(values.items()):
        style = STYLES[name]
        ax.plot(at[: len(line)], line, **style)
        ax.plot([0.02], [1.18 - 0.07 * row], transform=ax.transAxes, clip_on=False, **style)
        ax.text(0.05, 1.18 - 0.07 * row, text(f"09.{name}"), transform=ax.transAxes, color=style["color"], va="center")
    ax.set(yscale="log", xlim=(0, 1.02 * max(at, default=1)))
    ax.set(xlabel=text("09.training.x"), ylabel=text(f"09.shifts.{measure}"))
    return ax
