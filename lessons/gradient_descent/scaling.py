"""Lesson 01's Further: what scalings, own rates, a mistyped value and a penalty do to the wines."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers import least_squares
from helpers.validate import Array
from lessons.gradient_descent.behaviour import behaviour_of
from lessons.gradient_descent.experiments import lowest_loss, mean_start, wine_bowl


def quartile_scaled(x: Array) -> Array:
    """Each column less its median, divided by the distance between its quartiles."""
    low, middle, high = np.percentile(x, [25, 50, 75], axis=0)
    return (x - middle) / (high - low)


SCALINGS: dict[str, Callable[[Array], Array]] = {
    "raw": lambda x: x,
    "min_max": least_squares.min_max,
    "standardized": least_squares.standardize,
    "quartiles": quartile_scaled,
}


class Growth(NamedTuple):
    """What each weight's gradient has become, as a multiple of its size at the start (D,), and what the path does."""

    times: Array
    behaviour: str


def growth(x: Array, y: Array, scaling: str, fraction: float, step: int) -> Growth:
    """``step`` updates on scaled x (N, D), y (N,), from the mean of y, at a ``fraction`` of the largest rate."""
    inputs = least_squares.with_bias(SCALINGS[scaling](x))
    curvature = least_squares.hessian(inputs)
    rate = fraction * least_squares.largest_stable_rate(curvature)
    path = least_squares.descend(lambda w: least_squares.gradient(inputs, y, w), mean_start(x, y), rate, step)
    slopes = np.array([least_squares.gradient(inputs, y, weight) for weight in path])
    steepest = np.linalg.eigh(curvature)[1][:, -1]
    return Growth(np.abs(slopes[-1] / slopes[0])[:-1], behaviour_of(slopes @ steepest))


def growth_off_the_mean(x: Array, y: Array, steps: int, fraction: float = 1.1) -> tuple[Array, float]:
    """As `growth`, of the weights (D,) and of the bias, from a start at which the bias is half a unit too high."""
    inputs = least_squares.with_bias(x)
    rate = fraction * least_squares.largest_stable_rate(least_squares.hessian(inputs))
    start = mean_start(x, y) + np.append(np.zeros(x.shape[1]), 0.5)
    path = least_squares.descend(lambda w: least_squares.gradient(inputs, y, w), start, rate, steps)
    first, last = (least_squares.gradient(inputs, y, weight) for weight in path[[0, -1]])
    times = np.abs(last / first)
    return times[:-1], float(times[-1])


class Fit(NamedTuple):
    """The least, mean and greatest of each input (D,), the weights (D,), and how far predictions moved."""

    low: Array
    mean: Array
    high: Array
    weights: Array
    moved: float


def fit(x: Array, y: Array, scaling: str, ridge: float) -> Fit:
    """The best weights for scaled x (N, D), y (N,) with a penalty, beside those for x as measured without one."""
    inputs = SCALINGS[scaling](x)
    weight, bias = least_squares.fit(inputs, y, ridge)
    plain_weight, plain_bias = least_squares.fit(x, y)
    moved = np.abs(inputs @ weight + bias - (x @ plain_weight + plain_bias)).max()
    return Fit(inputs.min(axis=0), inputs.mean(axis=0), inputs.max(axis=0), weight, float(moved))


def root_mean_square(x: Array) -> Array:
    """Of each column (D,); its square is the curvature that the column's weight would have alone."""
    return np.sqrt((x**2).mean(axis=0))


def with_own_rates(x: Array, y: Array, common: float, updates: int) -> Array:
    """The losses (updates + 1,) of a descent in which each weight's rate is ``common`` / its column's mean square."""
    inputs = least_squares.with_bias(x)
    rates = common / root_mean_square(inputs) ** 2
    path = least_squares.descend(lambda w: rates * least_squares.gradient(inputs, y, w), mean_start(x, y), 1.0, updates)
    return np.array([least_squares.loss(inputs, y, weight) for weight in path])


def one_step_a_direction(x: Array, y: Array) -> float:
    """The share of the excess loss left after one update at 1/λ for each direction, the steepest first."""
    inputs, weight = least_squares.with_bias(x), mean_start(x, y)
    lowest = lowest_loss(x, y)
    at_start = least_squares.loss(inputs, y, weight)
    for curvature in wine_bowl(x, y).curvatures:
        weight = weight - least_squares.gradient(inputs, y, weight) / curvature
    return (least_squares.loss(inputs, y, weight) - lowest) / (at_start - lowest)


class Mistyped(NamedTuple):
    """One value of a column too large by a factor: the share of their spread that the others keep, and the value.

    kappa: the condition number of the scaled table; before: the same without the mistake.
    """

    kept: float
    wrong: float
    kappa: float
    before: float


def mistyped(x: Array, y: Array, scaling: str, row: int, factor: float = 100.0) -> Mistyped:
    """The last column of x (N, D), scaled after ``row`` of it was multiplied by ``factor``."""
    wrong = x.copy()
    wrong[row, -1] *= factor
    clean, scaled = SCALINGS[scaling](x), SCALINGS[scaling](wrong)
    kept = np.delete(scaled[:, -1], row).std() / np.delete(clean[:, -1], row).std()
    before, kappa = (wine_bowl(table, y).condition for table in (clean, scaled))
    return Mistyped(float(kept), float(scaled[row, -1]), kappa, before)


def mistyped_anywhere(x: Array, y: Array, scaling: str) -> dict[str, tuple[float, float]]:
    """The least and the greatest of what `mistyped` finds, over all rows."""
    found = np.array([mistyped(x, y, scaling, row) for row in range(len(x))])
    parts = zip(Mistyped._fields[:3], found.T, strict=False)
    return {name: (float(values.min()), float(values.max())) for name, values in parts}


class TwoRates(NamedTuple):
    """What a step leaves of two errors, curvature 1 and ``condition``, by rate; and what some steps leave (2, K)."""

    factors: Array
    left: Array


FAIR_STEPS = 30


def two_rates(condition: float, rate: float) -> TwoRates:
    """At ``rate``, in units of the largest stable one."""
    factors = 1 - 2 * rate / condition * np.array([1.0, condition])
    return TwoRates(factors, np.abs(factors[:, None]) ** np.arange(FAIR_STEPS + 1))
