"""Lesson 05: the drift of a layer's input, how far a small change carries, and the three things that bear one name."""

from functools import cache

import numpy as np

from helpers.data import load_digits8, train_test_split
from helpers.network import forward
from helpers.shift import activation_input, change_by_layer
from lessons.internal_covariate_shift import experiments
from lessons.internal_covariate_shift.experiments import Run, first_at, moments
from lessons.internal_covariate_shift.experiments import typical_movement as moved

TRAIN, PROBE = train_test_split(load_digits8(), n_test=300, seed=0)
X, Y = TRAIN.x[:200].astype(float), TRAIN.y[:200]


@cache
def main_run(seed: int) -> Run:
    """The lesson's recorded training with other first weights and other batches."""
    return list(moments(TRAIN, PROBE, std=0.1, learning_rate=0.3, updates=2000, every=20, seed=seed))


@cache
def short_run(rate: float, std: float, seed: int) -> Run:
    """200 updates with another learning rate and other first weights."""
    return list(moments(TRAIN, PROBE, std, rate, updates=200, every=10, seed=seed))


def reached(run: Run, name: str) -> float:
    """The first recorded update with an accuracy of 0.8; infinite if there is none."""
    return np.inf if (at := first_at(run, name)) is None else at


def changes(seed: int, activation: str, scale: float, direction: str, batchnorm: bool) -> np.ndarray:
    """How far z moves in each layer when layer 1 is changed by 1 %."""
    network, before = experiments.deep_network(activation, scale, batchnorm, seed)
    way = experiments.directions(network, before, X, Y, seed)[direction]
    return change_by_layer(before, experiments.changed(before, way, 1.0), network, X)


def grown(*case: object) -> float:
    """How many times the change of layer 1 has grown in layer 10."""
    first, *_, last = changes(*case)
    return last / first


def first_change(seed: int, direction: str) -> float:
    """How far z of layer 1 itself moves, in a ReLU network."""
    return changes(seed, "relu", 1.0, direction, False)[0]


def grown_alone(seed: int, batchnorm: bool) -> float:
    """`grown` for ReLU and a random direction, each unit's mean change taken out."""
    network, before = experiments.deep_network("relu", 1.0, batchnorm, seed)
    after = experiments.changed(before, experiments.directions(network, before, X, Y, seed)["random"], 1.0)
    caches = (forward(network, parameters, X)[1][:-1] for parameters in (before, after))
    first, *_, last = (np.sqrt((new.z - old.z).var(axis=0).mean() / old.z.var(axis=0).mean())
                       for old, new in zip(*caches, strict=True))  # fmt: skip
    return last / first


@cache
def three(seed: int, at: int) -> dict[str, float]:
    """The noise between batches, and the drifts over 100 updates after ``at`` updates."""
    network, start = experiments.networks()[0], main_run(seed)[at // 20].plain.parameters
    found = {"noise": experiments.between_batches(activation_input(network, start, TRAIN.x, 3), 60, seed)}
    for name, size in (("full", len(TRAIN.x)), ("mini", 60)):
        states = experiments.descend(start, TRAIN, size, seed=seed)
        drifts = experiments.over_updates(network, states[::10], TRAIN.x)
        found |= {name: drifts.both[1], f"{name}_own": drifts.own[1], f"{name}_earlier": drifts.earlier[1]}
    return found


EFFECTS = {
    "z travels more than twice as far without batch norm":
        lambda seed: moved(main_run(seed), "plain") > 2 * moved(main_run(seed), "batchnorm"),
    "80 % within 200 updates with batch norm, after more than 800 without":
        lambda seed: reached(main_run(seed), "batchnorm") <= 200 and reached(main_run(seed), "plain") > 800,
    "rate 0.01: without batch norm no drift and no learning":
        lambda seed: moved(short_run(0.01, 0.1, seed), "plain") < 0.1
        and short_run(0.01, 0.1, seed)[-1].plain.accuracy < 0.3,
    "rate 0.01: with batch norm little drift, and above 80 %":
        lambda seed: moved(short_run(0.01, 0.1, seed), "batchnorm") < 0.2
        and short_run(0.01, 0.1, seed)[-1].batchnorm.accuracy > 0.8,
    "rate 0.3, first weights 0.4: much drift without batch norm, and above 90 % all the same":
        lambda seed: moved(short_run(0.3, 0.4, seed), "plain") > 1
        and short_run(0.3, 0.4, seed)[-1].plain.accuracy > 0.9,
    "rate 3: z travels with batch norm too, and it is above 90 %":
        lambda seed: moved(short_run(3.0, 0.1, seed), "batchnorm") > 1
        and short_run(3.0, 0.1, seed)[-1].batchnorm.accuracy > 0.9,
    "rate 3: without batch norm z travels farther than with it, and the accuracy stays below 30 %":
        lambda seed: moved(short_run(3.0, 0.1, seed), "plain") > moved(short_run(3.0, 0.1, seed), "batchnorm")
        and short_run(3.0, 0.1, seed)[-1].plain.accuracy < 0.3,
    "ReLU, random direction: the change grows less than four times":
        lambda seed: grown(seed, "relu", 1.0, "random", False) < 4,
    "ReLU, random direction: it grows more with batch norm":
        lambda seed: grown(seed, "relu", 1.0, "random", True) > grown(seed, "relu", 1.0, "random", False),
    "ReLU, random direction: it ends higher with batch norm":
        lambda seed: changes(seed, "relu", 1.0, "random", True)[-1] > changes(seed, "relu", 1.0, "random", False)[-1],
    "ReLU, random direction, shared part left out: it grows more with batch norm":
        lambda seed: grown_alone(seed, True) > grown_alone(seed, False),
    "sigmoid and tanh, random direction: the change grows less than twice":
        lambda seed: max(grown(seed, name, 1.0, "random", False) for name in ("sigmoid", "tanh")) < 2,
    "tanh with large weights: the change grows more than ten times":
        lambda seed: grown(seed, "tanh", 4.0, "random", False) > 10,
    "sigmoid with large weights: the change grows more than four times":
        lambda seed: grown(seed, "sigmoid", 4.0, "random", False) > 4,
    "tanh with large weights: it grows less with batch norm":
        lambda seed: grown(seed, "tanh", 4.0, "random", True) < grown(seed, "tanh", 4.0, "random", False),
    "downhill: layer 1 moves more than three times as far, and the change grows more":
        lambda seed: first_change(seed, "downhill") > 3 * first_change(seed, "random")
        and grown(seed, "relu", 1.0, "downhill", False) > grown(seed, "relu", 1.0, "random", False),
    "downhill: with batch norm the factor is larger and the end lower":
        lambda seed: grown(seed, "relu", 1.0, "downhill", True) > grown(seed, "relu", 1.0, "downhill", False)
        and changes(seed, "relu", 1.0, "downhill", True)[-1] < changes(seed, "relu", 1.0, "downhill", False)[-1],
    "after 500 updates the full-batch drift is above the noise between batches":
        lambda seed: three(seed, 500)["full"] > three(seed, 500)["noise"],
    "from the start mini-batches drift farther than the full batch, after 500 updates less far":
        lambda seed: three(seed, 0)["full"] < three(seed, 0)["mini"]
        and three(seed, 500)["full"] > three(seed, 500)["mini"],
    "after 500 updates more of the drift is by the layer's own updates":
        lambda seed: three(seed, 500)["full_own"] > three(seed, 500)["full_earlier"],
    "after 1,500 updates the full-batch drift is below the noise between batches":
        lambda seed: three(seed, 1500)["full"] < three(seed, 1500)["noise"],
}  # fmt: skip
