"""A prediction: a question with lettered options, answered by a click, and a reply that says why."""

import html
from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets as widgets
from IPython.display import display

from course.carrier import cell_id, display_carrier
from course.catalogue import text, texts
from course.checks.registry import prediction_names, unknown
from course.checks.saying import spoken
from course.controls import collected, show_widget
from course.pictures import Bundle

LETTERS = "ABCDEFGH"
CHOSEN, OPEN = "●", "○"

_shown: dict[tuple[str, str], "Prediction"] = {}


@dataclass(frozen=True)
class Question:
    """What a prediction says: options and replies correspond, and ``answer`` is the letter of the right one."""

    question: str
    options: list[str]
    replies: list[str]
    answer: str

    def lettered(self) -> list[str]:
        """The options with their letters."""
        return [f"{letter}. {option}" for letter, option in zip(LETTERS, self.options, strict=False)]


class Prediction:
    """A question with its buttons and its reply; ``chosen`` is the number of the option, from 0, or None."""

    def __init__(self, question: Question) -> None:
        """Make the buttons, none of them chosen."""
        self.question = question
        self.chosen: int | None = None
        self._carrier: Callable[[Bundle], None] | None = None
        with collected() as self._owned:
            self.buttons = [_button(i, self) for i in range(len(question.options))]
            self.box = widgets.VBox(self.buttons)
        self.box.add_class("course-prediction")
        self._mark()

    def show(self) -> None:
        """Show the question, the buttons and, below them, the reply."""
        display(_asked(self.question), raw=True)
        with collected() as shown:
            show_widget(self.box)
            self._carrier = display_carrier(self.reply)
        self._owned += shown

    def choose(self, option: int) -> None:
        """Take ``option`` as the answer and say why it is right or not."""
        self.chosen = option
        self._mark()
        if self._carrier is not None:
            self._carrier(self.reply)

    def close(self) -> None:
        """Let go of the buttons."""
        for widget in self._owned:
            widget.close()

    @property
    def reply(self) -> Bundle:
        """What stands below the buttons."""
        if self.chosen is None:
            return spoken(text("checks.choose"))
        letter = LETTERS[self.chosen]
        mark = text("checks.word.right" if letter == self.question.answer else "checks.word.wrong")
        chosen = text("checks.chosen", letter=letter)
        return spoken(self.question.replies[self.chosen], f"{chosen}. {mark}")

    def _mark(self) -> None:
        for i, (button, option) in enumerate(zip(self.buttons, self.question.lettered(), strict=True)):
            button.description = f"{CHOSEN if i == self.chosen else OPEN} {option}"


def predict(name: str) -> None:
    """Ask the prediction called ``name``, such as ``"01.rate"``; what an earlier run of the cell showed is closed."""
    if type(name) is not str or name not in prediction_names():
        display(spoken(unknown(name, prediction_names()), text("checks.word.wrong")), raw=True)
        return
    key = (cell_id(), name)
    if key in _shown:
        _shown.pop(key).close()
    _shown[key] = Prediction(asked(name))
    _shown[key].show()


def asked(name: str) -> Question:
    """The prediction called ``name`` from the catalogue; KeyError if a text of it is missing."""
    key = "{}.predict.{}".format(*name.split(".", 1))
    return Question(
        text(f"{key}.question"), texts(f"{key}.options"), texts(f"{key}.replies"), text(f"{key}.answer")
    )


def _button(option: int, prediction: Prediction) -> widgets.Button:
    button = widgets.Button(layout={"width": "auto", "height": "auto"})
    button.on_click(lambda _: prediction.choose(option))
    return button


def _asked(question: Question) -> Bundle:
    """The question and its options, for where there are no buttons too; where there are, the page hides this list."""
    mark = text("checks.question")
    options = "<br>".join(map(html.escape, question.lettered()))  # letters of ours: JupyterLab numbers any list
    lead = f"<p><strong>{html.escape(mark)}:</strong> {html.escape(question.question)}</p>"
    page = f'{_STYLE}{lead}<p class="course-options">{options}</p>'
    return {"text/plain": "\n".join([f"{mark}: {question.question}", *question.lettered()]), "text/html": page}


_STYLE = """<style>
.course-prediction .jupyter-button { white-space: normal; text-align: left; line-height: 1.5; padding: 0.3em 0.8em;
  max-width: 42em; font-size: inherit; overflow: visible; }
.jp-OutputArea:has(.course-prediction) .course-options { display: none; }
</style>"""
