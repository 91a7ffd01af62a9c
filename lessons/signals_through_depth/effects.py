"""Lesson 04: what vanishes, explodes, diverges, cascades and stays, for each seed of weights and batches."""

import math
from functools import cache

import numpy as np

from helpers.data import load_digits8, load_wine
from helpers.network import Network, Parameters, loss_and_gradients
from helpers.recording import last, records, run
from helpers.training import History, train
from helpers.validate import Array
from lessons.signals_through_depth import experiments
from lessons.signals_through_depth.experiments import SIZES, Run, deep, gradient_norms, largest, scaled_start


@cache
def norms(depth: int, activation: str, batchnorm: bool, seed: int, scale: float = 1.0) -> Array:
    """Gradient norms of the weights, first layer first, for 100 digits drawn with ``seed``."""
    digits, network = load_digits8(), deep(depth, activation, batchnorm)
    rows = np.random.default_rng(100 + seed).permutation(len(digits.x))[:100]
    return gradient_norms(network, scaled_start(network, scale, seed), digits.x[rows].astype(float), digits.y[rows])


def ratio(depth: int, activation: str, batchnorm: bool, seed: int, scale: float = 1.0) -> float:
    """First layer's gradient norm against the last layer's."""
    values = norms(depth, activation, batchnorm, seed, scale)
    return values[0] / values[-1]


@cache
def sigmoid_run(seed: int) -> tuple[History, Parameters]:
    """100 updates in float32 of 20 sigmoid layers on 1,000 digits, and where they started."""
    digits, network = load_digits8(), deep(20, "sigmoid")
    first = scaled_start(network, 1.0, seed, np.float32)
    history = train(network, first, digits.x[:1000], digits.y[:1000], batch_size=100, epochs=10, learning_rate=0.1,
                    rng=np.random.default_rng(1 + seed))  # fmt: skip
    return history, first


@cache
def relu_run(scale: float, seed: int) -> Run:
    """The lesson's 300 updates of 8 ReLU layers from weights ``scale`` times as large."""
    digits = load_digits8()
    return last(experiments.relu_run(digits.x[:1000], digits.y[:1000], 8, scale, seed))


def early_layers_stay(seed: int) -> bool:
    """20 sigmoid layers: after 100 updates the first layer is the same to the last bit, the last one is not."""
    history, first = sigmoid_run(seed)
    moved = [np.any(history.parameters[f"weight{k}"] != first[f"weight{k}"]) for k in (1, 20)]
    return moved == [False, True]


def knows_nothing(seed: int) -> bool:
    """The same run ends near ln 10."""
    history, _ = sigmoid_run(seed)
    return abs(np.mean(history.losses[-10:]) - math.log(10)) < 0.02


def learns(seed: int) -> bool:
    """8 ReLU layers from the usual weights."""
    return experiments.learns(relu_run(1.0, seed))


def diverges(seed: int) -> bool:
    """8 ReLU layers from weights 3 times as large."""
    return relu_run(3.0, seed).diverged is not None


def stuck(seed: int) -> bool:
    """8 ReLU layers from weights 0.3 times as large do not learn in 300 updates."""
    return relu_run(0.3, seed).diverged is None and not experiments.learns(relu_run(0.3, seed))


def wine() -> tuple[Array, Array]:
    """178 wines, 8 standardized features, and their classes."""
    data = load_wine()
    return ((data.x - data.x.mean(axis=0)) / data.x.std(axis=0))[:, :8], data.y


def most(activation: str, batchnorm: bool, seed: int) -> Array:
    """The largest |z| of each layer with 1000 in row 4, column 4 of the first weights."""
    return largest(experiments.signals(Network(SIZES, activation, batchnorm), 1000, wine()[0], seed))


def copies(seed: int) -> bool:
    """The unit's correlation with its fourth input."""
    return experiments.copies(wine()[0], 1000, True, seed)[0] > 0.99999


def cascades(seed: int) -> bool:
    """Without batch norm the units of layer 2 are copies of that one unit as well, with it they are not."""
    without, with_it = (experiments.copies(wine()[0], 1000, batchnorm, seed)[1] for batchnorm in (False, True))
    return without > 0.99 > 0.9 > with_it


@cache
def wine_accuracy(batchnorm: bool, seed: int) -> tuple[float, float]:
    """Training accuracy on wine from the runaway weight, and that weight at the end."""
    return experiments.after_training(*wine(), 1000, batchnorm, seed)


@cache
def lengths(seed: int, rate: float) -> Array:
    """With batch norm, the length of each of the first layer's weight columns after each update, (201, 32)."""
    digits, network = load_digits8(), deep(3, "sigmoid", True)
    first = scaled_start(network, 1.0, seed, np.float32)
    steps = run(network, first, digits.x[:1000], digits.y[:1000], updates=200, batch_size=100, learning_rate=rate,
                rng=np.random.default_rng(1 + seed))  # fmt: skip
    return np.array(list(records(steps, lambda step: np.linalg.norm(step.parameters["weight1"], axis=0))))


def right_angle(seed: int) -> float:
    """The largest |w · g| / (‖w‖ ‖g‖) of the first layer's units, with batch norm."""
    digits, network = load_digits8(), deep(3, "sigmoid", True)
    start = scaled_start(network, 1.0, seed)
    g = loss_and_gradients(network, start, digits.x[:100].astype(float), digits.y[:100])[1]["weight1"]
    w = start["weight1"]
    return float(np.max(np.abs((w * g).sum(axis=0)) / (np.linalg.norm(w, axis=0) * np.linalg.norm(g, axis=0))))


EFFECTS = {
    "sigmoid, 20 layers: first/last below 1e-9": lambda seed: ratio(20, "sigmoid", False, seed) < 1e-9,
    "the first of 20 sigmoid layers stays the same to the last bit in 100 updates": early_layers_stay,
    "20 sigmoid layers end near ln 10": knows_nothing,
    "weights times 2: 20 ReLU layers' first gradient grows 1e5 to 1e8 times": lambda seed: (
        1e5 < norms(20, "relu", False, seed, 2.0)[0] / norms(20, "relu", False, seed)[0] < 1e8),
    "tanh, 20 layers, weights times 3: first/last above 10": lambda seed: (
        norms(20, "tanh", False, seed, 3.0)[0] > 10 * norms(20, "tanh", False, seed, 3.0)[-1]),
    "8 ReLU layers learn from the usual weights": learns,
    "8 ReLU layers diverge from weights times 3": diverges,
    "8 ReLU layers do not learn from weights times 0.3": stuck,
    "weight 1000, ReLU: every layer above 100 without batch norm": lambda seed: (
        min(most("relu", False, seed)[:4]) > 100),
    "weight 1000, ReLU: every layer below 14 with batch norm": lambda seed: (
        max(most("relu", True, seed)[:4]) < 14),
    "weight 1000, tanh: below 10 from layer 2 on without batch norm": lambda seed: (
        max(most("tanh", False, seed)[1:]) < 10),
    "the unit is a copy of input 4": copies,
    "layer 2 is a copy too without batch norm, and not with it": cascades,
    "wine from weight 1000: below 0.7 without, above 0.9 with batch norm": lambda seed: (
        wine_accuracy(False, seed)[0] < 0.7 < 0.9 < wine_accuracy(True, seed)[0]),
    "with batch norm the weight is still within 1 of 1000 after training": lambda seed: (
        abs(wine_accuracy(True, seed)[1] - 1000) < 1),
    "with batch norm no weight column gets shorter, at rates 1, 3 and 10": lambda seed: (
        min(np.diff(lengths(seed, rate), axis=0).min() for rate in (1.0, 3.0, 10.0)) > -1e-5),
    "with batch norm at rate 10 the columns' mean length more than doubles": lambda seed: (
        lengths(seed, 10.0)[-1].mean() > 2 * lengths(seed, 10.0)[0].mean()),
    "sigmoid + batch norm, 20 layers: first/last between 0.1 and 10": lambda seed: (
        0.1 < ratio(20, "sigmoid", True, seed) < 10),
    "ReLU + batch norm, 50 layers: first/last above 1000": lambda seed: ratio(50, "relu", True, seed) > 1000,
    "ReLU, He, no batch norm, 50 layers: first/last between 0.1 and 10": lambda seed: (
        0.1 < ratio(50, "relu", False, seed) < 10),
    "tanh + batch norm, 50 layers: first/last above 50": lambda seed: ratio(50, "tanh", True, seed) > 50,
    "tanh, Glorot, no batch norm, 50 layers: first/last between 0.1 and 10": lambda seed: (
        0.1 < ratio(50, "tanh", False, seed) < 10),
    "ReLU + batch norm, 50 layers, weights times 5: the first norm changes less than 10 times": lambda seed: (
        0.1 < norms(50, "relu", True, seed, 5.0)[0] / norms(50, "relu", True, seed)[0] < 10),
    "weights times 0.1: tanh and ReLU, 20 layers, first/last between 0.1 and 10": lambda seed: (
        all(0.1 < ratio(20, activation, False, seed, 0.1) < 10 for activation in ("tanh", "relu"))),
    "weights times 0.3: the first gradient of 8 ReLU layers is over 1000 times smaller": lambda seed: (
        norms(8, "relu", False, seed, 0.3)[0] < norms(8, "relu", False, seed)[0] / 1000),
    "behind batch norm w and g are at right angles: cosine below 1e-3": lambda seed: right_angle(seed) < 1e-3,
}  # fmt: skip
