"""Lesson 04's numbers: a signal's way forward and back, layer by layer, and what training makes of its size."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers.data import load_digits8
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, Parameters, accuracy, forward, initialize, loss_and_gradients
from helpers.recording import diverged, last, run
from helpers.training import Differentiate
from helpers.validate import Array

WIDTH, DEPTH = 32, 20
SLOPES: dict[str, Callable[[Array], Array]] = {  # the derivative of an activation, from its output h
    "sigmoid": lambda h: h * (1 - h),
    "tanh": lambda h: 1 - h**2,
    "relu": lambda h: (h > 0).astype(h.dtype),
}
SCALES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0, 10.0, 15.0, 20.0, 30.0)
EARLY, LATE = 5, 15  # layers between which a factor is measured: away from both ends
PAIR = (0, 1)  # the two digits that are sent through together


def deep(depth: int, activation: str, batchnorm: bool = False) -> Network:
    """64 inputs, ``depth`` layers of 32 units but for the last, 10 classes."""
    return Network((64, *(WIDTH,) * (depth - 1), 10), activation, batchnorm)


def scaled_start(network: Network, scale: float, seed: int, dtype: type = np.float64) -> Parameters:
    """The network's usual initial parameters, with the weights times ``scale``."""
    start = initialize(network, np.random.default_rng(seed), dtype=dtype)
    return {name: value * dtype(scale) if name.startswith("weight") else value for name, value in start.items()}


def centred(start: Parameters) -> Parameters:
    """``start`` with biases that take away what a mean output of ½ in the layer before adds to z."""
    later = [name.removeprefix("weight") for name in start if name.startswith("weight") and name != "weight1"]
    return start | {f"bias{k}": -start[f"weight{k}"].sum(axis=0) / 2 for k in later}


def gradient_norms(network: Network, parameters: Parameters, x: Array, labels: Array) -> Array:
    """‖∂L/∂W‖ of each layer's weights, (depth,), for the batch x (N, D), labels (N,)."""
    _, gradients, _ = loss_and_gradients(network, parameters, x, labels)
    return np.array([np.linalg.norm(gradients[f"weight{k}"]) for k in range(1, network.depth + 1)])


def some_digits(seed: int = 0, n: int = 100) -> tuple[Array, Array]:
    """``n`` of the small digits, x (n, 64) float64 and labels (n,); the first two are a 0 and a 1."""
    digits = load_digits8()
    rows = np.random.default_rng([seed, 1]).permutation(len(digits.x))
    pair = [next(row for row in rows if digits.y[row] == label) for label in PAIR]
    chosen = [*pair, *(row for row in rows[:n] if row not in pair)][:n]
    return digits.x[chosen].astype(np.float64), digits.y[chosen]


class BothWays(NamedTuple):
    """A batch's way through a network without batch norm: of each hidden layer its outputs h (N, units), of each
    layer δ = ∂L/∂z (N, units) and the norm of its weights' gradient; and the loss.
    """

    outputs: list[Array]
    deltas: list[Array]
    gradients: Array
    loss: float


def both_ways(network: Network, parameters: Parameters, x: Array, labels: Array) -> BothWays:
    """The batch x (N, D), labels (N,) forward and back."""
    logits, caches = forward(network, parameters, x)
    loss, delta = softmax_cross_entropy(logits, labels)
    inputs, slope = [cache.linear.x for cache in caches], SLOPES[network.activation]
    deltas = [delta]
    for k in range(network.depth, 1, -1):
        delta = delta @ parameters[f"weight{k}"].T * slope(inputs[k - 1])
        deltas.insert(0, delta)
    gradients = [np.linalg.norm(h.T @ delta) for h, delta in zip(inputs, deltas, strict=True)]
    return BothWays(inputs[1:], deltas, np.array(gradients), loss)


def apart(outputs: list[Array]) -> Array:
    """How far the first two examples are apart in each layer: the root mean square over its units."""
    return np.array([np.sqrt(np.mean((h[0] - h[1]) ** 2)) for h in outputs])


def sizes(arrays: list[Array]) -> Array:
    """The norm of each array."""
    return np.array([np.linalg.norm(array) for array in arrays])


class TwoDigits(NamedTuple):
    """What the layers make of a 0 and a 1: their outputs (2, units, hidden layers), how far these are apart, and the
    norm of δ for a batch that holds both, by layer.
    """

    outputs: Array
    apart: Array
    deltas: Array


def two_digits(scale: float, seed: int = 0, activation: str = "sigmoid") -> TwoDigits:
    """The first two of `some_digits` in a fresh network of 20 layers with weights times ``scale``."""
    network = deep(DEPTH, activation)
    both = both_ways(network, scaled_start(network, scale, seed), *some_digits(seed))
    pair = np.array([h[:2] for h in both.outputs]).transpose(1, 2, 0)
    return TwoDigits(pair, apart(both.outputs), sizes(both.deltas))


class Factors(NamedTuple):
    """What one layer multiplies by, the mean of ten layers: the two parts of the estimate, and what was measured."""

    weights: float
    derivatives: float
    back: float
    forward: float


def factors(activation: str, scale: float, seed: int, moved_biases: bool = False) -> Factors:
    """Of a fresh network of 20 layers, its biases 0 or, for ``moved_biases``, as in `centred`."""
    network, (x, labels) = deep(DEPTH, activation), some_digits(seed)
    start = scaled_start(network, scale, seed)
    start = centred(start) if moved_biases else start
    outputs, deltas, _, _ = both_ways(network, start, x, labels)
    weights = np.mean([start[f"weight{k}"].std() * WIDTH**0.5 for k in range(EARLY + 1, LATE + 1)])
    derivatives = np.mean([np.sqrt(np.mean(SLOPES[activation](h) ** 2)) for h in outputs[EARLY - 1 : LATE - 1]])
    size, distance, layers = sizes(deltas), apart(outputs), LATE - EARLY
    back = (size[EARLY - 1] / size[LATE - 1]) ** (1 / layers)
    return Factors(weights, derivatives, back, (distance[LATE - 1] / distance[EARLY - 1]) ** (1 / layers))


class Way(NamedTuple):
    """By layer, the root mean square of h, and the norms of δ and of the weights' gradient; a layer's factors."""

    h: Array
    deltas: Array
    gradients: Array
    factors: Factors


def way(activation: str, scale: float, seed: int = 0) -> Way:
    """A fresh network of 20 layers with weights times ``scale``."""
    network = deep(DEPTH, activation)
    both = both_ways(network, scaled_start(network, scale, seed), *some_digits(seed))
    h = np.array([np.sqrt(np.mean(output**2)) for output in both.outputs])
    return Way(h, sizes(both.deltas), both.gradients, factors(activation, scale, seed))


def factor_curves(scales: tuple[float, ...] = SCALES, seed: int = 0) -> dict[str, list[Factors]]:
    """For each activation the factors at each of the ``scales`` of the weights."""
    return {activation: [factors(activation, scale, seed) for scale in scales] for activation in SLOPES}


BATCH, UPDATES = 100, 3000
EVERY = 10  # updates between two states that are given out


class Run(NamedTuple):
    """A training run so far: each update's loss, the last parameters, and how it ended, if it has ended.

    ``right`` is the share of the 1,000 digits that it has right at the end, ``diverged`` the update that diverged.
    """

    losses: list[float]
    parameters: Parameters
    right: float | None = None
    diverged: int | None = None


def digits_to_learn() -> tuple[Array, Array]:
    """1,000 small digits, x (1000, 64) float32, and their labels."""
    digits = load_digits8()
    return digits.x[:1000].astype(np.float32), digits.y[:1000]


def training(
    activation: str, scale: float, learning_rate: float, seed: int = 0, depth: int = DEPTH,
    moved_biases: bool = False, differentiate: Differentiate | None = None,
) -> Iterator[Run]:  # fmt: skip
    """The run so far, every ten updates, of a network of ``depth`` layers in float32 from weights times ``scale``."""
    network, (x, labels) = deep(depth, activation), digits_to_learn()
    start = scaled_start(network, scale, seed, np.float32)
    start = centred(start) if moved_biases else start
    steps = run(network, start, x, labels, updates=UPDATES, batch_size=BATCH, learning_rate=learning_rate,
                rng=np.random.default_rng([seed, 1]), differentiate=differentiate)  # fmt: skip
    losses: list[float] = []
    for step in islice(steps, 1, None):
        if diverged(step):
            yield Run(losses, step.parameters, diverged=step.update)
            return
        losses.append(step.loss)
        if step.update == UPDATES:
            yield Run(losses, step.parameters, accuracy(forward(network, step.parameters, x)[0], labels))
        elif step.update % EVERY == 0:
            yield Run(losses, step.parameters)


@cache
def trained(
    activation: str, scale: float, learning_rate: float, seed: int, depth: int = DEPTH, moved_biases: bool = False
) -> float:
    """The share that such a run has right at its end; 0 if it diverged."""
    return last(training(activation, scale, learning_rate, seed, depth, moved_biases)).right or 0.0
