"""Lesson 01's panels and figures against computations of their own."""

import csv
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course import catalogue, drawing
from course.catalogue import text
from course.live import Live
from lessons.gradient_descent import experiments, further_panels, panels, plots
from tests.overlaps import faults
from tests.sweep import numbers, swept


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


def wine() -> np.ndarray:
    with (Path(__file__).parents[3] / "data" / "wine.csv").open(encoding="utf-8") as file:
        return np.array([[float(value) for value in row[:-1]] for row in list(csv.reader(file))[1:]])


WINE = wine()
X, Y = WINE[:, 1:], WINE[:, 0]
PAIR, TARGET = X[:, [9, 11]] - X[:, [9, 11]].mean(axis=0), Y - Y.mean()
SCALED = {"raw": lambda x: x, "min_max": lambda x: (x - x.min(axis=0)) / np.ptp(x, axis=0),
          "standardized": lambda x: (x - x.mean(axis=0)) / x.std(axis=0)}  # fmt: skip
PANELS = {"descent": panels.descent(), "valley": panels.valley(PAIR, TARGET), "start": panels.start(),
          "fairest": further_panels.fairest(), "gradients": further_panels.gradients(X, Y),
          "three": further_panels.three(X, Y)}  # fmt: skip


def named(factor: float, steps: int) -> str:
    """What the lesson calls a descent whose error is multiplied by ``factor`` at each step."""
    if steps == 0:
        return text("01.behaviour.waiting")
    for value, name in ((1, "rests"), (0, "one_step"), (-1, "swings")):
        if abs(factor - value) < 1e-6:
            return text(f"01.behaviour.{name}")
    return text("01.behaviour." + ("diverges" if abs(factor) > 1 else "approaches" if factor > 0 else "oscillates"))


def points(live: Live, name: str) -> np.ndarray:
    return live.canvas.figure.moving[name].get_xydata()


def test_a_descent_and_its_tangent():
    for live in swept(PANELS["descent"]):
        rate, start, steps = live.values.values()
        path = 3 + (start - 3) * (1 - 2 * rate) ** np.arange(steps + 1)
        w, slope = path[-1], 2 * (path[-1] - 3)
        assert points(live, "path") == pytest.approx(np.column_stack([path, (path - 3) ** 2]), rel=1e-6, abs=1e-9)
        assert points(live, "weights")[:, 1] == pytest.approx(path, rel=1e-6, abs=1e-9)
        (left, low), (right, high) = points(live, "tangent")
        assert (high - low) / (right - left) == pytest.approx(slope, rel=1e-6, abs=1e-9)
        assert (low + high) / 2 == pytest.approx((w - 3) ** 2, rel=1e-6, abs=1e-9)
        assert numbers(live.sentence)[:2] == pytest.approx([rate, start], abs=0.006)
        assert numbers(live.sentence)[2:5] == pytest.approx([steps, w, slope], rel=6e-3, abs=1e-9)
        if start != 3:
            assert live.sentence.endswith(f"the path {named(1 - 2 * rate, steps)}.")


def walked(columns: str, fraction: float, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The errors at the start and after so many real updates, in weights."""
    table = SCALED[columns](PAIR)
    best = np.linalg.lstsq(table, TARGET, rcond=None)[0]
    rate = fraction * 2 / np.linalg.svd(table, compute_uv=False)[0] ** 2 * len(table)
    weight = np.zeros(2)
    for _ in range(steps):
        weight = weight - rate * (table * (table @ weight - TARGET)[:, None]).mean(axis=0)
    return -best, weight - best


@pytest.mark.parametrize("columns", ["raw", "standardized"])
@pytest.mark.parametrize(("fraction", "steps"), [(0.25, 3), (0.5, 100), (0.9, 1000), (1.1, 10)])
def test_the_errors_across_and_along_the_valley_are_those_of_a_walk(columns, fraction, steps):
    live = Live(PANELS["valley"])
    for key, value in (("columns", columns), ("fraction", fraction), ("steps", steps)):
        live.widgets[key].value = value
    start, now = walked(columns, fraction, steps)
    along, across = np.linalg.svd(SCALED[columns](PAIR), full_matrices=False)[2][::-1]
    shares = [abs(now @ direction / (start @ direction)) for direction in (across, along)]
    assert live.result.left == pytest.approx(shares, rel=1e-6, abs=1e-9)
    widths = [live.canvas.figure.moving[f"bar_{name}"].get_width() for name in ("across", "along")]
    assert widths == pytest.approx([min(100, 100 * share) for share in shares], abs=1e-6)
    assert live.result.path[-1] == pytest.approx(now, rel=1e-6, abs=1e-9)
    live.close()


def test_the_whole_valley_and_the_lines_of_the_window_are_lines_of_equal_loss():
    for live in swept(PANELS["valley"]):
        columns, place = live.values["columns"], live.values["place"]
        table = SCALED[columns](PAIR)
        best = np.linalg.lstsq(table, TARGET, rcond=None)[0]
        per_strip, per_window = panels.FRAMES[columns]
        at_start = ((table @ best) ** 2).mean()
        outline = live.canvas.figure.moving["whole"].get_xy() * per_strip * (-1, 1)
        assert ((outline @ table.T) ** 2).mean(axis=1) / at_start == pytest.approx(np.ones(len(outline)))
        along = np.linalg.svd(table)[2][-1]
        centre = (1 - place / 100) * (-best @ along) * along if columns == "raw" else np.zeros(2)
        lines = points(live, "lines") * per_window * (-1, 1) + centre
        shares = ((lines[~np.isnan(lines[:, 0])] @ table.T) ** 2).mean(axis=1) / at_start
        assert np.abs(shares[:, None] / np.array(panels.LEVELS) - 1).min(axis=1) == pytest.approx(0, abs=1e-4)
        assert points(live, "best")[0] == pytest.approx(-centre / per_window * (-1, 1), abs=1e-6)


def test_the_valley_says_how_long_it_is():
    live = Live(PANELS["valley"])
    for columns in ("raw", "standardized"):
        live.widgets["columns"].value = columns
        largest, smallest = np.linalg.svd(SCALED[columns](PAIR), compute_uv=False)
        assert numbers(live.sentence)[0] == pytest.approx(largest / smallest, rel=1e-3)
    live.close()


def test_the_window_says_where_there_is_no_part_of_the_way_to_choose():
    live = Live(PANELS["valley"])
    said = {}
    for columns in ("raw", "standardized"):
        live.widgets["columns"].value = columns
        said[columns] = live.canvas.figure.words["walked"].get_text(), live.sentence
    assert all("holds all of" in words for words in said["standardized"])
    assert not any("holds all of" in words for words in said["raw"])
    live.close()


def test_one_unit_is_as_long_across_as_upwards_in_the_strip_and_in_the_window():
    live = Live(PANELS["valley"])
    for name in ("strip", "window"):
        ax = live.canvas.figure.ax[name]
        (x0, y0), (x1, y1) = ax.transData.transform([(0, 0), (1, 1)])
        assert x1 - x0 == pytest.approx(y1 - y0)
    live.close()


def test_a_start_ends_in_the_valley_on_its_side_of_the_summit():
    for live in swept(PANELS["start"]):
        assert points(live, "path")[-1, 0] == pytest.approx(-2 if live.values["start"] < 0.5 else 2, abs=0.01)
    live = Live(PANELS["start"])
    live.widgets["start"].value = 0.5
    assert points(live, "path")[:, 0] == pytest.approx(np.full(41, 0.5))
    w, height = points(live, "path")[0]
    steps = np.array([-1e-3, 1e-3])
    assert (panels.experiments.hilly_loss(w + steps) < height).all(), "a summit"
    live.close()


def test_the_fairest_rate_leaves_the_same_of_both_errors():
    for live in swept(PANELS["fairest"]):
        condition, rate = live.values.values()
        flat, steep = 1 - 2 * rate / condition, 1 - 2 * rate
        assert live.result.factors == pytest.approx([flat, steep])
        assert points(live, "flat")[:, 1] == pytest.approx(abs(flat) ** np.arange(31))
        assert points(live, "steep")[:, 1] == pytest.approx(abs(steep) ** np.arange(31))
        (fair, left), = points(live, "fairest")
        assert [1 - 2 * fair / condition, 2 * fair - 1] == pytest.approx([left, left])


def test_each_gradient_as_a_multiple_of_its_start():
    for live in swept(PANELS["gradients"]):
        columns, fraction, steps = live.values.values()
        inputs = np.column_stack([SCALED[columns](X), np.ones(178)])
        limit = 2 / np.linalg.svd(inputs, compute_uv=False)[0] ** 2 * 178
        weight = np.array([0.0] * 12 + [Y.mean()])
        sizes = []
        for _ in range(steps + 1):
            slopes = (inputs * (inputs @ weight - Y)[:, None]).mean(axis=0)
            sizes.append(np.abs(slopes[:12]))
            weight = weight - fraction * limit * slopes
        times = sizes[-1] / sizes[0]
        assert points(live, "now") == pytest.approx(np.column_stack([times, range(12)]), rel=1e-4)
        assert numbers(live.sentence) == [pytest.approx(v, rel=0.06) for v in (
            fraction, steps, times.min(), times.max())]
        assert live.sentence.endswith(f"the path {named(1 - 2 * fraction, steps)}.")


def test_scaling_beside_ridge():
    best = np.linalg.lstsq(np.column_stack([X, np.ones(178)]), Y, rcond=None)[0]
    plain = X @ best[:12] + best[12]
    for live in swept(PANELS["three"]):
        columns, ridge = live.values.values()
        inputs = SCALED[columns](X)
        rows = np.vstack([np.column_stack([inputs, np.ones(178)]), np.sqrt(178 * ridge) * np.eye(13)[:12]])
        fitted = np.linalg.lstsq(rows, np.append(Y, np.zeros(12)), rcond=None)[0]
        moved = np.abs(inputs @ fitted[:12] + fitted[12] - plain).max()
        assert points(live, "weight")[:, 0] == pytest.approx(fitted[:12], rel=1e-6, abs=1e-9)
        assert points(live, "means")[:, 0] == pytest.approx(inputs.mean(axis=0), abs=1e-12)
        ranges = [segment[:, 0] for segment in live.canvas.figure.moving["ranges"].get_segments()]
        assert ranges == pytest.approx(np.column_stack([inputs.min(axis=0), inputs.max(axis=0)]))
        assert numbers(live.sentence) == [pytest.approx(v, abs=6e-3, rel=1e-3) for v in (
            inputs.min(), inputs.max(), ridge, np.linalg.norm(fitted[:12]), moved)]
        assert (moved < 1e-8) == (ridge == 0)


# ---------------------------------------------------------------- plain figures

def test_two_runs_are_drawn_with_the_lowest_loss_and_say_where_they_end():
    curves = {"raw": np.linspace(0.33, 0.21, 50), "standardized": np.geomspace(0.33, 0.14, 50)}
    ax = Figure().subplots()
    ends = plots.two_runs(curves, 0.13, ax)
    assert ends == {"updates": 49, "raw": 0.21, "standardized": pytest.approx(0.14)}
    assert list(ax.lines[0].get_ydata()) == [0.13, 0.13]
    for line, values in zip(ax.lines[1:], curves.values(), strict=True):
        assert line.get_ydata().tolist() == values.tolist()


def test_the_updates_needed_are_those_at_which_a_curve_is_near():
    tables = {"standardized": SCALED["standardized"](X), "min_max": SCALED["min_max"](X)}
    ax = Figure().subplots()
    words = plots.excess_loss(tables, Y, ax)
    for line, table, said in zip(ax.lines[1:], tables.values(), words.split("; "), strict=True):
        (updates, excess), needed = line.get_data(), experiments.updates_needed(table, Y)
        assert (excess[updates >= needed] <= 0.002).all()
        assert (excess[updates < needed] > 0.002).all()
        assert numbers(said) == [pytest.approx(needed, rel=0.05)]


def test_a_learners_own_tables_are_drawn_under_their_own_names():
    steep = X * np.where(np.arange(12) == 9, 1e5, 1)
    hopeless = SCALED["standardized"](X) * np.where(np.arange(12) == 9, 1e9, 1)
    tables = {"raw": X, "large_hue": steep, "hopeless": hopeless, "ones": np.ones((178, 1)), "logs": np.log(X)}
    ax = Figure().subplots()
    words = plots.excess_loss(tables, Y, ax)
    assert [said.split(":")[0] for said in words.split("; ")] == ["as measured", *list(tables)[1:]]
    assert len(ax.lines) == 1 + len(tables)
    assert {label.get_text() for label in ax.texts} == {"0.002", "as measured", *list(tables)[1:]}


# ---------------------------------------------------------------- in both views, in another language

@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", PANELS)
def test_no_text_overlaps_another_or_leaves_the_picture(name, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    assert faults(PANELS[name], pairs=(language, view) == ("en", "normal")) == []
