"""Lesson 01's numbers: descents on (w − 3)², on a line fitted to data, and on features of different scales."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers import least_squares
from helpers.validate import Array
from lessons.gradient_descent.behaviour import behaviour_of

OPTIMUM = 3.0  # of the one-weight loss (w − 3)²
FACTOR_STEPS = 30
SCALINGS: dict[str, Callable[[Array], Array]] = {
    "raw": lambda x: x,
    "min_max": least_squares.min_max,
    "standardized": least_squares.standardize,
}
START = np.array([-1.5, 0.5])  # in units of the weights' effect, the same for every scaling


class Descent(NamedTuple):
    """A path (steps + 1,) on (w − 3)², its losses, and the name of what it does."""

    rate: float
    weights: Array
    losses: Array
    behaviour: str


def descent(rate: float, start: int, step: int) -> Descent:
    """``step`` steps from ``start``."""
    path = least_squares.descend(lambda w: 2 * (w - OPTIMUM), np.array([float(start)]), rate, step)[:, 0]
    return Descent(rate, path, (path - OPTIMUM) ** 2, behaviour_of(path - OPTIMUM))


class Factor(NamedTuple):
    """What one step multiplies the error by, and the errors (31,) of a descent that starts at error 1."""

    rate: float
    curvature: float
    factor: float
    errors: Array
    behaviour: str


def factor(rate: float, curvature: float) -> Factor:
    """30 steps where the loss has this ``curvature``."""
    errors = least_squares.descend(lambda error: curvature * error, np.ones(1), rate, FACTOR_STEPS)[:, 0]
    return Factor(rate, curvature, 1 - rate * curvature, errors, behaviour_of(errors))


class LineFit(NamedTuple):
    """A path (steps + 1, 2) of slope and intercept, the losses at its ends, and what its steepest direction does."""

    rate: float
    path: Array
    first_loss: float
    loss: float
    behaviour: str


def line_fit(x: Array, y: Array, rate: float, start: Array, step: int) -> LineFit:
    """``step`` steps from ``start`` (2,) towards the line through x (N,), y (N,)."""
    inputs, best = least_squares.with_bias(x[:, None]), best_line(x, y)
    steepest = np.linalg.eigh(least_squares.hessian(inputs))[1][:, -1]
    walked = least_squares.descend(lambda weight: least_squares.gradient(inputs, y, weight), start, rate, step)
    first, last = (least_squares.loss(inputs, y, weight) for weight in walked[[0, -1]])
    return LineFit(rate, walked, first, last, behaviour_of((walked - best) @ steepest))


def best_line(x: Array, y: Array) -> Array:
    """Slope and intercept (2,) with the smallest loss."""
    slope, intercept = least_squares.fit(x[:, None], y)
    return np.array([slope[0], intercept])


class Surface(NamedTuple):
    """A path (steps + 1, 2) in units of effect, the fraction of the excess loss left after each step, and numbers."""

    scaling: str
    fraction: float
    condition: float
    largest: float
    path: Array
    left: Array
    behaviour: str


def surface(curvature: Array, scaling: str, fraction: float, step: int) -> Surface:
    """A descent with two weights and this ``curvature`` (2, 2), at a ``fraction`` of the largest stable rate.

    The best weights are at (0, 0). A weight's unit is its effect: weight × root mean square of its feature.
    """
    effects, largest = np.sqrt(np.diag(curvature)), least_squares.largest_stable_rate(curvature)
    errors = least_squares.descend(lambda error: curvature @ error, START / effects, fraction * largest, step)
    excess = ((errors @ curvature) * errors).sum(axis=1)
    steepest = errors @ np.linalg.eigh(curvature)[1][:, -1]
    return Surface(scaling, fraction, least_squares.condition_number(curvature), largest, errors * effects,
                   excess / excess[0], _behaviour(steepest, excess / excess[0]))  # fmt: skip


class Gradients(NamedTuple):
    """Sizes of the gradient by weight (D,), at the start and after some steps, and numbers."""

    scaling: str
    fraction: float
    step: int
    start: Array
    now: Array
    behaviour: str


def gradients(x: Array, y: Array, scaling: str, fraction: float, step: int) -> Gradients:
    """A full-batch descent on scaled x (N, D), y (N,), from the mean of y, at a ``fraction`` of the largest rate."""
    inputs, start = least_squares.with_bias(SCALINGS[scaling](x)), np.append(np.zeros(x.shape[1]), y.mean())
    curvature = least_squares.hessian(inputs)
    rate = fraction * least_squares.largest_stable_rate(curvature)
    path = least_squares.descend(lambda weight: least_squares.gradient(inputs, y, weight), start, rate, step)
    steepest = np.linalg.eigh(curvature)[1][:, -1]
    slopes = np.array([least_squares.gradient(inputs, y, weight) for weight in path])
    return Gradients(scaling, fraction, step, np.abs(slopes[0, :-1]), np.abs(slopes[-1, :-1]),
                     behaviour_of(slopes @ steepest))  # fmt: skip


class Fit(NamedTuple):
    """The least, mean and greatest of each input (D,), the weights (D,), and how far predictions moved."""

    scaling: str
    ridge: float
    low: Array
    mean: Array
    high: Array
    weights: Array
    moved: float


def fit(x: Array, y: Array, scaling: str, ridge: float) -> Fit:
    """The best weights for scaled x (N, D), y (N,) with a penalty, beside those for x as measured without one."""
    chosen, (weight, predicted) = SCALINGS[scaling](x), _fitted(x, y, scaling, ridge)
    plain = _fitted(x, y, "raw", 0.0)[1]
    return Fit(scaling, ridge, chosen.min(axis=0), chosen.mean(axis=0), chosen.max(axis=0), weight,
               float(np.abs(predicted - plain).max()))  # fmt: skip


def _fitted(x: Array, y: Array, scaling: str, ridge: float) -> tuple[Array, Array]:
    inputs = SCALINGS[scaling](x)
    weight, bias = least_squares.fit(inputs, y, ridge)
    return weight, inputs @ weight + bias


def _behaviour(steepest: Array, left: Array) -> str:
    """As `least_squares.behaviour`, or "crawls" where the steepest error shrinks and the rest hardly moves."""
    name = behaviour_of(steepest)
    shrinks = name in ("approaches", "one_step", "oscillates")
    return "crawls" if shrinks and left[-1] > 0.99 * left[-2] and left[-1] > 0.01 else name
