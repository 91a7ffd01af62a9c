"""Further 08's numbers: averages of recorded statistics, two frameworks' rules, traces of a test, small batches."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from helpers.batching import batch_slices
from helpers.batchnorm import update_running_stats
from helpers.data import Dataset
from helpers.network import Network, Parameters, accuracy, predict
from helpers.recording import diverged, last, run
from helpers.validate import Array
from lessons.train_vs_inference.experiments import BATCH_SIZE, first, right, stored_mode, taken_anew, warming

RULE_BATCHES = 2000  # that a running variance follows


class Record(NamedTuple):
    """For each update of a run the statistics (T, D) of layer 1 before batch norm, with the weights of that moment.

    ``means`` and ``variances`` (unbiased) are the batch's, the other two those of all training digits.
    """

    means: Array
    variances: Array
    whole_means: Array
    whole_variances: Array


def recorded(network: Network, digits: Dataset, updates: int = 528, seed: int = 0) -> Record:
    """Train as the core does; the batch's are those before the update, so all are of the weights before it.

    With C the covariance matrix of the inputs, the variance of x @ w over all of them is wᵀ C w.
    """
    centre, rows = digits.x.mean(axis=0), []
    covariance = (digits.x - centre).T @ (digits.x - centre) / len(digits.x)
    weight = first(network, seed)["weight1"]
    for moment in warming(network, digits, (1.0,), updates=updates, every=1, seed=seed):
        batch = moment.stored[1.0]
        rows.append((batch["mean1"], batch["var1"], centre @ weight, (covariance @ weight * weight).sum(axis=0)))
        weight = moment.parameters["weight1"]
    return Record(*(np.array(column) for column in zip(*rows, strict=True)))


def running_average(values: Array, start: float, new_weight: float) -> Array:
    """After each of the values (T, …) in turn: (1 − new_weight) · old + new_weight · value, from ``start``; (T, …)."""
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


class Off(NamedTuple):
    """How far a mean is from the right one, in standard deviations of a unit, and a variance, as a part of its own.

    Both are root mean squares.
    """

    mean: float
    var: float


def off(mean: Array, var: Array, whole_mean: Array, whole_var: Array) -> Off:
    """`Off` of statistics against those of all training digits, over all units (and updates)."""
    errors = (mean - whole_mean) / np.sqrt(whole_var), var / whole_var - 1
    return Off(*(float(np.sqrt(np.mean(error**2))) for error in errors))


class Averaged(NamedTuple):
    """The running mean and variance (T, …) with some weight of the new value, and how far off they are late."""

    means: Array
    variances: Array
    off: Off


def averaged(record: Record, new_weight: float) -> Averaged:
    """A record averaged as running statistics are; ``off`` is that of the second half of the run."""
    mean, var = (running_average(record[k], k, new_weight) for k in (0, 1))  # the start is 0 and 1
    half = slice(len(mean) // 2, None)
    return Averaged(mean, var, off(mean[half], var[half], record.whole_means[half], record.whole_variances[half]))


def averages_at_end(record: Record, z: Array) -> dict[str, Off]:
    """How far off several averages are after the last update, z (N, D) being all digits with the last weights."""
    whole = z.mean(axis=0), z.var(axis=0)
    found = {f"last_{k}": off(*(record[j][-k:].mean(axis=0) for j in (0, 1)), *whole) for k in (1, 5, 20, 200)}
    found["exponential"] = off(*(running_average(record[k], k, 0.1)[-1] for k in (0, 1)), *whole)
    batches = z[:1200].reshape(20, 60, -1)
    found["algorithm_2"] = off(batches.mean(axis=(0, 1)), batches.var(axis=1, ddof=1).mean(axis=0), *whole)
    return found


def quieter(z: Array, new_weight: float, batches: int = 4000, seed: int = 0) -> float:
    """How many times smaller a running average's variance is than a batch mean's, the weights standing still."""
    means = z[np.random.default_rng(seed).integers(0, len(z), (batches, BATCH_SIZE))].mean(axis=1)
    late = running_average(means, means[0], new_weight)[batches // 4 :]
    return float(np.mean(means.var(axis=0) / late.var(axis=0)))


def variance_ratios(z: Array, batch_sizes: Sequence[int]) -> dict[int, Array]:
    """For each batch size, the biased variances of 2,000 batches of z (N,) as multiples of that of all of z."""
    rng, most = np.random.default_rng(0), RULE_BATCHES * max(batch_sizes)
    drawn = np.concatenate([rng.permutation(len(z)) for _ in range(-(-most // len(z)))])
    batches = {m: z[drawn[: RULE_BATCHES * m]].reshape(RULE_BATCHES, m).astype(float) for m in batch_sizes}
    return {m: batch.var(axis=1) / z.var(dtype=float) for m, batch in batches.items()}


def followed(biased: Array, batch_size: int, rule: str, momentum: float, start: float) -> Array:
    """The running variance after each batch, (K,), ``biased`` (K,) being the batches' variances, from ``start``."""
    unbiased = biased * batch_size / (batch_size - 1)
    if rule == "paper":
        return np.cumsum(unbiased) / np.arange(1, len(unbiased) + 1)
    new_weight = momentum if rule == "pytorch" else 1 - momentum
    return running_average(unbiased if rule == "pytorch" else biased, start, new_weight)


def after_a_look(
    network: Network, parameters: Parameters, running: Parameters, test: Dataset, order: Array, batch_size: int
) -> Parameters:
    """The stored statistics after all test digits went through in this order in training mode (momentum 0.1)."""
    z, stored = test.x[order] @ parameters["weight1"], dict(running)
    for rows in batch_slices(len(z), batch_size):
        batch = z[rows]
        stored["mean1"], stored["var1"] = update_running_stats(
            stored["mean1"], stored["var1"], batch.mean(axis=0), batch.var(axis=0), len(batch), 0.1)  # fmt: skip
    return stored


def in_inference_mode(
    network: Network, digits: Dataset, running: Parameters, rate: float, updates: int = 528, seed: int = 0
) -> Parameters | None:
    """Trained with the flag at inference from the first update on; None if it diverged."""
    def differentiate(network: Network, parameters: Parameters, x: Array, y: Array) -> tuple:
        return stored_mode(network, parameters, x, y, running)

    end = last(run(network, first(network, seed), digits.x, digits.y, updates=updates, batch_size=BATCH_SIZE,
                   learning_rate=rate, rng=np.random.default_rng([seed, 1]), drop_last=True,
                   differentiate=differentiate))  # fmt: skip
    return None if diverged(end) else end.parameters


def after_small_batches(
    network: Network, digits: Dataset, test: Dataset, batch_size: int, seed: int = 0, updates: int = 300,
    rate: float = 0.1,
) -> tuple[float, float]:  # fmt: skip
    """Accuracy with the running averages, and with the statistics of all training digits (for the first layer)."""
    end = last(run(network, first(network, seed), digits.x, digits.y, updates=updates, batch_size=batch_size,
                   learning_rate=rate, rng=np.random.default_rng([seed, 1])))  # fmt: skip
    if not network.running_shapes:
        plain = accuracy(predict(network, end.parameters, {}, test.x), test.y)
        return plain, plain
    anew = taken_anew(network, end.parameters, digits.x)
    return tuple(right(network, end.parameters, running, test) for running in (end.running, anew))
