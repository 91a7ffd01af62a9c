"""Lesson 07's panels: the circle, the three paths, trainings with a path left out, and a check that can fail."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from course.catalogue import text
from course.controls import choice, menu, number, switch
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers.data import Dataset
from lessons.batchnorm_backward import experiments
from lessons.batchnorm_backward.experiments import ATTEMPTS, TOLERANCE, Paths, Run, State, Turned

Array = np.ndarray

# The plane of the circle seen obliquely from above: where (−1, 0, 1), (1, −2, 1) and (1, 1, 1) point to
PLANE = np.array([[-1, 0, 1], [1, -2, 1], [1, 1, 1]]) / np.sqrt([[2], [6], [3]])
SEEN = np.array([[0.5, -0.5], [0.866, 0.29], [0, 0.82]])
LONG = 1.1  # an arrow's length in the picture
ARROWS = {"dout": {"color": BLACK, "linestyle": "-", "linewidth": 2.5},
          "same": {"color": GREY, "linestyle": ":", "linewidth": 3.5},
          "along": {"color": VERMILLION, "linestyle": "--", "linewidth": 3},
          "arrives": {"color": BLUE, "linestyle": "-", "linewidth": 5}}  # fmt: skip


def _seen(vectors: Array) -> Array:
    """Where vectors (…, 3) of three examples' numbers stand in the picture (…, 2)."""
    return vectors @ PLANE.T @ SEEN


def circle() -> Panel:
    """Three examples: x̂ on its circle, and the parts of a dout that can be turned."""
    douts = [number(f"dout{k}", -1.5, 1.5, value, 0.5, 1) for k, value in ((1, 1.5), (2, -0.5), (3, 0.5))]
    return Panel("07.circle", [*douts, number("x3", -4, 6, 2, 0.5, 1)], experiments.turned, _draw_circle,
                 _describe_circle, size=(9.0, 4.2))  # fmt: skip


def _draw_circle(figure: Drawing) -> Update:
    """The circle with the four arrows at x̂; beside it their numbers, added up."""
    ax, table = figure.arrange(["circle", "table"], width_ratios=(1.45, 1))
    ax.set(xlim=(-4.3, 3.8), ylim=(-3.4, 2.55), aspect="equal")
    turn = np.linspace(0, 2 * np.pi, 100)[:, None]
    ax.fill(*_seen(np.sqrt(3) * (PLANE[0] * np.cos(turn) + PLANE[1] * np.sin(turn))).T, facecolor="#EAF3FA",
            edgecolor=BLUE, linewidth=2)  # fmt: skip
    ax.plot([0, 0], [-3.3, 2.4], color=GREY, linestyle="-", linewidth=1)
    ax.text(-0.1, 2.3, "(1, 1, 1)", color=GREY, ha="right", va="center", fontsize=13)
    for name, color in (("radius", BLUE), ("tangent", BLUE), ("way", GREY)):
        figure.line(name, ax, color=color, linestyle="-", linewidth=1)
    for name in ("arrives", "same", "along", "dout"):
        figure.line(name, ax, **ARROWS[name], markersize=11, markevery=[1])
    figure.line("x_hat", ax, marker="o", color=BLACK, markersize=11)
    label = figure.move("label", ax.text(0, 0, "x̂", fontsize=14))
    ax.set_axis_off()
    _draw_numbers(figure, table)

    def update(result: Turned) -> None:
        foot, ahead = _seen(result.x_hat), 3 * _seen(np.cross(np.ones(3), result.x_hat) / 3)
        figure.moving["tangent"].set_data(*np.stack([foot - ahead, foot + ahead], axis=1))
        figure.moving["x_hat"].set_data([foot[:1], foot[1:]])
        way = np.cumsum([result.arrives, result.along, result.same], axis=0)  # the parts, one after the other
        figure.moving["way"].set_data(*(foot + LONG * _seen(way)).T)
        figure.moving["radius"].set_data([0, foot[0]], [0, foot[1]])
        label.set_position(foot + (-0.3, -0.6))
        for name in ARROWS:
            numbers = getattr(result, name)
            _point(figure.moving[name], foot, LONG * _seen(numbers))
            for k, value in enumerate(numbers):
                figure.moving[f"{name}{k}"].set_text(f"{value:z.2f}")

    return update


def _draw_numbers(figure: Drawing, table: Axes) -> None:
    """For each arrow its mark and its name, and below three numbers that move."""
    table.set(xlim=(0, 1), ylim=(8.2, -1.7))
    table.set_axis_off()
    table.text(0.67, -1.1, text("07.circle.example"), ha="right", va="center", fontsize=13)
    for k in range(3):
        table.text(0.36 + 0.31 * k, -0.3, str(k + 1), ha="right", va="center", fontsize=13)
    for row, (name, look) in enumerate(ARROWS.items()):
        place = {"va": "center", "color": look["color"]}
        table.plot([0, 0.1], [2 * row + 0.6] * 2, **look)
        table.text(0.14, 2 * row + 0.6, text(f"07.circle.{name}"), fontsize=13, **place)
        for k in range(3):
            words = table.text(0.36 + 0.31 * k, 2 * row + 1.4, "", ha="right", fontsize=14, **place)
            figure.move(f"{name}{k}", words)


def _point(line: Line2D, foot: Array, way: Array) -> None:
    """Draw ``line`` as an arrow from ``foot`` along ``way``; without a head where there is no way."""
    line.set_data(*np.stack([foot, foot + way], axis=1))
    turn = np.degrees(np.arctan2(way[1], way[0])) - 90
    line.set(marker=(3, 0, turn) if np.hypot(*way) > 0.05 else "")


def _describe_circle(result: Turned) -> str:
    said = {name: ", ".join(f"{value:z.2f}" for value in numbers) for name, numbers in result._asdict().items()}
    return text("07.circle.sentence", **said)


EDITED, WIDTH = 2, 0.2
BARS = {"direct": {"facecolor": BLUE, "edgecolor": BLUE}, "variance": {"facecolor": "white", "edgecolor": GREEN},
        "mean": {"facecolor": "white", "edgecolor": GREY}}  # fmt: skip
HATCHES = {"direct": "", "variance": "////", "mean": "...."}


def paths(x: Array, dout: Array, gamma: float) -> Panel:
    """A batch x (N,) of one feature with its dout: example 3 of both can be moved, two of the paths left out."""
    def compute(x3: float, dout3: float, variance: bool, mean: bool) -> Paths:
        at, above = x.copy(), dout.copy()
        at[EDITED], above[EDITED] = x3, dout3
        return experiments.three_paths(at, above, gamma, variance, mean)

    controls = [number("x3", -4, 8, float(x[EDITED]), 0.1, 1), number("dout3", -3, 3, float(dout[EDITED]), 0.1, 1),
                switch("variance", True), switch("mean", True)]  # fmt: skip
    return Panel("07.paths", controls, compute, partial(_draw_paths, x=x), _describe_paths, size=(9.0, 4.0))


def _draw_paths(figure: Drawing, x: Array) -> Update:
    """Three bars an example, their sum, and the numerical gradient around it; below, each example's x."""
    ax, side = figure.arrange(["bars", "side"], width_ratios=(2.2, 1))
    at = np.arange(1, len(x) + 1)
    ax.set(xlim=(0.4, len(x) + 0.6), ylim=(-5, 5))
    ax.set_xticks(at, [str(k) if k == EDITED + 1 else f"{k}\n{value:z.1f}" for k, value in zip(at, x, strict=True)])
    ax.axhline(0, color=BLACK, linewidth=0.8)
    side.set_axis_off()
    lefts = {name: at - 0.4 + WIDTH * k for k, name in enumerate(BARS)}
    # One patch for all bars of a path: each hatched patch costs nearly a millisecond a frame.
    for name, look in BARS.items():
        figure.move(name, ax.add_patch(PathPatch(_bars(lefts[name], 0 * at), hatch=HATCHES[name], **look)))
    figure.line("numerical", ax, marker="o", linestyle="", color=BLACK, markersize=13, markerfacecolor="none",
                markeredgewidth=1.6)  # fmt: skip
    figure.line("total", ax, marker="D", linestyle="", color=BLACK, markersize=5)
    figure.key(side, "upper left", *BARS, "total", "numerical")
    figure.note("error", ax, "upper right", fontsize=14)
    size = ax.get_xticklabels()[0].get_size()
    edited = ax.annotate("", (EDITED + 1, 0), (0, -2.1 * size), xycoords=ax.get_xaxis_transform(),
                         textcoords="offset points", ha="center", va="center", size=size)  # fmt: skip
    figure.move("edited", edited)

    def update(result: Paths, x3: float) -> None:
        for name in BARS:
            figure.moving[name].set_path(_bars(lefts[name], getattr(result, name)))
        for name in ("numerical", "total"):
            figure.moving[name].set_data(at + 0.32, getattr(result, name))
        edited.set_text(f"{x3:z.1f}")
        figure.say("error", error=result.error)

    return update


def _bars(lefts: Array, heights: Array) -> Path:
    """Rectangles from 0 to each height, as one path."""
    zero, right = np.zeros(len(lefts)), lefts + WIDTH
    x, y = np.stack([lefts, right, right, lefts], axis=1), np.stack([zero, zero, heights, heights], axis=1)
    return Path.make_compound_path_from_polys(np.stack([x, y], axis=2))


def _describe_paths(result: Paths, x3: float, dout3: float) -> str:
    three = {name: getattr(result, name)[EDITED] for name in ("direct", "variance", "mean", "total", "numerical")}
    return text("07.paths.sentence", x3=x3, dout3=dout3, error=result.error, **three)


RATES, UPDATES, MOMENTS = (0.03, 0.1, 0.3, 1.0, 3.0), (200, 4000), 20
STYLES = {"right": BATCHNORM, "no_variance": {"color": GREEN, "linestyle": "-."},
          "no_mean": {"color": VERMILLION, "linestyle": "--"},
          "neither": {"color": BLACK, "linestyle": ":"}}  # fmt: skip


def left_out(train: Dataset, probe: Dataset) -> Panel:
    """Four networks, each with another backward pass, at a chosen rate, with a chosen activation."""
    def compute(activation: str, rate: float, updates: int) -> Iterator[Run]:
        return experiments.moments(train, probe, activation, rate, updates, updates // MOMENTS)

    controls = [menu("activation", ("sigmoid", "relu"), "sigmoid"), choice("rate", RATES, 1.0),
                choice("updates", UPDATES, UPDATES[0])]  # fmt: skip
    return RunPanel("07.left_out", controls, compute, _draw_left_out, _describe_left_out,
                    total=lambda **_: MOMENTS + 1)  # fmt: skip


def _draw_left_out(figure: Drawing) -> Update:
    """The accuracies against the updates; beside them each network's numbers."""
    ax, side = figure.arrange(["accuracy", "side"], width_ratios=(1.4, 1))
    ax.set(ylim=(0, 1.02))
    side.set_axis_off()
    for name, look in STYLES.items():
        figure.line(name, ax, **look, linewidth=3)
    figure.key(side, "upper left", *STYLES, moves=True)

    def update(run: Run, updates: int) -> None:
        ax.set_xlim(0, updates)
        for name in STYLES:
            figure.moving[name].set_data(run.updates, [moment[name].accuracy for moment in run.moments])
            figure.say(name, stands=_stands(run.moments[-1][name]))

    return update


def _stands(state: State) -> str:
    if np.isnan(state.accuracy):
        return text("07.left_out.gone")
    return text("07.left_out.stands", accuracy=state.accuracy, length=state.lengths[0])


def _describe_left_out(run: Run) -> str:
    said = {name: text(f"07.left_out.{_reads(state.accuracy)}") for name, state in run.moments[-1].items()}
    return text("07.left_out.sentence", update=run.updates[-1], **said)


def _reads(accuracy: float) -> str:
    if np.isnan(accuracy):
        return "gone"
    return "most" if accuracy > 0.9 else "some" if accuracy > 0.3 else "few"


EDGES, LONGEST = (1e-12, 1e7), 1e2


def checks() -> Panel:
    """Put a gradient check together: which of seven wrong backward passes does it catch?"""
    kinds = ("ones", "random")
    controls = [choice("n", (1, 2, 3, 8, 32), 8), choice("d", (1, 3), 1), menu("dout", kinds, "ones"),
                menu("gamma", kinds, "ones")]  # fmt: skip
    return Panel("07.checks", controls, experiments.checked, _draw_checks, _describe_checks, size=(9.0, 3.9))


def _draw_checks(figure: Drawing) -> Update:
    """A row an attempt: its error against the tolerance."""
    (ax,), rows = figure.arrange(["errors"]), range(len(ATTEMPTS))
    ax.set(xlim=EDGES, ylim=(len(ATTEMPTS) - 0.4, -1.4), xscale="log")
    ax.set_yticks(rows, [text(f"07.checks.{name}") for name in ATTEMPTS])
    ax.grid(visible=False, axis="y")
    ax.axvline(TOLERANCE, color=BLACK, linewidth=1.5, linestyle="--")
    ax.text(TOLERANCE / 2, -0.9, text("07.checks.passes"), ha="right", va="center", fontsize=13)
    ax.text(TOLERANCE * 2, -0.9, text("07.checks.caught"), va="center", fontsize=13)
    for name in ATTEMPTS:
        figure.line(name, ax, linestyle="-", linewidth=6, solid_capstyle="butt")
        figure.move(f"{name}_mark", ax.text(0, 0, "", va="center", fontsize=13))

    def update(errors: dict[str, float]) -> None:
        found = experiments.caught(errors)
        for row, (name, error) in enumerate(errors.items()):
            end, good = float(np.clip(error, 3 * EDGES[0], LONGEST)), (name in found) != (name == "right")
            color = BLUE if good else VERMILLION
            figure.moving[name].set(data=([EDGES[0], end], [row, row]), color=color)
            said = text("07.checks.found" if name in found else "07.checks.missed")
            figure.moving[f"{name}_mark"].set(x=1.7 * end, y=row, text=said, color=color)

    return update


def _describe_checks(errors: dict[str, float], n: int, d: int, dout: str, gamma: str) -> str:
    found = experiments.caught(errors)
    missed = [text(f"07.checks.{name}") for name in ATTEMPTS if name not in found and name != "right"]
    said = "; ".join(missed) or text("07.checks.nothing")
    kinds = {"dout": text(f"07.checks.dout_{dout}"), "gamma": text(f"07.checks.gamma_{gamma}")}
    return text("07.checks.sentence", n=n, d=d, caught=len(found), missed=said, **kinds)
