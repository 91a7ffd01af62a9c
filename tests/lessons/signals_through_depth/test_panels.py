"""Lesson 04's panels, figures and numbers against computations of their own."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course import catalogue, drawing
from helpers.network import forward, loss_and_gradients
from helpers.recording import last
from lessons.signals_through_depth import (
    depth,
    experiments,
    panels,
    plots,
    remedies,
    runaway_numbers,
    runaway_weight,
    saying,
)
from tests.overlaps import faults
from tests.sweep import numbers, swept

EPS = 1e-5
NARROW = (1e-12, 1e12)


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


FUNCTIONS = {
    "sigmoid": (lambda z: (1 + np.tanh(z / 2)) / 2, lambda h: h * (1 - h)),
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "relu": (lambda z: np.maximum(z, 0), lambda h: (h > 0) * 1.0),
}


def own_weights(layers, activation, scale, dtype=np.float64):
    rng, sizes = np.random.default_rng(0), [64, *[32] * (layers - 1), 10]
    weights = []
    for a, b in zip(sizes, sizes[1:], strict=False):
        std = math.sqrt(2 / a) if activation == "relu" else math.sqrt(2 / (a + b))
        weights.append((std * rng.standard_normal((a, b))).astype(dtype) * dtype(scale))
    return weights


def own_way(x, labels, layers, activation, scale, batchnorm=False):
    """Each layer's input and δ, with batch norm's backward pass through its Jacobian, unit by unit."""
    function, derivative = FUNCTIONS[activation]
    weights, inputs, normed = own_weights(layers, activation, scale), [x], []
    for k, weight in enumerate(weights):
        z = inputs[-1] @ weight
        if k < layers - 1:
            root = np.sqrt(z.var(axis=0) + EPS)
            normed.append(((z - z.mean(axis=0)) / root, root))
            inputs.append(function(normed[-1][0] if batchnorm else z))
    share = np.exp(z - z.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    deltas, n = [(share - np.eye(10)[labels]) / len(x)], len(x)
    for k in range(layers - 1, 0, -1):
        delta = deltas[0] @ weights[k].T * derivative(inputs[k])
        if batchnorm:
            z_hat, root = normed[k - 1]
            jacobians = (np.eye(n) - 1 / n - z_hat.T[:, :, None] * z_hat.T[:, None, :] / n) / root[:, None, None]
            delta = np.einsum("jab,bj->aj", jacobians, delta)
        deltas.insert(0, delta)
    return inputs, deltas


def own_norms(x, labels, layers, activation, scale, batchnorm):
    ways = zip(*own_way(x, labels, layers, activation, scale, batchnorm), strict=True)
    return np.array([math.sqrt(((h.T @ delta) ** 2).sum()) for h, delta in ways])


# ---------------------------------------------------------------- two digits, and what a gradient is made of

def test_the_digits_begin_with_a_zero_and_a_one_and_none_comes_twice():
    x, labels = experiments.some_digits(3)
    assert x.shape == (100, 64)
    assert labels[:2].tolist() == [0, 1]
    assert len(np.unique(x, axis=0)) == 100


def test_two_digits_go_forward_and_delta_goes_back():
    x, labels = experiments.some_digits(0)
    for live in swept(panels.two_digits()):
        inputs, deltas = own_way(x, labels, 20, "sigmoid", live.values["scale"])
        apart = [math.dist(h[0], h[1]) / math.sqrt(32) for h in inputs[1:]]
        moving = live.canvas.figure.moving
        assert moving["apart"].get_ydata() == pytest.approx(np.maximum(apart, 1e-20), rel=1e-3, abs=2e-15)
        sizes = [np.sqrt((delta**2).sum()) for delta in deltas]
        assert moving["delta"].get_ydata() == pytest.approx(sizes, rel=1e-6)
        zero, one = (np.array([h[k] for h in inputs[1:]]).T for k in (0, 1))
        for name, values in (("h_zero", zero), ("h_one", one), ("difference", zero - one)):
            assert np.array(moving[name].get_array()) == pytest.approx(values, abs=1e-9)
        seen = [name for name in saying.VERDICTS if live.canvas.figure.words[name].get_visible()]
        grown = sizes[0] / sizes[-1]
        assert seen == ["vanish" if grown < 1e-6 else "fade" if grown < 0.1 else "level" if grown < 10 else "explode"]
        assert f"× {live.values['scale']}:" in live.sentence


@pytest.mark.parametrize(
    ("value", "said"),
    [(3.2e-13, "3·10⁻¹³"), (0.0961, "0.1"), (0.03, "0.03"), (0.0098, "1·10⁻²"), (4.4, "4"), (53.2, "53"),
     (718, "7·10²"), (1e19, "1·10¹⁹")],
)  # fmt: skip
def test_a_size_is_said_with_one_digit(value, said):
    assert saying.size(value) == said


def test_a_difference_that_rounding_swallowed_is_none():
    assert saying.distance(9e-16) == "0"
    assert saying.distance(3e-13) == "3·10⁻¹³"


def test_a_gradient_is_made_of_h_and_delta():
    x, labels = experiments.some_digits(0)
    for live in swept(panels.layers()):
        activation, scale = live.values.values()
        inputs, deltas = own_way(x, labels, 20, activation, scale)
        norms = own_norms(x, labels, 20, activation, scale, False)
        moving = live.canvas.figure.moving
        assert moving["gradient"].get_ydata() == pytest.approx(norms, rel=1e-6)
        assert moving["h"].get_ydata() == pytest.approx([math.sqrt((h**2).mean()) for h in inputs[1:]], rel=1e-6)
        assert moving["delta"].get_ydata() == pytest.approx([np.linalg.norm(d) for d in deltas], rel=1e-6)
        weights = np.mean([w.std() * math.sqrt(32) for w in own_weights(20, activation, scale)[5:15]])
        slopes = np.mean([math.sqrt((FUNCTIONS[activation][1](h) ** 2).mean()) for h in inputs[5:15]])
        back = (np.linalg.norm(deltas[4]) / np.linalg.norm(deltas[14])) ** 0.1
        assert numbers(live.sentence)[:5] == pytest.approx([20, scale, weights, slopes, weights * slopes], abs=0.006)
        assert numbers(live.sentence)[5] == pytest.approx(back, abs=0.006)
        assert f"{weights:.2f} × {slopes:.2f} = {weights * slopes:.2f}" in live.canvas.figure.words["words"].get_text()


def test_both_ways_gives_the_gradients_of_the_network():
    network, (x, labels) = experiments.deep(5, "tanh"), experiments.some_digits(1)
    start = experiments.scaled_start(network, 2.0, 1)
    both = experiments.both_ways(network, start, x, labels)
    loss, gradients, _ = loss_and_gradients(network, start, x, labels)
    assert both.loss == pytest.approx(loss)
    assert both.gradients == pytest.approx([np.linalg.norm(gradients[f"weight{k}"]) for k in range(1, 6)])
    assert both.deltas[2].sum(axis=0) == pytest.approx(gradients["bias3"])


def test_moved_biases_make_of_sigmoid_times_four_the_tanh_network():
    network, (x, _) = experiments.deep(4, "sigmoid"), experiments.some_digits(2)
    start = experiments.scaled_start(network, 1.0, 2)
    times = {"weight1": 2.0, "weight2": 4.0, "weight3": 4.0}
    larger = start | {name: factor * start[name] for name, factor in times.items()}
    ours = forward(network, experiments.centred(larger), x)[1][-1].linear.x
    tanh = forward(experiments.deep(4, "tanh"), start, x)[1][-1].linear.x
    assert ours == pytest.approx((1 + tanh) / 2, abs=1e-12)


def test_the_factors_of_the_way_forward_and_back_are_those_of_the_figure():
    for activation, found in experiments.factor_curves(scales=(0.5, 1.0)).items():
        assert [one.back for one in found] == [experiments.way(activation, s).factors.back for s in (0.5, 1.0)]
        assert [one.forward for one in found] == pytest.approx([one.back for one in found], rel=0.15)


# ---------------------------------------------------------------- training

@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(experiments, "UPDATES", 40)


def own_run(activation, scale, rate, updates):
    """The losses of so many updates in float32 as far as they are finite, and the update that was not, or None."""
    (x, labels), derivative = experiments.digits_to_learn(), FUNCTIONS[activation][1]
    weights, rng, losses = own_weights(20, activation, scale, np.float32), np.random.default_rng([0, 1]), []
    biases = [np.zeros(weight.shape[1], np.float32) for weight in weights]
    while len(losses) < updates:
        order = rng.permutation(len(x))
        for rows in (order[first : first + 100] for first in range(0, len(x), 100)):
            inputs = [x[rows]]
            for weight, bias in zip(weights, biases, strict=True):
                z = inputs[-1] @ weight + bias
                inputs.append(FUNCTIONS[activation][0](z))
            z = z - z.max(axis=1, keepdims=True)
            log_share = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
            loss = -float(log_share[np.arange(100), labels[rows]].mean(dtype=np.float64))
            deltas = [(np.exp(log_share) - np.eye(10, dtype=np.float32)[labels[rows]]) / np.float32(100)]
            for k in range(19, 0, -1):
                deltas.insert(0, deltas[0] @ weights[k].T * derivative(inputs[k]).astype(np.float32))
            ways = zip(weights, inputs, deltas, strict=False)
            weights = [w - np.float32(rate) * (a.T @ d) for w, a, d in ways]
            biases = [b - np.float32(rate) * d.sum(axis=0) for b, d in zip(biases, deltas, strict=True)]
            if not (math.isfinite(loss) and all(np.isfinite(weight).all() for weight in weights)):
                return losses, len(losses) + 1
            losses.append(loss)
    return losses[:updates], None


@pytest.mark.filterwarnings("ignore")
def test_a_run_from_each_size_is_the_run_written_out_and_its_end_is_named(short):
    ends = set()
    for live in swept(panels.training()):
        activation, scale, rate = live.values.values()
        losses, diverged = own_run(activation, scale, rate, 40)
        ends.add(diverged is None)
        assert live.result.diverged == diverged
        alike = 3 if scale <= 1 else 1  # from larger weights rounding grows as δ does
        assert live.result.losses[:alike] == pytest.approx(losses[:alike], rel=1e-2)
        assert ("diverged" in live.sentence) == (diverged is not None)
        figure = live.canvas.figure
        seen = [name for name in panels.STATES if figure.words[name].get_visible()]
        assert seen == ["diverged" if diverged else "ended"]
        assert figure.moving["cross"].get_xdata() == ([diverged] if diverged else [])
        if diverged:
            assert f"update {diverged}" in live.sentence
        else:
            network, (x, labels) = experiments.deep(20, activation), experiments.digits_to_learn()
            right = (forward(network, live.result.parameters, x)[0].argmax(axis=1) == labels).mean()
            assert live.result.right == pytest.approx(right)
            assert f"{100 * right:.0f} % of" in live.sentence
    assert ends == {True, False}


def test_a_run_that_goes_on_gets_no_verdict(short):
    panel = panels.training()
    values = {"activation": "tanh", "scale": 1.0, "learning_rate": 0.1}
    runs = list(panel.compute(**values))
    assert len(runs) == panel.total(**values) == 4
    said = [panel.sentence(run, values) for run in panel.compute(**values)]
    assert ["after 10 updates" in said[0], "right" in said[0], "right" in said[-1]] == [True, False, True]


def test_a_run_is_drawn_update_by_update_and_then_in_means():
    losses = np.random.default_rng(1).uniform(1, 2, 95).tolist()
    at, drawn = saying.smoothed(losses)
    assert at[:30].tolist() == list(range(1, 31))
    assert drawn[:30].tolist() == losses[:30]
    assert at[30:] == pytest.approx([45.5, 75.5, 93])
    assert drawn[30:] == pytest.approx([np.mean(losses[30:60]), np.mean(losses[60:90]), np.mean(losses[90:])])
    assert [part.tolist() for part in saying.smoothed([])] == [[], []]
    assert [part.tolist() for part in saying.smoothed([2.0])] == [[1], [2.0]]


# ---------------------------------------------------------------- further: other factors, batch norm, one weight

def test_clipped_gradients_are_as_long_as_is_allowed_and_point_the_same_way():
    network, (x, labels) = experiments.deep(3, "relu"), experiments.digits_to_learn()
    start = experiments.scaled_start(network, 3.0, 0, np.float32)
    loss, whole, _ = loss_and_gradients(network, start, x, labels)
    for longest in (0.5, 1e9):
        same_loss, short, _ = remedies.clipped(longest)(network, start, x, labels)
        length = math.sqrt(sum((g.astype(float) ** 2).sum() for g in whole.values()))
        assert same_loss == loss
        for name, gradient in whole.items():
            assert short[name] == pytest.approx(min(1, longest / length) * gradient, rel=1e-4)


def test_clipping_ends_runs_that_would_diverge(short):
    assert remedies.clipped_run(2.0, longest=None).diverged
    assert remedies.clipped_run(2.0).right is not None


def test_delta_past_each_layer_is_the_derivative_of_the_loss(monkeypatch):
    """By central differences of the loss along the gradient's own direction, at the first hidden layer."""
    monkeypatch.setattr(remedies, "DEPTH", 4)
    (x, labels), start = experiments.some_digits(5), experiments.scaled_start(experiments.deep(4, "sigmoid"), 1.0, 5)
    for residual in (False, True):
        def loss_from(h, layer, residual=residual):
            for k in range(layer + 1, 4):
                out = FUNCTIONS["sigmoid"][0](h @ start[f"weight{k}"])
                h = h + out if residual else out
            scores = h @ start["weight4"]
            return (np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(100), labels]).mean()

        h, norms = FUNCTIONS["sigmoid"][0](x @ start["weight1"]), []
        for layer in (1, 3):
            gradient = np.zeros_like(h)
            for place in np.ndindex(h.shape):
                up, down = h.copy(), h.copy()
                up[place] += 1e-4
                down[place] -= 1e-4
                gradient[place] = (loss_from(up, layer) - loss_from(down, layer)) / 2e-4
            norms.append(np.linalg.norm(gradient))
            for k in (2, 3):
                out = FUNCTIONS["sigmoid"][0](h @ start[f"weight{k}"])
                h = h + out if residual else out
        assert remedies.level_of_delta(5, residual) == pytest.approx(norms[0] / norms[1], rel=1e-4)


def test_the_same_matrix_again_and_again_grows_by_its_largest_eigenvalue():
    assert remedies.repeated(1.1, 200) / remedies.repeated(1.0, 200) == pytest.approx(1.1**200, rel=1e-6)


def test_equal_units_stay_equal_and_different_ones_learn():
    assert remedies.equal_units(alike=True)[0] < 1e-5
    assert remedies.equal_units(alike=False)[0] > 0.1


def test_the_lengths_of_columns_in_training():
    first, second = remedies.growth(3.0, True, 1), remedies.growth(3.0, False, 1)
    start = experiments.scaled_start(experiments.deep(3, "sigmoid"), 1.0, 1, np.float32)["weight1"]
    for run in (first, second):
        assert len(run.lengths) == 201
        assert run.lengths[0] == pytest.approx(np.linalg.norm(start, axis=0).mean())
    assert (first.shorter, second.shorter) == (False, True)
    assert remedies.at_right_angles(1) < 1e-3


def test_a_layer_with_batch_norm_divides_by_its_root():
    small, large = (remedies.batchnorm_factor("relu", scale, 20, 1) for scale in (1.0, 5.0))
    assert large.weights / small.weights == pytest.approx(5)
    assert large.root / small.root == pytest.approx(5, rel=1e-3)
    assert large.estimate == pytest.approx(small.weights * small.derivatives / small.root, rel=1e-3)
    network, (x, labels) = experiments.deep(20, "relu", True), experiments.some_digits(1)
    norms = experiments.gradient_norms(network, experiments.scaled_start(network, 1.0, 1), x, labels)
    assert small.measured == pytest.approx((norms[5] / norms[14]) ** (1 / 9))


def test_the_smallest_weights_grow_in_one_update():
    before, after, right = remedies.smallest_weights(True, 1)
    assert after > 5 * before
    assert right > 0.9


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(12)
    return rng.uniform(0, 1, (20, 64)), rng.integers(10, size=20)


def said(values):
    return [float(f"{number:.1e}") for number in (values[0], values[-1], values[0] / values[-1])]


def outside(values):
    below, above = int((values < NARROW[0]).sum()), int((values > NARROW[1]).sum())
    return [below or above] if below or above else []


def test_gradient_norms_with_batch_norm_beside_those_without(pictures):
    for live in swept(depth.norms_batchnorm(*pictures)):
        layers, activation, scale = live.values.values()
        plain, normed = (own_norms(*pictures, layers, activation, scale, batchnorm) for batchnorm in (False, True))
        assert live.result["normalized"] == pytest.approx(normed, rel=1e-4)
        assert live.result["plain"] == pytest.approx(plain, rel=1e-6)
        wanted = [layers, scale, *said(plain), *outside(plain), *said(normed), *outside(normed)]
        assert numbers(live.sentence) == pytest.approx(wanted, rel=0.06)
        moving = live.canvas.figure.moving
        assert moving["plain"].get_ydata() == pytest.approx(np.clip(plain, *NARROW), rel=1e-6)
        assert moving["normalized"].get_ydata() == pytest.approx(normed, rel=1e-4)


@pytest.fixture(scope="module")
def wines():
    rng = np.random.default_rng(13)
    x = rng.normal(size=(40, 8)) @ rng.normal(size=(8, 8))
    return (x - x.mean(axis=0)) / x.std(axis=0), rng.integers(3, size=40)


def own_signals(x, weight, activation, batchnorm):
    function, rng, sizes = FUNCTIONS[activation][0], np.random.default_rng(0), (8, 6, 6, 6, 6, 3)
    a, result = x, []
    for k, (n, m) in enumerate(zip(sizes, sizes[1:], strict=False)):
        w = math.sqrt(2 / n if activation == "relu" else 2 / (n + m)) * rng.standard_normal((n, m))
        if k == 0:
            w[3, 3] = weight
        z = a @ w
        if batchnorm and k < 4:
            z = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + EPS)
        result.append(z)
        a = function(z)
    return result


def test_the_signals_with_one_weight_of_any_size(wines):
    x, _ = wines
    for live in swept(runaway_weight.signals(x)):
        weight, activation = live.values.values()
        plain, normed = (own_signals(x, weight, activation, batchnorm) for batchnorm in (False, True))
        most = [[abs(z).max() for z in signals] for signals in (plain, normed)]
        unit, feature = normed[0][:, 3], x[:, 3]
        copies = ((unit - unit.mean()) * feature).mean() / unit.std()
        found = numbers(live.sentence.replace("layers 1 to 5 is", ""))
        assert found == pytest.approx([weight, *most[0], *most[1], 4, 4, copies], rel=1e-3, abs=0.06)
        moving = live.canvas.figure.moving
        drawn = [moving[name].get_ydata().tolist() for name in ("plain", "normalized")]
        assert drawn == [pytest.approx(values) for values in most]
        assert moving["dots"].get_xdata() == pytest.approx(feature)
        assert moving["dots"].get_ydata() == pytest.approx(unit)
        assert f"{weight:,}" in live.canvas.figure.words["copies"].get_text()


def test_the_large_weights_unit_copies_its_input_and_so_does_layer_2_without_batch_norm(wines):
    x, labels = wines
    for batchnorm in (False, True):
        one, two, *_ = own_signals(x, 1000, "relu", batchnorm)
        unit, typical = runaway_numbers.copies(x, 1000, batchnorm)
        assert unit == pytest.approx(np.corrcoef(one[:, 3], x[:, 3])[0, 1])
        source = np.maximum(x[:, 3], 0)
        each = [abs(np.corrcoef(np.column_stack([column, source]).T)[0, 1]) for column in two.T]
        assert typical == pytest.approx(np.median(each))
    right, weight = runaway_numbers.after_training(x, labels, 1000, batchnorm=True)
    assert 0 <= right <= 1
    assert weight == pytest.approx(1000, abs=1)


# ---------------------------------------------------------------- plain figures, and texts that keep clear

def test_the_curves_of_factors_are_estimates_and_marks_what_was_measured():
    curves = experiments.factor_curves(scales=(0.5, 1.0, 2.0))
    ax = plots.factor_curves(curves, Figure().subplots(), scales=(0.5, 1.0, 2.0))
    drawn = [line.get_ydata() for line in ax.lines]
    for k, found in enumerate(curves.values()):
        assert drawn[2 * k] == pytest.approx([one.weights * one.derivatives for one in found])
        assert drawn[2 * k + 1] == pytest.approx([one.back for one in found])
    assert [words.get_text() for words in ax.texts] == ["sigmoid", "tanh", "ReLU", "level"]


def test_growth_is_drawn_with_its_control():
    runs = [{rate: remedies.Growth(np.linspace(1, end, 9), False, 0.5) for rate in (1.0, 3.0)} for end in (2, 3)]
    ax = plots.growth(*runs, Figure().subplots())
    assert [line.get_ydata()[-1] for line in ax.lines] == [2, 2, 3, 3]
    named = [words.get_text() for words in ax.texts[1:3]]
    assert named == ["without, rate 3: 50 % right", "with batch norm, rate 1: 50 % right"]


@pytest.fixture(scope="module")
def all_panels(pictures, wines):
    return {
        "two_digits": panels.two_digits(),
        "layers": panels.layers(),
        "training": panels.training(),
        "norms_batchnorm": depth.norms_batchnorm(*pictures),
        "signals": runaway_weight.signals(wines[0]),
    }


@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", ["two_digits", "layers", "training", "norms_batchnorm", "signals"])
def test_no_text_overlaps_another_or_leaves_the_picture(all_panels, short, name, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    assert faults(all_panels[name], pairs=(language, view) == ("en", "normal")) == []


def test_a_run_keeps_its_last_state(short):
    assert last(experiments.training("tanh", 1.0, 0.1)).right == experiments.trained.__wrapped__("tanh", 1.0, 0.1, 0)
