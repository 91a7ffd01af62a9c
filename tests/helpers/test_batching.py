"""Counting and drawing mini-batches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.batching import batch_slices, iterations_per_epoch, minibatches, total_iterations

N_EXAMPLES, BATCH_SIZES = st.integers(1, 60), st.integers(1, 70)


@pytest.mark.parametrize(
    ("n", "batch_size", "epochs", "an_epoch", "in_all"),
    [
        (1000, 200, 10, 5, 50),
        (1000, 20, 1, 50, 50),
        (2000, 200, 1, 10, 10),
        (2000, 500, 20, 4, 80),
        (1000, 10, 1, 100, 100),
        (1050, 100, 2, 11, 22),
        (3, 5, 4, 1, 4),
    ],
)
def test_counts(n, batch_size, epochs, an_epoch, in_all):
    assert iterations_per_epoch(n, batch_size) == an_epoch
    assert total_iterations(n, batch_size, epochs) == in_all


@pytest.mark.parametrize(("n", "batch_size", "expected"), [(1050, 100, 10), (1000, 100, 10), (3, 5, 0)])
def test_drop_last_leaves_out_the_smaller_batch(n, batch_size, expected):
    assert iterations_per_epoch(n, batch_size, drop_last=True) == expected
    assert total_iterations(n, batch_size, 3, drop_last=True) == 3 * expected
    assert batch_slices(n, batch_size, drop_last=True) == batch_slices(n, batch_size)[:expected]


@given(N_EXAMPLES, BATCH_SIZES, st.booleans())
@settings(deadline=None)
def test_slices_are_consecutive_and_full_but_for_the_last(n, batch_size, drop_last):
    parts = [list(range(n))[part] for part in batch_slices(n, batch_size, drop_last)]
    kept = n - n % batch_size if drop_last else n
    assert sum(parts, []) == list(range(kept))
    assert all(len(part) == batch_size for part in parts[:-1])
    assert len(parts) == iterations_per_epoch(n, batch_size, drop_last)


def test_a_batch_size_above_n_is_one_batch_of_n():
    assert batch_slices(3, 5) == [slice(0, 3)]


@given(N_EXAMPLES, BATCH_SIZES, st.integers(0, 99))
@settings(deadline=None)
def test_each_example_comes_exactly_once_with_its_label(n, batch_size, seed):
    x, y = np.arange(n, dtype=float)[:, None], 10 * np.arange(n)
    batches = list(minibatches(x, y, batch_size, np.random.default_rng(seed)))
    seen = np.concatenate([batch_y for _, batch_y in batches])
    assert sorted(seen) == list(y)
    assert all((10 * batch_x[:, 0] == batch_y).all() for batch_x, batch_y in batches)
    assert [len(b) for b, _ in batches] == [part.stop - part.start for part in batch_slices(n, batch_size)]


@given(N_EXAMPLES, BATCH_SIZES)
@settings(deadline=None)
def test_drop_last_draws_full_batches_without_repeats(n, batch_size):
    y = np.arange(n)
    drawn = [
        list(batch) for _, batch in minibatches(y, y, batch_size, np.random.default_rng(0), drop_last=True)
    ]
    assert all(len(batch) == batch_size for batch in drawn)
    assert len(set(sum(drawn, []))) == n - n % batch_size


def test_the_order_is_new_each_epoch_and_the_same_for_the_same_seed():
    y = np.arange(50)

    def order(rng):
        return [int(label) for _, batch in minibatches(y, y, 7, rng) for label in batch]

    rng = np.random.default_rng(1)
    first, second = order(rng), order(rng)
    assert first != second
    assert first != list(y)
    assert order(np.random.default_rng(1)) == first


def test_every_example_can_be_in_any_batch():
    """Shuffling only where batches start would keep neighbours together."""
    y = np.arange(40)
    rng = np.random.default_rng(2)
    together = [np.abs(np.diff(batch)).max() for _ in range(5) for _, batch in minibatches(y, y, 4, rng)]
    assert min(together) > 1


def test_batches_are_copies():
    x = np.zeros((6, 2))
    for batch, _ in minibatches(x, np.arange(6), 6, np.random.default_rng(0)):
        batch += 1
    assert not x.any()
