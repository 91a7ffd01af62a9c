"""The layers against central differences, known values and their float64 selves."""

import numpy as np
import pytest

from helpers import layers
from helpers.gradcheck import numerical_gradient, relative_error
from helpers.layers import linear_backward, linear_forward, softmax_cross_entropy, weight_gradient

ACTIVATIONS = ["relu", "sigmoid", "tanh"]


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def pair(name):
    return getattr(layers, f"{name}_forward"), getattr(layers, f"{name}_backward")


def off_the_kink(rng, shape):
    """Values at least 0.1 from 0, where ReLU has a derivative."""
    return rng.uniform(0.1, 2, shape) * rng.choice([-1, 1], shape)


def test_linear_is_matrix_product_plus_bias():
    out, _ = linear_forward(
        np.array([[1.0, 2.0]]), np.array([[1.0, 0.0, 3.0], [0.0, 1.0, 1.0]]), np.array([0.5, 0, 0])
    )
    assert out.tolist() == [[1.5, 2.0, 5.0]]


def test_linear_without_bias_equals_a_bias_of_zero(rng):
    x, weight = rng.standard_normal((4, 3)), rng.standard_normal((3, 2))
    assert np.array_equal(linear_forward(x, weight, None)[0], linear_forward(x, weight, np.zeros(2))[0])


@pytest.mark.parametrize("argument", [0, 1, 2], ids=["x", "weight", "bias"])
def test_linear_gradients(rng, argument):
    given = [rng.standard_normal(shape) for shape in ((6, 4), (4, 3), (3,))]
    dout = rng.standard_normal((6, 3))
    gradient = linear_backward(dout, linear_forward(*given)[1])[argument]

    def f(value):
        changed = [*given[:argument], value, *given[argument + 1 :]]
        return (linear_forward(*changed)[0] * dout).sum()

    assert relative_error(gradient, numerical_gradient(f, given[argument])) < 1e-8


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(5, 4), (7,)])
def test_activation_gradients(rng, name, shape):
    forward, backward = pair(name)
    x, dout = off_the_kink(rng, shape), rng.standard_normal(shape)
    gradient = backward(dout, forward(x)[1])
    assert relative_error(gradient, numerical_gradient(lambda v: (forward(v)[0] * dout).sum(), x)) < 1e-8


def test_activation_values():
    x = np.array([-1.5, 0.0, 2.0])
    assert layers.relu_forward(x)[0].tolist() == [0, 0, 2]
    assert layers.sigmoid_forward(x)[0] == pytest.approx(1 / (1 + np.exp(-x)), rel=1e-15)
    assert layers.tanh_forward(x)[0] == pytest.approx(np.sinh(x) / np.cosh(x), rel=1e-15)


def test_relu_passes_no_gradient_at_zero():
    assert layers.relu_backward(np.ones(3), layers.relu_forward(np.array([-1.0, 0.0, 1.0]))[1]).tolist() == [
        0,
        0,
        1,
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.filterwarnings("error")
def test_sigmoid_is_stable_far_out(dtype):
    x = np.array([-1e4, -500, -40, 40, 500, 1e4], dtype)
    out, cache = layers.sigmoid_forward(x)
    assert out == pytest.approx([0, 0, np.exp(-40), 1, 1, 1], rel=1e-6, abs=1e-30)
    assert np.isfinite(layers.sigmoid_backward(np.ones_like(x), cache)).all()


def test_cross_entropy_of_equal_logits_is_log_of_the_classes():
    loss, dlogits = softmax_cross_entropy(np.full((4, 10), 3.0), np.array([0, 3, 9, 3]))
    assert loss == pytest.approx(np.log(10), rel=1e-14)
    assert dlogits[1] == pytest.approx((np.full(10, 0.1) - np.eye(10)[3]) / 4, rel=1e-14)


def test_cross_entropy_is_minus_the_log_of_softmax(rng):
    logits, labels = rng.standard_normal((6, 4)), rng.integers(0, 4, 6)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    loss, dlogits = softmax_cross_entropy(logits, labels)
    assert loss == pytest.approx(-np.log([p[i, label] for i, label in enumerate(labels)]).mean(), rel=1e-13)
    assert dlogits.sum(axis=1) == pytest.approx(np.zeros(6), abs=1e-15)


def test_cross_entropy_gradient_is_that_of_the_mean(rng):
    logits, labels = 3 * rng.standard_normal((6, 4)), rng.integers(0, 4, 6)
    dlogits = softmax_cross_entropy(logits, labels)[1]
    numerical = numerical_gradient(lambda v: softmax_cross_entropy(v, labels)[0], logits)
    assert relative_error(dlogits, numerical) < 1e-8


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("logits", "expected"), [([1e4, 0, -1e4], 0), ([0, 1e4, -1e4], 1e4), ([1e308, -1e308, 0], 0)]
)
def test_cross_entropy_is_stable_for_huge_logits(logits, expected):
    loss, dlogits = softmax_cross_entropy(np.array([logits]), np.array([0]))
    assert loss == expected
    assert dlogits[0] == pytest.approx(np.eye(3)[np.argmax(logits)] - np.eye(3)[0])


@pytest.mark.parametrize("shift", [-1e3, 1e3])
def test_cross_entropy_ignores_a_shift_of_all_logits(rng, shift):
    logits, labels = rng.standard_normal((5, 3)), rng.integers(0, 3, 5)
    moved, still = softmax_cross_entropy(logits + shift, labels), softmax_cross_entropy(logits, labels)
    assert moved[0] == pytest.approx(still[0], rel=1e-12)
    assert moved[1] == pytest.approx(still[1], abs=1e-13)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_activations_agree_with_float64(rng, name):
    forward, backward = pair(name)
    x, dout = off_the_kink(rng, (8, 5)), rng.standard_normal((8, 5))
    exact = backward(dout, forward(x)[1])
    single = backward(dout.astype(np.float32), forward(x.astype(np.float32))[1])
    assert single.dtype == np.float32
    assert relative_error(single.astype(np.float64), exact) < 1e-6


def test_float32_linear_agrees_with_float64(rng):
    given = [rng.standard_normal(shape) for shape in ((8, 5), (5, 3), (3,), (8, 3))]
    *single, dout32 = (value.astype(np.float32) for value in given)
    exact = linear_backward(given[3], linear_forward(*given[:3])[1])
    for ours, wanted in zip(linear_backward(dout32, linear_forward(*single)[1]), exact, strict=True):
        assert ours.dtype == np.float32
        assert relative_error(ours, wanted) < 1e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 2])
def test_the_weight_gradient_of_one_row_is_the_matrix_product_to_the_last_bit(rng, dtype, n):
    x, dout = (rng.standard_normal((n, width)).astype(dtype) for width in (50, 7))
    found = weight_gradient(x, dout)
    assert np.array_equal(found, x.T @ dout)
    assert found.dtype == dtype
    assert found.flags.c_contiguous


def test_float32_bias_gradient_does_not_drift_with_the_batch():
    dout = np.full((100_000, 2), 0.1, np.float32)
    cache = linear_forward(np.ones((100_000, 1), np.float32), np.ones((1, 2), np.float32), None)[1]
    assert linear_backward(dout, cache)[2] == pytest.approx(np.full(2, 1e5 * float(dout[0, 0])), rel=2e-6)


def test_float32_loss_agrees_with_float64(rng):
    logits, labels = 5 * rng.standard_normal((50, 10)), rng.integers(0, 10, 50)
    single, exact = (
        softmax_cross_entropy(logits.astype(np.float32), labels),
        softmax_cross_entropy(logits, labels),
    )
    assert single[0] == pytest.approx(exact[0], rel=1e-6)
    assert single[1].dtype == np.float32
    assert relative_error(single[1], exact[1]) < 1e-6
