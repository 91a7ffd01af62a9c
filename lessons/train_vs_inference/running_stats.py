"""Lesson 08's panels on running statistics: recorded while a network trains, averaged again, by three conventions."""

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, menu
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, GREY
from helpers.batching import minibatches
from helpers.data import Dataset
from helpers.network import Network, Parameters, loss_and_gradients
from helpers.training import sgd_update

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
NEW_WEIGHTS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
MOMENTA = (0.01, 0.1, 0.5, 0.9, 0.99)
CONVENTIONS = ("pytorch", "keras", "paper")
RULE_SIZES, RULE_BATCHES, RULE_LATE, RULE_TOP = (4, 16, 60), 2000, 500, 3
POINTS = {"linestyle": "", "marker": "o", "markersize": 2.3, "markeredgewidth": 0, "color": GREY}
WHOLE = {"color": BLACK, "linestyle": (0, (4, 2)), "linewidth": 1.8}  # the statistics of all training examples
SIZE = (8.0, 3.1)  # many dots and a jagged line make a large file
RUNNING = {**BATCHNORM, "linewidth": 2.4}
KEY = {"batch": GREY, "whole": BLACK, "running": BATCHNORM["color"]}
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}


class Record(NamedTuple):
    """For each update of a run the statistics (D,) of layer 1 before batch norm, with the weights of that moment.

    ``means`` and ``variances`` (biased) are the batch's, the other two those of all training examples.
    """

    means: list[Array]
    variances: list[Array]
    whole_means: list[Array]
    whole_variances: list[Array]


def recorded(
    network: Network, start: Parameters, train: Dataset, batch_size: int, rate: float, seed: int
) -> Iterator[Record]:
    """Train without end; yield the one record after each update. Batches as `train` draws them, smaller last dropped.

    With C the covariance matrix of the inputs, the variance of x @ w over all of them is wᵀ C w.
    """
    parameters, rng, record = start, np.random.default_rng(seed), Record([], [], [], [])
    centre = train.x.mean(axis=0)
    covariance = (train.x - centre).T @ (train.x - centre) / len(train.x)
    while True:
        for batch in minibatches(train.x, train.y, batch_size, rng, drop_last=True):
            weight = parameters["weight1"]
            _, gradients, caches = loss_and_gradients(network, parameters, *batch)
            record.means.append(caches[0].norm.mean)
            record.variances.append(caches[0].norm.var)
            record.whole_means.append(centre @ weight)
            record.whole_variances.append((covariance @ weight * weight).sum(axis=0))
            parameters = sgd_update(parameters, gradients, rate)
            yield record


def running_average(values: Sequence[Array], start: float, new_weight: float) -> Array:
    """After each of the values (K, …) in turn: (1 − new_weight) · old + new_weight · value, from ``start``; (K, …)."""
    averages, average = [], start
    for value in values:
        average = (1 - new_weight) * average + new_weight * value
        averages.append(average)
    return np.array(averages)


def forgotten_after(new_weight: float) -> int:
    """The first update after which the start weighs less than 1 %: (1 − new_weight)ⁿ < 0.01."""
    if new_weight == 1:
        return 1
    return math.floor(math.log(0.01) / math.log(1 - new_weight) + 1e-9) + 1  # 0.1² is 0.01, not below it


def training(
    network: Network, start: Parameters, train: Dataset, batch_size: int, rate: float, seed: int, updates: int,
    unit: int,
) -> Panel:  # fmt: skip
    """A run to `grow`: the mean and the variance of one unit, in each batch and in all examples."""

    def compute() -> Iterator[Record]:
        return islice(recorded(network, start, train, batch_size, rate, seed), updates)

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


class Averaged(NamedTuple):
    """The running mean and variance (K,) of one unit with a weight of the new value, and their typical errors.

    Both are root mean squares over the second half of the run: ``mean_error`` in standard deviations of the unit,
    ``var_error`` as a part of its variance.
    """

    new_weight: float
    means: Array
    variances: Array
    mean_error: float
    var_error: float


def momentum(record: Record, batch_size: int, unit: int) -> Panel:
    """A recorded run's running statistics, computed again with a chosen weight of the new value."""
    means, variances, whole_means, whole_variances = (np.array(rows, float)[:, unit] for rows in record)
    unbiased, half = variances * batch_size / (batch_size - 1), len(means) // 2

    def compute(new_weight: float) -> Averaged:
        mean, var = running_average(means, 0, new_weight), running_average(unbiased, 1, new_weight)
        mean_error = (mean - whole_means)[half:] / np.sqrt(whole_variances[half:])
        var_error = (var / whole_variances)[half:] - 1
        return Averaged(new_weight, mean, var, *(float(np.sqrt(np.mean(e**2))) for e in (mean_error, var_error)))

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
    rng = np.random.default_rng(0)
    drawn = np.concatenate([rng.permutation(len(z)) for _ in range(-(-RULE_BATCHES * max(RULE_SIZES) // len(z)))])
    batches = {m: z[drawn[: RULE_BATCHES * m]].reshape(RULE_BATCHES, m).astype(float) for m in RULE_SIZES}
    ratios = {m: batch.var(axis=1) / z.var(dtype=float) for m, batch in batches.items()}
    start = 1 / z.var(dtype=float)

    def compute(convention: str, momentum: float, batch_size: int) -> Followed:
        biased, unbiased = ratios[batch_size], ratios[batch_size] * batch_size / (batch_size - 1)
        if convention == "paper":
            average = np.cumsum(unbiased) / np.arange(1, RULE_BATCHES + 1)
            return Followed(convention, momentum, batch_size, 0, start, average)
        new_weight = momentum if convention == "pytorch" else 1 - momentum
        average = running_average(unbiased if convention == "pytorch" else biased, start, new_weight)
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
