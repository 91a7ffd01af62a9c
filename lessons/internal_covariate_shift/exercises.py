"""Lesson 05's exercises: a move taken apart, a difference against chance, counting, a gradient, whitening."""

from typing import Any

import numpy as np

from course.checks.exercise import Exercise, Quantity
from helpers.validate import Array

Case = tuple[object, ...]


def parts(h: Array, w: Array, b: Array, h2: Array, w2: Array, b2: Array) -> tuple[Array, Array, Array]:
    """How z = h w + b moves: from below, by the layer itself, by both; (N, K) each; h (N, D), w (D, K), b (K,)."""
    return (h2 - h) @ w, h @ (w2 - w) + (b2 - b), (h2 - h) @ (w2 - w)


def surprise(before: Array, after: Array) -> Array:
    """|mean(after) − mean(before)| / (σ √(1/N + 1/M)) for each unit, (D,); before (N, D), after (M, D)."""
    return _apart(before, after) / (before.std(axis=0) * (1 / len(before) + 1 / len(after)) ** 0.5)


def whiten(x: Array) -> Array:
    """x (N, D) with mean 0 and the identity as its covariance."""
    variances, directions = _directions(x)
    return (x - x.mean(axis=0)) @ directions / np.sqrt(variances)


def centre_backward(dout: Array) -> Array:
    """The gradient (N, D) through x less the mean of each row."""
    return dout - dout.mean(axis=1, keepdims=True)


def mean_and_covariance(result: Any, x: Array) -> Any:
    """What `whiten` is judged by, since a whitened cloud may be turned: its mean and covariance (1/N), rounded."""
    if not isinstance(result, np.ndarray) or result.shape != x.shape or result.dtype.kind != "f":
        return result
    centred = result - result.mean(axis=0)
    mean, covariance = result.mean(axis=0), centred.T @ centred / len(x)
    return mean.round(9) + 0.0, covariance.round(9) + 0.0


def _apart(before: Array, after: Array) -> Array:
    return np.abs(after.mean(axis=0) - before.mean(axis=0))


def _noise(before: Array, after: Array, share: float) -> Array:
    return _apart(before, after) / (before.std(axis=0) * share)


def _directions(x: Array, ddof: int = 0) -> tuple[Array, Array]:
    return np.linalg.eigh(np.cov(x.T, ddof=ddof))


def _parts_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, k in ((4, 3, 2), (6, 2, 5), (5, 4, 4)):
        old = rng.normal(size=(n, d)), rng.normal(size=(d, k)), rng.normal(size=k)
        cases.append((*old, *(value + 0.5 * rng.normal(size=value.shape) for value in old)))
    return cases


def _surprise_cases(rng: np.random.Generator) -> list[Case]:
    sizes = ((6, 6, 3), (12, 5, 4), (30, 20, 2), (4, 9, 1))
    return [(rng.gamma(2, 2, (n, d)), rng.gamma(1, 1, (m, d))) for n, m, d in sizes]


def _whiten_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.gamma(2, size=(n, d)) @ rng.normal(size=(d, d)) + 3,) for n, d in ((30, 2), (12, 3), (50, 4))]


def _dout_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.normal(0.5, 1, (n, d)),) for n, d in ((4, 3), (7, 2), (12, 5))]


def _turned(x: Array, scale: Any, ddof: int = 0) -> Array:
    """x centred, turned to the eigenvectors of its covariance, each column times scale(its variance)."""
    variances, directions = _directions(x, ddof)
    return (x - x.mean(axis=0)) @ directions * scale(variances)


EXERCISES = [
    Exercise(
        "05.parts",
        reference=parts,
        cases=_parts_cases,
        parts=("below", "own", "both"),
        mistakes={
            "own_new": lambda h, w, b, h2, w2, b2: ((h2 - h) @ w, h2 @ (w2 - w) + b2 - b, (h2 - h) @ (w2 - w)),
            "below_new": lambda h, w, b, h2, w2, b2: ((h2 - h) @ w2, h @ (w2 - w) + b2 - b, (h2 - h) @ (w2 - w)),
            "whole_both": lambda h, w, b, h2, w2, b2: (*parts(h, w, b, h2, w2, b2)[:2], h2 @ w2 + b2 - h @ w - b),
            "no_bias": lambda h, w, b, h2, w2, b2: ((h2 - h) @ w, h @ (w2 - w), (h2 - h) @ (w2 - w)),
            "bias_in_both": lambda h, w, b, h2, w2, b2: (
                (h2 - h) @ w, h @ (w2 - w), (h2 - h) @ (w2 - w) + b2 - b),
            "exchanged": lambda *given: tuple(parts(*given)[k] for k in (1, 0, 2)),
            "backwards": lambda *given: tuple(-part for part in parts(*given)),
        },
    ),
    Exercise(
        "05.surprise",
        reference=surprise,
        cases=_surprise_cases,
        mistakes={
            "no_chance": lambda before, after: _noise(before, after, 1),
            "one_mean": lambda before, after: _noise(before, after, len(after) ** -0.5),
            "equal": lambda before, after: _noise(before, after, (2 / len(before)) ** 0.5),
            "not_rooted": lambda before, after: _noise(before, after, 1 / len(before) + 1 / len(after)),
            "signed": lambda before, after: np.sign(after.mean(axis=0) - before.mean(axis=0)) * surprise(before, after),
            "variance": lambda before, after: surprise(before, after) / before.std(axis=0),
            "other_ruler": lambda before, after: surprise(before, after) * before.std(axis=0) / after.std(axis=0),
            "multiplied": lambda before, after: _apart(before, after) ** 2 / surprise(before, after),
            "one_number": lambda before, after: surprise(before.reshape(-1, 1), after.reshape(-1, 1))[0],
        },
    ),
    Quantity(
        "05.statistics",
        expected=(15_450, 600),
        parts=("to whiten", "to normalize each unit"),
        mistakes={"one_layer": (5_150, 200), "whole_matrix": (30_300, 600), "no_means": (15_150, 300),
                  "with_itself": (15_750, 600), "one_big": (45_450, 600), "exchanged": (600, 15_450),
                  "learned": (15_450, 1_200)},
    ),
    Exercise(
        "05.whiten",
        reference=whiten,
        cases=_whiten_cases,
        parts=("mean", "covariance"),
        view=mean_and_covariance,
        mistakes={
            "standardized": lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
            "not_centred": lambda x: x @ _directions(x)[1] / np.sqrt(_directions(x)[0]),
            "rotated": lambda x: _turned(x, np.ones_like),
            "not_rooted": lambda x: _turned(x, np.reciprocal),
            "multiplied": lambda x: _turned(x, np.sqrt),
            "transposed": lambda x: (x - x.mean(axis=0)) @ _directions(x)[1].T / np.sqrt(_directions(x)[0]),
            "unbiased": lambda x: _turned(x, lambda variances: variances**-0.5, ddof=1),
        },
    ),
    Exercise(
        "05.centre_backward",
        reference=centre_backward,
        cases=_dout_cases,
        mistakes={
            "ignored": lambda dout: dout.copy(),
            "by_column": lambda dout: dout - dout.mean(axis=0),
            "one_mean": lambda dout: dout - dout.mean(),
            "summed": lambda dout: dout - dout.sum(axis=1, keepdims=True),
            "added": lambda dout: dout + dout.mean(axis=1, keepdims=True),
            "own_share": lambda dout: dout * (1 - 1 / dout.shape[1]),
            "nothing": lambda dout: np.zeros_like(dout),
        },
    ),
]
