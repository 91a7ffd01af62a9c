"""Lesson 03's panels: the race under three clocks, the cloud of gradients, an unsteady run, and when to stop."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from course.catalogue import text
from course.controls import choice, integer, menu, steps, switch
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, BLUE, GREEN, GREY, TRAINING, VALIDATION
from helpers.network import Network, Parameters
from lessons.choosing_batch_and_epochs import experiments, fits
from lessons.choosing_batch_and_epochs.experiments import CLOCKS, Cloud, Examples, Runner, Standing, Way

Array = np.ndarray
MOST_TENTHS = 20


def race(races: Mapping[str, Sequence[Runner]], target: float) -> Panel:
    """The races, by name, under three clocks, each stopped at a moment of its winner's way to ``target``."""
    runners = next(iter(races.values()))
    sizes, highest = [runner.batch_size for runner in runners], max(runner.losses[0] for runner in runners)

    def compute(rates: str, moment: int) -> dict[str, Standing]:
        return {unit: experiments.standing(races[rates], unit, moment) for unit in CLOCKS}

    def describe(standings: dict[str, Standing]) -> str:
        updates, digits = standings["updates"], standings["digits"]
        return text("03.race.sentence", updates=updates.time, digits=digits.time, target=target,
                    by_updates=_at_home(sizes, updates), by_digits=_at_home(sizes, digits))  # fmt: skip

    controls = [menu("rates", list(races), next(iter(races))), steps("moment", MOST_TENTHS, value=10)]
    build = partial(_draw_race, sizes=sizes, highest=highest, target=target)
    return Panel("03.race", controls, compute, build, describe)


def _at_home(sizes: Sequence[int], now: Standing) -> str:
    home = [f"{size:,}" for size, there in zip(sizes, now.home, strict=True) if there]
    return ", ".join(home) or text("03.race.nobody")


def _draw_race(figure: Drawing, sizes: Sequence[int], highest: float, target: float) -> Update:
    """A lane for each batch size, three times; who is home is blue, the others are grey and hatched."""
    bars = {}
    for unit, ax in zip(CLOCKS, figure.arrange(CLOCKS, sharey=True), strict=True):
        ax.set(xlim=(highest, target - 0.25), ylim=(len(sizes) - 0.4, -1.75), xticks=(2, 1.5, 1, target))
        ax.set_yticks(range(len(sizes)), [f"{size:,}" for size in sizes], fontsize=15)
        ax.grid(visible=False)
        ax.plot([target] * 2, [-0.55, len(sizes) - 0.4], color=BLACK, linewidth=4, linestyle=(0, (0.7, 0.7)))
        rows = zip(range(len(sizes)), ax.barh(range(len(sizes)), 1, height=0.72), strict=True)
        bars[unit] = [figure.move(f"{unit}{row}", bar) for row, bar in rows]
        figure.note(f"{unit}_shown", ax, "upper center", fontsize=15)

    def update(standings: dict[str, Standing]) -> None:
        for unit, now in standings.items():
            figure.say(f"{unit}_shown", time=now.time, home=_at_home(sizes, now))
            for bar, loss, home in zip(bars[unit], now.losses, now.home, strict=True):
                bar.set(x=highest, width=min(loss - highest, 0), facecolor=BLUE if home else "white", edgecolor=GREY,
                        hatch="" if home else "//")  # fmt: skip

    return update


CLOUD_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 800, 950, 1000)
LOWEST, HIGHEST = 1.5e-3, 1.5  # the spreads that the picture has room for


def cloud(gradients: Array) -> Panel:
    """Mini-batch gradients around the full one, and their spread on the 1/√B line; ``gradients`` (N, 2)."""

    def describe(found: Cloud, batch_size: int, replacement: bool) -> str:
        return text(f"03.cloud.{'with' if replacement else 'without'}", batch_size=batch_size, draws=len(found.means),
                    spread=found.spread, expected=found.expected)  # fmt: skip

    controls = [choice("batch_size", CLOUD_SIZES, 1), switch("replacement", False)]
    compute = partial(experiments.cloud, gradients)
    build = partial(_draw_cloud, gradients=gradients)
    return Panel("03.cloud", controls, compute, build, describe, size=(9.0, 3.6))


def _draw_cloud(figure: Drawing, gradients: Array) -> Update:
    """The cloud around the full gradient, and beside it its spread on the lines expected."""
    left, right = figure.arrange(["cloud", "law"])
    left.set(xlim=(-1.1, 0.5), ylim=(-1.1, 0.5))
    figure.line("dots", left, linestyle="", marker="o", color=BLUE, markersize=4, markeredgewidth=0)
    figure.line("full", left, linestyle="", marker="+", color=BLACK, markersize=22, markeredgewidth=2.5)
    figure.key(left, "lower left", "dots", "full")
    figure.moving["full"].set_data(gradients.mean(axis=0)[:, None])
    sizes = np.arange(1, len(gradients) + 1)
    right.set(xscale="log", yscale="log", xlim=(0.8, 1.4 * len(gradients)), ylim=(LOWEST, HIGHEST))
    right.set_xticks((1, 10, 100, 1000), ("1", "10", "100", "1,000"))
    right.set_yticks((1, 0.1, 0.01), ("1", "0.1", "0.01"))
    for name, again, style in (("again", True, {"color": GREY, "linestyle": "--"}), ("once", False, {"color": BLACK})):
        law = [experiments.expected_spread(gradients, int(size), again) or np.nan for size in sizes]
        figure.line(name, right, **style).set_data(sizes, law)
    figure.line("measured", right, linestyle="", marker="o", color=BLUE, markersize=12)
    figure.key(right, "lower left", "again", "once", "measured", moves=True)
    figure.say("again")
    figure.say("once")

    def update(found: Cloud, batch_size: int) -> None:
        figure.moving["dots"].set_data(found.means.T)
        figure.moving["measured"].set(marker="o" if found.spread else "v")
        figure.moving["measured"].set_data([batch_size], [max(found.spread, 1.15 * LOWEST)])
        figure.say("measured", spread=found.spread)

    return update


WAY_SIZES = (1, 4, 16, 64, 512)
WAY_RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
MOST_LOSS = 3.4
FIRST_UPDATES = 400


def way(network: Network, start: Parameters, data: Examples, probe: Examples) -> Panel:
    """8,000 digits from ``start`` with a chosen batch size and rate, beside 64 at 0.1; data and probe are (x, y)."""
    follow = partial(experiments.way, network, start, data, probe)

    def compute(batch_size: int, learning_rate: float, tamed: bool) -> Iterator[Way]:
        return follow(batch_size, learning_rate, tamed)

    def total(batch_size: int, **_: float) -> int:
        every, updates = max(1, experiments.WAY_EVERY // batch_size), experiments.WAY_DIGITS // batch_size
        return 1 + math.ceil(updates / every)

    def describe(run: Way, **values: float) -> str:
        if run.diverged:
            return text("03.way.diverged", **values)
        case = "tamed_sentence" if values["tamed"] else "sentence"
        return text(f"03.way.{case}", rise=run.rise, updates=run.updates[-1], end=run.losses[-1], **values)

    def build(figure: Drawing) -> Update:
        *_, other = follow(64, 0.1, digits=64 * FIRST_UPDATES)
        return _draw_way(figure, other)

    controls = [choice("batch_size", WAY_SIZES, 1), choice("learning_rate", WAY_RATES, 0.03), switch("tamed", False)]
    return RunPanel("03.way", controls, compute, build, describe, total=total, size=(9.0, 3.5))


def _draw_way(figure: Drawing, other: Way) -> Update:
    """The loss against updates, the first 400, and against digits; ``other`` is a run to compare with."""
    axes = left, right = figure.arrange(["updates", "digits"], sharey=True)
    left.set(xlim=(0, FIRST_UPDATES), ylim=(0, MOST_LOSS))
    right.set(xlim=(0, experiments.WAY_DIGITS))
    lines = []
    for ax, per in zip(axes, (1, other.batch_size), strict=True):
        (grey,) = ax.plot(per * np.array(other.updates), other.losses, color=GREY, linestyle="--")
        lines.append(figure.line(ax.get_label(), ax, color=BLUE, linewidth=1.5))
    figure.move("other", grey)
    figure.move("chosen", lines[-1])
    figure.key(right, "upper right", "chosen", "other", moves=True)
    figure.say("other")

    def update(run: Way, batch_size: int) -> None:
        for line, per in zip(lines, (1, batch_size), strict=True):
            line.set_data(per * np.array(run.updates), run.losses)
        figure.say("chosen", rise=run.rise, end=run.losses[-1] if run.losses else math.nan)

    return update


MOST_FIT_LOSS = 1.1
LINES = {
    "training": {"color": BLACK, "linestyle": "-", **TRAINING},
    "validation": {"color": GREEN, "linestyle": "--", **VALIDATION},
}


def stopping(record: fits.Fit) -> Panel:
    """A recorded run, epoch by epoch, watched with some patience."""
    losses = np.array(record.losses)

    def compute(epoch: int, patience: int) -> fits.Stopping:
        return fits.stopping(losses[:, 1], epoch, patience)

    def describe(state: fits.Stopping) -> str:
        stage = "stopped" if state.stopped else "going"
        return text(f"03.stopping.{stage}_sentence", **state._asdict(), kept=losses[state.best, 1])

    controls = [steps("epoch", len(losses) - 1, value=len(losses) // 2), integer("patience", 1, 40, 10)]
    return Panel("03.stopping", controls, compute, partial(_draw_stopping, record=record), describe, size=(9.0, 3.5))


def _draw_stopping(figure: Drawing, record: fits.Fit) -> Update:
    """The losses and the validation accuracy seen so far, those still to come in grey, the best epoch and the wait."""
    left, right = figure.arrange(["loss", "accuracy"], width_ratios=(1.5, 1))
    values = {left: np.array(record.losses).T, right: 100 * np.array(record.accuracies).T}
    left.set(ylim=(0, MOST_FIT_LOSS))
    right.set(ylim=(50, 102))
    seen = []
    for ax, (training, validation) in values.items():
        ax.set(xlim=(-1, len(validation)))
        ax.plot(validation, color=GREY, linestyle=":")
        for (name, style), row in zip(LINES.items(), (training, validation), strict=True):
            seen.append((figure.line(f"{name}_{ax.get_label()}", ax, markersize=5, **style), row))
    figure.moving |= {name: seen[k][0] for k, name in enumerate(LINES)}
    figure.line("waited", left, color=BLUE, linewidth=6, solid_capstyle="butt")
    figure.line("kept", left, linestyle="", marker="v", color=BLUE, markersize=14)
    figure.key(left, "upper right", "training", "validation", "kept", "waited", moves=True)
    figure.say("training")
    figure.say("validation")
    mark = figure.line("kept_accuracy", right, linestyle="", marker="v", color=BLUE, markersize=14)
    figure.note("stopped", left, "lower right", fontsize=14)

    def update(state: fits.Stopping) -> None:
        epochs = np.arange(state.epoch + 1)
        for line, row in seen:
            line.set_data(epochs, row[epochs])
        height = values[left][1][state.best]
        figure.moving["waited"].set_data([state.best, state.epoch], [height + 0.1] * 2)
        figure.moving["kept"].set_data([state.best], [height + 0.06])
        mark.set_data([state.best], [values[right][1][state.best] + 3])
        for name in ("kept", "waited"):
            figure.say(name, **state._asdict())
        figure.words["stopped"].set_visible(state.stopped)
        figure.say("stopped", epoch=state.epoch)

    return update
