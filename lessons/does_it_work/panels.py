"""Lesson 09's panels: four networks, the same with noise, and maps of the rates and first weights that train."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from course.catalogue import text
from course.controls import choice, menu
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, GREY, PLAIN
from helpers.data import Dataset
from lessons.does_it_work import experiments, sweeps
from lessons.does_it_work.experiments import EVERY, FOUR, TARGET, UPDATES, Four, State, drift, reached
from lessons.does_it_work.sweeps import KINDS, MOMENTS, RATES, STDS, TRAINED, Sweep, largest_rate, trained

Array = np.ndarray
NOISES = (0.25, 1.0, 4.0, 16.0)
RECORDS = UPDATES // EVERY + 1
SHORT, LONG = 150, 1000  # updates, in the sentence
STYLES = {"plain": PLAIN, "normed": BATCHNORM}


def two_by_two(train: Dataset, new: Dataset) -> RunPanel:
    """A run to `grow`: good and bad first weights, without batch norm and with it."""
    return RunPanel("09.four", [], partial(experiments.four, train, new), _draw_four, _describe_four, size=(8, 4),
                    total=lambda: RECORDS)  # fmt: skip


def noise(train: Dataset, new: Dataset, clean: Four) -> RunPanel:
    """The four networks again, with noise of a chosen strength, beside the ``clean`` runs."""

    def compute(noise: float) -> Iterator[Four]:
        return experiments.four(train, new, noise)

    return RunPanel("09.noise", [choice("noise", NOISES, 4.0)], compute, partial(_draw_four, beside=clean),
                    partial(_describe_noise, clean=clean), size=(8, 4), total=lambda noise: RECORDS)  # fmt: skip


def _draw_four(figure: Drawing, beside: Four | None = None) -> Update:
    """Two rows and two columns of curves, and in each when it reached the target; ``beside`` in grey."""
    figure.arrange(FOUR[:2], FOUR[2:], sharex=True, sharey=True)
    for name, ax in figure.ax.items():
        style = STYLES[name.partition("_")[2]]
        ax.set(xlim=(0, UPDATES), ylim=(0, 1.02), xticks=range(0, UPDATES + 1, 400), yticks=[0, TARGET])
        ax.set_yticklabels(["0", text("09.four.target")])
        ax.axhline(TARGET, color=GREY, linestyle=":", linewidth=1.6)
        ax.yaxis.label.set(color=style["color"], fontsize=13)
        if beside:
            ax.plot(*_curve(beside[name]), color=GREY, linewidth=1.3)
        if beside and name == FOUR[0]:
            ax.text(0.98, 0.04, text("09.noise.clean"), transform=ax.transAxes, ha="right", color=GREY)
        figure.line(f"curve_{name}", ax, linewidth=2.6, **style)
        late = name == "bad_plain"  # the curve that rises late leaves the room at the left
        figure.note("when_" + name, ax, "center left" if late else "center right", fontsize=17, color=style["color"],
                    y=0.63 if late else 0.3)  # fmt: skip

    def update(found: Four) -> None:
        for name, states in found.items():
            figure.moving[f"curve_{name}"].set_data(_curve(states))
            at = reached(states)
            words = text("09.four.never" if at is None else "09.four.after", update=at)
            figure.words["when_" + name].set_text(words)

    return update


def _curve(states: list[State]) -> tuple[list[int], list[float]]:
    return [state.update for state in states], [state.accuracy for state in states]


def _said(states: list[State]) -> str:
    """When the target came, in words that a last bit does not change."""
    at = reached(states) or np.inf
    if min(at, states[-1].update) > LONG:
        return text("09.four.more", updates=LONG)
    if at > LONG:
        return text("09.four.more", updates=states[-1].update)
    return text("09.four.fewer" if at <= SHORT else "09.four.some", updates=SHORT)


def _describe_four(found: Four) -> str:
    return text("09.four.sentence", **{name: _said(states) for name, states in found.items()})


def _describe_noise(found: Four, noise: float, clean: Four) -> str:
    moved = {f"{name}_drift": drift(states) for name, states in found.items()}
    return text("09.noise.sentence", noise=noise, **moved, **{name: _said(states) for name, states in found.items()})


GREENS = ListedColormap(["#ffffff", "#e6f1ec", "#c5e3d6", "#6fbf9f"])  # below 30, 55, 80 % and from there on
EDGES, NO_GUESS = (0.3, 0.55, TRAINED), 0.2  # below it a cell is left empty
LEFT = KINDS[:2]


def sweep(train: Dataset, held: Dataset) -> RunPanel:
    """A run to `grow`: the networks of all kinds together; drawn are those without batch norm and with it."""
    return RunPanel("09.sweep", [], partial(sweeps.sweep, train, held), _draw_maps, _describe_maps, size=(8.8, 4.2),
                    total=lambda: len(MOMENTS))  # fmt: skip


def maps(found: Sweep) -> Panel:
    """Scrub the recorded sweep; the left map is without batch norm, or with it for the first batch only."""
    controls = [menu("left", LEFT, "once"), choice("updates", found.at, found.at[-1])]
    return Panel("09.maps", controls, lambda left, updates: found, _draw_maps, _describe_maps, size=(8.8, 4.2))


def _draw_maps(figure: Drawing) -> Update:
    """Two maps of the accuracy in %, rates to the right and spreads of the first weights upwards; × has diverged."""
    axes = figure.arrange(["left", "right"], sharey=True)
    axes[0].set_ylabel(text("09.maps.y"))
    for ax, color in zip(axes, (PLAIN["color"], BATCHNORM["color"]), strict=True):
        ax.set_xlabel(text("09.maps.x"))
        ax.set_title("\n\n", fontsize=14)  # room for three lines
        _draw_cells(figure, ax)
        figure.note(f"{ax.get_label()}_count", ax, "upper center", y=1.02, va="bottom", color=color, fontsize=14)

    def update(found: Sweep, left: str = "none", updates: int | None = None) -> None:
        at = found.at.index(updates) if updates else len(found.at) - 1
        for place, kind in (("left", left), ("right", "batch")):
            values = found.maps[kind][at]
            figure.moving[f"{place}_map"].set_array(np.digitize(np.nan_to_num(values), EDGES))
            for (row, column), value in np.ndenumerate(values):
                cell = figure.moving[f"{place}_{row}_{column}"]
                cell.set_text(_percent(value))
            edge = largest_rate(found.maps["none"][at]) if left == "once" else None
            across = [] if edge is None else [RATES.index(edge) + 0.5] * 2
            figure.moving[f"{place}_edge"].set_data(across, (-0.5, len(STDS) - 0.5)[: len(across)])
            numbers = {"count": trained(values), "total": values.size, "update": found.at[at]}
            figure.say(f"{place}_count", kind=text(f"09.maps.{kind}"), **numbers)
        figure.words["left_count"].set_color(BLACK if left == "once" else PLAIN["color"])

    return update


def _percent(value: float) -> str:
    """A cell's text; none where a network guesses."""
    if np.isnan(value):
        return "×"
    return f"{np.floor(100 * value + 1e-4):.0f}" if value >= NO_GUESS else ""


def _draw_cells(figure: Drawing, ax: Axes) -> None:
    name, (rows, columns) = ax.get_label(), (len(STDS), len(RATES))
    ax.grid(visible=False)
    ax.set_xticks(range(columns), [f"{rate:g}".removeprefix("0") for rate in RATES], fontsize=12)
    ax.set_yticks(range(rows), [f"{std:g}".removeprefix("0") for std in STDS], fontsize=12)
    mesh = ax.pcolormesh(np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5, np.zeros((rows, columns)),
                         cmap=GREENS, vmin=0, vmax=3, edgecolors="#b0b0b0", linewidth=0.5)  # fmt: skip
    figure.move(f"{name}_map", mesh)
    figure.line(f"{name}_edge", ax, color=PLAIN["color"], linestyle="--", linewidth=3)
    for row, column in np.ndindex(rows, columns):
        words = ax.text(column, row, "", ha="center", va="center", fontsize=12, color=BLACK)
        figure.move(f"{name}_{row}_{column}", words)


def _describe_maps(found: Sweep, left: str = "none", updates: int | None = None) -> str:
    at = found.at.index(updates) if updates else len(found.at) - 1
    rates = {"left": largest_rate(found.maps[left][at]), "right": largest_rate(found.maps["batch"][at])}
    said = {place: text("09.maps.no_rate") if rate is None else text("09.maps.up_to", rate=rate)
            for place, rate in rates.items()}  # fmt: skip
    return text("09.maps.sentence", kind=text(f"09.maps.kind_{left}"), update=found.at[at], **said)
