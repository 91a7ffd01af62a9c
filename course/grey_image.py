"""A small grey image as squares of whole pixels: sharp, and far quicker to draw again than a resampled one."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase


class GreyImage(Artist):
    """``values`` (height, width), from ``low``, white, to ``high``, black, as large as fits into ``axes``, centred."""

    def __init__(self, axes: Axes, values: np.ndarray, low: float, high: float) -> None:
        """Draw nothing else in ``axes``: no ticks, no frame."""
        super().__init__()
        self.values, self.low, self.high = values, low, high
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        axes.spines[:].set_visible(False)
        axes.add_artist(self)

    def draw(self, renderer: RendererBase) -> None:
        """Each value becomes a square of the same whole number of pixels."""
        grey = 255 * np.clip((self.high - self.values) / (self.high - self.low), 0, 1)
        height, width = grey.shape
        box = self.axes.bbox
        side = max(1, int(min(box.width / width, box.height / height)))
        pixels = np.full((height * side, width * side, 4), 255, np.uint8)
        pixels[::-1, :, :3] = grey.astype(np.uint8).repeat(side, axis=0).repeat(side, axis=1)[..., None]
        left, bottom = box.x0 + (box.width - width * side) / 2, box.y0 + (box.height - height * side) / 2
        context = renderer.new_gc()
        renderer.draw_image(context, round(left), round(bottom), pixels)
        context.restore()
