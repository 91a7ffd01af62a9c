"""Lesson 05's plain figures: the three shifts at some moments of a training run."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from course.catalogue import text
from course.style import BLACK, GREEN, GREY

MARKS = {"layers": (GREY, "^"), "batches": (GREEN, "s"), "drift": (BLACK, "D")}


def three_at(moments: Sequence[int], shifts: Mapping[str, Sequence[float]], ax: Axes) -> Axes:
    """The shifts "layers", "batches" and "drift", one point a moment, on a logarithmic axis; labels at the right."""
    places = range(len(moments))
    for name, (color, marker) in MARKS.items():
        ax.plot(places, shifts[name], marker, color=color, markersize=10)
        ax.annotate(text(f"05.three_at.{name}"), (places[-1], shifts[name][-1]), xytext=(12, 0), va="center",
                    color=color, textcoords="offset points")  # fmt: skip
    ax.set(yscale="log", xlim=(-0.3, 1.35 * len(moments)), xticks=places)
    ax.set_xticklabels([f"{moment:,}" for moment in moments])
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.set(xlabel=text("05.three_at.x"), ylabel=text("05.three_at.y"))
    return ax


def in_words(moments: Sequence[int], shifts: Mapping[str, Sequence[float]]) -> dict[str, str]:
    """What `three_at` shows, as lists for its sentence: the moments, and two digits of each shift."""
    found = {name: ", ".join(f"{value:.2g}" for value in values) for name, values in shifts.items()}
    return {"moments": ", ".join(map(str, moments)), **found}
