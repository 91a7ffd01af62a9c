"""Lesson 05's panels on the paper's figure: a unit's percentiles while two networks train, and its z as recorded."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from course.catalogue import text
from course.controls import choice, steps
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BLACK
from helpers.data import Dataset
from helpers.recording import growing
from lessons.internal_covariate_shift.experiments import Run, moments, movements, ranked
from lessons.internal_covariate_shift.panels import STYLES, draw_percentiles, run_numbers

Array = np.ndarray
RANKS = (1, 25, 50, 75, 100)
BINS = np.linspace(-7, 7, 57)


def training(train: Dataset, probe: Dataset, std: float, learning_rate: float, updates: int, every: int) -> RunPanel:
    """A run to `grow`: the percentiles of the first unit's z over the updates, without and with batch norm."""
    def compute() -> Iterator[Run]:
        return growing(moments(train, probe, std, learning_rate, updates, every))

    def describe(run: Run) -> str:
        return text("05.training.sentence", **run_numbers(run))

    build = partial(_draw_training, updates=updates)
    return RunPanel("05.training", [], compute, build, describe, total=lambda: updates // every + 1)


def _draw_training(figure: Drawing, updates: int) -> Update:
    draw = draw_percentiles(figure, updates, limit=9)

    def update(run: Run) -> None:
        for name in STYLES:
            states = [getattr(moment, name) for moment in run]
            draw(name, [moment.update for moment in run], np.transpose([state.percentiles[:, 0] for state in states]))
            figure.say(f"{name}_says", accuracy=states[-1].accuracy)

    return update


class Shown(NamedTuple):
    """For each network: z (N,) of the unit that was chosen, how far its median moves in the run, the accuracy now."""

    update: int
    columns: dict[str, Array]
    moved: dict[str, float]
    accuracies: dict[str, float]


def histograms(run: Run) -> Panel:
    """The recorded ``run``, moment by moment: how one unit's z is spread over the probe, in both networks.

    The unit is the one with the chosen rank when the units are sorted by how far their median moves in the run.
    """
    order = {name: ranked(run, name) for name in STYLES}
    ways = {name: movements(run, name) for name in STYLES}

    def compute(moment: int, rank: int) -> Shown:
        units = {name: order[name][rank - 1] for name in STYLES}
        states = {name: getattr(run[moment], name) for name in STYLES}
        return Shown(run[moment].update, {name: states[name].z[:, units[name]] for name in STYLES},
                     {name: float(ways[name][units[name]]) for name in STYLES},
                     {name: states[name].accuracy for name in STYLES})  # fmt: skip

    controls = [steps("moment", len(run) - 1, value=len(run) // 4), choice("rank", RANKS, RANKS[len(RANKS) // 2])]
    return Panel("05.histograms", controls, compute, _draw_histograms, _describe_histograms)


def _draw_histograms(figure: Drawing) -> Update:
    """Two histograms as outlines; heights as roots, so that narrow and wide ones can both be seen."""
    for ax, (name, style) in zip(figure.arrange(list(STYLES), sharey=True), STYLES.items(), strict=True):
        ax.set_yscale("function", functions=(np.sqrt, np.square))
        ax.set(xlim=(BINS[0], BINS[-1]), ylim=(0, 100), yticks=(1, 5, 20, 50, 100))
        ax.title.set_color(style["color"])
        figure.line(name, ax, drawstyle="steps-mid", **style)
        figure.line(f"{name}_marks", ax, linestyle="", marker="^", color=BLACK, markersize=9, clip_on=False)
        figure.note(f"{name}_says", ax, "upper right")

    def update(shown: Shown) -> None:
        for name in STYLES:
            column = np.clip(shown.columns[name], BINS[0] + 1e-3, BINS[-1] - 1e-3)  # the end bins hold what is beyond
            share = 100 * np.histogram(column, BINS)[0] / len(column)
            figure.moving[name].set_data((BINS[1:] + BINS[:-1]) / 2, share)
            figure.moving[f"{name}_marks"].set_data(np.percentile(column, (15, 50, 85)), [0.25] * 3)
            figure.say(f"{name}_says", update=shown.update, moved=shown.moved[name], accuracy=shown.accuracies[name])

    return update


def _describe_histograms(shown: Shown, rank: int) -> str:
    found: dict[str, float] = {}
    for name, column in shown.columns.items():
        low, middle, high = np.percentile(column, (15, 50, 85))
        found |= {f"{name}_low": low, f"{name}_middle": middle, f"{name}_high": high}
        found[f"{name}_moved"] = shown.moved[name]
    return text("05.histograms.sentence", update=shown.update, rank=rank, **found)
