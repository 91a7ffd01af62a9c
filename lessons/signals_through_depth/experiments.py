"""Lesson 04's numbers: the chain rule step by step, gradients layer by layer, a run that diverges, one large weight."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers.batching import total_iterations
from helpers.gradcheck import numerical_gradient, relative_error
from helpers.layers import linear_backward, linear_forward, sigmoid_backward, sigmoid_forward, softmax_cross_entropy
from helpers.network import Network, Parameters, accuracy, forward, initialize, loss_and_gradients
from helpers.recording import diverged, run
from helpers.training import train
from helpers.validate import Array

NODES = ("x", "z", "h", "s", "losses", "ds", "dW2", "dh", "dz", "dW1", "W1")  # in the order of the walk
AGREE = 1e-6
WIDTH = 32
RUN = {"batch_size": 100, "epochs": 30, "learning_rate": 0.03}
LEARNED = 2.0  # a mean loss of the last ten updates below this; knowing nothing gives ln 10 = 2.30
SIZES = (8, 6, 6, 6, 6, 3)  # of the network with one large weight
ROW, COLUMN = 3, 3  # its place, the fourth of each, counted from 0


class Node(NamedTuple):
    """One array of the walk; ``agrees`` says whether central differences give it too, and is None if it is no gradient.

    ``loss`` is the mean loss with the weights as they are at this step; it is told from the losses on.
    """

    step: int
    name: str
    array: Array
    agrees: bool | None
    loss: float


def walk(x: Array, labels: Array, parameters: Parameters, learning_rate: float) -> list[Node]:
    """Linear → sigmoid → linear → softmax cross-entropy, forward, backward and one update of the first weights.

    x (N, D), labels (N,); parameters weight1 (D, H), bias1, weight2 (H, C), bias2.
    """
    weight1, bias1, weight2, bias2 = (parameters[name] for name in ("weight1", "bias1", "weight2", "bias2"))
    z, first = linear_forward(x, weight1, bias1)
    h, activation = sigmoid_forward(z)
    s, second = linear_forward(h, weight2, bias2)
    losses = np.array([[softmax_cross_entropy(s[i : i + 1], labels[i : i + 1])[0]] for i in range(len(x))])
    loss, ds = softmax_cross_entropy(s, labels)
    dh, dweight2, _ = linear_backward(ds, second)
    dz = sigmoid_backward(dh, activation)
    _, dweight1, _ = linear_backward(dz, first)
    updated = weight1 - learning_rate * dweight1

    def from_s(s: Array) -> float:
        return softmax_cross_entropy(s, labels)[0]

    def from_z(z: Array) -> float:
        return from_s(sigmoid_forward(z)[0] @ weight2 + bias2)

    tests = {"ds": (from_s, s), "dW2": (lambda weight: from_s(h @ weight + bias2), weight2),
             "dh": (lambda h: from_s(h @ weight2 + bias2), h), "dz": (from_z, z),
             "dW1": (lambda weight: from_z(x @ weight + bias1), weight1)}  # fmt: skip
    arrays = dict(zip(NODES, (x, z, h, s, losses, ds, dweight2, dh, dz, dweight1, updated), strict=True))
    agrees = {name: relative_error(arrays[name], numerical_gradient(*test)) < AGREE for name, test in tests.items()}
    return [Node(step, name, array, agrees.get(name), from_z(x @ updated + bias1) if name == "W1" else loss)
            for step, (name, array) in enumerate(arrays.items())]  # fmt: skip


def deep(depth: int, activation: str, batchnorm: bool = False) -> Network:
    """64 inputs, ``depth`` layers of 32 units but for the last, 10 classes."""
    return Network((64, *(WIDTH,) * (depth - 1), 10), activation, batchnorm)


def scaled_start(network: Network, scale: float, seed: int, dtype: type = np.float64) -> Parameters:
    """The network's usual initial parameters, with the weights times ``scale``."""
    start = initialize(network, np.random.default_rng(seed), dtype=dtype)
    return {name: value * dtype(scale) if name.startswith("weight") else value for name, value in start.items()}


def gradient_norms(network: Network, parameters: Parameters, x: Array, labels: Array) -> Array:
    """‖∂L/∂W‖ of each layer's weights, (depth,), for the batch x (N, D), labels (N,)."""
    _, gradients, _ = loss_and_gradients(network, parameters, x, labels)
    return np.array([np.linalg.norm(gradients[f"weight{k}"]) for k in range(1, network.depth + 1)])


class Run(NamedTuple):
    """A training run so far: the scale of its first weights, its finite losses, the update that diverged or None.

    ``planned`` is the number of updates it makes if nothing ends it.
    """

    scale: float
    planned: int
    losses: list[float]
    diverged: int | None = None


def updates_planned(n: int) -> int:
    """How many updates `relu_run` makes on ``n`` examples if nothing ends it."""
    return total_iterations(n, RUN["batch_size"], RUN["epochs"])


def relu_run(x: Array, labels: Array, depth: int, scale: float, seed: int = 0) -> Iterator[Run]:
    """The run so far after each update of a ReLU network on x (N, 64) float32, from weights times ``scale``."""
    network = deep(depth, "relu")
    found, start = Run(scale, updates_planned(len(x)), []), scaled_start(network, scale, seed, np.float32)
    steps = run(network, start, x, labels, updates=found.planned, batch_size=RUN["batch_size"],
                learning_rate=RUN["learning_rate"], rng=np.random.default_rng(1 + seed))  # fmt: skip
    for step in islice(steps, 1, None):
        if diverged(step):
            yield found._replace(diverged=step.update)
            return
        found.losses.append(step.loss)
        yield found


def learns(found: Run) -> bool:
    """Whether the losses at the run's end are below those of knowing nothing."""
    return found.diverged is None and bool(np.mean(found.losses[-10:]) < LEARNED)


def with_weight(network: Network, value: float, seed: int) -> Parameters:
    """Initial parameters of ``network``, with ``value`` in row 4, column 4 of the first weights."""
    parameters = initialize(network, np.random.default_rng(seed))
    parameters["weight1"][ROW, COLUMN] = value
    return parameters


def signals(network: Network, weight: float, x: Array, seed: int = 0) -> list[Array]:
    """Each layer's z (N, units), the logits last, where ``weight`` is put among the first weights."""
    logits, caches = forward(network, with_weight(network, weight, seed), x)
    return [*(cache.z for cache in caches[:-1]), logits]


def largest(signals: list[Array]) -> Array:
    """The largest |z| of each layer, (depth,)."""
    return np.array([np.abs(z).max() for z in signals])


def copies(x: Array, weight: float, batchnorm: bool, seed: int = 0) -> tuple[float, float]:
    """How far units of a ReLU network copy input 4 of x (N, 8), as correlations.

    Of the unit with ``weight`` in layer 1 with that input, and of a typical unit of layer 2 with the input behind ReLU.
    """
    one, two, *_ = signals(Network(SIZES, "relu", batchnorm), weight, x, seed)
    source = np.maximum(x[:, ROW], 0)
    unit = float(np.corrcoef(one[:, COLUMN], x[:, ROW])[0, 1])
    return unit, float(np.median([abs(np.corrcoef(column, source)[0, 1]) for column in two.T]))


def after_training(x: Array, labels: Array, weight: float, batchnorm: bool, seed: int = 0) -> tuple[float, float]:
    """The training accuracy of that network after 100 epochs in float32, and what became of the weight."""
    network, x = Network(SIZES, "relu", batchnorm), x.astype(np.float32)
    start = {name: value.astype(np.float32) for name, value in with_weight(network, weight, seed).items()}
    end = train(network, start, x, labels, batch_size=30, epochs=100, learning_rate=0.1,
                rng=np.random.default_rng(seed), drop_last=True).parameters  # fmt: skip
    return accuracy(forward(network, end, x)[0], labels), float(end["weight1"][ROW, COLUMN])


def rescaled(network: Network, start: Parameters, factor: float, x: Array, labels: Array) -> tuple[Array, float]:
    """Layer 1's normalized output (N, H) and ‖∂L/∂(aW)‖ with its weights W times ``factor`` a."""
    parameters = start | {"weight1": factor * start["weight1"]}
    _, gradients, caches = loss_and_gradients(network, parameters, x, labels)
    return caches[0].z, float(np.linalg.norm(gradients["weight1"]))
