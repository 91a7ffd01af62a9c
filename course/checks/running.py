"""Calling a learner's function: on read-only copies, and whatever it does comes back as an `Outcome`."""

import copy
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from course.checks.limits import Stopped
from course.checks.wording import called, given, short

LONGEST_ITERATOR = 10_000


class Outcome(NamedTuple):
    """One call as it was written, the arguments in words, and what came of it; no call if the answer is a value."""

    call: str
    given: str = ""
    value: Any = None
    error: BaseException | None = None
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
        value = function(*copies)
        if isinstance(value, Iterator):
            value = list(islice(value, LONGEST_ITERATOR))
    except Stopped:
        raise
    except BaseException as error:
        return outcome._replace(error=error, changed="read-only" in short(error, str))
    if view is not None and value is not None and value is not ...:
        value = view(value, *copy.deepcopy(case))
    return outcome._replace(value=value, changed=_data(case) != _data(copies))


def _make_read_only(value: Any) -> None:
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            _make_read_only(item)


def _data(value: Any) -> Any:
    """What must stay the same in an argument; of what is no data, such as a Generator, its type alone."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype, value.tobytes()
    if isinstance(value, dict):
        return list(value), [_data(item) for item in value.values()]
    if isinstance(value, list | tuple):
        return type(value), [_data(item) for item in value]
    return (type(value), repr(value)) if isinstance(value, int | float | str) else type(value)
