"""Least squares and gradient descent on it: loss, gradient, curvature, the loop, the exact fit, and feature scaling.

``x`` is (N, D), one row an example; ``y`` (N,); ``weight`` (D,). The loss is mean((x @ weight − y)²) / 2: the half
cancels the 2 of the derivative. ValueError if an array is empty, not finite, no float32 or float64, or does not fit.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from helpers.validate import Array, checked, finite, not_negative, positive, whole_number


@checked(x="N D", y="N", weight="D", returns=finite)
def loss(x: Array, y: Array, weight: Array) -> float:
    """Half the mean squared error, mean((x @ weight − y)²) / 2."""
    return float(np.mean((x @ weight - y) ** 2) / 2)


@checked(x="N D", y="N", weight="D", returns=finite)
def gradient(x: Array, y: Array, weight: Array) -> Array:
    """∂loss/∂weight = xᵀ (x @ weight − y) / N, the mean of the N gradients of the single examples; shape (D,)."""
    return x.T @ (x @ weight - y) / len(x)


@checked(x="N D", returns=finite)
def hessian(x: Array) -> Array:
    """The second derivatives of the loss, xᵀx / N; (D, D), the same for every weight."""
    return x.T @ x / len(x)


@checked(curvature="D D")
def condition_number(curvature: Array) -> float:
    """λ_max / λ_min of a symmetric positive definite matrix: how much steeper the steepest direction is."""
    eigenvalues = np.linalg.eigvalsh(curvature)
    return float(eigenvalues[-1] / positive("the smallest eigenvalue of curvature", float(eigenvalues[0])))


@checked(curvature="D D")
def largest_stable_rate(curvature: Array) -> float:
    """2 / λ_max: below it |1 − rate · λ| < 1 for every eigenvalue λ > 0, so that every error shrinks."""
    eigenvalues = np.linalg.eigvalsh(curvature)
    return 2 / positive("the largest eigenvalue of curvature", float(eigenvalues[-1]))


@checked(start="D", learning_rate=not_negative, steps=partial(whole_number, at_least=0))
def descend(slope: Callable[[Array], Array], start: Array, learning_rate: float, steps: int) -> Array:
    """The path of gradient descent, weight ← weight − learning_rate · slope(weight): (steps + 1, D), start first."""
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * slope(path[-1]))
    return np.array(path)


@checked(curvature="D D", offset="D", learning_rate=positive)
def excess_after(curvature: Array, offset: Array, learning_rate: float, steps: Array) -> Array:
    """Loss above the smallest one after each of the numbers of ``steps`` (K,), without walking: (K,).

    ``offset`` (D,) is start − optimum. In the eigenvectors' directions each error is multiplied by 1 − rate · λ a
    step, so the excess is Σ λ · error² · (1 − rate · λ)^(2 · steps) / 2.
    """
    eigenvalues, vectors = np.linalg.eigh(curvature)
    errors = vectors.T @ offset
    factors = 1 - learning_rate * eigenvalues
    return (np.abs(factors) ** (2 * np.asarray(steps)[:, None])) @ (eigenvalues * errors**2) / 2


@checked(x="N D", y="N", ridge=not_negative)
def fit(x: Array, y: Array, ridge: float = 0.0) -> tuple[Array, float]:
    """(weight, bias) with the smallest loss + ridge · Σ weight² / 2, by the normal equations.

    (x_cᵀ x_c / N + ridge · I) weight = x_cᵀ y / N with x_c = x − mean(x); the bias is not penalized.
    """
    centred = x - x.mean(axis=0)
    try:
        weight = np.linalg.solve(hessian(centred) + ridge * np.eye(x.shape[1]), centred.T @ y / len(x))
    except np.linalg.LinAlgError:
        raise ValueError("x has columns that depend on one another; each must bring something new.") from None
    return weight, float(y.mean() - x.mean(axis=0) @ weight)


@checked(x="N D")
def with_bias(x: Array) -> Array:
    """``x`` with a column of ones after the last: (N, D + 1). Its weight is the bias."""
    return np.column_stack([x, np.ones(len(x), x.dtype)])


@checked(x="N D")
def standardize(x: Array) -> Array:
    """Each column less its mean, divided by its standard deviation (1/N). ValueError for a constant column."""
    return (x - x.mean(axis=0)) / _spread(x.std(axis=0))


@checked(x="N D")
def min_max(x: Array) -> Array:
    """Each column moved and stretched to reach from 0 to 1. ValueError for a constant column."""
    return (x - x.min(axis=0)) / _spread(np.ptp(x, axis=0))


def _spread(spread: Array) -> Array:
    if spread.min() == 0:
        raise ValueError(f"column {int(spread.argmin())} of x is constant; it must hold at least two values.")
    return spread
