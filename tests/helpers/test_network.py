"""The multilayer perceptron: every gradient by central differences, initialization, inference."""

import numpy as np
import pytest

from helpers.batchnorm import fold_batchnorm
from helpers.gradcheck import numerical_gradient, relative_error
from helpers.layers import softmax_cross_entropy
from helpers.network import (
    Network,
    accuracy,
    backward,
    forward,
    initial_running_stats,
    initialize,
    loss_and_gradients,
    predict,
)
from helpers.validate import NotFiniteError

SIZES = (4, 6, 5, 3)
NETWORKS = [
    Network(SIZES, activation, batchnorm)
    for activation in ("relu", "sigmoid", "tanh")
    for batchnorm in (False, True, (False, True))
] + [Network(SIZES, "tanh", batchnorm, norm_after_activation=True) for batchnorm in (False, True, (False, True))]


def case(network, seed=3, n=7, dtype=np.float64):
    """Parameters moved off their initial values, inputs and labels."""
    rng = np.random.default_rng(seed)
    parameters = initialize(network, rng)
    parameters = {
        name: (p + 0.3 * rng.standard_normal(p.shape)).astype(dtype) for name, p in parameters.items()
    }
    return parameters, rng.standard_normal((n, SIZES[0])).astype(dtype), rng.integers(0, SIZES[-1], n)


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_every_gradient_of_the_whole_network(network):
    parameters, x, labels = case(network)
    _, gradients, _ = loss_and_gradients(network, parameters, x, labels)
    assert list(gradients) == list(parameters)
    for name, value in parameters.items():
        numerical = numerical_gradient(
            lambda v, name=name: loss_and_gradients(network, parameters | {name: v}, x, labels)[0], value
        )
        assert relative_error(gradients[name], numerical) < 1e-6, name


def test_backward_is_linear_in_dlogits():
    network = NETWORKS[1]
    parameters, x, _ = case(network)
    logits, caches = forward(network, parameters, x)
    dlogits = np.random.default_rng(4).standard_normal(logits.shape)
    once, twice = backward(network, dlogits, caches), backward(network, 2 * dlogits, caches)
    assert all(twice[name] == pytest.approx(2 * once[name], rel=1e-12) for name in once)


def test_the_bias_before_batch_normalization_is_dropped():
    shapes = Network(SIZES, batchnorm=(True, False)).shapes
    assert shapes == {
        "weight1": (4, 6),
        "gamma1": (6,),
        "beta1": (6,),
        "weight2": (6, 5),
        "bias2": (5,),
        "weight3": (5, 3),
        "bias3": (3,),
    }


def test_forward_without_normalization_written_out():
    network = Network((4, 6, 3), "tanh")
    rng = np.random.default_rng(5)
    p, x = initialize(network, rng), rng.standard_normal((5, 4))
    logits, caches = forward(network, p, x)
    z = x @ p["weight1"] + p["bias1"]
    assert logits == pytest.approx(np.tanh(z) @ p["weight2"] + p["bias2"], rel=1e-13)
    assert caches[0].z == pytest.approx(z, rel=1e-13)
    assert caches[1].linear.x == pytest.approx(np.tanh(z), rel=1e-13)


def test_the_bias_before_an_activation_stays():
    shapes = Network((4, 6, 3), batchnorm=True, norm_after_activation=True).shapes
    assert shapes == {
        "weight1": (4, 6),
        "bias1": (6,),
        "gamma1": (6,),
        "beta1": (6,),
        "weight2": (6, 3),
        "bias2": (3,),
    }


def test_batch_normalization_stands_after_the_activation_where_it_is_told_to():
    network = Network((4, 6, 3), "sigmoid", batchnorm=True, eps=0.1, norm_after_activation=True)
    parameters, x, _ = case(network)
    _, caches = forward(network, parameters, x)
    z = x @ parameters["weight1"] + parameters["bias1"]
    a = 1 / (1 + np.exp(-z))
    a_hat = (a - a.mean(axis=0)) / np.sqrt(a.var(axis=0) + 0.1)
    assert caches[0].z == pytest.approx(z, rel=1e-12)
    assert caches[1].linear.x == pytest.approx(parameters["gamma1"] * a_hat + parameters["beta1"], rel=1e-11)


def test_another_backward_pass_of_the_normalization_is_used():
    network = Network((4, 6, 3), batchnorm=True)
    parameters, x, labels = case(network)
    logits, caches = forward(network, parameters, x)
    _, dlogits = softmax_cross_entropy(logits, labels)
    gradients = backward(network, dlogits, caches, lambda dout, cache: (0 * dout, cache.mean, cache.var))
    assert not gradients["weight1"].any()
    assert gradients["gamma1"] is caches[0].norm.mean
    assert gradients["beta1"] is caches[0].norm.var
    assert gradients["weight2"].any()


def test_batch_normalization_stands_before_the_activation():
    network = Network((4, 6, 3), "sigmoid", batchnorm=True, eps=0.1)
    parameters, x, _ = case(network)
    parameters = parameters | {"weight2": np.ones((6, 3)), "bias2": np.zeros(3)}
    _, caches = forward(network, parameters, x)
    z = x @ parameters["weight1"]
    x_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 0.1)
    assert caches[0].z == pytest.approx(parameters["gamma1"] * x_hat + parameters["beta1"], rel=1e-11)
    assert caches[1].linear.x == pytest.approx(1 / (1 + np.exp(-caches[0].z)), rel=1e-13)


@pytest.mark.parametrize(
    ("activation", "std", "wanted"),
    [
        ("relu", None, (2 / 400) ** 0.5),
        ("tanh", None, (2 / 700) ** 0.5),
        ("sigmoid", None, (2 / 700) ** 0.5),
        ("relu", 0.03, 0.03),
    ],
)
def test_initial_standard_deviation(activation, std, wanted):
    parameters = initialize(Network((400, 300, 2), activation), np.random.default_rng(6), std)
    assert parameters["weight1"].std() == pytest.approx(wanted, rel=0.01)
    assert abs(parameters["weight1"].mean()) < 4 * wanted / 120_000**0.5
    assert not parameters["bias1"].any()


def test_initial_normalization_changes_nothing():
    parameters = initialize(Network((4, 6, 3), batchnorm=True), np.random.default_rng(7))
    assert (parameters["gamma1"] == 1).all()
    assert not parameters["beta1"].any()


def test_the_same_seed_gives_the_same_weights_in_both_dtypes():
    double, single = (
        initialize(NETWORKS[0], np.random.default_rng(8), dtype=dtype) for dtype in (np.float64, np.float32)
    )
    for name, value in double.items():
        assert single[name].dtype == np.float32
        assert np.array_equal(single[name], value.astype(np.float32))


@pytest.mark.parametrize("network", NETWORKS[:3], ids=str)
def test_float32_stays_float32_and_agrees_with_float64(network):
    parameters, x, labels = case(network, dtype=np.float32)
    loss, gradients, _ = loss_and_gradients(network, parameters, x, labels)
    exact = {name: value.astype(np.float64) for name, value in parameters.items()}
    exact_loss, exact_gradients, _ = loss_and_gradients(network, exact, x.astype(np.float64), labels)
    assert loss == pytest.approx(exact_loss, rel=1e-5)
    for name, gradient in gradients.items():
        assert gradient.dtype == np.float32
        assert relative_error(gradient, exact_gradients[name]) < 1e-4
    assert predict(network, parameters, initial_running_stats(network, np.float32), x).dtype == np.float32


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_the_dtype_of_x_decides(network):
    parameters, x, labels = case(network)
    _, gradients, caches = loss_and_gradients(network, parameters, x.astype(np.float32), labels)
    logits = predict(network, parameters, initial_running_stats(network), x.astype(np.float32))
    assert {array.dtype for array in (*gradients.values(), caches[-1].linear.x, logits)} == {np.dtype(np.float32)}


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("batchnorm", [False, True])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_an_overflow_is_refused_though_an_activation_would_hide_it(activation, batchnorm):
    network = Network(SIZES, activation, batchnorm, norm_after_activation=True)
    parameters, x, labels = case(network)
    parameters["weight1"], x = np.full(SIZES[:2], -1e200), np.full_like(x, 1e200)
    with pytest.raises(NotFiniteError, match="the signal in layer 1 holds NaN or infinity"):
        loss_and_gradients(network, parameters, x, labels)
    with pytest.raises(NotFiniteError, match="the signal in layer 1 holds NaN or infinity"):
        predict(network, parameters, initial_running_stats(network), x)


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid")
def test_a_gradient_that_overflows_is_refused():
    network = Network(SIZES)
    parameters, x, labels = case(network)
    parameters["weight3"] *= 1e300
    parameters["weight2"] *= 1e-300
    _, caches = forward(network, parameters, x)
    with pytest.raises(NotFiniteError, match="the result of backward, weight1, holds NaN or infinity"):
        backward(network, np.full((len(x), SIZES[-1]), 1e10), caches)


def test_running_statistics_start_at_mean_0_and_variance_1():
    running = initial_running_stats(Network(SIZES, batchnorm=(False, True)), np.float32)
    assert {name: (value.tolist(), value.dtype) for name, value in running.items()} == {
        "mean2": ([0] * 5, np.float32),
        "var2": ([1] * 5, np.float32),
    }


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_predict_with_the_batch_statistics_is_the_training_forward(network):
    parameters, x, _ = case(network)
    logits, caches = forward(network, parameters, x)
    norms = {k: layer.norm for k, layer in enumerate(caches, start=1) if layer.norm is not None}
    running = {f"{name}{k}": getattr(norm, name) for k, norm in norms.items() for name in ("mean", "var")}
    assert predict(network, parameters, running, x) == pytest.approx(logits, rel=1e-11, abs=1e-12)


def test_rows_meet_in_training_and_not_in_inference():
    network = Network(SIZES, batchnorm=True)
    parameters, x, _ = case(network)
    running = initial_running_stats(network)
    alone = np.vstack([x[:2], 5 * x[2:]])
    assert (
        np.abs(forward(network, parameters, alone)[0][0] - forward(network, parameters, x)[0][0]).max() > 1e-3
    )
    assert predict(network, parameters, running, x[:1]) == pytest.approx(
        predict(network, parameters, running, alone)[:1], rel=1e-12
    )


def test_a_network_with_its_normalization_folded_in_predicts_the_same():
    network, plain = Network((4, 6, 3), "tanh", batchnorm=True, eps=0.01), Network((4, 6, 3), "tanh")
    parameters, x, _ = case(network)
    rng = np.random.default_rng(9)
    running = {"mean1": rng.standard_normal(6), "var1": rng.uniform(0.5, 2, 6)}
    weight, bias = fold_batchnorm(
        parameters["weight1"],
        None,
        parameters["gamma1"],
        parameters["beta1"],
        running["mean1"],
        running["var1"],
        network.eps,
    )
    folded = {
        "weight1": weight,
        "bias1": bias,
        "weight2": parameters["weight2"],
        "bias2": parameters["bias2"],
    }
    assert predict(plain, folded, {}, x) == pytest.approx(predict(network, parameters, running, x), rel=1e-11)


def test_accuracy_counts_the_rows_with_the_label_on_top():
    logits = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]])
    assert accuracy(logits, np.array([1, 0, 0, 0])) == 0.5


def test_a_network_without_hidden_layer_is_softmax_regression():
    network = Network((4, 3), batchnorm=True)
    assert list(network.shapes) == ["weight1", "bias1"]
    assert network.hidden == 0
