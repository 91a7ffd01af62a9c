"""Predictions: what is asked, what a click answers, what can be read without a kernel, and nothing left over."""

import ipywidgets
import pytest

from course import carrier, catalogue, controls
from course.checks import prediction, registry
from course.checks.prediction import LETTERS, Prediction, Question, asked, predict
from course.controls import WIDGET_VIEW

COIN = {
    "question": "How often does a <fair> coin show heads?",
    "options": ["<i>always", "half of the time", "never, & that in a sentence so long that it must wrap " * 3],
    "replies": ["No: <b>tails</b> exists.", "Yes, for both sides are alike.", "No: heads exists."],
    "answer": "B",
}


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """A lesson 99 with one prediction; the outputs, as a front end would hold them."""
    known = catalogue._words("en")
    monkeypatch.setattr(catalogue, "_words", lambda language: {**known, "99": {"predict": {"coin": COIN}}})
    monkeypatch.setattr(registry, "topics", lambda: {"99": "demo"})
    monkeypatch.setattr(prediction, "_shown", {})
    outputs = []

    class Handle:
        def __init__(self, place):
            self.place = place

        def update(self, bundle, raw):
            outputs[self.place] = bundle

    def display(bundle, raw=False, display_id=False):
        outputs.append(bundle)
        return Handle(len(outputs) - 1)

    for module in (prediction, carrier, controls):
        monkeypatch.setattr(module, "display", display)
    return outputs


def the_shown() -> Prediction:
    return prediction._shown["", "99.coin"]


def test_question_and_options_are_read_without_a_kernel(shown):
    predict("99.coin")
    words = shown[0]["text/plain"].splitlines()
    assert words[0] == "Predict first: How often does a <fair> coin show heads?"
    assert words[1:3] == ["A. <i>always", "B. half of the time"]
    assert "a &lt;fair&gt; coin" in shown[0]["text/html"]
    assert "A. &lt;i&gt;always<br>" in shown[0]["text/html"]
    assert "B. half of the time" in shown[0]["text/html"]
    assert shown[-1]["text/plain"] == "No answer yet: choose one, and change it as often as you like."
    assert list(shown[1]) == [WIDGET_VIEW]


def test_stored_outputs_are_the_same_each_time(shown):
    predict("99.coin")
    first = [bundle for bundle in shown if isinstance(bundle, dict) and WIDGET_VIEW not in bundle]
    shown.clear()
    predict("99.coin")
    assert [bundle for bundle in shown if isinstance(bundle, dict) and WIDGET_VIEW not in bundle] == first


@pytest.mark.parametrize(("option", "said"), [
    (0, "You chose A. ✗ Not quite: No: <b>tails</b> exists."),
    (1, "You chose B. ✓ Right: Yes, for both sides are alike."),
    (2, "You chose C. ✗ Not quite: No: heads exists."),
])
def test_click_is_answered_with_why(shown, option, said):
    predict("99.coin")
    count = len(shown)
    the_shown().buttons[option].click()
    assert shown[-1]["text/plain"] == said
    assert 'role="status"' in shown[-1]["text/html"]
    assert "<b>" not in shown[-1]["text/html"]
    assert len(shown) == count


def test_chosen_option_is_marked_and_may_be_changed(shown):
    predict("99.coin")
    buttons = the_shown().buttons
    assert [button.description[:4] for button in buttons] == ["○ A.", "○ B.", "○ C."]
    buttons[0].click()
    buttons[2].click()
    assert [button.description[:4] for button in buttons] == ["○ A.", "○ B.", "● C."]
    assert shown[-1]["text/plain"].startswith("You chose C.")


def test_a_button_is_named_by_its_whole_option():
    predict("99.coin")
    assert the_shown().buttons[2].description == f"○ C. {COIN['options'][2]}"
    assert {button.layout.width for button in the_shown().buttons} == {"auto"}


def test_running_a_cell_again_leaves_no_widget_behind():
    predict("99.coin")
    first, count = the_shown(), len(ipywidgets.widgets.widget._instances)
    for _ in range(5):
        predict("99.coin")
    assert len(ipywidgets.widgets.widget._instances) == count
    assert first.box.comm is None
    assert len(prediction._shown) == 1


def test_the_same_prediction_in_two_cells_lives_twice(monkeypatch):
    predict("99.coin")
    monkeypatch.setattr(prediction, "cell_id", lambda: "another")
    predict("99.coin")
    assert the_shown().box.comm is not None
    assert len(prediction._shown) == 2


def test_under_voila_a_widget_holds_the_reply(monkeypatch):
    held = []
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    monkeypatch.setattr(carrier, "show_widget", held.append)
    predict("99.coin")
    the_shown().buttons[1].click()
    assert "both sides are alike" in held[0].value


@pytest.mark.parametrize("name", ["99.coins", "98.coin", "", 5, None, [], "99", "<b>"])
def test_unknown_prediction_gets_a_sentence(shown, name):
    predict(name)
    assert "the nearest names: 99.coin." in shown[0]["text/plain"]
    assert "<b>" not in shown[0]["text/html"]


def test_choosing_before_it_is_shown_is_remembered():
    waiting = Prediction(Question("?", ["a", "b"], ["c", "d"], "A"))
    waiting.choose(1)
    assert "You chose B" in waiting.reply["text/plain"]
    waiting.close()


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
