"""Lesson 05's panel on a change of layer 1: how far each later layer moves, without and with batch normalization."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, menu
from course.panel import Panel, Update
from course.style import BATCHNORM, GREY, PLAIN
from helpers.network import Network, Parameters
from helpers.shift import change_by_layer
from lessons.internal_covariate_shift.experiments import DEPTH, GAINS, changed, deep_network, directions

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
PERCENTS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
LOW, HIGH = 0.02, 1000.0


class Changes(NamedTuple):
    """The size of layer 1's change in percent, and how far z of each hidden layer moves, in percent of its spread."""

    percent: float
    plain: Array
    batchnorm: Array


def perturbation(x: Array, y: Array) -> Panel:
    """Move layer 1 a little and see how far each layer's z moves, for examples x (N, 64) with labels y (N,)."""

    @cache
    def prepared(activation: str, scale: float, batchnorm: bool) -> tuple[Network, Parameters, dict[str, Array]]:
        network, parameters = deep_network(activation, scale, batchnorm)
        return network, parameters, directions(network, parameters, x, y)

    def compute(percent: float, activation: str, direction: str, scale: float) -> Changes:
        lines = []
        for batchnorm in (False, True):
            network, parameters, ways = prepared(activation, scale, batchnorm)
            moved = changed(parameters, ways[direction], percent)
            lines.append(100 * change_by_layer(parameters, moved, network, x))
        return Changes(percent, *lines)

    def describe(result: Changes) -> str:
        return text("05.perturbation.sentence", percent=result.percent, depth=DEPTH, **_ends(result))

    controls = [
        choice("percent", PERCENTS, 1.0),
        menu("activation", tuple(GAINS), "relu"),
        menu("direction", ("random", "downhill"), "random"),
        choice("scale", (0.5, 1.0, 2.0, 4.0), 1.0),
    ]
    return Panel("05.perturbation", controls, compute, _draw_changes, describe)


def _draw_changes(figure: Figure) -> Built:
    """The change of z against the layer, on a logarithmic scale; at each line's end, how many times it grew."""
    ax = figure.subplots()
    layers = np.arange(1, DEPTH + 1)
    ax.set(yscale="log", xlim=(0.8, DEPTH + 3), ylim=(LOW, HIGH), xticks=layers)
    ax.set(xlabel=text("05.perturbation.x"), ylabel=text("05.perturbation.y"))
    ax.set_yticks([0.1, 1, 10, 100], ["0.1 %", "1 %", "10 %", "100 %"])
    styles = {"plain": PLAIN | {"marker": "^"}, "batchnorm": BATCHNORM | {"marker": "o"}}
    lines = {name: ax.plot([], [], **style)[0] for name, style in styles.items()}
    words = {name: ax.text(0, 0, "", color=style["color"], va="center") for name, style in styles.items()}
    (size,) = ax.plot([0.8, DEPTH + 0.2], [1, 1], color=GREY, linestyle=":")

    def update(result: Changes) -> None:
        size.set_ydata([result.percent] * 2)
        ends = _apart(result.plain[-1], result.batchnorm[-1])
        for name, end in zip(lines, ends, strict=True):
            changes = getattr(result, name)
            lines[name].set_data(layers, changes)
            times = _two_digits(changes[-1] / changes[0])
            words[name].set_text(text("05.perturbation.label", name=text(f"05.{name}"), times=times))
            words[name].set_position((DEPTH + 0.25, end))

    return (size, *lines.values(), *words.values()), update


def _apart(one: float, other: float, least: float = 2.3) -> tuple[float, float]:
    """Two heights on a logarithmic axis, moved apart until labels at them do not touch."""
    middle = (one * other) ** 0.5
    ratio = max(max(one, other) / middle, least)
    upper, lower = middle * ratio, middle / ratio
    return (upper, lower) if one >= other else (lower, upper)


def _ends(result: Changes) -> dict[str, str]:
    found: dict[str, float] = {}
    for name in ("plain", "batchnorm"):
        changes = getattr(result, name)
        found |= {f"{name}_first": changes[0], f"{name}_last": changes[-1], f"{name}_times": changes[-1] / changes[0]}
    return {name: _two_digits(value) for name, value in found.items()}


def _two_digits(value: float) -> str:
    """Two digits, and no exponent: 170, not 1.7e+02."""
    return f"{float(f'{value:.2g}'):,g}"
