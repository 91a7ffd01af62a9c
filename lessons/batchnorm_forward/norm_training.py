"""Lesson 06's panels that train: gamma and beta on their way, and batch normalization at chosen layers."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, steps, switch
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, BLUE, GREY, PLAIN
from helpers.data import Dataset
from helpers.recording import growing
from lessons.batchnorm_forward.experiments import (
    EVERY,
    LAYERS,
    PLACED,
    PLACED_EVERY,
    UPDATES,
    Curve,
    Moment,
    affine_moments,
    curves,
)

Built = tuple[Sequence[Artist], Update]
DRAWN = 8  # units drawn while the run grows
GAMMAS, BETAS = (0.5, 3.9), (-0.8, 0.8)  # limits of the pictures
RATES = (0.1, 0.3, 1.0)
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9}


Run = list[Moment]


def training(train: Dataset, test: Dataset, learning_rate: float = 1.0) -> Panel:
    """A run to `grow`: 400 updates of 64-20-20-10 sigmoid units with batch norm, recorded after every 4."""

    def compute() -> Iterator[Run]:
        return growing(affine_moments(train, test, learning_rate))

    def describe(run: Run) -> str:
        return text("06.training.sentence", **_typical(run[-1]))

    return RunPanel("06.training", [], compute, _draw_paths, describe, total=lambda: UPDATES // EVERY + 1)


def _typical(moment: Moment) -> dict[str, float]:
    """Each layer's median gamma and largest absolute beta."""
    found: dict[str, float] = {"update": moment.update, "accuracy": moment.accuracy}
    for k, gammas, betas in zip(LAYERS, moment.gammas, moment.betas, strict=True):
        found |= {f"gamma{k}": float(np.median(gammas)), f"beta{k}": float(np.abs(betas).max())}
    return found


def _draw_paths(figure: Figure) -> Built:
    """The gammas and betas of the second hidden layer's first units, one line each, against the updates."""
    axes = figure.subplots(1, 2)
    lines = []
    for ax, name, limits in zip(axes, ("gamma", "beta"), (GAMMAS, BETAS), strict=True):
        ax.set(xlim=(0, UPDATES), ylim=limits, xlabel=text("06.training.x"))
        ax.set_title(text(f"06.training.{name}"))
        lines.append([ax.plot([], [], color=BLUE, linestyle="-", linewidth=1.4)[0] for _ in range(DRAWN)])
    words = axes[0].text(0.02, 0.98, "", transform=axes[0].transAxes, va="top", bbox=BOX)

    def update(run: Run) -> None:
        at = [moment.update for moment in run]
        for bundle, name in zip(lines, ("gammas", "betas"), strict=True):
            rows = np.array([getattr(moment, name)[1, :DRAWN] for moment in run])
            for line, row in zip(bundle, rows.T, strict=True):
                line.set_data(at, row)
        words.set_text(text("06.training.label", update=run[-1].update, accuracy=run[-1].accuracy))

    return (*lines[0], *lines[1], words), update


def moments(run: Run) -> Panel:
    """Scrub the recorded ``run``: each unit as a dot at its beta and gamma, for both hidden layers."""

    def describe(moment: Moment) -> str:
        return text("06.moments.sentence" if moment.update else "06.moments.start", **_typical(moment))

    controls = [steps("moment", len(run) - 1)]
    return Panel("06.moments", controls, lambda moment: run[moment], _draw_moments, describe)


def _draw_moments(figure: Figure) -> Built:
    """One picture a layer: gamma against beta; a cross marks where all units start."""
    axes = figure.subplots(1, 2, sharey=True)
    dots, words = [], []
    for ax, k in zip(axes, LAYERS, strict=True):
        ax.plot([0], [1], "+", color=BLACK, markersize=22, markeredgewidth=2)
        ax.set(xlim=BETAS, ylim=GAMMAS, xlabel=text("06.moments.x"))
        ax.set_title(text("06.moments.layer", layer=k))
        dots.append(ax.plot([], [], "o", color=BLUE, markersize=7, markeredgecolor="white")[0])
        words.append(ax.text(0.98, 0.98, "", transform=ax.transAxes, ha="right", va="top", bbox=BOX))
    axes[0].set_ylabel(text("06.moments.y"))

    def update(moment: Moment) -> None:
        for line, betas, gammas in zip(dots, moment.betas, moment.gammas, strict=True):
            line.set_data(betas, gammas)
        words[0].set_text(text("06.moments.update", update=moment.update))
        words[1].set_text(text("06.moments.accuracy", accuracy=moment.accuracy) if moment.update else "")

    return (*dots, *words), update


class Placed(NamedTuple):
    """A run with batch norm at some layers, beside one without any; ``added`` counts the gammas and betas."""

    chosen: tuple[bool, ...]
    added: int
    normed: Curve
    plain: Curve


def placement(train: Dataset, test: Dataset, updates: int = UPDATES) -> Panel:
    """Choose the hidden layers with batch norm: the training loss, beside that of the network without any."""

    def compute(layer1: bool, layer2: bool, layer3: bool, learning_rate: float) -> Iterator[Placed]:
        chosen = (layer1, layer2, layer3)
        added = 2 * sum(size for size, normed in zip(PLACED[1:-1], chosen, strict=True) if normed)
        pairs = (curves(where, train, test, learning_rate, updates) for where in (chosen, (False,) * 3))
        for normed, plain in zip(*pairs, strict=False):
            yield Placed(chosen, added, normed, plain)

    def describe(result: Placed) -> str:
        return text("06.placement.sentence", **_placed_numbers(result))

    controls = [switch("layer1", True), switch("layer2", False), switch("layer3", False),
                choice("learning_rate", RATES, 0.1)]  # fmt: skip
    return RunPanel("06.placement", controls, compute, lambda figure: _draw_placed(figure, updates), describe,
                    total=lambda **_: updates // PLACED_EVERY + 1)  # fmt: skip


def _placed_numbers(result: Placed) -> dict[str, object]:
    layers = " + ".join(str(k) for k, normed in enumerate(result.chosen, 1) if normed)
    where = text("06.placement.at", layers=layers) if layers else text("06.placement.nowhere")
    return {"where": where, "added": result.added, "updates": PLACED_EVERY * (len(result.normed.losses) - 1),
            "loss": result.normed.losses[-1], "accuracy": result.normed.accuracy,
            "plain_loss": result.plain.losses[-1], "plain_accuracy": result.plain.accuracy}  # fmt: skip


def _draw_placed(figure: Figure, updates: int) -> Built:
    """Both losses against the updates, and what the run has come to."""
    ax = figure.subplots()
    ax.set(xlim=(0, 1.02 * updates), ylim=(0, 3.2), xlabel=text("06.placement.x"), ylabel=text("06.placement.y"))
    ax.axhline(np.log(10), color=GREY, linestyle=":", linewidth=1.5)
    (normed,) = ax.plot([], [], **BATCHNORM)
    (plain,) = ax.plot([], [], **PLAIN)
    words = [ax.text(0.01, y, "", transform=ax.transAxes, va="top", color=style["color"], bbox=BOX)
             for y, style in ((0.99, BATCHNORM), (0.91, PLAIN))]  # fmt: skip

    def update(result: Placed) -> None:
        at = PLACED_EVERY * np.arange(len(result.normed.losses))
        plain.set_data(at, result.plain.losses)
        normed.set_data(at, result.normed.losses)
        numbers = _placed_numbers(result)
        words[0].set_text(text("06.placement.label", **numbers))
        words[1].set_text(text("06.placement.plain", **numbers))

    return (normed, plain, *words), update
