"""What makes any notebook live: controls, pictures, predictions, checks. It knows no network.

A lesson's set-up cell takes all it needs from here.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "check": "course.checks",
    "grow": "course.growing",
    "hint": "course.checks",
    "predict": "course.checks",
    "score": "course.checks",
    "show": "course.live",
    "show_figure": "course.pictures",
    "start": "course.startup",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for only now: the tools read the catalogue where nothing but Python is installed."""
    if name not in _HOMES:
        raise AttributeError(f"module 'course' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
