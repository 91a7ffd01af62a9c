"""Further 07's panels: how far a missing path pushes the means, and the step of a numerical gradient."""

import numpy as np

from course.catalogue import text
from course.controls import choice, menu, steps
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BLACK, BLUE, GREEN, GREY
from lessons.batchnorm_backward import further
from lessons.batchnorm_backward.experiments import Moment, Run
from lessons.batchnorm_backward.further import STEPS, Stepped
from lessons.batchnorm_backward.panels import STYLES

FAR = 2.5  # standard deviations
MARKERS = {"right": "D", "no_variance": "^", "no_mean": "s", "neither": "v"}


def layers(run: Run) -> Panel:
    """A recorded ``run``: how far the mean of each layer's u is from 0, in standard deviations, at a chosen moment."""
    def compute(moment: int) -> tuple[int, Moment]:
        return run.updates[moment], run.moments[moment]

    last = len(run.moments) - 1
    return Panel("07.layers", [steps("moment", last, value=min(7, last))], compute, _draw_layers, _describe_layers)


def _draw_layers(figure: Drawing) -> Update:
    """The offsets by layer; beside them each network's accuracy."""
    ax, side = figure.arrange(["offsets", "side"], width_ratios=(1.7, 1))
    ax.set(xlim=(0.7, 3.3), ylim=(0.1, 30), yscale="log", xticks=(1, 2, 3))
    ax.set_yticks((0.1, 1, 10), ("0.1", "1", "10"))
    ax.minorticks_off()
    side.set_axis_off()
    for name, look in STYLES.items():
        figure.line(name, ax, marker=MARKERS[name], markersize=9, **look)
    figure.key(side, "upper left", *STYLES, moves=True)
    figure.note("update", ax, "lower right", fontsize=14)

    def update(result: tuple[int, Moment]) -> None:
        for name, state in result[1].items():
            figure.moving[name].set_data((1, 2, 3), state.offsets)
            figure.say(name, accuracy=state.accuracy)
        figure.say("update", update=result[0])

    return update


def _describe_layers(result: tuple[int, Moment]) -> str:
    said = {name: int((state.offsets > FAR).sum()) for name, state in result[1].items()}
    return text("07.layers.sentence", update=result[0], **said)


LINES = {"one_sided": {"color": BLACK, "linestyle": ":", "marker": "s"},
         "central": {"color": BLUE, "linestyle": "-", "marker": "o"},
         "complex": {"color": GREEN, "linestyle": "-.", "marker": "^"}}  # fmt: skip
LOW = 1e-16  # a smaller error is drawn as that


def step_size() -> Panel:
    """The error of a numerical gradient against its step."""
    found = {name: [further.stepped(h, dtype=np.dtype(name)) for h in STEPS] for name in ("float64", "float32")}
    return Panel("07.step_size", [choice("h", STEPS, 1e-5), menu("dtype", list(found), "float64")],
                 lambda h, dtype: found[dtype], _draw_steps, _describe_steps)  # fmt: skip


def _draw_steps(figure: Drawing) -> Update:
    """Three curves, and the chosen step."""
    ax, side = figure.arrange(["errors", "side"], width_ratios=(2.2, 1))
    ax.set(xlim=(STEPS[0] / 2, STEPS[-1] * 2), ylim=(LOW / 5, 1e2), xscale="log", yscale="log")
    side.set_axis_off()
    for name, look in LINES.items():
        figure.line(name, ax, markersize=6, **look)
    figure.key(side, "upper left", *LINES)
    figure.line("here", ax, color=GREY, linewidth=1.5, linestyle="--")
    ring = {"marker": "D", "markersize": 11, "markerfacecolor": "none", "markeredgewidth": 2}
    figure.line("rings", ax, color=BLACK, linestyle="", **ring)

    def update(found: list[Stepped], h: float) -> None:
        for name in LINES:
            figure.moving[name].set_data(STEPS, [max(getattr(one, name), LOW) for one in found])
        figure.moving["here"].set_data([h, h], [LOW / 5, 1e2])
        figure.moving["rings"].set_data([h] * 3, np.maximum(found[STEPS.index(h)], LOW))

    return update


def _describe_steps(found: list[Stepped], h: float, dtype: str) -> str:
    result = found[STEPS.index(h)]
    said = {name: _rough(error) for name, error in result._asdict().items()}
    return text("07.step_size.sentence", h=h, dtype=dtype, **said)


def _rough(error: float) -> str:
    """An error by its power of ten, rounded up: its digits are those of rounding and differ between machines."""
    return f"1e{int(np.ceil(np.log10(error))):d}" if error > 1e-14 else "1e-14"
