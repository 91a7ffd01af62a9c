"""Lesson 01's panels and figures against computations of their own."""

import csv
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course.catalogue import text
from course.live import Live
from lessons.gradient_descent import feature_scale, plots
from lessons.gradient_descent import panels as gradient_descent
from tests.sweep import numbers, swept

SCALED = {
    "raw": lambda x: x,
    "min_max": lambda x: (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0)),
    "standardized": lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
}


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


@pytest.fixture(scope="module")
def wine() -> np.ndarray:
    with (Path(__file__).parents[3] / "data" / "wine.csv").open(encoding="utf-8") as file:
        return np.array([[float(value) for value in row[:-1]] for row in list(csv.reader(file))[1:]])


def close(*values: float, digits: int = 3) -> list:
    """The values as a sentence shows them, with so many significant digits."""
    return [pytest.approx(value, rel=0.6 * 10.0 ** (1 - digits), abs=1e-12) for value in values]


def named(factor: float, steps: int = 1) -> str:
    """What a descent does whose steepest error is multiplied by ``factor`` a step."""
    if steps == 0:
        return "waiting"
    exact = {1.0: "rests", 0.0: "one_step", -1.0: "swings"}.get(round(factor, 9))
    return exact or ("diverges" if abs(factor) > 1 else "approaches" if factor > 0 else "oscillates")


def says(live: Live, name: str) -> bool:
    """Whether the sentence and a text in the figure name the behaviour, and the figure no other."""
    words = text(f"01.behaviour.{name}")
    drawn = [label.get_text() for axes in live.canvas.figure.axes for label in axes.texts]
    return words in live.sentence and any(words in label for label in drawn)


def drawn(live: Live, axes: int, color: str, marker: str | None = None) -> np.ndarray:
    """The points (n, 2) of the line with this colour, and marker, in one of the figure's axes."""
    lines = [line for line in live.canvas.figure.axes[axes].lines
             if line.get_color() == color and marker in (None, line.get_marker())]
    return lines[0].get_xydata()


BLUE, VERMILLION = "#0072B2", "#D55E00"


# ---------------------------------------------------------------- one weight

def test_descent_on_one_weight():
    for live in swept(gradient_descent.descent()):
        rate, start, steps = live.values.values()
        w = [float(start)]
        for _ in range(steps):
            w.append(w[-1] - rate * 2 * (w[-1] - 3))
        losses = [(value - 3) ** 2 for value in w]
        assert live.result.weights == pytest.approx(np.array(w), rel=1e-9)
        assert numbers(live.sentence)[:3] == close(rate, start, steps)
        assert numbers(live.sentence)[3:5] == close(w[-1], losses[-1])
        assert says(live, named(1 - 2 * rate, steps))
        assert drawn(live, 0, BLUE) == pytest.approx(np.column_stack([w, losses]))
        assert drawn(live, 0, VERMILLION)[0] == pytest.approx([w[-1], losses[-1]])
        assert drawn(live, 1, BLUE) == pytest.approx(np.column_stack([range(steps + 1), w]))


@pytest.mark.parametrize(("rate", "name"), [(0.05, "approaches"), (0.49, "approaches"), (0.5, "one_step"),
                                            (0.51, "oscillates"), (0.99, "oscillates"), (1.0, "swings"),
                                            (1.01, "diverges"), (0.0, "rests")])
def test_the_panel_tips_over_at_one(rate, name):
    live = Live(gradient_descent.descent())
    live.widgets["rate"].value = rate
    assert says(live, name)


def test_a_start_at_the_optimum_stays_and_a_path_that_leaves_the_picture_is_said_to():
    live = Live(gradient_descent.descent())
    live.widgets["start"].value = 3
    assert says(live, "there")
    live.widgets["start"].value, live.widgets["rate"].value, live.widgets["step"].value = 8, 1.2, 40
    assert says(live, "outside") is False  # the figure says it; the sentence has the number instead
    assert text("01.behaviour.outside") in live.canvas.figure.axes[0].texts[-1].get_text()


def test_the_factor_of_a_step():
    for live in swept(gradient_descent.factor()):
        rate, curvature = live.values.values()
        factor = 1 - rate * curvature
        assert live.result.errors == pytest.approx(factor ** np.arange(31.0), rel=1e-9, abs=1e-13)
        assert numbers(live.sentence)[1:5] == close(rate, curvature, factor, 30)
        assert numbers(live.sentence)[6] == pytest.approx(abs(factor) ** 30, rel=0.06, abs=1e-13)
        assert says(live, named(factor))
        assert drawn(live, 0, BLUE)[0] == pytest.approx([rate, factor])
        assert drawn(live, 1, BLUE)[:, 1] == pytest.approx(np.abs(factor) ** np.arange(31.0), rel=1e-9, abs=1e-13)


# ---------------------------------------------------------------- a line fitted to data

def test_the_path_of_a_fitted_line(wine):
    x, y = wine[:, 6], wine[:, 5]
    steepest = np.linalg.eigvalsh([[(x * x).mean(), x.mean()], [x.mean(), 1]])[-1]
    for live in swept(gradient_descent.path(x, y)):
        rate, slope, intercept, steps = live.values.values()
        path = [(slope, intercept)]
        for _ in range(steps):
            residual = slope * x + intercept - y
            slope, intercept = slope - rate * (residual * x).mean(), intercept - rate * residual.mean()
            path.append((slope, intercept))
        first, last = (0.5 * ((w * x + b - y) ** 2).mean() for w, b in (path[0], path[-1]))
        assert live.result.path == pytest.approx(np.array(path), rel=1e-7)
        assert numbers(live.sentence) == close(rate, steps, slope, intercept, last, first)
        assert says(live, named(1 - rate * steepest, steps))
        assert drawn(live, 0, BLUE) == pytest.approx(np.array(path), rel=1e-7)
        assert drawn(live, 0, VERMILLION)[0] == pytest.approx(path[-1], rel=1e-7)
        assert drawn(live, 1, BLUE) == pytest.approx(np.array([[0, intercept], [6, intercept + 6 * slope]]), rel=1e-7)


def test_the_star_is_at_the_least_squares_line(wine):
    slope, intercept = np.polyfit(wine[:, 6], wine[:, 5], 1)
    live = Live(gradient_descent.path(wine[:, 6], wine[:, 5]))
    (star,) = [line for line in live.canvas.figure.axes[0].lines if line.get_marker() == "*"]
    assert star.get_xydata()[0] == pytest.approx([slope, intercept])


def test_a_path_that_swings_over_the_star_does_not_hide_it(wine):
    live = Live(gradient_descent.path(wine[:, 6], wine[:, 5]))
    live.widgets["rate"].value, live.widgets["step"].value = 0.34, 100
    axes = live.canvas.figure.axes[0]
    (star,) = [line for line in axes.lines if line.get_marker() == "*"]
    column, row = axes.transData.transform(star.get_xydata()[0]).astype(int)
    assert np.asarray(live.canvas.agg.buffer_rgba())[-1 - row, column, :3].tolist() == [0, 158, 115]


# ---------------------------------------------------------------- the scale of the features

def test_the_facts_about_the_conditions(wine):
    """κ of xᵀx / N with a column of ones, and 2 / λ_max: thirteen features, then two of them."""
    for columns, scaling, condition, limit in [(range(13), "raw", 4.6e8, 3.0e-6), (range(13), "standardized", 45, 0.43),
                                               ((7, 12), "raw", 5.8e7, 3.0e-6), ((7, 12), "standardized", 1.9, 1.5)]:
        inputs = np.column_stack([SCALED[scaling](wine[:, list(columns)]), np.ones(178)])
        eigenvalues = np.linalg.eigvalsh(inputs.T @ inputs / 178)
        assert eigenvalues[-1] / eigenvalues[0] == pytest.approx(condition, rel=0.02)
        assert 2 / eigenvalues[-1] == pytest.approx(limit, rel=0.02)


def test_the_surfaces_of_two_features(wine):
    two = wine[:, [7, 12]]
    panel = feature_scale.surfaces(two)
    for live in swept(panel):
        scaling, fraction, steps = live.values.values()
        x = SCALED[scaling](two)
        curvature = np.einsum("ni,nj->ij", x, x) / 178
        eigenvalues = np.linalg.eigvalsh(curvature)
        units = np.sqrt((x**2).mean(axis=0))
        error, left = np.array([-1.5, 0.5]) / units, []
        path = [error * units]
        for _ in range(steps):
            left.append(((x @ error) ** 2).mean())
            error = error - fraction * 2 / eigenvalues[-1] * (x * (x @ error)[:, None]).mean(axis=0)
            path.append(error * units)
        left.append(((x @ error) ** 2).mean())
        percent = 100 * left[-1] / left[0]
        assert live.result.path == pytest.approx(np.array(path), rel=1e-6, abs=1e-9)
        assert drawn(live, 0, BLUE) == pytest.approx(np.array(path), rel=1e-6, abs=1e-9)
        assert drawn(live, 1, BLUE)[:, 1] == pytest.approx(np.array(left) / left[0], rel=1e-6, abs=1e-9)
        condition, limit, shown, share, after = numbers(live.sentence)
        assert [condition, limit] == close(eigenvalues[-1] / eigenvalues[0], 2 / eigenvalues[-1])
        assert [shown, after] == close(fraction, steps)
        assert share == pytest.approx(percent, rel=6e-3) or (percent < 1e-4 and "less than 0.0001" in live.sentence)
        crawls = steps > 1 and fraction < 1 and percent > 1 and left[-1] > 0.99 * left[-2]
        assert says(live, "crawls" if crawls else named(1 - 2 * fraction, steps))
        visible = [lines.get_visible() for lines in live.canvas.figure.axes[0].collections]
        assert visible == [name == scaling for name in SCALED]


def test_on_raw_features_the_path_crawls_and_on_standardized_ones_it_arrives(wine):
    live = Live(feature_scale.surfaces(wine[:, [7, 12]]))
    assert says(live, "crawls")
    live.widgets["scaling"].value = "standardized"
    assert not says(live, "crawls")
    assert numbers(live.sentence)[3] < 1e-3


def test_standardized_features_are_ahead_of_min_max_scaled_ones_at_every_step(wine):
    live, left = Live(feature_scale.surfaces(wine[:, [7, 12]])), {}
    for scaling in ("min_max", "standardized"):
        live.widgets["scaling"].value = scaling
        left[scaling] = live.result.left[1:]
    assert (left["standardized"] < left["min_max"]).all()


def test_the_gradients_by_weight(wine):
    x, y = wine[:, 1:], wine[:, 0]
    for live in swept(feature_scale.gradients(x, y)):
        scaling, fraction, steps = live.values.values()
        inputs = np.column_stack([SCALED[scaling](x), np.ones(178)])
        limit = 2 / np.linalg.svd(inputs, compute_uv=False)[0] ** 2 * 178
        weight = np.array([0.0] * 12 + [y.mean()])
        sizes = []
        for _ in range(steps + 1):
            slopes = (inputs * (inputs @ weight - y)[:, None]).mean(axis=0)
            sizes.append(np.abs(slopes[:12]))
            weight = weight - fraction * limit * slopes
        growth = sizes[-1] / sizes[0]
        assert live.result.now == pytest.approx(sizes[-1], rel=1e-5)
        assert drawn(live, 0, "#000000") == pytest.approx(np.column_stack([sizes[0], range(12)]), rel=1e-5)
        assert drawn(live, 0, BLUE) == pytest.approx(np.column_stack([sizes[-1], range(12)]), rel=1e-5)
        assert numbers(live.sentence) == [pytest.approx(v, rel=0.06) for v in (
            fraction, steps, sizes[-1].min(), sizes[-1].max(), growth.min(), growth.max())]
        assert says(live, named(1 - 2 * fraction, steps))
        if fraction > 1 and steps:
            assert growth.min() > 1e2, "above the limit all explode, none vanishes"


def test_scaling_beside_ridge(wine):
    x, y = wine[:, 1:], wine[:, 0]
    best = np.linalg.lstsq(np.column_stack([x, np.ones(178)]), y, rcond=None)[0]
    plain = x @ best[:12] + best[12]
    for live in swept(feature_scale.three(x, y)):
        scaling, ridge = live.values.values()
        inputs = SCALED[scaling](x)
        rows = np.vstack([np.column_stack([inputs, np.ones(178)]), np.sqrt(178 * ridge) * np.eye(13)[:12]])
        fitted = np.linalg.lstsq(rows, np.append(y, np.zeros(12)), rcond=None)[0]
        moved = np.abs(inputs @ fitted[:12] + fitted[12] - plain).max()
        assert live.result.weights == pytest.approx(fitted[:12], rel=1e-6, abs=1e-9)
        assert live.result.moved == pytest.approx(moved, abs=1e-8)
        assert (moved < 1e-8) == (ridge == 0)
        assert numbers(live.sentence) == [pytest.approx(v, abs=6e-3, rel=1e-3) for v in (
            inputs.min(), inputs.max(), inputs.mean(axis=0).min(), inputs.mean(axis=0).max(), ridge,
            np.linalg.norm(fitted[:12]), moved)]
        ranges = [segment[:, 0] for segment in live.canvas.figure.axes[0].collections[0].get_segments()]
        assert ranges == pytest.approx(np.column_stack([inputs.min(axis=0), inputs.max(axis=0)]))
        assert drawn(live, 0, "#000000")[:, 0] == pytest.approx(inputs.mean(axis=0), abs=1e-12)
        assert drawn(live, 1, BLUE)[:, 0] == pytest.approx(fitted[:12], rel=1e-6, abs=1e-9)


def test_every_result_stays_within_the_axes_that_show_it(wine):
    """Weights, ranges and gradients are never outside the picture; where a path leaves, the figure says so."""
    for panel in (feature_scale.three(wine[:, 1:], wine[:, 0]), feature_scale.gradients(wine[:, 1:], wine[:, 0])):
        for live in swept(panel):
            for axes in live.canvas.figure.axes:
                low, high = axes.get_xlim()
                for line in axes.lines:
                    values = line.get_xdata()
                    assert np.min(values) >= min(low, 0)
                    assert np.max(values) <= max(high, 1)


# ---------------------------------------------------------------- plain figures

def test_example_gradients_draws_each_example_and_the_two_means():
    points = np.random.default_rng(0).normal(size=(20, 2))
    ax = plots.example_gradients(points, points[:5].mean(axis=0), points.mean(axis=0), Figure().subplots())
    shown = [line.get_xydata() for line in ax.lines[2:]]
    assert shown[0].tolist() == points.tolist()
    assert shown[1].tolist() == [points[:5].mean(axis=0).tolist()]
    assert shown[2].tolist() == [points.mean(axis=0).tolist()]
    assert text("01.example_gradients.full", n=20) in [label.get_text() for label in ax.texts]


def test_excess_loss_draws_each_curve_and_the_target():
    steps = np.geomspace(1, 1e4, 50)
    curves = {"raw": np.exp(-steps / 1000), "min_max": np.exp(-steps / 100), "standardized": np.exp(-steps / 10)}
    ax = plots.excess_loss(steps, curves, 0.01, Figure().subplots())
    assert list(ax.lines[0].get_ydata()) == [0.01, 0.01]
    for line, values in zip(ax.lines[1:], curves.values(), strict=True):
        assert line.get_ydata().tolist() == values.tolist()
    assert {text(f"01.excess.{name}") for name in curves} < {label.get_text() for label in ax.texts}
