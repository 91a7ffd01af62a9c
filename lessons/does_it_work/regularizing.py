"""Lesson 09's numbers on regularization: ten networks of each kind, equally far trained, their accuracy and gap."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.recording import last
from helpers.validate import Array
from lessons.does_it_work import stacked
from lessons.does_it_work.stacked import Parameters, Recipe

SIZES, GHOST, EPOCHS, SEEDS = (64, 50, 50, 10), 16, 25, tuple(range(10))
STUDENT = 2.262  # 95 % of Student's t with 9 degrees of freedom lies within ± this
KINDS = {16: ("none", "batch", "whole"), 240: ("none", "batch", "ghost")}  # by batch size
LONGER = {16: 1, 240: 6}  # times EPOCHS, so that all have learned their digits


class Judged(NamedTuple):
    """What the networks come to: accuracies on test and training digits, each (S,)."""

    test: Array
    train: Array

    @property
    def gap(self) -> Array:
        """Training accuracy minus test accuracy, (S,)."""
        return self.train - self.test


def interval(values: Array) -> tuple[float, float]:
    """(mean, half-width) of the 95 % interval of the mean of ten values: t · s / √n, s with n − 1."""
    return float(values.mean()), float(STUDENT * values.std(ddof=1) / len(values) ** 0.5)


def epochs_of(
    kind: str, rate: float, train: Dataset, batch_size: int, sizes: tuple[int, ...] = SIZES,
    seeds: Sequence[int] = SEEDS,
) -> Iterator[tuple[Recipe, Parameters]]:  # fmt: skip
    """The networks after each epoch, without end; ``kind``: a norm of `stacked`, or "whole".

    "whole" is batch norm without noise: its mean and variance are those of all training digits at every update.
    """
    recipe = Recipe(sizes, "relu", "batch" if kind == "whole" else kind, GHOST)
    parameters, rng = stacked.start(recipe, seeds, [None] * len(seeds)), np.random.default_rng([seeds[0], 1])
    rates = [rate] * len(seeds)
    if kind != "whole":
        steps = stacked.updates(recipe, parameters, train.x, train.y, rates, batch_size, rng)
        while True:
            yield recipe, last(islice(steps, len(train.x) // batch_size))
    while True:
        rows = rng.permutation(len(train.x))
        for batch in rows[: len(rows) // batch_size * batch_size].reshape(-1, batch_size):
            _, gradients = stacked.loss_and_gradients(recipe, parameters, train.x, train.y, batch)
            parameters = {name: value - np.float32(rate) * gradients[name] for name, value in parameters.items()}
        yield recipe, parameters


def judge(recipe: Recipe, parameters: Parameters, train: Dataset, test: Dataset) -> Judged:
    """Both sets in inference mode, with the statistics of the whole training set."""
    return Judged(*(stacked.judged(recipe, parameters, train.x, part.x, part.y)[1] for part in (test, train)))


def epochs_in_all(batch_size: int) -> int:
    """How long each network is trained."""
    return EPOCHS * LONGER[batch_size]


def compared(train: Dataset, test: Dataset, batch_size: int, rate: float) -> Iterator[dict[str, Judged]]:
    """The networks judged so far, by kind; yields after each epoch of each."""
    found: dict[str, Judged] = {}
    for kind in KINDS[batch_size]:
        for epoch, now in enumerate(islice(epochs_of(kind, rate, train, batch_size), epochs_in_all(batch_size)), 1):
            if epoch == epochs_in_all(batch_size):
                found[kind] = judge(*now, train, test)
            yield found


def few_and_rest(digits: Dataset, seed: int = 0, few: int = 480) -> tuple[Dataset, Dataset, Dataset]:
    """480 digits to train with, 400 to choose a rate by, and the others to test with."""
    rows = np.random.default_rng(seed).permutation(len(digits.x))
    parts = {"few": rows[:few], "validation": rows[few : few + 400], "test": rows[few + 400 :]}
    return tuple(Dataset(name, digits.x[part], digits.y[part]) for name, part in parts.items())
