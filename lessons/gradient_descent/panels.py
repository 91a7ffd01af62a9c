"""Lesson 01's panels: a descent with its tangent, the valley at its true scale, and a loss with two valleys."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from course.catalogue import text
from course.controls import choice, integer, menu, number, steps
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers import least_squares
from helpers.validate import Array
from lessons.gradient_descent import experiments
from lessons.gradient_descent.experiments import OPTIMUM, Bowl, Crossing, Descent

MARKS = {"path": {"marker": "o", "color": BLUE, "markersize": 5, "linewidth": 1.5, "linestyle": "-"},
         "end": {"marker": "D", "color": VERMILLION, "markersize": 10, "linestyle": ""},
         "best": {"marker": "*", "color": GREEN, "markersize": 17, "linestyle": ""}}  # fmt: skip


def descent() -> Panel:
    """Gradient descent on (w − 3)²: the path on the curve with the tangent at its end, and w after each step."""
    controls = [number("rate", 0.0, 1.2, 0.1, step=0.01), integer("start", -4, 10, 8), steps("step", 40, value=0)]
    return Panel("01.descent", controls, experiments.descent, _draw_descent, _describe_descent)


def _draw_descent(figure: Drawing) -> Update:
    """The curve and its tangent at the left, the weight after each step at the right."""
    curve, after = figure.arrange(["curve", "after"], width_ratios=(1.3, 1))
    grid = np.linspace(-9, 15, 200)
    curve.plot(grid, (grid - OPTIMUM) ** 2, color=GREY)
    curve.set(xlim=(-9, 15), ylim=(-6, 100))
    after.axhline(OPTIMUM, color=GREEN, linestyle=":")
    after.set(xlim=(-1, 41), ylim=(-9, 15), yticks=(-5, 0, 3, 8, 13))
    figure.line("tangent", curve, color=BLACK, linestyle="--", linewidth=2)
    for name in ("path", "end"):
        figure.line(name, curve, **MARKS[name])
    figure.line("weights", after, **MARKS["path"])
    figure.note("slope", curve, "upper center")
    figure.note("verdict", after, "upper center", fontsize=14)

    def update(result: Descent, rate: float) -> None:
        w, height = result.weights[-1], result.losses[-1]
        ends = np.array([w - 4, w + 4])
        figure.moving["tangent"].set_data(ends, height + result.slope * (ends - w))
        figure.moving["path"].set_data(result.weights, result.losses)
        figure.moving["end"].set_data([w], [height])
        figure.moving["weights"].set_data(np.arange(len(result.weights)), result.weights)
        figure.say("slope", slope=result.slope, step=-rate * result.slope)
        outside = "" if abs(w - OPTIMUM) < 12 else "\n" + text("01.behaviour.outside")
        figure.say("verdict", behaviour=text(f"01.behaviour.{result.behaviour}") + outside)

    return update


def _describe_descent(result: Descent, rate: float, start: int, step: int) -> str:
    return text("01.descent.sentence", start=start, steps=step, rate=rate, w=result.weights[-1], slope=result.slope,
                behaviour=text(f"01.behaviour.{result.behaviour}"))  # fmt: skip


STEP_COUNTS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 1000, 10_000, 100_000, 1_000_000, 3_000_000, 10_000_000)
MOST = 1e9  # percent of an error that are still told
LEVELS = (0.003, 0.03, 0.1, 0.3, 0.6, 1, 1.5)  # of the excess loss at the start
STRIP, WINDOW = (20.0, 1.0), (4.0, 2.0)  # lengths and heights of the two axes, in units of their own
FRAMES = {"raw": (2.6 / 10, 0.0022), "standardized": (0.66 / 0.42, 0.8)}  # units of weight: of the strip, of the window


def valley(x: Array, y: Array) -> Panel:
    """Descent with two weights on ``x`` (N, 2), ``y`` (N,), both less their means: the valley at its true scale."""
    bowls = {"raw": experiments.bowl(x, y, np.zeros(2)),
             "standardized": experiments.bowl(least_squares.standardize(x), y, np.zeros(2))}

    def compute(columns: str, steps: int, fraction: float, **_: int) -> Crossing:
        return experiments.crossing(bowls[columns], fraction, steps)

    def describe(result: Crossing, columns: str, place: int, **values: float) -> str:
        across, along = (_percent(left) for left in result.left)
        chosen, shown = (text(f"01.valley.{part}_{columns}", place=place) for part in ("columns", "shown"))
        return text("01.valley.sentence", columns=chosen, shown=shown, across=across, along=along, **values,
                    longer=bowls[columns].condition ** 0.5, first=result.factors[0], second=result.factors[1])

    controls = [menu("columns", list(bowls), "raw"), choice("steps", STEP_COUNTS, 1000),
                choice("fraction", (0.25, 0.5, 0.9, 1.0, 1.1), 0.5), integer("place", 0, 100, 0)]
    return Panel("01.valley", controls, compute, partial(_draw_valley, bowls=bowls), describe, size=(9.0, 4.0))


def _draw_valley(figure: Drawing, bowls: dict[str, Bowl]) -> Update:
    """The whole valley as a strip above; below, what stands in a small window of it, and both errors as bars."""
    ratios = {"height_ratios": (0.32, 1), "width_ratios": (1.25, 1)}
    strip, window, bars = figure.arrange(["strip", "strip"], ["window", "bars"], **ratios)
    figure.move("whole", strip.add_patch(Polygon(np.zeros((3, 2)), facecolor=GREY, edgecolor=BLACK, linewidth=0.8)))
    figure.line("lines", window, color=GREY, linewidth=1.2)
    figure.line("frame", strip, color=BLACK, marker="|", markersize=26, markeredgewidth=2)
    for ax, ending in ((strip, "_strip"), (window, "")):
        for name in ("path", "best", "end") if ax is window else ("best", "end"):
            figure.line(name + ending, ax, **MARKS[name])
    figure.words["longer"] = figure.move("longer", strip.set_title("0"))  # it holds a number, so it moves
    figure.note("walked", window, "upper left")
    _equal(strip, *STRIP)
    _equal(window, *WINDOW)
    show_errors = _draw_errors(figure, bars)

    def update(result: Crossing, columns: str, steps: int, place: int) -> None:
        bowl, (per_strip, per_window) = bowls[columns], FRAMES[columns]
        along = bowl.vectors[:, -1]
        centre = (1 - place / 100) * (bowl.start @ along) * along if columns == "raw" else np.zeros(2)
        figure.moving["whole"].set_xy(_outline(bowl) / per_strip * (-1, 1))
        figure.moving["lines"].set_data(*_lines(bowl, centre, per_window))
        figure.moving["frame"].set_data([-centre[0] / per_strip], [centre[1] / per_strip])
        figure.moving["frame"].set_visible(columns == "raw")
        for name, errors in (("path", result.path), ("end", result.path[-1:]), ("best", np.zeros((1, 2)))):
            figure.moving[name].set_data(*((errors - centre) / per_window * (-1, 1)).T)
            if name != "path":
                figure.moving[f"{name}_strip"].set_data(*(errors / per_strip * (-1, 1)).T)
        figure.say("longer", longer=bowl.condition**0.5)
        whole = text("01.valley.whole") if columns == "standardized" else ""  # and `place` has nothing to move
        figure.say("walked", steps=steps, way=_percent(1 - result.left[1]), whole=whole)
        show_errors(result)

    return update


def _draw_errors(figure: Drawing, ax: Axes) -> Update:
    """Two bars that shrink: what is left of the error across the valley and along it."""
    names = ("across", "along")
    ax.set(xlim=(0, 100), ylim=(1.6, -0.6))
    ax.set_yticks((0.2, 1.2), [text(f"01.valley.{name}") for name in names])
    ax.grid(visible=False)
    ax.barh((0.2, 1.2), 100, height=0.42, facecolor="none", edgecolor=GREY, linewidth=1)
    bars = [figure.move(f"bar_{name}", *ax.barh([row + 0.2], [0], height=0.42, color=color, hatch=hatch, ec="white"))
            for row, (name, color, hatch) in enumerate(zip(names, (VERMILLION, BLUE), ("///", ""), strict=True))]
    for row, name in enumerate(names):
        for part, x, side in (("factor", 0.5, "left"), ("left", 99.5, "right")):
            words = ax.text(x, row - 0.05, "", va="bottom", ha=side)
            figure.words[f"{part}_{name}"] = figure.move(f"{part}_{name}", words)

    def update(result: Crossing) -> None:
        for name, bar, factor, left in zip(names, bars, result.factors, result.left, strict=True):
            bar.set_width(min(100, 100 * left))
            figure.words[f"factor_{name}"].set_text(text("01.valley.factor", factor=factor))
            figure.words[f"left_{name}"].set_text(text("01.valley.left", percent=_percent(left)))

    return update


def _equal(ax: Axes, width: float, height: float) -> None:
    """Axes without ticks in which one unit is as long across as upwards, at least so wide and so high."""
    ax.set(xticks=[], yticks=[])
    ax.set_xlim(-width / 2, width / 2, auto=True)  # auto: they may grow, to fill the room
    ax.set_ylim(-height / 2, height / 2, auto=True)
    ax.set_aspect("equal", adjustable="datalim")


def _outline(bowl: Bowl) -> Array:
    """The line (200, 2) of the start's loss, as errors in weights."""
    turns = np.linspace(0, 2 * np.pi, 200)
    radii = np.sqrt(2 * bowl.excess / bowl.curvatures)
    return np.column_stack([np.cos(turns), np.sin(turns)]) * radii @ bowl.vectors.T


def _lines(bowl: Bowl, centre: Array, unit: float) -> tuple[Array, Array]:
    """Lines of equal loss near ``centre``, one after another with gaps, in units of the window."""
    (a, b), (_, c) = bowl.vectors @ np.diag(bowl.curvatures) @ bowl.vectors.T
    along, upwards = [], []
    for level in LEVELS:
        twice = 2 * level * bowl.excess
        most = np.sqrt(twice * c / (a * c - b * b))
        ends = np.clip((centre[0] + unit * np.array([-4, 4])) / most, -1, 1)
        x = most * np.sin(np.linspace(*np.arcsin(ends), 300))  # closest where the line turns
        half = np.sqrt(np.maximum(0, (b * b - a * c) * x**2 + twice * c))
        along += [x, x[::-1], [np.nan]]
        upwards += [(half - b * x) / c, (-half - b * x)[::-1] / c, [np.nan]]
    return -(np.concatenate(along) - centre[0]) / unit, (np.concatenate(upwards) - centre[1]) / unit


def _percent(share: float) -> str:
    """In percent; far below one it is 0, and what has left all bounds is only said to be larger."""
    percent = 100 * share
    digits = 4 if percent > 99 else 3 if percent >= 1 else 2
    return "> 1e9" if percent > MOST else "0" if percent < 1e-3 else f"{percent:.{digits}g}"


def start() -> Panel:
    """Descent on a loss with two valleys and a summit between them, from a chosen start."""
    controls = [number("start", -3.0, 3.0, -0.5, step=0.1, digits=1)]
    return Panel("01.start", controls, experiments.hilly_path, _draw_start, _describe_start)


def _draw_start(figure: Drawing) -> Update:
    """The loss with the path at the left; at the right where each start ends."""
    hills, ends = figure.arrange(["hills", "ends"], width_ratios=(1.5, 1))
    grid = np.linspace(-3.1, 3.1, 300)
    hills.plot(grid, experiments.hilly_loss(grid), color=GREY)
    hills.set(xlim=(-3.1, 3.1), ylim=(0, 3.5))
    starts = np.linspace(-3, 3, 61)
    ends.plot(starts, [experiments.hilly_path(start)[-1] for start in starts], ".", color=GREY, markersize=6)
    ends.set(xlim=(-3.1, 3.1), ylim=(-2.6, 2.6), yticks=(-2, 0.5, 2))
    figure.line("path", hills, **MARKS["path"])
    figure.line("end", hills, **MARKS["end"])
    figure.line("here", ends, **MARKS["end"])
    figure.note("arrived", hills, "upper center", fontsize=14)

    def update(path: Array) -> None:
        figure.moving["path"].set_data(path, experiments.hilly_loss(path))
        figure.moving["end"].set_data(path[-1:], experiments.hilly_loss(path[-1:]))
        figure.moving["here"].set_data(path[:1], path[-1:])
        figure.say("arrived", end=path[-1])

    return update


def _describe_start(path: Array, start: float) -> str:
    return text("01.start.sentence", start=start, end=path[-1], loss=experiments.hilly_loss(path[-1]),
                steps=experiments.HILLY_STEPS)  # fmt: skip
