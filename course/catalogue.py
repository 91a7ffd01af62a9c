"""Every sentence that code shows a learner, by key, in the language the notebook chose.

The texts are TOML files: ``course/words/<language>/`` for what all lessons share, and one a lesson,
``lessons/<topic>/words/<language>.toml``. There ``lesson = "01"`` gives the lesson its number, and ``[path]`` with
``title = "…"`` makes the key ``01.path.title``.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from course.particles import with_particles

WORDS = Path(__file__).parent / "words"
LESSONS = Path(__file__).parents[1] / "lessons"
_chosen = {"language": "en"}


def languages() -> list[str]:
    """The languages there are, such as ``["en"]``."""
    return sorted(folder.name for folder in WORDS.iterdir() if folder.is_dir())


def use(language: str) -> None:
    """Choose the language of labels and messages; ValueError if there is none by that name."""
    if language not in languages():
        raise ValueError(f"language is {language!r}; it must be one of {', '.join(languages())}.")
    _chosen["language"] = language


def language() -> str:
    """The language chosen with `use`."""
    return _chosen["language"]


def text(key: str, **values: Any) -> str:
    """The text called ``key`` with ``values`` put in by ``str.format``; KeyError if there is none."""
    return with_particles(_entry(key, str).format(**values))


def texts(key: str) -> list[str]:
    """The list of texts called ``key``, such as a prediction's options; KeyError if there is none."""
    return list(_entry(key, list))


def names(key: str) -> list[str]:
    """What there is below ``key``, such as predictions below ``01.predict``; none if there is no such key."""
    return list(_entry(key, dict, {}))


@cache
def topics() -> dict[str, str]:
    """The lessons' numbers, in order, and topics, such as ``{"00": "start_here", "01": "gradient_descent"}``."""
    files = LESSONS.glob("*/words/en.toml")
    return dict(sorted((_read(file)["lesson"], file.parents[1].name) for file in files))


def _entry(key: str, kind: type, otherwise: Any = None) -> Any:
    node: Any = _words(language())
    for part in key.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    node = node if isinstance(node, kind) else otherwise
    if node is None:
        raise KeyError(f"the catalogue has no {kind.__name__} called {key!r} in {language()!r}.")
    return node


@cache
def _words(language: str) -> dict[str, Any]:
    shared = {file.stem: _read(file) for file in sorted((WORDS / language).glob("*.toml"))}
    lessons = map(_read, LESSONS.glob(f"*/words/{language}.toml"))
    return shared | {words["lesson"]: words for words in lessons}


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8"))
