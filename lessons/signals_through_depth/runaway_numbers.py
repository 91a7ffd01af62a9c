"""Lesson 04's numbers of one runaway weight, without and with batch norm."""

from typing import NamedTuple

import numpy as np

from helpers.data import load_wine
from helpers.network import Network, Parameters, accuracy, forward, initialize
from helpers.training import train
from helpers.validate import Array

SIZES = (8, 6, 6, 6, 6, 3)  # of the network with one large weight
ROW, COLUMN = 3, 3  # its place, the fourth of each, counted from 0


def wines() -> tuple[Array, Array]:
    """178 wines, x (178, 8) standardized, and their kinds (178,)."""
    wine = load_wine()
    return ((wine.x - wine.x.mean(axis=0)) / wine.x.std(axis=0))[:, :8], wine.y


def with_weight(network: Network, value: float, seed: int) -> Parameters:
    """Initial parameters of ``network``, with ``value`` in row 4, column 4 of the first weights."""
    parameters = initialize(network, np.random.default_rng(seed))
    parameters["weight1"][ROW, COLUMN] = value
    return parameters


def signals(network: Network, weight: float, x: Array, seed: int = 0) -> list[Array]:
    """Each layer's z (N, units), the logits last, where ``weight`` is put among the first weights."""
    logits, caches = forward(network, with_weight(network, weight, seed), x)
    return [*(cache.z for cache in caches[:-1]), logits]


def largest(signals: list[Array]) -> Array:
    """The largest |z| of each layer, (depth,)."""
    return np.array([np.abs(z).max() for z in signals])


def copies(x: Array, weight: float, batchnorm: bool, seed: int = 0) -> tuple[float, float]:
    """How far units of a ReLU network copy input 4 of x (N, 8), as correlations.

    Of the unit with ``weight`` in layer 1 with that input, and of a typical unit of layer 2 with the input behind ReLU.
    """
    one, two, *_ = signals(Network(SIZES, "relu", batchnorm), weight, x, seed)
    source = np.maximum(x[:, ROW], 0)
    unit = float(np.corrcoef(one[:, COLUMN], x[:, ROW])[0, 1])
    return unit, float(np.median([abs(np.corrcoef(column, source)[0, 1]) for column in two.T]))


def after_training(x: Array, labels: Array, weight: float, batchnorm: bool, seed: int = 0) -> tuple[float, float]:
    """The training accuracy after 100 epochs in float32, 0 if it diverged, and what became of the weight."""
    network, x = Network(SIZES, "relu", batchnorm), x.astype(np.float32)
    start = {name: value.astype(np.float32) for name, value in with_weight(network, weight, seed).items()}
    end = train(network, start, x, labels, batch_size=30, epochs=100, learning_rate=0.1,
                rng=np.random.default_rng([seed, 1]), drop_last=True)  # fmt: skip
    right = 0.0 if end.diverged else accuracy(forward(network, end.parameters, x)[0], labels)
    return right, float(end.parameters["weight1"][ROW, COLUMN])


class Signals(NamedTuple):
    """The largest |z| of each layer (5,) without and with batch norm, and the unit with the chosen weight.

    ``unit`` (N,) is that unit's normalized z, ``copies`` its correlation with its fourth input.
    """

    plain: Array
    normalized: Array
    unit: Array
    copies: float


def both(x: Array, weight: float, activation: str) -> Signals:
    """The signals of x (N, 8) without and with batch norm where ``weight`` is put among the first weights."""
    plain, normed = (signals(Network(SIZES, activation, norm), weight, x) for norm in (False, True))
    unit = normed[0][:, COLUMN]
    return Signals(largest(plain), largest(normed), unit, float(np.corrcoef(unit, x[:, ROW])[0, 1]))
