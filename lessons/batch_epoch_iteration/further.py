"""Further 02's numbers: what steps of one example do to ReLU units, and what repairs it; orders, means, distances."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from helpers.batching import batch_slices
from helpers.network import Network, Parameters, forward, initialize, loss_and_gradients
from helpers.training import sgd_update, train, training_steps
from lessons.batch_epoch_iteration.experiments import Seed, right_by_way

Array = np.ndarray
SILENT = -1000.0  # a bias with which a unit is 0 whatever comes in


def right_by_rate(network: Network, digits: Sequence[Array], ways: Sequence[str], rates: Sequence[float],
                  each: Callable[[], None] = int) -> dict[str, list[float]]:  # fmt: skip
    """For each way to order the digits, the share of new ones that is right after 10 epochs, at each of the rates.

    each: called after each run, to show progress.
    """
    found: dict[str, list[float]] = {way: [] for way in ways}
    for rate in rates:
        for way, (share,) in right_by_way(network, digits, ways, rate, n_runs=1, each=each).items():
            found[way].append(share)
    return found


def one_at_a_time(network: Network, start: Parameters, x: Array, y: Array, epochs: int, rate: float,
                  seed: Seed) -> Parameters:  # fmt: skip
    """The weights after some epochs with batches of one example."""
    settings = {"batch_size": 1, "epochs": epochs, "learning_rate": rate}
    return train(network, start, x, y, rng=np.random.default_rng(seed), **settings).parameters


def firing(network: Network, parameters: Parameters, x: Array) -> list[Array]:
    """For each hidden layer the share of the examples for which each of its units is above 0."""
    _, caches = forward(network, parameters, x)
    return [(cache.z > 0).mean(axis=0) for cache in caches[:-1]]


CASES = ("start", "half", "damaged", "biases")


def cases(network: Network, start: Parameters, damaged: Parameters, x: Array) -> dict[str, Parameters]:
    """The first weights; the same with every second hidden unit silent; the damaged ones; these with other biases.

    Those biases let each hidden unit be above 0 for half of the examples; no weight is changed.
    """
    half, shifted = dict(start), dict(damaged)
    for layer in range(1, network.depth):
        half[f"bias{layer}"] = np.where(np.arange(network.sizes[layer]) % 2, SILENT, start[f"bias{layer}"])
        z = forward(network, shifted, x)[1][layer - 1].z
        shifted[f"bias{layer}"] = damaged[f"bias{layer}"] - np.median(z, axis=0)
    return {"start": start, "half": half, "damaged": damaged, "biases": shifted}


def exact_updates(network: Network, parameters: Parameters, x: Array, y: Array, updates: int, rate: float) -> float:
    """The loss of all examples after some updates with the gradient of them all."""
    for _ in range(updates):
        _, gradients, _ = loss_and_gradients(network, parameters, x, y)
        parameters = sgd_update(parameters, gradients, rate)
    return loss_and_gradients(network, parameters, x, y)[0]


def repaired(network: Network, starts: Mapping[str, Parameters], x: Array, y: Array,
             each: Callable[[], None] = int) -> dict[str, tuple[float, float]]:  # fmt: skip
    """The loss before and after 200 exact updates at rate 0.1 from each of the weights; last, "tanh": such a network
    after three epochs of single examples. ``each`` is called after each run."""
    tanh = replace(network, activation="tanh")
    noisy = one_at_a_time(tanh, initialize(tanh, np.random.default_rng(0)), x, y, 3, 0.1, 1)
    runs = {name: (network, parameters) for name, parameters in starts.items()} | {"tanh": (tanh, noisy)}
    found = {}
    for name, begun in runs.items():
        found[name] = exact_updates(*begun, x, y, 0, 0.1), exact_updates(*begun, x, y, 200, 0.1)
        each()
    return found


def moved(network: Network, start: Parameters, x: Array, y: Array, batch_size: int, rate: float) -> float:
    """How far one epoch over ``x`` moves the first layer's weights."""
    settings = {"batch_size": batch_size, "epochs": 1, "learning_rate": rate, "rng": np.random.default_rng(0)}
    after = train(network, start, x, y, **settings).parameters["weight1"]
    return float(np.linalg.norm(after - start["weight1"]))


class Firing(NamedTuple):
    """The share of the digits for which each hidden unit fires (units, looks): at the start and after some updates."""

    updates: int
    shares: Array


EVERY = 100  # updates between two looks


def silencing(network: Network, start: Parameters, x: Array, y: Array, epochs: int,
              learning_rate: float) -> Iterator[Firing]:  # fmt: skip
    """Train with one digit at a time and look at every hidden unit after each hundred updates."""
    shares = np.ones((sum(network.sizes[1:-1]), 1 + epochs * len(x) // EVERY))
    shares[:, 0] = np.concatenate(firing(network, start, x))
    settings = {"batch_size": 1, "epochs": epochs, "learning_rate": learning_rate, "rng": np.random.default_rng(1)}
    for step in training_steps(network, start, x, y, **settings):
        if step.update % EVERY == 0:
            shares[:, step.update // EVERY :] = np.concatenate(firing(network, step.parameters, x))[:, None]
            yield Firing(step.update, shares)


class BatchLosses(NamedTuple):
    """The loss and the size of each batch of an epoch, and the mean loss taken over batches and over examples.

    times: how often an example of the last batch counts for one of a full batch in the mean over the batches.
    """

    means: Array
    sizes: Array
    of_batches: float
    of_examples: float
    times: float


def batch_losses(losses: Array, n_examples: int, batch_size: int, seed: int) -> BatchLosses:
    """The first ``n_examples`` of the examples' ``losses`` (N,), shuffled and cut into batches."""
    shuffled = losses[np.random.default_rng(seed).permutation(n_examples)]
    batches = [shuffled[part] for part in batch_slices(n_examples, batch_size)]
    means = np.array([batch.mean() for batch in batches])
    sizes = np.array([len(batch) for batch in batches])
    return BatchLosses(means, sizes, float(means.mean()), float(shuffled.mean()), float(sizes[0] / sizes[-1]))
