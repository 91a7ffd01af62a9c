"""Lesson 08's panels on running statistics: recorded while a network trains, averaged again, by three conventions."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, menu
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, GREY
from helpers.data import Dataset
from helpers.network import Network, Parameters
from lessons.train_vs_inference.experiments import (
    RULE_BATCHES,
    Averaged,
    Record,
    averaged,
    followed,
    forgotten_after,
    recorded,
    variance_ratios,
)

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
NEW_WEIGHTS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
MOMENTA = (0.01, 0.1, 0.5, 0.9, 0.99)
CONVENTIONS = ("pytorch", "keras", "paper")
RULE_SIZES, RULE_LATE, RULE_TOP = (4, 16, 60), 500, 3
POINTS = {"linestyle": "", "marker": "o", "markersize": 2.3, "markeredgewidth": 0, "color": GREY}
WHOLE = {"color": BLACK, "linestyle": (0, (4, 2)), "linewidth": 1.8}  # the statistics of all training examples
SIZE = (8.0, 3.1)  # many dots and a jagged line make a large file
RUNNING = {**BATCHNORM, "linewidth": 2.4}
KEY = {"batch": GREY, "whole": BLACK, "running": BATCHNORM["color"]}
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}


def training(
    network: Network, start: Parameters, train: Dataset, batch_size: int, rate: float, seed: int, updates: int,
    unit: int,
) -> Panel:  # fmt: skip
    """A run to `grow`: the mean and the variance of one unit, in each batch and in all examples."""

    def compute() -> Iterator[Record]:
        return recorded(network, start, train, batch_size, rate, seed, updates)

    def describe(record: Record) -> str:
        first, last = (np.array(rows)[[0, -1], unit] for rows in (record.whole_means, record.whole_variances))
        numbers = {"unit": unit + 1, "updates": len(record.means), "n": len(train.x)}
        return text("08.training.sentence", mean0=first[0], mean1=first[1], var0=last[0], var1=last[1], **numbers)

    def build(figure: Figure) -> Built:
        axes = _two_axes(figure, updates, (-1.0, 1.0), 1.4, ("batch", "whole"))
        lines = [(ax.plot([], [], **POINTS)[0], ax.plot([], [], **WHOLE)[0]) for ax in axes]

        def update(record: Record) -> None:
            pairs = ((record.means, record.whole_means), (record.variances, record.whole_variances))
            for drawn, rows in zip(lines, pairs, strict=True):
                for line, values in zip(drawn, rows, strict=True):
                    line.set_data(np.arange(1, len(values) + 1), np.array(values)[:, unit])

        return [line for pair in lines for line in pair], update

    return RunPanel("08.training", [], compute, build, describe, total=lambda: updates, size=SIZE)


def momentum(record: Record, batch_size: int, unit: int) -> Panel:
    """A recorded run's running statistics, computed again with a chosen weight of the new value."""
    of_unit = [np.array(rows, float)[:, unit] for rows in record]
    means, variances, whole_means, whole_variances = of_unit
    unbiased = variances * batch_size / (batch_size - 1)

    def compute(new_weight: float) -> Averaged:
        return averaged(of_unit, batch_size, new_weight)

    def describe(shown: Averaged) -> str:
        numbers = {"mean": shown.mean_error, "var": 100 * shown.var_error, "until": forgotten_after(shown.new_weight)}
        return text("08.momentum.sentence", new_weight=shown.new_weight, unit=unit + 1, **numbers)

    def build(figure: Figure) -> Built:
        low, high = min(means.min(), 0), max(means.max(), 0)
        room = 0.05 * (high - low)
        limits = low - room, high + room
        axes = _two_axes(figure, len(means), limits, 1.1 * max(unbiased.max(), 1), tuple(KEY))
        at = np.arange(1, len(means) + 1)
        for ax, batch in zip(axes, (means, unbiased), strict=True):
            ax.plot(at, batch, **POINTS)
        lines = [ax.plot([], [], **RUNNING)[0] for ax in axes]
        pairs = zip(axes, (whole_means, whole_variances), strict=True)
        wholes = [ax.plot(at, whole, zorder=3, **WHOLE)[0] for ax, whole in pairs]

        def update(shown: Averaged) -> None:
            for line, values, first in zip(lines, (shown.means, shown.variances), (0, 1), strict=True):
                line.set_data([0, *at], [first, *values])

        return [*lines, *wholes], update

    return Panel("08.momentum", [choice("new_weight", NEW_WEIGHTS, 0.1)], compute, build, describe, size=SIZE)


def _two_axes(
    figure: Figure, updates: int, mean_limits: tuple[float, float], most_variance: float, drawn: Sequence[str]
) -> list[Axes]:
    """Axes for the mean and the variance against the updates, with the names of what is ``drawn`` in the first."""
    axes = list(figure.subplots(1, 2))
    for ax, quantity, limits in zip(axes, ("mean", "var"), (mean_limits, (0, most_variance)), strict=True):
        ax.set(xlim=(-0.01 * updates, 1.01 * updates), ylim=limits, xlabel=text("08.update"))
        ax.set_title(text(f"08.{quantity}"))
    for k, name in enumerate(drawn):
        place = {"transform": axes[0].transAxes, "ha": "right", "va": "top", "bbox": BOX}
        axes[0].text(0.98, 0.98 - 0.105 * k, text(f"08.{name}"), color=KEY[name], **place)
    return axes


class Followed(NamedTuple):
    """A running variance (K,), as a multiple of that of all examples, under a convention; ``start`` is its first value.

    ``new_weight`` is 0 where no fixed one exists: in the paper's average.
    """

    convention: str
    momentum: float
    batch_size: int
    new_weight: float
    start: float
    ratios: Array


def conventions(z: Array) -> Panel:
    """The running variance of one unit's z (N,), by the rules of two frameworks and the paper."""
    ratios, start = variance_ratios(z, RULE_SIZES), 1 / z.var(dtype=float)

    def compute(convention: str, momentum: float, batch_size: int) -> Followed:
        new_weight, average = followed(ratios[batch_size], batch_size, convention, momentum, start)
        return Followed(convention, momentum, batch_size, new_weight, start, average)

    controls = [menu("convention", CONVENTIONS, "pytorch"), choice("momentum", MOMENTA, 0.1),
                choice("batch_size", RULE_SIZES, 16)]  # fmt: skip
    return Panel("08.conventions", controls, compute, _draw_conventions, _describe_convention)


def _describe_convention(shown: Followed) -> str:
    rule = text(f"08.conventions.convention_{shown.convention}")
    late = shown.ratios[RULE_LATE:]
    numbers = {"mean": late.mean(), "low": late.min(), "high": late.max(), "late": RULE_LATE, "first": shown.ratios[9]}
    case = "paper" if shown.convention == "paper" else "rule"
    until = 0 if case == "paper" else forgotten_after(shown.new_weight)
    weight = text(f"08.conventions.{case}", momentum=shown.momentum, new=shown.new_weight, until=until)
    return text("08.conventions.sentence", rule=rule, weight=weight, m=shown.batch_size, **numbers)


def _draw_conventions(figure: Figure) -> Built:
    """The running variance over the batches; dashed 1, the true value; dotted the mean of the biased variance."""
    ax = figure.subplots()
    ax.set(xlim=(0, RULE_BATCHES), ylim=(0, RULE_TOP), xlabel=text("08.conventions.x"))
    ax.set_yticks(np.arange(0, RULE_TOP + 0.1, 0.5))
    ax.set_title(text("08.conventions.title", top=RULE_TOP), pad=28)
    true = ax.axhline(1, zorder=3, **WHOLE)
    (line,) = ax.plot([], [], **RUNNING)
    biased = ax.axhline(1, zorder=3, color=BLACK, linestyle=":", linewidth=2.4)
    words = ax.text(0.5, 1.02, "", transform=ax.transAxes, ha="center", va="bottom")

    def update(shown: Followed) -> None:
        line.set_data(np.arange(RULE_BATCHES + 1), [shown.start, *shown.ratios])
        ratio = 1 - 1 / shown.batch_size
        biased.set_ydata([ratio] * 2 if shown.convention == "keras" else [np.nan] * 2)
        words.set_text(text(f"08.conventions.label_{shown.convention}", new=shown.new_weight, ratio=ratio))

    return (line, true, biased, words), update
