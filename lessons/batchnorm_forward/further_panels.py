"""Further 06's panels: pairs of training runs (scaled weights, batch norm's place) and a variance in float32."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from course.catalogue import text
from course.controls import choice, menu, switch
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, BLUE, GREY, PLAIN
from helpers.data import Dataset
from lessons.batchnorm_forward import further
from lessons.batchnorm_forward.experiments import UPDATES
from lessons.batchnorm_forward.further import EVERY, MEANS, Errors

DASHED = {"color": BLACK, "linestyle": "--"}


class Pair(NamedTuple):
    """Two loss curves so far, one value every 10 updates; the second is what the first is compared with."""

    first: tuple[float, ...]
    second: tuple[float, ...]


def _pairs(first: Iterator[float], second: Iterator[float]) -> Iterator[Pair]:
    """Both curves as they grow; one that diverged stays as it is."""
    pair = Pair((), ())
    while True:
        values = [next(curve, None) for curve in (first, second)]
        if values == [None, None]:
            return
        pair = Pair(*(old + (value,) * (value is not None) for old, value in zip(pair, values, strict=True)))
        yield pair


def _draw_pair(figure: Drawing, updates: int, second: Mapping[str, str] = DASHED) -> Update:
    """Both losses against the updates, each with its name and where it has come to."""
    (ax,) = figure.arrange(["losses"])
    ax.set(yscale="log", xlim=(0, 1.02 * updates), ylim=(3e-4, 200))
    ax.set_yticks((0.001, 0.01, 0.1, 1, 10), ("0.001", "0.01", "0.1", "1", "10"))
    ax.minorticks_off()
    figure.line("second", ax, **second, linewidth=4)
    figure.line("first", ax, **BATCHNORM)
    figure.key(ax, "upper right", "first", "second", moves=True)

    def update(pair: Pair, **values: object) -> None:
        layers = " + ".join(k for k in "123" if values.get(f"layer{k}")) or "–"
        for name in ("first", "second"):
            losses = getattr(pair, name)
            figure.moving[name].set_data(EVERY * np.arange(len(losses)), losses)
            figure.say(name, loss=losses[-1], layers=layers)
        if "updates" in values:
            ax.set_xlim(0, 1.02 * values["updates"])

    return update


def _describe_pair(name: str, pair: Pair) -> str:
    first, second = (f"{curve[-1]:.1f}" if curve[-1] > 1 else f"{curve[-1]:.1g}" for curve in pair)
    return text(f"{name}.sentence", first=first, second=second)


def scale(train: Dataset) -> Panel:
    """Hidden weights times a factor, and, if chosen, their rate times its square: beside the network as it was."""
    def compute(times: int, square: bool) -> Iterator[Pair]:
        return _pairs(further.scaled(times, times**2 if square else 1, train), further.scaled(1, 1, train))

    controls = [choice("times", (1, 2, 3, 7, 20), 7), switch("square", False)]
    return RunPanel("06.scale", controls, compute, partial(_draw_pair, updates=UPDATES),
                    partial(_describe_pair, "06.scale"), total=lambda **_: UPDATES // EVERY + 1)  # fmt: skip


PLACE_UPDATES = 500


def place(train: Dataset) -> Panel:
    """Batch norm before the activation and after it: the same data, first weights and batches."""
    def compute(activation: str, rate: float) -> Iterator[Pair]:
        return _pairs(*(further.place(activation, after, rate, PLACE_UPDATES, train) for after in (False, True)))

    controls = [menu("activation", ("relu", "sigmoid"), "relu"), choice("rate", (0.03, 0.1, 0.3, 1.0, 3.0), 0.1)]
    return RunPanel("06.place", controls, compute, partial(_draw_pair, updates=PLACE_UPDATES),
                    partial(_describe_pair, "06.place"), total=lambda **_: PLACE_UPDATES // EVERY + 1)  # fmt: skip


def placed(train: Dataset) -> Panel:
    """Choose the hidden layers with batch norm, the rate and the length: beside the network without any."""
    def compute(layer1: bool, layer2: bool, layer3: bool, rate: float, updates: int) -> Iterator[Pair]:
        chosen = layer1, layer2, layer3
        return _pairs(*(further.placed(where, rate, updates, train) for where in (chosen, (False,) * 3)))

    controls = [switch("layer1", False), switch("layer2", False), switch("layer3", True),
                choice("rate", (0.1, 0.3, 1.0), 0.1), choice("updates", (400, 4000), 400)]  # fmt: skip
    return RunPanel("06.placed", controls, compute, partial(_draw_pair, updates=400, second=PLAIN),
                    partial(_describe_pair, "06.placed"),
                    total=lambda updates, **_: updates // EVERY + 1)  # fmt: skip


LOW = 1e-8  # a smaller error is drawn as that


def trap() -> Panel:
    """Move the mean of a batch from 1 to 100,000 and compare the two ways to its variance in float32."""
    found = [further.variances(mean) for mean in MEANS]
    return Panel("06.trap", [choice("mean", MEANS, 3e3)], lambda mean: found[MEANS.index(mean)],
                 partial(_draw_trap, found=found), _describe_trap)  # fmt: skip


def _draw_trap(figure: Drawing, found: list[Errors]) -> Update:
    """Both errors against the mean; crosses where a variance in one pass is negative."""
    (ax,) = figure.arrange(["errors"])
    ax.set(xscale="log", yscale="log", xlim=(0.7, 1.5e5), ylim=(LOW / 3, 1e5))
    ax.axhline(1, color=GREY, linestyle="-.", linewidth=1.5)
    ax.text(1, 2, text("06.trap.useless"), color=GREY)
    ax.plot(MEANS, [max(one.one, LOW) for one in found], marker="s", **DASHED)
    ax.plot(MEANS, [max(one.two, LOW) for one in found], marker="o", **BATCHNORM)
    negative = [(mean, one.one) for mean, one in zip(MEANS, found, strict=True) if one.negative]
    ax.plot(*zip(*negative, strict=True), "X", color=BLACK, markersize=13)
    ring = {"marker": "o", "linestyle": "", "markersize": 18, "markerfacecolor": "none", "markeredgewidth": 2.5}
    figure.line("rings", ax, color=BLACK, **ring)
    figure.note("one", ax, "upper left")
    figure.note("two", ax, "lower right", color=BLUE)

    def update(result: Errors, mean: float) -> None:
        figure.moving["rings"].set_data([mean, mean], np.maximum(result[:2], LOW))
        figure.say("one", value=result.one, negative=result.negative)
        figure.say("two", value=result.two)

    return update


def _describe_trap(result: Errors, mean: float) -> str:
    return text("06.trap.sentence", mean=mean, n=further.D, **result._asdict())
