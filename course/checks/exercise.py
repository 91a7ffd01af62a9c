"""What an exercise is: the right answer, the mistakes worth a sentence of their own, and how to try an answer."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.checks.running import Outcome, attempt


@dataclass(frozen=True)
class Exercise:
    """An exercise whose answer is a function.

    name: lesson and exercise, such as ``"01.step"``.
    reference: the right function; sentences call the arguments by its parameters' names.
    cases: from a Generator with a fixed seed to the argument tuples it is tried on.
    mistakes: wrong functions by name; each name is a text beside the exercise's other texts.
    parts: the names of the parts, where the result is a tuple.
    view: turns a result into what is compared: ``view(result, *arguments)``, for results that may differ and be right.
    stub: a function that does what the unsolved cell does, where that is more than returning None or ``...``.
    tolerance: relative to the largest expected number; float32 results get at least 1e-4.
    seconds: how long all cases together may take.
    """

    name: str
    reference: Callable[..., Any]
    cases: Callable[[np.random.Generator], Sequence[tuple[Any, ...]]]
    mistakes: Mapping[str, Callable[..., Any]]
    parts: tuple[str, ...] = ()
    view: Callable[..., Any] | None = None
    stub: Any = ...
    tolerance: float = 1e-6
    seconds: float = 3.0
    exact_types = True

    @property
    def right(self) -> Callable[..., Any]:
        """The right answer."""
        return self.reference

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
class Quantity:
    """An exercise whose answer is a number, an array, a word or a tuple of these; fields as in `Exercise`.

    Lists count as arrays here, and 50.0 as 50; the case of a word does not matter.
    """

    name: str
    expected: Any
    mistakes: Mapping[str, Any]
    parts: tuple[str, ...] = ()
    stub: Any = ...
    tolerance: float = 1e-6
    seconds: float = 3.0
    exact_types = False

    @property
    def right(self) -> Any:
        """The right answer."""
        return self.expected

    def outcomes(self, answer: Any) -> list[Outcome]:
        """The answer itself, as the only outcome."""
        return [Outcome("", value=answer)]
