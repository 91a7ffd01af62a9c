"""Values and calls in a few characters: an array by its shape or, if it is short, by its numbers."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from course.catalogue import text
from course.checks.limits import Stopped

LONGEST_TEXT = 160
LONGEST_ARGUMENTS = 48
SHORT_ROW = 4


def brief(value: Any) -> str:
    """``value`` in a few characters, whatever it is: an array by its shape, unless it is short."""
    if isinstance(value, np.ndarray) and not is_short(value):
        return f"array {value.shape}"
    if isinstance(value, np.ndarray | np.generic):
        return brief(value.tolist())
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list) and is_short(value):
        return f"[{', '.join(map(brief, value))}]"
    if type(value) is tuple and len(value) > 1 and is_short(value):
        return f"({', '.join(map(brief, value))})"
    return called(value) if callable(value) else short(value, repr)


def both(found: Any, expected: Any) -> tuple[str, str]:
    """``found`` and ``expected``, brief; in full where that looks the same, such as 11.0 and 11."""
    words = brief(found), brief(expected)
    plain = (value.tolist() if isinstance(value, np.ndarray | np.generic) else value for value in (found, expected))
    return words if words[0] != words[1] else tuple(short(value, repr) for value in plain)


def called(function: Any, arguments: Mapping[str, Any] | None = None) -> str:
    """A function's name and, with ``arguments``, the call as Python writes it: ``step(weight, rate=0.1)``."""
    name = short(function, lambda value: value.__name__)
    if arguments is None:
        return name
    values = _values(arguments)
    return f"{name}({', '.join(f'{key}={values[key]}' if key in values else key for key in arguments)})"


def given(arguments: Mapping[str, Any]) -> str:
    """The arguments in words: ", for weight and gradient of shape (4, 3), rate = 0.1"."""
    values, words = _values(arguments), []
    for what, names in groupby(arguments, lambda name: name if name in values else np.shape(arguments[name])):
        words.append(f"{what} = {values[what]}" if what in values else _of_shape(list(names), what))
    return text("checks.given", arguments=", ".join(words))


def is_short(value: Any) -> bool:
    """Whether ``value`` can be written in full: one number or word, or a row of at most four."""
    row = isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim == 1)
    return len(value) <= SHORT_ROW and all(map(_is_single, value)) if row else _is_single(value)


def short(value: Any, written: Callable[[Any], str]) -> str:
    """``written(value)`` on one line and not too long; a value that cannot be written is named by its type."""
    try:
        line = " ".join(written(value).split())
    except Stopped:
        raise
    except BaseException:
        return f"<{type(value).__name__}>"
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def _is_single(value: Any) -> bool:
    return not isinstance(value, list | tuple | dict) and not (isinstance(value, np.ndarray) and value.ndim)


def _values(arguments: Mapping[str, Any]) -> dict[str, str]:
    """The arguments that are written in full: all of them if they are short together, else the single ones."""
    values = {name: brief(value) for name, value in arguments.items() if is_short(value) and not callable(value)}
    if len(values) == len(arguments) and sum(map(len, values.values())) <= LONGEST_ARGUMENTS:
        return values
    return {name: value for name, value in values.items() if _is_single(arguments[name])}


def _of_shape(names: Sequence[str], shape: tuple[int, ...]) -> str:
    *first, last = names
    names = text("checks.and", first=", ".join(first), last=last) if first else last
    return text("checks.of_shape", names=names, shape=shape) if shape else names
