"""Lesson 08's panels, figures and training by mistake, against computations of their own."""

import math
from functools import cache

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course.grey_image import GreyImage
from helpers.data import Dataset
from helpers.network import Network
from lessons.train_vs_inference import batch_mates, experiments, plots, running_stats
from tests.sweep import numbers, swept

NETWORK = Network((784, 5, 10), "relu", batchnorm=True)


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


@pytest.fixture(scope="module")
def examples():
    """2,050 pictures of a kind, each class with some pixels of its own."""
    rng = np.random.default_rng(3)
    y = rng.integers(10, size=2050)
    x = rng.uniform(0, 0.5, (2050, 784)) + 0.4 * np.kron(np.eye(10), np.ones((1, 79)))[y][:, :784]
    return Dataset("made up", x, y)


@pytest.fixture(scope="module")
def parameters():
    rng = np.random.default_rng(4)
    return {"weight1": rng.normal(0, 0.2, (784, 5)), "gamma1": rng.uniform(0.5, 1.5, 5), "beta1": rng.normal(0, 0.3, 5),
            "weight2": rng.normal(0, 1, (5, 10)), "bias2": rng.normal(0, 0.1, 10)}  # fmt: skip


@pytest.fixture(scope="module")
def stored():
    rng = np.random.default_rng(5)
    return {"mean1": rng.normal(0, 1, 5), "var1": rng.uniform(0.5, 2, 5)}


def scores(p, x, mean=None, var=None):
    """Logits, row by row where mean and variance are given, else with the batch's own, by explicit sums."""
    z = x @ p["weight1"]
    if mean is None:
        mean = sum(z) / len(z)
        var = sum((row - mean) ** 2 for row in z) / len(z)
    y = p["gamma1"] * (z - mean) / (var + 1e-5) ** 0.5 + p["beta1"]
    return (y * (y > 0)) @ p["weight2"] + p["bias2"]


def shares_of(logits):
    powers = np.exp(logits)
    return powers / powers.sum()


def strokes(line):
    """The heights that a line of strokes from 0 is drawn to."""
    return line.get_ydata()[1::3]


# ---------------------------------------------------------------- batch-mates

def test_an_example_among_its_batch_mates(examples, parameters, stored):
    panel = batch_mates.mates(NETWORK, parameters, stored, examples, example=7)
    others = [k for k in range(2050) if k != 7]
    fixed = shares_of(scores(parameters, examples.x[[7]], stored["mean1"], stored["var1"])[0])
    right = fixed.argmax()

    @cache
    def with_mates(m, k):
        batch = examples.x[[7, *np.random.default_rng(k).choice(others, m - 1, replace=False)]]
        return batch, shares_of(scores(parameters, batch)[0])

    for live in swept(panel):
        mates, m, mode = live.values.values()
        everyone = np.array([with_mates(m, k)[1] if mode == "training" else fixed for k in range(51)])
        batch, wanted = with_mates(m, mates)[0], everyone[mates]
        assert live.result.shares == pytest.approx(wanted, abs=1e-9)
        assert live.result.inference == pytest.approx(fixed, abs=1e-9)
        top, ax = live.canvas.figure.axes
        assert strokes(ax.lines[0]) == pytest.approx(wanted, abs=1e-9)
        assert ax.lines[1].get_ydata() == pytest.approx(fixed, abs=1e-9)
        ends = ax.lines[2].get_ydata()
        assert ends[0::3] == pytest.approx([min(column) for column in everyone.T], abs=1e-9)
        assert ends[1::3] == pytest.approx([max(column) for column in everyone.T], abs=1e-9)
        of_right = 100 * everyone[:, right]
        said = [m, mates, wanted.argmax(), 100 * wanted.max(), 51, right, min(of_right), max(of_right)]
        said += [sum(of_right) / 51, 100 * fixed[right]] if mode == "training" else []
        assert numbers(live.sentence) == pytest.approx(said, abs=0.51)
        assert live.sentence.startswith("Training mode" if mode == "training" else "Inference")
        (drawn,) = top.findobj(GreyImage)
        assert drawn.values[:, :28].ravel().tolist() == batch[0].tolist()
        assert drawn.values[:, 42:70].ravel().tolist() == batch[1].tolist()


def test_at_inference_no_batch_mate_matters_and_in_training_they_do(examples, parameters, stored):
    compute = batch_mates.mates(NETWORK, parameters, stored, examples, example=7).compute
    fixed = [compute(k, m, "inference").shares for k, m in ((0, 2), (9, 16), (3, 500))]
    assert np.ptp(fixed, axis=0).max() < 1e-12
    moving = [compute(k, 2, "training").shares for k in range(5)]
    assert np.ptp(moving, axis=0).max() > 0.05


# ---------------------------------------------------------------- how test batches are put together

@pytest.mark.parametrize("batch_size", [1, 2, 7, 60, 2000])
@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_batches_hold_each_example_once_and_the_share_from_the_sorted_list(batch_size, share):
    labels = np.random.default_rng(0).integers(10, size=205)
    rows, sizes = experiments.arranged(labels, batch_size, share, np.random.default_rng(1))
    assert sorted(rows.tolist()) == list(range(205))
    assert sizes.tolist() == [min(batch_size, 205 - first) for first in range(0, 205, batch_size)]
    start, alike = 0, []
    for size in sizes:
        alike += labels[rows[start : start + round(share * size)]].tolist()
        start += size
    assert alike == sorted(alike)
    if share == 1:
        assert labels[rows].tolist() == sorted(labels.tolist())
    if share == 0:
        assert len(rows) < 5 or labels[rows].tolist() != sorted(labels.tolist())


def test_normalizing_batch_by_batch_is_a_loop_over_the_batches():
    z, sizes = np.random.default_rng(2).normal(3, 2, (23, 4)), np.array([10, 10, 1, 2])
    wanted, start = [], 0
    for size in sizes:
        batch = z[start : start + size]
        mean = sum(batch) / size
        wanted += [(row - mean) / np.sqrt(sum((r - mean) ** 2 for r in batch) / size + 1e-5) for row in batch]
        start += size
    found = experiments.normalized_in_batches(z, sizes, 1e-5)
    assert found == pytest.approx(np.array(wanted), abs=1e-9)
    assert not found[20].any()


def test_a_test_in_training_mode_by_size_and_composition(examples, parameters, stored):
    panel = batch_mates.composition(NETWORK, parameters, stored, examples, shown_class=3)
    fixed = scores(parameters, examples.x, stored["mean1"], stored["var1"]).argmax(axis=1)
    for live in swept(panel):
        m, percent = live.values.values()
        rows, sizes = experiments.arranged(examples.y, m, percent / 100, np.random.default_rng(0))
        answers, start = [], 0
        for size in sizes:
            answers += scores(parameters, examples.x[rows[start : start + size]]).argmax(axis=1).tolist()
            start += size
        answers, labels = np.array(answers), examples.y[rows]
        counts = np.array([np.sum(answers[labels == 3] == c) for c in range(10)]) / np.sum(labels == 3)
        assert live.result.accuracy == pytest.approx(np.mean(answers == labels))
        left, right = live.canvas.figure.axes
        curve, point = left.lines[1:]
        assert (point.get_xdata()[0], point.get_ydata()[0]) == pytest.approx((percent, np.mean(answers == labels)))
        assert curve.get_ydata()[percent // 5] == pytest.approx(np.mean(answers == labels))
        assert left.lines[0].get_ydata()[0] == pytest.approx(np.mean(fixed == examples.y))
        assert strokes(right.lines[0]) == pytest.approx(counts)
        marks = [np.mean(fixed[examples.y == 3] == c) for c in range(10)]
        assert right.lines[1].get_ydata() == pytest.approx(marks)
        said = [m, percent, np.mean(answers == labels), np.mean(fixed == examples.y), 3, counts.argmax()]
        assert numbers(live.sentence)[:6] == pytest.approx(said, abs=6e-3)
        assert numbers(live.sentence)[6] == pytest.approx(100 * counts.max(), abs=0.51)


# ---------------------------------------------------------------- running statistics

def own_record(p, data, batch_size, rate, seed, updates):
    """Means and variances of z in each batch and in all examples, while batch norm training is written out."""
    rng, found = np.random.default_rng(seed), []
    while True:
        order = rng.permutation(len(data.x))
        for first in range(0, len(order) - batch_size + 1, batch_size):
            x, labels = data.x[order[first : first + batch_size]], data.y[order[first : first + batch_size]]
            z, everything = x @ p["weight1"], data.x @ p["weight1"]
            found.append((z.mean(0), z.var(0), everything.mean(0), everything.var(0)))
            if len(found) == updates:
                return [np.array(rows) for rows in zip(*found, strict=True)]
            p = own_update(p, x, z, labels, rate)


def own_update(p, x, z, labels, rate):
    n, std = len(x), np.sqrt(z.var(0) + 1e-5)
    x_hat = (z - z.mean(0)) / std
    y = p["gamma1"] * x_hat + p["beta1"]
    out = y * (y > 0)
    powers = np.exp(out @ p["weight2"] + p["bias2"])
    dlogits = (powers / powers.sum(1, keepdims=True) - np.eye(10)[labels]) / n
    dy = dlogits @ p["weight2"].T * (y > 0)
    d = dy * p["gamma1"]
    dz = (d - d.mean(0) - x_hat * (d * x_hat).mean(0)) / std
    slopes = {"weight1": x.T @ dz, "gamma1": (dy * x_hat).sum(0), "beta1": dy.sum(0), "weight2": out.T @ dlogits,
              "bias2": dlogits.sum(0)}  # fmt: skip
    return {name: p[name] - rate * slopes[name] for name in p}


@pytest.fixture(scope="module")
def record(examples, parameters):
    few = Dataset("few", examples.x[:100], examples.y[:100])
    *_, last = experiments.recorded(NETWORK, parameters, few, 30, 0.1, seed=6, updates=12)
    return few, last


def test_the_record_holds_the_statistics_of_each_batch_and_of_all_examples(record, parameters):
    few, found = record
    for rows, wanted in zip(found, own_record(parameters, few, 30, 0.1, 6, 12), strict=True):
        assert np.array(rows) == pytest.approx(wanted, rel=1e-8, abs=1e-9)


def test_the_training_shows_a_unit_and_may_end_early(record, parameters):
    few, found = record
    panel = running_stats.training(NETWORK, parameters, few, 30, 0.1, seed=6, updates=12, unit=2)
    results = list(panel.compute())
    assert len(results) == panel.total() == 12
    means, variances = np.array(found.whole_means)[:, 2], np.array(found.whole_variances)[:, 2]
    said = [3, 12, 100, means[0], means[-1], variances[0], variances[-1]]
    assert numbers(panel.describe(results[-1])) == pytest.approx(said, abs=6e-3)
    figure = Figure()
    _, update = panel.build(figure)
    update(next(iter(panel.compute())))
    assert [len(line.get_xdata()) for ax in figure.axes for line in ax.lines] == [1] * 4
    update(results[-1])
    drawn = [line.get_ydata() for ax in figure.axes for line in ax.lines]
    for line, rows in zip(drawn, (found.means, found.whole_means, found.variances, found.whole_variances), strict=True):
        assert line == pytest.approx(np.array(rows)[:, 2])


def averaged(values, old, new_weight):
    found = []
    for value in values:
        old = old - new_weight * old + new_weight * value
        found.append(old)
    return np.array(found)


def test_a_running_average_and_when_its_start_is_forgotten():
    values = np.random.default_rng(7).normal(size=(9, 3))
    assert experiments.running_average(values, 1, 0.3) == pytest.approx(averaged(values, np.ones(3), 0.3))
    assert experiments.running_average(np.full(100, 4.0), 1, 0.01)[-1] == pytest.approx(2.90, abs=5e-3)
    for new_weight in (0.001, 0.01, 0.02, 0.1, 0.5, 0.9, 0.99, 1.0):
        share, n = 1.0, 0
        while share >= 0.01 * (1 - 1e-9):
            share, n = share * (1 - new_weight), n + 1
        assert experiments.forgotten_after(new_weight) == n


def test_the_running_statistics_with_another_weight(record):
    _, found = record
    means, variances, whole_means, whole_variances = (np.array(rows)[:, 2] for rows in found)
    for live in swept(running_stats.momentum(found, batch_size=30, unit=2)):
        new_weight = live.values["new_weight"]
        mean, var = averaged(means, 0, new_weight), averaged(variances * 30 / 29, 1, new_weight)
        mean_off = math.sqrt(np.mean((mean - whole_means)[6:] ** 2 / whole_variances[6:]))
        var_off = 100 * math.sqrt(np.mean(((var - whole_variances) / whole_variances)[6:] ** 2))
        until = 1 if new_weight == 1 else math.ceil(math.log(0.01) / math.log(1 - new_weight))
        assert numbers(live.sentence)[0] == pytest.approx(new_weight)
        assert numbers(live.sentence)[1:] == pytest.approx([3, mean_off, var_off, 1, until], abs=0.51)
        assert live.result[3:] == pytest.approx([mean_off, var_off / 100])
        for ax, values, start, whole in zip(live.canvas.figure.axes, (mean, var), (0, 1),
                                            (whole_means, whole_variances), strict=True):  # fmt: skip
            assert ax.lines[1].get_ydata() == pytest.approx([start, *values])
            assert ax.lines[2].get_ydata() == pytest.approx(whole)


@pytest.mark.parametrize("length", [2, 3])
def test_a_record_that_was_cut_short_can_be_averaged(record, length):
    _, found = record
    short = experiments.Record(*(rows[:length] for rows in found))
    assert all(live.error is None for live in swept(running_stats.momentum(short, batch_size=30, unit=0)))


# ---------------------------------------------------------------- conventions

def test_the_conventions_follow_the_variance(monkeypatch):
    z = np.random.default_rng(8).normal(1, 3, 5000)
    rng = np.random.default_rng(0)
    drawn = np.concatenate([z[rng.permutation(5000)] for _ in range(24)])
    for live in swept(running_stats.conventions(z)):
        convention, momentum, m = live.values.values()
        old, found = 1.0, []
        for k in range(2000):
            batch = drawn[k * m : (k + 1) * m]
            biased = sum((batch - sum(batch) / m) ** 2) / m
            unbiased = biased * m / (m - 1)
            if convention == "pytorch":
                old = (1 - momentum) * old + momentum * unbiased
            elif convention == "keras":
                old = momentum * old + (1 - momentum) * biased
            else:
                old = unbiased if k == 0 else old + (unbiased - old) / (k + 1)
            found.append(old / z.var())
        assert live.result.ratios == pytest.approx(np.array(found), rel=1e-9)
        late = found[500:]
        said = [m, found[9], 10, 500, np.mean(late), min(late), max(late)]
        assert numbers(live.sentence)[-7:] == pytest.approx(said, abs=6e-3)
        ax = live.canvas.figure.axes[0]
        assert ax.lines[1].get_ydata() == pytest.approx([1 / z.var(), *found])
        new_weight = {"pytorch": momentum, "keras": 1 - momentum, "paper": 0}[convention]
        assert max(found[10:]) < 3 or new_weight > 0.4, "a curve leaves the picture"
        dotted = ax.lines[2].get_ydata()
        if convention == "keras":
            assert list(dotted) == pytest.approx([(m - 1) / m] * 2)
            assert numbers(ax.texts[0].get_text())[-1] == pytest.approx((m - 1) / m, abs=6e-3)
        else:
            assert np.isnan(dotted).all()


# ---------------------------------------------------------------- trained in inference mode

def own_loss(p, x, labels):
    y = p["gamma1"] * (x @ p["weight1"]) / np.sqrt(1 + 1e-5) + p["beta1"]
    logits = (y * (y > 0)) @ p["weight2"] + p["bias2"]
    return np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(len(x)), labels])


def test_gradients_in_inference_mode_are_those_of_the_loss(parameters):
    rng = np.random.default_rng(9)
    p = {**parameters, "weight1": rng.normal(0, 0.5, (6, 5))}
    x, labels = rng.normal(size=(8, 6)), rng.integers(10, size=8)
    loss, slopes, _ = experiments.in_inference_mode(Network((6, 5, 10), "relu", batchnorm=True), p, x, labels)
    assert loss == pytest.approx(own_loss(p, x, labels))
    for name, slope in slopes.items():
        for place in rng.choice(p[name].size, 4):
            up, down = ({**p, name: p[name].copy()} for _ in range(2))
            up[name].flat[place] += 1e-6
            down[name].flat[place] -= 1e-6
            wanted = (own_loss(up, x, labels) - own_loss(down, x, labels)) / 2e-6
            assert slope.flat[place] == pytest.approx(wanted, abs=1e-6)


def test_training_in_inference_mode_takes_these_steps_and_may_diverge(parameters, examples):
    few = Dataset("few", examples.x[:50], examples.y[:50])
    order = np.random.default_rng(3).permutation(50)
    wanted = parameters
    for rows in (order[:20], order[20:40]):
        slopes = experiments.in_inference_mode(NETWORK, wanted, few.x[rows], few.y[rows])[1]
        wanted = {name: wanted[name] - 0.1 * slopes[name] for name in wanted}
    found = experiments.train_in_inference_mode(NETWORK, parameters, few, 20, 2, 0.1, seed=3)
    assert all(found[name] == pytest.approx(wanted[name], rel=1e-9, abs=1e-12) for name in wanted)
    assert experiments.train_in_inference_mode(NETWORK, parameters, few, 20, 100, 1e6, seed=3) is None


def test_small_batches_are_tested_with_running_and_with_exact_statistics(examples, parameters, stored):
    few = Dataset("few", examples.x[:60], examples.y[:60])
    for batchnorm in (True, False):
        network = Network((784, 5, 10), "relu", batchnorm)
        running, exact = experiments.after_small_batches(network, few, examples, 4, updates=8)
        assert 0 <= running <= 1
        assert 0 <= exact <= 1
        assert batchnorm or running == exact


# ---------------------------------------------------------------- plain figures

def test_the_weights_of_past_batches_are_drawn_and_named():
    ages = np.arange(30)
    last, exponential = np.where(ages < 8, 1 / 8, 0), 0.2 * 0.8**ages
    ax = plots.past_weights(last, exponential, Figure().subplots())
    assert ax.lines[0].get_ydata().tolist() == last.tolist()
    assert ax.lines[2].get_ydata().tolist() == exponential.tolist()
    assert [numbers(words.get_text()) for words in ax.texts] == [[8], [0.2]]


def test_the_accuracies_are_bars_with_their_numbers():
    found = {"inference": 0.91, "sorted": 0.2, "single": 0.1}
    ax = plots.accuracies(found, Figure().subplots())
    assert [bar.get_width() for bar in ax.patches] == list(found.values())
    assert [words.get_text() for words in ax.texts] == ["0.91", "0.20", "0.10"]
    assert [label.get_text().split(",")[0] for label in ax.get_yticklabels()] == ["inference"] + ["training mode"] * 2
