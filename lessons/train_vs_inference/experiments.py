"""Lesson 08's numbers: a run, stored statistics that warm up, and a loop that never goes back to training mode."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from helpers.batchnorm import BatchNormCache, update_running_stats
from helpers.data import Dataset
from helpers.layers import linear_forward, softmax_cross_entropy
from helpers.network import (
    ACTIVATIONS,
    LayerCache,
    Network,
    Parameters,
    accuracy,
    backward,
    forward,
    initial_running_stats,
    initialize,
    loss_and_gradients,
    predict,
)
from helpers.recording import diverged, last, run
from helpers.training import History, train, training_steps
from helpers.validate import Array, NotFiniteError

BATCH_SIZE, EPOCH = 60, 66  # an epoch of 4,000 digits has 66 whole batches
NEW_WEIGHTS = 0.01, 0.03, 0.1, 0.3
SIZES, DEEP = (784, 32, 10), (784, 32, 32, 32, 10)


def first(network: Network, seed: int, std: float | None = None) -> Parameters:
    """The float32 weights a run starts from."""
    return initialize(network, np.random.default_rng(seed), std, np.float32)


def trained(
    network: Network, digits: Dataset, rate: float = 0.2, epochs: int = 8, seed: int = 0, std: float | None = None
) -> History:
    """A run with batches of 60, a smaller last one left out; weights and batches are seeded apart."""
    return train(network, first(network, seed, std), digits.x, digits.y, batch_size=BATCH_SIZE, epochs=epochs,
                 learning_rate=rate, rng=np.random.default_rng([seed, 1]), drop_last=True)  # fmt: skip


def updated(running: Parameters, caches: Sequence[LayerCache], n: int, new_weight: float) -> Parameters:
    """The stored statistics after one more batch of n, a new value weighing ``new_weight`` (PyTorch's momentum)."""
    new = dict(running)
    for k, cache in enumerate(caches, start=1):
        if cache.norm is not None:
            stored = running[f"mean{k}"], running[f"var{k}"]
            new[f"mean{k}"], new[f"var{k}"] = update_running_stats.__wrapped__(
                *stored, cache.norm.mean, cache.norm.var, n, new_weight)  # fmt: skip
    return new


def taken_anew(network: Network, parameters: Parameters, x: Array) -> Parameters:
    """The statistics of all of x as one batch, with these weights."""
    _, caches = forward.__wrapped__(network, parameters, x)
    return updated(initial_running_stats(network, x.dtype), caches, len(x), 1.0)


def without_start(running: Parameters, start_share: float) -> Parameters:
    """A running average from 0 and 1 with the start's share taken out: what the batches alone would have given."""
    start = {name: float(name.startswith("var")) for name in running}
    return {name: ((value - start_share * start[name]) / (1 - start_share)).astype(value.dtype)
            for name, value in running.items()}  # fmt: skip


class Moment(NamedTuple):
    """After some updates: the weights, and the stored statistics by the weight that a new value has in them."""

    update: int
    parameters: Parameters
    stored: Mapping[float, Parameters]


def warming(
    network: Network, digits: Dataset, new_weights: Sequence[float], *, updates: int, every: int, rate: float = 0.2,
    seed: int = 0, std: float | None = None,
) -> Iterator[Moment]:  # fmt: skip
    """One training run with batches of 60, the stored statistics kept in several ways at once."""
    stored = dict.fromkeys(new_weights, initial_running_stats(network, np.float32))

    def noted(network: Network, parameters: Parameters, x: Array, y: Array) -> tuple:
        found = loss_and_gradients.__wrapped__(network, parameters, x, y)
        for new_weight, running in stored.items():
            stored[new_weight] = updated(running, found[2], len(x), new_weight)
        return found

    for step in run(network, first(network, seed, std), digits.x, digits.y, updates=updates, batch_size=BATCH_SIZE,
                    learning_rate=rate, rng=np.random.default_rng([seed, 1]), drop_last=True,
                    differentiate=noted):  # fmt: skip
        if step.update and step.update % every == 0:
            yield Moment(step.update, step.parameters, dict(stored))


def after_one_epoch(network: Network, digits: Dataset, alpha: float) -> Moment:
    """The weights and what is stored with ``alpha`` after the first 66 updates at rate 0.2."""
    return last(warming(network, digits, (alpha,), updates=EPOCH, every=EPOCH))


class WarmUp(NamedTuple):
    """Accuracies (T,) after ``updates`` (T,): with statistics taken anew, and with the stored ones by their weight."""

    updates: Array
    anew: Array
    stored: Mapping[float, Array]


def warm_up(activation: str, digits: Dataset, test: Dataset, every: int = 11) -> WarmUp:
    """Five epochs of a network with three hidden layers; anew: from 1,000 training digits."""
    network, found = Network(DEEP, activation, batchnorm=True), []
    for update, parameters, stored in warming(network, digits, NEW_WEIGHTS, updates=5 * EPOCH, every=every):
        kinds = (taken_anew(network, parameters, digits.x[:1000]), *stored.values())
        found.append((update, *(right(network, parameters, running, test) for running in kinds)))
    updates, anew, *rest = np.array(found).T
    return WarmUp(updates, anew, dict(zip(NEW_WEIGHTS, rest, strict=True)))


def warm_ups(digits: Dataset, test: Dataset) -> dict[str, WarmUp]:
    """`warm_up` with two activations."""
    return {activation: warm_up(activation, digits, test) for activation in ("sigmoid", "relu")}


def right(network: Network, parameters: Parameters, running: Parameters, test: Dataset) -> float:
    """The share of the digits that is right at inference with these statistics."""
    return accuracy(predict.__wrapped__(network, parameters, running, test.x), test.y)


def stored_mode(
    network: Network, parameters: Parameters, x: Array, labels: Array, running: Parameters
) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
    """`loss_and_gradients` of a network in inference mode: ``running`` normalizes and takes no part in the gradient.

    No caches: there is nothing that would renew the stored statistics.
    """
    activate, _ = ACTIVATIONS[network.activation]
    out, caches = x, []
    for k in range(1, network.depth):
        z, linear = linear_forward.__wrapped__(out, parameters[f"weight{k}"], None)
        gamma, inv_std = parameters[f"gamma{k}"], 1 / np.sqrt(running[f"var{k}"] + network.eps)
        x_hat = (z - running[f"mean{k}"]) * inv_std.astype(z.dtype)
        y = gamma * x_hat + parameters[f"beta{k}"]
        out, activation = activate(y)
        caches.append(LayerCache(linear, BatchNormCache(x_hat, inv_std, gamma, None, None), y, activation))
    logits, linear = linear_forward.__wrapped__(out, parameters[f"weight{k + 1}"], parameters[f"bias{k + 1}"])
    loss, dlogits = softmax_cross_entropy.__wrapped__(logits, labels)
    return loss, backward.__wrapped__(network, dlogits, (*caches, LayerCache(linear)), _straight_backward), ()


def _straight_backward(dout: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """Back through γ · (z − stored mean) · inv_std + β: a straight line in z."""
    return dout * (cache.gamma * cache.inv_std), (dout * cache.x_hat).sum(axis=0), dout.sum(axis=0)


def _followed_mode(network: Network, parameters: Parameters, x: Array, labels: Array) -> tuple:
    return stored_mode(network, parameters, x, labels, taken_anew(network, parameters, x))


def loop(
    kind: str, network: Network, digits: Dataset, test: Dataset, rate: float, *, epochs: int = 8, every: int = 11,
    seed: int = 0,
) -> Iterator[float]:  # fmt: skip
    """The accuracy at inference after every 11 updates; it ends where the run diverges.

    "right": the batch's statistics normalize. "forgets": from epoch 2 on the stored ones do, in inference mode.
    "follows": so they do, but each batch's own are put in their place, numbers that no gradient goes through.
    """
    parameters, running = first(network, seed), initial_running_stats(network, np.float32)
    rng = np.random.default_rng([seed, 1])
    for epoch in range(epochs):
        ways = {"right": None, "forgets": partial(stored_mode, running=running), "follows": _followed_mode}
        differentiate = ways[kind if epoch else "right"]
        for step in training_steps(network, parameters, digits.x, digits.y, batch_size=BATCH_SIZE, epochs=1,
                                   learning_rate=rate, rng=rng, drop_last=True, running=running,
                                   differentiate=differentiate):  # fmt: skip
            if diverged(step):
                return
            parameters, running = step.parameters, step.running
            if step.update % every == 0:
                try:
                    yield _validated(kind, network, parameters, running, digits, test)
                except NotFiniteError:
                    return


@np.errstate(all="ignore")
def _validated(
    kind: str, network: Network, parameters: Parameters, running: Parameters, digits: Dataset, test: Dataset
) -> float:
    stored = taken_anew(network, parameters, digits.x[:1000]) if kind == "follows" else running
    return right(network, parameters, stored, test)


class Loops(NamedTuple):
    """The accuracies so far of the right loop and of the one that forgets; and whether a loop has ended early."""

    right: tuple[float, ...]
    forgets: tuple[float, ...]
    over: bool


def two_loops(network: Network, digits: Dataset, test: Dataset, rate: float) -> Iterator[Loops]:
    """The same run by the right `loop` and by the one that forgets, as they grow."""
    kept, forgets = (), ()
    for one, other in zip_longest(*(loop(kind, network, digits, test, rate) for kind in ("right", "forgets"))):
        kept += (one,) * (one is not None)
        forgets += (other,) * (other is not None)
        yield Loops(kept, forgets, other is None)
