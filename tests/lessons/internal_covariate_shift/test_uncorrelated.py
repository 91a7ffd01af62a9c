"""Numbers drawn without any correlation."""

import numpy as np
import pytest

from lessons.internal_covariate_shift.decorrelation import covariance, uncorrelated


@pytest.mark.parametrize(("n", "count"), [(4, 3), (150, 3), (150, 1)])
def test_uncorrelated_numbers_have_mean_0_and_the_identity_as_covariance(n, count):
    x = uncorrelated(n, count, seed=5)
    assert x.mean(axis=0) == pytest.approx(np.zeros(count), abs=1e-15)
    assert covariance(x) == pytest.approx(np.eye(count), abs=1e-13)


def test_uncorrelated_numbers_follow_the_seed():
    assert np.array_equal(uncorrelated(20, 2, 1), uncorrelated(20, 2, 1))
    assert not np.array_equal(uncorrelated(20, 2, 1), uncorrelated(20, 2, 2))
