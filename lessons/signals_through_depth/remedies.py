"""Lesson 04's numbers for Further: what else sets the factor of a layer, and batch norm in deep networks."""

from typing import NamedTuple

import numpy as np

from helpers.layers import softmax_cross_entropy
from helpers.network import LayerCache, Network, Parameters, accuracy, forward, initialize, loss_and_gradients
from helpers.recording import last, records, run
from helpers.training import Differentiate, train
from helpers.validate import Array
from lessons.signals_through_depth.experiments import (
    DEPTH,
    EARLY,
    SLOPES,
    WIDTH,
    Run,
    deep,
    digits_to_learn,
    gradient_norms,
    scaled_start,
    some_digits,
    training,
)


def clipped(longest: float) -> Differentiate:
    """Gradients that, all together, are no longer than ``longest``: what is longer is scaled down to it."""

    def differentiate(
        network: Network, parameters: Parameters, x: Array, labels: Array
    ) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
        loss, gradients, caches = loss_and_gradients(network, parameters, x, labels)
        length = np.sqrt(sum(np.sum(np.square(g, dtype=np.float64)) for g in gradients.values()))
        shrink = np.float32(min(1, longest / length))
        return loss, {name: shrink * g for name, g in gradients.items()}, caches

    return differentiate


def clipped_run(scale: float, seed: int = 0, longest: float | None = 1.0) -> Run:
    """3,000 updates of 20 ReLU layers at rate 0.03, the gradient no longer than ``longest``, or any length for None."""
    differentiate = None if longest is None else clipped(longest)
    return last(training("relu", scale, 0.03, seed, differentiate=differentiate))


def level_of_delta(seed: int, residual: bool) -> float:
    """∂L/∂h of the first of 20 sigmoid layers against the last hidden layer's, usual weights.

    residual: from the second on each hidden layer adds its output to its input, h + sigmoid(h W).
    """
    (x, labels), start = some_digits(seed), scaled_start(deep(DEPTH, "sigmoid"), 1.0, seed)
    weights, kept, h = [start[f"weight{k}"] for k in range(1, DEPTH + 1)], [], x
    for k, weight in enumerate(weights[:-1]):
        kept.append(1 / (1 + np.exp(-h @ weight)))
        h = h + kept[-1] if residual and k else kept[-1]
    _, delta = softmax_cross_entropy(h @ weights[-1], labels)
    back = delta @ weights[-1].T
    last_size = np.linalg.norm(back)
    for weight, out in zip(weights[-2:0:-1], kept[:0:-1], strict=True):
        through = back * SLOPES["sigmoid"](out) @ weight.T
        back = back + through if residual else through
    return float(np.linalg.norm(back) / last_size)


def repeated(radius: float, steps: int = 100, seed: int = 0) -> float:
    """How much longer a vector gets that the same W (32, 32), its largest |eigenvalue| ``radius``, multiplies often."""
    rng = np.random.default_rng(seed)
    weight = rng.normal(size=(WIDTH, WIDTH))
    weight *= radius / np.abs(np.linalg.eigvals(weight)).max()
    delta = rng.normal(size=WIDTH)
    start = np.linalg.norm(delta)
    for _ in range(steps):
        delta = delta @ weight.T
    return float(np.linalg.norm(delta) / start)


def equal_units(seed: int = 0, alike: bool = True) -> tuple[float, float]:
    """How far apart the first weights of two units of a layer are after 300 updates, at most, and what is right then.

    3 tanh layers; ``alike``: all weights of a layer begin at one number, the standard deviation of the usual ones.
    """
    network, (x, labels) = deep(3, "tanh"), digits_to_learn()
    start = scaled_start(network, 1.0, seed, np.float32)
    if alike:
        start = {name: np.full_like(value, value.std()) for name, value in start.items()}
    rng = np.random.default_rng([seed, 1])
    end = train(network, start, x, labels, batch_size=100, epochs=30, learning_rate=0.1, rng=rng).parameters
    return float(np.ptp(end["weight1"], axis=1).max()), accuracy(forward(network, end, x)[0], labels)


class LayerFactor(NamedTuple):
    """The factor a layer in the middle of a network: the parts of the estimate, and what was measured."""

    weights: float
    derivatives: float
    root: float
    measured: float

    @property
    def estimate(self) -> float:
        """weights × derivatives / root."""
        return self.weights * self.derivatives / self.root


def batchnorm_factor(activation: str, scale: float, depth: int = 50, seed: int = 0) -> LayerFactor:
    """With batch norm: weights, derivatives and the root by which a layer divides, means over middle layers."""
    network, (x, labels) = deep(depth, activation, True), some_digits(seed)
    start = scaled_start(network, scale, seed)
    caches, layers = forward(network, start, x)[1], range(EARLY, depth - EARLY)
    weights = np.mean([start[f"weight{k + 1}"].std() * WIDTH**0.5 for k in layers])
    derivatives = np.mean([np.sqrt(np.mean(SLOPES[activation](caches[k + 1].linear.x) ** 2)) for k in layers])
    root = np.mean([1 / caches[k].norm.inv_std for k in layers])
    norms = gradient_norms(network, start, x, labels)
    return LayerFactor(weights, derivatives, root, (norms[EARLY] / norms[-1 - EARLY]) ** (1 / (depth - 1 - 2 * EARLY)))


class Growth(NamedTuple):
    """The mean length of the first layer's weight columns after each update, (updates + 1,), whether any column ever
    got shorter, and the training accuracy at the end.
    """

    lengths: Array
    shorter: bool
    right: float


ROUNDING = 1e-5  # float32 columns of length 1 to 4 move by so little without having been moved


def growth(learning_rate: float, batchnorm: bool, seed: int = 0) -> Growth:
    """200 updates of 3 sigmoid layers on 1,000 digits."""
    network, (x, labels) = deep(3, "sigmoid", batchnorm), digits_to_learn()
    start = scaled_start(network, 1.0, seed, np.float32)
    columns = []
    for step in run(network, start, x, labels, updates=200, batch_size=100, learning_rate=learning_rate,
                    rng=np.random.default_rng([seed, 1])):  # fmt: skip
        columns.append(np.linalg.norm(step.parameters["weight1"], axis=0))
    shorter = bool(np.any(np.diff(columns, axis=0) < -ROUNDING))
    return Growth(np.mean(columns, axis=1), shorter, accuracy(forward(network, step.parameters, x)[0], labels))


def smallest_weights(batchnorm: bool, seed: int = 0) -> tuple[float, float, float]:
    """4 ReLU layers, hidden weights 10,000 times smaller than usual, 300 updates at rate 0.1: the length of the first
    weights at the start and after one update, and the training accuracy at the end.
    """
    network, (x, labels) = deep(4, "relu", batchnorm), digits_to_learn()
    start = scaled_start(network, 1.0, seed, np.float32)
    start |= {f"weight{k}": start[f"weight{k}"] * np.float32(1e-4) for k in range(1, 4)}
    steps = [*records(run(network, start, x, labels, updates=300, batch_size=100, learning_rate=0.1,
                          rng=np.random.default_rng([seed, 1])), lambda step: step.parameters)]  # fmt: skip
    before, after = (float(np.linalg.norm(steps[k]["weight1"])) for k in (0, 1))
    return before, after, accuracy(forward(network, steps[-1], x)[0], labels)


def at_right_angles(seed: int = 0) -> float:
    """With batch norm, the largest |w · g| / (‖w‖ ‖g‖) of the first layer's units, w its weights, g their gradient."""
    network, (x, labels) = deep(3, "sigmoid", True), some_digits(seed)
    start = initialize(network, np.random.default_rng(seed))
    w, g = start["weight1"], loss_and_gradients(network, start, x, labels)[1]["weight1"]
    cosines = np.abs((w * g).sum(axis=0)) / (np.linalg.norm(w, axis=0) * np.linalg.norm(g, axis=0))
    return float(cosines.max())
