"""Checks of arguments: each returns the value as the caller needs it, or raises one clear ValueError."""

import math
from collections.abc import Collection
from numbers import Real
from typing import Any

import numpy as np

Array = np.ndarray
Shape = tuple[int | str, ...]


class NotFiniteError(ValueError):
    """A value is NaN or infinite: wrong input, or a training run that diverges."""


def float_array(name: str, value: Any, shape: Shape | None = None, dtype: Any = None) -> Array:
    """``value`` as a finite, non-empty array of float32 or float64, cast to ``dtype`` if there is one.

    In ``shape`` a number is demanded and a word such as ``"N"`` stands for any length.
    """
    array = _as_array(name, value)
    if array.dtype.type not in (np.float32, np.float64):
        raise ValueError(f"{name} has dtype {array.dtype}; it must be float32 or float64.")
    _check_shape(name, array, shape)
    check_finite(name, array)
    return array if dtype is None else array.astype(dtype, copy=False)


def variance_array(name: str, value: Any, shape: Shape | None = None, dtype: Any = None) -> Array:
    """``value`` as in `float_array`, and never negative."""
    array = float_array(name, value, shape, dtype)
    if array.min() < 0:
        raise ValueError(f"{name} goes down to {array.min()}; a variance must not be negative.")
    return array


def label_array(name: str, value: Any, length: int, n_classes: int) -> Array:
    """``value`` as an integer array of ``length`` class numbers from 0 to ``n_classes`` - 1."""
    array = _as_array(name, value)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} has dtype {array.dtype}; it must hold integers, the class numbers.")
    _check_shape(name, array, (length,))
    if array.min() < 0 or array.max() >= n_classes:
        raise ValueError(f"{name} goes from {array.min()} to {array.max()}; it must stay in 0 to {n_classes - 1}.")
    return array


def check_finite(name: str, array: Array | float) -> None:
    """NotFiniteError if any value is NaN or infinite."""
    # One quick pass: a sum of squares can't hide a NaN or an infinity, but it may overflow without one.
    if math.isfinite(np.vdot(array, array)):
        return
    finite = np.isfinite(array)
    if not finite.all():
        raise NotFiniteError(
            f"{name} holds NaN or infinity ({np.sum(~finite)} of {np.size(array)}); it must be finite."
        )


def check_batch(x: Array) -> None:
    """ValueError if ``x`` (N, D) is a batch of one."""
    if len(x) < 2:
        raise ValueError("x has 1 example; batch normalization in training needs a batch of at least 2.")


def whole_number(name: str, value: Any, at_least: int = 1) -> int:
    """``value`` as an int that is not below ``at_least``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ValueError(f"{name} is {_show(value)}; it must be a whole number.")
    if value < at_least:
        raise ValueError(f"{name} is {value}; it must be at least {at_least}.")
    return int(value)


def positive(name: str, value: Any) -> float:
    """``value`` as a finite float above 0."""
    number = _real(name, value)
    if not 0 < number < math.inf:
        raise ValueError(f"{name} is {number}; it must be a finite number above 0.")
    return number


def fraction(name: str, value: Any) -> float:
    """``value`` as a float from 0 to 1."""
    number = _real(name, value)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} is {number}; it must be from 0 to 1.")
    return number


def one_of(name: str, value: Any, options: Collection[str]) -> str:
    """``value``, which must be one of the ``options``."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} is {_show(value)}; it must be one of {', '.join(options)}.")
    return value


def instance_of(name: str, value: Any, kind: Any, wanted: str) -> None:
    """ValueError if ``value`` is no ``kind``; ``wanted`` says what it must be."""
    if not isinstance(value, kind):
        raise ValueError(f"{name} is of type {type(value).__name__}; it must be {wanted}.")


def generator(name: str, value: Any) -> np.random.Generator:
    """``value``, which must be a numpy.random.Generator."""
    instance_of(name, value, np.random.Generator, "a numpy.random.Generator, such as numpy.random.default_rng(0)")
    return value


def same_keys(name: str, value: Any, keys: Collection[str]) -> None:
    """ValueError if ``value`` is no dictionary with these ``keys`` and no others."""
    instance_of(name, value, dict, "a dictionary of arrays")
    if value.keys() != set(keys):
        raise ValueError(f"{name} has the keys {_listed(value)}; they must be {_listed(keys)}.")


def _as_array(name: str, value: Any) -> Array:
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths; it must be a rectangular array.") from None


def _check_shape(name: str, array: Array, shape: Shape | None) -> None:
    if shape is not None and array.shape != shape and not _fits(array.shape, shape):
        raise ValueError(f"{name} has shape {array.shape}; it must be {_show_shape(shape)}.")
    if array.size == 0:
        raise ValueError(f"{name} is empty, with shape {array.shape}; it must hold at least one number.")


def _fits(actual: tuple[int, ...], wanted: Shape) -> bool:
    return len(actual) == len(wanted) and all(isinstance(w, str) or a == w for a, w in zip(actual, wanted, strict=True))


def _show_shape(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _real(name: str, value: Any) -> float:
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise ValueError(f"{name} is {_show(value)}; it must be a number.")
    return float(value)


def _show(value: Any) -> str:
    return repr(value) if isinstance(value, str | Real | None) else f"of type {type(value).__name__}"


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(map(str, names))) or "(none)"
