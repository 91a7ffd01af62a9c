"""What Further 06 counts: scaled weights, batch norm's place, held against trained, and a variance in float32."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.layers import softmax_cross_entropy
from helpers.network import LayerCache, Network, Parameters, forward, initialize, loss_and_gradients
from helpers.recording import records, run
from helpers.training import Step
from helpers.validate import Array
from lessons.batchnorm_forward.experiments import BATCH_SIZE, SIZES, UPDATES

EVERY = 10
PLACED = (64, 50, 50, 50, 10)  # the network with batch norm at chosen layers
PLACED_STD = 0.1
N, D = 256, 16  # of the batch whose variance is computed in two ways
MEANS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5)


def loss_of(network: Network, parameters: Parameters, examples: Dataset) -> float:
    """The loss, with all ``examples`` as one batch."""
    return softmax_cross_entropy(forward(network, parameters, examples.x)[0], examples.y)[0]


def curve(network: Network, steps: Iterator[Step], train: Dataset, every: int) -> Iterator[float]:
    """The training loss at the start and after every so many updates; it ends where a run diverges."""
    return records(steps, lambda step: loss_of(network, step.parameters, train), every)


def scaled(times: float, rate_times: float, train: Dataset, seed: int = 0, every: int = EVERY) -> Iterator[float]:
    """The curve of 64-64-64-10 at rate 0.5 with hidden weights and their rate multiplied, batch norm before ReLU."""
    network = Network(SIZES, "relu", True)
    start = initialize(network, np.random.default_rng(seed))
    start |= {name: times * start[name] for name in ("weight1", "weight2")}

    def differentiate(
        network: Network, parameters: Parameters, x: Array, y: Array
    ) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
        loss, gradients, caches = loss_and_gradients(network, parameters, x, y)
        larger = {name: rate_times * gradients[name] for name in ("weight1", "weight2")}
        return loss, gradients | larger, caches

    x = train.x.astype(np.float64)
    steps = run(network, start, x, train.y, updates=UPDATES, batch_size=BATCH_SIZE, learning_rate=0.5,
                rng=np.random.default_rng([seed, 1]), drop_last=True, differentiate=differentiate)  # fmt: skip
    return curve(network, steps, replace(train, x=x), every)


def trained_at(
    network: Network, train: Dataset, rate: float, updates: int, std: float | None, seed: int, every: int
) -> Iterator[float]:
    """The curve in float32, batches of 60; weights and batches seeded apart."""
    start = initialize(network, np.random.default_rng(seed), std, np.float32)
    steps = run(network, start, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=rate,
                rng=np.random.default_rng([seed, 1]), drop_last=True)  # fmt: skip
    return curve(network, steps, train, every)


def place(
    activation: str, after: bool, rate: float, updates: int, train: Dataset, seed: int = 0, every: int = EVERY
) -> Iterator[float]:
    """The curve of 64-64-64-10 with batch norm before the activation, or ``after`` it."""
    network = Network(SIZES, activation, True, norm_after_activation=after)
    return trained_at(network, train, rate, updates, None, seed, every)


def placed(
    where: Sequence[bool], rate: float, updates: int, train: Dataset, seed: int = 0, every: int = EVERY
) -> Iterator[float]:
    """The curve of a sigmoid network with small first weights and batch norm at the hidden layers in ``where``."""
    return trained_at(Network(PLACED, "sigmoid", tuple(where)), train, rate, updates, PLACED_STD, seed, every)


class Errors(NamedTuple):
    """Relative errors of a variance (median over features) in one pass and in two; how many one-pass ones are < 0."""

    one: float
    two: float
    negative: int


def variances(mean: float, seed: int = 0) -> Errors:
    """Of a batch (256, 16) with variance 1 in float32; compared with the float64 variance of the same numbers."""
    x = (np.random.default_rng(seed).standard_normal((N, D)) + mean).astype(np.float32)
    true = x.astype(np.float64).var(axis=0)
    one = (x * x).mean(axis=0) - x.mean(axis=0) ** 2
    two = ((x - x.mean(axis=0)) ** 2).mean(axis=0)
    errors = (float(np.median(np.abs(found - true) / true)) for found in (one, two))
    return Errors(*errors, int((one < 0).sum()))
