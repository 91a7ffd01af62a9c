"""Lesson 07: trainings with a path left out, what that pushes, which checks catch what; in Further small batches."""

from functools import cache, partial

import numpy as np

from helpers.data import load_digits8, train_test_split
from helpers.network import LayerCache, Network, Parameters, backward
from helpers.recording import last
from helpers.validate import Array
from lessons.batchnorm_backward import experiments, further
from lessons.batchnorm_backward.experiments import ATTEMPTS, Moment, Run

TRAIN, PROBE = train_test_split(load_digits8(), n_test=300, seed=0)


@cache
def end(activation: str, rate: float, updates: int, seed: int) -> Moment:
    """The four networks after their training."""
    return last(experiments.moments(TRAIN, PROBE, activation, rate, updates, updates, seed)).moments[-1]


def the_mean_path_is_missed(seed: int) -> bool:
    """Sigmoid, rate 1, 200 updates: right and without the variance path over 0.9; without the mean path under 0.3."""
    found = {name: state.accuracy for name, state in end("sigmoid", 1.0, 200, seed).items()}
    return min(found["right"], found["no_variance"]) > 0.9 and max(found["no_mean"], found["neither"]) < 0.3


def it_recovers_late(seed: int) -> bool:
    """Sigmoid, rate 1, 4,000 updates: without the mean path over 0.85."""
    gradients = partial(backward, norm_backward=experiments.VERSIONS["no_mean"])
    found = experiments.states(further.NETWORK, TRAIN, PROBE, gradients, 1.0, 4000, 4000, seed)
    return last(found).accuracy > 0.85


def longer_without_the_variance_path(seed: int) -> bool:
    """Sigmoid at rates 0.1 and 1, ReLU at 1, 200 updates: weights of every layer longer without the variance path."""
    cases = ("sigmoid", 0.1), ("sigmoid", 1.0), ("relu", 1.0)
    found = [end(*case, 200, seed) for case in cases]
    return all((moment["no_variance"].lengths > moment["right"].lengths).all() for moment in found)


def relu_forgives(seed: int) -> bool:
    """ReLU, rate 1, 200 and 1,000 updates: each wrong gradient within 0.03 of the right one's accuracy."""
    found = [end("relu", 1.0, updates, seed) for updates in (200, 1000)]
    return all(abs(state.accuracy - moment["right"].accuracy) <= 0.03 for moment in found for state in moment.values())


def the_other_way_round_at_a_third(seed: int) -> bool:
    """Rate 0.3, 200 updates, no mean path: sigmoid within 0.03 of the right accuracy, ReLU behind by over 0.05."""
    behind = {}
    for activation in ("sigmoid", "relu"):
        found = end(activation, 0.3, 200, seed)
        behind[activation] = found["right"].accuracy - found["no_mean"].accuracy
    return abs(behind["sigmoid"]) <= 0.03 and behind["relu"] > 0.05


def units_become_alike_where_it_suffers(seed: int) -> bool:
    """No mean path: two units' u correlate over 0.8 (sigmoid, 1), by 0.05 more (ReLU, 0.3), as ever (0.3; ReLU, 1)."""
    cases = ("sigmoid", 1.0), ("relu", 0.3), ("sigmoid", 0.3), ("relu", 1.0)
    found = [(moment["no_mean"].alike, moment["right"].alike) for moment in (end(*case, 200, seed) for case in cases)]
    (dead, _), (hurt, before), *spared = found
    return dead.min() > 0.8 and (hurt > before + 0.05).all() and all(np.abs(a - b).max() < 0.1 for a, b in spared)


def _missed(seed: int, **settings: object) -> set[str]:
    chosen = {"n": 8, "d": 3, "dout": "random", "gamma": "random"} | settings
    return set(ATTEMPTS) - set(experiments.caught(experiments.checked(**chosen, seed=seed))) - {"right"}


def a_full_check_catches_all(seed: int) -> bool:
    """N from 3 to 32, D = 2 and 3, random dout and γ: all seven are caught, and the right one is not."""
    passed = [_missed(seed, n=n, d=d) for n in (3, 4, 8, 32) for d in (2, 3)]
    right = all(experiments.checked(n, 3, "random", "random", seed)["right"] < 1e-6 for n in (3, 8, 32))
    return right and not any(passed)


def lazy_checks_are_blind(seed: int) -> bool:
    """What each lazy choice lets through: dout ones, D = 1, N = 1, N = 2, γ ones."""
    wanted = (
        ({"dout": "ones"}, {"no_variance", "no_gamma", "no_scale"}),
        ({"d": 1}, {"total"}),
        ({"n": 1}, {"no_variance", "sums", "no_gamma", "no_scale"}),
        ({"n": 2}, {"no_gamma", "no_scale"}),
        ({"gamma": "ones"}, {"no_gamma"}),
    )
    return all(_missed(seed, **settings) == missed for settings, missed in wanted)


def two_let_nothing_through(seed: int) -> bool:
    """2,000 random batches: ‖dx‖/‖dout‖, median, under 0.001 for two examples, but over 10 once; over 0.5 for three."""
    two, three = (further.let_through(n, seed=seed) for n in (2, 3))
    return np.median(two) < 0.001 and two.max() > 10 and np.median(three) > 0.5


@cache
def early(seed: int) -> Run:
    """The first ten updates of the four sigmoid networks at rate 1."""
    return last(experiments.moments(TRAIN, PROBE, "sigmoid", 1.0, 10, 1, seed))


def highest(name: str, seed: int) -> Array:
    """The furthest that the mean of u gets from 0 within ten updates, in standard deviations, by layer (3,)."""
    return np.max([moment[name].offsets for moment in early(seed).moments], axis=0)


def the_means_run_away(seed: int) -> bool:
    """Sigmoid, rate 1, ten updates: mean of u past 5 std in every layer without the mean path, below 2.5 with it."""
    away = min(highest("no_mean", seed).min(), highest("neither", seed).min())
    return away > 5 and max(highest("right", seed).max(), highest("no_variance", seed).max()) < 2.5


def all_digits_are_pushed_alike(seed: int) -> bool:
    """h · mean(h): its standard deviation over 60 digits is under 0.12 of its mean, for pixels and hidden outputs."""
    shifts = further.pushed(TRAIN, seed).shifts.values()
    return all(shift.std() < 0.12 * shift.mean() for shift in shifts)


def weights_are_pulled_along(seed: int) -> bool:
    """w · g of a unit is under 0.001 of γ · dgamma with the right gradient, within 1 % without the variance path."""
    found = further.pushed(TRAIN, seed).along
    share = {name: (along @ gained) / (gained @ gained) for name, (along, gained) in found.items()}
    return abs(share["right"]) < 0.001 and abs(share["no_variance"] - 1) < 0.01


def gamma_is_to_grow(seed: int) -> bool:
    """Sigmoid, rate 1, no variance path: γ · dgamma, added over a layer, is below 0 in over 90 % of 200 updates."""
    below: list[list[bool]] = []

    def gradients(network: Network, dlogits: Array, caches: tuple[LayerCache, ...]) -> Parameters:
        g = backward(network, dlogits, caches, norm_backward=experiments.VERSIONS["no_variance"])
        below.append([(g[f"gamma{k + 1}"] * caches[k].norm.gamma).sum() < 0 for k in range(3)])
        return g

    last(experiments.states(further.NETWORK, TRAIN, PROBE, gradients, 1.0, 200, 200, seed))
    return (np.mean(below, axis=0) > 0.9).all()


def only_both_errors_together(seed: int) -> bool:
    """Sigmoid, rate 1, 200 updates: mean path missing in dW or in what is handed down: over 0.9; in both: under 0.3."""
    one = [further.split_state(TRAIN, PROBE, *case, seed=seed).accuracy
           for case in (("no_mean", "right"), ("right", "no_mean"))]  # fmt: skip
    return min(one) > 0.9 and further.split_state(TRAIN, PROBE, "no_mean", "no_mean", seed=seed).accuracy < 0.3


def float32_wants_a_larger_step(seed: int) -> bool:
    """Central differences: in float64 best near 1e-5; in float32 off by over 1 % at 1e-5, under 0.1 % at 1e-2."""
    small, large = (further.stepped(h, seed, np.float32).central for h in (1e-5, 1e-2))
    inner = further.stepped(1e-5, seed).central
    outer = min(further.stepped(h, seed).central for h in (1e-9, 1e-2))
    return inner < outer and small > 0.01 and large < 0.001


EFFECTS = {effect.__name__: effect for effect in (
    the_mean_path_is_missed, it_recovers_late, longer_without_the_variance_path, relu_forgives,
    the_other_way_round_at_a_third, units_become_alike_where_it_suffers, gamma_is_to_grow,
    a_full_check_catches_all, lazy_checks_are_blind, two_let_nothing_through, the_means_run_away,
    all_digits_are_pushed_alike, weights_are_pulled_along, only_both_errors_together, float32_wants_a_larger_step,
)}  # fmt: skip
