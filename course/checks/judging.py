"""The verdict on an answer: right, a mistake by its name, or the first thing that is not as expected."""

import warnings
from typing import Any, NamedTuple

import numpy as np

from course.catalogue import text
from course.checks.comparing import Difference, Rules, difference, unfinished
from course.checks.exercise import Exercise, Quantity
from course.checks.guarding import guarded
from course.checks.limits import Stopped, limited
from course.checks.running import Outcome
from course.checks.wording import both, brief, is_short


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


def judge(exercise: Exercise | Quantity, answer: Any) -> Verdict:
    """The verdict on ``answer``. Never raises and always ends, whatever ``answer`` is or does."""
    try:
        with warnings.catch_warnings(), guarded() as slips:
            warnings.simplefilter("ignore")
            ending = limited(lambda: _readable(exercise, answer), exercise.seconds)
    except KeyboardInterrupt:
        return Verdict("interrupted", text("checks.interrupted"))
    if slips:  # the right answer, too, may have been computed with what was replaced
        return Verdict(slips[0].kind, text(f"checks.{slips[0].kind}", what=slips[0].what))
    if ending.how == "done":
        return ending.value
    return Verdict(ending.how, text(f"checks.{ending.how}", seconds=exercise.seconds))


def _readable(exercise: Exercise | Quantity, answer: Any) -> Verdict:
    try:
        with np.errstate(all="ignore"):
            return _verdict(exercise, answer)
    except Stopped:
        raise
    except BaseException as error:
        return Verdict("unreadable", text("checks.unreadable", error=type(error).__name__))


def _verdict(exercise: Exercise | Quantity, answer: Any) -> Verdict:
    if unfinished(answer):
        return _unfinished(exercise)
    if isinstance(exercise, Exercise) and not callable(answer):
        return Verdict("not_callable", text("checks.not_callable", found=brief(answer)))
    found, expected = exercise.outcomes(answer), exercise.outcomes(exercise.right)
    rules = Rules(exercise.tolerance, exercise.exact_types, exercise.parts)
    if any(map(_is_stub, found)):
        return _unfinished(exercise)
    if exercise.stub is not ... and _alike(found, exercise.outcomes(exercise.stub), rules):
        return _unfinished(exercise)
    problems = (_problem(outcome, right, rules) for outcome, right in zip(found, expected, strict=False))
    problem = next(filter(None, problems), None)
    if problem is None:
        return Verdict("right", text(_key(exercise, "right")))
    for name, mistake in exercise.mistakes.items():
        if _alike(found, exercise.outcomes(mistake), rules):
            return Verdict(name, text(_key(exercise, name), **_in_full(problem, _fields(exercise, problem))))
    return Verdict(problem.kind, _sentence(exercise, problem))


def _key(exercise: Exercise | Quantity, entry: str) -> str:
    return "{}.exercise.{}.{}".format(*exercise.name.split(".", 1), entry)


def _unfinished(exercise: Exercise | Quantity) -> Verdict:
    return Verdict("unfinished", text("checks.unfinished", name=exercise.name))


def _is_stub(outcome: Outcome) -> bool:
    """An unsolved function may return ``...``, compute with it, or raise NotImplementedError."""
    if outcome.error is None:
        return unfinished(outcome.value)
    kind, message, _ = outcome.error
    return kind == "NotImplementedError" or (kind == "TypeError" and "ellipsis" in message)


def _alike(found: list[Outcome], other: list[Outcome], rules: Rules) -> bool:
    return len(found) == len(other) and all(_same_end(*pair, rules) for pair in zip(found, other, strict=True))


def _same_end(found: Outcome, other: Outcome, rules: Rules) -> bool:
    if found.error and other.error:
        return found.error[:2] == other.error[:2]
    return not (found.error or other.error) and difference(found.value, other.value, rules) is None


def _problem(found: Outcome, expected: Outcome, rules: Rules) -> Problem | None:
    if found.error:
        return Problem("changed" if found.changed else "raised", found, expected)
    first = difference(found.value, expected.value, rules)
    if found.changed and (first is None or first.kind == "value"):
        return Problem("changed", found, expected)
    return None if first is None else Problem(first.kind, found, expected, first)


def _sentence(exercise: Exercise | Quantity, problem: Problem) -> str:
    fields = _fields(exercise, problem)
    if problem.kind == "raised":
        error, message, line = problem.outcome.error
        key = "checks.raised" if line is None else "checks.raised_at"
        said = ": " + message.rstrip(".") if message else ""
        return text(key, **fields, error=error, said=said, line=line)
    gives_away = isinstance(exercise, Quantity) and problem.kind in ("value", "finite")  # the number is the solution
    return text("checks.other_value" if gives_away else f"checks.{problem.kind}", **fields)


def _in_full(problem: Problem, fields: dict[str, str]) -> dict[str, str]:
    """``fields`` for a mistake's sentence: short results in full; what was given, where a shape follows from it."""
    found, expected = problem.outcome.value, problem.right.value
    if not problem.outcome.error and is_short(found) and is_short(expected):
        found, expected = both(found, expected)
        return fields | {"subject": fields["call"], "found": found, "expected": expected}
    return fields | {"expected": fields["expected"] + fields["where"]} if problem.kind == "shape" else fields


def _fields(exercise: Exercise | Quantity, problem: Problem) -> dict[str, str]:
    """What a sentence may say; of a call that did not return, only what was called and given."""
    answer, given = text("checks.answer"), problem.outcome.given
    call, result = (problem.outcome.call, text("checks.result")) if problem.outcome.call else (answer, answer)
    place, found, expected = problem.difference[1:] if problem.difference else ("", "", "")
    subject, result = (text("checks.part", place=place, whole=whole) if place else whole for whole in (call, result))
    where = text("checks.where", given=given) if given else ""
    return {"name": exercise.name, "call": call, "subject": subject, "result": result, "given": given, "where": where,
            "found": found, "expected": expected}  # fmt: skip
