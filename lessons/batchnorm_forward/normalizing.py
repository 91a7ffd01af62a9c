"""Lesson 06's instant panels: an editable batch, the shape of a feature, gamma and beta, the zeros of ReLU."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import menu, number
from course.panel import Panel, Update
from course.style import BATCHNORM, BLACK, BLUE, GREY
from lessons.batchnorm_forward.experiments import normalized, shape_numbers

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]

MOST = 15.0  # the largest value of the editable batch
SHAPE_BINS = np.linspace(-4, 4, 33)  # in standard deviations from the mean
ZERO_BINS = np.linspace(-11, 11, 89)
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9}


def on_grid(value: float) -> float:
    """A slider's value without what its steps leave over: a slider from −1 gives −5.6e-17 for 0."""
    return round(value, 2) + 0.0


class Batch(NamedTuple):
    """One feature of a batch: its values and normalized values (N,), mean, biased variance, and outputs that moved."""

    x: Array
    x_hat: Array
    mean: float
    var: float
    moved: int


def batch(column: Array) -> Panel:
    """Edit each of the values ``column`` (N,), from 0 to 15, and see all the normalized ones."""
    keys = [f"x{i}" for i in range(1, len(column) + 1)]
    start = normalized(column)

    def compute(**values: float) -> Batch:
        x = np.array([values[key] for key in keys])
        x_hat = normalized(x)
        return Batch(x, x_hat, float(x.mean()), float(x.var()), int((np.abs(x_hat - start) > 1e-6).sum()))

    def build(figure: Figure) -> Built:
        return _draw_batch(figure, column, start)

    controls = [number(key, 0, MOST, float(value), 0.05) for key, value in zip(keys, column, strict=True)]
    return Panel("06.batch", controls, compute, build, _describe_batch, size=(9.0, 3.2))


def _draw_batch(figure: Figure, column: Array, start: Array) -> Built:
    """The values at the left, with their mean; the normalized ones at the right; hollow marks stay at the start."""
    axes = left, right = figure.subplots(1, 2)
    places = np.arange(1, len(column) + 1)
    for ax, first, name in ((left, column, "x"), (right, start, "x_hat")):
        ax.plot(places, first, "o", markersize=13, markerfacecolor="none", color=GREY)
        ax.set(xlim=(0.5, len(column) + 0.5), xticks=places, xlabel=text("06.batch.example"))
        ax.set_title(text(f"06.batch.{name}"))
    left.set(ylim=(-1, 20), yticks=range(0, 16, 5))
    right.set(ylim=(-2.4, 2.4))
    right.axhline(0, color=BLACK, linestyle="--", linewidth=1.5)
    dots = [ax.plot([], [], "o", color=color, markersize=8)[0] for ax, color in zip(axes, (BLACK, BLUE), strict=True)]
    mean = left.axhline(0, color=BLACK, linestyle="--", linewidth=1.5)
    words = left.text(0.98, 0.97, "", transform=left.transAxes, ha="right", va="top", bbox=BOX)

    def update(result: Batch) -> None:
        dots[0].set_data(places, result.x)
        dots[1].set_data(places, result.x_hat)
        mean.set_ydata([result.mean] * 2)
        words.set_text(text("06.batch.label", mean=result.mean, var=result.var))

    return (*dots, mean, words), update


def _describe_batch(result: Batch) -> str:
    case = "sentence" if result.var > 0 else "constant"
    rows = {name: ", ".join(f"{value + 0:.2f}" for value in values.round(2))
            for name, values in (("x", result.x), ("x_hat", result.x_hat))}  # fmt: skip
    moved = text("06.batch.moved" if result.moved else "06.batch.still", moved=result.moved, n=len(result.x))
    return f"{text(f'06.batch.{case}', mean=result.mean, var=result.var, **rows)} {moved}"


class Shape(NamedTuple):
    """A feature before and after (N,): the same column, and its name."""

    name: str
    x: Array
    x_hat: Array


def shape(features: Mapping[str, Array]) -> Panel:
    """The histogram of a chosen feature before and after normalizing, and the normal curve beside it."""

    def compute(feature: str) -> Shape:
        x = np.asarray(features[feature], np.float64)
        return Shape(feature, x, normalized(x))

    def describe(result: Shape) -> str:
        numbers = dict(zip(("mean", "std", "skew", "within"), shape_numbers(result.x), strict=True))
        after = dict(zip(("mean2", "std2", "skew2", "within2"), shape_numbers(result.x_hat), strict=True))
        after["mean2"] = round(after["mean2"], 2) + 0
        return text("06.shape.sentence", name=text(f"06.shape.feature_{result.name}"), **numbers, **after)

    return Panel("06.shape", [menu("feature", list(features), next(iter(features)))], compute, _draw_shape, describe)


def _draw_shape(figure: Figure) -> Built:
    """Two histograms with the same bins, counted in standard deviations; at the right the normal curve in points."""
    left, right = figure.subplots(1, 2, sharey=True)
    left.set(ylim=(0, 42), ylabel=text("06.shape.y"), xlabel=text("06.shape.x"))
    right.set(xlim=(-4, 4), xlabel=text("06.shape.x_hat"))
    middles = (SHAPE_BINS[1:] + SHAPE_BINS[:-1]) / 2
    width = SHAPE_BINS[1] - SHAPE_BINS[0]
    right.plot(middles, 100 * width * np.exp(-(middles**2) / 2) / np.sqrt(2 * np.pi), ":", color=BLACK, linewidth=2.2)
    right.text(0.98, 0.97, text("06.shape.normal"), transform=right.transAxes, ha="right", va="top")
    left.set_title(text("06.shape.before"))
    right.set_title(text("06.shape.after"), color=BLUE)
    (before,) = left.plot([], [], drawstyle="steps-mid", color=BLACK, linewidth=1.8)
    (after,) = right.plot([], [], drawstyle="steps-mid", **BATCHNORM)

    def update(result: Shape) -> None:
        mean, std = result.x.mean(), result.x.std()
        left.set_xlim(mean - 4 * std, mean + 4 * std)
        share = _percent(result.x_hat, SHAPE_BINS)
        before.set_data(mean + std * middles, _percent((result.x - mean) / std, SHAPE_BINS))
        after.set_data(middles, share)

    return (before, after), update


def _percent(values: Array, bins: Array, of: int | None = None) -> Array:
    """The share in percent in each bin; what is beyond counts in the end bins."""
    inside = np.clip(values, bins[0] + 1e-9, bins[-1] - 1e-9)
    return 100 * np.histogram(inside, bins)[0] / (of or len(values))


def _limit(share: Array) -> float:
    """The upper end of an axis for histograms like ``share`` (B,), in percent, and for some that are twice as high."""
    return min(2 * float(share.max()), 102.0)


def _note(ax: Axes) -> tuple[Artist, Callable[[Array, Array], None]]:
    """A note beside a bin that is higher than ``ax``; the function sets it from the bins' middles and shares (B,)."""
    note = ax.text(0, 0, "", va="top", color=BLUE, bbox=BOX)

    def update(middles: Array, share: Array) -> None:
        at, limit = share.argmax(), ax.get_ylim()[1]
        note.set_position((middles[at] + 0.6, 0.97 * limit))
        note.set_text(text("06.zeros.higher", percent=share[at]) if share[at] > limit else "")

    return note, update


class Affine(NamedTuple):
    """y = gamma · x̂ + beta for one feature (N,), and the root mean square of y − x."""

    gamma: float
    beta: float
    y: Array
    distance: float


def restore(column: Array) -> Panel:
    """Choose gamma and beta for one feature (N,): what comes out against what came in."""

    def compute(gamma: float, beta: float) -> Affine:
        gamma, beta = on_grid(gamma), on_grid(beta)
        y = normalized(column, gamma, beta)
        return Affine(gamma, beta, y, float(np.sqrt(((y - column) ** 2).mean())))

    def build(figure: Figure) -> Built:
        return _draw_restore(figure, column)

    controls = [number("gamma", -2, 2, 1.0, 0.01), number("beta", -1, 5, 0.0, 0.01)]
    return Panel("06.restore", controls, compute, build, lambda result: text("06.restore.sentence", **_moments(result)))


def _draw_restore(figure: Figure, column: Array) -> Built:
    """Output against input with the line y = x, and the histograms of both."""
    left, right = figure.subplots(1, 2)
    bins = np.linspace(-8, 12, 81)
    middles, before = (bins[1:] + bins[:-1]) / 2, _percent(column, bins)
    left.plot([-1, 7], [-1, 7], "--", color=BLACK, linewidth=1.8)
    left.set(xlim=(0, 6.5), ylim=(-8, 15), xlabel=text("06.restore.x"), ylabel=text("06.restore.y"))
    left.set_title(text("06.restore.line"))
    right.plot(middles, before, color=BLACK, linestyle="--", drawstyle="steps-mid", linewidth=1.6)
    right.set(xlim=(-8, 12), ylim=(0, _limit(before)), xlabel=text("06.restore.values"))
    right.set_ylabel(text("06.restore.percent"))
    (dots,) = left.plot([], [], "o", color=BLUE, markersize=5, markeredgewidth=0)
    (outline,) = right.plot([], [], drawstyle="steps-mid", **BATCHNORM)
    words = left.text(0.02, 0.98, "", transform=left.transAxes, va="top", bbox=BOX)
    note, set_note = _note(right)

    def update(result: Affine) -> None:
        share = _percent(result.y, bins)
        dots.set_data(column, result.y)
        outline.set_data(middles, share)
        set_note(middles, share)
        words.set_text(text("06.restore.label", **_moments(result)))

    return (dots, outline, words, note), update


def _moments(result: Affine) -> dict[str, float]:
    mean, std = (round(float(value), 2) + 0 for value in (result.y.mean(), result.y.std()))
    return {"gamma": result.gamma, "beta": result.beta, "distance": result.distance, "mean": mean, "std": std}


class Zeros(NamedTuple):
    """y = gamma · x̂ + beta of a named feature (N,), and the share in percent that ReLU sets to zero."""

    name: str
    gamma: float
    beta: float
    y: Array
    percent: float


def zeros(features: Mapping[str, Array]) -> Panel:
    """Choose gamma, beta and a feature, and see what share of y ReLU sets to zero."""

    def compute(gamma: float, beta: float, feature: str) -> Zeros:
        gamma, beta = on_grid(gamma), on_grid(beta)
        y = normalized(features[feature], gamma, beta)
        return Zeros(feature, gamma, beta, y, 100 * float((y <= 0).mean()))

    def describe(result: Zeros) -> str:
        name = text(f"06.zeros.feature_{result.name}")
        return text("06.zeros.sentence", **{**result._asdict(), "name": name})

    controls = [number("gamma", -2, 2, 1.0, 0.1, 1), number("beta", -2, 2, 0.0, 0.1, 1),
                menu("feature", list(features), next(iter(features)))]  # fmt: skip
    limits = {name: _limit(_percent(normalized(column), ZERO_BINS)) for name, column in features.items()}
    return Panel("06.zeros", controls, compute, lambda figure: _draw_zeros(figure, limits), describe)


def _draw_zeros(figure: Figure, limits: Mapping[str, float]) -> Built:
    """The histogram of y in two parts: hatched what becomes 0, filled what passes; ``limits`` are the axis's ends."""
    ax = figure.subplots()
    ax.set(xlim=(ZERO_BINS[0], ZERO_BINS[-1]), xlabel=text("06.zeros.x"), ylabel=text("06.zeros.y"))
    middles, none = (ZERO_BINS[1:] + ZERO_BINS[:-1]) / 2, np.zeros(len(ZERO_BINS) - 1)
    below = ax.stairs(none, ZERO_BINS, fill=True, facecolor="white", edgecolor=GREY, hatch="////", linewidth=1.5)
    above = ax.stairs(none, ZERO_BINS, fill=True, facecolor=BLUE, edgecolor=BLUE)
    edge = ax.axvline(0, color=BLACK, linewidth=1.5)
    words = [ax.text(x, 0.95, "", transform=ax.transAxes, ha=ha, va="top", fontsize=15, bbox=BOX, color=color)
             for x, ha, color in ((0.02, "left", BLACK), (0.98, "right", BLUE))]  # fmt: skip
    note, set_note = _note(ax)

    def update(result: Zeros) -> None:
        if ax.get_ylim()[1] != limits[result.name]:
            ax.set_ylim(0, limits[result.name])
        below.set_data(_percent(result.y[result.y <= 0], ZERO_BINS, len(result.y)))
        above.set_data(_percent(result.y[result.y > 0], ZERO_BINS, len(result.y)))
        set_note(middles, _percent(result.y, ZERO_BINS))
        words[0].set_text(text("06.zeros.zero", percent=result.percent))
        words[1].set_text(text("06.zeros.pass", percent=100 - result.percent))

    return (below, above, edge, *words, note), update
