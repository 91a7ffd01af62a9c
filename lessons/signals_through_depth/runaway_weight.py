"""Lesson 04's panels on single weights: one that runs away, and all of a layer times the same number."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, menu
from course.panel import Panel, Update
from course.style import BATCHNORM, BLACK, BLUE, GREY, PLAIN, VERMILLION
from helpers.network import Network, initialize
from lessons.signals_through_depth import experiments
from lessons.signals_through_depth.experiments import COLUMN, ROW, SIZES, largest, rescaled

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
WEIGHTS = (-1000, -300, -100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100, 300, 1000)
ACTIVATIONS = ("relu", "sigmoid", "tanh")
SIGNAL_EDGES = (0.1, 1e5)
FACTORS = (*(float(f"{digit}e{power}") for power in range(-6, 4) for digit in (1, 2, 3, 5)), 1e4)


class Signals(NamedTuple):
    """The largest |z| of each layer (5,) without and with batch norm, and the unit with the chosen weight.

    ``product`` is the largest |x @ weight1|, ``unit`` (N,) that unit's normalized z, ``copies`` its correlation with
    its fourth input.
    """

    weight: float
    activation: str
    plain: Array
    normalized: Array
    product: float
    unit: Array
    copies: float


def signals(x: Array) -> Panel:
    """Five layers on x (N, 8), one weight of the first chosen: how large the signals are, layer by layer."""

    def compute(weight: float, activation: str) -> Signals:
        plain, normed = (experiments.signals(Network(SIZES, activation, norm), weight, x) for norm in (False, True))
        unit = normed[0][:, COLUMN]
        copies = float(np.corrcoef(unit, x[:, ROW])[0, 1])
        return Signals(weight, activation, largest(plain), largest(normed), float(largest(plain)[0]), unit, copies)

    controls = [choice("weight", WEIGHTS, 1000), menu("activation", ACTIVATIONS, "relu")]
    return Panel("04.signals", controls, compute, partial(_draw_signals, feature=x[:, ROW]), _describe_signals)


def _draw_signals(figure: Figure, feature: Array) -> Built:
    """Left the largest signal by layer, right the unit against its fourth input."""
    left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
    left.set(xlim=(0.7, 5.3), ylim=SIGNAL_EDGES, yscale="log", xticks=range(1, 6))
    left.set(xlabel=text("04.signals.x"), ylabel=text("04.signals.y"))
    right.set(xlim=(-4, 4), ylim=(-6, 6), xlabel=text("04.signals.feature"), ylabel=text("04.signals.unit"))
    (plain,) = left.plot([], [], marker="o", **PLAIN)
    (normalized,) = left.plot([], [], marker="D", **BATCHNORM)
    labels = [left.text(0.02, y, "", transform=left.transAxes, va="top", color=color)
              for y, color in ((0.99, VERMILLION), (0.9, BLUE))]  # fmt: skip
    (dots,) = right.plot([], [], "o", color=BLUE, markersize=4)
    words = right.text(0.02, 0.99, "", transform=right.transAxes, va="top", linespacing=1.5)

    def update(result: Signals) -> None:
        plain.set_data(np.arange(1, 6), result.plain)
        normalized.set_data(np.arange(1, 6), result.normalized)
        dots.set_data(feature, result.unit)
        for label, name in zip(labels, ("plain", "normalized"), strict=True):
            label.set_text(text(f"04.signals.{name}", **_signal_numbers(result)))
        words.set_text(text("04.signals.words", **_signal_numbers(result)))

    return (plain, normalized, *labels, dots, words), update


def _describe_signals(result: Signals) -> str:
    return text("04.signals.sentence", **_signal_numbers(result))


def _signal_numbers(result: Signals) -> dict[str, object]:
    return {
        "weight": result.weight,
        "activation": text(f"04.signals.activation_{result.activation}"),
        "plain_all": ", ".join(f"{value:,.1f}" for value in result.plain),
        "normalized_all": ", ".join(f"{value:.1f}" for value in result.normalized),
        "plain_most": result.plain.max(),
        "normalized_most": result.normalized.max(),
        "product": result.product,
        "copies": result.copies,
    }


class Rescaled(NamedTuple):
    """The first layer's weights times ``factor``: unit 1's normalized output (N,), and the gradient norm against that
    at 1; ``apart`` is the output's largest distance from that at 1.
    """

    factor: float
    out: Array
    apart: float
    gradient: float


def rescale(x: Array, labels: Array) -> Panel:
    """BN(x·aW) against BN(xW), and the gradient with respect to aW, for x (N, 8), labels (N,) of 3 classes."""
    network = Network((8, 6, 3), "tanh", True)
    start = initialize(network, np.random.default_rng(0))
    reference = rescaled(network, start, 1.0, x, labels)

    def compute(factor: float) -> Rescaled:
        out, gradient = rescaled(network, start, factor, x, labels)
        apart = float(np.abs(out - reference[0])[:, 0].max())
        return Rescaled(factor, out[:, 0], apart, gradient / reference[1])

    build = partial(_draw_rescaled, everywhere=[compute(factor) for factor in FACTORS])
    return Panel("04.rescale", [choice("factor", FACTORS, 100.0)], compute, build, _describe_rescaled)


def _draw_rescaled(figure: Figure, everywhere: Sequence[Rescaled]) -> Built:
    """Left one unit's output against that at a = 1, right the gradient norm against a."""
    left, right = figure.subplots(1, 2)
    at = np.array([result.factor for result in everywhere])
    reference = everywhere[FACTORS.index(1.0)].out
    edge = 1.1 * np.abs(reference).max()
    left.plot([-edge, edge], [-edge, edge], color=GREY, linestyle=":", linewidth=1.6)
    left.set(xlim=(-edge, edge), ylim=(-edge, edge), xlabel=text("04.rescale.x"), ylabel=text("04.rescale.y"))
    right.set(xlim=(at[0] / 2, at[-1] * 2), ylim=(1e-5, 1e7), xscale="log", yscale="log")
    right.set(xlabel=text("04.rescale.a"), ylabel=text("04.rescale.gradient"))
    right.plot(at, 1 / at, color=GREY, linestyle=":", linewidth=1.8)
    right.plot(at, [result.gradient for result in everywhere], **BATCHNORM)
    right.text(1.5e-5, 2e5, text("04.rescale.inverse"), color=GREY)
    (dots,) = left.plot([], [], "o", color=BLUE, markersize=4)
    (point,) = right.plot([], [], "D", color=BLACK, markersize=9)
    words = left.text(0.03, 0.98, "", transform=left.transAxes, va="top")

    def update(result: Rescaled) -> None:
        dots.set_data(reference, result.out)
        point.set_data([result.factor], [result.gradient])
        words.set_text(text("04.rescale.words", **_rescaled_numbers(result)))

    return (dots, point, words), update


def _describe_rescaled(result: Rescaled) -> str:
    return text("04.rescale.sentence", **_rescaled_numbers(result))


def _rescaled_numbers(result: Rescaled) -> dict[str, float]:
    return {**result._asdict(), "inverse": 1 / result.factor}
