"""Lesson 08's exercises: one step by two rules, diagnoses, a layer moved to Keras, the start taken out, folding."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray
Pair = tuple[Array, Array]
KERAS_EPS = 0.001


def to_keras(momentum: float, running_var: Array, eps: float) -> tuple[float, Array]:
    """PyTorch's momentum, and the variance with which a layer whose eps is 0.001 gives the same outputs."""
    return 1 - momentum, running_var + eps - KERAS_EPS


def layers_to_convert(rng: np.random.Generator) -> list[tuple[float, Array, float]]:
    """The default momentum and others; small variances, and an eps that is felt."""
    return [(0.1, rng.uniform(0.2, 5, 4), 1e-5), (0.25, rng.uniform(0.01, 0.05, 4), 1e-5),
            (0.01, rng.uniform(0.2, 5, 5), 0.1)]  # fmt: skip


def without_start(running_mean: Array, running_var: Array, momentum: float, n: int) -> Pair:
    """The stored statistics with the share of their start, 0 and 1, taken out."""
    share = (1 - momentum) ** n
    return running_mean / (1 - share), (running_var - share) / (1 - share)


def young_averages(rng: np.random.Generator) -> list[tuple[Array, Array, float, int]]:
    """After one batch, after a few and after many."""
    return [(rng.normal(size=d), rng.uniform(1, 3, d), momentum, n)
            for d, momentum, n in ((4, 0.01, 66), (5, 0.1, 1), (4, 0.3, 4), (4, 0.1, 200))]  # fmt: skip


def fold_after(gamma: Array, beta: Array, mean: Array, var: Array, eps: float, weight: Array, bias: Array) -> Pair:
    """Weights and bias of the one layer that is batch norm at inference, then linear: each row scaled."""
    scale = gamma / np.sqrt(var + eps)
    return weight * scale[:, None], bias + (beta - mean * scale) @ weight


def layers_to_fold(rng: np.random.Generator) -> list[tuple[Array, Array, Array, Array, float, Array, Array]]:
    """Square weights, so that rows and columns can be confused; an eps that is felt."""
    return [(*rng.normal(size=(3, n)), rng.uniform(0.2, 4, n), eps, rng.normal(size=(n, n)), rng.normal(size=n))
            for n, eps in ((4, 1e-5), (5, 0.5), (4, 0.1))]  # fmt: skip


EXERCISES = [
    Quantity(
        "08.by_hand",
        expected=(0.4, 2.1, 0.04, 1.08),
        parts=("PyTorch's mean", "PyTorch's variance", "Keras's mean", "Keras's variance"),
        mistakes={"both_biased": (0.4, 1.8, 0.04, 1.08), "both_unbiased": (0.4, 2.1, 0.04, 1.11),
                  "same_momentum": (0.4, 2.1, 0.4, 1.8), "old_weight": (3.6, 10.9, 3.96, 8.92),
                  "corrections_swapped": (0.4, 1.8, 0.04, 1.11), "keras_99": (0.4, 2.1, 3.96, 8.92),
                  "not_kept": (0.4, 1.2, 0.04, 0.09), "batch": (4, 12, 4, 9), "keras_01": (0.4, 2.1, 3.6, 8.2)},
    ),
    Quantity(
        "08.symptoms",
        expected=("C", "A", "D", "B"),
        parts=("report 1", "report 2", "report 3", "report 4"),
        mistakes={"a_and_d": ("C", "D", "A", "B"), "b_and_c": ("B", "A", "D", "C"), "order": ("A", "B", "C", "D"),
                  "a_twice": ("C", "A", "A", "B"), "c_and_d": ("D", "A", "C", "B"), "b_first": ("B", "A", "D", "B"),
                  "one_word": "CADB", "a_and_b": ("C", "B", "D", "A")},
    ),
    Exercise(
        "08.convert",
        reference=to_keras,
        cases=layers_to_convert,
        parts=("momentum", "moving_var"),
        mistakes={
            "same_momentum": lambda momentum, var, eps: (momentum, var + eps - KERAS_EPS),
            "default": lambda momentum, var, eps: (0.99, var + eps - KERAS_EPS),
            "eps_forgotten": lambda momentum, var, eps: (1 - momentum, var),
            "nothing": lambda momentum, var, eps: (momentum, var),
            "turned_round": lambda momentum, var, eps: (1 - momentum, var - eps + KERAS_EPS),
            "added_up": lambda momentum, var, eps: (1 - momentum, var + eps + KERAS_EPS),
            "own_eps_only": lambda momentum, var, eps: (1 - momentum, var + eps),
            "keras_eps_only": lambda momentum, var, eps: (1 - momentum, var - KERAS_EPS),
            "as_std": lambda momentum, var, eps: (1 - momentum, np.sqrt(var + eps - KERAS_EPS)),
            "swapped": lambda momentum, var, eps: to_keras(momentum, var, eps)[::-1],
        },
    ),
    Exercise(
        "08.without_start",
        reference=without_start,
        cases=young_averages,
        parts=("mean", "var"),
        mistakes={
            "not_rescaled": lambda mean, var, momentum, n: (mean, var - (1 - momentum) ** n),
            "var_like_mean": lambda mean, var, momentum, n: (
                without_start(mean, var, momentum, n)[0], var / (1 - (1 - momentum) ** n)),
            "mean_like_var": lambda mean, var, momentum, n: (
                (mean - (1 - momentum) ** n) / (1 - (1 - momentum) ** n), without_start(mean, var, momentum, n)[1]),
            "new_weight": lambda mean, var, momentum, n: without_start(mean, var, 1 - momentum, n),
            "one_batch": lambda mean, var, momentum, n: without_start(mean, var, momentum, 1),
            "linear": lambda mean, var, momentum, n: (
                mean / min(1, momentum * n), (var - max(0, 1 - momentum * n)) / min(1, momentum * n)),
            "by_share": lambda mean, var, momentum, n: (
                mean / (1 - momentum) ** n, (var - (1 - momentum) ** n) / (1 - momentum) ** n),
            "unchanged": lambda mean, var, momentum, n: (mean, var),
            "one_more": lambda mean, var, momentum, n: without_start(mean, var, momentum, n + 1),
            "swapped": lambda mean, var, momentum, n: without_start(mean, var, momentum, n)[::-1],
        },
    ),
    Exercise(
        "08.fold_after",
        reference=fold_after,
        cases=layers_to_fold,
        parts=("new_weight", "new_bias"),
        mistakes={
            "columns": lambda g, b, mean, var, eps, w, c: (
                w * (g / np.sqrt(var + eps)), fold_after(g, b, mean, var, eps, w, c)[1]),
            "mean_unscaled": lambda g, b, mean, var, eps, w, c: (
                fold_after(g, b, mean, var, eps, w, c)[0], c + (b - mean) @ w),
            "mean_forgotten": lambda g, b, mean, var, eps, w, c: fold_after(g, b, 0 * mean, var, eps, w, c),
            "beta_forgotten": lambda g, b, mean, var, eps, w, c: fold_after(g, 0 * b, mean, var, eps, w, c),
            "bias_forgotten": lambda g, b, mean, var, eps, w, c: fold_after(g, b, mean, var, eps, w, 0 * c),
            "scaled_twice": lambda g, b, mean, var, eps, w, c: (
                fold_after(g, b, mean, var, eps, w, c)[0],
                c + (b - mean * g / np.sqrt(var + eps)) @ (w * (g / np.sqrt(var + eps))[:, None])),
            "no_root": lambda g, b, mean, var, eps, w, c: fold_after(g, b, mean, (var + eps) ** 2, 0, w, c),
            "eps_forgotten": lambda g, b, mean, var, eps, w, c: fold_after(g, b, mean, var, 0, w, c),
            "gamma_forgotten": lambda g, b, mean, var, eps, w, c: fold_after(
                np.ones_like(g), b, mean, var, eps, w, c),
            "weight_unscaled": lambda g, b, mean, var, eps, w, c: (w * 1.0, fold_after(g, b, mean, var, eps, w, c)[1]),
        },
    ),
]
