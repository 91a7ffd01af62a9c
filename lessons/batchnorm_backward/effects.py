"""Lesson 07: what training does with a path of the gradient left out."""

from functools import cache

import numpy as np

from helpers.data import load_digits8, train_test_split
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, backward, forward, initialize
from helpers.recording import last
from helpers.validate import Array
from lessons.batchnorm_backward.experiments import VERSIONS, Moment, Run, moments, split_state

TRAIN, PROBE = train_test_split(load_digits8(), n_test=300, seed=0)


@cache
def end(activation: str, rate: float, updates: int, seed: int) -> Moment:
    """The four networks after their training."""
    return last(moments(TRAIN, PROBE, activation, rate, updates, updates, seed)).moments[-1]


def behind(name: str, activation: str, rate: float, seed: int) -> float:
    """How much lower than the right one's a version's accuracy is after 300 updates."""
    found = end(activation, rate, 300, seed)
    return found["right"].accuracy - found[name].accuracy


@cache
def early(seed: int) -> Run:
    """The first ten updates of the four sigmoid networks at rate 1."""
    return last(moments(TRAIN, PROBE, "sigmoid", 1.0, 10, 2, seed))


def highest(name: str, seed: int) -> Array:
    """The furthest that the mean of u gets from 0 within ten updates, in standard deviations, by layer (3,)."""
    return np.max([moment[name].offsets for moment in early(seed).moments], axis=0)


def off(name: str, seed: int) -> float:
    """How wrong a version's gradient of the first weights is, as a share of the right one's length."""
    network = Network((64, 100, 10), "sigmoid", batchnorm=True)
    p = initialize(network, np.random.default_rng(seed))
    logits, caches = forward(network, p, TRAIN.x[:60].astype(float))
    dlogits = softmax_cross_entropy(logits, TRAIN.y[:60])[1]
    right, wrong = (backward(network, dlogits, caches, norm_backward=VERSIONS[version])["weight1"]
                    for version in ("right", name))  # fmt: skip
    return float(np.linalg.norm(wrong - right) / np.linalg.norm(right))


@cache
def split(own: str, down: str, seed: int) -> float:
    """The accuracy with ``own`` in the layers' own weights and ``down`` in what they hand down."""
    return split_state(TRAIN, PROBE, own, down, rate=1.0, updates=200, seed=seed).accuracy


EFFECTS = {
    "sigmoid, rate 1: with the right gradient and without the variance path above 0.9, else below 0.3":
        lambda seed: all((state.accuracy > 0.9) if name in ("right", "no_variance") else (state.accuracy < 0.3)
                         for name, state in end("sigmoid", 1.0, 200, seed).items()),
    "sigmoid, rate 1: weights of every layer longer without the variance path than with it":
        lambda seed: all(end("sigmoid", 1.0, 200, seed)["no_variance"].lengths
                         > end("sigmoid", 1.0, 200, seed)["right"].lengths),
    "sigmoid, rate 1: mean of u in layer 1 beyond 5 standard deviations without the mean path, below 1.5 with it":
        lambda seed: end("sigmoid", 1.0, 200, seed)["no_mean"].offsets[0] > 5
        and end("sigmoid", 1.0, 200, seed)["right"].offsets[0] < 1.5,
    "sigmoid, rate 1: mean of u beyond 5 standard deviations in every layer within 10 updates without the mean path":
        lambda seed: min(highest("no_mean", seed).min(), highest("neither", seed).min()) > 5
        and max(highest("right", seed).max(), highest("no_variance", seed).max()) < 2.5,
    "sigmoid, rate 1: the weights' gradient is off more without the mean path than without the variance path":
        lambda seed: off("no_mean", seed) > 2 * off("no_variance", seed),
    "sigmoid, rate 0.1: without the mean path within 3 points, without the variance path within 4":
        lambda seed: abs(behind("no_mean", "sigmoid", 0.1, seed)) <= 0.03
        and abs(behind("no_variance", "sigmoid", 0.1, seed)) <= 0.04,
    "sigmoid, rate 0.03: without the mean path within 3 points":
        lambda seed: abs(behind("no_mean", "sigmoid", 0.03, seed)) <= 0.03,
    "sigmoid, rate 3: without the variance path within 3 points":
        lambda seed: abs(behind("no_variance", "sigmoid", 3.0, seed)) <= 0.03,
    "sigmoid, rate 0.03: without the variance path behind by 1 point or more":
        lambda seed: behind("no_variance", "sigmoid", 0.03, seed) >= 0.01,
    "ReLU, rate 0.1: without the mean path behind by 2 points or more":
        lambda seed: behind("no_mean", "relu", 0.1, seed) >= 0.02,
    "ReLU, rate 0.1: without the variance path within 2 points":
        lambda seed: abs(behind("no_variance", "relu", 0.1, seed)) <= 0.02,
    "ReLU, rate 0.1: weights of every layer at least 2 % longer without the variance path, less than 0.5 % with it":
        lambda seed: min(end("relu", 0.1, 300, seed)["no_variance"].lengths) > 1.02
        and max(end("relu", 0.1, 300, seed)["right"].lengths) < 1.005,
    "sigmoid, rate 3: without the mean path below 0.6, with it above 0.9":
        lambda seed: end("sigmoid", 3.0, 300, seed)["no_mean"].accuracy < 0.6
        and end("sigmoid", 3.0, 300, seed)["right"].accuracy > 0.9,
    "ReLU, rate 1: all within 3 points":
        lambda seed: all(abs(behind(name, "relu", 1.0, seed)) <= 0.03
                         for name in ("no_variance", "no_mean", "neither")),
    "ReLU, rate 0.01: all within 5 points":
        lambda seed: all(abs(behind(name, "relu", 0.01, seed)) <= 0.05
                         for name in ("no_variance", "no_mean", "neither")),
    "sigmoid, rate 1: each error of the missing mean path alone leaves the accuracy above 0.9":
        lambda seed: min(split("no_mean", "right", seed), split("right", "no_mean", seed)) > 0.9,
    "sigmoid, rate 1: both together leave it below 0.3":
        lambda seed: split("no_mean", "no_mean", seed) < 0.3,
}  # fmt: skip
