"""Lesson 06's panels on small and cancelling variances: what epsilon does, and E[x²] − E[x]² in float32."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice
from course.panel import Panel, Update
from course.style import BATCHNORM, BLACK, BLUE, GREY
from lessons.batchnorm_forward.experiments import D, errors, noise, output_variances

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
EPSILONS = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)
STDS = (1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0, 10.0)
STD_GRID = np.geomspace(STDS[0], STDS[-1], 121)
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9}
MEANS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5)
LOW, HIGH = 1e-9, 1e4  # limits of the picture


class Epsilon(NamedTuple):
    """The output's variance with eps inside the root and, for comparison, outside: of one feature, and (S,) curves."""

    eps: float
    std: float
    inside: float
    outside: float
    inside_curve: Array
    outside_curve: Array


def epsilon(column: Array) -> Panel:
    """Scale one feature (N,) to a chosen standard deviation and normalize it with a chosen eps."""

    def compute(eps: float, std: float) -> Epsilon:
        (inside,), (outside,) = output_variances(column, np.array([std]), eps)
        return Epsilon(eps, std, float(inside), float(outside), *output_variances(column, STD_GRID, eps))

    def describe(result: Epsilon) -> str:
        return text("06.epsilon.sentence", root=result.eps**0.5, **result._asdict())

    controls = [choice("eps", EPSILONS, 1e-5), choice("std", STDS, 0.001)]
    return Panel("06.epsilon", controls, compute, _draw_epsilon, describe)


def _draw_epsilon(figure: Figure) -> Built:
    """The output's variance against the feature's standard deviation, for both places of eps; √eps is marked."""
    ax = figure.subplots()
    ax.set(xscale="log", xlim=(STDS[0] / 1.3, STDS[-1] * 1.3), ylim=(-0.05, 1.3))
    ax.set(xlabel=text("06.epsilon.x"), ylabel=text("06.epsilon.y"), yticks=(0, 0.25, 0.5, 0.75, 1))
    (outside,) = ax.plot([], [], ":", color=BLACK)
    (inside,) = ax.plot([], [], **BATCHNORM)
    root = ax.axvline(1, color=GREY, linestyle="-.", linewidth=1.5)
    (other,) = ax.plot([], [], "s", color=BLACK, markerfacecolor="white", markersize=9, markeredgewidth=2)
    (mark,) = ax.plot([], [], "o", color=BLUE, markersize=10)
    words = [ax.text(0.01, y, "", transform=ax.transAxes, va="top", color=color, bbox=BOX)
             for y, color in ((0.99, BLUE), (0.91, BLACK))]  # fmt: skip
    note = ax.text(0.99, 0.99, "", transform=ax.transAxes, va="top", ha="right", color=GREY, bbox=BOX)

    def update(result: Epsilon) -> None:
        inside.set_data(STD_GRID, result.inside_curve)
        outside.set_data(STD_GRID, result.outside_curve)
        root.set_xdata([result.eps**0.5] * 2)
        mark.set_data([result.std], [result.inside])
        other.set_data([result.std], [result.outside])
        for line, name in zip(words, ("inside", "outside"), strict=True):
            line.set_text(text(f"06.epsilon.{name}", value=getattr(result, name)))
        note.set_text(text("06.epsilon.root", root=result.eps**0.5))

    return (outside, inside, root, other, mark, *words, note), update


class Errors(NamedTuple):
    """For each of MEANS (M,) the median relative errors over the features, and how many one-pass variances are < 0."""

    chosen: int
    one: Array
    two: Array
    negative: Array


def trap() -> Panel:
    """Move the mean of a batch from 1 to 100,000 and compare the two ways to its variance in float32."""
    table = np.array([errors(noise(), mean) for mean in MEANS]).T

    def compute(mean: float) -> Errors:
        return Errors(MEANS.index(mean), *table)

    return Panel("06.trap", [choice("mean", MEANS, 100.0)], compute, _draw_errors, _describe_errors)


def _describe_errors(result: Errors) -> str:
    at = result.chosen
    case = "negative" if result.negative[at] else "sentence"
    numbers = {"mean": MEANS[at], "one": result.one[at], "two": result.two[at], "negative": int(result.negative[at])}
    return text(f"06.trap.{case}", **numbers, d=D)


def _draw_errors(figure: Figure) -> Built:
    """Both errors against the mean, on logarithmic scales; crosses where a variance in one pass is negative."""
    ax = figure.subplots()
    ax.set(xscale="log", yscale="log", xlim=(0.7, 1.5e5), ylim=(LOW, HIGH))
    ax.set(xlabel=text("06.trap.x"), ylabel=text("06.trap.y"))
    ax.axhline(1, color=GREY, linestyle="-.", linewidth=1.5)
    ax.text(1, 1.6, text("06.trap.useless"), color=GREY)
    (one,) = ax.plot([], [], ":s", color=BLACK, markerfacecolor="white", markeredgewidth=2)
    (two,) = ax.plot([], [], marker="o", **BATCHNORM)
    (below,) = ax.plot([], [], "X", color=BLACK, markersize=12)
    marks = [ax.plot([], [], "o", markersize=17, markerfacecolor="none", markeredgewidth=2, color=color)[0]
             for color in (BLACK, BLUE)]  # fmt: skip
    words = [ax.text(0.3, y, "", transform=ax.transAxes, va="top", color=color)
             for y, color in ((0.98, BLACK), (0.12, BLUE))]  # fmt: skip

    def update(result: Errors) -> None:
        at, means = result.chosen, np.array(MEANS)
        for line, mark, values in zip((one, two), marks, (result.one, result.two), strict=True):
            line.set_data(means, np.maximum(values, LOW))
            mark.set_data([means[at]], np.maximum(values[at : at + 1], LOW))
        wrong = result.negative > 0
        below.set_data(means[wrong], result.one[wrong])
        words[0].set_text(text("06.trap.one", value=result.one[at], negative=int(result.negative[at]), d=D))
        words[1].set_text(text("06.trap.two", value=result.two[at]))

    return (one, two, below, *marks, *words), update
