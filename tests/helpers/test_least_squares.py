"""Least squares and descent on it, against differences, exact fractions and NumPy's own solver."""

from fractions import Fraction

import numpy as np
import pytest

from helpers import least_squares as ls

N, D = 7, 3


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def x(rng):
    return rng.normal(2, [1, 5, 0.1], (N, D))


@pytest.fixture
def y(rng):
    return rng.normal(size=N)


def test_loss_is_half_the_mean_square(x, y, rng):
    weight = rng.normal(size=D)
    squares = [(sum(a * b for a, b in zip(row, weight, strict=True)) - t) ** 2 for row, t in zip(x, y, strict=True)]
    assert ls.loss(x, y, weight) == pytest.approx(sum(squares) / N / 2)


def test_gradient_and_hessian_are_the_differences_of_the_loss(x, y, rng):
    weight, h = rng.normal(size=D), 1e-4
    steps = h * np.eye(D)
    slopes = [(ls.loss(x, y, weight + s) - ls.loss(x, y, weight - s)) / (2 * h) for s in steps]
    curvatures = [(ls.gradient(x, y, weight + s) - ls.gradient(x, y, weight - s)) / (2 * h) for s in steps]
    assert ls.gradient(x, y, weight) == pytest.approx(np.array(slopes), rel=1e-6)
    assert ls.hessian(x) == pytest.approx(np.array(curvatures), rel=1e-6)


def test_condition_and_limit_of_a_matrix_with_known_eigenvalues():
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    curvature = turn @ np.diag([0.5, 8.0]) @ turn.T
    assert ls.condition_number(curvature) == pytest.approx(16)
    assert ls.largest_stable_rate(curvature) == pytest.approx(0.25)


def test_descend_equals_exact_fractions_and_leaves_the_start_alone():
    start, exact = np.array([8.0]), [Fraction(8)]
    path = ls.descend(lambda w: 2 * (w - 3), start, 0.25, 6)
    for _ in range(6):
        exact.append(exact[-1] - Fraction(1, 4) * 2 * (exact[-1] - 3))
    assert path[:, 0].tolist() == [float(value) for value in exact]
    assert start.tolist() == [8.0]
    assert ls.descend(lambda w: w, start, 0.1, 0).tolist() == [[8.0]]
    assert ls.descend(lambda w: w, start, 0.0, 2).tolist() == [[8.0]] * 3


def test_excess_after_is_what_walking_gives(x, y, rng):
    curvature = ls.hessian(x)
    best, start = np.linalg.lstsq(x, y, rcond=None)[0], rng.normal(size=D)
    for fraction in (0.3, 0.95, 1.05):
        rate = fraction * 2 / np.linalg.eigvalsh(curvature)[-1]
        weight, walked = start, []
        for _ in range(21):
            walked.append(np.mean((x @ weight - y) ** 2) / 2 - np.mean((x @ best - y) ** 2) / 2)
            weight = weight - rate * x.T @ (x @ weight - y) / N
        excess = ls.excess_after(curvature, start - best, rate, np.arange(21))
        assert excess == pytest.approx(np.array(walked), rel=1e-6)


def test_fit_is_numpys_least_squares_and_with_ridge_that_of_added_rows(x, y):
    ones = np.column_stack([x, np.ones(N)])
    plain = np.linalg.lstsq(ones, y, rcond=None)[0]
    weight, bias = ls.fit(x, y)
    assert [*weight, bias] == pytest.approx(plain.tolist())
    rows = np.vstack([ones, np.sqrt(N * 0.3) * np.eye(D + 1)[:D]])
    wanted = np.linalg.lstsq(rows, np.append(y, np.zeros(D)), rcond=None)[0]
    weight, bias = ls.fit(x, y, ridge=0.3)
    assert [*weight, bias] == pytest.approx(wanted.tolist())


def test_scalings(x):
    assert ls.min_max(x).min(axis=0).tolist() == [0] * D
    assert ls.min_max(x).max(axis=0).tolist() == [1] * D
    assert ls.standardize(x).mean(axis=0) == pytest.approx(np.zeros(D), abs=1e-12)
    assert (ls.standardize(x) ** 2).mean(axis=0) == pytest.approx(np.ones(D))
    assert np.argsort(ls.min_max(x), axis=0).tolist() == np.argsort(x, axis=0).tolist()
    assert ls.with_bias(x)[:, :-1].tolist() == x.tolist()
    assert ls.with_bias(x)[:, -1].tolist() == [1] * N


@pytest.mark.parametrize("function", [ls.hessian, ls.with_bias, ls.standardize, ls.min_max])
def test_float32_stays_float32(x, function):
    assert function(x.astype(np.float32)).dtype == np.float32


X, Y, W = np.arange(8.0).reshape(4, 2), np.ones(4), np.ones(2)
BAD = [
    (lambda: ls.loss(X, Y[:3], W), "y has shape (3,); it must be (4,)"),
    (lambda: ls.gradient(X, Y, np.ones(3)), "weight has shape (3,); it must be (2,)"),
    (lambda: ls.hessian(X[0]), "x has shape (2,)"),
    (lambda: ls.hessian(X * np.nan), "x holds NaN or infinity"),
    (lambda: ls.hessian(np.ones((4, 2), int)), "x has dtype int64"),
    (lambda: ls.condition_number(X), "curvature has shape (4, 2); it must be (D, D)"),
    (lambda: ls.condition_number(np.diag([1.0, -1.0])), "the smallest eigenvalue of curvature is -1.0"),
    (lambda: ls.largest_stable_rate(np.zeros((2, 2))), "the largest eigenvalue of curvature is 0.0"),
    (lambda: ls.descend(lambda w: w, W, -0.1, 3), "learning_rate is -0.1"),
    (lambda: ls.descend(lambda w: w, W, 0.1, -1), "steps is -1"),
    (lambda: ls.descend(lambda w: w, np.ones((2, 2)), 0.1, 1), "start has shape (2, 2)"),
    (lambda: ls.excess_after(np.eye(2), np.ones(3), 0.1, np.arange(2)), "offset has shape (3,)"),
    (lambda: ls.fit(X, Y, ridge=-1.0), "ridge is -1.0"),
    (lambda: ls.fit(np.ones((4, 2)), Y), "x has columns that depend on one another"),
    (lambda: ls.standardize(np.ones((4, 2))), "column 0 of x is constant"),
    (lambda: ls.min_max(np.ones((4, 2))), "column 0 of x is constant"),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_bad_input_is_one_sentence(call, message):
    with pytest.raises(ValueError, match=r".+") as raised:
        call()
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
