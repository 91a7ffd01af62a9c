"""Lesson 01's panels on the scale of the inputs: loss surfaces, gradients by weight, and scaling beside ridge."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure

from course.catalogue import text, texts
from course.controls import Control, choice, menu, number, steps
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREY
from helpers import least_squares
from helpers.validate import Array
from lessons.gradient_descent import experiments
from lessons.gradient_descent.experiments import SCALINGS, START, Fit, Gradients, Surface
from lessons.gradient_descent.panels import BOX, draw_path, draw_star, draw_verdict, say

Built = tuple[Sequence[Artist], Update]
LITTLE = 1e-4  # percent of excess loss below which rounding decides the digits


def surfaces(x: Array) -> Panel:
    """Descent with two weights on ``x`` (N, 2), as measured or scaled; the best weights are at (0, 0).

    A weight's unit is its effect: weight × root mean square of its feature. Only in such units do the weights of
    all scalings fit into one picture. There is no bias, so the picture shows the whole surface.
    """
    curvatures = {name: least_squares.hessian(scale(x)) for name, scale in SCALINGS.items()}

    def compute(scaling: str, fraction: float, step: int) -> Surface:
        return experiments.surface(curvatures[scaling], scaling, fraction, step)

    def describe(result: Surface) -> str:
        percent = 100 * result.left[-1]
        left = text("01.surfaces.left", percent=percent) if percent > LITTLE else text("01.surfaces.little")
        values = result._asdict() | {"left": left, "steps": len(result.left) - 1}
        return text("01.surfaces.sentence", **values | _words("surfaces", result))

    build = partial(_draw_surfaces, curvatures=curvatures)
    return Panel("01.surfaces", _descent_controls(100), compute, build, describe)


def _draw_surfaces(figure: Figure, curvatures: Mapping[str, Array]) -> Built:
    """The path on the loss surface at the left, the excess loss after each step at the right."""
    left, right = figure.subplots(1, 2)
    contours = {name: _contours(left, curvature) for name, curvature in curvatures.items()}
    star = draw_star(left, (0, 0))
    left.set(xlim=(-2, 2), ylim=(-2, 2), xlabel=text("01.surfaces.first"), ylabel=text("01.surfaces.second"))
    right.set(xlim=(-2, 102), ylim=(1e-6, 1e2), yscale="log")
    right.set(xlabel=text("01.surfaces.steps"), ylabel=text("01.surfaces.excess"))
    path, end = draw_path(left)
    (trace,) = right.plot([], [], color=BLUE)
    verdict = draw_verdict(left)

    def update(result: Surface) -> None:
        for name, lines in contours.items():
            lines.set_visible(name == result.scaling)
        path.set_data(result.path.T)
        end.set_data(result.path[-1:].T)
        trace.set_data(np.arange(len(result.left)), result.left)
        say(verdict, result.behaviour, inside=np.abs(result.path[-1]).max() < 2)

    return (*contours.values(), path, star, end, trace, verdict), update


def gradients(x: Array, y: Array) -> Panel:
    """Each weight's own gradient during full-batch descent on ``x`` (N, D), ``y`` (N,), from the mean of y on."""

    def build(figure: Figure) -> Built:
        ax = figure.subplots()
        rows = np.arange(x.shape[1])
        ax.set(xlim=(1e-7, 1e12), xscale="log", ylim=(len(rows) - 0.5, -1.6), yticks=rows)
        ax.set_yticklabels(texts("01.features"))
        ax.set_xlabel(text("01.gradients.size"))
        (before,) = ax.plot([], [], "o", color=BLACK, markerfacecolor="white")
        (now,) = ax.plot([], [], "D", color=BLUE)
        ax.text(2e-7, -0.9, text("01.gradients.before"))
        ax.text(1e-3, -0.9, text("01.gradients.now"), color=BLUE)
        verdict = ax.text(5e11, -0.9, "", ha="right", fontsize=15)

        def update(result: Gradients) -> None:
            before.set_data(result.start, rows)
            now.set_data(result.now, rows)
            verdict.set_text(text("01.gradients.verdict", behaviour=text(f"01.behaviour.{result.behaviour}")))

        return (before, now, verdict), update

    def describe(result: Gradients) -> str:
        growth = result.now / result.start
        values = result._asdict() | {"smallest": result.now.min(), "largest": result.now.max(),
                                     "least": growth.min(), "most": growth.max()}
        return text("01.gradients.sentence", **values | _words("gradients", result))

    return Panel("01.gradients", _descent_controls(60), partial(experiments.gradients, x, y), build, describe)


def three(x: Array, y: Array) -> Panel:
    """Scaling and ridge side by side on ``x`` (N, D), ``y`` (N,): the inputs' ranges, the weights, the predictions."""

    def build(figure: Figure) -> Built:
        left, right = figure.subplots(1, 2, sharey=True)
        rows = np.arange(x.shape[1])
        left.set_xscale("symlog", linthresh=1)
        left.set(xlim=(-10, 3000), ylim=(len(rows) - 0.5, -1.6), yticks=rows, xlabel=text("01.three.inputs"))
        left.set_yticklabels(texts("01.features"))
        left.set_xticks([-10, -1, 0, 1, 10, 100, 1000], ["−10", "−1", "0", "1", "10", "100", "1000"])
        right.set(xlim=(-1, 2.1), xlabel=text("01.three.weights"))
        right.axvline(0, color=GREY, linewidth=1)
        ranges = left.hlines(rows, 0, 0, color=GREY, linewidth=4)
        (means,) = left.plot([], [], "|", color=BLACK, markersize=14, markeredgewidth=3)
        (weights,) = right.plot([], [], "D", color=BLUE)
        moved = right.text(2.05, -0.8, "", ha="right", fontsize=15, bbox=BOX)

        def update(result: Fit) -> None:
            ends = np.stack([result.low, result.high], axis=1)
            ranges.set_segments([np.column_stack([pair, [row, row]]) for row, pair in enumerate(ends)])
            means.set_data(result.mean, rows)
            weights.set_data(result.weights, rows)
            moved.set_text(text("01.three.moved", moved=result.moved))

        return (ranges, means, weights, moved), update

    def describe(result: Fit) -> str:
        values = {"low": result.low.min(), "high": result.high.max(), "moved": result.moved, "ridge": result.ridge,
                  "least": result.mean.min(), "most": result.mean.max(), "length": np.linalg.norm(result.weights)}
        return text("01.three.sentence", **values, scaling=text(f"01.three.scaling_{result.scaling}"))

    controls = [menu("scaling", list(SCALINGS), "raw"), choice("ridge", [0.0, 0.01, 0.1, 1.0, 10.0], 0.0)]
    return Panel("01.three", controls, partial(experiments.fit, x, y), build, describe)


def _descent_controls(last: int) -> list[Control]:
    return [menu("scaling", list(SCALINGS), "raw"), number("fraction", 0.05, 1.2, 0.4, step=0.05),
            steps("step", last, value=30)]  # fmt: skip


def _words(panel: str, result: Surface | Gradients) -> dict[str, str]:
    return {"scaling": text(f"01.{panel}.scaling_{result.scaling}"),
            "behaviour": text(f"01.behaviour.{result.behaviour}")}


def _contours(ax: Axes, curvature: Array) -> ContourSet:
    """Contour lines of the excess loss, at fixed fractions of that at the start, in units of effect."""
    effects = np.sqrt(np.diag(curvature))
    shape = curvature / np.outer(effects, effects)
    first, second = np.meshgrid(np.linspace(-2, 2, 80), np.linspace(-2, 2, 80))
    height = shape[0, 0] * first**2 + 2 * shape[0, 1] * first * second + shape[1, 1] * second**2
    levels = np.array([0.01, 0.1, 0.3, 0.6, 1, 1.5]) * (START @ shape @ START)
    return ax.contour(first, second, height, levels=levels, colors=GREY, linewidths=1)
