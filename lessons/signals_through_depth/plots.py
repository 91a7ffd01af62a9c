"""Lesson 04's plain figures: gradient norms by layer, and weights that grow behind batch norm."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BATCHNORM, BLACK, BLUE, GREEN, GREY

Array = np.ndarray
LINES = ((BLACK, "-", "o"), (GREEN, "-.", "^"), (GREY, "--", "s"))
PACES = ({"marker": "o"}, {"marker": "s"}, {"marker": "^"})


def layer_norms(norms: Mapping[str, Array], ax: Axes) -> Axes:
    """Up to three networks' gradient norms, by activation, each (depth,), against the layer; logarithmic."""
    for (activation, values), (color, line, marker) in zip(norms.items(), LINES, strict=False):
        layers = np.arange(1, len(values) + 1)
        ax.plot(layers, values, color=color, linestyle=line, marker=marker, markersize=5)
        name = text(f"04.layer_norms.{activation}")
        ax.annotate(name, (1, values[0]), xytext=(-8, 0), textcoords="offset points", ha="right", va="center",
                    color=color)  # fmt: skip
    ax.set(xlim=(-2, layers[-1] + 1), yscale="log")
    ax.set_xticks([1, *range(5, len(layers) + 1, 5)])
    ax.set(xlabel=text("04.layer_norms.x"), ylabel=text("04.layer_norms.y"))
    return ax


def growth(lengths: Mapping[float, Array], accuracies: Mapping[float, float], ax: Axes) -> Axes:
    """The mean length of a layer's weight columns from the start on, (updates + 1,), by learning rate.

    All runs have batch norm, so that they share its colour; ``accuracies`` are the training accuracies at the end.
    """
    last = max(len(values) for values in lengths.values()) - 1
    for (rate, values), style in zip(lengths.items(), PACES, strict=False):
        ax.plot(values, **BATCHNORM, **style, markevery=25, markersize=6)
        label = text("04.growth.label", rate=rate, accuracy=accuracies[rate])
        ax.annotate(label, (len(values) - 1, values[-1]), xytext=(10, 0), textcoords="offset points", va="center",
                    color=BLUE)  # fmt: skip
    most = max(values.max() for values in lengths.values())
    ax.set(xlim=(0, 1.6 * max(last, 1)), ylim=(0, 1.1 * most), xticks=range(0, last + 1, 50))
    ax.set(xlabel=text("04.growth.x"), ylabel=text("04.growth.y"))
    return ax


def growth_words(lengths: Mapping[float, Array]) -> str:
    """For each rate, the mean length at its start and its end and after how many updates that is, in words."""
    return ", ".join(text("04.growth.run", rate=rate, start=values[0], end=values[-1], updates=len(values) - 1)
                     for rate, values in lengths.items())  # fmt: skip
