"""Lesson 04's panel on batch norm in deep networks: gradient norms layer by layer, without and with it."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from course.catalogue import text
from course.controls import choice, menu
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BATCHNORM, PLAIN
from lessons.signals_through_depth.experiments import SLOPES, deep, gradient_norms, scaled_start
from lessons.signals_through_depth.saying import size

Array = np.ndarray
Norms = dict[str, Array]  # the weights' gradient norms (depth,), first layer first, without batch norm and with it
DEEPEST = 50
DEPTHS = (2, 5, 10, 15, 20, 30, 40, DEEPEST)
SCALES = (0.1, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
EDGES = (1e-12, 1e12)  # what is beyond is drawn there
LINES = {"plain": {"marker": "o", **PLAIN}, "normalized": {"marker": "D", **BATCHNORM}}


def norms_batchnorm(x: Array, labels: Array, scales: Sequence[float] = SCALES, depths: Sequence[int] = DEPTHS) -> Panel:
    """Gradient norm by layer for the batch x (N, 64), labels (N,), without and with batch norm.

    ``scales`` of the first weights hold 1.0, ``depths`` DEEPEST. All settings are computed at once, in about a second:
    two deep networks take too long for a frame.
    """
    found = {setting: _norms(x, labels, *setting) for setting in product(depths, SLOPES, scales)}

    def compute(depth: int, activation: str, scale: float) -> Norms:
        return found[depth, activation, scale]

    controls = [choice("depth", depths, DEEPEST), menu("activation", tuple(SLOPES), "relu"),
                choice("scale", scales, 1.0)]  # fmt: skip
    return Panel("04.norms_batchnorm", controls, compute, _draw, _describe)


def _norms(x: Array, labels: Array, depth: int, activation: str, scale: float) -> Norms:
    networks = {name: deep(depth, activation, name == "normalized") for name in LINES}
    return {name: gradient_norms(net, scaled_start(net, scale, seed=0), x, labels) for name, net in networks.items()}


def _draw(figure: Drawing) -> Update:
    (ax,) = figure.arrange(["norms"])
    ax.set(xlim=(0, DEEPEST + 1), yscale="log", ylim=EDGES, yticks=[1e-12, 1e-6, 1, 1e6, 1e12])
    for name, style in LINES.items():
        figure.line(name, ax, markersize=4, clip_on=False, **style)
    figure.key(ax, "upper right", *LINES, moves=True)

    def update(result: Norms, depth: int) -> None:
        marked = np.linspace(0, depth - 1, 2 + depth // 4).round().astype(int).tolist()  # so that dashes show between
        for name, values in result.items():
            figure.moving[name].set_data(np.arange(1, depth + 1), np.clip(values, *EDGES))
            figure.moving[name].set_markevery(marked)
            figure.say(name, **_ends(values))

    return update


def _outside(values: Array) -> str:
    """A clause on the layers that are drawn at the picture's edge; empty if there are none."""
    low, high = int((values < EDGES[0]).sum()), int((values > EDGES[1]).sum())
    if low:
        return text("04.norms_batchnorm.below", count=low)
    return text("04.norms_batchnorm.above", count=high) if high else ""


def _ends(values: Array) -> dict[str, object]:
    ends = {"first": values[0], "last": values[-1], "ratio": values[0] / values[-1], "outside": _outside(values)}
    return ends | {"first_said": size(values[0]), "last_said": size(values[-1])}


def _describe(result: Norms, depth: int, activation: str, scale: float) -> str:
    name = text(f"04.norms_batchnorm.activation_{activation}")
    setting = {"depth": depth, "activation": name, "scale": scale}
    sentence = text("04.norms_batchnorm.sentence", **setting, **_ends(result["plain"]))
    return sentence + text("04.norms_batchnorm.with", **_ends(result["normalized"]))
