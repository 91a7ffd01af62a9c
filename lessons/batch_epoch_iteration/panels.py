"""Lesson 02's panels that count: an epoch cut into batches, the mean of the batch losses, what the draws cover."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course.catalogue import text, texts
from course.controls import choice, integer, switch
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers.batching import batch_slices, iterations_per_epoch, total_iterations
from lessons.batch_epoch_iteration.plots import grid_key, grid_lines, set_kinds

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]

BATCH_SIZES = (1, 2, 7, 10, 20, 32, 50, 64, 100, 128, 200, 300, 500, 1000, 2000)
EPOCH_GRID = (40, 50)  # rows and columns of examples
BATCH_MARKERS = (
    {"marker": "s", "color": BLUE, "markersize": 4.2, "markeredgewidth": 0},
    {"marker": "o", "color": BLUE, "markersize": 2.6, "markeredgewidth": 0},
    {"marker": "^", "color": GREEN, "markersize": 4.6},
    {"marker": "x", "color": GREY, "markersize": 4.2},
)

MOST_LOSS = 2.1  # a batch loss above it lies outside the picture: its number is written at the edge
MOST_USES = 4  # more often than that is drawn as that
USE_GRID = (25, 40)
USE_MARKERS = (
    {"marker": "x", "color": VERMILLION, "markersize": 5},
    *({"marker": "o", "color": BLUE, "markersize": size, "markeredgewidth": 0} for size in (2.5, 4.5, 6.5, 8.5)),
)


class Count(NamedTuple):
    """The updates of a run; ``smaller`` is the size of a smaller last batch and ``dropped`` of one left out, or 0."""

    n_examples: int
    batch_size: int
    epochs: int
    drop_last: bool
    iterations: int
    updates: int
    smaller: int
    dropped: int


def calculator() -> Panel:
    """How many updates a run makes: the epoch cut into batches, and the sum beside it."""

    def compute(n_examples: int, batch_size: int, epochs: int, drop_last: bool) -> Count:
        iterations = iterations_per_epoch(n_examples, batch_size, drop_last)
        updates = total_iterations(n_examples, batch_size, epochs, drop_last)
        left = n_examples % batch_size
        smaller, dropped = (0, left) if drop_last else (left, 0)
        return Count(n_examples, batch_size, epochs, drop_last, iterations, updates, smaller, dropped)

    controls = [
        integer("n_examples", 1, 2000, 1050),
        choice("batch_size", BATCH_SIZES, 100),
        integer("epochs", 1, 50, 10),
        switch("drop_last", False),
    ]
    return Panel("02.calculator", controls, compute, _draw_epoch, _describe_count)


def _draw_epoch(figure: Figure) -> Built:
    """The examples of an epoch in their batches, the sum, and what the marks mean."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    grid = grid_lines(left, BATCH_MARKERS, EPOCH_GRID)
    left.set_title(text("02.calculator.title"))
    grid_key(right, BATCH_MARKERS, texts("02.calculator.key"), top=0.36, step=0.1)
    right.set(xlim=(0, 1), ylim=(0, 1))
    right.set_axis_off()
    for y, name in ((0.8, "iterations_unit"), (0.55, "updates_unit")):
        right.text(0, y, text(f"02.calculator.{name}"), fontsize=14)
    lines = [right.text(0, y, "", fontsize=18) for y in (0.9, 0.65)]

    def update(count: Count) -> None:
        set_kinds(grid, _batch_kinds(count), EPOCH_GRID[1])
        for line, words in zip(lines, _sums(count), strict=True):
            line.set_text(words)

    return (*grid, *lines), update


def _batch_kinds(count: Count) -> Array:
    """For each example its marker: 0 and 1 for batches in turn, 2 for the smaller last batch, 3 for the dropped."""
    kinds = np.arange(count.n_examples) // count.batch_size % 2
    whole = count.n_examples - count.smaller - count.dropped
    kinds[whole:] = 2 if count.smaller else 3
    return kinds


def _sums(count: Count) -> tuple[str, str]:
    left, right = "⌊⌋" if count.drop_last else "⌈⌉"
    iterations = text("02.calculator.iterations_sum", left=left, right=right, **count._asdict())
    return iterations, text("02.calculator.updates_sum", **count._asdict())


def _describe_count(count: Count) -> str:
    iterations, updates = _sums(count)
    case = "smaller" if count.smaller else "dropped" if count.dropped else "even"
    numbers = count._asdict()
    sums = {"iterations_sum": iterations, "updates_sum": updates}
    return text("02.calculator.sentence", **numbers, **sums, remainder=text(f"02.calculator.{case}", **numbers))


class BatchLosses(NamedTuple):
    """The loss and the size of each batch of an epoch, and the mean loss taken over batches and over examples."""

    means: Array
    sizes: Array
    of_batches: float
    of_examples: float


def batch_losses(losses: Array) -> Panel:
    """An epoch's batches as bars: as wide as the batch, as high as its loss; ``losses`` (N,) are the examples'."""

    def compute(n_examples: int, batch_size: int, seed: int) -> BatchLosses:
        shuffled = losses[np.random.default_rng(seed).permutation(n_examples)]
        batches = [shuffled[part] for part in batch_slices(n_examples, batch_size)]
        means = np.array([batch.mean() for batch in batches])
        sizes = np.array([len(batch) for batch in batches])
        return BatchLosses(means, sizes, float(means.mean()), float(shuffled.mean()))

    def describe(result: BatchLosses) -> str:
        return text("02.batch_losses.sentence", **_mean_numbers(result))

    controls = [
        integer("n_examples", 1000, len(losses), 1001),
        choice("batch_size", (32, 50, 64, 100, 150, 200), 100),
        integer("seed", 0, 20, 0),
    ]
    build = partial(_draw_batches, most_examples=len(losses))
    return Panel("02.batch_losses", controls, compute, build, describe)


def _draw_batches(figure: Figure, most_examples: int) -> Built:
    """The batches as bars, both means as lines, and their numbers."""
    ax = figure.subplots()
    ax.set(xlim=(0, most_examples), ylim=(0, MOST_LOSS))
    ax.set(xlabel=text("02.batch_losses.x"), ylabel=text("02.batch_losses.y"))
    (bars,) = ax.plot([], [], color=BLUE, linewidth=1.5)
    last = ax.add_patch(Rectangle((0, 0), 0, 0, fill=False, edgecolor=GREEN, hatch="///", linewidth=2, zorder=2.5))
    examples = ax.axhline(0, color=BLACK, linewidth=2)
    batches = ax.axhline(0, color=VERMILLION, linestyle="--", linewidth=2.6)
    lines = [ax.text(0.02, y, "", transform=ax.transAxes, color=color, va="center")
             for y, color in ((0.94, VERMILLION), (0.86, BLACK), (0.78, GREEN))]  # fmt: skip
    outside = ax.text(0, 0.97 * MOST_LOSS, "", color=GREEN, ha="right", va="top")

    def update(result: BatchLosses) -> None:
        ends = np.concatenate([[0], np.cumsum(result.sizes)])
        bars.set_data(*_outline(ends, result.means))
        last.set_bounds(ends[-2], 0, result.sizes[-1], result.means[-1])
        above = result.means[-1] > MOST_LOSS
        words = text("02.batch_losses.outside", **_mean_numbers(result)) if above else ""
        outside.set(x=ends[-2] - 6, text=words)
        examples.set_ydata([result.of_examples] * 2)
        batches.set_ydata([result.of_batches] * 2)
        for line, name in zip(lines, ("of_batches", "of_examples", "last"), strict=True):
            line.set_text(text(f"02.batch_losses.{name}", **_mean_numbers(result)))

    return (bars, last, outside, examples, batches, *lines), update


def _outline(ends: Array, heights: Array) -> tuple[Array, Array]:
    """The corners of bars that stand side by side, each drawn up, across and down."""
    levels = np.zeros((len(heights), 4))
    levels[:, 1:3] = heights[:, None]
    return np.stack([ends[:-1], ends[:-1], ends[1:], ends[1:]], axis=1).ravel(), levels.ravel()


def _mean_numbers(result: BatchLosses) -> dict[str, float]:
    return {
        "n_batches": len(result.means),
        "n_examples": int(result.sizes.sum()),
        "of_batches": result.of_batches,
        "of_examples": result.of_examples,
        "last_size": int(result.sizes[-1]),
        "last_loss": float(result.means[-1]),
        "times": float(result.sizes[0] / result.sizes[-1]),
    }


class Coverage(NamedTuple):
    """How often each example was used, and the share of them expected to be used at least once."""

    uses: Array
    epochs: int
    replacement: bool
    expected: float


def coverage() -> Panel:
    """Which examples N draws an epoch use, with and without putting each example back."""

    def compute(n_examples: int, epochs: int, replacement: bool, seed: int) -> Coverage:
        rng = np.random.default_rng(seed)
        if replacement:
            drawn = rng.integers(n_examples, size=n_examples * epochs)
        else:
            drawn = np.concatenate([rng.permutation(n_examples) for _ in range(epochs)])
        missed = (1 - 1 / n_examples) ** (n_examples * epochs) if replacement else 0.0
        return Coverage(np.bincount(drawn, minlength=n_examples), epochs, replacement, 1 - missed)

    controls = [
        choice("n_examples", (4, 10, 40, 100, 400, 1000), 1000),
        integer("epochs", 1, MOST_USES, 1),
        switch("replacement", True),
        integer("seed", 0, 20, 0),
    ]
    return Panel("02.coverage", controls, compute, _draw_uses, _describe_coverage)


def _draw_uses(figure: Figure) -> Built:
    """The examples with their uses, and how many were used how often."""
    left, right = figure.subplots(1, 2, width_ratios=(1.4, 1))
    grid = grid_lines(left, USE_MARKERS, USE_GRID)
    left.set_title(text("02.coverage.title"))
    times = range(MOST_USES + 1)
    bars = right.barh(times, [0] * len(times), color=[VERMILLION] + [BLUE] * MOST_USES, hatch=["///", *[""] * 4])
    right.set(xlim=(0, 135), xticks=range(0, 101, 25), xlabel=text("02.coverage.x"), ylabel=text("02.coverage.y"))
    right.set_yticks(times, texts("02.coverage.times"))
    labels = [right.text(0, k, "", va="center") for k in times]

    def update(result: Coverage) -> None:
        set_kinds(grid, np.minimum(result.uses, MOST_USES), USE_GRID[1])
        for bar, label, count in zip(bars, labels, _use_counts(result), strict=True):
            percent = 100 * count / len(result.uses)
            bar.set_width(percent)
            label.set(x=percent + 2, text=text("02.coverage.share", percent=percent))

    return (*grid, *bars, *labels), update


def _use_counts(result: Coverage) -> Array:
    """How many examples were used 0, 1, 2, 3 times, and 4 times or more often."""
    return np.bincount(np.minimum(result.uses, MOST_USES), minlength=MOST_USES + 1)


def _describe_coverage(result: Coverage) -> str:
    n, used = len(result.uses), int((result.uses > 0).sum())
    numbers = {"n_examples": n, "epochs": result.epochs, "draws": n * result.epochs, "used": used, "never": n - used}
    shares = {"percent": 100 * used / n, "expected": 100 * result.expected}
    return text(f"02.coverage.{'with' if result.replacement else 'without'}", **numbers, **shares)
