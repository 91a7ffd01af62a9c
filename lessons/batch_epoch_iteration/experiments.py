"""Lesson 02's numbers: digits in order and shuffled, updates counted and followed one by one, batch sizes compared."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers.batching import batch_slices, iterations_per_epoch, total_iterations
from helpers.data import MNIST_SPLIT_SEED, MNIST_TEST_SIZE, Dataset, load_mnist, train_test_split
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, Parameters, accuracy, forward, initialize, loss_and_gradients
from helpers.training import sgd_update, training_steps

Array = np.ndarray
Seed = int | Sequence[int]
CLASSES, EACH = 10, 100
BATCH = 20  # of the runs that are compared by the order of their digits
LOOKS = 10  # the most epochs of a run that are looked into


def sorted_digits() -> tuple[Array, Array, Array, Array]:
    """1,000 digits to train with and 1,000 new ones, 100 of each class, sorted by class: x, y, new_x, new_y.

    They are of the two parts that `split_mnist` gives, which would keep all 10,000 in memory.
    """
    train, test = train_test_split(load_mnist(), MNIST_TEST_SIZE, MNIST_SPLIT_SEED)
    return *_hundred_of_each(train), *_hundred_of_each(test)


def _hundred_of_each(digits: Dataset) -> tuple[Array, Array]:
    rows = np.concatenate([np.flatnonzero(digits.y == k)[:EACH] for k in range(CLASSES)])
    return digits.x[rows].astype(np.float64), digits.y[rows]


def orders(way: str, n: int, batch_size: int, seed: Seed) -> Iterator[Array]:
    """For one epoch after another the rows of N examples in the order in which they are used, batch by batch.

    way: "sorted", as they lie; "batches", cut as they lie and the batches shuffled; "once", shuffled before the first
    epoch; "shuffled" anew for each epoch; "drawn", each one from all N, so that some come twice and others never.
    """
    rng = np.random.default_rng(seed)
    lying, mixed = np.arange(n), rng.permutation(n)
    ready = [lying[part] for part in batch_slices(n, batch_size)]
    ways = {
        "sorted": lambda: lying,
        "batches": lambda: np.concatenate([ready[k] for k in rng.permutation(len(ready))]),
        "once": lambda: mixed,
        "shuffled": lambda: rng.permutation(n),
        "drawn": lambda: rng.integers(n, size=n),
    }
    while True:
        yield ways[way]()


class Updated(NamedTuple):
    """One update: the rows of its batch (B,), the batch's loss before it, the parameters after it."""

    rows: Array
    loss: float
    parameters: Parameters


def updates(network: Network, parameters: Parameters, x: Array, y: Array, epochs: Iterable[Array], *, batch_size: int,
            learning_rate: float) -> Iterator[Updated]:  # fmt: skip
    """Train on the rows that ``epochs`` gives for each epoch, one update for each batch."""
    for order in epochs:
        for part in batch_slices(len(order), batch_size):
            rows = order[part]
            loss, gradients, _ = loss_and_gradients(network, parameters, x[rows], y[rows])
            parameters = sgd_update(parameters, gradients, learning_rate)
            yield Updated(rows, loss, parameters)


def first_epoch(network: Network, start: Parameters, x: Array, y: Array, learning_rate: float) -> tuple[Array, int]:
    """One epoch of the digits as they lie: the loss of each batch before its update, and how many updates lower it."""
    order = islice(orders("sorted", len(x), BATCH, 0), 1)
    run = [*updates(network, start, x, y, order, batch_size=BATCH, learning_rate=learning_rate)]
    helped = sum(loss_of(network, done.parameters, x[done.rows], y[done.rows]) < done.loss for done in run)
    return np.array([done.loss for done in run]), helped


def right_by_way(network: Network, digits: Sequence[Array], ways: Sequence[str], learning_rate: float, *,
                 n_runs: int = 3, each: Callable[[], None] = int) -> dict[str, list[float]]:  # fmt: skip
    """For each way to order the digits, the share of new ones that is right after 10 epochs, in each of some runs.

    each: called after each run, to show progress.
    """
    x, y, new_x, new_y = digits
    found: dict[str, list[float]] = {way: [] for way in ways}
    for way in ways:
        for seed in range(n_runs):
            start, order = initialize(network, np.random.default_rng(seed)), orders(way, len(x), BATCH, [seed, 1])
            run = updates(network, start, x, y, islice(order, 10), batch_size=BATCH, learning_rate=learning_rate)
            *_, last = run
            found[way].append(accuracy_of(network, last.parameters, new_x, new_y))
            each()
    return found


class Known(NamedTuple):
    """What two runs know: ``sorted`` as the digits lie, ``shuffled``; each (10, 10), after which part, of which class.

    A column is the share of the new digits that is right after a tenth of an epoch, a row for each class.
    """

    sorted: Array
    shuffled: Array


def forgetting(network: Network, start: Parameters, digits: tuple[Array, ...], epochs: int,
               learning_rate: float, seed: Seed = 1) -> Iterator[Known]:  # fmt: skip
    """Train on digits that lie sorted and on shuffled ones, and look ten times in each of the last epochs.

    Up to ten epochs are looked at; a column that is not reached yet is that of the epoch looked at before.
    """
    x, y, new_x, new_y = digits
    found = Known(*(np.zeros((CLASSES, CLASSES)) for _ in Known._fields))
    settings = {"batch_size": BATCH, "learning_rate": learning_rate}
    runs = [updates(network, start, x, y, orders(way, len(x), BATCH, seed), **settings) for way in Known._fields]
    for epoch in range(1, epochs + 1):
        looked = epochs <= LOOKS or epoch % (epochs // LOOKS) == 0
        for tenth in range(CLASSES):
            for known, run in zip(found, runs, strict=True):
                *_, last = islice(run, len(x) // BATCH // CLASSES)
                if looked:
                    known[:, tenth] = by_class(network, last.parameters, new_x, new_y)
            yield found


def by_class(network: Network, parameters: Parameters, x: Array, y: Array) -> Array:
    """The share of each class's examples that is right, (10,)."""
    right = forward(network, parameters, x)[0].argmax(axis=1) == y
    return np.array([right[y == k].mean() for k in range(CLASSES)])


def accuracy_of(network: Network, parameters: Parameters, x: Array, y: Array) -> float:
    """The share of the examples that is right."""
    return accuracy(forward(network, parameters, x)[0], y)


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


def shown_batches(n_examples: int, batch_size: int, most: int) -> list[tuple[int, int] | None]:
    """An epoch's batches as (number, size); where there are more than ``most``, the first, None, the last two."""
    n_batches = iterations_per_epoch(n_examples, batch_size)
    sizes = [(k, min(batch_size, n_examples - (k - 1) * batch_size)) for k in range(1, n_batches + 1)]
    return sizes if n_batches <= most else [*sizes[: most - 3], None, *sizes[-2:]]


class Moment(NamedTuple):
    """One update: its batch's rows (B,) and, each before and after it, the loss of the batch and of all others."""

    rows: Array
    own: tuple[float, float]
    others: tuple[float, float]


def changes(moment: Moment) -> tuple[float, float]:
    """What the update changed: the loss of its own batch, and of all others."""
    return moment.own[1] - moment.own[0], moment.others[1] - moment.others[0]


def moments(network: Network, start: Parameters, x: Array, y: Array, way: str, epochs: int, *, batch_size: int,
            learning_rate: float, seed: Seed) -> list[Moment]:  # fmt: skip
    """What each update of a run does to its own batch and to all others; first, as update 0, the start."""
    first = islice(orders(way, len(x), batch_size, seed), epochs)
    losses = example_losses(network, start, x, y)
    still = float(losses.mean()), float(losses.mean())
    found = [Moment(np.arange(0), still, still)]
    for rows, _, after in updates(network, start, x, y, first, batch_size=batch_size, learning_rate=learning_rate):
        old, losses = losses, example_losses(network, after, x, y)
        outside = np.ones(len(x), bool)
        outside[rows] = False
        own, others = ((float(old[part].mean()), float(losses[part].mean())) for part in (rows, outside))
        found.append(Moment(rows, own, others))
    return found


def example_losses(network: Network, parameters: Parameters, x: Array, y: Array) -> Array:
    """The loss of each example, (N,)."""
    logits = forward(network, parameters, x)[0]
    logits -= logits.max(axis=1, keepdims=True)
    return np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]


def loss_of(network: Network, parameters: Parameters, x: Array, y: Array) -> float:
    """The mean loss of the examples ``x`` (N, D) with labels ``y`` (N,)."""
    return softmax_cross_entropy(forward(network, parameters, x)[0], y)[0]


class Curve(NamedTuple):
    """The loss of all examples after some of the updates of a run; before the first one, update 0."""

    updates: list[int]
    losses: list[float]


RUN_SIZES = (1000, 100, 10, 1)


def size_runs(network: Network, start: Parameters, x: Array, y: Array, epochs: int,
              learning_rate: float, seed: Seed = 1) -> Iterator[dict[int, Curve]]:  # fmt: skip
    """Train with each of the batch sizes in turn; yield all curves so far after each update."""
    curves: dict[int, Curve] = {}
    for size in RUN_SIZES:
        marked = marked_updates(iterations_per_epoch(len(x), size), epochs)
        curves[size] = Curve([0], [loss_of(network, start, x, y)])
        for step in training_steps(network, start, x, y, batch_size=size, epochs=epochs, learning_rate=learning_rate,
                                   rng=np.random.default_rng(seed)):  # fmt: skip
            if step.update in marked:
                curves[size].updates.append(step.update)
                curves[size].losses.append(loss_of(network, step.parameters, x, y))
            yield curves


def marked_updates(per_epoch: int, epochs: int) -> set[int]:
    """The updates after which a run's loss is measured: 1, 2, 5, 10, 20, 50 … in the first epoch, each epoch's last."""
    early = {digit * 10**power for power in range(len(str(per_epoch))) for digit in (1, 2, 5)}
    return {update for update in early if update < per_epoch} | {per_epoch * k for k in range(1, epochs + 1)}
