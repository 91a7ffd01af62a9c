"""Lesson 03's panels on noise: the cloud of mini-batch gradients, and the path and the loss it makes in training."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, integer, switch
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, BLUE, GREY
from helpers.network import Network, Parameters
from lessons.choosing_batch_and_epochs import experiments
from lessons.choosing_batch_and_epochs.batch_cost import at_the_top
from lessons.choosing_batch_and_epochs.experiments import (
    DRAWS,
    PATH_EVERY,
    PATH_UPDATES,
    Examples,
    Path,
    drawn_means,
    expected_spread,
)

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
CLOUD_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 800, 950, 1000)
LOWEST, HIGHEST = 4e-4, 0.3  # the spreads that the picture has room for

PATH_SIZES = (1, 2, 8, 64, 512)
PATH_RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
PATH_REACH = 0.3  # how far from the start the picture of the two biases goes
MOST_LOSS = 3.5
GUESSING = math.log(10)  # the loss of ten equal shares


class Cloud(NamedTuple):
    """Mini-batch gradients (draws, 2), the full gradient (2,), and the spread measured and expected."""

    batch_size: int
    replacement: bool
    means: Array
    full: Array
    spread: float
    expected: float


def cloud(gradients: Array) -> Panel:
    """Mini-batch gradients around the full one, and their spread on the 1/√B line; ``gradients`` (N, 2)."""
    full = gradients.mean(axis=0)

    def compute(batch_size: int, replacement: bool, seed: int) -> Cloud:
        means = drawn_means(gradients, batch_size, DRAWS, np.random.default_rng(seed), replacement)
        everything = batch_size == len(gradients) and not replacement  # what is left there is rounding
        spread = 0.0 if everything else experiments.spread(means, full)
        return Cloud(batch_size, replacement, means, full, spread, expected_spread(gradients, batch_size, replacement))

    def describe(result: Cloud) -> str:
        return text(f"03.cloud.{'with' if result.replacement else 'without'}", **_cloud_numbers(result))

    controls = [choice("batch_size", CLOUD_SIZES, 10), switch("replacement", False), integer("seed", 0, 20, 0)]
    return Panel("03.cloud", controls, compute, partial(_draw_cloud, gradients=gradients, full=full), describe)


def _draw_cloud(figure: Figure, gradients: Array, full: Array) -> Built:
    """The cloud around the full gradient at the left, its spread on the lines expected at the right."""
    left, right = figure.subplots(1, 2)
    reach = 3.5 * gradients.std(axis=0).max()
    left.set(xlim=full[0] + np.array([-reach, reach]), ylim=full[1] + np.array([-reach, reach]))
    left.set(xlabel=text("03.cloud.first"), ylabel=text("03.cloud.second"), title=text("03.cloud.key"))
    (dots,) = left.plot([], [], "o", color=BLUE, markersize=3.5, markeredgewidth=0)
    (star,) = left.plot(*full, "+", color=BLACK, markersize=20, markeredgewidth=2.5)
    mark = {"markersize": 11, "markerfacecolor": "none", "markeredgewidth": 2.2}
    (centre,) = left.plot([], [], "o", color=BLACK, **mark)
    outside = left.text(0.02, 0.03, "", transform=left.transAxes)
    _draw_law(right, gradients)
    (measured,) = right.plot([], [], "o", color=BLUE, markersize=11)
    words = right.text(0.03, 0.06, "", transform=right.transAxes, color=BLUE)

    def update(result: Cloud) -> None:
        dots.set_data(result.means.T)
        centre.set_data(result.means.mean(axis=0)[:, None])
        beyond = int((np.abs(result.means - full).max(axis=1) > reach).sum())
        outside.set_text(text("03.cloud.outside", count=beyond) if beyond else "")
        measured.set_data([result.batch_size], [max(result.spread, LOWEST)])
        measured.set_marker("o" if result.spread > LOWEST else "v")
        words.set_text(text("03.cloud.spread", **_cloud_numbers(result)))

    return (dots, star, centre, outside, measured, words), update


def _draw_law(ax: Axes, gradients: Array) -> None:
    """The spread expected for each batch size: with replacement a straight line, without it bent down to 0."""
    sizes = np.arange(1, len(gradients) + 1)
    with_, without = ([expected_spread(gradients, int(b), again) for b in sizes] for again in (True, False))
    ax.set(xscale="log", yscale="log", xlim=(0.8, 1.4 * len(gradients)), ylim=(0.8 * LOWEST, HIGHEST))
    ax.plot(sizes, with_, color=GREY, linestyle="--")
    ax.plot(sizes[:-1], without[:-1], color=BLACK, linewidth=1.6)
    ax.set(xlabel=text("03.cloud.size"), title=text("03.cloud.law"))


def _cloud_numbers(result: Cloud) -> dict[str, float]:
    off = float(np.linalg.norm(result.means.mean(axis=0) - result.full))
    numbers = {"off": off if result.spread else 0.0, "draws": len(result.means)}
    return {**numbers, "batch_size": result.batch_size, "spread": result.spread, "expected": result.expected}


def path(network: Network, start: Parameters, data: Examples, probe: Examples) -> Panel:
    """Some hundred updates from ``start`` with a chosen batch size and rate: two biases' way, and the probe's loss.

    ``data`` and ``probe`` are (x, y); the biases are those of the scores for 0 and for 1.
    """

    def compute(batch_size: int, learning_rate: float) -> Iterator[Path]:
        return experiments.path(network, start, data, probe, batch_size, learning_rate)

    def describe(run: Path) -> str:
        return text("03.path.sentence", verdict=_verdict(run, " "), probe=len(probe[1]), **_path_numbers(run))

    controls = [choice("batch_size", PATH_SIZES, 64), choice("learning_rate", PATH_RATES, 0.1)]
    return RunPanel("03.path", controls, compute, _draw_path, describe, total=lambda **_: PATH_UPDATES)


def _draw_path(figure: Figure) -> Built:
    """The two biases' way on the left, the probe's loss on the right."""
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    left.set(xlim=(-PATH_REACH, PATH_REACH), ylim=(-PATH_REACH, PATH_REACH))
    left.set(xlabel=text("03.path.first"), ylabel=text("03.path.second"), title=text("03.path.key"))
    left.plot(0, 0, "o", color=BLACK, markersize=8)
    right.set(xlim=(0, PATH_UPDATES), ylim=(0, MOST_LOSS), xlabel=text("03.path.x"), ylabel=text("03.path.y"))
    right.axhline(GUESSING, color=GREY, linestyle=":")
    right.text(PATH_UPDATES, GUESSING - 0.05, text("03.path.guessing"), color=GREY, ha="right", va="top")
    (way,) = left.plot([], [], color=BLUE, linewidth=1)
    (end,) = left.plot([], [], "D", color=BLACK)
    outside = left.text(0.98, 0.98, "", transform=left.transAxes, ha="right", va="top")
    (curve,) = right.plot([], [], "-o", color=BLUE, markersize=3.5, linewidth=1.2)
    (high,) = right.plot([], [], "^", color=BLACK, markersize=7)
    words = right.text(0.98, 0.93, "", transform=right.transAxes, ha="right", va="top")
    for label in (outside, words):
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.9})

    def update(run: Path) -> None:
        places = np.array(run.places)
        way.set_data(places.T)
        end.set_data(places[-1:].T)
        beyond = int((np.abs(places).max(axis=1) > PATH_REACH).sum())
        outside.set_text(text("03.path.outside", count=beyond, points=len(places)) if beyond else "")
        measured = PATH_EVERY * np.arange(len(run.losses))
        curve.set_data(measured, run.losses)
        above = at_the_top(measured, run.losses, MOST_LOSS)
        high.set_data(above)
        notes = "\n" + text("03.path.above", count=len(above[0]), top=MOST_LOSS) if len(above[0]) else ""
        words.set_text(text("03.path.label", verdict=notes + _verdict(run, "\n"), **_path_numbers(run)))

    return (way, end, outside, curve, high, words), update


def _path_numbers(run: Path) -> dict[str, float]:
    changes = np.diff(run.losses)
    return {
        "batch_size": run.batch_size,
        "learning_rate": run.learning_rate,
        "updates": len(run.places) - 1,
        "start": run.losses[0],
        "end": run.losses[-1],
        "rise": float(changes.max(initial=0)),
    }


def _verdict(run: Path, before: str) -> str:
    """``before`` and a word on a run that came to nothing; empty if there is none to say."""
    if run.diverged:
        return before + text("03.path.diverged", update=len(run.places))
    stuck = run.losses[-1] > GUESSING - 0.05 and len(run.places) > PATH_UPDATES // 2
    return before + text("03.path.stuck") if stuck else ""
