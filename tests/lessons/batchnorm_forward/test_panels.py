"""Lesson 06's panels and figure against computations of their own."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course.live import Live
from helpers.data import Dataset
from helpers.network import Network
from lessons.batchnorm_forward import experiments, norm_training, normalizing, plots, variance_traps
from tests.sweep import numbers, swept

EPS = 1e-5


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


def own_norm(values, gamma=1.0, beta=0.0, eps=EPS):
    """One feature normalized with sums in plain Python, and its mean and variance."""
    n = len(values)
    mean = math.fsum(values) / n
    var = math.fsum((v - mean) ** 2 for v in values) / n
    return [gamma * (v - mean) / math.sqrt(var + eps) + beta for v in values], mean, var


def test_an_edited_batch_moves_all_its_outputs():
    start = [6.75, 6.2, 2.5, 2.9, 7.65]
    first = own_norm(start)[0]
    for live in swept(normalizing.batch(np.array(start))):
        x = list(live.values.values())
        x_hat, mean, var = own_norm(x)
        moved = sum(abs(a - b) > 1e-6 for a, b in zip(x_hat, first, strict=True))
        wanted = [*x, mean, var, *x_hat, *([moved, 5] if moved else [5])]
        assert numbers(live.sentence) == pytest.approx(wanted, abs=6e-3)
        assert moved == (0 if x == start else 5)
        assert ("None of" in live.sentence) == (x == start)
        left, right = live.canvas.figure.axes
        assert left.lines[1].get_ydata().tolist() == x
        assert right.lines[2].get_ydata() == pytest.approx(x_hat)
        assert right.lines[0].get_ydata() == pytest.approx(first)
        assert left.lines[2].get_ydata() == pytest.approx([mean] * 2)


def test_a_batch_of_equal_values_is_named_and_all_zero():
    live = Live(normalizing.batch(np.array([6.75, 6.2, 2.5, 2.9, 7.65])))
    for widget in live.widgets.values():
        widget.value = 4.0
    assert "all values are the same" in live.sentence
    assert live.result.x_hat.tolist() == [0] * 5
    assert "-0.00" not in live.sentence


@pytest.fixture(scope="module")
def columns():
    rng = np.random.default_rng(3)
    return {"proline": rng.gamma(2, 100, 150), "malic_acid": rng.uniform(0, 3, 90),
            "pixel": rng.integers(0, 5, 80) / 4, "unit": rng.normal(1, 0.4, 200)}  # fmt: skip


def test_the_shape_of_a_feature_is_the_same_before_and_after(columns):
    for live in swept(normalizing.shape(columns)):
        x = columns[live.values["feature"]]
        mean, std = x.mean(), x.std()
        z = (x - mean) / std
        within = 100 * sum(abs(v - mean) < std for v in x) / len(x)
        shape = [mean, std, 0, 1, (z**3).mean(), (z**3).mean(), within, within, 68.3]
        assert numbers(live.sentence)[-9:] == pytest.approx(shape, rel=1e-3, abs=0.06)
        left, right = live.canvas.figure.axes
        before, after = left.lines[0], right.lines[1]
        edges = [-4 + 0.25 * k for k in range(33)]
        share = [100 * sum(a <= v < b for v in own_norm(x)[0]) / len(x) for a, b in zip(edges, edges[1:], strict=False)]
        assert after.get_ydata() == pytest.approx(share, abs=1e-9)
        assert before.get_xdata() == pytest.approx(mean + std * (np.array(edges[1:]) - 0.125))
        assert sum(before.get_ydata()) == pytest.approx(100)
        assert max(share) < left.get_ylim()[1]


def test_gamma_and_beta_set_the_spread_and_the_mean(columns):
    x = columns["malic_acid"]
    for live in swept(normalizing.restore(x)):
        gamma, beta = live.values.values()
        y, _, _ = own_norm(x, gamma, beta)
        distance = math.sqrt(sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) / len(x))
        found = numbers(live.sentence)
        assert found[:4] == pytest.approx([gamma, beta, beta, abs(gamma)], abs=6e-3)
        assert found[4] == pytest.approx(distance, abs=6e-4)
        left, right = live.canvas.figure.axes
        assert left.lines[1].get_ydata() == pytest.approx(y)
        assert left.get_ylim()[0] < min(y) <= max(y) < left.get_ylim()[1]
        assert right.get_yscale() == "linear"
        assert max(right.lines[1].get_ydata()) < right.get_ylim()[1]
        assert right.texts[0].get_text() == ""
        assert right.get_xlim()[0] < min(y) <= max(y) < right.get_xlim()[1]


def test_with_the_root_and_the_mean_the_input_comes_back(columns):
    x = np.round(columns["malic_acid"], 2)
    live = Live(normalizing.restore(x))
    live.widgets["gamma"].value, live.widgets["beta"].value = x.std(), x.mean()
    assert live.result.distance < 0.01


def test_gamma_0_gives_one_value_and_a_note_says_how_high_it_is(columns):
    live = Live(normalizing.restore(columns["malic_acid"]))
    live.widgets["gamma"].value = 0
    assert live.result.y.tolist() == [0] * 90
    right = live.canvas.figure.axes[1]
    assert right.lines[1].get_ydata().max() == 100 > right.get_ylim()[1]
    assert right.texts[0].get_text() == "↑ to 100 %"
    assert right.texts[0].get_position()[0] == pytest.approx(0.125 + 0.6)


def test_the_share_of_zeros(columns):
    features = {"unit": columns["unit"], "proline": columns["proline"], "pixel_62": columns["pixel"]}
    for live in swept(normalizing.zeros(features)):
        gamma, beta, name = live.values.values()
        y = np.array(own_norm(features[name], gamma, beta)[0])
        percent = 100 * sum(v <= 0 for v in y) / len(y)
        found = numbers(live.sentence)
        assert found[:2] == pytest.approx([gamma, beta], abs=1e-9)
        assert found[2] == pytest.approx(percent, abs=0.06)
        ax = live.canvas.figure.axes[0]
        below, above = ax.patches
        heights = below.get_data().values + above.get_data().values
        assert ax.get_yscale() == "linear"
        assert ax.texts[2].get_text() == ("" if max(heights) <= ax.get_ylim()[1] else f"↑ to {max(heights):.0f} %")
        assert below.get_data().values.sum() == pytest.approx(percent)
        assert above.get_data().values.sum() == pytest.approx(100 - percent)
        assert abs(y).max() < 11
        if beta == 0 and gamma > 0:
            assert percent == pytest.approx(100 * np.mean(features[name] <= features[name].mean()))


def test_the_vertical_axis_belongs_to_the_feature_and_a_note_names_what_is_higher(columns):
    features = {"unit": columns["unit"], "pixel_62": columns["pixel"]}
    live = Live(normalizing.zeros(features))
    ax, limits = live.canvas.figure.axes[0], {}
    for name in ("pixel_62", "unit"):
        live.widgets["feature"].value = name
        edges = [-11 + 0.25 * k for k in range(89)]
        x_hat = own_norm(features[name])[0]
        highest = max(sum(a <= v < b for v in x_hat) for a, b in zip(edges, edges[1:], strict=False))
        limits[name] = ax.get_ylim()[1]
        assert limits[name] == pytest.approx(min(200 * highest / len(x_hat), 102))
        live.widgets["gamma"].value = 2
        assert ax.get_ylim()[1] == limits[name]
    live.widgets["gamma"].value = 0
    assert ax.texts[2].get_text() == "↑ to 100 %"
    assert limits["unit"] < limits["pixel_62"]


def test_a_hidden_unit_computes_the_linear_part():
    pixels = np.random.default_rng(5).uniform(size=(7, 64))
    weights = (2 / 64) ** 0.5 * np.random.default_rng(0).standard_normal((64, 64))
    assert experiments.hidden_unit(pixels) == pytest.approx(pixels @ weights[:, 37])
    assert experiments.hidden_unit(pixels, 2) == pytest.approx(pixels @ weights[:, 2])


def test_what_is_left_of_a_sliders_steps_does_not_count(columns):
    live = Live(normalizing.zeros({"unit": columns["unit"]}))
    live.widgets["gamma"].value, live.widgets["beta"].value = 1e-17, 5.6e-17
    assert live.result.percent == 100
    restored = normalizing.restore(columns["unit"])
    assert "-0.00" not in restored.describe(restored.compute(gamma=1.0, beta=-5.6e-17))


def test_epsilon_inside_and_outside_the_root(columns):
    unit = columns["proline"]
    for live in swept(variance_traps.epsilon(unit)):
        eps, std = live.values.values()
        wanted = [eps, std, std**2 / (std**2 + eps), (std / (std + eps)) ** 2]
        result = live.result
        assert (result.eps, result.std, result.inside, result.outside) == pytest.approx(wanted, rel=1e-6)
        assert numbers(live.sentence)[-2:] == pytest.approx(wanted[2:], abs=6e-4)
        ax = live.canvas.figure.axes[0]
        grid = ax.lines[0].get_xdata()
        assert ax.lines[0].get_ydata() == pytest.approx((grid / (grid + eps)) ** 2)
        assert ax.lines[1].get_ydata() == pytest.approx(grid**2 / (grid**2 + eps))
        assert ax.lines[2].get_xdata() == pytest.approx([math.sqrt(eps)] * 2)


def test_a_variance_in_one_pass_and_in_two():
    values = np.random.default_rng(0).standard_normal((256, 16))
    negatives = []
    for live in swept(variance_traps.trap()):
        mean = live.values["mean"]
        x = (values + mean).astype(np.float32)
        true = x.astype(np.float64).var(axis=0)
        average = x.mean(axis=0)
        one = (x**2).mean(axis=0) - average**2
        two = ((x - average) ** 2).mean(axis=0)
        wanted = [np.median(abs(found - true) / true) for found in (one, two)]
        at = live.result.chosen
        assert [live.result.one[at], live.result.two[at]] == pytest.approx(wanted, rel=1e-3)
        assert live.result.negative[at] == (one < 0).sum()
        assert ("are negative" in live.sentence) == bool((one < 0).any())
        assert numbers(live.sentence.replace("float32", ""))[:2] == [mean, 1]
        negatives.append((one < 0).sum())
    assert negatives[1] == 0 < negatives[2]


def test_negative_variances_are_marked():
    ax = Live(variance_traps.trap()).canvas.figure.axes[0]
    assert ax.lines[3].get_xdata().tolist() == [3e3, 1e4, 3e4, 1e5]


# ---------------------------------------------------------------- the panels that train

def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def own_pass(p, x, y, normed):
    """Loss and gradients of a sigmoid network with batch norm at the layers in ``normed``, written out."""
    depth = sum(name.startswith("weight") for name in p)
    out, kept = x, {}
    for k in range(1, depth + 1):
        u = out @ p[f"weight{k}"]
        kept[k] = {"in": out}
        if k in normed:
            inv = 1 / np.sqrt(u.var(axis=0) + EPS)
            x_hat = (u - u.mean(axis=0)) * inv
            kept[k] |= {"x_hat": x_hat, "inv": inv}
            z = p[f"gamma{k}"] * x_hat + p[f"beta{k}"]
        else:
            z = u + p[f"bias{k}"]
        out = kept[k]["out"] = z if k == depth else sigmoid(z)
    share = np.exp(out - out.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    loss, d, gradients = -np.log(share[np.arange(len(y)), y]).mean(), (share - np.eye(10)[y]) / len(y), {}
    for k in range(depth, 0, -1):
        if k < depth:
            d = d * kept[k]["out"] * (1 - kept[k]["out"])
        if k in normed:
            x_hat = kept[k]["x_hat"]
            gradients[f"gamma{k}"], gradients[f"beta{k}"] = (d * x_hat).sum(axis=0), d.sum(axis=0)
            g = d * p[f"gamma{k}"]
            d = kept[k]["inv"] * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0))
        else:
            gradients[f"bias{k}"] = d.sum(axis=0)
        gradients[f"weight{k}"] = kept[k]["in"].T @ d
        d = d @ p[f"weight{k}"].T
    return loss, gradients


def own_run(sizes, normed, std, data, rate, updates):
    """The parameters after each update, from seed 0, with batches of 60 that 100 shuffles; float64."""
    rng, p = np.random.default_rng(0), {}
    for k, shape in enumerate(zip(sizes, sizes[1:], strict=False), 1):
        scale = (2 / sum(shape)) ** 0.5 if std is None else std
        p[f"weight{k}"] = (scale * rng.standard_normal(shape)).astype(np.float32).astype(float)
        p |= ({f"gamma{k}": np.ones(shape[1]), f"beta{k}": np.zeros(shape[1])} if k in normed
              else {f"bias{k}": np.zeros(shape[1])})  # fmt: skip
    rng, states, x = np.random.default_rng(100), [p], data.x.astype(float)
    while True:
        order = rng.permutation(len(x))
        for first in range(0, len(x) - 59, 60):
            rows = order[first : first + 60]
            _, gradients = own_pass(p, x[rows], data.y[rows], normed)
            p = {name: p[name] - rate * gradients[name] for name in p}
            states.append(p)
            if len(states) > updates:
                return states


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(6)
    y = rng.integers(10, size=260)
    x = (rng.uniform(0, 0.5, (260, 64)) + np.eye(64)[3 * y] + np.eye(64)[3 * y + 30]).astype(np.float32)
    return Dataset("train", x[:200], y[:200]), Dataset("test", x[200:], y[200:])


@pytest.fixture(scope="module")
def recorded(data):
    *_, run = norm_training.training(*data).compute()
    return run


def test_gamma_and_beta_are_recorded_on_their_way(data, recorded):
    panel = norm_training.training(*data)
    assert panel.total() == 101 == len(recorded)
    assert [moment.update for moment in recorded] == list(range(0, 401, 4))
    states = own_run((64, 20, 20, 10), (1, 2), None, data[0], 1.0, 60)
    for moment in recorded[:16]:
        for k in (1, 2):
            assert moment.gammas[k - 1] == pytest.approx(states[moment.update][f"gamma{k}"], abs=2e-3)
            assert moment.betas[k - 1] == pytest.approx(states[moment.update][f"beta{k}"], abs=2e-3)
    assert recorded[-1].accuracy > 0.8
    last = recorded[-1]
    found = numbers(panel.describe(recorded).replace("layer 2", ""))
    wanted = [400, np.median(last.gammas[1]), abs(last.betas[1]).max(), 1, 0, last.accuracy]
    assert found == pytest.approx(wanted, abs=0.06)
    figure = Figure()
    _, update = panel.build(figure)
    update(recorded)
    left, right = figure.axes
    assert left.lines[2].get_ydata().tolist() == [moment.gammas[1, 2] for moment in recorded]
    assert right.lines[2].get_ydata().tolist() == [moment.betas[1, 2] for moment in recorded]


@pytest.mark.parametrize("length", [101, 3])
def test_the_recorded_moments_are_shown_one_by_one(recorded, length):
    run = recorded[:length]
    for live in swept(norm_training.moments(run)):
        moment = run[live.values["moment"]]
        for ax, k in zip(live.canvas.figure.axes, (0, 1), strict=True):
            assert ax.lines[1].get_xdata().tolist() == moment.betas[k].tolist()
            assert ax.lines[1].get_ydata().tolist() == moment.gammas[k].tolist()
            assert ax.get_ylim()[0] < moment.gammas[k].min() <= moment.gammas[k].max() < ax.get_ylim()[1]
        assert numbers(live.sentence)[0] == moment.update
        if moment.update:
            wanted = [*np.median(moment.gammas, axis=1), *abs(moment.betas).max(axis=1), moment.accuracy]
            found = numbers(live.sentence.replace("layer 1", "").replace("layer 2", ""))[1:]
            assert found == pytest.approx(wanted, abs=0.06)


def own_epochs(p, data, rate, epochs, held=()):
    """The parameters after epochs in batches of 60 that 1 shuffles; the last batch is what is left; float64."""
    rng, x = np.random.default_rng(1), data.x.astype(float)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for first in range(0, len(x), 60):
            rows = order[first : first + 60]
            _, gradients = own_pass(p, x[rows], data.y[rows], (1, 2))
            p = {name: value if name in held else value - rate * gradients[name] for name, value in p.items()}
    return p


@pytest.mark.parametrize("held", [False, True])
def test_gamma_and_beta_are_trained_or_held(data, held):
    network = Network((64, 20, 20, 10), "sigmoid", batchnorm=True)
    first, last = experiments.trained(network, data[0], held, rate=0.5, epochs=3)
    assert {array.dtype for array in last.values()} == {np.dtype(np.float32)}
    affine = ("gamma1", "beta1", "gamma2", "beta2")
    wanted = own_epochs({k: v.astype(float) for k, v in first.items()}, data[0], 0.5, 3, affine if held else ())
    for name, array in last.items():
        assert array == pytest.approx(wanted[name], abs=2e-3)
        assert np.array_equal(array, first[name]) == (held and name in affine)
    x = data[0].x.astype(float)
    assert experiments.loss_of(network, last, data[0]) == pytest.approx(
        own_pass({k: v.astype(float) for k, v in last.items()}, x, data[0].y, (1, 2))[0], rel=1e-4)


def test_the_share_of_pre_activations_below_0(data):
    network = Network((64, 20, 20, 10), "sigmoid", batchnorm=False)
    p = {f"weight{k}": np.random.default_rng(k).normal(size=shape).astype(np.float32)
         for k, shape in enumerate(((64, 20), (20, 20), (20, 10)), 1)}  # fmt: skip
    p |= {f"bias{k}": np.full(n, -0.3, np.float32) for k, n in ((1, 20), (2, 20), (3, 10))}
    z1 = data[0].x @ p["weight1"] - 0.3
    z2 = sigmoid(z1) @ p["weight2"] - 0.3
    share = (np.count_nonzero(z1 <= 0) + np.count_nonzero(z2 <= 0)) / (z1.size + z2.size)
    assert experiments.share_below_0(network, p, data[0]) == pytest.approx(share, abs=1e-3)


def test_batch_norm_at_chosen_layers_is_the_run_written_out(data):
    panel = norm_training.placement(*data, updates=30)
    plain = {rate: own_run((64, 50, 50, 50, 10), (), 0.1, data[0], rate, 30) for rate in (0.1, 1.0)}
    for live in swept(panel):
        *switches, rate = live.values.values()
        normed = tuple(k for k, on in enumerate(switches, 1) if on)
        assert panel.total(**live.values) == 4
        states = own_run((64, 50, 50, 50, 10), normed, 0.1, data[0], rate, 30)
        x = data[0].x.astype(float)
        losses, plains = ([own_pass(run[k], x, data[0].y, which)[0] for k in (0, 10, 20, 30)]
                          for run, which in ((states, normed), (plain[rate], ())))  # fmt: skip
        assert live.result.normed.losses == pytest.approx(losses, abs=2e-3)
        assert live.result.plain.losses == pytest.approx(plains, abs=2e-3)
        assert live.result.added == 100 * len(normed)
        tail = numbers(live.sentence)
        assert tail[0] == 30
        assert tail[-4:] == pytest.approx(
            [losses[-1], live.result.normed.accuracy, plains[-1], live.result.plain.accuracy], abs=0.011)
        dotted, solid, dashed = live.canvas.figure.axes[0].lines
        assert dotted.get_ydata() == pytest.approx([math.log(10)] * 2)
        assert solid.get_ydata() == pytest.approx(losses, abs=2e-3)
        assert dashed.get_xdata().tolist() == [0, 10, 20, 30]


def test_the_network_at_chosen_layers_ends_where_its_run_ends(data):
    network, last = experiments.placed([False, True, True], data[0], 0.3)
    wanted = own_run((64, 50, 50, 50, 10), (2, 3), 0.1, data[0], 0.3, 400)[-1]
    assert network.batchnorm == (False, True, True)
    assert experiments.loss_of(network, last, data[0]) == pytest.approx(
        own_pass(wanted, data[0].x.astype(float), data[0].y, (2, 3))[0], abs=2e-3)


def test_a_run_that_diverges_has_an_infinite_loss(data):
    assert experiments.final_loss("relu", 1e20, False, data[0]) == math.inf
    before, after = (experiments.final_loss("sigmoid", 0.03, place, data[0]) for place in (False, True))
    assert 0 < before < 2.4
    assert 0 < after < 2.4
    assert before != after


def test_feature_maps_stand_side_by_side_with_their_range():
    maps = np.random.default_rng(1).normal(size=(3, 5, 4))
    ax = plots.feature_maps(maps, "before", 2.5, Figure().subplots())
    for image, values, words in zip(ax.images, maps, ax.texts, strict=True):
        assert np.array_equal(image.get_array(), values)
        assert image.get_clim() == (-2.5, 2.5)
        assert words.get_text().endswith(f"{values.min():.1f} to {values.max():.1f}")
    assert [image.get_extent()[0] for image in ax.images] == [0, 6, 12]
