"""Lesson 06's plain figure: feature maps of a convolution before and after batch normalization."""

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text, texts

Array = np.ndarray
GAP = 2  # white columns between two maps


def feature_maps(maps: Array, when: str, limit: float, ax: Axes) -> Axes:
    """Maps (C, H, W) side by side, white at −limit, black at +limit; below each its name and range.

    ``when`` is "before" or "after" and gives the title.
    """
    height, width = maps.shape[1:]
    for k, (values, name) in enumerate(zip(maps, texts("06.feature_maps.names"), strict=True)):
        left = k * (width + GAP)
        ax.imshow(values, cmap="gray_r", vmin=-limit, vmax=limit, extent=(left, left + width, height, 0))
        words = text("06.feature_maps.map", name=name, low=values.min(), high=values.max())
        ax.text(left + width / 2, height + 1.5, words, ha="center", va="top", fontsize=12)
    ax.set(xlim=(0, len(maps) * (width + GAP) - GAP), ylim=(height + 10, 0), xticks=[], yticks=[])
    ax.set_title(text(f"06.feature_maps.{when}"))
    ax.spines[:].set_visible(False)
    ax.grid(False)
    return ax
