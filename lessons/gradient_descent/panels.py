"""Lesson 01's panels on the loop itself: one weight, the factor of a step, and a line fitted to data."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from course.catalogue import text
from course.controls import choice, integer, number, steps
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers import least_squares
from helpers.validate import Array
from lessons.gradient_descent import experiments
from lessons.gradient_descent.experiments import FACTOR_STEPS, OPTIMUM, Descent, Factor, LineFit

Built = tuple[Sequence[Artist], Update]
BOX = {"facecolor": "white", "edgecolor": "none", "pad": 2}  # behind a text that stands on lines


def descent() -> Panel:
    """Gradient descent on (w − 3)²: the path on the curve, and the weight after each step."""

    def build(figure: Figure) -> Built:
        left, right = figure.subplots(1, 2)
        grid = np.linspace(-9, 15, 200)
        left.plot(grid, (grid - OPTIMUM) ** 2, color=GREY)
        left.set(xlim=(-9, 15), ylim=(-6, 100), xlabel="w", ylabel=text("01.descent.loss"))
        right.axhline(OPTIMUM, color=GREEN, linestyle=":")
        right.set(xlim=(-1, 41), ylim=(-9, 15), xlabel=text("01.descent.step"), ylabel="w")
        path, end = draw_path(left)
        (trace,) = right.plot([], [], "o-", color=BLUE, markersize=5, linewidth=1.5)
        verdict = draw_verdict(left)

        def update(result: Descent) -> None:
            path.set_data(result.weights, result.losses)
            end.set_data(result.weights[-1:], result.losses[-1:])
            trace.set_data(np.arange(len(result.weights)), result.weights)
            say(verdict, result.behaviour, inside=abs(result.weights[-1] - OPTIMUM) < 12)

        return (path, end, trace, verdict), update

    def describe(result: Descent) -> str:
        numbers = {"start": result.weights[0], "steps": len(result.weights) - 1, "rate": result.rate}
        return text("01.descent.sentence", w=result.weights[-1], loss=result.losses[-1], **numbers,
                    behaviour=text(f"01.behaviour.{result.behaviour}"))

    controls = [number("rate", 0.0, 1.2, 0.1, step=0.01), integer("start", -4, 10, 8), steps("step", 40, value=10)]
    return Panel("01.descent", controls, experiments.descent, build, describe)


def factor() -> Panel:
    """The factor 1 − rate · curvature against the rate, and the error after each step on a logarithmic scale."""

    def build(figure: Figure) -> Built:
        left, right = figure.subplots(1, 2)
        left.axhspan(-1, 1, color=GREEN, alpha=0.12)
        left.text(2.15, -0.85, text("01.factor.shrinks"), color=GREEN, ha="right")
        left.set(xlim=(0, 2.2), ylim=(-3, 3), xlabel=text("01.factor.rate"), ylabel=text("01.factor.factor"))
        right.axhline(1, color=GREY, linestyle=":")
        right.set(xlim=(-1, 31), ylim=(1e-8, 1e8), yscale="log")
        right.set(xlabel=text("01.factor.step"), ylabel=text("01.factor.error"))
        (line,) = left.plot([], [], color=BLACK)
        (point,) = left.plot([], [], "o", color=BLUE, markersize=11)
        (trace,) = right.plot([], [], "o-", color=BLUE, markersize=5, linewidth=1.5)
        verdict = draw_verdict(left)
        rates = np.array([0, 2.2])

        def update(result: Factor) -> None:
            line.set_data(rates, 1 - rates * result.curvature)
            point.set_data([result.rate], [result.factor])
            trace.set_data(np.arange(FACTOR_STEPS + 1), np.abs(result.errors))
            say(verdict, result.behaviour)

        return (line, point, trace, verdict), update

    def describe(result: Factor) -> str:
        return text("01.factor.sentence", **result._asdict() | {"error": abs(result.errors[-1]), "steps": FACTOR_STEPS,
                    "behaviour": text(f"01.behaviour.{result.behaviour}")})

    controls = [number("rate", 0.0, 2.2, 0.3, step=0.05), choice("curvature", [0.5, 1.0, 2.0, 4.0], 2.0)]
    return Panel("01.factor", controls, experiments.factor, build, describe)


def path(x: Array, y: Array) -> Panel:
    """A line fitted to ``x`` (N,) and ``y`` (N,) by full-batch descent: the path on the loss surface, and the line."""

    def compute(rate: float, slope: float, intercept: float, step: int) -> LineFit:
        return experiments.line_fit(x, y, rate, np.array([slope, intercept]), step)

    def describe(result: LineFit) -> str:
        numbers = {"slope": result.path[-1, 0], "intercept": result.path[-1, 1], "steps": len(result.path) - 1}
        return text("01.path.sentence", **result._asdict() | numbers | {
            "behaviour": text(f"01.behaviour.{result.behaviour}")})

    controls = [
        number("rate", 0.01, 0.4, 0.1, step=0.01),
        number("slope", -1.0, 2.0, -0.4, step=0.1, digits=1),
        number("intercept", -1.0, 4.0, -0.5, step=0.1, digits=1),
        steps("step", 100, value=20),
    ]
    return Panel("01.path", controls, compute, partial(_draw_line_fit, x=x, y=y), describe)


def _draw_line_fit(figure: Figure, x: Array, y: Array) -> Built:
    """The path on the loss surface at the left, the line through the data at the right."""
    inputs, best = least_squares.with_bias(x[:, None]), experiments.best_line(x, y)
    left, right = figure.subplots(1, 2)
    star = _draw_surface(left, lambda weight: least_squares.loss(inputs, y, weight), best)
    right.plot(x, y, "o", color=GREY, markersize=4, alpha=0.6)
    right.set(xlim=(0, 5.4), ylim=(0, 5.2), xlabel=text("01.path.x"), ylabel=text("01.path.y"))
    walked, end = draw_path(left)
    (line,) = right.plot([], [], color=BLUE)
    verdict = draw_verdict(left)

    def update(result: LineFit) -> None:
        walked.set_data(result.path.T)
        end.set_data(result.path[-1:].T)
        line.set_data([0, 6], result.path[-1, 1] + result.path[-1, 0] * np.array([0, 6]))
        say(verdict, result.behaviour, inside=np.abs(result.path[-1] - best).max() < 2)

    return (walked, star, end, line, verdict), update


def _draw_surface(ax: Axes, loss: Callable[[Array], float], best: Array) -> Artist:
    """Contour lines of ``loss`` over slope and intercept, labelled; returns a star at the ``best``."""
    slopes, intercepts = np.linspace(-1.5, 2.6, 60), np.linspace(-1.5, 4.5, 60)
    heights = [[loss(np.array([slope, intercept])) for slope in slopes] for intercept in intercepts]
    lines = ax.contour(slopes, intercepts, heights, levels=[0.1, 0.3, 1, 3, 10], colors=GREY, linewidths=1)
    ax.clabel(lines, fmt="%g", fontsize=12)
    ax.set(xlim=(-1.5, 2.6), ylim=(-1.5, 4.5), xlabel=text("01.path.across"), ylabel=text("01.path.upwards"))
    return draw_star(ax, best)


def draw_path(ax: Axes) -> tuple[Artist, Artist]:
    """An empty path and, in the other colour, its end."""
    (line,) = ax.plot([], [], "o-", color=BLUE, markersize=5, linewidth=1.5)
    (end,) = ax.plot([], [], "D", color=VERMILLION, markersize=9, zorder=3)
    return line, end


def draw_star(ax: Axes, best: Sequence[float]) -> Artist:
    """A star at the ``best`` weights. It moves with the path only to lie above it and below its end."""
    (star,) = ax.plot(*best, "*", color=GREEN, markersize=16, zorder=2.5)
    return star


def draw_verdict(ax: Axes) -> Text:
    """Where the name of what happens stands."""
    return ax.text(0.5, 0.99, "", transform=ax.transAxes, ha="center", va="top", fontsize=15, bbox=BOX)


def say(verdict: Text, behaviour: str, inside: bool = True) -> None:
    """Name the ``behaviour``, and say so if the end of the path is not ``inside`` the picture."""
    verdict.set_text(text(f"01.behaviour.{behaviour}") + ("" if inside else "\n" + text("01.behaviour.outside")))
    verdict.set_color(VERMILLION if behaviour == "diverges" else BLACK)
