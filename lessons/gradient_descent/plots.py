"""Lesson 01's plain figures: two runs whose loss looks level, and the excess loss by what was done to the columns."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers.validate import Array
from lessons.gradient_descent import experiments

LINES = {"raw": (VERMILLION, "--"), "centred": (BLACK, ":"), "divided": (GREY, (0, (8, 2))),
         "min_max": (GREEN, "-."), "standardized": (BLUE, "-")}  # fmt: skip
MOST_UPDATES, LABELLED_AT = 1e9, 0.0018


def two_runs(losses: Mapping[str, Array], lowest: float, ax: Axes) -> dict[str, float]:
    """The losses (K,) of two runs by name, and the lowest there is, against the updates; the numbers for a sentence."""
    last = len(losses["raw"]) - 1
    ax.axhline(lowest, color=BLACK, linewidth=1)
    for name, curve in losses.items():
        color, style = LINES[name]
        ax.plot(curve, color=color, linestyle=style)
    ax.text(last, losses["raw"][-1] + 0.006, text("01.scene.raw"), color=LINES["raw"][0], ha="right")
    ax.text(0.1 * last, lowest + 0.008, text("01.scene.standardized"), color=LINES["standardized"][0])
    ax.text(last, lowest - 0.006, text("01.scene.lowest"), ha="right", va="top")
    ax.set(xlim=(-0.01 * last, last), ylim=(0.1, 0.34), xlabel=text("01.scene.updates"), ylabel=text("01.scene.loss"))
    return {"updates": last} | {name: curve[-1] for name, curve in losses.items()}


def excess_loss(tables: Mapping[str, Array], y: Array, ax: Axes) -> dict[str, float]:
    """The share of the excess loss that is left on each of the ``tables`` (N, D), against the updates.

    Returns the updates that each needs until 1 % is left.
    """
    updates = np.unique(np.geomspace(1, MOST_UPDATES, 1000).astype(int))
    ax.axhline(0.01, color=BLACK, linewidth=1)
    ax.text(updates[-1], 0.0108, text("01.excess.target"), ha="right", va="bottom")
    for name, x in tables.items():
        left, (color, style) = experiments.excess_left(x, y, updates), LINES[name]
        ax.plot(updates, left, color=color, linestyle=style)
        where = updates[(left < LABELLED_AT).argmax()]
        ax.text(0.85 * where, LABELLED_AT, text(f"01.excess.{name}"), color=color, ha="right", va="center")
    ax.set(xscale="log", yscale="log", ylim=(1e-3, 1.2), xlim=(1, updates[-1]))
    ax.set(xlabel=text("01.excess.updates"), ylabel=text("01.excess.left"))
    return {name: experiments.updates_needed(x, y) for name, x in tables.items()}
