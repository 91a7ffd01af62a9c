"""Numbers at the edge of what floats hold, arguments of unusual kinds: right, or one sentence, and no warning."""

import re
from fractions import Fraction

import numpy as np
import pytest

from helpers import least_squares
from helpers.batching import batch_slices, iterations_per_epoch, minibatches
from helpers.batchnorm import (
    batchnorm_backward,
    batchnorm_backward_staged,
    batchnorm_forward,
    batchnorm_inference,
    fold_batchnorm,
    population_stats,
    update_running_stats,
)
from helpers.gradcheck import relative_error
from helpers.layers import (
    linear_backward,
    linear_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax_cross_entropy,
    tanh_backward,
    tanh_forward,
)
from helpers.network import Network, forward, initial_running_stats, initialize, loss_and_gradients, predict
from helpers.training import sgd_update, train, training_steps

pytestmark = pytest.mark.filterwarnings("error")
RNG = np.random.default_rng(31)
X, DOUT = RNG.standard_normal((2, 6, 3))
ZEROS, ONES = np.zeros(3), np.ones(3)
SINGLE = X.astype(np.float32)
SMALL_INTEGERS = [np.int8, np.uint8, np.int16, np.uint16, np.int32]


def one_sentence(call, names):
    """The call raises ValueError with one sentence that begins with one of the names."""
    with pytest.raises(ValueError) as error:  # noqa: PT011 the sentence is judged below
        call()
    message = str(error.value)
    assert message.startswith(names), message
    assert re.search(r"\bmust\b.*\.$", message), message
    assert not re.search(r"[.!?]\s|\n", message), message
    assert len(message) < 200


# What a check returns is what is used


@pytest.mark.parametrize("kind", SMALL_INTEGERS)
def test_batch_sizes_of_any_integer_type_are_taken_for_what_they_say(kind):
    batches = minibatches(np.zeros((250, 1)), np.zeros(250), kind(100), np.random.default_rng(0))
    assert [len(x) for x, _ in batches] == [100, 100, 50]
    assert batch_slices(250, kind(100)) == batch_slices(250, 100)
    assert batch_slices(kind(120), kind(100), np.True_) == [slice(0, 100)]


@pytest.mark.parametrize("kind", SMALL_INTEGERS)
def test_training_takes_numbers_of_any_integer_type(kind):
    network = Network((3, 2))
    run = {"batch_size": kind(100), "epochs": kind(2), "learning_rate": np.float32(0.5), "drop_last": np.False_}
    history = train(network, initialize(network, np.random.default_rng(0)), np.ones((250, 3)),
                    np.zeros(250, np.uint8), **run, rng=np.random.default_rng(0))  # fmt: skip
    assert len(history.losses) == 6


@pytest.mark.parametrize("kind", [np.uint8, np.int16])
def test_a_network_keeps_its_numbers_as_pythons_own(kind):
    network = Network((kind(100), kind(100), 2), batchnorm=np.True_, eps=Fraction(1, 1000))
    assert network == Network((100, 100, 2), batchnorm=True, eps=0.001)
    assert [type(size) for size in (*network.sizes, network.batchnorm, network.eps)] == [int, int, int, bool, float]
    wanted = initialize(Network((200, 200, 2), "sigmoid"), np.random.default_rng(0))["weight1"]
    drawn = initialize(Network((np.uint8(200), np.uint8(200), 2), "sigmoid"), np.random.default_rng(0))["weight1"]
    assert np.array_equal(drawn, wanted)


def test_running_statistics_take_small_integers_and_fractions():
    updated = update_running_stats(ZEROS, ONES, ONES, ONES, np.uint8(255), Fraction(1, 2))
    assert updated[1] == pytest.approx(0.5 + 0.5 * 255 / 254 * ONES)
    assert population_stats(X, X**2, np.uint8(255))[1] == pytest.approx((X**2).mean(axis=0) * 255 / 254)


def test_a_run_starts_from_lists_as_from_arrays():
    network = Network((3, 2))
    parameters = initialize(network, np.random.default_rng(0))
    lists = {name: value.tolist() for name, value in parameters.items()}
    run = {"batch_size": 2, "epochs": 1, "learning_rate": 0.1}
    one, other = (train(network, start, X, [0, 1] * 3, **run, rng=np.random.default_rng(1)).parameters
                  for start in (lists, parameters))  # fmt: skip
    assert np.array_equal(one["weight1"], other["weight1"])


# Kinds of arrays


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("activate", "differentiate"),
    [(relu_forward, relu_backward), (sigmoid_forward, sigmoid_backward), (tanh_forward, tanh_backward)],
)
def test_activations_of_a_single_number(activate, differentiate, dtype):
    out, cache = activate(np.array(0.7, dtype))
    (wanted,), wanted_cache = activate(np.array([0.7], dtype))
    dx = differentiate(np.array(2.0, dtype), cache)
    assert (np.shape(out), np.shape(dx), out.dtype, dx.dtype) == ((), (), dtype, dtype)
    assert (out, dx) == (wanted, differentiate(np.array([2.0], dtype), wanted_cache)[0])


@pytest.mark.parametrize(
    "unusual",
    [np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2], X[::-1][::-1], X.view(np.matrix), X.tolist(),
     X.astype(">f8"), X.astype("<f8")],
    ids=["fortran", "strided", "reversed", "subclass", "list", "big endian", "little endian"],
)  # fmt: skip
def test_the_same_numbers_in_another_layout_give_the_same(unusual):
    out, cache = batchnorm_forward(unusual, ONES, ZEROS)
    assert out == pytest.approx(batchnorm_forward(X, ONES, ZEROS)[0], rel=1e-14)
    assert (type(out), out.dtype, out.dtype.isnative) == (np.ndarray, np.float64, True)
    assert batchnorm_backward(unusual, cache)[0] == pytest.approx(batchnorm_backward(X, cache)[0], abs=1e-14)


@pytest.mark.parametrize(
    "dtype", [complex, object, np.float16, np.longdouble, "datetime64[s]", "timedelta64[s]", bool, int, str]
)
def test_other_dtypes_are_refused(dtype):
    one_sentence(lambda: relu_forward(X.astype(dtype)), "x has dtype")
    one_sentence(lambda: Network((3, 2)) and initialize(Network((3, 2)), RNG, dtype=dtype), "dtype is")


MASKED = np.ma.array(X, mask=X > 1)


@pytest.mark.parametrize(
    "call",
    [lambda: batchnorm_forward(MASKED, ONES, ZEROS), lambda: relu_forward(list(MASKED)),
     lambda: relu_forward([1.0, np.ma.masked]), lambda: minibatches(MASKED, np.arange(6), 2, RNG),
     lambda: least_squares.hessian(MASKED), lambda: least_squares.standardize(MASKED),
     lambda: train(Network((3, 2)), initialize(Network((3, 2)), RNG), MASKED, [0] * 6, batch_size=2, epochs=1,
                   learning_rate=0.1, rng=RNG)],
)  # fmt: skip
def test_masked_values_are_not_counted_in_silence(call):
    one_sentence(call, "x is masked")


def test_masked_labels_and_parameters_are_refused():
    one_sentence(lambda: softmax_cross_entropy(X, np.ma.array([0, 1, 2, 0, 1, 2])), "labels is masked")
    one_sentence(lambda: sgd_update({"a": MASKED}, {"a": X}, 0.1), "parameters['a'] is masked")


class Tensor:
    """What NumPy can't read: a tensor that requires grad raises RuntimeError, one of bfloat16 TypeError."""

    def __init__(self, error):
        self.error = error

    def __array__(self, dtype=None, copy=None):
        raise self.error("Can't do that. Do something else.")


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value]])
@pytest.mark.parametrize("error", [RuntimeError, TypeError, ValueError])
def test_what_is_no_array_is_refused(error, wrap):
    for name, call in {
        "x, of type": lambda value: relu_forward(value),
        "weight, of type": lambda value: linear_forward(X, value, None),
        "labels, of type": lambda value: softmax_cross_entropy(X, value),
        "y, of type": lambda value: minibatches(X, value, 2, RNG),
    }.items():
        one_sentence(lambda call=call: call(wrap(Tensor(error))), name)


def test_ragged_lists_are_refused():
    ragged = [[1.0], [1.0, 2.0]]
    one_sentence(lambda: relu_forward(ragged), "x, of type list")
    one_sentence(lambda: minibatches(ragged, [0, 1], 1, RNG), "x, of type list")
    one_sentence(lambda: least_squares.loss(ragged, ONES, ONES), "x, of type list")


def test_spans_of_time_are_no_whole_numbers_and_no_labels():
    one_sentence(lambda: batch_slices(10, np.timedelta64(5, "s")), "batch_size is")
    one_sentence(lambda: softmax_cross_entropy(X, np.zeros(6, "m8[s]")), "labels has dtype")


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.uint64, ">i4"])
def test_labels_of_any_integer_type(dtype):
    labels = np.array([0, 1, 2, 2, 1, 0])
    assert softmax_cross_entropy(X, labels.astype(dtype))[0] == softmax_cross_entropy(X, labels)[0]


# Numbers that a dtype does not hold


@pytest.mark.parametrize(
    "value",
    [10**400, -(10**400), 10**5000, Fraction(1, 10**400), np.longdouble("1e-4000")],
    ids=["10^400", "-10^400", "10^5000", "1/10^400", "longdouble"],
)  # fmt: skip
def test_numbers_beyond_floats_are_refused(value):
    one_sentence(lambda: batchnorm_forward(X, ONES, ZEROS, value), "eps is")
    one_sentence(lambda: Network((3, 2), eps=value), "eps is")
    one_sentence(lambda: sgd_update({"a": X}, {"a": X}, value), "learning_rate is")


def test_huge_whole_numbers_are_counted_or_refused():
    assert iterations_per_epoch(10**5000, 10**4999) == 10
    one_sentence(lambda: iterations_per_epoch(-(10**5000), 2), "n_examples is")
    one_sentence(lambda: iterations_per_epoch(5, 10**5000 - 10**5000), "batch_size is")


@pytest.mark.parametrize(
    "call",
    [lambda x, eps: batchnorm_forward(x, ONES, ZEROS, eps),
     lambda x, eps: batchnorm_inference(x, ONES, ZEROS, ZEROS, ZEROS, eps),
     lambda x, eps: fold_batchnorm(x, None, ONES, ZEROS, ZEROS, ZEROS, eps)],
)  # fmt: skip
def test_an_eps_that_is_0_in_float32_is_refused_there(call):
    one_sentence(lambda: call(SINGLE, 1e-80), "eps is 1e-80")
    call(X, 1e-80)
    call(SINGLE, 1e-44)


def test_a_network_whose_eps_is_0_in_float32_says_so_where_it_matters():
    network = Network((3, 4, 2), batchnorm=True, eps=1e-80)
    parameters = initialize(network, RNG, dtype=np.float32)
    assert np.isfinite(forward(network, parameters, SINGLE)[0]).all()
    parameters["weight1"][:] = 0
    running = {name: np.zeros_like(value) for name, value in initial_running_stats(network).items()}
    one_sentence(lambda: forward(network, parameters, SINGLE), "the variance of x, or 1 / √(variance + eps),")
    one_sentence(lambda: predict(network, parameters, running, SINGLE), "the signal in layer 2")


HUGE = np.full(3, 1e40)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("running_mean", lambda: batchnorm_inference(SINGLE, ONES, ZEROS, HUGE, ONES)),
        ("running_var", lambda: batchnorm_inference(SINGLE, ONES, ZEROS, ZEROS, HUGE)),
        ("gamma", lambda: batchnorm_forward(SINGLE, HUGE, ZEROS)),
        ("mean", lambda: update_running_stats(ZEROS.astype(np.float32), ONES, HUGE, ONES, 6, 0.1)),
        ("dout", lambda: batchnorm_backward(DOUT * 1e40, batchnorm_forward(SINGLE, ONES, ZEROS)[1])),
        ("bias", lambda: linear_forward(SINGLE, np.ones((3, 3)), HUGE)),
        ("parameters['bias1']", lambda: forward(Network((3, 3)), {"weight1": np.ones((3, 3)), "bias1": HUGE}, SINGLE)),
    ],
)
def test_what_overflows_in_the_dtype_of_x_is_refused(name, call):
    one_sentence(call, f"{name}, as float32, holds NaN or infinity")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: batchnorm_forward(SINGLE, np.full(3, 3e38), ZEROS), "the result of batchnorm_forward"),
        (lambda: batchnorm_forward([[1e200], [-1e200]], [1.0], [0.0]), "the variance of x"),
        (lambda: batchnorm_forward(np.array([[3e38], [-3e38]], np.float32), [1.0], [0.0]), "the variance of x"),
        (lambda: batchnorm_backward(DOUT * 1e308, batchnorm_forward(X, 9 * ONES, ZEROS)[1]), "the result of"),
        (lambda: batchnorm_inference(X * 1e200, 1e200 * ONES, ZEROS, ZEROS, ONES), "the result of"),
        (lambda: fold_batchnorm(X * 1e200, None, 1e200 * ONES, ZEROS, ZEROS, ONES), "the result of"),
        (lambda: update_running_stats(ZEROS, ONES, ONES, 1.7e308 * ONES, 2, 1.0), "the result of"),
        (lambda: population_stats(X, np.full((6, 3), 1.7e308), 2), "the result of"),
        (lambda: linear_forward(np.full((2, 2), 1e200), np.full((2, 2), 1e200), None), "the result of"),
        (lambda: linear_backward(DOUT * 1e300, linear_forward(X, 1e300 * np.eye(3), None)[1]), "the result of"),
        (lambda: softmax_cross_entropy(np.array([[1.7e308, -1.7e308]]), [1]), "the result of"),
        (lambda: relative_error(np.array([1.7e308]), np.array([-1.7e308])), "the result of"),
        (lambda: least_squares.loss(1e200 * X, np.ones(6), 1e200 * ONES), "the result of"),
        (lambda: sgd_update({"a": np.ones(2, np.float32)}, {"a": np.ones(2, np.float32)}, 1e40), "the result of sgd"),
        (lambda: loss_and_gradients(Network((3, 3)), {"weight1": 1e308 * np.eye(3), "bias1": ZEROS}, 99 * X, [0] * 6),
         "the signal in layer 1"),
    ],
)  # fmt: skip
def test_a_result_that_overflows_is_refused_without_a_warning(call, name):
    one_sentence(call, name)


@pytest.mark.parametrize(
    ("dtype", "stds"), [(np.float32, [1e14, 1e15, 1e17, 2e18, 4e18]), (np.float64, [1e103, 1e120, 1e150, 2e153])]
)
@pytest.mark.parametrize("n", [64, 600])
def test_batch_norm_is_right_as_long_as_the_variance_is_a_number(dtype, stds, n):
    rng = np.random.default_rng(n)
    units, dout = rng.standard_normal((2, n, 3))
    for std in stds:
        x = (std * units).astype(dtype)
        exact = x.astype(np.longdouble) / std
        x_hat = (exact - exact.mean(axis=0)) / exact.std(axis=0)
        dx = (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0)) / exact.std(axis=0)
        out, cache = batchnorm_forward(x, ONES, ZEROS)
        close = 2e-6 if dtype == np.float32 else 1e-13
        assert np.abs(out - x_hat).max() < close * 4
        for backward in (batchnorm_backward, batchnorm_backward_staged):
            ours = backward(dout.astype(dtype), cache)[0].astype(np.longdouble) * std
            assert np.abs(ours - dx).max() < close * np.abs(dout).max(), (backward, std)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [2, 59, 60, 255, 257, 1000])
@pytest.mark.parametrize("value", [0.1, 1e8 / 3, 1e30 / 7, -1e37 / 3])
def test_a_constant_feature_becomes_beta_however_large_it_is(dtype, n, value):
    x = np.full((n, 1), value, dtype)
    out, cache = batchnorm_forward(x, [3.0], [0.5], 1e-12)
    assert (cache.mean.item(), cache.var.item()) == (x[0, 0], 0)
    assert (out == 0.5).all()


def test_the_smallest_numbers_do_no_harm():
    tiny = np.float32(1e-45)
    out, cache = batchnorm_forward(tiny * np.array([[0.0], [3.0], [7.0]], np.float32), [1.0], [0.5])
    assert out == pytest.approx(np.full((3, 1), 0.5))
    assert np.isfinite(batchnorm_backward(tiny * np.ones((3, 1), np.float32), cache)[0]).all()
    assert relu_forward(np.array([-0.0, 5e-324]))[0].tolist() == [0.0, 5e-324]


# Runs


def test_no_momentum_is_refused():
    one_sentence(lambda: update_running_stats(ZEROS, ONES, ZEROS, ONES, 6, None), "momentum is None")


def test_a_run_without_a_batch_is_refused():
    network = Network((3, 2))
    run = {"batch_size": 32, "epochs": 1, "learning_rate": 0.1, "rng": RNG, "drop_last": True}
    arguments = network, initialize(network, RNG), np.ones((20, 3)), np.zeros(20, int)
    one_sentence(lambda: train(*arguments, **run), "batch_size is 32")
    one_sentence(lambda: training_steps(*arguments, **run), "batch_size is 32")


# The call itself


def test_a_wrong_call_gets_pythons_own_message():
    for call in (lambda: batchnorm_forward(X), lambda: batchnorm_forward(X, ONES, ZEROS, 1e-5, 2),
                 lambda: batchnorm_forward(X, ONES, ZEROS, x=X), lambda: relu_forward(z=X)):  # fmt: skip
        with pytest.raises(TypeError, match="batchnorm_forward|relu_forward"):
            call()
    with pytest.raises(TypeError, match="positional"):
        train(Network((3, 2)), {}, X, [0] * 6, 2, 1, 0.1, RNG)
