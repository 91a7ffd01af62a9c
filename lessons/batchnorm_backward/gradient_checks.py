"""Lesson 07's panels on checking a gradient: which wrong backward pass a check catches, and which step to take."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, menu
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREEN, GREY
from lessons.batchnorm_backward.checking import ATTEMPTS, TOLERANCE, Checked, Stepped, checked, stepped

Built = tuple[Sequence[Artist], Update]
EDGES = (1e-13, 1e5)
BATCH_SIZES = (1, 4, 8, 32)
STEPS = tuple(10.0**-k for k in range(16, -1, -1))


def checks() -> Panel:
    """Put a gradient check together: which of seven wrong backward passes does it catch?"""
    kinds = ("ones", "random")
    controls = [choice("n", BATCH_SIZES, 8), menu("dout", kinds, "ones"), menu("gamma", kinds, "random")]
    return Panel("07.checks", controls, checked, _draw_checks, _describe_checks, size=(9.0, 3.9))


def _draw_checks(figure: Figure) -> Built:
    """A row an attempt: its error against the tolerance."""
    ax, rows = figure.subplots(), range(len(ATTEMPTS))
    ax.set(xlim=EDGES, ylim=(len(ATTEMPTS) - 0.4, -1.4), xscale="log", xlabel=text("07.checks.x"))
    ax.set_yticks(rows, [text(f"07.checks.{name}") for name in ATTEMPTS])
    ax.grid(visible=False, axis="y")
    ax.axvline(TOLERANCE, color=BLACK, linewidth=1.2, linestyle="--")
    ax.text(TOLERANCE / 2, -0.95, text("07.checks.passes"), ha="right", va="center", color=GREEN)
    ax.text(TOLERANCE * 2, -0.95, text("07.checks.caught"), va="center", color=BLUE)
    lines = [ax.plot([], [], "-", linewidth=5, solid_capstyle="butt")[0] for _ in rows]
    words = [ax.text(0, row, "", va="center") for row in rows]

    def update(result: Checked) -> None:
        for row, (name, error) in enumerate(result.errors.items()):
            color = BLUE if name in result.caught else GREEN
            end = float(np.clip(error, 2 * EDGES[0], EDGES[1]))
            lines[row].set(data=([EDGES[0], end], [row, row]), color=color)
            words[row].set(x=2 * end, text=text(f"07.checks.{'found' if name in result.caught else 'missed'}"))
            words[row].set_color(color)

    return (*lines, *words), update


def _describe_checks(result: Checked) -> str:
    names = {name: text(f"07.checks.{name}") for name in ATTEMPTS}
    missed = [names[name] for name in ATTEMPTS if name not in result.caught and name != "right"]
    said = text("07.checks.nothing") if not missed else "; ".join(missed)
    kinds = {"dout": text(f"07.checks.dout_{result.dout}"), "gamma": text(f"07.checks.gamma_{result.gamma}")}
    return text("07.checks.sentence", n=result.n, caught=len(result.caught), missed=said, **kinds)


LINES = {"forward": {"color": BLACK, "linestyle": ":", "marker": "s"},
         "central": {"color": BLUE, "linestyle": "-", "marker": "o"},
         "complex": {"color": GREEN, "linestyle": "-.", "marker": "^"}}  # fmt: skip


def step_size() -> Panel:
    """The error of a numerical gradient against its step."""
    everywhere = [stepped(h) for h in STEPS]

    def compute(h: float) -> Stepped:
        return everywhere[STEPS.index(h)]

    def describe(result: Stepped) -> str:
        return text("07.step_size.sentence", h=result.h, **{k: _rough(e) for k, e in result.errors.items()})

    controls = [choice("h", STEPS, 1e-5)]
    return Panel("07.step_size", controls, compute, partial(_draw_steps, everywhere=everywhere), describe)


def _rough(error: float) -> str:
    """An error by its power of ten, rounded up: its digits are those of rounding and differ between machines."""
    return f"1e{int(np.ceil(np.log10(error))):d}" if error > 1e-14 else "1e-14"


def _draw_steps(figure: Figure, everywhere: Sequence[Stepped]) -> Built:
    """Three curves, and the chosen step."""
    ax = figure.subplots()
    ax.set(xlim=(STEPS[0] / 2, STEPS[-1] * 2), ylim=(1e-17, 1e2), xscale="log", yscale="log")
    ax.set(xlabel=text("07.step_size.x"), ylabel=text("07.step_size.y"))
    for k, (name, look) in enumerate(LINES.items()):
        ax.plot(STEPS, [max(result.errors[name], 1e-16) for result in everywhere], markersize=5, **look)
        ax.text(0.01 + 0.3 * k, 1.02, text(f"07.step_size.{name}"), transform=ax.transAxes, color=look["color"])
    (here,) = ax.plot([], [], color=GREY, linewidth=1.5, linestyle="--")
    (points,) = ax.plot([], [], "D", color=BLACK, markersize=9, markerfacecolor="none", markeredgewidth=2)

    def update(result: Stepped) -> None:
        here.set_data([result.h] * 2, [1e-17, 1e2])
        points.set_data([result.h] * 3, [max(error, 1e-16) for error in result.errors.values()])

    return (here, points), update
