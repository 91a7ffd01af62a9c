"""Lesson 07's plain figure: how long two backward passes take."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLUE, GREY

Array = np.ndarray
LOOKS = {"staged": {"color": GREY, "linestyle": "--", "marker": "s"},
         "closed": {"color": BLUE, "linestyle": "-", "marker": "o"}}  # fmt: skip


def times(sizes: Sequence[int], milliseconds: Mapping[str, Array], ax: Axes) -> Axes:
    """Milliseconds (M,) of the "staged" and the "closed" backward pass against the batch sizes (M,), log scales."""
    for name, measured in milliseconds.items():
        ax.plot(sizes, measured, **LOOKS[name])
        ax.annotate(text(f"07.times.{name}"), (sizes[-1], measured[-1]), (8, 0), textcoords="offset points",
                    va="center", color=LOOKS[name]["color"])  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel=text("07.times.x"), ylabel=text("07.times.y"))
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.set_xlim(sizes[0] / 1.3, sizes[-1] * 4)
    ax.minorticks_off()
    return ax
