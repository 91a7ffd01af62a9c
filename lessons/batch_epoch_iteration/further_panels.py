"""The panels of Further 02: hidden units that fall silent, and the mean of the batches' losses."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from matplotlib.patches import Rectangle

from course.catalogue import text
from course.controls import choice, integer
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, BLUE, GREEN, VERMILLION
from helpers.network import Network, Parameters
from lessons.batch_epoch_iteration import further
from lessons.batch_epoch_iteration.further import EVERY, BatchLosses, Firing

Array = np.ndarray


def silent(network: Network, start: Parameters, x: Array, y: Array, epochs: int) -> Panel:
    """For how many digits each hidden unit fires, while the network trains with one digit at a time."""

    def compute(learning_rate: float) -> Iterator[Firing]:
        return further.silencing(network, start, x, y, epochs, learning_rate)

    build = partial(_draw_firing, n_updates=epochs * len(x), n_units=sum(network.sizes[1:-1]))
    controls = [choice("learning_rate", (0.01, 0.03, 0.1, 0.3), 0.1)]
    return RunPanel("02.silent", controls, compute, build, _describe_firing, size=(9, 4.2),
                    total=lambda learning_rate: epochs * len(x) // EVERY)  # fmt: skip


def _draw_firing(figure: Drawing, n_updates: int, n_units: int) -> Update:
    """A row for each unit, darker where it fires for more digits; the mean beside it."""
    (ax,) = figure.arrange(["units"])
    ax.grid(False)
    ax.spines[:].set_visible(True)
    empty = np.zeros((n_units, 1))
    place = {"extent": (0, n_updates, n_units, 0), "aspect": "auto", "interpolation": "nearest"}
    units = figure.move("units", ax.imshow(empty, cmap="Greys", vmin=0, vmax=1, **place))
    ax.set_box_aspect(0.55)
    ax.set_anchor("W")
    figure.note("mean", ax, "upper left", x=1.03, fontsize=16)
    ax.text(1.03, 0.02, text("02.silent.shades"), transform=ax.transAxes, va="bottom", in_layout=False)

    def update(known: Firing) -> None:
        units.set_data(known.shares)
        figure.say("mean", percent=_percent(known))

    return update


def _percent(known: Firing) -> float:
    """For how many of the digits a hidden unit fires at the end, on the mean, in percent."""
    return 100 * known.shares[:, -1].mean()


def _describe_firing(known: Firing, learning_rate: float) -> str:
    tens = math.ceil(_percent(known) / 10) * 10  # so roughly, because a change in a weight's last digit grows
    return text("02.silent.sentence", rate=learning_rate, updates=known.updates, percent=tens,
                silent=round((known.shares[:, -1] == 0).sum(), -1), units=len(known.shares))  # fmt: skip


MOST_LOSS = 1.1  # a batch loss above it lies outside the picture: its number is written at the edge


def batch_losses(losses: Array) -> Panel:
    """An epoch's batches as bars: as wide as the batch, as high as its loss; ``losses`` (N,) are the examples'."""
    controls = [
        integer("n_examples", 900, len(losses), 901),
        choice("batch_size", (32, 50, 64, 100, 150, 200), 100),
        integer("seed", 0, 20, 0),
    ]
    build = partial(_draw_batches, most_examples=len(losses))
    return Panel("02.batch_losses", controls, partial(further.batch_losses, losses), build, _describe_means)


def _draw_batches(figure: Drawing, most_examples: int) -> Update:
    """The batches as bars, both means as lines, and their numbers."""
    (ax,) = figure.arrange(["batches"])
    ax.set(xlim=(0, most_examples), ylim=(0, MOST_LOSS))
    bars = figure.line("bars", ax, color=BLUE, linewidth=1.5)
    hatched = Rectangle((0, 0), 0, 0, fill=False, edgecolor=GREEN, hatch="///", linewidth=2, zorder=2.5)
    mark = figure.line("last", ax, color=GREEN, linestyle="", marker="^", markersize=13)
    last = figure.move("last_bar", ax.add_patch(hatched))
    examples = figure.move("of_examples", ax.axhline(0, color=BLACK, linewidth=2))
    batches = figure.move("of_batches", ax.axhline(0, color=VERMILLION, linestyle="--", linewidth=2.6))
    figure.key(ax, "upper left", "of_batches", "of_examples", "last", moves=True)
    outside = figure.note("outside", ax, "upper right", color=GREEN, transform=ax.transData, y=0.62 * MOST_LOSS)

    def update(result: BatchLosses) -> None:
        ends = np.concatenate([[0], np.cumsum(result.sizes)])
        heights = np.outer(result.means, (0, 1, 1, 0))  # each bar is drawn up, across and down
        bars.set_data(np.repeat(ends, 4)[2:-2], heights.ravel())
        last.set_bounds(ends[-2], 0, result.sizes[-1], result.means[-1])
        mark.set_data([ends[-2:].mean()], [min(result.means[-1], 0.97 * MOST_LOSS)])
        examples.set_ydata([result.of_examples] * 2)
        batches.set_ydata([result.of_batches] * 2)
        outside.set(x=ends[-2] - 6, visible=result.means[-1] > MOST_LOSS)
        for name in ("of_batches", "of_examples", "last", "outside"):
            figure.say(name, **_mean_numbers(result))

    return update


def _describe_means(result: BatchLosses) -> str:
    return text("02.batch_losses.sentence", **_mean_numbers(result))


def _mean_numbers(result: BatchLosses) -> dict[str, float]:
    last = {"last_size": result.sizes[-1], "last_loss": result.means[-1]}
    return result._asdict() | last | {"n_batches": len(result.means), "n_examples": result.sizes.sum()}
