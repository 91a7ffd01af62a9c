"""Lesson 00's panels: a mean of pictures, partial derivatives, an entry of a matrix product, mean and variance."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from course.catalogue import text
from course.controls import choice, integer, number
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREEN, VERMILLION

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
GRID = np.linspace(-0.3, 2.5, 57)
MOST_PICTURES = 800


class MeanPicture(NamedTuple):
    """The mean (28, 28) of n pictures and, of the first 1 … n, its distance to the mean of everyone's (n,)."""

    picture: Array
    distances: Array


def mean_picture(pictures: Array) -> Panel:
    """How the mean of the first n of ``pictures`` (N, 784) settles; distances are root mean squares over pixels."""
    mean_of_all = pictures.mean(axis=0)

    def compute(n: int) -> MeanPicture:
        means = pictures[:n].cumsum(axis=0) / np.arange(1, n + 1)[:, None]
        return MeanPicture(means[-1].reshape(28, 28), np.sqrt(((means - mean_of_all) ** 2).mean(axis=1)))

    def build(figure: Figure) -> Built:
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
        left.set_axis_off()
        right.set(xlim=(-15, MOST_PICTURES + 15), ylim=(0, 0.27))
        right.set(xlabel=text("00.mean_picture.n"), ylabel=text("00.mean_picture.distance"))
        image = left.imshow(np.zeros((28, 28)), cmap="gray_r", vmin=0, vmax=1)
        (line,) = right.plot([], [], color=BLUE)
        (end,) = right.plot([], [], "o", color=BLUE)

        def update(result: MeanPicture) -> None:
            n = len(result.distances)
            image.set_data(result.picture)
            line.set_data(range(1, n + 1), result.distances)
            end.set_data([n], result.distances[-1:])

        return (image, line, end), update

    def describe(result: MeanPicture) -> str:
        distance = result.distances[-1]
        return text("00.mean_picture.sentence", n=len(result.distances), total=len(pictures), distance=distance)

    return Panel("00.mean_picture", [integer("n", 1, MOST_PICTURES, 100)], compute, build, describe)


class Slope(NamedTuple):
    """A function along one variable: where, its value and its curve there, its slope by formula and by a step h."""

    at: float
    held: float
    h: float
    value: float
    curve: Array
    formula: float
    difference: float


class Partial(NamedTuple):
    """f(w, b) = (2w + b − 3)² at a point: what is inside the square, and the slopes along w and along b."""

    inside: float
    along_w: Slope
    along_b: Slope


def partial() -> Panel:
    """∂f/∂w and ∂f/∂b of f(w, b) = (2w + b − 3)²: tangents by formula, and lines through a step of h."""

    def compute(w: float, b: float, h: float) -> Partial:
        inside = 2 * w + b - 3
        along_w = _slope(lambda w: (2 * w + b - 3) ** 2, w, b, h, formula=2 * inside * 2)
        along_b = _slope(lambda b: (2 * w + b - 3) ** 2, b, w, h, formula=2 * inside)
        return Partial(inside, along_w, along_b)

    def build(figure: Figure) -> Built:
        left, right = figure.subplots(1, 2, sharey=True)
        left.set_ylabel("f(w, b)")
        w_artists, update_w = _slice(left, "w")
        b_artists, update_b = _slice(right, "b")

        def update(result: Partial) -> None:
            update_w((result.inside, result.along_w))
            update_b((result.inside, result.along_b))

        return [*w_artists, *b_artists], update

    def describe(result: Partial) -> str:
        return text("00.partial.sentence", w=result.along_w, b=result.along_b)

    controls = [
        number("w", 0, 2, 1, step=0.1, digits=1),
        number("b", 0, 2, 2, step=0.1, digits=1),
        choice("h", [0.5, 0.2, 0.1, 0.01, 0.001], 0.5),
    ]
    return Panel("00.partial", controls, compute, build, describe, size=(9.0, 3.9))


def _slope(f: Callable, at: float, held: float, h: float, formula: float) -> Slope:
    return Slope(at, held, h, f(at), f(GRID), formula, (f(at + h) - f(at)) / h)


def _slice(ax: Axes, variable: str) -> Built:
    """Draw f along ``variable``; the update takes what is inside the square and the slope."""
    ax.set(xlim=(-0.5, 2.7), ylim=(-3, 23), xticks=np.arange(0, 2.6, 0.5))
    ax.set(xlabel=variable, title=text(f"00.partial.along_{variable}"))
    (curve,) = ax.plot([], [], color=BLACK)
    (tangent,) = ax.plot([], [], "-", color=BLUE)
    (secant,) = ax.plot([], [], "--s", color=VERMILLION, markersize=5, markevery=[1])
    (point,) = ax.plot([], [], "o", color=BLACK)
    formula = _labelled_number(ax, 0.97, "00.partial.formula", BLUE)
    difference = _labelled_number(ax, 0.87, "00.partial.difference", VERMILLION)

    def update(values: tuple[float, Slope]) -> None:
        inside, slope = values
        curve.set_data(GRID, slope.curve)
        point.set_data([slope.at], [slope.value])
        for line, steepness, right in ((tangent, slope.formula, 0.4), (secant, slope.difference, slope.h)):
            reach = np.array([-0.4, right])
            line.set_data(slope.at + reach, slope.value + steepness * reach)
        formula.set_text(text(f"00.partial.formula_{variable}", inside=inside, slope=slope.formula))
        difference.set_text(f"{slope.difference:z.3f}")

    return (curve, tangent, secant, point, formula, difference), update


def _labelled_number(ax: Axes, y: float, label: str, color: str) -> Text:
    """Write a label that stays on the left and return the text on the right, which moves."""
    ax.text(0.03, y, text(label), transform=ax.transAxes, va="top", color=color)
    return ax.text(0.97, y, "", transform=ax.transAxes, ha="right", va="top", color=color)


class Entry(NamedTuple):
    """One entry of a matrix product and the row and the column (D,) that make it."""

    i: int
    j: int
    row: Array
    column: Array
    value: float


def product(x: Array, weight: Array) -> Panel:
    """How entry (i, j) of ``x`` (N, D) @ ``weight`` (D, M) comes from row i and column j."""
    matrices = {"x": x, "weight": weight, "out": x @ weight}
    lefts = {"x": 0, "weight": x.shape[1] + 1.5, "out": x.shape[1] + weight.shape[1] + 3}

    def compute(i: int, j: int) -> Entry:
        return Entry(i, j, x[i], weight[:, j], (x[i] * weight[:, j]).sum())

    def build(figure: Figure) -> Built:
        ax = figure.subplots()
        ax.set(xlim=(-0.3, lefts["out"] + weight.shape[1] + 0.3), ylim=(len(x) + 1.2, -1.2))
        ax.set_axis_off()
        for name, values in matrices.items():
            _write_matrix(ax, name, values, lefts[name])
        row = ax.add_patch(_frame((0, 0), x.shape[1], 1, BLUE, "-"))
        column = ax.add_patch(_frame((0, 0), 1, len(weight), VERMILLION, "--"))
        entry = ax.add_patch(_frame((0, 0), 1, 1, GREEN, "-"))
        terms = ax.text(0, len(x) + 0.7, "", fontsize=16, va="center")

        def update(result: Entry) -> None:
            row.set_xy((lefts["x"], result.i))
            column.set_xy((lefts["weight"] + result.j, 0))
            entry.set_xy((lefts["out"] + result.j, result.i))
            terms.set_text(_terms(result))

        return (row, column, entry, terms), update

    controls = [integer("i", 0, len(x) - 1, 2), integer("j", 0, weight.shape[1] - 1, 1)]
    return Panel("00.product", controls, compute, build, _terms, size=(9.0, 3.6))


def _frame(corner: tuple[float, float], width: float, height: float, color: str, style: str) -> Rectangle:
    return Rectangle(corner, width, height, fill=False, edgecolor=color, linestyle=style, linewidth=3)


def _write_matrix(ax: Axes, name: str, values: Array, left: float) -> None:
    n_rows, n_columns = values.shape
    title = text(f"00.product.{name}", n_rows=n_rows, n_columns=n_columns)
    ax.text(left + n_columns / 2, -0.7, title, ha="center", va="center")
    ax.add_patch(Rectangle((left, 0), n_columns, n_rows, facecolor="#e4e4e4", edgecolor="none"))
    for (i, j), value in np.ndenumerate(values):
        ax.text(left + j + 0.5, i + 0.5, f"{value:g}", ha="center", va="center", fontsize=15)


def _terms(entry: Entry) -> str:
    products = " + ".join(f"{_factor(a)}·{_factor(b)}" for a, b in zip(entry.row, entry.column, strict=True))
    return text("00.product.sentence", i=entry.i, j=entry.j, products=products, value=entry.value)


def _factor(value: float) -> str:
    return f"{value:g}" if value >= 0 else f"({value:g})"


class Spread(NamedTuple):
    """A batch (n,), its mean, and its variance with 1/n and with 1/(n − 1)."""

    batch: Array
    mean: float
    biased: float
    unbiased: float


def spread(batch: Sequence[float]) -> Panel:
    """Mean and both variances of a batch of numbers from −5 to 5 that begins as ``batch``."""
    n = len(batch)

    def compute(**numbers: float) -> Spread:
        values = np.array([*numbers.values()])
        mean = values.sum() / n
        squares = ((values - mean) ** 2).sum()
        return Spread(values, mean, squares / n, squares / (n - 1))

    def describe(result: Spread) -> str:
        total = result.biased * n
        return text("00.spread.sentence", **result._asdict(), total=total, n=n, one_less=n - 1)

    controls = [number(f"x{k}", -5, 5, value, step=0.5, digits=1) for k, value in enumerate(batch, 1)]
    return Panel("00.spread", controls, compute, lambda figure: _draw_spread(figure, n), describe, size=(9.0, 3.2))


def _draw_spread(figure: Figure, n: int) -> Built:
    """Each number with its deviation from the mean and, at the right, the square of it."""
    ax = figure.subplots()
    ax.set(xlim=(-6.6, 11.4), ylim=(n + 0.5, -0.9), xticks=range(-5, 6), yticks=range(1, n + 1))
    ax.set_yticklabels([text(f"00.spread.x{k}") for k in range(1, n + 1)])
    ax.grid(visible=False, axis="y")
    ax.spines.bottom.set_bounds(-5, 5)
    ax.spines.left.set_visible(False)
    ax.tick_params(axis="y", length=0)
    (mean,) = ax.plot([], [], color=BLUE)
    mean_label = ax.text(0, -0.3, "", color=BLUE, ha="center")
    deviations = [ax.plot([], [], "--o", color=VERMILLION, markevery=[1])[0] for _ in range(n)]
    ax.text(8.4, -0.3, text("00.spread.squares"), ha="center")
    squares = [ax.text(8.4, k, "", ha="center", va="center") for k in range(1, n + 1)]

    def update(result: Spread) -> None:
        mean.set_data([result.mean] * 2, [0, n + 0.5])
        mean_label.set_text(text("00.spread.mean", mean=result.mean))
        mean_label.set_x(result.mean)
        for k, value in enumerate(result.batch):
            deviations[k].set_data([result.mean, value], [k + 1, k + 1])
            deviation = value - result.mean
            squares[k].set_text(text("00.spread.square", deviation=deviation, square=deviation**2))

    return (mean, mean_label, *deviations, *squares), update
