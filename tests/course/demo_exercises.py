"""A lesson 99 with four exercises, for the tests of the checks themselves."""

import numpy as np

from course import catalogue
from course.checks import Exercise, Quantity, answering, registry
from course.checks.judging import judge

STEP = {
    "right": "It goes downhill.",
    "hints": ["first <hint>", "second", "third"],
    "plus": "uphill: {subject} is {found}, expected {expected}.",
    "transposed": "the wrong way round: {call}",
    "whole": "rounded",
}


def step(weight, gradient, rate):
    return weight - rate * gradient


def step_cases(rng):
    return [(rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), 0.1), (2.0, 3.0, 0.1)]


def up(weight, gradient, rate):
    return weight + rate * gradient


def transposed(weight, gradient, rate):
    return weight - rate * np.transpose(gradient)


STEP_EXERCISE = Exercise("99.step", step, step_cases, mistakes={"plus": up, "transposed": transposed})
COUNT = Exercise("99.count", lambda n, size: -(-n // size), lambda rng: [(1000, 100), (1050, 100)],
                 mistakes={"whole": lambda n, size: n // size})
PAIR = Exercise("99.pair", lambda x: (x.sum(0), x.mean(0)), lambda rng: [(rng.normal(size=(5, 2)),)],
                mistakes={"plus": lambda x: (x.sum(1), x.mean(1))}, parts=("total", "mean"))
UPDATES = Quantity("99.updates", 50, mistakes={"plus": 5, "whole": 10}, stub=0)
ENDLESS = Exercise("99.step", step, step_cases, mistakes={}, seconds=0.3)


def install(monkeypatch):
    """Put the texts and exercises of this module in the place of the lessons' for one test."""
    texts = dict.fromkeys(("step", "count", "pair", "updates"), STEP)
    known = catalogue._words("en")
    monkeypatch.setattr(catalogue, "_words", lambda language: {**known, "99": {"exercise": texts}})
    declared = {exercise.name: exercise for exercise in (STEP_EXERCISE, COUNT, PAIR, UPDATES)}
    monkeypatch.setattr(registry, "topics", lambda: {"99": "demo"})
    monkeypatch.setattr(registry, "exercises", lambda topic: declared)
    monkeypatch.setattr(answering, "_hints_given", type(answering._hints_given)())


def kind(answer, exercise=STEP_EXERCISE):
    return judge(exercise, answer).kind


def says(answer, exercise=STEP_EXERCISE):
    return judge(exercise, answer).sentence


def raising(error):
    def f(*arguments):
        raise error

    return f
