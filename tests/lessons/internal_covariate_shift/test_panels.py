"""Lesson 05's panels and figure, and the measures behind them, against computations of their own."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from helpers.data import Dataset
from helpers.gradcheck import numerical_gradient
from helpers.network import Network
from lessons.internal_covariate_shift import (
    decorrelation,
    drift,
    experiments,
    perturbation,
    plots,
    three_shifts,
    whitening,
)  # fmt: skip
from tests.sweep import numbers, some_digits, swept

SIZES = (64, 6, 5, 5, 10)


@pytest.fixture(autouse=True, scope="module")
def _english():
    course.start("en")


# ---------------------------------------------------------------- a network, written out

def own_forward(p, x, act="sigmoid"):
    """For each layer its input, z, x_hat and standard deviation (None without batch norm); the logits last."""
    squash = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "relu": lambda z: z * (z > 0)}[act]
    layers, out, last = [], x, sum(name.startswith("weight") for name in p)
    for k in range(1, last + 1):
        u, x_hat, std = out @ p[f"weight{k}"], None, None
        if f"gamma{k}" in p:
            std = np.sqrt(((u - u.mean(axis=0)) ** 2).mean(axis=0) + 1e-5)
            x_hat = (u - u.mean(axis=0)) / std
            z = p[f"gamma{k}"] * x_hat + p[f"beta{k}"]
        else:
            z = u + p[f"bias{k}"]
        layers.append((out, z, x_hat, std))
        out = squash(z) if k < last else z
    return layers, out


def own_gradients(p, x, y, act="sigmoid"):
    layers, logits = own_forward(p, x, act)
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    d = (share / share.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(y)
    slope = {"sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2, "tanh": lambda z: 1 - np.tanh(z) ** 2,
             "relu": lambda z: (z > 0).astype(float)}[act]  # fmt: skip
    found = {}
    for k in range(len(layers), 0, -1):
        out, z, x_hat, std = layers[k - 1]
        if k < len(layers):
            d = d * slope(z)
        if x_hat is not None:
            found[f"gamma{k}"], found[f"beta{k}"] = (d * x_hat).sum(axis=0), d.sum(axis=0)
            d = d * p[f"gamma{k}"]
            d = (d - d.mean(axis=0) - x_hat * (d * x_hat).mean(axis=0)) / std
        else:
            found[f"bias{k}"] = d.sum(axis=0)
        found[f"weight{k}"] = out.T @ d
        d = d @ p[f"weight{k}"].T
    return found


def own_start(sizes, std, seed, normed):
    """Gaussian weights, drawn in the order of the layers; biases and betas 0, gammas 1."""
    rng, p = np.random.default_rng(seed), {}
    for k in range(1, len(sizes)):
        p[f"weight{k}"] = std * rng.standard_normal((sizes[k - 1], sizes[k]))
        if normed and k < len(sizes) - 1:
            p |= {f"gamma{k}": np.ones(sizes[k]), f"beta{k}": np.zeros(sizes[k])}
        else:
            p[f"bias{k}"] = np.zeros(sizes[k])
    return p


def own_states(train, std, rate, updates, every, normed, sizes=SIZES):
    p, rng, states, done = own_start(sizes, std, 0, normed), np.random.default_rng(100), [], 0
    states.append(p)
    while done < updates:
        order = rng.permutation(len(train.x))
        for first in range(0, len(order), 60):
            rows = order[first : first + 60]
            gradients = own_gradients(p, train.x[rows], train.y[rows])
            p = {name: p[name] - rate * gradients[name] for name in p}
            done += 1
            if done % every == 0 and done <= updates:
                states.append(p)
    return states


def own_z3(p, x):
    return own_forward(p, x)[0][2][1]


@pytest.fixture(scope="module")
def digits():
    return some_digits(np.float64)


@pytest.fixture
def small(monkeypatch):
    """The lesson's panels with a small network and short runs."""
    pair = tuple(Network(SIZES, "sigmoid", normed) for normed in (False, True))
    monkeypatch.setattr(experiments, "networks", lambda: pair)
    monkeypatch.setattr(drift, "RANKS", (1, 2, 5))
    monkeypatch.setattr(drift, "RUN_UPDATES", 12)
    monkeypatch.setattr(drift, "EVERY", 4)


def own_movements(states, x):
    medians = np.array([[sorted(column) for column in own_z3(p, x).T] for p in states])
    n = medians.shape[2]
    middle = (medians[:, :, (n - 1) // 2] + medians[:, :, n // 2]) / 2
    return middle.max(axis=0) - middle.min(axis=0)


# ---------------------------------------------------------------- drift

@pytest.mark.usefixtures("small")
def test_a_run_is_two_trainings_from_the_same_start(digits):
    train, probe = digits
    run = list(experiments.moments(train, probe, 0.5, 0.3, updates=12, every=4))
    assert [moment.update for moment in run] == [0, 4, 8, 12]
    for name, normed in (("plain", False), ("batchnorm", True)):
        states = own_states(train, 0.5, 0.3, 12, 4, normed)
        for moment, p in zip(run, states, strict=True):
            assert getattr(moment, name).z == pytest.approx(own_z3(p, probe.x), abs=2e-4)
        assert experiments.movements(run, name) == pytest.approx(own_movements(states, probe.x), abs=2e-4)
    right = own_forward(own_states(train, 0.5, 0.3, 12, 4, normed=False)[-1], probe.x)[1].argmax(axis=1) == probe.y
    assert run[-1].plain.accuracy == pytest.approx(right.mean())


@pytest.mark.usefixtures("small")
def test_the_run_to_grow_draws_the_percentiles_and_is_usable_from_its_first_moment(digits):
    train, probe = digits
    panel = drift.training(train, probe, 0.5, 0.3, updates=12, every=4, unit=2)
    assert panel.total() == 4
    figure = Figure()
    _, update = panel.build(figure)
    for k, run in enumerate(panel.compute()):
        update(run)
        assert len(run) == k + 1
        assert numbers(panel.describe(run))[::3][:2] == [4 * k, 3]
    for ax, normed in zip(figure.axes, (False, True), strict=True):
        columns = [own_z3(p, probe.x)[:, 2] for p in own_states(train, 0.5, 0.3, 12, 4, normed)]
        for line, q in zip(ax.lines, (15, 50, 85), strict=True):
            assert line.get_xdata() == [0, 4, 8, 12]
            assert line.get_ydata() == pytest.approx([np.percentile(column, q) for column in columns], abs=2e-4)
    assert drift.histograms(run[:1]).controls[0].ends == (0, 0)


@pytest.mark.usefixtures("small")
def test_the_histograms_show_the_unit_of_the_chosen_rank(digits):
    train, probe = digits
    run = list(experiments.moments(train, probe, 0.5, 1.0, updates=12, every=4))
    states = {normed: own_states(train, 0.5, 1.0, 12, 4, normed) for normed in (False, True)}
    for live in swept(drift.histograms(run)):
        moment, rank = live.values.values()
        wanted, ways = [4 * moment, rank, 100], []
        for ax, normed in zip(live.canvas.figure.axes, (False, True), strict=True):
            moved = own_movements(states[normed], probe.x)
            unit = int(np.argsort(moved)[rank - 1])
            ways.append(moved[unit])
            column = own_z3(states[normed][moment], probe.x)[:, unit]
            percentiles = [np.percentile(column, q) for q in (15, 50, 85)]
            wanted += percentiles
            counts = [sum(-7 + k / 4 <= value < -6.75 + k / 4 for value in column) for k in range(56)]
            outline, marks = ax.lines
            assert sum(abs(outline.get_ydata() - 100 * np.array(counts) / 40) > 0.1) <= 2  # a value at a bin's edge
            assert outline.get_ydata().sum() == pytest.approx(100)
            assert marks.get_xdata() == pytest.approx(percentiles, abs=2e-4)
            assert numbers(ax.texts[0].get_text())[:3] == pytest.approx([unit + 1, ways[-1], 4 * moment], abs=6e-3)
        assert numbers(live.sentence) == pytest.approx([*wanted, *ways], abs=0.06)
        assert "-0.0 " not in live.sentence


@pytest.mark.usefixtures("small")
def test_a_run_with_a_chosen_rate_and_spread_of_the_first_weights(digits):
    train, probe = digits
    panel = drift.rate_run(train, probe)
    for live in swept(panel):
        rate, std = live.values.values()
        assert panel.total(**live.values) == len(live.result) == 4
        wanted = [12]
        for ax, normed in zip(live.canvas.figure.axes, (False, True), strict=True):
            states = own_states(train, std, rate, 12, 4, normed)
            moved = own_movements(states, probe.x)
            wanted.append(np.median(moved))
            drawn = numbers(ax.texts[0].get_text())[0]
            unit = min(range(5), key=lambda k: abs(moved[k] - np.median(moved)))  # the middle one of five
            assert drawn == unit + 1
            for line, q in zip(ax.lines, (15, 50, 85), strict=True):
                percentiles = np.array([np.percentile(own_z3(p, probe.x)[:, unit], q) for p in states])
                first = np.median(own_z3(states[0], probe.x)[:, unit])
                assert line.get_ydata() == pytest.approx(percentiles - first, abs=2e-3)
            biggest = max(np.abs(line.get_ydata()).max() for line in ax.lines)
            assert ("outside" in ax.texts[0].get_text()) == (biggest > 7)
        assert numbers(live.sentence)[:3] == pytest.approx(wanted, abs=0.06)


@pytest.mark.usefixtures("small")
def test_a_descent_from_a_recorded_state_keeps_every_tenth(digits):
    train, _ = digits
    start = own_start(SIZES, 0.5, 3, normed=False)
    found = experiments.descend(start, train, 60, updates=20, every=10)
    rng, p, states = np.random.default_rng(7), start, [start]
    while len(states) <= 20:
        order = rng.permutation(len(train.x))
        for first in range(0, len(order), 60):
            rows = order[first : first + 60]
            gradients = own_gradients(p, train.x[rows], train.y[rows])
            p = {name: p[name] - 0.3 * gradients[name] for name in p}
            states.append(p)
    for parameters, wanted in zip(found, states[:21:10], strict=True):
        assert all(parameters[name] == pytest.approx(wanted[name], abs=1e-9) for name in wanted)


def test_the_first_record_at_a_target_counts():
    states = [experiments.State({}, np.zeros((2, 2)), right, np.zeros((3, 2))) for right in (0.1, 0.8, 0.7)]
    run = [experiments.Moment(20 * k, state, states[0]) for k, state in enumerate(states)]
    assert experiments.first_at(run, "plain") == 20
    assert experiments.first_at(run, "batchnorm") is None


def test_what_leaves_the_picture_is_named():
    z = np.full((4, 3), 9.0)
    state = experiments.State({}, z, 0.25, z[:3])
    figure = Figure()
    _, update = drift.draw_percentiles(figure, choose=lambda *_: 2, updates=10, limit=8, name="05.rate_run")
    update([experiments.Moment(0, state, state)])
    said = ["unit 3, accuracy 0.25\nsome of it outside the picture"] * 2
    assert [ax.texts[0].get_text() for ax in figure.axes] == said


def test_a_run_ends_where_a_network_diverges(digits, monkeypatch):
    train, probe = digits
    pair = (Network(SIZES, "relu"), Network(SIZES, "relu", batchnorm=True))
    monkeypatch.setattr(experiments, "networks", lambda: pair)
    run = list(experiments.moments(train, probe, 30.0, 1e6, updates=40, every=4))
    assert 1 <= len(run) < 11
    assert all(np.isfinite(moment.plain.z).all() for moment in run)


# ---------------------------------------------------------------- layer 1, changed

def own_changes(before, after, x, act):
    pairs = zip(own_forward(before, x, act)[0][:-1], own_forward(after, x, act)[0][:-1], strict=True)
    return [math.sqrt(((b[1] - a[1]) ** 2).mean()) / math.sqrt(a[1].var(axis=0).mean()) for a, b in pairs]


def test_a_change_of_layer_1_is_measured_in_every_layer(digits):
    x, y = digits[0].x, digits[0].y
    gains = {"relu": math.sqrt(2), "tanh": 1, "sigmoid": 4}
    for live in swept(perturbation.perturbation(x, y)):
        percent, act, direction, scale = live.values.values()
        wanted = [percent]
        for normed in (False, True):
            p = own_start((64, *[50] * 10, 10), 1.0, 0, normed)
            p |= {n: v * scale * gains[act] / math.sqrt(v.shape[0]) for n, v in p.items() if n.startswith("weight")}
            noise = np.random.default_rng(1000).standard_normal((64, 50))
            way = noise if direction == "random" else -own_gradients(p, x, y, act)["weight1"]
            step = percent / 100 * math.sqrt((p["weight1"] ** 2).sum() / (way**2).sum()) * way
            changes = own_changes(p, {**p, "weight1": p["weight1"] + step}, x, act)
            (drawn,) = (line for line in live.canvas.figure.axes[0].lines if line.get_marker() == "^o"[normed])
            assert drawn.get_ydata() == pytest.approx(100 * np.array(changes), rel=1e-4)
            wanted += [100 * changes[0], 100 * changes[-1], changes[-1] / changes[0]]
        said = numbers(live.sentence)
        assert [said[k] for k in (1, 2, 4, 6, 7, 8, 9)] == pytest.approx(wanted, rel=0.06)
        assert "e+" not in live.sentence


def test_the_size_of_the_weights_cancels_for_relu_and_a_random_direction(digits):
    panel = perturbation.perturbation(digits[0].x, digits[0].y)
    small, large = (panel.compute(1.0, "relu", "random", scale) for scale in (0.5, 4.0))
    assert small.plain == pytest.approx(large.plain)
    assert panel.compute(1.0, "tanh", "random", 4.0).plain[-1] > 2 * panel.compute(1.0, "tanh", "random", 1.0).plain[-1]


# ---------------------------------------------------------------- three shifts

def own_shift(before, after):
    pairs = zip(before.T, after.T, strict=True)
    return float(np.median([abs(b.mean() - a.mean()) / math.sqrt(((a - a.mean()) ** 2).mean()) for a, b in pairs]))


@pytest.fixture(scope="module")
def states():
    rng, shapes = np.random.default_rng(11), [(64, 6), (6, 5), (5, 5), (5, 10)]
    made = []
    for _ in range(6):
        p = {f"weight{k}": rng.normal(0, 1, s) for k, s in enumerate(shapes, 1)}
        made.append(p | {f"bias{k}": rng.normal(0, 1, s[1]) for k, s in enumerate(shapes, 1)})
    return made


def test_the_three_shifts_in_one_unit(digits, states):
    x = digits[0].x
    full, mini = states[:4], [states[0], *states[4:], states[3]]
    network = Network(SIZES, "sigmoid")
    z3 = own_z3(full[0], x)
    layers = own_shift(z3, own_forward(full[0], x)[0][1][1])
    panel = three_shifts.three_shifts(network, x, full, mini, every=4)
    for live in swept(panel):
        size, moment = live.values.values()
        rng, gaps = np.random.default_rng(0), []
        for _ in range(20):
            one, other = (z3[rng.permutation(150)[:size]] for _ in range(2))
            gaps.append(np.abs(one.mean(axis=0) - other.mean(axis=0)))
        noise = float(np.median(np.mean(gaps, axis=0) / z3.std(axis=0)))
        new = full[moment]
        parts = [own_shift(z3, own_z3({n: (new if n[-1] in keys else full[0])[n] for n in new}, x))
                 for keys in ("123", "12", "3")]  # fmt: skip
        own = [layers, noise, *parts, own_shift(z3, own_z3(mini[moment], x))]
        result = live.result
        assert [result.layers, result.batches, result.drift, result.earlier, result.own, result.mini_drift] == (
            pytest.approx(own, rel=1e-6, abs=1e-12))
        said = numbers(live.sentence)
        assert [said[0], *said[1:3]] == pytest.approx([layers, size, noise], rel=0.06, abs=1e-9)
        assert said[3] == 4 * moment
        assert said[4:] == pytest.approx([parts[0], parts[1], parts[2], own[-1]], rel=0.06)
        assert [bar.get_width() for bar in live.canvas.figure.axes[1].patches] == pytest.approx(
            [parts[1], parts[2], parts[0]], rel=1e-6)
        if size == 150:
            assert result.batches == 0


def test_the_figure_of_three_draws_each_with_its_name():
    shifts = {"layers": [30.0, 0.4], "batches": [0.2, 0.15], "drift": [7.0, 0.062]}
    ax = plots.three_at([500, 1500], shifts, Figure().subplots())
    assert [line.get_ydata().tolist() for line in ax.lines] == list(shifts.values())
    assert {line.get_linestyle() for line in ax.lines} == {"None"}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["500", "1,500"]
    words = plots.in_words([500, 1500], shifts)
    assert words == {"moments": "500, 1500", "layers": "30, 0.4", "batches": "0.2, 0.15", "drift": "7, 0.062"}
    assert [words.get_text()[:3] for words in ax.texts] == ["(a)", "(b)", "(c)"]
    assert ax.get_yscale() == "log"


def test_a_shift_is_none_where_nothing_moves_and_needs_a_spread():
    z = np.random.default_rng(0).normal(size=(8, 3))
    assert decorrelation.mean_shift(z, z).tolist() == [0, 0, 0]
    assert decorrelation.mean_shift(z, z + 2 * z.std(axis=0)) == pytest.approx([2, 2, 2])
    with pytest.raises(ValueError, match="constant column"):
        decorrelation.mean_shift(np.ones((4, 2)), z[:4, :2])


# ---------------------------------------------------------------- whitening

def own_covariance(x):
    n, d = x.shape
    means = [math.fsum(column) / n for column in x.T]
    return [[math.fsum((x[:, i] - means[i]) * (x[:, j] - means[j])) / n for j in range(d)] for i in range(d)]


@pytest.fixture(scope="module")
def wines():
    rng = np.random.default_rng(2)
    names = ("alcohol", "malic_acid", "total_phenols", "flavanoids", "color_intensity")
    x = rng.gamma(3, size=(90, 5)) @ (np.eye(5) + 0.5 * rng.normal(size=(5, 5))) + 7
    return Dataset("wines", x, rng.integers(3, size=90), names)


def test_two_features_standardized_and_whitened(wines):
    columns = {"phenols": (2, 3), "alcohol": (0, 4), "acid": (0, 1)}
    for live in swept(whitening.wine_pair(wines)):
        pair, method = live.values.values()
        raw = wines.x[:, columns[pair]]
        (a, b), (_, c) = own_covariance(raw)
        r = b / math.sqrt(a * c)
        left, right = live.canvas.figure.axes
        drawn = [np.concatenate([line.get_xydata() for line in ax.lines]) for ax in (left, right)]
        assert np.sort(drawn[0], axis=0) == pytest.approx(np.sort(raw, axis=0))
        covariance = 0 if method != "standardized" else r
        wanted = np.array([[1, covariance], [covariance, 1]])
        assert np.array(own_covariance(drawn[1])) == pytest.approx(wanted, abs=1e-9)
        assert drawn[1].mean(axis=0) == pytest.approx([0, 0], abs=1e-9)
        assert numbers(live.sentence) == pytest.approx([r, 1, 1, covariance], abs=6e-3)
        assert left.texts[0].get_text().split() == [f"{v:,.2f}" for v in (a, b, b, c)]
        assert left.get_xlabel() != left.get_ylabel()
        own = (left.get_xlabel(), left.get_ylabel())
        turned = ("first direction", "second direction")
        assert (right.get_xlabel(), right.get_ylabel()) == (turned if method == "pca" else own)
        named = [words.get_text() for words in live.canvas.figure.legends[0].get_texts()]
        assert named == ["cultivar 1", "cultivar 2", "cultivar 3"]


def test_zca_is_the_symmetric_one_and_a_singular_covariance_is_refused():
    cov = np.array([[2.0, 0.6], [0.6, 0.5]])
    root = decorrelation.whitening_matrix(cov, "zca")
    assert root == pytest.approx(root.T)
    assert np.linalg.inv(root @ root) == pytest.approx(cov)
    pca = decorrelation.whitening_matrix(cov, "pca")
    assert pca.T @ cov @ pca == pytest.approx(np.eye(2), abs=1e-12)
    with pytest.raises(ValueError, match="singular"):
        decorrelation.whitening_matrix(np.ones((2, 2)))


def test_whitening_makes_errors_larger_the_nearer_the_correlation_is_to_one():
    for live in swept(whitening.correlation()):
        r, error = live.values.values()
        growth = 1 / math.sqrt(1 - r**2)
        left, right = live.canvas.figure.axes
        clouds = [ax.lines[0].get_xydata() for ax in (left, right)]
        ends = [ax.lines[1].get_xydata()[1::3] for ax in (left, right)]
        assert np.array(own_covariance(clouds[0])) == pytest.approx(np.array([[1, r], [r, 1]]))
        assert np.array(own_covariance(clouds[1])) == pytest.approx(np.eye(2), abs=1e-9)
        sizes = [math.sqrt(((end - cloud) ** 2).mean()) for end, cloud in zip(ends, clouds, strict=True)]
        assert sizes == pytest.approx([error, error * growth], rel=1e-6, abs=1e-12)
        apart = np.abs(clouds[0] - clouds[1]).max()
        wanted = [r, error, error * growth, growth, math.sqrt(1 - r), apart]
        assert numbers(live.sentence) == pytest.approx(wanted, abs=6e-3)
        beyond = max(np.abs(end).max() for end in ends) > 4.2
        assert ("leave its frame" in live.sentence) == beyond
        assert left.texts[0].get_text().split()[1] == f"{r:.3f}"
        if r == 0:
            assert apart < 1e-9


# ---------------------------------------------------------------- the mean and the gradient

def test_the_runaway_shows_the_chosen_run_up_to_the_chosen_step():
    ignoring = experiments.Bias(np.arange(101) * 0.25, np.full(101, 0.4))
    seeing = experiments.Bias(np.zeros(101), np.full(101, 0.4))
    for live in swept(whitening.runaway(ignoring, seeing)):
        step, sees_mean = live.values.values()
        norm = 0 if sees_mean else 0.25 * step
        assert numbers(live.sentence) == pytest.approx([step, norm, 0.4])
        assert ("ignores" in live.sentence) != sees_mean
        left, right = live.canvas.figure.axes
        assert left.lines[0].get_ydata() == pytest.approx(np.arange(step + 1) * (0 if sees_mean else 0.25))
        assert right.lines[0].get_ydata() == pytest.approx([0.4] * (step + 1))


def test_the_gradient_through_the_mean():
    rng = np.random.default_rng(4)
    x, dout = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    wanted = numerical_gradient(lambda x: float((dout * (x - x.sum(axis=0) / 5)).sum()), x)
    assert decorrelation.centre_backward(dout) == pytest.approx(wanted, abs=1e-9)
    assert decorrelation.centre_backward(dout).sum(axis=0) == pytest.approx([0, 0, 0], abs=1e-12)
