"""A grey image on a figure: whole pixels of the right grey, the right way up, centred."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course.grey_image import GreyImage


@pytest.mark.parametrize("dpi", [100, 200])
def test_each_value_becomes_a_square_of_its_grey(dpi):
    figure = Figure(figsize=(3, 2), dpi=dpi)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    values = np.array([[0.0, 0.5, 1.0], [2.0, -1.0, 0.25]])
    GreyImage(axes, values, low=0, high=1)
    canvas.draw()
    side = dpi
    pixels = np.asarray(canvas.buffer_rgba())[..., 0]
    for row, greys in enumerate([[255, 127, 0], [0, 255, 191]]):
        for column, grey in enumerate(greys):
            square = pixels[row * side : (row + 1) * side, column * side : (column + 1) * side]
            assert (square == grey).all()


def test_an_image_that_does_not_fit_exactly_is_centred():
    figure = Figure(figsize=(1, 1), dpi=100)
    canvas = FigureCanvasAgg(figure)
    GreyImage(figure.add_axes((0, 0, 1, 1)), np.ones((3, 3)), low=0, high=1)
    canvas.draw()
    rows, columns = np.nonzero(np.asarray(canvas.buffer_rgba())[..., 0] == 0)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) in [(0, 98, 0, 98), (1, 99, 0, 98), (0, 98, 1, 99)]
