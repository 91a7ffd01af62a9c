"""What an exercise is: the right answer, the mistakes worth a sentence of their own, and how to try an answer."""

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import islice
from operator import attrgetter
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


@dataclass(frozen=True)
class Task:
    """What both kinds of exercise say of themselves; each has a ``right`` answer, and `outcomes` of any answer.

    name: lesson and exercise, such as ``"01.step"``.
    mistakes: wrong answers by name; each name is a text beside the exercise's other texts.
    parts: the names of the parts, where the result is a tuple.
    stub: an answer that does what the unsolved cell does, where that is more than None or ``...``.
    tolerance: relative to the largest expected number; float32 results get at least 1e-4.
    seconds: how long all cases together may take.
    """

    name: str
    _: KW_ONLY
    mistakes: Mapping[str, Any]
    parts: tuple[str, ...] = ()
    stub: Any = ...
    tolerance: float = 1e-6
    seconds: float = 3.0

    def key(self, *entry: str) -> str:
        """Where the exercise's texts, or the ``entry`` among them, are in the catalogue: ``01.exercise.step.right``."""
        lesson, name = self.name.split(".", 1)
        return ".".join([lesson, "exercise", name, *entry])


@dataclass(frozen=True)
class Exercise(Task):
    """An exercise whose answer is a function.

    reference: the right function; sentences call the arguments by its parameters' names.
    cases: from a Generator with a fixed seed to the argument tuples it is tried on.
    view: turns a result into what is compared: ``view(result, *arguments)``, for results that may differ and be right.
    """

    reference: Callable[..., Any]
    cases: Callable[[np.random.Generator], Sequence[tuple[Any, ...]]]
    view: Callable[..., Any] | None = None
    right = property(attrgetter("reference"))
    exact_types = True

    def outcomes(self, answer: Callable[..., Any]) -> list[Outcome]:
        """What ``answer`` does on each case, as far as the first that raises."""
        outcomes: list[Outcome] = []
        signature = inspect.signature(self.reference)
        for case in self.cases(np.random.default_rng(0)):
            outcomes.append(attempt(answer, signature.bind(*case).arguments, self.view))
            if outcomes[-1].error:
                break
        return outcomes


@dataclass(frozen=True)
class Quantity(Task):
    """An exercise whose answer is a number, an array, a word or a tuple of these.

    Lists count as arrays here, and 50.0 as 50; the case of a word does not matter.
    """

    expected: Any
    right = property(attrgetter("expected"))
    exact_types = False

    def outcomes(self, answer: Any) -> list[Outcome]:
        """The answer itself, as the only outcome."""
        return [Outcome("", value=answer)]


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
