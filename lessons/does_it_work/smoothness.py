"""Lesson 09's panel on the loss along the gradient, and how much a layer's gradient depends on the layers before it."""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import menu, steps
from course.panel import Panel, Update
from course.style import BATCHNORM, BLACK, PLAIN
from helpers import stacked
from helpers.data import Dataset
from helpers.network import Parameters
from helpers.shift import mixed
from helpers.stacked import Recipe
from lessons.does_it_work.first_figure import BATCH_SIZE, SIZES

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
STEPS = 2.0 ** np.arange(-2, 7)  # 1/4 to 64 times the learning rate
LOOKED = 200  # digits whose loss is looked at
LOWEST, HIGHEST = 1e-3, 1e4
STYLES = {"none": ("09.plain", PLAIN), "batch": ("09.batchnorm", BATCHNORM)}
STARTS = {"none": ("o", 0.15), "batch": ("D", 0.18)}  # mark and place of the loss before the step
FAMILIES = {"relu": ("relu", None, 0.1), "sigmoid": ("sigmoid", 0.05, 1.0)}  # activation, std, learning rate


def path(
    recipe: Recipe, train: Dataset, std: float | None, rate: float, moments: Sequence[int], seed: int = 0
) -> list[Parameters]:
    """The parameters of one network after each number of updates in ``moments``, the first of which is 0."""
    found = [stacked.start(recipe, [seed], [std])]
    trained = stacked.updates(recipe, found[0], train.x, train.y, [rate], BATCH_SIZE, np.random.default_rng(100 + seed))
    for before, after in zip(moments, moments[1:], strict=False):
        *_, parameters = islice(trained, after - before)
        found.append(parameters)
    return found


def along(recipe: Recipe, parameters: Parameters, x: Array, y: Array, lengths: Sequence[float]) -> Array:
    """The loss of x (N, D), y (N,) after a step −length · gradient for each length; (lengths,)."""
    _, gradients = stacked.loss_and_gradients(recipe, parameters, x, y)
    moved = ({name: value - np.float32(length) * gradients[name] for name, value in parameters.items()}
             for length in lengths)  # fmt: skip
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array([stacked.cross_entropy(stacked.forward(recipe, one, x)[0], y)[0][0] for one in moved])


def gradient_shift(
    recipe: Recipe, parameters: Parameters, x: Array, y: Array, rate: float, layer: int, seed: int = 0
) -> tuple[float, float]:
    """(‖G − G′‖, ‖G‖) for the weights of ``layer``: G before, G′ after the update of the layers below it alone.

    Both with the same batch x (N, D), y (N,) and, where there is noise, the same draw (arXiv 1805.11604).
    """
    def gradients(at: Parameters) -> Parameters:
        return stacked.loss_and_gradients(recipe, at, x, y, np.random.default_rng(seed))[1]

    before = gradients(parameters)
    updated = {name: value - np.float32(rate) * before[name] for name, value in parameters.items()}
    after, name = gradients(mixed(parameters, updated, range(1, layer))), f"weight{layer}"
    return float(np.linalg.norm(after[name] - before[name])), float(np.linalg.norm(before[name]))


class Curves(NamedTuple):
    """The loss along the gradient after ``update`` updates, by norm; the length 0 comes first, then STEPS."""

    family: str
    update: int
    losses: dict[str, Array]


def loss_along(train: Dataset, moments: Sequence[int]) -> Panel:
    """At a moment of the training, the loss of 200 training digits along the gradient, without and with batch norm."""
    curves = {family: _curves(train, moments, *setting) for family, setting in FAMILIES.items()}

    def compute(family: str, moment: int) -> Curves:
        return Curves(family, moments[moment], {norm: losses[moment] for norm, losses in curves[family].items()})

    def describe(result: Curves) -> str:
        numbers = {f"{norm}_{key}": float(f"{value:.1g}") for norm, losses in result.losses.items()
                   for key, value in (("now", losses[0]), ("low", losses.min()), ("far", losses[-1]))}  # fmt: skip
        family = text(f"09.loss_along.family_{result.family}")
        return text("09.loss_along.sentence", family=family, update=result.update, **numbers)

    controls = [menu("family", tuple(FAMILIES), "relu"), steps("moment", len(moments) - 1, value=len(moments) - 1)]
    return Panel("09.loss_along", controls, compute, _draw, describe)


def _curves(
    train: Dataset, moments: Sequence[int], activation: str, std: float | None, rate: float
) -> dict[str, list[Array]]:
    x, y, lengths = train.x[:LOOKED], train.y[:LOOKED], rate * np.concatenate([[0], STEPS])
    recipes = {norm: Recipe(SIZES, activation, norm) for norm in STYLES}
    return {norm: [along(recipe, parameters, x, y, lengths) for parameters in path(recipe, train, std, rate, moments)]
            for norm, recipe in recipes.items()}  # fmt: skip


def _draw(figure: Figure) -> Built:
    """Both axes logarithmic; a dot at the left is the loss before the step, and what is beyond is at the edge."""
    ax = figure.subplots()
    ax.set(xscale="log", yscale="log", xlim=(0.13, 90), ylim=(LOWEST, HIGHEST))
    ax.set_xticks(STEPS, [f"{step:g}" for step in STEPS])
    ax.minorticks_off()
    ax.set(xlabel=text("09.loss_along.x"), ylabel=text("09.loss_along.y"))
    lines = {norm: ax.plot([], [], **style)[0] for norm, (_, style) in STYLES.items()}
    starts = {norm: ax.plot([], [], STARTS[norm][0], color=style["color"], markersize=9)[0]
              for norm, (_, style) in STYLES.items()}  # fmt: skip
    words = {norm: ax.text(0.02, 0.97 - 0.1 * row, "", transform=ax.transAxes, va="top", color=style["color"])
             for row, (norm, (_, style)) in enumerate(STYLES.items())}  # fmt: skip
    head = ax.text(0.02, 0.03, "", transform=ax.transAxes, color=BLACK)

    def update(result: Curves) -> None:
        for norm, losses in result.losses.items():
            inside = np.clip(np.nan_to_num(losses, nan=HIGHEST), LOWEST, HIGHEST)
            lines[norm].set_data(STEPS, inside[1:])
            starts[norm].set_data(STARTS[norm][1:], inside[:1])
            numbers = {"now": losses[0], "low": losses.min(), "far": losses[-1]}
            words[norm].set_text(text("09.loss_along.label", name=text(STYLES[norm][0]), **numbers))
        head.set_text(text("09.loss_along.head", update=result.update))

    return (*lines.values(), *starts.values(), *words.values(), head), update
