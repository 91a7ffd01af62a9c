"""Lesson 05's panel on three things that bear one name: between layers, between batches, over updates."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, steps
from course.panel import Panel, Update
from course.style import BLACK, GREEN, GREY
from helpers.network import Network, Parameters
from helpers.shift import activation_input
from lessons.internal_covariate_shift.experiments import (
    LAYER,
    PARTS,
    Drifts,
    between_batches,
    between_layers,
    over_updates,
    typical,
)

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
BATCH_SIZES = (10, 30, 60, 200, 500)
LOW, HIGH = 0.003, 5000.0


class Three(NamedTuple):
    """The three things at one choice, in standard deviations of the unit: between layers, batches, over updates."""

    batch_size: int
    updates: int
    layers: float
    batches: float
    drift: float
    mini_drift: float
    earlier: float
    own: float


def three_shifts(
    network: Network, x: Array, full: Sequence[Parameters], mini: Sequence[Parameters], every: int
) -> Panel:
    """The three things measured on one network, ``full[0]``, which is ``mini[0]`` too.

    ``full`` and ``mini`` are its states each ``every`` updates of full-batch and of mini-batch descent on x (N, D).
    """
    z = activation_input(network, full[0], x, LAYER)
    layers = between_layers(network, full[0], x)
    drifts = over_updates(network, full, x)
    mini_drifts = np.array([typical(z, activation_input(network, state, x, LAYER)) for state in mini])
    noise = cache(lambda batch_size: between_batches(z, batch_size))

    def compute(batch_size: int, moment: int) -> Three:
        over = drifts.both[moment], mini_drifts[moment], drifts.earlier[moment], drifts.own[moment]
        return Three(batch_size, moment * every, layers, noise(batch_size), *map(float, over))

    def build(figure: Figure) -> Built:
        return _draw_three(figure, layers, drifts, mini_drifts, every)

    def describe(three: Three) -> str:
        return text("05.three_shifts.sentence", **three._asdict())

    sizes = (*(size for size in BATCH_SIZES if size < len(x)), len(x))
    controls = [choice("batch_size", sizes, 60), steps("moment", len(full) - 1, value=len(full) - 1)]
    return Panel("05.three_shifts", controls, compute, build, describe)


def _draw_three(figure: Figure, layers: float, drifts: Drifts, mini_drifts: Array, every: int) -> Built:
    """The three against the updates, on a logarithmic scale; beside it the drift by whose update it is."""
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    at = every * np.arange(len(drifts.both))
    left.set(yscale="log", xlim=(0, at[-1]), ylim=(LOW, HIGH), xlabel=text("05.three_shifts.x"))
    left.set(ylabel=text("05.three_shifts.y"))
    left.set_yticks([0.01, 0.1, 1, 10, 100, 1000], ["0.01", "0.1", "1", "10", "100", "1000"])
    middle = at[-1] / 2
    left.axhline(layers, color=GREY, linestyle="-.")
    left.text(middle, layers * 1.15, text("05.three_shifts.layers"), color=GREY, ha="center", va="bottom")
    left.plot(at[1:], drifts.both[1:], color=BLACK)
    left.plot(at[1:], mini_drifts[1:], color=BLACK, linestyle=":")
    (line,) = left.plot([], [], color=GREEN, linestyle="--")
    (points,) = left.plot([], [], "D", color=BLACK, markersize=8, clip_on=False)
    noise = left.text(middle, 0, "", color=GREEN, ha="center", va="top")
    left.text(0.03, 0.99, text("05.three_shifts.drift"), transform=left.transAxes, va="top")
    style = {"color": (GREY, GREY, BLACK), "hatch": ("//", "", ""), "edgecolor": "white", "linewidth": 0}
    bars = right.barh(range(3), [0] * 3, **style)
    most = max(part.max() for part in drifts)
    right.set(xlim=(0, 1.05 * most), ylim=(2.6, -0.6), xlabel=text("05.three_shifts.part_x"))
    right.set_yticks(range(3), [text(f"05.three_shifts.{part}") for part in PARTS])
    right.set_title(text("05.three_shifts.parts"))

    def update(three: Three) -> None:
        height = max(three.batches, LOW)
        line.set_data([0, at[-1]], [height] * 2)
        noise.set_position((middle, height * 0.85 if height > LOW else LOW * 4))
        noise.set_text(text("05.three_shifts.batches", batch_size=three.batch_size, batches=three.batches))
        points.set_data([three.updates], [max(three.drift, LOW)])
        for bar, part in zip(bars, (three.earlier, three.own, three.drift), strict=True):
            bar.set_width(part)

    return (line, points, noise, *bars), update
