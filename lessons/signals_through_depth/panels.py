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
from lessons.signals_through_depth.experiments import DEPTH, EVERY, SCALES, SLOPES, BothWays, Factors, Run

Array = np.ndarray

ACTIVATIONS = tuple(SLOPES)
LAYERS = np.arange(1, DEPTH + 1)
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NOTHING = 1e-15  # two outputs near ½ that are closer together are told apart by no 64-bit number
PAIR_EDGES = (1e-16, 1e10)
VERDICTS = ((1e-6, "vanish"), (0.1, "fade"), (10, "level"), (math.inf, "explode"))  # by δ, first layer / last
FORWARD = {"color": BLACK, "marker": ">", "markersize": 6}
BACK = {**PLAIN, "marker": "<", "markersize": 6}


def two_digits(seed: int = 0) -> Panel:
    """A 0 and a 1 through 20 sigmoid layers, and δ on its way back, for first weights of a chosen size."""
    network, (x, labels) = experiments.deep(DEPTH, "sigmoid"), experiments.some_digits(seed)

    def compute(scale: float) -> BothWays:
        start = experiments.scaled_start(network, scale, seed)
        return experiments.both_ways(network, start, x, labels)

    build = partial(_draw_pair, pictures=x[:2].reshape(2, 8, 8))
    return Panel("04.two_digits", [choice("scale", SCALES, 1.0)], compute, build, _describe_pair)


def _draw_pair(figure: Drawing, pictures: Array) -> Update:
    """Left the digits, what each layer's units make of them, and the difference; right both sizes by layer."""
    rows = ["zero", "h_zero", "sizes"], ["one", "h_one", "sizes"], ["minus", "difference", "sizes"]
    zero, h_zero, ax, one, h_one, minus, difference = figure.arrange(*rows, width_ratios=(0.9, 3.6, 5))
    for place, picture in ((zero, pictures[0]), (one, pictures[1]), (minus, np.zeros((8, 8)))):
        place.imshow(picture, cmap="Greys")
        place.set_axis_off()
    minus.text(3.5, 3.5, "−", fontsize=22, ha="center", va="center")
    greys, signed = {"cmap": "Greys", "vmin": 0, "vmax": 1}, {"cmap": "PuOr", "vmin": -0.3, "vmax": 0.3}
    shape = np.zeros((experiments.WIDTH, DEPTH - 1))
    for place, style in ((h_zero, greys), (h_one, greys), (difference, signed)):
        place.set(yticks=[], xticks=[] if place is not difference else [1, 5, 10, 15, 19])
        place.grid(False)
        place.spines[:].set_visible(False)
        image = place.imshow(shape, aspect="auto", interpolation="nearest", extent=(0.5, 19.5, 0, 1), **style)
        figure.move(place.get_label(), image)
    ax.set(xlim=(0.3, DEPTH + 0.7), ylim=PAIR_EDGES, yscale="log", xticks=[1, 5, 10, 15, 20])
    ax.set_yticks([1e-16, 1e-8, 1, 1e8])
    figure.line("apart", ax, **FORWARD)
    figure.line("delta", ax, **BACK)
    figure.key(ax, "upper center", "apart", "delta", moves=True)
    for _, verdict in VERDICTS:
        figure.note(verdict, ax, "upper center", y=1.02, va="bottom", fontsize=15)

    def update(both: BothWays) -> None:
        zeros, ones = (np.array([h[which] for h in both.outputs]).T for which in (0, 1))
        for name, values in (("h_zero", zeros), ("h_one", ones), ("difference", zeros - ones)):
            figure.moving[name].set_data(values)
        apart, delta = experiments.apart(both.outputs), experiments.sizes(both.deltas)
        figure.moving["apart"].set_data(LAYERS[:-1], np.clip(apart, *PAIR_EDGES))
        figure.moving["delta"].set_data(LAYERS, np.clip(delta, *PAIR_EDGES))
        for name in ("apart", "delta", _verdict(delta)):
            figure.say(name, **_pair_words(both))
        for _, name in VERDICTS:
            figure.words[name].set_visible(name == _verdict(delta))

    return update


def _describe_pair(both: BothWays, scale: float) -> str:
    return text("04.two_digits.sentence", scale=scale, **_pair_words(both))


def _verdict(delta: Array) -> str:
    return next(name for limit, name in VERDICTS if delta[0] / delta[-1] < limit)


def _pair_words(both: BothWays) -> dict[str, str]:
    apart, delta = experiments.apart(both.outputs), experiments.sizes(both.deltas)
    ends = {"apart_first": apart[0], "apart_last": apart[-1], "delta_first": delta[0], "delta_last": delta[-1]}
    return {name: _size(value, name.startswith("apart")) for name, value in ends.items()}


def _size(value: float, is_difference: bool = False) -> str:
    """A number as 0.03, or with one digit and a power of ten, as 3·10⁻¹³; 0 for a difference that rounding swallowed."""
    if is_difference and value < NOTHING:
        return "0"
    if 0.01 <= value < 1000:
        return f"{value:.1g}" if value < 1 else f"{value:.0f}"
    digit, power = f"{value:.0e}".split("e")
    return f"{digit}·10{str(int(power)).translate(RAISED)}"


LAYER_SCALES = tuple(scale for scale in SCALES if scale <= 10)
LAYER_EDGES = (1e-24, 1e24)


def layers(seed: int = 0) -> Panel:
    """The sizes of h and δ and the gradients' norms, layer by layer, with one layer's factor beside them."""
    x, labels = experiments.some_digits(seed)

    def compute(activation: str, scale: float) -> tuple[BothWays, Factors]:
        network = experiments.deep(DEPTH, activation)
        start = experiments.scaled_start(network, scale, seed)
        return experiments.both_ways(network, start, x, labels), experiments.factors(activation, scale, seed)

    controls = [menu("activation", ACTIVATIONS, "tanh"), choice("scale", LAYER_SCALES, 0.3)]
    return Panel("04.layers", controls, compute, _draw_layers, _describe_layers)


def _draw_layers(figure: Drawing) -> Update:
    ax, side = figure.arrange(["sizes", "side"], width_ratios=(1.7, 1))
    side.set_axis_off()
    ax.set(xlim=(0.3, DEPTH + 0.7), ylim=LAYER_EDGES, yscale="log", xticks=[1, 5, 10, 15, 20])
    ax.set_yticks([1e-24, 1e-16, 1e-8, 1, 1e8, 1e16, 1e24])
    figure.line("h", ax, **FORWARD)
    figure.line("delta", ax, **BACK)
    figure.line("gradient", ax, color=GREEN, linestyle="-", linewidth=4)
    figure.key(side, "upper left", "h", "delta", "gradient")
    figure.note("words", side, "lower left", linespacing=1.5)

    def update(result: tuple[BothWays, Factors]) -> None:
        both, _ = result
        h = [np.sqrt(np.mean(outputs**2)) for outputs in both.outputs]
        figure.moving["h"].set_data(LAYERS[:-1], h)
        figure.moving["delta"].set_data(LAYERS, np.clip(experiments.sizes(both.deltas), *LAYER_EDGES))
        figure.moving["gradient"].set_data(LAYERS, np.clip(both.gradients, *LAYER_EDGES))
        figure.say("words", **_layer_numbers(*result))

    return update


def _describe_layers(result: tuple[BothWays, Factors], activation: str, scale: float) -> str:
    name = text(f"04.layers.activation_{activation}")
    return text("04.layers.sentence", activation=name, scale=scale, **_layer_numbers(*result))


def _layer_numbers(both: BothWays, factors: Factors) -> dict[str, object]:
    ends = {"first": _size(both.gradients[0]), "last": _size(both.gradients[-1])}
    return {**factors._asdict(), "product": factors.weights * factors.derivatives, **ends}


RUN_SCALES = (0.1, 0.3, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
LOSS_EDGES = (1e-2, 1e9)
SMOOTH = 30  # updates whose mean loss is drawn as one point


def training() -> Panel:
    """Train 20 layers on 1,000 digits for 3,000 updates from first weights of a chosen size."""
    total = experiments.TRAINING["updates"] // EVERY

    def compute(activation: str, scale: float, learning_rate: float) -> Iterator[Run]:
        return experiments.training(activation, scale, learning_rate)

    controls = [menu("activation", ACTIVATIONS, "sigmoid"), choice("scale", RUN_SCALES, 1.0),
                choice("learning_rate", RATES, 0.1)]  # fmt: skip
    return RunPanel("04.training", controls, compute, _draw_training, _describe_training, total=lambda **_: total)


def _draw_training(figure: Drawing) -> Update:
    """The loss of each thirty updates, both axes logarithmic, and in words how the run ended."""
    (ax,) = figure.arrange(["loss"])
    ax.set(xlim=(0.9, 1.2 * experiments.TRAINING["updates"]), ylim=LOSS_EDGES, xscale="log", yscale="log")
    ax.axhline(math.log(10), color=GREY, linestyle=":", linewidth=1.6)
    ax.text(1, 1.2, text("04.training.guess"), color=GREY, va="top")
    figure.line("losses", ax, marker="o", markersize=4, **PLAIN)
    figure.line("cross", ax, color=BLACK, marker="X", linestyle="", markersize=13, clip_on=False)
    figure.note("ended", ax, "upper right", fontsize=15, linespacing=1.5)
    figure.note("so_far", ax, "upper right", fontsize=15)
    figure.note("diverged", ax, "upper right", fontsize=15, color=VERMILLION)

    def update(run: Run) -> None:
        at, losses = _smoothed(run.losses)
        figure.moving["losses"].set_data(at, np.clip(losses, *LOSS_EDGES))
        figure.moving["cross"].set_data(([run.diverged], [LOSS_EDGES[1]]) if run.diverged else ([], []))
        for name in ("ended", "so_far", "diverged"):
            figure.words[name].set_visible(name == _state(run))
        figure.say(_state(run), **_run_numbers(run))

    return update


def _smoothed(losses: list[float]) -> tuple[Array, Array]:
    """The first updates' losses one by one, and later ones as the mean of some, each with its update."""
    at = np.arange(1, len(losses) + 1)
    starts = np.concatenate([at[:SMOOTH] - 1, np.arange(SMOOTH, len(losses), SMOOTH)]).astype(int)
    if not len(losses):
        return at, np.array([])
    counts = np.diff(np.append(starts, len(losses)))
    return np.add.reduceat(at, starts) / counts, np.add.reduceat(losses, starts) / counts


def _state(run: Run) -> str:
    return "diverged" if run.diverged else "so_far" if run.right is None else "ended"


def _describe_training(run: Run, activation: str, scale: float, learning_rate: float) -> str:
    name = text(f"04.training.activation_{activation}")
    setting = text("04.training.setting", activation=name, scale=scale, rate=learning_rate)
    return setting + text(f"04.training.{_state(run)}_sentence", **_run_numbers(run))


def _run_numbers(run: Run) -> dict[str, float]:
    last = float(np.mean(run.losses[-10:])) if run.losses else math.nan
    return {"updates": len(run.losses), "right": run.right or 0, "update": run.diverged or 0, "last": last}
