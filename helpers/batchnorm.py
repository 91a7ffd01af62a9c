"""Batch normalization (Ioffe & Szegedy 2015, arXiv 1502.03167): training, inference, folding.

Arrays are (N, D), one row an example; gamma, beta, means and variances are (D,). Results have the dtype of the first
one; inputs are never changed. ValueError if one is empty, no float32 or float64, not finite, or does not fit in shape.
"""

from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np

from helpers import validate
from helpers.layers import column_mean, column_sum
from helpers.validate import Array, checked, finite, floats


class BatchNormCache(NamedTuple):
    """What the backward pass and the running statistics need; ``var`` is biased, 1/N."""

    x_hat: Array  # (N, D)
    inv_std: Array  # (D,)
    gamma: Array  # (D,)
    mean: Array  # (D,)
    var: Array  # (D,)


def _eps(name: str, value: Any, settled: validate.Settled) -> float:
    eps, dtype = validate.positive(name, value), settled["dtype"]
    if eps < 1e-30 and dtype.type(eps) == 0:
        raise ValueError(f"{name} is {eps}, which is 0 as {dtype}; it must be above 0 there, too.")
    return eps


_VARIANCE = floats("D", variance=True)
_ROWS, _COLUMNS = floats("N D", shows=True), floats("D", shows=True)
_AFFINE = {"gamma": _COLUMNS, "beta": _COLUMNS, "eps": _eps, "returns": finite}
_RUNNING = {"running_mean": "D", "running_var": _VARIANCE}
_BACKWARD = {"cache": validate.cache_of("batchnorm_forward", BatchNormCache, "N D"), "dout": _ROWS}


@checked(x=_ROWS, **_AFFINE)
def batchnorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> tuple[Array, BatchNormCache]:
    """Algorithm 1: out = gamma · x_hat + beta with x_hat = (x − mean) / √(var + eps), var with 1/N.

    ValueError for a batch of one as well: its variance is 0 and every x_hat would be 0.
    """
    if len(x) < 2:
        raise ValueError("x has 1 example; batch normalization in training needs a batch of at least 2.")
    near = column_mean(x)
    x_hat = x - near
    rest = column_sum(x_hat) / len(x)  # what rounding the mean left, which counts where the mean is large
    x_hat -= rest
    var = column_mean(x_hat, x_hat)
    inv_std = 1 / np.sqrt(var + eps)
    validate.check_finite("the variance of x, or 1 / √(variance + eps),", np.vdot(var, inv_std))
    x_hat *= inv_std
    out = gamma * x_hat
    out += beta
    return out, BatchNormCache(x_hat, inv_std, gamma, near + rest, var)


@checked(**_BACKWARD, returns=validate.first_finite)  # dx adds up shares of dgamma and dbeta
def batchnorm_backward(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """(dx, dgamma, dbeta) in closed form, the equations of §3 put together.

    dx = gamma · inv_std · (dout − mean(dout) − x_hat · mean(dout · x_hat)), means over the batch.
    """
    n, x_hat = len(dout), cache.x_hat
    dbeta = column_sum(dout)
    dgamma = column_sum(dout, x_hat)
    dx = x_hat * (dgamma / -n)
    dx += dout
    dx -= dbeta / n
    dx *= cache.gamma * cache.inv_std
    return dx, dgamma, dbeta


@checked(**_BACKWARD, returns=finite)
def batchnorm_backward_staged(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """(dx, dgamma, dbeta) node by node back through the graph: the chain rule of §3, one operation a step."""
    n, dtype = len(dout), dout.dtype
    # in float64, for float32 has no room for inv_std³ where x is large
    x_hat, inv_std, gamma = (array.astype(np.float64, copy=False) for array in cache[:3])
    centred = x_hat / inv_std
    # out = gamma · x_hat + beta
    dbeta = column_sum(dout)
    dgamma = column_sum(dout, cache.x_hat)
    dx_hat = dout * gamma
    # x_hat = centred · inv_std
    dinv_std = column_sum(dx_hat, centred)
    dcentred = dx_hat * inv_std
    # inv_std = (var + eps)^(−1/2)
    dvar = dinv_std * -0.5 * inv_std * inv_std * inv_std
    # var = mean(centred²)
    dcentred = dcentred + dvar * 2 * centred / n
    # centred = x − mean
    dmean = -column_sum(dcentred)
    dx = dcentred + dmean / n
    return dx.astype(dtype, copy=False), dgamma, dbeta


@checked(x="N D", **_AFFINE, **_RUNNING)
def batchnorm_inference(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float = 1e-5
) -> Array:
    """Algorithm 2, step 11: out = gamma · (x − running_mean) / √(running_var + eps) + beta, any N ≥ 1."""
    out = x - running_mean
    out *= 1 / np.sqrt(running_var + eps)
    out *= gamma
    out += beta
    return out


@checked(
    **_RUNNING, mean="D", var=_VARIANCE, n=validate.whole_number, momentum=validate.fraction,
    convention=validate.one_of("pytorch", "keras"), returns=finite,
)  # fmt: skip
def update_running_stats(
    running_mean: Array, running_var: Array, mean: Array, var: Array, n: int, momentum: float,
    convention: Literal["pytorch", "keras"] = "pytorch",
) -> tuple[Array, Array]:  # fmt: skip
    """The moving averages (running_mean, running_var) after a batch of ``n``; ``var`` is the biased one.

    "pytorch": new = (1 − momentum) · old + momentum · batch, usually with momentum 0.1, the batch's variance made
    unbiased with n/(n − 1), n ≥ 2. "keras": new = momentum · old + (1 − momentum) · batch, usually 0.99, biased.
    """
    if convention == "pytorch":
        keep, take, correction = 1 - momentum, momentum, n / (validate.whole_number("n", n, at_least=2) - 1)
    else:
        keep, take, correction = momentum, 1 - momentum, 1.0
    return keep * running_mean + take * mean, keep * running_var + take * correction * var


@checked(
    means="K D", variances=floats("K D", variance=True), n=partial(validate.whole_number, at_least=2), returns=finite
)
def population_stats(means: Array, variances: Array, n: int) -> tuple[Array, Array]:
    """Algorithm 2, step 10: (E[mean], n/(n − 1) · E[var]) over K batches of ``n`` ≥ 2; both (K, D), 1/N variances."""
    return column_mean(means), n / (n - 1) * column_mean(variances)


@checked(weight="D_in D", bias=validate.optional(floats("D")), **_AFFINE, **_RUNNING)
def fold_batchnorm(
    weight: Array, bias: Array | None, gamma: Array, beta: Array, running_mean: Array, running_var: Array,
    eps: float = 1e-5,
) -> tuple[Array, Array]:  # fmt: skip
    """(weight, bias) of the linear layer that is linear → batchnorm_inference (Algorithm 2, step 11) in one.

    ``weight`` is (D_in, D), ``bias`` (D,) or None for no bias.
    """
    scale = gamma / np.sqrt(running_var + eps)
    return weight * scale, ((0 if bias is None else bias) - running_mean) * scale + beta
