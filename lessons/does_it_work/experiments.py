"""Lesson 09's numbers: four networks, batch norm for the first batch only, noise poured in, how far inputs drift."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.network import Network, Parameters, accuracy, forward, initialize, loss_and_gradients, predict
from helpers.recording import growing, records, run
from helpers.shift import activation_input, percentiles
from helpers.training import Differentiate, Step
from helpers.validate import Array

BATCH_SIZE, LAYER = 60, 3  # as in the paper: batches of 60, the last of three hidden layers
SIZES = (784, 100, 100, 100, 10)
TESTED, PROBED, COUNTED = 1000, 300, 500  # digits for the accuracy, for z, and for the statistics in inference mode
TARGET, EARLY = 0.8, (300, 400)
RATE, UPDATES, EVERY = 1.0, 1600, 20
STARTS = {  # of an activation: the standard deviation of the bad first weights; the others, times the usual ones
    "sigmoid": {"bad": 0.05, "good": 4.0, "usual": 1.0, "double": 2.0, "eightfold": 8.0},
    "tanh": {"bad": 0.01, "good": 1.0},
    "relu": {"bad": 0.01, "good": 1.0},
}
FOUR = ("bad_plain", "good_plain", "bad_normed", "good_normed")


class State(NamedTuple):
    """A network at one moment: its accuracy on new digits and the percentiles (3, D) of each unit's z in layer 3.

    ``before`` are those of z before layer 3's own noise: what the layers towards the input make of it.
    """

    update: int
    accuracy: float
    percentiles: Array
    before: Array


Four = dict[str, list[State]]  # of each network of FOUR, its states so far


def network(name: str, activation: str = "sigmoid") -> Network:
    """The network of that name: 3 hidden layers of 100 units, with batch norm if it ends in "normed"."""
    return Network(SIZES, activation, batchnorm=name.endswith("normed"))


def first_weights(name: str, train: Dataset, seed: int = 0, activation: str = "sigmoid") -> Parameters:
    """The parameters that the network starts from; "bad_once" has its first batch's batch norm folded in."""
    kind, rng = STARTS[activation], np.random.default_rng(seed)
    if name == "bad_once":
        start = first_weights("bad_normed", train, seed, activation)
        return once(start, train.x[:BATCH_SIZE], activation)
    if name.startswith("bad"):
        return initialize(network(name, activation), rng, kind["bad"], np.float32)
    times = np.float32(kind[name.partition("_")[0]])
    start = initialize(network(name, activation), rng, dtype=np.float32)
    return {key: value * times if key.startswith("weight") else value for key, value in start.items()}


def once(parameters: Parameters, x: Array, activation: str = "sigmoid") -> Parameters:
    """The parameters of the network without batch norm that computes for x (N, 784) what this one does with it."""
    folded = {}
    for k, (_, norm, *_) in enumerate(forward(Network(SIZES, activation, True), parameters, x)[1], start=1):
        weight = parameters[f"weight{k}"]
        scale = norm.inv_std * norm.gamma if norm else np.float32(1)
        shift = parameters[f"beta{k}"] - norm.mean * scale if norm else parameters[f"bias{k}"]
        folded |= {f"weight{k}": weight * scale, f"bias{k}": shift}
    return folded


def with_noise(parameters: Parameters, strength: float, rng: np.random.Generator) -> tuple[Parameters, Parameters]:
    """The parameters with noise behind each hidden layer's z, and what their gradients are multiplied by.

    Each unit's z is stretched by a number from 1 to 1 + strength / 2 and moved by one from −strength to strength, the
    same for the whole batch. z is linear in gamma and beta, or without batch norm in weight and bias: they take it up.
    """
    moved, factors = dict(parameters), {}
    for k in range(1, len(SIZES) - 1):
        scale, shift = (f"gamma{k}", f"beta{k}") if f"gamma{k}" in parameters else (f"weight{k}", f"bias{k}")
        one, two = rng.uniform(size=(2, len(parameters[shift]))).astype(parameters[shift].dtype)
        stretch = 1 + strength / 2 * one
        factors[scale] = factors[shift] = stretch
        moved[scale] = stretch * parameters[scale]
        moved[shift] = stretch * parameters[shift] + strength * (2 * two - 1)
    return moved, factors


def noisy(strength: float, rng: np.random.Generator) -> Differentiate:
    """`loss_and_gradients` with noise behind each hidden layer's z, drawn anew from ``rng`` at each call."""

    def differentiate(
        network: Network, parameters: Parameters, x: Array, y: Array
    ) -> tuple[float, Parameters, tuple]:
        moved, factors = with_noise(parameters, strength, rng)
        loss, gradients, caches = loss_and_gradients(network, moved, x, y)
        return loss, {name: factors.get(name, 1) * value for name, value in gradients.items()}, caches

    return differentiate


def accuracy_of(network: Network, parameters: Parameters, train: Dataset, new: Dataset) -> float:
    """The accuracy on 1,000 new digits in inference mode, with the statistics of 500 training digits."""
    layers = forward(network, parameters, train.x[:COUNTED])[1] if network.batchnorm else ()
    stored = {f"{name}{k}": getattr(layer.norm, name) for k, layer in enumerate(layers, start=1) if layer.norm
              for name in ("mean", "var")}  # fmt: skip
    return accuracy(predict(network, parameters, stored, new.x[:TESTED]), new.y[:TESTED])


def run_of(
    name: str, train: Dataset, *, noise: float = 0.0, rate: float = RATE, updates: int = UPDATES, seed: int = 0,
    activation: str = "sigmoid",
) -> Iterator[Step]:  # fmt: skip
    """The run of the network ``name``; first weights, batches and noise have generators of their own."""
    first = first_weights(name, train, seed, activation)
    batches, draws = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
    return run(network(name, activation), first, train.x, train.y, updates=updates, batch_size=BATCH_SIZE,
               learning_rate=rate, rng=batches, drop_last=True, differentiate=noisy(noise, draws) if noise else None)


def states(
    name: str, train: Dataset, new: Dataset, *, noise: float = 0.0, seed: int = 0, every: int = EVERY, **setting: object
) -> Iterator[State]:
    """The network at the start and after every 20 updates; z is that of a fixed probe of 300 new digits.

    With the probe's own statistics and a fresh draw of the noise. ``setting``: as in `run_of`.
    """
    chosen, draws = network(name, setting.get("activation", "sigmoid")), np.random.default_rng([seed, 3])

    def state(step: Step) -> State:
        moved = with_noise(step.parameters, noise, draws)[0] if noise else step.parameters
        quiet = moved | {key: value for key, value in step.parameters.items() if key.endswith(str(LAYER))}
        z, before = (activation_input(chosen, at, new.x[:PROBED], LAYER) for at in (moved, quiet))
        right = accuracy_of(chosen, step.parameters, train, new)
        return State(step.update, right, percentiles(z).astype(np.float32), percentiles(before).astype(np.float32))

    return records(run_of(name, train, noise=noise, seed=seed, **setting), state, every)


def four(train: Dataset, new: Dataset, noise: float = 0.0) -> Iterator[Four]:
    """The four networks so far, after each record: good and bad first weights, without batch norm and with it."""
    together = zip(*(states(name, train, new, noise=noise, updates=UPDATES) for name in FOUR), strict=False)
    for so_far in growing(together):
        yield dict(zip(FOUR, map(list, zip(*so_far, strict=True)), strict=True))


def reached(states: Sequence[State], target: float = TARGET) -> int | None:
    """The first recorded update with an accuracy of ``target``; None if there is none."""
    return next((state.update for state in states if state.accuracy >= target), None)


def early(states: Sequence[State]) -> float:
    """The mean accuracy after 300 to 400 updates, or at the end if it comes earlier."""
    values = [state.accuracy for state in states if EARLY[0] <= state.update <= EARLY[1]]
    return float(np.mean(values or states[-1].accuracy))


def drift(states: Sequence[State], part: str = "percentiles", in_spreads: bool = False) -> float:
    """How far a unit's median moves from one record to the next: the mean over units and records; 0 for one record.

    part: "percentiles", or "before" the layer's own noise. in_spreads: divided by the unit's spread at the first of the
    two records, half of the way from the 15th to the 85th percentile; else in units of z.
    """
    low, medians, high = np.array([getattr(state, part) for state in states]).transpose(1, 0, 2)  # each (records, D)
    moves = np.abs(np.diff(medians, axis=0))
    return float((moves / ((high - low) / 2)[:-1] if in_spreads else moves).mean()) if len(states) > 1 else 0.0
