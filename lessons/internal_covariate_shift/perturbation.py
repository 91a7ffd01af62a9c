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
from helpers.network import Network, Parameters, initialize, loss_and_gradients
from helpers.shift import change_by_layer

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
DEPTH, WIDTH = 10, 50
PERCENTS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
GAINS = {"relu": 2**0.5, "tanh": 1.0, "sigmoid": 4.0}  # times 1/√fan_in: a signal neither grows nor shrinks at 0
LOW, HIGH = 0.02, 1000.0


class Changes(NamedTuple):
    """The size of layer 1's change in percent, and how far z of each hidden layer moves, in percent of its spread."""

    percent: float
    plain: Array
    batchnorm: Array


def deep_network(activation: str, scale: float, batchnorm: bool, seed: int = 0) -> tuple[Network, Parameters]:
    """Ten hidden layers of 50 units on 64 inputs, with weights of standard deviation scale · gain / √fan_in."""
    network = Network((64, *[WIDTH] * DEPTH, 10), activation, batchnorm)
    parameters = initialize(network, np.random.default_rng(seed), 1.0)
    for k in range(1, network.depth + 1):
        parameters[f"weight{k}"] *= scale * GAINS[activation] / network.sizes[k - 1] ** 0.5
    return network, parameters


def changed(parameters: Parameters, direction: Array, percent: float) -> Parameters:
    """The same parameters with weight1 moved along ``direction`` by ``percent`` of its norm."""
    weight = parameters["weight1"]
    step = percent / 100 * np.linalg.norm(weight) / np.linalg.norm(direction)
    return {**parameters, "weight1": weight + step * direction}


def directions(network: Network, parameters: Parameters, x: Array, y: Array, seed: int = 0) -> dict[str, Array]:
    """Two directions for weight1: "random" and "downhill", the one that an update takes."""
    noise = np.random.default_rng(1000 + seed).standard_normal(parameters["weight1"].shape)
    return {"random": noise, "downhill": -loss_and_gradients(network, parameters, x, y)[1]["weight1"]}


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
