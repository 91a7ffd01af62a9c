"""Layers as pairs of pure functions: forward returns (out, cache), backward turns the cache into gradients.

Arrays are (N, D), one row an example. Results have the dtype of ``x``; inputs are never changed, and a cache may refer
to them. ValueError if an array is empty, no float32 or float64, not finite, or of a shape that does not fit.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from helpers.validate import Array, cache_of, checked, finite, floats, labels, optional

BLOCK_ROWS = 256


class LinearCache(NamedTuple):
    """The input (N, D_in) and the weight (D_in, D_out)."""

    x: Array
    weight: Array


class ReluCache(NamedTuple):
    """Where the input was above 0."""

    positive: Array


class SigmoidCache(NamedTuple):
    """The output."""

    out: Array


class TanhCache(NamedTuple):
    """The output."""

    out: Array


@checked(x="N D_in", weight="D_in D_out", bias=optional(floats("D_out")), returns=finite)
def linear_forward(x: Array, weight: Array, bias: Array | None) -> tuple[Array, LinearCache]:
    """out = x @ weight + bias; x (N, D_in), weight (D_in, D_out), bias (D_out,) or None for no bias."""
    out = x @ weight
    if bias is not None:
        out += bias
    return out, LinearCache(x, weight)


@checked(cache=cache_of("linear_forward", LinearCache, "N D_in", "D_in D_out"), dout="N D_out", returns=finite)
def linear_backward(dout: Array, cache: LinearCache) -> tuple[Array, Array, Array]:
    """dx = dout @ weightᵀ, dweight = xᵀ @ dout, dbias = Σ dout over the batch; dout (N, D_out)."""
    return dout @ cache.weight.T, weight_gradient(cache.x, dout), column_sum(dout)


def weight_gradient(x: Array, dout: Array) -> Array:
    """xᵀ @ dout; x (N, D_in), dout (N, D_out); unchecked. Of one row BLAS makes it up to four times as slowly."""
    return x.T * dout if len(x) == 1 else x.T @ dout


@checked(x="...")
def relu_forward(x: Array) -> tuple[Array, ReluCache]:
    """out = max(x, 0), for x of any shape."""
    return np.maximum(x, 0), ReluCache(x > 0)


@checked(cache=cache_of("relu_forward", ReluCache, "..."), dout="...")
def relu_backward(dout: Array, cache: ReluCache) -> Array:
    """dx = dout where x > 0, else 0 (at x = 0 too)."""
    return dout * cache.positive


@checked(x="...", returns=finite)
def sigmoid_forward(x: Array) -> tuple[Array, SigmoidCache]:
    """out = 1 / (1 + exp(−x)), for x of any shape."""
    out = np.negative(x, out=np.empty_like(x))
    np.exp(out, out=out)  # beyond the largest float it is ∞, and 1 / ∞ is rightly 0
    out += 1
    return np.reciprocal(out, out=out), SigmoidCache(out)


@checked(cache=cache_of("sigmoid_forward", SigmoidCache, "..."), dout="...")
def sigmoid_backward(dout: Array, cache: SigmoidCache) -> Array:
    """dx = dout · out · (1 − out)."""
    dx = dout * cache.out
    dx *= 1 - cache.out
    return dx


@checked(x="...")
def tanh_forward(x: Array) -> tuple[Array, TanhCache]:
    """out = tanh(x), for x of any shape."""
    out = np.tanh(x)
    return out, TanhCache(out)


@checked(cache=cache_of("tanh_forward", TanhCache, "..."), dout="...")
def tanh_backward(dout: Array, cache: TanhCache) -> Array:
    """dx = dout · (1 − out²)."""
    return dout * (1 - cache.out**2)


@checked(logits="N C", labels=labels("N", "C"), returns=finite)
def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Loss and dlogits for logits (N, C) and integer labels (N,) in 0 … C − 1.

    loss = −mean log p[label] with p = softmax(logits); dlogits = (p − onehot(labels)) / N, its gradient.
    """
    loss, dlogits = cross_entropy(logits, labels)
    return float(loss), dlogits


def cross_entropy(logits: Array, labels: Array) -> tuple[Array, Array]:
    """The same for logits (…, N, C): losses (…) and dlogits; unchecked."""
    n = len(labels)
    chosen = ..., np.arange(n), labels
    p = logits - logits.max(axis=-1, keepdims=True)  # beyond the largest float it is −∞, and its exp is rightly 0
    of_label = p[chosen]
    np.exp(p, out=p)
    total = p.sum(axis=-1, keepdims=True)
    losses = (np.log(total[..., 0]) - of_label).sum(axis=-1, dtype=np.float64) / n
    p /= total
    p[chosen] -= 1
    p /= n
    return losses, p


def column_sum(array: Array, times: Array | None = None, share: float = 1.0) -> Array:
    """Σ over the rows of share · array, or of share · array · times; both (N, D), the sum (D,) in their dtype.

    Within a block of rows BLAS adds up the columns, as a product with a row of shares; from block to block the sums are
    kept in float64, for in float32 a long sum drifts.
    """
    if len(array) <= BLOCK_ROWS:
        return _row(len(array), share, array.dtype).dot(array if times is None else array * times)
    blocks = [slice(first, first + BLOCK_ROWS) for first in range(0, len(array), BLOCK_ROWS)]
    sums = [column_sum(array[rows], None if times is None else times[rows], share) for rows in blocks]
    return np.sum(sums, axis=0, dtype=np.float64).astype(array.dtype, copy=False)


def column_mean(array: Array, times: Array | None = None) -> Array:
    """The mean over the rows of array, or of array · times: shares of 1 / N are summed, so that no sum overflows."""
    return column_sum(array, times, 1 / len(array))


@lru_cache
def _row(n: int, value: float, dtype: np.dtype) -> Array:
    return np.full(n, value, dtype)
