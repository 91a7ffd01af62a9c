"""Lesson 07's plain figure: the graph of batch norm with the local derivatives on its arrows."""

from matplotlib.axes import Axes

from course.style import BLACK, BLUE, GREEN, GREY

PLACES = {"x": (0.3, 1), "mu": (1.7, 2.1), "c": (3.1, 1), "var": (4.6, -0.1), "s": (6.1, -0.1), "x_hat": (7.6, 1),
          "y": (9.3, 1)}  # fmt: skip
DIRECT, VARIANCE, MEAN = ({"color": BLUE, "linestyle": "-"}, {"color": GREEN, "linestyle": "--"},
                          {"color": GREY, "linestyle": ":"})  # fmt: skip
# from, to, the derivative of the end by the start, where it stands, the path
ARROWS = (("x", "c", "1", (1.7, 1.16), DIRECT), ("x", "mu", "1/N", (0.65, 1.8), MEAN),
          ("mu", "c", "−1", (2.7, 1.8), MEAN), ("c", "x_hat", "s", (5.35, 1.16), DIRECT),
          ("c", "var", "2c/N", (3.35, 0.2), VARIANCE), ("var", "s", "−½ s³", (5.35, 0.06), VARIANCE),
          ("s", "x_hat", "c", (7.2, 0.3), VARIANCE), ("x_hat", "y", "γ", (8.5, 1.16), DIRECT))  # fmt: skip


def graph(ax: Axes) -> Axes:
    """The nodes from x to y, and on each arrow the factor by which a gradient goes back along it."""
    ax.set(xlim=(0, 9.7), ylim=(-0.5, 2.5))
    ax.set_axis_off()
    for start, end, factor, place, look in ARROWS:
        arrow = {"arrowstyle": "->", "linewidth": 2, "shrinkA": 17, "shrinkB": 24 if end == "x_hat" else 17, **look}
        ax.annotate("", PLACES[end], PLACES[start], arrowprops=arrow)
        ax.text(*place, factor, ha="center", va="bottom", color=look["color"], fontsize=14)
    for name, place in PLACES.items():
        ax.text(*place, name, ha="center", va="center", fontsize=14, color=BLACK,
                bbox={"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": BLACK})  # fmt: skip
    return ax
