"""Lesson 02's panels and figures against computations of their own."""

import math
from collections import Counter

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course import drawing
from course.live import Live
from course.panel import MOVING, Canvas
from helpers.network import Network
from lessons.batch_epoch_iteration import experiments, panels, plots
from lessons.batch_epoch_iteration.experiments import Recorded
from tests.overlaps import faults, in_long_korean
from tests.sweep import numbers, swept

NETWORK = Network((784, 6, 5, 10))


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


def count(n, batch_size, epochs, drop_last):
    """Iterations per epoch, updates and the size of what is left over, by counting."""
    updates = iterations = left = 0
    for _ in range(epochs):
        iterations, left = 0, n
        while left >= batch_size:
            left -= batch_size
            iterations += 1
        iterations += bool(left) and not drop_last
        updates += iterations
    return iterations, updates, left


def test_the_calculator_counts_as_a_loop_does_and_draws_each_example_in_its_batch():
    for live in swept(panels.calculator()):
        n, b, epochs, drop_last = live.values.values()
        iterations, updates, left = count(n, b, epochs, drop_last)
        wanted = [n, b, epochs, n, b, iterations, iterations, epochs, updates] + [left] * bool(left)
        assert numbers(live.sentence) == wanted
        assert ("left out" in live.sentence) == bool(left and drop_last)
        assert ("last batch" in live.sentence) == bool(left and not drop_last)
        assert ("⌊" in live.sentence) == drop_last
        assert (live.result.iterations, live.result.updates) == (iterations, updates)
        drawn = marks(live, "full_batch", "last_batch", "left_out")
        rest = [0, left] if drop_last else [left, 0]
        assert [len(points) for points in drawn.values()] == [n - left, *rest]
        in_order = sorted(np.concatenate([*drawn.values()]).tolist(), key=lambda point: (point[1], point[0]))
        assert in_order[n - left :] == (drawn["left_out"] if drop_last else drawn["last_batch"]).tolist()
        assert all(0 < x < 1 and 0 < y < 1 for x, y in in_order)
        words = live.canvas.figure.words
        assert words["in_all"].get_text().startswith(f"{iterations:,} × {epochs} = {updates:,}\n")
        assert f" = {iterations:,}\n" in words["per_epoch"].get_text()


@pytest.mark.parametrize("batch_size", [2, 7, 20, 32, 64, 100, 300])
def test_gaps_part_the_batches_and_nothing_else(batch_size):
    live = Live(panels.calculator())
    live.widgets["batch_size"].value = batch_size
    points = marks(live, "full_batch")["full_batch"].round(6)
    cell = np.diff(np.unique(points[:, 0])).min()
    for (x, y), (next_x, next_y), k in zip(points, points[1:], range(1, len(points)), strict=False):
        if y == next_y:
            assert (next_x - x > 1.5 * cell) == (k % batch_size == 0)
    starts_row = {y for (_, before), (_, y) in zip(points, points[1:], strict=False) if y != before}
    heights = np.diff(sorted({points[0, 1], *starts_row}))
    spans_rows = points[0, 1] != points[batch_size - 1, 1]
    assert heights.max() / heights.min() == pytest.approx(1.7 if spans_rows else 1, abs=1e-3)


def marks(live, *names):
    """Where the marks of each of ``names`` stand, by name, each (n, 2)."""
    return {name: np.array(live.canvas.figure.moving[name].get_data()).T for name in names}


@pytest.mark.parametrize(
    ("n", "batch_size", "epochs", "iterations", "updates"),
    [
        (1000, 200, 10, 5, 50),
        (1000, 20, 1, 50, 50),
        (2000, 200, 1, 10, 10),
        (2000, 500, 20, 4, 80),
        (1000, 10, 1, 100, 100),
    ],
)
def test_the_five_worked_examples_come_out_of_the_calculator(n, batch_size, epochs, iterations, updates):
    live = Live(panels.calculator())
    for key, value in {"n_examples": n, "batch_size": batch_size, "epochs": epochs}.items():
        live.widgets[key].value = value
    assert f"⌈{n:,} / {batch_size}⌉ = {iterations};" in live.sentence
    assert f"{iterations} × {epochs} = {updates};" in live.sentence
    assert "no example is left over" in live.sentence


def test_the_mean_of_the_batch_losses_and_the_mean_over_the_examples():
    losses = np.random.default_rng(3).exponential(0.5, size=1100)
    for live in swept(panels.batch_losses(losses)):
        n, b, seed = live.values.values()
        shuffled = [losses[i] for i in np.random.default_rng(seed).permutation(n)]
        means, last = [], 0
        for first in range(0, n, b):
            batch = shuffled[first : first + b]
            means.append(math.fsum(batch) / len(batch))
            last = len(batch)
        of_batches, of_examples = math.fsum(means) / len(means), math.fsum(shuffled) / n
        assert numbers(live.sentence) == pytest.approx(
            [len(means), of_batches, n, of_examples, last, means[-1], b / last], abs=6e-3)
        assert (live.result.of_batches, live.result.of_examples) == pytest.approx((of_batches, of_examples), rel=1e-12)
        moving = live.canvas.figure.moving
        assert moving["bars"].get_ydata()[1::4] == pytest.approx(means)
        assert moving["bars"].get_xdata()[2::4].tolist() == [min(first + b, n) for first in range(0, n, b)]
        assert moving["of_examples"].get_ydata() == pytest.approx([of_examples] * 2)
        assert moving["of_batches"].get_ydata() == pytest.approx([of_batches] * 2)
        assert moving["last"].get_bbox().bounds == pytest.approx((n - last, 0, last, means[-1]))


@pytest.mark.parametrize("loss", [3.25, 1.5])
def test_a_last_bar_above_the_edge_has_its_number_beside_it(loss):
    outside = Live(panels.batch_losses(np.full(1100, loss))).canvas.figure.words["outside"]
    assert outside.get_visible() == (loss > 2.1)
    assert f"up to {loss}" in outside.get_text()


def test_what_draws_with_and_without_replacement_use():
    for live in swept(panels.coverage()):
        n, epochs, replacement, seed = live.values.values()
        rng = np.random.default_rng(seed)
        drawn = rng.integers(n, size=n * epochs).tolist() if replacement else [*range(n)] * epochs
        uses = Counter(drawn)
        assert live.result.uses.tolist() == [uses[i] for i in range(n)]
        used, wanted = len(uses), [n * epochs, n, len(uses), pytest.approx(100 * len(uses) / n, abs=0.06)]
        expected = 100 * (1 - math.exp(n * epochs * math.log1p(-1 / n)))
        tail = [pytest.approx(expected, abs=0.06), n - used] if replacement else [epochs, 0]
        assert numbers(live.sentence) == wanted + tail
        moving = live.canvas.figure.moving
        often = [sum(min(uses[i], 4) == k for i in range(n)) for k in range(5)]
        assert [len(points) for points in marks(live, "never", *(f"used{k}" for k in range(1, 5))).values()] == often
        assert [moving[f"bar{k}"].get_width() for k in range(5)] == pytest.approx([100 * k / n for k in often])
        assert [moving[f"share{k}"].get_text() for k in range(5)] == [f"{100 * k / n:.1f} %" for k in often]


def test_with_replacement_about_63_percent_of_1000_examples_are_used():
    live = Live(panels.coverage())
    shares = []
    for seed in range(21):
        live.widgets["seed"].value = seed
        shares.append(numbers(live.sentence)[3])
    assert np.mean(shares) == pytest.approx(100 * (1 - 1 / math.e), abs=0.5)


def own_pass(p, x, y):
    """Loss and gradients of linear–ReLU–linear–ReLU–linear–softmax cross-entropy, written out."""
    z1 = x @ p["weight1"] + p["bias1"]
    z2 = np.where(z1 > 0, z1, 0) @ p["weight2"] + p["bias2"]
    scores = np.where(z2 > 0, z2, 0) @ p["weight3"] + p["bias3"]
    share = np.exp(scores - scores.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    loss = -np.log(share[np.arange(len(y)), y]).mean()
    d3 = (share - np.eye(10)[y]) / len(y)
    d2 = (d3 @ p["weight3"].T) * (z2 > 0)
    d1 = (d2 @ p["weight2"].T) * (z1 > 0)
    inputs = {"1": (x, d1), "2": (z1 * (z1 > 0), d2), "3": (z2 * (z2 > 0), d3)}
    gradients = {f"weight{k}": a.T @ d for k, (a, d) in inputs.items()}
    return loss, gradients | {f"bias{k}": d.sum(axis=0) for k, (_, d) in inputs.items()}


def own_run(p, x, y, batch_size, epochs, rate, rng):
    """Every update of a run: place, rows, loss before, parameters after."""
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(x))
        for iteration, first in enumerate(range(0, len(x), batch_size), 1):
            rows = order[first : first + batch_size]
            loss, gradients = own_pass(p, x[rows], y[rows])
            p = {name: p[name] - rate * gradients[name] for name in p}
            yield Recorded(epoch, iteration, rows, loss, p)


@pytest.fixture(scope="module")
def start():
    rng, shapes = np.random.default_rng(5), [(784, 6), (6, 5), (5, 10)]
    weights = {f"weight{k}": rng.normal(0, (2 / s[0]) ** 0.5, s) for k, s in enumerate(shapes, 1)}
    return weights | {f"bias{k}": rng.normal(0, 0.1, s[1]) for k, s in enumerate(shapes, 1)}


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(6)
    y = rng.integers(10, size=90)
    return rng.uniform(0, 0.5, (90, 784)) + 0.3 * np.eye(784)[y], y


def test_a_recorded_run_is_the_run_written_out(start, examples):
    settings = {"batch_size": 20, "epochs": 2, "learning_rate": 0.1, "seed": 7}
    recorded = experiments.recorded_run(NETWORK, start, *examples, **settings)
    wanted = [*own_run(start, *examples, 20, 2, 0.1, np.random.default_rng(7))]
    for one, other in zip(recorded, wanted, strict=True):
        assert (one.epoch, one.iteration, one.rows.tolist()) == (other.epoch, other.iteration, other.rows.tolist())
        assert one.loss == pytest.approx(other.loss, rel=1e-9)
        assert one.parameters["weight1"] == pytest.approx(other.parameters["weight1"], abs=1e-12)


def test_the_walk_shows_each_recorded_update(start, examples):
    x, y = examples
    run = [*own_run(start, x, y, 20, 4, 0.1, np.random.default_rng(7))]
    panel = panels.walk(NETWORK, start, x, y, run)
    check_the_start(Live(panel), start, x, y)
    live = Live(panel)
    for update in (1, 2, 5, 13, 20):
        live.widgets["update"].value = update
        record, before = run[update - 1], run[update - 2].parameters if update > 1 else start
        after, _ = own_pass(record.parameters, x[record.rows], y[record.rows])
        change = [100 * math.dist(record.parameters[w].ravel(), before[w].ravel()) / math.hypot(*before[w].ravel())
                  for w in ("weight1", "weight2", "weight3")]  # fmt: skip
        assert numbers(live.sentence)[:3] == [-(-update // 5), (update - 1) % 5 + 1, update]
        assert numbers(live.sentence)[3:] == pytest.approx([record.loss, after, *change], abs=6e-3)
        assert live.result.loss_after == pytest.approx(after, rel=1e-9)
        moving = live.canvas.figure.moving
        shown = np.hsplit(moving["digits"].values, 10)
        assert [part.ravel().tolist() for part in shown] == x[record.rows[:10]].tolist()
        farthest = max(range(6), key=lambda u: math.dist(run[-1].parameters["weight1"][:, u], start["weight1"][:, u]))
        gained = (record.parameters["weight1"] - start["weight1"])[:, farthest]
        assert moving["gain"].values.ravel() == pytest.approx(gained, abs=1e-12)
        assert live.canvas.figure.ax["loss"].lines[0].get_ydata() == pytest.approx([r.loss for r in run])
        assert [moving[name].get_ydata()[0] for name in ("before", "after")] == pytest.approx([record.loss, after])
        assert moving["loss_key"].get_visible()


def check_the_start(live, start, x, y):
    live.widgets["update"].value = 0
    loss, _ = own_pass(start, x, y)
    assert numbers(live.sentence) == [pytest.approx(loss, abs=6e-4)]
    assert live.result.loss_before == live.result.loss_after == pytest.approx(loss)
    assert live.result.changes == (0, 0, 0)
    assert not live.result.pictures.any()
    assert not live.result.gain.any()
    assert not live.canvas.figure.moving["loss_key"].get_visible()


def test_the_walk_is_well_at_its_ends(start, examples):
    x, y = examples
    run = [*own_run(start, x, y, 20, 2, 0.1, np.random.default_rng(7))]
    assert [live.values["update"] for live in swept(panels.walk(NETWORK, start, x, y, run))] == [1, 0, 10]


def test_a_run_with_each_batch_size_is_the_run_written_out(start, examples):
    x, y = examples
    panel = panels.batch_size_run(NETWORK, start, x, y, epochs=3)
    for live in swept(panel):
        b, rate = live.values.values()
        run = [*own_run(start, x, y, b, 3, rate, np.random.default_rng(1))]
        per_epoch = len(run) // 3
        wanted_marks = sorted({k for k in (1, 2, 5, 10, 20, 50) if k < per_epoch} | {per_epoch * k for k in (1, 2, 3)})
        states = [start, *(run[update - 1].parameters for update in wanted_marks)]
        ends = [own_pass(p, x, y)[0] for p in states]
        losses = [record.loss for record in run]
        assert live.result.losses == pytest.approx(losses, rel=1e-6, abs=1e-9)
        assert live.result.marked_losses == pytest.approx(ends, rel=1e-6)
        assert panel.total(**live.values) == len(run)
        wanted = [b, len(run), 3, ends[0], ends[-1], np.std(losses[-per_epoch:])]
        assert numbers(live.sentence) == pytest.approx(wanted, abs=6e-3)
        batch, every = (live.canvas.figure.moving[name].get_data() for name in ("batch", "all"))
        by_update, all_by_update = (live.canvas.figure.moving[f"{name}_by_update"] for name in ("batch", "all"))
        assert batch[0][-1] == pytest.approx(3)
        assert by_update.get_xdata()[-1] == all_by_update.get_xdata()[-1] == len(run)
        assert all_by_update.get_xdata().tolist() == [0, *wanted_marks]
        assert every[0] == pytest.approx([update / per_epoch for update in (0, *wanted_marks)])
        assert every[1] == pytest.approx(ends, rel=1e-6)
        assert batch[1] == pytest.approx(losses, rel=1e-6, abs=1e-9)


def test_a_run_says_how_many_batch_losses_lie_above_the_picture(start, examples):
    steep = {name: 4 * value for name, value in start.items()}
    panel = panels.batch_size_run(NETWORK, steep, *examples, epochs=3)
    *_, run = panel.compute(batch_size=2, learning_rate=0.003)
    percent = 100 * sum(loss > 4 for loss in run.losses) / len(run.losses)
    assert 0 < percent < 100
    assert numbers(panel.describe(run, batch_size=2))[6:] == pytest.approx([percent, 4], abs=0.06)
    canvas = Canvas(panel)
    canvas.draw(run, MOVING)
    assert f"\n{percent:.1f} %" in canvas.figure.words["label"].get_text()


def test_a_run_can_be_shown_before_its_first_epoch_ends(start, examples):
    panel = panels.batch_size_run(NETWORK, start, *examples, epochs=3)
    first = next(iter(panel.compute(batch_size=10, learning_rate=0.01)))
    assert numbers(panel.describe(first, batch_size=10))[:3] == [10, 1, 0]


def test_the_loss_of_each_update_is_drawn_with_the_ends_of_the_epochs():
    losses = np.random.default_rng(8).uniform(0.5, 2, 12)
    ax = plots.epoch_losses(losses, 4, Figure().subplots())
    curve, *ends = ax.lines
    assert curve.get_xdata().tolist() == list(range(1, 13))
    assert curve.get_ydata().tolist() == losses.tolist()
    assert [line.get_xdata()[0] for line in ends] == [4.5, 8.5]
    assert [words.get_text() for words in ax.texts] == ["1", "2", "3"]


def test_the_runs_are_drawn_at_their_positions_and_named():
    positions = {name: np.arange(4) * k for name, k in (("a", 1), ("b", 10), ("c", 100))}
    losses = {name: np.random.default_rng(9).uniform(0, 2, 4) for name in positions}
    ax = plots.loss_against(positions, losses, "updates", Figure().subplots())
    for line, name in zip(ax.lines, positions, strict=True):
        assert line.get_xdata().tolist() == positions[name].tolist()
        assert line.get_ydata().tolist() == losses[name].tolist()
    assert [words.get_text() for words in ax.texts] == ["a", "b", "c"]
    assert ax.get_xscale() == "symlog"


@pytest.fixture(scope="module")
def all_panels(start, examples):
    x, y = examples
    run = [*own_run(start, x, y, 20, 4, 0.1, np.random.default_rng(7))]
    losses = np.random.default_rng(3).exponential(0.5, size=1100)
    return {
        "calculator": panels.calculator(),
        "batch_losses": panels.batch_losses(losses),
        "coverage": panels.coverage(),
        "walk": panels.walk(NETWORK, start, x, y, run),
        "batch_size_run": panels.batch_size_run(NETWORK, start, x, y, epochs=3),
    }


@pytest.mark.parametrize("korean", [False, True])
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", ["calculator", "batch_losses", "coverage", "walk", "batch_size_run"])
def test_no_text_overlaps_another_or_leaves_the_picture(all_panels, name, view, korean, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    if korean:
        in_long_korean(monkeypatch)
    assert faults(all_panels[name]) == []
