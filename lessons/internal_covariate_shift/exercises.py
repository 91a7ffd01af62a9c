"""Lesson 05's exercises: counting a record, naming shifts, percentiles, a shift measure, whitening, a gradient."""

from typing import Any

import numpy as np

from course.checks.exercise import Exercise, Quantity
from helpers.validate import Array

Case = tuple[object, ...]


def unit_percentiles(z: Array, unit: int) -> Array:
    """The 15th, 50th and 85th percentile of one unit's z over the examples, (3,)."""
    return np.percentile(z[:, unit], [15, 50, 85])


def median_shift(before: Array, after: Array) -> Array:
    """|median(after) − median(before)| / (85th − 15th percentile of before) for each unit, (D,)."""
    return np.abs(_gap(before, after)) / _width(before)


def whiten(x: Array) -> Array:
    """x (N, D) with mean 0 and the identity as its covariance."""
    variances, directions = _directions(x)
    return (x - x.mean(axis=0)) @ directions / np.sqrt(variances)


def centre_backward(dout: Array) -> Array:
    """The gradient (N, D) through x − mean(x) over the rows."""
    return dout - dout.mean(axis=0)


def mean_and_covariance(result: Any, x: Array) -> Any:
    """What `whiten` is judged by, since a whitened cloud may be turned: its mean and covariance (1/N), rounded."""
    if not isinstance(result, np.ndarray) or result.shape != x.shape or result.dtype.kind != "f":
        return result
    centred = result - result.mean(axis=0)
    mean, covariance = result.mean(axis=0), centred.T @ centred / len(x)
    return mean.round(9) + 0.0, covariance.round(9) + 0.0


def _gap(before: Array, after: Array) -> Array:
    return np.median(after, axis=0) - np.median(before, axis=0)


def _width(z: Array, low: float = 15, high: float = 85) -> Array:
    return np.percentile(z, high, axis=0) - np.percentile(z, low, axis=0)


def _directions(x: Array, ddof: int = 0) -> tuple[Array, Array]:
    return np.linalg.eigh(np.cov(x.T, ddof=ddof))


def _percentile_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.gamma(2, size=(n, d)) - 1, unit) for n, d, unit in ((20, 5, 2), (9, 6, 0), (50, 8, 7), (4, 4, 3))]


def _shift_cases(rng: np.random.Generator) -> list[Case]:
    sizes = ((6, 6, 3), (12, 5, 4), (30, 20, 2), (4, 9, 1))
    return [(rng.gamma(2, 2, (n, d)), rng.gamma(1, 1, (m, d))) for n, m, d in sizes]


def _whiten_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.gamma(2, size=(n, d)) @ rng.normal(size=(d, d)) + 3,) for n, d in ((30, 2), (12, 3), (50, 4))]


def _dout_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.normal(0.5, 1, (n, d)),) for n, d in ((4, 3), (7, 2), (12, 5))]


def _turned(x: Array, scale: Any, ddof: int = 0) -> Array:
    """x centred, turned to the eigenvectors of its covariance, each column times scale(its variance)."""
    variances, directions = _directions(x, ddof)
    return (x - x.mean(axis=0)) @ directions * scale(variances)


EXERCISES = [
    Quantity(
        "05.numbers",
        expected=60_600,
        mistakes={"no_start": 60_000, "one_network": 30_300, "one_unit": 606, "one_percentile": 20_200,
                  "every_update": 1_200_600, "digits": 6_060_000},
    ),
    Quantity(
        "05.which",
        expected=("b", "c", "a", "b"),
        parts=("sentence 1", "sentence 2", "sentence 3", "sentence 4"),
        mistakes={"all_drift": ("c", "c", "c", "c"), "noise_drift": ("c", "b", "a", "c"),
                  "layers_batches": ("a", "c", "b", "a"), "full_drift": ("b", "c", "a", "c"),
                  "full_layers": ("b", "c", "a", "a"), "layers_drift": ("b", "a", "c", "b")},
    ),
    Exercise(
        "05.percentiles",
        reference=unit_percentiles,
        cases=_percentile_cases,
        mistakes={
            "row": lambda z, unit: np.percentile(z[unit], [15, 50, 85]),
            "everything": lambda z, unit: np.percentile(z, [15, 50, 85]),
            "quartiles": lambda z, unit: np.percentile(z[:, unit], [25, 50, 75]),
            "fractions": lambda z, unit: np.percentile(z[:, unit], [0.15, 0.5, 0.85]),
            "backwards": lambda z, unit: unit_percentiles(z, unit)[::-1],
            "from_one": lambda z, unit: unit_percentiles(z, unit - 1),
            "spread": lambda z, unit: z[:, unit].mean() + np.array([-1, 0, 1]) * z[:, unit].std(),
            "middle": lambda z, unit: np.where([False, True, False], z[:, unit].mean(), unit_percentiles(z, unit)),
        },
    ),
    Exercise(
        "05.median_shift",
        reference=median_shift,
        cases=_shift_cases,
        mistakes={
            "signed": lambda before, after: _gap(before, after) / _width(before),
            "other_ruler": lambda before, after: np.abs(_gap(before, after)) / _width(after),
            "no_ruler": lambda before, after: np.abs(_gap(before, after)),
            "means": lambda before, after: np.abs(after.mean(axis=0) - before.mean(axis=0)) / _width(before),
            "std": lambda before, after: np.abs(_gap(before, after)) / before.std(axis=0),
            "quartiles": lambda before, after: np.abs(_gap(before, after)) / _width(before, 25, 75),
            "mean_shift": lambda before, after: np.abs(after.mean(axis=0) - before.mean(axis=0)) / before.std(axis=0),
            "of_differences": lambda before, after: np.abs(np.median(after - before, axis=0)) / _width(before),
            "one_number": lambda before, after: median_shift(before.reshape(-1, 1), after.reshape(-1, 1))[0],
        },
    ),
    Exercise(
        "05.whiten",
        reference=whiten,
        cases=_whiten_cases,
        parts=("mean", "covariance"),
        view=mean_and_covariance,
        mistakes={
            "standardized": lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
            "not_centred": lambda x: x @ _directions(x)[1] / np.sqrt(_directions(x)[0]),
            "rotated": lambda x: _turned(x, np.ones_like),
            "not_rooted": lambda x: _turned(x, np.reciprocal),
            "multiplied": lambda x: _turned(x, np.sqrt),
            "transposed": lambda x: (x - x.mean(axis=0)) @ _directions(x)[1].T / np.sqrt(_directions(x)[0]),
            "unbiased": lambda x: _turned(x, lambda variances: variances**-0.5, ddof=1),
        },
    ),
    Exercise(
        "05.centre_backward",
        reference=centre_backward,
        cases=_dout_cases,
        mistakes={
            "ignored": lambda dout: dout.copy(),
            "by_row": lambda dout: dout - dout.mean(axis=1, keepdims=True),
            "one_mean": lambda dout: dout - dout.mean(),
            "summed": lambda dout: dout - dout.sum(axis=0),
            "added": lambda dout: dout + dout.mean(axis=0),
            "own_share": lambda dout: dout * (1 - 1 / len(dout)),
            "nothing": lambda dout: np.zeros_like(dout),
        },
    ),
]
