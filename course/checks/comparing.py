"""The first difference between what was found and what was expected: shape, then dtype, finite, values."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from course.catalogue import text
from course.checks.exercise import Task
from course.checks.wording import both, brief

FLOAT32_TOLERANCE = 1e-4


class Difference(NamedTuple):
    """What differs (shape, dtype, finite or value), where, and both sides in words or numbers."""

    kind: str
    place: str
    found: str
    expected: str


class Pair(NamedTuple):
    """One array, number or other single thing of each side, and its place in the result."""

    place: str
    found: Any
    expected: Any


def difference(found: Any, expected: Any, rules: Task) -> Difference | None:
    """The first difference, or None if ``found`` is as good as ``expected`` by the rules of its exercise.

    They are the tolerance, the parts' names, and whether a list is no array and 50.0 no whole number (exact_types).
    """
    pairs = list(_pairs(found, expected, rules))
    differences = (test(pair, rules) for test in (_shape, _dtype, _finite, _value) for pair in pairs)
    return next(filter(None, differences), None)


def unfinished(value: Any) -> bool:
    """Whether ``value`` is, or has within it, the ``...`` of a stub; or is None."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = value.ravel().tolist()
    return value is None or value is ... or (isinstance(value, list | tuple) and any(item is ... for item in value))


def described(value: Any) -> str:
    """What kind of thing ``value`` is, in words."""
    kind = _kind(value)
    sizes = {"shape": np.shape(value)} if kind == "array" else {}
    if kind in ("list", "tuple"):
        sizes = {"n": len(value)}
    if kind == "dict":
        sizes = {"keys": ", ".join(map(brief, value))}
    return text(f"checks.kind.{kind}", type=type(value).__name__, **sizes)


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        return "array"
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    kinds = {bool: "truth", int: "whole", float: "number", str: "word", list: "list", tuple: "tuple", dict: "dict"}
    for type_, kind in kinds.items():
        if isinstance(value, type_):
            return kind
    return "function" if callable(value) else "other"


def _pairs(found: Any, expected: Any, rules: Task, place: str = "") -> Iterator[Pair]:
    """Go down into tuples, lists and dicts as far as both sides have the same form."""
    if not rules.exact_types and isinstance(found, list | tuple) and isinstance(expected, np.ndarray):
        with suppress(ValueError):  # ragged
            found = np.asarray(found)
    if not rules.exact_types and isinstance(found, np.ndarray) and isinstance(expected, list | tuple):
        found = found.tolist()
    if isinstance(expected, dict) and isinstance(found, dict) and set(found) == set(expected):
        for key, value in expected.items():
            yield from _pairs(found[key], value, rules, f"{place}[{key!r}]")
    elif isinstance(expected, list | tuple) and isinstance(found, list | tuple) and len(found) == len(expected):
        for i, value in enumerate(expected):
            name = rules.parts[i] if rules.parts and not place else f"{place}[{i}]"
            yield from _pairs(found[i], value, rules, name)
    else:
        yield Pair(place, found, expected)


def _shape(pair: Pair, rules: Task) -> Difference | None:
    found, expected = _kind(pair.found), _kind(pair.expected)
    numbers = {"whole", "number", "truth"}  # which of them it is, is a question of dtype
    same = found == expected or {found, expected} <= numbers
    if not same or expected in ("list", "tuple", "dict") or np.shape(pair.found) != np.shape(pair.expected):
        return Difference("shape", pair.place, described(pair.found), described(pair.expected))
    return None


def _dtype(pair: Pair, rules: Task) -> Difference | None:
    found, expected = _dtype_of(pair.found), _dtype_of(pair.expected)
    is_array = _kind(pair.expected) == "array"
    if found is None or expected is None or _fits(found, expected, rules, is_array):
        return None
    sides = (found, expected) if is_array else (type(np.asarray(side).item()).__name__ for side in pair[1:])
    return Difference("dtype", pair.place, *map(str, sides))  # a number's type as Python calls it: int, not int64


def _dtype_of(value: Any) -> np.dtype | None:
    return np.asarray(value).dtype if _kind(value) in ("array", "whole", "number", "truth") else None


def _fits(found: np.dtype, expected: np.dtype, rules: Task, is_array: bool) -> bool:
    """Any integer is as good as another, and a number's float width does not matter, but an array's does."""
    if found == expected:
        return True
    if expected.kind in "iu":
        return found.kind in ("iu" if rules.exact_types else "iuf")
    return expected.kind == "f" and found.kind in "iuf" and not (is_array and rules.exact_types)


def _finite(pair: Pair, rules: Task) -> Difference | None:
    if _kind(pair.expected) not in ("array", "whole", "number"):
        return None
    return _at(pair, "finite", np.isfinite(pair.found) | ~np.isfinite(pair.expected))


def _value(pair: Pair, rules: Task) -> Difference | None:
    kind = _kind(pair.expected)
    if kind in ("array", "whole", "number", "truth"):
        return _at(pair, "value", _close(np.asarray(pair.found), np.asarray(pair.expected), rules))
    found, expected = pair.found, pair.expected
    if kind == "word":
        found, expected = found.strip().casefold(), expected.strip().casefold()
    if type(found) is type(expected) and found == expected:
        return None
    return Difference("value", pair.place, brief(pair.found), brief(pair.expected))


def _close(found: np.ndarray, expected: np.ndarray, rules: Task) -> np.ndarray:
    if expected.dtype.kind not in "f":
        return found == expected
    tolerance = max(rules.tolerance, FLOAT32_TOLERANCE) if expected.dtype == np.float32 else rules.tolerance
    sizes = np.abs(expected[np.isfinite(expected)])
    return np.isclose(found, expected, rtol=tolerance, atol=tolerance * sizes.max(initial=0.0), equal_nan=True)


def _at(pair: Pair, kind: str, good: np.ndarray) -> Difference | None:
    """A difference at the first place that is not ``good``."""
    if np.all(good):
        return None
    index = tuple(int(i) for i in np.argwhere(~np.asarray(good))[0])
    place = f"{pair.place}[{', '.join(map(str, index))}]" if index else pair.place
    return Difference(kind, place, *both(np.asarray(pair.found)[index], np.asarray(pair.expected)[index]))
