"""Lesson 05's panel on a push to layer 1: how far each later layer moves, without and with batch normalization."""

from typing import NamedTuple

import numpy as np

from course.catalogue import text
from course.controls import choice, menu, switch
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BATCHNORM, GREY, PLAIN
from lessons.internal_covariate_shift.further import DEPTH, GAINS, pushed

Array = np.ndarray
STYLES = {"plain": PLAIN | {"marker": "^"}, "batchnorm": BATCHNORM | {"marker": "o"}}


class Changes(NamedTuple):
    """How far z of each hidden layer moves, in percent of its spread, without and with batch normalization."""

    plain: Array
    batchnorm: Array


def perturbation(x: Array, y: Array) -> Panel:
    """Move layer 1 a little and see how far each layer's z moves, for examples x (N, 64) with labels y (N,)."""
    def compute(percent: float, **case: object) -> Changes:
        return Changes(*(pushed(x, y, percent=percent, batchnorm=norm, **case) for norm in (False, True)))

    controls = [
        choice("percent", (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0), 1.0),
        menu("activation", tuple(GAINS), "tanh"),
        menu("direction", ("random", "downhill"), "random"),
        choice("scale", (0.5, 1.0, 2.0, 4.0), 4.0),
        switch("shared", True),
    ]
    return Panel("05.perturbation", controls, compute, _draw_changes, _describe_changes)


def _draw_changes(figure: Drawing) -> Update:
    """The change of z against the layer, on a logarithmic scale; at each line's end, how many times it grew."""
    (ax,) = figure.arrange(["layers"])
    layers = np.arange(1, DEPTH + 1)
    ax.set(yscale="log", xlim=(0.8, DEPTH + 2), ylim=(0.02, 50_000), xticks=layers)
    ax.set_yticks([0.1, 1, 10, 100, 1000], ["0.1 %", "1 %", "10 %", "100 %", "1,000 %"])
    figure.line("size", ax, color=GREY, linestyle=":", linewidth=2.5)
    for name, style in STYLES.items():
        figure.line(f"{name}_line", ax, **style)
        place = {"transform": ax.transData, "x": DEPTH + 0.3, "ha": "left", "va": "center"}
        figure.note(name, ax, "center left", color=style["color"], fontsize=16, **place)

    figure.key(ax, "upper left", "plain_line", "batchnorm_line")
    figure.note("case", ax, "upper right")

    def update(found: Changes, percent: float, activation: str, scale: float) -> None:
        figure.say("case", activation=text(f"05.perturbation.activation_{activation}"), scale=scale)
        figure.moving["size"].set_data([0.8, DEPTH + 0.2], [percent] * 2)
        ends = _apart(found.plain[-1], found.batchnorm[-1])
        for name, changes, height in zip(STYLES, found, ends, strict=True):
            figure.moving[f"{name}_line"].set_data(layers, changes)
            figure.words[name].set_y(height)
            figure.say(name, times=_two_digits(changes[-1] / changes[0]))

    return update


def _apart(one: float, other: float, least: float = 3.4) -> tuple[float, float]:
    """Two heights on a logarithmic axis, moved apart until labels at them do not touch."""
    middle = (one * other) ** 0.5
    ratio = max(max(one, other) / middle, least)
    upper, lower = middle * ratio, middle / ratio
    return (upper, lower) if one >= other else (lower, upper)


def _describe_changes(found: Changes, percent: float) -> str:
    numbers: dict[str, float] = {}
    for name, (first, *_, last) in found._asdict().items():
        numbers |= {f"{name}_first": first, f"{name}_last": last, f"{name}_times": last / first}
    written = {name: _two_digits(value) for name, value in numbers.items()}
    return text("05.perturbation.sentence", percent=percent, depth=DEPTH, **written)


def _two_digits(value: float) -> str:
    """Two digits, and no exponent: 170, not 1.7e+02."""
    return f"{float(f'{value:.2g}'):,g}"
