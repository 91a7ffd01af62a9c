"""Finding things by name: ``"01.step"`` is among the exercises of the lesson whose number is 01."""

import difflib
import importlib
import importlib.util
from collections.abc import Sequence
from functools import cache

from course.catalogue import names, text, topics
from course.checks.exercise import Task
from course.checks.wording import short


@cache
def exercises(topic: str) -> dict[str, Task]:
    """The exercises that ``lessons/<topic>/exercises.py`` declares, by name; none if there is no such module."""
    module = f"lessons.{topic}.exercises"
    if importlib.util.find_spec(module) is None:
        return {}
    return {exercise.name: exercise for exercise in importlib.import_module(module).EXERCISES}


def find(name: object) -> Task | None:
    """The exercise called ``name``, which may be anything; its lesson's module is imported now."""
    topic = topics().get(name.split(".")[0]) if type(name) is str else None
    return exercises(topic).get(name) if topic else None


def exercise_names() -> list[str]:
    """The exercises of all lessons."""
    return [name for topic in topics().values() for name in exercises(topic)]


def prediction_names() -> list[str]:
    """The predictions of all lessons."""
    return [f"{lesson}.{name}" for lesson in topics() for name in names(f"{lesson}.predict")]


def unknown(name: object, known: Sequence[str]) -> str:
    """One sentence for a ``name`` that is not among the ``known``, with the nearest that are."""
    name = short(name, str)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.0)
    return text("checks.unknown", name=name, names=", ".join(near) or text("checks.none"))
