"""Lesson 03's panels and figures against computations of their own."""

import math
from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course.growing import grow
from course.live import Live
from course.panel import Canvas
from helpers.network import Network, forward, initialize
from lessons.choosing_batch_and_epochs import batch_cost, experiments, fitting, gradient_noise, plots
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
    return np.random.default_rng(3).gamma(2, [1, 0.5], size=(1000, 2)) - [1, 2]


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
    for live in swept(gradient_noise.cloud(gradients)):
        b, again, _ = live.values.values()
        expected = math.sqrt(variance / b * (1 if again else (1000 - b) / 999))
        means = live.result.means
        assert means.shape == (300, 2)
        off = np.hypot(*(means - full).T)
        assert live.result.spread == pytest.approx(math.sqrt((off**2).mean()), abs=1e-9)
        assert live.result.spread == pytest.approx(expected, rel=0.12)
        far = math.dist(means.mean(axis=0), full)
        assert far < 4 * expected / math.sqrt(300) + 1e-12
        assert numbers(live.sentence) == pytest.approx([b, 300, live.result.spread, expected, far], abs=6e-5)
        assert ("without" in live.sentence) == (not again)
        left, right = live.canvas.figure.axes
        assert left.lines[0].get_xydata() == pytest.approx(means)
        assert left.lines[1].get_xydata()[0] == pytest.approx(full)
        assert left.lines[2].get_xydata()[0] == pytest.approx(means.mean(axis=0))
        assert right.lines[0].get_ydata()[b - 1] == pytest.approx(math.sqrt(variance / b))
        assert right.lines[2].get_xdata() == [b]
        zero = b == 1000 and not again
        assert right.lines[2].get_marker() == ("v" if zero else "o")
        outside = sum(bool(np.abs(m - full).max() > left.get_xlim()[1] - full[0]) for m in means)
        assert left.texts[0].get_text() == (f"{outside} of the batches outside" if outside else "")


def test_the_path_is_the_run_written_out(start):
    data, probe = examples(60, 6), examples(25, 7)
    panel = gradient_noise.path(NETWORK, start, data, probe)
    for live in swept(panel):
        b, rate = live.values.values()
        states = own_run(start, *data, b, rate, np.random.default_rng(1), 400)
        losses = [own_pass(p, *probe)[0] for p in [start, *states[3::4]]]
        places = [p["bias2"][:2] - start["bias2"][:2] for p in [start, *states]]
        assert np.array(live.result.places) == pytest.approx(np.array(places), rel=1e-6, abs=1e-6)
        assert live.result.losses == pytest.approx(losses, rel=1e-6)
        rise = max(0, *np.diff(losses))
        said = numbers(live.sentence)
        assert said[:6] == pytest.approx([b, rate, 400, 25, losses[0], losses[-1]], abs=6e-3)
        assert said[6] == pytest.approx(rise, rel=0.06)
        assert ("guessing" in live.sentence) == (losses[-1] > math.log(10) - 0.05)
        assert panel.total(**live.values) == 400
        left, right = live.canvas.figure.axes
        assert left.lines[1].get_xydata() == pytest.approx(np.array(places), rel=1e-6, abs=1e-6)
        assert right.lines[1].get_xdata()[-1] == 400
        outside = sum(max(abs(u), abs(v)) > left.get_xlim()[1] for u, v in places)
        assert left.texts[0].get_text() == (f"{outside} of 401 points outside" if outside else "")
        above = [4 * k for k, loss in enumerate(losses) if loss > right.get_ylim()[1]]
        assert right.lines[2].get_xdata().tolist() == above
        assert (f"▲ {len(above)} losses above 3.5" in right.texts[1].get_text()) == bool(above)


def test_a_path_that_diverges_is_named(start):
    panel = gradient_noise.path(NETWORK, start, examples(60, 6), examples(25, 7))
    *_, run = panel.compute(batch_size=8, learning_rate=1e200)
    assert run.diverged
    assert "Diverged at update 2" in panel.describe(run)
    Canvas(panel).draw(run, 1)


# ---------------------------------------------------------------- what a batch size costs


def test_the_way_to_a_target_is_the_run_written_out(start):
    data, probe = examples(80, 8), examples(30, 9)
    panel = batch_cost.to_target(NETWORK, start, data, probe, target=2.0)
    marks = sorted({int(1.1**k + 0.5) for k in range(100)})
    for live in swept(panel):
        b, rate = live.values.values()
        most = 100 if b == 2000 else 600
        states = own_run(start, *data, b, rate, np.random.default_rng(1), most)
        at = [u for u in marks if u <= most]
        losses = [own_pass(states[u - 1], *probe)[0] for u in at]
        hit = next((k for k, loss in enumerate(losses) if loss <= 2.0), None)
        seen = len(at) if hit is None else hit + 1
        done = most if hit is None else at[hit]
        assert live.result.reached == (hit is not None)
        assert live.result.done == done
        assert live.result.updates == at[:seen]
        assert live.result.losses == pytest.approx(losses[:seen], rel=1e-6)
        assert panel.total(**live.values) == most
        said, epochs = numbers(live.sentence), done * b / 80
        assert said[:5] == pytest.approx([b, rate, 2.0, done, epochs], rel=6e-3)
        left, right = live.canvas.figure.axes
        assert left.lines[1].get_xdata().tolist() == at[:seen]
        assert right.lines[1].get_xdata() == pytest.approx([u * b / 80 for u in at[:seen]])
        assert left.lines[2].get_xdata().tolist() == ([] if hit is None else [done])
        assert ("given up" in left.texts[1].get_text()) == (hit is None)
        above = [u for u, loss in zip(at, losses[:seen], strict=False) if loss > left.get_ylim()[1]]
        assert left.lines[3].get_xdata().tolist() == above
        assert right.lines[3].get_xdata() == pytest.approx([u * b / 80 for u in above])
        assert left.texts[2].get_text() == (f"▲ {len(above)} losses above 3" if above else "")


def test_what_is_above_a_picture_is_marked_at_its_upper_edge():
    x, y = batch_cost.at_the_top([1, 2, 3, 4], [2.0, 5.0, 3.0, 3.1], 3.0)
    assert x.tolist() == [2, 4]
    assert all(2.9 < value < 3 for value in y)
    assert len(batch_cost.at_the_top([1], [0.5], 3.0)[0]) == 0


def test_a_diverging_way_to_the_target_is_named(start):
    probe, steep = examples(30, 9), {name: 1e160 * value for name, value in start.items()}
    for begin, rate in ((start, 1e200), (steep, 1.0)):
        panel = batch_cost.to_target(NETWORK, begin, examples(80, 8), probe, target=0.1)
        *_, run = panel.compute(batch_size=4, learning_rate=rate)
        assert run.diverged
        assert not run.reached
        assert f"diverged at update {run.done};" in panel.describe(run)
        Canvas(panel).draw(run, 1)
    assert math.isnan(experiments.probe_loss(NETWORK, steep, probe))
    assert experiments.probe_loss(NETWORK, start, probe) == pytest.approx(own_pass(start, *probe)[0])


def test_the_bytes_held_are_those_of_the_arrays():
    network = Network((784, 30, 10))
    x = np.ones((7, 784), np.float32)
    logits, caches = forward(network, initialize(network, np.random.default_rng(0), dtype=np.float32), x)
    each = 4 * 784 + 4 * 30 + 4 * 30 + 30 + 4 * 10
    assert experiments.cached_bytes(caches, logits) == 7 * each


def test_the_memory_is_counted_number_by_number():
    for live in swept(batch_cost.memory()):
        b, hidden, megabytes = live.values.values()
        weights = 4 * sum([784 * hidden, hidden, hidden * 10, 10])
        each = 4 * (784 + hidden + hidden + 10) + hidden
        held = [weights, weights, b * each]
        result = live.result
        assert [result.parameters, result.gradients, result.activations] == held
        fits = sum(held) <= megabytes * 10**6
        assert ("✓" in live.sentence) == fits
        largest = result.largest
        assert 2 * weights + largest * each <= megabytes * 10**6 or largest == 0
        assert 2 * weights + (largest + 1) * each > megabytes * 10**6
        in_mb = [amount / 1e6 for amount in [*held, sum(held)]]
        said = numbers(live.sentence)
        assert said[:2] == [b, hidden]
        assert said[2:6] == pytest.approx(in_mb, rel=6e-3)
        bars = live.canvas.figure.axes[0].patches
        assert [bar.get_width() for bar in bars] == pytest.approx(in_mb)
        (line,) = live.canvas.figure.axes[0].lines
        assert set(line.get_xdata()) == {megabytes}
        labels = {words.get_text(): words for words in live.canvas.figure.axes[0].texts}
        assert labels["memory of the machine"].get_position()[0] == megabytes
        columns = [words.get_position()[0] for name, words in labels.items() if name.endswith(" MB")]
        assert min(columns) > 10 * max([*in_mb, megabytes])


# ---------------------------------------------------------------- epochs


def own_record(data, held_out, hidden, marks, seed=0):
    """Updates, losses and accuracies of a run of 784-hidden-10 at batch size 20 and rate 0.1."""
    network = Network((784, hidden, 10))
    p = initialize(network, np.random.default_rng(seed), dtype=np.float32)
    states = own_run(p, *data, 20, 0.1, np.random.default_rng(seed + 1), max(marks))
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


def test_a_run_that_grows_is_the_run_written_out(monkeypatch):
    data, held_out = float32_examples(50, 10), float32_examples(40, 11)
    panel = fitting.growing(data, held_out, epochs=6)
    records = list(panel.compute())
    wanted = own_record(data, held_out, 100, [3, 6, 9, 12, 15, 18])
    record = records[-1]
    assert len(records) == panel.total() == 18
    assert record.updates == [0, 3, 6, 9, 12, 15, 18]
    found = np.column_stack([record.losses, record.accuracies, record.wrong_losses])
    assert found == pytest.approx(wanted, rel=1e-3, abs=1e-3, nan_ok=True)
    assert math.isfinite(wanted[0, 4])
    best = int(wanted[:, 1].argmin())
    said = numbers(panel.describe(record))
    assert said == pytest.approx([6, 6, wanted[best, 1], best, wanted[-1, 1], wanted[-1, 0], 100 * wanted[best, 3],
                                  100 * wanted[-1, 3]], abs=0.51)  # fmt: skip
    assert said[2] == pytest.approx(wanted[best, 1], abs=6e-3)
    canvas = Canvas(panel)
    canvas.draw(record, 1)
    left, right = canvas.figure.axes
    assert left.lines[1].get_xdata() == pytest.approx(range(7))
    assert right.lines[1].get_ydata() == pytest.approx(wanted[:, 3], abs=1e-6)
    assert left.texts[0].get_text() == f"▲ start: {wanted[0, 1]:.2f}"
    assert [words.get_text() for words in canvas.figure.legends[0].get_texts()] == [
        "training digits", "validation digits", "lowest validation loss"]  # fmt: skip


def test_an_interrupted_run_keeps_what_there_was(monkeypatch):
    data, held_out = float32_examples(50, 10), float32_examples(40, 11)
    panel = fitting.growing(data, held_out, epochs=6)
    shown = []
    monkeypatch.setattr("course.growing.display", lambda bundle, raw: shown.append(bundle["text/plain"]))
    monkeypatch.setattr("course.growing.show_widget", lambda widget: None)
    monkeypatch.setattr("course.growing.ProgressBar", lambda total: interrupting(8))
    record = grow(panel)
    assert len(record.losses) == 3
    assert shown[0].startswith("2 of 6 epochs")
    assert [live.result.epoch for live in swept(fitting.stopping(record.losses))][0] <= 2


def interrupting(after):
    """A progress bar whose step number ``after`` is the learner's interrupt."""
    done = SimpleNamespace(steps=0)

    def step(*_):
        done.steps += 1
        if done.steps == after:
            raise KeyboardInterrupt

    return step


def test_a_record_that_was_stopped_at_once_can_be_shown():
    live = Live(fitting.stopping([(2.3, 2.4)]))
    assert numbers(live.sentence) == [0, 2.4, 0, 0, 10]
    assert live.canvas.figure.axes[0].texts[0].get_text() == "▲ start: 2.40"


def test_a_start_within_the_picture_needs_no_note():
    live = Live(fitting.stopping([(0.9, 1.1), (0.5, 0.8)]))
    assert live.canvas.figure.axes[0].texts[0].get_text() == ""
    assert live.values["epoch"] == 0
    assert len(live.canvas.figure.legends[0].get_texts()) == 5


def test_early_stopping_is_seen_as_it_happens():
    rng = np.random.default_rng(12)
    losses = np.column_stack([np.linspace(2, 0, 61), np.abs(np.linspace(-1, 1, 61)) + rng.uniform(0, 0.3, 61)])
    for live in swept(fitting.stopping(losses)):
        epoch, patience = live.values.values()
        ends = [e for e in range(epoch + 1) if e - int(losses[: e + 1, 1].argmin()) >= patience]
        now = ends[0] if ends else epoch
        best = int(losses[: now + 1, 1].argmin())
        assert live.result == (now, patience, best, now - best, bool(ends))
        lowest = int(losses[:, 1].argmin())
        stopped = [now, patience, best, losses[best, 1], losses[lowest, 1], lowest]
        going = [now, losses[best, 1], now - best, best, patience]
        assert numbers(live.sentence) == pytest.approx(stopped if ends else going, abs=6e-4)
        lines = live.canvas.figure.axes[0].lines
        assert lines[2].get_ydata() == pytest.approx(losses[: now + 1, 1])
        assert lines[3].get_xdata() == [best]
        assert lines[4].get_xdata() == [best, now]


def test_fits_are_runs_written_out_with_the_digits_and_labels_chosen(monkeypatch):
    monkeypatch.setattr(fitting, "FIT_EXAMPLES", (50, 200, 1000))
    x, y = float32_examples(1000, 13)
    held_out = float32_examples(60, 14)
    panel = fitting.fitting((x, y), held_out, updates=40)
    marks = sorted({int(1.18**k + 0.5) for k in range(27)} & set(range(41)) | {40})
    for live in swept(panel):
        hidden, n, percent = live.values.values()
        rng = np.random.default_rng(2)
        wrong = rng.random(n) < percent / 100
        labels = (y[:n] + wrong * rng.integers(1, 10, n)) % 10
        assert abs(100 * (labels != y[:n]).mean() - percent) < 15
        record = live.result
        assert record.updates == [0, *marks]
        wanted = own_record((x[:n], labels), held_out, hidden, marks)
        assert np.array(record.losses) == pytest.approx(wanted[:, :2], rel=2e-3, abs=2e-3)
        assert panel.total(**live.values) == 40
        said, best = numbers(live.sentence), int(np.argmin([row[1] for row in record.losses]))
        assert said[:2] == pytest.approx([40, 40 / math.ceil(n / 20)], rel=1e-3)
        assert said[2:5] == pytest.approx([wanted[best, 1], wanted[-1, 1], wanted[-1, 0]], abs=9e-3)
        assert said[5:] == pytest.approx([100 * wanted[best, 3], 100 * wanted[-1, 3]], abs=2.5)
        left, right = live.canvas.figure.axes
        assert left.lines[1].get_ydata() == pytest.approx(wanted[:, 1], rel=2e-3, abs=2e-3)
        assert left.texts[0].get_text() == f"▼ lowest {said[2]:.2f}, at the end {said[3]:.2f}"
        assert right.texts[0].get_text() == f"at ▼ {said[5]:.0f} %, at the end {said[6]:.0f} %"


def test_a_fit_that_diverges_says_so():
    x, y = float32_examples(40, 15)
    *_, record = experiments.fit((x * np.float32(1e30), y), (x, y), hidden=4, updates=30)
    assert record.diverged
    assert record.updates[0] == 0


def test_wrong_labels_are_all_wrong_and_the_others_are_kept():
    labels = np.arange(10_000) % 10
    changed = experiments.with_wrong_labels(labels, 40, np.random.default_rng(0))
    assert (changed != labels).mean() == pytest.approx(0.4, abs=0.02)
    assert set(changed) == set(range(10))
    assert (experiments.with_wrong_labels(labels, 0, np.random.default_rng(0)) == labels).all()


def test_few_of_the_upper_classes_are_drawn():
    labels = np.random.default_rng(1).integers(10, size=5000)
    rows = experiments.biased_rows(labels, 1500, np.random.default_rng(2))
    assert len(rows) == 1500
    assert (np.diff(rows) > 0).all()
    upper = labels[rows] >= 5
    assert 0 < upper.mean() < 0.1
    assert set(np.flatnonzero(labels[: rows[-1]] < 5)) <= set(rows)


def test_pooled_pixels_are_means_of_four():
    pictures = np.random.default_rng(3).uniform(size=(3, 784))
    square = pictures[1].reshape(28, 28)
    assert experiments.pooled(pictures)[1, 14 * 2 + 5] == pytest.approx(square[4:6, 10:12].mean())


def test_the_accuracy_after_a_training_is_that_of_the_run_written_out():
    data, others = ((experiments.pooled(x), y) for x, y in (examples(60, 20), examples(40, 21)))
    start = initialize(Network((196, 32, 10)), np.random.default_rng(4), dtype=np.float32)
    start = {name: value.astype(float) for name, value in start.items()}
    end = own_run(start, *data, 25, 0.2, np.random.default_rng(4), 6)[-1]
    right = (own_pass(end, *others)[2].argmax(axis=1) == others[1]).mean()
    assert experiments.accuracy_after(data, others, 25, 2, 0.2, seed=4) == (pytest.approx(right, abs=0.026), 6)


# ---------------------------------------------------------------- plain figures


def test_lines_over_the_batch_size_leave_out_what_was_not_reached():
    lines = {"fixed": [math.inf, 3.0, 4.0, 9.0], "best": [5.0, 2.0, 1.0, 3.0]}
    ax = plots.against_batch_size([1, 4, 16, 64], lines, "to_target", Figure().subplots())
    assert ax.lines[0].get_xdata().tolist() == [4, 16, 64]
    assert ax.lines[0].get_ydata().tolist() == [3, 4, 9]
    assert ax.lines[1].get_ydata().tolist() == lines["best"]
    assert [words.get_text() for words in ax.texts] == ["rate 0.1", "best rate"]
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_an_interrupted_measurement_can_be_drawn():
    for sizes, values in (([], []), ([1], [2.0]), ([1], [math.inf]), ([1, 4], [math.inf, 3.0])):
        lines = {"fixed": values, "best": values}
        ax = plots.against_batch_size(sizes, lines, "to_target", Figure().subplots())
        assert len(ax.lines) == len(ax.texts) == 2 * any(math.isfinite(value) for value in values)


def test_seeds_are_drawn_with_their_mean_and_twice_its_standard_error():
    rows = {"small": [0.8, 0.9, 0.85], "epochs": [0.6, 0.6, 0.66]}
    for values in rows.values():
        mean = sum(values) / 3
        half = 2 * math.sqrt(sum((v - mean) ** 2 for v in values) / 2 / 3)
        assert experiments.mean_interval(values) == pytest.approx((mean, half))
    ax = plots.seeds(rows, Figure().subplots())
    assert ax.lines[0].get_xdata().tolist() == rows["small"]
    assert [words.get_text() for words in ax.texts] == ["85.0 ± 5.8 %", "62.0 ± 4.0 %"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["batch 16,\n5 epochs", "batch 250,\n5 epochs"]
