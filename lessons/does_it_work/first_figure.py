"""Lesson 09's panels on the paper's Figure 1: accuracy and percentiles, and the same with noise after batch norm."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from course.catalogue import text
from course.controls import choice
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, GREY, PLAIN
from helpers.data import Dataset
from helpers.recording import growing
from lessons.does_it_work import experiments
from lessons.does_it_work.experiments import TARGET, Run, State, both, jump, jumps, of, reached, states

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
LIMIT = 10  # of the percentiles that are drawn
STYLES = {"plain": PLAIN, "batchnorm": BATCHNORM, "noisy": {"color": BLACK, "linestyle": "-."}}
SHORT_UPDATES, SHORT_EVERY = 600, 40
RATES, STDS = (0.03, 0.1, 0.3, 1.0, 3.0), (0.01, 0.03, 0.05, 0.1, 0.2)
NOISES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
RANKS = (1, 25, 50, 75, 100)
BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}


class Chosen(NamedTuple):
    """A run and the setting it was made with."""

    std: float
    rate: float
    run: Run


def training(train: Dataset, test: Dataset, std: float, rate: float, updates: int, every: int) -> Panel:
    """A run to `grow`: the test accuracy of both networks, as in Figure 1a."""
    build = partial(draw_accuracy, names=("plain", "batchnorm"), updates=updates, name="09.training")
    return RunPanel("09.training", [], lambda: both(train, test, std, rate, updates, every), build,
                    lambda run: text("09.training.sentence", **_run_words(run), **_about(run)),
                    total=lambda: updates // every + 1)  # fmt: skip


def settings(train: Dataset, test: Dataset) -> Panel:
    """The same training, shorter, with a chosen spread of the first weights and a chosen learning rate."""

    def compute(std: float, rate: float) -> Iterator[Chosen]:
        for run in both(train, test, std, rate, SHORT_UPDATES, SHORT_EVERY, keep=False):
            yield Chosen(std, rate, run)

    def describe(chosen: Chosen) -> str:
        return text("09.settings.sentence", std=chosen.std, rate=chosen.rate, **_run_words(chosen.run))

    controls = [choice("std", STDS, 0.1), choice("rate", RATES, 1.0)]
    return RunPanel("09.settings", controls, compute, _draw_chosen, describe,
                    total=lambda **_: SHORT_UPDATES // SHORT_EVERY + 1)  # fmt: skip


def _draw_chosen(figure: Figure) -> Built:
    artists, draw = draw_accuracy(figure, ("plain", "batchnorm"), SHORT_UPDATES, "09.training")
    (ax,) = figure.axes
    word = ax.text(1, 1.03, "", transform=ax.transAxes, ha="right")

    def update(chosen: Chosen) -> None:
        draw(chosen.run)
        word.set_text(text("09.settings.label", std=chosen.std, rate=chosen.rate))

    return (*artists, word), update


def noisy(train: Dataset, test: Dataset, std: float, rate: float, run: Run) -> Panel:
    """A run to `grow`: the network with noise after batch norm, beside the two of ``run``, for a quarter as long."""
    records = len(run) // 4 + 1
    every = run[1].update if len(run) > 1 else 1

    def compute() -> Iterator[list[State]]:
        return growing(states("noisy", train, test, std, rate, (records - 1) * every, every))

    def describe(found: list[State]) -> str:
        return text("09.noise.sentence", update=found[-1].update, accuracy=found[-1].accuracy, **_three(run, found))

    build = partial(draw_accuracy, names=tuple(STYLES), updates=run[-1].update, name="09.training", beside=run)
    return RunPanel("09.noise", [], compute, build, describe, total=lambda: records)


def strengths(train: Dataset, test: Dataset, std: float, rate: float) -> Panel:
    """Noise of a chosen strength after batch norm: accuracy beside that without noise, and how far z jumps."""

    def compute(noise: float) -> Iterator[tuple[float, list[State]]]:
        for found in growing(experiments.with_strength(noise, train, test, std, rate)):
            yield noise, found

    def describe(result: tuple[float, list[State]]) -> str:
        noise, found = result
        return text("09.strengths.sentence", noise=noise, update=found[-1].update, accuracy=found[-1].accuracy,
                    jump=jump(found), reached=_count(reached(found)))  # fmt: skip

    return RunPanel("09.strengths", [choice("noise", NOISES, 1.0)], compute, _draw_strength, describe,
                    total=lambda noise: experiments.NOISY_UPDATES // experiments.NOISY_EVERY + 1)  # fmt: skip


def draw_accuracy(
    figure: Figure, names: Sequence[str], updates: int, name: str, beside: Run | None = None
) -> Built:
    """Test accuracies against the updates, the target dotted; with ``beside`` only the noisy line moves."""
    ax = figure.subplots()
    lines, words = {}, {}
    ax.set(xlim=(0, max(updates, 1)), ylim=(0, 1.02), xlabel=text(f"{name}.x"), ylabel=text(f"{name}.y"))
    ax.axhline(TARGET, color=GREY, linestyle=":", linewidth=1.6)
    for k, key in enumerate(names):
        (lines[key],) = ax.plot([], [], **STYLES[key])
        words[key] = ax.text(0, 1.03 + 0.09 * (len(names) - 1 - k), "", transform=ax.transAxes,
                             color=STYLES[key]["color"])  # fmt: skip
    ax.set_title("\n" * (len(names) - 1), fontsize=14)  # room for the labels, which no line can reach there

    def draw(key: str, found: Sequence[State]) -> None:
        lines[key].set_data([state.update for state in found], [state.accuracy for state in found])
        words[key].set_text(text(f"09.label.{key}", accuracy=found[-1].accuracy, reached=_count(reached(found))))

    def update(result: Run | list[State]) -> None:
        for key in ("plain", "batchnorm"):
            draw(key, of(beside or result, key))
        if beside is not None:
            draw("noisy", result)

    return (*lines.values(), *words.values()), update


def percentile_paths(run: Run) -> Panel:
    """The recorded ``run``, as in Figure 1b and c: the percentiles of the unit with the chosen rank in movement."""
    medians = {name: np.array([state.percentiles[1] for state in of(run, name)]) for name in ("plain", "batchnorm")}
    order = {name: np.argsort(np.ptp(values, axis=0), kind="stable") for name, values in medians.items()}

    def compute(rank: int) -> dict[str, tuple[int, Array]]:
        chosen = {name: int(order[name][rank - 1]) for name in order}
        return {name: (unit, np.array([state.percentiles[:, unit] for state in of(run, name)]).T)
                for name, unit in chosen.items()}  # fmt: skip

    def describe(result: dict[str, tuple[int, Array]]) -> str:
        numbers = {f"{name}_{key}": value for name, (unit, rows) in result.items()
                   for key, value in (("unit", unit + 1), ("moved", np.ptp(rows[1])))}  # fmt: skip
        return text("09.percentile_paths.sentence", update=run[-1].update, **numbers)

    build = partial(_draw_paths, at=[moment.update for moment in run])
    return Panel("09.percentile_paths", [choice("rank", RANKS, RANKS[len(RANKS) // 2])], compute, build, describe)


def _draw_paths(figure: Figure, at: Sequence[int]) -> Built:
    axes = dict(zip(("plain", "batchnorm"), figure.subplots(1, 2, sharey=True), strict=True))
    lines: dict[str, list[Line2D]] = {}
    for name, ax in axes.items():
        lines[name] = [ax.plot([], [], **STYLES[name], linewidth=width)[0] for width in (1.3, 2.6, 1.3)]
        ax.set(xlim=(0, max(at[-1], 1)), ylim=(-LIMIT, LIMIT), yticks=range(-LIMIT, LIMIT + 1, 5))
        ax.set_xlabel(text("09.training.x"))
        ax.set_title(text(f"09.{name}") + "\n", color=STYLES[name]["color"])  # below it, room for the words
    words = {name: ax.text(0.5, 1.02, "", transform=ax.transAxes, ha="center") for name, ax in axes.items()}
    axes["plain"].set_ylabel(text("09.percentile_paths.y"))

    def update(result: dict[str, tuple[int, Array]]) -> None:
        for name, (unit, rows) in result.items():
            for line, row in zip(lines[name], rows, strict=True):
                line.set_data(at, row)
            outside = text("09.outside") if np.abs(rows).max() > LIMIT else ""
            words[name].set_text(text("09.percentile_paths.label", unit=unit + 1, moved=np.ptp(rows[1])) + outside)

    return (*lines["plain"], *lines["batchnorm"], *words.values()), update


def _draw_strength(figure: Figure) -> Built:
    """At the left the accuracy, at the right how far z jumps from one record to the next."""
    left, right = figure.subplots(1, 2)
    for ax in (left, right):
        ax.set(xlim=(0, experiments.NOISY_UPDATES), xlabel=text("09.training.x"))
    left.set(ylim=(0, 1.02), ylabel=text("09.training.y"))
    right.set(ylim=(0.01, 1000), yscale="log", ylabel=text("09.strengths.jumps"))
    left.axhline(TARGET, color=GREY, linestyle=":", linewidth=1.6)
    (accuracy,), (jumped,) = (ax.plot([], [], **STYLES["noisy"]) for ax in (left, right))
    words = right.text(0.98, 0.98, "", transform=right.transAxes, ha="right", va="top", bbox=BOX)

    def update(result: tuple[float, list[State]]) -> None:
        noise, found = result
        at = [state.update for state in found]
        accuracy.set_data(at, [state.accuracy for state in found])
        jumped.set_data(at[1:], jumps(found) if len(found) > 1 else [])
        words.set_text(text("09.strengths.label", noise=noise, accuracy=found[-1].accuracy))

    return (accuracy, jumped, words), update


def _count(update: int | None) -> str:
    return text("09.never") if update is None else text("09.at", update=update)


def _run_words(run: Run) -> dict[str, object]:
    found: dict[str, object] = {"update": run[-1].update}
    for name in ("plain", "batchnorm"):
        found[name], found[f"{name}_reached"] = of(run, name)[-1].accuracy, _count(reached(of(run, name)))
    return found


def _about(run: Run) -> dict[str, str]:
    """When the target was reached, in the words of the sentence."""
    found = {f"{name}_first": reached(of(run, name)) for name in ("plain", "batchnorm")}
    return {name: text("09.training.about", update=update) if update else text("09.training.yet")
            for name, update in found.items()}  # fmt: skip


def _three(run: Run, found: list[State]) -> dict[str, float]:
    jumped: dict[str, Callable[[], float]] = {name: partial(jump, of(run, name)) for name in ("plain", "batchnorm")}
    return {name: value() for name, value in jumped.items()} | {"noisy": jump(found)}
