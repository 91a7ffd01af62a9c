"""Lesson 07's Further: batches of two, N − 1, what a missing path pushes, and the step of a numerical gradient."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from helpers.batchnorm import BatchNormCache, batchnorm_backward, batchnorm_forward
from helpers.data import Dataset
from helpers.layers import softmax_cross_entropy
from helpers.network import LayerCache, Network, Parameters, backward, forward, initialize
from helpers.recording import last
from helpers.validate import Array
from lessons.batchnorm_backward import experiments
from lessons.batchnorm_backward.experiments import SIZES, VERSIONS, State

NETWORK = Network(SIZES, "sigmoid", batchnorm=True)


def let_through(n: int, batches: int = 2000, seed: int = 0) -> Array:
    """‖dx‖ / ‖dout‖ in random batches (batches,) of ``n`` examples with one feature, standard deviation 1; γ = 1."""
    rng = np.random.default_rng(seed)
    x, dout = rng.normal(size=(2, n, batches))
    dx, _, _ = batchnorm_backward(dout, batchnorm_forward(x, np.ones(batches), np.zeros(batches))[1])
    return np.linalg.norm(dx, axis=0) / np.linalg.norm(dout, axis=0)


class Pushed(NamedTuple):
    """One batch of 60 digits in a fresh network with one hidden layer of 100 sigmoid units.

    shifts: for the pixels and for the hidden outputs, h · mean(h) of each digit, two arrays (60,).
    along: w · g of each unit, and γ · dgamma, (100,) each, with the right gradient and without the variance path.
    """

    shifts: dict[str, Array]
    along: dict[str, tuple[Array, Array]]


def pushed(train: Dataset, seed: int = 0) -> Pushed:
    """What the missing paths add to the gradient of the first weights."""
    network = Network((64, 100, 10), "sigmoid", batchnorm=True)
    p, h = initialize(network, np.random.default_rng(seed)), train.x[:60].astype(float)
    logits, caches = forward(network, p, h)
    dlogits = softmax_cross_entropy(logits, train.y[:60])[1]
    g = {name: backward(network, dlogits, caches, norm_backward=VERSIONS[name]) for name in ("right", "no_variance")}
    layers = {"pixels": h, "hidden": caches[1].linear.x}
    along = {name: ((p["weight1"] * g[name]["weight1"]).sum(axis=0), p["gamma1"] * g[name]["gamma1"])
             for name in g}  # fmt: skip
    shifts = {name: values @ values.mean(axis=0) for name, values in layers.items()}
    return Pushed(shifts, along)


def split_gradients(
    network: Network, dlogits: Array, caches: tuple[LayerCache, ...], own: str, down: str
) -> Parameters:
    """The gradients where each layer's own weights get dx from version ``own``, the earlier layers from ``down``."""
    seen: list[Array] = []

    def both(dout: Array, cache: BatchNormCache) -> tuple[Array, ...]:
        seen.append(VERSIONS[own](dout, cache)[0])
        return VERSIONS[down](dout, cache)

    found = backward(network, dlogits, caches, norm_backward=both)
    hidden = range(network.hidden, 0, -1)  # the order in which the backward pass meets them
    return found | {f"weight{k}": caches[k - 1].linear.x.T @ dx for k, dx in zip(hidden, seen, strict=True)}


def split_state(train: Dataset, probe: Dataset, own: str, down: str, updates: int = 200, seed: int = 0,
                rate: float = 1.0) -> State:  # fmt: skip
    """Where the sigmoid network stands after ``updates`` with `split_gradients`."""
    gradients = partial(split_gradients, own=own, down=down)
    return last(experiments.states(NETWORK, train, probe, gradients, rate, updates, updates, seed))


STEPS = tuple(10.0**-k for k in range(16, -1, -1))


class Stepped(NamedTuple):
    """The error of three numerical gradients with a step h, relative to the largest entry."""

    one_sided: float
    central: float
    complex: float


METHODS: tuple[Callable[[Callable[[Array], complex], Array, Array], float], ...] = (
    lambda f, x, step: (f(x + step) - f(x)) / step.max(),
    lambda f, x, step: (f(x + step) - f(x - step)) / (2 * step.max()),
    lambda f, x, step: f(x + 1j * step).imag / step.max(),
)


def stepped(h: float, seed: int = 0, dtype: type = np.float64) -> Stepped:
    """∂Σ dout·y/∂x of a random batch (8, 3) by each method with step ``h``, against the helper's."""
    x, dout, gamma = experiments.drawn(8, 3, seed)
    exact = batchnorm_backward(dout, batchnorm_forward(x, gamma, np.zeros(3))[1])[0]
    x, dout, gamma = (array.astype(dtype) for array in (x, dout, gamma))

    def loss(moved: Array) -> complex:
        return (dout * experiments.output(moved, gamma)).sum()

    errors = []
    for method in METHODS:
        found = [method(loss, x, (h * one).reshape(x.shape).astype(dtype)) for one in np.eye(x.size)]
        errors.append(float(np.abs(np.reshape(found, x.shape) - exact).max() / np.abs(exact).max()))
    return Stepped(*errors)
