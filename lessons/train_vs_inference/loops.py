"""Lesson 08's panels on training and validating in turn: statistics that warm up, a loop that never goes back."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from course.catalogue import text
from course.controls import choice, menu
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, GREY, VERMILLION
from helpers.data import Dataset
from helpers.network import Network
from lessons.train_vs_inference import experiments
from lessons.train_vs_inference.experiments import DEEP, EPOCH, NEW_WEIGHTS, Loops, WarmUp

Array = np.ndarray
RATES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
EVERY, EPOCHS = 11, 8
RECORDS = EPOCH // EVERY * EPOCHS


class Warm(NamedTuple):
    """The share of the start (T,), and the accuracies (T,) with the stored statistics and with those taken anew."""

    updates: Array
    start: Array
    stored: Array
    anew: Array


def warm_up(runs: Mapping[str, WarmUp]) -> Panel:
    """What the stored statistics still hold of their start, and what the network has right with them meanwhile."""
    def compute(new_weight: float, activation: str) -> Warm:
        one = runs[activation]
        return Warm(one.updates, (1 - new_weight) ** one.updates, one.stored[new_weight], one.anew)

    controls = [choice("new_weight", NEW_WEIGHTS, 0.01), menu("activation", tuple(runs), next(iter(runs)))]
    return Panel("08.warm_up", controls, compute, _draw_warm_up, _describe_warm_up)


def _draw_warm_up(figure: Drawing) -> Update:
    """The start's share at the left, the accuracies at the right; upright lines where an epoch ends."""
    axes = figure.arrange(["start", "accuracy"], width_ratios=(1, 1.5))
    for ax in axes:
        ax.set(xlim=(0, 5 * EPOCH + 2), ylim=(0, 1.4), xticks=range(0, 5 * EPOCH + 1, EPOCH), yticks=(0, 0.5, 1))
    figure.line("share", axes[0], color=BLACK, linestyle="-.", linewidth=2.5)
    figure.line("anew", axes[1], color=BLACK, linestyle="--", linewidth=2)
    figure.line("stored", axes[1], **BATCHNORM, linewidth=3)
    figure.note("left", axes[0], "upper right")
    figure.key(axes[1], "upper right", "anew", "stored", moves=True)

    def update(warm: Warm) -> None:
        for name, values in (("share", warm.start), ("anew", warm.anew), ("stored", warm.stored)):
            figure.moving[name].set_data(warm.updates, values)
        figure.say("left", share=100 * _after_an_epoch(warm, warm.start))
        for name in ("anew", "stored"):
            figure.say(name, right=_after_an_epoch(warm, getattr(warm, name)))

    return update


def _after_an_epoch(warm: Warm, values: Array) -> float:
    return float(values[warm.updates == EPOCH][0])


def _describe_warm_up(warm: Warm, new_weight: float, activation: str) -> str:
    numbers = {name: _after_an_epoch(warm, getattr(warm, name)) for name in ("start", "stored", "anew")}
    kind = text(f"08.warm_up.activation_{activation}")
    return text("08.warm_up.sentence", new_weight=new_weight, kind=kind, epoch=EPOCH, **numbers)


def loop(digits: Dataset, test: Dataset) -> Panel:
    """The same run twice: with and without the line that switches back to training mode after a validation."""
    def compute(rate: float) -> Iterator[Loops]:
        return experiments.two_loops(Network(DEEP, "relu", batchnorm=True), digits, test, rate)

    return RunPanel("08.loop", [choice("rate", RATES, 1.0)], compute, _draw_loop, _describe_loop,
                    total=lambda **_: RECORDS)  # fmt: skip


def _draw_loop(figure: Drawing) -> Update:
    """Both accuracies against the updates; a cross where a run came to numbers that are no longer finite."""
    (ax,) = figure.arrange(["accuracy"])
    ax.set(xlim=(0, EPOCHS * EPOCH + 4), ylim=(0, 1.02), xticks=range(0, EPOCHS * EPOCH + 1, EPOCH))
    ax.axvline(EPOCH, color=GREY, linewidth=2)
    ax.text(EPOCH + 8, 0.4, text("08.loop.first"), color=GREY, fontsize=14)
    figure.line("right", ax, **BATCHNORM, marker="s", markerfacecolor="white", linewidth=2.5)
    figure.line("forgets", ax, color=VERMILLION, linestyle="--", marker="o", linewidth=2.5)
    figure.line("cross", ax, color=VERMILLION, linestyle="", marker="X", markersize=20)
    figure.key(ax, "lower right", "right", "forgets")
    figure.words["end"] = figure.move("end", ax.text(0, 0, "", fontsize=15, color=VERMILLION, va="top"))

    def update(loops: Loops) -> None:
        before = EPOCH // EVERY - 1  # until the first validation both loops are one
        for name, start in (("right", 0), ("forgets", before)):
            values = getattr(loops, name)
            figure.moving[name].set_data(EVERY * np.arange(start + 1, len(values) + 1), values[start:])
        end = len(loops.forgets) * EVERY
        figure.moving["cross"].set_data(*([[end], loops.forgets[-1:]] if loops.over else [[], []]))
        figure.words["end"].set(x=end + 8, y=0.7, text=text("08.loop.end", update=end) if loops.over else "")

    return update


def _describe_loop(loops: Loops, rate: float) -> str:
    how = text("08.loop.broke", update=len(loops.forgets) * EVERY) if loops.over else text(
        "08.loop.went_on", forgets=loops.forgets[-1])  # fmt: skip
    return text("08.loop.sentence", rate=rate, right=loops.right[-1], how=how, updates=len(loops.right) * EVERY)
