"""Lesson 09's panels on how much the learning rate and the first weights matter: a sweep, trained at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import menu, steps
from course.panel import Panel, RunPanel, Update
from course.style import BATCHNORM, PLAIN
from helpers.data import Dataset
from lessons.does_it_work import sweeps
from lessons.does_it_work.sweeps import ACTIVATIONS, RATES, STDS, TRAINED, Sweep, trained

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
NORMS = ("none", "batch")
GREENS = ListedColormap(["#ffffff", "#e6f1ec", "#c5e3d6", "#8fcbb2"])  # below 30, 55, 80 % and from there on
EDGES = (0.3, 0.55, TRAINED)
TITLES = {"none": ("09.plain", PLAIN), "batch": ("09.batchnorm", BATCHNORM)}

def sweep(train: Dataset, test: Dataset) -> Panel:
    """A run to `grow`: all networks of all four grids together; drawn are those with ReLU."""

    def shown(found: Sweep) -> "Shown":
        return _at(found, "relu", len(found.at) - 1)

    def build(figure: Figure) -> Built:
        artists, update = _draw_maps(figure)
        return artists, lambda found: update(shown(found))

    return RunPanel("09.sweep", [], lambda: sweeps.sweep(train, test), build, lambda found: _describe(shown(found)),
                    size=(9.0, 4.3), total=lambda: sweeps.UPDATES // sweeps.EVERY + 1)  # fmt: skip


class Shown(NamedTuple):
    """The two maps, without and with batch normalization, of one activation after some updates."""

    activation: str
    update: int
    maps: dict[str, Array]


def maps(found: Sweep) -> Panel:
    """Scrub the recorded sweep: the activation and the number of updates."""
    controls = [menu("activation", ACTIVATIONS, "relu"), steps("moment", len(found.at) - 1, value=len(found.at) - 1)]
    return Panel("09.maps", controls, lambda activation, moment: _at(found, activation, moment), _draw_maps, _describe,
                 size=(9.0, 4.3))  # fmt: skip


def _at(found: Sweep, activation: str, moment: int) -> Shown:
    return Shown(activation, found.at[moment], {norm: found.maps[activation, norm][moment] for norm in NORMS})


def _describe(shown: Shown) -> str:
    counts = {norm: trained(values) for norm, values in shown.maps.items()}
    return text("09.maps.sentence", activation=text(f"09.maps.activation_{shown.activation}"), update=shown.update,
                total=len(RATES) * len(STDS), **counts)  # fmt: skip


def _draw_maps(figure: Figure) -> Built:
    """Two maps of the accuracy in %, rates to the right and spreads of the first weights upwards; × has diverged."""
    artists: list[Artist] = []
    meshes, cells, counts = {}, {}, {}
    edges_x, edges_y = np.arange(len(RATES) + 1) - 0.5, np.arange(len(STDS) + 1) - 0.5
    for norm, ax in zip(NORMS, figure.subplots(1, 2, sharey=True), strict=True):
        ax.grid(visible=False)
        meshes[norm] = ax.pcolormesh(edges_x, edges_y, np.zeros((len(STDS), len(RATES))), cmap=GREENS, vmin=0, vmax=3,
                                     edgecolors="#b0b0b0", linewidth=0.5)  # fmt: skip
        cells[norm] = [[ax.text(x, y, "", ha="center", va="center", fontsize=12) for x in range(len(RATES))]
                       for y in range(len(STDS))]  # fmt: skip
        ax.set_xticks(range(len(RATES)), [f"{rate:g}" for rate in RATES])
        ax.set_yticks(range(len(STDS)), [f"{std:g}" for std in STDS])
        ax.set_xlabel(text("09.maps.x"))
        ax.set_title("\n", fontsize=14)
        key, style = TITLES[norm]
        counts[norm] = ax.text(0.5, 1.03, "", transform=ax.transAxes, ha="center", color=style["color"], fontsize=14)
        artists += [meshes[norm], counts[norm], *(cell for row in cells[norm] for cell in row)]
    figure.axes[0].set_ylabel(text("09.maps.y"))
    setting = figure.axes[0].text(0, 1.14, "", transform=figure.axes[0].transAxes)
    artists.append(setting)

    def update(shown: Shown) -> None:
        name = text(f"09.maps.activation_{shown.activation}")
        setting.set_text(text("09.maps.label", activation=name, update=shown.update))
        for norm, values in shown.maps.items():
            meshes[norm].set_array(np.digitize(np.nan_to_num(values), EDGES))
            count = {"count": trained(values), "total": values.size}
            counts[norm].set_text(text("09.maps.title", name=text(TITLES[norm][0]), **count))
            for row, line in zip(values, cells[norm], strict=True):
                for value, cell in zip(row, line, strict=True):
                    cell.set_text("×" if np.isnan(value) else f"{100 * value:.0f}")

    return artists, update
