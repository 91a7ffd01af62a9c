"""Further 02's numbers: what large noisy steps do to ReLU units, what repairs it, and how far single updates go."""

from collections.abc import Sequence

import numpy as np

from helpers.network import Network, Parameters, forward, loss_and_gradients
from helpers.training import sgd_update, train

Array = np.ndarray
SILENT = -1000.0  # a bias with which a unit is 0 whatever comes in


def one_at_a_time(network: Network, start: Parameters, x: Array, y: Array, epochs: int, rate: float,
                  seed: int | Sequence[int]) -> Parameters:  # fmt: skip
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


def moved(network: Network, start: Parameters, x: Array, y: Array, batch_size: int, rate: float) -> float:
    """How far one epoch over ``x`` moves the first layer's weights."""
    settings = {"batch_size": batch_size, "epochs": 1, "learning_rate": rate, "rng": np.random.default_rng(0)}
    after = train(network, start, x, y, **settings).parameters["weight1"]
    return float(np.linalg.norm(after - start["weight1"]))
