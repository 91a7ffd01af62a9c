"""Lesson 05's panels on whitening: two features of wines, errors that it grows, normalizing outside the gradient."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.controls import choice, integer, menu, number, switch
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BLACK, GREEN, GREY
from helpers.data import Dataset
from lessons.internal_covariate_shift import experiments, further
from lessons.internal_covariate_shift.experiments import METHODS, Treated
from lessons.internal_covariate_shift.further import Correlated

Array = np.ndarray
PAIRS = {
    "phenols": ("total_phenols", "flavanoids"),
    "acid": ("alcohol", "malic_acid"),
}
LIMIT = 4.2
MATRIX = {"family": "monospace", "fontsize": 14, "linespacing": 1.2}


def wine_pair(wine: Dataset) -> Panel:
    """Two features of ``wine``, standardized or whitened, with their covariance matrix."""
    def compute(pair: str, method: str) -> Treated:
        raw = wine.x[:, [wine.feature_names.index(name) for name in PAIRS[pair]]]
        return experiments.treated(raw, method)

    controls = [menu("pair", tuple(PAIRS), "phenols"), menu("method", tuple(METHODS), "standardized")]
    return Panel("05.wine_pair", controls, compute, _draw_pair, _describe_pair, size=(9.0, 4.3))


def _draw_pair(figure: Drawing) -> Update:
    """At the left the wines as measured, at the right as treated; each covariance matrix in its corner."""
    axes = figure.arrange(["raw", "treated"])
    clouds = [figure.line(f"{name}_cloud", ax, linestyle="", marker="o", color=BLACK, markersize=5, alpha=0.6)
              for name, ax in figure.ax.items()]  # fmt: skip
    matrices = [figure.note(f"{name}_matrix", ax, "upper left", **MATRIX) for name, ax in figure.ax.items()]
    axes[1].set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT), aspect="equal")
    shown: list[str] = []

    def update(found: Treated, pair: str, method: str) -> None:
        for cloud, points in zip(clouds, found[:2], strict=True):
            cloud.set_data(points.T)
        for words, matrix in zip(matrices, found[2:4], strict=True):
            words.set_text(_written(matrix))
        if shown != [pair, method]:
            shown[:] = [pair, method]
            _name_axes(axes, found.raw, pair, method)

    return update


def _name_axes(axes: list[Axes], raw: Array, pair: str, method: str) -> None:
    for ax in axes:
        ax.set(xlabel=text(f"05.wine_pair.{pair}1"), ylabel=text(f"05.wine_pair.{pair}2"))
    low, room = raw.min(axis=0), np.ptp(raw, axis=0)
    axes[0].set(xlim=(low[0] - 0.05 * room[0], low[0] + 1.05 * room[0]))
    axes[0].set(ylim=(low[1] - 0.05 * room[1], low[1] + 1.5 * room[1]))
    axes[1].set_title(text(f"05.wine_pair.{method}"))


def _describe_pair(found: Treated, pair: str, method: str) -> str:
    names = {"pair": text(f"05.wine_pair.pair_{pair}"), "method": text(f"05.wine_pair.{method}")}
    (a, b), (_, c) = _no_minus_zero(found.covariance)
    return text("05.wine_pair.sentence", **names, r=found.correlation, a=a, b=b, c=c)


def correlation() -> Panel:
    """Standardized against whitened measurements with a chosen correlation and an error of a chosen size in each."""
    controls = [choice("r", (0.0, 0.3, 0.6, 0.86, 0.95, 0.99, 0.999), 0.999), number("error", 0.0, 0.2, 0.1, step=0.01)]
    return Panel("05.correlation", controls, further.correlated, _draw_correlation, _describe_correlation)


def _draw_correlation(figure: Drawing) -> Update:
    """Each point as a dot where it is without its error, and a line to where it was measured."""
    for name, ax in zip(("standardized", "whitened"), figure.arrange(["standardized", "whitened"]), strict=True):
        figure.line(f"{name}_moves", ax, color=GREEN, linewidth=1.5, linestyle="-")
        figure.line(f"{name}_dots", ax, linestyle="", marker="o", color=BLACK, markersize=4)
        figure.note(f"{name}_says", ax, "upper left")
        ax.set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT), aspect="equal")

    def update(found: Correlated, error: float) -> None:
        clouds = {"standardized": (found.points, found.with_error, error),
                  "whitened": (found.whitened, found.whitened_with_error, error * found.growth)}  # fmt: skip
        for name, (points, moved, size) in clouds.items():
            figure.moving[f"{name}_dots"].set_data(points.T)
            gap = np.full_like(points, np.nan)
            figure.moving[f"{name}_moves"].set_data(np.stack([points, moved, gap], axis=1).reshape(-1, 2).T)
            figure.say(f"{name}_says", size=size)

    return update


def _describe_correlation(found: Correlated, r: float, error: float) -> str:
    measured = round(found.measured, 3) + 0.0  # no −0.000
    return text("05.correlation.sentence", r=r, error=error, measured=measured, growth=found.growth,
                grown=error * found.growth)  # fmt: skip


def _no_minus_zero(matrix: Array) -> Array:
    return np.where(np.abs(matrix) < 5e-4, 0.0, matrix)


def _written(matrix: Array) -> str:
    """A matrix in two lines of equal width."""
    cells = [[f"{value:,.2f}" for value in row] for row in _no_minus_zero(matrix)]
    width = max(len(cell) for row in cells for cell in row)
    return "\n".join("  ".join(cell.rjust(width) for cell in row) for row in cells)


def runaway(u: Array, steps: int = 1000) -> Panel:
    """What a gradient that takes mean or standard deviation for a constant does to b, w and the loss, for data u."""
    runs = {(mean, std): further.runaway(u, mean, std, steps) for mean in (False, True) for std in (False, True)}

    def compute(step: int, sees_mean: bool, sees_std: bool) -> dict[str, Array]:
        return {name: values[: step + 1] for name, values in runs[sees_mean, sees_std].items()}

    controls = [integer("step", 0, steps, steps, step=10), switch("sees_mean", True), switch("sees_std", False)]
    build = partial(_draw_runaway, last=steps, highest=max(run["w"].max() for run in runs.values()))
    return Panel("05.runaway", controls, compute, build, _describe_runaway)


def _draw_runaway(figure: Drawing, last: int, highest: float) -> Update:
    left, right = figure.arrange(["parameters", "loss"])
    left.set(xlim=(0, last), ylim=(-0.05 * highest, 1.25 * highest))
    right.set(xlim=(0, last), ylim=(0, 2))
    for name, ax, color, style in (("w", left, BLACK, "-"), ("b", left, GREEN, "--"), ("loss", right, GREY, "-")):
        figure.line(name, ax, color=color, linestyle=style, linewidth=3)
    figure.key(left, "upper left", "w", "b", moves=True)
    figure.note("loss_says", right, "upper left")

    def update(found: dict[str, Array]) -> None:
        for name, values in found.items():
            figure.moving[name].set_data(np.arange(len(values)), values)
        for name in ("w", "b"):
            figure.say(name, value=found[name][-1])
        figure.say("loss_says", loss=found["loss"][-1])

    return update


def _describe_runaway(found: dict[str, Array], step: int, sees_mean: bool, sees_std: bool) -> str:
    seen = text(f"05.runaway.{'mean_' if sees_mean else ''}{'std_' if sees_std else ''}seen")
    ends = {name: values[-1] for name, values in found.items()}
    return text("05.runaway.sentence", step=step, seen=seen, **ends)
