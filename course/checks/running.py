"""Calling a learner's function: on read-only copies, and whatever it does comes back as an `Outcome`."""

import copy
import traceback
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from course.checks.limits import Stopped
from course.checks.wording import called, given, short

LONGEST_ITERATOR = 10_000


class Raised(NamedTuple):
    """An exception: its kind, its message on one line, and the learner's line, if it is one of theirs."""

    kind: str
    message: str
    line: int | None


class Outcome(NamedTuple):
    """One call as it was written, what was given in words, and what came of it; no call if the answer is a value."""

    call: str
    given: str = ""
    value: Any = None
    error: Raised | None = None
    changed: bool = False


def attempt(
    function: Callable[..., Any], arguments: Mapping[str, Any], view: Callable[..., Any] | None = None
) -> Outcome:
    """Call ``function`` on read-only copies of ``arguments``, in their order; their names are for the words alone.

    An iterator is used up, and ``view`` applied to the result.
    """
    case = list(arguments.values())
    copies = copy.deepcopy(case)
    _make_read_only(copies)
    outcome = Outcome(called(function, arguments), given(arguments))
    try:
        value = _used_up(function(*copies))
    except Stopped:
        raise
    except BaseException as error:
        return outcome._replace(error=_raised(error, function), changed="read-only" in short(error, str))
    if view is not None and value is not None and value is not ...:
        value = view(value, *copy.deepcopy(case))
    return outcome._replace(value=value, changed=not _same(case, copies))


def _used_up(value: Any) -> Any:
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
