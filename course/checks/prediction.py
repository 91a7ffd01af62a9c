"""A prediction: a question with lettered options, answered by a click, and a reply that says why."""

import html
from dataclasses import dataclass

import ipywidgets as widgets
from IPython.display import display

from course.catalogue import text, texts
from course.checks.registry import prediction_names, unknown
from course.checks.saying import spoken
from course.drawing import in_class
from course.pictures import Bundle
from course.shown import live_html, show_widget, store

LETTERS = "ABCDEFGH"
CHOSEN, OPEN = "●", "○"


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
        self.buttons = [_button(i, self) for i in range(len(question.options))]
        self.said = live_html("course-live", "course-said")
        self.box = widgets.VBox([*self.buttons, *_reveal(self), self.said])
        self.box.add_class("course-prediction")
        self._mark()

    def show(self) -> None:
        """Show the question, the buttons and, below them, the reply, until the cell is run again."""
        display(_asked(self.question), raw=True)
        show_widget(self.box)
        store(self.reply)

    def choose(self, option: int) -> None:
        """Take ``option`` as the answer and say why it is right or not."""
        self.chosen = option
        self._mark()

    @property
    def reply(self) -> Bundle:
        """What stands below the buttons."""
        if self.chosen is None:
            return spoken(text("checks.choose"), announced=False)
        letter = LETTERS[self.chosen]
        mark = text("checks.word.right" if letter == self.question.answer else "checks.word.wrong")
        chosen = text("checks.chosen", letter=letter)
        return spoken(self.question.replies[self.chosen], f"{chosen}. {mark}", announced=False)

    def _mark(self) -> None:
        for i, (button, option) in enumerate(zip(self.buttons, self.question.lettered(), strict=True)):
            button.description = f"{CHOSEN if i == self.chosen else OPEN} {option}"
        self.said.value = self.reply["text/html"]


def predict(name: str) -> None:
    """Ask the prediction called ``name``, such as ``"01.rate"``."""
    if type(name) is not str or name not in prediction_names():
        display(spoken(unknown(name, prediction_names()), text("checks.word.wrong")), raw=True)
        return
    Prediction(asked(name)).show()


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


def _reveal(prediction: Prediction) -> list[widgets.Button]:
    """In a class, the button with which the teacher shows the right option and its reply."""
    if not in_class():
        return []
    button = widgets.Button(description=text("checks.reveal"), layout={"width": "auto", "height": "auto"})
    button.on_click(lambda _: prediction.choose(LETTERS.index(prediction.question.answer)))
    return [button]


def _asked(question: Question) -> Bundle:
    """The question and its options, for where there are no buttons too; where there are, the page hides this list."""
    mark = text("checks.question")
    options = "<br>".join(map(html.escape, question.lettered()))  # letters of ours: JupyterLab numbers any list
    lead = f"<p><strong>{html.escape(mark)}:</strong> {html.escape(question.question)}</p>"
    page = f'{lead}<p class="course-options">{options}</p>'
    return {"text/plain": "\n".join([f"{mark}: {question.question}", *question.lettered()]), "text/html": page}
