"""Lesson 04's walk through a small network: each array of the forward and the backward pass, with its rule."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from course.catalogue import text
from course.controls import steps
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BLUE, GREY, VERMILLION
from helpers.network import Parameters
from lessons.signals_through_depth import chain_numbers
from lessons.signals_through_depth.chain_numbers import NODES, Node

Array = np.ndarray
FORWARD = NODES[:5]
PLACES = {"x": (0, 1), "z": (2, 1), "h": (4, 1), "s": (6, 1), "losses": (8, 1), "W1": (1, 0), "W2": (5, 0)}
TABLE = (5, 4)  # the largest array that is shown
SIGNS = LinearSegmentedColormap.from_list("signs", ["#F2B183", "white", "#8FC3E8"])


def walk(x: Array, labels: Array, parameters: Parameters, learning_rate: float) -> Panel:
    """Linear → sigmoid → linear → softmax cross-entropy, forward, backward and one update of the first weights.

    x (N, D), labels (N,); parameters weight1 (D, H), bias1, weight2 (H, C), bias2; no more than 5 rows, 4 columns.
    """
    nodes = chain_numbers.walk(x, labels, parameters, learning_rate)
    return Panel("04.walk", [steps("step", len(nodes) - 1)], lambda step: nodes[step], _draw, _describe)


def _draw(figure: Drawing) -> Update:
    """The graph above; below it the array as a table and, beside it, what it is and how it is computed."""
    ratios = {"height_ratios": (1, 2.6), "width_ratios": (1, 1.25)}
    graph, table, side = figure.arrange(["graph", "graph"], ["table", "side"], **ratios)
    frame = figure.move("frame", _draw_graph(graph))
    table.set_axis_off()
    side.set_axis_off()
    rows, columns = TABLE
    table.set(xlim=(0, columns), ylim=(rows, 0))
    mesh = table.pcolormesh(np.zeros(TABLE), cmap=SIGNS, vmin=-1, vmax=1, edgecolors="white", linewidth=2)
    cells, middle = figure.move("cells", mesh), {"ha": "center", "va": "center"}
    written = [[figure.move(f"{i},{j}", table.text(j + 0.5, i + 0.5, "", **middle)) for j in range(columns)]
               for i in range(rows)]  # fmt: skip
    figure.note("side", side, "upper left", linespacing=1.5, fontsize=14)

    def update(node: Node) -> None:
        forward = node.name in FORWARD
        frame.set(xy=np.add(PLACES[node.name.removeprefix("d")], (-0.5, -0.35)))
        frame.set(edgecolor=BLUE if forward else VERMILLION, linestyle="-" if forward else "--")
        shown, (n, d) = np.ma.array(np.zeros(TABLE), mask=True), node.array.shape
        shown[:n, :d] = node.array / np.abs(node.array).max()
        cells.set_array(shown)
        for place in np.ndindex(TABLE):
            inside = place[0] < n and place[1] < d
            written[place[0]][place[1]].set_text(_number(node.array[place]) if inside else "")
        figure.say("side", **_numbers(node))

    return update


def _draw_graph(ax: Axes) -> Rectangle:
    """The arrays as boxes with arrows between them; the frame that moves from box to box."""
    ax.set_axis_off()
    ax.set(xlim=(-0.6, 8.6), ylim=(-0.5, 1.5))
    for name, (x, y) in PLACES.items():
        ax.add_patch(Rectangle((x - 0.5, y - 0.35), 1, 0.7, facecolor="#F2F2F2", edgecolor=GREY))
        ax.text(x, y, text(f"04.walk.{name}_name"), ha="center", va="center", fontsize=14)
    arrow = {"arrowstyle": "->", "color": GREY, "linewidth": 1.5}
    for start in (0, 2, 4, 6):
        ax.annotate("", (start + 1.45, 1), (start + 0.55, 1), arrowprops=arrow)
    for x in (1, 5):
        ax.annotate("", (x, 0.97), (x, 0.37), arrowprops=arrow)
    return ax.add_patch(Rectangle((0, 0), 1, 0.7, fill=False, linewidth=3.5))


def _describe(node: Node) -> str:
    return text("04.walk.sentence", **_numbers(node))


def _numbers(node: Node) -> dict[str, object]:
    rows = "; ".join(", ".join(map(_number, row)) for row in node.array)
    direction = "forward" if node.name in FORWARD else "updated" if node.name == "W1" else "backward"
    told = {}
    for ending in ("", "_sentence"):
        check = text(f"04.walk.{'agrees' if node.agrees else 'differs'}{ending}")
        loss = text(f"04.walk.loss{ending}", loss=node.loss)
        told[f"loss{ending}"] = loss if node.step >= NODES.index("losses") else ""
        told[f"check{ending}"] = "" if node.agrees is None else check
    return {"step": node.step, "last": len(NODES) - 1, "direction": text(f"04.walk.{direction}"), "rows": rows, **told,
            "rule": text(f"04.walk.{node.name}_rule"), "why": text(f"04.walk.{node.name}_why"),
            "shape": node.array.shape if node.name != "losses" else (len(node.array),)}  # fmt: skip


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")
