"""Finding things by name: ``"01.step"`` is in the module of the lesson whose catalogue file begins with ``01_``."""

import difflib
import importlib
import importlib.util
from collections.abc import Sequence
from functools import cache

from helpers import catalogue
from helpers.catalogue import text
from helpers.checks.exercise import Exercise, Quantity
from helpers.checks.running import short


def topics() -> dict[str, str]:
    """The lessons' numbers and topics, such as ``{"01": "gradient_descent"}``."""
    files = sorted((catalogue.WORDS / "en").glob("[0-9][0-9]_*.toml"))
    return dict(file.stem.split("_", 1) for file in files)


@cache
def exercises(topic: str) -> dict[str, Exercise | Quantity]:
    """The exercises that ``helpers/checks/<topic>.py`` declares, by name; none if there is no such module."""
    module = f"helpers.checks.{topic}"
    if importlib.util.find_spec(module) is None:
        return {}
    return {exercise.name: exercise for exercise in importlib.import_module(module).EXERCISES}


def find(name: object) -> Exercise | Quantity | None:
    """The exercise called ``name``, which may be anything; its lesson's module is imported now."""
    topic = topics().get(name.split(".")[0]) if type(name) is str else None
    return exercises(topic).get(name) if topic else None


def exercise_names() -> list[str]:
    """The exercises of all lessons."""
    return [name for topic in topics().values() for name in exercises(topic)]


def prediction_names() -> list[str]:
    """The predictions of all lessons."""
    return [f"{lesson}.{name}" for lesson in topics() for name in catalogue.names(f"{lesson}.predict")]


def unknown(name: object, known: Sequence[str]) -> str:
    """One sentence for a ``name`` that is not among the ``known``, with the nearest that are."""
    name = short(name, str)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.0)
    return text("checks.unknown", name=name, names=", ".join(near) or text("checks.none"))
