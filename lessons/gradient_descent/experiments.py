"""Lesson 01's numbers: descents with one weight, in a valley of two, and on the columns of a table."""

from typing import Any, NamedTuple

import numpy as np

from helpers import data, least_squares, network, training
from helpers.validate import Array
from lessons.gradient_descent.behaviour import behaviour_of

OPTIMUM = 3.0  # of the one-weight loss (w − 3)²
HILLY_RATE, HILLY_STEPS = 0.2, 40
PART = 0.5  # of the largest stable rate, where nothing else is said
NEAR = 0.002  # above the lowest loss: there a run has arrived
MOST = 2**60  # updates: whoever needs more is said to need these
FAR = 1e9  # an error that large is not followed
FIRST_STEPS = 60  # of a path that is drawn step by step


class Descent(NamedTuple):
    """A path (steps + 1,) on (w − 3)², its losses, the slope at its end, and the name of what it does."""

    weights: Array
    losses: Array
    slope: float
    behaviour: str


def descent(rate: float, start: int, step: int) -> Descent:
    """``step`` steps from ``start``."""
    path = least_squares.descend(lambda w: 2 * (w - OPTIMUM), np.array([float(start)]), rate, step)[:, 0]
    return Descent(path, (path - OPTIMUM) ** 2, 2 * (path[-1] - OPTIMUM), behaviour_of(path - OPTIMUM))


def hilly_loss(w: Array) -> Array:
    """A loss with two valleys, at −2 and 2, and a summit at 0.5 between them."""
    return 0.25 * (w**4 / 4 - w**3 / 6 - 2 * w**2 + 2 * w) + 2


def hilly_path(start: float) -> Array:
    """40 steps (41,) on `hilly_loss` from ``start``."""
    first = np.array([round(start, 1)])  # sliders send 0.5000000000000001
    return least_squares.descend(_hilly_slope, first, HILLY_RATE, HILLY_STEPS)[:, 0]


def _hilly_slope(w: Array) -> Array:
    return 0.25 * (w + 2) * (w - 0.5) * (w - 2)


class Bowl(NamedTuple):
    """Least squares seen from its lowest point, direction by direction, the steepest first.

    curvatures: (D,), the eigenvalues of xᵀx / N; vectors: (D, D), a column for each.
    start: (D,), the error at the start, weight − best.
    """

    curvatures: Array
    vectors: Array
    start: Array

    @property
    def condition(self) -> float:
        """λ_max / λ_min."""
        return float(self.curvatures[0] / self.curvatures[-1])

    @property
    def excess(self) -> float:
        """The loss at the start above the lowest, Σ λ · error² / 2."""
        return float((self.vectors.T @ self.start) ** 2 @ self.curvatures / 2)

    def errors(self, rate: float, steps: Array) -> Array:
        """The error in each direction after each number of ``steps`` (K,): (K, D).

        Without walking: a step multiplies each by 1 − rate · λ.
        """
        factors = 1 - rate * self.curvatures
        return (self.vectors.T @ self.start) * factors ** np.asarray(steps)[:, None]


def bowl(inputs: Array, y: Array, start: Array) -> Bowl:
    """The bowl of ``inputs`` (N, D), ``y`` (N,), seen by a descent from ``start`` (D,)."""
    curvatures, vectors = np.linalg.eigh(least_squares.hessian(inputs))
    best = np.linalg.lstsq(inputs, y, rcond=None)[0]
    return Bowl(curvatures[::-1], vectors[:, ::-1], start - best)


def wine_bowl(x: Array, y: Array) -> Bowl:
    """The bowl of columns ``x`` (N, D) and a bias, from the start at which every prediction is the mean of ``y``."""
    return bowl(least_squares.with_bias(x), y, mean_start(x, y))


def mean_start(x: Array, y: Array) -> Array:
    """Weights 0, and the mean of ``y`` for the bias: (D + 1,)."""
    return np.append(np.zeros(x.shape[1]), y.mean())


def excess_after(x: Array, y: Array, updates: Array, part: float = PART, start: Array | None = None) -> Array:
    """The loss above the lowest one after each number of ``updates`` (K,), at ``part`` of the largest stable rate.

    start: weights and bias (D + 1,), in place of `mean_start`.
    """
    inputs = least_squares.with_bias(x)
    hessian = least_squares.hessian(inputs)
    error = bowl(inputs, y, mean_start(x, y) if start is None else start).start
    return least_squares.excess_after(hessian, error, part * least_squares.largest_stable_rate(hessian), updates)


def updates_needed(x: Array, y: Array, near: float = NEAR, **options: Any) -> int:
    """The fewest updates that bring the loss as ``near`` the lowest, at most `MOST`; options as in `excess_after`."""
    low, high = 0, 1
    while high < MOST and excess_after(x, y, np.array([high]), **options)[0] > near:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if excess_after(x, y, np.array([middle]), **options)[0] > near else (low, middle)
    return high


def walk(x: Array, y: Array, updates: int) -> Array:
    """The weights and the bias after each update, walked at half the largest stable rate: (updates + 1, D + 1)."""
    inputs = least_squares.with_bias(x)
    rate = PART * least_squares.largest_stable_rate(least_squares.hessian(inputs))
    return least_squares.descend(lambda w: least_squares.gradient(inputs, y, w), mean_start(x, y), rate, updates)


def losses(x: Array, y: Array, updates: int) -> Array:
    """The loss before the first and after each update of `walk`: (updates + 1,)."""
    inputs = least_squares.with_bias(x)
    return np.array([least_squares.loss(inputs, y, weight) for weight in walk(x, y, updates)])


def two_runs(x: Array, y: Array, updates: int) -> dict[str, Array]:
    """The `losses` of two runs: on columns as measured, and on standardized ones."""
    return {"raw": losses(x, y, updates), "standardized": losses(least_squares.standardize(x), y, updates)}


def last_change(x: Array, y: Array, updates: int) -> tuple[float, float]:
    """In percent: how much the loss changed in the last of the ``updates``, and how much of the excess is left."""
    *_, before, after = losses(x, y, updates)
    at_start, left = excess_after(x, y, np.array([0, updates]))
    return 100 * (before / after - 1), 100 * left / at_start


def wrongly_standardized(x: Array) -> Array:
    """Each *row* less its mean, divided by its standard deviation: (N, D)."""
    return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)


def lowest_loss(x: Array, y: Array) -> float:
    """The loss of the exact fit."""
    weight, bias = least_squares.fit(x, y)
    return least_squares.loss(least_squares.with_bias(x), y, np.append(weight, bias))


def predictions(x: Array, y: Array, updates: int) -> Array:
    """What is predicted for each row after some ``updates``: (N,)."""
    return least_squares.with_bias(x) @ walk(x, y, updates)[-1]


def exact_predictions(x: Array, y: Array, ridge: float = 0.0) -> Array:
    """What the exact fit predicts for each row, with or without a penalty: (N,)."""
    weight, bias = least_squares.fit(x, y, ridge)
    return x @ weight + bias


def in_step(predictions: Array, columns: Array) -> Array:
    """How closely ``predictions`` (N,) follow each of the ``columns`` (N, K): the correlations, to two digits; (K,)."""
    return np.corrcoef(predictions, columns, rowvar=False)[0, 1:].round(2) + 0.0


class Crossing(NamedTuple):
    """Where a descent in a valley is: across it and along it.

    factors: (2,), by which a step multiplies the two errors; left: (2,), the shares of them that are left.
    path: (k, 2), the error in weights at the first steps and at the last.
    """

    factors: Array
    left: Array
    path: Array


def crossing(valley: Bowl, fraction: float, steps: int) -> Crossing:
    """``steps`` steps at a ``fraction`` of the largest stable rate."""
    rate = 2 * fraction / valley.curvatures[0]
    shown = np.append(np.arange(min(steps, FIRST_STEPS)), steps)
    with np.errstate(over="ignore"):
        errors = np.clip(valley.errors(rate, shown), -FAR, FAR)
    start = valley.vectors.T @ valley.start
    return Crossing(1 - rate * valley.curvatures, np.abs(errors[-1] / start), errors @ valley.vectors.T)


DIGIT_NETWORK = network.Network((64, 32, 32, 10))


def trained(zero_start: bool, seed: int = 0, epochs: int = 10) -> network.Parameters:
    """The digit network's parameters after some epochs, from random first weights or from zeros alone."""
    digits = data.load_digits8()
    parameters = network.initialize(DIGIT_NETWORK, np.random.default_rng(seed))
    if zero_start:
        parameters = {name: 0 * values for name, values in parameters.items()}
    return training.train(DIGIT_NETWORK, parameters, digits.x, digits.y, batch_size=50, epochs=epochs,
                          learning_rate=0.1, rng=np.random.default_rng([seed, 1])).parameters  # fmt: skip


def digit_loss(zero_start: bool, seed: int = 0) -> float:
    """The training loss that the network ends at."""
    digits = data.load_digits8()
    return network.loss_and_gradients(DIGIT_NETWORK, trained(zero_start, seed), digits.x, digits.y)[0]


def beside_zeros(seed: int = 0) -> tuple[float, float]:
    """How the loss changes from all-zero weights, a tenth of the way to trained ones: as they are, and mirrored.

    Mirrored is the last layer. The last bias stays where it is best for zero weights.
    """
    digits = data.load_digits8()
    level = {name: np.zeros_like(values) for name, values in trained(False, seed).items()}
    level["bias3"] = np.log(np.bincount(digits.y) / len(digits.y))
    small = {name: level[name] + 0.1 * values * (name != "bias3") for name, values in trained(False, seed).items()}
    here, *there = (network.loss_and_gradients(DIGIT_NETWORK, parameters, digits.x, digits.y)[0]
                    for parameters in (level, small, small | {"weight3": -small["weight3"]}))  # fmt: skip
    return there[0] - here, there[1] - here
