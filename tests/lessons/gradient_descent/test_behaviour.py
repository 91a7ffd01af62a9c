"""The names of what a descent does."""

import numpy as np
import pytest

from lessons.gradient_descent.behaviour import behaviour_of


@pytest.mark.parametrize(("second", "name"), [
    (1.0, "rests"), (0.999, "approaches"), (0.2, "approaches"), (0.0, "one_step"), (-0.2, "oscillates"),
    (-1.0, "swings"), (-1.0 - 1e-12, "swings"), (-1.001, "diverges"), (1.5, "diverges"),
])  # fmt: skip
def test_behaviour_is_named_by_the_factor(second, name):
    assert behaviour_of(np.array([1.0, second])) == name
    assert behaviour_of(np.array([-40.0, -40 * second, 7.0])) == name


def test_behaviour_without_a_step_and_at_the_optimum():
    assert behaviour_of(np.array([3.0])) == "waiting"
    assert behaviour_of(np.array([0.0, 0.0])) == "there"


def test_no_errors_at_all_are_refused():
    with pytest.raises(ValueError, match="errors is empty"):
        behaviour_of(np.array([]))
