"""Lesson 05's panels: the suspects, what batch normalization holds, and chance."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial

import numpy as np

from course.catalogue import text
from course.controls import choice, menu, switch
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, BLACK, GREEN, GREY, PLAIN
from helpers.data import Dataset
from helpers.recording import growing
from lessons.internal_covariate_shift import experiments
from lessons.internal_covariate_shift.experiments import Chance, Run, Suspects, middle_unit, moments, typical_movement

Array = np.ndarray
STYLES = {"plain": PLAIN, "batchnorm": BATCHNORM}
EVERY = 10
FREE = {"edgecolor": GREEN, "facecolor": "white", "linewidth": 3, "linestyle": "-", "boxstyle": "round,pad=0.3"}
FROZEN = FREE | {"edgecolor": GREY, "facecolor": "#e4e4e4", "linestyle": ":"}


def suspects(train: Dataset, probe: Dataset) -> Panel:
    """How far z of layer 3 drifts when chosen layers may learn: the stuck network beside another one."""
    controls = [
        switch("below", False),
        switch("own", True),
        switch("shared", True),
        menu("network", ("relu", "tanh", "large", "helped"), "relu"),
    ]

    @cache
    def drifts(name: str) -> dict[str, list[float]]:
        return experiments.drifts(train, probe, name, EVERY)

    def compute(below: bool, own: bool, shared: bool, network: str) -> Iterator[Suspects]:
        kind, whole = "drift" if shared else "apart", {"stuck": drifts("stuck"), "other": drifts(network)}
        return experiments.suspects(train, probe, network, below, own, kind, whole, EVERY)

    def total(**_: object) -> int:
        return experiments.UPDATES // EVERY + 1

    size = (9.0, 4.3)
    return RunPanel("05.suspects", controls, compute, _draw_suspects, _describe_suspects, total=total, size=size)


def _draw_suspects(figure: Drawing) -> Update:
    """Who may learn, as two boxes; below them the drift so far, in % of the whole when all layers learn."""
    boxes, *axes = figure.arrange(["boxes", "boxes"], ["stuck", "other"], height_ratios=(0.26, 1))
    boxes.set_axis_off()
    place = {"va": "center", "transform": boxes.transAxes}
    for name, x in (("below_box", 0.26), ("own_box", 0.75)):
        figure.words[name] = figure.move(name, boxes.text(x, 0.5, "", ha="center", fontsize=14, **place))
    for x in (0.02, 0.51, 0.98):
        boxes.text(x, 0.5, "→", ha="center", fontsize=16, **place)
    for ax, name in zip(axes, ("stuck", "other"), strict=True):
        ax.set(xlim=(0, experiments.UPDATES), ylim=(0, 200), yticks=(0, 50, 100))
        figure.line(f"{name}_whole", ax, color=GREY, linewidth=2, linestyle="--")
        figure.line(f"{name}_drift", ax, color=GREEN, linewidth=4)
        figure.note(f"{name}_says", ax, "upper left")
        figure.note(f"{name}_left", ax, "upper left", y=0.8, fontsize=20, color=GREEN)

    def update(found: Suspects, below: bool, own: bool, network: str) -> None:
        for name, free in (("below_box", below), ("own_box", own)):
            figure.words[name].set_bbox(FREE if free else FROZEN)
            figure.say(name, may=text(f"05.suspects.{'free' if free else 'frozen'}"))
        for name, which in (("stuck", "stuck"), ("other", network)):
            figure.moving[f"{name}_whole"].set_data(EVERY * np.arange(len(found.whole[name])), found.whole[name])
            figure.moving[f"{name}_drift"].set_data(found.updates, found.drifts[name])
            figure.say(f"{name}_says", network=text(f"05.suspects.short_{which}"), size=found.size[name])
            figure.say(f"{name}_left", percent=found.drifts[name][-1])

    return update


def _describe_suspects(found: Suspects, below: bool, own: bool, shared: bool, network: str) -> str:
    who = {(True, True): "all", (True, False): "only_below", (False, True): "only_own"}.get((below, own), "none")
    percents = {name: drifts[-1] for name, drifts in found.drifts.items()}
    words = {"who": text(f"05.suspects.{who}"), "network": text(f"05.suspects.network_{network}"),
             "what": text(f"05.suspects.{'counted' if shared else 'apart'}")}  # fmt: skip
    return text("05.suspects.sentence", update=found.updates[-1], **words, **percents)


RATES, STDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0), (0.03, 0.1, 0.2, 0.4)
HELD_UPDATES, LIMIT = 200, 9


def held(train: Dataset, probe: Dataset) -> Panel:
    """The percentiles of the middle unit's z, from where its median was, without and with batch normalization."""
    def compute(learning_rate: float, std: float) -> Iterator[Run]:
        return growing(moments(train, probe, std, learning_rate, HELD_UPDATES, EVERY))

    def total(**_: object) -> int:
        return HELD_UPDATES // EVERY + 1

    controls = [choice("learning_rate", RATES, 0.3), choice("std", STDS, 0.1)]
    return RunPanel("05.held", controls, compute, _draw_held, _describe_held, total=total)


def _draw_held(figure: Drawing) -> Update:
    """The middle unit's 15th, 50th and 85th percentile against the updates, one network an axes."""
    draw = draw_percentiles(figure, HELD_UPDATES, LIMIT)

    def update(run: Run) -> None:
        for name in STYLES:
            rows = np.transpose([getattr(moment, name).percentiles[:, middle_unit(run, name)] for moment in run])
            draw(name, [moment.update for moment in run], rows - rows[1, 0])
            figure.say(f"{name}_says", moved=typical_movement(run, name), accuracy=getattr(run[-1], name).accuracy)

    return update


def draw_percentiles(figure: Drawing, updates: int, limit: float) -> Callable[[str, list[int], Array], None]:
    """Two axes with three moving lines each; the function returned sets those of "plain" or "batchnorm"."""
    axes = figure.arrange(list(STYLES), sharey=True)
    for ax, (name, style) in zip(axes, STYLES.items(), strict=True):
        ax.set_yscale("symlog", linthresh=1)  # so that a range of 0.2 and one of 6 can both be seen
        ax.set(xlim=(0, updates), ylim=(-limit, limit))
        ax.set_yticks([-5, -1, 0, 1, 5], ["−5", "−1", "0", "1", "5"])
        ax.title.set_color(style["color"])
        for k, width in enumerate((1.3, 3.0, 1.3)):
            figure.line(f"{name}{k}", ax, **style, linewidth=width)
        figure.note(f"{name}_says", ax, "upper left")

    def draw(name: str, at: list[int], rows: Array) -> None:
        for k, row in enumerate(rows):
            figure.moving[f"{name}{k}"].set_data(at, row)

    return draw


def run_numbers(run: Run) -> dict[str, float]:
    """What a run's sentence says: how far it came, the typical unit's movement and the accuracies."""
    found: dict[str, float] = {"update": run[-1].update}
    for name in STYLES:
        found |= {f"{name}_moved": typical_movement(run, name), f"{name}_accuracy": getattr(run[-1], name).accuracy}
    return found


def _describe_held(run: Run) -> str:
    return text("05.held.sentence", **run_numbers(run))


MOST = 3.0  # standard deviations; what lies beyond is drawn at the edge


def chance(z: Mapping[int, Array]) -> Panel:
    """Two batches' means, unit by unit, with some full-batch updates between them; z (N, D) by the updates done."""
    def compute(updates: int, batch_size: int) -> Chance:
        return experiments.difference(z[0], z[updates], batch_size)

    n, d = z[0].shape
    sizes = (*(size for size in (10, 60, 200, 600) if size < n), n)
    controls = [choice("updates", tuple(z), 0), choice("batch_size", sizes, sizes[1])]
    return Panel("05.chance", controls, compute, partial(_draw_chance, units=d), partial(_describe_chance, units=d))


def _draw_chance(figure: Drawing, units: int) -> Update:
    """Each unit's difference as a mark, and the band that chance fills."""
    (ax,) = figure.arrange(["units"])
    ax.set(xlim=(0, 1.42 * units), ylim=(-1.05 * MOST, 1.05 * MOST), xticks=range(0, units + 1, max(1, units // 4)))
    band = figure.move("band", ax.axhspan(-1, 1, xmax=1 / 1.42, facecolor="#d9ece6", edgecolor=GREEN, linewidth=2))
    figure.line("inside", ax, linestyle="", marker="o", color=GREY, markersize=6)
    figure.line("beyond", ax, linestyle="", marker="D", color=BLACK, markersize=7)
    figure.note("says", ax, "upper right")
    figure.note("width", ax, "center right", color=GREEN)

    def update(found: Chance, updates: int, batch_size: int) -> None:
        edge, far = 2 * found.chance, np.abs(found.differences) > 2 * found.chance
        band.set(y=-edge, height=2 * edge)
        for name, which in (("inside", ~far), ("beyond", far)):
            drawn = np.clip(found.differences[which], -MOST, MOST)
            figure.moving[name].set_data(1 + np.flatnonzero(which), drawn)
        figure.say("says", beyond=found.beyond, units=units, updates=updates)
        figure.say("width", edge=edge, batch_size=batch_size)

    return update


def _describe_chance(found: Chance, updates: int, batch_size: int, units: int) -> str:
    typical = float(np.median(np.abs(found.differences)))
    return text("05.chance.sentence", updates=updates, batch_size=batch_size, beyond=found.beyond, units=units,
                chance=found.chance, typical=typical)  # fmt: skip
