"""Lesson 05's panels and figure, and the measures behind them, against computations of their own."""

import math
from functools import partial

import numpy as np
import pytest

import course
from course import catalogue, drawing
from course.live import Live
from helpers.data import Dataset
from helpers.gradcheck import numerical_gradient
from helpers.network import Network
from lessons.internal_covariate_shift import (
    decorrelation,
    drift,
    experiments,
    further,
    panels,
    perturbation,
    plots,
    whitening,
)  # fmt: skip
from tests.overlaps import faults
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


def own_states(train, start, rate, updates, every, act="sigmoid", size=60, factors=(1, 1, 1, 1)):
    """The parameters after 0, ``every``, … updates; the gradients of layer k times factors[k - 1]."""
    p, rng, states, done = start, np.random.default_rng([0, 1]), [start], 0
    while done < updates:
        order = rng.permutation(len(train.x))
        for first in range(0, len(order), size):
            rows = order[first : first + size]
            gradients = own_gradients(p, train.x[rows], train.y[rows], act)
            p = {name: p[name] - rate * factors[int(name[-1]) - 1] * gradients[name] for name in p}
            done += 1
            if done % every == 0 and done <= updates:
                states.append(p)
    return states


def own_z3(p, x, act="sigmoid"):
    return own_forward(p, x, act)[0][2][1]


def own_drifts(states, x, act, shared=True):
    moves = [own_z3(p, x, act) - own_z3(states[0], x, act) for p in states]
    return [math.sqrt(((move - (0 if shared else move.mean(axis=0))) ** 2).mean()) for move in moves]


def own_movements(states, x):
    medians = np.array([np.median(own_z3(p, x), axis=0) for p in states])
    return medians.max(axis=0) - medians.min(axis=0)


@pytest.fixture(scope="module")
def digits():
    return some_digits(np.float64)


@pytest.fixture
def small(monkeypatch):
    """The lesson's panels with small networks and short runs."""
    monkeypatch.setattr(experiments, "SIZES", SIZES)
    monkeypatch.setattr(experiments, "UPDATES", 20)
    stds = {"stuck": 0.5, "relu": 0.6, "tanh": 0.5, "large": 1.0, "helped": 0.5}
    for name, std in stds.items():
        monkeypatch.setitem(experiments.CASES, name, experiments.CASES[name]._replace(std=std))
    monkeypatch.setattr(drift, "RANKS", (1, 2, 5))
    monkeypatch.setattr(panels, "HELD_UPDATES", 20)


# ---------------------------------------------------------------- the suspects

@pytest.mark.usefixtures("small")
def test_the_suspects_drift_as_if_trained_by_hand(digits):
    train, probe = digits
    panel = panels.suspects(train, probe)
    for live in swept(panel):
        below, own, shared, network = live.values.values()
        wanted = [20]
        for key, name in (("stuck", "stuck"), ("other", network)):
            case = experiments.CASES[name]
            start = own_start(SIZES, case.std, 0, normed=False)
            runs = []
            for free in ((1, 1), (below, own)):
                factors = [free[0] * case.below_rate] * 2 + [free[1], 1]
                runs.append(own_states(train, start, 0.3, 20, 10, case.activation, factors=factors))
            drifts = [np.array(own_drifts(states, probe.x, case.activation, shared)) for states in runs]
            moving = live.canvas.figure.moving
            percent = 100 / own_drifts(runs[0], probe.x, case.activation)[-1]
            assert moving[f"{key}_whole"].get_ydata() == pytest.approx(percent * drifts[0], abs=0.2)
            assert moving[f"{key}_drift"].get_ydata() == pytest.approx(percent * drifts[1], abs=0.2)
            wanted.append(percent * drifts[1][-1])
        said = numbers(live.sentence.split("updates", 1)[1])[:2]
        assert said == pytest.approx(wanted[1:], abs=0.7)
        words = live.canvas.figure.words
        assert [("FROZEN" in words[name].get_text()) for name in ("below_box", "own_box")] == [not below, not own]
        assert panel.total(**live.values) == len(live.result.updates) == 3


def test_a_frozen_layer_gets_no_gradient_and_a_helped_one_more(digits):
    train, _ = digits
    start = {name: value.astype(np.float32) for name, value in own_start(SIZES, 0.5, 0, normed=False).items()}
    x = train.x[:60].astype(np.float32)
    _, gradients, _ = experiments.times({1: 30.0, 3: 0.0})(Network(SIZES, "sigmoid"), start, x, train.y[:60])
    wanted = own_gradients(start, x.astype(float), train.y[:60])
    for name, gradient in gradients.items():
        factor = {"1": 30, "3": 0}.get(name[-1], 1)
        assert gradient == pytest.approx(factor * wanted[name], rel=1e-3, abs=1e-7)
        assert gradient.dtype == np.float32


def test_the_wandering_number_is_the_median_of_the_first_unit():
    z = np.random.default_rng(2).normal(size=(3, 9, 4))
    seen = [experiments.Seen(10 * k, z[k], 0.0, 0.0, 0.1) for k in range(3)]
    figure = plots.wander(seen)
    middle = [sorted(moment[:, 0])[4] for moment in z]
    assert figure.axes[0].lines[0].get_ydata() == pytest.approx(middle)
    assert plots.wander_numbers(seen) == {"updates": 20, "first": middle[0], "last": middle[-1]}
    plots.plt.close(figure)


# ---------------------------------------------------------------- what batch normalization holds

@pytest.mark.usefixtures("small")
def test_a_run_is_two_trainings_from_the_same_start(digits):
    train, probe = digits
    run = list(experiments.moments(train, probe, 0.5, 0.3, updates=12, every=4))
    assert [moment.update for moment in run] == [0, 4, 8, 12]
    for name, normed in (("plain", False), ("batchnorm", True)):
        states = own_states(train, own_start(SIZES, 0.5, 0, normed), 0.3, 12, 4)
        for moment, p in zip(run, states, strict=True):
            assert getattr(moment, name).z == pytest.approx(own_z3(p, probe.x), abs=2e-4)
        assert experiments.movements(run, name) == pytest.approx(own_movements(states, probe.x), abs=2e-4)
        if normed:
            assert run[-1].batchnorm.gamma == pytest.approx(states[-1]["gamma3"], abs=1e-4)
            assert run[-1].batchnorm.beta == pytest.approx(states[-1]["beta3"], abs=1e-4)
    states = own_states(train, own_start(SIZES, 0.5, 0, normed=False), 0.3, 12, 4)
    right = own_forward(states[-1], probe.x)[1].argmax(axis=1) == probe.y
    assert run[-1].plain.accuracy == pytest.approx(right.mean())


@pytest.mark.usefixtures("small")
def test_held_shows_the_middle_unit_from_its_first_median(digits):
    train, probe = digits
    panel = panels.held(train, probe)
    for live in swept(panel):
        rate, std = live.values.values()
        assert panel.total(**live.values) == len(live.result) == 3
        wanted = [20]
        for name, normed in (("plain", False), ("batchnorm", True)):
            states = own_states(train, own_start(SIZES, std, 0, normed), rate, 20, 10)
            moved = own_movements(states, probe.x)
            wanted.append(np.median(moved))
            unit = min(range(5), key=lambda k: abs(moved[k] - np.median(moved)))  # the middle one of five
            first = np.median(own_z3(states[0], probe.x)[:, unit])
            for k, q in enumerate((15, 50, 85)):
                percentiles = np.array([np.percentile(own_z3(p, probe.x)[:, unit], q) for p in states])
                drawn = live.canvas.figure.moving[f"{name}{k}"].get_ydata()
                assert drawn == pytest.approx(percentiles - first, abs=5e-3)
        assert numbers(live.sentence)[:3] == pytest.approx(wanted, abs=0.06)


@pytest.mark.usefixtures("small")
def test_the_run_to_grow_draws_the_percentiles_and_is_usable_from_its_first_moment(digits):
    train, probe = digits
    panel = drift.training(train, probe, 0.5, 0.3, updates=12, every=4)
    assert panel.total() == 4
    figure = drawing.Drawing(panel.name, panel.size)
    update = panel.build(figure)
    for k, run in enumerate(panel.compute()):
        update(run)
        assert len(run) == k + 1
        assert numbers(panel.describe(run))[0] == 4 * k
    for name, normed in (("plain", False), ("batchnorm", True)):
        states = own_states(train, own_start(SIZES, 0.5, 0, normed), 0.3, 12, 4)
        for k, q in enumerate((15, 50, 85)):
            line = figure.moving[f"{name}{k}"]
            assert line.get_xdata() == [0, 4, 8, 12]
            wanted = [np.percentile(own_z3(p, probe.x)[:, 0], q) for p in states]
            assert line.get_ydata() == pytest.approx(wanted, abs=2e-4)
    assert drift.histograms(run[:1]).controls[0].ends == (0, 0)


@pytest.mark.usefixtures("small")
def test_the_histograms_show_the_unit_of_the_chosen_rank(digits):
    train, probe = digits
    run = list(experiments.moments(train, probe, 0.5, 1.0, updates=12, every=4))
    states = {normed: own_states(train, own_start(SIZES, 0.5, 0, normed), 1.0, 12, 4) for normed in (False, True)}
    for live in swept(drift.histograms(run)):
        moment, rank = live.values.values()
        wanted, ways = [4 * moment, rank, 100], []
        moving, words = live.canvas.figure.moving, live.canvas.figure.words
        for name, normed in (("plain", False), ("batchnorm", True)):
            moved = own_movements(states[normed], probe.x)
            unit = int(np.argsort(moved)[rank - 1])
            ways.append(moved[unit])
            column = own_z3(states[normed][moment], probe.x)[:, unit]
            percentiles = [np.percentile(column, q) for q in (15, 50, 85)]
            wanted += percentiles
            counts = [sum(-7 + k / 4 <= value < -6.75 + k / 4 for value in column) for k in range(56)]
            outline = moving[name].get_ydata()
            assert sum(abs(outline - 100 * np.array(counts) / 40) > 0.1) <= 2  # a value at a bin's edge
            assert outline.sum() == pytest.approx(100)
            assert moving[f"{name}_marks"].get_xdata() == pytest.approx(percentiles, abs=2e-4)
            assert numbers(words[f"{name}_says"].get_text())[:2] == pytest.approx([4 * moment, ways[-1]], abs=6e-3)
        assert numbers(live.sentence) == pytest.approx([*wanted, *ways], abs=0.06)
        assert "-0.0 " not in live.sentence


def test_the_first_record_at_a_target_counts():
    z = np.zeros((3, 2))
    states = [experiments.State(z, z, right, None, None) for right in (0.1, 0.8, 0.7)]
    run = [experiments.Moment(20 * k, state, states[0]) for k, state in enumerate(states)]
    assert experiments.first_at(run, "plain") == 20
    assert experiments.first_at(run, "batchnorm") is None


def test_a_run_ends_where_a_network_diverges(digits, monkeypatch):
    train, probe = digits
    pair = (Network(SIZES, "relu"), Network(SIZES, "relu", batchnorm=True))
    monkeypatch.setattr(experiments, "networks", lambda: pair)
    run = list(experiments.moments(train, probe, 30.0, 1e6, updates=40, every=4))
    assert 1 <= len(run) < 11
    assert all(np.isfinite(moment.plain.z).all() for moment in run)


# ---------------------------------------------------------------- chance

def test_two_batches_differ_by_chance_and_by_updates():
    rng = np.random.default_rng(3)
    z = {0: rng.normal(2, 3, (150, 7)), 5: rng.normal(4, 1, (150, 7))}
    for live in swept(panels.chance(z)):
        updates, size = live.values.values()
        draw = np.random.default_rng(0)
        one, other = (draw.permutation(150)[:size] for _ in range(2))
        gaps = []
        for k in range(7):
            column = z[0][:, k]
            spread = math.sqrt(((column - column.mean()) ** 2).mean())
            gaps.append((z[updates][other, k].mean() - column[one].mean()) / spread)
        edge = 2 * math.sqrt(2 / size)
        beyond = [k for k in range(7) if abs(gaps[k]) > edge]
        typical = sorted(map(abs, gaps))[3]
        assert numbers(live.sentence)[:3] == pytest.approx([size, updates, typical], abs=6e-3)
        assert numbers(live.sentence)[-2:] == [len(beyond), 7]
        moving = live.canvas.figure.moving
        assert moving["beyond"].get_xdata().tolist() == [k + 1 for k in beyond]
        drawn = sorted([*moving["beyond"].get_ydata(), *moving["inside"].get_ydata()])
        assert drawn == pytest.approx(sorted(max(-3, min(3, gap)) for gap in gaps), abs=1e-6)
        assert (moving["band"].get_y(), moving["band"].get_height()) == pytest.approx((-edge, 2 * edge))
        if size == 150 and updates == 0:
            assert not any(live.result.differences)


@pytest.mark.usefixtures("small")
def test_a_full_batch_descent_is_the_descent_written_out(digits, monkeypatch):
    train, _ = digits
    monkeypatch.setitem(experiments.CASES, "relu", experiments.Case("relu"))
    found = experiments.descent(Dataset("some", train.x.astype(np.float32), train.y))
    start = own_start(SIZES, 1.0, 0, normed=False)
    start |= {n: v * math.sqrt(2 / v.shape[0]) for n, v in start.items() if n.startswith("weight")}
    states = own_states(train, start, 0.1, 20, 1, "relu", size=150)
    for updates in experiments.CHANCE_UPDATES:
        assert found[updates] == pytest.approx(own_z3(states[updates], train.x, "relu"), abs=1e-4)
    z2, z3 = (own_forward(start, train.x, "relu")[0][k][1] for k in (1, 2))
    wanted = float(np.median(np.abs(z2.mean(axis=0) - z3.mean(axis=0)) / z3.std(axis=0)))
    assert experiments.between_layers(Dataset("some", train.x.astype(np.float32), train.y)) == (
        pytest.approx(wanted, rel=1e-3))


# ---------------------------------------------------------------- further: shares and the ruler

@pytest.mark.usefixtures("small")
def test_new_weights_put_in_beside_old_ones(digits):
    train, probe = digits
    case = experiments.CASES["tanh"]
    states = own_states(train, own_start(SIZES, case.std, 0, normed=False), 0.3, 20, 20, "tanh")
    first, last = states
    whole, below, own = (
        own_drifts([first, {n: (last if n[-1] in keys else first)[n] for n in first}], probe.x, "tanh")[1]
        for keys in ("123", "12", "3"))  # fmt: skip
    found = further.swapped("tanh", train, probe, updates=20)
    assert found == pytest.approx((below / whole, own / whole), rel=1e-3)


@pytest.mark.usefixtures("small")
def test_the_stuck_run_with_other_batches(digits, monkeypatch):
    train, probe = digits
    monkeypatch.setattr(further, "UPDATES", 20)
    start = own_start(SIZES, 0.5, 0, normed=False)
    for size, frozen, factors in ((60, (), (1, 1, 1, 1)), (150, (1, 2), (0, 0, 1, 1))):
        first, last = own_states(train, start, 0.3, 20, 20, size=size, factors=factors)
        found = further.stuck_run(train, probe, size, frozen=frozen)
        assert found.drift == pytest.approx(own_drifts([first, last], probe.x, "sigmoid")[1], rel=1e-3)
        assert found.move == pytest.approx((own_z3(last, probe.x) - own_z3(first, probe.x)).mean(axis=0), abs=1e-4)
        assert found.accuracy == pytest.approx((own_forward(last, probe.x)[1].argmax(axis=1) == probe.y).mean())


@pytest.mark.usefixtures("small")
def test_the_ruler_and_the_way_are_those_of_a_typical_unit(digits):
    train, _ = digits
    start = own_start(SIZES, 0.5, 0, normed=False)
    (found,) = further.ruler(train, moments=(0,))
    after = own_states(train, start, 0.3, 100, 100, size=150)[-1]
    before, after = own_z3(start, train.x), own_z3(after, train.x)
    wanted = np.median(before.std(axis=0)), np.median(np.abs(after.mean(axis=0) - before.mean(axis=0)))
    assert (found.std, found.way) == pytest.approx(wanted, rel=2e-3)
    assert found.in_std == pytest.approx(found.way / found.std)


# ---------------------------------------------------------------- further: layer 1, changed

def own_changes(before, after, x, act, shared):
    pairs = zip(own_forward(before, x, act)[0][:-1], own_forward(after, x, act)[0][:-1], strict=True)
    found = []
    for (_, old, *_), (_, new, *_) in pairs:
        move = new - old if shared else new - old - (new - old).mean(axis=0)
        found.append(100 * math.sqrt((move**2).mean()) / math.sqrt(old.var(axis=0).mean()))
    return found


def test_a_change_of_layer_1_is_measured_in_every_layer(digits):
    x, y = digits[0].x, digits[0].y
    gains = {"relu": math.sqrt(2), "tanh": 1, "sigmoid": 4}
    for live in swept(perturbation.perturbation(x, y)):
        percent, act, direction, scale, shared = live.values.values()
        wanted = [percent]
        for name, normed in (("plain", False), ("batchnorm", True)):
            p = own_start((64, *[50] * 10, 10), 1.0, 0, normed)
            p |= {n: v * scale * gains[act] / math.sqrt(v.shape[0]) for n, v in p.items() if n.startswith("weight")}
            noise = np.random.default_rng([0, 2]).standard_normal((64, 50))
            way = noise if direction == "random" else -own_gradients(p, x, y, act)["weight1"]
            step = percent / 100 * math.sqrt((p["weight1"] ** 2).sum() / (way**2).sum()) * way
            changes = own_changes(p, {**p, "weight1": p["weight1"] + step}, x, act, shared)
            drawn = live.canvas.figure.moving[f"{name}_line"].get_ydata()
            assert drawn == pytest.approx(np.array(changes), rel=1e-4)
            wanted += [changes[0], changes[-1], changes[-1] / changes[0]]
        said = numbers(live.sentence)
        assert [said[k] for k in (1, 2, 4, 6, 7, 8, 9)] == pytest.approx(wanted, rel=0.06)
        assert "e+" not in live.sentence


def test_the_size_of_the_weights_cancels_for_relu_and_a_random_direction(digits):
    x, y = digits[0].x, digits[0].y
    assert further.pushed(x, y, "relu", 0.5) == pytest.approx(further.pushed(x, y, "relu", 4.0))
    assert further.pushed(x, y, "tanh", 4.0)[-1] > 2 * further.pushed(x, y, "tanh", 1.0)[-1]


# ---------------------------------------------------------------- whitening

def own_covariance(x):
    n, d = x.shape
    means = [math.fsum(column) / n for column in x.T]
    return [[math.fsum((x[:, i] - means[i]) * (x[:, j] - means[j])) / n for j in range(d)] for i in range(d)]


@pytest.fixture(scope="module")
def wines():
    rng = np.random.default_rng(2)
    names = ("alcohol", "malic_acid", "total_phenols", "flavanoids")
    x = rng.gamma(3, size=(90, 4)) @ (np.eye(4) + 0.5 * rng.normal(size=(4, 4))) + 7
    return Dataset("wines", x, rng.integers(3, size=90), names)


def test_two_features_standardized_and_whitened(wines):
    columns = {"phenols": (2, 3), "acid": (0, 1)}
    for live in swept(whitening.wine_pair(wines)):
        pair, method = live.values.values()
        raw = wines.x[:, columns[pair]]
        (a, b), (_, c) = own_covariance(raw)
        r = b / math.sqrt(a * c)
        figure = live.canvas.figure
        drawn = [figure.moving[f"{name}_cloud"].get_xydata() for name in ("raw", "treated")]
        assert drawn[0] == pytest.approx(raw)
        covariance = 0 if method == "whitened" else r
        wanted = np.array([[1, covariance], [covariance, 1]])
        assert np.array(own_covariance(drawn[1])) == pytest.approx(wanted, abs=1e-9)
        assert drawn[1].mean(axis=0) == pytest.approx([0, 0], abs=1e-9)
        assert numbers(live.sentence) == pytest.approx([r, 1, 1, covariance], abs=6e-3)
        assert figure.words["raw_matrix"].get_text().split() == [f"{v:,.2f}" for v in (a, b, b, c)]
        assert figure.ax["raw"].get_xlabel() != figure.ax["raw"].get_ylabel()


def test_zca_is_the_symmetric_one_and_a_singular_covariance_is_refused():
    cov = np.array([[2.0, 0.6], [0.6, 0.5]])
    root = decorrelation.whitening_matrix(cov)
    assert root == pytest.approx(root.T)
    assert np.linalg.inv(root @ root) == pytest.approx(cov)
    with pytest.raises(ValueError, match="singular"):
        decorrelation.whitening_matrix(np.ones((2, 2)))


def test_whitening_fitted_to_what_was_measured_makes_errors_larger():
    for live in swept(whitening.correlation()):
        r, error = live.values.values()
        moving = live.canvas.figure.moving
        across = [1 / (1 + error**2 + r), 1 / (1 + error**2 - r)]
        growth = math.sqrt(sum(across) / 2)
        ends = [moving[f"{name}_moves"].get_xydata()[1::3] for name in ("standardized", "whitened")]
        dots = [moving[f"{name}_dots"].get_xydata() for name in ("standardized", "whitened")]
        assert np.array(own_covariance(ends[1])) == pytest.approx(np.eye(2), abs=1e-9)
        assert [row[k] for k, row in enumerate(own_covariance(ends[0]))] == pytest.approx([1, 1])
        assert math.sqrt(((ends[1] - dots[1]) ** 2).mean()) == pytest.approx(error * growth, abs=1e-9)
        wanted = [r, error, r / (1 + error**2), error * growth, growth]
        assert numbers(live.sentence) == pytest.approx(wanted, abs=0.06)
        assert "-0.0" not in live.sentence


# ---------------------------------------------------------------- the mean, the spread and the gradient

def test_the_runaway_goes_along_the_gradient_that_it_is_given():
    u, steps = np.array([1.0, 2, 6]), 30
    y = 2 * (u - 3) / u.std() + 1

    def loss(p, mean, std):
        x = p[0] * u + p[1]
        x_hat = (x - (x.mean() if mean is None else mean)) / (x.std() if std is None else std)
        return float(((x_hat - y) ** 2).mean() / 2)

    for live in swept(whitening.runaway(u, steps)):
        step, sees_mean, sees_std = live.values.values()
        w, b = 1.0, 0.0
        for _ in range(step):
            x = w * u + b
            fixed = {"mean": None if sees_mean else x.mean(), "std": None if sees_std else x.std()}
            slope = numerical_gradient(partial(loss, **fixed), np.array([w, b]))
            w, b = w - 0.1 * slope[0], b - 0.1 * slope[1]
        moving = live.canvas.figure.moving
        assert [moving[name].get_ydata()[-1] for name in ("w", "b")] == pytest.approx([w, b], abs=1e-5)
        assert moving["loss"].get_ydata() == pytest.approx([1.0] * (step + 1))
        assert numbers(live.sentence) == pytest.approx([step, w, b, 1], abs=0.06)


def test_a_weight_whose_spread_is_ignored_grows_like_the_root_of_the_steps():
    w = further.runaway(np.array([1.0, 2, 6]), sees_mean=True, sees_std=False)["w"]
    assert w[1000] / w[100] == pytest.approx(math.sqrt(201 / 21), rel=0.01)
    assert [round(w[100], 1), round(w[1000], 1)] == [4.6, 14.2]


# ---------------------------------------------------------------- texts

@pytest.fixture
def all_panels(small, digits, wines):
    train, probe = digits
    run = list(experiments.moments(train, probe, 0.5, 0.3, updates=12, every=4))
    return [
        panels.suspects(train, probe), panels.held(train, probe), whitening.wine_pair(wines),
        panels.chance({k: np.random.default_rng(k).normal(0, 1 + k, (1497, 100)) for k in (0, 1, 20)}),
        drift.training(train, probe, 0.5, 0.3, updates=8, every=4), drift.histograms(run), whitening.correlation(),
        whitening.runaway(np.array([1.0, 2, 6])), perturbation.perturbation(train.x[:20], train.y[:20]),
    ]  # fmt: skip


@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("k", range(9))
def test_no_text_overlaps_another_or_leaves_the_picture(all_panels, k, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    assert faults(all_panels[k], pairs=(language, view) == ("en", "normal")) == []


@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.usefixtures("small")
def test_the_ground_of_the_drift_leaves_the_name_above_whole(digits, view, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    live = Live(panels.suspects(*digits))
    words = live.canvas.figure.words
    for name in ("stuck", "other"):
        below = words[f"{name}_left"].get_bbox_patch().get_window_extent()
        assert below.y1 <= words[f"{name}_says"].get_window_extent().y0
    live.close()
