"""A training run and what is recorded on its way: from the first weights on, once every so many updates."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, takewhile
from typing import TypeVar

import numpy as np

from helpers.network import Network, Parameters, initial_running_stats
from helpers.training import Differentiate, Step, training_steps
from helpers.validate import Array, whole_number

Record = TypeVar("Record")


def run(
    network: Network, parameters: Parameters, x: Array, y: Array, *, updates: int, batch_size: int,
    learning_rate: float, rng: np.random.Generator, drop_last: bool = False,
    differentiate: Differentiate | None = None,
) -> Iterator[Step]:  # fmt: skip
    """The start as a step with update 0 and loss NaN, then the first ``updates`` of `training_steps`.

    Fewer if one diverges; that step is the last. ValueError at the call as there, and for ``updates`` below 0.
    """
    updates = whole_number("updates", updates, at_least=0)
    numbers = {"batch_size": batch_size, "learning_rate": learning_rate, "rng": rng, "drop_last": drop_last}
    steps = training_steps(network, parameters, x, y, epochs=max(updates, 1), differentiate=differentiate, **numbers)
    running = initial_running_stats(network, np.asarray(parameters["weight1"]).dtype)
    return chain([Step(0, 0, 0, math.nan, parameters, {}, running)], islice(steps, updates))


def diverged(step: Step) -> bool:
    """Whether the update of ``step`` came to nothing: its loss, a gradient or a parameter was not finite."""
    return step.update > 0 and not math.isfinite(step.loss)


def records(steps: Iterable[Step], make: Callable[[Step], Record], every: int = 1) -> Iterator[Record]:
    """``make(step)`` where the update is a multiple of ``every``; a step that diverged ends it, without a record."""
    every = whole_number("every", every)
    alive = takewhile(lambda step: not diverged(step), steps)
    return (make(step) for step in alive if step.update % every == 0)


def growing(found: Iterable[Record]) -> Iterator[list[Record]]:
    """The list of all records so far, the same list, after each new one: what a figure draws as it grows."""
    so_far: list[Record] = []
    for record in found:
        so_far.append(record)
        yield so_far


def last(found: Iterable[Record]) -> Record:
    """The last of all steps or records; none of the others is kept. ValueError if there is none."""
    kept = deque(found, maxlen=1)
    if not kept:
        raise ValueError("found is empty; it must hold at least one step or record.")
    return kept[0]
