"""Lesson 07's panels and figure against computations of their own."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from helpers.batchnorm import batchnorm_forward
from helpers.network import Network, initialize
from lessons.batchnorm_backward import (
    backward_graph,
    backward_paths,
    exercises,
    experiments,
    gradient_checks,
    plots,
    wrong_backward,
)
from tests.sweep import numbers, some_digits, swept

KEPT = {"right": (1, 1), "no_variance": (1, 0), "no_mean": (0, 1), "neither": (0, 0)}  # mean path, variance path


@pytest.fixture(autouse=True, scope="module")
def _english():
    course.start("en")


def own_slopes(f, x, h=1e-20):
    """∂f/∂x by the complex step, entry by entry."""
    found = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * h
        found[index] = f(moved).imag / h
    return found


# ---------------------------------------------------------------- the graph

def own_graph(x, gamma, beta, dout):
    """Each node's value, and the loss as a function of that node."""
    n, v = 4, {"x": x, "gamma": gamma, "beta": beta}
    v["mu"] = np.array([sum(x) / n])
    v["c"] = x - v["mu"]
    v["sq"] = v["c"] * v["c"]
    v["var"] = np.array([sum(v["sq"]) / n])
    v["s"] = (v["var"] + 1e-5) ** -0.5
    v["x_hat"] = v["c"] * v["s"]
    v["y"] = gamma * v["x_hat"] + beta
    v["loss"] = np.array([sum(dout * v["y"])])

    def from_c(c, c_too=None):
        c_too = c if c_too is None else c_too
        return (dout * (gamma * c * (sum(c_too * c_too) / n + 1e-5) ** -0.5 + beta)).sum()

    c = v["c"]
    rest = {
        "loss": lambda w: w[0],
        "y": lambda w: (dout * w).sum(),
        "beta": lambda w: (dout * (gamma * v["x_hat"] + w)).sum(),
        "gamma": lambda w: (dout * (w * v["x_hat"] + beta)).sum(),
        "x_hat": lambda w: (dout * (gamma * w + beta)).sum(),
        "s": lambda w: (dout * (gamma * c * w + beta)).sum(),
        "var": lambda w: (dout * (gamma * c * (w + 1e-5) ** -0.5 + beta)).sum(),
        "sq": lambda w: (dout * (gamma * c * (sum(w) / n + 1e-5) ** -0.5 + beta)).sum(),
        "c": from_c,
        "mu": lambda w: from_c(x - w),
        "x": lambda w: from_c(w - sum(w) / n),
    }
    return v, rest


def test_every_stop_of_the_walk_shows_its_value_and_its_slope():
    column = np.random.default_rng(3).normal(13, 0.8, 40)
    panel = backward_graph.graph(column)
    for batch in (1, 5, 10):
        rng = np.random.default_rng(batch)
        gamma, beta, dout = rng.uniform(0.5, 2, 1), rng.normal(size=1), rng.normal(size=4).round(2)
        values, rest = own_graph(column[4 * batch - 4 : 4 * batch], gamma, beta, dout)
        for step, node in enumerate(("loss", "y", "beta", "gamma", "x_hat", "s", "var", "sq", "c", "mu", "x")):
            walk, slope = panel.compute(step, batch), own_slopes(rest[node], values[node])
            assert walk.node == node
            assert walk.value == pytest.approx(values[node])
            assert walk.gradient == pytest.approx(slope, abs=1e-9)
            assert walk.numerical == pytest.approx(slope, abs=1e-6)
            assert walk.bound <= 1e-6


def test_the_walk_colours_what_is_behind_and_writes_what_is_here():
    for live in swept(backward_graph.graph(np.random.default_rng(3).normal(13, 0.8, 40))):
        step, batch = live.values.values()
        walk, ax = live.result, live.canvas.figure.axes[0]
        boxes = {words.get_text(): words for words in ax.texts if words.get_bbox_patch()}
        faces = [boxes[name].get_bbox_patch().get_facecolor()[:3] for name in backward_graph.ORDER]
        assert faces[step] == (0, 0, 0)
        assert faces.count((1, 1, 1)) == 10 - step
        table = numbers(ax.texts[-1].get_text())
        n = len(walk.value)
        assert table[-3 * n :] == pytest.approx([*walk.value, *walk.gradient, *walk.numerical], abs=6e-5)
        assert f"d{walk.node} = " in ax.texts[-2].get_text()
        said = numbers(live.sentence)
        assert [said[0], *said[1:2]] == [step, batch]
        assert said[2 : 2 + 2 * n] == pytest.approx([*walk.value, *walk.gradient], abs=6e-5)


# ---------------------------------------------------------------- three paths

def own_output(x, gamma, mean=None, var=None):
    """γ x_hat; a mean or variance that is given is a constant."""
    mean = x.mean() if mean is None else mean
    var = ((x - mean) * (x - mean)).mean() if var is None else var
    return gamma * (x - mean) / (var + 1e-5) ** 0.5


def test_the_three_paths_add_up_to_the_gradient_and_each_is_what_it_claims():
    x, dout = np.array([0.6, -0.4, -0.9, -1.5, -0.8, 1.5]), np.array([0.6, -1.0, 1.5, 0.4, -0.3, 0.9])
    for live in swept(backward_paths.paths(x, dout, 1.5)):
        moved, above = x.copy(), dout.copy()
        moved[2], above[2], variance, mean = live.values.values()
        m, v = moved.mean(), moved.var()
        constant = own_slopes(lambda w, m=m, v=v, d=above: (d * own_output(w, 1.5, m, v)).sum(), moved)
        by_var = own_slopes(lambda w, m=m, d=above: (d * own_output(w, 1.5, m)).sum(), moved) - constant
        by_mean = own_slopes(lambda w, v=v, d=above: (d * own_output(w, 1.5, None, v)).sum(), moved) - constant
        whole = own_slopes(lambda w, d=above: (d * own_output(w, 1.5)).sum(), moved)
        parts = constant, variance * by_var, mean * by_mean
        result, ax = live.result, live.canvas.figure.axes[0]
        assert result.numerical == pytest.approx(whole, abs=1e-6)
        for bars, part in zip(ax.patches, parts, strict=True):
            tops = bars.get_path().vertices[2::5, 1]  # five points a bar, the third one a top corner
            assert tops == pytest.approx(part, abs=1e-9)
            assert max(abs(part)) < 5
        error = max(abs(sum(parts) - whole))
        assert numbers(ax.texts[-1].get_text()) == pytest.approx([m, error], abs=6e-3)
        ticks = [numbers(label.get_text())[-1] for k, label in enumerate(ax.get_xticklabels()) if k != 2]
        assert [*ticks[:2], *numbers(ax.texts[0].get_text()), *ticks[2:]] == pytest.approx(moved, abs=0.051)
        wanted = [3, moved[2], above[2], *(p[2] for p in parts), sum(parts)[2], whole[2], error]
        assert numbers(live.sentence) == pytest.approx(wanted, abs=6e-3)
        assert (error < 1e-9) == (variance and mean)


# ---------------------------------------------------------------- a path left out

@pytest.mark.parametrize("name", KEPT)
def test_a_version_is_the_gradient_with_constants_in_the_place_of_what_it_leaves_out(name):
    rng = np.random.default_rng(5)
    x, dout, gamma, beta = rng.normal(1, 2, (5, 3)), rng.normal(size=(5, 3)), rng.uniform(0.5, 2, 3), rng.normal(size=3)
    mean = None if KEPT[name][0] else x.mean(axis=0)
    var = None if KEPT[name][1] else x.var(axis=0)
    columns = [own_slopes(lambda w, k=k: (dout[:, k] * own_output(w, gamma[k], None if mean is None else mean[k],
                                                                  None if var is None else var[k])).sum(), x[:, k])
               for k in range(3)]  # fmt: skip
    dx, dgamma, dbeta = experiments.VERSIONS[name](dout, batchnorm_forward(x, gamma, beta)[1])
    assert dx == pytest.approx(np.array(columns).T, abs=1e-9)
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    assert dgamma == pytest.approx((dout * x_hat).sum(axis=0))
    assert dbeta == pytest.approx(dout.sum(axis=0))


SIZES = (64, 7, 6, 5, 10)
ACTIVATIONS = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "relu": (lambda z: z * (z > 0), lambda z: 1.0 * (z > 0)),
}


def own_forward(p, x, act):
    layers, out = [], x
    for k in (1, 2, 3):
        u = out @ p[f"weight{k}"]
        std = np.sqrt(u.var(axis=0) + 1e-5)
        x_hat = (u - u.mean(axis=0)) / std
        z = p[f"gamma{k}"] * x_hat + p[f"beta{k}"]
        layers.append((out, u, std, x_hat, z))
        out = ACTIVATIONS[act][0](z)
    return layers, out, out @ p["weight4"] + p["bias4"]


def own_gradients(p, x, y, act, own, down):
    """The layers' own weights get dx with the paths ``own``, the layers before with ``down``."""
    layers, out, logits = own_forward(p, x, act)
    share = np.exp(logits)
    d = (share / share.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(y)
    g = {"weight4": out.T @ d, "bias4": d.sum(axis=0)}
    d = d @ p["weight4"].T
    for k in (3, 2, 1):
        h, _, std, x_hat, z = layers[k - 1]
        d = d * ACTIVATIONS[act][1](z)
        g[f"gamma{k}"], g[f"beta{k}"] = (d * x_hat).sum(axis=0), d.sum(axis=0)
        mine, handed = (p[f"gamma{k}"] / std * (d - mean * d.mean(axis=0) - var * x_hat * (d * x_hat).mean(axis=0))
                        for mean, var in (own, down))  # fmt: skip
        g[f"weight{k}"] = h.T @ mine
        d = handed @ p[f"weight{k}"].T
    return g


def own_training(train, act, rate, updates, own, down):
    rng, order_rng, p = np.random.default_rng(0), np.random.default_rng(100), {}
    for k in range(1, 5):
        fan_in, fan_out = SIZES[k - 1 : k + 1]
        p[f"weight{k}"] = np.sqrt(2 / (fan_in if act == "relu" else fan_in + fan_out)) * rng.standard_normal(
            (fan_in, fan_out))
        p |= {f"gamma{k}": np.ones(fan_out), f"beta{k}": np.zeros(fan_out)} if k < 4 else {"bias4": np.zeros(10)}
    states = [p]
    while len(states) <= updates:
        order = order_rng.permutation(len(train.x))
        for first in range(0, len(order) - 59, 60):
            rows = order[first : first + 60]
            g = own_gradients(p, train.x[rows], train.y[rows], act, own, down)
            p = {name: p[name] - rate * g[name] for name in p}
            states.append(p)
    return states


def own_state(states, probe, act, k):
    layers, _, logits = own_forward(states[k], probe.x, act)
    grown = [np.linalg.norm(states[k][f"weight{j}"]) / np.linalg.norm(states[0][f"weight{j}"]) for j in (1, 2, 3)]
    offsets = [np.median(abs(u.mean(axis=0)) / std) for _, u, std, _, _ in layers]
    return (logits.argmax(axis=1) == probe.y).mean(), grown, offsets


@pytest.fixture(scope="module")
def digits():
    return some_digits(np.float32)


@pytest.fixture
def small(monkeypatch):
    """The lesson's trainings with a small network and two rates."""
    monkeypatch.setattr(experiments, "SIZES", SIZES)
    monkeypatch.setattr(wrong_backward, "RATES", (0.01, 0.1, 1.0))


@pytest.mark.usefixtures("small")
def test_the_run_to_grow_is_four_trainings_from_one_start(digits):
    train, probe = digits
    panel, figure = wrong_backward.training(train, probe, rate=1.0, updates=12, every=4), Figure()
    assert panel.total() == 4
    _, update = panel.build(figure)
    for k, run in enumerate(panel.compute()):
        update(run)
        assert run.updates == [0, 4, 8, 12][: k + 1]
        assert numbers(panel.describe(run))[:2] == [1, 4 * k]
    said = numbers(panel.describe(run))[2:]
    for n, (name, kept) in enumerate(KEPT.items()):
        states = own_training(train, "sigmoid", 1.0, 12, kept, kept)
        for moment, k in zip(run.moments, (0, 4, 8, 12), strict=True):
            right, grown, offsets = own_state(states, probe, "sigmoid", k)
            assert moment[name].accuracy == pytest.approx(right, abs=0.026)  # one of 40 digits
            assert moment[name].lengths == pytest.approx(grown, rel=1e-3)
            assert moment[name].offsets == pytest.approx(offsets, rel=1e-2)
        assert said[2 * n : 2 * n + 2] == pytest.approx([right, 100 * np.median(grown) - 100], rel=0.06, abs=0.06)
    assert wrong_backward.layers(experiments.Run(run.updates[:1], run.moments[:1])).controls[0].ends == (0, 0)


@pytest.mark.usefixtures("small")
def test_a_run_with_a_chosen_rate_says_and_draws_where_it_ends(digits):
    train, probe = digits
    panel = wrong_backward.rate_run(train, probe, updates=8, every=4)
    for live in swept(panel):
        act, rate = live.values.values()
        assert panel.total(**live.values) == len(live.result.updates) == 3
        said, (left, right) = numbers(live.sentence), live.canvas.figure.axes
        assert said[0] == 8
        for k, (name, kept) in enumerate(KEPT.items()):
            states = own_training(train, act, rate, 8, kept, kept)
            accuracy, grown, _ = own_state(states, probe, act, 8)
            assert said[1 + 2 * k] == pytest.approx(accuracy, abs=0.031)
            assert said[2 + 2 * k] == pytest.approx(100 * np.median(grown) - 100, rel=0.06, abs=0.06)
            risen, length = ([line for line in ax.lines if line.get_color() == wrong_backward.STYLES[name]["color"]]
                             for ax in (left, right))  # fmt: skip
            assert risen[0].get_ydata()[-1] == pytest.approx(accuracy, abs=0.026)
            percent = max(100 * np.median(grown) - 100, 0.001)
            assert length[0].get_ydata()[-1] == pytest.approx(percent, rel=0.02, abs=2e-3)


@pytest.mark.usefixtures("small")
def test_the_layers_of_a_recorded_moment(digits):
    train, probe = digits
    *_, run = experiments.moments(train, probe, "sigmoid", 0.3, 12, 4)
    for live in swept(wrong_backward.layers(run)):
        moment = live.values["moment"]
        wanted = [own_state(own_training(train, "sigmoid", 0.3, 12, kept, kept), probe, "sigmoid", 4 * moment)[2]
                  for kept in KEPT.values()]  # fmt: skip
        lines = live.canvas.figure.axes[1].lines
        assert [line.get_ydata().tolist() for line in lines] == [pytest.approx(row, rel=1e-2) for row in wanted]
        assert numbers(live.sentence) == pytest.approx([4 * moment, *np.ravel(wanted)], abs=0.51)
        keys = [words.get_text() for words in live.canvas.figure.texts[1:]]
        ends = [run.moments[moment][name].accuracy for name in KEPT]
        assert [numbers(key)[-1] for key in keys] == pytest.approx(ends, abs=6e-3)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("own", "down"), [("no_mean", "right"), ("right", "no_mean"), ("no_mean", "no_mean")])
def test_an_error_in_the_own_weights_or_in_what_is_handed_down(digits, own, down):
    train, probe = digits
    states = own_training(train, "sigmoid", 0.5, 6, KEPT[own], KEPT[down])
    found = experiments.split_state(train, probe, own, down, rate=0.5, updates=6, seed=0)
    assert found.lengths == pytest.approx(own_state(states, probe, "sigmoid", 6)[1], rel=1e-3)
    assert found.offsets == pytest.approx(own_state(states, probe, "sigmoid", 6)[2], rel=1e-2)


def test_a_network_that_diverges_is_named_and_leaves_the_picture(digits):
    train, probe = digits
    network = Network(SIZES, "relu", batchnorm=True)

    def exploding(network, dlogits, caches):
        return {name: np.full_like(value, 1e38) for name, value in start.items()}

    start = initialize(network, np.random.default_rng(0), dtype=np.float32)
    gone = list(experiments.states(network, train, probe, exploding, 100.0, updates=2, every=1))
    assert np.isnan(gone[-1].accuracy)
    assert not np.isnan(gone[0].accuracy)
    first = dict.fromkeys(KEPT, gone[0])
    run = experiments.Run([0, 1], [first, {**first, "neither": gone[-1]}])
    panel, figure = wrong_backward.training(train, probe, 1.0, 1, 1), Figure()
    panel.build(figure)[1](run)
    assert [words.get_text().endswith("diverged") for words in figure.texts[1:]] == [False, False, False, True]
    rated = wrong_backward.rate_run(train, probe, 1, 1)
    shown = wrong_backward.layers(run)
    for sentence in (panel.describe(run), rated.describe(run), shown.describe(shown.compute(moment=1))):
        assert sentence.endswith("with neither diverged.")
        assert "nan" not in sentence


# ---------------------------------------------------------------- checks

def own_normalized(x, gamma):
    c = x - x.mean(axis=0)
    return gamma * c * ((c * c).mean(axis=0) + 1e-5) ** -0.5


def own_attempts(x, dout, gamma):
    n, (mean, var) = len(x), (x.mean(axis=0), x.var(axis=0))
    s = 1 / np.sqrt(var + 1e-5)
    x_hat = (x - mean) * s
    a, b = dout.sum(axis=0), x_hat * (dout * x_hat).sum(axis=0)
    return {"right": gamma * s * (dout - a / n - b / n), "no_variance": gamma * s * (dout - a / n),
            "variance_sign": gamma * s * (dout - a / n + b / n), "no_mean": gamma * s * (dout - b / n),
            "neither": gamma * s * dout, "sums": gamma * s * (dout - a - b), "no_gamma": s * (dout - a / n - b / n),
            "no_scale": gamma * (dout - a / n - b / n)}  # fmt: skip


def test_a_check_catches_exactly_what_is_far_from_the_gradient():
    for live in swept(gradient_checks.checks()):
        n, dout_kind, gamma_kind = live.values.values()
        rng = np.random.default_rng(0)
        x, dout, gamma = rng.normal(1, 1, (n, 3)), rng.normal(size=(n, 3)), rng.uniform(0.5, 2, 3)
        dout, gamma = np.ones((n, 3)) if dout_kind == "ones" else dout, np.ones(3) if gamma_kind == "ones" else gamma
        wanted = own_slopes(lambda w, d=dout, g=gamma: (d * own_normalized(w, g)).sum(), x)
        errors = {name: abs(found - wanted).max() for name, found in own_attempts(x, dout, gamma).items()}
        caught = [name for name, error in errors.items() if error > 1e-6]
        assert live.result.caught == caught
        assert live.result.errors == pytest.approx(errors, rel=1e-4, abs=1e-8)
        assert "right" not in caught
        assert numbers(live.sentence)[:2] == [n, len(caught)]
        marks = live.canvas.figure.axes[0].texts[2:]
        assert [words.get_text() == "● caught" for words in marks] == [name in caught for name in errors]
        if (n, dout_kind, gamma_kind) == (8, "random", "random"):
            assert len(caught) == 7


def test_the_checks_of_the_last_exercise_catch_what_it_expects():
    rng = np.random.default_rng(1)
    x, dout, gamma = rng.normal(1, 1, (8, 3)), rng.normal(size=(8, 3)), rng.uniform(0.5, 2, 3)
    s, bugs = 1 / x.std(axis=0), ("no_variance", "no_mean", "no_gamma")
    x_hat = (x - x.mean(axis=0)) * s
    checks = {"a": (np.full((8, 3), 3.0), gamma), "b": (x_hat, gamma), "c": (dout - dout.mean(axis=0), gamma),
              "d": (dout, np.full(3, 2.0))}  # fmt: skip
    catching = dict.fromkeys(bugs, "")
    for letter, (d, g) in checks.items():
        mean, along = d.mean(axis=0), x_hat * (d * x_hat).mean(axis=0)
        found = {"no_variance": g * s * (d - mean), "no_mean": g * s * (d - along), "no_gamma": s * (d - mean - along)}
        for bug in bugs:
            catching[bug] += letter if abs(found[bug] - g * s * (d - mean - along)).max() > 1e-6 else ""
    assert tuple(catching.values()) == exercises.CATCHING


def test_the_error_of_a_step_by_three_methods():
    rng = np.random.default_rng(0)
    x, dout, gamma = rng.normal(1, 1, (8, 3)), rng.normal(size=(8, 3)), rng.uniform(0.5, 2, 3)

    def loss(w):
        return (dout * own_normalized(w, gamma)).sum()

    exact = own_slopes(loss, x)
    methods = {
        "forward": lambda e, h: (loss(x + e) - loss(x)) / h,
        "central": lambda e, h: (loss(x + e) - loss(x - e)) / (2 * h),
        "complex": lambda e, h: loss(x + 1j * e).imag / h,
    }
    for live in swept(gradient_checks.step_size()):
        h, points, errors = live.values["h"], live.canvas.figure.axes[0].lines[-1].get_ydata(), []
        for method in methods.values():
            found = [method(h * one.reshape(x.shape), h) for one in np.eye(x.size)]
            errors.append(abs(np.reshape(found, x.shape) - exact).max() / abs(exact).max())
        if h >= 1e-2:  # far from rounding
            assert points == pytest.approx(errors, rel=1e-5)
        assert all(point <= 10 * error + 1e-13 for point, error in zip(points, errors, strict=True))
        said = numbers(live.sentence)
        assert said[0] == h
        assert all(error <= bound * 1.001 for error, bound in zip(points, said[1:], strict=True))


def test_the_figure_of_times():
    measured = {"staged": np.array([0.1, 1.0]), "closed": np.array([0.05, 0.4])}
    ax = plots.times([64, 1024], measured, Figure().subplots())
    assert [line.get_ydata().tolist() for line in ax.lines] == [row.tolist() for row in measured.values()]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["64", "1,024"]
    assert [words.get_text() for words in ax.texts] == ["node by node", "closed form"]
