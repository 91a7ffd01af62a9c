"""Layers as pairs of pure functions: forward returns (out, cache), backward turns the cache into gradients.

Arrays are (N, D), one row an example. Results have the dtype of ``x``; inputs are never changed, and a cache
may refer to them. Every function raises ValueError if an array is empty, no float32 or float64, not finite,
or of a shape that does not fit.
"""

from typing import NamedTuple

import numpy as np

from helpers.validate import Array, float_array, instance_of, label_array


class LinearCache(NamedTuple):
    """What `linear_backward` needs: the input (N, D_in) and the weight (D_in, D_out)."""

    x: Array
    weight: Array


class ReluCache(NamedTuple):
    """What `relu_backward` needs: where the input was above 0."""

    positive: Array


class SigmoidCache(NamedTuple):
    """What `sigmoid_backward` needs: the output."""

    out: Array


class TanhCache(NamedTuple):
    """What `tanh_backward` needs: the output."""

    out: Array


def linear_forward(x: Array, weight: Array, bias: Array | None) -> tuple[Array, LinearCache]:
    """out = x @ weight + bias; x (N, D_in), weight (D_in, D_out), bias (D_out,) or None for no bias."""
    x = float_array("x", x, ("N", "D_in"))
    weight = float_array("weight", weight, (x.shape[1], "D_out"), x.dtype)
    out = x @ weight
    if bias is not None:
        out += float_array("bias", bias, (weight.shape[1],), x.dtype)
    return out, LinearCache(x, weight)


def linear_backward(dout: Array, cache: LinearCache) -> tuple[Array, Array, Array]:
    """dx = dout @ weightᵀ, dweight = xᵀ @ dout, dbias = Σ dout over the batch; dout (N, D_out)."""
    instance_of("cache", cache, LinearCache, "the cache that linear_forward returned")
    x, weight = cache
    dout = float_array("dout", dout, (x.shape[0], weight.shape[1]), x.dtype)
    # NumPy adds rows one after the other: in float32 that drifts with N, so the sum is kept in float64.
    dbias = dout.sum(axis=0, dtype=np.float64).astype(x.dtype, copy=False)
    return dout @ weight.T, x.T @ dout, dbias


def relu_forward(x: Array) -> tuple[Array, ReluCache]:
    """out = max(x, 0), for x of any shape."""
    x = float_array("x", x)
    return np.maximum(x, 0), ReluCache(x > 0)


def relu_backward(dout: Array, cache: ReluCache) -> Array:
    """dx = dout where x > 0, else 0 (at x = 0 too)."""
    instance_of("cache", cache, ReluCache, "the cache that relu_forward returned")
    return float_array("dout", dout, cache.positive.shape) * cache.positive


def sigmoid_forward(x: Array) -> tuple[Array, SigmoidCache]:
    """out = 1 / (1 + exp(−x)), for x of any shape."""
    x = float_array("x", x)
    small = np.exp(-np.abs(x))  # never above 1, so that no x overflows
    out = np.where(x >= 0, 1, small) / (1 + small)
    return out, SigmoidCache(out)


def sigmoid_backward(dout: Array, cache: SigmoidCache) -> Array:
    """dx = dout · out · (1 − out)."""
    instance_of("cache", cache, SigmoidCache, "the cache that sigmoid_forward returned")
    out = cache.out
    return float_array("dout", dout, out.shape, out.dtype) * out * (1 - out)


def tanh_forward(x: Array) -> tuple[Array, TanhCache]:
    """out = tanh(x), for x of any shape."""
    out = np.tanh(float_array("x", x))
    return out, TanhCache(out)


def tanh_backward(dout: Array, cache: TanhCache) -> Array:
    """dx = dout · (1 − out²)."""
    instance_of("cache", cache, TanhCache, "the cache that tanh_forward returned")
    out = cache.out
    return float_array("dout", dout, out.shape, out.dtype) * (1 - out**2)


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Loss and dlogits for logits (N, C) and integer labels (N,) in 0 … C − 1.

    loss = −mean log p[label] with p = softmax(logits); dlogits = (p − onehot(labels)) / N, its gradient.
    """
    logits = float_array("logits", logits, ("N", "C"))
    n, n_classes = logits.shape
    chosen = np.arange(n), label_array("labels", labels, n, n_classes)
    log_p = _log_softmax(logits)
    dlogits = np.exp(log_p)
    dlogits[chosen] -= 1
    return -float(log_p[chosen].mean(dtype=np.float64)), dlogits / n


def _log_softmax(logits: Array) -> Array:
    with np.errstate(over="ignore"):  # a difference beyond the largest float is −∞, and its exp is rightly 0
        shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
