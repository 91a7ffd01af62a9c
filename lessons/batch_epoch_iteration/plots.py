"""Lesson 02's plain figures: the loss of sorted batches, and what becomes of runs that differ in one thing."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.catalogue import text
from course.style import BLACK, BLUE, GREEN, VERMILLION


def teeth(losses: Sequence[float], ax: Axes | None = None) -> Figure:
    """The loss of each batch (updates,) before its update."""
    ax = ax or plt.subplots()[1]
    ax.plot(np.arange(1, len(losses) + 1), losses, "-o", color=BLUE, markersize=5)
    ax.set(xlim=(0, len(losses) + 1), ylim=(0, None), xlabel=text("02.teeth.x"), ylabel=text("02.teeth.y"))
    return ax.figure


def ways(shares: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Figure:
    """The share of new digits that is right at the end of some runs each, by how their digits were ordered."""
    ax = ax or plt.subplots()[1]
    for row, (way, found) in enumerate(shares.items()):
        ax.plot(found, [row] * len(found), "o", color=VERMILLION if way == "sorted" else BLUE, markersize=10, alpha=0.8)
    ax.set_yticks(range(len(shares)), [text(f"02.ways.{way}") for way in shares], fontsize=14)
    ax.set(xlim=(0, 1), ylim=(len(shares) - 0.5, -0.5), xlabel=text("02.ways.x"))
    return ax.figure


WAY_STYLES = {
    "sorted": {"color": VERMILLION, "linestyle": "--", "marker": "s"},
    "batches": {"color": BLACK, "linestyle": ":", "marker": "x"},
    "once": {"color": GREEN, "linestyle": "-.", "marker": "^"},
    "shuffled": {"color": BLUE, "linestyle": "-", "marker": "o"},
    "drawn": {"color": BLUE, "linestyle": "--", "marker": "D"},
}


def ways_by_rate(rates: Sequence[float], shares: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Figure:
    """The share of new digits that is right at the end against the rate, a line for each way to order the digits."""
    ax = ax or plt.subplots()[1]
    for way, found in shares.items():
        ax.plot(rates, found, label=text(f"02.ways.{way}"), **WAY_STYLES[way])
    ax.set_xscale("log")
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.minorticks_off()
    ax.set(ylim=(0, 1), xlabel=text("02.ways.rate"), ylabel=text("02.ways.x"))
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    return ax.figure


def repairs(losses: Mapping[str, tuple[float, float]], ax: Axes | None = None) -> Figure:
    """The loss after exact updates, a bar for each of the weights that they started from, with the loss before."""
    ax = ax or plt.subplots()[1]
    for row, (case, (before, loss)) in enumerate(losses.items()):
        ax.barh(row, loss, color=VERMILLION if case == "damaged" else BLUE, hatch="//" * (case == "damaged"))
        ax.text(loss + 0.02, row, text("02.repairs.from", before=before, after=loss), va="center")
    ax.set_yticks(range(len(losses)), [text(f"02.repairs.{case}") for case in losses])
    farthest = max(loss for _, loss in losses.values())
    ax.set(xlim=(0, 1.35 * farthest), ylim=(len(losses) - 0.5, -0.5), xlabel=text("02.repairs.x"))
    return ax.figure
