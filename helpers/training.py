"""Mini-batch stochastic gradient descent: the loop as an iterator of steps, and a run with its history.

Nothing here prints or draws: whoever wants to see the run takes the steps or hands in a callback.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from helpers.batching import batch_slices, minibatches
from helpers.batchnorm import running_weights
from helpers.formulas import update_running_stats
from helpers.network import Network, check_parameters, check_running, initial_running_stats, plan
from helpers.passes import LayerCache, Parameters, loss_and_gradients
from helpers.validate import (
    Array,
    NotFiniteError,
    check_finite,
    float_array,
    generator,
    instance_of,
    label_array,
    positive,
    same_keys,
    whole_number,
)

Batch = tuple[Array, Array]
Differentiate = Callable[[Network, Parameters, Array, Array], tuple[float, Parameters, tuple[LayerCache, ...]]]


class Step(NamedTuple):
    """One update. ``epoch``, ``iteration`` (in the epoch) and ``update`` (in all) count from 1.

    ``loss`` is the batch's, before the update; ``gradients`` are those the update used; ``parameters`` and
    ``running`` are those after it. In a step that diverges the loss is not finite, ``gradients`` is empty and
    ``parameters`` and ``running`` are the last finite ones.
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
    """What a training run leaves: for each update its loss and its epoch, and the parameters at the end.

    ``running`` are the running statistics of the normalized layers. ``interrupted`` says that the run was
    stopped from outside; ``diverged`` is the update whose loss was not finite, or None.
    """

    losses: list[float]
    epochs: list[int]
    parameters: Parameters
    running: Parameters
    interrupted: bool = False
    diverged: int | None = None


def sgd_update(parameters: Parameters, gradients: Parameters, learning_rate: float) -> Parameters:
    """New parameters, p − learning_rate · ∂loss/∂p for each, in their own dtypes.

    ValueError if keys or shapes differ or the rate is not above 0; NotFiniteError if a result is not finite.
    """
    rate = positive("learning_rate", learning_rate)
    instance_of("parameters", parameters, dict, "a dictionary of arrays")
    same_keys("gradients", gradients, parameters)
    parameters = {name: float_array(f"parameters[{name!r}]", value) for name, value in parameters.items()}
    gradients = {
        name: float_array(f"gradients[{name!r}]", gradients[name], value.shape) for name, value in parameters.items()
    }
    return _moved(parameters, gradients, rate)


def training_steps(
    network: Network,
    parameters: Parameters,
    x: Array,
    y: Array,
    *,
    batch_size: int,
    epochs: int,
    learning_rate: float,
    rng: np.random.Generator,
    drop_last: bool = False,
    running: Parameters | None = None,
    differentiate: Differentiate | None = None,
) -> Iterator[Step]:
    """Every update of a training run in turn; x (N, D_first), y (N,) integer labels.

    A step that diverges is the last. ``running`` continues from earlier statistics. ``differentiate`` takes the
    place of `network.loss_and_gradients`; the layers it gives caches of renew ``running``. ValueError at the call
    for bad arguments, a batch of one example in a network with batch normalization among them.
    """
    check_parameters(network, parameters)
    x = float_array("x", x, ("N", network.sizes[0]))
    y = label_array("y", y, len(x), network.sizes[-1])
    running = _fresh_running(network, parameters) if running is None else running
    check_running(network, running)
    instance_of("differentiate", differentiate, Callable | None, "a function such as loss_and_gradients, or None")
    _check_batches(len(x), batch_size, drop_last, normalized=bool(running))
    epochs, rate = whole_number("epochs", epochs), positive("learning_rate", learning_rate)
    epoch_batches = partial(minibatches, x, y, batch_size, generator("rng", rng), drop_last)
    differentiate = differentiate or _loss_and_gradients
    return _steps(network, parameters, running, _numbered(epoch_batches, epochs), rate, differentiate)


def train(
    network: Network,
    parameters: Parameters,
    x: Array,
    y: Array,
    *,
    batch_size: int,
    epochs: int,
    learning_rate: float,
    rng: np.random.Generator,
    drop_last: bool = False,
    callback: Callable[[Step], None] | None = None,
) -> History:
    """The whole run of `training_steps`, with ``callback(step)`` after each update.

    An interrupt, from the keyboard or raised as KeyboardInterrupt by the callback, ends the run and keeps
    what was done so far. ValueError as in `training_steps`.
    """
    instance_of("callback", callback, Callable | None, "a function of one Step, or None")
    numbers = {"batch_size": batch_size, "epochs": epochs, "learning_rate": learning_rate}
    steps = training_steps(network, parameters, x, y, **numbers, rng=rng, drop_last=drop_last)
    state = parameters, _fresh_running(network, parameters)
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


def _fresh_running(network: Network, parameters: Parameters) -> Parameters:
    return initial_running_stats(network, np.asarray(parameters["weight1"]).dtype)


def _check_batches(n: int, batch_size: int, drop_last: bool, normalized: bool) -> None:
    slices = batch_slices(n, batch_size, drop_last)
    if normalized and slices and slices[-1].stop - slices[-1].start == 1:
        raise ValueError(
            f"batch_size is {batch_size}, which leaves a batch of 1 of the {n} examples; with batch "
            "normalization each batch must hold at least 2 (drop_last=True drops a smaller last one)."
        )


def _numbered(epoch_batches: Callable[[], Iterator[Batch]], epochs: int) -> Iterator[tuple[int, int, Batch]]:
    for epoch in range(1, epochs + 1):
        for iteration, batch in enumerate(epoch_batches(), start=1):
            yield epoch, iteration, batch


def _steps(
    network: Network,
    parameters: Parameters,
    running: Parameters,
    batches: Iterator[tuple[int, int, Batch]],
    rate: float,
    differentiate: Differentiate,
) -> Iterator[Step]:
    for update, (epoch, iteration, batch) in enumerate(batches, start=1):
        try:
            loss, gradients, parameters, running = _one_update(network, parameters, running, batch, rate, differentiate)
        except NotFiniteError:
            yield Step(epoch, iteration, update, math.nan, parameters, {}, running)
            return
        yield Step(epoch, iteration, update, loss, parameters, gradients, running)


@np.errstate(over="ignore", invalid="ignore")
def _one_update(
    network: Network,
    parameters: Parameters,
    running: Parameters,
    batch: Batch,
    rate: float,
    differentiate: Differentiate,
) -> tuple[float, Parameters, Parameters, Parameters]:
    alike = {name: value.astype(batch[0].dtype, copy=False) for name, value in parameters.items()}
    loss, gradients, caches = differentiate(network, alike, *batch)
    check_finite("the loss", loss)
    moved = _moved(parameters, gradients, rate)
    return loss, gradients, moved, _updated_running(running, caches, len(batch[0]))


def _loss_and_gradients(
    network: Network, parameters: Parameters, x: Array, labels: Array
) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
    """As `network.loss_and_gradients`, without checking again at each update what was checked before the first."""
    return loss_and_gradients(plan(network), parameters, x, labels)


def _updated_running(running: Parameters, caches: tuple[LayerCache, ...], n: int) -> Parameters:
    updated = dict(running)
    for k, norm in ((k, layer.norm) for k, layer in enumerate(caches, start=1) if layer.norm is not None):
        stats = running[f"mean{k}"], running[f"var{k}"], norm.mean, norm.var
        updated[f"mean{k}"], updated[f"var{k}"] = update_running_stats(*stats, **running_weights(n))
    return updated


def _moved(parameters: Parameters, gradients: Parameters, rate: float) -> Parameters:
    moved = {}
    for name, parameter in parameters.items():
        step = np.multiply(gradients[name], rate, dtype=parameter.dtype)
        moved[name] = np.subtract(parameter, step, out=step)  # one large temporary, not two
        check_finite(f"the updated {name}", step)
    return moved
