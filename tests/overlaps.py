"""Whether the texts of a picture keep clear of one another and of its edge, in the language that is chosen."""

import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from course import catalogue
from course.drawing import DPI
from course.live import Live
from course.panel import MOVING, SETTLED, Canvas, Panel
from course.particles import PAIRS
from tests.sweep import settings

LEAST = 1.5  # pixels: letters hold some air above and beside them
SMALLEST = 12  # points
Placed = tuple[str, float, Bbox]  # a text that is drawn, its size in points, and where it is


def faults(panel: Panel, pairs: bool = True) -> list[str]:
    """What is wrong in the picture of ``panel`` at its default, its controls' ends and each pair of ends."""
    canvas, still, moving = Canvas(panel), [], []
    sides = (float(side) * DPI * SETTLED for side in canvas.figure.get_size_inches())
    found = [f"{side} pixels: one matplotlib cuts, another rounds" for side in sides if int(side) != round(side)]
    draw_background = canvas.agg.draw

    def background() -> None:
        moving.clear()
        draw_background()
        still[:] = moving
        moving.clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", recording(moving))
        patch.setattr(canvas.agg, "draw", background)
        for values in settings(panel, pairs):
            result = Live._final(type("Shown", (), {"panel": panel}), values)
            moving.clear()
            canvas.draw(result, MOVING, values)
            wrong = overlaps(still + moving, canvas.figure.bbox) + unfinished(panel.sentence(result, values))
            found += [f"{values}: {fault}" for fault in wrong]
    return found


def recording(placed: list[Placed]) -> Callable[..., None]:
    """A ``Text.draw`` that adds to ``placed`` each text that it draws."""
    draw = Text.draw

    def record(words: Text, *args: Any, **kwargs: Any) -> None:
        if words.get_visible() and words.get_text().strip():
            placed.append((words.get_text(), words.get_fontsize(), Text.get_window_extent(words)))
        draw(words, *args, **kwargs)

    return record


def unfinished(sentence: str) -> list[str]:
    """What is not as the chosen language wants it in the ``sentence`` of a picture."""
    korean = catalogue.language() == "ko"
    if bool(re.search("[가-힣]", sentence)) != korean or any(pair in sentence for pair in PAIRS):
        return [f"not in the language chosen, or a particle in two forms: {sentence!r}"]
    return []


def overlaps(placed: list[Placed], page: Bbox) -> list[str]:
    """The texts among those ``placed`` that overlap, that leave the page, or that are too small."""
    found = [f"{text!r} overlaps {other!r}" for (text, _, box), (other, _, its) in combinations(placed, 2)
             if min(box.x1, its.x1) - max(box.x0, its.x0) > LEAST and min(box.y1, its.y1) - max(box.y0, its.y0) > LEAST]
    found += [f"{text!r} leaves the picture" for text, _, box in placed
              if min(box.x0, box.y0) < -LEAST or box.x1 > page.x1 + LEAST or box.y1 > page.y1 + LEAST]
    return found + [f"{text!r} has {size} points" for text, size, _ in placed if size < SMALLEST]
