"""Lesson 04's panels: two digits on their way through the layers, what a gradient is made of, and training runs."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from course.catalogue import text
from course.controls import choice, menu
from course.drawing import Drawing
from course.panel import Panel, RunPanel, Update
from course.style import BLACK, GREEN, GREY, PLAIN, VERMILLION
from lessons.signals_through_depth import experiments
from lessons.signals_through_depth.experiments import DEPTH, SCALES, SLOPES, Run, TwoDigits, Way
from lessons.signals_through_depth.saying import VERDICTS, distance, size, smoothed, verdict

LAYERS = np.arange(1, DEPTH + 1)
TICKS = [1, 5, 10, 15, DEPTH]
FORWARD = {"color": BLACK, "linestyle": "-", "marker": ">", "markersize": 6}
BACK = {**PLAIN, "marker": "<", "markersize": 6}
PAIR_EDGES = (1e-16, 1e10)


def two_digits(seed: int = 0) -> Panel:
    """A 0 and a 1 through 20 sigmoid layers, and δ on its way back, for first weights of a chosen size."""
    compute = partial(experiments.two_digits, seed=seed)
    return Panel("04.two_digits", [choice("scale", SCALES, 1.0)], compute, _draw_pair, _describe_pair)


def _draw_pair(figure: Drawing) -> Update:
    """Left the digits, what each layer's units make of them, and the difference; right both sizes by layer."""
    rows = ["zero", "h_zero", "sizes"], ["one", "h_one", "sizes"], ["minus", "difference", "sizes"]
    zero, h_zero, ax, one, h_one, minus, difference = figure.arrange(*rows, width_ratios=(0.9, 3.6, 5))
    for place, picture in zip((zero, one), experiments.some_digits()[0][:2], strict=True):
        place.imshow(picture.reshape(8, 8), cmap="Greys")
    minus.text(0.5, 0.5, "0 − 1", fontsize=15, ha="center", va="center")
    for place, cmap, low, high in ((h_zero, "Greys", 0, 1), (h_one, "Greys", 0, 1), (difference, "PuOr", -0.3, 0.3)):
        image = place.imshow(np.zeros((experiments.WIDTH, DEPTH - 1)), cmap, vmin=low, vmax=high, aspect="auto",
                             interpolation="nearest", extent=(0.5, DEPTH - 0.5, 0, 1))  # fmt: skip
        figure.move(place.get_label(), image)
    for place in (zero, one, minus, h_zero, h_one, difference):
        place.set(xticks=[*TICKS[:-1], DEPTH - 1] if place is difference else [], yticks=[])
        place.grid(False)
        place.spines[:].set_visible(False)
    ax.set(xlim=(0.3, DEPTH + 0.7), ylim=PAIR_EDGES, yscale="log", xticks=TICKS, yticks=[1e-16, 1e-8, 1, 1e8])
    figure.line("apart", ax, **FORWARD)
    figure.line("delta", ax, **BACK)
    figure.key(ax, "upper center", "apart", "delta", moves=True)
    for name in VERDICTS:
        figure.note(name, ax, "upper center", y=1.02, va="bottom", fontsize=15)

    def update(result: TwoDigits) -> None:
        for name, values in zip(("h_zero", "h_one"), result.outputs, strict=True):
            figure.moving[name].set_data(values)
        figure.moving["difference"].set_data(result.outputs[0] - result.outputs[1])
        figure.moving["apart"].set_data(LAYERS[:-1], np.maximum(result.apart, 1e-20))  # 0, too, leaves below
        figure.moving["delta"].set_data(LAYERS, result.deltas)
        for name in ("apart", "delta", *VERDICTS):
            figure.say(name, **_pair_words(result))
        for name in VERDICTS:
            figure.words[name].set_visible(name == verdict(result.deltas))

    return update


def _describe_pair(result: TwoDigits, scale: float) -> str:
    return text("04.two_digits.sentence", scale=scale, **_pair_words(result))


def _pair_words(result: TwoDigits) -> dict[str, str]:
    return {"apart_first": distance(result.apart[0]), "apart_last": distance(result.apart[-1]),
            "delta_first": size(result.deltas[0]), "delta_last": size(result.deltas[-1])}  # fmt: skip


LAYER_EDGES = (1e-16, 1e16)


def layers(seed: int = 0) -> Panel:
    """The sizes of h and δ and the gradients' norms, layer by layer, with one layer's factor beside them."""
    scales = [scale for scale in SCALES if 0.2 <= scale <= 5]
    controls = [menu("activation", tuple(SLOPES), "tanh"), choice("scale", scales, 0.3)]
    return Panel("04.layers", controls, partial(experiments.way, seed=seed), _draw_layers, _describe_layers)


def _draw_layers(figure: Drawing) -> Update:
    ax, side = figure.arrange(["sizes", "side"], width_ratios=(1.7, 1))
    side.set_axis_off()
    ax.set(xlim=(0.3, DEPTH + 0.7), ylim=LAYER_EDGES, yscale="log", xticks=TICKS, yticks=np.logspace(-16, 16, 5))
    figure.line("h", ax, **FORWARD | {"linestyle": ":"})
    figure.line("delta", ax, **BACK)
    figure.line("gradient", ax, color=GREEN, linestyle="-", linewidth=4)
    figure.key(side, "upper left", "h", "delta", "gradient")
    figure.note("words", side, "lower left", linespacing=1.5)

    def update(result: Way) -> None:
        for name, values in (("h", result.h), ("delta", result.deltas), ("gradient", result.gradients)):
            figure.moving[name].set_data(LAYERS[: len(values)], np.clip(values, *LAYER_EDGES))
        figure.say("words", **_layer_numbers(result))

    return update


def _describe_layers(result: Way, activation: str, scale: float) -> str:
    name = text(f"04.layers.activation_{activation}")
    return text("04.layers.sentence", activation=name, scale=scale, **_layer_numbers(result))


def _layer_numbers(result: Way) -> dict[str, object]:
    ends = {"first": size(result.gradients[0]), "last": size(result.gradients[-1])}
    return {**result.factors._asdict(), "product": result.factors.weights * result.factors.derivatives, **ends}


RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
LOSS_EDGES = (3e-2, 100)  # what is beyond is drawn there
STATES = ("ended", "so_far", "diverged")


def training() -> Panel:
    """Train 20 layers on 1,000 digits for 3,000 updates from first weights of a chosen size."""

    def compute(activation: str, scale: float, learning_rate: float) -> Iterator[Run]:
        return experiments.training(activation, scale, learning_rate)

    size, rate = choice("scale", SCALES, 1.0), choice("learning_rate", RATES, 0.1)
    controls = [menu("activation", tuple(SLOPES), "sigmoid"), size, rate]
    return RunPanel("04.training", controls, compute, _draw_training, _describe_training,
                    total=lambda **_: experiments.UPDATES // experiments.EVERY)  # fmt: skip


def _draw_training(figure: Drawing) -> Update:
    """The loss by update, both axes logarithmic, and in words how the run ended."""
    (ax,) = figure.arrange(["loss"])
    ax.set(xlim=(0.9, 1.2 * experiments.UPDATES), ylim=LOSS_EDGES, xscale="log", yscale="log")
    ax.axhline(math.log(10), color=GREY, linestyle=":", linewidth=1.6)
    ax.text(1, 1.9, text("04.training.guess"), color=GREY, va="top")
    figure.line("losses", ax, marker="o", markersize=4, **PLAIN)
    figure.line("cross", ax, color=BLACK, marker="X", linestyle="", markersize=13, clip_on=False)
    for name in STATES:
        figure.note(name, ax, "upper right", fontsize=15, color=VERMILLION if name == "diverged" else BLACK)

    def update(run: Run) -> None:
        at, losses = smoothed(run.losses)
        figure.moving["losses"].set_data(at, np.clip(losses, *LOSS_EDGES))
        figure.moving["cross"].set_data(([run.diverged], [LOSS_EDGES[1]]) if run.diverged else ([], []))
        for name in STATES:
            figure.words[name].set_visible(name == _state(run))
            figure.say(name, **_run_numbers(run))

    return update


def _state(run: Run) -> str:
    return "diverged" if run.diverged else "so_far" if run.right is None else "ended"


def _describe_training(run: Run, activation: str, scale: float, learning_rate: float) -> str:
    name = text(f"04.training.activation_{activation}")
    setting = text("04.training.setting", activation=name, scale=scale, rate=learning_rate)
    return setting + text(f"04.training.{_state(run)}_sentence", **_run_numbers(run))


def _run_numbers(run: Run) -> dict[str, float]:
    last = float(np.mean(run.losses[-10:])) if run.losses else math.nan
    return {"updates": len(run.losses), "percent": 100 * (run.right or 0), "update": run.diverged or 0, "last": last}
