"""The runs that lesson 03's effects judge, each made once for a seed."""

from functools import cache

import numpy as np

from helpers import data
from helpers.network import Network, initialize
from helpers.recording import last
from helpers.validate import Array
from lessons.choosing_batch_and_epochs import experiments, fits
from lessons.choosing_batch_and_epochs.experiments import Examples, Runner, Way
from lessons.choosing_batch_and_epochs.fits import Fit, Wobble

NETWORK = Network((784, 100, 10))
TARGET = 0.6
OWN_RATES = {4: 0.1, 16: 0.2, 64: 0.4, 2000: 0.5}


def digits(n: int, seed: int) -> Examples:
    """``n`` of the training digits (x, y), drawn with ``seed``."""
    training = data.split_mnist()[0]
    rows = np.random.default_rng([seed, 2]).permutation(len(training.x))[:n]
    return training.x[rows], training.y[rows]


def held_out(n: int) -> Examples:
    """The first ``n`` of the digits that nothing here trains on."""
    test = data.split_mnist()[1]
    return test.x[:n], test.y[:n]


def start(seed: int) -> dict[str, Array]:
    """Weights to start from."""
    return initialize(NETWORK, np.random.default_rng(seed), dtype=np.float32)


@cache
def runner(size: int, rate: float, seed: int) -> Runner:
    """A run to the loss of 0.6 on 500 other digits."""
    return experiments.run_to(TARGET, NETWORK, start(seed), digits(2000, seed), held_out(500), batch_size=size,
                              learning_rate=rate, seed=seed)  # fmt: skip


@cache
def way(size: int, rate: float, seed: int, tamed: bool = False) -> Way:
    """8,000 digits in batches of ``size``."""
    return last(experiments.way(NETWORK, start(seed), digits(2000, seed), held_out(500), size, rate, tamed, seed))


@cache
def grown(seed: int) -> Fit:
    """500 digits for 60 epochs, measured after each."""
    return fits.fitted(digits(500, seed), held_out(1000), updates=1500, seed=seed)


@cache
def fitted(hidden: int, n: int, wrong: int, updates: int, seed: int, rate: float = 0.03) -> Fit:
    """The record of a run of `fit`, measured about forty times."""
    x, y = digits(n, seed)
    labels = fits.with_wrong_labels(y, wrong, np.random.default_rng([seed, 3]))
    return last(fits.fit((x, labels), held_out(1000), hidden=hidden, updates=updates, learning_rate=rate,
                         marks=fits.measured_updates(updates), seed=seed))  # fmt: skip


@cache
def learned(n: int, seed: int) -> tuple[float, float]:
    """Training and validation loss after 5,000 updates: 10 units, a fifth of all labels wrong, validation's too."""
    return fits.learning_curve([digits(n, seed)], held_out(1000), seed)[0]


@cache
def wobbled(wrong: int, seed: int) -> Wobble:
    """One digit a batch: 300 digits and 100 units, which fit them; or 1,000 and 10 units with wrong labels."""
    x, y = digits(1000 if wrong else 300, seed)
    labels = fits.with_wrong_labels(y, wrong, np.random.default_rng([seed, 3]))
    rates = [0.03] * 10 + [0.003] * (3 if wrong else 0)
    return fits.wobble((x, labels), 10 if wrong else 100, rates, seed)


@cache
def reached(size: int, epochs: int, rates: tuple[float, ...], seed: int) -> float:
    """The accuracy on 1,000 test digits after training on 2,000, at the rate best on 1,000 validation digits."""
    few, others = ((fits.pooled(x), y) for x, y in (digits(2000, seed), held_out(2000)))
    return fits.tuned_accuracy(few, others, size, epochs, rates, seed)


FIVE_RATES = (0.1, 0.2, 0.4, 0.7, 1.0)
