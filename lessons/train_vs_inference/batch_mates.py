"""Lesson 08's panels on training mode and inference: batch-mates, and how test batches are put together."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from course.catalogue import text
from course.controls import choice, integer, menu, steps
from course.grey_image import GreyImage
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREY
from helpers.data import Dataset
from helpers.network import Network, Parameters, predict
from lessons.train_vs_inference.experiments import (
    MATE_SETS,
    among_mates,
    answers_in_training_mode,
    arranged,
    batch_with,
)

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
SHOWN_MATES = 8
MATE_SIZES = (2, 4, 8, 16, 60, 500)
TEST_SIZES = (1, 2, 4, 8, 16, 32, 60, 200, 500, 2000)
PERCENTS = np.arange(0, 101, 5)
INFERENCE = {"linestyle": "", "marker": "s", "color": BLACK, "markerfacecolor": "none", "markersize": 8}


class Output(NamedTuple):
    """One example's shares (10,) among its batch-mates, in a mode and at inference, and the batch's first pictures.

    ``all_shares`` (sets, 10) are those among every set of batch-mates.
    """

    mates: int
    batch_size: int
    mode: str
    shares: Array
    all_shares: Array
    inference: Array
    pictures: Array


def mates(network: Network, parameters: Parameters, running: Parameters, test: Dataset, example: int) -> Panel:
    """One test example's output among other and other batch-mates, in training mode and at inference."""
    found = {m: among_mates(network, parameters, running, test, example, m) for m in MATE_SIZES}

    def compute(mates: int, batch_size: int, mode: str) -> Output:
        training, inference = found[batch_size]
        shares = training if mode == "training" else inference
        shown = batch_with(test, example, mates, batch_size)[: SHOWN_MATES + 1]
        return Output(mates, batch_size, mode, shares[mates], shares, inference[mates], shown)

    def describe(shown: Output) -> str:
        right = shown.inference.argmax()
        numbers = {"answer": shown.shares.argmax(), "share": 100 * shown.shares.max()}
        of_right = 100 * shown.all_shares[:, right]
        spread = {"sets": len(of_right), "low": of_right.min(), "high": of_right.max(), "mean": of_right.mean()}
        fixed = {"right": right, "fixed": 100 * shown.inference[right]}
        return text(f"08.mates.{shown.mode}", m=shown.batch_size, mates=shown.mates, **numbers, **spread, **fixed)

    controls = [steps("mates", MATE_SETS - 1), choice("batch_size", MATE_SIZES, 16),
                menu("mode", ("training", "inference"), "training")]  # fmt: skip
    return Panel("08.mates", controls, compute, _draw_mates, describe)


def _draw_mates(figure: Figure) -> Built:
    """The batch's first pictures above; below the example's shares as bars, their range as lines, inference squares."""
    top, ax = figure.subplots(2, 1, height_ratios=(0.5, 2))
    blank = np.zeros((28, 28 * (SHOWN_MATES + 1) + 14))
    batch = GreyImage(top, blank, low=0, high=1)
    top.set_title(text("08.mates.batch"))
    bars, marks = _ten_bars(ax, 1.0)
    (ranges,) = ax.plot([], [], color=GREY, linestyle="-", linewidth=3, solid_capstyle="butt")
    ax.set(xlabel=text("08.classes"), ylabel=text("08.mates.y"))
    ax.set_title(text("08.mates.key", sets=MATE_SETS))
    words = ax.text(1, 1.02, "", transform=ax.transAxes, ha="right", va="bottom")

    def update(shown: Output) -> None:
        row = np.zeros_like(blank)
        for k, picture in enumerate(shown.pictures):
            left = 28 * k + 14 * (k > 0)  # a gap between the example and its mates
            row[:, left : left + 28] = picture.reshape(28, 28)
        batch.values = row
        _set_strokes(bars, np.arange(10), np.zeros(10), shown.shares)
        _set_strokes(ranges, np.arange(10) + 0.3, shown.all_shares.min(axis=0), shown.all_shares.max(axis=0))
        marks.set_ydata(shown.inference)
        words.set_text(text("08.mates.label", answer=shown.shares.argmax(), share=100 * shown.shares.max()))

    return (batch, bars, ranges, marks, words), update


def _ten_bars(ax: Axes, most: float) -> tuple[Line2D, Line2D]:
    """One outline of ten bars, for the moving values, and ten squares, for those at inference."""
    ax.set(xlim=(-0.6, 9.6), ylim=(0, 1.08 * most), xticks=range(10))
    (bars,) = ax.plot([], [], color=BLUE, linewidth=12, solid_capstyle="butt")
    (marks,) = ax.plot(np.arange(10), np.zeros(10), zorder=3, **INFERENCE)
    return bars, marks


def _set_strokes(line: Line2D, x: Array, low: Array, high: Array) -> None:
    """An upright stroke at each x; NaN parts them."""
    line.set_data(np.repeat(x, 3), np.column_stack([low, high, np.full(len(x), np.nan)]).ravel())


class Tested(NamedTuple):
    """A test in training mode: its accuracy, those at all PERCENTS, and how the examples of one class are answered."""

    batch_size: int
    percent: int
    accuracy: float
    accuracies: Array
    answers: Array


def composition(
    network: Network, parameters: Parameters, running: Parameters, test: Dataset, shown_class: int
) -> Panel:
    """The accuracy of a network with one hidden ReLU layer that is tested in training mode, by what is in a batch."""
    z = test.x @ parameters["weight1"]
    fixed = predict(network, parameters, running, test.x).argmax(axis=1)
    right = float(np.mean(fixed == test.y))
    of_class = np.bincount(fixed[test.y == shown_class], minlength=10) / np.sum(test.y == shown_class)

    def answers(batch_size: int, percent: int) -> tuple[Array, Array]:
        rows, sizes = arranged(test.y, batch_size, percent / 100, np.random.default_rng(0))
        return answers_in_training_mode(network, parameters, z[rows], sizes), test.y[rows]

    pairs = {(m, percent): answers(m, percent) for m in TEST_SIZES for percent in PERCENTS}
    curves = {m: np.array([np.mean(np.equal(*pairs[m, percent])) for percent in PERCENTS]) for m in TEST_SIZES}

    def compute(batch_size: int, percent: int) -> Tested:
        answered, labels = pairs[batch_size, percent]
        counts = np.bincount(answered[labels == shown_class], minlength=10)
        accuracy = float(np.mean(answered == labels))
        return Tested(batch_size, percent, accuracy, curves[batch_size], counts / counts.sum())

    def describe(shown: Tested) -> str:
        most = {"most": shown.answers.argmax(), "most_share": 100 * shown.answers.max(), "digit": shown_class}
        numbers = {"m": shown.batch_size, "percent": shown.percent, "accuracy": shown.accuracy, "fixed": right}
        return text("08.composition.sentence", **numbers, **most)

    build = partial(_draw_composition, right=right, of_class=of_class, shown_class=shown_class)
    controls = [choice("batch_size", TEST_SIZES, 60), integer("percent", 0, 100, 0, step=5)]
    return Panel("08.composition", controls, compute, build, describe)


def _draw_composition(figure: Figure, right: float, of_class: Array, shown_class: int) -> Built:
    """Left the accuracy against the sorted part, right the answers to one class; squares and line: inference."""
    left, ax = figure.subplots(1, 2)
    left.set(xlim=(-2, 102), ylim=(0, 1.08), xlabel=text("08.composition.x"))
    left.set_title(text("08.composition.accuracy"), color=BLUE)
    left.axhline(right, color=BLACK, linestyle=":", linewidth=1.8)
    left.text(100, right + 0.01, text("08.inference"), ha="right", va="bottom")
    (curve,) = left.plot(PERCENTS, np.zeros(len(PERCENTS)), color=GREY, linewidth=1.4)
    (point,) = left.plot([], [], "o", color=BLUE, markersize=11)
    bars, marks = _ten_bars(ax, 1.0)
    bars.set_linewidth(8)
    marks.set_ydata(of_class)
    ax.set(xlabel=text("08.classes"), ylabel=text("08.composition.answers", digit=shown_class))
    ax.set_title(text("08.composition.key"))

    def update(shown: Tested) -> None:
        curve.set_ydata(shown.accuracies)
        point.set_data([shown.percent], [shown.accuracy])
        _set_strokes(bars, np.arange(10), np.zeros(10), shown.answers)

    return (curve, bars, marks, point), update
