"""Lesson 05: who moves a layer's input, what batch norm holds, what chance does, how far a push carries."""

from functools import cache

import numpy as np

from helpers.data import load_digits8, train_test_split
from lessons.internal_covariate_shift import experiments, further
from lessons.internal_covariate_shift.experiments import BELOW, CASES, OWN, Run, Seen, moments, typical_movement

TRAIN, PROBE = train_test_split(load_digits8(), n_test=300, seed=0)
X, Y = TRAIN.x[:200].astype(float), TRAIN.y[:200]
SETTINGS = ((0.3, 500), (0.1, 200))  # rate and updates: the lesson's, and a third of the rate for a shorter time


@cache
def end(name: str, frozen: tuple[int, ...], seed: int, rate: float = 0.3, updates: int = 500) -> Seen:
    """The last moment of a run."""
    last = experiments.end(experiments.watched(CASES[name], TRAIN, PROBE, frozen, updates=updates, every=updates,
                                               rate=rate, seed=seed))  # fmt: skip
    return last._replace(z=None)


def shares(name: str, seed: int, *setting: float) -> tuple[float, float]:
    """What is left of the drift when the layers below alone, and when the layer itself alone, may learn."""
    whole, below, own = (end(name, frozen, seed, *setting).drift for frozen in ((), OWN, BELOW))
    return below / whole, own / whole


def stuck_layer_moves_its_own_inputs(seed: int) -> bool:
    """Stuck sigmoid network, two rates and lengths: layer 3 alone makes 0.85–1.25 of the drift, the others < 0.25."""
    found = [shares("stuck", seed, *setting) for setting in SETTINGS]
    stuck = end("stuck", (), seed).accuracy < 0.35
    return stuck and all(below < 0.25 and 0.85 < own < 1.25 for below, own in found)


def relu_is_moved_from_below(seed: int) -> bool:
    """ReLU, two rates and lengths: the layers below alone make over 0.8 of the drift, layer 3 alone under 0.6."""
    return all(below > 0.8 and own < 0.6 for below, own in (shares("relu", seed, *setting) for setting in SETTINGS))


def tanh_is_moved_from_below(seed: int) -> bool:
    """Tanh, two rates and lengths: the layers below alone make more of the drift than layer 3 alone."""
    return all(below > own for below, own in (shares("tanh", seed, *setting) for setting in SETTINGS))


def stuck_network_shifts_all_pictures_together(seed: int) -> bool:
    """Stuck network, two rates and lengths: without what all pictures share, under 0.15 of the drift is left."""
    runs = [end("stuck", (), seed, *setting) for setting in SETTINGS]
    return all(run.apart < 0.15 * run.drift for run in runs)


def pictures_are_moved_apart_from_below(seed: int) -> bool:
    """ReLU, tanh, sigmoid 0.4, helped; two rates and lengths; without the shared part: layers below drift z farther."""
    return all(end(name, OWN, seed, *setting).apart > end(name, BELOW, seed, *setting).apart
               for name in ("relu", "tanh", "large", "helped") for setting in SETTINGS)  # fmt: skip


def helped_layers_below_move_z(seed: int) -> bool:
    """Stuck network, 30 times the rate in layers 1, 2: alone they drift z over three times as far; all: it learns."""
    farther = [end("helped", OWN, seed, *setting).drift > 3 * end("stuck", OWN, seed, *setting).drift
               for setting in SETTINGS]  # fmt: skip
    return all(farther) and end("helped", (), seed).accuracy > 0.8


def larger_weights_let_layers_below_move_z(seed: int) -> bool:
    """Sigmoid, first weights 0.4, two rates and lengths: layers below alone make over half of the drift; it learns."""
    learned = end("large", (), seed).accuracy > 0.8
    return learned and all(shares("large", seed, *setting)[0] > 0.5 for setting in SETTINGS)


def layer_3_of_a_sigmoid_network_goes_as_far(seed: int) -> bool:
    """Sigmoid 0.4 and helped sigmoid: layer 3 alone makes z drift over 0.85 times as far as the layers below alone."""
    return all(end(name, BELOW, seed).drift > 0.85 * end(name, OWN, seed).drift for name in ("large", "helped"))


@cache
def short_run(rate: float, std: float, seed: int) -> Run:
    """200 updates without and with batch norm."""
    return [moment._replace(plain=moment.plain._replace(z=None), batchnorm=moment.batchnorm._replace(z=None))
            for moment in moments(TRAIN, PROBE, std, rate, updates=200, every=10, seed=seed)]  # fmt: skip


def the_shape_moves_farther_than_the_mean(seed: int) -> bool:
    """Rate 0.3, with batch norm: the typical median ends over three times as far from its start as β, the mean."""
    first, *_, last = (moment.batchnorm for moment in short_run(0.3, 0.1, seed))
    median_moved = np.median(np.abs(last.percentiles[1] - first.percentiles[1]))
    return median_moved > 3 * np.median(np.abs(last.beta))


def at_rate_3_z_travels_with_batch_norm_too(seed: int) -> bool:
    """Rate 3: with batch norm the typical median moves over 1, β by 0.5 at least, and the accuracy is > 0.9."""
    run = short_run(3.0, 0.1, seed)
    last, moved = run[-1].batchnorm, typical_movement(run, "batchnorm")
    return last.accuracy > 0.9 and moved > 1 and np.median(np.abs(last.beta)) > 0.5


def no_drift_and_no_learning(seed: int) -> bool:
    """Rate 0.01, first weights 0.1, without batch norm: the median moves by less than 0.1, accuracy below 0.3."""
    run = short_run(0.01, 0.1, seed)
    return typical_movement(run, "plain") < 0.1 and run[-1].plain.accuracy < 0.3


def much_drift_and_learning(seed: int) -> bool:
    """Rate 0.3, first weights 0.4, without batch norm: the median moves by more than 1, and the accuracy is > 0.8."""
    run = short_run(0.3, 0.4, seed)
    return typical_movement(run, "plain") > 1 and run[-1].plain.accuracy > 0.8


@cache
def z_by_updates(seed: int) -> dict[int, np.ndarray]:
    """The ReLU network's z along full-batch descent."""
    return experiments.descent(TRAIN, seed)


def beyond(seed: int, updates: int, batch_size: int, pairs: int = 20) -> float:
    """The mean share of units beyond twice what chance gives, over some pairs of batches."""
    z = z_by_updates(seed)
    found = [experiments.difference(z[0], z[updates], batch_size, 100 * seed + k).beyond for k in range(pairs)]
    return np.mean(found) / z[0].shape[1]


def chance_stays_in_its_band(seed: int) -> bool:
    """No update between: 2 to 8 % of the units lie beyond 2 √(2/B), for B = 10 and 60, on the mean of 20 pairs."""
    return all(0.02 < beyond(seed, 0, batch_size) < 0.08 for batch_size in (10, 60))


def ten_updates_leave_the_band(seed: int) -> bool:
    """Ten full-batch updates between: more than half of the units lie beyond, for B = 60."""
    return beyond(seed, 10, 60) > 0.5


def small_batches_hide_one_update(seed: int) -> bool:
    """One update between: for B = 10 under a third as many units lie beyond as with all digits in each batch."""
    return 3 * beyond(seed, 1, 10) < beyond(seed, 1, len(TRAIN.x), pairs=1)


def full_batches_drift_too(seed: int) -> bool:
    """With all digits in both batches no unit's mean differs before the first full-batch update, each does after."""
    z = z_by_updates(seed)
    before, after = (experiments.difference(z[0], z[k], len(TRAIN.x)).differences for k in (0, 1))
    return not before.any() and bool(after.all())


def shares_need_not_add_up(seed: int) -> bool:
    """New weights put in: stuck sigmoid, layer 3's make > 0.85, those below < 0.15; tanh, both sum up to < 0.9."""
    stuck, tanh = (further.swapped(name, TRAIN, PROBE, seed=seed) for name in ("stuck", "tanh"))
    return stuck.own > 0.85 and stuck.below < 0.15 and sum(tanh) < 0.9


def small_batches_drive_it_farther(seed: int) -> bool:
    """Stuck network: batches of 60 drift z over twice as far as of 300 or all; with another order, cosine > 0.9."""
    small, other, middle, full = (further.stuck_run(TRAIN, PROBE, size, seed, order)
                                  for size, order in ((60, 1), (60, 2), (300, 1), (len(TRAIN.x), 1)))  # fmt: skip
    cosine = small.move @ other.move / np.linalg.norm(small.move) / np.linalg.norm(other.move)
    return small.drift > 2 * max(middle.drift, full.drift) and cosine > 0.9


@cache
def long_run(seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """For both networks of the paper's figure, 2,000 updates: how far the typical median moved, and when 80 % came."""
    run = list(moments(TRAIN, PROBE, std=0.1, learning_rate=0.3, updates=2000, every=40, seed=seed))
    reached = {name: experiments.first_at(run, name) or np.inf for name in ("plain", "batchnorm")}
    return {name: typical_movement(run, name) for name in reached}, reached


def z_travels_farther_without_batch_norm(seed: int) -> bool:
    """2,000 updates at rate 0.3: the typical median moves more than twice as far without batch norm."""
    moved, _ = long_run(seed)
    return moved["plain"] > 2 * moved["batchnorm"]


def eighty_percent_come_early_with_batch_norm(seed: int) -> bool:
    """The same run: 80 % right within 200 updates with batch norm, after more than 800 without."""
    _, reached = long_run(seed)
    return reached["batchnorm"] <= 200 and reached["plain"] > 800


def push(seed: int, *case: object, **settings: object) -> np.ndarray:
    """How far z moves in each of ten layers, in %, when layer 1 is changed by 1 %."""
    return further.pushed(X, Y, *case, seed=seed, **settings)


def growth(seed: int, *case: object, **settings: object) -> float:
    """How many times the move of layer 1 has grown in layer 10."""
    first, *_, last = push(seed, *case, **settings)
    return last / first


def a_small_push_grows_little(seed: int) -> bool:
    """Random direction: ReLU under 4 times, sigmoid and tanh under twice."""
    return growth(seed) < 4 and max(growth(seed, name) for name in ("sigmoid", "tanh")) < 2


def large_weights_make_it_grow(seed: int) -> bool:
    """Weights four times as large: tanh over 10 times, sigmoid over 4, tanh with batch norm under 5."""
    grown = [growth(seed, name, 4.0) for name in ("tanh", "sigmoid")]
    return grown[0] > 10 and grown[1] > 4 and growth(seed, "tanh", 4.0, batchnorm=True) < 5


def batch_norm_can_make_it_grow_more(seed: int) -> bool:
    """ReLU, random direction: with batch norm a larger factor and a larger end, the shared part counted or not."""
    pairs = [[push(seed, batchnorm=norm, shared=shared) for norm in (False, True)] for shared in (True, False)]
    return all(norm[-1] / norm[0] > plain[-1] / plain[0] and norm[-1] > plain[-1] for plain, norm in pairs)


def downhill_batch_norm_grows_less(seed: int) -> bool:
    """ReLU, downhill, without the shared part: batch norm has a smaller factor, though layer 1 moves farther."""
    plain, norm = (push(seed, direction="downhill", batchnorm=norm, shared=False) for norm in (False, True))
    return norm[-1] / norm[0] < 0.8 * plain[-1] / plain[0] and norm[0] > plain[0]


def the_shared_part_hides_it(seed: int) -> bool:
    """ReLU, downhill, the shared part counted: layer 1 moves over three times as far without batch norm."""
    plain, norm = (push(seed, direction="downhill", batchnorm=norm)[0] for norm in (False, True))
    return plain > 3 * norm


def the_ruler_grows(seed: int) -> bool:
    """Updates 500 to 1,500: over 100 full-batch updates z drifts over 30 times fewer std, under 6 times less in z."""
    _, middle, late = further.ruler(TRAIN, (0, 500, 1500), seed)
    return middle.in_std > 30 * late.in_std and late.way < middle.way < 6 * late.way


EFFECTS = {effect.__name__: effect for effect in (
    stuck_layer_moves_its_own_inputs, relu_is_moved_from_below, tanh_is_moved_from_below,
    stuck_network_shifts_all_pictures_together, pictures_are_moved_apart_from_below, helped_layers_below_move_z,
    larger_weights_let_layers_below_move_z, layer_3_of_a_sigmoid_network_goes_as_far,
    the_shape_moves_farther_than_the_mean, at_rate_3_z_travels_with_batch_norm_too, no_drift_and_no_learning,
    much_drift_and_learning, chance_stays_in_its_band, ten_updates_leave_the_band, small_batches_hide_one_update,
    full_batches_drift_too, shares_need_not_add_up, small_batches_drive_it_farther,
    z_travels_farther_without_batch_norm, eighty_percent_come_early_with_batch_norm, a_small_push_grows_little,
    large_weights_make_it_grow, batch_norm_can_make_it_grow_more, downhill_batch_norm_grows_less,
    the_shared_part_hides_it, the_ruler_grows,
)}  # fmt: skip
