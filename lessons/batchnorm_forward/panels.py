"""Lesson 06's panels: a column that is edited, shapes, held β and its losses, and γ and β on their way."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from course.catalogue import text, texts
from course.controls import choice, menu, steps
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BATCHNORM, BLACK, BLUE, GREY, VERMILLION
from lessons.batchnorm_forward import experiments
from lessons.batchnorm_forward.experiments import BETAS, Edited, Moment, Trained

Array = np.ndarray

SHADED = "#CFE6F5"  # the column that is edited
CELL = {"ha": "right", "va": "center", "fontsize": 14}
MARKED = {"facecolor": "white", "edgecolor": VERMILLION, "linewidth": 1.5, "pad": 2.5,
          "mutation_aspect": 0.01}  # padded at the sides alone: rows are close in a class  # fmt: skip


def table(x: Array) -> Panel:
    """A batch ``x`` (N, 3) as a table, its middle column edited, and beside it x̂."""
    examples = [*(str(k) for k in range(1, len(x) + 1)), "all"]
    controls = [
        menu("example", examples, "3"),
        choice("times", (-1, 0, 0.5, 1, 2, 7, 100, 1000), 2),
        choice("plus", (0, 1, 3, 10, 100), 0),
    ]
    return Panel("06.table", controls, partial(experiments.edited, x[:, 1]), partial(_draw_table, x=x), _describe_table)


def _draw_table(figure: Drawing, x: Array) -> Update:
    """The batch, x̂, and the x̂ of the shaded column as dots, row by row."""
    axes = figure.arrange(["batch", "x_hat", "dots"], width_ratios=(1.5, 1.15, 1), sharey=True)
    rows, n = range(len(x)), len(x)
    axes[0].set(ylim=(n + 1.6, -1.6))
    before = np.column_stack([experiments.normalized(column) for column in x.T])
    cells = [_draw_cells(figure, ax, name, values) for ax, name, values in zip(axes, "xh", (x, before), strict=False)]
    dots = axes[2]
    dots.set(xlim=(-2.5, 2.5), xticks=range(-2, 3))
    dots.tick_params(left=False, labelleft=False)
    dots.grid(visible=False)
    for bound in (-1, 1):
        dots.axvline(bound * np.sqrt(n - 1), color=GREY, linestyle="--", linewidth=1.5)
    dots.plot(before[:, 1], rows, "o", color=GREY, markerfacecolor="none", markersize=11, markeredgewidth=1.5)
    figure.line("now", dots, marker="o", linestyle="", color=BLUE, markersize=9)
    figure.note("moved", dots, "lower center", fontsize=14)

    def update(result: Edited, example: str) -> None:
        chosen = np.array([example in (str(k + 1), "all") for k in rows])
        rescaled = [(result.x, result.mean, result.std, chosen),
                    (result.x_hat, result.x_hat.mean(), result.x_hat.std(), result.moved)]  # fmt: skip
        for column, (values, mean, std, marked) in zip(cells, rescaled, strict=True):
            for cell, value, mark in zip(column, (*values, mean, std), (*marked, False, False), strict=True):
                cell.set(text=_figures(value), color=VERMILLION if mark else BLACK)
                cell.get_bbox_patch().set_visible(bool(mark))
        figure.moving["now"].set_data(result.x_hat, rows)
        figure.say("moved", moved=int(result.moved.sum()), n=n)

    return update


def _draw_cells(figure: Drawing, ax: Axes, name: str, values: Array) -> Sequence:
    """The table of ``values`` (N, 3) with its heads; the cells of its middle column move, and so do mean and spread."""
    ax.set(xlim=(0, 3.05))
    ax.set_axis_off()
    ax.set_title(text(f"06.table.{name}.title"))
    n = len(values)
    ax.axvspan(1.03, 2.05, color=SHADED, zorder=0)
    for k, label in enumerate(texts("06.table.features")):
        if name == "x":
            ax.text(k + 1, -1, label, **CELL | {"fontsize": 13})
        if k != 1:
            for row, value in enumerate((*values[:, k], values[:, k].mean(), values[:, k].std())):
                ax.text(k + 1, row + (row >= n) * 0.3, _figures(value), **CELL)
    ax.axhline(n - 0.4, color=GREY, linewidth=1)
    if name == "x":
        for row, label in enumerate(("1", "2", "3", "4", "5", "μ", "σ")[-n - 2 :]):
            ax.text(0.05, row + (row >= n) * 0.3, label, **CELL | {"ha": "left", "color": GREY})
    return [figure.move(f"{name}{row}", ax.text(2, row + (row >= n) * 0.3, "", bbox=MARKED, **CELL))
            for row in range(n + 2)]  # fmt: skip


def _figures(value: float) -> str:
    """A number in a table, with two decimals if it is below 100."""
    value = round(float(value), 2) + 0.0
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"


def _describe_table(result: Edited, example: str, times: float, plus: float) -> str:
    rows = {name: "; ".join(map(_figures, values)) for name, values in (("x", result.x), ("x_hat", result.x_hat))}
    return text("06.table.sentence", mean=_figures(result.mean), std=_figures(result.std), **rows,
                moved=int(result.moved.sum()), n=len(result.x))  # fmt: skip


BINS = np.linspace(-3.2, 3.2, 33)


def shape(features: Mapping[str, Array]) -> Panel:
    """The histogram of a chosen feature before and after normalizing, and the normal curve beside it."""
    def compute(feature: str) -> Array:
        return np.asarray(features[feature], np.float64)

    return Panel("06.shape", [menu("feature", list(features), next(iter(features)))], compute, _draw_shape,
                 _describe_shape)  # fmt: skip


def _draw_shape(figure: Drawing) -> Update:
    """Two histograms with the same bins, counted in standard deviations; the normal curve in points."""
    before, after = figure.arrange(["before", "after"], sharey=True)
    middles, width = (BINS[1:] + BINS[:-1]) / 2, BINS[1] - BINS[0]
    after.set(xlim=(-3.4, 3.4))
    after.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    normal = 100 * width * np.exp(-(middles**2) / 2) / np.sqrt(2 * np.pi)
    after.plot(middles, normal, ":", color=BLACK, linewidth=2.2)
    after.text(0.03, 0.97, text("06.shape.normal"), transform=after.transAxes, va="top")
    figure.line("x", before, drawstyle="steps-mid", color=BLACK, linewidth=2)
    figure.line("x_hat", after, drawstyle="steps-mid", **BATCHNORM)
    figure.note("x_numbers", before, "upper right")
    figure.note("x_hat_numbers", after, "upper right", color=BLUE)

    def update(x: Array) -> None:
        share = 100 * np.histogram(experiments.normalized(x), BINS)[0] / len(x)
        before.set(xlim=(x.mean() - 3.4 * x.std(), x.mean() + 3.4 * x.std()), ylim=(0, 1.5 * share.max()))
        for name, values in (("x", x), ("x_hat", experiments.normalized(x))):
            mean, std = values.mean(), values.std()
            figure.moving[name].set_data(middles if name == "x_hat" else mean + std * middles, share)
            figure.say(f"{name}_numbers", **_shape_numbers(values))

    return update


def _shape_numbers(values: Array) -> dict[str, str]:
    numbers = {"mean": values.mean(), "std": values.std(), "skew": experiments.skewness(values)}
    return {name: _figures(value) for name, value in numbers.items()}


def _describe_shape(x: Array, feature: str) -> str:
    after = {f"{name}2": value for name, value in _shape_numbers(experiments.normalized(x)).items()}
    return text("06.shape.sentence", name=text(f"06.shape.feature_{feature}"), **_shape_numbers(x), **after)


Z_BINS = np.linspace(-5, 5, 51)


def held(runs: Mapping[str, Sequence[Trained]]) -> Panel:
    """What reaches ReLU at a held β, and the training losses: with ReLU, with β taken back after it, without ReLU."""
    def compute(beta: float) -> Trained:
        return runs["relu"][BETAS.index(beta)]

    return Panel("06.held", [choice("beta", BETAS, -2.0)], compute, partial(_draw_held, runs=runs), _describe_held)


def _draw_held(figure: Drawing, runs: Mapping[str, Sequence[Trained]]) -> Update:
    """At the left what enters ReLU, hatched where it becomes 0; at the right the losses against β."""
    z, loss = figure.arrange(["z", "loss"], width_ratios=(0.75, 1.4))
    z.set(xlim=(-5, 5), ylim=(0, 24), yticks=(0, 5, 10, 15))
    empty = np.zeros(len(Z_BINS) - 1)
    kinds = {"zero": {"facecolor": "white", "edgecolor": GREY, "hatch": "////"}, "pass": {"facecolor": BLUE}}
    for name, style in kinds.items():
        figure.move(name, z.stairs(empty, Z_BINS, fill=True, linewidth=1.5, **style))
    z.axvline(0, color=BLACK, linewidth=1.5)
    figure.note("percent", z, "upper right", fontsize=15)
    loss.set(yscale="log", xlim=(-2.35, 2.35), ylim=(0.007, 6), xticks=(-2, -1, 0, 1, 2))
    loss.set_yticks((0.01, 0.1, 1), ("0.01", "0.1", "1"))
    loss.minorticks_off()
    loss.axhline(runs["line"][0].loss, color=BLACK, linestyle=":", linewidth=2)
    back = {"marker": "D", "color": GREY, "linestyle": "--", "markersize": 7}
    loss.plot([beta for beta in BETAS if beta >= 0], [one.loss for one in runs["back"]], **back)
    loss.plot(BETAS, [one.loss for one in runs["relu"]], marker="o", **BATCHNORM, markersize=8)
    for beta, one in zip(BETAS, runs["relu"], strict=True):
        loss.text(beta, 3, f"{one.zeros:.0f}", ha="center", va="center", fontsize=13)
    loss.text(0.4, 1.15 * runs["line"][0].loss, text("06.held.line"), ha="center", va="bottom", fontsize=13)
    loss.text(-1.2, 0.45, text("06.held.relu"), color=BLUE, ha="left", va="center", fontsize=13)
    loss.text(2.25, 0.0105, text("06.held.back"), color=GREY, ha="right", va="center", fontsize=13)
    figure.line("chosen", loss, marker="o", color=BLACK, markerfacecolor="none", markersize=17, markeredgewidth=2.5)

    def update(result: Trained, beta: float) -> None:
        share = 100 * np.histogram(result.z, Z_BINS)[0] / len(result.z)
        below = Z_BINS[1:] <= 1e-9
        figure.moving["zero"].set_data(share * below)
        figure.moving["pass"].set_data(share * ~below)
        figure.moving["chosen"].set_data([beta], [result.loss])
        figure.say("percent", percent=result.zeros)

    return update


def _describe_held(result: Trained, beta: float) -> str:
    return text("06.held.sentence", beta=beta, percent=result.zeros)


GAMMAS, SHIFTS = (0.65, 1.75), (-0.45, 0.45)  # limits of the picture


def learned(run: Sequence[Moment]) -> Panel:
    """Scrub a recorded ``run``: each hidden unit's γ and β, and the share of digits that its ReLU sets to zero."""
    controls = [steps("moment", len(run) - 1, value=len(run) - 1)]
    return Panel("06.learned", controls, lambda moment: run[moment], _draw_learned, _describe_learned)


def _draw_learned(figure: Drawing) -> Update:
    """γ against β, dotted lines cross where all start; at the right two rows of shares, without and with batch norm."""
    affine, zeros = figure.arrange(["affine", "zeros"])
    affine.set(xlim=SHIFTS, ylim=GAMMAS)
    affine.axvline(0, color=BLACK, linestyle=":", linewidth=2)
    affine.axhline(1, color=BLACK, linestyle=":", linewidth=2)
    dots = {"marker": "o", "linestyle": "", "color": BLUE, "markeredgecolor": "white"}
    figure.line("units", affine, markersize=7, **dots)
    figure.note("update", affine, "upper left")
    zeros.set(xlim=(-4, 104), ylim=(-0.75, 1.75), xticks=(0, 25, 50, 75, 100))
    zeros.set_yticks([])
    for row, color in enumerate((BLUE, VERMILLION)):
        zeros.text(50, row + 0.5, text(f"06.learned.row{row}"), color=color, ha="center", va="center", fontsize=14)
    figure.line("plain", zeros, marker="s", linestyle="", color=VERMILLION, markerfacecolor="none", markersize=6)
    figure.line("normed", zeros, markersize=6, **dots)
    figure.note("dead", zeros, "lower right", fontsize=13)
    spread = 0.25 * np.sin(np.arange(128) * 2.4)  # so that dots lie beside each other

    def update(moment: Moment) -> None:
        figure.moving["units"].set_data(moment.betas, moment.gammas)
        figure.moving["plain"].set_data(moment.plain_zeros, 1 + spread)
        figure.moving["normed"].set_data(moment.zeros, spread)
        figure.say("update", update=moment.update)
        figure.say("dead", dead=int((moment.plain_zeros == 100).sum()))

    return update


def _describe_learned(moment: Moment) -> str:
    least, most = moment.zeros.min(), moment.zeros.max()
    return text("06.learned.sentence", update=moment.update, least=least, most=most)
