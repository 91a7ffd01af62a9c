"""Lesson 08's plain figures: what past batches weigh in an average, and accuracies side by side."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLACK, BLUE, GREEN

Array = np.ndarray


def past_weights(last: Array, exponential: Array, ax: Axes) -> Axes:
    """Two averages' weights (batches,), the newest batch first: of the last few batches, and an exponential one."""
    labels = {"n": np.count_nonzero(last), "new": exponential[0]}
    rows = (("last", last, GREEN, "s"), ("exponential", exponential, BLUE, "o"))
    for k, (name, weights, color, marker) in enumerate(rows):
        ax.plot(np.arange(len(weights)), weights, marker, color=color, markersize=5)
        y = 0.92 - 0.1 * k
        ax.plot([0.42], [y], marker, color=color, markersize=8, transform=ax.transAxes)
        label = text(f"08.past_weights.{name}", **labels)
        ax.text(0.44, y, label, color=color, va="center", transform=ax.transAxes)
    most = max(last.max(), exponential.max())
    ax.set(xlim=(-1, len(last)), ylim=(-0.03 * most, 1.08 * most))
    ax.set(xlabel=text("08.past_weights.x"), ylabel=text("08.past_weights.y"))
    return ax


def accuracies(found: Mapping[str, float], ax: Axes) -> Axes:
    """One bar for each way of testing, from top to bottom, with its number; "inference" white, the others blue."""
    for y, (name, value) in enumerate(found.items()):
        style = {"facecolor": "white", "edgecolor": BLACK, "linewidth": 2} if name == "inference" else {"color": BLUE}
        ax.barh(y, value, height=0.6, **style)
        ax.text(value + 0.015, y, f"{value:.2f}", va="center")
    ax.set(xlim=(0, 1.1), yticks=range(len(found)), yticklabels=[text(f"08.accuracies.{name}") for name in found])
    ax.set_xlabel(text("08.accuracies.x"))
    ax.invert_yaxis()
    return ax
