"""Calling a learner's function: on read-only copies, and whatever it does comes back as an `Outcome`."""

import copy
import traceback
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from course.checks.limits import Stopped

LONGEST_ITERATOR = 10_000
LONGEST_TEXT = 160
SHORT_ROW = 4


class Raised(NamedTuple):
    """An exception: its kind, its message on one line, and the learner's line, if it is one of theirs."""

    kind: str
    message: str
    line: int | None


class Outcome(NamedTuple):
    """One call as it was written, and what came of it."""

    call: str
    value: Any = None
    error: Raised | None = None
    changed: bool = False


def attempt(function: Callable[..., Any], case: Sequence[Any], view: Callable[..., Any] | None = None) -> Outcome:
    """Call ``function`` on read-only copies of ``case``; an iterator is used up, and ``view`` applied to the result."""
    arguments = copy.deepcopy(tuple(case))
    _make_read_only(arguments)
    call = f"{_name(function)}({', '.join(brief(argument) for argument in case)})"
    try:
        value = _listed(function(*arguments))
    except Stopped:
        raise
    except BaseException as error:
        return Outcome(call, error=_raised(error, function), changed="read-only" in short(error, str))
    if view is not None and value is not None and value is not ...:
        value = view(value, *copy.deepcopy(tuple(case)))
    return Outcome(call, value, changed=not _same(case, arguments))


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
    return _name(value) if callable(value) else short(value, repr)


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


def _name(function: Any) -> str:
    return short(function, lambda value: value.__name__)


def _listed(value: Any) -> Any:
    return list(islice(value, LONGEST_ITERATOR)) if isinstance(value, Iterator) else value


def _raised(error: BaseException, function: Callable[..., Any]) -> Raised:
    """The line is the deepest one in the file, or cell, that defines ``function``."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return Raised(type(error).__name__, short(error, str), lines[-1] if lines else None)


def _make_read_only(value: Any) -> None:
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif isinstance(value, dict):
        _make_read_only(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            _make_read_only(item)


def _same(before: Any, after: Any) -> bool:
    """Whether the data in an argument are what they were; what is no data, such as a Generator, may change."""
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):
        return (before.shape, before.dtype, before.tobytes()) == (after.shape, after.dtype, after.tobytes())
    if isinstance(before, dict):
        return _same(list(before), list(after)) and _same(list(before.values()), list(after.values()))
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, int | float | str):
        return before == after or before != before
    return True
