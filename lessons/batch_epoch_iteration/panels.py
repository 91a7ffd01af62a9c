"""Lesson 02's panels: what sorted digits leave behind, counting updates, one update after another, batch sizes."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from course.catalogue import text
from course.controls import choice, integer, steps, switch
from course.drawing import BOX, Drawing
from course.grey_image import GreyImage
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers.batching import total_iterations
from helpers.network import Network, Parameters
from lessons.batch_epoch_iteration import experiments
from lessons.batch_epoch_iteration.experiments import CLASSES, RUN_SIZES, Count, Curve, Known, Moment

Array = np.ndarray
RATES = (0.003, 0.01, 0.03, 0.1, 0.3)


def forgetting(network: Network, start: Parameters, digits: tuple[Array, ...]) -> Panel:
    """What a network knows of each class after each part of an epoch, with digits as they lie and shuffled."""
    controls = [choice("learning_rate", RATES[1:], 0.1), choice("epochs", (1, 3, 10, 30, 100), 1)]
    compute = partial(experiments.forgetting, network, start, digits)
    return RunPanel("02.forgetting", controls, compute, _draw_maps, _describe_maps, size=(9, 3.6),
                    total=lambda learning_rate, epochs: CLASSES * epochs)  # fmt: skip


def _draw_maps(figure: Drawing) -> Update:
    """Two maps, across what came in the epoch, downwards the class that is tested; a large number beside each."""
    axes = figure.arrange(Known._fields)
    maps = [figure.move(f"map_{name}", ax.imshow(np.zeros((CLASSES, CLASSES)), cmap="Greys", vmin=0, vmax=1))
            for name, ax in figure.ax.items()]  # fmt: skip
    for name, ax in figure.ax.items():
        ax.grid(False)
        ax.spines[:].set_visible(True)
        ax.set(xticks=range(CLASSES), yticks=range(CLASSES), anchor="W")
        figure.note(f"percent_{name}", ax, "upper left", x=1.04, fontsize=26)
        figure.note(f"right_{name}", ax, "upper left", x=1.04, y=0.78)
        figure.say(f"right_{name}")
    axes[1].set_xticklabels(range(1, CLASSES + 1))
    axes[0].text(1.04, 0.02, text("02.forgetting.shades"), transform=axes[0].transAxes, va="bottom", in_layout=False)

    def update(known: Known) -> None:
        for name, drawn, share in zip(Known._fields, maps, known, strict=True):
            drawn.set_data(share)
            figure.say(f"percent_{name}", percent=_percent(share))

    return update


def _percent(known: Array) -> float:
    """The share of all new digits that is right at the end, in percent."""
    return 100 * known[:, -1].mean()


def _describe_maps(known: Known, learning_rate: float, epochs: int) -> str:
    last, others = np.diag(known.sorted).mean(), known.sorted[~np.eye(CLASSES, dtype=bool)].mean()
    return text("02.forgetting.sentence", rate=learning_rate, epochs=epochs, last=100 * last, others=100 * others,
                sorted=_percent(known.sorted), shuffled=_percent(known.shuffled))  # fmt: skip


BATCH_SIZES = (1, 2, 7, 10, 20, 32, 50, 64, 100, 128, 200, 300, 500, 1000, 2000)
ROWS = 7  # the most batches that are drawn
BARS = {
    "full": {"facecolor": BLUE, "edgecolor": BLUE},
    "smaller": {"facecolor": "white", "edgecolor": GREEN, "hatch": "///"},
    "left_out": {"facecolor": "white", "edgecolor": GREY, "linestyle": "--"},
}


def calculator() -> Panel:
    """How many updates a run makes: an epoch's batches, a bar each, and the sums beside them."""
    controls = [
        integer("n_examples", 1, 2000, 1050),
        choice("batch_size", BATCH_SIZES, 100),
        integer("epochs", 1, 50, 10),
        switch("drop_last", False),
    ]
    return Panel("02.calculator", controls, experiments.count, _draw_calculator, _describe_count)


def _draw_calculator(figure: Drawing) -> Update:
    """The batches as bars, as long as they are full, and the sums in large letters."""
    epoch, sums = figure.arrange(["epoch", "sums"], width_ratios=(1, 1))
    sums.set_axis_off()
    epoch.set(xlim=(-0.2, 1), ylim=(ROWS - 0.4, -0.6), xticks=[], yticks=[])
    epoch.spines[:].set_visible(False)
    bars = [_bar(figure, epoch, row) for row in range(ROWS)]
    for name, y in (("per_epoch", 0.95), ("in_all", 0.5)):
        figure.note(name, sums, "upper left", fontsize=17, y=y)

    def update(count: Count, n_examples: int, batch_size: int, **values: int) -> None:
        shown = experiments.shown_batches(n_examples, batch_size, ROWS)
        for place, bar in enumerate(bars):
            bar(shown[place] if place < len(shown) else (0, 0), batch_size, bool(count.dropped))
        for name in ("per_epoch", "in_all"):
            figure.say(name, **_sums(count, n_examples=n_examples, batch_size=batch_size, **values))

    return update


def _bar(figure: Drawing, ax: Axes, row: int) -> Callable[..., None]:
    """The bar of one batch with its number and its size: what sets it to (number, size), or to a gap at None."""
    box = figure.move(f"bar{row}", ax.add_patch(Rectangle((0, row - 0.36), 0, 0.72, linewidth=2)))
    number = figure.move(f"number{row}", ax.text(-0.03, row, "", ha="right", va="center"))
    label = figure.move(f"size{row}", ax.text(0.02, row, "", va="center", fontsize=14, bbox=BOX))

    def show(batch: tuple[int, int] | None, batch_size: int, drops: bool) -> None:
        at, size = batch or (0, 0)
        kind = "full" if size == batch_size else "left_out" if drops else "smaller"
        box.set(width=size / batch_size, visible=size > 0, **{"hatch": "", "linestyle": "-"} | BARS[kind])
        number.set_text(f"{at:,}" if at else "" if batch else "…")
        label.set(text=text(f"02.calculator.{kind}", size=size), visible=size > 0)

    return show


def _sums(count: Count, drop_last: bool, **values: int) -> dict[str, str]:
    left, right = "⌊⌋" if drop_last else "⌈⌉"
    return {name: text(f"02.calculator.{name}", left=left, right=right, **count._asdict(), **values)
            for name in ("iterations_sum", "updates_sum")}  # fmt: skip


def _describe_count(count: Count, **values: int) -> str:
    case = "some_smaller" if count.smaller else "some_dropped" if count.dropped else "even"
    remainder = text(f"02.calculator.{case}", **count._asdict())
    return text("02.calculator.sentence", remainder=remainder, **values, **_sums(count, **values))


PICTURES, SIDE = 5, 28  # of a batch that are shown; their pixels
WAYS = ("shuffled", "sorted")


def walk(network: Network, start: Parameters, x: Array, y: Array, *, batch_size: int, epochs: int,
         learning_rate: float) -> Panel:  # fmt: skip
    """Two runs on pictures ``x`` (N, 784), shuffled and as they lie, update by update side by side."""
    settings = {"batch_size": batch_size, "learning_rate": learning_rate, "seed": 1}
    runs = {way: experiments.moments(network, start, x, y, way, epochs, **settings) for way in WAYS}
    n_updates = len(runs["sorted"]) - 1
    controls = [steps("update", n_updates, value=min(48, n_updates))]
    build = partial(_draw_walk, pictures=x, runs=runs)
    describe = partial(_describe_moments, per_epoch=n_updates // epochs)
    return Panel("02.walk", controls, lambda update: {way: moments[update] for way, moments in runs.items()}, build,
                 describe, size=(9, 4.4))  # fmt: skip


def _draw_walk(figure: Drawing, pictures: Array, runs: dict[str, list[Moment]]) -> Update:
    """Of each run the batch, and what every update changes for its batch and for all others, this one marked."""
    tops, changes = [f"batch_{way}" for way in WAYS], [f"change_{way}" for way in WAYS]
    figure.arrange(tops, changes, height_ratios=(0.55, 2))
    for way, moments in runs.items():
        strip = GreyImage(figure.ax[f"batch_{way}"], np.zeros((SIDE, SIDE * PICTURES)), low=0, high=1)
        figure.move(f"digits_{way}", strip)
        ax = figure.ax[f"change_{way}"]
        ax.set(xlim=(-2.1, 0.2), ylim=(-0.45, 0.85))
        ax.axhspan(0, 0.85, facecolor="#eeeeee", linewidth=0)
        ax.axhline(0, color=BLACK, linewidth=1.5)
        own, others = np.array([experiments.changes(moment) for moment in moments[1:]]).T
        ax.plot(own, others, linestyle="", marker="o", markersize=5, color=GREY, markerfacecolor="white")
        figure.line(f"here_{way}", ax, marker="o", markersize=13, color=VERMILLION, linestyle="")
        figure.note(f"now_{way}", ax, "lower left", fontsize=14)
        figure.note(f"worse_{way}", ax, "upper right", fontsize=14)
        figure.say(f"worse_{way}", worse=int((others > 0).sum()), all=len(others))

    def update(known: dict[str, Moment]) -> None:
        for way, moment in known.items():
            shown = np.zeros((PICTURES, SIDE, SIDE))
            shown[: len(moment.rows)] = pictures[moment.rows[:PICTURES]].reshape(-1, SIDE, SIDE)
            figure.moving[f"digits_{way}"].values = np.hstack(shown)
            own, others = experiments.changes(moment)
            figure.moving[f"here_{way}"].set_data([own], [others])
            figure.say(f"now_{way}", own=own, others=others)

    return update


def _describe_moments(known: dict[str, Moment], update: int, per_epoch: int) -> str:
    epoch, iteration = divmod(update - 1, per_epoch)
    place = {"update": update, "epoch": epoch + 1, "iteration": iteration + 1}
    if not update:
        return text("02.walk.start", loss=known["sorted"].own[0])
    return text("02.walk.sentence", **place, **{way: _losses(moment) for way, moment in known.items()})


def _losses(moment: Moment) -> str:
    (before, after), (others_before, others_after) = moment.own, moment.others
    return text("02.walk.losses", before=before, after=after, others_before=others_before, others_after=others_after)


MOST_CURVE = 4.0  # the end of the axis, with room for the key above the curves
SIZE_STYLES = {
    1000: {"color": VERMILLION, "linestyle": "--", "marker": "s"},
    100: {"color": BLUE, "linestyle": "-", "marker": "o"},
    10: {"color": GREEN, "linestyle": "-.", "marker": "^"},
    1: {"color": BLACK, "linestyle": ":", "marker": "x"},
}


def sizes(network: Network, start: Parameters, x: Array, y: Array, epochs: int) -> Panel:
    """Four batch sizes from one start at a chosen rate: the loss against epochs and against updates."""

    def compute(learning_rate: float) -> Iterator[dict[int, Curve]]:
        return experiments.size_runs(network, start, x, y, epochs, learning_rate)

    total = sum(total_iterations(len(x), size, epochs) for size in RUN_SIZES)
    build = partial(_draw_sizes, n_examples=len(x), epochs=epochs)
    describe = partial(_describe_sizes, epochs=epochs)
    controls = [choice("learning_rate", RATES, 0.01)]
    return RunPanel("02.sizes", controls, compute, build, describe, size=(9, 4.2), total=lambda learning_rate: total)


def _draw_sizes(figure: Drawing, n_examples: int, epochs: int) -> Update:
    """The losses against epochs and, beside it, against updates."""
    left, right = figure.arrange(["epochs", "updates"], sharey=True)
    left.set(xlim=(-0.2, epochs + 0.2), xticks=range(0, epochs + 1, 2), ylim=(-0.1, MOST_CURVE))
    right.set_xscale("symlog", linthresh=1)
    right.set(xlim=(-0.15, 1.5 * n_examples * epochs))
    right.axvline(10, color=GREY, linestyle=":", linewidth=1.5)
    for size, style in SIZE_STYLES.items():
        figure.line(f"size{size}", left, **style)
        figure.line(f"size{size}_by_update", right, **style)
    figure.key(left, "upper right", *(f"size{size}" for size in SIZE_STYLES), moves=True)

    def update(curves: dict[int, Curve]) -> None:
        for size in SIZE_STYLES:
            at, losses = (np.array(part) for part in curves.get(size, ((), ())))
            per_epoch = -(-n_examples // size)
            figure.moving[f"size{size}"].set_data(at / per_epoch, losses)
            figure.moving[f"size{size}_by_update"].set_data(at, losses)
            figure.say(f"size{size}", end=losses[-1] if len(losses) else np.nan)

    return update


def _describe_sizes(curves: dict[int, Curve], learning_rate: float, epochs: int) -> str:
    parts = [text("02.sizes.part", size=size, updates=curve.updates[-1], end=curve.losses[-1])
             for size, curve in curves.items()]  # fmt: skip
    tens = [text("02.sizes.ten", size=size, loss=dict(zip(*curve, strict=True))[10])
            for size, curve in curves.items() if 10 in curve.updates]  # fmt: skip
    return text("02.sizes.sentence", rate=learning_rate, epochs=epochs, parts="; ".join(parts),
                tens=text("02.sizes.tens", tens=", ".join(tens)) if tens else "")  # fmt: skip
