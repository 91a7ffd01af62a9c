"""Lesson 09's maps: which of many small networks, trained at once, train at what rate and from what first weights."""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.recording import last
from helpers.validate import Array
from lessons.does_it_work import stacked
from lessons.does_it_work.stacked import Recipe

SIZES, BATCH_SIZE = (64, 32, 32, 10), 30
RATES, STDS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0), (0.003, 0.03, 0.1, 0.3, 1.0)
TRAINED, MOST = 0.8, 3  # the accuracy from which on a network trains; most of the five first weights
MOMENTS = (50, 100, 200, 400, 700, 1000, 1500, 2000)  # updates
KINDS = ("none", "once", "batch")
COUNTED = 200  # training digits for the statistics in inference mode
Maps = dict[str, list[Array]]


class Sweep(NamedTuple):
    """For each recorded update and each of KINDS, the accuracies (stds, rates); NaN has diverged."""

    at: list[int]
    maps: Maps


def grid(kind: str, train: Dataset, held: Dataset, seed: int = 0, activation: str = "relu",
         moments: Sequence[int] = MOMENTS) -> Iterator[Array]:  # fmt: skip
    """Accuracies (stds, rates) on the ``held`` digits of a network for each pair, after each number of updates.

    kind: without batch norm ("none"), with it at every update ("batch"), or "once": with the statistics of the first
    batch folded in before the first update, and then without.
    """
    normed, (rates, stds) = Recipe(SIZES, activation, "batch"), np.meshgrid(RATES, STDS)
    recipe = normed if kind == "batch" else Recipe(SIZES, activation)
    parameters = stacked.start(normed if kind == "once" else recipe, [seed] * rates.size, stds.ravel())
    if kind == "once":
        parameters = stacked.folded(normed, parameters, train.x[:BATCH_SIZE])
    batches = np.random.default_rng([seed, 1])
    trained = stacked.updates(recipe, parameters, train.x, train.y, rates.ravel(), BATCH_SIZE, batches)
    for before, moment in pairwise((0, *moments)):
        parameters = last(islice(trained, moment - before))
        yield stacked.judged(recipe, parameters, train.x[:COUNTED], held.x, held.y)[1].reshape(rates.shape)


def sweep(train: Dataset, held: Dataset) -> Iterator[Sweep]:
    """The record so far, after each moment: 40 ReLU networks of each kind."""
    grids = {kind: grid(kind, train, held, moments=MOMENTS) for kind in KINDS}
    found = Sweep([], {kind: [] for kind in KINDS})
    for moment in MOMENTS:
        for kind, maps in found.maps.items():
            maps.append(next(grids[kind]))
        found.at.append(moment)
        yield found


def trained(accuracies: Array) -> int:
    """How many of the networks have reached TRAINED."""
    return int((accuracies >= TRAINED).sum())


def largest_rate(accuracies: Array) -> float | None:
    """The largest rate at which most of the first weights train; None if there is none."""
    enough = (accuracies >= TRAINED).sum(axis=0) >= MOST
    return max((rate for rate, some in zip(RATES, enough, strict=True) if some), default=None)
