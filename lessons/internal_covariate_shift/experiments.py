"""Lesson 05's numbers: who moves a layer's input, what batch norm holds of it, what chance moves, whitening."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from helpers.data import Dataset
from helpers.least_squares import standardize
from helpers.network import LayerCache, Network, Parameters, accuracy, forward, initialize, loss_and_gradients, predict
from helpers.recording import records, run
from helpers.shift import activation_input, percentiles
from helpers.training import Differentiate, Step
from helpers.validate import Array
from lessons.internal_covariate_shift.decorrelation import covariance, whiten

SIZES, LAYER = (64, 100, 100, 100, 10), 3  # as in the paper: three hidden layers of 100, the last one is watched
BATCH_SIZE, RATE, UPDATES = 60, 0.3, 500
BELOW, OWN = (1, 2), (3,)  # the layers below the one watched, and itself
METHODS = {"standardized": standardize, "whitened": whiten}


class Case(NamedTuple):
    """A network: activation, standard deviation of its first weights (None: the usual), rate factor of layers 1, 2."""

    activation: str
    std: float | None = None
    below_rate: float = 1.0


CASES = {
    "stuck": Case("sigmoid", 0.1),
    "relu": Case("relu"),
    "tanh": Case("tanh"),
    "large": Case("sigmoid", 0.4),
    "helped": Case("sigmoid", 0.1, 30.0),
}


class Seen(NamedTuple):
    """A network at one moment: z (N, D) of layer 3 for the probe, how far it is from the first, and the accuracy.

    drift: √mean (z − z at first)², over pictures and units. apart: the same when each unit's mean move, which all
    pictures share, is taken out.
    """

    update: int
    z: Array
    drift: float
    apart: float
    accuracy: float


def network_of(case: Case) -> Network:
    """The network of ``case``, without batch normalization."""
    return Network(SIZES, case.activation)


def watched(
    case: Case, train: Dataset, probe: Dataset, frozen: Collection[int] = (), *, updates: int = UPDATES,
    every: int = 10, rate: float = RATE, seed: int = 0,
) -> Iterator[Seen]:  # fmt: skip
    """A training run in which the ``frozen`` layers keep their first weights, seen each ``every`` updates.

    Runs of one ``seed`` have the same first weights and the same batches, whatever is frozen.
    """
    network = network_of(case)
    start = initialize(network, np.random.default_rng(seed), case.std, np.float32)
    first = activation_input(network, start, probe.x, LAYER)

    def seen(step: Step) -> Seen:
        logits, caches = forward(network, step.parameters, probe.x)
        z = caches[LAYER - 1].z
        move = z - first
        return Seen(step.update, z, rms(move), rms(move - move.mean(axis=0)), accuracy(logits, probe.y))

    steps = run(network, start, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=rate,
                rng=np.random.default_rng([seed, 1]), differentiate=times(factors_of(case, frozen)))  # fmt: skip
    return records(steps, seen, every)


def factors_of(case: Case, frozen: Collection[int] = ()) -> dict[int, float]:
    """By how much the gradients of each layer are multiplied: 0 for the ``frozen``."""
    return {**dict.fromkeys(BELOW, case.below_rate), **dict.fromkeys(frozen, 0.0)}


def times(factors: Mapping[int, float]) -> Differentiate:
    """Loss, gradients and caches, with the gradients of each layer times its factor: 0 freezes it."""
    def differentiate(
        network: Network, parameters: Parameters, x: Array, y: Array
    ) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
        loss, gradients, caches = loss_and_gradients.__wrapped__(network, parameters, x, y)
        for name in gradients:
            gradients[name] = gradients[name] * np.float32(factors.get(int(name[-1]), 1.0))
        return loss, gradients, caches

    return differentiate


def rms(values: Array) -> float:
    """The root mean square of all ``values``, in float64."""
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def end(seen: Iterator[Seen]) -> Seen:
    """The last moment of a run."""
    *_, last = seen
    return last


class State(NamedTuple):
    """A network at one moment: z (N, D) of layer 3 for the probe, its percentiles (3, D), the accuracy, γ and β."""

    z: Array
    percentiles: Array
    accuracy: float
    gamma: Array | None
    beta: Array | None


class Moment(NamedTuple):
    """Both networks after the same number of updates."""

    update: int
    plain: State
    batchnorm: State


Run = list[Moment]


def networks() -> tuple[Network, Network]:
    """The network of the paper's figure, without and with batch normalization: 3 hidden layers of 100 sigmoid units."""
    return Network(SIZES, "sigmoid", batchnorm=False), Network(SIZES, "sigmoid", batchnorm=True)


def moments(
    train: Dataset, probe: Dataset, std: float, learning_rate: float, updates: int, every: int, seed: int = 0
) -> Iterator[Moment]:
    """Both networks from the same weights with the same batches, after 0, ``every``, 2 · ``every`` … updates.

    A network that diverges ends the run.
    """
    runs = (_states(net, train, probe, std, learning_rate, updates, every, seed) for net in networks())
    return (Moment(k * every, *pair) for k, pair in enumerate(zip(*runs, strict=False)))


def _states(
    network: Network, train: Dataset, probe: Dataset, std: float, rate: float, updates: int, every: int, seed: int
) -> Iterator[State]:
    def state(step: Step) -> State:
        right = accuracy(predict(network, step.parameters, step.running, probe.x), probe.y)
        z = activation_input(network, step.parameters, probe.x, LAYER)
        gamma, beta = (step.parameters.get(f"{name}{LAYER}") for name in ("gamma", "beta"))
        return State(z, percentiles(z).astype(np.float32), right, gamma, beta)

    start = initialize(network, np.random.default_rng(seed), std, np.float32)
    steps = run(network, start, train.x, train.y, updates=updates, batch_size=BATCH_SIZE, learning_rate=rate,
                rng=np.random.default_rng([seed, 1]))  # fmt: skip
    return records(steps, state, every)


def movements(run: Run, name: str) -> Array:
    """For each unit of the "plain" or "batchnorm" network, the range of its median over the run, (D,)."""
    medians = np.array([getattr(moment, name).percentiles[1] for moment in run])
    return np.ptp(medians, axis=0)


def ranked(run: Run, name: str) -> Array:
    """The numbers (D,) of a network's units, from 0: the one whose median moves least in the run first."""
    return np.argsort(movements(run, name), kind="stable")


def middle_unit(run: Run, name: str) -> int:
    """The unit in the middle of `ranked`: rank 50 of 100."""
    order = ranked(run, name)
    return int(order[(len(order) - 1) // 2])


def typical_movement(run: Run, name: str) -> float:
    """The median over the units of `movements`."""
    return float(np.median(movements(run, name)))


def first_at(run: Run, name: str, target: float = 0.8) -> int | None:
    """The first recorded update with an accuracy of ``target``; None if there is none."""
    return next((moment.update for moment in run if getattr(moment, name).accuracy >= target), None)


CHANCE_UPDATES = (0, 1, 2, 5, 10, 20)


def full_batch_states(train: Dataset, updates: int, rate: float = 0.1, seed: int = 0) -> list[Parameters]:
    """The ReLU network's parameters from the first ones on, after each update of full-batch descent."""
    network = network_of(CASES["relu"])
    start = initialize(network, np.random.default_rng(seed), None, np.float32)
    steps = run(network, start, train.x, train.y, updates=updates, batch_size=len(train.x), learning_rate=rate,
                rng=np.random.default_rng([seed, 1]))  # fmt: skip
    return [step.parameters for step in steps]


def descent(train: Dataset, seed: int = 0) -> dict[int, Array]:
    """z (N, D) of layer 3 for all digits that train, after each of `CHANCE_UPDATES` full-batch updates."""
    states = full_batch_states(train, CHANCE_UPDATES[-1], seed=seed)
    network = network_of(CASES["relu"])
    return {k: activation_input(network, states[k], train.x, LAYER) for k in CHANCE_UPDATES}


class Chance(NamedTuple):
    """The difference (D,) of each unit's means in two batches, and what chance alone gives it; in std of the unit."""

    differences: Array
    chance: float

    @property
    def beyond(self) -> int:
        """How many units differ by more than twice what chance gives."""
        return int((np.abs(self.differences) > 2 * self.chance).sum())


def difference(before: Array, after: Array, batch_size: int, seed: int = 0) -> Chance:
    """How the mean of a batch of ``after`` differs from that of another batch of ``before``, unit by unit, (N, D)."""
    rng = np.random.default_rng(seed)
    one, other = (np.sort(rng.permutation(len(before))[:batch_size]) for _ in range(2))
    way = after[other].mean(axis=0, dtype=np.float64) - before[one].mean(axis=0, dtype=np.float64)
    return Chance(way / before.std(axis=0, dtype=np.float64), (2 / batch_size) ** 0.5)


def between_layers(train: Dataset, seed: int = 0) -> float:
    """The typical |difference| of the means of unit j in layer 2 and in layer 3, in stds of the latter, untrained."""
    network, (start, *_) = network_of(CASES["relu"]), full_batch_states(train, 1, seed=seed)
    earlier, z = (activation_input(network, start, train.x, layer) for layer in (LAYER - 1, LAYER))
    return float(np.median(np.abs(earlier.mean(axis=0) - z.mean(axis=0)) / z.std(axis=0)))


class Treated(NamedTuple):
    """Two features as measured and as treated, both (N, 2), with the covariance (2, 2) of each and the correlation."""

    raw: Array
    treated: Array
    raw_covariance: Array
    covariance: Array
    correlation: float


def treated(raw: Array, method: str) -> Treated:
    """The features ``raw`` (N, 2) by one of the METHODS."""
    found, correlation = METHODS[method](raw), float(covariance(standardize(raw))[0, 1])
    return Treated(raw, found, covariance(raw), covariance(found), correlation)


class Suspects(NamedTuple):
    """Drifts of the "stuck" network and of the "other", in % of the whole drift, the last when all layers may learn.

    Each has one entry a network: the whole drift's ``size``, the drift at all updates (K,) when all layers may learn,
    and the ``drifts`` so far.
    """

    updates: list[int]
    size: dict[str, float]
    whole: dict[str, list[float]]
    drifts: dict[str, list[float]]


def drifts(train: Dataset, probe: Dataset, name: str, every: int) -> dict[str, list[float]]:
    """The "drift" of the network called ``name`` at each ``every`` updates when all layers learn, and its "apart"."""
    run = list(watched(CASES[name], train, probe, updates=UPDATES, every=every))
    return {kind: [getattr(seen, kind) for seen in run] for kind in ("drift", "apart")}


def suspects(
    train: Dataset, probe: Dataset, name: str, below: bool, own: bool, kind: str,
    whole: Mapping[str, dict[str, list[float]]], every: int,
) -> Iterator[Suspects]:  # fmt: skip
    """The stuck network and the one called ``name`` trained with the layers ``below``, and the ``own``, free or not.

    kind: "drift" or "apart", both in % of the whole drift. whole: the `drifts`, under "stuck" and "other".
    """
    frozen = BELOW * (not below) + OWN * (not own)
    size = {key: found["drift"][-1] for key, found in whole.items()}
    in_percent = {key: [100 * drift / size[key] for drift in found[kind]] for key, found in whole.items()}
    found = Suspects([], size, in_percent, {"stuck": [], "other": []})
    runs = [watched(CASES[case], train, probe, frozen, updates=UPDATES, every=every) for case in ("stuck", name)]
    for both in zip(*runs, strict=True):
        found.updates.append(both[0].update)
        for key, seen in zip(found.drifts, both, strict=True):
            found.drifts[key].append(100 * getattr(seen, kind) / size[key])
        yield found
