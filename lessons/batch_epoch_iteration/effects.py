"""Lesson 02: what a batch's own update does, draws with replacement, and batch sizes compared, for each seed."""

from functools import cache

import numpy as np

from helpers.data import split_mnist
from helpers.network import Network, Parameters, initialize
from helpers.training import train
from lessons.batch_epoch_iteration import experiments
from lessons.batch_epoch_iteration.experiments import Moment, Recorded

Array = np.ndarray
NETWORK = Network((784, 32, 32, 10), activation="relu")


@cache
def digits() -> tuple[Array, Array]:
    """The lesson's 1,000 digits and their labels."""
    examples = split_mnist()[0]
    return examples.x[:1000].astype(np.float64), examples.y[:1000]


def start(seed: int) -> Parameters:
    """The weights that a run starts from."""
    return initialize(NETWORK, np.random.default_rng(seed))


@cache
def walked(seed: int) -> tuple[list[Recorded], list[Moment]]:
    """The run of the walk, 10 epochs with batch size 100 at rate 0.1, and what each of its updates did."""
    x, y = digits()
    run = experiments.recorded_run(NETWORK, start(seed), x, y, batch_size=100, epochs=10, learning_rate=0.1,
                                   seed=100 + seed)  # fmt: skip
    return run, experiments.moments(NETWORK, start(seed), x, y, run)[1:]


@cache
def losses(batch_size: int, rate: float, seed: int) -> dict[int, float]:
    """The loss of all digits after the marked updates of 10 epochs."""
    settings = {"batch_size": batch_size, "epochs": 10, "learning_rate": rate}
    *_, run = experiments.marked_run(NETWORK, start(seed), *digits(), **settings, rng=np.random.default_rng(100 + seed))
    return dict(zip(run.marked, run.marked_losses, strict=True))


def ends(rate: float, seed: int) -> dict[int, float]:
    """The loss at the end, by batch size."""
    return {size: [*losses(size, rate, seed).values()][-1] for size in (1, 10, 100, 1000)}


def moved(batch_size: int, seed: int) -> float:
    """How far an epoch over 20 digits moves the first layer's weights, at rate 0.1."""
    x, y = (part[:20] for part in digits())
    history = train(NETWORK, start(seed), x, y, batch_size=batch_size, epochs=1, learning_rate=0.1,
                    rng=np.random.default_rng(100 + seed))  # fmt: skip
    return float(np.linalg.norm(history.parameters["weight1"] - start(seed)["weight1"]))


def behind_after_10_updates(seed: int) -> bool:
    """Full batch and mini-batch are within 0.02 of one another, the single example is above both."""
    single, mini, full = (losses(size, 0.01, seed)[10] for size in (1, 100, 1000))
    return abs(mini - full) < 0.02 and single > max(mini, full)


EFFECTS = {
    "at least 98 of 100 updates lower the loss of their own batch": lambda seed: (
        sum(moment.loss_after < moment.loss_before for moment in walked(seed)[1]) >= 98),
    "no update changes a layer's weights by more than 5 %": lambda seed: (
        max(max(moment.changes) for moment in walked(seed)[1]) < 0.05),
    "every batch of 100 holds all ten classes": lambda seed: all(
        len(set(digits()[1][record.rows])) == 10 for record in walked(seed)[0]),
    "20 updates of one digit move the weights farther than one of 20": lambda seed: moved(1, seed) > moved(20, seed),
    "1,000 draws with replacement use 60 to 66 % of 1,000": lambda seed: (
        0.60 < (experiments.coverage(1000, 1, True, seed).uses > 0).mean() < 0.66),
    "rate 0.01: the more updates, the lower the loss after 10 epochs": lambda seed: (
        sorted(ends(0.01, seed).values()) == [*ends(0.01, seed).values()]),
    "rate 0.01, after 10 updates: 1,000 and 100 alike, 1 behind": behind_after_10_updates,
    "rate 0.1: batch size 10 is lowest, before 100 and 1,000": lambda seed: (
        min(ends(0.1, seed).values()) == ends(0.1, seed)[10] < ends(0.1, seed)[100] < ends(0.1, seed)[1000]),
    "rate 0.1: the single example stays above 1": lambda seed: ends(0.1, seed)[1] > 1,
}  # fmt: skip
