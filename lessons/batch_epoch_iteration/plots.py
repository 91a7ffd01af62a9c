"""Lesson 02's pictures of examples, one marker each, and its plain figures of training runs."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course.catalogue import text
from course.drawing import Drawing
from course.style import BLUE, GREEN, GREY, VERMILLION

Array = np.ndarray
GAP, MOST_SIDE = 0.7, 24.0  # between batches, in cells; of a cell, in points
RUN_STYLES = ((VERMILLION, "--", "s"), (BLUE, "-", "o"), (GREEN, "-.", "^"))


def draw_examples(figure: Drawing, ax: Axes, styles: Mapping[str, dict[str, Any]]) -> Callable[..., None]:
    """Examples as marks that fill ``ax`` row by row; a moving line of marks for each kind, with its style by name.

    The function returned takes the kinds (N,), from 0, and the size of the batches that gaps part. The sizes of the
    marks are meant for a cell of 10 points and change with the cells.
    """
    ax.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(1, 0))
    ax.spines[:].set_visible(False)
    lines = [figure.line(name, ax, linestyle="", **style) for name, style in styles.items()]
    sizes = [line.get_markersize() for line in lines]
    width, height = 72 * figure.get_size_inches()
    room = 0.5 * width, 0.8 * height  # about the axes'

    def show(kinds: Array, batch_size: int = 1) -> None:
        x, y, side = _cells(len(kinds), batch_size, room)
        for kind, (line, size) in enumerate(zip(lines, sizes, strict=True)):
            line.set_data(x[kinds == kind], y[kinds == kind])
            line.set_markersize(size * side / 10)

    return show


def _cells(n: int, batch_size: int, room: tuple[float, float]) -> tuple[Array, Array, float]:
    """Where ``n`` examples stand, each (N,) from 0 to 1, and the side of a cell in points, in ``room`` in points.

    A row holds whole batches, or a batch whole rows, whichever makes the cells larger.
    """
    size = min(batch_size, n)
    gap = GAP * (1 < size < n)

    def side(columns: int) -> float:
        width = columns + gap * ((columns - 1) // size)
        height = -(-n // columns) + gap * ((n - 1) // max(size, columns))
        return min(MOST_SIDE, room[0] / width, room[1] / height)

    columns = max((k for k in range(1, n + 1) if size % k == 0 or k % size == 0 or not gap), key=lambda k: (side(k), k))
    row, column = np.divmod(np.arange(n), columns)
    x = column + 0.5 + gap * (column // size)
    y = row + 0.5 + gap * (row // max(1, size // columns))
    return x * side(columns) / room[0], y * side(columns) / room[1], side(columns)


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
