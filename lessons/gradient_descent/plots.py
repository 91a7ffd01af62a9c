"""Lesson 01's plain figures."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers.validate import Array

LINES = {"raw": (VERMILLION, "--"), "min_max": (GREEN, "-."), "standardized": (BLUE, "-")}


def example_gradients(gradients: Array, batch: Array, full: Array, ax: Axes) -> Axes:
    """The gradients (N, 2) of single examples as points, and two means (2,) of them: of a batch and of all."""
    ax.axhline(0, color=GREY, linewidth=1)
    ax.axvline(0, color=GREY, linewidth=1)
    ax.plot(*gradients.T, "o", color=GREY, markersize=5, alpha=0.5)
    ax.plot(*batch, "s", color=VERMILLION, markersize=11)
    ax.plot(*full, "D", color=BLUE, markersize=11)
    ax.text(0.02, 0.85, text("01.example_gradients.single"), color=GREY, transform=ax.transAxes)
    _label(ax, batch, text("01.example_gradients.batch"), VERMILLION, (14, -18))
    _label(ax, full, text("01.example_gradients.full", n=len(gradients)), BLUE, (-14, 12))
    ax.set(xlabel=text("01.example_gradients.slope"), ylabel=text("01.example_gradients.intercept"))
    return ax


def excess_loss(steps: Array, curves: Mapping[str, Array], target: float, ax: Axes) -> Axes:
    """The fraction of the excess loss left, for each scaling (K,), against the number of updates (K,)."""
    ax.axhline(target, color=BLACK, linestyle=":")
    ax.text(steps[-1], target * 1.15, text("01.excess.target"), ha="right", va="bottom")
    for name, left in curves.items():
        color, style = LINES[name]
        ax.plot(steps, left, style, color=color)
        where = int((left < 0.003).argmax())
        side, shift = ("right", 0.8) if name == "raw" else ("left", 1.25)
        ax.text(steps[where] * shift, left[where], text(f"01.excess.{name}"), color=color, ha=side, fontsize=12)
    ax.set(xscale="log", yscale="log", ylim=(1e-3, 1.2), xlim=(1, steps[-1]))
    ax.set(xlabel=text("01.excess.steps"), ylabel=text("01.excess.left"))
    return ax


def _label(ax: Axes, point: Array, words: str, color: str, offset: tuple[int, int]) -> None:
    side = "left" if offset[0] > 0 else "right"
    ax.annotate(words, point, offset, textcoords="offset points", color=color, ha=side, fontsize=12)
