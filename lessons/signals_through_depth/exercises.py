"""Lesson 04's exercises: a bound, shapes, two backward passes, gradient norms, the factor 1/a, how runs end."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray
Gradients = dict[str, Array]


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def sigmoid_backward(dout: Array, z: Array) -> Array:
    """The gradient with respect to z of out = σ(z)."""
    return dout * _sigmoid(z) * (1 - _sigmoid(z))


def signals_to_return(rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Random gradients and z of one shape; square once, and with large |z|."""
    shapes = ((4, 3), (5, 5), (6, 2), (4, 1))
    return [(rng.normal(size=s), rng.normal(0, scale, size=s)) for s, scale in zip(shapes, (1, 1, 4, 2), strict=True)]


def two_layers(x: Array, h: Array, weight2: Array, dout: Array) -> tuple[Array, Array]:
    """(dweight1, dweight2) of dout's loss for h = tanh(x @ weight1), out = h @ weight2."""
    dz = dout @ weight2.T * (1 - h**2)
    return x.T @ dz, h.T @ dout


def layers_to_return(rng: np.random.Generator) -> list[tuple[Array, Array, Array, Array]]:
    """Random batches of at least four and random dout; (N, D, H, C) differ, and once are alike."""
    cases = []
    for n, d, hidden, c in ((5, 3, 4, 2), (4, 2, 6, 3), (7, 5, 3, 1), (4, 4, 4, 4)):
        x = rng.normal(size=(n, d))
        cases.append((x, np.tanh(x @ rng.normal(size=(d, hidden))), rng.normal(size=(hidden, c)),
                      rng.normal(size=(n, c))))  # fmt: skip
    return cases


def _two_layers_with(derivative: Array, x: Array, h: Array, weight2: Array, dout: Array) -> tuple[Array, Array]:
    return x.T @ (dout @ weight2.T * derivative), h.T @ dout


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
        "04.bound",
        expected=0.25**10,
        tolerance=0.005,  # counted twice, once of the largest number: within 1 %
        mistakes={"summed": 2.5, "one": 0.25, "half": 0.5**10, "nine": 0.25**9, "tanh": 1.0, "divided": 0.025,
                  "inverted": 4.0**10},
    ),
    Quantity(
        "04.shapes",
        expected=((64, 10), (10,), (32, 64)),
        parts=("dweight", "dbias", "dx"),
        mistakes={"transposed": ((10, 64), (10,), (32, 64)), "bias_by_row": ((64, 10), (32, 10), (32, 64)),
                  "bias_as_row": ((64, 10), (1, 10), (32, 64)),
                  "bias_as_number": ((64, 10), 10, (32, 64)), "of_output": ((64, 10), (10,), (32, 10)),
                  "one_example": ((64, 10), (10,), (64,)), "weight_per_example": ((32, 64, 10), (10,), (32, 64)),
                  "swapped": ((32, 64), (64, 10), (10,))},
    ),
    Exercise(
        "04.sigmoid_backward",
        reference=sigmoid_backward,
        cases=signals_to_return,
        mistakes={
            "no_dout": lambda dout, z: _sigmoid(z) * (1 - _sigmoid(z)),
            "of_z": lambda dout, z: dout * z * (1 - z),
            "no_complement": lambda dout, z: dout * _sigmoid(z),
            "complement_only": lambda dout, z: dout * (1 - _sigmoid(z)),
            "tanh": lambda dout, z: dout * (1 - _sigmoid(z) ** 2),
            "added": lambda dout, z: dout + _sigmoid(z) * (1 - _sigmoid(z)),
            "forward": lambda dout, z: _sigmoid(z),
            "matrix": lambda dout, z: dout @ (_sigmoid(z) * (1 - _sigmoid(z))).T,
            "mean": lambda dout, z: sigmoid_backward(dout, z) / len(z),
            "mean_of_all": lambda dout, z: sigmoid_backward(dout, z) / z.size,
            "only_mean": lambda dout, z: dout / len(z),
        },
    ),
    Exercise(
        "04.two_layers",
        reference=two_layers,
        cases=layers_to_return,
        parts=("dweight1", "dweight2"),
        mistakes={
            "no_activation": lambda x, h, w, dout: _two_layers_with(np.ones_like(h), x, h, w, dout),
            "sigmoid": lambda x, h, w, dout: _two_layers_with(h * (1 - h), x, h, w, dout),
            "of_h": lambda x, h, w, dout: _two_layers_with(1 - np.tanh(h) ** 2, x, h, w, dout),
            "untransposed": lambda x, h, w, dout: (x.T @ (dout @ w * (1 - h**2)), h.T @ dout),
            "swapped": lambda x, h, w, dout: two_layers(x, h, w, dout)[::-1],
            "divided": lambda x, h, w, dout: tuple(part / len(x) for part in two_layers(x, h, w, dout)),
            "inputs_swapped": lambda x, h, w, dout: (two_layers(x, h, w, dout)[0], x.T @ dout),
            "transposed": lambda x, h, w, dout: tuple(part.T for part in two_layers(x, h, w, dout)),
            "signs": lambda x, h, w, dout: tuple(-part for part in two_layers(x, h, w, dout)),
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
    Quantity(
        "04.rescaled",
        expected=(0.25, 0.0625),
        parts=("gradient", "share"),
        mistakes={"unchanged": (1.0, 1.0), "larger": (4.0, 16.0), "first_only": (0.25, 0.25), "share_same": (0.25, 1.0),
                  "second_first": (0.0625, 0.25), "zero": (0.0, 0.0), "weights": (4.0, 1.0),
                  "squared_both": (0.0625, 0.0625),
                  "root": (0.5, 0.125), "doubled": (0.5, 0.25)},
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
