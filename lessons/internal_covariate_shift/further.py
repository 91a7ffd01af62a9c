"""Lesson 05's numbers further on: shares of a way, how far a push carries, errors that whitening grows, a runaway."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.network import Network, Parameters, accuracy, forward, initialize, loss_and_gradients
from helpers.recording import run
from helpers.shift import activation_input, mixed
from helpers.validate import Array
from lessons.internal_covariate_shift.decorrelation import covariance, uncorrelated, whitening_matrix
from lessons.internal_covariate_shift.experiments import (
    BATCH_SIZE,
    BELOW,
    CASES,
    LAYER,
    OWN,
    RATE,
    UPDATES,
    factors_of,
    network_of,
    rms,
    times,
)

DEPTH, WIDTH = 10, 50  # of the network whose first layer is changed
GAINS = {"relu": 2**0.5, "tanh": 1.0, "sigmoid": 4.0}  # times 1/√fan_in: a signal neither grows nor shrinks at 0


class Swapped(NamedTuple):
    """How far z is from the first when some layers' new weights are put in, in shares of the whole way."""

    below: float
    own: float


def swapped(name: str, train: Dataset, probe: Dataset, updates: int = 500, seed: int = 0) -> Swapped:
    """After a run in which all layers learned: the end weights of some layers beside the first ones of the others."""
    case, network = CASES[name], network_of(CASES[name])
    start = initialize(network, np.random.default_rng(seed), case.std, np.float32)
    steps = run(network, start, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=RATE,
                rng=np.random.default_rng([seed, 1]), differentiate=times(factors_of(case)))  # fmt: skip
    *_, last = steps
    first, *others = (activation_input(network, mixed(start, last.parameters, layers), probe.x, LAYER)
                      for layers in ((), BELOW, OWN, BELOW + OWN))  # fmt: skip
    below, own, whole = (rms(z - first) for z in others)
    return Swapped(below / whole, own / whole)


class StuckRun(NamedTuple):
    """The drift of the stuck network, the mean move (D,) of its units, and its accuracy."""

    drift: float
    move: Array
    accuracy: float


def stuck_run(
    train: Dataset, probe: Dataset, batch_size: int, seed: int = 0, order: int = 1, frozen: Collection[int] = ()
) -> StuckRun:
    """500 updates with batches of ``batch_size``; their order follows ``order``, the first weights follow ``seed``."""
    case, network = CASES["stuck"], network_of(CASES["stuck"])
    start = initialize(network, np.random.default_rng(seed), case.std, np.float32)
    *_, last = run(network, start, train.x, train.y, updates=UPDATES, batch_size=batch_size, learning_rate=RATE,
                   rng=np.random.default_rng([seed, order]), differentiate=times(factors_of(case, frozen)))  # fmt: skip
    move = activation_input(network, last.parameters, probe.x, LAYER) - activation_input(network, start, probe.x, LAYER)
    right = accuracy(forward(network, last.parameters, probe.x)[0], probe.y)
    return StuckRun(rms(move), move.mean(axis=0), right)


class Ruler(NamedTuple):
    """The typical std of z at one moment, and the way of its mean over 100 full-batch updates from there, in z."""

    update: int
    std: float
    way: float

    @property
    def in_std(self) -> float:
        """The way in standard deviations."""
        return self.way / self.std


def ruler(train: Dataset, moments: Sequence[int], seed: int = 0) -> list[Ruler]:
    """The stuck sigmoid network at some moments of its training, each time followed by 100 full-batch updates."""
    network, std = network_of(CASES["stuck"]), CASES["stuck"].std
    start = initialize(network, np.random.default_rng(seed), std, np.float32)
    steps = run(network, start, train.x, train.y, updates=max(moments), batch_size=BATCH_SIZE, learning_rate=RATE,
                rng=np.random.default_rng([seed, 1]))  # fmt: skip
    return [_ruler_at(train, step.update, step.parameters) for step in steps if step.update in moments]


def _ruler_at(train: Dataset, update: int, parameters: Parameters) -> Ruler:
    network = network_of(CASES["stuck"])
    *_, last = run(network, parameters, train.x, train.y, updates=100, batch_size=len(train.x), learning_rate=RATE,
                   rng=np.random.default_rng(0))  # fmt: skip
    before, after = (activation_input(network, p, train.x, LAYER).astype(float) for p in (parameters, last.parameters))
    way = np.abs(after.mean(axis=0) - before.mean(axis=0))
    return Ruler(update, float(np.median(before.std(axis=0))), float(np.median(way)))


def deep_network(activation: str, scale: float, batchnorm: bool, seed: int = 0) -> tuple[Network, Parameters]:
    """Ten hidden layers of 50 units on 64 inputs, with weights of standard deviation scale · gain / √fan_in."""
    network = Network((64, *[WIDTH] * DEPTH, 10), activation, batchnorm)
    parameters = initialize(network, np.random.default_rng(seed), 1.0)
    for k in range(1, network.depth + 1):
        parameters[f"weight{k}"] *= scale * GAINS[activation] / network.sizes[k - 1] ** 0.5
    return network, parameters


def changed(parameters: Parameters, direction: Array, percent: float) -> Parameters:
    """The same parameters with weight1 moved along ``direction`` by ``percent`` of its norm."""
    weight = parameters["weight1"]
    step = percent / 100 * np.linalg.norm(weight) / np.linalg.norm(direction)
    return {**parameters, "weight1": weight + step * direction}


def directions(network: Network, parameters: Parameters, x: Array, y: Array, seed: int = 0) -> dict[str, Array]:
    """Two directions for weight1: "random" and "downhill", the one that an update takes."""
    noise = np.random.default_rng([seed, 2]).standard_normal(parameters["weight1"].shape)
    return {"random": noise, "downhill": -loss_and_gradients(network, parameters, x, y)[1]["weight1"]}


def changes(network: Network, before: Parameters, after: Parameters, x: Array, shared: bool) -> Array:
    """How far z moves in each hidden layer, in % of its spread; without ``shared``, each unit's mean move is left out.

    √mean (z′ − z)² / √mean var(z), the mean over examples and units, the variance over examples.
    """
    found = []
    for old, new in zip(*(forward(network, p, x)[1][:-1] for p in (before, after)), strict=True):
        move = new.z - old.z
        move = move if shared else move - move.mean(axis=0)
        found.append(100 * rms(move) / old.z.var(axis=0).mean() ** 0.5)
    return np.array(found)


def pushed(
    x: Array, y: Array, activation: str = "relu", scale: float = 1.0, direction: str = "random",
    batchnorm: bool = False, shared: bool = True, percent: float = 1.0, seed: int = 0,
) -> Array:  # fmt: skip
    """`changes` when layer 1 of a `deep_network` is moved by ``percent`` of its size."""
    network, before = deep_network(activation, scale, batchnorm, seed)
    after = changed(before, directions(network, before, x, y, seed)[direction], percent)
    return changes(network, before, after, x, shared)


class Correlated(NamedTuple):
    """Toy points (N, 2) without and with their errors, both standardized by the measured spread, and both whitened.

    measured: the correlation with the errors in it. growth: how many times as large whitening makes an error.
    """

    points: Array
    with_error: Array
    whitened: Array
    whitened_with_error: Array
    measured: float
    growth: float


def correlated(r: float, error: float) -> Correlated:
    """Points with the correlation ``r``, and an independent error of the size ``error`` in each measured value.

    Both maps, the standardizing and the whitening one, are fitted to what was measured, errors included.
    """
    columns = _toy_columns()
    points = np.column_stack([columns[:, 0], r * columns[:, 0] + (1 - r**2) ** 0.5 * columns[:, 1]])
    errors = error * columns[:, 2:]
    cov = covariance(points + errors)
    matrix, spread = whitening_matrix(cov), np.sqrt(np.diag(cov))
    growth = rms(columns[:, 2:] @ matrix)
    return Correlated(points / spread, (points + errors) / spread, points @ matrix, (points + errors) @ matrix,
                      float(cov[0, 1] / spread.prod()), growth)  # fmt: skip


@cache
def _toy_columns() -> Array:
    """Two features and their two errors, all with variance 1 and uncorrelated, (150, 4)."""
    return uncorrelated(150, 4, 0)


def runaway(u: Array, sees_mean: bool, sees_std: bool, steps: int = 1000, rate: float = 0.1) -> dict[str, Array]:
    """b and w of x̂ = (x − mean x) / std x, x = w u + b, trained towards y = 2 x̂ + 1; what is not seen is a constant.

    Returns "b", "w" and the "loss", ½ mean (x̂ − y)², after 0, 1, 2 … steps; u is (N,).
    """
    w, b, found = 1.0, 0.0, []
    y = 2 * (u - u.mean()) / u.std() + 1
    for _ in range(steps + 1):
        x = w * u + b
        std = x.std()
        x_hat = (x - x.mean()) / std
        found.append((b, w, np.mean((x_hat - y) ** 2) / 2))
        dx = (x_hat - y) / len(u) / std
        dx = dx - dx.mean() if sees_mean else dx
        dx = dx - x_hat * np.mean(dx * x_hat) if sees_std else dx
        w, b = w - rate * (dx * u).sum(), b - rate * dx.sum()
    return dict(zip(("b", "w", "loss"), np.array(found).T, strict=True))
