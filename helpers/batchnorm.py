"""Batch normalization (Ioffe & Szegedy 2015, arXiv 1502.03167): training, inference, folding.

Arrays are (N, D), one row an example; gamma, beta, means and variances are (D,). Results have the dtype of
``x``; inputs are never changed. Every function raises ValueError if an array is empty, no float32 or float64,
not finite, or of a shape that does not fit; the mathematics of training is in `formulas`.
"""

from typing import Literal

import numpy as np

from helpers import formulas
from helpers.formulas import BatchNormCache, batch_sum
from helpers.validate import (
    Array,
    check_batch,
    float_array,
    fraction,
    instance_of,
    one_of,
    positive,
    variance_array,
    whole_number,
)

DEFAULT_MOMENTUM = {"pytorch": 0.1, "keras": 0.99}


def batchnorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> tuple[Array, BatchNormCache]:
    """Algorithm 1: out = gamma · x_hat + beta with x_hat = (x − mean) / √(var + eps), var with 1/N.

    ValueError for a batch of one as well: its variance is 0 and every x_hat would be 0.
    """
    x = float_array("x", x, ("N", "D"))
    check_batch(x)
    gamma, beta = (float_array(name, value, x.shape[1:], x.dtype) for name, value in (("gamma", gamma), ("beta", beta)))
    return formulas.batchnorm_forward(x, gamma, beta, positive("eps", eps))


def batchnorm_backward(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """(dx, dgamma, dbeta) in closed form, the equations of §3 put together.

    dx = gamma · inv_std · (dout − mean(dout) − x_hat · mean(dout · x_hat)), means over the batch.
    """
    return formulas.batchnorm_backward(_checked_dout(dout, cache), cache)


def batchnorm_backward_staged(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """(dx, dgamma, dbeta) node by node back through the graph: the chain rule of §3, one operation a step."""
    return formulas.batchnorm_backward_staged(_checked_dout(dout, cache), cache)


def batchnorm_inference(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Algorithm 2, step 11: out = gamma · (x − running_mean) / √(running_var + eps) + beta, any N ≥ 1."""
    x = float_array("x", x, ("N", "D"))
    scale, mean, beta = _affine(gamma, beta, running_mean, running_var, eps, x.shape[1:], x.dtype)
    return (x - mean) * scale + beta


def update_running_stats(
    running_mean: Array,
    running_var: Array,
    mean: Array,
    var: Array,
    n: int,
    momentum: float | None = None,
    convention: Literal["pytorch", "keras"] = "pytorch",
) -> tuple[Array, Array]:
    """The moving averages (running_mean, running_var) after a batch of ``n``; ``var`` is the biased one.

    "pytorch": new = (1 − momentum) · old + momentum · batch, momentum 0.1, the batch's variance made unbiased
    with n/(n − 1). "keras": new = momentum · old + (1 − momentum) · batch, momentum 0.99, variance biased.
    The dtype is that of ``running_mean``. ValueError for n = 1 under "pytorch" and for a momentum outside
    0 to 1.
    """
    weights = running_weights(n, momentum, convention)
    running_mean = float_array("running_mean", running_mean, ("D",))
    shape, dtype = running_mean.shape, running_mean.dtype
    running_var = variance_array("running_var", running_var, shape, dtype)
    mean, var = float_array("mean", mean, shape, dtype), variance_array("var", var, shape, dtype)
    return formulas.update_running_stats(running_mean, running_var, mean, var, **weights)


def running_weights(
    n: int, momentum: float | None = None, convention: Literal["pytorch", "keras"] = "pytorch"
) -> dict[str, float]:
    """What `update_running_stats` multiplies by: ``keep`` the old, ``take`` the new, ``correction`` its variance."""
    pytorch = one_of("convention", convention, DEFAULT_MOMENTUM) == "pytorch"
    n = whole_number("n", n, 2 if pytorch else 1)
    momentum = fraction("momentum", DEFAULT_MOMENTUM[convention] if momentum is None else momentum)
    keep, take = (1 - momentum, momentum) if pytorch else (momentum, 1 - momentum)
    return {"keep": keep, "take": take, "correction": n / (n - 1) if pytorch else 1.0}


def population_stats(means: Array, variances: Array, n: int) -> tuple[Array, Array]:
    """Algorithm 2, step 10: (E[mean], n/(n − 1) · E[var]) over K batches of ``n``.

    Both inputs are (K, D), the variances biased. ValueError for n = 1 as well.
    """
    n = whole_number("n", n, 2)
    means = float_array("means", means, ("K", "D"))
    variances = variance_array("variances", variances, means.shape, means.dtype)
    mean, var = batch_sum(means) / len(means), batch_sum(variances) / len(means)
    return mean, n / (n - 1) * var


def fold_batchnorm(
    weight: Array,
    bias: Array | None,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    eps: float = 1e-5,
) -> tuple[Array, Array]:
    """(weight, bias) of the one linear layer that equals linear → batchnorm_inference (Algorithm 2, step 11).

    ``weight`` is (D_in, D_out), ``bias`` (D_out,) or None for no bias; the rest are (D_out,).
    """
    weight = float_array("weight", weight, ("D_in", "D_out"))
    shape, dtype = weight.shape[1:], weight.dtype
    scale, mean, beta = _affine(gamma, beta, running_mean, running_var, eps, shape, dtype)
    bias = np.zeros(shape, dtype) if bias is None else float_array("bias", bias, shape, dtype)
    return weight * scale, (bias - mean) * scale + beta


def _affine(
    gamma: Array, beta: Array, mean: Array, var: Array, eps: float, shape: tuple[int, ...], dtype: np.dtype
) -> tuple[Array, Array, Array]:
    """(scale, mean, beta) of the inference formula, checked, with scale = gamma / √(var + eps)."""
    gamma, beta = float_array("gamma", gamma, shape, dtype), float_array("beta", beta, shape, dtype)
    mean = float_array("running_mean", mean, shape, dtype)
    var = variance_array("running_var", var, shape, dtype)
    return gamma / np.sqrt(var + positive("eps", eps)), mean, beta


def _checked_dout(dout: Array, cache: BatchNormCache) -> Array:
    instance_of("cache", cache, BatchNormCache, "the cache that batchnorm_forward returned")
    return float_array("dout", dout, cache.x_hat.shape, cache.x_hat.dtype)
