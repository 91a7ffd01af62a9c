"""Lesson 04's panels on depth: gradient norms layer by layer, without and with batch norm, and a run that diverges."""

import math
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import product
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, integer, menu
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, BLUE, GREY, PLAIN, VERMILLION
from lessons.signals_through_depth.experiments import (
    Run,
    deep,
    gradient_norms,
    learns,
    relu_run,
    scaled_start,
    updates_planned,
)

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
DEEPEST = 50
DEPTHS = (2, 5, 10, 15, 20, 30, 40, DEEPEST)
ACTIVATIONS = ("sigmoid", "tanh", "relu")
LARGEST_DERIVATIVE = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}
SCALES = (0.1, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
NORM_EDGES = {"04.norms": (1e-32, 1e20), "04.norms_batchnorm": (1e-12, 1e12)}  # what is beyond is drawn there
NORM_TICKS = {"04.norms": 8, "04.norms_batchnorm": 6}  # powers of ten between two of them
LOSS_EDGES = (1e-2, 1e12)


class Norms(NamedTuple):
    """The weights' gradient norms (depth,), first layer first; ``normalized`` with batch norm, or None."""

    depth: int
    activation: str
    scale: float
    plain: Array
    normalized: Array | None


def norms(x: Array, labels: Array) -> Panel:
    """Gradient norm by layer for the batch x (N, 64), labels (N,): depth, activation and scale of the weights."""
    return _norms_panel("04.norms", x, labels, batchnorm=False, activation="sigmoid", depth=20)


def norms_batchnorm(x: Array, labels: Array, scales: Sequence[float] = SCALES, depths: Sequence[int] = DEPTHS) -> Panel:
    """The same as `norms`, with a second line for batch normalization; ``scales`` hold 1.0, ``depths`` DEEPEST."""
    return _norms_panel("04.norms_batchnorm", x, labels, True, "relu", DEEPEST, scales, depths)


def _norms_panel(
    name: str, x: Array, labels: Array, batchnorm: bool, activation: str, depth: int,
    scales: Sequence[float] = SCALES, depths: Sequence[int] = DEPTHS,
) -> Panel:  # fmt: skip
    @cache
    def of(depth: int, activation: str, scale: float, normalized: bool) -> Array:
        network = deep(depth, activation, normalized)
        return gradient_norms(network, scaled_start(network, scale, seed=0), x, labels)

    def compute(depth: int, activation: str, scale: float) -> Norms:
        setting = depth, activation, scale
        return Norms(*setting, of(*setting, False), of(*setting, True) if batchnorm else None)

    if batchnorm:  # two deep networks take too long for a frame: all settings are computed now, in about a second
        for setting in product(depths, ACTIVATIONS, scales):
            compute(*setting)
    layers = choice("depth", depths, depth) if batchnorm else integer("depth", 2, DEEPEST, depth)
    controls = [layers, menu("activation", ACTIVATIONS, activation), choice("scale", scales, 1.0)]
    return Panel(name, controls, compute, partial(_draw_norms, name), partial(_describe_norms, name))


def _draw_norms(name: str, figure: Figure) -> Built:
    ax, edges = figure.subplots(), NORM_EDGES[name]
    lowest, highest = np.log10(edges).round()
    ticks = 10 ** np.arange(lowest, highest + 1, NORM_TICKS[name])
    ax.set(xlim=(0, DEEPEST + 1), yscale="log", yticks=ticks, ylim=edges)
    ax.set(xlabel=text(f"{name}.x"), ylabel=text(f"{name}.y"))
    (bound,) = ax.plot([], [], color=GREY, linestyle=":", linewidth=1.8)
    (plain,) = ax.plot([], [], marker="o", markersize=4, clip_on=False, **PLAIN)
    (normalized,) = ax.plot([], [], marker="D", markersize=4, clip_on=False, **BATCHNORM)
    ax.set_title("\n", fontsize=14)  # room for the labels, which no line can reach there
    labels = [ax.text(0, y, "", color=color, transform=ax.transAxes, va="bottom")
              for y, color in ((1.11, VERMILLION), (1.02, BLUE), (1.02, GREY))]  # fmt: skip

    def update(result: Norms) -> None:
        layers = np.arange(1, result.depth + 1)
        plain.set_data(layers, np.clip(result.plain, *edges))
        for line in (plain, normalized):
            line.set_markevery(_marked(result.depth))
        labels[0].set_text(text(f"{name}.plain", outside=_outside(name, result.plain), **_ends(result.plain)))
        if result.normalized is None:
            bounds = result.plain[-1] * LARGEST_DERIVATIVE[result.activation] ** (result.depth - layers)
            bound.set_data(layers, np.clip(bounds, *edges))
            labels[2].set_text(text(f"{name}.bound_{result.activation}"))
        else:
            normalized.set_data(layers, np.clip(result.normalized, *edges))
            ends = _ends(result.normalized)
            labels[1].set_text(text(f"{name}.normalized", outside=_outside(name, result.normalized), **ends))

    return (bound, plain, normalized, *labels), update


def _marked(depth: int) -> list[int]:
    """The places of the layers that get a marker: the first, the last and about every fourth, so that dashes show."""
    return np.linspace(0, depth - 1, 2 + depth // 4).round().astype(int).tolist()


def _outside(name: str, values: Array) -> str:
    """A clause on the layers that are drawn at the picture's edge; empty if there are none."""
    lowest, highest = NORM_EDGES[name]
    low, high = int((values < lowest).sum()), int((values > highest).sum())
    if low:
        return text(f"{name}.below", count=low)
    return text(f"{name}.above", count=high) if high else ""


def _ends(values: Array) -> dict[str, float]:
    return {"first": values[0], "last": values[-1], "ratio": values[0] / values[-1]}


def _describe_norms(name: str, result: Norms) -> str:
    activation = text(f"{name}.activation_{result.activation}")
    sentence = text(f"{name}.sentence", depth=result.depth, activation=activation, scale=result.scale,
                    outside=_outside(name, result.plain), **_ends(result.plain))  # fmt: skip
    if result.normalized is None:
        return sentence
    outside = _outside(name, result.normalized)
    return sentence + text(f"{name}.with", outside=outside, **_ends(result.normalized))


def diverging_run(x: Array, labels: Array, depth: int) -> Panel:
    """Train a ReLU network of ``depth`` layers on x (N, 64) float32 from weights of a chosen scale: does it diverge?"""
    total = updates_planned(len(x))

    def compute(scale: float) -> Iterator[Run]:
        return relu_run(x, labels, depth, scale)

    def describe(run: Run) -> str:
        key = "ended" if run.diverged else "going" if _goes_on(run) else "sentence"
        return text(f"04.run.{key}", verdict=_verdict(run), **_run_numbers(run))

    build = partial(_draw_run, updates=total)
    return RunPanel("04.run", [choice("scale", SCALES, 3.0)], compute, build, describe, total=lambda scale: total)


def _draw_run(figure: Figure, updates: int) -> Built:
    """The loss of each update, both logarithmic, and the verdict in words."""
    ax = figure.subplots()
    ax.set(xlim=(0.9, 1.1 * updates), ylim=LOSS_EDGES, xscale="log", yscale="log")
    ax.set(xlabel=text("04.run.x"), ylabel=text("04.run.y"))
    ax.axhline(math.log(10), color=GREY, linestyle=":", linewidth=1.6)
    ax.text(updates, 2 * math.log(10), text("04.run.guess"), color=GREY, ha="right", va="bottom")
    (line,) = ax.plot([], [], marker="o", markersize=4, clip_on=False, **PLAIN)
    (cross,) = ax.plot([], [], "X", color=BLACK, markersize=13, clip_on=False)
    words = ax.text(0.98, 0.9, "", transform=ax.transAxes, ha="right", va="top", fontsize=14, linespacing=1.5)

    def update(run: Run) -> None:
        line.set_data(np.arange(1, len(run.losses) + 1), np.clip(run.losses, *LOSS_EDGES))
        cross.set_data(([run.diverged], [LOSS_EDGES[1]]) if run.diverged else ([], []))
        key = "label_level" if f"{max(run.losses):.2g}" == f"{run.losses[0]:.2g}" else "label"
        words.set_text(text(f"04.run.{key}", verdict=_verdict(run), **_run_numbers(run)))

    return (line, cross, words), update


def _goes_on(run: Run) -> bool:
    """Whether the run was stopped, or is drawn, before its end: then nothing can be said of what it learns."""
    return not run.diverged and len(run.losses) < run.planned


def _verdict(run: Run) -> str:
    if run.diverged:
        return text("04.run.diverged", update=run.diverged)
    if _goes_on(run):
        return text("04.run.so_far", **_run_numbers(run))
    return text("04.run.learned" if learns(run) else "04.run.stuck")


def _run_numbers(run: Run) -> dict[str, float]:
    return {"scale": run.scale, "updates": len(run.losses), "planned": run.planned, "first": run.losses[0],
            "largest": max(run.losses), "last": run.losses[-1]}  # fmt: skip
