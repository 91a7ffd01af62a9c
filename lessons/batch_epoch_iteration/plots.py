"""Lesson 02's pictures of examples, one marker each, and its plain figures of training runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from course.catalogue import text
from course.style import BLUE, GREEN, GREY, VERMILLION

Array = np.ndarray
RUN_STYLES = ((VERMILLION, "--", "s"), (BLUE, "-", "o"), (GREEN, "-.", "^"))


def grid_lines(ax: Axes, styles: Sequence[dict[str, Any]], shape: tuple[int, int]) -> list[Line2D]:
    """Prepare ``ax`` for a grid of (rows, columns) examples; one line of markers for each kind of example."""
    rows, columns = shape
    ax.set(xticks=[], yticks=[], xlim=(-1, columns), ylim=(rows, -1))
    ax.spines[:].set_visible(False)
    return [ax.plot([], [], linestyle="", **style)[0] for style in styles]


def set_kinds(lines: Sequence[Line2D], kinds: Array, columns: int) -> None:
    """Put example i at row i // columns, on the line of its kind; kinds (N,), from 0."""
    for kind, line in enumerate(lines):
        at = np.flatnonzero(kinds == kind)
        line.set_data(at % columns, at // columns)


def grid_key(ax: Axes, styles: Sequence[dict[str, Any]], labels: Sequence[str], top: float, step: float) -> None:
    """Write below one another what the markers stand for, in an ``ax`` from 0 to 1."""
    for k, (style, label) in enumerate(zip(styles, labels, strict=True)):
        y = top - k * step
        ax.plot([0.01, 0.05, 0.09], [y] * 3, linestyle="", **style)
        ax.text(0.14, y, label, va="center_baseline")


def epoch_losses(losses: Array, per_epoch: int, ax: Axes) -> Axes:
    """The loss of each update (updates,), with the ends of the epochs marked."""
    updates = np.arange(1, len(losses) + 1)
    ax.plot(updates, losses, "-o", color=BLUE, markersize=4, linewidth=1.4)
    for end in updates[per_epoch - 1 : -1 : per_epoch]:
        ax.axvline(end + 0.5, color=GREY, linestyle=":", linewidth=1.2)
    ax.set(xlim=(0, len(losses) + 1), ylim=(0, None))
    ax.set(xlabel=text("02.epoch_losses.x"), ylabel=text("02.epoch_losses.y"))
    middle = per_epoch / 2 + 0.5
    for epoch in range(len(losses) // per_epoch):
        ax.text(middle + epoch * per_epoch, 0.04, f"{epoch + 1}", ha="center", color=GREY)
    return ax


def loss_against(positions: Mapping[str, Array], losses: Mapping[str, Array], unit: str, ax: Axes) -> Axes:
    """The losses of three runs, by label, against their positions in ``unit``: "epochs" or "updates"."""
    farthest = max(at[-1] for at in positions.values())
    for (label, at), (color, line, marker) in zip(positions.items(), RUN_STYLES, strict=True):
        ax.plot(at, losses[label], color=color, linestyle=line, marker=marker, markersize=5)
        offset, side = ((8, 7), "left") if at[-1] == farthest else ((-8, -12), "right")  # clear of the longer lines
        ax.annotate(label, (at[-1], losses[label][-1]), xytext=offset, textcoords="offset points", ha=side, va="center")
    if unit == "updates":
        ax.set_xscale("symlog", linthresh=1)
    room = {"epochs": 1.25, "updates": 40}[unit]  # for the labels, right of the lines' ends
    ax.set(xlim=(-0.2, room * farthest), ylim=(-0.1, 2.75))
    ax.set(xlabel=text(f"02.loss_against.{unit}"), ylabel=text("02.loss_against.y"))
    return ax
