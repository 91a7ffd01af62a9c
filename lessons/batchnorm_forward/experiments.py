"""Lesson 06's numbers: one feature normalized, variances that are small or cancel, and networks that train."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from helpers.batching import iterations_per_epoch
from helpers.batchnorm import batchnorm_forward
from helpers.data import Dataset
from helpers.layers import softmax_cross_entropy
from helpers.network import LayerCache, Network, Parameters, accuracy, forward, initialize, loss_and_gradients, predict
from helpers.recording import diverged, last, records, run
from helpers.training import Step
from helpers.validate import Array

EPS = 1e-5
BATCH_SIZE = 60
LAYERS = (1, 2)
UPDATES, EVERY = 400, 4
PLACED = (64, 50, 50, 50, 10)  # the network with batch norm at chosen layers
PLACED_STD, PLACED_EVERY = 0.1, 10
N, D = 256, 16  # of the batch whose variance is computed in two ways


def normalized(column: Array, gamma: float = 1.0, beta: float = 0.0, eps: float = EPS) -> Array:
    """Batch normalization of one feature (N,), as float64 (N,)."""
    x = np.asarray(column, np.float64)[:, None]
    return batchnorm_forward(x, np.array([float(gamma)]), np.array([float(beta)]), eps)[0][:, 0]


def hidden_unit(pixels: Array, unit: int = 37) -> Array:
    """The pre-activations (N,) of one unit in the first of two hidden layers, before training; ``pixels`` (N, 64)."""
    network = Network((64, 64, 64, 10))
    return forward(network, initialize(network, np.random.default_rng(0)), pixels)[1][0].z[:, unit]


def shape_numbers(column: Array) -> tuple[float, float, float, float]:
    """Mean, standard deviation, skewness, and the share in percent within one standard deviation of the mean."""
    mean, std = float(column.mean()), float(column.std())
    z = (column - mean) / std
    return mean, std, float((z**3).mean()), 100 * float((np.abs(z) < 1).mean())


def output_variances(column: Array, stds: Array, eps: float) -> tuple[Array, Array]:
    """The output's variance with eps inside the root and outside, for the feature at each of the ``stds`` (S,)."""
    x = ((column - column.mean()) / column.std())[:, None] * stds
    ones = np.ones(len(stds))
    return batchnorm_forward(x, ones, 0 * ones, eps)[0].var(axis=0), (x / (stds + eps)).var(axis=0)


def one_pass(x: Array) -> Array:
    """E[x²] − E[x]² of each column of x (N, D), in the dtype of x."""
    return (x * x).mean(axis=0) - x.mean(axis=0) ** 2


def two_passes(x: Array) -> Array:
    """E[(x − E[x])²] of each column of x (N, D), in the dtype of x."""
    return ((x - x.mean(axis=0)) ** 2).mean(axis=0)


def noise(seed: int = 0) -> Array:
    """Normal values with variance 1: a batch of 256 with 16 features, float64."""
    return np.random.default_rng(seed).standard_normal((N, D))


def errors(values: Array, mean: float) -> tuple[float, float, int]:
    """Median relative error in one pass and in two, and the number of negative variances; ``values`` (N, D) float64.

    Both are compared with the float64 variance of the very same float32 numbers.
    """
    x = (values + mean).astype(np.float32)
    true = two_passes(x.astype(np.float64))
    one, two = (np.median(np.abs(found - true) / true) for found in (one_pass(x), two_passes(x)))
    return float(one), float(two), int((one_pass(x) < 0).sum())


def run_steps(
    network: Network, train: Dataset, rate: float, std: float | None, updates: int = UPDATES, seed: int = 0
) -> Iterator[Step]:
    """The start and ``updates`` in float32 with batches of 60; weights and batches from ``seed``."""
    start = initialize(network, np.random.default_rng(seed), std, np.float32)
    return run(network, start, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=rate,
               rng=np.random.default_rng(100 + seed), drop_last=True)  # fmt: skip


def affine_held(
    network: Network, parameters: Parameters, x: Array, y: Array
) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
    """`loss_and_gradients` with those of the gammas and betas 0, so that an update leaves them alone."""
    loss, gradients, caches = loss_and_gradients(network, parameters, x, y)
    held = {name: 0 * value for name, value in gradients.items() if name.startswith(("gamma", "beta"))}
    return loss, gradients | held, caches


def epochs_of(
    network: Network, train: Dataset, rate: float, epochs: int, held: bool = False, seed: int = 0
) -> tuple[Step, Step]:
    """The first and the last step in float32, no example left out; if ``held``, gammas and betas keep their values."""
    start = initialize(network, np.random.default_rng(seed), dtype=np.float32)
    updates = epochs * iterations_per_epoch(len(train.x), BATCH_SIZE)
    steps = run(network, start, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=rate,
                rng=np.random.default_rng(1 + seed), differentiate=affine_held if held else None)  # fmt: skip
    return next(steps), last(steps)


def trained(
    network: Network, train: Dataset, held: bool, rate: float = 0.5, epochs: int = 12, seed: int = 0
) -> tuple[Parameters, Parameters]:
    """The float32 parameters before and after training; if ``held``, gammas and betas keep their values."""
    first, end = epochs_of(network, train, rate, epochs, held, seed)
    return first.parameters, end.parameters


def final_loss(activation: str, rate: float, after: bool, train: Dataset, seed: int = 0) -> float:
    """The training loss after 5 epochs with batch norm before or ``after`` the activation; infinite if it diverges."""
    network = Network((64, 64, 64, 10), activation, True, norm_after_activation=after)
    _, end = epochs_of(network, train, rate, 5, seed=seed)
    return np.inf if diverged(end) else loss_of(network, end.parameters, train)


def share_below_0(network: Network, parameters: Parameters, examples: Dataset) -> float:
    """The share of the hidden layers' pre-activations at or below 0, with all ``examples`` as one batch."""
    caches = forward(network, parameters, examples.x)[1]
    return float(np.mean([np.mean(cache.z <= 0) for cache in caches[:-1]]))


def loss_of(network: Network, parameters: Parameters, examples: Dataset) -> float:
    """The loss, with all ``examples`` as one batch."""
    return softmax_cross_entropy(forward(network, parameters, examples.x)[0], examples.y)[0]


class Moment(NamedTuple):
    """After some updates: each hidden layer's gammas and betas, (layers, units), and the test accuracy."""

    update: int
    gammas: Array
    betas: Array
    accuracy: float


def affine_moments(train: Dataset, test: Dataset, rate: float = 1.0, seed: int = 0) -> Iterator[Moment]:
    """400 updates of 64-20-20-10 sigmoid units with batch norm, recorded at the start and after every 4."""
    network = Network((64, 20, 20, 10), "sigmoid", batchnorm=True)

    def moment(step: Step) -> Moment:
        gammas, betas = (np.array([step.parameters[f"{name}{k}"] for k in LAYERS]) for name in ("gamma", "beta"))
        right = accuracy(predict(network, step.parameters, step.running, test.x), test.y)
        return Moment(step.update, gammas, betas, right)

    return records(run_steps(network, train, rate, None, seed=seed), moment, EVERY)


def placed(where: Sequence[bool], train: Dataset, rate: float, seed: int = 0) -> tuple[Network, Parameters]:
    """The sigmoid network with batch norm at the hidden layers in ``where``, and its parameters after 400 updates."""
    network = Network(PLACED, "sigmoid", tuple(where))
    return network, last(run_steps(network, train, rate, PLACED_STD, seed=seed)).parameters


class Curve(NamedTuple):
    """Training losses after 0, 10, 20 … updates and the test accuracy after the last of them."""

    losses: tuple[float, ...]
    accuracy: float


def curves(where: Sequence[bool], train: Dataset, test: Dataset, rate: float, updates: int) -> Iterator[Curve]:
    """The curve of that network so far, at the start and after every 10 updates."""
    network, losses = Network(PLACED, "sigmoid", tuple(where)), []

    def curve(step: Step) -> Curve:
        losses.append(loss_of(network, step.parameters, train))
        return Curve(tuple(losses), accuracy(predict(network, step.parameters, step.running, test.x), test.y))

    return records(run_steps(network, train, rate, PLACED_STD, updates), curve, PLACED_EVERY)
