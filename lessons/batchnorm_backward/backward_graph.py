"""Lesson 07's walk back through the graph of batch normalization, each gradient beside a numerical one."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import integer, steps
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREY
from helpers.validate import Array
from lessons.batchnorm_backward import checking
from lessons.batchnorm_backward.checking import ARROWS, ORDER, N, Walk

Built = tuple[Sequence[Artist], Update]
PLACES = {"x": (0.4, 1), "mu": (1.5, 0), "c": (2.6, 1), "sq": (3.9, 0), "var": (5.1, 0), "s": (6.3, 0),
          "x_hat": (7.2, 1), "gamma": (7.9, 0), "beta": (8.9, 0), "y": (8.6, 1), "loss": (9.8, 1)}  # fmt: skip
LOOKS = {"waiting": ("white", GREY, BLACK), "done": ("#D6E8F5", BLUE, BLACK), "here": (BLACK, BLACK, "white")}


def graph(column: Array) -> Panel:
    """The walk from the loss back to x, for four numbers of ``column`` (M,) at a time."""
    controls = [steps("step", len(ORDER) - 1), integer("batch", 1, len(column) // N, 1)]
    return Panel("07.graph", controls, partial(checking.walk, column), _draw_graph, _describe, size=(9.0, 4.4))


def _draw_graph(figure: Figure) -> Built:
    """The nodes and arrows above; below, the current node's formula and numbers."""
    ax = figure.subplots()
    ax.set(xlim=(-0.1, 10.4), ylim=(-3.1, 1.5))
    ax.set_axis_off()
    for start, end in ARROWS:
        ax.annotate("", PLACES[end], PLACES[start], arrowprops=_arrow(end))
    (coming,) = ax.plot([], [], color=BLUE, linewidth=5, alpha=0.6, solid_capstyle="butt")
    boxes = {name: ax.text(*place, name, ha="center", va="center", fontsize=13, zorder=3,
                           bbox={"boxstyle": "round,pad=0.4"}) for name, place in PLACES.items()}  # fmt: skip
    words = ax.text(0, -0.65, "", va="top", linespacing=1.35, fontsize=13)
    table = ax.text(0, -1.6, "", va="top", family="DejaVu Sans Mono", fontsize=12.5, linespacing=1.4)

    def update(walk: Walk) -> None:
        for k, name in enumerate(ORDER):
            _restyle(boxes[name], "here" if k == walk.step else "done" if k < walk.step else "waiting")
        ends = [(PLACES[start], PLACES[end], (np.nan, np.nan)) for start, end in ARROWS if start == walk.node]
        coming.set_data(*np.array(ends).reshape(-1, 2).T)
        words.set_text(text(f"07.graph.at_{walk.node}"))
        table.set_text(_table(walk))

    return (coming, *boxes.values(), words, table), update


def _arrow(end: str) -> dict[str, object]:
    gap = 12 + 3 * len(end) if end in ("x_hat", "loss") else 16  # a wide box
    return {"arrowstyle": "->", "color": GREY, "linewidth": 1.3, "shrinkA": 16, "shrinkB": gap}


def _restyle(box: Artist, look: str) -> None:
    face, edge, words = LOOKS[look]
    box.set_color(words)
    box.get_bbox_patch().set(facecolor=face, edgecolor=edge, linewidth=1.6)


def _table(walk: Walk) -> str:
    rows = zip(("value", "gradient", "numerical"), (walk.value, walk.gradient, walk.numerical), strict=True)
    whose = "".join(f"{k:>11}" for k in range(1, N + 1)) if len(walk.value) == N else " " * 5 + text("07.graph.shared")
    head = f"{text('07.graph.example') if len(walk.value) == N else '':<20}{whose}"
    numbers = (f"{text(f'07.graph.{name}'):<20}" + "".join(f"{n:z11.4f}" for n in row) for name, row in rows)
    return "\n".join((head, *numbers))


def _describe(walk: Walk) -> str:
    numbers = {name: ", ".join(f"{number:z.4f}" for number in getattr(walk, name)) for name in ("value", "gradient")}
    return text("07.graph.sentence", step=walk.step, node=walk.node, batch=walk.batch, bound=walk.bound, **numbers)
