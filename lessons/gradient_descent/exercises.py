"""Lesson 01's exercises: two weights, the largest rate, loops that stop, a scaled table, the training part's ruler."""

from collections.abc import Callable

import numpy as np

from course.checks.exercise import Exercise, Quantity
from helpers.validate import Array

Case = tuple[object, ...]
Pair = tuple[Array, Array]


def gradient(x: Array, y: Array, weight: Array) -> Array:
    """The gradient (D,) of mean((x @ weight − y)²) / 2, for x (N, D) and y (N,)."""
    return x.T @ (x @ weight - y) / len(y)


def largest_rate(x: Array) -> float:
    """2 / λ_max of xᵀx / N."""
    return 2 / np.linalg.eigvalsh(x.T @ x / len(x))[-1]


def descend_until(x: Array, y: Array, rate: float, tolerance: float, most: int) -> tuple[Array, int]:
    """The weights (D,) from zeros on, once no partial derivative exceeds ``tolerance``, and the updates made."""
    return _descent(x, y, rate, tolerance, most)


def is_standardized(x: Array) -> bool:
    """Whether each column has mean 0 and standard deviation 1, to six digits."""
    return _near(x.mean(axis=0), 0) and _near(x.std(axis=0), 1)


def standardize(train: Array, test: Array) -> Pair:
    """Both parts, less the training part's column means and divided by its standard deviations."""
    return _rescaled(train, test, train.mean(axis=0), train.std(axis=0))


def _rescaled(train: Array, test: Array, shift: Array, scale: Array) -> Pair:
    return (train - shift) / scale, (test - shift) / scale


def _own_ruler(train: Array, test: Array) -> Pair:
    return standardize(train, train)[0], standardize(test, test)[0]


def _together(train: Array, test: Array) -> Pair:
    both = np.concatenate([train, test])
    return _rescaled(train, test, both.mean(axis=0), both.std(axis=0))


def _descent(x: Array, y: Array, rate: float, tolerance: float, most: int, least: int = 0,
             size: Callable[[Array], float] = lambda slopes: np.abs(slopes).max()) -> tuple[Array, int]:  # fmt: skip
    weight, updates = np.zeros(x.shape[1]), 0
    while updates < most and (updates < least or size(gradient(x, y, weight)) > tolerance):
        weight, updates = weight - rate * gradient(x, y, weight), updates + 1
    return weight, updates


def _near(found: Array, wanted: float) -> bool:
    return bool(np.abs(found - wanted).max() < 1e-6)


def _largest_rate_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.normal(1, 2, (6, 3)),), (rng.normal(3, 1, (9, 2)) * [1, 20],), (rng.normal(2, 1, (4, 1)),)]


def _until_cases(rng: np.random.Generator) -> list[Case]:
    plans = [(6, 2, 0.1, 0.1, 500), (8, 3, 0.1, 0.02, 500), (5, 2, 0.05, 1e-6, 7), (6, 2, 0.1, 1e3, 50)]
    return [(rng.normal(0.5, 1, (n, d)), rng.normal(2, 1, n), *plan) for n, d, *plan in plans]


def _tables(rng: np.random.Generator) -> list[Case]:
    x = rng.normal(3, 2, (6, 4)) * [1, 10, 0.1, 300]
    columns, rows = ((x - x.mean(axis, keepdims=True)) / x.std(axis, keepdims=True) for axis in (0, 1))
    tables = [columns, x, rows, (x - x.mean()) / x.std(), x - x.mean(axis=0), x / x.std(axis=0)]
    tables += [columns - [0, 0, 0.5, 0], columns + [0.5, 0, -0.5, 0], columns * [1, 1, 1.5, 1]]
    tables += [columns * np.sqrt(5 / 6), np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])]
    return [(table,) for table in tables]


def _two_parts(rng: np.random.Generator) -> list[Case]:
    scale = np.array([1.0, 300.0, 0.02])
    return [(rng.normal(4, 2, (n, 3)) * scale, rng.normal(5, 3, (m, 3)) * scale) for n, m in [(6, 4), (9, 5), (5, 2)]]


EXERCISES = [
    Quantity(
        "01.update",
        expected=(1.4, 1.2),
        parts=("w", "b"),
        mistakes={"w_first": (1.4, 1.12), "b_first": (1.36, 1.2), "uphill": (0.6, 0.8), "no_rate": (5.0, 3.0),
                  "no_input": (1.2, 1.2), "doubled": (1.8, 1.4), "steps": (0.4, 0.2), "no_target": (0.4, 0.7)},
    ),
    Exercise(
        "01.largest_rate",
        reference=largest_rate,
        cases=_largest_rate_cases,
        mistakes={
            "one_over": lambda x: largest_rate(x) / 2,
            "flattest": lambda x: 2 / np.linalg.eigvalsh(x.T @ x / len(x))[0],
            "no_n": lambda x: largest_rate(x) / len(x),
            "upside_down": lambda x: 1 / largest_rate(x),
            "diagonal": lambda x: 2 / (x**2).mean(axis=0).max(),
            "centred": lambda x: largest_rate(x - x.mean(axis=0)),
        },
    ),
    Exercise(
        "01.descend_until",
        reference=descend_until,
        cases=_until_cases,
        parts=("weight", "updates"),
        mistakes={
            "one_more": lambda *case: _descent(*case, least=1),
            "any": lambda *case: _descent(*case, size=lambda slopes: np.abs(slopes).min()),
            "no_abs": lambda *case: _descent(*case, size=np.max),
            "no_stop": lambda x, y, rate, tolerance, most: _descent(x, y, rate, 0.0, most),
            "no_limit": lambda x, y, rate, tolerance, most: _descent(x, y, rate, tolerance, 10_000),
            "summed": lambda x, y, rate, tolerance, most: _descent(x, y, rate * len(y), tolerance / len(y), most),
        },
    ),
    Exercise(
        "01.is_standardized",
        reference=is_standardized,
        cases=_tables,
        mistakes={
            "rows": lambda x: _near(x.mean(axis=1), 0) and _near(x.std(axis=1), 1),
            "whole": lambda x: _near(x.mean(), 0) and _near(x.std(), 1),
            "means_only": lambda x: _near(x.mean(axis=0), 0),
            "spreads_only": lambda x: _near(x.std(axis=0), 1),
            "cancelled": lambda x: _near(x.mean(axis=0).mean(), 0) and _near(x.std(axis=0), 1),
            "no_abs": lambda x: bool((x.mean(axis=0) < 1e-6).all()) and _near(x.std(axis=0), 1),
            "unbiased": lambda x: _near(x.mean(axis=0), 0) and _near(x.std(axis=0, ddof=1), 1),
            "exact": lambda x: bool((x.mean(axis=0) == 0).all() and (x.std(axis=0) == 1).all()),
        },
    ),
    Exercise(
        "01.standardize",
        reference=standardize,
        cases=_two_parts,
        parts=("train", "test"),
        mistakes={
            "own_ruler": _own_ruler,
            "together": _together,
            "one_mean": lambda train, test: _rescaled(train, test, train.mean(), train.std()),
            "centred": lambda train, test: _rescaled(train, test, train.mean(axis=0), 1.0),
            "variance": lambda train, test: _rescaled(train, test, train.mean(axis=0), train.var(axis=0)),
            "unbiased": lambda train, test: _rescaled(train, test, train.mean(axis=0), train.std(axis=0, ddof=1)),
            "min_max": lambda train, test: _rescaled(train, test, train.min(axis=0), np.ptp(train, axis=0)),
        },
    ),
]
