"""Lesson 09's numbers of many small networks that train at once: settings that train, regularization, depth."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.recording import last
from helpers.validate import Array
from lessons.does_it_work import stacked
from lessons.does_it_work.stacked import Recipe

SIZES, BATCH_SIZE = (64, 32, 32, 10), 30
RATES, STDS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0), (0.003, 0.03, 0.1, 0.3, 1.0)
TRAINED = 0.8
UPDATES, EVERY = 200, 40
ACTIVATIONS = ("relu", "sigmoid")
COUNTED = 200  # training digits for the statistics in inference mode

SEEDS = tuple(range(10))
STUDENT = 2.262  # 95 % of Student's t with 9 degrees of freedom lies within ± this
JUDGED_SIZES, JUDGED_RATE, GHOST = (64, 50, 50, 10), 0.1, 16

Maps = dict[tuple[str, str], list[Array]]


class Sweep(NamedTuple):
    """For each recorded update and each (activation, norm), the accuracies (stds, rates); NaN has diverged."""

    at: list[int]
    maps: Maps


def grid(activation: str, norm: str, train: Dataset, test: Dataset, seed: int = 0) -> Iterator[Array]:
    """Test accuracies (stds, rates) of a network for each pair, after 0, EVERY, 2 · EVERY … updates, without end."""
    recipe, (rates, stds) = Recipe(SIZES, activation, norm), np.meshgrid(RATES, STDS)
    parameters = stacked.start(recipe, [seed] * rates.size, stds.ravel())
    batches = np.random.default_rng(100 + seed)
    trained = stacked.updates(recipe, parameters, train.x, train.y, rates.ravel(), BATCH_SIZE, batches)
    while True:
        _, right = stacked.judged(recipe, parameters, train.x[:COUNTED], test.x, test.y)
        yield right.reshape(rates.shape)
        parameters = last(islice(trained, EVERY))


def sweep(train: Dataset, test: Dataset) -> Iterator[Sweep]:
    """The record so far, after each moment: all networks of all four grids."""
    grids = {(activation, norm): grid(activation, norm, train, test)
             for activation in ACTIVATIONS for norm in ("none", "batch")}  # fmt: skip
    found = Sweep([], {key: [] for key in grids})
    for update in range(0, UPDATES + 1, EVERY):
        for key, maps in grids.items():
            found.maps[key].append(next(maps))
        found.at.append(update)
        yield found


def trained(accuracies: Array) -> int:
    """How many of the networks have reached TRAINED."""
    return int((accuracies >= TRAINED).sum())


def best_of(
    layers: int, activation: str, norm: str, train: Dataset, test: Dataset,
    rates: Sequence[float] = (0.01, 0.1, 0.3), updates: int = 100, seed: int = 0,
) -> float:  # fmt: skip
    """The best test accuracy of the ``rates`` after ``updates`` with batches of 60; 32 units a layer."""
    recipe = Recipe((64, *[32] * (layers - 1), 10), activation, norm)
    first = stacked.start(recipe, [seed] * len(rates), [None] * len(rates))
    steps = stacked.updates(recipe, first, train.x, train.y, rates, 60, np.random.default_rng(1 + seed))
    parameters = last(islice(steps, updates))
    return float(np.nanmax(stacked.judged(recipe, parameters, train.x[:500], test.x, test.y)[1]))


def batches_of_two(norm: str, train: Dataset, test: Dataset, updates: int = 1000, seed: int = 0) -> float:
    """The mean test accuracy of five networks after ``updates`` with two examples each."""
    recipe = Recipe((64, 32, 32, 10), "relu", norm)
    first = stacked.start(recipe, range(5 * seed, 5 * seed + 5), [None] * 5)
    steps = stacked.updates(recipe, first, train.x, train.y, [0.03] * 5, 2, np.random.default_rng(1 + seed))
    parameters = last(islice(steps, updates))
    return float(stacked.judged(recipe, parameters, train.x, test.x, test.y)[1].mean())


class Judged(NamedTuple):
    """What the seeds come to: accuracies on test and training digits, each (S,)."""

    test: Array
    train: Array

    @property
    def gap(self) -> Array:
        """Training accuracy minus test accuracy, (S,)."""
        return self.train - self.test


def interval(values: Array) -> tuple[float, float]:
    """(mean, half-width) of the 95 % interval of the mean of ten values: t · s / √n, s with n − 1."""
    return float(values.mean()), float(STUDENT * values.std(ddof=1) / len(values) ** 0.5)


def after_epochs(
    norm: str, train: Dataset, test: Dataset, batch_size: int, epochs: int, sizes: tuple[int, ...] | None = None,
    seeds: Sequence[int] = SEEDS,
) -> Iterator[Judged | None]:  # fmt: skip
    """The seeds' networks, judged once, after ``epochs``; yields once an epoch, with None before the last.

    In float64: a tenth of a per cent matters here, and in float32 it would depend on the machine's last bits.
    """
    recipe, every = Recipe(sizes or JUDGED_SIZES, "relu", norm, GHOST), len(train.x) // batch_size
    x, parameters = train.x.astype(np.float64), stacked.start(recipe, seeds, [None] * len(seeds), np.float64)
    rates, batches = [JUDGED_RATE] * len(seeds), np.random.default_rng(1)
    steps = stacked.updates(recipe, parameters, x, train.y, rates, batch_size, batches)
    for epoch in range(1, epochs + 1):
        parameters = last(islice(steps, every))
        yield judge(recipe, parameters, train, test) if epoch == epochs else None


def judge(recipe: Recipe, parameters: stacked.Parameters, train: Dataset, test: Dataset) -> Judged:
    """Both sets in inference mode, with the statistics of the whole training set."""
    return Judged(*(stacked.judged(recipe, parameters, train.x, part.x, part.y)[1] for part in (test, train)))


def norms_to_compare(batch_size: int) -> tuple[str, ...]:
    """Ghost batches of the batch's own size are that batch: then there are two networks to compare."""
    return ("none", "batch", "ghost") if batch_size > GHOST else ("none", "batch")


def compared(train: Dataset, test: Dataset, batch_size: int, epochs: int) -> Iterator[dict[str, Judged]]:
    """The networks judged so far, by norm; yields after each epoch of each."""
    found: dict[str, Judged] = {}
    for norm in norms_to_compare(batch_size):
        for judged in after_epochs(norm, train, test, batch_size, epochs):
            if judged is not None:
                found[norm] = judged
            yield found
