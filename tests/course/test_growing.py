"""A figure that grows while its run is computed: what is shown on the way, at the end, and after an interrupt."""

import re

import numpy as np
import pytest

import course
from course import catalogue, controls, growing
from course.controls import integer
from course.live import Live
from course.panel import SETTLED, Panel, RunPanel
from tests.browser.notebook import pixels_of

TOTAL = 40


@pytest.fixture(autouse=True)
def _words():
    course.start("en")
    catalogue._words("en")["demo"] = {"run": {"growing": "it grows", "a": "a"}}
    yield
    del catalogue._words("en")["demo"]


@pytest.fixture
def displayed(monkeypatch):
    """The bundles stored, the pages and the announcements of the pictures, and the bars, in order."""
    seen = {"stored": [], "pages": [], "said": [], "bars": []}

    class Picture(growing.LivePicture):
        def __init__(self):
            super().__init__()
            for child, kind in zip(self.children, ("pages", "said"), strict=True):
                child.observe(lambda change, kind=kind: seen[kind].append(change["new"]), "value")

    class Bar(controls.ProgressBar):
        def __init__(self, total):
            super().__init__(total)
            seen["bars"].append(self.bar)

    monkeypatch.setattr(growing, "LivePicture", Picture)
    monkeypatch.setattr(growing, "ProgressBar", Bar)
    monkeypatch.setattr(growing, "store", seen["stored"].append)
    monkeypatch.setattr(growing, "FRAME_SECONDS", 0)
    return seen


def run(stop_after=TOTAL, panel_controls=()):
    """A run of numbers k² that an interrupt ends after ``stop_after`` of 40."""

    def compute():
        squares = []
        for k in range(TOTAL):
            if k == stop_after:
                raise KeyboardInterrupt
            squares.append(k**2)
            yield squares

    def build(figure):
        axes = figure.subplots()
        axes.set(xlim=(0, TOTAL), ylim=(0, TOTAL**2))
        line = figure.line("squares", axes, marker="o")
        return lambda squares: line.set_data(range(len(squares)), squares)

    return RunPanel("demo.run", panel_controls, compute, build, lambda s: f"{len(s)} squares", total=lambda: TOTAL)


def test_a_run_is_drawn_while_it_is_computed_and_described_and_announced_at_its_end(displayed):
    assert growing.grow(run()) == [k**2 for k in range(TOTAL)]
    *frames, last = displayed["pages"]
    assert len(frames) == TOTAL
    assert len(set(frames)) == TOTAL
    assert {re.search(r'alt="([^"]*)"', frame)[1] for frame in frames} == {"it grows"}
    assert displayed["bars"][0].value == displayed["bars"][0].max == TOTAL
    (final,) = displayed["stored"]
    assert final["text/plain"] == "40 squares"
    assert final["text/html"] == last
    assert displayed["said"] == ["40 squares"]


def test_an_interrupt_keeps_what_was_computed_and_draws_it(displayed):
    assert growing.grow(run(stop_after=7)) == [k**2 for k in range(7)]
    (final,) = displayed["stored"]
    assert final["text/plain"] == "7 squares"
    canvas = Live(run(stop_after=TOTAL)).canvas
    wanted = canvas.draw([k**2 for k in range(7)], SETTLED)[..., :3]
    shown = pixels_of(final["text/html"])
    assert shown.shape == wanted.shape
    assert np.mean(np.abs(shown.astype(int) - wanted) > 40) < 0.001  # a picture is stored in 128 colours


def test_an_interrupt_before_the_first_result_is_an_interrupt(displayed):
    with pytest.raises(KeyboardInterrupt):
        growing.grow(run(stop_after=0))
    assert displayed["stored"] == []


def test_between_two_frames_there_is_time_to_compute(displayed, monkeypatch):
    monkeypatch.setattr(growing, "FRAME_SECONDS", 3600)
    growing.grow(run())
    assert len(displayed["pages"]) == 2


@pytest.mark.parametrize(
    "panel", [run(panel_controls=[integer("a", 0, 3, 1)]), Panel("demo.run", [], lambda: 0, None, str)]
)
def test_what_is_no_run_without_controls_is_refused_in_one_sentence(panel):
    with pytest.raises(ValueError, match="demo.run is no run without controls"):
        growing.grow(panel)
