"""Lesson 09's numbers for Further: held lengths, deep networks, small batches, the other shift, the loss on a line."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, Parameters, forward, loss_and_gradients
from helpers.recording import last
from helpers.shift import mixed
from helpers.validate import Array, NotFiniteError
from lessons.does_it_work import stacked
from lessons.does_it_work.experiments import BATCH_SIZE, LAYER, accuracy_of, first_weights, network, run_of
from lessons.does_it_work.stacked import Recipe

HIDDEN = (1, 2, 3)


def lengths(parameters: Parameters) -> dict[str, Array]:
    """The length of each hidden unit's weights, by the name of the weights (units,)."""
    return {f"weight{k}": np.linalg.norm(parameters[f"weight{k}"], axis=0) for k in HIDDEN}


def held(name: str, activation: str, rate: float, train: Dataset, new: Dataset, *, hold: bool, updates: int = 400,
         seed: int = 0) -> tuple[float, float]:  # fmt: skip
    """The accuracy after a run, and how many times as long the hidden units' weights are then, the mean over all.

    hold: after each update every hidden unit's weights are scaled back to the length that they began with.
    """
    chosen, parameters = network(name, activation), first_weights(name, train, seed, activation)
    before, rng = lengths(parameters), np.random.default_rng([seed, 1])
    rows = np.concatenate([rng.permutation(len(train.x)) for _ in range(1 + updates * BATCH_SIZE // len(train.x))])
    for batch in rows[: updates * BATCH_SIZE].reshape(-1, BATCH_SIZE):
        _, gradients, _ = loss_and_gradients(chosen, parameters, train.x[batch], train.y[batch])
        parameters = {key: value - np.float32(rate) * gradients[key] for key, value in parameters.items()}
        if hold:
            now = lengths(parameters)
            parameters |= {key: parameters[key] * (before[key] / now[key]) for key in before}
    grown = np.concatenate([lengths(parameters)[key] / before[key] for key in before])
    return accuracy_of(chosen, parameters, train, new), float(grown.mean())


def deep(layers: int, activation: str, norm: str, rates: Sequence[float], train: Dataset, held: Dataset,
         updates: int = 1000, seed: int = 0) -> float:  # fmt: skip
    """The accuracy on the second half of ``held`` at the rate that is best on its first half; 32 units a layer."""
    recipe, half = Recipe((64, *[32] * (layers - 1), 10), activation, norm), len(held.x) // 2
    first = stacked.start(recipe, [seed] * len(rates), [None] * len(rates))
    steps = stacked.updates(recipe, first, train.x, train.y, rates, BATCH_SIZE, np.random.default_rng([seed, 1]))
    parameters = last(islice(steps, updates))
    chosen, told = (np.nan_to_num(stacked.judged(recipe, parameters, train.x[:500], held.x[part], held.y[part])[1])
                    for part in (slice(half), slice(half, None)))  # fmt: skip
    return float(told[chosen.argmax()])


def small_batches(norm: str, size: int, train: Dataset, held: Dataset, updates: int = 1000, seed: int = 0) -> float:
    """The mean accuracy of five networks after ``updates`` with batches of ``size`` at rate 0.03."""
    recipe = Recipe((64, 32, 32, 10), "relu", norm)
    first = stacked.start(recipe, range(5 * seed, 5 * seed + 5), [None] * 5)
    steps = stacked.updates(recipe, first, train.x, train.y, [0.03] * 5, size, np.random.default_rng([seed, 1]))
    return float(stacked.judged(recipe, last(islice(steps, updates)), train.x[:500], held.x, held.y)[1].mean())


def at_least(accuracy: float) -> str:
    """In percent, rounded down to a multiple of 5. Below 60 only that is said: batches of two train chaotically."""
    return f">={5 * int(20 * accuracy)}" if accuracy >= 0.6 else "<60"


def gradient_shifts(name: str, moments: Sequence[int], train: Dataset, rate: float = 1.0, seed: int = 0) -> list[float]:
    """‖G − G′‖ / ‖G‖ of the weights of layer 3 after each number of updates in ``moments``, the mean of four batches.

    G is the gradient before, G′ that after the update of the layers before it alone, for one batch (arXiv 1805.11604).
    """
    chosen = network(name)
    batches = [slice(k, k + BATCH_SIZE) for k in range(0, 4 * BATCH_SIZE, BATCH_SIZE)]

    def shift(parameters: Parameters, batch: slice) -> float:
        def gradients(at: Parameters) -> Parameters:
            return loss_and_gradients(chosen, at, train.x[batch], train.y[batch])[1]

        before = gradients(parameters)
        updated = {key: value - np.float32(rate) * before[key] for key, value in parameters.items()}
        after, key = gradients(mixed(parameters, updated, range(1, LAYER))), f"weight{LAYER}"
        return float(np.linalg.norm(after[key] - before[key]) / np.linalg.norm(before[key]))

    steps = run_of(name, train, updates=max(moments), rate=rate, seed=seed)
    return [float(np.mean([shift(step.parameters, batch) for batch in batches]))
            for step in steps if step.update in moments]  # fmt: skip


LOOKED = 200  # digits whose loss along the gradient is looked at
DISTANCES = 30 * 2.0 ** np.arange(-10, 1)  # the lengths of the steps, up to 30
FAMILIES = {"relu": ("good", 0.1), "sigmoid": ("bad", 1.0)}  # first weights, learning rate


class Curves(NamedTuple):
    """The loss along the gradient after ``update`` updates, by norm; the length 0 comes first, then DISTANCES."""

    update: int
    losses: dict[str, Array]


def losses_along(network: Network, parameters: Parameters, x: Array, y: Array, distances: Sequence[float]) -> Array:
    """The loss of x (N, D), y (N,) after steps of these lengths against the gradient; NaN if it overflows."""
    _, gradients, _ = loss_and_gradients(network, parameters, x, y)
    length = np.sqrt(sum(np.sum(np.square(value, dtype=np.float64)) for value in gradients.values()))

    @np.errstate(over="ignore", invalid="ignore")
    def loss(distance: float) -> float:
        moved = {name: value - np.float32(distance / length) * gradients[name] for name, value in parameters.items()}
        try:
            return softmax_cross_entropy(forward(network, moved, x)[0], y)[0]
        except NotFiniteError:
            return np.nan

    return np.array([loss(distance) for distance in distances])


def along(family: str, train: Dataset, moments: Sequence[int], seed: int = 0) -> Iterator[Curves]:
    """At each moment of a training the loss of 200 training digits along the gradient, without and with batch norm."""
    start, rate = FAMILIES[family]
    names = {"none": f"{start}_plain", "batch": f"{start}_normed"}
    runs = [run_of(name, train, rate=rate, updates=max(moments), seed=seed, activation=family)
            for name in names.values()]  # fmt: skip
    for pair in zip(*runs, strict=True):
        if pair[0].update in moments:
            losses = {norm: losses_along(network(name, family), step.parameters, train.x[:LOOKED], train.y[:LOOKED],
                                         [0.0, *DISTANCES])
                      for (norm, name), step in zip(names.items(), pair, strict=True)}  # fmt: skip
            yield Curves(pair[0].update, losses)
