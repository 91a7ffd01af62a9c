"""Lesson 02's numbers: updates counted, batch losses averaged, draws counted, and runs recorded update by update."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from helpers.batching import batch_slices, iterations_per_epoch, total_iterations
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, Parameters, forward
from helpers.training import training_steps

Array = np.ndarray
SHOWN_DIGITS = 10


class Count(NamedTuple):
    """The updates of a run; ``smaller`` is the size of a smaller last batch and ``dropped`` of one left out, or 0."""

    iterations: int
    updates: int
    smaller: int
    dropped: int


def count(n_examples: int, batch_size: int, epochs: int, drop_last: bool) -> Count:
    """How many iterations an epoch has, how many updates the run, and what becomes of the examples left over."""
    iterations = iterations_per_epoch(n_examples, batch_size, drop_last)
    left = n_examples % batch_size
    smaller, dropped = (0, left) if drop_last else (left, 0)
    return Count(iterations, total_iterations(n_examples, batch_size, epochs, drop_last), smaller, dropped)


class BatchLosses(NamedTuple):
    """The loss and the size of each batch of an epoch, and the mean loss taken over batches and over examples.

    times: how often an example of the last batch counts for one of a full batch in the mean over the batches.
    """

    means: Array
    sizes: Array
    of_batches: float
    of_examples: float
    times: float


def batch_losses(losses: Array, n_examples: int, batch_size: int, seed: int) -> BatchLosses:
    """The first ``n_examples`` of the examples' ``losses`` (N,), shuffled and cut into batches."""
    shuffled = losses[np.random.default_rng(seed).permutation(n_examples)]
    batches = [shuffled[part] for part in batch_slices(n_examples, batch_size)]
    means = np.array([batch.mean() for batch in batches])
    sizes = np.array([len(batch) for batch in batches])
    return BatchLosses(means, sizes, float(means.mean()), float(shuffled.mean()), float(sizes[0] / sizes[-1]))


class Coverage(NamedTuple):
    """How often each example was used (N,), and the share of them expected to be used at least once."""

    uses: Array
    expected: float


def coverage(n_examples: int, epochs: int, replacement: bool, seed: int) -> Coverage:
    """``epochs`` times N draws from N examples, each put back before the next one or not."""
    rng = np.random.default_rng(seed)
    if replacement:
        drawn = rng.integers(n_examples, size=n_examples * epochs)
    else:
        drawn = np.concatenate([rng.permutation(n_examples) for _ in range(epochs)])
    missed = (1 - 1 / n_examples) ** (n_examples * epochs) if replacement else 0.0
    return Coverage(np.bincount(drawn, minlength=n_examples), 1 - missed)


class Recorded(NamedTuple):
    """One update of a recorded run: its place, the rows of its batch, its loss before, the parameters after."""

    epoch: int
    iteration: int
    rows: Array
    loss: float
    parameters: Parameters


def recorded_run(network: Network, start: Parameters, x: Array, y: Array, *, batch_size: int, epochs: int,
                 learning_rate: float, seed: int) -> list[Recorded]:  # fmt: skip
    """What the lesson's own loop records: every update of a run whose shuffles come from ``seed``."""
    order = np.random.default_rng(seed)
    epoch_rows = (order.permutation(len(x)) for _ in range(epochs))
    rows = [shuffled[part] for shuffled in epoch_rows for part in batch_slices(len(x), batch_size)]
    run = training_steps(network, start, x, y, batch_size=batch_size, epochs=epochs, learning_rate=learning_rate,
                         rng=np.random.default_rng(seed))  # fmt: skip
    return [Recorded(step.epoch, step.iteration, batch, step.loss, step.parameters)
            for step, batch in zip(run, rows, strict=True)]  # fmt: skip


class Moment(NamedTuple):
    """What the walk shows after some updates: the last batch's first pictures (10, 784) and what its update did.

    ``changes`` are relative, ‖new − old‖ / ‖old‖, one a layer; ``gain`` (784,) is how far one unit's weights are
    from where they started. Before the first update the losses are those of all examples.
    """

    epoch: int
    iteration: int
    pictures: Array
    loss_before: float
    loss_after: float
    changes: tuple[float, ...]
    gain: Array


def moments(network: Network, start: Parameters, x: Array, y: Array, run: Sequence[Recorded]) -> list[Moment]:
    """What a recorded ``run`` on ``x`` (N, 784) did, before its first update and after each.

    The unit whose weights' gain is kept is the one of the first layer whose weights move farthest in the run.
    """
    everything = Recorded(0, 0, np.arange(len(x)), loss_of(network, start, x, y), start)
    unit = np.linalg.norm(run[-1].parameters["weight1"] - start["weight1"], axis=0).argmax()
    found, before = [], start
    for record in (everything, *run):
        after, rows = record.parameters, record.rows
        pictures = x[rows[:SHOWN_DIGITS]] * (record.epoch > 0)
        changes = relative_changes(network, before, after)
        gain = after["weight1"][:, unit] - start["weight1"][:, unit]
        losses = record.loss, loss_of(network, after, x[rows], y[rows])
        found.append(Moment(record.epoch, record.iteration, pictures, *losses, changes, gain))
        before = after
    return found


def relative_changes(network: Network, before: Parameters, after: Parameters) -> tuple[float, ...]:
    """‖new − old‖ / ‖old‖ of each layer's weights."""
    weights = [f"weight{k}" for k in range(1, network.depth + 1)]
    return tuple(float(np.linalg.norm(after[w] - before[w]) / np.linalg.norm(before[w])) for w in weights)


class Run(NamedTuple):
    """A run so far: its iterations an epoch, batch losses and, after the ``marked`` updates, the loss of all."""

    per_epoch: int
    losses: list[float]
    marked: list[int]
    marked_losses: list[float]


def marked_updates(per_epoch: int, epochs: int) -> set[int]:
    """The updates after which a run's loss is measured: 1, 2, 5, 10, 20, 50 … in the first epoch, each epoch's last."""
    early = {digit * 10**power for power in range(len(str(per_epoch))) for digit in (1, 2, 5)}
    return {update for update in early if update < per_epoch} | {per_epoch * k for k in range(1, epochs + 1)}


def marked_run(network: Network, start: Parameters, x: Array, y: Array, **settings: object) -> Iterator[Run]:
    """Train as `training_steps` does with the same ``settings``; yield the run after each update."""
    per_epoch = iterations_per_epoch(len(x), settings["batch_size"])
    run = Run(per_epoch, [], [0], [loss_of(network, start, x, y)])
    marked = marked_updates(per_epoch, settings["epochs"])
    for step in training_steps(network, start, x, y, **settings):
        run.losses.append(step.loss)
        if step.update in marked:
            run.marked.append(step.update)
            run.marked_losses.append(loss_of(network, step.parameters, x, y))
        yield run


def loss_of(network: Network, parameters: Parameters, x: Array, y: Array) -> float:
    """The mean loss of the examples ``x`` (N, D) with labels ``y`` (N,)."""
    return softmax_cross_entropy(forward(network, parameters, x)[0], y)[0]
