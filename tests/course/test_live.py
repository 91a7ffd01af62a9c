"""The live figure, in process: what is drawn, what is said, what is let go."""

import asyncio
import base64
import html
import io
import re
import threading
import time
import tracemalloc

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

import course
from course import catalogue, controls, live
from course.live import Live
from course.panel import DPI, MOVING, SETTLED, Canvas, Panel, RunPanel
from course.pictures import described_picture
from tests.browser.notebook import pixels_of

WORDS = {
    "a": "slope <b>",
    "b": "power",
    "position": "position",
    "on": "shown",
    "size": "batch size",
    "kind": "kind",
    "kind_up": "upwards",
    "kind_down": "downwards",
}


@pytest.fixture(autouse=True)
def _words(monkeypatch):
    course.start("en")
    known = catalogue._words
    monkeypatch.setattr(catalogue, "_words", lambda language: {**known(language), "test": {"panel": WORDS}})


def build(figure):
    axes = figure.subplots()
    axes.set(xlim=(-1, 10), ylim=(-100, 100), xlabel="x", ylabel="y")
    line = figure.move("line", axes.plot([], [], "o--")[0])
    return lambda y: line.set_data(np.arange(len(y)), y)


def panel(compute=lambda a, b: a * np.arange(10.0) ** b, declared=None, describe=None, **options):
    declared = declared or [controls.number("a", -2.0, 2.0, 1.0, 0.1), controls.integer("b", 0, 3, 1)]
    kind = RunPanel if "total" in options else Panel
    return kind("test.panel", declared, compute, build, describe or (lambda y: f"ends at {y[-1]:.1f}"), **options)


def followed(shown: Live) -> list[str]:
    """The pages that ``shown`` goes on to show, in order."""
    pages = []
    shown.picture.children[0].observe(lambda change: pages.append(change["new"]), "value")
    return pages


def announced(shown: Live) -> list[str]:
    """What ``shown`` goes on to have announced."""
    said = []
    shown.picture.children[1].observe(lambda change: said.append(change["new"]), "value")
    return said


def described(page: str) -> str:
    return html.unescape(re.search('alt="([^"]*)"', page)[1])


def whole_drawing(declared: Panel, result, scale: int) -> np.ndarray:
    """What the figure shows when everything in it is drawn from nothing."""
    canvas = Canvas(declared)
    canvas.draw(result, SETTLED)
    for artist in canvas._artists:
        artist.set_animated(False)
    canvas.figure.set_dpi(DPI * scale)
    canvas.agg.draw()
    return np.array(canvas.agg.buffer_rgba())


def test_a_move_computes_draws_and_says_the_new_value():
    shown = Live(panel())
    before = shown.picture.bundle
    shown.widgets["a"].value = 2.0
    assert shown.sentence == shown.picture.bundle["text/plain"] == "ends at 18.0"
    np.testing.assert_array_equal(shown.result, 2 * np.arange(10.0))
    assert not np.array_equal(*(pixels_of(bundle["text/html"]) for bundle in (shown.picture.bundle, before)))


@pytest.mark.parametrize("slider", ["a", "b"])
def test_a_number_rounded_anew_is_no_move(slider):
    asked = []
    shown = Live(panel(lambda a, b: asked.append((a, b)) or np.full(10, a)))
    shown.widgets["a"].value += 3e-16
    assert asked == [(1.0, 1)]
    shown.widgets[slider].value = 2
    assert len(asked) == 2


@pytest.mark.parametrize("scale", [MOVING, SETTLED])
def test_blitting_after_many_moves_gives_the_picture_drawn_from_nothing(scale):
    canvas = Canvas(panel())
    canvas.draw(np.zeros(10), SETTLED)
    for slope in (1.0, -2.0, 0.5):
        result = slope * np.arange(10.0)
        picture = canvas.draw(result, scale)
        assert np.abs(picture.astype(int) - whole_drawing(panel(), result, scale)).max() == 0


def test_changed_axes_are_drawn_again_and_unchanged_ones_are_not():
    draws = []

    def build_growing(figure):
        axes = figure.subplots()
        axes.set_ylim(-1, 10)
        line = figure.line("line", axes)
        figure.canvas.mpl_connect("draw_event", draws.append)

        def update(y):
            line.set_data(np.arange(len(y)), y)
            if y.max() > 10:
                axes.set_ylim(-1, y.max())

        return update

    canvas = Canvas(Panel("test.panel", [], None, build_growing, str))
    canvas.draw(np.arange(5.0), MOVING)
    short = canvas.draw(np.arange(6.0), MOVING)
    assert len(draws) == 1
    tall = canvas.draw(np.arange(30.0), MOVING)
    assert len(draws) == 2
    assert not np.array_equal(tall[:, :80], short[:, :80])


def test_the_settled_picture_has_twice_the_pixels_of_the_moving_one():
    canvas = Canvas(panel())
    result = np.arange(10.0)
    assert canvas.draw(result, MOVING).shape[:2] == (380, 900)
    assert canvas.draw(result, SETTLED).shape[:2] == (760, 1800)


def test_what_a_panel_keeps_is_little_more_than_one_moving_picture():
    canvas = Canvas(panel())
    for scale in (SETTLED, MOVING, SETTLED, MOVING):
        picture = canvas.draw(np.arange(10.0), scale)
    assert sum(memoryview(background).nbytes for background in canvas._backgrounds.values()) < 1.2 * picture.nbytes
    assert np.asarray(canvas.agg.buffer_rgba()).nbytes == picture.nbytes


def test_every_picture_takes_the_same_room_and_carries_its_sentence():
    pixels = Canvas(panel()).draw(np.arange(10.0), SETTLED)
    rest = described_picture(pixels, "a < b & \"c\"", SETTLED)
    moving = described_picture(pixels[::2, ::2].copy(), "a < b & \"c\"", MOVING)
    sizes = [re.search(r'width="(\d+)" height="(\d+)"', bundle["text/html"]).groups() for bundle in (rest, moving)]
    assert sizes == [("900", "380")] * 2
    assert 'alt="a &lt; b &amp; &quot;c&quot;"' in rest["text/html"]
    assert rest["text/plain"] == "a < b & \"c\""


def test_the_stored_picture_is_small_white_where_it_was_white_and_close_to_what_was_drawn():
    pixels = Canvas(panel()).draw(np.arange(10.0), SETTLED)
    data = re.search(r"base64,([^\"]+)", described_picture(pixels, "", SETTLED)["text/html"])[1]
    stored = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(int)
    assert len(data) * 3 / 4 < 60_000
    assert (stored[0, 0] == 255).all()
    assert np.abs(stored - pixels[..., :3]).mean() < 0.5


def test_an_error_is_one_escaped_sentence_and_the_last_picture_stays():
    def compute(a, b):
        if a < 0:
            raise ValueError("a is <negative>; it must be 0 or more.")
        return a * np.arange(10.0)

    shown = Live(panel(compute))
    pages, rest = followed(shown), pixels_of(shown.picture.bundle["text/html"])
    shown.widgets["a"].value = -1.0
    assert "a is <negative>; it must be 0 or more." in shown.error
    assert "&lt;negative&gt;" in pages[-1]
    assert 'role="alert"' in pages[-1]
    assert 'width="900" height="380"' in pages[-1]
    assert shown.sentence == described(pages[-1]) == "ends at 9.0"
    np.testing.assert_array_equal(pixels_of(pages[-1]), rest)
    shown.widgets["a"].value = 2.0
    assert shown.error is None
    assert shown.sentence == "ends at 18.0"


def test_while_a_loop_runs_a_move_is_drawn_quickly_and_at_rest_drawn_sharply_and_announced(monkeypatch):
    monkeypatch.setattr(live, "SETTLE_SECONDS", 0.05)

    async def drag():
        shown = Live(panel())
        pages, said = followed(shown), announced(shown)
        for slope in (0.5, 1.5, 2.0):
            shown.widgets["a"].value = slope
            assert said == []
        while not said:
            await asyncio.sleep(0.01)
        return [(re.search("data:image/([a-z]+)", page)[1], described(page)) for page in pages], said

    pages, said = asyncio.run(asyncio.wait_for(drag(), 120))
    sharp = ("png", "ends at 18.0")
    assert pages == [("jpeg", "ends at 4.5"), ("jpeg", "ends at 13.5"), ("jpeg", "ends at 18.0"), sharp]
    assert said == ["ends at 18.0"]


def test_an_announcement_is_escaped():
    shown = Live(panel(describe=lambda y: "a < b"))
    shown.picture.say(shown.sentence)
    assert shown.picture.children[1].value == "a &lt; b"


def run_panel(count=200, seconds=0.0):
    def compute(a, b):
        for step in range(1, count + 1):
            time.sleep(seconds)
            yield np.full(10, a * step)

    return panel(compute, total=lambda a, b: count)


def test_a_run_without_a_loop_ends_at_its_last_result():
    shown = Live(run_panel())
    shown.widgets["a"].value = 2.0
    assert shown.sentence == "ends at 400.0"
    assert shown.progress.value == shown.progress.max == 200


def test_a_run_shows_progress_and_a_new_value_cancels_it():
    async def use():
        shown = Live(run_panel(count=100, seconds=0.005))
        pages, progress = followed(shown), []
        shown.widgets["a"].value = 2.0
        while not pages:
            await asyncio.sleep(0.01)
        progress.append(shown.progress.value)
        first = shown._run
        shown.widgets["a"].value = -1.0
        await asyncio.gather(first, return_exceptions=True)
        await shown._run
        return first.cancelled(), progress, [described(page) for page in pages]

    cancelled, progress, said = asyncio.run(asyncio.wait_for(use(), 120))
    assert cancelled
    assert 0 < progress[0] < 100
    assert "ends at 200.0" not in said
    assert said[-1] == "ends at -100.0"


def test_a_run_is_announced_at_its_end_alone(monkeypatch):
    monkeypatch.setattr(live, "SETTLE_SECONDS", 0.001)
    monkeypatch.setattr(live, "SLICE_SECONDS", 0)

    async def use():
        shown = Live(run_panel(count=20, seconds=0.01))
        pages, said = followed(shown), announced(shown)
        shown.widgets["a"].value = 2.0
        while not said:
            await asyncio.sleep(0.01)
        return len(pages), said

    frames, said = asyncio.run(asyncio.wait_for(use(), 120))
    assert frames > 15
    assert said == ["ends at 40.0"]


def test_stop_ends_a_run_keeps_what_was_drawn_and_has_it_announced():
    async def use():
        shown = Live(run_panel(count=100, seconds=0.005))
        pages, said = followed(shown), announced(shown)
        shown.widgets["a"].value = 2.0
        while not pages:
            await asyncio.sleep(0.01)
        shown.stop_button.click()
        last = described(pages[-1])
        while not said:
            await asyncio.sleep(0.01)
        return last, described(pages[-1]), said, shown.progress.value

    last, final, said, progress = asyncio.run(asyncio.wait_for(use(), 120))
    assert last == final == said[0] != "ends at 200.0"
    assert progress < 100


def test_an_error_in_a_run_is_said():
    def compute(a, b):
        yield np.zeros(10)
        if a == 2.0:
            raise ValueError("a is 2.")

    async def use():
        shown = Live(panel(compute, total=lambda a, b: 2))
        shown.widgets["a"].value = 2.0
        await shown._run
        return shown.error

    assert "a is 2." in asyncio.run(asyncio.wait_for(use(), 120))


def test_ten_thousand_moves_leave_no_figure_and_less_than_five_megabytes():
    shown = Live(panel())

    def move(times):
        for i in range(times):
            shown.canvas.draw(shown.panel.compute(a=i % 40 / 10 - 2, b=1), MOVING)

    move(300)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for i in range(10_000):
        shown.canvas.draw(shown.panel.compute(a=i % 40 / 10 - 2, b=1), MOVING)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert plt.get_fignums() == []
    assert grown < 5e6


def test_moves_from_two_threads_each_draw_their_own_result():
    canvas = Canvas(panel())
    expected = {slope: canvas.draw(slope * np.arange(10.0), MOVING) for slope in (-2.0, 2.0)}
    wrong = []

    def draw(slope):
        for _ in range(100):
            if not np.array_equal(canvas.draw(slope * np.arange(10.0), MOVING), expected[slope]):
                wrong.append(slope)

    threads = [threading.Thread(target=draw, args=(slope,)) for slope in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_each_kind_of_control_becomes_its_widget_with_its_label_ends_and_value():
    declared = [
        controls.number("a", -2.0, 2.0, 1.0, 0.1),
        controls.integer("b", 0, 3, 1),
        controls.choice("size", [1, 7, 100], 7),
        controls.menu("kind", ["up", "down"], "down"),
        controls.switch("on", True),
        controls.steps("position", 40),
    ]
    made = {control.key: control.make("test.panel", continuous=True) for control in declared}
    assert [widget.description for widget in made.values()] == [WORDS[key] for key in made]
    for control in declared:
        widget = made[control.key]
        assert widget.value == control.value
        for end in control.ends:
            widget.value = end
            assert widget.value == end
    assert made["kind"].options == (("upwards", "up"), ("downwards", "down"))


def test_a_run_panel_starts_on_release():
    assert Live(run_panel(count=2)).widgets["a"].continuous_update is False
    assert Live(panel()).widgets["a"].continuous_update is True


def test_stepping_buttons_move_the_position_and_stop_at_its_ends():
    slider = controls.steps("position", 2).make("test.panel", continuous=True)
    _, back, on = controls.player(slider).children
    seen = []
    for button in (back, on, on, on, back):
        button.click()
        seen.append(slider.value)
    assert seen == [0, 1, 2, 2, 1]


def test_play_steps_to_the_end_pauses_and_begins_again():
    async def use():
        slider = controls.steps("position", 5).make("test.panel", continuous=True)
        play = controls.player(slider, seconds=0.01).children[0]
        play.value = True
        name_while_playing = play.description
        while slider.value < 2:
            await asyncio.sleep(0.001)
        play.value = False
        paused = slider.value
        await asyncio.sleep(0.1)
        assert slider.value == paused < 5
        play.value = True
        while play.value:
            await asyncio.sleep(0.01)
        assert slider.value == 5
        play.value = True
        seen = slider.value
        await asyncio.sleep(0)
        return name_while_playing, play.description, seen, slider.value

    pause, still_pause, end, start = asyncio.run(asyncio.wait_for(use(), 120))
    assert pause == still_pause == catalogue.text("common.pause")
    assert (end, start) == (5, 0)


def test_a_progress_bar_fills_as_it_is_called():
    bar = controls.ProgressBar(1000)
    values = []
    for _ in range(1000):
        bar("whatever a callback hands over")
        values.append(bar.bar.value)
    assert values[-1] == 1000
    assert len(set(values)) <= 101

