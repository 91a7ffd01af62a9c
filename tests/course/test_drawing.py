"""The figure of a panel: names, labels from the catalogue, keys, notes, the class's size, and texts that fit."""

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import course
from course import catalogue, controls, drawing
from course.drawing import Drawing
from course.panel import MOVING, SETTLED, Canvas, Panel, RunPanel, Update
from tests.overlaps import faults, overlaps, recording

WORDS = {
    "a": "a",
    "loss": {"x": "update", "y": "loss of the batch", "title": "falls"},
    "best": "the best so far",
    "last": "the last one",
    "place": "update {update}: {loss:.2f}",
    "numbered": "loss {loss:.1f}",
    "long": "much too long for the narrow axes, {loss:.0f}",
}


@pytest.fixture(autouse=True)
def _words(monkeypatch):
    course.start("en")
    monkeypatch.setattr(catalogue, "_words", lambda language: {"test": {"panel": WORDS}})
    monkeypatch.setitem(drawing._chosen, "view", "normal")


def panel(build, compute=lambda a: float(a), describe=str, **options):
    return Panel("test.panel", [controls.integer("a", 0, 5, 1)], compute, build, describe, **options)


def test_axes_are_found_and_labelled_by_name():
    figure = Drawing("test.panel", (9, 4))
    loss, other = figure.arrange(["loss", "loss"], ["other", "."], height_ratios=(2, 1))
    assert (loss, other) == (figure.ax["loss"], figure.ax["other"])
    assert (loss.get_xlabel(), loss.get_ylabel(), loss.get_title()) == ("update", "loss of the batch", "falls")
    assert (other.get_xlabel(), other.get_ylabel(), other.get_title()) == ("", "", "")


def test_what_moves_has_a_name_and_is_drawn_by_it():
    def build(figure):
        (ax,) = figure.arrange(["loss"])
        ax.set(xlim=(0, 6), ylim=(0, 6))
        point = figure.line("point", ax, marker="o", markersize=20)
        return lambda result: point.set_data([result], [result])

    canvas = Canvas(panel(build))
    assert list(canvas.figure.moving) == ["point"]
    pictures = [canvas.draw(place, MOVING) for place in (1.0, 4.0)]
    x, y = np.rint(canvas.figure.ax["loss"].transData.transform([[1, 1], [4, 4]])).astype(int).T
    for k, picture in enumerate(pictures):
        blue = [picture[-row, column, 0] < 100 for column, row in zip(x, y, strict=True)]
        assert blue == [k == 0, k == 1]


def test_a_note_and_a_key_take_their_texts_from_the_catalogue():
    figure = Drawing("test.panel", (9, 4))
    (ax,) = figure.arrange(["loss"])
    figure.line("best", ax, color="green", linestyle="--", marker="s")
    figure.move("last", ax.add_patch(Rectangle((0, 0), 1, 1, edgecolor="red", hatch="//")))
    figure.key(ax, "upper left", "best", "last")
    figure.note("place", ax, "lower right")
    figure.say("place", update=3, loss=0.5)
    assert [figure.words[name].get_text() for name in ("best", "last", "place")] == [
        "the best so far", "the last one", "update 3: 0.50"]  # fmt: skip
    (key,) = [artist for artist in ax.get_children() if type(artist).__name__ == "Legend"]
    line, patch = key.legend_handles
    assert (line.get_color(), line.get_linestyle(), line.get_marker()) == ("green", "--", "s")
    assert patch.get_hatch() == "//"
    assert set(figure.moving) == {"best", "last", "place"}, "this key stays in the background"


def test_a_key_that_moves_holds_numbers_and_leaves_the_background_as_it_is():
    draws = []

    def build(figure):
        (ax,) = figure.arrange(["loss"])
        figure.move("numbered", ax.axhline(0))
        figure.key(ax, "upper right", "numbered", moves=True)
        figure.canvas.mpl_connect("draw_event", draws.append)
        return lambda result: figure.say("numbered", loss=result)

    canvas = Canvas(panel(build))
    first, second = (canvas.draw(loss, MOVING) for loss in (1.0, 2.0))
    assert len(draws) == 1
    assert not np.array_equal(first, second)
    assert np.array_equal(canvas.draw(1.0, MOVING), first)


@pytest.mark.parametrize("scale", [MOVING, SETTLED])
def test_labels_notes_and_keys_are_broken_to_fit(scale, monkeypatch):
    def build(figure):
        narrow, _, _ = figure.arrange(["loss", "left", "right"])
        narrow.set(xlabel="a label that is longer than its axes are wide", ylabel="one longer than they are high")
        figure.line("long", narrow)
        figure.key(narrow, "upper left", "long", moves=True)
        return lambda result: figure.say("long", loss=result)

    canvas, placed = Canvas(panel(build, size=(7.0, 3.0))), []
    monkeypatch.setattr(Text, "draw", recording(placed))
    canvas.draw(1.0, scale)
    assert len(placed) > 9
    assert overlaps(placed, canvas.figure.bbox) == []
    ax = canvas.figure.ax["loss"]
    for words in (ax.xaxis.label, ax.yaxis.label, canvas.figure.words["long"]):
        assert "\n" in words.get_text()
    assert "\n" not in ax.get_title()
    assert canvas.figure.words["long"].get_text().replace("\n", " ").endswith("narrow axes, 1")


def test_a_text_that_fits_is_not_broken_in_the_first_picture_either():
    def build(figure):
        ax, _ = figure.arrange(["left", "right"])
        figure.note("place", ax, "upper left")
        return lambda result: figure.say("place", update=123_456, loss=result)

    canvas = Canvas(panel(build, size=(4.6, 3.0)))
    canvas.draw(1.0, MOVING)
    assert canvas.figure.words["place"].get_text() == "update 123456: 1.00"


def test_the_picture_does_not_depend_on_what_was_shown_before():
    def build(figure):
        (ax,) = figure.arrange(["loss"])
        figure.note("long", ax, "upper left")
        return lambda result: figure.say("long", loss=result)

    narrow = {"size": (3.5, 3.0)}
    canvas = Canvas(panel(build, **narrow))
    canvas.draw(1e9, MOVING)
    assert np.array_equal(canvas.draw(1.0, MOVING), Canvas(panel(build, **narrow)).draw(1.0, MOVING))


def test_overlapping_texts_texts_beyond_the_edge_and_small_ones_are_found():
    def build(figure):
        for x, words, size in ((0.5, "one", 13), (0.52, "two", 13), (0.99, "three", 13), (0.2, "four", 9)):
            figure.text(x, 0.5, words, fontsize=size)
        figure.subplots().set_axis_off()
        return lambda result: None

    found = [fault for fault in faults(panel(build)) if fault.startswith("{'a': 1}")]
    assert found == ["{'a': 1}: 'one' overlaps 'two'", "{'a': 1}: 'three' leaves the picture",
                     "{'a': 1}: 'four' has 9.0 points"]  # fmt: skip


def test_what_a_function_names_of_the_controls_values_it_is_given():
    seen = []

    def build(figure):
        figure.arrange(["loss"])
        return lambda result, a: seen.append((result, a))

    named = panel(build, describe=lambda result, a: f"{a} gives {result}")
    Canvas(named).draw(7.0, MOVING, {"a": 3, "b": 4})
    assert seen == [(7.0, 3)]
    assert named.sentence(7.0, {"a": 3, "b": 4}) == "3 gives 7.0"
    all_of_them = panel(build, describe=lambda result, **values: str(values))
    assert all_of_them.sentence(7.0, {"a": 3, "b": 4}) == "{'a': 3, 'b': 4}"
    assert panel(build, describe=lambda a: f"result {a}").sentence(7.0, {"a": 3}) == "result 7.0"


@pytest.mark.parametrize(
    ("declared", "run", "rows"),
    [
        ([controls.integer("a", 0, 5, 1)], False, 1),
        ([controls.integer("a", 0, 5, 1)] * 3, False, 2),
        ([controls.steps("a", 5)], False, 1),
        ([controls.steps("a", 5), controls.integer("a", 0, 5, 1)], False, 2),
        ([controls.integer("a", 0, 5, 1)] * 2, True, 2),
    ],
)
def test_in_a_class_a_picture_and_its_controls_fit_the_screen(monkeypatch, declared, run, rows):
    monkeypatch.setitem(drawing._chosen, "view", "class")
    kind, total = (RunPanel, {"total": lambda: 1}) if run else (Panel, {})
    shown = kind("test.panel", declared, None, lambda figure: None, str, **total)
    width, height = Canvas(shown).figure.get_size_inches()
    assert (width, height + 0.32 * rows) == pytest.approx((6.5, 3.38))


def test_a_view_that_there_is_not_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match="view is 'large'; it must be 'normal' or 'class'."):
        course.start("en", view="large")


def test_the_panel_that_contributing_shows_is_a_panel_as_it_stands(monkeypatch):
    page = (Path(__file__).resolve().parents[2] / "CONTRIBUTING.md").read_text("utf-8")
    python, toml = (re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL)[1] for kind in ("python", "toml"))
    monkeypatch.setattr(catalogue, "_words", lambda language: {"06": tomllib.loads(toml)})

    def tosses(tosses: int) -> SimpleNamespace:
        heads = np.random.default_rng(0).integers(2, size=tosses)
        return SimpleNamespace(shares=heads.cumsum() / np.arange(1, tosses + 1))

    numbers = {"np": np, "Tosses": SimpleNamespace, "experiments": SimpleNamespace(tosses=tosses)}
    known = {"Panel": Panel, "Update": Update, "Drawing": Drawing, "integer": controls.integer, "BLUE": "blue"}
    made = {"text": catalogue.text} | numbers | known
    exec(python, made)
    coin = made["coin"]()
    assert faults(coin) == []
    assert coin.sentence(coin.compute(tosses=4), {"tosses": 4}) == "After 4 tosses 75.0 % are heads."
