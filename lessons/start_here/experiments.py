"""Lesson 00's numbers: how far the mean of some pictures is from the mean of all, two ways to take a variance,
slopes by formula and by a step, and what one example changes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from helpers import data

Array = np.ndarray


def pictures_of(digit: int, seed: int) -> Array:
    """The course's pictures of ``digit`` (N, 784), shuffled; the other digits are let go of."""
    digits = data.load_mnist()
    return np.random.default_rng(seed).permutation(digits.x[digits.y == digit])


def distances(pictures: Array) -> Array:
    """How far the mean of the first 1 … N ``pictures`` (N, D) is from the mean of all N, shape (N,).

    A distance is the root of the mean, over the D pixels, of the squared difference.
    """
    means = pictures.cumsum(axis=0)
    means /= np.arange(1, len(pictures) + 1, dtype=pictures.dtype)[:, None]
    return np.sqrt(((means - pictures.mean(axis=0)) ** 2).mean(axis=1))


def shuffled_distances(pictures: Array, sizes: Sequence[int], n_shuffles: int, rng: np.random.Generator) -> Array:
    """The distance from the mean of all ``pictures`` (N, D), by shuffle and number of pictures: (n_shuffles, K)."""
    everyone = pictures.mean(axis=0)
    orders = [rng.permutation(len(pictures)) for _ in range(n_shuffles)]
    means = np.array([[pictures[order[:n]].mean(axis=0) for n in sizes] for order in orders])
    return np.sqrt(((means - everyone) ** 2).mean(axis=2))


def average_variances(sizes: Sequence[int], n_batches: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Average variance of ``n_batches`` batches of throws of a die for each batch size: with 1/n, with 1/(n − 1)."""
    biased, unbiased = [], []
    for n in sizes:
        throws = rng.integers(1, 7, size=(n_batches, n))
        biased.append(throws.var(axis=1).mean())
        unbiased.append(throws.var(axis=1, ddof=1).mean())
    return np.array(biased), np.array(unbiased)


class Slope(NamedTuple):
    """A function along one variable: where it is looked at, its value, its slope by formula and by a step."""

    at: float
    value: float
    formula: float
    measured: float


def square(w: float | Array, b: float | Array) -> float | Array:
    """f(w, b) = (2w + b − 3)²."""
    return (2 * w + b - 3) ** 2


def slopes(w: float, b: float, h: float) -> dict[str, Slope]:
    """The slopes of `square` at (w, b) along each of its variables."""
    value, inside = square(w, b), 2 * w + b - 3
    return {
        "w": Slope(w, value, 2 * inside * 2, (square(w + h, b) - value) / h),
        "b": Slope(b, value, 2 * inside, (square(w, b + h) - value) / h),
    }


class Change(NamedTuple):
    """A matrix (N, M) after something was changed, and which of its entries differ from before."""

    entries: Array
    differs: Array


def with_one_number_changed(x: Array, weight: Array, row: int, value: float) -> dict[str, Change]:
    """``x`` (N, D) @ ``weight`` (D, M) with ``value`` as the first number of ``row``; the same less column means."""
    changed = x.astype(float)
    changed[row, 0] = value
    before, after = x @ weight, changed @ weight
    centred = after - after.mean(axis=0)
    return {
        "out": Change(after, ~np.isclose(after, before)),
        "centred": Change(centred, ~np.isclose(centred, before - before.mean(axis=0))),
    }
