"""Whether the texts of a panel's picture keep clear of one another and of the picture's edge, in any language."""

import re
from itertools import combinations
from typing import Any

import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from course import catalogue
from course.live import Live
from course.panel import MOVING, Canvas, Panel
from tests.sweep import settings

LEAST = 1.5  # pixels: letters hold some air above and beside them
SMALLEST = 12  # points


def faults(panel: Panel, pairs: bool = True) -> list[str]:
    """What is wrong in the picture of ``panel`` at its default, its controls' ends and each pair of ends."""
    canvas, found = Canvas(panel), []
    for values in settings(panel, pairs):
        result = Live._final(type("Shown", (), {"panel": panel}), values)
        canvas.draw(result, MOVING, values)
        found += [f"{values}: {fault}" for fault in overlaps(canvas)]
    return found


def overlaps(canvas: Canvas) -> list[str]:
    """The texts that overlap, that leave the picture, or that are too small, in what ``canvas`` drew last."""
    page, placed = canvas.figure.bbox, drawn_texts(canvas)
    found = [f"{text!r} overlaps {other!r}" for (text, _, box), (other, _, its) in combinations(placed, 2)
             if min(box.x1, its.x1) - max(box.x0, its.x0) > LEAST and min(box.y1, its.y1) - max(box.y0, its.y0) > LEAST]
    found += [f"{text!r} leaves the picture" for text, _, box in placed
              if min(box.x0, box.y0) < -LEAST or box.x1 > page.x1 + LEAST or box.y1 > page.y1 + LEAST]
    return found + [f"{text!r} has {size} points" for text, size, _ in placed if size < SMALLEST]


def drawn_texts(canvas: Canvas) -> list[tuple[str, float, Bbox]]:
    """Each text that is drawn, with its size in points and where it is."""
    placed, draw = [], Text.draw

    def record(words: Text, *args: Any, **kwargs: Any) -> None:
        if words.get_visible() and words.get_text().strip():
            placed.append((words.get_text(), words.get_fontsize(), Text.get_window_extent(words)))
        draw(words, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", record)
        canvas.agg.draw()
        for artist in canvas._artists:
            canvas.figure.draw_artist(artist)
    return placed


def in_long_korean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put in place of every text in the catalogue syllables that take some 1.4 times as much room."""
    words = catalogue._words(catalogue.language())
    monkeypatch.setattr(catalogue, "_words", lambda _: _korean(words))


def _korean(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _korean(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_korean(value) for value in node]
    fields = re.split(r"(\{[^}]*\})", node)
    word = r"(?:[A-Za-z](?!\u0302))+"  # not the x of x̂, whose hat no syllable wears
    return "".join(part if part.startswith("{") else re.sub(word, _syllables, part) for part in fields)


def _syllables(word: re.Match[str]) -> str:
    return "배치정규화학습률손실"[: max(1, round(0.75 * len(word[0])))]
