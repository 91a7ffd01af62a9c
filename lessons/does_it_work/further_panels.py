"""Lesson 09's panels for Further: test accuracy and gap, network by network, and the loss along the gradient."""

from collections.abc import Iterator, Sequence

import numpy as np

from course.catalogue import text
from course.controls import choice, menu, steps
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, BLUE, GREEN, PLAIN, VERMILLION
from helpers.data import Dataset
from lessons.does_it_work import further, regularizing
from lessons.does_it_work.further import DISTANCES, FAMILIES, Curves
from lessons.does_it_work.regularizing import KINDS, Judged, epochs_in_all, interval

MARKS = {"none": (VERMILLION, "o"), "batch": (BLUE, "D"), "whole": (BLACK, "^"), "ghost": (GREEN, "s")}
PLACES = {"test": ((91, 102), range(92, 100, 2)), "gap": ((1, 9.5), range(2, 8, 2))}


def regularized(train: Dataset, test: Dataset) -> RunPanel:
    """Ten networks of three kinds at a chosen rate and batch size: test accuracy, and the gap to the training's."""

    def compute(rate: float, batch_size: int) -> Iterator[dict[str, Judged]]:
        return regularizing.compared(train, test, batch_size, rate)

    controls = [choice("rate", (0.03, 0.1, 0.3), 0.3), choice("batch_size", tuple(KINDS), 16)]
    return RunPanel("09.regularizing", controls, compute, _draw_regularized, _describe_regularized, size=(9, 4),
                    total=lambda rate, batch_size: 3 * epochs_in_all(batch_size))  # fmt: skip


def _draw_regularized(figure: Drawing) -> Update:
    """At the left the test accuracy of each network, at the right the gap, and below each row the mean's interval."""
    axes = figure.arrange(list(PLACES), sharey=True)
    for ax, (key, (limits, ticks)) in zip(axes, PLACES.items(), strict=True):
        ax.set(xlim=limits, xticks=ticks, ylim=(2.6, -0.5), yticks=[])
        for row in range(3):
            figure.line(f"{key}_dots{row}", ax, linestyle="", markerfacecolor="white", markersize=7)
            figure.line(f"{key}_bar{row}", ax, color=BLACK, linestyle="-", marker="|", markersize=14, markeredgewidth=2)
            place = {"transform": ax.get_yaxis_transform(), "ha": "right", "va": "center", "fontsize": 14}
            figure.move(f"{key}_words{row}", ax.text(0.98, row + 0.3, "", **place))
    for row in range(3):
        place = {"transform": axes[0].get_yaxis_transform(), "ha": "left", "va": "center", "fontsize": 14}
        figure.move(f"name{row}", axes[0].text(0.02, row + 0.3, "", **place))

    def update(found: dict[str, Judged], batch_size: int) -> None:
        for row, kind in enumerate(KINDS[batch_size]):
            color, marker = MARKS[kind]
            figure.moving[f"name{row}"].set(text=text(f"09.regularizing.{kind}"), color=color)
            for key in PLACES:
                values = 100 * getattr(found[kind], key) if kind in found else np.array([])
                mean, half = interval(values) if len(values) else (np.nan, np.nan)
                words = text("09.regularizing.label", mean=mean, half=half) if len(values) else ""
                figure.moving[f"{key}_words{row}"].set(text=words, color=color)
                figure.moving[f"{key}_dots{row}"].set_data(values, np.full(len(values), row))
                figure.moving[f"{key}_dots{row}"].set(color=color, marker=marker)
                figure.moving[f"{key}_bar{row}"].set_data([mean - half, mean, mean + half], [row + 0.3] * 3)

    return update


def _describe_regularized(found: dict[str, Judged], rate: float, batch_size: int) -> str:
    parts = [text("09.regularizing.part", name=text(f"09.regularizing.{kind}"), gap=100 * judged.gap.mean())
             for kind, judged in found.items()]  # fmt: skip
    key = "sentence" if parts else "training"
    return text(f"09.regularizing.{key}", rate=rate, batch_size=batch_size, parts=", ".join(parts))


LOWEST, HIGHEST = 0.03, 3e4
STYLES = {"none": {"marker": "o", **PLAIN}, "batch": {"marker": "D", **BATCHNORM}}


def loss_along(train: Dataset, moments: Sequence[int]) -> Panel:
    """At a moment of the training, the loss of 200 training digits along the gradient, without and with batch norm."""
    curves = {family: list(further.along(family, train, moments)) for family in FAMILIES}

    def compute(family: str, moment: int) -> Curves:
        return curves[family][moment]

    controls = [menu("family", tuple(FAMILIES), "relu"), steps("moment", len(moments) - 1, value=len(moments) - 1)]
    return Panel("09.loss_along", controls, compute, _draw_along, _describe_along)


def _draw_along(figure: Drawing) -> Update:
    """Both axes logarithmic; a line's first mark is the loss before the step, and what is beyond is at the edge."""
    (ax,) = figure.arrange(["along"])
    ax.set(xscale="log", yscale="log", xlim=(0.011, 36), ylim=(LOWEST, HIGHEST), xticks=[0.1, 1, 10, 30])
    ax.set_xticklabels(["0.1", "1", "10", "30"])
    ax.minorticks_off()
    for norm, style in STYLES.items():
        figure.line(norm, ax, markersize=5, **style)
    figure.key(ax, "upper left", *STYLES)
    ax.set_title(" ")
    figure.note("head", ax, "upper left", y=1.02, va="bottom")

    def update(curves: Curves) -> None:
        for norm, losses in curves.losses.items():
            shown = np.clip(np.nan_to_num(losses, nan=HIGHEST), LOWEST, HIGHEST)
            figure.moving[norm].set_data([0.015, *DISTANCES], shown)
        figure.say("head", update=curves.update)

    return update


def _describe_along(curves: Curves, family: str) -> str:
    ends = {norm: float(f"{np.nan_to_num(losses[-1], nan=HIGHEST):.1g}") for norm, losses in curves.losses.items()}
    return text("09.loss_along.sentence", family=text(f"09.loss_along.family_{family}"), update=curves.update, **ends)
