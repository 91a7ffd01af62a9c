"""Lesson 06: ReLU's zeros, held and trained γ and β, their paths, batch norm's place, for each seed."""

from functools import cache

import numpy as np

from helpers.data import Dataset, load_digits8, train_test_split
from helpers.network import Network, accuracy, forward
from helpers.validate import Array
from lessons.batchnorm_forward import experiments
from lessons.batchnorm_forward.experiments import loss_of, share_below_0


@cache
def digits() -> tuple[Dataset, Dataset]:
    """1,500 small digits to train with and 297 to test with."""
    return train_test_split(load_digits8(), 297, 0)


@cache
def held(activation: str, batchnorm: bool, frozen: bool, seed: int) -> tuple[float, float, float, float]:
    """Shares of z at or below 0 before and after 12 epochs at rate 0.5, training loss, test accuracy.

    With ``frozen``, γ and β stay at 1 and 0.
    """
    examples, test = digits()
    network = Network((64, 64, 64, 10), activation, batchnorm)
    first, last = experiments.trained(network, examples, frozen, seed=seed)
    right = accuracy(forward(network, last, test.x)[0], test.y)
    shares = (share_below_0(network, parameters, examples) for parameters in (first, last))
    return *shares, loss_of(network, last, examples), right


def about_half(batchnorm: bool, frozen: bool, seed: int) -> bool:
    """ReLU's zeros before and after training are between 40 and 60 %."""
    return all(0.4 <= share <= 0.6 for share in held("relu", batchnorm, frozen, seed)[:2])


def no_worse_held(seed: int) -> bool:
    """ReLU with γ = 1 and β = 0 is as accurate as with both trained, within 0.02."""
    return held("relu", True, True, seed)[3] > held("relu", True, False, seed)[3] - 0.02


@cache
def medians(seed: int) -> Array:
    """The median γ of both hidden layers of 20 sigmoid units after 400 updates at rate 1."""
    *_, last = experiments.affine_moments(*digits(), seed=seed)
    return np.median(last.gammas, axis=1)


@cache
def final_loss(activation: str, rate: float, after: bool, seed: int) -> float:
    """The training loss after 5 epochs; infinite if it diverges."""
    return experiments.final_loss(activation, rate, after, digits()[0], seed)


def before_ahead(activation: str, rate: float, seed: int) -> bool:
    """After 5 epochs the training loss is lower with batch norm before the activation than after it."""
    return final_loss(activation, rate, False, seed) < final_loss(activation, rate, True, seed)


def diverged(activation: str, after: bool, rate: float, seed: int) -> bool:
    """Whether 5 epochs of training end in a loss that is not finite."""
    return final_loss(activation, rate, after, seed) == np.inf


@cache
def placed(where: tuple[bool, ...], rate: float, seed: int) -> float:
    """The training loss after 400 updates with batch norm at chosen layers of a sigmoid network."""
    examples, _ = digits()
    return loss_of(*experiments.placed(where, examples, rate, seed), examples)


NOWHERE, FIRST, SECOND, THIRD, ALL = ((False,) * 3, (True, False, False), (False, True, False), (False, False, True),
                                      (True,) * 3)  # fmt: skip

EFFECTS = {
    "ReLU, no batch norm: about half the z are zeroed, before and after training":
        lambda seed: about_half(False, False, seed),
    "ReLU, γ and β held: about half": lambda seed: about_half(True, True, seed),
    "ReLU, γ and β trained: about half": lambda seed: about_half(True, False, seed),
    "ReLU, γ and β held: as accurate within 0.02": no_worse_held,
    "sigmoid, γ and β trained: lower training loss than held": lambda seed: (
        held("sigmoid", True, False, seed)[2] < held("sigmoid", True, True, seed)[2]),
    "γ grows in both layers, more in layer 2": lambda seed: 1 < medians(seed)[0] < medians(seed)[1],
    "ReLU, rate 0.03: after is ahead": lambda seed: not before_ahead("relu", 0.03, seed),
    "ReLU, rate 1.0: before is ahead": lambda seed: before_ahead("relu", 1.0, seed),
    "sigmoid, rates 0.03 and 1.0: after is ahead": lambda seed: not any(
        before_ahead("sigmoid", rate, seed) for rate in (0.03, 1.0)),
    "sigmoid, rate 3: after diverges": lambda seed: diverged("sigmoid", True, 3.0, seed),
    "sigmoid, rate 3: before trains": lambda seed: not diverged("sigmoid", False, 3.0, seed),
    "ReLU, rate 3: neither diverges": lambda seed: not any(
        diverged("relu", after, 3.0, seed) for after in (False, True)),
    "without batch norm nothing is learned: loss above 2.2 at rates 0.1 and 1": lambda seed: (
        min(placed(NOWHERE, rate, seed) for rate in (0.1, 1.0)) > 2.2),
    "rate 0.1: layer 3 alone beats layer 2 alone, and that layer 1 alone": lambda seed: (
        placed(THIRD, 0.1, seed) < placed(SECOND, 0.1, seed) < placed(FIRST, 0.1, seed)),
    "rate 0.1: layers 1 and 3 beat layer 3 alone, and all layers beat those": lambda seed: (
        placed(ALL, 0.1, seed) < placed((True, False, True), 0.1, seed) < placed(THIRD, 0.1, seed)),
    "rate 0.1: layer 1 beside layer 2 changes the loss by less than 0.05": lambda seed: (
        abs(placed((True, True, False), 0.1, seed) - placed(SECOND, 0.1, seed)) < 0.05),
    "layer 1 alone: above 2.2 at rate 0.1, below 0.6 at rate 1": lambda seed: (
        placed(FIRST, 0.1, seed) > 2.2 and placed(FIRST, 1.0, seed) < 0.6),
}
