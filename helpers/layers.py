"""Layers as pairs of pure functions: forward returns (out, cache), backward turns the cache into gradients.

Arrays are (N, D), one row an example. Results have the dtype of ``x``; inputs are never changed, and a cache
may refer to them. Every function raises ValueError if an array is empty, no float32 or float64, not finite,
or of a shape that does not fit; the mathematics is in `formulas`.
"""

from helpers import formulas
from helpers.formulas import LinearCache, ReluCache, SigmoidCache, TanhCache
from helpers.validate import Array, float_array, instance_of, label_array


def linear_forward(x: Array, weight: Array, bias: Array | None) -> tuple[Array, LinearCache]:
    """out = x @ weight + bias; x (N, D_in), weight (D_in, D_out), bias (D_out,) or None for no bias."""
    x = float_array("x", x, ("N", "D_in"))
    weight = float_array("weight", weight, (x.shape[1], "D_out"), x.dtype)
    if bias is not None:
        bias = float_array("bias", bias, (weight.shape[1],), x.dtype)
    return formulas.linear_forward(x, weight, bias)


def linear_backward(dout: Array, cache: LinearCache) -> tuple[Array, Array, Array]:
    """dx = dout @ weightᵀ, dweight = xᵀ @ dout, dbias = Σ dout over the batch; dout (N, D_out)."""
    instance_of("cache", cache, LinearCache, "the cache that linear_forward returned")
    shape = len(cache.x), cache.weight.shape[1]
    return formulas.linear_backward(float_array("dout", dout, shape, cache.x.dtype), cache)


def relu_forward(x: Array) -> tuple[Array, ReluCache]:
    """out = max(x, 0), for x of any shape."""
    return formulas.relu_forward(float_array("x", x))


def relu_backward(dout: Array, cache: ReluCache) -> Array:
    """dx = dout where x > 0, else 0 (at x = 0 too)."""
    instance_of("cache", cache, ReluCache, "the cache that relu_forward returned")
    return formulas.relu_backward(float_array("dout", dout, cache.positive.shape), cache)


def sigmoid_forward(x: Array) -> tuple[Array, SigmoidCache]:
    """out = 1 / (1 + exp(−x)), for x of any shape."""
    return formulas.sigmoid_forward(float_array("x", x))


def sigmoid_backward(dout: Array, cache: SigmoidCache) -> Array:
    """dx = dout · out · (1 − out)."""
    instance_of("cache", cache, SigmoidCache, "the cache that sigmoid_forward returned")
    return formulas.sigmoid_backward(float_array("dout", dout, cache.out.shape, cache.out.dtype), cache)


def tanh_forward(x: Array) -> tuple[Array, TanhCache]:
    """out = tanh(x), for x of any shape."""
    return formulas.tanh_forward(float_array("x", x))


def tanh_backward(dout: Array, cache: TanhCache) -> Array:
    """dx = dout · (1 − out²)."""
    instance_of("cache", cache, TanhCache, "the cache that tanh_forward returned")
    return formulas.tanh_backward(float_array("dout", dout, cache.out.shape, cache.out.dtype), cache)


def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """Loss and dlogits for logits (N, C) and integer labels (N,) in 0 … C − 1.

    loss = −mean log p[label] with p = softmax(logits); dlogits = (p − onehot(labels)) / N, its gradient.
    """
    logits = float_array("logits", logits, ("N", "C"))
    return formulas.softmax_cross_entropy(logits, label_array("labels", labels, *logits.shape))
