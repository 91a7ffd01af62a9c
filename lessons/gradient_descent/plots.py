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
OWN_LINE = (BLACK, "-")  # of a table that a learner has added
MOST_UPDATES, LABELLED_AT, OWN_LABELLED_AT = 1e9, 3.5e-4, 1e-3


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


def excess_loss(tables: Mapping[str, Array], y: Array, ax: Axes) -> str:
    """The loss above the lowest one on each of the ``tables`` (N, D), against the updates.

    Returns the updates that each needs, in words. A table of the learner's own is called by its name in ``tables``.
    """
    updates = np.unique(np.geomspace(1, MOST_UPDATES, 1000).astype(int))
    ax.axhline(experiments.NEAR, color=BLACK, linewidth=1)
    ax.text(updates[-1], 1.08 * experiments.NEAR, f"{experiments.NEAR:g}", ha="right", va="bottom")
    needed = []
    for name, x in tables.items():
        excess, (color, style) = experiments.excess_after(x, y, updates), LINES.get(name, OWN_LINE)
        words, height = (text(f"01.excess.{name}"), LABELLED_AT) if name in LINES else (name, OWN_LABELLED_AT)
        ax.plot(updates, excess, color=color, linestyle=style)
        low = excess < height
        where = (updates[low.argmax()], height) if low.any() else (updates[-1], 0.6 * excess[-1])
        ax.text(0.7 * where[0], where[1], words, color=color, ha="right", va="center")
        needed.append(text("01.excess.part", table=words, updates=experiments.updates_needed(x, y)))
    ax.set(xscale="log", yscale="log", ylim=(2e-4, 0.3), xlim=(1, updates[-1]))
    ax.set(xlabel=text("01.excess.updates"), ylabel=text("01.excess.above"))
    return "; ".join(needed)
