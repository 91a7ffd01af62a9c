"""Batch normalization against its definition, central differences and exact identities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.batchnorm import (
    batchnorm_backward,
    batchnorm_backward_staged,
    batchnorm_forward,
    batchnorm_inference,
    fold_batchnorm,
    population_stats,
    update_running_stats,
)
from helpers.gradcheck import numerical_gradient, relative_error

EPS = st.sampled_from([1e-8, 1e-5, 1e-3, 0.5])
SEEDS = st.integers(0, 10_000)
BACKWARDS = pytest.mark.parametrize("backward", [batchnorm_backward, batchnorm_backward_staged])


def draw(seed, n=6, d=3, offset=0.0):
    """x, gamma, beta, dout, all random."""
    rng = np.random.default_rng(seed)
    x = rng.normal(offset, rng.uniform(0.5, 2, d), (n, d))
    return x, rng.normal(1, 0.5, d), rng.standard_normal(d), rng.standard_normal((n, d))


def stats(seed, d=3):
    """A running mean and variance."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal(d), rng.uniform(0.1, 3, d)


def test_forward_is_algorithm_1_written_out():
    x, gamma, beta, _ = draw(1)
    out, _ = batchnorm_forward(x, gamma, beta, eps=0.1)
    for j in range(x.shape[1]):
        mean = sum(x[:, j]) / len(x)
        var = sum((x[:, j] - mean) ** 2) / len(x)
        assert out[:, j] == pytest.approx(
            gamma[j] * (x[:, j] - mean) / (var + 0.1) ** 0.5 + beta[j], rel=1e-12
        )


def test_the_cache_holds_the_batch_statistics():
    x, gamma, beta, _ = draw(2)
    cache = batchnorm_forward(x, gamma, beta)[1]
    assert cache._fields == ("x_hat", "inv_std", "gamma", "mean", "var")
    assert cache.mean == pytest.approx(x.mean(axis=0), rel=1e-13)
    assert cache.var == pytest.approx(x.var(axis=0), rel=1e-13)
    assert cache.inv_std == pytest.approx((x.var(axis=0) + 1e-5) ** -0.5, rel=1e-13)
    assert np.array_equal(cache.gamma, gamma)
    assert cache.x_hat == pytest.approx((x - cache.mean) * cache.inv_std, rel=1e-12)


def test_a_constant_feature_becomes_beta():
    x, gamma, beta, dout = draw(3)
    x[:, 1] = 7
    out, cache = batchnorm_forward(x, gamma, beta)
    assert np.array_equal(out[:, 1], np.full(6, beta[1]))
    assert np.isfinite(batchnorm_backward(dout, cache)[0]).all()


@BACKWARDS
@pytest.mark.parametrize("argument", [0, 1, 2], ids=["x", "gamma", "beta"])
@pytest.mark.parametrize(("n", "eps"), [(4, 1e-5), (9, 0.5)])
def test_gradients(backward, argument, n, eps):
    *arguments, dout = draw(4, n=n)

    def f(value):
        changed = [*arguments[:argument], value, *arguments[argument + 1 :]]
        return (batchnorm_forward(*changed, eps)[0] * dout).sum()

    gradient = backward(dout, batchnorm_forward(*arguments, eps)[1])[argument]
    assert relative_error(gradient, numerical_gradient(f, arguments[argument])) < 1e-8


def test_both_backward_passes_agree_with_central_differences_over_a_thousand_random_batches():
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        n, d, eps = rng.integers(4, 13), rng.integers(1, 4), 10.0 ** rng.integers(-8, 0)
        x, gamma, beta, dout = draw(seed, n, d, offset=rng.normal(0, 3))
        cache = batchnorm_forward(x, gamma, beta, eps)[1]
        closed, staged = batchnorm_backward(dout, cache), batchnorm_backward_staged(dout, cache)
        numerical = numerical_gradient(lambda v: (batchnorm_forward(v, gamma, beta, eps)[0] * dout).sum(), x)  # noqa: B023
        # What cancels in dx is as large as these terms, and rounding is measured against it.
        scale = np.abs(gamma * cache.inv_std) * np.abs(dout).sum(axis=0)
        assert (np.abs(staged[0] - closed[0]) <= 1e-12 * scale).all(), seed
        assert (np.abs(closed[0] - numerical) <= 1e-6 * scale).all(), seed
        assert all(map(np.array_equal, staged[1:], closed[1:])), seed


@given(SEEDS, st.integers(4, 12), EPS)
@settings(deadline=None)
def test_staged_equals_the_closed_form(seed, n, eps):
    x, gamma, beta, dout = draw(seed, n)
    cache = batchnorm_forward(x, gamma, beta, eps)[1]
    for staged, closed in zip(
        batchnorm_backward_staged(dout, cache), batchnorm_backward(dout, cache), strict=True
    ):
        assert relative_error(staged, closed) < 1e-10


@BACKWARDS
@given(seed=SEEDS, n=st.integers(4, 12), eps=EPS)
@settings(deadline=None)
def test_dx_sums_to_zero_over_the_batch(backward, seed, n, eps):
    x, gamma, beta, dout = draw(seed, n)
    cache = batchnorm_forward(x, gamma, beta, eps)[1]
    scale = np.abs(gamma * cache.inv_std * np.abs(dout).sum(axis=0))
    assert (np.abs(backward(dout, cache)[0].sum(axis=0)) <= 1e-12 * scale).all()


@BACKWARDS
@given(seed=SEEDS, n=st.integers(4, 12), eps=EPS)
@settings(deadline=None)
def test_dx_along_x_hat_is_what_eps_leaves(backward, seed, n, eps):
    """Σ dx · x_hat = gamma · inv_std · dgamma · eps / (var + eps), which is not 0."""
    x, gamma, beta, dout = draw(seed, n)
    cache = batchnorm_forward(x, gamma, beta, eps)[1]
    dx, dgamma, _ = backward(dout, cache)
    along = (dx * cache.x_hat).sum(axis=0)
    expected = gamma * cache.inv_std * dgamma * eps / (cache.var + eps)
    scale = np.abs(gamma * cache.inv_std) * np.abs(dout * cache.x_hat).sum(axis=0)
    assert (np.abs(along - expected) <= 1e-12 * scale).all()


@given(SEEDS, st.floats(0.01, 100), st.floats(-10, 10), EPS)
@settings(deadline=None)
def test_scaling_the_input_is_scaling_eps(seed, a, b, eps):
    """BN(a·x + b, eps) = BN(x, eps / a²) for a > 0."""
    x, gamma, beta, _ = draw(seed)
    out, _ = batchnorm_forward(a * x + b, gamma, beta, eps)
    wanted, _ = batchnorm_forward(x, gamma, beta, eps / a**2)
    assert out == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@given(SEEDS, st.integers(4, 12))
@settings(deadline=None)
def test_x_hat_has_mean_0_and_variance_var_over_var_plus_eps(seed, n):
    x, gamma, beta, _ = draw(seed, n)
    cache = batchnorm_forward(x, gamma, beta, 0.5)[1]
    assert cache.x_hat.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-14)
    assert (cache.x_hat**2).mean(axis=0) == pytest.approx(cache.var / (cache.var + 0.5), rel=1e-12)


def test_scale_and_shift_can_restore_the_input():
    x = draw(5)[0]
    out, _ = batchnorm_forward(x, np.sqrt(x.var(axis=0) + 1e-5), x.mean(axis=0))
    assert out == pytest.approx(x, rel=1e-13)


@pytest.mark.parametrize("offset", [0, 100, 1e4])
@pytest.mark.parametrize("n", [6, 5000])
def test_float32_agrees_with_float64_even_far_from_zero(n, offset):
    single = [value.astype(np.float32) for value in draw(6, n=n, offset=offset)]
    exact = [value.astype(np.float64) for value in single]
    out, cache = batchnorm_forward(*single[:3])
    wanted, wanted_cache = batchnorm_forward(*exact[:3])
    assert relative_error(out, wanted) < 1e-6
    assert relative_error(cache.var, wanted_cache.var) < 1e-6
    for backward in (batchnorm_backward, batchnorm_backward_staged):
        for ours, theirs in zip(backward(single[3], cache), backward(exact[3], wanted_cache), strict=True):
            assert ours.dtype == np.float32
            assert relative_error(ours, theirs) < 3e-6


@pytest.mark.parametrize("n", [255, 256, 257, 1000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_of_rows_are_put_together_exactly(n, dtype):
    """Also where the blocks lie far apart: each has a mean and a spread of its own."""
    rng = np.random.default_rng(n)
    block = np.arange(n) // 256
    x, dout = rng.standard_normal((2, n, 3)).astype(dtype)
    x = x * (1 + block)[:, None].astype(dtype) + 1000 * block[:, None].astype(dtype)
    gamma, beta = rng.standard_normal((2, 3)).astype(dtype)
    out, cache = batchnorm_forward(x, gamma, beta)
    exact = x.astype(np.float64)
    x_hat = (exact - exact.mean(axis=0)) / np.sqrt(exact.var(axis=0) + 1e-5)
    dx_hat = dout * gamma.astype(np.float64)
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / np.sqrt(exact.var(axis=0) + 1e-5)
    wanted = exact.mean(axis=0), exact.var(axis=0), gamma * x_hat + beta, dx, (dout * x_hat).sum(axis=0)
    backward = batchnorm_backward(dout, cache)
    close = 1e-12 if dtype == np.float64 else 2e-6
    for name, ours, theirs in zip(
        ("mean", "var", "out", "dx", "dgamma"), (cache.mean, cache.var, out, *backward[:2]), wanted, strict=True
    ):
        assert relative_error(ours, theirs) < close, name


@BACKWARDS
def test_float32_sums_do_not_drift_with_the_batch(backward):
    n, dout = 100_000, np.float32(0.1)
    x = np.tile(np.array([[-1, 1], [1, -1]], np.float32), (n // 2, 1))
    cache = batchnorm_forward(x, np.ones(2), np.zeros(2))[1]
    _, _, dbeta = backward(np.full_like(x, dout), cache)
    assert dbeta == pytest.approx(np.full(2, n * float(dout)), rel=2e-6)
    _, dgamma, _ = backward(dout * cache.x_hat, cache)
    assert dgamma == pytest.approx(np.full(2, n * float(dout) * float(cache.x_hat[1, 0]) ** 2), rel=2e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_keeps_the_dtype(dtype):
    x, gamma, beta, _ = (value.astype(dtype) for value in draw(7))
    mean, var = (value.astype(dtype) for value in stats(7))
    out, cache = batchnorm_forward(x, gamma, beta)
    updated = update_running_stats(mean, var, cache.mean, cache.var, 6, np.float64(0.1))
    population = population_stats(x, x**2, 6)
    folded = fold_batchnorm(x, None, gamma, beta, mean, var)
    for array in (
        out,
        *cache,
        batchnorm_inference(x, gamma, beta, mean, var),
        *updated,
        *population,
        *folded,
    ):
        assert array.dtype == dtype


def test_the_first_argument_alone_decides_the_dtype():
    x, gamma, beta, dout = draw(8)
    mean, var = stats(8)
    single = x.astype(np.float32)
    out, cache = batchnorm_forward(single, gamma, beta)
    updated = update_running_stats(mean.astype(np.float32), var, mean, var, 6, 0.1)
    population = population_stats(single, x**2, 6)
    folded = fold_batchnorm(single, beta, gamma, beta, mean, var)
    gradients = *batchnorm_backward(dout, cache), *batchnorm_backward_staged(dout, cache)
    inference = batchnorm_inference(single, gamma, beta, mean, var)
    for array in (out, *cache, *gradients, inference, *updated, *population, *folded):
        assert array.dtype == np.float32


def test_eps_is_1e_5_unless_given():
    x, gamma, beta, _ = draw(12)
    rest = gamma, beta, *stats(12)
    assert np.array_equal(batchnorm_forward(x, gamma, beta)[0], batchnorm_forward(x, gamma, beta, 1e-5)[0])
    assert np.array_equal(batchnorm_inference(x, *rest), batchnorm_inference(x, *rest, 1e-5))
    assert np.array_equal(fold_batchnorm(x, None, *rest)[0], fold_batchnorm(x, None, *rest, 1e-5)[0])


@pytest.mark.filterwarnings("ignore:overflow")
def test_a_variance_that_overflows_is_refused():
    with pytest.raises(ValueError, match="the variance of x"):
        batchnorm_forward(np.array([[1e200], [-1e200]]), np.ones(1), np.zeros(1))


def test_inference_is_the_formula_for_each_row_alone():
    x, gamma, beta, _ = draw(9)
    mean, var = stats(9)
    out = batchnorm_inference(x, gamma, beta, mean, var, eps=0.1)
    assert out == pytest.approx(gamma * (x - mean) / np.sqrt(var + 0.1) + beta, rel=1e-12)
    assert np.array_equal(batchnorm_inference(x[2:3], gamma, beta, mean, var, eps=0.1)[0], out[2])


def test_inference_with_the_batch_statistics_is_the_forward_pass():
    x, gamma, beta, _ = draw(10)
    out, cache = batchnorm_forward(x, gamma, beta)
    assert batchnorm_inference(x, gamma, beta, cache.mean, cache.var) == pytest.approx(out, rel=1e-12)


@pytest.mark.parametrize(
    ("convention", "momentum", "mean", "var"),
    [
        ("pytorch", 0.1, 0.9 * 1 + 0.1 * 5, 0.9 * 2 + 0.1 * 3 * 4 / 3),
        ("pytorch", 0.25, 0.75 * 1 + 0.25 * 5, 0.75 * 2 + 0.25 * 3 * 4 / 3),
        ("pytorch", 1, 5, 4),
        ("pytorch", 0, 1, 2),
        ("keras", 0.99, 0.99 * 1 + 0.01 * 5, 0.99 * 2 + 0.01 * 3),
        ("keras", 0.25, 0.25 * 1 + 0.75 * 5, 0.25 * 2 + 0.75 * 3),
    ],
)
def test_running_statistics_by_hand(convention, momentum, mean, var):
    """Old mean 1 and variance 2; a batch of 4 with mean 5 and biased variance 3."""
    old, new = (np.array([1.0]), np.array([2.0])), (np.array([5.0]), np.array([3.0]))
    updated = update_running_stats(*old, *new, 4, momentum, convention)
    assert (updated[0].item(), updated[1].item()) == pytest.approx((mean, var), rel=1e-14)


def test_an_unbiased_variance_needs_two_examples():
    one = np.ones(1)
    with pytest.raises(ValueError, match="n is 1; it must be at least 2"):
        update_running_stats(one, one, one, one, 1, 0.1)
    assert update_running_stats(one, one, one, one, 2, 0.1)[1].item() == pytest.approx(0.9 + 0.1 * 2)
    assert population_stats(one[None], one[None], 2)[1].item() == 2


def test_keras_takes_a_batch_of_one():
    one = np.ones(1)
    assert update_running_stats(one, one, one, np.zeros(1), 1, 0.99, convention="keras")[1].item() == pytest.approx(
        0.99
    )


def test_population_statistics_average_the_batches_and_undo_the_bias():
    mean, var = population_stats(np.array([[1.0], [3.0]]), np.array([[4.0], [8.0]]), 5)
    assert (mean.item(), var.item()) == pytest.approx((2, 5 / 4 * 6), rel=1e-15)


@given(SEEDS, EPS, st.booleans())
@settings(deadline=None)
def test_folded_layer_equals_linear_then_inference(seed, eps, has_bias):
    rng = np.random.default_rng(seed)
    x, weight = rng.standard_normal((5, 4)), rng.standard_normal((4, 3))
    bias = rng.standard_normal(3) if has_bias else None
    _, gamma, beta, _ = draw(seed)
    mean, var = stats(seed)
    folded_weight, folded_bias = fold_batchnorm(weight, bias, gamma, beta, mean, var, eps)
    linear = x @ weight + (bias if has_bias else 0)
    assert x @ folded_weight + folded_bias == pytest.approx(
        batchnorm_inference(linear, gamma, beta, mean, var, eps), rel=1e-11, abs=1e-12
    )
