"""The verdict on an answer: right, a mistake by its name, or the first thing that is not as expected."""

import traceback
import warnings
from typing import Any, NamedTuple

import numpy as np

from course.catalogue import text
from course.checks.comparing import difference, unfinished
from course.checks.exercise import Exercise, Outcome, Quantity, Task
from course.checks.guarding import guarded
from course.checks.limits import Stopped, limited
from course.checks.wording import both, brief, is_short, short


class Verdict(NamedTuple):
    """The kind of verdict (right, unfinished, a mistake's name, …) and its sentence."""

    kind: str
    sentence: str


class Problem(NamedTuple):
    """The first thing wrong: its kind, the call it came from and the right one; if both returned, where they differ."""

    kind: str
    outcome: Outcome
    right: Outcome
    place: str = ""
    found: str = ""
    expected: str = ""


def judge(exercise: Task, answer: Any) -> Verdict:
    """The verdict on ``answer``. Never raises and always ends, whatever ``answer`` is or does."""
    try:
        with warnings.catch_warnings(), guarded() as slips:
            warnings.simplefilter("ignore")
            how, verdict = limited(lambda: _readable(exercise, answer), exercise.seconds)
    except KeyboardInterrupt:
        return _told("interrupted")
    if slips:  # the right answer, too, may have been computed with what was replaced
        kind, what = slips[0]
        return _told(kind, what=what)
    return verdict if how == "done" else _told(how, seconds=exercise.seconds)


def _readable(exercise: Task, answer: Any) -> Verdict:
    try:
        with np.errstate(all="ignore"):
            return _verdict(exercise, answer)
    except Stopped:
        raise
    except BaseException as error:
        return _told("unreadable", error=type(error).__name__)


def _verdict(exercise: Task, answer: Any) -> Verdict:
    if unfinished(answer):
        return _told("unfinished", name=exercise.name)
    if isinstance(exercise, Exercise) and not callable(answer):
        return _told("not_callable", found=brief(answer))
    found, expected = exercise.outcomes(answer), exercise.outcomes(exercise.right)
    if any(map(_is_stub, found)) or (exercise.stub is not ... and _alike(found, exercise.stub, exercise)):
        return _told("unfinished", name=exercise.name)
    problems = (_problem(outcome, right, exercise) for outcome, right in zip(found, expected, strict=False))
    problem = next(filter(None, problems), None)
    if problem is None:
        return Verdict("right", text(exercise.key("right")))
    for name, mistake in exercise.mistakes.items():
        if _alike(found, mistake, exercise):
            return Verdict(name, text(exercise.key(name), **_in_full(problem, _fields(exercise, problem))))
    return Verdict(problem.kind, _sentence(exercise, answer, problem))


def _told(kind: str, **fields: Any) -> Verdict:
    return Verdict(kind, text(f"checks.{kind}", **fields))


def _is_stub(outcome: Outcome) -> bool:
    """An unsolved function may return ``...``, compute with it, or raise NotImplementedError."""
    if outcome.error is None:
        return unfinished(outcome.value)
    kind, message = _said(outcome.error)
    return kind == "NotImplementedError" or (kind == "TypeError" and "ellipsis" in message)


def _said(error: BaseException | None) -> tuple[str, str]:
    return type(error).__name__, short(error, str).rstrip(".")


def _alike(found: list[Outcome], wrong: Any, exercise: Task) -> bool:
    """Whether the answer ``wrong`` ends as ``found`` on every case: with the same exception or the same result."""
    other = exercise.outcomes(wrong)
    return len(found) == len(other) and all(
        _said(mine.error) == _said(theirs.error)
        if mine.error or theirs.error
        else difference(mine.value, theirs.value, exercise) is None
        for mine, theirs in zip(found, other, strict=True)
    )


def _problem(found: Outcome, expected: Outcome, rules: Task) -> Problem | None:
    if found.error:
        return Problem("changed" if found.changed else "raised", found, expected)
    first = difference(found.value, expected.value, rules)
    if found.changed and (first is None or first.kind == "value"):
        return Problem("changed", found, expected)
    return None if first is None else Problem(first.kind, found, expected, *first[1:])


def _sentence(exercise: Task, answer: Any, problem: Problem) -> str:
    fields = _fields(exercise, problem)
    if problem.kind == "raised":
        kind, message = _said(problem.outcome.error)
        return text("checks.raised", **fields, error=kind + _line(problem.outcome.error, answer),
                    said=message and f": {message}")  # fmt: skip
    gives_away = isinstance(exercise, Quantity) and problem.kind in ("value", "finite")  # the number is the solution
    return text("checks.other_value" if gives_away else f"checks.{problem.kind}", **fields)


def _line(error: BaseException, function: Any) -> str:
    """Where ``error`` came from: the deepest line in the file, or cell, that defines ``function``; or nothing."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return text("checks.line", line=lines[-1]) if lines else ""


def _in_full(problem: Problem, fields: dict[str, str]) -> dict[str, str]:
    """``fields`` for a mistake's sentence: short results in full; what was given, where a shape follows from it."""
    found, expected = problem.outcome.value, problem.right.value
    if not problem.outcome.error and is_short(found) and is_short(expected):
        found, expected = both(found, expected)
        return fields | {"subject": fields["call"], "found": found, "expected": expected}
    return fields | {"expected": text("checks.expected_for", **fields)} if problem.kind == "shape" else fields


def _fields(exercise: Task, problem: Problem) -> dict[str, str]:
    """What a sentence may say; of a call that did not return, only what was called and given."""
    answer = text("checks.answer")
    call, result = (problem.outcome.call, text("checks.result")) if problem.outcome.call else (answer, answer)
    subject, result = (
        text("checks.part", place=problem.place, whole=whole) if problem.place else whole for whole in (call, result)
    )
    return {"name": exercise.name, "call": call, "subject": subject, "result": result,
            "given": problem.outcome.given, "found": problem.found, "expected": problem.expected}  # fmt: skip
