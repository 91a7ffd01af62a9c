"""Lesson 03's numbers, panels and figures against computations of their own."""

import math
from functools import partial
from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course import catalogue, drawing
from course.live import Live
from course.panel import MOVING, Canvas
from helpers.network import Network, forward, initialize
from lessons.choosing_batch_and_epochs import experiments, fits, fitting, panels, plots
from tests.overlaps import faults
from tests.sweep import numbers, swept

NETWORK = Network((784, 6, 10))


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


def own_pass(p, x, y):
    """Loss, gradients and scores of linear–ReLU–linear–softmax cross-entropy, written out."""
    z = x @ p["weight1"] + p["bias1"]
    h = np.where(z > 0, z, 0)
    scores = h @ p["weight2"] + p["bias2"]
    share = np.exp(scores - scores.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    loss = -np.log(share[np.arange(len(y)), y]).mean()
    d2 = (share - np.eye(10)[y]) / len(y)
    d1 = (d2 @ p["weight2"].T) * (z > 0)
    gradients = {"weight1": x.T @ d1, "bias1": d1.sum(axis=0), "weight2": h.T @ d2, "bias2": d2.sum(axis=0)}
    return loss, gradients, scores


def own_run(p, x, y, batch_size, rate, rng, updates):
    """The parameters after each of some updates."""
    states = []
    while len(states) < updates:
        order = rng.permutation(len(x))
        for first in range(0, len(x), batch_size):
            rows = order[first : first + batch_size]
            _, gradients, _ = own_pass(p, x[rows], y[rows])
            p = {name: p[name] - rate * gradients[name] for name in p}
            states.append(p)
    return states[:updates]


def examples(n, seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(10, size=n)
    return rng.uniform(0, 0.2, (n, 784)) + 3 * np.eye(784)[y], y


@pytest.fixture(scope="module")
def start():
    rng, shapes = np.random.default_rng(5), [(784, 6), (6, 10)]
    weights = {f"weight{k}": rng.normal(0, (2 / s[0]) ** 0.5, s) for k, s in enumerate(shapes, 1)}
    return weights | {f"bias{k}": rng.normal(0, 0.1, s[1]) for k, s in enumerate(shapes, 1)}


# ---------------------------------------------------------------- noise


@pytest.fixture(scope="module")
def gradients():
    return np.random.default_rng(3).gamma(2, [0.1, 0.05], size=(1000, 2)) - [0.5, 0.3]


def test_the_spread_expected_is_that_of_all_batches():
    few = np.random.default_rng(4).normal(size=(6, 3))
    for b in range(1, 7):
        for again in (False, True):
            rows = product(range(6), repeat=b) if again else combinations(range(6), b)
            if b > 4 and again:
                continue
            off = np.array([few[list(r)].mean(axis=0) for r in rows]) - few.mean(axis=0)
            assert np.abs(off.mean(axis=0)).max() < 1e-12
            spread = math.sqrt(np.mean([sum(v * v for v in row) for row in off]))
            assert experiments.expected_spread(few, b, again) == pytest.approx(spread, abs=1e-12)


def test_drawn_means_are_means_of_rows_each_at_most_once_without_replacement():
    powers = 2.0 ** np.arange(8)[:, None]  # a sum tells which rows are in it
    sums = 3 * experiments.drawn_means(powers, 3, 400, np.random.default_rng(0))[:, 0]
    assert all(float(s).is_integer() and bin(int(s)).count("1") == 3 for s in sums)
    assert len(set(sums)) == math.comb(8, 3)
    sums = 3 * experiments.drawn_means(powers, 3, 400, np.random.default_rng(0), replacement=True)[:, 0]
    assert any(bin(int(s)).count("1") < 3 for s in sums)


def test_the_cloud_surrounds_the_full_gradient_as_far_as_expected(gradients):
    full = np.array([math.fsum(column) / 1000 for column in gradients.T])
    variance = sum(math.fsum((column - mean) ** 2) / 1000 for column, mean in zip(gradients.T, full, strict=True))
    for live in swept(panels.cloud(gradients)):
        b, again = live.values.values()
        expected = math.sqrt(variance / b * (1 if again else (1000 - b) / 999))
        means = live.result.means
        off = np.hypot(*(means - full).T)
        assert live.result.spread == pytest.approx(math.sqrt((off**2).mean()), abs=1e-9)
        assert live.result.spread == pytest.approx(expected, rel=0.12)
        assert math.dist(means.mean(axis=0), full) < 4 * expected / math.sqrt(300) + 1e-12
        assert numbers(live.sentence) == pytest.approx([b, 300, live.result.spread, expected], abs=6e-5)
        assert ("without" in live.sentence) == (not again)
        moving = live.canvas.figure.moving
        assert moving["dots"].get_xydata() == pytest.approx(means)
        assert moving["full"].get_xydata()[0] == pytest.approx(full)
        assert moving["again"].get_ydata()[b - 1] == pytest.approx(math.sqrt(variance / b))
        if b < 1000:
            assert moving["once"].get_ydata()[b - 1] == pytest.approx(math.sqrt(variance / b * (1000 - b) / 999))
        assert moving["measured"].get_xdata() == [b]
        assert moving["measured"].get_marker() == ("v" if b == 1000 and not again else "o")


# ---------------------------------------------------------------- races and unsteady runs


def race_rates():
    return {4: 0.05, 16: 0.1, 80: 0.2}


def test_a_race_is_each_run_written_out(start):
    data, probe = examples(80, 8), examples(30, 9)
    runners = experiments.race(2.0, NETWORK, start, data, probe, race_rates())
    for runner, (b, rate) in zip(runners, race_rates().items(), strict=True):
        states = own_run(start, *data, b, rate, np.random.default_rng([0, 1]), 600)
        losses = [own_pass(p, *probe)[0] for p in [start, *states]]
        hit = next((k for k, loss in enumerate(losses) if loss <= 2.0), 600)
        assert runner.reached == (losses[hit] <= 2.0)
        assert runner.updates == hit
        assert runner.losses == pytest.approx(losses[: hit + 1], rel=1e-6)
        assert runner.milliseconds > 0
        seen = [min(80, b * (k % -(-80 // b))) + 80 * (k // -(-80 // b)) for k in range(hit + 1)]
        assert runner.clock("digits").tolist() == seen
        assert runner.digits == seen[-1]
        assert runner.clock("updates").tolist() == list(range(hit + 1))
        assert runner.clock("milliseconds")[-1] == pytest.approx(hit * runner.milliseconds)


def test_a_run_is_given_up_and_one_that_diverges_ends(start):
    data, probe = examples(80, 8), examples(30, 9)
    settings = {"batch_size": 40, "learning_rate": 0.01}
    given_up = experiments.run_to(0.0, NETWORK, start, data, probe, **settings, most=7)
    assert (given_up.updates, given_up.reached) == (7, False)
    wild = experiments.run_to(0.0, NETWORK, start, data, probe, **settings | {"learning_rate": 1e200})
    assert not wild.reached
    assert wild.updates < 5


RUNNERS = [
    experiments.Runner(10, 100, [2.0, 1.5, 1.0, 0.9, 0.6], 2.0, reached=True),
    experiments.Runner(50, 100, [2.0, 1.2, 0.5], 7.0, reached=True),
    experiments.Runner(2, 100, [2.0, 1.9], 1.0, reached=False),
]


def test_the_race_is_stopped_at_a_moment_of_each_clocks_winner():
    slow = [runner._replace(milliseconds=1.0) for runner in RUNNERS]
    panel = panels.race({"own": RUNNERS, "common": slow}, target=0.6)
    for live in swept(panel):
        rates, moment = live.values.values()
        each = [1, 1, 1] if rates == "common" else [2, 7, 1]
        first = {"updates": 2, "digits": 40, "milliseconds": 2 if rates == "common" else 8}
        for unit, winner in first.items():
            time = winner * moment / 10
            per = {"updates": [1, 1, 1], "digits": [10, 50, 2], "milliseconds": each}[unit]
            made = [min(int(time / p), len(r.losses) - 1) for p, r in zip(per, RUNNERS, strict=True)]
            losses = [r.losses[k] for r, k in zip(RUNNERS, made, strict=True)]
            home = [r.reached and k == len(r.losses) - 1 for r, k in zip(RUNNERS, made, strict=True)]
            assert live.result[unit] == (pytest.approx(time), losses, home)
            for row, loss in enumerate(losses):
                bar = live.canvas.figure.moving[f"{unit}{row}"]
                assert bar.get_x() + bar.get_width() == pytest.approx(loss)
                assert bool(bar.get_hatch()) == (not home[row])
            shown = live.canvas.figure.words[f"{unit}_shown"].get_text()
            finished = [f"{r.batch_size}" for r, there in zip(RUNNERS, home, strict=True) if there]
            assert shown.endswith(", ".join(finished) or "nobody")
        assert numbers(live.sentence)[:2] == pytest.approx([0.6, 2 * moment / 10])
        assert "ms" not in live.sentence


def test_a_learners_own_race_and_one_in_which_nobody_arrives_are_shown():
    lost = [runner._replace(reached=False) for runner in RUNNERS]
    live = Live(panels.race({"own": RUNNERS, "mine": lost}, target=0.6))
    assert [label for label, _ in live.widgets["rates"].options] == ["each size its own", "mine"]
    live.widgets["rates"].value = "mine"
    assert live.error is None
    assert live.sentence.count("nobody") == 2
    assert live.result["updates"].time == 1
    live.close()


def test_a_way_is_the_run_written_out(start):
    data, probe = examples(60, 6), examples(25, 7)
    for b, rate in ((1, 0.003), (1, 0.3), (64, 0.1), (512, 0.3)):
        *_, run = experiments.way(NETWORK, start, data, probe, b, rate, digits=400)
        made, every = max(1, 400 // b), max(1, 10 // b)
        at = sorted({*range(0, made + 1, every), made})
        states = [start, *own_run(start, *data, b, rate, np.random.default_rng([0, 1]), made)]
        losses = [own_pass(states[k], *probe)[0] for k in at]
        assert run.updates == at
        assert run.losses == pytest.approx(losses, rel=1e-6)
        assert run.rise == pytest.approx(max(0, *np.diff(losses)), rel=1e-6)


def test_a_tamed_way_ends_at_a_tenth_of_the_rate(start):
    data, probe = examples(60, 6), examples(25, 7)
    *_, run = experiments.way(NETWORK, start, data, probe, 4, 0.1, tamed=True, digits=160)
    rng = np.random.default_rng([0, 1])
    states = own_run(start, *data, 4, 0.1, rng, 30)
    states += own_run(states[-1], *data, 4, 0.01, replayed(start, data, 30), 10)
    losses = [own_pass(p, *probe)[0] for p in [start, *states]]
    assert run.updates == [*range(0, 41, 2)]
    assert run.losses == pytest.approx(losses[::2], rel=1e-6)
    lately = [loss for k, loss in enumerate(losses) if k >= 36 and k % 2 == 0]
    assert run.late == pytest.approx((min(lately), max(lately)))


def test_ways_are_the_ends_of_each_way_and_each_is_counted(start, monkeypatch):
    monkeypatch.setattr(experiments, "way", partial(experiments.way, digits=40))
    data, probe, done = examples(60, 6), examples(25, 7), []
    settings = ((1, 0.03, 0), (4, 0.1, 1))
    found = list(experiments.ways(NETWORK, start, data, probe, settings, each=lambda: done.append(1)))
    assert found == [[*experiments.way(NETWORK, start, data, probe, *setting)][-1] for setting in settings]
    assert len(done) == 2


def replayed(start, data, updates):
    """The generator as it is after the shuffles of so many updates in batches of 4 of 60 examples."""
    rng = np.random.default_rng([0, 1])
    for _ in range(-(-updates // 15)):
        rng.permutation(60)
    return rng


def test_the_way_is_drawn_by_updates_and_by_digits(start):
    panel = panels.way(NETWORK, start, examples(60, 6), examples(25, 7))
    for live in swept(panel):
        b, rate, tamed = live.values.values()
        run = live.result
        assert run.updates[-1] == 8000 // b
        assert panel.total(**live.values) == len(run.updates)
        assert numbers(live.sentence) == pytest.approx([b, rate, 8000 // b, run.losses[-1], run.rise], abs=6e-3)
        assert ("a tenth" in live.sentence) == tamed
        moving = live.canvas.figure.moving
        assert moving["updates"].get_xdata().tolist() == run.updates
        assert moving["digits"].get_xdata().tolist() == [b * k for k in run.updates]
        assert [*moving["digits"].get_ydata()] == run.losses
        assert moving["other"].get_xdata()[-1] == 64 * 400


def test_a_way_that_diverges_is_named(start):
    panel = panels.way(NETWORK, start, examples(60, 6), examples(25, 7))
    values = {"batch_size": 16, "learning_rate": 1e200, "tamed": False}
    *_, run = panel.compute(**values)
    assert run.diverged
    assert "diverged" in panel.describe(run, **values)
    Canvas(panel).draw(run, MOVING, {"batch_size": 16})
    steep = {name: 1e160 * value for name, value in start.items()}
    assert math.isnan(experiments.probe_loss(NETWORK, steep, examples(25, 7)))


# ---------------------------------------------------------------- memory


def test_the_bytes_held_are_those_of_the_arrays():
    network = Network((784, 30, 10))
    weights = initialize(network, np.random.default_rng(0), dtype=np.float32)
    x, y = np.ones((7, 784), np.float32), np.arange(7)
    logits, caches = forward(network, weights, x)
    each = 4 * 784 + 4 * 30 + 4 * 30 + 30 + 4 * 10
    assert experiments.cached_bytes(caches, logits) == 7 * each
    held = experiments.float32_bytes(30)
    assert held == (4 * (784 * 30 + 30 + 300 + 10), each, 4 * (30 + 30 + 10))
    assert experiments.peak_bytes(network, weights, x, y) > held.parameters + 7 * each


def test_the_memory_is_counted_number_by_number():
    for live in swept(fitting.memory()):
        b, hidden, megabytes = live.values.values()
        weights = 4 * sum([784 * hidden, hidden, hidden * 10, 10])
        kept, back = 4 * (784 + hidden + hidden + 10) + hidden, 4 * (hidden + hidden + 10)
        parts = [2 * weights, b * kept, b * back]
        in_mb = [amount / 1e6 for amount in [*parts, sum(parts)]]
        result = live.result
        assert [result.parameters, result.activations, result.slopes, result.all] == pytest.approx(in_mb)
        assert ("✓" in live.sentence) == (sum(parts) <= megabytes * 10**6)
        assert result.largest == max(0, (megabytes * 10**6 - 2 * weights) // (kept + back))
        assert ("no batch" in live.sentence) == (result.largest == 0)
        said = numbers(live.sentence)
        assert said[:2] == [b, hidden]
        assert said[2:6] == pytest.approx(in_mb, rel=6e-3)
        moving = live.canvas.figure.moving
        assert [moving[f"{name}_bar"].get_width() for name in fitting.PARTS] == pytest.approx(in_mb)
        assert set(moving["limit"].get_xdata()) == {megabytes}


# ---------------------------------------------------------------- epochs


def own_record(data, held_out, hidden, marks, rate=0.1, seed=0):
    """Losses, accuracies and the wrong answers' loss of a run of 784-hidden-10 at batch size 20."""
    network = Network((784, hidden, 10))
    p = initialize(network, np.random.default_rng(seed), dtype=np.float32)
    states = own_run(p, *data, 20, rate, np.random.default_rng([seed, 1]), max(marks))
    rows = []
    for state in [p, *(states[u - 1] for u in sorted(marks))]:
        passes = [(own_pass(state, *part), part[1]) for part in (data, held_out)]
        scores, y = passes[1][0][2].astype(float), passes[1][1]
        costs = [math.log(sum(math.exp(s) for s in row)) - row[k] for row, k in zip(scores, y, strict=True)]
        wrong = [cost for cost, row, k in zip(costs, scores, y, strict=True) if row.argmax() != k]
        rows.append([r[0] for r, _ in passes] + [(r[2].argmax(axis=1) == y).mean() for r, y in passes]
                    + [sum(wrong) / len(wrong) if wrong else math.nan])
    return np.array(rows)


def float32_examples(n, seed):
    x, y = examples(n, seed)
    return x.astype(np.float32), y


def test_a_fit_is_the_run_written_out():
    data, held_out = float32_examples(50, 10), float32_examples(40, 11)
    records = list(fits.fit(data, held_out, updates=18))
    record, wanted = records[-1], own_record(data, held_out, 100, [3, 6, 9, 12, 15, 18])
    assert len(records) == 18
    assert record.updates == [0, 3, 6, 9, 12, 15, 18]
    found = np.column_stack([record.losses, record.accuracies, record.wrong_losses])
    assert found == pytest.approx(wanted, rel=1e-3, abs=1e-3, nan_ok=True)
    assert record.best == int(wanted[:, 1].argmin())
    loss = own_pass(record.parameters, *held_out)[0]
    assert loss == pytest.approx(wanted[-1, 1], rel=1e-3)


def test_early_stopping_is_seen_as_it_happens():
    rng = np.random.default_rng(12)
    losses = np.column_stack([np.linspace(2, 0, 61), np.abs(np.linspace(-1, 1, 61)) + rng.uniform(0, 0.3, 61)])
    record = SimpleNamespace(losses=losses.tolist(), accuracies=rng.uniform(0.5, 1, (61, 2)).tolist())
    for live in swept(panels.stopping(record)):
        epoch, patience = live.values.values()
        ends = [e for e in range(epoch + 1) if e - int(losses[: e + 1, 1].argmin()) >= patience]
        now = ends[0] if ends else epoch
        best = int(losses[: now + 1, 1].argmin())
        assert live.result == (now, patience, best, now - best, bool(ends))
        stopped, going = [now, patience, best, losses[best, 1]], [now, losses[best, 1], best, now - best, patience]
        assert numbers(live.sentence) == pytest.approx(stopped if ends else going, abs=6e-3)
        moving = live.canvas.figure.moving
        assert moving["validation"].get_ydata() == pytest.approx(losses[: now + 1, 1])
        assert moving["kept"].get_xdata() == [best]
        assert moving["waited"].get_xdata() == [best, now]
        assert moving["validation_accuracy"].get_ydata()[-1] == pytest.approx(100 * record.accuracies[now][1])
        assert live.canvas.figure.words["stopped"].get_visible() == bool(ends)


def test_fits_are_runs_written_out_with_the_digits_and_labels_chosen(monkeypatch):
    monkeypatch.setattr(fitting, "FIT_EXAMPLES", (50, 200, 1000))
    x, y = float32_examples(1000, 13)
    held_out = float32_examples(60, 14)
    panel = fitting.fitting((x, y), held_out, updates=40)
    marks = sorted({int(1.12**k + 0.5) for k in range(40)} & set(range(41)) | {40})
    for live in swept(panel):
        hidden, n, percent = live.values.values()
        rng = np.random.default_rng(2)
        wrong = rng.random(n) < percent / 100
        labels = (y[:n] + wrong * rng.integers(1, 10, n)) % 10
        record = live.result
        assert record.updates == [0, *marks]
        wanted = own_record((x[:n], labels), held_out, hidden, marks, rate=0.03)
        assert np.array(record.losses) == pytest.approx(wanted[:, :2], rel=2e-3, abs=2e-3)
        assert panel.total(**live.values) == 40
        best, peak = (int(row.argmin()) for row in (wanted[:, 1], -np.array(record.accuracies)[:, 1]))
        said = numbers(live.sentence)
        assert said[:1] + said[3:5] == pytest.approx([40, wanted[-1, 1], wanted[-1, 0]], abs=9e-3)
        assert said[1] == pytest.approx(wanted[best, 1], abs=9e-3)
        assert said[6] == record.updates[peak]
        assert said[5] == pytest.approx(100 * record.accuracies[peak][1], abs=0.51)
        moving = live.canvas.figure.moving
        assert moving["validation_loss"].get_ydata() == pytest.approx(wanted[:, 1], rel=2e-3, abs=2e-3)
        assert moving["lowest"].get_xdata() == [max(1, record.updates[record.best])]
        assert moving["highest"].get_xdata() == [max(1, record.updates[peak])]


def test_a_fit_that_diverges_says_so():
    x, y = float32_examples(40, 15)
    *_, record = fits.fit((x * np.float32(1e30), y), (x, y), hidden=4, updates=30)
    assert record.diverged
    assert record.updates[0] == 0


def test_wrong_labels_are_all_wrong_and_the_others_are_kept():
    labels = np.arange(10_000) % 10
    changed = fits.with_wrong_labels(labels, 40, np.random.default_rng(0))
    assert (changed != labels).mean() == pytest.approx(0.4, abs=0.02)
    assert set(changed) == set(range(10))
    assert (fits.with_wrong_labels(labels, 0, np.random.default_rng(0)) == labels).all()


def test_few_of_the_upper_classes_are_drawn():
    labels = np.random.default_rng(1).integers(10, size=5000)
    rows = fits.biased_rows(labels, 1500, np.random.default_rng(2))
    assert len(rows) == 1500
    assert (np.diff(rows) > 0).all()
    upper = labels[rows] >= 5
    assert 0 < upper.mean() < 0.1
    assert set(np.flatnonzero(labels[: rows[-1]] < 5)) <= set(rows)


def test_pooled_pixels_are_means_of_four():
    pictures = np.random.default_rng(3).uniform(size=(3, 784))
    square = pictures[1].reshape(28, 28)
    assert fits.pooled(pictures)[1, 14 * 2 + 5] == pytest.approx(square[4:6, 10:12].mean())


def test_the_accuracy_is_that_of_the_run_at_the_rate_that_validates_best():
    data, others = ((fits.pooled(x), y) for x, y in (examples(60, 20), examples(40, 21)))
    start = initialize(Network((196, 32, 10)), np.random.default_rng(4), dtype=np.float32)
    start = {name: value.astype(float) for name, value in start.items()}
    right = []
    for rate in (0.02, 0.5):
        end = own_run(start, *data, 25, rate, np.random.default_rng([4, 1]), 6)[-1]
        right.append(own_pass(end, *others)[2].argmax(axis=1) == others[1])
    best = max(right, key=lambda row: (row[:20].mean(), row[20:].mean()))
    assert fits.tuned_accuracy(data, others, 25, 2, (0.02, 0.5), seed=4) == pytest.approx(best[20:].mean(), abs=0.051)


def test_a_learning_curve_trains_on_wrong_labels_and_is_measured_against_some(monkeypatch):
    seen = []

    def follow(data, held_out, **settings):
        seen.append((data, held_out, settings))
        yield SimpleNamespace(losses=[(1.0, 2.0)])

    monkeypatch.setattr(fits, "fit", follow)
    (x, y), (other_x, other_y) = examples(4000, 30), examples(1000, 31)
    assert fits.learning_curve([(x[:2000], y[:2000]), (x, y)], (other_x, other_y)) == [(1.0, 2.0)] * 2
    for ((_, labels), (_, others), settings), n in zip(seen, (2000, 4000), strict=True):
        assert (labels != y[:n]).mean() == pytest.approx(0.2, abs=0.04)
        assert (others != other_y).mean() == pytest.approx(0.2, abs=0.04)
        assert (settings["hidden"], settings["updates"]) == (10, 5000)
    share = np.array([0.8, *[0.2 / 9] * 9])
    assert fits.label_noise(20) == pytest.approx(-(share * np.log(share)).sum())


def test_a_wobble_is_the_run_written_out():
    data = float32_examples(40, 32)
    found = fits.wobble(data, 6, [0.05, 0.01], seed=3)
    state, rng = initialize(NETWORK, np.random.default_rng(3), dtype=np.float32), np.random.default_rng([3, 1])
    states = []
    for rate in (0.05, 0.01):
        states += own_run(state, *data, 1, rate, rng, 40)
        state = states[-1]
    for k, end in enumerate(states[1::2]):
        loss, _, scores = own_pass(end, *data)
        share = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        singles = share - np.eye(10)[data[1]]
        off = singles - singles.mean(axis=0)
        assert found.losses[k] == pytest.approx(loss, rel=1e-3)
        assert found.spreads[k] == pytest.approx(math.sqrt((off**2).sum(axis=1).mean()), rel=1e-3)


# ---------------------------------------------------------------- plain figures


def test_lines_over_the_batch_size_leave_out_what_was_not_reached():
    lines = {"updates": [math.inf, 30.0, 4.0, 2.0], "digits": [5.0, 20.0, 100.0, 300.0]}
    ax = plots.against_batch_size([1, 4, 16, 64], lines, "target", Figure().subplots())
    assert ax.lines[0].get_xdata().tolist() == [4, 16, 64]
    assert ax.lines[0].get_ydata().tolist() == [30, 4, 2]
    assert ax.lines[1].get_ydata().tolist() == lines["digits"]
    assert [words.get_text() for words in ax.texts] == ["updates", "digits"]
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_a_learning_curve_is_drawn_with_the_noise():
    ax = plots.learning_curve([50, 200, 1000], [(0.0, 3.0), (0.1, 2.0), (0.5, 1.2)], 0.94, Figure().subplots())
    assert ax.lines[0].get_ydata().tolist() == [0.0, 0.1, 0.5]
    assert ax.lines[1].get_ydata().tolist() == [3.0, 2.0, 1.2]
    assert set(ax.lines[2].get_ydata()) == {0.94}


def test_wobbles_are_drawn_over_the_epochs():
    rng = np.random.default_rng(5)
    runs = {name: fits.Wobble(*rng.uniform(0.1, 1, (2, n)).tolist()) for name, n in (("fits", 200), ("cannot", 260))}
    axes = Figure().subplots(1, 2)
    plots.wobbles(runs, axes)
    for ax, place in zip(axes, (0, 1), strict=True):
        assert ax.lines[0].get_ydata().tolist() == runs["fits"][place]
        assert ax.lines[1].get_xdata()[-1] == 13


def test_seeds_are_drawn_with_their_mean_and_twice_its_standard_error():
    rows = {"small": [0.8, 0.9, 0.85], "mine": [0.6, 0.6, 0.66]}
    for values in rows.values():
        mean = sum(values) / 3
        half = 2 * math.sqrt(sum((v - mean) ** 2 for v in values) / 2 / 3)
        assert fits.mean_interval(values) == pytest.approx((mean, half))
    ax = plots.seeds(rows, Figure().subplots())
    assert ax.lines[0].get_xdata().tolist() == rows["small"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["batch 16,\n5 epochs, rate 0.1", "mine"]
    assert [words.get_text() for words in ax.texts] == ["85.0 ± 5.8 %", "62.0 ± 4.0 %"]


# ---------------------------------------------------------------- texts


@pytest.fixture(scope="module")
def all_panels(start, gradients):
    data, probe = examples(60, 6), examples(25, 7)
    *_, record = fits.fit(float32_examples(60, 10), float32_examples(40, 11), updates=60)
    return {
        "race": panels.race({"own": RUNNERS, "common": RUNNERS}, target=0.6),
        "cloud": panels.cloud(gradients),
        "way": panels.way(NETWORK, start, data, probe),
        "stopping": panels.stopping(record),
        "fitting": fitting.fitting(float32_examples(100, 13), float32_examples(40, 14), updates=30),
        "memory": fitting.memory(),
    }


@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", ["race", "cloud", "way", "stopping", "fitting", "memory"])
def test_no_text_overlaps_another_or_leaves_the_picture(all_panels, name, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    assert faults(all_panels[name], pairs=(language, view) == ("en", "normal")) == []
