"""Further 08's panels: a recorded run averaged with another weight, and a stored variance by three rules."""

from functools import partial

import numpy as np
from matplotlib.ticker import MaxNLocator

from course.catalogue import text
from course.controls import choice, menu
from course.drawing import Drawing
from course.panel import Panel, Update
from course.style import BATCHNORM, BLACK, GREY
from lessons.train_vs_inference import further
from lessons.train_vs_inference.further import Averaged, Record, averaged, forgotten_after, variance_ratios

Array = np.ndarray
NEW_WEIGHTS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
MOMENTA = (0.01, 0.1, 0.5, 0.9, 0.99)
RULES, RULE_SIZES, RULE_LATE, RULE_TOP = ("pytorch", "keras", "paper"), (4, 16, 60), 500, 3
WHOLE = {"color": BLACK, "linestyle": (0, (4, 2)), "linewidth": 2.2}  # the statistics of all training digits
DOTS = {"linestyle": "", "marker": "o", "markersize": 3.5, "markeredgewidth": 0, "color": GREY}


def drift(record: Record, unit: int) -> Panel:
    """The running mean and variance of one unit of a recorded run, with a chosen weight of the new value."""
    one = Record(*(values[:, [unit]] for values in record))
    build = partial(_draw_drift, one=one)
    return Panel("08.drift", [choice("new_weight", NEW_WEIGHTS, 0.01)], partial(averaged, one), build, _describe_drift,
                 size=(9.0, 3.4))  # fmt: skip


def _draw_drift(figure: Drawing, one: Record) -> Update:
    """Dots: the batches; dashed: all training digits with the weights of that moment; the line: the running average."""
    axes, updates = figure.arrange(["mean", "var"]), np.arange(1, len(one.means) + 1)
    for ax, batch, whole, start in zip(axes, one[:2], one[2:], (0, 1), strict=True):
        low, high = min(batch.min(), start), max(batch.max(), start)
        ax.set(xlim=(-5, 1.02 * len(updates)), ylim=(low - 0.05 * (high - low), high + 0.35 * (high - low)))
        ax.xaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10], nbins=5, integer=True))
        figure.line(f"{ax.get_label()}_batch", ax, **DOTS)
        figure.line(f"{ax.get_label()}_whole", ax, **WHOLE)
        figure.moving[f"{ax.get_label()}_batch"].set_data(updates[::2], batch[::2])  # enough dots, and a smaller file
        figure.moving[f"{ax.get_label()}_whole"].set_data(updates, whole)
        figure.line(f"{ax.get_label()}_running", ax, **BATCHNORM, linewidth=3)
    figure.note("mean_off", axes[0], "upper right")
    figure.note("var_off", axes[1], "upper right")

    def update(result: Averaged) -> None:
        for name, values, start in (("mean", result.means, 0), ("var", result.variances, 1)):
            figure.moving[f"{name}_running"].set_data([0, *updates], [start, *values[:, 0]])
        figure.say("mean_off", off=result.off.mean)
        figure.say("var_off", off=100 * result.off.var)

    return update


def _describe_drift(result: Averaged, new_weight: float) -> str:
    return text("08.drift.sentence", new_weight=new_weight, mean=result.off.mean, var=100 * result.off.var,
                until=forgotten_after(new_weight))  # fmt: skip


def rules(z: Array) -> Panel:
    """The stored variance of one unit's z (N,) while its weights stand still, by two frameworks and the paper."""
    ratios, start = variance_ratios(z, RULE_SIZES), 1 / z.var(dtype=float)

    def compute(rule: str, momentum: float, batch_size: int) -> Array:
        return np.array([start, *further.followed(ratios[batch_size], batch_size, rule, momentum, start)])

    controls = [menu("rule", RULES, "keras"), choice("momentum", MOMENTA, 0.99), choice("batch_size", RULE_SIZES, 4)]
    return Panel("08.rules", controls, compute, _draw_rules, _describe_rules, size=(9.0, 3.4))


def _draw_rules(figure: Drawing) -> Update:
    """The running variance over the batches; dashed 1, the true value; dotted the mean of the biased variance."""
    (ax,) = figure.arrange(["ratio"])
    ax.set(xlim=(0, further.RULE_BATCHES), ylim=(0, RULE_TOP))
    figure.line("running", ax, **BATCHNORM, linewidth=2)
    figure.line("true", ax, **WHOLE)
    figure.line("biased", ax, color=BLACK, linestyle=":", linewidth=3)
    figure.moving["true"].set_data([0, further.RULE_BATCHES], [1, 1])
    figure.key(ax, "upper right", "running", "true", "biased")
    figure.note("weight", ax, "upper left", fontsize=14)

    def update(ratios: Array, rule: str, momentum: float, batch_size: int) -> None:
        figure.moving["running"].set_data(np.arange(len(ratios)), ratios)
        biased = 1 - 1 / batch_size if rule == "keras" else np.nan
        figure.moving["biased"].set_data([0, further.RULE_BATCHES], [biased, biased])
        figure.words["weight"].set_text(_weight(rule, momentum))

    return update


def _weight(rule: str, momentum: float) -> str:
    return text(f"08.rules.weight_{rule}", new=momentum if rule == "pytorch" else 1 - momentum)


def _describe_rules(ratios: Array, rule: str, momentum: float, batch_size: int) -> str:
    late = ratios[1 + RULE_LATE :]
    name = text(f"08.rules.rule_{rule}")
    return text("08.rules.sentence", rule=name, weight=_weight(rule, momentum), m=batch_size, late=RULE_LATE,
                mean=late.mean(), low=late.min(), high=late.max())  # fmt: skip
