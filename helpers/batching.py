"""Mini-batches: how many there are in an epoch, and drawing them so that each example comes once."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from helpers.validate import Array, Settled, checked, generator, plain_array, true_or_false, whole_number


@checked(n_examples=whole_number, batch_size=whole_number, drop_last=true_or_false)
def iterations_per_epoch(n_examples: int, batch_size: int, drop_last: bool = False) -> int:
    """Updates in one epoch: ⌈N / B⌉, or ⌊N / B⌋ if a smaller last batch is dropped."""
    return n_examples // batch_size if drop_last else -(-n_examples // batch_size)


@checked(epochs=whole_number)
def total_iterations(n_examples: int, batch_size: int, epochs: int, drop_last: bool = False) -> int:
    """Updates in a whole training run: epochs × iterations per epoch."""
    return epochs * iterations_per_epoch(n_examples, batch_size, drop_last)


@checked(n_examples=whole_number, batch_size=whole_number, drop_last=true_or_false)
def batch_slices(n_examples: int, batch_size: int, drop_last: bool = False) -> list[slice]:
    """The batches of an epoch as slices of 0 … N − 1; a batch size above N is one batch of N, none with drop_last."""
    count = iterations_per_epoch(n_examples, batch_size, drop_last)
    return [slice(i * batch_size, min((i + 1) * batch_size, n_examples)) for i in range(count)]


def _examples(name: str, value: Any, settled: Settled) -> Array:
    array = plain_array(name, value)
    if array.ndim == 0 or len(array) == 0:
        raise ValueError(f"{name} has shape {array.shape}; it must hold at least one example.")
    n = settled.setdefault("N", len(array))
    if len(array) != n:
        raise ValueError(f"{name} has {len(array)} entries; it must have one for each of the {n} examples in x.")
    return array


@checked(x=_examples, y=_examples, batch_size=whole_number, rng=generator, drop_last=true_or_false)
def minibatches(
    x: Array, y: Array, batch_size: int, rng: np.random.Generator, drop_last: bool = False
) -> Iterator[tuple[Array, Array]]:
    """One epoch of shuffled batches (x, y): a fresh permutation, so each example comes at most once.

    Exactly once, unless ``drop_last`` leaves some out. ``x`` (N, …) and ``y`` (N, …) are of any dtype; the batches are
    copies. ValueError if the lengths differ or there are no examples.
    """
    order = rng.permutation(len(x))
    batches = (order[part] for part in batch_slices(len(x), batch_size, drop_last))
    return ((x.take(rows, axis=0), y.take(rows, axis=0)) for rows in batches)
