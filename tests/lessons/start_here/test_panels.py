"""Lesson 00's panels and figure against computations of their own."""

import math
import re
import statistics
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course.live import Live
from lessons.start_here import panels, plots
from tests.sweep import numbers, swept

X = np.array([[1, 2, 0], [0, 1, 3], [2, -1, 1], [-1, 0, 2]])
WEIGHT = np.array([[2, 1], [0, -1], [1, 3]])
BATCH = [-1.0, 0.0, 1.0, 4.0]


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


@pytest.fixture(scope="module")
def threes() -> np.ndarray:
    with np.load(Path(__file__).parents[3] / "data" / "mnist_10k.npz") as file:
        return file["x"][file["y"] == 3] / np.float32(255)


def test_the_mean_picture_is_the_mean_and_its_distance_the_root_mean_square(threes):
    for live in swept(panels.mean_picture(threes)):
        n = live.values["n"]
        mean = [math.fsum(threes[:n, pixel].tolist()) / n for pixel in range(784)]
        everyone = [math.fsum(threes[:, pixel].tolist()) / len(threes) for pixel in range(784)]
        distance = math.sqrt(sum((a - b) ** 2 for a, b in zip(mean, everyone, strict=True)) / 784)
        assert live.result.picture.ravel() == pytest.approx(mean, abs=1e-5)
        assert live.result.distances[-1] == pytest.approx(distance, abs=1e-5)
        assert numbers(live.sentence) == [n, len(threes), 3, pytest.approx(distance, abs=6e-4)]
        picture, curve = live.canvas.figure.axes
        assert np.asarray(picture.images[0].get_array()).ravel() == pytest.approx(mean, abs=1e-5)
        assert curve.lines[0].get_xdata()[-1] == curve.lines[1].get_xdata()[0] == n
        assert curve.lines[1].get_ydata()[0] == pytest.approx(distance, abs=1e-5)


def test_the_distance_is_shown_for_every_number_of_pictures_so_far(threes):
    live = Live(panels.mean_picture(threes))
    live.widgets["n"].value = 10
    wanted = [np.sqrt(np.mean((threes[:n].mean(axis=0) - threes.mean(axis=0)) ** 2)) for n in range(1, 11)]
    assert live.canvas.figure.axes[1].lines[0].get_ydata() == pytest.approx(wanted, abs=1e-5)


def test_the_partial_derivatives_are_those_of_the_square_multiplied_out():
    """f = 4w² + 4wb + b² − 12w − 6b + 9, whose step of h is off by 4h along w and by h along b."""
    for live in swept(panels.partial()):
        w, b, h = live.values.values()
        value = 4 * w**2 + 4 * w * b + b**2 - 12 * w - 6 * b + 9
        along_w, along_b = 8 * w + 4 * b - 12, 4 * w + 2 * b - 6
        wanted = [w, b, value, along_w, along_w + 4 * h, h, along_b, along_b + h]
        assert numbers(live.sentence) == pytest.approx(wanted, abs=6e-4)
        assert live.result.along_w.formula == pytest.approx(along_w)
        assert live.result.along_w.difference == pytest.approx(along_w + 4 * h, abs=1e-9)
        assert live.result.along_b.formula == pytest.approx(along_b)
        assert live.result.along_b.difference == pytest.approx(along_b + h, abs=1e-9)


def test_the_lines_drawn_have_the_slopes_told():
    for live in swept(panels.partial()):
        w, b, h = live.values.values()
        for ax, at, formula, per_h in zip(live.canvas.figure.axes, (w, b), (8 * w + 4 * b - 12, 4 * w + 2 * b - 6),
                                          (4, 1), strict=True):  # fmt: skip
            curve, tangent, secant, point = ax.lines
            assert _slope(tangent) == pytest.approx(formula)
            assert _slope(secant) == pytest.approx(formula + per_h * h)
            assert secant.get_xdata()[-1] == pytest.approx(at + h)
            assert point.get_xydata()[0] == pytest.approx([at, (2 * w + b - 3) ** 2])
            assert np.interp(at, *curve.get_data()) == pytest.approx((2 * w + b - 3) ** 2, abs=0.01)
            assert all(_inside(ax, line) for line in (curve, secant, point))
            written = [text.get_text() for text in ax.texts]
            assert numbers(written[1])[-1] == pytest.approx(formula, abs=0.06)
            assert float(written[3]) == pytest.approx(formula + per_h * h, abs=6e-4)


def test_an_entry_of_the_product_is_the_sum_of_its_terms():
    for live in swept(panels.product(X, WEIGHT)):
        i, j = live.values.values()
        terms = [int(X[i][k]) * int(WEIGHT[k][j]) for k in range(3)]
        told = re.fullmatch(r"out\[(\d), (\d)\] = (.*) = (-?\d+)", live.sentence)
        assert (int(told[1]), int(told[2]), int(told[4])) == (i, j, sum(terms))
        assert [math.prod(numbers(term)) for term in told[3].split(" + ")] == terms
        assert live.result.value == sum(terms)


def test_the_frames_hold_the_row_the_column_and_the_entry_that_are_told():
    live = Live(panels.product(X, WEIGHT))
    for i in range(4):
        for j in range(2):
            live.widgets["i"].value, live.widgets["j"].value = i, j
            ax = live.canvas.figure.axes[0]
            row, column, entry = (_written_in(ax, frame) for frame in ax.patches[-3:])
            assert row == [int(value) for value in X[i]]
            assert column == [int(WEIGHT[k][j]) for k in range(3)]
            assert entry == [sum(a * b for a, b in zip(row, column, strict=True))]


def test_both_variances_are_those_of_the_statistics_module():
    for live in swept(panels.spread(BATCH)):
        values = list(live.values.values())
        mean, biased, unbiased = statistics.mean(values), statistics.pvariance(values), statistics.variance(values)
        assert live.result.mean == pytest.approx(mean)
        assert live.result.biased == pytest.approx(biased)
        assert live.result.unbiased == pytest.approx(unbiased)
        told = numbers(live.sentence)
        assert told[:5] == pytest.approx([mean, 4 * biased, 4 * biased, 4, biased], abs=6e-4)
        assert told[6:9] == pytest.approx([4 * biased, 3, unbiased], abs=6e-4)
        line, *deviations = live.canvas.figure.axes[0].lines
        assert list(line.get_xdata()) == pytest.approx([mean, mean])
        assert [list(d.get_xdata()) for d in deviations] == [pytest.approx([mean, value]) for value in values]


def test_the_panel_shows_each_squared_deviation():
    live = Live(panels.spread(BATCH))
    squares = [text.get_text() for text in live.canvas.figure.axes[0].texts if "²" in text.get_text()]
    assert [numbers(square) for square in squares] == [[-2, 4], [-1, 1], [0, 0], [3, 9]]


def test_the_figure_draws_the_variances_it_is_given():
    sizes, biased, unbiased = np.array([2, 4, 8, 16]), np.array([1.0, 1.5, 1.75, 1.9]), np.array([2.1, 1.9, 2.0, 2.1])
    ax = plots.two_variances(sizes, biased, unbiased, 2.0, Figure().subplots())
    true, first, second = ax.lines
    assert list(true.get_ydata()) == [2.0, 2.0]
    assert np.array_equal(first.get_xydata(), np.column_stack([sizes, unbiased]))
    assert np.array_equal(second.get_xydata(), np.column_stack([sizes, biased]))


def _slope(line) -> float:
    (x0, x1), (y0, y1) = line.get_data()
    return (y1 - y0) / (x1 - x0)


def _written_in(ax, frame) -> list[int]:
    """The whole numbers written within ``frame``, in the order of the axes' texts."""
    return [int(text.get_text()) for text in ax.texts
            if re.fullmatch(r"-?\d+", text.get_text()) and frame.get_bbox().contains(*text.get_position())]  # fmt: skip


def _inside(ax, line) -> bool:
    corners = ax.get_xlim(), ax.get_ylim()
    return all(low <= data.min() and data.max() <= high
               for (low, high), data in zip(corners, map(np.asarray, line.get_data()), strict=True))  # fmt: skip
