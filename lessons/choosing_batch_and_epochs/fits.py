"""Lesson 03's runs that fit and overfit, when to stop them, and what a large batch reaches in equal epochs."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from helpers.batching import total_iterations
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, Parameters, accuracy, forward, initialize
from helpers.recording import diverged, last, run
from helpers.validate import Array

Examples = tuple[Array, Array]

FIT_BATCH_SIZE = 20
MOST_MEASURED = 1000  # training digits that a loss is measured on
SMALL = Network((196, 32, 10))


class Fit(NamedTuple):
    """A run so far, measured at some updates from 0 on: rows (training, validation) of losses and of accuracies.

    ``wrong_losses`` are the mean losses of the validation digits that are answered wrongly, NaN where there are none.
    """

    per_epoch: int
    updates: list[int]
    losses: list[tuple[float, ...]]
    accuracies: list[tuple[float, ...]]
    wrong_losses: list[float]
    parameters: Parameters
    diverged: bool = False

    @property
    def best(self) -> int:
        """The place in the record of the lowest validation loss."""
        return int(np.argmin([row[1] for row in self.losses]))

    def summary(self) -> dict[str, float]:
        """Where the validation loss is lowest and its accuracy, in percent, highest; both there and at the end."""
        best, accuracies = self.best, [100 * row[1] for row in self.accuracies]
        peak = int(np.argmax(accuracies))
        return {
            "at": self.updates[best],
            "lowest": self.losses[best][1],
            "end": self.losses[-1][1],
            "training": self.losses[-1][0],
            "peak": accuracies[peak],
            "peak_at": self.updates[peak],
            "accuracy": accuracies[best],
            "end_accuracy": accuracies[-1],
        }


def fit(
    data: Examples, held_out: Examples, *, updates: int, learning_rate: float = 0.1, hidden: int = 100,
    marks: frozenset[int] | None = None, seed: int = 0,
) -> Iterator[Fit]:  # fmt: skip
    """Train 784-``hidden``-10 on ``data`` (x, y) in batches of 20; the record so far after each update.

    Measured at the start and after the updates in ``marks``; by default after each epoch. ``held_out`` are validation
    digits (x, y).
    """
    network, per_epoch = Network((784, hidden, 10)), math.ceil(len(data[0]) / FIT_BATCH_SIZE)
    start = initialize(network, np.random.default_rng(seed), dtype=np.float32)
    marks = frozenset(range(per_epoch, updates + 1, per_epoch)) if marks is None else marks
    record = Fit(per_epoch, [], [], [], [], start)
    for step in run(network, start, *data, updates=updates, batch_size=FIT_BATCH_SIZE, learning_rate=learning_rate,
                    rng=np.random.default_rng([seed, 1])):  # fmt: skip
        if diverged(step):
            yield record._replace(diverged=True)
            return
        record = record._replace(parameters=step.parameters)
        if step.update == 0 or step.update in marks:
            _measure(record, step.update, network, data, held_out)
        if step.update:
            yield record


def _measure(record: Fit, update: int, network: Network, *parts: Examples) -> None:
    scores = [(forward(network, record.parameters, x[:MOST_MEASURED])[0], y[:MOST_MEASURED]) for x, y in parts]
    record.updates.append(update)
    record.losses.append(tuple(softmax_cross_entropy(*pair)[0] for pair in scores))
    record.accuracies.append(tuple(accuracy(*pair) for pair in scores))
    logits, y = scores[-1]
    wrong = logits.argmax(axis=1) != y
    record.wrong_losses.append(softmax_cross_entropy(logits[wrong], y[wrong])[0] if wrong.any() else math.nan)


def fitted(data: Examples, held_out: Examples, **settings: Any) -> Fit:
    """The whole record of `fit`."""
    return last(fit(data, held_out, **settings))


def measured_updates(updates: int) -> frozenset[int]:
    """Where a chosen fit is measured: each of these updates about 12 % later than the one before."""
    return frozenset(round(1.12**k) for k in range(200) if 1.12**k < updates) | {updates}


def with_wrong_labels(labels: Array, percent: float, rng: np.random.Generator) -> Array:
    """A copy of ``labels`` (N,) in which about ``percent`` of them are other classes, 0 … 9, drawn at random."""
    wrong = rng.random(len(labels)) < percent / 100
    return np.where(wrong, (labels + rng.integers(1, 10, len(labels))) % 10, labels)


def biased_rows(labels: Array, count: int, rng: np.random.Generator) -> Array:
    """``count`` places in ``labels`` (N,), the first ones where a digit is below 5 or one of few others."""
    return np.flatnonzero((labels < 5) | (rng.random(len(labels)) < 0.05))[:count]


class Stopping(NamedTuple):
    """Early stopping as seen after ``epoch``: the best epoch so far, how long ago that is, and whether it stopped."""

    epoch: int
    patience: int
    best: int
    waited: int
    stopped: bool


def stopping(losses: Sequence[float], epoch: int, patience: int) -> Stopping:
    """What early stopping has come to after ``epoch``; ``losses`` (epochs + 1,) of the validation, the start first."""
    best = 0
    for now in range(epoch + 1):
        if losses[now] < losses[best]:
            best = now
        if now - best >= patience:
            return Stopping(now, patience, best, patience, True)
    return Stopping(epoch, patience, best, epoch - best, False)


class Wobble(NamedTuple):
    """A run in batches of one, twenty measurements an epoch: the training loss, and the digits' gradients' spread."""

    losses: list[float]
    spreads: list[float]


def wobble(data: Examples, hidden: int, rates: Sequence[float], seed: int = 0) -> Wobble:
    """Train 784-``hidden``-10 on ``data`` (x, y), one digit an update, one epoch with each rate in ``rates``.

    The spread is that of single digits' gradients of the last biases around their mean: σ.
    """
    network, (x, y) = Network((784, hidden, 10)), data
    state, rng = initialize(network, np.random.default_rng(seed), dtype=np.float32), np.random.default_rng([seed, 1])
    found = Wobble([], [])
    for rate in rates:
        for step in run(network, state, x, y, updates=len(x), batch_size=1, learning_rate=rate, rng=rng):
            if step.update and step.update % (len(x) // 20) == 0:
                loss, slopes = softmax_cross_entropy(forward(network, step.parameters, x)[0], y)
                found.losses.append(loss)
                found.spreads.append(float(len(x) * np.sqrt(slopes.var(axis=0).sum())))
        state = step.parameters
    return found


def label_noise(percent: float) -> float:
    """The loss that is left to whoever knows the right class and that ``percent`` of the labels are others: 1 to 9."""
    wrong = percent / 100
    return -(1 - wrong) * math.log(1 - wrong) - wrong * math.log(wrong / 9)


def learning_curve(parts: Sequence[Examples], held_out: Examples, seed: int = 0) -> list[tuple[float, float]]:
    """Training and validation loss after 5,000 updates on each of ``parts`` (x, y), with 10 hidden units.

    A fifth of the labels is made wrong first, those of the validation digits ``held_out`` (x, y) too.
    """
    rng = np.random.default_rng([seed, 3])
    others, found = (held_out[0], with_wrong_labels(held_out[1], 20, rng)), []
    for x, y in parts:
        few = x, with_wrong_labels(y, 20, rng)
        record = fitted(few, others, updates=5000, learning_rate=0.03, hidden=10, marks=frozenset([5000]), seed=seed)
        found.append(record.losses[-1])
    return found


def pooled(x: Array) -> Array:
    """Pictures (N, 784) as (N, 196): the means of 2×2 pixels."""
    return x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


def tuned_accuracy(
    data: Examples, others: Examples, batch_size: int, epochs: int, rates: Sequence[float], seed: int
) -> float:
    """The accuracy on the second half of ``others`` at the one of ``rates`` that is best on its first half.

    Trained on ``data``; both are `pooled` (x, y).
    """
    updates, half = total_iterations(len(data[0]), batch_size, epochs), len(others[1]) // 2
    start = initialize(SMALL, np.random.default_rng(seed), dtype=np.float32)
    found = []
    for rate in rates:
        end = last(run(SMALL, start, *data, updates=updates, batch_size=batch_size, learning_rate=rate,
                       rng=np.random.default_rng([seed, 1])))  # fmt: skip
        logits = forward(SMALL, end.parameters, others[0])[0]
        found.append((accuracy(logits[:half], others[1][:half]), accuracy(logits[half:], others[1][half:])))
    return max(found)[1]


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean and twice its standard error, s / √n with 1/(n − 1) in s, of at least two ``values``."""
    return float(np.mean(values)), float(2 * np.std(values, ddof=1) / np.sqrt(len(values)))
