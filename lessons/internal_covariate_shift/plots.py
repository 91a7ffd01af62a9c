"""Lesson 05's plain figure: a number that wanders."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course.catalogue import text
from course.style import BLACK
from lessons.internal_covariate_shift.experiments import Seen

UNIT = 0  # chosen before anything was trained


def medians(seen: Sequence[Seen]) -> list[float]:
    """The middle one of the numbers that the pictures send into the unit, at each moment."""
    return [float(np.median(moment.z[:, UNIT])) for moment in seen]


def wander(seen: Sequence[Seen]) -> Figure:
    """The middle number over the updates, its two ends written beside it."""
    figure, ax = plt.subplots(figsize=(9, 3))
    at, middle = [moment.update for moment in seen], medians(seen)
    ax.plot(at, middle, color=BLACK, linestyle="-", linewidth=3)
    for k, align in ((0, "left"), (-1, "right")):
        ax.annotate(f"{middle[k]:.1f}", (at[k], middle[k]), xytext=(0, 14), ha=align, textcoords="offset points",
                    fontsize=15)  # fmt: skip
    ax.set(xlim=(-5, at[-1] + 5), ylim=(min(middle) - 0.2, max(middle) + 0.4), yticks=(-1, -0.5, 0))
    ax.set(xlabel=text("05.wander.x"), ylabel=text("05.wander.y"))
    return figure


def wander_numbers(seen: Sequence[Seen]) -> dict[str, float]:
    """What `wander` shows, for its sentence."""
    first, *_, last = medians(seen)
    return {"updates": seen[-1].update, "first": first, "last": last}
