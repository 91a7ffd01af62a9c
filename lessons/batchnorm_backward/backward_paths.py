"""Lesson 07's three paths on which the gradient reaches an input: through x_hat, the variance and the mean."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from course.catalogue import text
from course.controls import number, switch
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREEN, GREY
from helpers.gradcheck import numerical_gradient
from lessons.batchnorm_backward.experiments import batch_loss, three_paths

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
EDITED, LIMIT, WIDTH = 2, 5, 0.2
LOOKS = {"direct": {"facecolor": BLUE, "linewidth": 0},
         "variance": {"facecolor": "white", "edgecolor": GREEN, "hatch": "////"},
         "mean": {"facecolor": "white", "edgecolor": GREY, "hatch": "...."}}  # fmt: skip
COLORS = {"direct": BLUE, "variance": GREEN, "mean": GREY}


class Paths(NamedTuple):
    """What each path brings to each example, 0 if left out, three arrays (N,); their sum; the numerical gradient."""

    x: Array
    dout: Array
    direct: Array
    variance: Array
    mean: Array
    total: Array
    numerical: Array


def paths(x: Array, dout: Array, gamma: float) -> Panel:
    """A batch x (N,) of one feature with its dout: example 3 of both can be moved, two of the paths left out."""

    def compute(x3: float, dout3: float, variance: bool, mean: bool) -> Paths:
        moved, above = x.copy(), dout.copy()
        moved[EDITED], above[EDITED] = x3, dout3
        direct, by_variance, by_mean = three_paths(moved, above, gamma)
        parts = direct, variance * by_variance, mean * by_mean
        return Paths(moved, above, *parts, sum(parts), numerical_gradient(lambda v: batch_loss(v, above, gamma), moved))

    controls = [number("x3", -4, 8, float(x[EDITED]), 0.1, 1), number("dout3", -3, 3, float(dout[EDITED]), 0.1, 1),
                switch("variance", True), switch("mean", True)]  # fmt: skip
    return Panel("07.paths", controls, compute, partial(_draw_paths, x=x), _describe, size=(9.0, 4.0))


def _draw_paths(figure: Figure, x: Array) -> Built:
    """Three bars an example, their sum, and the numerical gradient around it; below, each example's x."""
    ax, n = figure.subplots(), len(x)
    at = np.arange(1, n + 1)
    ax.set(xlim=(0.4, n + 0.9), ylim=(-LIMIT, LIMIT), xlabel=text("07.paths.x"), ylabel=text("07.paths.y"))
    ax.set_xticks(at, [str(k) if k == EDITED + 1 else _tick(k, value) for k, value in zip(at, x, strict=True)])
    tick = ax.get_xticklabels()[EDITED]
    edited = ax.annotate("", (EDITED + 1, 0), (0, -tick.get_size() * 2.05), xycoords=ax.get_xaxis_transform(),
                         textcoords="offset points", ha="center", va="center", size=tick.get_size())  # fmt: skip
    ax.axhline(0, color=BLACK, linewidth=0.8)
    lefts = {name: at - 0.4 + WIDTH * k for k, name in enumerate(LOOKS)}
    # One patch for all bars of a path: each hatched patch costs nearly a millisecond a frame.
    bars = {name: ax.add_patch(PathPatch(_bars(lefts[name], np.zeros(n)), **look)) for name, look in LOOKS.items()}
    (numerical,) = ax.plot([], [], "o", color=BLACK, markersize=13, markerfacecolor="none", markeredgewidth=1.6)
    (total,) = ax.plot([], [], "D", color=BLACK, markersize=5)
    for k, (name, color) in enumerate({**COLORS, "total": BLACK}.items()):
        ax.text(0.01 + 0.245 * k, 1.03, text(f"07.paths.key_{name}"), transform=ax.transAxes, color=color)
    words = ax.text(0.985, 0.98, "", transform=ax.transAxes, ha="right", va="top")

    def update(paths: Paths) -> None:
        for name, patch in bars.items():
            patch.set_path(_bars(lefts[name], getattr(paths, name)))
        numerical.set_data(at + 0.32, paths.numerical)
        total.set_data(at + 0.32, paths.total)
        edited.set_text(text("07.paths.tick", x=paths.x[EDITED]))
        words.set_text(text("07.paths.words", mean=paths.x.mean(), error=error(paths)))

    return (*bars.values(), numerical, total, edited, words), update


def _bars(lefts: Array, heights: Array) -> Path:
    """Rectangles from 0 to each height, as one path."""
    zero, right = np.zeros(len(lefts)), lefts + WIDTH
    x, y = np.stack([lefts, right, right, lefts], axis=1), np.stack([zero, zero, heights, heights], axis=1)
    return Path.make_compound_path_from_polys(np.stack([x, y], axis=2))


def _tick(k: int, x: float) -> str:
    return f"{k}\n{text('07.paths.tick', x=x)}"


def error(paths: Paths) -> float:
    """The largest distance of the sum from the numerical gradient; 0 where it is below 1e-7."""
    largest = float(np.abs(paths.total - paths.numerical).max())
    return largest if largest > 1e-7 else 0.0


def _describe(paths: Paths) -> str:
    three = {name: getattr(paths, name)[EDITED] for name in ("direct", "variance", "mean", "total", "numerical")}
    return text("07.paths.sentence", x3=paths.x[EDITED], dout3=paths.dout[EDITED], error=error(paths), **three)
