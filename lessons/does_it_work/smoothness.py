"""Lesson 09's panel on the loss along the gradient."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import menu, steps
from course.panel import Panel, Update
from course.style import BATCHNORM, BLACK, PLAIN
from helpers.data import Dataset
from lessons.does_it_work import experiments
from lessons.does_it_work.experiments import FAMILIES, STEPS

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
LOWEST, HIGHEST = 1e-3, 1e4
STYLES = {"none": ("09.plain", PLAIN), "batch": ("09.batchnorm", BATCHNORM)}
STARTS = {"none": ("o", 0.15), "batch": ("D", 0.18)}  # mark and place of the loss before the step


class Curves(NamedTuple):
    """The loss along the gradient after ``update`` updates, by norm; the length 0 comes first, then STEPS."""

    family: str
    update: int
    losses: dict[str, Array]


def loss_along(train: Dataset, moments: Sequence[int]) -> Panel:
    """At a moment of the training, the loss of 200 training digits along the gradient, without and with batch norm."""
    curves = {family: {norm: experiments.curves(family, norm == "batch", train, moments) for norm in STYLES}
              for family in FAMILIES}  # fmt: skip

    def compute(family: str, moment: int) -> Curves:
        return Curves(family, moments[moment], {norm: losses[moment] for norm, losses in curves[family].items()})

    def describe(result: Curves) -> str:
        numbers = {f"{norm}_{key}": float(f"{value:.1g}") for norm, losses in result.losses.items()
                   for key, value in (("now", losses[0]), ("low", losses.min()), ("far", losses[-1]))}  # fmt: skip
        family = text(f"09.loss_along.family_{result.family}")
        return text("09.loss_along.sentence", family=family, update=result.update, **numbers)

    controls = [menu("family", tuple(FAMILIES), "relu"), steps("moment", len(moments) - 1, value=len(moments) - 1)]
    return Panel("09.loss_along", controls, compute, _draw, describe)


def _draw(figure: Figure) -> Built:
    """Both axes logarithmic; a dot at the left is the loss before the step, and what is beyond is at the edge."""
    ax = figure.subplots()
    ax.set(xscale="log", yscale="log", xlim=(0.13, 90), ylim=(LOWEST, HIGHEST))
    ax.set_xticks(STEPS, [f"{step:g}" for step in STEPS])
    ax.minorticks_off()
    ax.set(xlabel=text("09.loss_along.x"), ylabel=text("09.loss_along.y"))
    lines = {norm: ax.plot([], [], **style)[0] for norm, (_, style) in STYLES.items()}
    starts = {norm: ax.plot([], [], STARTS[norm][0], color=style["color"], markersize=9)[0]
              for norm, (_, style) in STYLES.items()}  # fmt: skip
    words = {norm: ax.text(0.02, 0.97 - 0.1 * row, "", transform=ax.transAxes, va="top", color=style["color"])
             for row, (norm, (_, style)) in enumerate(STYLES.items())}  # fmt: skip
    head = ax.text(0.02, 0.03, "", transform=ax.transAxes, color=BLACK)

    def update(result: Curves) -> None:
        for norm, losses in result.losses.items():
            inside = np.clip(np.nan_to_num(losses, nan=HIGHEST), LOWEST, HIGHEST)
            lines[norm].set_data(STEPS, inside[1:])
            starts[norm].set_data(STARTS[norm][1:], inside[:1])
            numbers = {"now": losses[0], "low": losses.min(), "far": losses[-1]}
            words[norm].set_text(text("09.loss_along.label", name=text(STYLES[norm][0]), **numbers))
        head.set_text(text("09.loss_along.head", update=result.update))

    return (*lines.values(), *starts.values(), *words.values(), head), update
