"""Lesson 02's panels and figures, core and Further, against computations of their own."""

import math
from itertools import islice

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course import catalogue, drawing
from course.live import Live
from helpers.data import split_mnist
from helpers.network import Network
from lessons.batch_epoch_iteration import experiments, further, further_panels, panels, plots
from tests.overlaps import faults
from tests.sweep import numbers, swept

NETWORK = Network((784, 6, 5, 10))


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


@pytest.fixture(scope="module")
def start():
    rng, shapes = np.random.default_rng(5), [(784, 6), (6, 5), (5, 10)]
    weights = {f"weight{k}": rng.normal(0, (2 / s[0]) ** 0.5, s) for k, s in enumerate(shapes, 1)}
    return weights | {f"bias{k}": rng.normal(0, 0.1, s[1]) for k, s in enumerate(shapes, 1)}


@pytest.fixture(scope="module")
def digits():
    """200 examples to train with and 200 new ones, 20 of each of ten classes, sorted by class."""
    rng, parts = np.random.default_rng(6), []
    for _ in range(2):
        y = np.repeat(np.arange(10), 20)
        parts += [rng.uniform(0, 0.5, (200, 784)) + 0.3 * np.eye(784)[y], y]
    return tuple(parts)


def own_pass(p, x, y):
    """Scores, loss and gradients of linear–ReLU–linear–ReLU–linear–softmax cross-entropy, written out."""
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
    return scores, loss, gradients | {f"bias{k}": d.sum(axis=0) for k, (_, d) in inputs.items()}


def own_run(p, x, y, orders, batch_size, rate):
    """The rows of each batch and the parameters before and after its update."""
    for order in orders:
        for first in range(0, len(order), batch_size):
            rows = order[first : first + batch_size]
            _, _, gradients = own_pass(p, x[rows], y[rows])
            after = {name: p[name] - rate * gradients[name] for name in p}
            yield rows, p, after
            p = after


def test_the_digits_are_sorted_a_hundred_of_each_and_the_new_ones_are_others():
    x, y, new_x, new_y = experiments.sorted_digits()
    assert y.tolist() == new_y.tolist() == [k for k in range(10) for _ in range(100)]
    assert x.shape == new_x.shape == (1000, 784)
    for part, rows in zip(split_mnist(), (x, new_x), strict=True):
        assert {row.tobytes() for row in rows.astype(np.float32)} <= {row.tobytes() for row in part.x}


def test_the_ways_to_order_the_rows():
    found = {way: [*islice(experiments.orders(way, 30, 4, 3), 4)] for way in
             ("sorted", "batches", "once", "shuffled", "drawn")}  # fmt: skip
    assert all(order.tolist() == [*range(30)] for order in found["sorted"])
    for way in ("batches", "once", "shuffled"):
        assert all(sorted(order) == [*range(30)] for order in found[way])
    for order in found["batches"]:
        blocks = {tuple(range(first, min(first + 4, 30))) for first in range(0, 30, 4)}
        starts = [k for k in range(30) if order[k] % 4 == 0]
        assert {tuple(order[a:b].tolist()) for a, b in zip(starts, [*starts[1:], 30], strict=True)} == blocks
    assert len({tuple(order) for order in found["once"]}) == 1
    assert all(len({tuple(order) for order in found[way]}) == 4 for way in ("batches", "shuffled", "drawn"))
    assert all(len(order) == 30 > len(set(order)) for order in found["drawn"])


def test_the_maps_show_the_share_of_each_class_after_each_tenth(start, digits):
    x, y, new_x, new_y = digits
    for live in swept(panels.forgetting(NETWORK, start, digits)):
        rate, epochs = live.values.values()
        if epochs > 10:
            continue
        for way in ("sorted", "shuffled"):
            run = [*own_run(start, x, y, islice(experiments.orders(way, 200, 20, 1), epochs), 20, rate)][-10:]
            right = [(own_pass(after, new_x, new_y)[0].argmax(axis=1) == new_y) for _, _, after in run]
            wanted = np.array([[part[new_y == k].mean() for part in right] for k in range(10)])
            assert np.array_equal(getattr(live.result, way), wanted)
            assert np.array_equal(live.canvas.figure.moving[f"map_{way}"].get_array(), wanted)
            assert live.canvas.figure.words[f"percent_{way}"].get_text() == f"{100 * wanted[:, -1].mean():.0f} %"
        kept = live.result.sorted
        others = kept[~np.eye(10, dtype=bool)].mean()
        ends = [part[:, -1].mean() for part in live.result]
        shares = [100 * share for share in (np.diag(kept).mean(), others, *ends)]
        assert numbers(live.sentence) == [rate, epochs, *(pytest.approx(share, abs=0.51) for share in shares)]


def test_a_long_run_is_looked_into_ten_times(start, digits):
    panel = panels.forgetting(NETWORK, start, digits)
    last = [known.sorted.copy() for known in panel.compute(learning_rate=0.1, epochs=30)]
    assert len(last) == panel.total(learning_rate=0.1, epochs=30) == 300
    assert not last[19].any()
    assert last[29].any()
    assert np.array_equal(last[29], last[49])


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


def test_the_calculator_counts_as_a_loop_does_and_draws_the_batches():
    for live in swept(panels.calculator()):
        n, b, epochs, drop_last = live.values.values()
        iterations, updates, left = count(n, b, epochs, drop_last)
        wanted = [n, b, epochs, n, b, iterations, iterations, epochs, updates] + [left] * bool(left)
        assert numbers(live.sentence) == wanted
        assert ("left out" in live.sentence) == bool(left and drop_last)
        assert ("last batch" in live.sentence) == bool(left and not drop_last)
        assert ("⌊" in live.sentence) == drop_last
        assert (live.result.iterations, live.result.updates) == (iterations, updates)
        words, moving = live.canvas.figure.words, live.canvas.figure.moving
        assert words["in_all"].get_text().startswith(f"{iterations:,} × {epochs} = {updates:,}\n")
        assert f" = {iterations:,}\n" in words["per_epoch"].get_text()
        sizes = [b] * (n // b) + [left] * bool(left)
        shown = [k for k in range(7) if moving[f"bar{k}"].get_visible()]
        assert len(shown) == (len(sizes) if len(sizes) <= 7 else 6)
        last = moving[f"bar{shown[-1]}"], moving[f"size{shown[-1]}"], moving[f"number{shown[-1]}"]
        assert last[0].get_width() == pytest.approx(sizes[-1] / b)
        assert numbers(last[1].get_text()) == [sizes[-1]]
        assert last[2].get_text() == f"{len(sizes):,}"
        assert ("left out" in last[1].get_text()) == bool(left and drop_last)


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


@pytest.fixture(scope="module")
def walk(start, digits):
    x, y, _, _ = digits
    return panels.walk(NETWORK, start, x, y, batch_size=20, epochs=5, learning_rate=0.1)


def test_the_walk_shows_each_update(walk, start, digits):
    x, y, _, _ = digits
    live = Live(walk)
    runs = {way: [*own_run(start, x, y, islice(experiments.orders(way, 200, 20, 1), 5), 20, 0.1)]
            for way in ("shuffled", "sorted")}  # fmt: skip
    losses = {way: [four_losses(x, y, *step) for step in run] for way, run in runs.items()}
    for update in (1, 2, 10, 13, 50):
        live.widgets["update"].value = update
        said = numbers(live.sentence)
        assert said[:3] == [-(-update // 10), (update - 1) % 10 + 1, update]
        assert said[3:] == pytest.approx([*losses["shuffled"][update - 1], *losses["sorted"][update - 1]], abs=6e-3)
        for way, run in runs.items():
            own, others = changes(losses[way][update - 1])
            moving, words = live.canvas.figure.moving, live.canvas.figure.words
            assert np.array(moving[f"here_{way}"].get_data()).ravel() == pytest.approx([own, others])
            assert words[f"now_{way}"].get_text() == f"own {own:+.2f}\nothers {others:+.2f}"
            shown = np.hsplit(moving[f"digits_{way}"].values, 5)
            assert [part.ravel().tolist() for part in shown] == x[run[update - 1][0][:5]].tolist()
    for way, found in losses.items():
        _, rings, _ = live.canvas.figure.ax[f"change_{way}"].lines
        own, others = np.array([changes(four) for four in found]).T
        assert np.array(rings.get_data()) == pytest.approx(np.array([own, others]))
        assert f"{(others > 0).sum()} of 50" in live.canvas.figure.words[f"worse_{way}"].get_text()


def four_losses(x, y, rows, before, after):
    """The loss of the batch before and after its update, and that of all others."""
    rest = np.setdiff1d(np.arange(len(x)), rows)
    return [own_pass(p, x[part], y[part])[1] for part in (rows, rest) for p in (before, after)]


def changes(losses):
    own_before, own_after, others_before, others_after = losses
    return own_after - own_before, others_after - others_before


def test_the_walk_begins_before_the_first_update(walk, start, digits):
    x, y, _, _ = digits
    live = Live(walk)
    live.widgets["update"].value = 0
    assert numbers(live.sentence) == [pytest.approx(own_pass(start, x, y)[1], abs=6e-3)]
    moving = live.canvas.figure.moving
    assert np.array(moving["here_sorted"].get_data()).tolist() == [[0], [0]]
    assert not moving["digits_sorted"].values.any()
    assert [live.values["update"] for live in swept(walk)] == [48, 0, 50]


def test_the_first_epoch_over_sorted_digits(start, digits):
    x, y, _, _ = digits
    run = [*own_run(start, x, y, [np.arange(200)], 20, 0.1)]
    losses, helped = experiments.first_epoch(NETWORK, start, x, y, 0.1)
    assert losses == pytest.approx([own_pass(before, x[rows], y[rows])[1] for rows, before, _ in run])
    assert helped == sum(changes(four_losses(x, y, *step))[0] < 0 for step in run)


def test_the_batch_sizes_are_run_as_written_out(start, digits):
    x, y, _, _ = digits
    panel = panels.sizes(NETWORK, start, x, y, epochs=2)
    for live in swept(panel):
        (rate,) = live.values.values()
        ends, updates, tens = [], [], {}
        for size in (1000, 100, 10, 1):
            rng = np.random.default_rng(1)
            run = [*own_run(start, x, y, [rng.permutation(200) for _ in range(2)], size, rate)]
            per_epoch = len(run) // 2
            marks = sorted({k for k in (1, 2, 5, 10, 20, 50, 100) if k < per_epoch} | {per_epoch, 2 * per_epoch})
            states = [start, *(run[mark - 1][2] for mark in marks)]
            losses = [own_pass(p, x, y)[1] for p in states]
            at, drawn = live.canvas.figure.moving[f"size{size}_by_update"].get_data()
            assert (at.tolist(), drawn) == ([0, *marks], pytest.approx(losses, rel=1e-6))
            by_epoch = live.canvas.figure.moving[f"size{size}"].get_xdata()
            assert by_epoch == pytest.approx([mark / per_epoch for mark in (0, *marks)])
            assert live.canvas.figure.words[f"size{size}"].get_text().endswith(f": {losses[-1]:.2f}")
            ends.append(losses[-1])
            tens |= {size: losses[1 + marks.index(10)]} if 10 in marks else {}
            updates.append(len(run))
        assert panel.total(**live.values) == sum(updates)
        said = [value for row in zip((1000, 100, 10, 1), updates, ends, strict=True) for value in row]
        after_ten = [value for size in (10, 1) for value in (size, tens[size])]
        assert numbers(live.sentence) == pytest.approx([rate, 10, *after_ten, 2, *said], abs=6e-3)


def test_the_runs_by_way_are_those_written_out(digits):
    x, y, new_x, new_y = digits
    calls = []
    found = experiments.right_by_way(NETWORK, digits, ("sorted", "drawn"), 0.1, n_runs=2, each=lambda: calls.append(1))
    assert len(calls) == 4
    for way in ("sorted", "drawn"):
        for seed, share in enumerate(found[way]):
            begin = experiments.initialize(NETWORK, np.random.default_rng(seed))
            orders = islice(experiments.orders(way, 200, 20, [seed, 1]), 10)
            *_, (_, _, after) = own_run(begin, x, y, orders, 20, 0.1)
            assert share == (own_pass(after, new_x, new_y)[0].argmax(axis=1) == new_y).mean()
    by_rate = further.right_by_rate(NETWORK, digits, ("sorted",), (0.01, 0.1))
    assert by_rate == {"sorted": [pytest.approx(by_rate["sorted"][0]), found["sorted"][0]]}


def test_the_units_that_fire_are_counted(start, digits):
    x, y, _, _ = digits
    for live in swept(further_panels.silent(NETWORK, start, x, y, epochs=1)):
        (rate,) = live.values.values()
        run = [*own_run(start, x, y, [np.random.default_rng(1).permutation(200)], 1, rate)]
        for column, p in enumerate([start, run[99][2], run[199][2]]):
            assert live.result.shares[:, column] == pytest.approx(own_shares(p, x))
        shown = live.canvas.figure.moving["units"].get_array()
        assert shown.tolist() == live.result.shares.tolist()
        last = own_shares(run[-1][2], x)
        assert numbers(live.sentence) == [rate, 200, math.ceil(10 * last.mean()) * 10, round((last == 0).sum(), -1), 11]
        assert live.canvas.figure.words["mean"].get_text().endswith(f"{100 * last.mean():.0f} %")


def own_shares(p, x):
    z1 = x @ p["weight1"] + p["bias1"]
    z2 = np.where(z1 > 0, z1, 0) @ p["weight2"] + p["bias2"]
    return np.concatenate([(z1 > 0).mean(axis=0), (z2 > 0).mean(axis=0)])


def test_the_four_beginnings(start, digits):
    x, y, _, _ = digits
    damaged = further.one_at_a_time(NETWORK, start, x, y, 1, 0.1, 2)
    begins = further.cases(NETWORK, start, damaged, x)
    assert begins["start"] is start
    assert begins["damaged"] is damaged
    assert own_shares(begins["half"], x)[1:6:2].tolist() == [0, 0, 0]
    assert own_shares(begins["half"], x)[:6:2].tolist() == own_shares(start, x)[:6:2].tolist()
    assert own_shares(begins["biases"], x)[:6] == pytest.approx(0.5)
    assert all(np.array_equal(begins["biases"][f"weight{k}"], damaged[f"weight{k}"]) for k in (1, 2, 3))
    calls = []
    losses = further.repaired(NETWORK, {"start": start}, x, y, each=lambda: calls.append(1))
    *_, (_, _, after) = own_run(start, x, y, [np.arange(200)] * 200, 200, 0.1)
    wanted = [own_pass(p, x, y)[1] for p in (start, after)]
    assert losses["start"] == pytest.approx(wanted, rel=1e-6)
    assert losses["tanh"][1] < losses["tanh"][0]
    assert calls == [1, 1]


def test_how_far_an_epoch_moves_the_first_layer(start, digits):
    x, y, _, _ = digits
    order = np.random.default_rng(0).permutation(200)
    *_, (_, _, after) = own_run(start, x, y, [order], 50, 0.1)
    wanted = math.dist(after["weight1"].ravel(), start["weight1"].ravel())
    assert further.moved(NETWORK, start, x, y, 50, 0.1) == pytest.approx(wanted)


def test_the_mean_of_the_batch_losses_and_the_mean_over_the_examples():
    losses = np.random.default_rng(3).exponential(0.5, size=1000)
    for live in swept(further_panels.batch_losses(losses)):
        n, b, seed = live.values.values()
        shuffled = [losses[i] for i in np.random.default_rng(seed).permutation(n)]
        batches = [shuffled[first : first + b] for first in range(0, n, b)]
        means, last = [math.fsum(batch) / len(batch) for batch in batches], len(batches[-1])
        of_batches, of_examples = math.fsum(means) / len(means), math.fsum(shuffled) / n
        assert numbers(live.sentence) == pytest.approx(
            [len(means), of_batches, n, of_examples, last, means[-1], b / last], abs=6e-3)
        assert (live.result.of_batches, live.result.of_examples) == pytest.approx((of_batches, of_examples), rel=1e-12)
        moving = live.canvas.figure.moving
        assert moving["bars"].get_ydata()[1::4] == pytest.approx(means)
        assert moving["bars"].get_xdata()[2::4].tolist() == [min(first + b, n) for first in range(0, n, b)]
        assert moving["of_examples"].get_ydata() == pytest.approx([of_examples] * 2)
        assert moving["of_batches"].get_ydata() == pytest.approx([of_batches] * 2)
        assert moving["last_bar"].get_bbox().bounds == pytest.approx((n - last, 0, last, means[-1]))
        assert moving["last"].get_xdata() == [n - last / 2]


@pytest.mark.parametrize("loss", [3.25, 0.5])
def test_a_last_bar_above_the_edge_has_its_number_beside_it(loss):
    outside = Live(further_panels.batch_losses(np.full(1000, loss))).canvas.figure.words["outside"]
    assert outside.get_visible() == (loss > 1.1)
    assert f"up to {loss}" in outside.get_text()


def test_the_plain_figures_show_their_numbers():
    losses = np.random.default_rng(8).uniform(0.5, 2, 12)
    (ax,) = plots.teeth(losses, Figure().subplots()).axes
    assert ax.lines[0].get_ydata().tolist() == losses.tolist()
    shares = {"sorted": [0.1, 0.3], "once": [0.8, 0.9]}
    (ax,) = plots.ways(shares, Figure().subplots()).axes
    assert [[*line.get_xdata()] for line in ax.lines] == [*shares.values()]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["sorted, not shuffled", "shuffled once"]
    (ax,) = plots.ways_by_rate((0.1, 0.3), shares, Figure().subplots()).axes
    assert [[*line.get_ydata()] for line in ax.lines] == [*shares.values()]
    (ax,) = plots.repairs({"start": (2.4, 0.5), "damaged": (2.3, 2.0)}, Figure().subplots()).axes
    assert [bar.get_width() for bar in ax.patches] == [0.5, 2.0]
    assert [words.get_text() for words in ax.texts] == ["0.5, from 2.4", "2.0, from 2.3"]


@pytest.fixture(scope="module")
def all_panels(start, digits, walk):
    x, y, _, _ = digits
    return {
        "forgetting": panels.forgetting(NETWORK, start, digits),
        "calculator": panels.calculator(),
        "walk": walk,
        "sizes": panels.sizes(NETWORK, start, x, y, epochs=2),
        "silent": further_panels.silent(NETWORK, start, x, y, epochs=1),
        "batch_losses": further_panels.batch_losses(np.random.default_rng(3).exponential(0.5, size=1000)),
    }


@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", ["forgetting", "calculator", "walk", "sizes", "silent", "batch_losses"])
def test_no_text_overlaps_another_or_leaves_the_picture(all_panels, name, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    assert faults(all_panels[name], pairs=(language, view) == ("en", "normal")) == []
