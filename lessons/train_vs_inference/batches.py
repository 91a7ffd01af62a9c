"""Lesson 08's numbers on what is in a batch: one digit among its batch-mates, and test batches sorted by class."""

from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.network import Network, Parameters, forward, predict
from helpers.validate import Array

MATE_SETS = 51  # of batch-mates, for one example
SHOWN, STEP = 9, 30  # pictures in a row, and pixels from one to the next


def softmax(logits: Array) -> Array:
    """Shares that add up to 1 along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def batch_with(test: Dataset, example: int, mates: int, batch_size: int) -> Array:
    """The example and its ``mates``-th set of batch-mates, (batch_size, D)."""
    others = np.delete(np.arange(len(test.x)), example)
    return test.x[[example, *np.random.default_rng(mates).choice(others, batch_size - 1, replace=False)]]


def among_mates(
    network: Network, parameters: Parameters, running: Parameters, test: Dataset, example: int, batch_size: int
) -> tuple[Array, Array]:
    """The example's shares (sets, 10) in training mode and at inference, among every set of batch-mates."""
    in_training, at_inference = [], []
    for mates in range(MATE_SETS):  # one batch at a time: all together are large
        x = batch_with(test, example, mates, batch_size)
        in_training.append(forward(network, parameters, x)[0][0])
        at_inference.append(predict(network, parameters, running, x)[0])
    return softmax(np.array(in_training)), softmax(np.array(at_inference))


def orders(labels: Array) -> dict[str, Array]:
    """All rows in two orders: "mixed", and "sorted" by class."""
    return {"mixed": np.random.default_rng(0).permutation(len(labels)), "sorted": np.argsort(labels, kind="stable")}


def answers(
    network: Network, parameters: Parameters, running: Parameters, z: Array, batch_size: int, source: str
) -> Array:
    """The classes (N,) that a network of ReLU layers answers; z (N, H) goes into its first batch norm.

    z is cut into batches in its order. ``source``: what is the batch's own, "mean", "var" or "both"; the rest, or in
    "stored" all, is the stored statistics.
    """
    starts = np.arange(0, len(z), batch_size)
    sizes = np.diff(starts, append=len(z))
    for k in range(1, network.hidden + 1):
        own_mean = np.add.reduceat(z, starts) / sizes[:, None]
        own_var = np.add.reduceat((z - np.repeat(own_mean, sizes, axis=0)) ** 2, starts) / sizes[:, None]
        mean = np.repeat(own_mean, sizes, axis=0) if source in ("mean", "both") else running[f"mean{k}"]
        var = np.repeat(own_var, sizes, axis=0) if source in ("var", "both") else running[f"var{k}"]
        x_hat = ((z - mean) / np.sqrt(var + network.eps)).astype(z.dtype)
        hidden = np.maximum(x_hat * parameters[f"gamma{k}"] + parameters[f"beta{k}"], 0)
        z = hidden @ parameters[f"weight{k + 1}"]
    return (z + parameters[f"bias{network.depth}"]).argmax(axis=1)


class Output(NamedTuple):
    """One example's shares (10,), those at inference and among all sets of mates (sets, 10); the batch in a row."""

    shares: Array
    inference: Array
    all_shares: Array
    row: Array


class Tested(NamedTuple):
    """All test digits in one order: the share that is right; nine that follow one another, with their answers.

    ``row`` is their picture, ``wrong`` (9,) which answers are.
    """

    accuracy: float
    row: Array
    answers: Array
    wrong: Array


def tested(
    network: Network, parameters: Parameters, running: Parameters, test: Dataset, z: Array, source: str,
    batch_size: int, shown: int,
) -> dict[str, Tested]:  # fmt: skip
    """Both `orders` of the test digits; the nine begin with the middle digit of the class ``shown``."""
    of_class, found = np.flatnonzero(test.y == shown), {}
    for name, order in orders(test.y).items():
        given, labels = answers(network, parameters, running, z[order], batch_size, source), test.y[order]
        at = np.arange(SHOWN) + np.flatnonzero(order == of_class[len(of_class) // 2])[0]
        nine = [np.take(values, at, mode="wrap") for values in (order, given, given != labels)]
        found[name] = Tested(float(np.mean(given == labels)), side_by_side(test.x[nine[0]]), *nine[1:])
    return found


def side_by_side(pictures: Array) -> Array:
    """Up to nine pictures (n, 784) in one row, (28, 270)."""
    row = np.zeros((28, SHOWN * STEP), np.float32)
    for k, picture in enumerate(pictures):
        row[:, k * STEP + 1 : k * STEP + 29] = picture.reshape(28, 28)
    return row


def strokes(low: Array, high: Array, shift: float = 0) -> tuple[Array, Array]:
    """The x and y of one line that draws an upright stroke for each class, at its number; NaN parts them."""
    ends = np.column_stack([low, high, np.full(len(low), np.nan)])
    return np.repeat(np.arange(len(low)), 3) + shift, ends.ravel()
