"""Lesson 06: shapes, weights' lengths, a held β, units that are off; in Further scale, place, held against learned."""

from functools import cache

import numpy as np

from helpers.data import load_digits8, train_test_split
from helpers.validate import Array
from lessons.batchnorm_forward import experiments, further
from lessons.batchnorm_forward.experiments import BETAS, Moment

DIGITS = load_digits8()
TRAIN, _ = train_test_split(DIGITS, n_test=297, seed=0)


def most_units_are_not_normal(seed: int) -> bool:
    """More than half of the 64 units of an untrained first layer are rejected as normal at 5 %."""
    return experiments.rejected_as_normal(experiments.first_units(DIGITS.x.astype(float), seed)).mean() > 0.5


def weights_never_get_shorter(seed: int) -> bool:
    """ReLU and sigmoid, 300 updates at 0.5: with batch norm no unit's weights get shorter; without, over 5 % do."""
    shares = [[experiments.shorter(experiments.steps_of(norm, TRAIN, activation=activation, seed=seed))
               for norm in (True, False)] for activation in ("relu", "sigmoid")]  # fmt: skip
    return all(norm == 0 and plain > 0.05 for norm, plain in shares)


def a_third_get_shorter_without(seed: int) -> bool:
    """ReLU, no batch norm, 300 updates at 0.5: in 20 to 45 % of its updates a unit's weights get shorter."""
    return 0.2 < experiments.shorter(experiments.steps_of(False, TRAIN, seed=seed)) < 0.45


@cache
def losses(activation: str, seed: int, rate: float = 0.5, updates: int = 300, sizes: tuple[int, ...] = (64, 64, 64, 10),
           betas: tuple[float, ...] = BETAS) -> Array:  # fmt: skip
    """The training losses with γ held at 1 and β at each of ``betas``."""
    runs = (experiments.trained(activation, beta, TRAIN, rate=rate, updates=updates, seed=seed, sizes=sizes)
            for beta in betas)  # fmt: skip
    return np.array([run.loss for run in runs])


def held_beta_makes_a_u(seed: int) -> bool:
    """ReLU: lowest loss at a β within 0.5 of 0; at 2 over 2.5 times as high, at −2 over 30 times."""
    found = losses("relu", seed)
    return 2 <= found.argmin() <= 4 and found[-1] > 2.5 * found.min() and found[0] > 30 * found.min()


def held_beta_sets_the_zeros(seed: int) -> bool:
    """ReLU sets 95 to 99 % to zero at β = −2, 48 to 60 at 0, under 5 at 2."""
    low, middle, high = (experiments.trained("relu", beta, TRAIN, seed=seed).zeros for beta in (-2, 0, 2))
    return 95 < low < 99 and 48 < middle < 60 and high < 5


@cache
def without_a_cut(seed: int, rate: float) -> tuple[float, float, float, float]:
    """The losses of ReLU at β = 0 and 2, of ReLU at 2 with β taken back, and of no ReLU."""
    cases = (("relu", 0, False), ("relu", 2, False), ("relu", 2, True), ("line", 0, False))
    return tuple(experiments.trained(name, beta, TRAIN, back=back, rate=rate, seed=seed).loss
                 for name, beta, back in cases)  # fmt: skip


def the_lost_bend_costs(seed: int) -> bool:
    """Rates 0.5 and 1: at β = 2 taken back over 2 times the loss at 0, and between half of no ReLU's and 1.5 times."""
    found = [without_a_cut(seed, rate) for rate in (0.5, 1.0)]
    return all(back > 2 * middle and 0.5 < back / line < 1.5 for middle, _, back, line in found)


def larger_numbers_cost_too(seed: int) -> bool:
    """Rates 0.5 and 1: at β = 2 the loss is higher than with β taken back, and more so at rate 1."""
    small, large = (high / back for _, high, back, _ in (without_a_cut(seed, rate) for rate in (0.5, 1.0)))
    return 1 < small < large


def the_u_holds_elsewhere(seed: int) -> bool:
    """ReLU: −2 highest, 2 over 1.5 times 0: rate 0.1 and 1,500 updates, rate 1, 2,000 updates, three layers of 100."""
    cases = ((0.1, 1500, (64, 64, 64, 10)), (1.0, 300, (64, 64, 64, 10)), (0.5, 2000, (64, 64, 64, 10)),
             (0.5, 300, (64, 100, 100, 100, 10)))  # fmt: skip
    found = [losses("relu", seed, *case, (-2.0, 0.0, 2.0)) for case in cases]
    return all(1.5 * middle < high < low for low, middle, high in found)


def at_a_small_rate_a_bend_pays_late(seed: int) -> bool:
    """Rate 0.1, 300 updates: at β = 2 and without ReLU the loss is less than 1.3 times that at 0."""
    middle, high, _, line = without_a_cut(seed, 0.1)
    return max(high, line) < 1.3 * middle


@cache
def ends(seed: int, rate: float = 0.5) -> tuple[Moment, Moment]:
    """The first and the last moment of 300 updates."""
    return tuple(experiments.moments(TRAIN, rate, seed, every=300))


def gammas_and_betas_rise_together(seed: int) -> bool:
    """After 300 updates at 0.5: most γ above 1, most β above 0, and their correlation over the units above 0.5."""
    _, last = ends(seed)
    most = min((last.gammas > 1).mean(), (last.betas > 0).mean()) > 0.5
    return most and np.corrcoef(last.gammas, last.betas)[0, 1] > 0.5


def units_cut_near_the_middle(seed: int) -> bool:
    """Batch norm, γ and β learned, rates 0.1, 0.5 and 1: after 300 updates each unit sets 30 to 70 % to zero."""
    zeros = np.concatenate([ends(seed, rate)[1].zeros for rate in (0.1, 0.5, 1.0)])
    return zeros.min() > 30 and zeros.max() < 70


def held_units_cut_there_too(seed: int) -> bool:
    """The same with γ = 1 and β = 0 held: 30 to 70 %."""
    z = experiments.trained("relu", 0, TRAIN, seed=seed).z.reshape(2, len(TRAIN.x), 64)
    zeros = 100 * (z <= 0).mean(axis=1)
    return zeros.min() > 30 and zeros.max() < 70


def without_it_units_are_dead(seed: int) -> bool:
    """ReLU without batch norm, before the first update and after 300: some unit below 20 %, some at 100 %."""
    return all(moment.plain_zeros.min() < 20 and moment.plain_zeros.max() == 100 for moment in ends(seed))


@cache
def end(times: float, rate_times: float, seed: int) -> float:
    """The loss after 300 updates with scaled hidden weights and rate."""
    *_, loss = further.scaled(times, rate_times, TRAIN, seed, every=300)
    return loss


def the_squared_rate_makes_up_for_the_scale(seed: int) -> bool:
    """Weights times 7: over 5 times the loss at the same rate; with 49 times the rate the same within 5 %."""
    before = end(1, 1, seed)
    return end(7, 1, seed) > 5 * before and abs(end(7, 49, seed) / before - 1) < 0.05


def held_is_only_slower(seed: int) -> bool:
    """ReLU, sigmoid: learned γ, β have a lower loss than held after 300 and 600 updates; held 600 beat learned 300."""
    found = [[experiments.trained(activation, 0, TRAIN, held=held, updates=updates, seed=seed).loss
              for held, updates in ((False, 600), (True, 600), (False, 300), (True, 300))]
             for activation in ("relu", "sigmoid")]  # fmt: skip
    return all(losses == sorted(losses) for losses in found)


@cache
def place(activation: str, rate: float, updates: int, seed: int) -> tuple[float, float]:
    """The losses with batch norm before the activation and after it; infinite where a run diverged."""
    curves = (list(further.place(activation, after, rate, updates, TRAIN, seed, updates)) for after in (False, True))
    return tuple(curve[-1] if len(curve) == 2 else np.inf for curve in curves)


def after_is_ahead_at_small_rates(seed: int) -> bool:
    """Rates 0.03 and 0.1, ReLU and sigmoid, 500 updates: the loss is lower with batch norm after the activation."""
    pairs = [place(activation, rate, 500, seed) for activation in ("relu", "sigmoid") for rate in (0.03, 0.1)]
    return all(after < before for before, after in pairs)


def before_is_ahead_at_rate_3(seed: int) -> bool:
    """Rate 3, 100 updates, ReLU: the loss is lower with batch norm before the activation."""
    before, after = place("relu", 3.0, 100, seed)
    return before < after


@cache
def placed(where: str, rate: float, updates: int, seed: int) -> float:
    """The loss of the sigmoid network with batch norm at the layers in ``where``."""
    *_, loss = further.placed([k in where for k in "123"], rate, updates, TRAIN, seed, updates)
    return loss


def the_last_layer_helps_most(seed: int) -> bool:
    """Rate 0.1, 400 updates: none and layer 1 alone above 2.2; layer 3 alone below 0.5 and below layer 2 alone."""
    none, first, second, third = (placed(where, 0.1, 400, seed) for where in ("", "1", "2", "3"))
    return none > 2.2 and first > 2.2 and third < 0.5 and third < second


def layer_1_alone_needs_rate_or_time(seed: int) -> bool:
    """Layer 1 alone: below 0.5 at rate 1 after 400 updates, and at rate 0.1 after 4,000; none above 1 both times."""
    cases = ((1.0, 400), (0.1, 4000))
    return all(placed("1", *case, seed) < 0.5 and placed("", *case, seed) > 1 for case in cases)


def one_pass_loses_digits(seed: int) -> bool:
    """Variance 1, float32: at mean 300 one pass is wrong by 1 to 10 %, at 3,000 by over 100 %, some below 0.

    Two passes are wrong by less than 0.001 % both times.
    """
    small, large = (further.variances(mean, seed) for mean in (300.0, 3000.0))
    two = max(small.two, large.two)
    return 0.01 < small.one < 0.1 and large.one > 1 and large.negative > 0 and two < 1e-5


EFFECTS = {effect.__name__: effect for effect in (
    most_units_are_not_normal, weights_never_get_shorter, a_third_get_shorter_without, held_beta_makes_a_u,
    held_beta_sets_the_zeros, the_lost_bend_costs, larger_numbers_cost_too, the_u_holds_elsewhere,
    at_a_small_rate_a_bend_pays_late, gammas_and_betas_rise_together, units_cut_near_the_middle,
    held_units_cut_there_too, without_it_units_are_dead, the_squared_rate_makes_up_for_the_scale, held_is_only_slower,
    after_is_ahead_at_small_rates, before_is_ahead_at_rate_3, the_last_layer_helps_most,
    layer_1_alone_needs_rate_or_time, one_pass_loses_digits,
)}  # fmt: skip
