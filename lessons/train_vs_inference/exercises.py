"""Lesson 08's exercises: the start's share, symptoms, conventions, inference, running statistics, folding."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray
Pair = tuple[Array, Array]


def to_keras(momentum: float, running_var: Array, m: int) -> tuple[float, Array]:
    """PyTorch's momentum and unbiased variance as Keras has them."""
    return 1 - momentum, running_var * (m - 1) / m


def layers_to_convert(rng: np.random.Generator) -> list[tuple[float, Array, int]]:
    """Small and large batches, the default momentum and others."""
    return [(0.1, rng.uniform(0.2, 5, 4), 4), (0.25, rng.uniform(0.2, 5, 3), 2), (0.01, rng.uniform(0.2, 5, 5), 60)]


def inference(x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, eps: float) -> Array:
    """Algorithm 2, step 11, with the stored statistics."""
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta


def batches_in_use(rng: np.random.Generator) -> list[tuple[Array, Array, Array, Array, Array, float]]:
    """Batches and a single example; statistics away from the batch's own, an eps that is felt."""
    return [(rng.normal(2, 3, (n, d)), *rng.normal(size=(3, d)), rng.uniform(0.3, 4, d), eps)
            for n, d, eps in ((4, 3, 1e-5), (6, 2, 0.5), (1, 3, 0.1))]  # fmt: skip


def running(running_mean: Array, running_var: Array, x: Array, momentum: float) -> Pair:
    """PyTorch's rule: momentum weighs the new value, the variance is made unbiased."""
    return _stored(running_mean, running_var, x.mean(axis=0), x.var(axis=0, ddof=1), momentum)


def batches_to_store(rng: np.random.Generator) -> list[tuple[Array, Array, Array, float]]:
    """Batches of several sizes, the smallest a pair; stored values away from 0 and 1."""
    return [(rng.normal(size=3), rng.uniform(0.5, 3, 3), rng.normal(2, 3, (n, 3)), momentum)
            for n, momentum in ((4, 0.1), (7, 0.3), (2, 0.1), (5, 0.8))]  # fmt: skip


def _stored(running_mean: Array, running_var: Array, mean: Array, var: Array, momentum: float) -> Pair:
    return (1 - momentum) * running_mean + momentum * mean, (1 - momentum) * running_var + momentum * var


def _through_std(running_mean: Array, running_var: Array, x: Array, momentum: float) -> Pair:
    mean, std = _stored(running_mean, np.sqrt(running_var), x.mean(axis=0), x.std(axis=0, ddof=1), momentum)
    return mean, std**2


def population(batches: Array) -> Pair:
    """Algorithm 2: the mean of the batch means; the mean of the batch variances, times m/(m − 1)."""
    return batches.mean(axis=1).mean(axis=0), batches.var(axis=1, ddof=1).mean(axis=0)


def batches_to_average(rng: np.random.Generator) -> list[tuple[Array]]:
    """Few and many batches, pairs among them."""
    return [(rng.normal(3, 2, shape),) for shape in ((5, 4, 3), (6, 2, 3), (2, 7, 2), (4, 5, 1))]


def fold(weight: Array, bias: Array, gamma: Array, beta: Array, mean: Array, var: Array, eps: float) -> Pair:
    """Weights and bias of the one layer: each column scaled, the mean taken from the bias."""
    scale = gamma / np.sqrt(var + eps)
    return weight * scale, (bias - mean) * scale + beta


def layers_to_fold(rng: np.random.Generator) -> list[tuple[Array, Array, Array, Array, Array, Array, float]]:
    """Square weights among them, so that rows and columns can be confused; an eps that is felt."""
    return [(rng.normal(size=(n, d)), *rng.normal(size=(4, d)), rng.uniform(0.2, 4, d), eps)
            for n, d, eps in ((4, 4, 1e-5), (3, 3, 0.5), (4, 4, 0.1))]  # fmt: skip


EXERCISES = [
    Quantity(
        "08.start_share",
        expected=228,
        mistakes={"unrounded": np.log(0.01) / np.log(0.98), "rounded_down": 227, "linear": 50, "remaining": 1,
                  "ten_percent": 114, "half": 35, "of_tenth": 44, "of_hundredth": 459, "new_weight": 2, "hundred": 100,
                  "per_mille": 342},
    ),
    Quantity(
        "08.symptoms",
        expected=("B", "A", "C", "D"),
        parts=("report 1", "report 2", "report 3", "report 4"),
        mistakes={"b_and_c": ("C", "A", "B", "D"), "a_and_d": ("B", "D", "C", "A"), "order": ("A", "B", "C", "D"),
                  "by_mistake": ("B", "A", "D", "C"), "c_twice": ("C", "A", "C", "D"), "b_twice": ("B", "A", "B", "D"),
                  "a_twice": ("B", "A", "C", "A"), "one_word": "BACD", "both": ("C", "D", "B", "A")},
    ),
    Exercise(
        "08.convert",
        reference=to_keras,
        cases=layers_to_convert,
        parts=("momentum", "moving_var"),
        mistakes={
            "same_momentum": lambda momentum, var, m: (momentum, to_keras(momentum, var, m)[1]),
            "default": lambda momentum, var, m: (0.99, to_keras(momentum, var, m)[1]),
            "variance_kept": lambda momentum, var, m: (1 - momentum, var * 1.0),
            "upside_down": lambda momentum, var, m: (1 - momentum, var * m / (m - 1)),
            "nothing": lambda momentum, var, m: (momentum, var * 1.0),
            "reciprocal": lambda momentum, var, m: (1 / momentum, to_keras(momentum, var, m)[1]),
            "swapped": lambda momentum, var, m: to_keras(momentum, var, m)[::-1],
            "as_std": lambda momentum, var, m: (1 - momentum, np.sqrt(to_keras(momentum, var, m)[1])),
        },
    ),
    Exercise(
        "08.inference",
        reference=inference,
        cases=batches_in_use,
        mistakes={
            "batch_stats": lambda x, g, b, mean, var, eps: inference(x, g, b, x.mean(axis=0), x.var(axis=0), eps),
            "batch_unbiased": lambda x, g, b, mean, var, eps: inference(
                x, g, b, x.mean(axis=0), x.var(axis=0, ddof=1), eps),
            "batch_mean": lambda x, g, b, mean, var, eps: inference(x, g, b, x.mean(axis=0), var, eps),
            "batch_var": lambda x, g, b, mean, var, eps: inference(x, g, b, mean, x.var(axis=0), eps),
            "eps_outside": lambda x, g, b, mean, var, eps: inference(x, g, b, mean, (np.sqrt(var) + eps) ** 2, 0),
            "eps_forgotten": lambda x, g, b, mean, var, eps: inference(x, g, b, mean, var, 0),
            "no_root": lambda x, g, b, mean, var, eps: inference(x, g, b, mean, (var + eps) ** 2, 0),
            "no_root_no_eps": lambda x, g, b, mean, var, eps: inference(x, g, b, mean, var**2, 0),
            "swapped": lambda x, g, b, mean, var, eps: inference(x, b, g, mean, var, eps),
            "not_centred": lambda x, g, b, mean, var, eps: inference(x, g, b, 0 * mean, var, eps),
            "beta_forgotten": lambda x, g, b, mean, var, eps: inference(x, g, 0 * b, mean, var, eps),
            "no_affine": lambda x, g, b, mean, var, eps: inference(x, np.ones_like(g), 0 * b, mean, var, eps),
            "beta_first": lambda x, g, b, mean, var, eps: inference(x, g, g * b, mean, var, eps),
        },
    ),
    Exercise(
        "08.running",
        reference=running,
        cases=batches_to_store,
        parts=("running_mean", "running_var"),
        mistakes={
            "weights_swapped": lambda mean, var, x, momentum: running(mean, var, x, 1 - momentum),
            "biased": lambda mean, var, x, momentum: _stored(mean, var, x.mean(axis=0), x.var(axis=0), momentum),
            "squared": lambda mean, var, x, momentum: (
                running(mean, var, x, momentum)[0], running(mean, var, x, momentum**2)[1]),
            "std": lambda mean, var, x, momentum: _stored(
                mean, var, x.mean(axis=0), x.std(axis=0, ddof=1), momentum),
            "std_biased": lambda mean, var, x, momentum: _stored(mean, var, x.mean(axis=0), x.std(axis=0), momentum),
            "through_std": _through_std,
            "not_kept": lambda mean, var, x, momentum: _stored(
                mean / (1 - momentum), var / (1 - momentum), x.mean(axis=0), x.var(axis=0, ddof=1), momentum),
            "upside_down": lambda mean, var, x, momentum: _stored(
                mean, var, x.mean(axis=0), x.var(axis=0) * (len(x) - 1) / len(x), momentum),
            "batch_only": lambda mean, var, x, momentum: (x.mean(axis=0), x.var(axis=0, ddof=1)),
            "swapped": lambda mean, var, x, momentum: running(mean, var, x, momentum)[::-1],
        },
    ),
    Exercise(
        "08.population",
        reference=population,
        cases=batches_to_average,
        parts=("mean", "var"),
        mistakes={
            "biased": lambda b: (b.mean(axis=(0, 1)), b.var(axis=1).mean(axis=0)),
            "upside_down": lambda b: (b.mean(axis=(0, 1)), b.var(axis=1).mean(axis=0) * (1 - 1 / b.shape[1])),
            "mean_too": lambda b: (b.mean(axis=(0, 1)) * b.shape[1] / (b.shape[1] - 1), population(b)[1]),
            "by_batches": lambda b: (b.mean(axis=(0, 1)), b.var(axis=1).mean(axis=0) * len(b) / (len(b) - 1)),
            "all_at_once": lambda b: (b.mean(axis=(0, 1)), b.var(axis=(0, 1))),
            "all_at_once_unbiased": lambda b: (b.mean(axis=(0, 1)), b.var(axis=(0, 1), ddof=1)),
            "across": lambda b: (b.mean(axis=(0, 1)), b.var(axis=0, ddof=1).mean(axis=0)),
            "of_means": lambda b: (b.mean(axis=(0, 1)), b.mean(axis=1).var(axis=0)),
            "std": lambda b: (b.mean(axis=(0, 1)), np.sqrt(population(b)[1])),
        },
    ),
    Exercise(
        "08.fold",
        reference=fold,
        cases=layers_to_fold,
        parts=("new_weight", "new_bias"),
        mistakes={
            "bias_unscaled": lambda w, c, g, b, mean, var, eps: (
                fold(w, c, g, b, mean, var, eps)[0], c - mean * g / np.sqrt(var + eps) + b),
            "mean_unscaled": lambda w, c, g, b, mean, var, eps: (
                fold(w, c, g, b, mean, var, eps)[0], c * g / np.sqrt(var + eps) - mean + b),
            "mean_forgotten": lambda w, c, g, b, mean, var, eps: fold(w, c, g, b, 0 * mean, var, eps),
            "mean_added": lambda w, c, g, b, mean, var, eps: fold(w, c, g, b, -mean, var, eps),
            "matmul": lambda w, c, g, b, mean, var, eps: (
                w @ (g / np.sqrt(var + eps)), fold(w, c, g, b, mean, var, eps)[1]),
            "rows": lambda w, c, g, b, mean, var, eps: (
                w * (g / np.sqrt(var + eps))[:, None], fold(w, c, g, b, mean, var, eps)[1]),
            "beta_forgotten": lambda w, c, g, b, mean, var, eps: fold(w, c, g, 0 * b, mean, var, eps),
            "beta_scaled": lambda w, c, g, b, mean, var, eps: (
                fold(w, c, g, b, mean, var, eps)[0], (c - mean + b) * g / np.sqrt(var + eps)),
            "no_root": lambda w, c, g, b, mean, var, eps: fold(w, c, g, b, mean, (var + eps) ** 2, 0),
            "eps_outside": lambda w, c, g, b, mean, var, eps: fold(w, c, g, b, mean, (np.sqrt(var) + eps) ** 2, 0),
            "eps_forgotten": lambda w, c, g, b, mean, var, eps: fold(w, c, g, b, mean, var, 0),
            "gamma_forgotten": lambda w, c, g, b, mean, var, eps: fold(w, c, np.ones_like(g), b, mean, var, eps),
            "old_bias_forgotten": lambda w, c, g, b, mean, var, eps: fold(w, 0 * c, g, b, mean, var, eps),
            "weight_unscaled": lambda w, c, g, b, mean, var, eps: (w * 1.0, fold(w, c, g, b, mean, var, eps)[1]),
        },
    ),
]
