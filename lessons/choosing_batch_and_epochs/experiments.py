"""Lesson 03's numbers: the noise of mini-batch gradients, races to a target loss, unsteady runs, and bytes held."""

import math
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

import numpy as np

from helpers.batching import iterations_per_epoch
from helpers.layers import softmax_cross_entropy
from helpers.network import LayerCache, Network, Parameters, forward, loss_and_gradients
from helpers.recording import diverged, last, run
from helpers.validate import Array, NotFiniteError

Examples = tuple[Array, Array]

DRAWS = 300  # of mini-batches, for a cloud
CLOCKS = ("updates", "digits", "milliseconds")
MOST_UPDATES = 600  # a run that has not reached its target by then is given up
MOST_DIGITS = 300_000  # or by then
WAY_DIGITS, WAY_EVERY = 8000, 10  # how long an unsteady run lasts, and how often it is measured, in digits
FLOAT32 = 4


def drawn_means(
    gradients: Array, batch_size: int, draws: int, rng: np.random.Generator, replacement: bool = False
) -> Array:
    """Mini-batch gradients (draws, D): means of ``batch_size`` rows of ``gradients`` (N, D), drawn anew each time."""
    n = len(gradients)
    if replacement:
        rows = rng.integers(n, size=(draws, batch_size))
    else:
        rows = rng.permuted(np.tile(np.arange(n), (draws, 1)), axis=1)[:, :batch_size]
    cells = rows + n * np.arange(draws)[:, None]
    uses = np.bincount(cells.ravel(), minlength=n * draws).reshape(draws, n)
    return uses @ gradients / batch_size


def spread(means: Array, full: Array) -> float:
    """Root mean square distance of mini-batch gradients ``means`` (draws, D) from the full one (D,)."""
    return float(np.sqrt(((means - full) ** 2).sum(axis=1).mean()))


def expected_spread(gradients: Array, batch_size: int, replacement: bool = False) -> float:
    """Root mean square distance of a mini-batch gradient from the full one; ``gradients`` (N, D).

    σ / √B with σ² the sum of the D variances (with 1/N); without replacement also × √((N − B) / (N − 1)).
    """
    n, variance = len(gradients), gradients.var(axis=0).sum()
    left = 1 if replacement else (n - batch_size) / (n - 1)
    return float(np.sqrt(variance / batch_size * left))


class Cloud(NamedTuple):
    """Mini-batch gradients (draws, D), and their spread around the full one, measured and expected."""

    means: Array
    spread: float
    expected: float


def cloud(gradients: Array, batch_size: int, replacement: bool) -> Cloud:
    """300 mini-batch gradients of ``batch_size`` rows of ``gradients`` (N, D)."""
    means = drawn_means(gradients, batch_size, DRAWS, np.random.default_rng(0), replacement)
    expected = expected_spread(gradients, batch_size, replacement)
    return Cloud(means, spread(means, gradients.mean(axis=0)) if expected else 0.0, expected)  # else rounding is left


@np.errstate(over="ignore", invalid="ignore")
def probe_loss(network: Network, parameters: Parameters, probe: Examples) -> float:
    """The mean loss of other digits (x, y); NaN where a signal overflows."""
    try:
        return softmax_cross_entropy(forward(network, parameters, probe[0])[0], probe[1])[0]
    except NotFiniteError:
        return math.nan


class Runner(NamedTuple):
    """A run to a target loss: the losses of other digits from the start on, and what an update took."""

    batch_size: int
    n_examples: int
    losses: list[float]
    milliseconds: float
    reached: bool

    @property
    def updates(self) -> int:
        """The updates made."""
        return len(self.losses) - 1

    def clock(self, unit: str) -> Array:
        """What the clock called ``unit``, one of `CLOCKS`, shows at the start and after each update, (updates + 1,)."""
        made = np.arange(self.updates + 1)
        if unit != "digits":
            return made * (self.milliseconds if unit == "milliseconds" else 1)
        epochs, into = np.divmod(made, iterations_per_epoch(self.n_examples, self.batch_size))
        return epochs * self.n_examples + np.minimum(into * self.batch_size, self.n_examples)

    @property
    def digits(self) -> int:
        """The digits seen."""
        return int(self.clock("digits")[-1])


def run_to(
    target: float, network: Network, start: Parameters, data: Examples, probe: Examples, *,
    batch_size: int, learning_rate: float, seed: int = 0, most: int = MOST_UPDATES,
) -> Runner:  # fmt: skip
    """Train on ``data`` (x, y) until the loss of ``probe`` (x, y) is at most ``target``; only updates are timed."""
    most = min(most, MOST_DIGITS // batch_size)
    losses, seconds, reached = [probe_loss(network, start, probe)], [], False
    steps = run(network, start, *data, updates=most, batch_size=batch_size, learning_rate=learning_rate,
                rng=np.random.default_rng([seed, 1]))  # fmt: skip
    next(steps)
    before = perf_counter()
    for step in steps:
        seconds.append(perf_counter() - before)
        if diverged(step):
            break
        losses.append(probe_loss(network, step.parameters, probe))
        reached = losses[-1] <= target
        if reached:
            break
        before = perf_counter()
    return Runner(batch_size, len(data[0]), losses, 1000 * float(np.median(seconds)), reached)


def race(
    target: float, network: Network, start: Parameters, data: Examples, probe: Examples, rates: Mapping[int, float]
) -> list[Runner]:
    """A run to ``target`` with each batch size and its rate; ``data`` and ``probe`` are (x, y)."""
    return [run_to(target, network, start, data, probe, batch_size=size, learning_rate=rate)
            for size, rate in rates.items()]  # fmt: skip


class Standing(NamedTuple):
    """A race at a moment: what the clock shows, and for each runner its loss and whether it is home."""

    time: float
    losses: list[float]
    home: list[bool]


def standing(runners: Sequence[Runner], unit: str, tenths: int) -> Standing:
    """The race on the clock called ``unit``, stopped after so many tenths of the time that its winner needs.

    If none arrives, tenths of the time after which the first was given up.
    """
    clocks = [runner.clock(unit) for runner in runners]
    arrived = [clock[-1] for clock, runner in zip(clocks, runners, strict=True) if runner.reached]
    time = tenths / 10 * min(arrived or [clock[-1] for clock in clocks])
    made = [int(np.searchsorted(clock, time, side="right")) - 1 for clock in clocks]
    losses = [runner.losses[k] for runner, k in zip(runners, made, strict=True)]
    return Standing(time, losses, [r.reached and k == r.updates for r, k in zip(runners, made, strict=True)])


class Way(NamedTuple):
    """A run so far: the loss of other digits after some updates, from the start on."""

    batch_size: int
    updates: list[int]
    losses: list[float]
    diverged: bool = False

    @property
    def rise(self) -> float:
        """The largest rise of the loss from one measurement to the next."""
        return float(np.diff(self.losses).max(initial=0))

    @property
    def late(self) -> tuple[float, float]:
        """The lowest and the highest loss measured in the last tenth of the run."""
        lately = [loss for made, loss in zip(self.updates, self.losses, strict=True) if made >= 0.9 * self.updates[-1]]
        return min(lately), max(lately)


def way(
    network: Network, start: Parameters, data: Examples, probe: Examples, batch_size: int, learning_rate: float,
    tamed: bool = False, seed: int = 0, digits: int = WAY_DIGITS,
) -> Iterator[Way]:  # fmt: skip
    """The run so far after each measurement, until ``digits`` have been seen; ``data`` and ``probe`` are (x, y).

    tamed: the last quarter of the updates is made at a tenth of the rate.
    """
    every, updates = max(1, WAY_EVERY // batch_size), max(1, digits // batch_size)
    early = updates * 3 // 4 if tamed else updates
    rng, state, found = np.random.default_rng([seed, 1]), start, Way(batch_size, [], [])
    for before, more, rate in ((0, early, learning_rate), (early, updates - early, learning_rate / 10)):
        for step in run(network, state, *data, updates=more, batch_size=batch_size, learning_rate=rate, rng=rng):
            made, state = before + step.update, step.parameters
            if (before and not step.update) or (made % every and made != updates and not diverged(step)):
                continue
            loss = probe_loss(network, state, probe)
            if diverged(step) or not math.isfinite(loss):
                yield found._replace(diverged=True)
                return
            found.updates.append(made)
            found.losses.append(loss)
            yield found
        if early == updates:
            return


def ways(
    network: Network, start: Parameters, data: Examples, probe: Examples, settings: Sequence[tuple[int, float, bool]],
    each: Callable[[], None] = int,
) -> Iterator[Way]:  # fmt: skip
    """A whole `way` for each of ``settings``: batch size, rate, tamed. ``each`` is called after each, for progress."""
    for setting in settings:
        found = last(way(network, start, data, probe, *setting))
        each()
        yield found


def cached_bytes(caches: Sequence[LayerCache], logits: Array) -> int:
    """The bytes that a forward pass holds for the backward pass, the batch itself and the logits included."""
    arrays = [logits]
    for layer in caches:
        arrays += [layer.linear.x, layer.z, *(layer.activation or ())]
    return sum({id(array): array.nbytes for array in arrays if array is not None}.values())


class Bytes(NamedTuple):
    """Bytes of the parameters, and for each digit of a batch those of its activations and of its slopes."""

    parameters: int
    activations: int
    slopes: int


def float32_bytes(hidden: int) -> Bytes:
    """What a training step of 784-``hidden``-10 holds in float32.

    Activations of a digit: its pixels, the units before and after ReLU, the scores, and a byte of mask for each unit.
    Slopes of a digit, on the way back: of the units after and before ReLU, and of the scores.
    """
    weights = FLOAT32 * (784 * hidden + hidden + 10 * hidden + 10)
    return Bytes(weights, FLOAT32 * (784 + 2 * hidden + 10) + hidden, FLOAT32 * (2 * hidden + 10))


class Memory(NamedTuple):
    """Megabytes held in a training step, those there are, and the largest batch for which they suffice."""

    parameters: float
    activations: float
    slopes: float
    all: float
    limit: float
    largest: int


def memory(batch_size: int, hidden: int, megabytes: int) -> Memory:
    """What a training step of 784-``hidden``-10 holds, its parameters with their gradients, in a memory of a size."""
    held = float32_bytes(hidden)
    fixed, each = 2 * held.parameters, held.activations + held.slopes
    amounts = fixed, batch_size * held.activations, batch_size * held.slopes, fixed + batch_size * each
    return Memory(*(amount / 1e6 for amount in amounts), megabytes, max(0, (megabytes * 10**6 - fixed) // each))


def peak_bytes(network: Network, parameters: Parameters, x: Array, y: Array) -> int:
    """The most bytes that a forward and a backward pass of the batch x, y held at once, a copy of ``x`` included."""
    tracemalloc.start()
    try:
        loss_and_gradients(network, parameters, x.copy(), y)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
