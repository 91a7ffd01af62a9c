"""Lesson 00's panels: the mean of some pictures, partial derivatives, and what one example does to a batch."""

from functools import partial as given

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from course.catalogue import text
from course.controls import choice, integer, number
from course.drawing import Drawing
from course.grey_image import GreyImage
from course.panel import Panel, Update
from course.style import BLACK, BLUE, VERMILLION
from lessons.start_here import experiments

Array = np.ndarray

MARKS = (1, 4, 16, 64, 256)  # numbers of pictures whose typical distance is written down
SHUFFLES = 50


def mean_picture(pictures: Array) -> Panel:
    """The mean of the first n of ``pictures`` (N, 784) beside that of all, and how far it is from it."""
    rng = np.random.default_rng(1)
    shown = experiments.distances(pictures)
    others = [experiments.distances(rng.permutation(pictures)) for _ in range(9)]
    typical = experiments.shuffled_distances(pictures, MARKS, SHUFFLES, rng).mean(axis=0)

    def describe(picture: Array, n: int) -> str:
        return text("00.mean_picture.sentence", n=n, total=len(pictures), distance=shown[n - 1])

    build = given(_draw_mean, everyone=pictures.mean(axis=0), shown=shown, others=others, typical=typical)
    sizes = [2**k for k in range(20) if 2**k <= 0.6 * len(pictures)]
    controls = [choice("n", [*sizes, len(pictures)], 16)]
    return Panel("00.mean_picture", controls, lambda n: pictures[:n].mean(axis=0), build, describe)


def _draw_mean(figure: Drawing, everyone: Array, shown: Array, others: list[Array], typical: Array) -> Update:
    """Both means as pictures; beside them the distance for each number of pictures, in this and nine other orders."""
    few, all_, ax = figure.arrange(["few", "all", "distance"], width_ratios=(1, 1, 2.6))
    picture = figure.move("picture", GreyImage(few, everyone.reshape(28, 28), low=0, high=1))
    GreyImage(all_, everyone.reshape(28, 28), low=0, high=1)
    ax.set(xscale="log", xlim=(0.8, 1400), ylim=(0, 0.33))
    ax.set_xticks((*MARKS, len(shown)), (*MARKS, f"{len(shown):,}"))
    ax.minorticks_off()
    n_pictures = np.arange(1, len(shown) + 1)
    for distances in others:
        ax.plot(n_pictures, distances, color="#949494", linestyle="-", linewidth=0.8)
    ax.plot(MARKS, typical, color=BLACK, linestyle="", marker="s")
    for n, distance in zip(MARKS, typical, strict=True):
        ax.text(1.12 * n, distance + 0.012, f"{distance:.2g}", fontsize=14)
    line = figure.line("line", ax, color=BLUE, linestyle="-")
    end = figure.line("end", ax, color=BLUE, marker="o", markersize=11, markerfacecolor="none", linestyle="")
    figure.note("said", ax, "upper right", color=BLUE)

    def update(mean: Array, n: int) -> None:
        picture.values = mean.reshape(28, 28)
        line.set_data(n_pictures[:n], shown[:n])
        end.set_data([n], shown[n - 1 : n])
        figure.say("said", n=n, distance=shown[n - 1])

    return update


GRID = np.linspace(-0.3, 2.5, 57)


def partial() -> Panel:
    """∂f/∂w and ∂f/∂b of f(w, b) = (2w + b − 3)²: tangents by formula, and lines through a step of h."""
    controls = [
        number("w", 0, 2, 1, step=0.1, digits=1),
        number("b", 0, 2, 2, step=0.1, digits=1),
        choice("h", [0.5, 0.2, 0.1, 0.01, 0.001], 0.5),
    ]
    return Panel("00.partial", controls, experiments.slopes, _draw_slopes, _describe_slopes)


def _draw_slopes(figure: Drawing) -> Update:
    """f along w and along b, each with its tangent, the line through the step, and both slopes in numbers."""
    along_w, along_b = figure.arrange(["along_w", "along_b"], sharey=True)
    for name, ax in (("w", along_w), ("b", along_b)):
        ax.set(xlim=(-0.5, 2.7), ylim=(-3, 23), xticks=np.arange(0, 2.6, 0.5))
        figure.line(f"curve_{name}", ax, color=BLACK, linestyle="-")
        figure.line(f"tangent_{name}", ax, color=BLUE, linestyle="-")
        figure.line(f"secant_{name}", ax, color=VERMILLION, linestyle="--", marker="s", markersize=6, markevery=[1])
        figure.line(f"point_{name}", ax, color=BLACK, linestyle="", marker="o")
        figure.key(ax, "upper right", f"tangent_{name}", f"secant_{name}", moves=True)

    def update(slopes: dict[str, experiments.Slope], w: float, b: float, h: float) -> None:
        along = {"w": experiments.square(GRID, b), "b": experiments.square(w, GRID)}
        for name, slope in slopes.items():
            figure.moving[f"curve_{name}"].set_data(GRID, along[name])
            figure.moving[f"point_{name}"].set_data([slope.at], [slope.value])
            for line, steepness, right in (("tangent", slope.formula, 0.4), ("secant", slope.measured, h)):
                reach = np.array([-0.4, right])
                figure.moving[f"{line}_{name}"].set_data(slope.at + reach, slope.value + steepness * reach)
            figure.say(f"tangent_{name}", inside=2 * w + b - 3, slope=slope.formula)
            figure.say(f"secant_{name}", slope=slope.measured)

    return update


def _describe_slopes(slopes: dict[str, experiments.Slope], w: float, b: float, h: float) -> str:
    return text("00.partial.sentence", w=w, b=b, h=h, along_w=slopes["w"], along_b=slopes["b"])


EXAMPLE = 2  # the row of x whose first number is changed


def one_example(x: Array, weight: Array) -> Panel:
    """Which entries of ``x`` (N, D) @ ``weight`` (D, M) change with one example, and which less their column's mean."""
    compute = given(experiments.with_one_number_changed, x, weight, EXAMPLE)
    build = given(_draw_product, x=x, weight=weight)
    return Panel("00.one_example", [integer("value", -3, 3, -1)], compute, build, _describe_change, size=(9.0, 3.2))


def _draw_product(figure: Drawing, x: Array, weight: Array) -> Update:
    """The matrices; the number that is set, and a frame round each entry that changes with it."""
    n_rows, n_outputs = len(x), weight.shape[1]
    shown = {"x": x, "weight": weight, **dict.fromkeys(("out", "centred"), np.zeros((n_rows, n_outputs)))}
    axes = figure.arrange([*shown], width_ratios=(x.shape[1], n_outputs, 1.5 * n_outputs, 2 * n_outputs))
    cells = {}
    for ax, (name, matrix) in zip(axes, shown.items(), strict=True):
        ax.set(xlim=(0, matrix.shape[1]), ylim=(n_rows, 0), xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        cells[name] = {place: _cell(ax, place, f"{entry:g}") for place, entry in np.ndenumerate(matrix)}
    axes[0].set_yticks(np.arange(n_rows) + 0.5, range(n_rows))
    axes[0].tick_params(length=0)
    frame, number_ = cells["x"][EXAMPLE, 0]
    frame.set(edgecolor=VERMILLION, facecolor=_ground(True))
    figure.move("number", number_)
    results = [(name, place, *cell) for name in ("out", "centred") for place, cell in cells[name].items()]
    for name, place, frame, entry in results:
        figure.move(f"frame {name} {place}", frame)
        figure.move(f"{name} {place}", entry)

    def update(changes: dict[str, experiments.Change], value: float) -> None:
        number_.set_text(f"{value:g}")
        for name, place, frame, entry in results:
            differs = changes[name].differs[place]
            frame.set(edgecolor=VERMILLION if differs else _ground(False), facecolor=_ground(differs))
            entry.set_text(f"{changes[name].entries[place]:z.4g}")

    return update


def _cell(ax: Axes, place: tuple[int, int], entry: str) -> tuple[Rectangle, Text]:
    """An entry of a matrix: its ground, and its number."""
    i, j = place
    frame = ax.add_patch(Rectangle((j + 0.03, i + 0.04), 0.94, 0.92, color=_ground(False), linewidth=2.5))
    return frame, ax.text(j + 0.5, i + 0.5, entry, ha="center", va="center", fontsize=16)


def _ground(changed: bool) -> str:
    return "#ffe3cc" if changed else "#ececec"


def _describe_change(changes: dict[str, experiments.Change], value: float) -> str:
    rows, centred_rows = (changes[name].differs.any(axis=1).sum() for name in ("out", "centred"))
    n = len(changes["out"].entries)
    return text("00.one_example.sentence", value=value, rows=rows, centred_rows=centred_rows, n=n)
