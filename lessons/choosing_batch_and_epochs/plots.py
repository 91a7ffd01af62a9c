"""Lesson 03's plain figures: something against the batch size, and the results of a few seeds with their interval."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLACK, BLUE
from lessons.choosing_batch_and_epochs.experiments import mean_interval

Array = np.ndarray
STYLES = ((BLUE, "-", "o"), (BLACK, "--", "s"))


def against_batch_size(sizes: Sequence[int], lines: Mapping[str, Sequence[float]], unit: str, ax: Axes) -> Axes:
    """One or two lines over the batch size, both axes logarithmic; what is not finite is left out.

    The names of the lines and ``unit`` are keys below ``03.against``: of what stands beside their last point but one,
    and of the y label. A line without a finite value is left out, so that an interrupted measurement can be drawn.
    """
    known = {name: np.isfinite(values) for name, values in lines.items() if np.isfinite(values).any()}
    upper = max(known, key=lambda name: np.array(lines[name])[known[name]][-2:][0], default=None)
    for (name, there), (color, line, marker) in zip(known.items(), STYLES, strict=False):
        x, y = np.array(sizes)[there], np.array(lines[name])[there]
        ax.plot(x, y, color=color, linestyle=line, marker=marker)
        side = "left" if y[-3:][0] > y[-2:][0] else "right"  # beside the line, whether it falls or rises
        place = {"xytext": (0, 14), "ha": side} if name == upper else {"xytext": (6, -12), "ha": "left", "va": "top"}
        words = text(f"03.against.{name}")
        ax.annotate(words, (x[-2:][0], y[-2:][0]), color=color, textcoords="offset points", **place)
    ax.set(xscale="log", yscale="log", xlabel=text("03.against.x"), ylabel=text(f"03.against.{unit}"))
    ax.margins(x=0.12, y=0.22)
    return ax


def seeds(rows: Mapping[str, Sequence[float]], ax: Axes) -> Axes:
    """Each row's accuracies, one a seed, as open dots, and their mean with its interval.

    The names of the rows are keys below ``03.seeds``.
    """
    for k, values in enumerate(rows.values()):
        mean, half = mean_interval(values)
        ax.plot(values, [k - 0.22] * len(values), "o", color=BLACK, markerfacecolor="none", markersize=6)
        ax.errorbar(mean, k + 0.02, xerr=half, fmt="D", color=BLUE, capsize=6, linewidth=2.2)
        words = text("03.seeds.mean", mean=100 * mean, half=100 * half)
        ax.text(mean, k + 0.19, words, color=BLUE, ha="center", va="top")
    ax.set(ylim=(len(rows) - 0.3, -0.5), xlim=(0.5, 1), xlabel=text("03.seeds.x"))
    ax.set_yticks(range(len(rows)), [text(f"03.seeds.{name}") for name in rows])
    ax.grid(visible=False, axis="y")
    return ax
