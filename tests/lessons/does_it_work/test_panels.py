"""Lesson 09's panels and figure, and the stacked networks behind them, against computations of their own."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from helpers.gradcheck import numerical_gradient
from helpers.network import Network, forward, initialize, loss_and_gradients
from lessons.does_it_work import experiments, first_figure, plots, regularizing, smoothness, stacked, sweeps, tolerance
from lessons.does_it_work.stacked import Recipe
from lessons.signals_through_depth import depth
from tests.sweep import numbers, some_digits, swept

SIZES = (64, 6, 5, 5, 10)


@pytest.fixture(autouse=True, scope="module")
def _english():
    course.start("en")


@pytest.fixture(scope="module")
def digits():
    return some_digits(np.float32)


# ---------------------------------------------------------------- one network, written out

def squash(z, act):
    return z * (z > 0) if act == "relu" else 1 / (1 + np.exp(-z))


def standardized(u, norm, ghost, fixed):
    """x_hat of u (N, D), and (mean, var) of what normalized it."""
    if fixed is not None:
        return (u - fixed[0]) / np.sqrt(fixed[1] + 1e-5), fixed
    if norm == "ghost":
        return np.vstack([standardized(u[k : k + ghost], "batch", 0, None)[0] for k in range(0, len(u), ghost)]), None
    axis = 1 if norm == "layer" else 0
    mean = u.mean(axis=axis, keepdims=True)
    var = ((u - mean) ** 2).mean(axis=axis, keepdims=True)
    return (u - mean) / np.sqrt(var + 1e-5), (mean, var)


def own_forward(p, x, act, norm="none", ghost=16, fixed=None, draws=None):
    """Logits, each layer's z and each hidden layer's (mean, var); ``draws`` are each layer's (stretch, move)."""
    out, zs, stats, last = x, [], [], sum(name.startswith("weight") for name in p)
    for k in range(1, last + 1):
        z = out @ p[f"weight{k}"]
        if f"gamma{k}" in p:
            x_hat, used = standardized(z, norm, ghost, fixed and fixed[k - 1])
            z = p[f"gamma{k}"] * x_hat + p[f"beta{k}"]
            stats.append(used)
        else:
            z = z + p[f"bias{k}"]
        if draws and k < last:
            z = draws[k - 1][0] * z + draws[k - 1][1]
        zs.append(z)
        out = squash(z, act) if k < last else z
    return out, zs, stats


def own_loss(p, x, y, *setting, **more):
    logits = own_forward(p, x, *setting, **more)[0]
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]))


def one(parameters, s):
    """Network s of a stack, in float64, its rows as vectors."""
    return {name: value[s].astype(float) if name.startswith("weight") else value[s, 0].astype(float)
            for name, value in parameters.items()}  # fmt: skip


def stack(recipe, count=2, dtype=np.float64, std=0.5):
    parameters, rng = stacked.start(recipe, range(count), [std] * count, dtype), np.random.default_rng(4)
    return {name: value if name.startswith("weight") else (value + 0.3 * rng.normal(size=value.shape)).astype(dtype)
            for name, value in parameters.items()}  # fmt: skip


def own_draws(noise, rng):
    """The noise of each hidden layer, (stretch, move), both (D,)."""
    draws = []
    for size in SIZES[1:-1]:
        a, b = rng.uniform(size=size), rng.uniform(size=size)
        draws.append((1 + noise / 2 * a, noise * (2 * b - 1)))
    return draws


RECIPES = [Recipe(SIZES, act, norm, ghost=4) for act in ("relu", "sigmoid") for norm in stacked.NORMS]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: f"{r.activation}-{r.norm}")
def test_each_network_of_a_stack_is_the_network_written_out(recipe, digits):
    x, y = digits[0].x[:12].astype(float), digits[0].y[:12]
    parameters = stack(recipe)
    logits, layers = stacked.forward(recipe, parameters, x)
    losses, gradients = stacked.loss_and_gradients(recipe, parameters, x, y)
    setting = (recipe.activation, recipe.norm, recipe.ghost)
    for s in range(2):
        p = one(parameters, s)
        own, zs, _ = own_forward(p, x, *setting)
        assert logits[s] == pytest.approx(own)
        assert layers[1].z[s] == pytest.approx(zs[1])
        assert losses[s] == pytest.approx(own_loss(p, x, y, *setting))
        for name in (n for n in p if n != "weight1"):
            def loss(value, name=name, p=p):
                return own_loss(p | {name: value}, x, y, *setting)

            expected = numerical_gradient(loss, p[name])
            assert gradients[name][s].reshape(expected.shape) == pytest.approx(expected, abs=1e-7)


def test_a_stack_starts_as_initialize_draws_and_moves_down_the_gradient(digits):
    train = digits[0]
    recipe = Recipe(SIZES, "sigmoid", "batch")
    first = stacked.start(recipe, [3, 5], [0.1, 0.7])
    rng = np.random.default_rng(5)
    assert first["weight1"][1] == pytest.approx(0.7 * rng.standard_normal((64, 6)), rel=1e-6)
    assert first["weight1"].dtype == np.float32
    steps = stacked.updates(recipe, first, train.x, train.y, [0.1, 2.0], 60, np.random.default_rng(1))
    order = np.random.default_rng(1).permutation(150)
    second, third = next(steps), next(steps)
    for before, after, rows in ((first, second, order[:60]), (second, third, order[60:120])):
        _, gradients = stacked.loss_and_gradients(recipe, before, train.x[rows], train.y[rows])
        for s, rate in enumerate((0.1, 2.0)):
            assert after["weight2"][s] == pytest.approx(before["weight2"][s] - rate * gradients["weight2"][s], abs=1e-6)


@pytest.mark.parametrize("norm", ["none", "batch", "ghost", "layer"])
def test_a_stack_is_judged_in_inference_mode(norm, digits):
    train, test = digits
    recipe = Recipe(SIZES, "relu", norm, ghost=6)
    parameters = stack(recipe)
    losses, right = stacked.judged(recipe, parameters, train.x.astype(float), test.x, test.y)
    for s in range(2):
        p = one(parameters, s)
        fixed = own_forward(p, train.x.astype(float), "relu", "batch")[2] if norm in ("batch", "ghost") else None
        logits = own_forward(p, test.x, "relu", norm, fixed=fixed)[0]
        assert right[s] == np.mean(logits.argmax(axis=1) == test.y)
        assert losses[s] == pytest.approx(own_loss(p, test.x, test.y, "relu", norm, fixed=fixed))


@pytest.mark.filterwarnings("error")
def test_a_network_that_diverges_is_nan_and_its_neighbours_go_on(digits):
    train, test = digits
    recipe = Recipe(SIZES, "relu")
    steps = stacked.updates(recipe, stacked.start(recipe, [0, 0], [0.3, 0.3]), train.x, train.y, [1e12, 0.1], 60,
                            np.random.default_rng(1))  # fmt: skip
    *_, last = (next(steps) for _ in range(12))
    _, right = stacked.judged(recipe, last, train.x, test.x, test.y)
    assert np.isnan(right[0])
    assert 0 <= right[1] <= 1


@pytest.mark.parametrize("bad", [{"norm": "group"}, {"activation": "tanh"}])
def test_an_unknown_recipe_is_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Recipe(SIZES, **bad)


# ---------------------------------------------------------------- Figure 1 and the noise

@pytest.fixture
def small(monkeypatch):
    """The lesson's panels with a small network and short runs."""
    monkeypatch.setattr(experiments, "SIZES", SIZES)
    monkeypatch.setattr(first_figure, "RANKS", (1, 2, 5))
    monkeypatch.setattr(first_figure, "SHORT_UPDATES", 12)
    monkeypatch.setattr(first_figure, "SHORT_EVERY", 4)
    monkeypatch.setattr(experiments, "NOISY_UPDATES", 60)


def own_states(train, test, std, rate, updates, every, normed):
    """Accuracies and z of layer 3 after 0, every, … updates of one network, in float32 as in the lesson."""
    recipe = Recipe(SIZES, "sigmoid", "batch" if normed else "none")
    first = initialize(Network(SIZES, "sigmoid", normed), np.random.default_rng(0), std, np.float32)
    p, rng, done = {name: value.astype(float) for name, value in first.items()}, np.random.default_rng(100), 0
    norm, found = recipe.norm, []
    while True:
        order = rng.permutation(len(train.x))
        for k in range(0, len(order) - 59, 60):
            if done % every == 0:
                fixed = own_forward(p, train.x[:500].astype(float), "sigmoid", norm)[2] if normed else None
                right = np.mean(own_forward(p, test.x, "sigmoid", norm, fixed=fixed)[0].argmax(axis=1) == test.y)
                found.append((right, own_forward(p, test.x, "sigmoid", norm)[1][2]))
            if done == updates:
                return found
            rows = order[k : k + 60]
            p = {name: value - rate * own_gradient(p, name, train.x[rows].astype(float), train.y[rows], norm)
                 for name, value in p.items()}  # fmt: skip
            done += 1


def own_gradient(p, name, x, y, norm):
    stacked_p = {n: v[np.newaxis] if n.startswith("weight") else v[np.newaxis, np.newaxis] for n, v in p.items()}
    gradients = stacked.loss_and_gradients(Recipe(SIZES, "sigmoid", norm), stacked_p, x, y)[1]  # checked above
    return gradients[name].reshape(p[name].shape)


@pytest.mark.usefixtures("small")
def test_the_figures_run_is_two_trainings_from_the_same_start(digits):
    train, test = digits
    panel = first_figure.training(train, test, 0.5, 0.3, updates=12, every=4)
    assert panel.total() == 4
    figure = Figure()
    _, update = panel.build(figure)
    for k, run in enumerate(panel.compute()):
        update(run)
        assert len(run) == k + 1
        assert numbers(panel.describe(run))[0] == 4 * k
    for normed, name, line in ((False, "plain", 1), (True, "batchnorm", 2)):
        own, states = own_states(train, test, 0.5, 0.3, 12, 4, normed), experiments.of(run, name)
        assert [state.update for state in states] == [0, 4, 8, 12]
        assert [state.accuracy for state in states] == pytest.approx([right for right, _ in own])
        for state, (_, z) in zip(states, own, strict=True):
            assert state.percentiles == pytest.approx(np.percentile(z, [15, 50, 85], axis=0), abs=2e-4)
        assert figure.axes[0].lines[line].get_ydata() == pytest.approx([right for right, _ in own])
        medians = [np.median(z, axis=0) for _, z in own]
        jumps = [np.abs(b - a).mean() for a, b in zip(medians, medians[1:], strict=False)]
        assert experiments.jump(states) == pytest.approx(np.mean(jumps), abs=2e-4)
    assert experiments.jump(states[:1]) == 0
    paths(run)


def paths(run):
    for live in swept(first_figure.percentile_paths(run)):
        for name, axes in zip(("plain", "batchnorm"), live.canvas.figure.axes, strict=True):
            medians = np.array([state.percentiles[1] for state in experiments.of(run, name)])
            ways = medians.max(axis=0) - medians.min(axis=0)
            unit = sorted(range(5), key=lambda k, ways=ways: (ways[k], k))[live.values["rank"] - 1]
            assert axes.lines[1].get_ydata() == pytest.approx(medians[:, unit])
            assert f"over {ways[unit]:.1f}" in live.sentence
            assert f"(unit {unit + 1})" in live.sentence
            highest = max(np.abs(state.percentiles[:, unit]).max() for state in experiments.of(run, name))
            assert axes.texts[0].get_text().endswith("outside the picture") == (highest > 10)


def test_a_jump_is_measured_in_z_or_in_spreads_at_its_start():
    rows = [np.array([[-1.0, 0.0], [0.0, 1.0], [3.0, 4.0]]), np.array([[1.0, 1.0], [4.0, -1.0], [5.0, 3.0]])]
    states = [experiments.State(k, {}, 0.1, row) for k, row in enumerate([*rows, rows[0]])]
    assert experiments.jumps(states) == pytest.approx([3.0, 3.0])
    assert experiments.jumps(states, in_spreads=True) == pytest.approx([(4 / 2 + 2 / 2) / 2, (4 / 2 + 2 / 1) / 2])
    assert len(experiments.jumps(states[:1], in_spreads=True)) == 0


def test_the_first_record_at_the_target_counts():
    states = [experiments.State(k, {}, value, np.zeros((3, 2))) for k, value in ((0, 0.1), (5, 0.8), (10, 0.7))]
    assert experiments.reached(states) == 5
    assert experiments.reached(states[:1]) is None


@pytest.mark.usefixtures("small")
def test_every_setting_of_the_run_panel_trains(digits):
    for live in swept(first_figure.settings(*digits)):
        std, rate, run = live.result
        assert [moment.update for moment in run] == [0, 4, 8, 12]
        assert all(math.isfinite(moment.plain.accuracy) for moment in run)
        assert f"{run[-1].batchnorm.accuracy:.2f}" in live.sentence
        assert (std, rate) == tuple(live.values.values())
        assert f"first weights {std:g}, rate {rate:g}" in [word.get_text() for word in live.canvas.figure.axes[0].texts]


@pytest.mark.usefixtures("small")
def test_the_noisy_run_is_drawn_beside_the_other_two(digits):
    *_, run = experiments.both(*digits, 0.5, 0.3, 32, 4)
    panel, figure = first_figure.noisy(*digits, 0.5, 0.3, run), Figure()
    _, update = panel.build(figure)
    for found in panel.compute():
        update(found)
    assert panel.total() == len(found) == 3
    assert [state.update for state in found] == [0, 4, 8]
    assert figure.axes[0].lines[3].get_ydata() == [state.accuracy for state in found]
    assert figure.axes[0].lines[1].get_ydata() == [moment.plain.accuracy for moment in run]
    quiet = experiments.of(run, "batchnorm")
    assert experiments.jump(found) > experiments.jump(quiet)
    assert f"{experiments.jump(found):.1g} with noise" in panel.describe(found)
    assert len(list(first_figure.noisy(*digits, 0.5, 0.3, run[:2]).compute())) == 1
    assert len(list(first_figure.noisy(*digits, 0.5, 0.3, run[:1]).compute())) == 1


@pytest.mark.usefixtures("small")
def test_stronger_noise_makes_z_jump_farther(digits):
    jumps = {}
    for live in swept(first_figure.strengths(*digits, 0.5, 0.3)):
        noise, found = live.result
        assert noise == live.values["noise"]
        assert [state.update for state in found] == [0, 30, 60]
        medians = [state.percentiles[1] for state in found]
        jumps[noise] = np.mean([np.abs(b - a).mean() for a, b in zip(medians, medians[1:], strict=False)])
        assert f"jumps by {jumps[noise]:.1f}" in live.sentence
    assert jumps[0.0] < jumps[1.0] < jumps[16.0]


# ---------------------------------------------------------------- depth

def test_the_depth_panel_offers_the_scales_and_depths_that_it_is_given(digits):
    x, y = digits[0].x.astype(float), digits[0].y
    seen = {tuple(live.values.values()) for live in swept(depth.norms_batchnorm(x, y, (0.5, 1.0, 2.0), (5, 50)))}
    assert {layers for layers, _, _ in seen} == {5, 50}
    assert {scale for _, _, scale in seen} == {0.5, 1.0, 2.0}


# ---------------------------------------------------------------- the sweep

@pytest.fixture
def little(monkeypatch):
    monkeypatch.setattr(sweeps, "SIZES", (64, 5, 10))
    monkeypatch.setattr(sweeps, "UPDATES", 40)
    monkeypatch.setattr(sweeps, "EVERY", 20)
    monkeypatch.setattr(sweeps, "TRAINED", 0.25)


@pytest.mark.usefixtures("little")
def test_the_sweep_has_a_network_for_each_rate_and_spread(digits):
    train, test = digits
    *_, found = tolerance.sweep(train, test).compute()
    assert found.at == [0, 20, 40]
    recipe = Recipe((64, 5, 10), "sigmoid", "batch")
    for std, rate in ((0.03, 3.0), (1.0, 0.1)):
        p = stacked.start(recipe, [0], [std])
        steps = stacked.updates(recipe, p, train.x, train.y, [rate], 30, np.random.default_rng(100))
        *_, p = (next(steps) for _ in range(40))
        right = stacked.judged(recipe, p, train.x[:500], test.x, test.y)[1][0]
        place = sweeps.STDS.index(std), sweeps.RATES.index(rate)
        assert found.maps["sigmoid", "batch"][2][place] == pytest.approx(right, abs=0.03)
    for live in swept(tolerance.maps(found)):
        activation, moment = live.values.values()
        counts = [int((found.maps[activation, norm][moment] >= 0.25).sum()) for norm in ("none", "batch")]
        assert numbers(live.sentence)[0] == 20 * moment
        assert f"{counts[0]} are at 80 % or above without batch norm and {counts[1]} with it" in live.sentence
        name = {"relu": "ReLU", "sigmoid": "sigmoid"}[activation]
        assert f"{name}, after {20 * moment} updates" in [word.get_text() for word in live.canvas.figure.axes[0].texts]
        shown = [text.get_text() for text in live.canvas.figure.axes[1].texts]
        values = found.maps[activation, "batch"][moment]
        assert shown[:8] == ["×" if math.isnan(v) else f"{100 * v:.0f}" for v in values[0]]


def test_a_diverged_network_is_marked():
    values = np.full((5, 8), 0.9)
    values[0, 0] = np.nan
    maps = {(act, norm): [values] for act in ("relu", "sigmoid") for norm in ("none", "batch")}
    live = next(swept(tolerance.maps(sweeps.Sweep([0], maps))))
    assert live.canvas.figure.axes[0].texts[0].get_text() == "×"
    assert "39 are at 80 %" in live.sentence
    assert sweeps.trained(values) == 39


def test_the_best_of_some_rates_and_batches_of_two_are_stacks_judged_at_their_end(digits):
    train, test = digits
    found = []
    for rate in (0.01, 0.3):
        recipe = Recipe((64, 32, 32, 10), "relu", "batch")
        steps = stacked.updates(recipe, stacked.start(recipe, [3], [None]), train.x, train.y, [rate], 60,
                                np.random.default_rng(4))  # fmt: skip
        *_, p = (next(steps) for _ in range(5))
        found.append(stacked.judged(recipe, p, train.x[:500], test.x, test.y)[1][0])
    best = sweeps.best_of(3, "relu", "batch", train, test, rates=(0.01, 0.3), updates=5, seed=3)
    assert best == pytest.approx(max(found), abs=0.03)
    assert 0 <= sweeps.batches_of_two("layer", train, test, updates=3) <= 1


def test_in_inference_mode_the_statistics_are_those_of_all_examples_given(digits, parameters):
    x = digits[0].x.astype(float)
    found = experiments.statistics(experiments.network("batchnorm"), parameters, x)
    stats = own_forward(parameters, x, "sigmoid", "batch")[2]
    assert list(found) == ["mean1", "var1", "mean2", "var2", "mean3", "var3"]
    for k, (mean, var) in enumerate(stats, start=1):
        assert found[f"mean{k}"] == pytest.approx(mean[0])
        assert found[f"var{k}"] == pytest.approx(var[0])


# ---------------------------------------------------------------- regularization

def test_an_interval_is_t_times_s_over_root_n():
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    mean, half = sweeps.interval(values)
    assert mean == 5.5
    assert half == pytest.approx(2.262 * math.sqrt(sum((v - 5.5) ** 2 for v in values) / 9) / math.sqrt(10))


def test_the_regularization_panel_compares_the_seeds_gap_and_accuracy(digits, monkeypatch):
    train, test = digits
    monkeypatch.setattr(sweeps, "JUDGED_SIZES", (64, 5, 10))
    monkeypatch.setattr(regularizing, "BATCH_SIZES", (16, 48))
    monkeypatch.setattr(regularizing, "EPOCHS", (2, 3))
    monkeypatch.setattr(regularizing, "DEFAULT_SIZE", 48)
    monkeypatch.setattr(regularizing, "DEFAULT_EPOCHS", 2)
    for live in swept(regularizing.regularizing(train, test)):
        size, epochs = live.values.values()
        judged = live.result.judged
        assert list(judged) == (["none", "batch", "ghost"] if size > 16 else ["none", "batch"])
        words = [word.get_text() for word in live.canvas.figure.axes[0].texts]
        assert ("at batch size 16 the same as batch" in words) == (size == 16)
        assert f"batch size {size}, {epochs} epochs" in words
        recipe = Recipe((64, 5, 10), "relu", "batch")
        p, x = stacked.start(recipe, range(10), [None] * 10, np.float64), train.x.astype(float)
        steps = stacked.updates(recipe, p, x, train.y, [0.1] * 10, size, np.random.default_rng(1))
        *_, p = (next(steps) for _ in range(epochs * (150 // size)))
        right = [stacked.judged(recipe, p, train.x, part.x, part.y)[1] for part in (test, train)]
        assert judged["batch"].test == pytest.approx(right[0])
        gap = 100 * np.mean(right[1] - right[0])
        assert f"batch {100 * right[0].mean():.1f} ±" in live.sentence
        assert f"gap {gap:.1f} ±" in live.sentence.split("batch ", 1)[1]


# ---------------------------------------------------------------- the gradient

@pytest.fixture
def parameters(monkeypatch):
    """Of the network with batch norm, made small, in float64, with gammas and betas of their own."""
    monkeypatch.setattr(experiments, "SIZES", SIZES)
    return one(stack(Recipe(SIZES, "sigmoid", "batch"), 1), 0)


def test_the_gradients_shift_updates_the_layers_below_alone(digits, parameters):
    network, (x, y) = experiments.network("batchnorm"), (digits[0].x[:30].astype(float), digits[0].y[:30])
    before = loss_and_gradients(network, parameters, x, y)[1]
    below = ("weight1", "gamma1", "beta1", "weight2", "gamma2", "beta2")
    moved = {name: value - 0.5 * before[name] if name in below else value for name, value in parameters.items()}
    after = loss_and_gradients(network, moved, x, y)[1]
    shift, size = experiments.gradient_shift("batchnorm", parameters, x, y, 0.5, layer=3)
    assert shift == pytest.approx(math.sqrt(((after["weight3"] - before["weight3"]) ** 2).sum()))
    assert size == pytest.approx(math.sqrt((before["weight3"] ** 2).sum()))
    assert experiments.gradient_shift("batchnorm", parameters, x, y, 0.5, layer=1)[0] == 0


def test_the_relative_shift_is_the_mean_of_four_batches(digits, parameters):
    four = type(digits[0])("four", *(np.concatenate([part, part]) for part in (digits[0].x.astype(float), digits[0].y)))
    each = [np.divide(*experiments.gradient_shift("batchnorm", parameters, four.x[k : k + 60], four.y[k : k + 60],
                                                  0.5, 3)) for k in (0, 60, 120, 180)]  # fmt: skip
    assert experiments.relative_shift("batchnorm", parameters, four, 0.5) == pytest.approx(np.mean(each))


def test_noise_by_itself_is_no_shift_of_the_gradient(digits, parameters):
    assert experiments.gradient_shift("noisy", parameters, digits[0].x[:30], digits[0].y[:30], 1e-12, 3)[0] < 1e-6


def test_noise_is_drawn_for_each_unit_behind_its_batch_norm_and_the_gradient_goes_through_it(digits, parameters):
    x, y = digits[0].x[:30].astype(float), digits[0].y[:30]
    mine = own_draws(0.8, np.random.default_rng(8))
    setting = ("sigmoid", "batch", 0)
    moved, _ = experiments.with_noise(parameters, 0.8, np.random.default_rng(8))
    own, zs, _ = own_forward(parameters, x, *setting, draws=mine)
    logits, caches = forward(experiments.network("noisy"), moved, x)
    assert logits == pytest.approx(own)
    assert caches[1].z == pytest.approx(zs[1])
    differentiate = experiments.noisy(0.8, np.random.default_rng(8))
    loss, gradients, _ = differentiate(experiments.network("noisy"), parameters, x, y)
    assert loss == pytest.approx(own_loss(parameters, x, y, *setting, draws=mine))
    for name in ("weight2", "gamma1", "beta1", "gamma3", "beta3", "weight4", "bias4"):
        def own(value, name=name):
            return own_loss(parameters | {name: value}, x, y, *setting, draws=mine)

        assert gradients[name] == pytest.approx(numerical_gradient(own, parameters[name]), abs=1e-7)


def test_the_loss_along_the_gradient(digits, monkeypatch):
    train = digits[0]
    monkeypatch.setattr(experiments, "SIZES", SIZES)
    for live in swept(smoothness.loss_along(train, (0, 3, 6))):
        family, moment = live.values.values()
        activation, std, rate = experiments.FAMILIES[family]
        recipe = Recipe(SIZES, activation, "batch")
        p = stacked.start(recipe, [0], [std])
        steps = stacked.updates(recipe, p, train.x, train.y, [rate], 60, np.random.default_rng(100))
        for _ in range(3 * moment):
            p = next(steps)
        gradients = stacked.loss_and_gradients(recipe, p, train.x, train.y)[1]
        losses = []
        for length in (0, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64):
            moved = {name: value - rate * length * gradients[name] for name, value in p.items()}
            losses.append(own_loss(one(moved, 0), train.x.astype(float), train.y, activation, "batch"))
        assert live.result.update == 3 * moment
        assert live.result.losses["batch"] == pytest.approx(losses, rel=2e-3)
        lines = live.canvas.figure.axes[0].lines
        assert lines[2].get_marker() != lines[3].get_marker()  # the losses before the step
        drawn = lines[1].get_ydata()
        assert drawn == pytest.approx(np.clip(losses[1:], 1e-3, 1e4), rel=2e-3)
        low = float(f"{min(losses):.1g}")
        assert numbers(live.sentence.split("without batch norm, ")[1])[1] == pytest.approx(low, rel=0.2)


def test_the_plain_figure_draws_each_network_with_its_own_mark():
    ax = Figure().subplots()
    values = {"plain": [1.0, 2.0], "batchnorm": [0.1, 0.2], "noisy": [3.0]}
    assert plots.shifts([40, 200], values, "drift", ax) is ax
    drawn = ax.lines[::2]  # each line is followed by its key
    assert [list(line.get_ydata()) for line in drawn] == list(values.values())
    assert len({line.get_marker() for line in drawn}) == 3
    assert len({line.get_linestyle() for line in drawn}) == 3
    assert ax.get_yscale() == "log"
    assert "median" in ax.get_ylabel()
