"""Lesson 03's panels on epochs: a run that grows, when to stop it, and how size, data and labels change the picture."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, integer, steps
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, GREEN, GREY, TRAINING, VALIDATION
from lessons.choosing_batch_and_epochs import experiments
from lessons.choosing_batch_and_epochs.experiments import (
    FIT_BATCH_SIZE,
    FIT_UPDATES,
    Examples,
    Fit,
    Stopping,
    fit,
    measured_updates,
    with_wrong_labels,
)

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
DrawLines = Callable[..., None]

FIT_HIDDEN = (2, 10, 100)
FIT_EXAMPLES = (50, 200, 1000, 4000)
FIT_WRONG = (0, 20, 40)
MOST_LOSS = 1.25  # the pictures of a run go so far up
LINES = ({"color": BLACK, "linestyle": "-", **TRAINING}, {"color": GREEN, "linestyle": "--", **VALIDATION})


def growing(data: Examples, held_out: Examples, epochs: int) -> Panel:
    """Train and draw as it trains, for `grow`: loss and accuracy after each epoch."""
    updates = epochs * math.ceil(len(data[0]) / FIT_BATCH_SIZE)

    def describe(record: Fit) -> str:
        return text("03.growing.sentence", planned=epochs, **_fit_numbers(record))

    def build(figure: Figure) -> Built:
        (left, right), lines, draw_lines = _draw_two(figure, text("03.growing.x"))
        left.set(xlim=(-1, epochs + 1), ylim=(0, MOST_LOSS))
        right.set(xlim=(-1, epochs + 1))
        (lowest,) = left.plot([], [], "v", color=GREEN, markersize=12)
        _label(figure, (*lines[:2], lowest), ("training", "validation", "lowest"))
        start = left.text(1.6, 0.96 * MOST_LOSS, "", va="center")

        def update(record: Fit) -> None:
            draw_lines(record, record.per_epoch)
            start.set_text(_start(record.losses))
            lowest.set_data([record.best], [record.losses[record.best][1] + 0.08])

        return (*lines, lowest, start), update

    compute = partial(fit, data, held_out, updates=updates)
    return RunPanel("03.growing", [], compute, build, describe, total=lambda: updates)


def _draw_two(figure: Figure, x_label: str) -> tuple[Sequence[Axes], Sequence[Artist], DrawLines]:
    """Axes for losses and accuracies, their lines, and what sets these from a record.

    That function takes the record and the number of updates that make one unit of the x axis.
    """
    axes = left, right = figure.subplots(1, 2)
    right.set(ylim=(0, 1.05))
    for ax, name in zip(axes, ("loss", "accuracy"), strict=True):
        ax.set_xlabel(x_label)
        ax.set_title(text(f"03.fit.{name}"), loc="left")
    lines = [ax.plot([], [], markersize=5, linewidth=1.6, **style)[0] for ax in axes for style in LINES]

    def draw_lines(record: Fit, unit: int = 1) -> None:
        values = np.hstack([record.losses, record.accuracies]).T
        for line, row in zip(lines, values, strict=True):
            line.set_data(np.array(record.updates) / unit, row)

    return axes, lines, draw_lines


def _label(figure: Figure, artists: Sequence[Artist], names: Sequence[str]) -> None:
    """One key above the whole picture; ``names`` are keys below ``03.fit``."""
    labels = [text(f"03.fit.{name}") for name in names]
    figure.legend(artists, labels, loc="outside upper center", ncols=len(names), frameon=False, fontsize=12,
                  handlelength=1.8, handletextpad=0.4, columnspacing=1.3)  # fmt: skip


def _start(losses: Sequence[Sequence[float]]) -> str:
    """A note on the start of a run's validation loss, rows (training, validation), if it is above the picture."""
    return text("03.fit.start", loss=losses[0][1]) if losses[0][1] > MOST_LOSS else ""


def _fit_numbers(record: Fit) -> dict[str, float]:
    best, per_epoch = record.best, record.per_epoch
    return {
        "epochs": record.updates[-1] / per_epoch,
        "best_epoch": record.updates[best] / per_epoch,
        "best": record.losses[best][1],
        "best_accuracy": 100 * record.accuracies[best][1],
        "training": record.losses[-1][0],
        "end": record.losses[-1][1],
        "end_accuracy": 100 * record.accuracies[-1][1],
    }


def stopping(losses: Array) -> Panel:
    """A recorded run, epoch by epoch, watched with some patience; ``losses`` (epochs + 1, 2), the start first."""
    losses = np.asarray(losses)

    def compute(epoch: int, patience: int) -> Stopping:
        return experiments.stopping(losses[:, 1], epoch, patience)

    def describe(state: Stopping) -> str:
        return text(f"03.stopping.{_stage(state)}_sentence", **_stopping_numbers(state, losses))

    last = len(losses) - 1
    controls = [steps("epoch", last), integer("patience", 1, 40, 10)]
    return Panel("03.stopping", controls, compute, partial(_draw_stopping, losses=losses), describe)


def _draw_stopping(figure: Figure, losses: Array) -> Built:
    """The losses seen so far, the later ones of the validation dotted, the best epoch and how long ago it is."""
    ax = figure.subplots()
    last = len(losses) - 1
    ax.set(xlim=(-1, last + 1), ylim=(0, MOST_LOSS), xlabel=text("03.stopping.x"), ylabel=text("03.fit.loss"))
    (later,) = ax.plot(losses[:, 1], color=GREY, linewidth=1.5, linestyle=":")
    ax.text(1.6, 0.96 * MOST_LOSS, _start(losses), va="center")
    lines = [ax.plot([], [], markersize=6, **style)[0] for style in LINES]
    (kept,) = ax.plot([], [], "v", color=GREEN, markersize=14)
    (wait,) = ax.plot([], [], color=GREEN, linewidth=5, solid_capstyle="butt")
    words = ax.text(0.98, 0.97, "", transform=ax.transAxes, ha="right", va="top", fontsize=14)
    _label(figure, (*lines, later, kept, wait), ("training", "validation", "later", "kept", "waited"))

    def update(state: Stopping) -> None:
        seen = np.arange(state.epoch + 1)
        for line, row in zip(lines, losses.T, strict=True):
            line.set_data(seen, row[seen])
        height = losses[state.best, 1]
        kept.set_data([state.best], [height + 0.08])
        wait.set_data([state.best, state.epoch], [height + 0.14] * 2)
        words.set_text(text(f"03.stopping.{_stage(state)}", **_stopping_numbers(state, losses)))

    return (*lines, wait, kept, words), update


def _stage(state: Stopping) -> str:
    return "stopped" if state.stopped else "going"


def _stopping_numbers(state: Stopping, losses: Array) -> dict[str, float]:
    return {**state._asdict(), "kept": losses[state.best, 1], "lowest": losses[:, 1].min(),
            "lowest_at": int(losses[:, 1].argmin())}  # fmt: skip


def fitting(data: Examples, held_out: Examples, updates: int = FIT_UPDATES) -> Panel:
    """Train with a chosen network, number of digits and share of wrong labels: the same number of updates for all."""
    marks = measured_updates(updates)

    def compute(hidden: int, n_examples: int, wrong: int) -> Iterator[Fit]:
        x, y = (part[:n_examples] for part in data)
        labels = with_wrong_labels(y, wrong, np.random.default_rng(2))
        return fit((x, labels), held_out, hidden=hidden, updates=updates, marks=marks)

    def build(figure: Figure) -> Built:
        (left, right), lines, draw_lines = _draw_two(figure, text("03.fitting.x"))
        for ax in (left, right):
            ax.set(xscale="log", xlim=(0.8, 1.3 * updates))
        left.set(ylim=(0, 3.2))
        (lowest,) = left.plot([], [], "v", color=GREEN, markersize=12)
        _label(figure, (*lines[:2], lowest), ("training", "validation", "lowest"))
        words = [ax.text(1, 1.02, "", transform=ax.transAxes, ha="right", color=GREEN) for ax in (left, right)]

        def update(record: Fit) -> None:
            draw_lines(record)
            lowest.set_data([max(1, record.updates[record.best])], [record.losses[record.best][1] + 0.2])
            for label, name in zip(words, ("loss", "accuracy"), strict=True):
                label.set_text(text(f"03.fitting.{name}_label", **_fit_numbers(record)))

        return (*lines, lowest, *words), update

    def describe(record: Fit) -> str:
        return text("03.fitting.sentence", updates=record.updates[-1], **_fit_numbers(record))

    controls = [choice("hidden", FIT_HIDDEN, 10), choice("n_examples", FIT_EXAMPLES, 1000),
                choice("wrong", FIT_WRONG, 0)]  # fmt: skip
    return RunPanel("03.fitting", controls, compute, build, describe, total=lambda **_: updates)
