"""Lesson 03's panels on what a batch size costs: updates and epochs to a target loss, and memory."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text, texts
from course.controls import choice
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, BLUE, GREEN, GREY
from helpers.network import Network, Parameters
from lessons.choosing_batch_and_epochs.experiments import MOST_UPDATES, Approach, Examples, approach, float32_bytes

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]

COST_SIZES = (1, 4, 16, 64, 256, 2000)
COST_RATES = (0.01, 0.03, 0.1, 0.3, 0.7, 1.0)
MOST_EXAMPLES = 200_000  # a run that has not reached its target by then is given up
MOST_LOSS = 3.0  # the picture of a way to the target goes so far up

MEMORY_SIZES = (1, 10, 100, 1000, 10_000, 100_000, 1_000_000)
MEMORY_HIDDEN = (10, 100, 1000, 10_000)
PARTS = ("parameters", "gradients", "activations", "all")
MEMORY_MB = (1, 10, 100, 1000, 10_000)


def at_the_top(x: Sequence[float], losses: Sequence[float], top: float) -> tuple[Array, Array]:
    """Places for marks at the upper edge of a picture, (K,) each: where ``losses`` over ``x``, (N,), go beyond it."""
    beyond = np.asarray(x)[np.asarray(losses) > top]
    return beyond, np.full(len(beyond), 0.98 * top)


def to_target(network: Network, start: Parameters, data: Examples, probe: Examples, target: float) -> Panel:
    """A run with a chosen batch size and rate until the probe's loss reaches ``target``: in updates and in epochs."""

    def most(batch_size: int, **_: float) -> int:
        return min(MOST_UPDATES, MOST_EXAMPLES // batch_size)

    def compute(batch_size: int, learning_rate: float) -> Iterator[Approach]:
        return approach(network, start, data, probe, target, batch_size=batch_size, learning_rate=learning_rate,
                        most=most(batch_size))  # fmt: skip

    def describe(run: Approach) -> str:
        return text(f"03.to_target.{_outcome(run)}_sentence", target=target, **_approach_numbers(run))

    controls = [choice("batch_size", COST_SIZES, 64), choice("learning_rate", COST_RATES, 0.1)]
    return RunPanel("03.to_target", controls, compute, partial(_draw_approach, target=target), describe, total=most)


def _draw_approach(figure: Figure, target: float) -> Built:
    """The loss on its way to ``target``, against the updates at the left and against the epochs at the right."""
    axes = left, right = figure.subplots(1, 2, sharey=True)
    for ax, name, limits in zip(axes, ("updates", "epochs"), ((0.8, 1000), (3e-4, 200)), strict=True):
        ax.set(xscale="log", xlim=limits, xlabel=text(f"03.to_target.{name}"))
        ax.axhline(target, color=GREEN, linestyle="-.")
    left.set(ylim=(0, MOST_LOSS), ylabel=text("03.to_target.y"))
    left.text(0.9, target + 0.06, text("03.to_target.target", target=target), color=GREEN)
    lines = [ax.plot([], [], "-o", color=BLUE, markersize=4)[0] for ax in axes]
    marks = [ax.plot([], [], "D", color=BLACK, markersize=10)[0] for ax in axes]
    highs = [ax.plot([], [], "^", color=BLACK, markersize=7)[0] for ax in axes]
    labels = [ax.text(0.97, 0.02, "", transform=ax.transAxes, ha="right", va="bottom") for ax in axes]
    above = left.text(0.97, 0.92, "", transform=left.transAxes, ha="right", va="top")

    def update(run: Approach) -> None:
        at, end = np.array(run.updates), slice(-1 if run.reached else len(run.updates), None)
        per_update = (1, run.batch_size / run.n_examples)
        for line, mark, high, per in zip(lines, marks, highs, per_update, strict=True):
            line.set_data(at * per, run.losses)
            mark.set_data(at[end] * per, run.losses[end])
            high.set_data(at_the_top(at * per, run.losses, MOST_LOSS))
        count = sum(loss > MOST_LOSS for loss in run.losses)
        above.set_text(text("03.to_target.above", count=count, top=MOST_LOSS) if count else "")
        for label, unit in zip(labels, ("updates", "epochs"), strict=True):
            label.set_text(text(f"03.to_target.{_outcome(run)}_{unit}", **_approach_numbers(run)))

    return (*lines, *marks, *highs, *labels, above), update


def _outcome(run: Approach) -> str:
    return "diverged" if run.diverged else "reached" if run.reached else "missed"


def _approach_numbers(run: Approach) -> dict[str, float]:
    epochs = run.done * run.batch_size / run.n_examples
    last = run.losses[-1] if run.losses else math.nan
    return {**run._asdict(), "epochs": epochs, "last": last}


class Memory(NamedTuple):
    """Bytes of the parameters, of their gradients and of a batch's activations, and the memory there is."""

    batch_size: int
    hidden: int
    limit: int
    parameters: int
    gradients: int
    activations: int
    largest: int


def memory() -> Panel:
    """What a training step of 784-hidden-10 holds in float32, against the memory of a machine."""

    def compute(batch_size: int, hidden: int, megabytes: int) -> Memory:
        (weights, each), limit = float32_bytes(hidden), megabytes * 10**6
        return Memory(batch_size, hidden, limit, weights, weights, batch_size * each,
                      max(0, (limit - 2 * weights) // each))  # fmt: skip

    def describe(held: Memory) -> str:
        amounts = {name: _short(amount) for name, amount in _memory_numbers(held).items() if name in PARTS}
        return text("03.memory.sentence", fits=_fits(held), **held._asdict() | amounts)

    controls = [choice("batch_size", MEMORY_SIZES, 100), choice("hidden", MEMORY_HIDDEN, 100),
                choice("megabytes", MEMORY_MB, 100)]  # fmt: skip
    return Panel("03.memory", controls, compute, _draw_memory, describe, size=(9.0, 3.4))


def _draw_memory(figure: Figure) -> Built:
    """The three parts and their sum as bars, and the machine's memory as a line."""
    ax = figure.subplots()
    rows = range(4)
    bars = ax.barh(rows, [1] * 4, color=[GREY, GREY, BLUE, BLACK], hatch=["", "", "//", ""], edgecolor="white")
    ax.set(xscale="log", xlim=(1e-3, 1e7), ylim=(4.2, -1.1), yticks=rows, xlabel=text("03.memory.x"))
    ax.set_yticklabels(texts("03.memory.parts"))
    ax.grid(visible=False, axis="y")
    (limit,) = ax.plot([], [], color=GREEN, linestyle="--")
    limit_label = ax.text(1, 3.85, text("03.memory.limit"), color=GREEN, ha="center", va="center")
    words = ax.text(0, -0.7, "", va="center", fontsize=14)
    labels = [ax.text(8e6, row, "", ha="right", va="center") for row in rows]  # right of every bar and every limit

    def update(held: Memory) -> None:
        numbers = _memory_numbers(held)
        for bar, label, name in zip(bars, labels, PARTS, strict=True):
            bar.set_width(numbers[name])
            label.set_text(text("03.memory.amount", amount=_short(numbers[name])))
        limit.set_data([numbers["limit"]] * 2, [-0.4, 3.6])
        limit_label.set_x(numbers["limit"])
        words.set(x=1.2e-3, text=_fits(held))

    return (*bars, limit, limit_label, *labels, words), update


def _fits(held: Memory) -> str:
    total = held.parameters + held.gradients + held.activations
    key = "fits" if total <= held.limit else "lower" if held.largest else "none"
    return text(f"03.memory.{key}", **_memory_numbers(held))


def _memory_numbers(held: Memory) -> dict[str, float]:
    """The amounts in megabytes, under the names of `PARTS`, and the other numbers."""
    amounts = held.parameters, held.gradients, held.activations, held.parameters + held.gradients + held.activations
    in_mb = {name: amount / 1e6 for name, amount in zip(PARTS, amounts, strict=True)}
    return {"largest": held.largest, "limit": held.limit / 1e6, **in_mb}


def _short(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"
