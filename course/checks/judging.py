"""The verdict on an answer: right, a mistake by its name, or the first thing that is not as expected."""

import traceback
import warnings
from typing import Any, NamedTuple

import numpy as np

from course.catalogue import text
from course.checks.comparing import Difference, difference, unfinished
from course.checks.exercise import Exercise, Quantity, Task
from course.checks.guarding import guarded
from course.checks.limits import Stopped, limited
from course.checks.running import Outcome
from course.checks.wording import both, brief, is_short, short


class Verdict(NamedTuple):
    """The kind of verdict (right, unfinished, a mistake's name, …) and its sentence."""

    kind: str
    sentence: str


class Problem(NamedTuple):
    """The first thing wrong: its kind, the call it came from and the right one, the difference if both returned."""

    kind: str
    outcome: Outcome
    right: Outcome
    difference: Difference | None = None


def judge(exercise: Task, answer: Any) -> Verdict:
    """The verdict on ``answer``. Never raises and always ends, whatever ``answer`` is or does."""
    try:
        with warnings.catch_warnings(), guarded() as slips:
            warnings.simplefilter("ignore")
            ending = limited(lambda: _readable(exercise, answer), exercise.seconds)
    except KeyboardInterrupt:
        return Verdict("interrupted", text("checks.interrupted"))
    if slips:  # the right answer, too, may have been computed with what was replaced
        kind, what = slips[0]
        return Verdict(kind, text(f"checks.{kind}", what=what))
    if ending.how == "done":
        return ending.value
    return Verdict(ending.how, text(f"checks.{ending.how}", seconds=exercise.seconds))


def _readable(exercise: Task, answer: Any) -> Verdict:
    try:
        with np.errstate(all="ignore"):
            return _verdict(exercise, answer)
    except Stopped:
        raise
    except BaseException as error:
        return Verdict("unreadable", text("checks.unreadable", error=type(error).__name__))


def _verdict(exercise: Task, answer: Any) -> Verdict:
    if unfinished(answer):
        return _unfinished(exercise)
    if isinstance(exercise, Exercise) and not callable(answer):
        return Verdict("not_callable", text("checks.not_callable", found=brief(answer)))
    found, expected = exercise.outcomes(answer), exercise.outcomes(exercise.right)
    if any(map(_is_stub, found)):
        return _unfinished(exercise)
    if exercise.stub is not ... and _alike(found, exercise.outcomes(exercise.stub), exercise):
        return _unfinished(exercise)
    problems = (_problem(outcome, right, exercise) for outcome, right in zip(found, expected, strict=False))
    problem = next(filter(None, problems), None)
    if problem is None:
        return Verdict("right", text(exercise.key("right")))
    for name, mistake in exercise.mistakes.items():
        if _alike(found, exercise.outcomes(mistake), exercise):
            return Verdict(name, text(exercise.key(name), **_in_full(problem, _fields(exercise, problem))))
    return Verdict(problem.kind, _sentence(exercise, answer, problem))


def _unfinished(exercise: Task) -> Verdict:
    return Verdict("unfinished", text("checks.unfinished", name=exercise.name))


def _is_stub(outcome: Outcome) -> bool:
    """An unsolved function may return ``...``, compute with it, or raise NotImplementedError."""
    if outcome.error is None:
        return unfinished(outcome.value)
    kind, message = _said(outcome.error)
    return kind == "NotImplementedError" or (kind == "TypeError" and "ellipsis" in message)


def _said(error: BaseException) -> tuple[str, str]:
    return type(error).__name__, short(error, str).rstrip(".")


def _alike(found: list[Outcome], other: list[Outcome], rules: Task) -> bool:
    return len(found) == len(other) and all(_same_end(*pair, rules) for pair in zip(found, other, strict=True))


def _same_end(found: Outcome, other: Outcome, rules: Task) -> bool:
    if found.error and other.error:
        return _said(found.error) == _said(other.error)
    return not (found.error or other.error) and difference(found.value, other.value, rules) is None


def _problem(found: Outcome, expected: Outcome, rules: Task) -> Problem | None:
    if found.error:
        return Problem("changed" if found.changed else "raised", found, expected)
    first = difference(found.value, expected.value, rules)
    if found.changed and (first is None or first.kind == "value"):
        return Problem("changed", found, expected)
    return None if first is None else Problem(first.kind, found, expected, first)


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
    return fields | {"expected": fields["expected"] + fields["given"]} if problem.kind == "shape" else fields


def _fields(exercise: Task, problem: Problem) -> dict[str, str]:
    """What a sentence may say; of a call that did not return, only what was called and given."""
    answer = text("checks.answer")
    call, result = (problem.outcome.call, text("checks.result")) if problem.outcome.call else (answer, answer)
    place, found, expected = problem.difference[1:] if problem.difference else ("", "", "")
    subject, result = (text("checks.part", place=place, whole=whole) if place else whole for whole in (call, result))
    return {"name": exercise.name, "call": call, "subject": subject, "result": result,
            "given": problem.outcome.given, "found": found, "expected": expected}  # fmt: skip
