"""Lesson 08's numbers: batch-mates, how test batches are put together, running statistics, training by mistake."""

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.layers import linear_backward, linear_forward, relu_backward, relu_forward, softmax_cross_entropy
from helpers.network import LayerCache, Network, Parameters, accuracy, forward, initialize, loss_and_gradients, predict
from helpers.recording import diverged, last, run
from helpers.validate import Array

MATE_SETS = 51  # of batch-mates, for one example
RULE_BATCHES = 2000  # that a running variance follows


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
    batches = [batch_with(test, example, mates, batch_size) for mates in range(MATE_SETS)]
    in_training = [forward(network, parameters, x)[0][0] for x in batches]
    at_inference = [predict(network, parameters, running, x)[0] for x in batches]
    return softmax(np.array(in_training)), softmax(np.array(at_inference))


def arranged(labels: Array, batch_size: int, share: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """All N examples once, cut into batches: (rows (N,), batch after batch, and sizes of the batches).

    Of each batch the part ``share`` comes from a list sorted by class, so nearly all from one; the rest is shuffled.
    """
    n, sizes = len(labels), batch_sizes(len(labels), batch_size)
    alike = np.rint(share * sizes).astype(int)
    rows = rng.permutation(n)
    rows[: alike.sum()] = sorted(rows[: alike.sum()], key=labels.__getitem__)
    batch = np.concatenate([np.repeat(np.arange(len(sizes)), part) for part in (alike, sizes - alike)])
    return rows[np.argsort(batch, kind="stable")], sizes


def batch_sizes(n: int, batch_size: int) -> Array:
    """The sizes of the batches that ``n`` examples are cut into; the last may be smaller."""
    sizes = np.full(-(-n // batch_size), batch_size)
    sizes[-1] = n - batch_size * (len(sizes) - 1)
    return sizes


def normalized_in_batches(z: Array, sizes: Array, eps: float) -> Array:
    """x_hat of z (N, D), rows batch after batch, each batch with its own statistics; 0 in a batch of one."""
    starts, per_batch = np.cumsum(sizes) - sizes, sizes[:, None]
    centred = z - np.repeat(np.add.reduceat(z, starts) / per_batch, sizes, axis=0)
    var = np.add.reduceat(centred**2, starts) / per_batch
    return (centred / np.sqrt(np.repeat(var, sizes, axis=0) + eps)).astype(z.dtype)


def answers_in_training_mode(network: Network, parameters: Parameters, z: Array, sizes: Array) -> Array:
    """The classes (N,) that a network with one hidden ReLU layer answers; z (N, H) goes into its batch norm."""
    x_hat = normalized_in_batches(z, sizes, network.eps)
    hidden = np.maximum(x_hat * parameters["gamma1"] + parameters["beta1"], 0)
    return (hidden @ parameters["weight2"] + parameters["bias2"]).argmax(axis=1)


class Record(NamedTuple):
    """For each update of a run the statistics (D,) of layer 1 before batch norm, with the weights of that moment.

    ``means`` and ``variances`` (biased) are the batch's, the other two those of all training examples.
    """

    means: list[Array]
    variances: list[Array]
    whole_means: list[Array]
    whole_variances: list[Array]


def recorded(
    network: Network, start: Parameters, train: Dataset, batch_size: int, rate: float, seed: int, updates: int
) -> Iterator[Record]:
    """Train; yield the one record after each update. Batches as `train` draws them, a smaller last one dropped.

    With C the covariance matrix of the inputs, the variance of x @ w over all of them is wᵀ C w.
    """
    record, centre = Record([], [], [], []), train.x.mean(axis=0)
    covariance = (train.x - centre).T @ (train.x - centre) / len(train.x)

    def noted(
        network: Network, parameters: Parameters, x: Array, y: Array
    ) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
        loss, gradients, caches = loss_and_gradients(network, parameters, x, y)
        norm, weight = caches[0].norm, parameters["weight1"]
        found = norm.mean, norm.var, centre @ weight, (covariance @ weight * weight).sum(axis=0)
        for rows, values in zip(record, found, strict=True):
            rows.append(values)
        return loss, gradients, caches

    steps = run(network, start, train.x, train.y, updates=updates, batch_size=batch_size, learning_rate=rate,
                rng=np.random.default_rng(seed), drop_last=True, differentiate=noted)  # fmt: skip
    return (record for _ in islice(steps, 1, None))


def running_average(values: Sequence[Array], start: float, new_weight: float) -> Array:
    """After each of the values (K, …) in turn: (1 − new_weight) · old + new_weight · value, from ``start``; (K, …)."""
    averages, average = [], start
    for value in values:
        average = (1 - new_weight) * average + new_weight * value
        averages.append(average)
    return np.array(averages)


def forgotten_after(new_weight: float) -> int:
    """The first update after which the start weighs less than 1 %: (1 − new_weight)ⁿ < 0.01."""
    if new_weight == 1:
        return 1
    return math.floor(math.log(0.01) / math.log(1 - new_weight) + 1e-9) + 1  # 0.1² is 0.01, not below it


class Averaged(NamedTuple):
    """The running mean and variance (K, …) with a weight of the new value, and their typical errors.

    Both are root mean squares over the second half of the run: ``mean_error`` in standard deviations of the unit,
    ``var_error`` as a part of its variance.
    """

    new_weight: float
    means: Array
    variances: Array
    mean_error: float
    var_error: float


def averaged(record: Sequence[Array], batch_size: int, new_weight: float) -> Averaged:
    """A record's four parts, (K, …) each, averaged as running statistics are, with the variances made unbiased."""
    means, variances, whole_means, whole_variances = (np.asarray(rows, float) for rows in record)
    unbiased, half = variances * batch_size / (batch_size - 1), len(means) // 2
    mean, var = running_average(means, 0, new_weight), running_average(unbiased, 1, new_weight)
    mean_error = (mean - whole_means)[half:] / np.sqrt(whole_variances[half:])
    var_error = (var / whole_variances)[half:] - 1
    return Averaged(new_weight, mean, var, *(float(np.sqrt(np.mean(e**2))) for e in (mean_error, var_error)))


def variance_ratios(z: Array, batch_sizes: Sequence[int]) -> dict[int, Array]:
    """For each batch size, the biased variances of 2,000 batches of z (N,) as multiples of that of all of z."""
    rng, most = np.random.default_rng(0), RULE_BATCHES * max(batch_sizes)
    drawn = np.concatenate([rng.permutation(len(z)) for _ in range(-(-most // len(z)))])
    batches = {m: z[drawn[: RULE_BATCHES * m]].reshape(RULE_BATCHES, m).astype(float) for m in batch_sizes}
    return {m: batch.var(axis=1) / z.var(dtype=float) for m, batch in batches.items()}


def followed(biased: Array, batch_size: int, convention: str, momentum: float, start: float) -> tuple[float, Array]:
    """The weight of the new value, 0 in the paper's plain average, and the running variance after each batch, (K,).

    ``biased`` (K,) are the batches' variances, ``start`` the first value.
    """
    unbiased = biased * batch_size / (batch_size - 1)
    if convention == "paper":
        return 0, np.cumsum(unbiased) / np.arange(1, len(unbiased) + 1)
    new_weight = momentum if convention == "pytorch" else 1 - momentum
    return new_weight, running_average(unbiased if convention == "pytorch" else biased, start, new_weight)


def in_inference_mode(
    network: Network, parameters: Parameters, x: Array, labels: Array
) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
    """`loss_and_gradients` of one hidden ReLU layer whose x_hat is (z − 0) / √(1 + eps): the statistics as they start.

    No caches: there is nothing that would renew the running statistics.
    """
    inv_std = parameters["weight1"].dtype.type(1 / np.sqrt(1 + network.eps))
    z, first = linear_forward(x, parameters["weight1"], None)
    out, relu = relu_forward(parameters["gamma1"] * inv_std * z + parameters["beta1"])
    logits, second = linear_forward(out, parameters["weight2"], parameters["bias2"])
    loss, dlogits = softmax_cross_entropy(logits, labels)
    dout, dweight2, dbias2 = linear_backward(dlogits, second)
    dy = relu_backward(dout, relu)
    _, dweight1, _ = linear_backward(dy * parameters["gamma1"] * inv_std, first)
    gradients = {"weight1": dweight1, "gamma1": (dy * inv_std * z).sum(axis=0), "beta1": dy.sum(axis=0)}
    return loss, gradients | {"weight2": dweight2, "bias2": dbias2}, ()


def train_in_inference_mode(
    network: Network, start: Parameters, train: Dataset, batch_size: int, updates: int, rate: float, seed: int
) -> Parameters | None:
    """The parameters at the end, or None if it diverged; batches as `train` draws them, a smaller last one dropped."""
    end = last(run(network, start, train.x, train.y, updates=updates, batch_size=batch_size, learning_rate=rate,
                   rng=np.random.default_rng(seed), drop_last=True, differentiate=in_inference_mode))  # fmt: skip
    return None if diverged(end) else end.parameters


def after_small_batches(
    network: Network, train: Dataset, test: Dataset, batch_size: int, updates: int = 300, seed: int = 0
) -> tuple[float, float]:
    """Test accuracy with the running averages and with the statistics of all training examples; float64, rate 0.1."""
    x, start = train.x.astype(float), initialize(network, np.random.default_rng(seed))
    end = last(run(network, start, x, train.y, updates=updates, batch_size=batch_size, learning_rate=0.1,
                   rng=np.random.default_rng(1 + seed)))  # fmt: skip
    z = x @ end.parameters["weight1"]
    exact = {"mean1": z.mean(axis=0), "var1": z.var(axis=0)} if end.running else {}
    logits = (predict(network, end.parameters, stored, test.x.astype(float)) for stored in (end.running, exact))
    return tuple(accuracy(found, test.y) for found in logits)
