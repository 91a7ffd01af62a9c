"""Lesson 04's panels and figures against computations of their own."""

import math
import re

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course.live import Live
from helpers.data import load_digits8
from lessons.signals_through_depth import chain_rule, depth, experiments, plots, runaway_weight
from tests.sweep import numbers, swept

EPS = 1e-5
EDGES, NARROW = (1e-32, 1e20), (1e-12, 1e12)


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


# ---------------------------------------------------------------- the chain rule

@pytest.fixture(scope="module")
def small():
    rng = np.random.default_rng(11)
    parameters = {"weight1": rng.normal(size=(2, 4)), "bias1": rng.normal(size=4),
                  "weight2": rng.normal(size=(4, 3)), "bias2": rng.normal(size=3)}  # fmt: skip
    return rng.normal(size=(5, 2)), np.array([0, 2, 1, 1, 0]), parameters


def small_loss(x, labels, p):
    """The mean loss of linear, sigmoid, linear, softmax cross-entropy, example by example."""
    total = 0.0
    for row, label in zip(x, labels, strict=True):
        h = [1 / (1 + math.exp(-(row @ p["weight1"][:, j] + p["bias1"][j]))) for j in range(4)]
        s = [sum(h[j] * p["weight2"][j, k] for j in range(4)) + p["bias2"][k] for k in range(3)]
        total += math.log(sum(map(math.exp, s))) - s[label]
    return total / len(x)


def slopes(x, labels, p, name):
    """The gradient with respect to one parameter, by differences."""
    result = np.zeros_like(p[name])
    for place in np.ndindex(result.shape):
        ends = []
        for step in (1e-6, -1e-6):
            moved = p | {name: p[name].copy()}
            moved[name][place] += step
            ends.append(small_loss(x, labels, moved))
        result[place] = (ends[0] - ends[1]) / 2e-6
    return result


def test_the_walk_shows_each_array_and_only_its_last_step_changes_the_loss(small):
    x, labels, p = small
    loss = small_loss(x, labels, p)
    z = x @ p["weight1"] + p["bias1"]
    h = 1 / (1 + np.exp(-z))
    s = h @ p["weight2"] + p["bias2"]
    share = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    dweight1, dweight2 = (slopes(x, labels, p, name) for name in ("weight1", "weight2"))
    wanted = {0: x, 1: z, 2: h, 3: s, 4: -np.log(share[np.arange(5), labels])[:, None], 6: dweight2, 9: dweight1,
              10: p["weight1"] - 0.5 * dweight1}  # fmt: skip
    live = Live(chain_rule.walk(x, labels, p, learning_rate=0.5))
    for step in range(11):
        live.widgets["step"].value = step
        assert live.error is None
        node = live.result
        assert node.agrees is (True if 5 <= step <= 9 else None)
        assert ("Verified" in live.sentence) == (5 <= step <= 9)
        if step in wanted:
            assert node.array == pytest.approx(wanted[step], abs=1e-8)
        after = small_loss(x, labels, p | {"weight1": wanted[10]})
        assert node.loss == pytest.approx(after if step == 10 else loss, abs=1e-9)
        side = live.canvas.figure.axes[2].texts[0].get_text()
        assert [f"L = {node.loss:.4f}" in words for words in (live.sentence, side)] == [step >= 4] * 2
        rows = re.search(r"shape \([^)]*\): ([^a-zA-Z]*)\.", live.sentence)[1]
        assert numbers(rows) == pytest.approx(node.array.ravel(), abs=6e-4)
        assert str(node.array.shape if step != 4 else (5,)) in live.sentence
        table = live.canvas.figure.axes[1]
        written = [word.get_text() for word in table.texts if word.get_text()]
        assert [numbers(word)[0] for word in written] == pytest.approx(node.array.ravel(), abs=6e-4)
        shown = table.collections[0].get_array()
        assert shown.count() == node.array.size
        assert shown.compressed() == pytest.approx((node.array / np.abs(node.array).max()).ravel())


def test_gradients_in_the_walk_are_right_for_activations_too(small):
    x, labels, p = small
    live = Live(chain_rule.walk(x, labels, p, learning_rate=0.5))
    for step, bias in ((5, "bias2"), (8, "bias1")):  # a bias adds to each row, so its gradient is the sum of the rows
        live.widgets["step"].value = step
        assert live.result.array.sum(axis=0) == pytest.approx(slopes(x, labels, p, bias), abs=1e-8)


def test_the_walk_is_well_at_its_ends(small):
    assert [live.values["step"] for live in swept(chain_rule.walk(*small, learning_rate=1.0))] == [0, 0, 10]


def test_a_wrong_gradient_would_be_told(small, monkeypatch):
    monkeypatch.setattr(experiments, "sigmoid_backward", lambda dout, cache: dout * cache.out)
    live = Live(chain_rule.walk(*small, learning_rate=1.0))
    live.widgets["step"].value = 9
    assert live.result.agrees is False
    assert "disagree" in live.sentence


# ---------------------------------------------------------------- depth

@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(12)
    return rng.uniform(0, 1, (20, 64)), rng.integers(10, size=20)


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


def own_norms(x, labels, layers, activation, scale, batchnorm):
    """The weights' gradient norms, with batch norm's backward pass through its Jacobian, unit by unit."""
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
    delta, n = (share - np.eye(10)[labels]) / len(x), len(x)
    norms = []
    for k in range(layers - 1, -1, -1):
        norms.append(math.sqrt(((inputs[k].T @ delta) ** 2).sum()))
        if k:
            delta = delta @ weights[k].T * derivative(inputs[k])
            if batchnorm:
                z_hat, root = normed[k - 1]
                jacobians = (np.eye(n) - 1 / n - z_hat.T[:, :, None] * z_hat.T[:, None, :] / n) / root[:, None, None]
                delta = np.einsum("jab,bj->aj", jacobians, delta)
    return np.array(norms[::-1])


def said(values):
    return [float(f"{number:.1e}") for number in (values[0], values[-1], values[0] / values[-1])]


def outside(values, edges=EDGES):
    below, above = int((values < edges[0]).sum()), int((values > edges[1]).sum())
    return [below or above] if below or above else []


def test_gradient_norms_at_each_depth_activation_and_scale(pictures):
    bounds = {"sigmoid": 0.25, "tanh": 1, "relu": 1}
    for live in swept(depth.norms(*pictures)):
        layers, activation, scale = live.values.values()
        wanted = own_norms(*pictures, layers, activation, scale, False)
        assert live.result.plain == pytest.approx(wanted, rel=1e-6)
        assert numbers(live.sentence) == pytest.approx([layers, scale, *said(wanted), *outside(wanted)], rel=0.06)
        (ax,) = live.canvas.figure.axes
        bound, line, _ = ax.lines
        assert line.get_ydata() == pytest.approx(np.clip(wanted, *EDGES), rel=1e-6)
        expected = [wanted[-1] * bounds[activation] ** (layers - k) for k in range(1, layers + 1)]
        assert bound.get_ydata() == pytest.approx(np.clip(expected, *EDGES), rel=1e-6)
        marked = line.get_markevery()
        assert {0, layers - 1} == {marked[0], marked[-1]}
        assert layers < 10 or np.diff(marked).min() >= 3
        assert all(label.get_position()[1] > 1 for label in ax.texts)
        assert ax.get_ylim() == EDGES


def test_values_beyond_the_picture_are_named(pictures):
    live = Live(depth.norms(*pictures))
    live.widgets["depth"].value, live.widgets["scale"].value = 50, 0.1
    assert "below the picture" in live.sentence
    live.widgets["activation"].value, live.widgets["scale"].value = "relu", 5.0
    assert "50 layers are above the picture" in live.sentence


def test_gradient_norms_with_batch_norm_beside_those_without(pictures):
    for live in swept(depth.norms_batchnorm(*pictures)):
        layers, activation, scale = live.values.values()
        plain, normed = (own_norms(*pictures, layers, activation, scale, batchnorm) for batchnorm in (False, True))
        assert live.result.normalized == pytest.approx(normed, rel=1e-4)
        assert live.result.plain == pytest.approx(plain, rel=1e-6)
        wanted = [layers, scale, *said(plain), *outside(plain, NARROW), *said(normed), *outside(normed, NARROW)]
        assert numbers(live.sentence) == pytest.approx(wanted, rel=0.06)
        lines = live.canvas.figure.axes[0].lines
        assert lines[1].get_ydata() == pytest.approx(np.clip(plain, *NARROW), rel=1e-6)
        assert lines[2].get_ydata() == pytest.approx(normed, rel=1e-4)


# ---------------------------------------------------------------- a run that diverges

def own_run(x, labels, layers, scale):
    """The losses of 30 epochs in float32 as far as they are finite, and the update that was not, or None."""
    weights, rng, losses = own_weights(layers, "relu", scale, np.float32), np.random.default_rng(1), []
    biases = [np.zeros(weight.shape[1], np.float32) for weight in weights]
    for _ in range(30):
        order = rng.permutation(len(x))
        for first in range(0, len(x), 100):
            rows = order[first : first + 100]
            loss, deltas, inputs = own_pass(weights, biases, x[rows], labels[rows])
            moved = [w - np.float32(0.03) * (a.T @ d) for w, a, d in zip(weights, inputs, deltas, strict=True)]
            if not (math.isfinite(loss) and all(np.isfinite(weight).all() for weight in moved)):
                return losses, len(losses) + 1
            losses.append(loss)
            weights, biases = moved, [b - np.float32(0.03) * d.sum(axis=0) for b, d in zip(biases, deltas, strict=True)]
    return losses, None


def own_pass(weights, biases, x, labels):
    inputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        z = inputs[-1] @ weight + bias
        inputs.append(np.maximum(z, 0))
    z = z - z.max(axis=1, keepdims=True)
    log_share = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    loss = -float(log_share[np.arange(len(x)), labels].mean(dtype=np.float64))
    deltas = [(np.exp(log_share) - np.eye(10, dtype=np.float32)[labels]) / np.float32(len(x))]
    for k in range(len(weights) - 1, 0, -1):
        deltas.insert(0, deltas[0] @ weights[k].T * (inputs[k] > 0))
    return loss, deltas, inputs[:-1]


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid")
def test_a_run_from_each_scale_is_the_run_written_out_and_its_end_is_named():
    x, labels = load_digits8().x[:300], load_digits8().y[:300]
    panel, ends = depth.diverging_run(x, labels, depth=6), set()
    live = Live(panel)
    for scale in (0.1, 1.0, 2.0, 3.0, 5.0):
        live.widgets["scale"].value = scale
        assert live.error is None
        losses, diverged = own_run(x, labels, 6, scale)
        assert live.result.diverged == diverged
        assert len(live.result.losses) == len(losses)
        assert live.result.losses[:3] == pytest.approx(losses[:3], rel=0.02)
        label = live.canvas.figure.axes[0].texts[-1].get_text()
        assert ("DIVERGED" in live.sentence) == ("DIVERGED" in label) == (diverged is not None)
        if diverged is None:
            assert ("does not learn" in live.sentence) == (np.mean(live.result.losses[-10:]) >= 2)
            assert panel.total(scale=scale) == len(losses) == 90
        else:
            assert f"at update {diverged} " in live.sentence
            assert live.canvas.figure.axes[0].lines[-1].get_xdata() == [diverged]
        ends.add("learn" if diverged is None else "diverge")
    assert ends == {"learn", "diverge"}


def test_a_run_that_was_stopped_gets_no_verdict():
    panel = depth.diverging_run(load_digits8().x[:300], load_digits8().y[:300], depth=6)
    live = Live(panel)
    label = live.canvas.figure.axes[0].texts[-1]
    for scale in (0.1, 1.0):
        for updates, run in enumerate(panel.compute(scale=scale), 1):
            live.canvas.draw(run, 1)
            for words in (panel.describe(run), label.get_text()) if updates in (1, 23, 90) else ():
                assert ("learn" in words) == (updates == 90)
                assert (f"after {updates} of 90 updates: the loss is {run.losses[-1]:.2g}" in words) == (updates < 90)
            first, largest = (f"{loss:.2g}" for loss in (run.losses[0], max(run.losses)))
            assert (f"loss {first} at first, up to {largest}" in label.get_text()) == (first != largest)


def test_the_run_is_well_at_its_ends():
    panel = depth.diverging_run(load_digits8().x[:300], load_digits8().y[:300], depth=8)
    said_so = [live.sentence for live in swept(panel)]
    assert len(said_so) == 3
    assert "does not learn" in said_so[1]
    assert "DIVERGED" in said_so[2]


# ---------------------------------------------------------------- one weight, all weights

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
            first = x @ w
        z = a @ w
        if batchnorm and k < 4:
            z = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + EPS)
        result.append(z)
        a = function(z)
    return result, first


def test_the_signals_with_one_weight_of_any_size(wines):
    x, _ = wines
    for live in swept(runaway_weight.signals(x)):
        weight, activation = live.values.values()
        (plain, first), (normed, _) = (own_signals(x, weight, activation, batchnorm) for batchnorm in (False, True))
        most = [[abs(z).max() for z in signals] for signals in (plain, normed)]
        unit, feature = normed[0][:, 3], x[:, 3]
        copies = ((unit - unit.mean()) * feature).mean() / unit.std()
        assert live.result.plain == pytest.approx(most[0], rel=1e-9)
        assert live.result.normalized == pytest.approx(most[1], rel=1e-6)
        found = numbers(live.sentence.replace("layers 1 to 5 is", "").replace(" it; before it normalizes, layer 1", ""))
        wanted = [weight, *most[0], *most[1], abs(first).max(), 4, 4, copies]
        assert found == pytest.approx(wanted, rel=1e-3, abs=0.06)
        left, right = live.canvas.figure.axes
        assert [line.get_ydata().tolist() for line in left.lines] == [pytest.approx(values) for values in most]
        assert right.lines[0].get_xdata() == pytest.approx(feature)
        assert right.lines[0].get_ydata() == pytest.approx(unit)
        assert f"{weight:,}" in right.texts[0].get_text()


def test_the_large_weights_unit_copies_its_input_and_so_does_layer_2_without_batch_norm(wines):
    x, labels = wines
    for batchnorm in (False, True):
        (one, two, *_), _ = own_signals(x, 1000, "relu", batchnorm)
        unit, typical = experiments.copies(x, 1000, batchnorm)
        assert unit == pytest.approx(np.corrcoef(one[:, 3], x[:, 3])[0, 1])
        source = np.maximum(x[:, 3], 0)
        each = [abs(np.corrcoef(np.column_stack([column, source]).T)[0, 1]) for column in two.T]
        assert typical == pytest.approx(np.median(each))
    right, weight = experiments.after_training(x, labels, 1000, batchnorm=True)
    assert 0 <= right <= 1
    assert weight == pytest.approx(1000, abs=1)


def own_rescaled(x, labels, factor):
    """The normalized output and the gradient with respect to the scaled first weights, by differences."""
    rng = np.random.default_rng(0)
    w1 = factor * math.sqrt(2 / 14) * rng.standard_normal((8, 6))
    w2 = math.sqrt(2 / 9) * rng.standard_normal((6, 3))

    def at(w):
        z = x @ w
        z_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + EPS)
        s = np.tanh(z_hat) @ w2
        return z_hat, np.mean(np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(x)), labels])

    gradient, h = np.zeros_like(w1), 1e-5 * max(factor, 1e-3)
    for place in np.ndindex(w1.shape):
        up, down = w1.copy(), w1.copy()
        up[place] += h
        down[place] -= h
        gradient[place] = (at(up)[1] - at(down)[1]) / (2 * h)
    return at(w1)[0], math.sqrt((gradient**2).sum())


def test_all_weights_times_a_factor(wines):
    x, labels = wines
    reference, norm = own_rescaled(x, labels, 1.0)
    for live in swept(runaway_weight.rescale(x, labels)):
        factor = live.values["factor"]
        out, gradient = own_rescaled(x, labels, factor)
        apart = abs(out - reference)[:, 0].max()
        assert live.result.out == pytest.approx(out[:, 0], abs=1e-9)
        assert live.result.gradient == pytest.approx(gradient / norm, rel=1e-4)
        found = numbers(live.sentence.replace("1/a is", "").replace("unit 1", ""))
        assert found == pytest.approx([factor, apart, gradient / norm, 1 / factor], rel=0.06)
        left, right = live.canvas.figure.axes
        assert left.lines[1].get_xdata() == pytest.approx(reference[:, 0], abs=1e-9)
        assert right.lines[2].get_ydata() == pytest.approx([gradient / norm], rel=1e-4)
        assert f"{live.result.apart:.1e}" in left.texts[0].get_text()
        at, curve = right.lines[1].get_data()
        assert at == pytest.approx([d * 10.0**p for p in range(-6, 4) for d in (1, 2, 3, 5)] + [1e4])
        assert curve[list(at).index(factor)] == pytest.approx(gradient / norm, rel=1e-4)


# ---------------------------------------------------------------- plain figures

def test_layer_norms_are_drawn_from_the_first_layer_and_named():
    norms = {name: np.random.default_rng(14).uniform(1e-9, 1, 20) for name in FUNCTIONS}
    ax = plots.layer_norms(norms, Figure().subplots())
    for line, values in zip(ax.lines, norms.values(), strict=True):
        assert line.get_xdata().tolist() == list(range(1, 21))
        assert line.get_ydata().tolist() == values.tolist()
    assert [words.get_text() for words in ax.texts] == ["sigmoid", "tanh", "ReLU"]
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize("present", [{1.0: 9, 3.0: 9, 10.0: 9}, {1.0: 9, 3.0: 4}, {1.0: 1}])
def test_growth_is_drawn_and_told_for_the_rates_and_updates_that_are_present(present):
    lengths = {rate: np.linspace(1, 1 + rate, 9)[:count] for rate, count in present.items()}
    ax = plots.growth(lengths, dict.fromkeys(lengths, 0.5), Figure().subplots())
    assert [line.get_ydata().tolist() for line in ax.lines] == [values.tolist() for values in lengths.values()]
    assert len({line.get_marker() for line in ax.lines}) == len(present)
    assert [words.get_text() for words in ax.texts] == [f"rate {rate:g}: training accuracy 0.50" for rate in lengths]
    assert ax.get_xticks().max() <= 8
    told = [[rate, 1, values[-1], len(values) - 1] for rate, values in lengths.items()]
    assert numbers(plots.growth_words(lengths)) == pytest.approx(sum(told, []), abs=0.05)
