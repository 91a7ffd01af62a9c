"""A lesson whose trainings were interrupted: it goes on, and its panels say whole sentences from their first frame."""

import re
from itertools import islice
from pathlib import Path

import pytest

import course
from course import catalogue
from course.live import Live
from course.panel import Panel, RunPanel
from tests.sweep import run_cells, settings
from tools.lessons import label, notebooks

BROKEN = re.compile(r"\bnan\b|\binf\b|(?-i:\bNone\b)|  | [.,;:]|[,;:(]\.|\(\)|[{}]", re.IGNORECASE)


def faults(sentence: str) -> list[str]:
    """What is not whole in ``sentence``: where a number or a clause is missing, or the end."""
    return [found[0] for found in BROKEN.finditer(sentence)] + ["no end"] * (not sentence.endswith("."))


def run_panels(path: Path, monkeypatch) -> list[RunPanel]:
    """The panels of the notebook at ``path`` that run, shown or grown; what grows is interrupted early."""
    panels: list[Panel] = []

    def grown(panel: RunPanel):
        panels.append(panel)
        *_, last = islice(panel.compute(), max(2, panel.total() // 8))
        return last

    def shown(panel: Panel) -> None:
        panels.append(panel)
        Live(panel).close()

    monkeypatch.setattr(course, "show", shown)
    monkeypatch.setattr(course, "grow", grown)
    run_cells(path, monkeypatch)
    return [panel for panel in panels if isinstance(panel, RunPanel)]


@pytest.mark.parametrize("path", notebooks("en"), ids=label)
def test_a_lesson_goes_on_after_an_interrupt_and_the_first_sentence_of_a_run_is_whole(path, monkeypatch):
    for panel in run_panels(path, monkeypatch):
        for values in settings(panel):
            first = next(iter(panel.compute(**values)))
            for language in catalogue.languages():
                monkeypatch.setitem(catalogue._chosen, "language", language)
                sentence = panel.sentence(first, values)
                assert not faults(sentence), f"{panel.name}, {values}: {sentence}"


@pytest.mark.parametrize(
    "sentence",
    ["40 epochs, mean of ten seeds ± 95 % interval: .", "The loss is nan.", "After  updates.", "After 3 updates, .",
     "It reached 0.8 ( ) .", "It took ().", "The loss is inf.", "Unit None moves.", "After 3 updates"],
)  # fmt: skip
def test_a_broken_sentence_is_noticed(sentence):
    assert faults(sentence)


def test_a_whole_sentence_is_not():
    assert not faults("After 1,600 updates (0.8 not reached): 0.10 without it, 0.12 with it; more later.")
