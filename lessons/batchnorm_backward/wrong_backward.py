"""Lesson 07's panels on networks that are trained with a path of the gradient left out."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import choice, menu, steps
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, GREEN, GREY
from helpers.data import Dataset
from lessons.batchnorm_backward.experiments import Moment, Run, State, moments

Built = tuple[Sequence[Artist], Update]
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
STYLES = {"right": BATCHNORM, "no_variance": {"color": GREEN, "linestyle": "-."},
          "no_mean": {"color": BLACK, "linestyle": "--"}, "neither": {"color": GREY, "linestyle": ":"}}  # fmt: skip
MARKERS = {"right": "D", "no_variance": "^", "no_mean": "s", "neither": "v"}
GROWTH, OFFSETS = (1e-3, 1e4), (0.1, 30)
KEYS, KEY_HEIGHT = (0.155, 0.32, 0.575, 0.81), 0.95  # where the four labels stand, as shares of the figure


def training(train: Dataset, probe: Dataset, rate: float, updates: int, every: int) -> Panel:
    """A run to `grow`: sigmoid networks at one learning rate."""
    compute = partial(moments, train, probe, "sigmoid", rate, updates, every)
    build = partial(_draw_run, updates=updates)
    describe = partial(_describe, name="07.training")
    return RunPanel("07.training", [], compute, build, describe, total=lambda: updates // every + 1)


def rate_run(train: Dataset, probe: Dataset, updates: int, every: int) -> Panel:
    """The same training with a chosen activation and learning rate."""

    def compute(activation: str, learning_rate: float) -> Iterator[Run]:
        return moments(train, probe, activation, learning_rate, updates, every)

    def total(activation: str, learning_rate: float) -> int:
        return updates // every + 1

    controls = [menu("activation", ("relu", "sigmoid"), "relu"), choice("learning_rate", RATES, 0.1)]
    build, describe = partial(_draw_run, updates=updates), partial(_describe, name="07.rate_run")
    return RunPanel("07.rate_run", controls, compute, build, describe, total=total)


def _draw_run(figure: Figure, updates: int) -> Built:
    """Left the accuracy, right how much longer the weights are, against the updates."""
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
    left.set(xlim=(0, updates), ylim=(0, 1.02), xlabel=text("07.training.x"), ylabel=text("07.training.accuracy"))
    right.set(xlim=(0, updates), ylim=GROWTH, yscale="log", yticks=(1e-2, 1, 1e2, 1e4), xlabel=text("07.training.x"))
    right.set_ylabel(text("07.training.length"))
    right.minorticks_off()
    lines = {name: (left.plot([], [], **look)[0], right.plot([], [], **look)[0]) for name, look in STYLES.items()}
    words = _key(figure, left)

    def update(run: Run) -> None:
        for name, (risen, grown) in lines.items():
            found = [moment[name] for moment in run.moments]
            risen.set_data(run.updates, [state.accuracy for state in found])
            grown.set_data(run.updates, [max(_growth(state), GROWTH[0]) for state in found])
            words[name].set_text(_label(run.moments[-1][name], name))

    return (*(line for pair in lines.values() for line in pair), *words.values()), update


def _growth(state: State) -> float:
    """By how many percent the weights of the middle one of three layers are longer than at the start."""
    return 100 * float(np.median(state.lengths) - 1)


def _key(figure: Figure, ax: Axes) -> dict[str, Artist]:
    """A label for each network, in its colour, in a row at the top; the empty title of ``ax`` keeps the row free."""
    ax.set_title(" ", pad=12)
    figure.text(0.01, KEY_HEIGHT, text("07.training.now"), va="center")
    return {name: figure.text(x, KEY_HEIGHT, "", va="center", color=look["color"])
            for x, (name, look) in zip(KEYS, STYLES.items(), strict=True)}  # fmt: skip


def _label(state: State, name: str) -> str:
    gone = "_gone" if np.isnan(state.accuracy) else ""
    return text(f"07.training.key_{name}") + text(f"07.training.label{gone}", accuracy=state.accuracy)


def _describe(run: Run, name: str) -> str:
    said = {key: _end(state) for key, state in run.moments[-1].items()}
    return text(f"{name}.sentence", update=run.updates[-1], **said)


def _end(state: State) -> str:
    """A network's accuracy and growth in words; that it diverged, if it did."""
    if np.isnan(state.accuracy):
        return text("07.training.gone")
    growth = float(f"{_growth(state):.2g}")
    return text("07.training.end", accuracy=state.accuracy, growth=f"{growth:.{0 if growth >= 10 else 1}f}")


class Shown(NamedTuple):
    """One moment of a recorded run."""

    update: int
    moment: Moment


def layers(run: Run) -> Panel:
    """A recorded ``run``: how far the mean of each layer's u is from 0, in standard deviations, at a chosen moment."""

    def describe(shown: Shown) -> str:
        said = {name: _offsets(state) for name, state in shown.moment.items()}
        return text("07.layers.sentence", update=shown.update, **said)

    controls = [steps("moment", len(run.moments) - 1, value=len(run.moments) - 1)]
    build = partial(_draw_layers, run=run)
    return Panel("07.layers", controls, lambda moment: Shown(run.updates[moment], run.moments[moment]), build, describe)


def _offsets(state: State) -> str:
    if np.isnan(state.accuracy):
        return text("07.training.gone")
    return ", ".join(f"{offset:.{1 if offset < 3 else 0}f}" for offset in state.offsets)


def _draw_layers(figure: Figure, run: Run) -> Built:
    """Left the recorded accuracies and the chosen moment, right the offsets by layer."""
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
    left.set(xlim=(0, max(run.updates[-1], 1)), ylim=(0, 1.02))
    left.set(xlabel=text("07.training.x"), ylabel=text("07.training.accuracy"))
    for name, look in STYLES.items():
        left.plot(run.updates, [moment[name].accuracy for moment in run.moments], **look)
    right.set(xlim=(0.7, 3.3), ylim=OFFSETS, yscale="log", xticks=(1, 2, 3), xlabel=text("07.layers.x"))
    right.set_yticks((0.1, 1, 10), ("0.1", "1", "10"))
    right.set_ylabel(text("07.layers.y"))
    (here,) = left.plot([], [], color=BLACK, linewidth=1)
    lines = {name: right.plot([], [], marker=MARKERS[name], **look)[0] for name, look in STYLES.items()}
    words = _key(figure, left)

    def update(shown: Shown) -> None:
        here.set_data([shown.update] * 2, [0, 1.02])
        for name, state in shown.moment.items():
            lines[name].set_data((1, 2, 3), state.offsets)
            words[name].set_text(_label(state, name))

    return (here, *lines.values(), *words.values()), update
