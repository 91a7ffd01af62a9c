"""Lesson 00's plain figures: a row of pictures, and two ways to take a variance."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLACK, BLUE, VERMILLION

Array = np.ndarray


def one_by_nobody(pictures: Array) -> Axes:
    """Seven of ``pictures`` (N, 784) and, as the sixth of eight, their mean; each with its number below."""
    _, ax = plt.subplots(figsize=(9, 1.6))
    row = np.vstack([pictures[:5], pictures.mean(axis=0)[None], pictures[5:7]])
    ax.imshow(np.hstack(row.reshape(-1, 28, 28)), cmap="gray_r", vmin=0, vmax=1)
    ax.set_xticks(14 + 28 * np.arange(8), range(1, 9), fontsize=15)
    ax.tick_params(length=0)
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return ax


def two_variances(sizes: Array, biased: Array, unbiased: Array, true: float, ax: Axes) -> Axes:
    """Average variance of many batches against their size (K,), with 1/n and with 1/(n − 1), and the true one."""
    ax.axhline(true, color=BLACK, linestyle=":", zorder=3)
    ax.plot(sizes, unbiased, "-o", color=BLUE)
    ax.plot(sizes, biased, "--s", color=VERMILLION)
    ax.set(xscale="log", xticks=sizes, xticklabels=sizes, ylim=(0, 1.25 * true))
    ax.minorticks_off()
    ax.set(xlabel=text("00.two_variances.size"), ylabel=text("00.two_variances.average"))
    ax.text(sizes[0], 1.06 * true, text("00.two_variances.unbiased"), color=BLUE)
    ax.text(sizes[0] * 1.15, 0.93 * biased[0], text("00.two_variances.biased"), color=VERMILLION)
    ax.text(sizes[-1], 1.06 * true, text("00.two_variances.true", true=true), ha="right")
    return ax
