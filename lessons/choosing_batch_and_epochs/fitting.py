"""Lesson 03's panels for its Further notebook: what makes a run overfit, and what a training step holds in memory."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from course.catalogue import text, texts
from course.controls import choice
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, BLUE, GREEN, GREY
from lessons.choosing_batch_and_epochs import experiments, fits
from lessons.choosing_batch_and_epochs.experiments import Memory
from lessons.choosing_batch_and_epochs.fits import Examples, Fit
from lessons.choosing_batch_and_epochs.panels import LINES

FIT_HIDDEN = (2, 10, 100)
FIT_EXAMPLES = (50, 200, 1000, 4000)
FIT_WRONG = (0, 20, 40)
FIT_RATE = 0.03


def fitting(data: Examples, held_out: Examples, updates: int) -> Panel:
    """Train with a chosen network, number of digits and share of wrong labels: the same number of updates for all."""

    def compute(hidden: int, n_examples: int, wrong: int) -> Iterator[Fit]:
        x, y = (part[:n_examples] for part in data)
        labels = fits.with_wrong_labels(y, wrong, np.random.default_rng(2))
        return fits.fit((x, labels), held_out, hidden=hidden, updates=updates, learning_rate=FIT_RATE,
                        marks=fits.measured_updates(updates))  # fmt: skip

    def describe(record: Fit) -> str:
        return text("03.fitting.sentence", updates=record.updates[-1], **record.summary())

    controls = [choice("hidden", FIT_HIDDEN, 100), choice("n_examples", FIT_EXAMPLES, 1000),
                choice("wrong", FIT_WRONG, 40)]  # fmt: skip
    build = partial(_draw_fit, updates=updates)
    return RunPanel("03.fitting", controls, compute, build, describe, total=lambda **_: updates)


def _draw_fit(figure: Drawing, updates: int) -> Update:
    """Losses and accuracies against the updates, with the places of the lowest loss and of the highest accuracy."""
    axes = left, right = figure.arrange(["loss", "accuracy"])
    left.set(ylim=(0, 3.2))
    right.set(ylim=(0, 105))
    for ax in axes:
        ax.set(xscale="log", xlim=(0.8, 1.3 * updates))
        for name, style in LINES.items():
            figure.line(f"{name}_{ax.get_label()}", ax, markersize=4, **style)
    figure.moving |= {name: figure.moving[f"{name}_loss"] for name in LINES}
    figure.line("lowest", left, linestyle="", marker="v", color=BLUE, markersize=13)
    figure.line("highest", right, linestyle="", marker="^", color=BLUE, markersize=13)
    figure.key(left, "lower left", "training", "validation", "lowest", moves=True)
    figure.key(right, "lower right", "highest", moves=True)
    figure.say("training")
    figure.say("validation")

    def update(record: Fit) -> None:
        for ax, rows, scale in ((left, record.losses, 1), (right, record.accuracies, 100)):
            for name, row in zip(LINES, scale * np.array(rows).T, strict=True):
                figure.moving[f"{name}_{ax.get_label()}"].set_data(record.updates, row)
        numbers = record.summary()
        figure.moving["lowest"].set_data([max(1, numbers["at"])], [numbers["lowest"] + 0.2])
        figure.moving["highest"].set_data([max(1, numbers["peak_at"])], [numbers["peak"] - 7])
        for name in ("lowest", "highest"):
            figure.say(name, **numbers)

    return update


MEMORY_SIZES = (1, 10, 100, 1000, 10_000, 100_000, 1_000_000)
MEMORY_HIDDEN = (10, 100, 1000, 10_000)
MEMORY_MB = (1, 10, 100, 1000, 10_000)
PARTS = {"parameters": (GREY, ""), "activations": (BLUE, "//"), "slopes": (BLUE, ".."), "all": (BLACK, "")}


def memory() -> Panel:
    """What a training step of 784-hidden-10 holds in float32, against the memory of a machine."""

    def describe(held: Memory, batch_size: int, hidden: int) -> str:
        amounts = {name: _short(getattr(held, name)) for name in PARTS}
        return text("03.memory.sentence", fits=_fits(held), limit=held.limit, batch_size=batch_size, hidden=hidden,
                    **amounts)  # fmt: skip

    controls = [choice("batch_size", MEMORY_SIZES, 100), choice("hidden", MEMORY_HIDDEN, 100),
                choice("megabytes", MEMORY_MB, 100)]  # fmt: skip
    return Panel("03.memory", controls, experiments.memory, _draw_memory, describe, size=(9.0, 3.4))


def _draw_memory(figure: Drawing) -> Update:
    """The three parts and their sum as bars, and the machine's memory as a line."""
    (ax,) = figure.arrange(["bars"])
    ax.set(xscale="log", xlim=(1e-3, 1e7), ylim=(3.6, -1.3))
    ax.set_yticks(range(len(PARTS)), texts("03.memory.parts"))
    ax.grid(visible=False, axis="y")
    rows = []
    for row, (name, (color, hatch)) in enumerate(PARTS.items()):
        (bar,) = ax.barh([row], [1], color=color, hatch=hatch, edgecolor="white")
        label = ax.text(8e6, row, "", ha="right", va="center")  # right of every bar and every limit
        rows.append((name, figure.move(f"{name}_bar", bar), figure.move(f"{name}_amount", label)))
    figure.line("limit", ax, color=GREEN, linestyle="--")
    figure.note("verdict", ax, "upper left", fontsize=14)

    def update(held: Memory) -> None:
        for name, bar, label in rows:
            bar.set_width(getattr(held, name))
            label.set_text(text("03.memory.amount", amount=_short(getattr(held, name))))
        figure.moving["limit"].set_data([held.limit] * 2, [-0.4, 3.6])
        figure.say("verdict", fits=_fits(held))

    return update


def _fits(held: Memory) -> str:
    key = "fits" if held.all <= held.limit else "lower" if held.largest else "none"
    return text(f"03.memory.{key}", largest=held.largest)


def _short(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"
