"""Lesson 02's panels that train: the walk through one run, update by update, and a run for each batch size."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, steps
from course.grey_image import GreyImage
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, BLUE, GREY, VERMILLION
from helpers.batching import iterations_per_epoch, total_iterations
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, Parameters, forward
from helpers.training import training_steps

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
SHOWN_DIGITS = 10
RUN_SIZES = (1, 2, 5, 10, 32, 100, 300, 1000)
RUN_RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
GAIN_LIMIT = 0.15  # a weight's gain that is drawn black or white
MOST_LOSS = 4  # a batch loss above it lies outside the picture


class Recorded(NamedTuple):
    """One update of a recorded run: its place, the rows of its batch, its loss before, the parameters after."""

    epoch: int
    iteration: int
    rows: Array
    loss: float
    parameters: Parameters


class Moment(NamedTuple):
    """What the walk shows after some updates: the last batch's first pictures (10, 784) and what its update did.

    ``changes`` are relative, ‖new − old‖ / ‖old‖, one a layer; ``gain`` (784,) is how far one unit's weights are
    from where they started. Before the first update the losses are those of all examples.
    """

    update: int
    epoch: int
    iteration: int
    pictures: Array
    loss_before: float
    loss_after: float
    changes: tuple[float, ...]
    gain: Array


def walk(network: Network, start: Parameters, x: Array, y: Array, run: Sequence[Recorded]) -> Panel:
    """A recorded ``run`` on pictures ``x`` (N, 784), from ``start`` to its last update.

    The unit whose weights' gain is shown as a picture is the one of the first layer whose weights move farthest.
    """
    losses = np.array([record.loss for record in run])
    per_epoch = max(record.iteration for record in run)
    everything = Recorded(0, 0, np.arange(len(x)), _loss(network, start, x, y), start)
    states = [everything, *run]
    unit = np.linalg.norm(run[-1].parameters["weight1"] - start["weight1"], axis=0).argmax()

    def moment(update: int) -> Moment:
        record, before = states[update], states[max(update - 1, 0)].parameters
        after, gain = record.parameters, record.parameters["weight1"] - start["weight1"]
        pictures = x[record.rows[:SHOWN_DIGITS]] * (update > 0)
        loss_after = _loss(network, after, x[record.rows], y[record.rows])
        changes = _relative_changes(network, before, after)
        return Moment(update, *record[:2], pictures, record.loss, loss_after, changes, gain[:, unit])

    moments = [moment(update) for update in range(len(states))]

    def describe(moment: Moment) -> str:
        return text("02.walk.sentence" if moment.update else "02.walk.start", **_moment_numbers(moment))

    build = partial(_draw_walk, losses=losses, per_epoch=per_epoch)
    controls = [steps("update", len(run), value=1)]
    return Panel("02.walk", controls, lambda update: moments[update], build, describe)


def _draw_walk(figure: Figure, losses: Array, per_epoch: int) -> Built:
    """The batch above; below it the loss of each update and the unit's gain."""
    names, heights, widths = [["batch", "batch"], ["loss", "gain"]], (0.7, 2), (2.4, 1)
    batch, ax, weights = figure.subplot_mosaic(names, height_ratios=heights, width_ratios=widths).values()
    digits = GreyImage(batch, np.zeros((28, 28 * SHOWN_DIGITS)), low=0, high=1)
    batch.set_title(text("02.walk.batch", shown=SHOWN_DIGITS))
    gain = GreyImage(weights, np.zeros((28, 28)), low=-GAIN_LIMIT, high=GAIN_LIMIT)
    weights.set_xlabel(text("02.walk.gain"))
    ax.set(xlim=(-1, len(losses) + 1), ylim=(0, 1.1 * losses.max()), xticks=range(0, len(losses) + 1, per_epoch))
    ax.set(xlabel=text("02.walk.x"), ylabel=text("02.walk.y"))
    ax.plot(range(1, len(losses) + 1), losses, color=GREY, linewidth=1.2)
    (drop,) = ax.plot([], [], color=BLACK, linewidth=1.5)
    (before,) = ax.plot([], [], "o", color=BLUE)
    (after,) = ax.plot([], [], "s", color=VERMILLION)
    words = ax.text(0.99, 0.98, "", transform=ax.transAxes, ha="right", va="top")

    def update(moment: Moment) -> None:
        digits.values = np.hstack(moment.pictures.reshape(-1, 28, 28))
        gain.values = moment.gain.reshape(28, 28)
        drop.set_data([moment.update] * 2, [moment.loss_before, moment.loss_after])
        before.set_data([moment.update], [moment.loss_before])
        after.set_data([moment.update], [moment.loss_after])
        words.set_text(text("02.walk.place", **moment._asdict()))

    return (digits, gain, drop, before, after, words), update


def _relative_changes(network: Network, before: Parameters, after: Parameters) -> tuple[float, ...]:
    weights = [f"weight{k}" for k in range(1, network.depth + 1)]
    return tuple(float(np.linalg.norm(after[w] - before[w]) / np.linalg.norm(before[w])) for w in weights)


def _moment_numbers(moment: Moment) -> dict[str, float]:
    changes = {f"change{k}": 100 * change for k, change in enumerate(moment.changes, 1)}
    return {**moment._asdict(), **changes}


class Run(NamedTuple):
    """A run so far: its batch size, iterations an epoch, batch losses and, after the ``marked`` updates, all's loss."""

    batch_size: int
    per_epoch: int
    losses: list[float]
    marked: list[int]
    marked_losses: list[float]


def marked_updates(per_epoch: int, epochs: int) -> set[int]:
    """The updates after which a run's loss is measured: 1, 2, 5, 10, 20, 50 … in the first epoch, each epoch's last."""
    early = {digit * 10**power for power in range(len(str(per_epoch))) for digit in (1, 2, 5)}
    return {update for update in early if update < per_epoch} | {per_epoch * k for k in range(1, epochs + 1)}


def batch_size_run(network: Network, start: Parameters, x: Array, y: Array, epochs: int) -> Panel:
    """Train from ``start`` for some epochs with a chosen batch size: the loss against epochs and against updates."""

    def compute(batch_size: int, learning_rate: float) -> Iterator[Run]:
        run = Run(batch_size, iterations_per_epoch(len(x), batch_size), [], [0], [_loss(network, start, x, y)])
        marked = marked_updates(run.per_epoch, epochs)
        for step in training_steps(network, start, x, y, batch_size=batch_size, epochs=epochs,
                                   learning_rate=learning_rate, rng=np.random.default_rng(1)):  # fmt: skip
            run.losses.append(step.loss)
            if step.update in marked:
                run.marked.append(step.update)
                run.marked_losses.append(_loss(network, step.parameters, x, y))
            yield run

    def describe(run: Run) -> str:
        return text("02.batch_size_run.sentence", outside=_outside(run, "; "), **_run_numbers(run))

    def total(batch_size: int, learning_rate: float) -> int:
        return total_iterations(len(x), batch_size, epochs)

    build = partial(_draw_run, epochs=epochs, most_updates=total_iterations(len(x), 1, epochs))
    controls = [choice("batch_size", RUN_SIZES, 100), choice("learning_rate", RUN_RATES, 0.01)]
    return RunPanel("02.batch_size_run", controls, compute, build, describe, total=total)


def _draw_run(figure: Figure, epochs: int, most_updates: int) -> Built:
    """The losses against epochs and, beside it, against updates."""
    axes = left, right = figure.subplots(1, 2, sharey=True)
    left.set(xlim=(-0.3, epochs + 0.3), ylim=(-0.1, MOST_LOSS), ylabel=text("02.batch_size_run.y"))
    right.set_xscale("symlog", linthresh=1)
    right.set(xlim=(-0.15, 1.5 * most_updates))
    noisy = [ax.plot([], [], "o", color=BLUE, markersize=3, markeredgewidth=0)[0] for ax in axes]
    square = {"marker": "s", "markersize": 9, "markeredgewidth": 2, "markerfacecolor": "none"}
    marks = [ax.plot([], [], linestyle="", color=VERMILLION, **square)[0] for ax in axes]
    for ax, name, key, color in zip(axes, ("epochs", "updates"), ("batch", "all"), (BLUE, VERMILLION), strict=True):
        ax.set_xlabel(text(f"02.batch_size_run.{name}"))
        ax.set_title(text(f"02.batch_size_run.{key}"), color=color)
    label = right.text(0.97, 0.93, "", transform=right.transAxes, ha="right", va="top")
    label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.9})

    def update(run: Run) -> None:
        at, marked = np.arange(1, len(run.losses) + 1), np.array(run.marked)
        for dots, points, per in zip(noisy, marks, (run.per_epoch, 1), strict=True):
            dots.set_data(at / per, run.losses)
            points.set_data(marked / per, run.marked_losses)
        label.set_text(text("02.batch_size_run.label", outside=_outside(run, "\n"), **_run_numbers(run)))

    return (*noisy, *marks, label), update


def _run_numbers(run: Run) -> dict[str, float]:
    epochs = len(run.losses) // run.per_epoch
    noise = np.std(run.losses[-run.per_epoch :])
    return {"batch_size": run.batch_size, "epochs": epochs, "updates": len(run.losses),
            "start": run.marked_losses[0], "end": run.marked_losses[-1], "noise": noise}  # fmt: skip


def _outside(run: Run, before: str) -> str:
    """``before`` and a clause on the batch losses that the picture does not show; empty if there are none."""
    share = float(np.mean(np.array(run.losses) > MOST_LOSS))
    return before + text("02.batch_size_run.outside", percent=100 * share, limit=MOST_LOSS) if share else ""


def _loss(network: Network, parameters: Parameters, x: Array, y: Array) -> float:
    logits, _ = forward(network, parameters, x)
    return softmax_cross_entropy(logits, y)[0]
