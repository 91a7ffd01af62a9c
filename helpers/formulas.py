"""The mathematics of the layers and of batch normalization alone: arrays in, arrays out, nothing checked.

`layers` and `batchnorm` check their arguments and call these; `network` checks once for all its layers.
Arrays are (N, D), one row an example, and share one dtype; what comes in is never changed, and a cache may refer to it.

What goes over a batch goes block by block of its rows, each small enough to stay in the processor's cache. Within a
block BLAS adds up the columns, as a product with a row of ones; from block to block the sums are kept in float64, for
in float32 a long sum drifts.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from helpers.validate import Array, check_finite

BLOCK_BYTES = 2**19
BLOCK_ROWS = 256


class LinearCache(NamedTuple):
    """What the way back needs: the input (N, D_in) and the weight (D_in, D_out)."""

    x: Array
    weight: Array


class ReluCache(NamedTuple):
    """What the way back needs: where the input was above 0."""

    positive: Array


class SigmoidCache(NamedTuple):
    """What the way back needs: the output."""

    out: Array


class TanhCache(NamedTuple):
    """What the way back needs: the output."""

    out: Array


class BatchNormCache(NamedTuple):
    """What the backward pass and the running statistics need; ``var`` is biased, 1/N."""

    x_hat: Array  # (N, D)
    inv_std: Array  # (D,)
    gamma: Array  # (D,)
    mean: Array  # (D,)
    var: Array  # (D,)


def linear_forward(x: Array, weight: Array, bias: Array | None) -> tuple[Array, LinearCache]:
    """out = x @ weight + bias."""
    out = x @ weight
    if bias is not None:
        out += bias
    return out, LinearCache(x, weight)


def linear_backward(dout: Array, cache: LinearCache) -> tuple[Array, Array, Array]:
    """dx = dout @ weightᵀ, dweight = xᵀ @ dout, dbias = Σ dout over the batch."""
    return dout @ cache.weight.T, cache.x.T @ dout, batch_sum(dout)


def relu_forward(x: Array) -> tuple[Array, ReluCache]:
    """out = max(x, 0)."""
    return np.maximum(x, 0), ReluCache(x > 0)


def relu_backward(dout: Array, cache: ReluCache) -> Array:
    """dx = dout where x > 0, else 0."""
    return dout * cache.positive


@np.errstate(over="ignore")  # exp beyond the largest float is ∞, and 1 / ∞ is rightly 0
def sigmoid_forward(x: Array) -> tuple[Array, SigmoidCache]:
    """out = 1 / (1 + exp(−x))."""
    out = np.exp(-x)
    out += 1
    np.reciprocal(out, out=out)
    return out, SigmoidCache(out)


def sigmoid_backward(dout: Array, cache: SigmoidCache) -> Array:
    """dx = dout · out · (1 − out)."""
    return dout * cache.out * (1 - cache.out)


def tanh_forward(x: Array) -> tuple[Array, TanhCache]:
    """out = tanh(x)."""
    out = np.tanh(x)
    return out, TanhCache(out)


def tanh_backward(dout: Array, cache: TanhCache) -> Array:
    """dx = dout · (1 − out²)."""
    return dout * (1 - cache.out**2)


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """loss = −mean log p[label] with p = softmax(logits); dlogits = (p − onehot(labels)) / N."""
    n = len(logits)
    chosen = np.arange(n), labels
    with np.errstate(over="ignore"):  # a difference beyond the largest float is −∞, and its exp is rightly 0
        shifted = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(shifted)
    total = p.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(total[:, 0]) - shifted[chosen], dtype=np.float64) / n
    p /= total
    p[chosen] -= 1
    p /= n
    return float(loss), p


def batchnorm_forward(x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, BatchNormCache]:
    """Algorithm 1 (arXiv 1502.03167): out = gamma · x_hat + beta with x_hat = (x − mean) / √(var + eps).

    NotFiniteError if var overflows.
    """
    mean, var = _moments(x)
    check_finite("the variance of x", var)
    inv_std = (1 / np.sqrt(var + eps)).astype(x.dtype)
    near = mean.astype(x.dtype)
    rest = (mean - near).astype(x.dtype)  # what rounding the mean left, which counts where the mean is large
    x_hat, out = np.empty_like(x), np.empty_like(x)
    for rows in _blocks(x):
        normalized = np.subtract(x[rows], near, out=x_hat[rows])
        normalized -= rest
        normalized *= inv_std
        scaled = np.multiply(normalized, gamma, out=out[rows])
        scaled += beta
    return out, BatchNormCache(x_hat, inv_std, gamma, near, var.astype(x.dtype))


def batchnorm_backward(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """(dx, dgamma, dbeta): dx = gamma · inv_std · (dout − mean(dout) − x_hat · mean(dout · x_hat)), §3 put together."""
    x_hat, n = cache.x_hat, len(dout)
    dbeta, dgamma = batch_sum(dout), batch_sum(dout, x_hat)
    scale, mean, along = cache.gamma * cache.inv_std, dbeta / n, dgamma / n
    dx = np.empty_like(dout)
    for rows in _blocks(dout):
        part = np.multiply(x_hat[rows], along, out=dx[rows])
        np.subtract(dout[rows], part, out=part)
        part -= mean
        part *= scale
    return dx, dgamma, dbeta


def batchnorm_backward_staged(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """(dx, dgamma, dbeta) node by node back through the graph: the chain rule, one operation a step."""
    x_hat, inv_std, n = cache.x_hat, cache.inv_std, len(dout)
    centred = x_hat / inv_std
    # out = gamma · x_hat + beta
    dbeta = batch_sum(dout)
    dgamma = batch_sum(dout, x_hat)
    dx_hat = dout * cache.gamma
    # x_hat = centred · inv_std
    dinv_std = batch_sum(dx_hat, centred)
    dcentred = dx_hat * inv_std
    # inv_std = (var + eps)^(−1/2)
    dvar = dinv_std * -0.5 * inv_std**3
    # var = mean(centred²)
    dcentred = dcentred + dvar * 2 * centred / n
    # centred = x − mean
    dmean = -batch_sum(dcentred)
    dx = dcentred + dmean / n
    return dx, dgamma, dbeta


def update_running_stats(
    running_mean: Array, running_var: Array, mean: Array, var: Array, keep: float, take: float, correction: float
) -> tuple[Array, Array]:
    """(keep · old + take · new) for the mean and for the variance, the batch's variance times ``correction``."""
    return keep * running_mean + take * mean, keep * running_var + take * correction * var


def batch_sum(array: Array, times: Array | None = None) -> Array:
    """Σ over the batch of array, or of array · times; both (N, D), the sum (D,)."""
    total = np.zeros(array.shape[1:])  # float64
    for rows in _blocks(array):
        block = array[rows] if times is None else array[rows] * times[rows]
        total += _ones(len(block), block.dtype) @ block
    return total.astype(array.dtype, copy=False)


def _moments(x: Array) -> tuple[Array, Array]:
    """Mean and biased variance of each column, in float64: those of the blocks, put together exactly.

    A block that is the share s of the rows so far moves the mean by s · gap, with gap = mean_b − mean, and makes the
    variance (1 − s) · var + s · var_b + s · (1 − s) · gap².
    """
    first, *others = _blocks(x)
    mean, var = _block_moments(x[first])
    for rows in others:
        block_mean, block_var = _block_moments(x[rows])
        share = (rows.stop - rows.start) / rows.stop
        gap = block_mean - mean
        mean += share * gap
        var += share * (block_var - var + (1 - share) * gap**2)
    return mean, var


def _block_moments(block: Array) -> tuple[Array, Array]:
    n = len(block)
    ones = _ones(n, block.dtype)
    near = ones @ block / n
    centred = block - near  # two passes, for E[x²] − E[x]² cancels where the mean is large
    rest = ones @ centred / n
    centred *= centred
    return near + rest.astype(np.float64), (ones @ centred / n).astype(np.float64) - rest**2


def _blocks(array: Array) -> tuple[slice, ...]:
    return _row_slices(len(array), array[0].nbytes)


@lru_cache
def _row_slices(n: int, row_bytes: int) -> tuple[slice, ...]:
    rows = min(BLOCK_ROWS, max(1, BLOCK_BYTES // row_bytes))
    return tuple(slice(first, min(first + rows, n)) for first in range(0, n, rows))


@lru_cache
def _ones(n: int, dtype: np.dtype) -> Array:
    return np.ones(n, dtype)
