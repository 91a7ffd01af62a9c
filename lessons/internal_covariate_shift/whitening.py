"""Lesson 05's panels on whitening: two features of wines, a chosen correlation, whitening outside the gradient."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course.catalogue import text
from course.controls import choice, integer, menu, number, switch
from course.panel import Panel, Update
from course.style import BLACK, GREEN, GREY
from helpers.data import Dataset
from helpers.shift import covariance
from lessons.internal_covariate_shift.experiments import METHODS, Bias, Correlated, Treated, correlated, treated

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
PAIRS = {
    "phenols": ("total_phenols", "flavanoids"),
    "alcohol": ("alcohol", "color_intensity"),
    "acid": ("alcohol", "malic_acid"),
}
LIMIT = 4.2
CORRELATIONS = (0.0, 0.3, 0.6, 0.86, 0.95, 0.99, 0.999)
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}
MARKERS = ((BLACK, "o", "none"), (GREEN, "^", GREEN), (GREY, "s", GREY))  # edge, marker, face, one a cultivar


class Pair(NamedTuple):
    """The features and the method that were chosen, and what they come to."""

    pair: str
    method: str
    found: Treated


def wine_pair(wine: Dataset) -> Panel:
    """Two features of ``wine``, as measured and standardized or whitened, each with its covariance matrix."""

    def compute(pair: str, method: str) -> Pair:
        raw = wine.x[:, [wine.feature_names.index(name) for name in PAIRS[pair]]]
        return Pair(pair, method, treated(raw, method))

    def describe(result: Pair) -> str:
        names = {"pair": text(f"05.wine_pair.pair_{result.pair}"), "method": text(f"05.wine_pair.{result.method}")}
        (a, b), (_, c) = _no_minus_zero(result.found.covariance)
        return text("05.wine_pair.sentence", **names, r=result.found.correlation, a=a, b=b, c=c)

    controls = [menu("pair", tuple(PAIRS), "phenols"), menu("method", tuple(METHODS), "standardized")]
    return Panel("05.wine_pair", controls, compute, partial(_draw_pair, classes=wine.y), describe, size=(9.0, 4.3))


def _draw_pair(figure: Figure, classes: Array) -> Built:
    """At the left the wines as measured, at the right as treated; each covariance matrix in its corner."""
    left, right = figure.subplots(1, 2)
    clouds = [[ax.plot([], [], marker, color=edge, markerfacecolor=face, markersize=5, alpha=0.8)[0]
               for edge, marker, face in MARKERS] for ax in (left, right)]  # fmt: skip
    names = [text("05.wine_pair.cultivar", k=k + 1) for k in range(len(MARKERS))]
    figure.legend(clouds[1], names, loc="outside lower center", ncols=len(MARKERS), frameon=False, handletextpad=0.1)
    matrices = [_matrix_text(ax) for ax in (left, right)]
    right.set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT), aspect="equal")
    left.set_title(text("05.wine_pair.raw"))
    left.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    left.yaxis.set_label_coords(-0.12, 0.5)  # where labels of two digits leave room
    shown: list[str] = []

    def update(result: Pair) -> None:
        for lines, points in zip(clouds, (result.found.raw, result.found.treated), strict=True):
            for k, line in enumerate(lines):
                line.set_data(points[classes == k].T)
        for words, matrix in zip(matrices, (result.found.raw_covariance, result.found.covariance), strict=True):
            words.set_text(_written(matrix))
        if shown != [result.pair, result.method]:
            shown[:] = [result.pair, result.method]
            _name_axes(left, right, result)

    return (*clouds[0], *clouds[1], *matrices), update


def _name_axes(left: Axes, right: Axes, result: Pair) -> None:
    for set_label, set_limits, column, k in ((left.set_xlabel, left.set_xlim, result.found.raw[:, 0], 1),
                                             (left.set_ylabel, left.set_ylim, result.found.raw[:, 1], 2)):  # fmt: skip
        set_label(text(f"05.wine_pair.{result.pair}{k}"))
        low, room = column.min(), np.ptp(column)
        set_limits(low - 0.05 * room, low + (1.05 if k == 1 else 1.4) * room)
    right.set_title(text(f"05.wine_pair.{result.method}"))
    own = [text(f"05.wine_pair.{result.pair}{k}") for k in (1, 2)]
    turned = [text(f"05.wine_pair.direction{k}") for k in (1, 2)]
    xlabel, ylabel = turned if result.method == "pca" else own
    right.set(xlabel=xlabel, ylabel=ylabel)


def correlation() -> Panel:
    """Standardized against whitened data, for a chosen correlation, with an error of a chosen size in each value."""
    def describe(result: Correlated) -> str:
        apart = float(np.abs(result.standardized - result.whitened).max())
        outside = max(np.abs(result.with_error).max(), np.abs(result.whitened_with_error).max()) > LIMIT
        sentence = text("05.correlation.sentence", r=result.r, error=result.error, growth=result.growth,
                        grown=result.error * result.growth, short=(1 - result.r) ** 0.5, apart=apart)  # fmt: skip
        return sentence + (text("05.correlation.outside") if outside else "")

    controls = [choice("r", CORRELATIONS, 0.86), number("error", 0.0, 0.2, 0.1, step=0.01)]
    return Panel("05.correlation", controls, correlated, _draw_correlation, describe)


def _draw_correlation(figure: Figure) -> Built:
    """Each point as a dot, and a line from it to where the error puts it."""
    axes = figure.subplots(1, 2)
    dots = [ax.plot([], [], "o", color=BLACK, markersize=4)[0] for ax in axes]
    moves = [ax.plot([], [], color=GREEN, linewidth=1.5)[0] for ax in axes]
    matrices = [_matrix_text(ax) for ax in axes]
    for ax, name in zip(axes, ("standardized", "whitened"), strict=True):
        ax.set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT), aspect="equal")
        ax.set_title(text(f"05.correlation.{name}"))

    def update(result: Correlated) -> None:
        pairs = (result.standardized, result.with_error), (result.whitened, result.whitened_with_error)
        for dot, move, words, (points, moved) in zip(dots, moves, matrices, pairs, strict=True):
            dot.set_data(points.T)
            gap = np.full_like(points, np.nan)
            move.set_data(np.stack([points, moved, gap], axis=1).reshape(-1, 2).T)
            words.set_text(_written(covariance(points), digits=3))

    return (*moves, *dots, *matrices), update


def _matrix_text(ax: Axes) -> Artist:
    style = {"family": "monospace", "fontsize": 13, "bbox": BOX, "linespacing": 1.2}
    return ax.text(0.02, 0.98, "", transform=ax.transAxes, va="top", **style)


def _no_minus_zero(matrix: Array) -> Array:
    return np.where(np.abs(matrix) < 5e-4, 0.0, matrix)


def _written(matrix: Array, digits: int = 2) -> str:
    """A matrix in two lines of equal width."""
    cells = [[f"{value:,.{digits}f}" for value in row] for row in _no_minus_zero(matrix)]
    width = max(len(cell) for row in cells for cell in row)
    return "\n".join("  ".join(cell.rjust(width) for cell in row) for row in cells)


class Runaway(NamedTuple):
    """What is shown of a run: as far as ``step``."""

    sees_mean: bool
    step: int
    run: Bias


def runaway(ignoring: Bias, seeing: Bias, every: int = 10) -> Panel:
    """‖b‖ and the loss over the steps, with a gradient that ignores the mean and with one that goes through it."""

    def compute(step: int, sees_mean: bool) -> Runaway:
        run = seeing if sees_mean else ignoring
        return Runaway(sees_mean, step, Bias(run.norms[: step + 1], run.losses[: step + 1]))

    def describe(result: Runaway) -> str:
        norm, loss = result.run.norms[-1], result.run.losses[-1]
        key = "seeing" if result.sees_mean else "ignoring"
        return text(f"05.runaway.{key}", step=result.step, norm=norm if norm > 1e-6 else 0.0, loss=loss)

    last = len(ignoring.norms) - 1
    controls = [integer("step", 0, last, last, step=every), switch("sees_mean", False)]
    build = partial(_draw_runaway, last=last, highest=ignoring.norms.max(), loss=ignoring.losses[0])
    return Panel("05.runaway", controls, compute, build, describe)


def _draw_runaway(figure: Figure, last: int, highest: float, loss: float) -> Built:
    left, right = figure.subplots(1, 2)
    left.set(xlim=(0, last), ylim=(-0.05 * highest, 1.05 * highest), ylabel=text("05.runaway.norm"))
    right.set(xlim=(0, last), ylim=(0, 2 * loss), ylabel=text("05.runaway.loss"))
    for ax in (left, right):
        ax.set_xlabel(text("05.runaway.x"))
    lines = [ax.plot([], [])[0] for ax in (left, right)]
    ends = [ax.plot([], [], "o", color=BLACK, clip_on=False)[0] for ax in (left, right)]
    words = right.text(0.5, 0.96, "", transform=right.transAxes, ha="center", va="top")

    def update(result: Runaway) -> None:
        for line, end, values in zip(lines, ends, result.run, strict=True):
            line.set_data(np.arange(len(values)), values)
            line.set(color=GREEN if result.sees_mean else BLACK, linestyle="-" if result.sees_mean else "--")
            end.set_data([result.step], values[-1:])
        norm, loss = (values[-1] for values in result.run)
        words.set_text(text("05.runaway.label", step=result.step, norm=norm, loss=loss))

    return (*lines, *ends, words), update
