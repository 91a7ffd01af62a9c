"""Lesson 00's plain figure."""

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLACK, BLUE, VERMILLION


def two_variances(sizes: np.ndarray, biased: np.ndarray, unbiased: np.ndarray, true: float, ax: Axes) -> Axes:
    """Average variance of many batches against their size (K,), with 1/n and with 1/(n − 1), and the true one."""
    ax.axhline(true, color=BLACK, linestyle=":")
    ax.plot(sizes, unbiased, "-o", color=BLUE)
    ax.plot(sizes, biased, "--s", color=VERMILLION)
    ax.set(xscale="log", xticks=sizes, xticklabels=sizes, ylim=(0, 1.25 * true))
    ax.minorticks_off()
    ax.set(xlabel=text("00.two_variances.size"), ylabel=text("00.two_variances.average"))
    ax.text(sizes[0], 1.06 * true, text("00.two_variances.unbiased"), color=BLUE)
    ax.text(sizes[0] * 1.15, 0.93 * biased[0], text("00.two_variances.biased"), color=VERMILLION)
    ax.text(sizes[-1], 1.06 * true, text("00.two_variances.true", true=true), ha="right")
    return ax
