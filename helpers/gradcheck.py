"""Gradients by central differences, to check a backward pass against."""

from collections.abc import Callable

import numpy as np

from helpers.validate import Array, check_finite, checked, finite, floats, instance, positive

double, a_number = floats("...", np.float64), instance(float | int | np.number, "a number")


@checked(f=instance(Callable, "a function of one array"), x=double, h=positive)
def numerical_gradient(f: Callable[[Array], float], x: Array, h: float = 1e-5) -> Array:
    """∂f/∂x by central differences, (f(x + h) − f(x − h)) / 2h by element; float64, shaped like ``x``.

    ``f`` takes a float64 array in the shape of ``x`` and returns one finite number; ValueError if it does not.
    """
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        gradient[index] = (_moved(f, x, index, h) - _moved(f, x, index, -h)) / (2 * h)
    return gradient


@checked(a=double, b=double, returns=finite)
def relative_error(a: Array, b: Array) -> float:
    """max |a − b| / max(|a|, |b|), both maxima over all elements; 0.0 if both are all zeros."""
    scale = max(np.abs(a).max(), np.abs(b).max())
    return float(np.abs(a - b).max() / scale) if scale > 0 else 0.0


def _moved(f: Callable[[Array], float], x: Array, index: tuple[int, ...], step: float) -> float:
    x = x.copy()
    x[index] += step
    value = f(x)
    if np.shape(value) != ():
        raise ValueError(f"f returns an array of shape {np.shape(value)}; it must return one number.")
    a_number("the value of f", value)
    check_finite("the value of f", value)
    return float(value)
