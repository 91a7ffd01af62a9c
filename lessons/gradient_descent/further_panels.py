"""Lesson 01's Further panels: the fairest of all rates, each weight's gradient, and scaling beside a penalty."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text, texts
from course.controls import choice, menu, number, steps
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers.validate import Array
from lessons.gradient_descent import scaling
from lessons.gradient_descent.scaling import FAIR_STEPS, Fit, Growth, TwoRates

LOW = 3.2  # inches of a picture in which twelve names do not find room
SCALED = ("raw", "min_max", "standardized")
DIRECTIONS = {"flat": {"color": BLUE, "linestyle": "-", "marker": "o", "markersize": 5},
              "steep": {"color": VERMILLION, "linestyle": "--", "marker": "s", "markersize": 5}}  # fmt: skip


def fairest() -> Panel:
    """Two curvatures and one rate: what a step leaves of each error, and what 30 steps leave."""
    controls = [choice("condition", (1.5, 3, 10, 45, 100), 10), number("rate", 0.0, 1.1, 0.6, step=0.01)]
    return Panel("01.fairest", controls, scaling.two_rates, _draw_fairest, _describe_fairest)


def _draw_fairest(figure: Drawing) -> Update:
    """The two factors against the rate at the left, the two errors against the steps at the right."""
    factors, left = figure.arrange(["factors", "left"])
    factors.set(xlim=(0, 1.1), ylim=(-0.03, 1.4))
    factors.axhline(1, color=GREY, linewidth=1)
    left.set(xlim=(-0.5, FAIR_STEPS + 0.5), ylim=(1e-6, 1e3), yscale="log")
    for name, style in DIRECTIONS.items():
        figure.line(f"{name}_factor", factors, **style | {"marker": ""})
        figure.line(name, left, **style)
    figure.line("rate", factors, color=BLACK, linestyle=":", linewidth=2)
    figure.line("fairest", factors, color=GREEN, marker="*", markersize=16, linestyle="")
    figure.key(left, "upper right", "flat", "steep")
    figure.note("worst", factors, "upper center")
    rates = np.linspace(0, 1.1, 111)

    def update(result: TwoRates, condition: float, rate: float) -> None:
        figure.moving["flat_factor"].set_data(rates, np.abs(1 - 2 * rates / condition))
        figure.moving["steep_factor"].set_data(rates, np.abs(1 - 2 * rates))
        figure.moving["rate"].set_data([rate, rate], [0, 1.25])
        figure.moving["fairest"].set_data([condition / (1 + condition)], [(condition - 1) / (condition + 1)])
        for name, errors in zip(DIRECTIONS, result.left, strict=True):
            figure.moving[name].set_data(np.arange(FAIR_STEPS + 1), errors)
        figure.say("worst", worst=np.abs(result.factors).max())

    return update


def _describe_fairest(result: TwoRates, condition: float, rate: float) -> str:
    return text("01.fairest.sentence", condition=condition, rate=rate, flat=result.factors[0], steep=result.factors[1],
                fair=(condition - 1) / (condition + 1), steps=FAIR_STEPS)  # fmt: skip


def gradients(x: Array, y: Array) -> Panel:
    """Each weight's own gradient, as a multiple of its start, during descent on ``x`` (N, D), ``y`` (N,)."""
    controls = [menu("columns", SCALED, "raw"), number("fraction", 0.05, 1.1, 0.4, step=0.05),
                steps("step", 60, value=30)]  # fmt: skip

    def compute(columns: str, fraction: float, step: int) -> Growth:
        return scaling.growth(x, y, columns, fraction, step)

    return Panel("01.gradients", controls, compute, _draw_gradients, _describe_gradients, size=(9.0, 4.4))


def _draw_gradients(figure: Drawing) -> Update:
    """A row a weight: how many times as large as at the start its gradient is."""
    (ax,) = figure.arrange(["times"])
    rows = _feature_rows(ax)
    ax.set(xlim=(1e-6, 1e7), xscale="log")
    ax.axvline(1, color=BLACK, linewidth=1.5)
    figure.line("now", ax, marker="D", markersize=8, linestyle="", color=BLUE)
    figure.note("verdict", ax, "upper left", fontsize=14)

    def update(result: Growth) -> None:
        figure.moving["now"].set_data(np.clip(result.times, 1e-6, None), rows)
        figure.say("verdict", behaviour=text(f"01.behaviour.{result.behaviour}"))

    return update


def _describe_gradients(result: Growth, columns: str, fraction: float, step: int) -> str:
    return text("01.gradients.sentence", columns=text(f"01.gradients.columns_{columns}"), fraction=fraction, step=step,
                least=result.times.min(), most=result.times.max(),
                behaviour=text(f"01.behaviour.{result.behaviour}"))  # fmt: skip


def three(x: Array, y: Array) -> Panel:
    """Scaling and ridge side by side on ``x`` (N, D), ``y`` (N,): the inputs' ranges, the weights, the predictions."""
    controls = [menu("columns", SCALED, "standardized"), choice("ridge", [0.0, 0.01, 0.1, 1.0, 10.0], 1.0)]

    def compute(columns: str, ridge: float) -> Fit:
        return scaling.fit(x, y, columns, ridge)

    return Panel("01.three", controls, compute, _draw_three, _describe_three, size=(9.0, 4.4))


def _draw_three(figure: Drawing) -> Update:
    """The inputs' ranges and means at the left, the weights at the right."""
    inputs, weights = figure.arrange(["inputs", "weights"], sharey=True)
    inputs.set_xscale("symlog", linthresh=1)
    rows = _feature_rows(inputs)
    inputs.set(xlim=(-10, 3000))
    inputs.set_xticks([-10, -1, 0, 1, 10, 100, 1000], ["−10", "", "0", "", "10", "", "1000"])
    weights.set(xlim=(-1, 2.1))
    weights.tick_params(labelleft=False)
    weights.axvline(0, color=GREY, linewidth=1)
    figure.move("ranges", inputs.hlines(rows, 0, 0, color=GREY, linewidth=4))
    figure.line("means", inputs, color=BLACK, marker="|", linestyle="", markersize=14, markeredgewidth=3)
    figure.line("weight", weights, color=BLUE, marker="D", linestyle="")
    figure.note("moved", weights, "upper right", fontsize=14)

    def update(result: Fit) -> None:
        ends = zip(result.low, result.high, rows, strict=True)
        figure.moving["ranges"].set_segments([[(low, row), (high, row)] for low, high, row in ends])
        figure.moving["means"].set_data(result.mean, rows)
        figure.moving["weight"].set_data(result.weights, rows)
        figure.say("moved", moved=result.moved)

    return update


def _describe_three(result: Fit, columns: str, ridge: float) -> str:
    return text("01.three.sentence", columns=text(f"01.three.columns_{columns}"), ridge=ridge, moved=result.moved,
                low=result.low.min(), high=result.high.max(), length=np.linalg.norm(result.weights))  # fmt: skip


def _feature_rows(ax: Axes) -> Sequence[int]:
    """A row of ``ax`` for each measurement, with room for a text above them; a low picture names every second."""
    names = texts("01.features")
    every = 2 if ax.figure.get_figheight() < LOW else 1
    ax.set(ylim=(len(names) - 0.4, -2.2))
    ax.set_yticks(range(every - 1, len(names), every), names[every - 1 :: every])
    return range(len(names))
