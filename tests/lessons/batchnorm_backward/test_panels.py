"""Lesson 07's panels and experiments against computations of their own."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course import catalogue, drawing
from helpers.batchnorm import batchnorm_forward
from helpers.network import Network, initialize
from helpers.recording import last
from lessons.batchnorm_backward import exercises, experiments, further, further_panels, panels, plots
from lessons.batchnorm_backward.experiments import GONE, Run, State
from tests.overlaps import faults
from tests.sweep import numbers, some_digits, swept

KEPT = {"right": (1, 1), "no_variance": (1, 0), "no_mean": (0, 1), "neither": (0, 0)}  # mean path, variance path
SIX, DOUT = np.array([0.6, -0.4, -0.9, -1.5, -0.8, 1.5]), np.array([0.6, -1.0, 1.5, 0.4, -0.3, 0.9])


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


@pytest.fixture(scope="module")
def digits():
    return some_digits(np.float32)


def own_slopes(f, x, h=1e-20):
    """∂f/∂x by the complex step, entry by entry."""
    found = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1j * h
        found[index] = f(moved).imag / h
    return found


def own_output(x, gamma=1.0, mean=None, var=None):
    """γ x_hat, column by column; a mean or variance that is given is a constant."""
    mean = x.mean(axis=0) if mean is None else mean
    var = ((x - mean) * (x - mean)).mean(axis=0) if var is None else var
    return gamma * (x - mean) / (var + 1e-5) ** 0.5


# ---------------------------------------------------------------- the circle

def test_what_arrives_is_the_tangent_and_the_slope_of_the_loss():
    for live in swept(panels.circle()):
        *dout, x3 = live.values.values()
        x, dout = np.array([0, 1, x3]), np.array(dout)
        result, moving = live.result, live.canvas.figure.moving
        slope = own_slopes(lambda v, d=dout: (d * own_output(v)).sum(), x)
        assert result.arrives == pytest.approx(slope * np.sqrt(x.var() + 1e-5), abs=1e-6)
        assert result.same + result.along + result.arrives == pytest.approx(dout)
        assert result.arrives @ np.ones(3) == pytest.approx(0, abs=1e-9)
        assert result.arrives @ result.x_hat == pytest.approx(0, abs=1e-3)
        assert (result.x_hat.sum(), (result.x_hat**2).sum()) == pytest.approx((0, 3), abs=1e-3)
        tips = {name: np.diff(moving[name].get_xydata(), axis=0)[0] for name in panels.ARROWS}
        assert tips["same"] + tips["along"] + tips["arrives"] == pytest.approx(tips["dout"])
        shown = [float(moving[f"{name}{k}"].get_text()) for name in panels.ARROWS for k in range(3)]
        assert shown == pytest.approx(np.concatenate([dout, result.same, result.along, result.arrives]), abs=0.00501)
        wanted = [*result.x_hat, *dout, 1, 1, 1, *result.same, *result.along, *result.arrives]
        assert numbers(live.sentence) == pytest.approx(wanted, abs=0.00501)


def test_two_settings_let_nothing_through_and_one_lets_all():
    for dout in ((1, 1, 1), (-1, 0, 1)):
        assert experiments.turned(2, *dout).arrives == pytest.approx([0, 0, 0], abs=1e-4)
    assert experiments.turned(2, 0.5, -1, 0.5).arrives == pytest.approx([0.5, -1, 0.5])


def test_the_circle_is_seen_as_a_circle_from_its_side():
    turn = np.linspace(0, 2 * np.pi, 9)[:, None]
    on = np.sqrt(3) * (np.cos(turn) * panels.PLANE[0] + np.sin(turn) * panels.PLANE[1])
    assert on.sum(axis=1) == pytest.approx(np.zeros(9))
    assert (on**2).sum(axis=1) == pytest.approx(np.full(9, 3))
    assert np.allclose(panels.PLANE @ panels.PLANE.T, np.eye(3))


# ---------------------------------------------------------------- three paths

def test_the_three_paths_add_up_to_the_gradient_and_each_is_what_it_claims():
    for live in swept(panels.paths(SIX, DOUT, 1.5)):
        moved, above = SIX.copy(), DOUT.copy()
        moved[2], above[2], variance, mean = live.values.values()
        m, v = moved.mean(), moved.var()
        constant = own_slopes(lambda w, m=m, v=v, d=above: (d * own_output(w, 1.5, m, v)).sum(), moved)
        by_var = own_slopes(lambda w, m=m, d=above: (d * own_output(w, 1.5, m)).sum(), moved) - constant
        by_mean = own_slopes(lambda w, v=v, d=above: (d * own_output(w, 1.5, None, v)).sum(), moved) - constant
        whole = own_slopes(lambda w, d=above: (d * own_output(w, 1.5)).sum(), moved)
        parts = {"direct": constant, "variance": variance * by_var, "mean": mean * by_mean}
        result, moving = live.result, live.canvas.figure.moving
        assert result.numerical == pytest.approx(whole, abs=1e-6)
        for name, part in parts.items():
            tops = moving[name].get_path().vertices[2::5, 1]  # five points a bar, the third one a top corner
            assert tops == pytest.approx(part, abs=1e-9)
            assert max(abs(part)) < 5
        total = sum(parts.values())
        error = max(abs(total - whole))
        assert moving["total"].get_ydata() == pytest.approx(total)
        assert float(moving["edited"].get_text()) == pytest.approx(moved[2], abs=0.051)
        wanted = [3, moved[2], above[2], *(part[2] for part in parts.values()), total[2], whole[2], error]
        assert numbers(live.sentence) == pytest.approx(wanted, abs=6e-3)
        assert (error < 1e-6) == (variance and mean)


# ---------------------------------------------------------------- a path left out

@pytest.mark.parametrize("name", KEPT)
def test_a_version_is_the_gradient_with_constants_in_the_place_of_what_it_leaves_out(name):
    rng = np.random.default_rng(5)
    x, dout, gamma, beta = rng.normal(1, 2, (5, 3)), rng.normal(size=(5, 3)), rng.uniform(0.5, 2, 3), rng.normal(size=3)
    mean = None if KEPT[name][0] else x.mean(axis=0)
    var = None if KEPT[name][1] else x.var(axis=0)
    wanted = own_slopes(lambda w: (dout * own_output(w, gamma, mean, var)).sum(), x)
    dx, dgamma, dbeta = experiments.VERSIONS[name](dout, batchnorm_forward(x, gamma, beta)[1])
    assert dx == pytest.approx(wanted, abs=1e-9)
    assert dgamma == pytest.approx((dout * own_output(x)).sum(axis=0))
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
    rng, order_rng, p = np.random.default_rng(0), np.random.default_rng([0, 1]), {}
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
    pairs = [np.corrcoef(u.T)[np.triu_indices(u.shape[1], 1)] for _, u, *_ in layers]
    alike = [abs(pair).mean() for pair in pairs]
    return (logits.argmax(axis=1) == probe.y).mean(), grown, offsets, alike


@pytest.fixture
def small(monkeypatch):
    """The lesson's trainings with a small network, few rates and few updates."""
    monkeypatch.setattr(experiments, "SIZES", SIZES)
    monkeypatch.setattr(panels, "RATES", (0.1, 1.0))
    monkeypatch.setattr(panels, "UPDATES", (8, 12))
    monkeypatch.setattr(panels, "MOMENTS", 4)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("act", ACTIVATIONS)
def test_a_run_is_four_trainings_from_one_start(digits, act):
    train, probe = digits
    *_, run = experiments.moments(train, probe, act, 0.5, 12, 4)
    assert run.updates == [0, 4, 8, 12]
    for name, kept in KEPT.items():
        states = own_training(train, act, 0.5, 12, kept, kept)
        for moment, k in zip(run.moments, run.updates, strict=True):
            right, grown, offsets, alike = own_state(states, probe, act, k)
            assert moment[name].alike == pytest.approx(alike, rel=1e-2)
            assert moment[name].accuracy == pytest.approx(right, abs=0.026)  # one of 40 digits
            assert moment[name].lengths == pytest.approx(grown, rel=1e-3)
            assert moment[name].offsets == pytest.approx(offsets, rel=1e-2)


@pytest.mark.usefixtures("small")
def test_a_run_with_a_chosen_rate_says_and_draws_where_it_ends(digits):
    for live in swept(panels.left_out(*digits)):
        updates, run, figure = live.values["updates"], live.result, live.canvas.figure
        assert run.updates[-1] == updates
        assert len(run.updates) == 5
        assert numbers(live.sentence)[0] == updates
        for name, said in zip(KEPT, live.sentence.split(": ")[1].split("; "), strict=True):
            ends = [moment[name].accuracy for moment in run.moments]
            assert figure.moving[name].get_ydata() == pytest.approx(ends)
            assert ("over 90 %" if ends[-1] > 0.9 else "under 30 %" if ends[-1] <= 0.3 else "30 to 90 %") in said
            shown = numbers(figure.words[name].get_text())
            assert shown == pytest.approx([ends[-1], run.moments[-1][name].lengths[0]], abs=0.051)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("own", "down"), [("no_mean", "right"), ("right", "no_mean"), ("no_mean", "no_mean")])
def test_an_error_in_the_own_weights_or_in_what_is_handed_down(digits, own, down, monkeypatch):
    train, probe = digits
    monkeypatch.setattr(further, "NETWORK", Network(SIZES, "sigmoid", batchnorm=True))
    wanted = own_state(own_training(train, "sigmoid", 0.5, 6, KEPT[own], KEPT[down]), probe, "sigmoid", 6)
    found = further.split_state(train, probe, own, down, updates=6, rate=0.5)
    assert found.lengths == pytest.approx(wanted[1], rel=1e-3)
    assert found.offsets == pytest.approx(wanted[2], rel=1e-2)


def test_a_network_that_diverges_is_named_and_leaves_the_picture(digits):
    train, probe = digits
    network = Network(SIZES, "relu", batchnorm=True)

    def exploding(network, dlogits, caches):
        return {name: np.full_like(value, 1e38) for name, value in start.items()}

    start = initialize(network, np.random.default_rng(0), dtype=np.float32)
    gone = list(experiments.states(network, train, probe, exploding, 100.0, updates=2, every=1))
    assert np.isnan(gone[-1].accuracy)
    assert not np.isnan(gone[0].accuracy)
    run = Run([0, 1], [dict.fromkeys(KEPT, gone[0]), {**dict.fromkeys(KEPT, gone[0]), "neither": gone[-1]}])
    panel = panels.left_out(train, probe)
    assert panel.sentence(run, {}).endswith("with neither diverged.")
    figure = drawing.Drawing(panel.name, panel.size)
    panel.build(figure)(run, updates=200)
    assert [words.get_text().endswith("diverged") for words in figure.words.values()] == [False, False, False, True]
    shown = further_panels.layers(run)
    assert "nan" not in shown.sentence(shown.compute(moment=1), {})


# ---------------------------------------------------------------- checks

def own_attempts(x, dout, gamma):
    n, s = len(x), 1 / np.sqrt(x.var(axis=0) + 1e-5)
    x_hat = (x - x.mean(axis=0)) * s
    a, b = dout.sum(axis=0), x_hat * (dout * x_hat).sum(axis=0)
    right = gamma * s * (dout - a / n - b / n)
    over_all = gamma * s * (dout - dout.sum() / n - x_hat * (dout * x_hat).sum() / n)
    unbiased = gamma * s * (dout - a / (n - 1) - b / (n - 1)) if n > 1 else np.full_like(x, np.inf)
    return {"right": right, "no_variance": gamma * s * (dout - a / n), "no_mean": gamma * s * (dout - b / n),
            "sums": gamma * s * (dout - a - b), "unbiased": unbiased, "total": over_all, "no_gamma": right / gamma,
            "no_scale": right / s}  # fmt: skip


def test_a_check_catches_exactly_what_is_far_from_the_gradient():
    for live in swept(panels.checks()):
        n, d, dout_kind, gamma_kind = live.values.values()
        x, dout, gamma = experiments.drawn(n, d)
        dout, gamma = np.ones((n, d)) if dout_kind == "ones" else dout, np.ones(d) if gamma_kind == "ones" else gamma
        wanted = own_slopes(lambda w, a=dout, g=gamma: (a * own_output(w, g)).sum(), x)
        errors = {name: abs(found - wanted).max() for name, found in own_attempts(x, dout, gamma).items()}
        caught = [name for name, error in errors.items() if error > 1e-4]
        assert experiments.caught(live.result) == caught
        assert live.result == pytest.approx(errors, rel=1e-4, abs=1e-7)
        assert "right" not in caught
        assert numbers(live.sentence)[:3] == [n, d, len(caught)]
        marks = [live.canvas.figure.moving[f"{name}_mark"].get_text() for name in errors]
        assert [mark == "● caught" for mark in marks] == [name in caught for name in errors]
        if (n, d, dout_kind, gamma_kind) == (8, 3, "random", "random"):
            assert len(caught) == 7


def test_the_inputs_of_a_check_lie_apart():
    for n in (2, 3, 8, 32):
        rows = np.sort(experiments.drawn(n, 3)[0], axis=0)
        assert all((after - before >= 1).all() for before, after in pairwise(rows))


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


# ---------------------------------------------------------------- Further

def test_what_gets_through_a_batch_is_a_share_of_what_was_sent():
    ratios = further.let_through(4, batches=3)
    x, dout = np.random.default_rng(0).normal(size=(2, 4, 3))
    dx = own_slopes(lambda v: (dout * own_output(v)).sum(), x)
    assert ratios == pytest.approx(np.linalg.norm(dx, axis=0) / np.linalg.norm(dout, axis=0))


def test_what_a_missing_path_pushes(digits):
    pushed, h = further.pushed(digits[0]), digits[0].x[:60].astype(float)
    assert pushed.shifts["pixels"] == pytest.approx(h @ h.mean(axis=0))
    assert pushed.shifts["hidden"].shape == (60,)
    along, gained = pushed.along["no_variance"]
    assert along == pytest.approx(gained, rel=0.05, abs=1e-4)
    assert abs(pushed.along["right"][0]).max() < 0.01 * abs(along).max()


def a_run():
    rng = np.random.default_rng(4)
    moments = [{name: State(0.3, np.ones(3), rng.uniform(0.2, 9, 3), np.ones(3)) for name in KEPT} for _ in range(4)]
    return Run([0, 1, 2, 3], [*moments[:3], {**moments[3], "neither": GONE}])


def test_the_layers_of_a_recorded_moment():
    run = a_run()
    for live in swept(further_panels.layers(run)):
        update = live.values["moment"]
        moving = live.canvas.figure.moving
        for name, state in run.moments[update].items():
            assert moving[name].get_ydata() == pytest.approx(state.offsets, nan_ok=True)
        far = [sum(offset > 2.5 for offset in state.offsets) for state in run.moments[update].values()]
        said = numbers(live.sentence)
        assert [said[0], said[3], *said[5:]] == [update, *far]


def test_the_error_of_a_step_by_three_methods():
    x, dout, gamma = experiments.drawn(8, 3)

    def loss(w):
        return (dout * own_output(w, gamma)).sum()

    exact = own_slopes(loss, x)
    methods = (lambda e, h: (loss(x + e) - loss(x)) / h, lambda e, h: (loss(x + e) - loss(x - e)) / (2 * h),
               lambda e, h: loss(x + 1j * e).imag / h)  # fmt: skip
    for live in swept(further_panels.step_size()):
        h, dtype = live.values.values()
        points, errors = live.canvas.figure.moving["rings"].get_ydata(), []
        for method in methods:
            found = [method(h * one.reshape(x.shape), h) for one in np.eye(x.size)]
            errors.append(abs(np.reshape(found, x.shape) - exact).max() / abs(exact).max())
        if h >= 1e-2 and dtype == "float64":  # far from rounding
            assert points == pytest.approx(errors, rel=1e-5)
        said = numbers(live.sentence)
        assert said[:2] == [h, 64 if dtype == "float64" else 32]
        assert all(error <= bound * 1.001 for error, bound in zip(points, said[2:], strict=True))


def test_the_graph_has_an_arrow_for_each_factor():
    ax = plots.graph(Figure().subplots())
    words = [label.get_text() for label in ax.texts if label.get_text()]
    assert words == ["1", "1/N", "−1", "s", "2c/N", "−½ s³", "c", "γ", "x", "mu", "c", "var", "s", "x_hat", "y"]


# ---------------------------------------------------------------- pictures

NAMES = ("circle", "paths", "left_out", "checks", "layers", "step_size")


@pytest.fixture(scope="module")
def all_panels(digits):
    return {"circle": panels.circle(), "paths": panels.paths(SIX, DOUT, 1.5), "left_out": panels.left_out(*digits),
            "checks": panels.checks(), "layers": further_panels.layers(a_run()),
            "step_size": further_panels.step_size()}  # fmt: skip


@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", NAMES)
def test_no_text_overlaps_another_or_leaves_the_picture(all_panels, name, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    monkeypatch.setattr(experiments, "moments", lambda *_: iter([a_run()]))
    assert faults(all_panels[name], pairs=(language, view) == ("en", "normal")) == []


def test_the_last_state_of_a_run_is_that_of_its_last_update(digits):
    run = last(experiments.moments(*digits, "relu", 0.1, 2, 1))
    assert run.updates == [0, 1, 2]
