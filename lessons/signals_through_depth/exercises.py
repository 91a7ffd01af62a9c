"""Lesson 04's exercises: a chain on paper, one layer back, the factor of a layer, how a run ended."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray
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


def layer_factor(weight: Array, h: Array) -> float:
    """The size of the weights (n, n) times that of the slopes of the sigmoid outputs h (N, n)."""
    return _weights(weight) * _size(h * (1 - h))


def _weights(weight: Array) -> float:
    return float(weight.std() * np.sqrt(len(weight)))


def _size(slopes: Array) -> float:
    return float(np.sqrt(np.mean(slopes**2)))


def layers_to_measure(rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Layers of different width and weights of different size, with outputs from all over a sigmoid."""
    cases = []
    for n, units, size in ((5, 4, 0.5), (20, 32, 1.0), (6, 9, 3.0), (40, 16, 0.1)):
        z = rng.normal(0.5, 1 + size, size=(n, units))
        weight = rng.normal(0, size, size=(units, units))
        cases.append((weight - weight.mean(), 1 / (1 + np.exp(-z))))  # std and root mean square are one
    return cases


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
        "04.layer_factor",
        reference=layer_factor,
        cases=layers_to_measure,
        mistakes={
            "no_root_n": lambda weight, h: float(weight.std()) * _size(h * (1 - h)),
            "times_n": lambda weight, h: float(weight.std()) * len(weight) * _size(h * (1 - h)),
            "weights_only": lambda weight, h: _weights(weight),
            "slopes_only": lambda weight, h: _size(h * (1 - h)),
            "mean_slope": lambda weight, h: _weights(weight) * float(np.mean(h * (1 - h))),
            "mean_square": lambda weight, h: _weights(weight) * float(np.mean((h * (1 - h)) ** 2)),
            "outputs": lambda weight, h: _weights(weight) * _size(h),
            "tanh": lambda weight, h: _weights(weight) * _size(1 - h**2),
            "slope_of_mean": lambda weight, h: _weights(weight) * float(h.mean() * (1 - h.mean())),
            "added": lambda weight, h: _weights(weight) + _size(h * (1 - h)),
            "batch_root": lambda weight, h: float(weight.std() * np.sqrt(len(h))) * _size(h * (1 - h)),
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
