"""The gradient check itself: it must be exact where it can be, and must notice a wrong gradient."""

import numpy as np
import pytest

from helpers.gradcheck import numerical_gradient, relative_error


def test_a_quadratic_is_differentiated_to_rounding():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    assert numerical_gradient(lambda v: (v**2).sum(), x) == pytest.approx(2 * x, rel=1e-9)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 2)])
def test_the_gradient_has_the_shape_of_x(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    gradient = numerical_gradient(lambda v: np.sin(v).sum(), x)
    assert gradient.shape == shape
    assert gradient == pytest.approx(np.cos(x), abs=1e-9)


def test_float32_is_computed_in_float64():
    x = np.array([0.3, -1.2], np.float32)
    gradient = numerical_gradient(lambda v: (v**3).sum(), x)
    assert gradient.dtype == np.float64
    assert gradient == pytest.approx(3 * x.astype(np.float64) ** 2, rel=1e-8)


def test_the_step_is_h_on_both_sides():
    """For x³ central differences give 3x² + h² exactly; a one-sided difference would not."""
    assert numerical_gradient(lambda v: float(v**3), np.array(2.0), h=0.5) == pytest.approx(12.25, rel=1e-14)


def test_a_function_that_changes_its_argument_does_no_harm():
    def f(v):
        v *= 2
        return v.sum()

    assert numerical_gradient(f, np.ones(3)) == pytest.approx(np.full(3, 2.0))


def test_relative_error_by_hand():
    assert relative_error(np.array([1.0, 4.0]), np.array([1.0, 5.0])) == pytest.approx(0.2)
    assert relative_error(np.array([1.0, -5.0]), np.array([1.0, 5.0])) == pytest.approx(2)
    assert relative_error(np.zeros(3), np.zeros(3)) == 0


def test_relative_error_is_free_of_scale_and_order():
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, 4, 3))
    assert relative_error(a, b) == relative_error(b, a) == pytest.approx(relative_error(1e-9 * a, 1e-9 * b))


def test_one_wrong_element_shows():
    x = np.random.default_rng(2).standard_normal((4, 3))
    gradient = 2 * x
    gradient[1, 2] *= 1.01
    assert relative_error(gradient, numerical_gradient(lambda v: (v**2).sum(), x)) > 1e-4
