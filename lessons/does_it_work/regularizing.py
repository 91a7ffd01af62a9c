"""Lesson 09's panel on regularization: test accuracy and the gap to the training accuracy, seed by seed."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, BLUE, GREEN, VERMILLION
from helpers.data import Dataset
from lessons.does_it_work import sweeps
from lessons.does_it_work.sweeps import GHOST, Judged, interval

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
BATCH_SIZES, EPOCHS = (16, 48, 240), (20, 40, 160)
DEFAULT_SIZE, DEFAULT_EPOCHS = 240, 40
NORMS = ("none", "batch", "ghost")
MARKS = {"none": (VERMILLION, "o"), "batch": (BLUE, "D"), "ghost": (GREEN, "s")}


class Compared(NamedTuple):
    """The networks judged so far, by norm."""

    batch_size: int
    epochs: int
    judged: dict[str, Judged]


def regularizing(train: Dataset, test: Dataset) -> Panel:
    """Ten seeds without batch norm, with it and with ghost batches, for a chosen batch size and number of epochs."""

    def compute(batch_size: int, epochs: int) -> Iterator[Compared]:
        for found in sweeps.compared(train, test, batch_size, epochs):
            yield Compared(batch_size, epochs, found)

    def describe(result: Compared) -> str:
        parts = [text("09.regularizing.part", name=text(f"09.regularizing.{norm}"), **_numbers(judged))
                 for norm, judged in result.judged.items()]  # fmt: skip
        numbers = {"batch_size": result.batch_size, "epochs": result.epochs}
        return text(f"09.regularizing.{'sentence' if parts else 'training'}", parts="; ".join(parts), **numbers)

    controls = [choice("batch_size", BATCH_SIZES, DEFAULT_SIZE), choice("epochs", EPOCHS, DEFAULT_EPOCHS)]
    return RunPanel("09.regularizing", controls, compute, _draw, describe,
                    total=lambda batch_size, epochs: epochs * len(sweeps.norms_to_compare(batch_size)))  # fmt: skip


def _numbers(judged: Judged) -> dict[str, float]:
    (right, half), (gap, gap_half) = interval(100 * judged.test), interval(100 * judged.gap)
    return {"test": right, "half": half, "gap": gap, "gap_half": gap_half}


def _draw(figure: Figure) -> Built:
    """At the left the test accuracy of each seed, at the right the gap, with the interval of the mean beside them."""
    axes = figure.subplots(1, 2, sharey=True)
    artists: dict[str, list[Artist]] = {}
    places = (("test", (78, 100), range(80, 101, 5)), ("gap", (-2, 8), range(0, 9, 2)))
    for ax, (key, limits, ticks) in zip(axes, places, strict=True):
        ax.set(xlim=limits, xticks=ticks, ylim=(-0.6, 2.6), xlabel=text(f"09.regularizing.x_{key}"))
        ax.set_yticks(range(3), [text(f"09.regularizing.{norm}") for norm in NORMS])
        ax.invert_yaxis()
        for row, norm in enumerate(NORMS):
            color, marker = MARKS[norm]
            dots = ax.plot([], [], marker, color=color, markerfacecolor="white", markersize=7)[0]
            bar = ax.plot([], [], "|-", color=BLACK, markersize=14, markeredgewidth=2)[0]
            word = ax.text(limits[1], row + 0.42, "", color=color, va="center", ha="right")
            artists.setdefault(norm, []).extend([dots, bar, word])
        ax.set_title(" ")  # room for the setting
    setting = axes[0].text(0, 1.03, "", transform=axes[0].transAxes)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
    same = [ax.text(sum(ax.get_xlim()) / 2, NORMS.index("ghost"), "", color=GREEN, va="center", ha="center", bbox=box)
            for ax in axes]  # fmt: skip

    def update(result: Compared) -> None:
        numbers = {"batch_size": result.batch_size, "epochs": result.epochs}
        setting.set_text(text("09.regularizing.setting", **numbers))
        for word in same:
            word.set_text("" if result.batch_size > GHOST else text("09.regularizing.same"))
        for row, norm in enumerate(NORMS):
            judged = result.judged.get(norm)
            for values, (dots, bar, word) in zip(_shown(judged), _triples(artists[norm]), strict=True):
                mean, half = interval(values) if len(values) else (0, 0)
                dots.set_data(values, np.full(len(values), row))
                bar.set_data(([mean - half, mean, mean + half], [row + 0.2] * 3) if len(values) else ([], []))
                word.set_text(text("09.regularizing.label", mean=mean, half=half) if len(values) else "")

    return [*(artist for three in artists.values() for artist in three), setting, *same], update


def _shown(judged: Judged | None) -> tuple[Array, Array]:
    return (np.array([]), np.array([])) if judged is None else (100 * judged.test, 100 * judged.gap)


def _triples(artists: list[Artist]) -> list[list[Artist]]:
    return [artists[:3], artists[3:]]
