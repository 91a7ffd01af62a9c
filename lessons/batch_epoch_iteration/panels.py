"""Lesson 02's panels: counting updates, averaging batch losses, covering the examples, and two training runs."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from matplotlib.patches import Rectangle

from course.catalogue import text, texts
from course.controls import choice, integer, steps, switch
from course.drawing import Drawing
from course.grey_image import GreyImage
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, BLUE, GREEN, GREY, VERMILLION
from helpers.batching import total_iterations
from helpers.network import Network, Parameters
from lessons.batch_epoch_iteration import experiments
from lessons.batch_epoch_iteration.experiments import BatchLosses, Count, Coverage, Moment, Recorded, Run
from lessons.batch_epoch_iteration.plots import draw_examples

Array = np.ndarray

BATCH_SIZES = (1, 2, 7, 10, 20, 32, 50, 64, 100, 128, 200, 300, 500, 1000, 2000)
BATCH_MARKS = {
    "full_batch": {"marker": "s", "color": BLUE, "markersize": 8, "markeredgewidth": 0},
    "last_batch": {"marker": "^", "color": GREEN, "markersize": 8},
    "left_out": {"marker": "x", "color": GREY, "markersize": 7},
}


def calculator() -> Panel:
    """How many updates a run makes: the epoch cut into batches, and the sum beside it."""
    controls = [
        integer("n_examples", 1, 2000, 1050),
        choice("batch_size", BATCH_SIZES, 100),
        integer("epochs", 1, 50, 10),
        switch("drop_last", False),
    ]
    return Panel("02.calculator", controls, experiments.count, _draw_calculator, _describe_count)


def _draw_calculator(figure: Drawing) -> Update:
    """The examples of an epoch in their batches, the sums, and what the marks mean."""
    epoch, sums = figure.arrange(["epoch", "sums"], width_ratios=(1.2, 1))
    sums.set_axis_off()
    show = draw_examples(figure, epoch, BATCH_MARKS)
    figure.note("per_epoch", sums, "upper left", fontsize=15)
    figure.note("in_all", sums, "upper left", fontsize=15, y=0.7)
    figure.key(sums, "lower left", *BATCH_MARKS)

    def update(count: Count, **values: int) -> None:
        kinds = np.zeros(values["n_examples"], int)
        kinds[len(kinds) - count.smaller - count.dropped :] = 1 if count.smaller else 2
        show(kinds, values["batch_size"])
        for name in ("per_epoch", "in_all"):
            figure.say(name, **_sums(count, **values))

    return update


def _sums(count: Count, **values: int) -> dict[str, str]:
    left, right = "⌊⌋" if values["drop_last"] else "⌈⌉"
    return {name: text(f"02.calculator.{name}", left=left, right=right, **count._asdict(), **values)
            for name in ("iterations_sum", "updates_sum")}  # fmt: skip


def _describe_count(count: Count, **values: int) -> str:
    case = "smaller" if count.smaller else "dropped" if count.dropped else "even"
    remainder = text(f"02.calculator.{case}", **count._asdict())
    return text("02.calculator.sentence", remainder=remainder, **values, **_sums(count, **values))


MOST_LOSS = 2.1  # a batch loss above it lies outside the picture: its number is written at the edge


def batch_losses(losses: Array) -> Panel:
    """An epoch's batches as bars: as wide as the batch, as high as its loss; ``losses`` (N,) are the examples'."""
    controls = [
        integer("n_examples", 1000, len(losses), 1001),
        choice("batch_size", (32, 50, 64, 100, 150, 200), 100),
        integer("seed", 0, 20, 0),
    ]
    build = partial(_draw_batches, most_examples=len(losses))
    return Panel("02.batch_losses", controls, partial(experiments.batch_losses, losses), build, _describe_means)


def _draw_batches(figure: Drawing, most_examples: int) -> Update:
    """The batches as bars, both means as lines, and their numbers."""
    (ax,) = figure.arrange(["batches"])
    ax.set(xlim=(0, most_examples), ylim=(0, MOST_LOSS))
    bars = figure.line("bars", ax, color=BLUE, linewidth=1.5)
    hatched = Rectangle((0, 0), 0, 0, fill=False, edgecolor=GREEN, hatch="///", linewidth=2, zorder=2.5)
    last = figure.move("last", ax.add_patch(hatched))
    examples = figure.move("of_examples", ax.axhline(0, color=BLACK, linewidth=2))
    batches = figure.move("of_batches", ax.axhline(0, color=VERMILLION, linestyle="--", linewidth=2.6))
    figure.key(ax, "upper left", "of_batches", "of_examples", "last", moves=True)
    outside = figure.note("outside", ax, "upper right", color=GREEN, transform=ax.transData, y=0.7 * MOST_LOSS)

    def update(result: BatchLosses) -> None:
        ends = np.concatenate([[0], np.cumsum(result.sizes)])
        heights = np.outer(result.means, (0, 1, 1, 0))  # each bar is drawn up, across and down
        bars.set_data(np.repeat(ends, 4)[2:-2], heights.ravel())
        last.set_bounds(ends[-2], 0, result.sizes[-1], result.means[-1])
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


MOST_USES = 4  # more often than that is drawn as that
USE_MARKS = {
    "never": {"marker": "x", "color": VERMILLION, "markersize": 6},
    **{f"used{k}": {"marker": "o", "color": BLUE, "markersize": size, "markeredgewidth": 0}
       for k, size in enumerate((4.8, 6.6, 8.2, 9.8), 1)},
}  # fmt: skip


def coverage() -> Panel:
    """Which examples N draws an epoch use, with and without putting each example back."""
    controls = [
        choice("n_examples", (4, 10, 40, 100, 400, 1000), 1000),
        integer("epochs", 1, MOST_USES, 1),
        switch("replacement", True),
        integer("seed", 0, 20, 0),
    ]
    return Panel("02.coverage", controls, experiments.coverage, _draw_uses, _describe_coverage)


def _draw_uses(figure: Drawing) -> Update:
    """The examples with their uses, and how many were used how often."""
    examples, uses = figure.arrange(["examples", "uses"], width_ratios=(1.4, 1))
    show = draw_examples(figure, examples, USE_MARKS)
    uses.set(xlim=(0, 150), xticks=range(0, 101, 50))
    uses.set_yticks(range(len(USE_MARKS)), texts("02.coverage.times"))
    rows = []
    for k, style in enumerate(USE_MARKS.values()):
        uses.plot([144], [k], **style)
        (bar,) = uses.barh([k], [0], color=style["color"], hatch="" if k else "///")
        rows.append((figure.move(f"bar{k}", bar), figure.move(f"share{k}", uses.text(0, k, "", va="center"))))

    def update(result: Coverage) -> None:
        often = np.minimum(result.uses, MOST_USES)
        show(often)
        for (bar, label), percent in zip(rows, 100 * np.bincount(often, minlength=len(rows)) / len(often), strict=True):
            bar.set_width(percent)
            label.set(x=percent + 2, text=text("02.coverage.share", percent=percent))

    return update


def _describe_coverage(result: Coverage, n_examples: int, epochs: int, replacement: bool) -> str:
    used = int((result.uses > 0).sum())
    numbers = {"n_examples": n_examples, "epochs": epochs, "draws": n_examples * epochs, "used": used}
    shares = {"percent": 100 * used / n_examples, "expected": 100 * result.expected}
    return text(f"02.coverage.{'with' if replacement else 'without'}", never=n_examples - used, **numbers, **shares)


GAIN_LIMIT = 0.15  # a weight's gain that is drawn black or white


def walk(network: Network, start: Parameters, x: Array, y: Array, run: Sequence[Recorded]) -> Panel:
    """A recorded ``run`` on pictures ``x`` (N, 784), from ``start`` to its last update."""
    moments = experiments.moments(network, start, x, y, run)
    build = partial(_draw_walk, losses=[record.loss for record in run], per_epoch=max(r.iteration for r in run))
    controls = [steps("update", len(run), value=1)]
    return Panel("02.walk", controls, lambda update: moments[update], build, _describe_moment)


def _draw_walk(figure: Drawing, losses: Sequence[float], per_epoch: int) -> Update:
    """The batch above; below it the loss of each update and the unit's gain."""
    ratios = {"height_ratios": (0.7, 2), "width_ratios": (2.4, 1)}
    batch, ax, weights = figure.arrange(["batch", "batch"], ["loss", "gain"], **ratios)
    shown, side = experiments.SHOWN_DIGITS, 28
    digits = figure.move("digits", GreyImage(batch, np.zeros((side, side * shown)), low=0, high=1))
    gain = figure.move("gain", GreyImage(weights, np.zeros((side, side)), low=-GAIN_LIMIT, high=GAIN_LIMIT))
    ax.set(xlim=(-1, len(losses) + 1), ylim=(0, 1.1 * max(losses)), xticks=range(0, len(losses) + 1, per_epoch))
    ax.plot(range(1, len(losses) + 1), losses, color=GREY, linewidth=1.2)
    drop = figure.line("drop", ax, color=BLACK, linewidth=1.5)
    before = figure.line("before", ax, marker="o", color=BLUE, linestyle="")
    after = figure.line("after", ax, marker="s", color=VERMILLION, linestyle="")
    figure.key(ax, "upper right", "before", "after", moves=True)

    def update(moment: Moment, update: int) -> None:
        digits.values = np.hstack(moment.pictures.reshape(-1, side, side))
        gain.values = moment.gain.reshape(side, side)
        drop.set_data([update] * 2, [moment.loss_before, moment.loss_after])
        before.set_data([update], [moment.loss_before])
        after.set_data([update], [moment.loss_after])
        figure.moving["loss_key"].set_visible(update > 0)
        for name in ("before", "after"):
            figure.say(name, **moment._asdict())

    return update


def _describe_moment(moment: Moment, update: int) -> str:
    changes = {f"change{k}": 100 * change for k, change in enumerate(moment.changes, 1)}
    return text("02.walk.sentence" if update else "02.walk.start", update=update, **moment._asdict(), **changes)


RUN_SIZES = (1, 2, 5, 10, 32, 100, 300, 1000)
RUN_RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
MOST_RUN_LOSS = 4  # a batch loss above it lies outside the picture


def batch_size_run(network: Network, start: Parameters, x: Array, y: Array, epochs: int) -> Panel:
    """Train from ``start`` for some epochs with a chosen batch size: the loss against epochs and against updates."""

    def compute(batch_size: int, learning_rate: float) -> Iterator[Run]:
        return experiments.marked_run(network, start, x, y, batch_size=batch_size, epochs=epochs,
                                      learning_rate=learning_rate, rng=np.random.default_rng(1))  # fmt: skip

    def total(batch_size: int, learning_rate: float) -> int:
        return total_iterations(len(x), batch_size, epochs)

    build = partial(_draw_run, epochs=epochs, most_updates=total_iterations(len(x), 1, epochs))
    controls = [choice("batch_size", RUN_SIZES, 100), choice("learning_rate", RUN_RATES, 0.01)]
    return RunPanel("02.batch_size_run", controls, compute, build, _describe_run, total=total)


def _draw_run(figure: Drawing, epochs: int, most_updates: int) -> Update:
    """The losses against epochs and, beside it, against updates."""
    left, right = figure.arrange(["epochs", "updates"], sharey=True)
    left.set(xlim=(-0.3, epochs + 0.3), ylim=(-0.1, MOST_RUN_LOSS))
    right.set_xscale("symlog", linthresh=1)
    right.set(xlim=(-0.15, 1.5 * most_updates))
    square = {"marker": "s", "markersize": 9, "markeredgewidth": 2, "markerfacecolor": "none"}
    for ax, ending in ((left, ""), (right, "_by_update")):
        figure.line(f"batch{ending}", ax, linestyle="", marker="o", color=BLUE, markersize=3, markeredgewidth=0)
        figure.line(f"all{ending}", ax, linestyle="", color=VERMILLION, **square)
    figure.key(left, "upper right", "batch", "all", moves=True)
    figure.say("batch")
    figure.say("all")
    figure.note("label", right, "upper right")

    def update(run: Run) -> None:
        at, marked = np.arange(1, len(run.losses) + 1), np.array(run.marked)
        for ending, per in (("", run.per_epoch), ("_by_update", 1)):
            figure.moving[f"batch{ending}"].set_data(at / per, run.losses)
            figure.moving[f"all{ending}"].set_data(marked / per, run.marked_losses)
        figure.say("label", updates=len(run.losses), end=run.marked_losses[-1], outside=_outside(run, "\n"))

    return update


def _describe_run(run: Run, batch_size: int) -> str:
    updates = len(run.losses)
    return text("02.batch_size_run.sentence", batch_size=batch_size, epochs=updates // run.per_epoch, updates=updates,
                start=run.marked_losses[0], end=run.marked_losses[-1], noise=np.std(run.losses[-run.per_epoch :]),
                outside=_outside(run, "; "))  # fmt: skip


def _outside(run: Run, before: str) -> str:
    """``before`` and a clause on the batch losses that the picture does not show; empty if there are none."""
    share = float(np.mean(np.array(run.losses) > MOST_RUN_LOSS))
    return before + text("02.batch_size_run.outside", percent=100 * share, limit=MOST_RUN_LOSS) if share else ""
