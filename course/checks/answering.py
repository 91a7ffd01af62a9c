"""`check`, `hint`, `score`: what exercises say to a learner. Nothing is sent; the notebook keeps what is shown."""

from collections import Counter
from typing import Any

from IPython.display import display

from course.catalogue import text, texts
from course.checks.judging import Verdict, judge
from course.checks.registry import exercise_names, find, unknown
from course.checks.saying import spoken

WORDS = {"right": "right", "unfinished": "open", "interrupted": "open"}

_hints_given: Counter[str] = Counter()
_last_words: dict[str, str] = {}  # of each exercise's last check: right, open, wrong


def check(name: str, answer: Any = ...) -> None:
    """Say in one sentence whether ``answer`` solves the exercise called ``name``. Never raises."""
    verdict = verdict_on(name, answer)
    word = WORDS.get(verdict.kind, "wrong")
    if verdict.kind != "unknown":
        _last_words[name] = word
    display(spoken(verdict.sentence, text(f"checks.word.{word}")), raw=True)


def verdict_on(name: str, answer: Any) -> Verdict:
    """The verdict that `check` shows; its kind is "unknown" where there is no such exercise."""
    exercise = find(name)
    return Verdict("unknown", unknown(name, exercise_names())) if exercise is None else judge(exercise, answer)


def hint(name: str) -> None:
    """Show the next hint for the exercise called ``name``; after a restart of the kernel, the first again."""
    exercise = find(name)
    if exercise is None:
        check(name)  # it says that there is none
        return
    hints = texts(exercise.key("hints"))
    given, total = _hints_given[name], len(hints)
    if given < total:
        _hints_given[name] += 1
        said = spoken(hints[given], text("checks.hint", number=given + 1, total=total))
    else:
        said = spoken(text("checks.no_more_hints", total=total))
    display(said, raw=True)


def score(*names: str) -> None:
    """Show which of the exercises called ``names`` are right, each by its last check since the kernel started."""
    if wrong := next((name for name in names if find(name) is None), None):
        check(wrong)  # it says that there is none
        return
    words = {name: _last_words.get(name, "unchecked") for name in names}
    said = " · ".join(f"{name} {text(f'checks.word.{word}')}" for name, word in words.items())
    total = text("checks.score", right=list(words.values()).count("right"), total=len(words))
    display(spoken(said, total), raw=True)
