"""Lesson 07's numbers: what of a gradient gets through, its three paths, and backward passes with a mistake."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np

from helpers.batchnorm import BatchNormCache, batchnorm_backward, batchnorm_forward
from helpers.data import Dataset
from helpers.gradcheck import numerical_gradient
from helpers.layers import softmax_cross_entropy
from helpers.network import LayerCache, Network, Parameters, accuracy, backward, forward, initialize
from helpers.recording import records, run
from helpers.training import Differentiate
from helpers.validate import Array, NotFiniteError

Backward = Callable[[Array, BatchNormCache], tuple[Array, ...]]
Gradients = Callable[[Network, Array, tuple[LayerCache, ...]], Parameters]
SIZES, BATCH_SIZE = (64, 100, 100, 100, 10), 60


class Turned(NamedTuple):
    """Three examples: x̂, what is handed down, its two parts that are lost, and dx/(γs) as the helper has it; (3,)."""

    x_hat: Array
    dout: Array
    same: Array  # the part along (1, 1, 1)
    along: Array  # the part along x̂
    arrives: Array


def turned(x3: float, dout1: float, dout2: float, dout3: float) -> Turned:
    """A batch 0, 1, ``x3`` of one feature; γ = 1."""
    x, dout = np.array([[0.0], [1.0], [x3]]), np.array([[dout1], [dout2], [dout3]], np.float64)
    _, cache = batchnorm_forward(x, np.ones(1), np.zeros(1))
    dx, dgamma, dbeta = batchnorm_backward(dout, cache)
    same, along = np.full(3, dbeta[0] / 3), cache.x_hat * dgamma / 3
    return Turned(cache.x_hat[:, 0], dout[:, 0], same, along[:, 0], (dx / cache.inv_std)[:, 0])


def output(x: Array, gamma: Array | float, eps: float = 1e-5) -> Array:
    """γ x̂ for x (N,) or (N, D), N = 1 allowed; complex numbers pass through it as well."""
    c = x - x.mean(axis=0)
    return gamma * c / np.sqrt((c**2).mean(axis=0) + eps)


class Paths(NamedTuple):
    """What each path brings to each example, 0 if left out, three arrays (N,); their sum; the numerical gradient."""

    direct: Array
    variance: Array
    mean: Array
    total: Array
    numerical: Array

    @property
    def error(self) -> float:
        """The largest distance of the sum from the numerical gradient; 0 where it is below 1e-6."""
        largest = float(np.abs(self.total - self.numerical).max())
        return largest if largest > 1e-6 else 0.0


def three_paths(x: Array, dout: Array, gamma: float, variance: bool = True, mean: bool = True) -> Paths:
    """∂loss/∂x (N,) in three parts: through x̂ alone, through the variance, through the mean."""
    c = x - x.mean()
    s = 1 / np.sqrt((c**2).mean() + 1e-5)
    direct = gamma * s * dout
    dvar = (dout * gamma * c).sum() * -0.5 * s**3
    parts = direct, variance * dvar * 2 * c / len(x), np.full(len(x), -direct.mean() * mean)
    return Paths(*parts, sum(parts), numerical_gradient(lambda v: float((dout * output(v, gamma)).sum()), x))


def without(dout: Array, cache: BatchNormCache, mean: bool = False, variance: bool = False) -> tuple[Array, ...]:
    """(dx, dgamma, dbeta) with the path through the mean or the variance left out where ``mean``, ``variance`` is set.

    With both left out, mean and variance are taken for constants.
    """
    dbeta, dgamma = dout.sum(axis=0), (dout * cache.x_hat).sum(axis=0)
    rest = dout if mean else dout - dbeta / len(dout)
    rest = rest if variance else rest - cache.x_hat * (dgamma / len(dout))
    return cache.gamma * cache.inv_std * rest, dgamma, dbeta


VERSIONS: dict[str, Backward] = {
    "right": without,
    "no_variance": partial(without, variance=True),
    "no_mean": partial(without, mean=True),
    "neither": partial(without, mean=True, variance=True),
}


class State(NamedTuple):
    """A network at one moment; after it has diverged, all numbers are nan.

    accuracy is that on the probe, which is normalized with its own statistics. ``lengths`` are the weights'
    ‖W‖ against the start, ``offsets`` the |mean| / standard deviation of a typical unit's u, ``alike`` the mean
    |correlation| of two units' u, all (3,), by layer.
    """

    accuracy: float
    lengths: Array
    offsets: Array
    alike: Array


Moment = dict[str, State]
GONE = State(np.nan, *np.full((3, 3), np.nan))


class Run(NamedTuple):
    """The moments of a run so far, with the updates done at each."""

    updates: list[int]
    moments: list[Moment]


def differentiating(gradients: Gradients) -> Differentiate:
    """`loss_and_gradients` with ``gradients`` for the way back from the logits."""

    def differentiate(
        network: Network, parameters: Parameters, x: Array, y: Array
    ) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
        logits, caches = forward(network, parameters, x)
        loss, dlogits = softmax_cross_entropy(logits, y)
        return loss, gradients(network, dlogits, caches), caches

    return differentiate


def states(
    network: Network, train: Dataset, probe: Dataset, gradients: Gradients, rate: float, updates: int, every: int,
    seed: int = 0,
) -> Iterator[State]:  # fmt: skip
    """A network trained with ``gradients``, after 0, ``every``, 2 · ``every`` … updates; GONE once it has diverged."""
    start = initialize(network, np.random.default_rng(seed), dtype=np.float32)
    steps = run(network, start, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=rate,
                rng=np.random.default_rng([seed, 1]), drop_last=True,
                differentiate=differentiating(gradients))  # fmt: skip
    found = records(steps, lambda step: measured(network, start, step.parameters, probe), every)
    return (state for _, state in zip(range(0, updates + 1, every), chain(found, repeat(GONE)), strict=False))


@np.errstate(over="ignore", invalid="ignore")
def measured(network: Network, start: Parameters, parameters: Parameters, probe: Dataset) -> State:
    """The state of a network that began as ``start``."""
    try:
        logits, caches = forward(network, parameters, probe.x)
    except NotFiniteError:
        return GONE
    names = [f"weight{k}" for k in range(1, network.depth)]
    lengths = [np.linalg.norm(parameters[name]) / np.linalg.norm(start[name]) for name in names]
    offsets = [np.median(np.abs(layer.norm.mean) * layer.norm.inv_std) for layer in caches[:-1]]
    alike = [_mean_correlation(layer.norm.x_hat) for layer in caches[:-1]]
    return State(accuracy(logits, probe.y), *map(np.array, (lengths, offsets, alike)))


def _mean_correlation(x_hat: Array) -> float:
    n, d = x_hat.shape
    return float((np.abs(x_hat.T @ x_hat / n).sum() - d) / (d * (d - 1)))


def moments(
    train: Dataset, probe: Dataset, activation: str, rate: float, updates: int, every: int, seed: int = 0
) -> Iterator[Run]:
    """The four networks side by side, from the same weights with the same batches."""
    network, found = Network(SIZES, activation, batchnorm=True), Run([], [])
    runs = {name: states(network, train, probe, partial(backward, norm_backward=version), rate, updates, every, seed)
            for name, version in VERSIONS.items()}  # fmt: skip
    for update in range(0, updates + 1, every):
        found.moments.append({name: next(run) for name, run in runs.items()})
        found.updates.append(update)
        yield found


TOLERANCE = 1e-4  # a pass that is farther from the numerical gradient is caught
Parts = dict[str, Array]


def _parts(x: Array, dout: Array, gamma: Array) -> Parts:
    c = x - x.mean(axis=0)
    s = 1 / np.sqrt((c**2).mean(axis=0) + 1e-5)
    x_hat = c * s
    return {"d": dout, "x_hat": x_hat, "s": s, "gamma": gamma, "dbeta": dout.sum(axis=0),
            "dgamma": (dout * x_hat).sum(axis=0)}  # fmt: skip


def _closed(p: Parts, n: float, mean: float = 1, variance: float = 1) -> Array:
    return p["gamma"] * p["s"] * (p["d"] - mean * p["dbeta"] / n - variance * p["x_hat"] * p["dgamma"] / n)


def _added_over_all(p: Parts, n: float) -> Array:
    return _closed(p | {"dbeta": p["dbeta"].sum(), "dgamma": p["dgamma"].sum()}, n)


# name: dx from its parts and n
ATTEMPTS: dict[str, Callable[[Parts, int], Array]] = {
    "right": _closed,
    "no_variance": partial(_closed, variance=0),
    "no_mean": partial(_closed, mean=0),
    "sums": lambda p, n: _closed(p, 1),
    "unbiased": lambda p, n: _closed(p, n - 1),
    "total": _added_over_all,
    "no_gamma": lambda p, n: _closed(p | {"gamma": 1.0}, n),
    "no_scale": lambda p, n: _closed(p | {"s": 1.0}, n),
}


def drawn(n: int, d: int, seed: int = 0) -> tuple[Array, Array, Array]:
    """x (n, d) whose rows lie about 2 apart, a random dout (n, d), a random γ (d,)."""
    rng = np.random.default_rng(seed)
    rows = rng.permuted(np.tile(2.0 * np.arange(n)[:, None], d), axis=0)
    return rows + rng.uniform(-0.5, 0.5, (n, d)), rng.normal(size=(n, d)), rng.uniform(0.5, 2, d)


@np.errstate(divide="ignore", invalid="ignore")
def checked(n: int, d: int, dout: str, gamma: str, seed: int = 0) -> dict[str, float]:
    """Each attempt's largest distance from a numerical gradient; ``dout`` and ``gamma`` are "ones" or "random".

    A pass that divides by 0 is infinitely far.
    """
    x, above, scale = drawn(n, d, seed)
    above = np.ones((n, d)) if dout == "ones" else above
    scale = np.ones(d) if gamma == "ones" else scale
    wanted = numerical_gradient(lambda v: float((above * output(v, scale)).sum()), x)
    parts = _parts(x, above, scale)
    errors = {name: float(np.abs(attempt(parts, n) - wanted).max()) for name, attempt in ATTEMPTS.items()}
    return {name: error if np.isfinite(error) else np.inf for name, error in errors.items()}


def caught(errors: dict[str, float]) -> list[str]:
    """The attempts that the check finds out."""
    return [name for name, error in errors.items() if error > TOLERANCE]
