"""Lesson 05's numbers: how a layer's input drifts in training, how far a change carries, three shifts, whitening."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.least_squares import standardize
from helpers.network import Network, Parameters, accuracy, initialize, loss_and_gradients, predict
from helpers.recording import records, run
from helpers.shift import activation_input, mixed, percentiles
from helpers.training import Step
from helpers.validate import Array
from lessons.internal_covariate_shift.decorrelation import (
    covariance,
    mean_shift,
    uncorrelated,
    whiten,
    whitening_matrix,
)

BATCH_SIZE, LAYER = 60, 3  # as in the paper: batches of 60, the last of three hidden layers
DEPTH, WIDTH = 10, 50  # of the network whose first layer is changed
GAINS = {"relu": 2**0.5, "tanh": 1.0, "sigmoid": 4.0}  # times 1/√fan_in: a signal neither grows nor shrinks at 0
PAIRS = 20  # of batches, drawn to measure the noise between them
PARTS = ("earlier", "own", "both")
METHODS = {"standardized": standardize, "pca": partial(whiten, kind="pca"), "zca": partial(whiten, kind="zca")}


class State(NamedTuple):
    """A network at one moment: parameters, z (N, D) of the layer watched for the probe, accuracy on the probe.

    percentiles: the 15th, 50th and 85th of each unit's z, (3, D).
    """

    parameters: Parameters
    z: Array
    accuracy: float
    percentiles: Array


class Moment(NamedTuple):
    """Both networks after the same number of updates."""

    update: int
    plain: State
    batchnorm: State


Run = list[Moment]


def networks() -> tuple[Network, Network]:
    """The network that is watched, without and with batch normalization: 3 hidden layers of 100 sigmoid units."""
    sizes = (64, 100, 100, 100, 10)
    return Network(sizes, "sigmoid", batchnorm=False), Network(sizes, "sigmoid", batchnorm=True)


def moments(
    train: Dataset, probe: Dataset, std: float, learning_rate: float, updates: int, every: int, seed: int = 0
) -> Iterator[Moment]:
    """Both networks from the same weights with the same batches, after 0, ``every``, 2 · ``every`` … updates.

    A network that diverges ends the run.
    """
    runs = (_states(net, train, probe, std, learning_rate, updates, every, seed) for net in networks())
    return (Moment(k * every, *pair) for k, pair in enumerate(zip(*runs, strict=False)))


def _states(
    network: Network, train: Dataset, probe: Dataset, std: float, rate: float, updates: int, every: int, seed: int
) -> Iterator[State]:
    def state(step: Step) -> State:
        right = accuracy(predict(network, step.parameters, step.running, probe.x), probe.y)
        z = activation_input(network, step.parameters, probe.x, LAYER)
        return State(step.parameters, z, right, percentiles(z))

    start = initialize(network, np.random.default_rng(seed), std, np.float32)
    steps = run(network, start, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=rate,
                rng=np.random.default_rng(100 + seed))  # fmt: skip
    return records(steps, state, every)


def movements(run: Run, name: str) -> Array:
    """For each unit of the "plain" or "batchnorm" network, the range of its median over the run, (D,)."""
    medians = np.array([getattr(moment, name).percentiles[1] for moment in run])
    return np.ptp(medians, axis=0)


def ranked(run: Run, name: str) -> Array:
    """The numbers (D,) of a network's units, from 0: the one whose median moves least in the run first."""
    return np.argsort(movements(run, name), kind="stable")


def middle_unit(run: Run, name: str) -> int:
    """The unit in the middle of `ranked`: rank 50 of 100."""
    order = ranked(run, name)
    return int(order[(len(order) - 1) // 2])


def typical_movement(run: Run, name: str) -> float:
    """The median over the units of `movements`."""
    return float(np.median(movements(run, name)))


def first_at(run: Run, name: str, target: float = 0.8) -> int | None:
    """The first recorded update with an accuracy of ``target``; None if there is none."""
    return next((moment.update for moment in run if getattr(moment, name).accuracy >= target), None)


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
    noise = np.random.default_rng(1000 + seed).standard_normal(parameters["weight1"].shape)
    return {"random": noise, "downhill": -loss_and_gradients(network, parameters, x, y)[1]["weight1"]}


def descend(
    start: Parameters, train: Dataset, batch_size: int, updates: int = 100, every: int = 10, seed: int = 0
) -> list[Parameters]:
    """The plain network's parameters each ``every`` updates of descent at rate 0.3, ``start`` first."""
    steps = run(networks()[0], start, train.x, train.y, updates=updates, batch_size=batch_size, learning_rate=0.3,
                rng=np.random.default_rng(7 + seed))  # fmt: skip
    return list(records(steps, lambda step: step.parameters, every))


class Drifts(NamedTuple):
    """Typical shifts of z at recorded moments (K,): of the earlier layers' updates, of the layer's own, of all."""

    earlier: Array
    own: Array
    both: Array


def between_layers(network: Network, parameters: Parameters, x: Array) -> float:
    """The typical |difference| of the means of unit j in layer 2 and unit j in layer 3, in stds of the latter."""
    return typical(*(activation_input(network, parameters, x, layer) for layer in (LAYER, LAYER - 1)))


def between_batches(z: Array, batch_size: int, seed: int = 0) -> float:
    """The typical |difference| of the means of two random batches of rows of z (N, D), in stds over all rows.

    Each unit's difference is averaged over `PAIRS` pairs. Exactly 0 where a batch holds all N rows.
    """
    rng, z = np.random.default_rng(seed), z.astype(np.float64)
    rows = [[np.sort(rng.permutation(len(z))[:batch_size]) for _ in range(2)] for _ in range(PAIRS)]
    differences = [np.abs(z[one].mean(axis=0) - z[other].mean(axis=0)) for one, other in rows]
    return float(np.median(np.mean(differences, axis=0) / z.std(axis=0)))


def over_updates(network: Network, states: Sequence[Parameters], x: Array) -> Drifts:
    """How far z of layer 3 is from where it was in ``states[0]``, at each of the recorded states."""
    before = activation_input(network, states[0], x, LAYER)
    layers = {"earlier": range(1, LAYER), "own": (LAYER,), "both": range(1, LAYER + 1)}
    found = {part: [typical(before, activation_input(network, mixed(states[0], new, layers[part]), x, LAYER))
                    for new in states] for part in PARTS}  # fmt: skip
    return Drifts(**{part: np.array(shifts) for part, shifts in found.items()})


def typical(before: Array, after: Array) -> float:
    """The median over the units of `mean_shift`."""
    return float(np.median(mean_shift(before, after)))


class Treated(NamedTuple):
    """Two features as measured and as treated, both (N, 2), with the covariance (2, 2) of each and the correlation."""

    raw: Array
    treated: Array
    raw_covariance: Array
    covariance: Array
    correlation: float


def treated(raw: Array, method: str) -> Treated:
    """The features ``raw`` (N, 2) by one of the METHODS."""
    found, correlation = METHODS[method](raw), float(covariance(standardize(raw))[0, 1])
    return Treated(raw, found, covariance(raw), covariance(found), correlation)


class Correlated(NamedTuple):
    """Toy points (N, 2), standardized and whitened, without and with an error.

    growth: how many times as large whitening makes the error.
    """

    r: float
    error: float
    standardized: Array
    whitened: Array
    with_error: Array
    whitened_with_error: Array
    growth: float


def correlated(r: float, error: float) -> Correlated:
    """Points with the correlation ``r``, and an error of the size ``error`` in each value."""
    axes, errors = _toy_points()
    points = np.column_stack([axes[:, 0], r * axes[:, 0] + (1 - r**2) ** 0.5 * axes[:, 1]])
    matrix = whitening_matrix(covariance(points))
    moved = points + error * errors
    growth = float(np.mean((errors @ matrix) ** 2) ** 0.5)
    return Correlated(r, error, points, points @ matrix, moved, moved @ matrix, growth)


@cache
def _toy_points() -> tuple[Array, Array]:
    """Uncorrelated points with variance 1 and errors alike, (150, 2) each."""
    return tuple(uncorrelated(150, 3, seed)[:, :2] for seed in (0, 1))


class Bias(NamedTuple):
    """A training run of b alone: ‖b‖ and the loss after 0, 1, 2 … steps, both (steps + 1,)."""

    norms: Array
    losses: Array
