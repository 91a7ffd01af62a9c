"""Lesson 09's numbers of single networks: the paper's Figure 1, noise after batch norm, two measures of the shift,
and the loss along the gradient. All in float32.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, Parameters, accuracy, forward, initialize, loss_and_gradients, predict
from helpers.recording import growing, records, run
from helpers.shift import activation_input, mixed, percentiles
from helpers.training import Differentiate, Step
from helpers.validate import Array, NotFiniteError

BATCH_SIZE, LAYER = 60, 3  # as in the paper: batches of 60, the last of three hidden layers
SIZES = (784, 100, 100, 100, 10)
TESTED, PROBED, COUNTED = 1000, 300, 500  # digits for the accuracy, for z, and for the statistics in inference mode
TARGET = 0.8
NOISE = 4.0
NOISY_UPDATES, NOISY_EVERY = 450, 30  # of a run with a chosen strength of the noise
STEPS = 2.0 ** np.arange(-2, 7)  # 1/4 to 64 times the learning rate
LOOKED = 200  # digits whose loss along the gradient is looked at
FAMILIES = {"relu": ("relu", None, 0.1), "sigmoid": ("sigmoid", 0.05, 1.0)}  # activation, std, learning rate


class State(NamedTuple):
    """A network at one moment: parameters, test accuracy and the percentiles (3, D) of each unit's z in layer 3."""

    update: int
    parameters: Parameters
    accuracy: float
    percentiles: Array


class Moment(NamedTuple):
    """Both networks after the same number of updates."""

    update: int
    plain: State
    batchnorm: State


Run = list[Moment]


def network(name: str) -> Network:
    """The network "plain", "batchnorm" or "noisy": 3 hidden layers of 100 sigmoid units."""
    return Network(SIZES, "sigmoid", batchnorm=name != "plain")


def with_noise(parameters: Parameters, strength: float, rng: np.random.Generator) -> tuple[Parameters, Parameters]:
    """The parameters of batch norm with noise behind it, and what ∂loss/∂gamma and ∂loss/∂beta are multiplied by.

    Each unit's z is stretched by a number from 1 to 1 + strength / 2 and moved by one from −strength to strength:
    stretch · (gamma · x̂ + beta) + move is batch norm with stretch · gamma and stretch · beta + move.
    """
    moved, factors = dict(parameters), {}
    for gamma, beta in ((f"gamma{k}", f"beta{k}") for k in range(1, len(parameters)) if f"gamma{k}" in parameters):
        value = parameters[gamma]
        one, two = rng.uniform(size=(2, len(value))).astype(value.dtype)
        stretch = 1 + strength / 2 * one
        factors[gamma] = factors[beta] = stretch
        moved[gamma], moved[beta] = stretch * value, stretch * parameters[beta] + strength * (2 * two - 1)
    return moved, factors


def noisy(strength: float, rng: np.random.Generator) -> Differentiate:
    """`loss_and_gradients` with noise behind batch norm, drawn anew from ``rng`` at each call."""

    def differentiate(
        network: Network, parameters: Parameters, x: Array, y: Array
    ) -> tuple[float, Parameters, tuple]:
        moved, factors = with_noise(parameters, strength, rng)
        loss, gradients, caches = loss_and_gradients(network, moved, x, y)
        return loss, {name: factors.get(name, 1) * value for name, value in gradients.items()}, caches

    return differentiate


def statistics(network: Network, parameters: Parameters, x: Array) -> Parameters:
    """What takes the batch's place in inference mode: each normalized layer's mean and variance over all x (N, D)."""
    norms = {k: layer.norm for k, layer in enumerate(forward(network, parameters, x)[1], start=1)}
    return {f"{name}{k}": getattr(norm, name) for k, norm in norms.items() if norm for name in ("mean", "var")}


def states(
    name: str, train: Dataset, test: Dataset, std: float, rate: float, updates: int, every: int, *,
    noise: float = NOISE, seed: int = 0, keep: bool = True,
) -> Iterator[State]:  # fmt: skip
    """The network after 0, ``every``, 2 · ``every`` … updates; first weights and batches depend on ``seed`` alone.

    z is that of a fixed probe in training mode: with the probe's own statistics and, if the network is "noisy", a
    fresh draw of noise of the strength ``noise``. A network that diverges ends the run. Without ``keep`` a state has no
    parameters, which weigh 400 kB: a picture needs none.
    """
    chosen, strength = network(name), noise if name == "noisy" else 0.0
    batches, draws = np.random.default_rng(100 + seed), np.random.default_rng(300 + seed)

    def state(step: Step) -> State:
        stored = statistics(chosen, step.parameters, train.x[:COUNTED])
        right = accuracy(predict(chosen, step.parameters, stored, test.x[:TESTED]), test.y[:TESTED])
        moved = with_noise(step.parameters, strength, draws)[0] if strength else step.parameters
        z = activation_input(chosen, moved, test.x[:PROBED], LAYER)
        return State(step.update, step.parameters if keep else {}, right, percentiles(z))

    first = initialize(chosen, np.random.default_rng(seed), std, np.float32)
    steps = run(chosen, first, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=rate,
                rng=batches, drop_last=True, differentiate=noisy(strength, batches) if strength else None)  # fmt: skip
    return records(steps, state, every)


def with_strength(
    noise: float, train: Dataset, test: Dataset, std: float, rate: float, seed: int = 0
) -> Iterator[State]:
    """The "noisy" network with noise of another strength, for 450 updates."""
    return states("noisy", train, test, std, rate, NOISY_UPDATES, NOISY_EVERY, noise=noise, seed=seed,
                  keep=False)  # fmt: skip


def both(
    train: Dataset, test: Dataset, std: float, rate: float, updates: int, every: int, keep: bool = True
) -> Iterator[Run]:
    """The run so far, after each moment: both networks from the same first weights, with the same batches."""
    pairs = zip(*(states(name, train, test, std, rate, updates, every, keep=keep) for name in ("plain", "batchnorm")),
                strict=False)  # fmt: skip
    return growing(Moment(plain.update, plain, normed) for plain, normed in pairs)


def of(run: Run, name: str) -> list[State]:
    """The states of the "plain" or "batchnorm" network."""
    return [getattr(moment, name) for moment in run]


def reached(states: Sequence[State], target: float = TARGET) -> int | None:
    """The first recorded update with an accuracy of ``target``; None if there is none."""
    return next((state.update for state in states if state.accuracy >= target), None)


def ways(states: Sequence[State]) -> Array:
    """How far each unit's median moves over the run, (D,)."""
    return np.ptp([state.percentiles[1] for state in states], axis=0)


def jumps(states: Sequence[State], in_spreads: bool = False) -> Array:
    """From each record to the next, how far a unit's median moves: the mean over the units, (records − 1,).

    in_spreads: divided by the unit's spread at the first of the two records, half of the way from the 15th to the 85th
        percentile; else in units of z.
    """
    low, medians, high = np.array([state.percentiles for state in states]).transpose(1, 0, 2)  # each (records, D)
    moves = np.abs(np.diff(medians, axis=0))
    return (moves / ((high - low) / 2)[:-1] if in_spreads else moves).mean(axis=1)


def jump(states: Sequence[State]) -> float:
    """The mean of `jumps`; 0 for a single record."""
    return float(jumps(states).mean()) if len(states) > 1 else 0.0


def gradient_shift(
    name: str, parameters: Parameters, x: Array, y: Array, rate: float, layer: int, noise: float = NOISE
) -> tuple[float, float]:
    """(‖G − G′‖, ‖G‖) for the weights of ``layer``: G before, G′ after the update of the layers below it alone.

    Both with the same batch x (N, D), y (N,) and, if the network is "noisy", the same draw (arXiv 1805.11604).
    """
    def gradients(at: Parameters) -> Parameters:
        differentiate = noisy(noise, np.random.default_rng(0)) if name == "noisy" else loss_and_gradients
        return differentiate(network(name), at, x, y)[1]

    before = gradients(parameters)
    updated = {key: value - np.float32(rate) * before[key] for key, value in parameters.items()}
    after, key = gradients(mixed(parameters, updated, range(1, layer))), f"weight{layer}"
    return float(np.linalg.norm(after[key] - before[key])), float(np.linalg.norm(before[key]))


def relative_shift(name: str, parameters: Parameters, train: Dataset, rate: float) -> float:
    """‖G − G′‖ / ‖G‖ of layer 3, the mean of the first four batches of 60 of ``train``."""
    batches = [(train.x[k : k + BATCH_SIZE], train.y[k : k + BATCH_SIZE]) for k in range(0, 4 * BATCH_SIZE, BATCH_SIZE)]
    return float(np.mean([np.divide(*gradient_shift(name, parameters, *batch, rate, LAYER)) for batch in batches]))


def family_network(family: str, batchnorm: bool) -> Network:
    """One of the networks whose loss along the gradient is looked at."""
    return Network(SIZES, FAMILIES[family][0], batchnorm)


def parameters_at(
    family: str, batchnorm: bool, train: Dataset, moments: Sequence[int], seed: int = 0
) -> list[Parameters]:
    """The parameters of `family_network` after each number of updates in ``moments``."""
    chosen, (_, std, rate) = family_network(family, batchnorm), FAMILIES[family]
    first = initialize(chosen, np.random.default_rng(seed), std, np.float32)
    steps = run(chosen, first, train.x, train.y, updates=max(moments), batch_size=BATCH_SIZE, learning_rate=rate,
                rng=np.random.default_rng(100 + seed), drop_last=True)  # fmt: skip
    return [step.parameters for step in steps if step.update in moments]


def losses_along(network: Network, parameters: Parameters, x: Array, y: Array, lengths: Sequence[float]) -> Array:
    """The loss of x (N, D), y (N,) after a step −length · gradient for each length, (lengths,); NaN if it overflows."""
    _, gradients, _ = loss_and_gradients(network, parameters, x, y)

    @np.errstate(over="ignore", invalid="ignore")
    def loss(length: float) -> float:
        moved = {name: value - np.float32(length) * gradients[name] for name, value in parameters.items()}
        try:
            return softmax_cross_entropy(forward(network, moved, x)[0], y)[0]
        except NotFiniteError:
            return np.nan

    return np.array([loss(length) for length in lengths])


def curves(family: str, batchnorm: bool, train: Dataset, moments: Sequence[int], seed: int = 0) -> list[Array]:
    """At each moment, the loss of 200 digits along the gradient: at length 0 and at STEPS learning rates."""
    chosen, (_, _, rate) = family_network(family, batchnorm), FAMILIES[family]
    x, y, lengths = train.x[:LOOKED], train.y[:LOOKED], rate * np.concatenate([[0], STEPS])
    found = parameters_at(family, batchnorm, train, moments, seed)
    return [losses_along(chosen, parameters, x, y, lengths) for parameters in found]
