"""The first difference between what was found and what was expected: shape, then dtype, finite, values."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from course.catalogue import text
from course.checks.exercise import Task
from course.checks.wording import both, brief

KINDS = ("shape", "dtype", "finite", "value")  # of differences, in the order in which they are told
NUMBERS = {"whole", "number", "truth"}
NAMES = {bool: "truth", int: "whole", float: "number", str: "word", list: "list", tuple: "tuple", dict: "dict"}
FLOAT32_TOLERANCE = 1e-4


class Difference(NamedTuple):
    """What differs, one of KINDS, where, and both sides in words or numbers."""

    kind: str
    place: str
    found: str
    expected: str


def difference(found: Any, expected: Any, rules: Task) -> Difference | None:
    """The first difference, or None if ``found`` is as good as ``expected`` by the rules of its exercise.

    They are the tolerance, the parts' names, and whether a list is no array and 50.0 no whole number (exact_types).
    """
    differences = (_first(*pair, rules) for pair in _pairs(found, expected, rules))
    return min(filter(None, differences), key=lambda first: KINDS.index(first.kind), default=None)


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
    shape = np.shape(value) if kind == "array" else ()
    n = len(value) if kind in ("list", "tuple") else 0
    keys = ", ".join(map(brief, value)) if kind == "dict" else ""
    return text(f"checks.kind.{kind}", type=type(value).__name__, shape=shape, n=n, keys=keys)


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        return "array"
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    names = (name for type_, name in NAMES.items() if isinstance(value, type_))
    return next(names, "function" if callable(value) else "other")


def _pairs(found: Any, expected: Any, rules: Task, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each place in the result with both its sides: down into tuples, lists and dicts while they have the same form."""
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
        yield place, found, expected


def _first(place: str, found: Any, expected: Any, rules: Task) -> Difference | None:
    """The first difference between two arrays, numbers or other single things."""
    kind = _kind(expected)
    same = _kind(found) == kind or {_kind(found), kind} <= NUMBERS  # which of them it is, is a question of dtype
    if not same or kind in ("list", "tuple", "dict") or np.shape(found) != np.shape(expected):
        return Difference("shape", place, described(found), described(expected))
    if kind == "array" or kind in NUMBERS:
        return _first_number(place, np.asarray(found), np.asarray(expected), rules)
    if kind == "word":
        same = found.strip().casefold() == expected.strip().casefold()
    else:
        same = type(found) is type(expected) and found == expected
    return None if same else Difference("value", place, brief(found), brief(expected))


def _first_number(place: str, found: np.ndarray, expected: np.ndarray, rules: Task) -> Difference | None:
    if not _fits(found.dtype, expected, rules):
        # A number's type as Python calls it: int, not int64.
        sides = (str(side.dtype) if side.ndim else type(side.item()).__name__ for side in (found, expected))
        return Difference("dtype", place, *sides)
    finite = np.isfinite(found) | ~np.isfinite(expected)
    good = _close(found, expected, rules) if np.all(finite) else finite
    if np.all(good):
        return None
    index = tuple(np.argwhere(~good)[0].tolist())
    place += f"[{', '.join(map(str, index))}]" if index else ""
    return Difference("value" if np.all(finite) else "finite", place, *both(found[index], expected[index]))


def _fits(found: np.dtype, expected: np.ndarray, rules: Task) -> bool:
    """Any integer is as good as another, and a number's float width does not matter, but an array's does."""
    if expected.dtype.kind in "iu":
        return found.kind in ("iu" if rules.exact_types else "iuf")
    width_matters = expected.ndim > 0 and rules.exact_types
    return found == expected.dtype or (expected.dtype.kind == "f" and found.kind in "iuf" and not width_matters)


def _close(found: np.ndarray, expected: np.ndarray, rules: Task) -> np.ndarray:
    if expected.dtype.kind not in "f":
        return found == expected
    tolerance = max(rules.tolerance, FLOAT32_TOLERANCE) if expected.dtype == np.float32 else rules.tolerance
    sizes = np.abs(expected[np.isfinite(expected)])
    return np.isclose(found, expected, rtol=tolerance, atol=tolerance * sizes.max(initial=0.0), equal_nan=True)
