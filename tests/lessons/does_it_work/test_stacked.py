"""Many networks at once at the edge: sizes of other types, a run without a batch, ghosts that do not divide it."""

import numpy as np
import pytest

from lessons.does_it_work import stacked


@pytest.mark.parametrize("kind", [np.uint8, np.int16])
def test_sizes_are_kept_as_pythons_own(kind):
    assert stacked.Recipe((kind(100), 2)).sizes == (100, 2)


@pytest.mark.parametrize(
    ("recipe", "batch_size"),
    [(stacked.Recipe((3, 2)), 32), (stacked.Recipe((3, 4, 2), norm="ghost", ghost=4), 6)],
    ids=["no batch", "ghosts that do not divide"],
)
def test_a_batch_size_that_does_not_fit_is_refused(recipe, batch_size):
    x, rng = np.ones((6, 3), np.float32), np.random.default_rng(0)
    updates = stacked.updates(recipe, stacked.start(recipe, [0], [None]), x, [0] * 6, [0.1], batch_size, rng)
    with pytest.raises(ValueError, match=f"batch_size is {batch_size}"):
        next(updates)
