"""Predictions, checks of exercises and hints: ``from course import predict, check, hint``.

For a lesson's author. A prediction is a table in the lesson's catalogue file, ``lessons/<topic>/words/en.toml``, shown
with ``predict("01.rate")``. Options and replies correspond; the page adds whether it is right; the answer is a letter::

    [predict.rate]
    question = "…?"
    options = ["…", "…", "…"]
    replies = ["… because …", "… because …", "… because …"]
    answer = "B"

The exercises of lesson ``01_<topic>`` are the list EXERCISES in ``lessons/<topic>/exercises.py``::

    from course.checks import Exercise, Quantity

    EXERCISES = [
        Exercise("01.step", reference=step, cases=step_cases, mistakes={"plus": uphill, …}),
        Quantity("01.updates", expected=50, mistakes={"per_epoch": 5, …}),
    ]

``step_cases(rng)`` returns a list of argument tuples: several, N ≥ 4, one of them an edge. Each mistake (at least
five) is a wrong implementation or a wrong value: an answer that gives the same on every case is told that mistake's
sentence. Use small functions; `Exercise` documents ``parts`` (names for a tuple), ``view`` (for results with
freedom in them, such as a shuffle) and ``stub``. Texts begin with what is wrong; their fields are {found} and
{expected} (the results if they are short, else the first numbers that differ), {subject} (the call, or the place in
it), {call}, which names arguments as the reference does, and {given}, the arguments in words::

    [exercise.step]
    right = "a sentence saying what it shows"
    hints = ["a nudge", "more", "nearly all"]
    plus = "a step goes against the gradient, so subtract: {subject} is {found}, expected is {expected}."

In the notebook: task (Markdown); stub (code cell tagged ``exercise:01.step``, with ``...`` where the learner
writes); ``check("01.step", step)``; solution (Markdown tagged ``solution:01.step``: ``<details>`` with one fenced
``python`` block that defines the same name). `hint` is for the learner to call: no stored cell calls it.

``tests/test_exercises.py`` tests every declared exercise and solution. ``tests/lessons/<topic>/wrong_answers.py``
lists wrong answers as learners type them, at least five an exercise, written without looking at ``mistakes``: Python
source whose last expression, assignment or function is the answer (``np`` is there), and the verdict wanted: a mistake
or one of unfinished, not_callable, raised, late, shape, dtype, finite, changed, value, exits, asks, sets, replaces (no
mistake bears such a name)::

    WRONG = {"01.step": [("def step(w, g, rate):\\n    return w + rate * g", "plus"), …]}
"""

from course.checks.answering import check, hint
from course.checks.exercise import Exercise, Quantity
from course.checks.prediction import predict

__all__ = ["Exercise", "Quantity", "check", "hint", "predict"]
