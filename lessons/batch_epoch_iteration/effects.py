"""Lesson 02: what the order of the digits, single updates and the batch size do, for each seed.

Weights come from `default_rng(seed)`, what is drawn in training from `default_rng([seed, 1])`.
"""

from functools import cache
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers.network import Network, Parameters, initialize
from lessons.batch_epoch_iteration import experiments, further
from lessons.batch_epoch_iteration.experiments import BATCH, Moment

Array = np.ndarray
DIGITS = cache(experiments.sorted_digits)
SETTINGS = {
    "relu": (Network((784, 32, 32, 10)), None),
    "tanh": (Network((784, 32, 32, 10), activation="tanh"), None),
    "wide": (Network((784, 100, 10)), None),
    "other_start": (Network((784, 32, 32, 10)), 0.1),
}


def begun(name: str, seed: int) -> tuple[Network, Parameters]:
    """A network and the weights it starts from."""
    network, std = SETTINGS[name]
    return network, initialize(network, np.random.default_rng(seed), std=std)


@cache
def right(seed: int, way: str, rate: float = 0.1, epochs: int = 10, name: str = "relu") -> float:
    """The share of the new digits that is right at the end of a run with batches of 20."""
    x, y, new_x, new_y = DIGITS()
    order = islice(experiments.orders(way, len(x), BATCH, [seed, 1]), epochs)
    network, start = begun(name, seed)
    *_, last = experiments.updates(network, start, x, y, order, batch_size=BATCH, learning_rate=rate)
    return experiments.accuracy_of(network, last.parameters, new_x, new_y)


def forgets_all_but_the_last_class(seed: int) -> bool:
    """In epoch 1 the class that just came is 0.95 right, the others 0.05: two activations, starts, shapes and rates."""
    maps = [_first_map(seed, name, rate) for name, rate in (*((name, 0.1) for name in SETTINGS), ("relu", 0.3))]
    others = ~np.eye(10, dtype=bool)
    return all(np.diag(known).mean() >= 0.95 and known[others].mean() <= 0.05 for known in maps)


def _first_map(seed: int, name: str, rate: float) -> Array:
    run = experiments.forgetting(*begun(name, seed), DIGITS(), 1, rate, seed=[seed, 1])
    *_, known = run
    return known.sorted


def shuffled_learns_in_one_epoch(seed: int) -> bool:
    """After one epoch at rate 0.1 sorted digits leave at most 0.15 right, shuffled ones at least 0.5."""
    return right(seed, "sorted", epochs=1) <= 0.15 and right(seed, "shuffled", epochs=1) >= 0.5


class Look(NamedTuple):
    """After an epoch: the share of new and of the run's own digits that is right, and the mean length of an update."""

    new: float
    own: float
    step: float


@cache
def looks(seed: int) -> dict[int, Look]:
    """A hundred epochs over sorted digits at rate 0.1, looked at after 1, 10 and 100."""
    x, y, new_x, new_y = DIGITS()
    network, before = begun("relu", seed)
    order = experiments.orders("sorted", len(x), BATCH, 0)
    run = experiments.updates(network, before, x, y, order, batch_size=BATCH, learning_rate=0.1)
    found = {}
    for epoch in range(1, 101):
        lengths = []
        for update in islice(run, len(x) // BATCH):
            after = update.parameters
            lengths.append(sum(np.sum((after[name] - before[name]) ** 2) for name in after) ** 0.5)
            before = after
        if epoch in (1, 10, 100):
            new, own = (experiments.accuracy_of(network, after, *part) for part in ((new_x, new_y), (x, y)))
            found[epoch] = Look(new, own, float(np.mean(lengths)))
    return found


def forgetting_fades(seed: int) -> bool:
    """Sorted, rate 0.1: at most 0.15 right after 1 epoch, 0.2 to 0.5 after 10, within 0.05 of shuffled after 100."""
    one, ten, hundred = (look.new for look in looks(seed).values())
    return one <= 0.15 and 0.2 <= ten <= 0.5 and abs(right(seed, "shuffled", epochs=100) - hundred) <= 0.05


def nothing_is_left_to_move(seed: int) -> bool:
    """After 100 sorted epochs 0.99 of its own digits are right, and an update is a twentieth as long or less."""
    first, _, last = looks(seed).values()
    return last.own >= 0.99 and last.step <= first.step / 20


def small_steps_forget_less(seed: int) -> bool:
    """Sorted, 10 epochs: more is right at rate 0.01 than at 0.1, and there than at 0.3, with ReLU and with tanh."""
    ends = [[right(seed, "sorted", rate, name=name) for rate in (0.01, 0.1, 0.3)] for name in ("relu", "tanh")]
    return all(small > middle > large for small, middle, large in ends)


@cache
def walked(seed: int, way: str, name: str = "relu") -> list[Moment]:
    """What each of 100 updates did: batches of 100, rate 0.1, 10 epochs."""
    x, y, _, _ = DIGITS()
    network, start = begun(name, seed)
    settings = {"batch_size": 100, "learning_rate": 0.1, "seed": [seed, 1]}
    return experiments.moments(network, start, x, y, way, 10, **settings)[1:]


def falls(moments: list[Moment], part: str) -> int:
    """How many updates lower the loss of ``part``: "own", the batch, or "others", all digits outside it."""
    return sum(after < before for before, after in (getattr(moment, part) for moment in moments))


def lowers_its_own_batch(seed: int) -> bool:
    """At least 98 of 100 updates lower the loss of their own batch of 100, and 49 of the first 50 that of 20."""
    helped = [experiments.first_epoch(*begun(name, seed), *DIGITS()[:2], 0.1)[1] for name in ("relu", "tanh")]
    walks = [walked(seed, way, name) for way in ("shuffled", "sorted") for name in ("relu", "tanh")]
    return min(helped) >= 49 and all(falls(moments, "own") >= 98 for moments in walks)


def harms_the_others_when_sorted(seed: int) -> bool:
    """The others' loss falls in more than 50 of 100 updates with shuffled digits, in fewer than 25 with sorted ones."""
    counts = [[falls(walked(seed, way, name), "others") for way in ("shuffled", "sorted")] for name in ("relu", "tanh")]
    return all(mixed > 50 and in_order < 25 for mixed, in_order in counts)


def right_of_three(seed: int, way: str) -> float:
    """The mean share of the new digits that is right after 10 epochs at rate 0.1, over three runs of their own."""
    return float(np.mean([right(10 * seed + k, way) for k in range(3)]))


def helps_the_others_early(seed: int) -> bool:
    """Shuffled, at least 18 of the first 20 updates lower the others' loss, with ReLU and with tanh."""
    return all(falls(walked(seed, "shuffled", name)[:20], "others") >= 18 for name in ("relu", "tanh"))


def once_is_enough(seed: int) -> bool:
    """One shuffle, one each epoch and drawing end within 0.03, the mean of three runs, and 0.3 ahead of sorted."""
    mixed = [right_of_three(seed, way) for way in ("once", "shuffled", "drawn")]
    return max(mixed) - min(mixed) <= 0.03 and min(mixed) - right_of_three(seed, "sorted") >= 0.3


def batches_alone_are_not_enough(seed: int) -> bool:
    """Ready batches are between sorted and shuffled digits, the mean of three runs, and below 0.5 at rate 0.3."""
    in_order, ready, mixed = (right_of_three(seed, way) for way in ("sorted", "batches", "shuffled"))
    return in_order + 0.2 < ready < mixed - 0.01 and right(seed, "batches", 0.3) < 0.5 < right(seed, "shuffled", 0.3)


@cache
def losses(seed: int, rate: float) -> dict[int, dict[int, float]]:
    """The loss of all digits after the marked updates of 10 epochs, by batch size."""
    x, y, _, _ = DIGITS()
    *_, curves = experiments.size_runs(*begun("relu", seed), x, y, 10, rate, seed=[seed, 1])
    return {size: dict(zip(curve.updates, curve.losses, strict=True)) for size, curve in curves.items()}


def ends(seed: int, rate: float) -> dict[int, float]:
    """The loss at the end, by batch size."""
    return {size: curve[max(curve)] for size, curve in losses(seed, rate).items()}


def more_updates_go_further(seed: int) -> bool:
    """At rate 0.01 the loss after 10 epochs is the lower the smaller the batch: 1,000, 100, 10, 1."""
    found = ends(seed, 0.01)
    return found[1] < found[10] < found[100] < found[1000]


def ten_updates_are_ten_updates(seed: int) -> bool:
    """At rate 0.01, after 10 updates, 100 is within 0.01 of 1,000, and 1 is farther from it, above or below."""
    single, mini, full = (losses(seed, 0.01)[size][10] for size in (1, 100, 1000))
    return abs(mini - full) < 0.01 and abs(mini - full) < abs(single - full)


def ten_wins_at_a_larger_rate(seed: int) -> bool:
    """At rate 0.1 batch size 10 ends lowest, before 100 and 1,000, and 1 stays above 1."""
    found = ends(seed, 0.1)
    return found[10] < found[100] < found[1000] and found[10] < 1 < found[1]


@cache
def damaged(seed: int, name: str = "relu") -> tuple[Network, Parameters]:
    """The network after 3 epochs of one digit at a time at rate 0.1."""
    x, y, _, _ = DIGITS()
    network, start = begun(name, seed)
    return network, further.one_at_a_time(network, start, x, y, 3, 0.1, [seed, 1])


@cache
def repaired(seed: int, case: str) -> float:
    """The loss after 200 exact updates at rate 0.1 in one of the cases, or with "tanh"."""
    x, y, _, _ = DIGITS()
    if case == "tanh":
        return further.exact_updates(*damaged(seed, "tanh"), x, y, 200, 0.1)
    network, after = damaged(seed)
    cases = further.cases(network, begun("relu", seed)[1], after, x)
    return further.exact_updates(network, cases[case], x, y, 200, 0.1)


def units_fall_silent(seed: int) -> bool:
    """A unit fires for 0.35 to 0.65 of the digits on the mean, after the run for at most 0.1; a quarter for none."""
    x = DIGITS()[0]
    first, last = (np.concatenate(further.firing(network, parameters, x))
                   for network, parameters in (begun("relu", seed), damaged(seed)))  # fmt: skip
    return 0.35 <= first.mean() <= 0.65 and last.mean() <= 0.1 and (last == 0).mean() >= 0.25


def exact_updates_do_not_repair(seed: int) -> bool:
    """200 exact updates end above 0.6 from the damaged weights, and below 0.25 from the first ones."""
    return repaired(seed, "damaged") > 0.6 and repaired(seed, "start") < 0.25


def half_a_network_learns(seed: int) -> bool:
    """From the first weights with every second hidden unit silenced the 200 updates still end below 0.5."""
    return repaired(seed, "half") < 0.5


def biases_repair(seed: int) -> bool:
    """With biases that let each unit fire for half of the digits they end below half of what they do without."""
    return repaired(seed, "biases") < repaired(seed, "damaged") / 2


def noise_alone_costs_less(seed: int) -> bool:
    """After the 3 epochs the loss with tanh is above 0.4 and at least 0.3 below that with ReLU."""
    relu, tanh = (experiments.loss_of(*damaged(seed, name), *DIGITS()[:2]) for name in ("relu", "tanh"))
    return 0.4 < tanh < relu - 0.3


def tanh_is_not_stopped(seed: int) -> bool:
    """With tanh, which has no side without a slope, the same 200 updates end below 0.5."""
    return repaired(seed, "tanh") < 0.5


def twenty_markings_go_further(seed: int) -> bool:
    """Twenty updates of one digit move the first layer at least four times as far as one update of the twenty."""
    once, one_by_one = (further.moved(*begun("relu", seed), *_workbook(seed), size, 0.1) for size in (20, 1))
    return one_by_one > 4 * once


def a_twentieth_of_the_rate_goes_as_far(seed: int) -> bool:
    """At a twentieth of the rate the twenty updates move it half to one and a half times as far as the one does."""
    begin, few = begun("relu", seed), _workbook(seed)
    return 0.5 <= further.moved(*begin, *few, 1, 0.1 / 20) / further.moved(*begin, *few, 20, 0.1) <= 1.5


def _workbook(seed: int) -> tuple[Array, Array]:
    x, y, _, _ = DIGITS()
    rows = np.random.default_rng([seed, 1]).permutation(len(x))[:20]
    return x[rows], y[rows]


EFFECTS = {effect.__name__: effect for effect in (
    forgets_all_but_the_last_class, shuffled_learns_in_one_epoch, forgetting_fades, small_steps_forget_less,
    lowers_its_own_batch, harms_the_others_when_sorted, helps_the_others_early, once_is_enough, nothing_is_left_to_move,
    batches_alone_are_not_enough, more_updates_go_further, ten_updates_are_ten_updates, ten_wins_at_a_larger_rate,
    units_fall_silent, exact_updates_do_not_repair, half_a_network_learns, biases_repair, noise_alone_costs_less,
    tanh_is_not_stopped, twenty_markings_go_further, a_twentieth_of_the_rate_goes_as_far,
)}  # fmt: skip
