"""Lesson 04's plain figures: the factor of a layer against the weights' size, and weights that grow in training."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BATCHNORM, BLACK, BLUE, GREEN, GREY, PLAIN, VERMILLION
from lessons.signals_through_depth.experiments import SCALES, Factors
from lessons.signals_through_depth.remedies import Growth

LINES = {"sigmoid": (BLACK, "-", "o"), "tanh": (GREEN, "-.", "^"), "relu": (GREY, "--", "s")}
BESIDE = {"sigmoid": (9, 0.62), "tanh": (4, 2.3), "relu": (2.9, 6)}  # where each name stands, free of the curves


def factor_curves(curves: Mapping[str, Sequence[Factors]], ax: Axes, scales: Sequence[float] = SCALES) -> Axes:
    """By activation, δ's factor a layer against the size of the weights: lines estimated, marks measured."""
    for activation, found in curves.items():
        color, line, marker = LINES[activation]
        ax.plot(scales, [f.weights * f.derivatives for f in found], color=color, linestyle=line)
        ax.plot(scales, [f.back for f in found], color=color, linestyle="", marker=marker, markersize=6)
        ax.text(*BESIDE[activation], text(f"04.factor_curves.{activation}"), color=color)
    ax.axhline(1, color=BLACK, linestyle=":", linewidth=1.5)
    ax.text(scales[0], 1.12, text("04.factor_curves.level"), va="bottom")
    ax.set(xscale="log", yscale="log", ylim=(0.02, 12))
    ax.set(xlabel=text("04.factor_curves.x"), ylabel=text("04.factor_curves.y"))
    ax.set_xticks([0.1, 0.3, 1, 3, 10, 30], ["× 0.1", "× 0.3", "× 1", "× 3", "× 10", "× 30"])
    ax.set_yticks([0.03, 0.1, 0.3, 1, 3, 10], ["0.03", "0.1", "0.3", "1", "3", "10"])
    ax.minorticks_off()
    return ax


def growth(without: Mapping[float, Growth], with_it: Mapping[float, Growth], ax: Axes) -> Axes:
    """The mean length of a layer's weight columns in training, by learning rate, without and with batch norm."""
    for name, runs, style, color in (("without", without, PLAIN, VERMILLION), ("with", with_it, BATCHNORM, BLUE)):
        for rate, run in runs.items():
            ax.plot(run.lengths, **style)
            label = text(f"04.growth.{name}", rate=rate, percent=100 * run.right)
            ax.annotate(label, (len(run.lengths) - 1, run.lengths[-1]), xytext=(8, 0), textcoords="offset points",
                        va="center", color=color)  # fmt: skip
    last = max(len(run.lengths) for run in with_it.values()) - 1
    ax.set(xlim=(0, 1.75 * last), ylim=(0, None), xticks=np.arange(0, last + 1, 50))
    ax.set(xlabel=text("04.growth.x"), ylabel=text("04.growth.y"))
    return ax
