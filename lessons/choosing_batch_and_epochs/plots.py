"""Lesson 03's plain figures: costs of a batch size, learning curves, noise that dies or stays, results of seeds."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import names, text
from course.style import BLACK, BLUE, GREY
from lessons.choosing_batch_and_epochs.fits import Wobble, mean_interval
from lessons.choosing_batch_and_epochs.panels import LINES

Array = np.ndarray
STYLES = ((BLUE, "-", "o"), (BLACK, "--", "s"))


def against_batch_size(sizes: Sequence[int], lines: Mapping[str, Sequence[float]], unit: str, ax: Axes) -> Axes:
    """One or two lines over the batch size, both axes logarithmic; what is not finite is left out.

    The names of the lines and ``unit`` are keys below ``03.against``: of what stands beside a point of each, and
    of the y label. A line without a finite value is left out, so that an interrupted measurement can be drawn.
    """
    known = {name: np.isfinite(values) for name, values in lines.items() if np.isfinite(values).any()}
    upper = max(known, key=lambda name: np.log(np.array(lines[name])[known[name]]).mean(), default=None)
    for (name, there), (color, line, marker) in zip(known.items(), STYLES, strict=False):
        x, y = np.array(sizes)[there], np.array(lines[name])[there]
        ax.plot(x, y, color=color, linestyle=line, marker=marker)
        at, place = (1, {"xytext": (-12, 14)}) if name == upper else (-2, {"xytext": (6, -12), "va": "top"})
        words, where = text(f"03.against.{name}"), (x[at:][0], y[at:][0])
        ax.annotate(words, where, color=color, textcoords="offset points", **place)
    ax.set(xscale="log", yscale="log", xlabel=text("03.against.x"), ylabel=text(f"03.against.{unit}"))
    ax.margins(x=0.12, y=0.22)
    return ax


def costs(sizes: Sequence[int], lines: Mapping[str, Mapping[str, Sequence[float]]], axes: Sequence[Axes]) -> None:
    """`against_batch_size` for each unit and its lines."""
    for ax, (unit, pair) in zip(axes, lines.items(), strict=True):
        against_batch_size(sizes, pair, unit, ax)


def seeds(rows: Mapping[str, Sequence[float]], ax: Axes) -> Axes:
    """Each row's accuracies, one a seed, as open dots, and their mean with its interval.

    The names of the rows are keys below ``03.seeds``; a row that a learner has added stands there by its own name.
    """
    for k, values in enumerate(rows.values()):
        mean, half = mean_interval(values)
        ax.plot(values, [k - 0.22] * len(values), "o", color=BLACK, markerfacecolor="none", markersize=6)
        ax.errorbar(mean, k + 0.02, xerr=half, fmt="D", color=BLUE, capsize=6, linewidth=2.2)
        words = text("03.seeds.mean", mean=100 * mean, half=100 * half)
        ax.text(mean, k + 0.19, words, color=BLUE, ha="center", va="top")
    ax.set(ylim=(len(rows) - 0.3, -0.5), xlim=(0.5, 1), xlabel=text("03.seeds.x"))
    known = names("03.seeds")
    ax.set_yticks(range(len(rows)), [text(f"03.seeds.{name}") if name in known else name for name in rows])
    ax.grid(visible=False, axis="y")
    return ax


def learning_curve(sizes: Sequence[int], losses: Sequence[tuple[float, float]], noise: float, ax: Axes) -> Axes:
    """Training and validation loss, a row each size, over the number of digits, and the noise that no one can learn."""
    for (name, style), row in zip(LINES.items(), np.array(losses).T, strict=True):
        ax.plot(sizes, row, **style)
        ax.annotate(text(f"03.curve.{name}"), (sizes[0], row[0]), xytext=(0, 12), textcoords="offset points",
                    color=style["color"])  # fmt: skip
    ax.axhline(noise, color=GREY, linestyle=":")
    ax.annotate(text("03.curve.noise"), (sizes[0], noise), xytext=(0, 6), textcoords="offset points", color=GREY)
    ax.set(xscale="log", ylim=(-0.1, 3.8), xlabel=text("03.curve.x"), ylabel=text("03.curve.y"))
    return ax


def wobbles(runs: Mapping[str, Wobble], axes: Sequence[Axes]) -> None:
    """The training loss, and beside it the spread of single digits' gradients, over the epochs.

    The names of the runs are keys below ``03.wobble``.
    """
    for (name, run), (color, _, _) in zip(runs.items(), STYLES, strict=False):
        for ax, values in zip(axes, run, strict=True):
            ax.plot(np.arange(1, len(values) + 1) / 20, values, color=color, linestyle="-", linewidth=1.2)
            side = "bottom" if name == "fits" else "top"
            ax.text(10.2, 0.9 * values[-1], text(f"03.wobble.{name}"), va=side, color=color)
    for ax, name in zip(axes, ("loss", "spread"), strict=True):
        ax.axvline(10, color=GREY, linestyle=":")
        ax.set(xlim=(-0.4, 16.5), ylim=(0, None), xlabel=text("03.wobble.x"), ylabel=text(f"03.wobble.{name}"))
