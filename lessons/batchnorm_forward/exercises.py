"""Lesson 06's exercises: one value by hand, undoing, weights ten times as long, units that are off, feature maps."""

from collections.abc import Sequence

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray


def forward(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """Algorithm 1 for x (N, D): gamma · (x − mean) / √(var + eps) + beta, over the examples."""
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta


def batches_to_normalize(rng: np.random.Generator) -> list[tuple[Array, Array, Array, float]]:
    """Batches with means and spreads that differ, eps large enough to be seen; square once, and one feature once."""
    cases = []
    for (n, d), eps in (((5, 3), 0.1), ((4, 4), 0.5), ((6, 1), 0.01), ((8, 2), 1.0)):
        x = rng.normal(rng.uniform(1, 4, d), rng.uniform(0.5, 2, d), (n, d)).round(2)
        cases.append((x, rng.uniform(0.5, 2, d).round(2), rng.normal(size=d).round(2), eps))
    return cases


def off(u: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """The share of the batch that ReLU behind batch norm sets to zero, for each unit: (N, D) to (D,)."""
    return (forward(u, gamma, beta, eps) <= 0).mean(axis=0)


def batches_to_count(rng: np.random.Generator) -> list[tuple[Array, Array, Array, float]]:
    """Those to normalize, and one with a nearly constant unit, a dead one and one that is always on."""
    u = rng.normal(5, (0.1, 1, 2, 3), (7, 4)).round(2)
    edge = u, np.array([1, 0, 1, 0.5]), np.array([0.4, 0, -3, 3]), 0.1
    return [*batches_to_normalize(rng), edge]


def undo(x: Array, eps: float) -> tuple[Array, Array]:
    """The gamma and beta (D,) with which batch normalization gives x (N, D) back."""
    return np.sqrt(x.var(axis=0) + eps), x.mean(axis=0)


def batches_to_restore(rng: np.random.Generator) -> list[tuple[Array, float]]:
    """Batches with eps that can be seen."""
    return [(x, eps) for x, _, _, eps in batches_to_normalize(rng)]


def conv(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """Batch normalization of feature maps x (N, C, H, W): over examples and positions, gamma and beta (C,)."""
    return _over((0, 2, 3), x, gamma, beta, eps)


def maps_to_normalize(rng: np.random.Generator) -> list[tuple[Array, Array, Array, float]]:
    """Feature maps with a mean and a spread of their own; C = W, so that a wrong axis gives numbers, not an error."""
    cases = []
    for (n, c, h), eps in (((4, 3, 2), 0.1), ((5, 2, 3), 0.5), ((6, 4, 4), 0.01)):
        spread, middle = rng.uniform(0.5, 2, (c, 1, 1)), rng.normal(0, 2, (c, 1, 1))
        x = middle + spread * rng.normal(size=(n, c, h, c))
        cases.append((x.round(2), rng.uniform(0.5, 2, c).round(2), rng.normal(size=c).round(2), eps))
    return cases


def _over(axes: Sequence[int], x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    axes = tuple(axes)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None]


def _shuffled(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    return forward(x.reshape(-1, x.shape[1]), gamma, beta, eps).reshape(x.shape)


def _not_turned_back(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    last = x.transpose(0, 2, 3, 1)
    return forward(last.reshape(-1, x.shape[1]), gamma, beta, eps).reshape(x.shape)


def _unbiased_maps(x: Array, gamma: Array, beta: Array, eps: float) -> Array:
    count = x.size / x.shape[1]
    return conv(x, gamma * np.sqrt((_var(x) + eps) / (_var(x) * count / (count - 1) + eps)), beta, eps)


def _var(x: Array) -> Array:
    return x.var(axis=(0, 2, 3))


EXERCISES = [
    Quantity(
        "06.by_hand",
        expected=(4, 9, 5 / 3, 7 / 3),
        parts=("mean", "variance", "x_hat", "y"),
        tolerance=0.004,
        mistakes={"unbiased": (4, 12, 5 / 12**0.5, 10 / 12**0.5 - 1), "no_root": (4, 9, 5 / 9, 10 / 9 - 1),
                  "swapped": (4, 9, 5 / 3, 2 - 5 / 3), "not_centred": (4, 9, 3, 5), "deviation": (4, 3, 5 / 3, 7 / 3),
                  "sum_of_squares": (4, 36, 5 / 6, 2 / 3), "not_shifted": (4, 9, 5 / 3, 10 / 3),
                  "of_first": (4, 9, -1, -3), "unchanged": (4, 9, 5 / 3, 5 / 3), "not_divided": (4, 9, 5, 9)},
    ),
    Exercise(
        "06.undo",
        reference=undo,
        cases=batches_to_restore,
        parts=("gamma", "beta"),
        mistakes={
            "no_eps": lambda x, eps: undo(x, 0),
            "unbiased": lambda x, eps: (np.sqrt(x.var(0, ddof=1) + eps), x.mean(0)),
            "variance": lambda x, eps: (x.var(0) + eps, x.mean(0)),
            "inverse": lambda x, eps: (1 / undo(x, eps)[0], x.mean(0)),
            "minus": lambda x, eps: (undo(x, eps)[0], -x.mean(0)),
            "swapped": lambda x, eps: undo(x, eps)[::-1],
            "initial": lambda x, eps: (np.ones(x.shape[1]), np.zeros(x.shape[1])),
            "eps_outside": lambda x, eps: (x.std(0) + eps, x.mean(0)),
            "scaled_mean": lambda x, eps: (undo(x, eps)[0], x.mean(0) / undo(x, eps)[0]),
            "everything": lambda x, eps: (np.sqrt(x.var() + eps), x.mean()),
        },
    ),
    Quantity(
        "06.rescaled",
        expected=(0.1, 0.01, 100),
        parts=("gradient", "step", "rate"),
        mistakes={"as_before": (1, 1, 1), "grows": (10, 1, 1), "same_step": (0.1, 0.1, 10), "rate_ten": (0.1, 0.01, 10),
                  "inverse_rate": (0.1, 0.01, 0.01), "rate_same": (0.1, 0.01, 1),
                  "square_gradient": (0.01, 0.001, 1000), "swapped": (100, 0.01, 0.1), "percent": (10, 1, 100)},
    ),
    Exercise(
        "06.off",
        reference=off,
        cases=batches_to_count,
        mistakes={
            "not_normalized": lambda u, g, b, eps: (u <= 0).mean(axis=0),
            "no_affine": lambda u, g, b, eps: off(u, 1, 0, eps),
            "no_beta": lambda u, g, b, eps: off(u, g, 0, eps),
            "no_gamma": lambda u, g, b, eps: off(u, 1, b, eps),
            "passes": lambda u, g, b, eps: 1 - off(u, g, b, eps),
            "counted": lambda u, g, b, eps: len(u) * off(u, g, b, eps),
            "rows": lambda u, g, b, eps: (forward(u, g, b, eps) <= 0).mean(axis=1),
            "everything": lambda u, g, b, eps: (forward(u, g, b, eps) <= 0).mean(),
            "percent": lambda u, g, b, eps: 100 * off(u, g, b, eps),
            "swapped": lambda u, g, b, eps: off(u, b, g, eps),
            "strict": lambda u, g, b, eps: (forward(u, g, b, eps) < 0).mean(axis=0),
            "no_eps": lambda u, g, b, eps: off(u, g, b, 0),
        },
    ),
    Exercise(
        "06.conv",
        reference=conv,
        cases=maps_to_normalize,
        mistakes={
            "per_pixel": lambda x, g, b, eps: _over((0,), x, g, b, eps),
            "per_image": lambda x, g, b, eps: _over((2, 3), x, g, b, eps),
            "per_example": lambda x, g, b, eps: _over((1, 2, 3), x, g, b, eps),
            "everything": lambda x, g, b, eps: _over((0, 1, 2, 3), x, g, b, eps),
            "over_channels": lambda x, g, b, eps: _over((1,), x, g, b, eps),
            "last_axis": lambda x, g, b, eps: g * conv(x, np.ones_like(g), np.zeros_like(b), eps) + b,
            "shuffled": _shuffled,
            "not_turned_back": _not_turned_back,
            "unbiased": _unbiased_maps,
            "no_affine": lambda x, g, b, eps: conv(x, np.ones_like(g), np.zeros_like(b), eps),
            "no_root": lambda x, g, b, eps: conv(x, g / np.sqrt(_var(x) + eps), b, eps),
            "channels_last": lambda x, g, b, eps: conv(x, g, b, eps).transpose(0, 2, 3, 1),
        },
    ),
]
