"""Lesson 03's numbers: the noise of mini-batch gradients, what a batch size costs, and runs that fit and overfit."""

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers.batching import total_iterations
from helpers.layers import softmax_cross_entropy
from helpers.network import LayerCache, Network, Parameters, accuracy, forward, initialize
from helpers.recording import diverged, last, run
from helpers.validate import Array, NotFiniteError

Examples = tuple[Array, Array]

DRAWS = 300  # of mini-batches, for a cloud
PATH_UPDATES, PATH_EVERY = 400, 4
MOST_UPDATES = 600  # a run that has not reached its target by then is given up
CHECKS = frozenset(round(1.1**k) for k in range(100))  # the updates after which the loss is measured
FIT_BATCH_SIZE, FIT_RATE = 20, 0.1
FIT_UPDATES = 1000
MOST_MEASURED = 1000  # training digits that a loss is measured on
FLOAT32 = 4
SMALL = Network((196, 32, 10))


def drawn_means(
    gradients: Array, batch_size: int, draws: int, rng: np.random.Generator, replacement: bool = False
) -> Array:
    """Mini-batch gradients (draws, D): means of ``batch_size`` rows of ``gradients`` (N, D), drawn anew each time."""
    n = len(gradients)
    if replacement:
        rows = rng.integers(n, size=(draws, batch_size))
    else:
        rows = rng.permuted(np.tile(np.arange(n), (draws, 1)), axis=1)[:, :batch_size]
    cells = rows + n * np.arange(draws)[:, None]
    uses = np.bincount(cells.ravel(), minlength=n * draws).reshape(draws, n)
    return uses @ gradients / batch_size


def spread(means: Array, full: Array) -> float:
    """Root mean square distance of mini-batch gradients ``means`` (draws, D) from the full one (D,)."""
    return float(np.sqrt(((means - full) ** 2).sum(axis=1).mean()))


def expected_spread(gradients: Array, batch_size: int, replacement: bool = False) -> float:
    """Root mean square distance of a mini-batch gradient from the full one; ``gradients`` (N, D).

    σ / √B with σ² the sum of the D variances (with 1/N); without replacement also × √((N − B) / (N − 1)).
    """
    n, variance = len(gradients), gradients.var(axis=0).sum()
    left = 1 if replacement else (n - batch_size) / (n - 1)
    return float(np.sqrt(variance / batch_size * left))


@np.errstate(over="ignore", invalid="ignore")
def probe_loss(network: Network, parameters: Parameters, probe: Examples) -> float:
    """The mean loss of other digits (x, y); NaN where a signal overflows."""
    try:
        return softmax_cross_entropy(forward(network, parameters, probe[0])[0], probe[1])[0]
    except NotFiniteError:
        return math.nan


class Path(NamedTuple):
    """A run so far: two biases' way from the start, (2,) each, and the loss of the probe at some updates."""

    batch_size: int
    learning_rate: float
    places: list[Array]
    losses: list[float]
    diverged: bool = False


def path(
    network: Network, start: Parameters, data: Examples, probe: Examples, batch_size: int, learning_rate: float,
    seed: int = 1,
) -> Iterator[Path]:  # fmt: skip
    """The path so far after each of 400 updates; ``data`` and ``probe`` are (x, y).

    The biases are those of the scores for 0 and for 1; the loss is measured at the start and after every 4 updates.
    """
    name, found = f"bias{network.depth}", Path(batch_size, learning_rate, [], [])
    for step in run(network, start, *data, updates=PATH_UPDATES, batch_size=batch_size, learning_rate=learning_rate,
                    rng=np.random.default_rng(seed)):  # fmt: skip
        measured = step.update % PATH_EVERY == 0
        loss = probe_loss(network, step.parameters, probe) if measured else step.loss
        if diverged(step) or (step.update and not math.isfinite(loss)):
            yield found._replace(diverged=True)
            return
        found.places.append(step.parameters[name][:2] - start[name][:2])
        found.losses.extend([loss] * measured)
        if step.update:
            yield found


class Approach(NamedTuple):
    """A run on its way to a target loss: ``losses`` of other digits at some ``updates``; ``done`` of them so far."""

    batch_size: int
    learning_rate: float
    n_examples: int
    updates: list[int]
    losses: list[float]
    done: int = 0
    reached: bool = False
    diverged: bool = False


def approach(
    network: Network, start: Parameters, data: Examples, probe: Examples, target: float, *,
    batch_size: int, learning_rate: float, most: int = MOST_UPDATES, seed: int = 1,
) -> Iterator[Approach]:  # fmt: skip
    """Train until the probe's loss is at most ``target``, for at most ``most`` updates; ``data``, ``probe``: (x, y)."""
    found = Approach(batch_size, learning_rate, len(data[0]), [], [])
    steps = run(network, start, *data, updates=most, batch_size=batch_size, learning_rate=learning_rate,
                rng=np.random.default_rng(seed))  # fmt: skip
    for step in islice(steps, 1, None):
        found = found._replace(done=step.update, diverged=diverged(step))
        if step.update in CHECKS and not found.diverged:
            loss = probe_loss(network, step.parameters, probe)
            found = found._replace(reached=loss <= target, diverged=not math.isfinite(loss))
            if not found.diverged:
                found.updates.append(step.update)
                found.losses.append(loss)
        yield found
        if found.reached or found.diverged:
            return


def cached_bytes(caches: Sequence[LayerCache], logits: Array) -> int:
    """The bytes that a forward pass holds for the backward pass, the batch itself and the logits included."""
    arrays = [logits]
    for layer in caches:
        arrays += [layer.linear.x, layer.z, *(layer.activation or ())]
    return sum({id(array): array.nbytes for array in arrays if array is not None}.values())


def float32_bytes(hidden: int) -> tuple[int, int]:
    """The bytes of the parameters of 784-``hidden``-10, and of what is held for each example of a batch."""
    weights = FLOAT32 * (784 * hidden + hidden + 10 * hidden + 10)
    return weights, FLOAT32 * (784 + 2 * hidden + 10) + hidden  # pixels, before and after ReLU, scores; a byte of mask


class Fit(NamedTuple):
    """A run so far, measured at some updates from 0 on: rows (training, validation) of losses and of accuracies.

    ``wrong_losses`` are the mean losses of the validation digits that are answered wrongly, NaN where there are none.
    """

    updates: list[int]
    losses: list[tuple[float, float]]
    accuracies: list[tuple[float, float]]
    wrong_losses: list[float]
    per_epoch: int
    diverged: bool = False

    @property
    def best(self) -> int:
        """Where in the record the validation loss is smallest."""
        return int(np.argmin([row[1] for row in self.losses]))


def fit(data: Examples, held_out: Examples, *, hidden: int = 100, updates: int = FIT_UPDATES,
        marks: frozenset[int] | None = None, seed: int = 0) -> Iterator[Fit]:  # fmt: skip
    """Train 784-``hidden``-10 on ``data`` (x, y) in batches of 20 at rate 0.1; yield the record after each update.

    Measured at the start and at the updates in ``marks``, or after each epoch; ``seed`` draws the start and the
    batches.
    """
    network = Network((data[0].shape[1], hidden, 10))
    start = initialize(network, np.random.default_rng(seed), dtype=np.float32)
    per_epoch = math.ceil(len(data[0]) / FIT_BATCH_SIZE)
    marks, record = marks or frozenset(range(0, updates + 1, per_epoch)), Fit([], [], [], [], per_epoch)
    for step in run(network, start, *data, updates=updates, batch_size=FIT_BATCH_SIZE, learning_rate=FIT_RATE,
                    rng=np.random.default_rng(seed + 1)):  # fmt: skip
        if diverged(step):
            yield record._replace(diverged=True)
            return
        if step.update == 0 or step.update in marks:
            _measure(record, step.update, network, step.parameters, data, held_out)
        if step.update:
            yield record


def _measure(record: Fit, update: int, network: Network, parameters: Parameters, *parts: Examples) -> None:
    pairs = [(forward(network, parameters, x[:MOST_MEASURED])[0], y[:MOST_MEASURED]) for x, y in parts]
    record.updates.append(update)
    record.losses.append(tuple(softmax_cross_entropy(*pair)[0] for pair in pairs))
    record.accuracies.append(tuple(accuracy(*pair) for pair in pairs))
    logits, y = pairs[-1]
    wrong = logits.argmax(axis=1) != y
    record.wrong_losses.append(softmax_cross_entropy(logits[wrong], y[wrong])[0] if wrong.any() else math.nan)


def measured_updates(updates: int) -> frozenset[int]:
    """Where a chosen fit is measured: each of these updates about 18 % later than the one before."""
    return frozenset(round(1.18**k) for k in range(200) if 1.18**k < updates) | {updates}


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


def pooled(x: Array) -> Array:
    """Pictures (N, 784) as (N, 196): the means of 2×2 pixels."""
    return x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


def accuracy_after(
    data: Examples, others: Examples, batch_size: int, epochs: int, learning_rate: float, seed: int
) -> tuple[float, int]:
    """The accuracy on ``others`` (x, y) after training on ``data`` (x, y), both `pooled`, and the updates made."""
    updates = total_iterations(len(data[0]), batch_size, epochs)
    start = initialize(SMALL, np.random.default_rng(seed), dtype=np.float32)
    end = last(run(SMALL, start, *data, updates=updates, batch_size=batch_size, learning_rate=learning_rate,
                   rng=np.random.default_rng(seed)))  # fmt: skip
    return accuracy(forward(SMALL, end.parameters, others[0])[0], others[1]), end.update


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean and twice its standard error, s / √n with 1/(n − 1) in s, of at least two ``values``."""
    return float(np.mean(values)), float(2 * np.std(values, ddof=1) / np.sqrt(len(values)))
