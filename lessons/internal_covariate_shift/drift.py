"""Lesson 05's panels on a layer's input while the network trains, without and with batch normalization."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, steps
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, PLAIN
from helpers.data import Dataset
from helpers.recording import growing
from lessons.internal_covariate_shift.experiments import Run, middle_unit, moments, movements, ranked, typical_movement

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
STYLES = {"plain": PLAIN, "batchnorm": BATCHNORM}
RATES, STDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0), (0.03, 0.1, 0.2, 0.4)
RUN_UPDATES, EVERY = 200, 10
RANKS = (1, 25, 50, 75, 100)
BINS = np.linspace(-7, 7, 57)
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}


def training(
    train: Dataset, probe: Dataset, std: float, learning_rate: float, updates: int, every: int, unit: int = 0
) -> Panel:
    """A run to `grow`: the percentiles of one unit's z over the updates; ``unit`` is its number, from 0."""

    def compute() -> Iterator[Run]:
        return growing(moments(train, probe, std, learning_rate, updates, every))

    def describe(run: Run) -> str:
        return text("05.training.sentence", unit=unit + 1, **run_numbers(run))

    build = partial(draw_percentiles, choose=lambda *_: unit, updates=updates, limit=3, name="05.training")
    return RunPanel("05.training", [], compute, build, describe, total=lambda: updates // every + 1)


def rate_run(train: Dataset, probe: Dataset) -> Panel:
    """The same training, shorter, with a chosen learning rate and a chosen spread of the first weights.

    Drawn is each network's `middle_unit` of the run so far, counted from where its median was at first.
    """

    def compute(learning_rate: float, std: float) -> Iterator[Run]:
        return growing(moments(train, probe, std, learning_rate, RUN_UPDATES, EVERY))

    def total(learning_rate: float, std: float) -> int:
        return RUN_UPDATES // EVERY + 1

    def describe(run: Run) -> str:
        return text("05.rate_run.sentence", **run_numbers(run))

    build = partial(draw_percentiles, choose=middle_unit, updates=RUN_UPDATES, limit=7, name="05.rate_run",
                    from_first=True)  # fmt: skip
    controls = [choice("learning_rate", RATES, 0.3), choice("std", STDS, 0.1)]
    return RunPanel("05.rate_run", controls, compute, build, describe, total=total)


def run_numbers(run: Run) -> dict[str, float]:
    """What a run's sentence says: how far it came, the typical unit's movement and the accuracies."""
    found: dict[str, float] = {"update": run[-1].update}
    for name in STYLES:
        found[f"{name}_moved"] = typical_movement(run, name)
        found[f"{name}_accuracy"] = getattr(run[-1], name).accuracy
    return found


def draw_percentiles(
    figure: Figure, choose: Callable[[Run, str], int], updates: int, limit: float, name: str, from_first: bool = False
) -> Built:
    """The three percentiles against the updates, without batch normalization at the left, with at the right.

    ``choose`` says from the run and the network's name, "plain" or "batchnorm", which unit is drawn; ``from_first``
    subtracts the median that it had at first.
    """
    axes = dict(zip(STYLES, figure.subplots(1, 2, sharey=True), strict=True))
    lines = {key: [ax.plot([], [], **STYLES[key], linewidth=width)[0] for width in (1.3, 2.6, 1.3)]
             for key, ax in axes.items()}  # fmt: skip
    words = {}
    for key, ax in axes.items():
        ax.set(xlim=(0, updates), ylim=(-limit, limit), xlabel=text(f"{name}.x"))
        ax.set_title(text(f"05.{key}"), color=STYLES[key]["color"])
        words[key] = ax.text(0.98, 0.98, "", transform=ax.transAxes, ha="right", va="top", bbox=BOX)
    axes["plain"].set_ylabel(text(f"{name}.y"))

    def update(run: Run) -> None:
        at = [moment.update for moment in run]
        for key in STYLES:
            unit, states = choose(run, key), [getattr(moment, key) for moment in run]
            rows = np.transpose([state.percentiles[:, unit] for state in states])
            rows = rows - rows[1, 0] if from_first else rows
            for line, row in zip(lines[key], rows, strict=True):
                line.set_data(at, row)
            outside = text("05.outside") if np.abs(rows).max() > limit else ""
            words[key].set_text(text("05.drawn", unit=unit + 1, accuracy=states[-1].accuracy) + outside)

    return (*lines["plain"], *lines["batchnorm"], *words.values()), update


class Shown(NamedTuple):
    """What the histograms show: how far the run was, the rank, and for each network unit, z (N,) and accuracy.

    movements: how far the unit's median moves in the whole run.
    """

    update: int
    rank: int
    units: dict[str, int]
    columns: dict[str, Array]
    accuracies: dict[str, float]
    movements: dict[str, float]


def histograms(run: Run) -> Panel:
    """The recorded ``run``, moment by moment: how one unit's z is spread over the probe, in both networks.

    The unit is the one with the chosen rank when the units are sorted by how far their median moves in the run.
    """
    order = {name: ranked(run, name) for name in STYLES}
    ways = {name: movements(run, name) for name in STYLES}

    def compute(moment: int, rank: int) -> Shown:
        units = {name: int(order[name][rank - 1]) for name in STYLES}
        states = {name: getattr(run[moment], name) for name in STYLES}
        columns = {name: states[name].z[:, units[name]] for name in STYLES}
        accuracies = {name: states[name].accuracy for name in STYLES}
        moved = {name: float(ways[name][units[name]]) for name in STYLES}
        return Shown(run[moment].update, rank, units, columns, accuracies, moved)

    def describe(shown: Shown) -> str:
        return text("05.histograms.sentence", update=shown.update, rank=shown.rank, **_column_numbers(shown))

    controls = [steps("moment", len(run) - 1, value=len(run) // 4), choice("rank", RANKS, RANKS[len(RANKS) // 2])]
    return Panel("05.histograms", controls, compute, _draw_histograms, describe)


def _draw_histograms(figure: Figure) -> Built:
    """Two histograms as outlines, on a root scale so that narrow and wide ones can be seen, with their percentiles."""
    axes = dict(zip(STYLES, figure.subplots(1, 2, sharey=True), strict=True))
    outlines, marks, words = {}, {}, {}
    for name, ax in axes.items():
        ax.set_yscale("function", functions=(np.sqrt, np.square))
        ax.set(xlim=(BINS[0], BINS[-1]), ylim=(0, 100), yticks=(0, 1, 5, 20, 50, 100), xlabel=text("05.histograms.x"))
        ax.set_title(text(f"05.{name}"), color=STYLES[name]["color"])
        (outlines[name],) = ax.plot([], [], drawstyle="steps-mid", **STYLES[name])
        (marks[name],) = ax.plot([], [], "k^", markersize=9, clip_on=False, zorder=3)
        words[name] = ax.text(0.98, 0.98, "", transform=ax.transAxes, ha="right", va="top", bbox=BOX)
    axes["plain"].set_ylabel(text("05.histograms.y"))

    def update(shown: Shown) -> None:
        for name in STYLES:
            column = np.clip(shown.columns[name], BINS[0] + 1e-3, BINS[-1] - 1e-3)  # the end bins hold what is beyond
            share = 100 * np.histogram(column, BINS)[0] / len(column)
            outlines[name].set_data((BINS[1:] + BINS[:-1]) / 2, share)
            marks[name].set_data(np.percentile(column, (15, 50, 85)), [0.25] * 3)
            words[name].set_text(_label(shown, name))

    return (*outlines.values(), *marks.values(), *words.values()), update


def _label(shown: Shown, name: str) -> str:
    numbers = {"unit": shown.units[name] + 1, "update": shown.update, "accuracy": shown.accuracies[name]}
    return text("05.histograms.label", **numbers, moved=shown.movements[name])


def _column_numbers(shown: Shown) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, column in shown.columns.items():
        low, middle, high = np.percentile(column, (15, 50, 85))
        found |= {f"{name}_low": low, f"{name}_middle": middle, f"{name}_high": high}
        found[f"{name}_moved"] = shown.movements[name]
    return found
