"""Lesson 04's exercises: a chain on paper, one layer back, the gradient of every layer, how a run ended."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray
Gradients = dict[str, Array]
Layer = tuple[Array, Array, Array]


def step_back(dh: Array, x: Array, weight: Array, h: Array) -> Layer:
    """(dweight, dbias, dx) of a layer h = tanh(x @ weight + bias), given dh."""
    return _back(dh * (1 - h**2), x, weight)


def _back(dz: Array, x: Array, weight: Array) -> Layer:
    return x.T @ dz, dz.sum(axis=0), dz @ weight.T


def _with_bias(dbias: Array, dh: Array, x: Array, weight: Array, h: Array) -> Layer:
    dweight, _, dx = step_back(dh, x, weight, h)
    return dweight, dbias, dx


def layers_to_return(rng: np.random.Generator) -> list[tuple[Array, Array, Array, Array]]:
    """Random batches of at least four examples; (N, D, H) differ, and once are alike."""
    cases = []
    for n, d, units in ((5, 3, 4), (4, 2, 6), (7, 5, 1), (4, 4, 4)):
        x, weight = rng.normal(size=(n, d)), rng.normal(size=(d, units))
        cases.append((rng.normal(size=(n, units)), x, weight, np.tanh(x @ weight + rng.normal(size=units))))
    return cases


def gradient_norms(gradients: Gradients, depth: int) -> Array:
    """The norm of each layer's weight gradient, first layer first."""
    return np.array([np.linalg.norm(gradients[f"weight{k}"]) for k in range(1, depth + 1)])


def networks_to_measure(rng: np.random.Generator) -> list[tuple[Gradients, int]]:
    """Random gradients of networks of different depth; ten layers and more, which sort badly by name."""
    cases = []
    for sizes in ((3, 4, 2), (2, 5, 5, 4), (2,) * 12 + (3,)):
        gradients = {}
        for k, shape in enumerate(zip(sizes, sizes[1:], strict=False), 1):
            gradients[f"weight{k}"], gradients[f"bias{k}"] = rng.normal(size=shape), rng.normal(size=shape[1])
        cases.append((gradients, len(sizes) - 1))
    return cases


def _each(gradients: Gradients, depth: int, measure: object) -> Array:
    return np.array([measure(gradients[f"weight{k}"]) for k in range(1, depth + 1)])


def outcome(losses: list[float]) -> str:
    """Whether a run with these losses diverged, has learned, or is stuck."""
    return _if_finite(losses, np.mean(losses[-10:]) < 2)


def _if_finite(losses: list[float], learned: bool) -> str:
    return _learned_if(learned) if np.isfinite(losses).all() else "diverged"


def _learned_if(learned: bool) -> str:
    return "learned" if learned else "stuck"


def runs_to_name(rng: np.random.Generator) -> list[tuple[list[float]]]:
    """Losses of runs that end in each way; among them infinity, a leap that comes back and a lucky last batch."""
    level, falling = 2.3 + 0.02 * rng.normal(size=30), 2.4 * 0.9 ** np.arange(40) + 0.02 * rng.random(40)
    runs = [[2e3, 3e9, np.nan], falling, level, [40.0, np.inf], [2.3, 9e5, *falling], [*level, 1.5], [*falling, 2.2],
            np.linspace(2.6, 2.2, 20), [2.3, np.nan, 1.2], [2.3, 2.3, 2.3], [1.9, 1.8]]  # fmt: skip
    return [([float(loss) for loss in losses],) for losses in runs]


EXERCISES = [
    Quantity(
        "04.chain",
        expected=4**3 * 0.25 * 0.16 * 0.09,
        tolerance=0.02,  # 0.23 is right as well
        mistakes={"no_weights": 0.25 * 0.16 * 0.09, "one_weight": 4 * 0.25 * 0.16 * 0.09,
                  "two_weights": 16 * 0.25 * 0.16 * 0.09, "added": 1 + 0.64 + 0.36, "outputs": 64 * 0.5 * 0.8 * 0.9,
                  "tanh": 64 * 0.75 * 0.36 * 0.19, "quarter": 1.0, "mean": 2 / 3},
    ),
    Exercise(
        "04.step_back",
        reference=step_back,
        cases=layers_to_return,
        parts=("dweight", "dbias", "dx"),
        mistakes={
            "no_derivative": lambda dh, x, weight, h: _back(dh, x, weight),
            "sigmoid": lambda dh, x, weight, h: _back(dh * h * (1 - h), x, weight),
            "tanh_again": lambda dh, x, weight, h: _back(dh * (1 - np.tanh(h) ** 2), x, weight),
            "by_example": lambda dh, x, weight, h: _with_bias((dh * (1 - h**2)).sum(axis=1), dh, x, weight, h),
            "bias_mean": lambda dh, x, weight, h: _with_bias((dh * (1 - h**2)).mean(axis=0), dh, x, weight, h),
            "bias_not_summed": lambda dh, x, weight, h: _with_bias(dh * (1 - h**2), dh, x, weight, h),
            "untransposed": lambda dh, x, weight, h: (*step_back(dh, x, weight, h)[:2], dh * (1 - h**2) @ weight),
            "divided": lambda dh, x, weight, h: tuple(part / len(x) for part in step_back(dh, x, weight, h)),
            "signs": lambda dh, x, weight, h: tuple(-part for part in step_back(dh, x, weight, h)),
            "transposed": lambda dh, x, weight, h: (step_back(dh, x, weight, h)[0].T, *step_back(dh, x, weight, h)[1:]),
            "order": lambda dh, x, weight, h: step_back(dh, x, weight, h)[::-1],
            "dx_from_dh": lambda dh, x, weight, h: (*step_back(dh, x, weight, h)[:2], dh @ weight.T),
        },
    ),
    Exercise(
        "04.gradient_norms",
        reference=gradient_norms,
        cases=networks_to_measure,
        mistakes={
            "reversed": lambda g, depth: gradient_norms(g, depth)[::-1],
            "squared": lambda g, depth: gradient_norms(g, depth) ** 2,
            "mean_square": lambda g, depth: _each(g, depth, lambda d: np.sqrt((d**2).mean())),
            "largest": lambda g, depth: _each(g, depth, lambda d: np.abs(d).max()),
            "absolute": lambda g, depth: _each(g, depth, lambda d: np.abs(d).sum()),
            "of_bias": lambda g, depth: np.array([np.linalg.norm(g[f"bias{k}"]) for k in range(1, depth + 1)]),
            "ratios": lambda g, depth: gradient_norms(g, depth) / gradient_norms(g, depth)[-1],
            "spectral": lambda g, depth: _each(g, depth, lambda d: np.linalg.norm(d, 2)),
            "last_missing": lambda g, depth: gradient_norms(g, depth - 1),
            "from_zero": lambda g, depth: np.array([np.linalg.norm(g[f"weight{k}"]) for k in range(depth)]),
            "by_name": lambda g, depth: np.array([np.linalg.norm(g[key]) for key in sorted(g) if "weight" in key]),
            "all_keys": lambda g, depth: np.array([np.linalg.norm(d) for d in g.values()]),
            "with_bias": lambda g, depth: np.array(
                [np.hypot(np.linalg.norm(g[f"weight{k}"]), np.linalg.norm(g[f"bias{k}"])) for k in range(1, depth + 1)]
            ),
        },
    ),
    Exercise(
        "04.outcome",
        reference=outcome,
        cases=runs_to_name,
        mistakes={
            "never_nan": lambda losses: _learned_if(np.mean(losses[-10:]) < 2),
            "nan_only": lambda losses: "stuck" if np.isinf(losses).any() else outcome(losses),
            "large": lambda losses: "diverged" if not max(losses) < 1e3 else outcome(losses),
            "last_only": lambda losses: _if_finite(losses, losses[-1] < 2),
            "last_finite": lambda losses: outcome(losses) if not np.isfinite(losses[-1]) else _learned_if(
                np.nanmean(losses[-10:]) < 2),
            "by_ten": lambda losses: _if_finite(losses, sum(losses[-10:]) / 10 < 2),
            "all_losses": lambda losses: _if_finite(losses, np.mean(losses) < 2),
            "falling": lambda losses: _if_finite(losses, losses[-1] < losses[0]),
            "swapped": lambda losses: {"learned": "stuck", "stuck": "learned"}.get(outcome(losses), "diverged"),
            "always_learned": lambda losses: _if_finite(losses, True),
        },
    ),
]  # fmt: skip
