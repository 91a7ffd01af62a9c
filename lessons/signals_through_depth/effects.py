"""Lesson 04: what vanishes, keeps its size, explodes and learns, for each seed of weights and of batches."""

import math
from functools import cache

import numpy as np

from helpers.network import Network
from helpers.recording import last
from lessons.signals_through_depth import experiments, remedies, runaway_numbers
from lessons.signals_through_depth.experiments import (
    DEPTH,
    deep,
    factors,
    gradient_norms,
    scaled_start,
    some_digits,
    trained,
    training,
    two_digits,
    way,
)
from lessons.signals_through_depth.runaway_numbers import SIZES, largest, wines


def ratio(depth: int, activation: str, batchnorm: bool, seed: int, scale: float = 1.0) -> float:
    """First layer's gradient norm against the last layer's."""
    network = deep(depth, activation, batchnorm)
    norms = gradient_norms(network, scaled_start(network, scale, seed), *some_digits(seed))
    return norms[0] / norms[-1]


def two_digits_become_one(seed: int) -> bool:
    """Sigmoid, usual weights: a 0 and a 1 are over 0.05 apart in layer 1 and less than 1e-11 in layer 19."""
    apart = two_digits(1.0, seed).apart
    return apart[-1] < 1e-11 and apart[0] > 0.05


def delta_fades(seed: int) -> bool:
    """There δ of the first layer is less than 1e-11 of that of the last."""
    deltas = two_digits(1.0, seed).deltas
    return deltas[0] < 1e-11 * deltas[-1]


def ten_times_keeps_some(seed: int) -> bool:
    """Weights × 10: over a thousandth is left, of what the digits are apart and of δ, and neither grows tenfold."""
    found = two_digits(10.0, seed)
    left = found.apart[-1] / found.apart[0], found.deltas[0] / found.deltas[-1]
    return all(0.001 < share < 10 for share in left)


def a_tenth_loses_all(seed: int) -> bool:
    """Weights × 0.1: in layer 19 the digits are less than 1e-15 apart, and δ of layer 1 is less than 1e-25."""
    found = two_digits(0.1, seed)
    return found.apart[-1] < 1e-15 and found.deltas[0] < 1e-25


def thirty_times_explodes(seed: int) -> bool:
    """Weights × 30: δ grows over 100 times on its way back, and the digits stay less than 1 apart."""
    found = two_digits(30.0, seed)
    return found.deltas[0] > 100 * found.deltas[-1] and found.apart.max() < 1


def same_factor_both_ways(seed: int) -> bool:
    """Sigmoid, weights × 0.5, 1 and 2: a layer's factors for the difference and for δ agree within 15 %."""
    found = [factors("sigmoid", scale, seed) for scale in (0.5, 1.0, 2.0)]
    return all(abs(factor.forward / factor.back - 1) < 0.15 for factor in found)


def weights_times_derivatives(seed: int) -> bool:
    """The product is within a tenth of δ's measured factor, for three activations and weights × 0.3 to 3."""
    found = [factors(activation, scale, seed) for activation in experiments.SLOPES for scale in (0.3, 1.0, 3.0)]
    return all(abs(factor.weights * factor.derivatives / factor.back - 1) < 0.1 for factor in found)


def four_times_is_too_little(seed: int) -> bool:
    """Sigmoid, weights × 4: a layer's factor is between 0.5 and 0.75."""
    return 0.5 < factors("sigmoid", 4.0, seed).back < 0.75


def small_weights_share_the_loss(seed: int) -> bool:
    """Tanh and ReLU, weights × 0.3: the gradients of all layers are within a factor of 10, though δ fades by 1e-9."""
    found = [way(activation, 0.3, seed) for activation in ("tanh", "relu")]
    level = [one.gradients.max() < 10 * one.gradients.min() for one in found]
    return all(level) and all(one.deltas[0] < 1e-9 * one.deltas[-1] for one in found)


def sigmoid_loses_alone(seed: int) -> bool:
    """Sigmoid, usual weights: the first layer's gradient is less than 1e-10 of the last one's."""
    gradients = way("sigmoid", 1.0, seed).gradients
    return gradients[0] < 1e-10 * gradients[-1]


def doubled_relu_grows_everywhere(seed: int) -> bool:
    """ReLU, weights doubled: the gradients of layers 1, 10 and 20 grow 3e5 to 2e7 times, δ at the loss by 1 to 2."""
    doubled, usual = way("relu", 2.0, seed), way("relu", 1.0, seed)
    growth, at_the_loss = doubled.gradients / usual.gradients, doubled.deltas[-1] / usual.deltas[-1]
    return all(3e5 < growth[k] < 2e7 for k in (0, 9, 19)) and 1 < at_the_loss < 2


def doubled_tanh_grows_towards_the_input(seed: int) -> bool:
    """Tanh, weights doubled: the first layer's gradient grows 10 to 1,000 times, the tenth's less, the last's least."""
    growth = way("tanh", 2.0, seed).gradients / way("tanh", 1.0, seed).gradients
    return 1 < growth[19] < growth[9] < growth[0] and 10 < growth[0] < 1000


def usual_sigmoid_learns_nothing(seed: int) -> bool:
    """20 sigmoid layers, usual weights: 3,000 updates at rates 0.03 and 3 leave less than 20 % right."""
    return all(trained("sigmoid", 1.0, rate, seed) < 0.2 for rate in (0.03, 3.0))


def first_layers_stay(seed: int) -> bool:
    """At rate 0.1 its first three layers are the same to the last bit after 3,000 updates; under 20 % are right."""
    end = last(training("sigmoid", 1.0, 0.1, seed))
    start = scaled_start(deep(DEPTH, "sigmoid"), 1.0, seed, np.float32)
    same = [np.array_equal(end.parameters[name], start[name]) for name in ("weight1", "weight2", "weight3")]
    return all(same) and end.right < 0.2


def eight_times_learns(seed: int) -> bool:
    """The same from weights × 8 at rate 0.1: over 80 % right."""
    return trained("sigmoid", 8.0, 0.1, seed) > 0.8


def four_and_thirty_times_fail(seed: int) -> bool:
    """From weights × 4 and × 30, at rates 0.01 and 0.1: less than 30 % right."""
    return all(trained("sigmoid", scale, rate, seed) < 0.3 for scale in (4.0, 30.0) for rate in (0.01, 0.1))


def tanh_and_relu_too(seed: int) -> bool:
    """Over 80 % right from tanh × 1, × 2 and ReLU × 1 at rate 0.01, less than 20 from either × 0.3, at 0.03 as well."""
    learn = [trained(name, scale, 0.01, seed) > 0.8 for name, scale in (("tanh", 1.0), ("tanh", 2.0), ("relu", 1.0))]
    stuck = [trained(name, 0.3, rate, seed) < 0.2 for name in ("tanh", "relu") for rate in (0.01, 0.03)]
    return all(learn + stuck)


def doubled_relu_diverges(seed: int) -> bool:
    """ReLU from weights × 2 diverges within ten updates at rates 0.1, 0.01 and 0.001."""
    ends = [last(training("relu", 2.0, rate, seed)).diverged for rate in (0.1, 0.01, 0.001)]
    return all(end is not None and end <= 10 for end in ends)


def a_millionth_of_the_rate(seed: int) -> bool:
    """ReLU from weights × 2 does not diverge in 3,000 updates at rate 0.000001."""
    return last(training("relu", 2.0, 0.000001, seed)).diverged is None


def a_guess_is_no_sign_of_depth(seed: int) -> bool:
    """4 tanh layers, weights × 0.3, start within 0.02 of ln 10 with digits over 0.001 apart, and learn over 80 %."""
    network = deep(4, "tanh")
    both = experiments.both_ways(network, scaled_start(network, 0.3, seed), *some_digits(seed))
    starts = abs(both.loss - math.log(10)) < 0.02 and experiments.apart(both.outputs)[-1] > 0.001
    return starts and trained("tanh", 0.3, 0.1, seed, depth=4) > 0.8


def the_offset_is_why(seed: int) -> bool:
    """Sigmoid × 4: biases that centre z lift the factor from below 0.75 to over 0.8, what is right from 30 to 80 %."""
    with_it, without = factors("sigmoid", 4.0, seed, moved_biases=True).back, factors("sigmoid", 4.0, seed).back
    learns = trained("sigmoid", 4.0, 0.1, seed, moved_biases=True) > 0.8 > 0.3 > trained("sigmoid", 4.0, 0.1, seed)
    return with_it > 0.8 > 0.75 > without and learns


def clipping_stops_the_divergence(seed: int) -> bool:
    """ReLU × 1.5, rate 0.03: clipped gradients end over 60 % right, others diverge."""
    return remedies.clipped_run(1.5, seed, longest=None).diverged is not None and clipped(1.5, seed) > 0.6


def clipping_does_not_mend_the_start(seed: int) -> bool:
    """ReLU × 2: clipped gradients do not diverge, and end below 60 %."""
    return 0 < clipped(2.0, seed) < 0.6


@cache
def clipped(scale: float, seed: int) -> float:
    """What is right after a run with clipped gradients; 0 if it diverged."""
    return remedies.clipped_run(scale, seed).right or 0.0


def skipping_keeps_delta(seed: int) -> bool:
    """Sigmoid, usual weights: with h + sigmoid(h W) the first δ is 0.5 to 3 times the last, else under 1e-9."""
    return 0.5 < remedies.level_of_delta(seed, True) < 3 and remedies.level_of_delta(seed, False) < 1e-9


def one_weight_often(seed: int) -> bool:
    """The same W a hundred times: over 100 times larger for radius 1.1, under a hundredth for 0.9."""
    return remedies.repeated(1.1, seed=seed) > 100 and remedies.repeated(0.9, seed=seed) < 0.01


def equal_units_stay_equal(seed: int) -> bool:
    """Equal first weights: the units of layer 1 end equal and under 40 % are right, else apart and over 90 %."""
    (alike, few), (others, many) = remedies.equal_units(seed), remedies.equal_units(seed, alike=False)
    return alike < 1e-3 < 0.1 < others and few < 0.4 < 0.9 < many


def most(activation: str, batchnorm: bool, seed: int) -> np.ndarray:
    """The largest |z| of each layer with 1000 in row 4, column 4 of the first weights."""
    return largest(runaway_numbers.signals(Network(SIZES, activation, batchnorm), 1000, wines()[0], seed))


def the_extreme_cascades(seed: int) -> bool:
    """Weight 1000, ReLU, without batch norm: over 100 in every hidden layer, and layer 2 copies that unit."""
    return min(most("relu", False, seed)[:4]) > 100 and runaway_numbers.copies(wines()[0], 1000, False, seed)[1] > 0.99


def batchnorm_bounds_it(seed: int) -> bool:
    """With batch norm every hidden layer stays below 14, and layer 2 is no copy."""
    return max(most("relu", True, seed)[:4]) < 14 and runaway_numbers.copies(wines()[0], 1000, True, seed)[1] < 0.9


def the_unit_is_a_copy(seed: int) -> bool:
    """With batch norm too, that unit's correlation with input 4 is above 0.99999."""
    return runaway_numbers.copies(wines()[0], 1000, True, seed)[0] > 0.99999


def tanh_contains_it(seed: int) -> bool:
    """Tanh, without batch norm: below 10 from layer 2 on."""
    return max(most("tanh", False, seed)[1:]) < 10


def the_weight_stays(seed: int) -> bool:
    """The wines are learned with batch norm alone (over 0.9 against under 0.8); the weight stays within 1 of 1000."""
    without, _ = runaway_numbers.after_training(*wines(), 1000, False, seed)
    with_it, end = runaway_numbers.after_training(*wines(), 1000, True, seed)
    return without < 0.8 < 0.9 < with_it and abs(end - 1000) < 1


def never_shorter(seed: int) -> bool:
    """With batch norm no weight column ever gets shorter, at rates 1, 3 and 10; without, at each rate one does."""
    return not any(remedies.growth(rate, True, seed).shorter for rate in (1.0, 3.0, 10.0)) and all(
        remedies.growth(rate, False, seed).shorter for rate in (1.0, 3.0, 10.0))  # fmt: skip


def grows_less_with_batchnorm(seed: int) -> bool:
    """At rates 1 and 3 the columns' mean length grows less with batch norm than without."""
    pairs = [(remedies.growth(rate, True, seed), remedies.growth(rate, False, seed)) for rate in (1.0, 3.0)]
    return all(with_it.lengths[-1] < without.lengths[-1] for with_it, without in pairs)


def at_right_angles(seed: int) -> bool:
    """With batch norm the cosine of a unit's weights and their gradient is below 1e-3."""
    return remedies.at_right_angles(seed) < 1e-3


def relu_with_batchnorm_grows(seed: int) -> bool:
    """50 ReLU layers with batch norm: 1.15 to 1.3 a layer, weights × 0.1, 1 and 5; the estimate is within a tenth."""
    found = [remedies.batchnorm_factor("relu", scale, 50, seed) for scale in (0.1, 1.0, 5.0)]
    return all(1.15 < one.measured < 1.3 and abs(one.estimate / one.measured - 1) < 0.1 for one in found)


def batchnorm_levels_sigmoid(seed: int) -> bool:
    """20 sigmoid layers with batch norm: first/last gradient between 0.1 and 10; without, below 1e-9."""
    return 0.1 < ratio(20, "sigmoid", True, seed) < 10 and ratio(20, "sigmoid", False, seed) < 1e-9


def batchnorm_steepens_relu_and_tanh(seed: int) -> bool:
    """50 layers: with batch norm first/last is above 1,000 (ReLU, × 0.1, 1, 5), 50 (tanh); without, × 1, 0.1 to 10."""
    plain = [0.1 < ratio(50, activation, False, seed) < 10 for activation in ("relu", "tanh")]
    relu = [ratio(50, "relu", True, seed, scale) > 1000 for scale in (0.1, 1.0, 5.0)]
    return all(plain) and all(relu) and ratio(50, "tanh", True, seed) > 50


def small_layers_recover(seed: int) -> bool:
    """Hidden weights × 0.0001: with batch norm one update makes them over 5 times longer and over 90 % are learned."""
    (before, after, right), (_, _, without) = (remedies.smallest_weights(norm, seed) for norm in (True, False))
    return after > 5 * before and right > 0.9 > 0.5 > without


EFFECTS = {
    effect.__name__: effect
    for effect in (
        two_digits_become_one, delta_fades, a_tenth_loses_all, ten_times_keeps_some, thirty_times_explodes,
        same_factor_both_ways, weights_times_derivatives, four_times_is_too_little, small_weights_share_the_loss,
        sigmoid_loses_alone, doubled_relu_grows_everywhere, doubled_tanh_grows_towards_the_input,
        usual_sigmoid_learns_nothing, first_layers_stay, eight_times_learns, four_and_thirty_times_fail,
        tanh_and_relu_too, doubled_relu_diverges, a_millionth_of_the_rate,
        a_guess_is_no_sign_of_depth, the_offset_is_why, clipping_stops_the_divergence,
        clipping_does_not_mend_the_start, skipping_keeps_delta, one_weight_often, equal_units_stay_equal,
        the_extreme_cascades, batchnorm_bounds_it, the_unit_is_a_copy, tanh_contains_it, the_weight_stays,
        never_shorter, grows_less_with_batchnorm, at_right_angles, relu_with_batchnorm_grows,
        batchnorm_levels_sigmoid, batchnorm_steepens_relu_and_tanh, small_layers_recover,
    )
}  # fmt: skip
