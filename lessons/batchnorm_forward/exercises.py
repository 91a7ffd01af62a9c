"""Lesson 06's exercises: counting γ and β, one value by hand, the forward pass, undoing it, feature maps, ε."""

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


def _with(mean: Array, scale: Array, x: Array, gamma: Array, beta: Array) -> Array:
    return gamma * (x - mean) / scale + beta


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
        "06.count",
        expected=(300, 32),
        parts=("dense", "conv"),
        mistakes={"one_each": (150, 16), "only_dense": (300, 16), "per_pixel": (300, 6272), "only_conv": (150, 32),
                  "with_output": (320, 32), "with_input": (1868, 32), "by_layer": (4, 2),
                  "with_statistics": (600, 64), "swapped": (32, 300)},
    ),
    Quantity(
        "06.by_hand",
        expected=(4, 9, 5 / 3, 4.0),
        parts=("mean", "variance", "x_hat", "y"),
        tolerance=0.003,
        mistakes={"unbiased": (4, 12, 5 / 12**0.5, 15 / 12**0.5 - 1), "no_root": (4, 9, 5 / 9, 15 / 9 - 1),
                  "swapped": (4, 9, 5 / 3, 3 - 5 / 3), "not_centred": (4, 9, 3, 8), "deviation": (4, 3, 5 / 3, 4.0),
                  "sum_of_squares": (4, 36, 5 / 6, 1.5), "not_shifted": (4, 9, 5 / 3, 5.0),
                  "of_first": (4, 9, -1, -4), "unchanged": (4, 9, 5 / 3, 5 / 3)},
    ),
    Exercise(
        "06.forward",
        reference=forward,
        cases=batches_to_normalize,
        mistakes={
            "unbiased": lambda x, g, b, eps: _with(x.mean(0), np.sqrt(x.var(0, ddof=1) + eps), x, g, b),
            "eps_outside": lambda x, g, b, eps: _with(x.mean(0), x.std(0) + eps, x, g, b),
            "no_eps": lambda x, g, b, eps: _with(x.mean(0), x.std(0), x, g, b),
            "no_root": lambda x, g, b, eps: _with(x.mean(0), x.var(0) + eps, x, g, b),
            "rows": lambda x, g, b, eps: _with(x.mean(1, keepdims=True), np.sqrt(x.var(1, keepdims=True) + eps),
                                               x, g, b),
            "everything": lambda x, g, b, eps: _with(x.mean(), np.sqrt(x.var() + eps), x, g, b),
            "summed": lambda x, g, b, eps: _with(x.mean(0), np.sqrt(len(x) * x.var(0) + eps), x, g, b),
            "sum_of_x": lambda x, g, b, eps: _with(
                x.sum(0), np.sqrt(((x - x.sum(0)) ** 2).mean(0) + eps), x, g, b),
            "swapped": lambda x, g, b, eps: forward(x, b, g, eps),
            "no_affine": lambda x, g, b, eps: forward(x, 1, 0, eps),
            "no_beta": lambda x, g, b, eps: forward(x, g, 0, eps),
            "not_centred": lambda x, g, b, eps: _with(0, np.sqrt(x.var(0) + eps), x, g, b),
            "uncentred_square": lambda x, g, b, eps: _with(x.mean(0), np.sqrt((x**2).mean(0) + eps), x, g, b),
            "beta_first": lambda x, g, b, eps: g * forward(x, 1, b, eps),
        },
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
    Quantity(
        "06.which_eps",
        expected=(2 / 7, 1 / 1.005**2),
        parts=("inside", "outside"),
        tolerance=0.001,
        mistakes={"swapped": (1 / 1.005**2, 2 / 7), "one": (1.0, 1.0), "deviations": ((2 / 7) ** 0.5, 1 / 1.005),
                  "std_for_variance": (1 / 1.005, 1 / 1.005**2), "only_inside": (2 / 7, 1.0),
                  "not_squared": (2 / 7, 1 / 1.005), "same": (2 / 7, 2 / 7), "zero": (0, 0),
                  "of_panel": (1 / 11, 1 / 1.01**2), "rounded": (0.29, 0.99)},
    ),
]  # fmt: skip
