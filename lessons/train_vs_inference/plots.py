"""Further 08's plain figure: what past batches weigh in two kinds of average."""

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLUE, GREEN

Array = np.ndarray


def past_weights(last: Array, exponential: Array, ax: Axes) -> Axes:
    """Two averages' weights (batches,), the newest batch first: of the last few batches, and an exponential one."""
    n, new = np.count_nonzero(last), exponential[0]
    ages = np.arange(len(last))
    ax.plot(ages, last, "s", color=GREEN, markersize=5)
    ax.plot(ages, exponential, "o", color=BLUE, markersize=5)
    ax.text(n, last[0], text("08.past_weights.last", n=n), color=GREEN, va="center")
    ax.text(3, 0.85 * new, text("08.past_weights.exponential", new=new), color=BLUE, va="bottom")
    ax.set(xlim=(-1, len(last)), ylim=(-0.03 * new, 1.1 * new))
    ax.set(xlabel=text("08.past_weights.x"), ylabel=text("08.past_weights.y"))
    return ax
