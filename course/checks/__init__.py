"""Predictions, checks of exercises and hints: ``from course import predict, check, hint, score``.

A lesson's author declares exercises and predictions as CONTRIBUTING says, "Add an exercise".
"""

from course.checks.answering import check, hint, score
from course.checks.exercise import Exercise, Quantity
from course.checks.prediction import predict

__all__ = ["Exercise", "Quantity", "check", "hint", "predict", "score"]
