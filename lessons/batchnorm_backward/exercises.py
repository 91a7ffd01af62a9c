"""Lesson 07's exercises: dx by hand, a check without a numerical gradient, a relative of batch norm, which check."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.checks.exercise import Exercise, Outcome, Quantity
from helpers.validate import Array

Case = tuple[object, ...]
Pair = tuple[Array, Array]


def leaks(dx: Array, x_hat: Array) -> Pair:
    """The means over the batch of dx and of dx · x̂, (D,) each."""
    return dx.mean(axis=0), (dx * x_hat).mean(axis=0)


def rms_backward(dout: Array, x: Array, gamma: Array) -> Pair:
    """(dx, dgamma) for y = γ x / √(mean(x²) over the batch), the mean not subtracted."""
    return _rms(dout, x, gamma)


def _rms(dout: Array, x: Array, gamma: Array, mean: float = 0, along: float = 1, n: int | None = None,
         axis: int | None = 0) -> Pair:  # fmt: skip
    """The same with other terms weighed, averaged over another axis or divided by another n."""
    s = 1 / np.sqrt((x**2).mean(axis=0))
    x_hat = x * s
    products = dout * x_hat
    taken = products.sum(axis=axis, keepdims=axis == 1) / (n or (len(x) if axis is None else x.shape[axis]))
    return gamma * s * (dout - mean * dout.mean(axis=0) - along * x_hat * taken), products.sum(axis=0)


def _with_dx(scale: Callable[..., Array]) -> Callable[..., Pair]:
    """The right answer but for dx, which is ``scale(dx, s, gamma)``."""
    def wrong(dout: Array, x: Array, gamma: Array) -> Pair:
        dx, dgamma = rms_backward(dout, x, gamma)
        return scale(dx, 1 / np.sqrt((x**2).mean(axis=0)), gamma), dgamma

    return wrong


def maps_backward(dout: Array, x_hat: Array, s: Array, gamma: Array) -> tuple[Array, Array, Array]:
    """(dx, dgamma, dbeta) for feature maps (N, C, H, W), mean and variance of each map over N, H and W."""
    return _maps(dout, x_hat, s, gamma, (0, 2, 3))


def _maps(dout: Array, x_hat: Array, s: Array, gamma: Array, axes: tuple[int, ...],
          sums: bool = False, along: float = 1) -> tuple[Array, Array, Array]:  # fmt: skip
    reduce = np.sum if sums else np.mean
    mean, part = (reduce(values, axis=axes, keepdims=True) for values in (dout, dout * x_hat))
    dx = (gamma * s)[:, None, None] * (dout - mean - along * x_hat * part)
    return dx, (dout * x_hat).sum(axis=(0, 2, 3)), dout.sum(axis=(0, 2, 3))


def _leak_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.normal(0.3, 1, (n, d)), _normalized(rng.normal(size=(n, d)))) for n, d in ((4, 3), (7, 2), (12, 1))]


def _normalized(x: Array) -> Array:
    return (x - x.mean(axis=0)) / x.std(axis=0)


def _rms_cases(rng: np.random.Generator) -> list[Case]:
    return [(rng.normal(size=(n, d)), rng.normal(0.5, 1, (n, d)) * rng.uniform(0.5, 3, d), rng.uniform(0.5, 2, d))
            for n, d in ((4, 3), (7, 2), (5, 5), (12, 1))]  # fmt: skip


def _map_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for shape in ((4, 3, 2, 5), (5, 2, 3, 3), (4, 4, 4, 1)):
        x = rng.normal(1, 2, shape)
        mean, std = x.mean(axis=(0, 2, 3), keepdims=True), x.std(axis=(0, 2, 3), keepdims=True)
        cases.append((rng.normal(size=shape), (x - mean) / std, 1 / std.ravel(), rng.uniform(0.5, 2, shape[1])))
    return cases


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
        "07.by_hand",
        expected=(10.0, 3.0, 1.0),
        parts=("dgamma", "dx of example 1", "dx of example 4"),
        mistakes={
            "direct": (10.0, 0.0, 18.0),
            "no_variance": (10.0, -4.5, 13.5),
            "no_mean": (10.0, 7.5, 5.5),
            "sums": (10.0, 12.0, -50.0),
            "dgamma_mean": (2.5, 3.0, 1.0),
            "no_gamma": (10.0, 1 / 3, 1 / 9),
            "no_scale": (10.0, 9.0, 3.0),
            "plus": (10.0, -12.0, 26.0),
        },
    ),
    Exercise(
        "07.leaks",
        reference=leaks,
        cases=_leak_cases,
        parts=("dx", "dx · x̂"),
        mistakes={
            "features": lambda dx, x_hat: (dx.mean(axis=1), (dx * x_hat).mean(axis=1)),
            "total": lambda dx, x_hat: (dx.mean(), (dx * x_hat).mean()),
            "sums": lambda dx, x_hat: (dx.sum(axis=0), (dx * x_hat).sum(axis=0)),
            "apart": lambda dx, x_hat: (dx.mean(axis=0), dx.mean(axis=0) * x_hat.mean(axis=0)),
            "swapped": lambda dx, x_hat: leaks(dx, x_hat)[::-1],
            "not_averaged": lambda dx, x_hat: (dx, dx * x_hat),
            "x_hat": lambda dx, x_hat: (x_hat.mean(axis=0), (dx * x_hat).mean(axis=0)),
            "absolute": lambda dx, x_hat: (np.abs(dx).mean(axis=0), np.abs(dx * x_hat).mean(axis=0)),
        },
    ),
    Exercise(
        "07.rms",
        reference=rms_backward,
        cases=_rms_cases,
        parts=("dx", "dgamma"),
        mistakes={
            "mean_too": lambda *given: _rms(*given, mean=1),
            "mean_instead": lambda *given: _rms(*given, mean=1, along=0),
            "direct": lambda *given: _rms(*given, along=0),
            "sums": lambda *given: _rms(*given, n=1),
            "unbiased": lambda *given: _rms(*given, n=len(given[0]) - 1),
            "sign": lambda *given: _rms(*given, along=-1),
            "axis": lambda *given: _rms(*given, axis=1),
            "total": lambda *given: _rms(*given, axis=None),
            "no_gamma": _with_dx(lambda dx, s, gamma: dx / gamma),
            "no_scale": _with_dx(lambda dx, s, gamma: dx / s),
            "divided": _with_dx(lambda dx, s, gamma: dx / s**2),
            "swapped": lambda *given: rms_backward(*given)[::-1],
        },
    ),
    Choices(
        "07.catches",
        expected=CATCHING,
        parts=("bug 1", "bug 2", "bug 3"),
        mistakes={f"{bug}_{check}": _slip(k, check) for k, bug in enumerate(("variance", "mean", "gamma"))
                  for check in "abcd"} | {"letters": ("abcde", "ad", "cd")},
    ),
    Exercise(
        "07.maps",
        reference=maps_backward,
        cases=_map_cases,
        parts=("dx", "dgamma", "dbeta"),
        mistakes={
            "per_pixel": lambda *given: _maps(*given, axes=(0,)),
            "per_picture": lambda *given: _maps(*given, axes=(2, 3)),
            "all_maps": lambda *given: _maps(*given, axes=(0, 1, 2, 3)),
            "sums": lambda *given: _maps(*given, axes=(0, 2, 3), sums=True),
            "no_variance": lambda *given: _maps(*given, axes=(0, 2, 3), along=0),
            "swapped": lambda *given: tuple(maps_backward(*given)[k] for k in (0, 2, 1)),
        },
    ),
]
