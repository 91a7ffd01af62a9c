"""Lesson 07's exercises: ways through the graph, its gradients, a numerical gradient, and checks that can fail."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.checks.exercise import Exercise, Outcome, Quantity
from helpers.validate import Array

Case = tuple[object, ...]
Scalar = Callable[[Array], float]
Gradients = tuple[Array, Array, Array]


def affine_backward(dout: Array, x_hat: Array) -> tuple[Array, Array]:
    """(dgamma, dbeta), each (D,), for y = γ x_hat + β."""
    return (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def to_variance(dinv_std: Array, inv_std: Array) -> Array:
    """The gradient (D,) of the variance from that of 1/√(variance + ε)."""
    return dinv_std * -0.5 * inv_std**3


def bn_backward(dout: Array, x_hat: Array, inv_std: Array, gamma: Array) -> Gradients:
    """(dx, dgamma, dbeta) in closed form."""
    return _attempt(dout, x_hat, inv_std, gamma)


def central_difference(f: Scalar, x: Array, h: float) -> Array:
    """∂f/∂x, shaped like x."""
    return _differences(f, x, h, -h) / (2 * h)


def _attempt(dout: Array, x_hat: Array, inv_std: Array, gamma: Array, mean: float = 1, variance: float = 1,
             axis: int = 0, n: int | None = None) -> Gradients:  # fmt: skip
    """The closed form with its two subtracted terms weighed, averaged over another axis or divided by another n."""
    dgamma, dbeta = affine_backward(dout, x_hat)
    n, kept = n or dout.shape[axis], axis == 1
    first = dout.sum(axis=axis, keepdims=kept) / n
    second = x_hat * ((dout * x_hat).sum(axis=axis, keepdims=kept) / n)
    return gamma * inv_std * (dout - mean * first - variance * second), dgamma, dbeta


def _differences(f: Scalar, x: Array, up: float, down: float) -> Array:
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        higher, lower = x.copy(), x.copy()
        higher[i] += up
        lower[i] += down
        gradient[i] = f(higher) - f(lower)
    return gradient


def _by_rows(f: Scalar, x: Array, h: float) -> Array:
    """Central differences with the entries of a row moved together."""
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = h
        gradient[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


def _with_dx(scale: Callable[..., Array]) -> Callable[..., Gradients]:
    """The right answer but for dx, which is ``scale(dx, inv_std, gamma)``."""
    def wrong(dout: Array, x_hat: Array, inv_std: Array, gamma: Array) -> Gradients:
        dx, dgamma, dbeta = bn_backward(dout, x_hat, inv_std, gamma)
        return scale(dx, inv_std, gamma), dgamma, dbeta

    return wrong


def _normalized_batch(rng: np.random.Generator, n: int, d: int) -> tuple[Array, Array, Array, Array]:
    x = rng.normal(2, 1, (n, d)) * rng.uniform(0.3, 3, d)
    inv_std = 1 / np.sqrt(x.var(axis=0) + 1e-5)
    return rng.normal(size=(n, d)), (x - x.mean(axis=0)) * inv_std, inv_std, rng.uniform(0.5, 2, d)


def _affine_cases(rng: np.random.Generator) -> list[Case]:
    return [_normalized_batch(rng, n, d)[:2] for n, d in ((4, 3), (7, 2), (5, 5), (12, 1))]


def _variance_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.normal(size=d), rng.uniform(0.3, 3, d)) for d in (3, 5, 1)]


def _backward_cases(rng: np.random.Generator) -> list[Case]:
    return [_normalized_batch(rng, n, d) for n, d in ((4, 3), (7, 2), (5, 5), (12, 4))]


def _function_cases(rng: np.random.Generator) -> list[Case]:
    return [
        (lambda x: float((x**3).sum()), rng.normal(size=4), 1e-2),
        (lambda x: float((x[0] * np.sin(x)).sum()), rng.normal(size=(4, 3)), 1e-3),
        (lambda x: float(np.exp(x).mean()), rng.normal(size=(5, 2)), 1e-2),
    ]


CATCHING = ("bcd", "ad", "cd")


class Choices(Quantity):
    """An exercise whose answer is some words of letters: judged by the first letter too many or too few.

    So a mistake is a letter, whatever else is wrong; the order of the letters does not matter.
    """

    def outcomes(self, answer: Any) -> list[Outcome]:
        """The first letter that is wrong, in the place of its word; the answer itself where it has another form."""
        words = answer if isinstance(answer, list | tuple) else ()
        if len(words) != len(self.expected) or not all(isinstance(word, str) for word in words):
            return super().outcomes(answer)
        slips = [sorted(set(word.strip().casefold()) ^ set(right)) for word, right in
                 zip(words, self.expected, strict=True)]  # fmt: skip
        if any(set("".join(words).casefold()) - set("abcd ")):
            return super().outcomes(("?", "", ""))
        first = next((k for k, slip in enumerate(slips) if slip), None)
        return super().outcomes(tuple(slip[0] if k == first else "" for k, slip in enumerate(slips)))


def _slip(k: int, letter: str) -> tuple[str, ...]:
    """The right answer with ``letter`` taken out of word ``k``, or put in."""
    return tuple("".join(set(word) ^ {letter}) if i == k else word for i, word in enumerate(CATCHING))


EXERCISES = [
    Quantity(
        "07.paths",
        expected=4,
        mistakes={"three": 3, "two": 2, "one": 1, "six": 6, "nodes": 7, "arrows": 12},
    ),
    Exercise(
        "07.affine",
        reference=affine_backward,
        cases=_affine_cases,
        parts=("dgamma", "dbeta"),
        mistakes={
            "means": lambda dout, x_hat: ((dout * x_hat).mean(axis=0), dout.mean(axis=0)),
            "features": lambda dout, x_hat: ((dout * x_hat).sum(axis=1), dout.sum(axis=1)),
            "swapped": lambda dout, x_hat: affine_backward(dout, x_hat)[::-1],
            "no_x_hat": lambda dout, x_hat: (dout.sum(axis=0), dout.sum(axis=0)),
            "sums_apart": lambda dout, x_hat: (dout.sum(axis=0) * x_hat.sum(axis=0), dout.sum(axis=0)),
            "not_added": lambda dout, x_hat: (dout * x_hat, dout),
            "total": lambda dout, x_hat: ((dout * x_hat).sum(), dout.sum()),
        },
    ),
    Exercise(
        "07.dvar",
        reference=to_variance,
        cases=_variance_cases,
        mistakes={
            "sign": lambda dinv_std, inv_std: dinv_std * 0.5 * inv_std**3,
            "no_half": lambda dinv_std, inv_std: -dinv_std * inv_std**3,
            "squared": lambda dinv_std, inv_std: dinv_std * -0.5 * inv_std**2,
            "first_power": lambda dinv_std, inv_std: dinv_std * -0.5 * inv_std,
            "no_chain": lambda dinv_std, inv_std: -0.5 * inv_std**3,
            "root": lambda dinv_std, inv_std: dinv_std * 0.5 * inv_std,
            "power": lambda dinv_std, inv_std: dinv_std * -0.5 * inv_std**1.5,
            "power_of_var": lambda dinv_std, inv_std: dinv_std * -0.5 * inv_std**-1.5,
            "squared_too": lambda dinv_std, inv_std: -dinv_std * inv_std**2,
            "cubed_below": lambda dinv_std, inv_std: dinv_std * -0.5 / inv_std**3,
            "added": lambda dinv_std, inv_std: np.full_like(inv_std, (dinv_std * -0.5 * inv_std**3).sum()),
        },
    ),
    Exercise(
        "07.backward",
        reference=bn_backward,
        cases=_backward_cases,
        parts=("dx", "dgamma", "dbeta"),
        mistakes={
            "no_mean": lambda *given: _attempt(*given, mean=0),
            "no_variance": lambda *given: _attempt(*given, variance=0),
            "neither": lambda *given: _attempt(*given, mean=0, variance=0),
            "sums": lambda *given: _attempt(*given, n=1),
            "unbiased": lambda *given: _attempt(*given, n=len(given[0]) - 1),
            "axis": lambda *given: _attempt(*given, axis=1),
            "variance_sign": lambda *given: _attempt(*given, variance=-1),
            "no_gamma": _with_dx(lambda dx, inv_std, gamma: dx / gamma),
            "no_scale": _with_dx(lambda dx, inv_std, gamma: dx / inv_std),
            "divided": _with_dx(lambda dx, inv_std, gamma: dx / inv_std**2),
            "negative": _with_dx(lambda dx, inv_std, gamma: -dx),
            "means": lambda *given: (bn_backward(*given)[0], *(g / len(given[0]) for g in bn_backward(*given)[1:])),
            "swapped": lambda *given: tuple(bn_backward(*given)[k] for k in (0, 2, 1)),
        },
    ),
    Exercise(
        "07.central",
        reference=central_difference,
        cases=_function_cases,
        mistakes={
            "one_h": lambda f, x, h: _differences(f, x, h, -h) / h,
            "forward": lambda f, x, h: _differences(f, x, h, 0) / h,
            "backward_only": lambda f, x, h: _differences(f, x, 0, -h) / h,
            "sign": lambda f, x, h: _differences(f, x, -h, h) / (2 * h),
            "all_at_once": lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
            "rows": _by_rows,
            "undivided": lambda f, x, h: _differences(f, x, h, -h),
        },
    ),
    Choices(
        "07.catches",
        expected=CATCHING,
        parts=("bug 1", "bug 2", "bug 3"),
        mistakes={f"{bug}_{check}": _slip(k, check) for k, bug in enumerate(("variance", "mean", "gamma"))
                  for check in "abcd"} | {"letters": ("abcde", "ad", "cd")},
    ),
]
