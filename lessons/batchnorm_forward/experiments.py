"""Lesson 06's numbers: an edited column, shapes, networks with a held or a trained γ and β, and weights' lengths."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from helpers.batchnorm import batchnorm_backward, batchnorm_forward
from helpers.data import Dataset
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, Parameters, forward, initialize
from helpers.recording import records, run
from helpers.training import Step
from helpers.validate import Array

EPS = 1e-5
BATCH_SIZE = 60
SIZES = (64, 64, 64, 10)
BETAS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
UPDATES, EVERY = 300, 10


def normalized(column: Array, eps: float = EPS) -> Array:
    """x̂ of one feature (N,), as float64 (N,)."""
    x = np.asarray(column, np.float64)[:, None]
    return batchnorm_forward(x, np.ones(1), np.zeros(1), eps)[0][:, 0]


class Edited(NamedTuple):
    """A feature (N,) after an edit, its mean and standard deviation, x̂ (N,), and which x̂ are no longer as before."""

    x: Array
    mean: float
    std: float
    x_hat: Array
    moved: Array


def edited(column: Array, example: str, times: float, plus: float) -> Edited:
    """``column`` (N,) with one example, "1" to "N", or "all" of them multiplied by ``times``, then ``plus`` added.

    An x̂ counts as moved if it has changed by more than 0.005.
    """
    x = np.array(column, np.float64)
    rows = slice(None) if example == "all" else int(example) - 1
    x[rows] = times * x[rows] + plus
    x_hat = normalized(x)
    return Edited(x, float(x.mean()), float(x.std()), x_hat, np.abs(x_hat - normalized(column)) > 0.005)


def skewness(values: Array) -> Array:
    """The mean of x̂³ over the first axis."""
    return (((values - values.mean(axis=0)) / values.std(axis=0)) ** 3).mean(axis=0)


def first_units(pixels: Array, seed: int = 0) -> Array:
    """The pre-activations (N, 64) of the first hidden layer before training; ``pixels`` (N, 64)."""
    network = Network(SIZES)
    return forward(network, initialize(network, np.random.default_rng(seed)), pixels)[1][0].z


def rejected_as_normal(columns: Array) -> Array:
    """For each column of (N, D): whether Jarque and Bera's test rejects a normal distribution at 5 %."""
    x_hat = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    excess = (x_hat**4).mean(axis=0) - 3
    return len(columns) / 6 * (skewness(columns) ** 2 + excess**2 / 4) > 5.99


def _bent(activation: str, z: Array) -> tuple[Array, Array]:
    """The activation and its slope; "line" does not bend."""
    if activation == "sigmoid":
        out = 1 / (1 + np.exp(-z))
        return out, out * (1 - out)
    above = (z > 0) | (activation == "line")
    return z * above, above.astype(z.dtype)


class Trained(NamedTuple):
    """After training: percent of pre-activations at or below 0, the loss, and the pre-activations (layers · N · D,).

    The loss is the mean over the last 25 batches, an epoch, before their updates: one batch alone wobbles.
    """

    zeros: float
    loss: float
    z: Array


def trained(
    activation: str, beta: float, train: Dataset, *, held: bool = True, back: bool = False, rate: float = 0.5,
    updates: int = UPDATES, seed: int = 0, sizes: tuple[int, ...] = SIZES,
) -> Trained:  # fmt: skip
    """A network with batch norm in its hidden layers, γ = 1 and β = ``beta`` at first; ``held``: all the time.

    ``back``: ``beta`` is subtracted again after the activation, so that only the place of its bend depends on it.
    float32, batches of 60, He's first weights from ``seed``.
    """
    rng = np.random.default_rng(seed)
    shapes = list(zip(sizes, sizes[1:], strict=False))
    weights = [(np.sqrt(2 / d) * rng.standard_normal((d, units))).astype(np.float32) for d, units in shapes]
    affine = [(np.ones(d, np.float32), np.full(d, beta, np.float32)) for d in sizes[1:-1]]
    x, losses = train.x.astype(np.float32), []
    for rows in _batches(len(x), updates, np.random.default_rng([seed, 1])):
        logits, caches = _pass(activation, weights, affine, x[rows], beta * back)
        loss, dout = softmax_cross_entropy.__wrapped__(logits, train.y[rows])
        losses.append(loss)
        for k, (layer_in, slope, norm) in reversed(list(enumerate(caches))):
            if norm is not None:
                dout, dgamma, dbeta = batchnorm_backward.__wrapped__(dout * slope, norm)
            dweight, dout = layer_in.T @ dout, dout @ weights[k].T
            weights[k] = weights[k] - np.float32(rate) * dweight
            if norm is not None and not held:
                gamma, shift = affine[k]
                affine[k] = gamma - np.float32(rate) * dgamma, shift - np.float32(rate) * dbeta
    _, caches = _pass(activation, weights, affine, x, beta * back)
    z = np.concatenate([(norm.gamma * norm.x_hat + shift).ravel()
                        for (_, _, norm), (_, shift) in zip(caches, affine, strict=False)])  # fmt: skip
    return Trained(100 * float((z <= 0).mean()), float(np.mean(losses[-25:])), z)


def _batches(n: int, updates: int, rng: np.random.Generator) -> Iterator[Array]:
    """The rows of ``updates`` batches, the remainder of each epoch left out."""
    whole = n - n % BATCH_SIZE
    epochs = -(-updates * BATCH_SIZE // whole)
    order = np.concatenate([rng.permutation(n)[:whole] for _ in range(epochs)])
    return iter(order.reshape(-1, BATCH_SIZE)[:updates])


def _pass(
    activation: str, weights: list[Array], affine: list[tuple[Array, Array]], x: Array, back: float
) -> tuple[Array, list]:
    """Logits, and for each layer its input, the activation's slope and the cache of batch norm (none in the last)."""
    caches = []
    for weight, (gamma, shift) in zip(weights, affine, strict=False):
        z, norm = batchnorm_forward.__wrapped__(x @ weight, gamma, shift)
        out, slope = _bent(activation, z)
        caches.append((x, slope, norm))
        x = out - np.float32(back)
    return x @ weights[-1], [*caches, (x, None, None)]


def held_runs(train: Dataset, rate: float = 0.5) -> Mapping[str, list[Trained]]:
    """The trained networks: "relu" at each of BETAS; "back", taken back, from 0 on; "line" without ReLU, at 0.

    Of z only a part is kept.
    """
    runs = {
        "relu": [trained("relu", beta, train, rate=rate) for beta in BETAS],
        "back": [trained("relu", beta, train, back=True, rate=rate) for beta in BETAS if beta >= 0],
        "line": [trained("line", 0.0, train, rate=rate)],
    }
    return {name: [one._replace(z=one.z[::50].copy()) for one in found] for name, found in runs.items()}


class Moment(NamedTuple):
    """After some updates, for all hidden units (128,): γ, β, and the percent of digits that each ReLU sets to zero."""

    update: int
    gammas: Array
    betas: Array
    zeros: Array
    plain_zeros: Array


def steps_of(
    batchnorm: bool, train: Dataset, *, activation: str = "relu", rate: float = 0.5, updates: int = UPDATES,
    seed: int = 0,
) -> Iterator[Step]:  # fmt: skip
    """The start and ``updates`` in float32 with batches of 60; weights and batches seeded apart."""
    network = Network(SIZES, activation, batchnorm)
    start = initialize(network, np.random.default_rng(seed), None, np.float32)
    return run(network, start, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=rate,
               rng=np.random.default_rng([seed, 1]), drop_last=True)  # fmt: skip


def zeros_of(batchnorm: bool, parameters: Parameters, train: Dataset) -> Array:
    """The percent of the digits that the ReLU of each hidden unit sets to zero, (128,), all digits as one batch."""
    caches = forward(Network(SIZES, "relu", batchnorm), parameters, train.x)[1]
    return 100 * np.concatenate([(cache.z <= 0).mean(axis=0) for cache in caches[:-1]])


def hidden(parameters: Parameters, name: str) -> Array:
    """γ or β of both hidden layers, (128,)."""
    return np.concatenate([parameters[f"{name}{k}"] for k in (1, 2)])


def moments(train: Dataset, rate: float = 0.5, seed: int = 0, every: int = EVERY) -> list[Moment]:
    """300 updates of a ReLU network with batch norm, and of one without, recorded at the start and every 10."""
    def norm(step: Step) -> tuple[int, Array, Array, Array]:
        affine = (hidden(step.parameters, name) for name in ("gamma", "beta"))
        return step.update, *affine, zeros_of(True, step.parameters, train)

    def plain(step: Step) -> Array:
        return zeros_of(False, step.parameters, train)

    both = zip(records(steps_of(True, train, rate=rate, seed=seed), norm, every),
               records(steps_of(False, train, rate=rate, seed=seed), plain, every), strict=False)  # fmt: skip
    return [Moment(*found, zeros) for found, zeros in both]


def lengths(parameters: Parameters) -> Array:
    """The length of the weights of each hidden unit, (128,), in float64."""
    return np.concatenate([np.linalg.norm(parameters[f"weight{k}"].astype(np.float64), axis=0) for k in (1, 2)])


def shorter(steps: Iterator[Step]) -> float:
    """In what share of all updates of a unit its weights got shorter, by more than a millionth."""
    found = np.array([lengths(step.parameters) for step in steps])
    return float((found[1:] < (1 - 1e-6) * found[:-1]).mean())
