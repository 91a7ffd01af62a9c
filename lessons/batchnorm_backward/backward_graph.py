"""Lesson 07's walk back through the graph of batch normalization, each gradient beside a numerical one."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course.catalogue import text
from course.controls import integer, steps
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREY
from helpers.gradcheck import numerical_gradient

Array = np.ndarray
Built = tuple[Sequence[Artist], Update]
Values = dict[str, Array]
EPS, N = 1e-5, 4
ORDER = ("loss", "y", "beta", "gamma", "x_hat", "s", "var", "sq", "c", "mu", "x")  # back from the loss
PLACES = {"x": (0.4, 1), "mu": (1.5, 0), "c": (2.6, 1), "sq": (3.9, 0), "var": (5.1, 0), "s": (6.3, 0),
          "x_hat": (7.2, 1), "gamma": (7.9, 0), "beta": (8.9, 0), "y": (8.6, 1), "loss": (9.8, 1)}  # fmt: skip
ARROWS = (("x", "mu"), ("x", "c"), ("mu", "c"), ("c", "sq"), ("sq", "var"), ("var", "s"), ("s", "x_hat"),
          ("c", "x_hat"), ("x_hat", "y"), ("gamma", "y"), ("beta", "y"), ("y", "loss"))  # fmt: skip
LOOKS = {"waiting": ("white", GREY, BLACK), "done": ("#D6E8F5", BLUE, BLACK), "here": (BLACK, BLACK, "white")}
BOUNDS = (1e-8, 1e-6, 1e-4, 1e-2, 1.0)

# node: what it is, from the values of the nodes before it and dout
FORMULAS: dict[str, Callable[[Values, Array], Array]] = {
    "mu": lambda v, dout: v["x"].mean(keepdims=True),
    "c": lambda v, dout: v["x"] - v["mu"],
    "sq": lambda v, dout: v["c"] ** 2,
    "var": lambda v, dout: v["sq"].mean(keepdims=True),
    "s": lambda v, dout: 1 / np.sqrt(v["var"] + EPS),
    "x_hat": lambda v, dout: v["c"] * v["s"],
    "y": lambda v, dout: v["gamma"] * v["x_hat"] + v["beta"],
    "loss": lambda v, dout: (dout * v["y"]).sum(keepdims=True),
}


class Walk(NamedTuple):
    """One stop: the node, its value, its gradient and the numerical one, each (N,) or (1,); how far these are apart."""

    step: int
    node: str
    batch: int
    value: Array
    gradient: Array
    numerical: Array
    bound: float


def run_from(node: str, values: Values, dout: Array) -> Values:
    """All values after ``node``, computed from its present value and those of the nodes beside it."""
    values, changed = dict(values), {node}
    for name, formula in FORMULAS.items():
        if name != node and any(end == name and start in changed for start, end in ARROWS):
            values[name] = formula(values, dout)
            changed.add(name)
    return values


def gradients(v: Mapping[str, Array], dout: Array) -> Values:
    """∂loss/∂node for every node, one local derivative at a time (§3 of the paper, in smaller steps)."""
    g = {"loss": np.ones(1), "y": dout}
    g["beta"], g["gamma"] = g["y"].sum(keepdims=True), (g["y"] * v["x_hat"]).sum(keepdims=True)
    g["x_hat"] = g["y"] * v["gamma"]
    g["s"] = (g["x_hat"] * v["c"]).sum(keepdims=True)
    g["var"] = g["s"] * -0.5 * v["s"] ** 3
    g["sq"] = np.full(N, g["var"][0] / N)
    g["c"] = g["x_hat"] * v["s"] + g["sq"] * 2 * v["c"]
    g["mu"] = -g["c"].sum(keepdims=True)
    g["x"] = g["c"] + g["mu"] / N
    return g


def numerical(node: str, values: Values, dout: Array) -> Array:
    """∂loss/∂node by central differences: the rest of the graph as a function of that node."""
    return numerical_gradient(lambda new: float(run_from(node, {**values, node: new}, dout)["loss"][0]), values[node])


def small_batch(column: Array, batch: int) -> tuple[Values, Array]:
    """The values of all nodes for four numbers of ``column``, and a dout; γ, β and dout are drawn at random."""
    rng = np.random.default_rng(batch)
    start = {"x": column[N * (batch - 1) : N * batch], "gamma": rng.uniform(0.5, 2, 1), "beta": rng.normal(size=1)}
    dout = rng.normal(size=N).round(2)
    return run_from("x", start, dout), dout


def graph(column: Array) -> Panel:
    """The walk from the loss back to x, for four numbers of ``column`` (M,) at a time."""

    def compute(step: int, batch: int) -> Walk:
        (values, dout), node = small_batch(column, batch), ORDER[step]
        exact, tried = gradients(values, dout)[node], numerical(node, values, dout)
        bound = next((b for b in BOUNDS if np.abs(exact - tried).max() < b), np.inf)
        return Walk(step, node, batch, values[node], exact, tried, bound)

    controls = [steps("step", len(ORDER) - 1), integer("batch", 1, len(column) // N, 1)]
    return Panel("07.graph", controls, compute, _draw_graph, _describe, size=(9.0, 4.4))


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
