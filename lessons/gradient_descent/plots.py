"""Lesson 01's plain figures: two runs whose loss looks level, and the excess loss by what was done to the columns."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers.validate import Array

LINES = {"raw": (VERMILLION, "--"), "centred": (BLACK, ":"), "divided": (GREY, (0, (8, 2))),
         "min_max": (GREEN, "-."), "standardized": (BLUE, "-")}  # fmt: skip


def two_runs(losses: Mapping[str, Array], lowest: float, ax: Axes) -> Axes:
    """The losses (K,) of runs by name, and the lowest there is, against the updates."""
    ax.axhline(lowest, color=BLACK, linewidth=1)
    for name, curve in losses.items():
        color, style = LINES[name]
        ax.plot(curve, style, color=color)
    last = len(curve) - 1
    ax.text(last, losses["raw"][-1] + 0.006, text("01.scene.raw"), color=LINES["raw"][0], ha="right")
    ax.text(0.1 * last, lowest + 0.008, text("01.scene.standardized"), color=LINES["standardized"][0])
    ax.text(last, lowest - 0.006, text("01.scene.lowest"), ha="right", va="top")
    ax.set(xlim=(-0.01 * last, last), ylim=(0.1, 0.34), xlabel=text("01.scene.updates"), ylabel=text("01.scene.loss"))
    return ax


def excess_loss(updates: Array, curves: Mapping[str, Array], ax: Axes) -> Axes:
    """The share of the excess loss that is left (K,), for each way with the columns, against the ``updates`` (K,)."""
    ax.axhline(0.01, color=BLACK, linewidth=1)
    ax.text(updates[-1], 0.0108, text("01.excess.target"), ha="right", va="bottom")
    for name, left in curves.items():
        color, style = LINES[name]
        ax.plot(updates, left, color=color, linestyle=style)
        where = int((left < PLACES[name]).argmax())
        side, shift = ("right", 0.8) if name in ("raw", "centred", "divided") else ("left", 1.25)
        ax.text(updates[where] * shift, left[where], text(f"01.excess.{name}"), color=color, ha=side, va="center")
    ax.set(xscale="log", yscale="log", ylim=(1e-3, 1.2), xlim=(1, updates[-1]))
    ax.set(xlabel=text("01.excess.updates"), ylabel=text("01.excess.left"))
    return ax


PLACES = {"raw": 0.3, "centred": 0.0035, "divided": 0.0018, "min_max": 0.3, "standardized": 0.3}
