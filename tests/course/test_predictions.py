"""Predictions: what is asked, what a click answers, what can be read without a kernel, and nothing left over."""

import html
import re

import pytest

from course import catalogue, drawing, shown
from course.checks import prediction, registry
from course.checks.prediction import LETTERS, Prediction, asked, predict
from course.shown import WIDGET_VIEW

COIN = {
    "question": "How often does a <fair> coin show heads?",
    "options": ["<i>always", "half of the time", "never, & that in a sentence so long that it must wrap " * 3],
    "replies": ["No: <b>tails</b> exists.", "Yes, for both sides are alike.", "No: heads exists."],
    "answer": "B",
}


@pytest.fixture(autouse=True)
def outputs(monkeypatch):
    """A lesson 99 with one prediction; the outputs, as a front end would hold them."""
    known = catalogue._words("en")
    monkeypatch.setattr(catalogue, "_words", lambda language: {**known, "99": {"predict": {"coin": COIN}}})
    monkeypatch.setattr(registry, "topics", lambda: {"99": "demo"})
    outputs = []
    for module in (prediction, shown):
        monkeypatch.setattr(module, "display", lambda bundle, raw: outputs.append(bundle))
    return outputs


@pytest.fixture
def coin():
    made = Prediction(asked("99.coin"))
    yield made
    shown.close_widget(made.box)


def said(made: Prediction) -> str:
    """The words below the buttons."""
    return html.unescape(re.sub("<[^>]*>", "", made.said.value))


def test_question_and_options_are_read_without_a_kernel(outputs):
    predict("99.coin")
    question, buttons, stored = outputs
    words = question["text/plain"].splitlines()
    assert words[0] == "Predict first: How often does a <fair> coin show heads?"
    assert words[1:3] == ["A. <i>always", "B. half of the time"]
    assert "a &lt;fair&gt; coin" in question["text/html"]
    assert "A. &lt;i&gt;always<br>" in question["text/html"]
    assert "B. half of the time" in question["text/html"]
    assert stored["text/plain"] == "No answer yet: choose one, and change it as often as you like."
    assert stored["text/html"].startswith('<div class="course-stored">')
    assert list(buttons) == [WIDGET_VIEW]


def test_stored_outputs_are_the_same_each_time(outputs):
    predict("99.coin")
    predict("99.coin")
    first, again = ([bundle for bundle in three if WIDGET_VIEW not in bundle] for three in (outputs[:3], outputs[3:]))
    assert first == again


@pytest.mark.parametrize(("option", "reply"), [
    (0, "You chose A. ✗ Not quite: No: <b>tails</b> exists."),
    (1, "You chose B. ✓ Right: Yes, for both sides are alike."),
    (2, "You chose C. ✗ Not quite: No: heads exists."),
])
def test_click_is_answered_with_why(coin, option, reply):
    coin.buttons[option].click()
    assert said(coin) == coin.reply["text/plain"] == reply
    assert "<b>" not in coin.said.value


def test_chosen_option_is_marked_and_may_be_changed(coin):
    assert [button.description[:4] for button in coin.buttons] == ["○ A.", "○ B.", "○ C."]
    coin.buttons[0].click()
    coin.buttons[2].click()
    assert [button.description[:4] for button in coin.buttons] == ["○ A.", "○ B.", "● C."]
    assert said(coin).startswith("You chose C.")


def test_a_button_is_named_by_its_whole_option(coin):
    assert coin.buttons[2].description == f"○ C. {COIN['options'][2]}"
    assert {button.layout.width for button in coin.buttons} == {"auto"}


@pytest.mark.parametrize("name", ["99.coins", "98.coin", "", 5, None, [], "99", "<b>"])
def test_unknown_prediction_gets_a_sentence(outputs, name):
    predict(name)
    (answer,) = outputs
    assert "the nearest names: 99.coin." in answer["text/plain"]
    assert "<b>" not in answer["text/html"]


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_prediction_of_every_lesson_is_complete(monkeypatch, language):
    monkeypatch.undo()
    answers = {name: asked(name).answer for name in registry.prediction_names()}
    assert answers
    monkeypatch.setitem(catalogue._chosen, "language", language)
    assert {name: asked(name).answer for name in registry.prediction_names()} == answers
    for name in answers:
        question = asked(name)
        letters = LETTERS[: len(question.options)]
        assert len(letters) == len(question.options) == len(question.replies) >= 2, name
        assert question.answer in letters, name
        assert len(set(question.options)) == len(set(question.replies)) == len(letters), name


def test_in_a_class_the_teacher_reveals_the_answer(monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", "class")
    made = Prediction(asked("99.coin"))
    *options, reveal, _ = made.box.children
    assert (len(options), reveal.description) == (3, "Show the answer")
    reveal.click()
    assert made.chosen == 1
    assert "Yes, for both sides are alike." in said(made)
    shown.close_widget(made.box)
