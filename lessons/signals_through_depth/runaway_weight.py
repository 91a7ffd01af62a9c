"""Lesson 04's panel on one weight that runs away."""

from functools import partial

import numpy as np

from course.catalogue import text
from course.controls import choice, menu
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BATCHNORM, BLUE, PLAIN
from lessons.signals_through_depth.runaway_numbers import ROW, Signals, both

Array = np.ndarray
WEIGHTS = (-1000, -300, -100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100, 300, 1000)
ACTIVATIONS = ("relu", "sigmoid", "tanh")
SIGNAL_EDGES = (0.1, 1e7)
LINES = {"plain": {"marker": "o", **PLAIN}, "normalized": {"marker": "D", **BATCHNORM}}


def signals(x: Array) -> Panel:
    """Five layers on x (N, 8), one weight of the first chosen: how large the signals are, layer by layer."""
    controls = [choice("weight", WEIGHTS, 1000), menu("activation", ACTIVATIONS, "relu")]
    return Panel("04.signals", controls, partial(both, x), partial(_draw_signals, feature=x[:, ROW]), _describe_signals)


def _draw_signals(figure: Drawing, feature: Array) -> Update:
    """Left the largest signal by layer, right the unit against its fourth input."""
    left, right = figure.arrange(["layers", "unit"], width_ratios=(1.35, 1))
    left.set(xlim=(0.7, 5.3), ylim=SIGNAL_EDGES, yscale="log", xticks=range(1, 6))
    right.set(xlim=(-4, 4), ylim=(-6, 6))
    for name, style in LINES.items():
        figure.line(name, left, **style)
    figure.key(left, "upper right", *LINES, moves=True)
    figure.line("dots", right, marker="o", linestyle="", color=BLUE, markersize=4)
    figure.note("copies", right, "upper left")

    def update(result: Signals, weight: float) -> None:
        for name in LINES:
            figure.moving[name].set_data(np.arange(1, 6), getattr(result, name))
        figure.moving["dots"].set_data(feature, result.unit)
        for name in (*LINES, "copies"):
            figure.say(name, weight=weight, **_signal_numbers(result))

    return update


def _describe_signals(result: Signals, weight: float, activation: str) -> str:
    name = text(f"04.signals.activation_{activation}")
    return text("04.signals.sentence", weight=weight, activation=name, **_signal_numbers(result))


def _signal_numbers(result: Signals) -> dict[str, object]:
    every = {f"{name}_all": ", ".join(f"{value:,.1f}" for value in getattr(result, name)) for name in LINES}
    return every | {f"{name}_most": getattr(result, name).max() for name in LINES} | {"copies": result.copies}
