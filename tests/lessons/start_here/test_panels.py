"""Lesson 00's panels, figures and numbers against computations of their own."""

import math
import statistics
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course import catalogue, drawing
from course.live import Live
from lessons.start_here import experiments, panels, plots
from tests.overlaps import faults
from tests.sweep import numbers, swept

X = np.array([[1, 2, 0], [0, 1, 3], [2, -1, 1], [-1, 0, 2]])
WEIGHT = np.array([[2, 1], [0, -1], [1, 3]])


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


@pytest.fixture(scope="module")
def threes() -> np.ndarray:
    with np.load(Path(__file__).parents[3] / "data" / "mnist_10k.npz") as file:
        pictures = file["x"][file["y"] == 3] / np.float32(255)
    return np.random.default_rng(0).permutation(pictures)


def distance(pictures: np.ndarray, n: int) -> float:
    """How far the mean of the first n is from that of all, summed in float64."""
    pictures = pictures.astype(np.float64)
    return math.sqrt(((pictures[:n].sum(axis=0) / n - pictures.sum(axis=0) / len(pictures)) ** 2).sum() / 784)


def test_the_pictures_are_those_of_one_digit_in_the_order_of_a_seed(threes):
    assert np.array_equal(experiments.pictures_of(3, seed=0), threes)
    other = experiments.pictures_of(3, seed=1)
    assert not np.array_equal(other, threes)
    assert np.array_equal(np.sort(other.sum(axis=1)), np.sort(threes.sum(axis=1)))


def test_the_mean_picture_is_the_mean_and_its_distance_the_root_mean_square(threes):
    for live in swept(panels.mean_picture(threes)):
        n = live.values["n"]
        wanted = pytest.approx(distance(threes, n), abs=6e-4)
        assert live.result == pytest.approx(threes[:n].astype(np.float64).mean(axis=0), abs=1e-5)
        assert live.canvas.figure.moving["picture"].values.ravel() == pytest.approx(live.result)
        assert numbers(live.sentence) == [n, len(threes), 3, wanted]
        assert numbers(live.canvas.figure.words["said"].get_text()) == [n, wanted]
        x, y = live.canvas.figure.moving["line"].get_data()
        assert list(x) == list(range(1, n + 1))
        assert live.canvas.figure.moving["end"].get_xydata()[0] == pytest.approx([n, y[-1]])
        assert y[-1] == pytest.approx(distance(threes, n), abs=1e-5)


def test_the_squares_are_averages_over_shuffles_and_their_numbers_are_written_beside_them(threes):
    live = Live(panels.mean_picture(threes))
    ax = live.canvas.figure.ax["distance"]
    (squares,) = [line for line in ax.lines if line.get_marker() == "s"]
    sizes, averages = squares.get_data()
    rng = np.random.default_rng(5)
    for n, average in zip(sizes, averages, strict=True):
        own = statistics.mean(distance(rng.permutation(threes), n) for _ in range(25))
        assert average == pytest.approx(own, rel=0.12)
    written = [float(words.get_text()) for words in ax.texts if words.get_text().startswith("0.")]
    assert written == [pytest.approx(average, rel=0.05) for average in averages]


def test_shuffled_distances_are_those_of_the_orders_drawn(threes):
    pictures = threes[:40]
    found = experiments.shuffled_distances(pictures, (1, 7, 40), 3, np.random.default_rng(2))
    rng = np.random.default_rng(2)
    wanted = [[distance(shuffled, n) for n in (1, 7, 40)] for shuffled in (rng.permutation(pictures) for _ in range(3))]
    assert found == pytest.approx(np.array(wanted), abs=1e-6)
    assert experiments.distances(pictures) == pytest.approx([distance(pictures, n) for n in range(1, 41)], abs=1e-6)


def test_average_variances_are_those_of_the_statistics_module():
    biased, unbiased = experiments.average_variances((2, 5), 30, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    for k, n in enumerate((2, 5)):
        throws = rng.integers(1, 7, size=(30, n)).astype(float).tolist()
        assert biased[k] == pytest.approx(statistics.mean(map(statistics.pvariance, throws)))
        assert unbiased[k] == pytest.approx(statistics.mean(map(statistics.variance, throws)))


def test_the_partial_derivatives_are_those_of_the_square_multiplied_out():
    """f = 4w² + 4wb + b² − 12w − 6b + 9, whose step of h is off by 4h along w and by h along b."""
    for live in swept(panels.partial()):
        w, b, h = live.values.values()
        value = 4 * w**2 + 4 * w * b + b**2 - 12 * w - 6 * b + 9
        wanted = {"w": (8 * w + 4 * b - 12, 4), "b": (4 * w + 2 * b - 6, 1)}
        told = [w, b, wanted["w"][0], wanted["w"][0] + 4 * h, h, wanted["b"][0], wanted["b"][0] + h]
        assert numbers(live.sentence) == pytest.approx(told, abs=6e-4)
        for name, at in (("w", w), ("b", b)):
            slope, per_h = wanted[name]
            moving, words = live.canvas.figure.moving, live.canvas.figure.words
            assert _slope(moving[f"tangent_{name}"]) == pytest.approx(slope)
            assert _slope(moving[f"secant_{name}"]) == pytest.approx(slope + per_h * h)
            assert moving[f"secant_{name}"].get_xdata()[-1] == pytest.approx(at + h)
            assert moving[f"point_{name}"].get_xydata()[0] == pytest.approx([at, value])
            assert np.interp(at, *moving[f"curve_{name}"].get_data()) == pytest.approx(value, abs=0.01)
            assert numbers(words[f"tangent_{name}"].get_text())[-1] == pytest.approx(slope, abs=0.06)
            assert numbers(words[f"secant_{name}"].get_text())[-1] == pytest.approx(slope + per_h * h, abs=6e-4)


def test_one_example_changes_its_row_and_with_the_column_means_taken_off_every_row():
    for live in swept(panels.one_example(X, WEIGHT)):
        (value,) = live.values.values()
        changed = [[*row] for row in X.tolist()]
        changed[2][0] = value
        drawn = live.canvas.figure.moving
        for name, centred in (("out", False), ("centred", True)):
            before, after = (_product(rows, centred) for rows in (X.tolist(), changed))
            for i in range(4):
                for j in range(2):
                    frame = drawn[f"frame {name} {i, j}"]
                    assert float(drawn[f"{name} {i, j}"].get_text()) == pytest.approx(after[i][j])
                    assert (frame.get_edgecolor() != frame.get_facecolor()) == (abs(before[i][j] - after[i][j]) > 1e-9)
        rows = [0, 0] if value == 2 else [1, 4]
        assert numbers(live.sentence) == [value, 2, rows[0], 4, rows[1], 4]


def test_the_sixth_of_eight_pictures_is_the_mean(threes):
    ax = plots.one_by_nobody(threes)
    shown = np.asarray(ax.images[0].get_array())
    assert shown[:, 28 * 5 : 28 * 6].ravel() == pytest.approx(threes.mean(axis=0))
    assert np.array_equal(shown[:, 28 * 6 : 28 * 7].ravel(), threes[5])
    assert [label.get_text() for label in ax.get_xticklabels()] == [*"12345678"]
    plt.close(ax.figure)


def test_the_figure_draws_the_variances_it_is_given():
    sizes, biased, unbiased = np.array([2, 4, 8, 16]), np.array([1.0, 1.5, 1.75, 1.9]), np.array([2.1, 1.9, 2.0, 2.1])
    ax = plots.two_variances(sizes, biased, unbiased, 2.0, Figure().subplots())
    true, first, second = ax.lines
    assert list(true.get_ydata()) == [2.0, 2.0]
    assert np.array_equal(first.get_xydata(), np.column_stack([sizes, unbiased]))
    assert np.array_equal(second.get_xydata(), np.column_stack([sizes, biased]))


@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", ["mean_picture", "partial", "one_example"])
def test_no_text_overlaps_another_or_leaves_the_picture(threes, name, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    arguments = {"mean_picture": (threes,), "partial": (), "one_example": (X, WEIGHT)}[name]
    assert faults(getattr(panels, name)(*arguments), pairs=(language, view) == ("en", "normal")) == []


def _product(rows: list[list[float]], centred: bool) -> list[list[float]]:
    out = [[sum(row[k] * int(WEIGHT[k, j]) for k in range(3)) for j in range(2)] for row in rows]
    means = [statistics.mean(column) if centred else 0 for column in zip(*out, strict=True)]
    return [[entry - mean for entry, mean in zip(row, means, strict=True)] for row in out]


def _slope(line) -> float:
    (x0, x1), (y0, y1) = line.get_data()
    return (y1 - y0) / (x1 - x0)
