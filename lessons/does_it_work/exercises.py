"""Lesson 09's exercises: a fold by hand, a speed-up, layer norm, evidence; further an interval and ghost batch norm."""

from collections.abc import Callable

import numpy as np

from course.checks.exercise import Exercise, Quantity
from helpers.validate import Array

Case = tuple[object, ...]
EPS = 1e-5


def speedup(plain: Array, normed: Array, every: int, target: float) -> float:
    """How many times as many updates ``plain`` needs for ``target``; infinite if one of them never gets there."""
    first, second = _first(plain, target), _first(normed, target)
    return float("inf") if first is None or second is None else first / second


def interval(values: Array, t: float) -> tuple[float, float]:
    """(mean, half-width) of the interval of the mean, t · s / √n with s from n − 1."""
    return float(values.mean()), float(t * values.std(ddof=1) / len(values) ** 0.5)


def layer_norm(x: Array, gamma: Array, beta: Array, eps: float = EPS) -> Array:
    """Each example over its units, variance 1/D, then gamma and beta for each unit; (N, D)."""
    return gamma * _normal(x, 1, eps) + beta


def ghost_norm(x: Array, size: int, eps: float = EPS) -> Array:
    """Each group of ``size`` rows by its own mean and variance, 1/n, the last may be smaller; (N, D)."""
    return _grouped(x, size, lambda group: _normal(group, 0, eps))


def _first(values: Array, target: float) -> int | None:
    return next((k for k, value in enumerate(values) if value >= target), None)


def _last_below(values: Array, target: float) -> int:
    return int(np.flatnonzero(values < target)[-1])


def _below(plain: Array, normed: Array, target: float) -> float:
    return _last_below(plain, target) / _last_below(normed, target)


def _normal(x: Array, axis: int | None, eps: float = EPS, ddof: int = 0) -> Array:
    mean, var = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True, ddof=ddof)
    return (x - mean) / np.sqrt(var + eps)


def _grouped(x: Array, size: int, normalize: Callable[[Array], Array]) -> Array:
    return np.vstack([normalize(x[first : first + size]) for first in range(0, len(x), size)])


def _interleaved(x: Array, size: int, eps: float = EPS) -> Array:
    """The mistake of taking every n-th row as a group."""
    out, count = np.empty_like(x), -(-len(x) // size)
    for k in range(count):
        out[k::count] = _normal(x[k::count], 0, eps)
    return out


def _merged(x: Array, size: int, eps: float = EPS) -> Array:
    """The mistake of a last group that takes the rest with it."""
    whole = max(len(x) // size, 1)
    cuts = [x[k * size : (k + 1) * size if k < whole - 1 else len(x)] for k in range(whole)]
    return np.vstack([_normal(cut, 0, eps) for cut in cuts])


def _unfilled(x: Array, size: int, eps: float = EPS) -> Array:
    """The mistake of an array of zeros into which whole groups alone are filled."""
    out, whole = np.zeros_like(x), len(x) // size * size
    out[:whole] = _grouped(x[:whole], size, lambda group: _normal(group, 0, eps))
    return out


def _by_first(x: Array, size: int, eps: float = EPS) -> Array:
    return (x - x[:size].mean(axis=0)) / np.sqrt(x[:size].var(axis=0) + eps)


def _equal_groups(x: Array, size: int, eps: float = EPS) -> Array:
    """The mistake of as many groups as are needed, all of about one size."""
    return np.vstack([_normal(part, 0, eps) for part in np.array_split(x, -(-len(x) // size))])


def _reshaped(x: Array, groups: int, size: int, eps: float = EPS) -> Array:
    """The mistake of a third axis for the groups, which wants all of them full."""
    return _normal(x.reshape(groups, size, x.shape[1]), 1, eps).reshape(x.shape)


def _speedup_cases(rng: np.random.Generator) -> list[Case]:
    smooth = np.linspace(0.1, 0.95, 18)
    bumpy = np.array([0.1, 0.2, 0.1, 0.5, 0.8, 0.7, 0.85, 0.79, 0.9, 0.9])
    return [(smooth, np.minimum(1, smooth * 3), 40, 0.8), (bumpy, np.array([0.1, 0.6, 0.9, 0.9]), 20, 0.8),
            (smooth * 0.5, smooth, 10, 0.7), (smooth, smooth**0.5, 25, 0.6)]  # fmt: skip


def _interval_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.normal(90, 2, n), t) for n, t in ((10, 2.262), (5, 2.776), (4, 3.182), (20, 2.093))]


def _layer_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.gamma(2, scale, (n, d)), rng.uniform(0.5, 2, d), rng.normal(size=d))
            for n, d, scale in ((6, 4, 1.0), (5, 5, 3.0), (4, 8, 0.004))]  # fmt: skip


def _ghost_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.gamma(2, scale, (n, d)) + np.arange(n)[:, np.newaxis] * scale, size)
            for n, d, size, scale in ((12, 3, 4, 1.0), (14, 4, 4, 0.004), (9, 5, 3, 2.0), (6, 2, 6, 1.0))]  # fmt: skip


EXERCISES = [
    Exercise(
        "09.speedup",
        reference=speedup,
        cases=_speedup_cases,
        mistakes={
            "inverse": lambda plain, normed, every, target: 1 / speedup(plain, normed, every, target),
            "upside_down": lambda plain, normed, every, target: float("inf") if _first(plain, target) is None
                else 1 / speedup(plain, normed, every, target),
            "difference": lambda plain, normed, every, target: float("inf") if _first(plain, target) is None
                else float((_first(plain, target) - _first(normed, target)) * every),
            "above": lambda plain, normed, every, target: speedup(plain, normed, every, target + 1e-12),
            "from_one": lambda plain, normed, every, target: float("inf") if _first(plain, target) is None
                else (_first(plain, target) + 1) / (_first(normed, target) + 1),
            "last": lambda plain, normed, every, target: float("inf") if _first(plain, target) is None
                else (_last_below(plain, target) + 1) / (_last_below(normed, target) + 1),
            "below": lambda plain, normed, every, target: float("inf") if _first(plain, target) is None
                else _below(plain, normed, target),
            "below_always": lambda plain, normed, every, target: _below(plain, normed, target),
            "accuracies": lambda plain, normed, every, target: float(normed[-1] / plain[-1]),
            "zero": lambda plain, normed, every, target:
                float(np.argmax(plain >= target) / np.argmax(normed >= target)),
        },
    ),
    Exercise(
        "09.interval",
        reference=interval,
        cases=_interval_cases,
        parts=("mean", "half-width"),
        mistakes={
            "biased": lambda values, t: (values.mean(), t * values.std() / len(values) ** 0.5),
            "no_root": lambda values, t: (values.mean(), t * values.std(ddof=1) / len(values)),
            "not_divided": lambda values, t: (values.mean(), t * values.std(ddof=1)),
            "root": lambda values, t: (values.mean(), t * values.std(ddof=1) / (len(values) - 1) ** 0.5),
            "variance": lambda values, t: (values.mean(), t * values.var(ddof=1) / len(values) ** 0.5),
            "no_t": lambda values, t: (values.mean(), values.std(ddof=1) / len(values) ** 0.5),
            "fixed": lambda values, t: interval(values, 2.26),
            "full_width": lambda values, t: (values.mean(), 2 * interval(values, t)[1]),
            "ends": lambda values, t: (values.mean() - interval(values, t)[1], values.mean() + interval(values, t)[1]),
            "normal": lambda values, t: (values.mean(), 1.96 * values.std(ddof=1) / len(values) ** 0.5),
        },
    ),
    Exercise(
        "09.layer_norm",
        reference=layer_norm,
        cases=_layer_cases,
        mistakes={
            "batch": lambda x, gamma, beta, eps=EPS: gamma * _normal(x, 0, eps) + beta,
            "everything": lambda x, gamma, beta, eps=EPS: gamma * _normal(x, None, eps) + beta,
            "unbiased": lambda x, gamma, beta, eps=EPS: gamma * _normal(x, 1, eps, ddof=1) + beta,
            "eps_outside": lambda x, gamma, beta, eps=EPS:
                gamma * (x - x.mean(axis=1, keepdims=True)) / (x.std(axis=1, keepdims=True) + eps) + beta,
            "no_root": lambda x, gamma, beta, eps=EPS:
                gamma * (x - x.mean(axis=1, keepdims=True)) / (x.var(axis=1, keepdims=True) + eps) + beta,
            "no_affine": lambda x, gamma, beta, eps=EPS: _normal(x, 1, eps),
            "not_centred": lambda x, gamma, beta, eps=EPS:
                gamma * x / np.sqrt(x.var(axis=1, keepdims=True) + eps) + beta,
            "beta_stretched": lambda x, gamma, beta, eps=EPS: gamma * (_normal(x, 1, eps) + beta),
            "axis_lost": lambda x, gamma, beta, eps=EPS: (x - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps),
            "affine_first": lambda x, gamma, beta, eps=EPS: _normal(gamma * x + beta, 1, eps),
        },
    ),
    Exercise(
        "09.ghost",
        reference=ghost_norm,
        cases=_ghost_cases,
        mistakes={
            "whole": lambda x, size, eps=EPS: _normal(x, 0, eps),
            "interleaved": _interleaved,
            "first_group": _by_first,
            "whole_variance": lambda x, size, eps=EPS:
                _grouped(x, size, lambda group: (group - group.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)),
            "unbiased": lambda x, size, eps=EPS: _grouped(x, size, lambda group: _normal(group, 0, eps, ddof=1)),
            "eps_outside": lambda x, size, eps=EPS:
                _grouped(x, size, lambda group: (group - group.mean(axis=0)) / (group.std(axis=0) + eps)),
            "rows": lambda x, size, eps=EPS: _normal(x, 1, eps),
            "merged": _merged,
            "unfilled": _unfilled,
            "no_axis": lambda x, size, eps=EPS: _grouped(x, size, lambda group: _normal(group, None, eps)),
            "equal_groups": _equal_groups,
            "dropped": lambda x, size, eps=EPS: ghost_norm(x[: len(x) // size * size], size, eps),
            "reshaped": lambda x, size, eps=EPS: _reshaped(x, -1, size, eps),
            "full_groups": lambda x, size, eps=EPS: _reshaped(x, len(x) // size, size, eps),
            "split": lambda x, size, eps=EPS: np.vstack([_normal(part, 0, eps) for part in np.array_split(x, size)]),
        },
    ),
    Quantity(
        "09.by_hand",
        expected=(1.5, -2.5, 2.0),
        parts=("the weight", "the bias", "z"),
        mistakes={"variance": (0.75, -1.25, 1.0),
                  "unbiased": (3 / 32**0.5 * 7**0.5, -5 / 32**0.5 * 7**0.5, 4 / 32**0.5 * 7**0.5),
                  "bias_whole": (1.5, -5.0, 2.0),
                  "sign": (1.5, 2.5, 2.0),
                  "weight_kept": (3.0, -2.5, 2.0),
                  "multiplied": (6.0, -10.0, 8.0),
                  "not_centred": (1.5, -2.5, 4.5)},
    ),
    Quantity(
        "09.evidence",
        expected=("refuted", "supported", "open", "refuted"),
        parts=("statement 1", "statement 2", "statement 3", "statement 4"),
        mistakes={"drift_needed": ("supported", "supported", "open", "refuted"),
                  "drift_open": ("open", "supported", "open", "refuted"),
                  "start_refuted": ("refuted", "refuted", "open", "refuted"),
                  "start_open": ("refuted", "open", "open", "refuted"),
                  "optima": ("refuted", "supported", "supported", "refuted"),
                  "optima_refuted": ("refuted", "supported", "refuted", "refuted"),
                  "any_rate": ("refuted", "supported", "open", "supported"),
                  "rate_open": ("refuted", "supported", "open", "open"),
                  "optima_and_rate": ("refuted", "supported", "refuted", "supported"),
                  "both_supported": ("refuted", "supported", "supported", "supported"),
                  "ledger_word": ("refuted", "supported", "not shown", "refuted"),
                  "all_open": ("open", "open", "open", "open"),
                  "all_supported": ("supported", "supported", "supported", "supported")},
    ),
]  # fmt: skip
