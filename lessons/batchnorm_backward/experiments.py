"""Lesson 07's numbers: the gradient's three paths, backward passes with a path left out, and training with them."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np

from helpers.batchnorm import BatchNormCache
from helpers.data import Dataset
from helpers.layers import softmax_cross_entropy
from helpers.network import LayerCache, Network, Parameters, accuracy, backward, forward, initialize
from helpers.recording import last, records, run
from helpers.training import Differentiate
from helpers.validate import Array, NotFiniteError

Backward = Callable[[Array, BatchNormCache], tuple[Array, ...]]
Gradients = Callable[[Network, Array, tuple[LayerCache, ...]], Parameters]
EPS = 1e-5
SIZES, BATCH_SIZE = (64, 100, 100, 100, 10), 60


def batch_loss(x: Array, dout: Array, gamma: float) -> float:
    """Σ dout · y for one feature x (N,), with y = γ x_hat; it has the gradient dout with respect to y."""
    c = x - x.mean()
    return float((dout * gamma * c / np.sqrt((c**2).mean() + EPS)).sum())


def three_paths(x: Array, dout: Array, gamma: float) -> tuple[Array, Array, Array]:
    """∂loss/∂x (N,) in three parts: through x_hat alone, through the variance, through the mean."""
    c = x - x.mean()
    s = 1 / np.sqrt((c**2).mean() + EPS)
    direct = gamma * s * dout
    dvar = (dout * gamma * c).sum() * -0.5 * s**3
    return direct, dvar * 2 * c / len(x), np.full(len(x), -direct.mean())


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
    ‖W‖ against the start, ``offsets`` the |mean| / standard deviation of a typical unit's u, both (3,), by layer.
    """

    accuracy: float
    lengths: Array
    offsets: Array


Moment = dict[str, State]
GONE = State(np.nan, np.full(3, np.nan), np.full(3, np.nan))


class Run(NamedTuple):
    """The moments of a run so far, with the updates done at each."""

    updates: list[int]
    moments: list[Moment]


def split_gradients(
    network: Network, dlogits: Array, caches: tuple[LayerCache, ...], own: str, down: str
) -> Parameters:
    """The gradients where each layer's own weights get dx from version ``own``, the layers before from ``down``."""
    seen: list[Array] = []

    def both(dout: Array, cache: BatchNormCache) -> tuple[Array, ...]:
        seen.append(VERSIONS[own](dout, cache)[0])
        return VERSIONS[down](dout, cache)

    found = backward(network, dlogits, caches, norm_backward=both)
    hidden = range(network.hidden, 0, -1)  # the order in which the backward pass meets them
    return found | {f"weight{k}": caches[k - 1].linear.x.T @ dx for k, dx in zip(hidden, seen, strict=True)}


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
                rng=np.random.default_rng(100 + seed), drop_last=True,
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
    return State(accuracy(logits, probe.y), np.array(lengths), np.array(offsets))


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


def split_state(train: Dataset, probe: Dataset, own: str, down: str, rate: float, updates: int, seed: int) -> State:
    """Where the sigmoid network stands after ``updates`` with `split_gradients`."""
    network, gradients = Network(SIZES, "sigmoid", batchnorm=True), partial(split_gradients, own=own, down=down)
    return last(states(network, train, probe, gradients, rate, updates, updates, seed))
