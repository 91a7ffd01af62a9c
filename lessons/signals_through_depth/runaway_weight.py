"""Lesson 04's panel on one weight that runs away."""

from functools import partial
from typing import NamedTuple

import numpy as np

from course.catalogue import text
from course.controls import choice, menu
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BATCHNORM, BLUE, PLAIN
from helpers.network import Network
from lessons.signals_through_depth import runaway_numbers
from lessons.signals_through_depth.runaway_numbers import COLUMN, ROW, SIZES, largest

Array = np.ndarray
WEIGHTS = (-1000, -300, -100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100, 300, 1000)
ACTIVATIONS = ("relu", "sigmoid", "tanh")
SIGNAL_EDGES = (0.1, 1e5)


class Signals(NamedTuple):
    """The largest |z| of each layer (5,) without and with batch norm, and the unit with the chosen weight.

    ``unit`` (N,) is that unit's normalized z, ``copies`` its correlation with its fourth input.
    """

    plain: Array
    normalized: Array
    unit: Array
    copies: float


def signals(x: Array) -> Panel:
    """Five layers on x (N, 8), one weight of the first chosen: how large the signals are, layer by layer."""

    def compute(weight: float, activation: str) -> Signals:
        plain, normed = (runaway_numbers.signals(Network(SIZES, activation, norm), weight, x) for norm in (False, True))
        unit = normed[0][:, COLUMN]
        return Signals(largest(plain), largest(normed), unit, float(np.corrcoef(unit, x[:, ROW])[0, 1]))

    controls = [choice("weight", WEIGHTS, 1000), menu("activation", ACTIVATIONS, "relu")]
    return Panel("04.signals", controls, compute, partial(_draw_signals, feature=x[:, ROW]), _describe_signals)


def _draw_signals(figure: Drawing, feature: Array) -> Update:
    """Left the largest signal by layer, right the unit against its fourth input."""
    left, right = figure.arrange(["layers", "unit"], width_ratios=(1.35, 1))
    left.set(xlim=(0.7, 5.3), ylim=SIGNAL_EDGES, yscale="log", xticks=range(1, 6))
    right.set(xlim=(-4, 4), ylim=(-6, 6))
    figure.line("plain", left, marker="o", **PLAIN)
    figure.line("normalized", left, marker="D", **BATCHNORM)
    figure.key(left, "upper right", "plain", "normalized", moves=True)
    figure.line("dots", right, marker="o", linestyle="", color=BLUE, markersize=4)
    figure.note("copies", right, "upper left")

    def update(result: Signals, weight: float) -> None:
        figure.moving["plain"].set_data(np.arange(1, 6), result.plain)
        figure.moving["normalized"].set_data(np.arange(1, 6), result.normalized)
        figure.moving["dots"].set_data(feature, result.unit)
        for name in ("plain", "normalized", "copies"):
            figure.say(name, weight=weight, **_signal_numbers(result))

    return update


def _describe_signals(result: Signals, weight: float, activation: str) -> str:
    name = text(f"04.signals.activation_{activation}")
    return text("04.signals.sentence", weight=weight, activation=name, **_signal_numbers(result))


def _signal_numbers(result: Signals) -> dict[str, object]:
    return {
        "plain_all": ", ".join(f"{value:,.1f}" for value in result.plain),
        "normalized_all": ", ".join(f"{value:.1f}" for value in result.normalized),
        "plain_most": result.plain.max(),
        "normalized_most": result.normalized.max(),
        "copies": result.copies,
    }
