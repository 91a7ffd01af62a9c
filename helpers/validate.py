"""Checks of arguments: each returns the value as the function needs it, or raises one clear ValueError.

`checked` puts them in front of a function. A check is called with the argument's name, its value, and what the call
has settled so far: the arguments checked before it by their names, the lengths that the words of shapes stand for, and
"dtype", that of the first array, to which later ones are cast.
"""

import math
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import Parameter, signature
from numbers import Real
from typing import Any

import numpy as np

Array = np.ndarray
Shape = tuple[int | str, ...]
Settled = dict[str, Any]
Check = Callable[[str, Any, Settled], Any]

FLOATS = (np.float32, np.float64)


class NotFiniteError(ValueError):
    """A value is NaN or infinite: wrong input, or a training run that diverges."""


def checked(*, returns: Check | None = None, **checks: Check | str) -> Callable[[Callable], Callable]:
    """A decorator: the function gets what the check of each argument returns; ``returns`` checks its result.

    A shape such as "N D" stands for the check `floats`. Who has checked already calls what is below, ``__wrapped__``.
    If the result is not finite, the arguments are looked at first: see `floats`.
    """
    checks = {name: floats(check) if isinstance(check, str) else check for name, check in checks.items()}

    def decorate(function: Callable) -> Callable:
        parameters = signature(function).parameters.values()
        positional = [one.name for one in parameters if one.kind is not Parameter.KEYWORD_ONLY]
        required = {one.name for one in parameters if one.default is Parameter.empty}
        result = f"the result of {function.__name__}"
        # what overflows is refused in one sentence
        compute = function if returns is None else np.errstate(all="ignore")(function)

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            given = dict(zip(positional, args, strict=False), **kwargs)
            if len(given) < len(args) + len(kwargs) or not required <= given.keys():
                return function(*args, **kwargs)  # Python says what is wrong with the call
            settled: Settled = {}
            for name, check in checks.items():
                if name in given:
                    settled[name] = given[name] = check(name, given[name], settled)
            if returns is None:
                return function(**given)
            try:
                return returns(result, compute(**given), settled)
            except NotFiniteError as error:
                raise next(_not_finite(given), error) from None

        return call

    return decorate


def check_fields(instance: Any, **checks: Check) -> None:
    """For the ``__post_init__`` of a frozen dataclass: each field becomes what its check returns."""
    settled: Settled = {}
    for name, check in checks.items():
        settled[name] = check(name, getattr(instance, name), settled)
        object.__setattr__(instance, name, settled[name])


def floats(shape: str, dtype: Any = None, variance: bool = False, shows: bool = False) -> Check:
    """The check of a `float_array` in a shape such as "N D": a word is one length all through a call, "..." any.

    If NaN or infinity in it always ``shows`` in the result, which is checked anyway, this pass through it is saved.
    """
    words = tuple(shape.split())

    def check(name: str, value: Any, settled: Settled) -> Array:
        array = float_array(name, value, dtype or settled.get("dtype"), variance, shows)
        fit(name, array, words, settled)
        return array

    return check


def labels(length: str, classes: str) -> Check:
    """The check of class numbers from 0, as an array to index with; the two words must be settled before."""

    def check(name: str, value: Any, settled: Settled) -> Array:
        array, last = plain_array(name, value), settled[classes] - 1
        if array.dtype.kind not in "iu":
            raise ValueError(f"{name} has dtype {array.dtype}; it must hold integers, the class numbers.")
        fit(name, array, (length,), settled)
        if array.min() < 0 or array.max() > last:
            raise ValueError(f"{name} goes from {array.min()} to {array.max()}; it must stay in 0 to {last}.")
        return array.astype(np.intp, copy=False)

    return check


def cache_of(forward: str, kind: type, *shapes: str) -> Check:
    """The check of a ``kind`` of cache that ``forward`` returns, whose first fields have these ``shapes``."""
    fields, of_kind = [tuple(shape.split()) for shape in shapes], instance(kind, f"the cache that {forward} returned")

    def check(name: str, value: Any, settled: Settled) -> Any:
        for words, array in zip(fields, of_kind(name, value), strict=False):
            fit(name, array, words, settled)
        return value

    return check


def fit(name: str, array: Array, words: tuple[str, ...], settled: Settled) -> None:
    """ValueError unless the shape is that of the ``words``; those that are new, and a new dtype, are settled by it."""
    shape, before = array.shape, len(settled)
    if words == ("...",):
        fits = settled.setdefault("...", shape) == shape
    else:
        fits = len(shape) == len(words) and tuple(map(settled.setdefault, words, shape)) == shape
    if not fits:
        known = dict(list(settled.items())[:before])
        raise _misfit(name, shape, known.get("...") or tuple(known.get(word, word) for word in words))
    if array.size == 0:
        raise ValueError(f"{name} is empty, with shape {shape}; it must hold at least one number.")
    if "dtype" not in settled and array.dtype.kind == "f":
        settled["dtype"] = array.dtype


def float_arrays(name: str, value: Any, shapes: dict[str, Shape | None], dtype: Any = None) -> dict[str, Array]:
    """``value`` as a dictionary with these keys, each with a `float_array` in its shape; "var…" are variances."""
    if a_dict(name, value).keys() != shapes.keys():
        came, wanted = (", ".join(sorted(map(str, keys))) or "(none)" for keys in (value, shapes))
        raise ValueError(f"{name} has the keys {came}; they must be {wanted}.")
    arrays = {key: float_array(f"{name}[{key!r}]", value[key], dtype, key.startswith("var")) for key in shapes}
    for key, shape in shapes.items():
        if shape is not None and arrays[key].shape != shape:
            raise _misfit(f"{name}[{key!r}]", arrays[key].shape, shape)
    return arrays


def float_array(name: str, value: Any, dtype: Any = None, variance: bool = False, shows: bool = False) -> Array:
    """``value`` as a finite array of float32 or float64, cast to ``dtype`` if given; a ``variance`` is not negative.

    Not looked through for NaN and infinity if that ``shows`` later.
    """
    array = plain_array(name, value)
    kind = array.dtype.type
    if kind not in FLOATS:
        raise ValueError(f"{name} has dtype {array.dtype}; it must be float32 or float64.")
    if not shows:
        check_finite(name, array)
    if array.dtype != (dtype or kind):  # also if it is in another byte order
        with np.errstate(over="ignore"):
            array = array.astype(dtype or kind)
        check_finite(f"{name}, as {array.dtype},", array)
    if variance and array.min(initial=0) < 0:
        raise ValueError(f"{name} goes down to {array.min()}; a variance must not be negative.")
    return array


def plain_array(name: str, value: Any) -> Array:
    """``value`` as an array. A masked one is refused: what its mask hides would be counted."""
    if type(value) is Array:
        return value
    if _masked(value):
        raise ValueError(f"{name} is masked; it must be a plain array, without the values that a mask hides.")
    try:
        return np.asarray(value)
    except Exception:  # rows of different lengths, a tensor that requires grad, bfloat16, …
        kind = type(value).__name__
        raise ValueError(f"{name}, of type {kind}, is no array; it must be a rectangular array of numbers.") from None


def check_finite(name: str, array: Array | float) -> None:
    """NotFiniteError if any value is NaN or infinite."""
    # One quick pass: a sum of squares can't hide a NaN or an infinity, but it may overflow without one.
    if math.isfinite(np.vdot(array, array)):
        return
    if count := np.size(array) - np.count_nonzero(np.isfinite(array)):
        raise NotFiniteError(f"{name} holds NaN or infinity ({count} of {np.size(array)}); it must be finite.")


def _not_finite(given: dict[str, Any]) -> Iterator[NotFiniteError]:
    """What is wrong with each of the ``given`` arrays that is not finite."""
    for name, value in given.items():
        try:
            finite(name, value)
        except NotFiniteError as error:
            yield error


def finite(name: str, result: Any, _settled: Settled | None = None) -> Any:
    """``result``, an array or a number, or a tuple or a dictionary of them: NotFiniteError if one has overflowed."""
    if type(result) is dict and not math.isfinite(sum(np.vdot(array, array) for array in result.values())):
        for key, array in result.items():
            check_finite(f"{name}, {key},", array)
    for part in result if type(result) is tuple else (result,):
        if type(part) in (Array, float):
            check_finite(name, part)
    return result


def first_finite(name: str, results: tuple, _settled: Settled | None = None) -> tuple:
    """``results``, whose first cannot be finite unless the others are: NotFiniteError if it is not."""
    check_finite(name, results[0])
    return results


def whole_number(name: str, value: Any, _settled: Settled | None = None, at_least: int = 1) -> int:
    """``value`` as an int that is not below ``at_least``."""
    if isinstance(value, bool | np.timedelta64) or not isinstance(value, int | np.integer):
        raise ValueError(f"{name} is {_show(value)}; it must be a whole number.")
    if value < at_least:
        raise ValueError(f"{name} is {_show(value)}; it must be at least {at_least}.")
    return int(value)


def number(wanted: str, fits: Callable[[float], bool]) -> Check:
    """The check of a finite number that ``fits``, as a float; ``wanted`` says what it must be."""

    def check(name: str, value: Any, _settled: Settled | None = None) -> float:
        if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
            raise ValueError(f"{name} is {_show(value)}; it must be a number.")
        try:
            result = float(value)
        except OverflowError:
            result = math.inf if value > 0 else -math.inf
        if not (math.isfinite(result) and fits(result)):
            raise ValueError(f"{name} is {result}; it must be {wanted}.")
        return result

    return check


positive = number("a finite number above 0", lambda value: value > 0)
not_negative = number("a finite number of at least 0", lambda value: value >= 0)
fraction = number("from 0 to 1", lambda value: 0 <= value <= 1)


def must_be(wanted: str, fits: Callable[[Any], bool]) -> Check:
    """The check of a value that ``fits``; ``wanted`` says what it must be."""

    def check(name: str, value: Any, _settled: Settled | None = None) -> Any:
        if not fits(value):
            raise ValueError(f"{name} is {_show(value)}; it must be {wanted}.")
        return value

    return check


def one_of(*options: str) -> Check:
    """The check of a word that must be one of the ``options``."""
    return must_be(f"one of {', '.join(options)}", lambda value: isinstance(value, str) and value in options)


def instance(kind: Any, wanted: str) -> Check:
    """The check of a value that must be a ``kind``; ``wanted`` says what it must be."""
    return must_be(wanted, lambda value: isinstance(value, kind))


a_dict = instance(dict, "a dictionary of arrays")
true_or_false = instance(bool | np.bool_, "True or False")
generator = instance(np.random.Generator, "a numpy.random.Generator, such as numpy.random.default_rng(0)")


def optional(check: Check) -> Check:
    """The check of a value that may be None instead."""
    return lambda name, value, settled: None if value is None else check(name, value, settled)


def _misfit(name: str, shape: Shape, wanted: Shape) -> ValueError:
    comma = "," if len(wanted) == 1 else ""
    return ValueError(f"{name} has shape {shape}; it must be ({', '.join(map(str, wanted))}{comma}).")


def _masked(value: Any) -> bool:
    return np.ma.isMaskedArray(value) or isinstance(value, list | tuple) and any(map(_masked, value))


def _show(value: Any) -> str:
    if isinstance(value, int) and abs(value) >= 10**20:
        return f"an integer of {value.bit_length()} bits"
    return repr(value) if isinstance(value, str | Real | None) else f"of type {type(value).__name__}"
