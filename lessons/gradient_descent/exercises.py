"""Lesson 01's exercises: one update by hand, the gradient, the loop, scaling with the training part, the limit."""

import numpy as np

from course.checks.exercise import Exercise, Quantity
from helpers.validate import Array

Case = tuple[object, ...]
Pair = tuple[Array, Array]


def gradient(x: Array, y: Array, weight: Array) -> Array:
    """The gradient (D,) of mean((x @ weight − y)²) / 2, for x (N, D) and y (N,)."""
    return x.T @ (x @ weight - y) / len(y)


def descend(x: Array, y: Array, start: Array, rate: float, steps: int) -> Array:
    """The weight (D,) after ``steps`` full-batch updates from ``start``."""
    weight = start
    for _ in range(steps):
        weight = weight - rate * gradient(x, y, weight)
    return weight


def standardize(train: Array, test: Array) -> Pair:
    """Both parts, less the training part's column means and divided by its standard deviations."""
    return _rescaled(train, test, train.mean(axis=0), train.std(axis=0))


def largest_rate(x: Array) -> float:
    """2 / λ_max of xᵀx / N."""
    return 2 / np.linalg.eigvalsh(x.T @ x / len(x))[-1]


def _rescaled(train: Array, test: Array, shift: Array, scale: Array) -> Pair:
    return (train - shift) / scale, (test - shift) / scale


def _gradient_cases(rng: np.random.Generator) -> list[Case]:
    sizes = [(5, 2), (8, 3), (4, 1)]
    return [(rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)) for n, d in sizes]


def _descend_cases(rng: np.random.Generator) -> list[Case]:
    plans = [(0.1, 3), (0.05, 10), (0.2, 1), (0.1, 2)]
    return [(rng.normal(size=(6, 2)), rng.normal(size=6), rng.normal(size=2), *plan) for plan in plans]


def _standardize_cases(rng: np.random.Generator) -> list[Case]:
    scale = np.array([1.0, 300.0, 0.02])
    return [(rng.normal(4, 2, (n, 3)) * scale, rng.normal(5, 3, (m, 3)) * scale) for n, m in [(6, 4), (9, 5), (5, 2)]]


def _largest_rate_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.normal(1, 2, (6, 3)),), (rng.normal(3, 1, (9, 2)) * [1, 20],), (rng.normal(2, 1, (4, 1)),)]


def _one_example(x: Array, y: Array, start: Array, rate: float, steps: int) -> Array:
    return descend(x[:1], y[:1], start, rate, steps)


def _own_ruler(train: Array, test: Array) -> Pair:
    return standardize(train, train)[0], standardize(test, test)[0]


def _together(train: Array, test: Array) -> Pair:
    both = np.concatenate([train, test])
    return _rescaled(train, test, both.mean(axis=0), both.std(axis=0))


EXERCISES = [
    Quantity(
        "01.update",
        expected=6.2,
        mistakes={"uphill": 7.8, "no_rate": -1.0, "loss": 5.4, "half": 6.6, "step_only": 0.8, "slope_only": 8.0,
                  "twice": 5.56, "start": 7.0, "optimum": 3.0, "no_target": 5.6},
    ),
    Exercise(
        "01.gradient",
        reference=gradient,
        cases=_gradient_cases,
        mistakes={
            "uphill": lambda x, y, weight: -gradient(x, y, weight),
            "summed": lambda x, y, weight: gradient(x, y, weight) * len(y),
            "doubled": lambda x, y, weight: gradient(x, y, weight) * 2,
            "by_features": lambda x, y, weight: gradient(x, y, weight) * len(y) / x.shape[1],
            "no_target": lambda x, y, weight: gradient(x, 0 * y, weight),
            "not_averaged": lambda x, y, weight: x * (x @ weight - y)[:, None],
        },
    ),
    Exercise(
        "01.descend",
        reference=descend,
        cases=_descend_cases,
        mistakes={
            "uphill": lambda x, y, start, rate, steps: descend(x, y, start, -rate, steps),
            "one_short": lambda x, y, start, rate, steps: descend(x, y, start, rate, steps - 1),
            "one_more": lambda x, y, start, rate, steps: descend(x, y, start, rate, steps + 1),
            "one_round": lambda x, y, start, rate, steps: descend(x, y, start, rate, 1),
            "fixed_slope": lambda x, y, start, rate, steps: start - steps * rate * gradient(x, y, start),
            "one_example": _one_example,
            "no_rate": lambda x, y, start, rate, steps: descend(x, y, start, 1.0, steps),
            "summed": lambda x, y, start, rate, steps: descend(x, y, start, rate * len(y), steps),
        },
    ),
    Exercise(
        "01.standardize",
        reference=standardize,
        cases=_standardize_cases,
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
]
