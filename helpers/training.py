"""Mini-batch stochastic gradient descent: the loop as an iterator of steps, and a run with its history."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from helpers import network as net
from helpers import validate
from helpers.batching import batch_slices, minibatches
from helpers.batchnorm import update_running_stats
from helpers.network import LayerCache, Network, Parameters, initial_running_stats, loss_and_gradients
from helpers.validate import Array, NotFiniteError, Settled, checked, float_arrays

Differentiate = Callable[[Network, Parameters, Array, Array], tuple[float, Parameters, tuple[LayerCache, ...]]]

MOMENTUM = 0.1  # of the running statistics: PyTorch's default
RUN = {
    "network": net.given_network, "parameters": net.given_parameters, "running": validate.optional(net.given_running),
    "x": "N D_first", "y": validate.labels("N", "D_last"), "batch_size": validate.whole_number,
    "epochs": validate.whole_number, "learning_rate": validate.positive, "rng": validate.generator,
    "drop_last": validate.true_or_false,
}  # fmt: skip


class Step(NamedTuple):
    """One update. ``epoch``, ``iteration`` (in the epoch) and ``update`` (in all) count from 1.

    ``loss`` and ``gradients`` are the batch's before the update, ``parameters`` and ``running`` those after it. Where a
    run diverges, the loss is not finite, ``gradients`` is empty, and the other two are the last finite ones.
    """

    epoch: int
    iteration: int
    update: int
    loss: float
    parameters: Parameters
    gradients: Parameters
    running: Parameters


@dataclass
class History:
    """What a training run leaves: each update's loss and epoch; parameters and running statistics at the end.

    ``interrupted``: stopped from outside; ``diverged``: the update whose loss was not finite, or None.
    """

    losses: list[float]
    epochs: list[int]
    parameters: Parameters
    running: Parameters
    interrupted: bool = False
    diverged: int | None = None


def _alike(name: str, value: Any, settled: Settled) -> Parameters:
    """Arrays of any shapes, or of those of the parameters, once they are settled."""
    like = settled.get("parameters", validate.a_dict(name, value))
    shapes = {key: array.shape for key, array in like.items()} if settled else dict.fromkeys(value)
    return float_arrays(name, value, shapes)


@checked(parameters=_alike, gradients=_alike, learning_rate=validate.positive, returns=validate.finite)
def sgd_update(parameters: Parameters, gradients: Parameters, learning_rate: float) -> Parameters:
    """New parameters, p − learning_rate · ∂loss/∂p for each, in their own dtypes; NotFiniteError if one overflows."""
    moved = {}
    for name, parameter in parameters.items():
        step = np.multiply(gradients[name], learning_rate, dtype=parameter.dtype)
        moved[name] = np.subtract(parameter, step, out=step)  # one large temporary, not two
    return moved


@checked(**RUN, differentiate=validate.optional(validate.instance(Callable, "a function such as loss_and_gradients")))
def training_steps(
    network: Network, parameters: Parameters, x: Array, y: Array, *, batch_size: int, epochs: int,
    learning_rate: float, rng: np.random.Generator, drop_last: bool = False, running: Parameters | None = None,
    differentiate: Differentiate | None = None,
) -> Iterator[Step]:  # fmt: skip
    """Every update of a training run in turn; x (N, D_first), y (N,) integer labels.

    A step that diverges is the last. ``running`` continues from earlier statistics. ``differentiate`` takes the
    place of `loss_and_gradients`; the layers it gives caches of renew ``running``. ValueError at the call for bad
    arguments, among them a run without a batch and, with batch normalization, a batch of one example.
    """
    slices = batch_slices(len(x), batch_size, drop_last)
    if not slices:
        raise ValueError(f"batch_size is {batch_size}; with drop_last it must be at most {len(x)}, all examples.")
    if network.running_shapes and len(range(len(x))[slices[-1]]) == 1:
        raise ValueError(
            f"batch_size is {batch_size}, which leaves a batch of 1 of the {len(x)} examples; with batch "
            "normalization each batch must hold at least 2 (drop_last=True drops a smaller last one)."
        )
    if running is None:
        running = initial_running_stats(network, parameters["weight1"].dtype)
    batches = ((epoch, iteration, *batch) for epoch in range(1, epochs + 1)
               for iteration, batch in enumerate(minibatches(x, y, batch_size, rng, drop_last), start=1))  # fmt: skip
    differentiate = differentiate or loss_and_gradients.__wrapped__
    return _steps(network, parameters, running, batches, learning_rate, differentiate)


@checked(**RUN, callback=validate.optional(validate.instance(Callable, "a function of one Step, or None")))
def train(
    network: Network, parameters: Parameters, x: Array, y: Array, *, batch_size: int, epochs: int,
    learning_rate: float, rng: np.random.Generator, drop_last: bool = False,
    callback: Callable[[Step], None] | None = None,
) -> History:  # fmt: skip
    """The whole run of `training_steps`, with ``callback(step)`` after each update.

    A KeyboardInterrupt, also one that the callback raises, ends the run and keeps what was done so far.
    """
    numbers = {"batch_size": batch_size, "epochs": epochs, "learning_rate": learning_rate}
    steps = training_steps.__wrapped__(network, parameters, x, y, **numbers, rng=rng, drop_last=drop_last)
    state = parameters, initial_running_stats(network, parameters["weight1"].dtype)
    log, interrupted = [], False
    try:
        for step in steps:
            state = step.parameters, step.running
            log.append((step.loss, step.epoch))  # one append, so that an interrupt can't come between two
            if callback is not None:
                callback(step)
    except KeyboardInterrupt:
        interrupted = True
    diverged = len(log) if log and not math.isfinite(log[-1][0]) else None
    return History([loss for loss, _ in log], [epoch for _, epoch in log], *state, interrupted, diverged)


def _steps(
    network: Network, parameters: Parameters, running: Parameters, batches: Iterator[tuple[int, int, Array, Array]],
    rate: float, differentiate: Differentiate,
) -> Iterator[Step]:  # fmt: skip
    for update, (epoch, iteration, x, y) in enumerate(batches, start=1):
        try:
            loss, gradients, parameters, running = _one_update(network, parameters, running, x, y, rate, differentiate)
        except NotFiniteError:
            yield Step(epoch, iteration, update, math.nan, parameters, {}, running)
            return
        yield Step(epoch, iteration, update, loss, parameters, gradients, running)


@np.errstate(all="ignore")
def _one_update(
    network: Network, parameters: Parameters, running: Parameters, x: Array, y: Array, rate: float,
    differentiate: Differentiate,
) -> tuple[float, Parameters, Parameters, Parameters]:  # fmt: skip
    alike = {name: value.astype(x.dtype, copy=False) for name, value in parameters.items()}
    loss, gradients, caches = differentiate(network, alike, x, y)
    validate.check_finite("the loss", loss)
    moved = validate.finite("the update", sgd_update.__wrapped__(parameters, gradients, rate))
    return loss, gradients, moved, _updated_running(running, caches, len(x))


def _updated_running(running: Parameters, caches: tuple[LayerCache, ...], n: int) -> Parameters:
    updated = dict(running)  # without caches of a layer, what it had
    for k, (_, norm, *_) in enumerate(caches, start=1):
        if norm is not None:
            stats = running[f"mean{k}"], running[f"var{k}"], norm.mean, norm.var
            updated[f"mean{k}"], updated[f"var{k}"] = update_running_stats.__wrapped__(*stats, n, MOMENTUM)
    return updated
