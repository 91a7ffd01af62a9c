"""Mini-batches: how many there are in an epoch, and drawing them so that each example comes once."""

from collections.abc import Iterator

import numpy as np

from helpers.validate import Array, generator, instance_of, whole_number


def iterations_per_epoch(n_examples: int, batch_size: int, drop_last: bool = False) -> int:
    """Updates in one epoch: ⌈N / B⌉, or ⌊N / B⌋ if a smaller last batch is dropped.

    ValueError unless both numbers are whole and at least 1 and ``drop_last`` is a bool.
    """
    n, size = whole_number("n_examples", n_examples), whole_number("batch_size", batch_size)
    instance_of("drop_last", drop_last, bool | np.bool_, "True or False")
    return n // size if drop_last else -(-n // size)


def total_iterations(n_examples: int, batch_size: int, epochs: int, drop_last: bool = False) -> int:
    """Updates in a whole training run: epochs × iterations per epoch; ValueError as there."""
    return whole_number("epochs", epochs) * iterations_per_epoch(n_examples, batch_size, drop_last)


def batch_slices(n_examples: int, batch_size: int, drop_last: bool = False) -> list[slice]:
    """The batches of one epoch as slices of 0 … N − 1, in order.

    A batch size above N gives one batch of N, and none with ``drop_last``. ValueError as in
    `iterations_per_epoch`.
    """
    count = iterations_per_epoch(n_examples, batch_size, drop_last)
    return [slice(i * batch_size, min((i + 1) * batch_size, n_examples)) for i in range(count)]


def minibatches(
    x: Array, y: Array, batch_size: int, rng: np.random.Generator, drop_last: bool = False
) -> Iterator[tuple[Array, Array]]:
    """One epoch of shuffled batches (x, y): a fresh permutation, so each example comes at most once.

    Exactly once, unless ``drop_last`` leaves some out. ``x`` (N, …) and ``y`` (N, …) are of any dtype; the
    batches are copies. ValueError if the lengths differ, if there are no examples, or if ``batch_size`` is no
    whole number of at least 1.
    """
    x, y = np.asarray(x), np.asarray(y)
    _check_lengths(x, y)
    slices = batch_slices(len(x), batch_size, drop_last)
    order = generator("rng", rng).permutation(len(x))
    return ((x[order[part]], y[order[part]]) for part in slices)


def _check_lengths(x: Array, y: Array) -> None:
    for name, array in (("x", x), ("y", y)):
        if array.ndim == 0 or len(array) == 0:
            raise ValueError(f"{name} has shape {array.shape}; it must hold at least one example.")
    if len(x) != len(y):
        raise ValueError(f"y has {len(y)} entries; it must have one for each of the {len(x)} examples in x.")
