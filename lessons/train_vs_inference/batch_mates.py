"""Lesson 08's panels on what is in a batch: one digit among its batch-mates, and batches that are sorted by class."""

from collections.abc import Mapping
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from course.catalogue import text
from course.controls import choice, integer, menu, steps
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREY, VERMILLION
from helpers.data import Dataset
from helpers.network import Network, Parameters
from lessons.train_vs_inference import batches
from lessons.train_vs_inference.batches import MATE_SETS, SHOWN, STEP, Output, Tested, strokes

Array = np.ndarray
MATE_SIZES = (2, 4, 8, 16, 60, 500)
TEST_SIZES = (1, 2, 4, 8, 16, 32, 60, 200, 500, 2000)
ANSWER = {"boxstyle": "square,pad=0.15", "linewidth": 1.5, "facecolor": "white"}
PICTURE = {"cmap": "gray_r", "vmin": 0, "vmax": 1, "interpolation": "nearest"}
ON, OFF = {"facecolor": BLUE, "edgecolor": BLUE}, {"facecolor": "white", "edgecolor": GREY}


def mates(network: Network, parameters: Parameters, running: Parameters, test: Dataset, example: int) -> Panel:
    """One test example's answer among other and other batch-mates, by the batch's statistics or by stored ones."""
    found = {m: batches.among_mates(network, parameters, running, test, example, m) for m in MATE_SIZES}

    def compute(mates: int, batch_size: int, mode: str) -> Output:
        training, inference = found[batch_size]
        shares = training if mode == "training" else inference
        pictures = batches.batch_with(test, example, mates, batch_size)[:SHOWN]
        return Output(shares[mates], inference[mates], shares, batches.side_by_side(pictures))

    controls = [steps("mates", MATE_SETS - 1, 1), choice("batch_size", MATE_SIZES, 16),
                menu("mode", ("training", "inference"), "training")]  # fmt: skip
    return Panel("08.mates", controls, compute, _draw_mates, _describe_mates)


def _describe_mates(shown: Output, mode: str, batch_size: int, mates: int) -> str:
    of_right = 100 * shown.all_shares[:, shown.inference.argmax()]
    return text(f"08.mates.sentence_{mode}", m=batch_size, mates=mates, answer=shown.shares.argmax(),
                share=100 * shown.shares.max(), sets=MATE_SETS, right=shown.inference.argmax(), low=of_right.min(),
                high=of_right.max())  # fmt: skip


def _draw_mates(figure: Drawing) -> Update:
    """The batch above; below it the two boxes, one of them switched on, and the shares of the ten classes."""
    batch, boxes, ax = figure.arrange(["batch"] * 2, ["boxes", "shares"], width_ratios=(1, 1.7), height_ratios=(0.6, 2))
    _draw_row(figure, "row", batch, 0)
    batch.set(xlim=(-2, SHOWN * STEP + 124), ylim=(32, -1))
    answer = batch.text(SHOWN * STEP + 10, 14, "", va="center", fontsize=18, color=BLUE)
    figure.words["answer"] = figure.move("answer", answer)
    boxes.set(xlim=(0, 1), ylim=(0, 1))
    for side in (batch, boxes):
        side.set_axis_off()
    arrow = {"linestyle": "-", "linewidth": 3, "markevery": [-1], "markersize": 10, "clip_on": False}
    figure.line("wire", boxes, color=BLUE, marker=">", **arrow)
    boxes.plot([0.42, 0.42], [1.06, 0.93], color=GREY, marker="v", **arrow)
    batch.plot([-1, SHOWN * STEP - 1], [31, 31], color=GREY, linestyle="-", linewidth=3, clip_on=False)
    for name, y in (("training_box", 0.72), ("inference_box", 0.22)):
        words = boxes.text(0.42, y, text(f"08.mates.{name}"), ha="center", va="center", fontsize=14,
                           bbox={"boxstyle": "round,pad=0.5", "linewidth": 2})  # fmt: skip
        figure.words[name] = figure.move(name, words)
    _draw_shares(figure, ax)

    def update(shown: Output, mode: str) -> None:
        figure.moving["row"].set_data(shown.row)
        for name in ("training", "inference"):
            words = figure.moving[f"{name}_box"]
            words.set_color("white" if name == mode else GREY)
            words.get_bbox_patch().set(**ON if name == mode else OFF)
        figure.moving["wire"].set_data([0.42, 1.05], [0.72, 0.48] if mode == "training" else [0.22, 0.48])
        figure.moving["bars"].set_data(*strokes(np.zeros(10), shown.shares))
        figure.moving["range"].set_data(*strokes(*np.percentile(shown.all_shares, (0, 100), axis=0), shift=0.3))
        figure.moving["fixed"].set_data(np.arange(10), shown.inference)
        figure.say("answer", answer=shown.shares.argmax(), share=100 * shown.shares.max())

    return update


def _draw_shares(figure: Drawing, ax: Axes) -> None:
    """Ten bars, beside each its range over all sets of mates, and a square for the stored statistics."""
    ax.set(xlim=(-0.6, 9.6), ylim=(0, 1.42), xticks=range(10), yticks=(0, 0.5, 1))
    figure.line("bars", ax, color=BLUE, linestyle="-", linewidth=14, solid_capstyle="butt")
    figure.line("range", ax, color=BLACK, linestyle="-", linewidth=2.5, solid_capstyle="butt")
    square = {"linestyle": "", "marker": "s", "color": BLACK, "markerfacecolor": "white", "markersize": 7}
    figure.line("fixed", ax, **square)
    figure.key(ax, "upper right", "range", "fixed")


def _draw_row(figure: Drawing, name: str, ax: Axes, top: float) -> None:
    """A moving row of pictures in pixels from ``top`` down, a frame around the first."""
    ends = -1, SHOWN * STEP - 1, top + 28, top
    figure.move(name, ax.imshow(np.zeros((28, SHOWN * STEP)), extent=ends, aspect="equal", **PICTURE))
    frame = Rectangle((-0.5, top - 0.5), 29, 29, fill=False, edgecolor=BLACK, linewidth=2.5, zorder=3)
    figure.move(f"{name}_frame", ax.add_patch(frame))


def forgotten(network: Network, parameters: Parameters, running: Parameters, test: Dataset) -> Panel:
    """The same network on the same test digits, in mixed batches and in batches that are sorted by class."""
    z = test.x @ parameters["weight1"]

    def compute(source: str, batch_size: int, shown: int) -> dict[str, Tested]:
        return batches.tested(network, parameters, running, test, z, source, batch_size, shown)

    controls = [menu("source", ("stored", "both", "mean", "var"), "both"), choice("batch_size", TEST_SIZES, 60),
                integer("shown", 0, 9, 3)]  # fmt: skip
    return Panel("08.forgotten", controls, compute, partial(_draw_forgotten, n=len(test.x)), _describe_forgotten)


def _describe_forgotten(found: Mapping[str, Tested], source: str, batch_size: int, shown: int) -> str:
    numbers = {name: 100 * tested.accuracy for name, tested in found.items()}
    first = {f"{name}_answer": tested.answers[0] for name, tested in found.items()}
    where = text(f"08.forgotten.source_{source}")
    return text("08.forgotten.sentence", where=where, m=batch_size, digit=shown, **numbers, **first)


def _draw_forgotten(figure: Drawing, n: int) -> Update:
    """Two rows of digits with the answers below them, and the share of all test digits that is right."""
    (ax,) = figure.arrange(["rows"])
    ax.set(xlim=(-3, SHOWN * STEP + 72), ylim=(104, -18), aspect="equal")
    ax.set_axis_off()
    for name, top in (("mixed", 0), ("sorted", 62)):
        _draw_row(figure, name, ax, top)
        ax.text(-1, top - 4, text(f"08.forgotten.{name}"), va="bottom", fontsize=14)
        for k in range(SHOWN):
            figure.move(f"{name}{k}", ax.text(k * STEP + 13, top + 37, "", ha="center", va="center", fontsize=15,
                                              bbox=ANSWER))  # fmt: skip
        percent = ax.text(SHOWN * STEP + 36, top + 14, "", ha="center", va="center", fontsize=30)
        figure.words[f"{name}_percent"] = figure.move(f"{name}_percent", percent)
        ax.text(SHOWN * STEP + 36, top + 30, text("08.forgotten.of_all", n=n), ha="center", va="top")

    def update(found: Mapping[str, Tested]) -> None:
        for name, tested in found.items():
            figure.moving[name].set_data(tested.row)
            for k, (answer, wrong) in enumerate(zip(tested.answers, tested.wrong, strict=True)):
                figure.moving[f"{name}{k}"].set(text=str(answer), color=VERMILLION if wrong else BLUE)
                figure.moving[f"{name}{k}"].get_bbox_patch().set_edgecolor(VERMILLION if wrong else "white")
            figure.say(f"{name}_percent", percent=100 * tested.accuracy)

    return update
