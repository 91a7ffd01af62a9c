"""Lesson 09: first weights, batch norm once and always, rates, drift, noise; further what depth and batches change."""

from functools import cache
from itertools import islice

import numpy as np

from helpers.data import Dataset, load_digits8, split_mnist, train_test_split
from helpers.recording import last
from helpers.validate import Array
from lessons.does_it_work import experiments, further, regularizing, sweeps
from lessons.does_it_work.experiments import FOUR, State, drift

TRAIN, NEW = split_mnist(8000, 1000)
SMALL, HELD = train_test_split(load_digits8(), n_test=300, seed=0)


@cache
def at(name: str, seed: int, noise: float = 0.0, rate: float = 1.0, activation: str = "sigmoid", target: float = 0.8,
       updates: int = 1600) -> float:  # fmt: skip
    """The first recorded update with the accuracy ``target`` on new digits; infinite if there is none."""
    network = experiments.network(name, activation)
    steps = experiments.run_of(name, TRAIN, noise=noise, rate=rate, updates=updates, seed=seed, activation=activation)
    recorded = (step for step in steps if step.update % experiments.EVERY == 0)
    return next((step.update for step in recorded
                 if experiments.accuracy_of(network, step.parameters, TRAIN, NEW) >= target), np.inf)  # fmt: skip


def bad_weights_cost_a_thousand_updates(seed: int) -> bool:
    """Sigmoid, rate 1, bad first weights: 80 % after over 1,000 updates without batch norm, within 120 with it."""
    return at("bad_plain", seed) > 1000 and at("bad_normed", seed) <= 120


def good_weights_close_the_gap(seed: int) -> bool:
    """Good first weights: 80 % within 200 updates without batch norm; with it within 60, and sooner."""
    return at("good_normed", seed) < at("good_plain", seed) <= 200 and at("good_normed", seed) <= 60


def twice_to_eight_times_the_usual_will_do(seed: int) -> bool:
    """Without batch norm, first weights twice and eight times the usual: within 260 updates; the usual: 250 to 800."""
    found = {name: at(f"{name}_plain", seed) for name in ("usual", "double", "eightfold")}
    return max(found["double"], found["eightfold"]) <= 260 and 250 <= found["usual"] <= 800


def so_it_is_with_other_activations(seed: int) -> bool:
    """ReLU and tanh, rate 0.1, 800 updates: no 80 % from bad first weights without batch norm; all else within 160."""
    found = {(name, activation): at(name, seed, 0.0, 0.1, activation, 0.8, 800)
             for name in FOUR for activation in ("relu", "tanh")}  # fmt: skip
    return all((found[key] == np.inf) if key[0] == "bad_plain" else found[key] <= 160 for key in found)


def the_start_alone_is_not_enough_at_rate_3(seed: int) -> bool:
    """Rate 0.3: good weights within 200 updates, bad ones never. Rate 3: good ones over 200, with it within 60."""
    mild = at("good_plain", seed, rate=0.3) <= 200 and at("bad_plain", seed, rate=0.3) == np.inf
    return mild and at("good_plain", seed, rate=3.0) > 200 and at("good_normed", seed, rate=3.0) <= 60


def the_first_batch_is_enough_up_to_rate_3(seed: int) -> bool:
    """Bad weights, batch norm for the first batch: rate 1, 80 % within 120 updates, 90 % in 400; at 3, 80 % in 300."""
    soon = at("bad_once", seed) <= 120 and at("bad_once", seed, target=0.9, updates=400) <= 400
    return soon and at("bad_once", seed, rate=3.0) <= 300


def at_rate_10_it_must_stay(seed: int) -> bool:
    """Rate 10: with batch norm 80 % within 300 updates from either start; for the first batch only, and without, never.

    That is, not within 1,000 updates; without it from good first weights too.
    """
    found = {name: at(name, seed, rate=10.0, updates=1000) for name in (*FOUR[1:], "bad_once")}
    never = found["bad_once"] == found["good_plain"] == np.inf
    return never and max(found["bad_normed"], found["good_normed"]) <= 300


@cache
def accuracies(kind: str, seed: int, activation: str) -> list[Array]:
    """The sweep's maps, (stds, rates), after 200 updates and after 2,000, for sigmoid 1,000."""
    moments = (200, 2000 if activation == "relu" else 1000)
    return list(sweeps.grid(kind, SMALL, HELD, seed, activation, moments))


def maps(kind: str, seed: int, activation: str = "relu") -> list[Array]:
    """Which of the networks train then."""
    return [found >= sweeps.TRAINED for found in accuracies(kind, seed, activation)]


def limit(kind: str, seed: int, activation: str = "relu") -> float:
    """The largest rate at which at least three of the five spreads of first weights train in the end."""
    return sweeps.largest_rate(accuracies(kind, seed, activation)[1]) or 0.0


def an_early_look_takes_speed_for_more(seed: int) -> bool:
    """ReLU: after 200 updates over three times as many networks train with batch norm, after 2,000 1.5 to 3 times."""
    early, late = (maps("batch", seed)[k].sum() / max(1, maps("none", seed)[k].sum()) for k in (0, 1))
    return early > 3 and 1.5 < late < 3


def the_largest_rate_stays(seed: int) -> bool:
    """ReLU, after 2,000 updates: the largest rate that most first weights bear is 0.3 without batch norm, 3 with it."""
    return limit("none", seed) == 0.3 and limit("batch", seed) == 3.0


def small_first_weights_stay_hard(seed: int) -> bool:
    """ReLU, after 2,000 updates: the two smallest first weights train at 3 of 8 rates at most; with it at 6."""
    plain, normed = (maps(kind, seed)[1].sum(axis=1)[:2] for kind in ("none", "batch"))
    return plain.max() <= 3 and normed.min() >= 6


def sigmoid_networks_too(seed: int) -> bool:
    """Sigmoid, 1,000 updates: over 1.5 times as many train with batch norm, at larger rates, than without or once."""
    counts = {kind: maps(kind, seed, "sigmoid")[1].sum() for kind in sweeps.KINDS}
    more = counts["batch"] > 1.5 * counts["none"] and counts["none"] < counts["once"] < counts["batch"]
    return more and limit("batch", seed, "sigmoid") > limit("once", seed, "sigmoid")


def once_makes_the_rows_alike(seed: int) -> bool:
    """ReLU, once: after 2,000 updates all first weights train at 4 to 6 rates, most at none above 0.3."""
    rows = maps("once", seed)[1].sum(axis=1)
    return rows.min() >= 4 and rows.max() <= 6 and limit("once", seed) == 0.3


def large_weights_are_slow(seed: int) -> bool:
    """ReLU, rate 0.003, 2,000 updates, batch norm: from spread 1 at least 20 points behind 0.03; once within 10."""
    found = {kind: accuracies(kind, seed, "relu")[1][:, 0] for kind in ("batch", "once")}
    return found["batch"][-1] < found["batch"][1] - 0.2 and abs(found["once"][-1] - found["once"][1]) < 0.1


@cache
def states(name: str, seed: int, noise: float = 0.0, updates: int = 400) -> list[State]:
    """What is recorded of a run."""
    return list(experiments.states(name, TRAIN, NEW, noise=noise, seed=seed, updates=updates))


def quick_networks_drift(seed: int) -> bool:
    """Once, and good first weights, 400 updates: over 3 times batch norm's drift, over 2 in spreads; as accurate.

    As accurate: within 3 % of batch norm. In spreads the network without it drifts most from the bad weights.
    """
    runs = {name: states(name, seed) for name in ("bad_normed", "bad_once", "good_plain", "bad_plain")}
    moves, spreads = ({name: drift(run, in_spreads=own) for name, run in runs.items()} for own in (False, True))
    quick, normed = ("bad_once", "good_plain"), experiments.early(runs["bad_normed"])
    far = all(moves[name] > 3 * moves["bad_normed"] and spreads[name] > 2 * spreads["bad_normed"] for name in quick)
    level = all(abs(experiments.early(runs[name]) - normed) < 0.03 for name in quick)
    return far and level and max(spreads, key=spreads.get) == "bad_plain"


def batch_norm_drifts_least(seed: int) -> bool:
    """Without batch norm the drift is over 1.5 times that with it from bad first weights, over 3 times from good."""
    bad, good = (drift(states(f"{start}_plain", seed)) / drift(states(f"{start}_normed", seed))
                 for start in ("bad", "good"))  # fmt: skip
    return bad > 1.5 and good > 3


def natural_jumps_cost_little(seed: int) -> bool:
    """Noise 0.25: z moves as far as by itself in bad_plain, within 2 times; three need at most 60 updates more."""
    soon = all(at(name, seed, noise=0.25) <= at(name, seed) + 60 for name in FOUR[1:])
    natural, moved = drift(states("bad_plain", seed)), drift(states("bad_normed", seed, 0.25))
    return soon and at("bad_plain", seed, noise=0.25) < np.inf and 0.5 < moved / natural < 2


def great_jumps_cost_without_batch_norm(seed: int) -> bool:
    """Noise 4, without batch norm: good weights over 2 times as slow, by 150 updates; bad over 1,000; with it 160."""
    good, normed = at("good_plain", seed, noise=4.0), [at(name, seed, noise=4.0) for name in FOUR[2:]]
    slowed = good > 2 * at("good_plain", seed) and good - at("good_plain", seed) >= 150
    return slowed and at("bad_plain", seed, noise=4.0) > 1000 and max(normed) <= 160


def the_next_batch_norm_takes_it_out(seed: int) -> bool:
    """Noise 4: what earlier layers move z by is less than a tenth of the noise's own with batch norm, and over 3 times
    as much once; and once is slowed, at least 40 updates.
    """
    normed, once = (states(f"bad_{kind}", seed, 4.0) for kind in ("normed", "once"))
    left, more = drift(normed, "before"), drift(once, "before")
    return left < drift(normed) / 10 and more > 3 * left and at("bad_once", seed, 4.0) >= at("bad_once", seed) + 40


@cache
def ends(seed: int, name: str, activation: str, rate: float) -> tuple[float, float, float]:
    """The accuracy after 400 updates, free and with held lengths, and how many times as long the free weights are."""
    (free, longer), (held, _) = (further.held(name, activation, rate, TRAIN, NEW, hold=hold, seed=seed)
                                 for hold in (False, True))  # fmt: skip
    return free, held, longer


def held_short_weights_lose_the_high_rates(seed: int) -> bool:
    """Batch norm, sigmoid, bad start, rate 10: over 0.8, held below 0.7. ReLU, rate 3: held 1 to 10 points behind.

    The free weights are over 3 times as long at the end (sigmoid) and over 1.4 times (ReLU).
    """
    sigmoid, relu = ends(seed, "bad_normed", "sigmoid", 10.0), ends(seed, "good_normed", "relu", 3.0)
    grown = sigmoid[2] > 3 and relu[2] > 1.4
    return grown and sigmoid[0] > 0.8 and sigmoid[1] < 0.7 and 0.01 < relu[0] - relu[1] < 0.1


def held_long_weights_lose_nothing(seed: int) -> bool:
    """Batch norm, sigmoid, good start, rate 10: held within 0.05 of free, free weights below 1.5 times as long."""
    free, held, longer = ends(seed, "good_normed", "sigmoid", 10.0)
    return abs(free - held) < 0.05 and longer < 1.5


@cache
def deep(activation: str, norm: str, seed: int) -> float:
    """20 layers, 1,000 updates, test accuracy at the best of the rates on validation digits."""
    rates = (0.03, 0.1, 0.3) if activation == "relu" else (0.1, 0.3)
    return further.deep(20, activation, norm, rates, SMALL, HELD, seed=seed)


def twenty_sigmoid_layers_need_it(seed: int) -> bool:
    """20 sigmoid layers, 1,000 updates, best of two rates: below 0.2 without batch norm, above 0.9 with it."""
    return deep("sigmoid", "none", seed) < 0.2 and deep("sigmoid", "batch", seed) > 0.9


def twenty_relu_layers_do_without(seed: int) -> bool:
    """20 ReLU layers, 1,000 updates, best of three rates: above 0.35 without batch norm, above 0.9 with it."""
    return deep("relu", "none", seed) > 0.35 and deep("relu", "batch", seed) > 0.9


@cache
def gap(kind: str, seed: int, batch_size: int = 16) -> float:
    """The mean gap of ten networks, rate 0.3, on 480 digits drawn anew, once all have learned them."""
    few, _, test = regularizing.few_and_rest(load_digits8(), seed)
    trained = regularizing.epochs_of(kind, 0.3, few, batch_size, seeds=range(10 * seed, 10 * seed + 10))
    now = last(islice(trained, regularizing.epochs_in_all(batch_size)))
    return float(regularizing.judge(*now, few, test).gap.mean())


def ghosts_regularize(seed: int) -> bool:
    """Batches of 240, 480 digits drawn anew: with ghosts of 16 the gap is smaller by 0.3 to 1.5 points."""
    return 0.003 < gap("batch", seed, 240) - gap("ghost", seed, 240) < 0.015


@cache
def on_mnist(norm: str, seed: int) -> regularizing.Judged:
    """Five networks at rate 0.1 on 480 digits of MNIST, tested on 4,000 others."""
    rows = np.random.default_rng(seed).permutation(len(TRAIN.x))
    few, others = (Dataset("some", TRAIN.x[part], TRAIN.y[part]) for part in (rows[:480], rows[480:4480]))
    trained = regularizing.epochs_of(norm, 0.1, few, 16, (784, 30, 30, 10), range(5 * seed, 5 * seed + 5))
    return regularizing.judge(*last(islice(trained, regularizing.EPOCHS)), few, others)


def on_mnist_the_gap_is_larger(seed: int) -> bool:
    """480 digits of MNIST, all learned: a larger gap with batch norm, by 0.3 to 3 points."""
    found = {norm: on_mnist(norm, seed) for norm in ("none", "batch")}
    learned = min(judged.train.mean() for judged in found.values()) > 0.995
    return learned and 0.003 < found["batch"].gap.mean() - found["none"].gap.mean() < 0.03


@cache
def along(family: str, seed: int) -> further.Curves:
    """The loss along the gradient after 100 updates."""
    return last(further.along(family, TRAIN, (100,), seed))


def relu_is_smoother(seed: int) -> bool:
    """ReLU, after 100 updates: at 30 the loss is over 100 times as high without batch norm, which falls less."""
    losses = along("relu", seed).losses
    shares = {norm: values.min() / values[0] for norm, values in losses.items()}
    return losses["none"][-1] > 100 * losses["batch"][-1] and shares["batch"] < shares["none"]


def sigmoid_ends_together(seed: int) -> bool:
    """Sigmoid, bad start, after 100 updates: at 30 the two losses are within a factor of 4.

    Batch norm's falls below 0.8 of its start on the way, the other stays above 0.95.
    """
    losses = along("sigmoid", seed).losses
    shares = {norm: values.min() / values[0] for norm, values in losses.items()}
    return 0.25 < losses["none"][-1] / losses["batch"][-1] < 4 and shares["batch"] < 0.8 and shares["none"] > 0.95


def two_are_too_few(seed: int) -> bool:
    """Batches of 2: below 0.65 with batch norm, above 0.85 with layer norm; of 3: above 0.8; of 8: above 0.93."""
    two, three, eight = (further.small_batches("batch", size, SMALL, HELD, seed=seed) for size in (2, 3, 8))
    layer = further.small_batches("layer", 2, SMALL, HELD, seed=seed)
    return two < 0.65 and layer > 0.85 and three > 0.8 and eight > 0.93


@cache
def shifts(name: str, seed: int) -> list[float]:
    """The relative shift of the gradient of layer 3 after 40 and after 1,600 updates."""
    return further.gradient_shifts(name, (40, 1600), TRAIN, seed=seed)


def the_other_shift_decides_nothing(seed: int) -> bool:
    """After 40 updates the plain network's shift of the gradient is below a tenth of batch norm's; later within 2."""
    plain, normed = shifts("bad_plain", seed), shifts("bad_normed", seed)
    return plain[0] < normed[0] / 10 and 0.5 < plain[1] / normed[1] < 2


EFFECTS = {effect.__name__: effect for effect in (
    bad_weights_cost_a_thousand_updates, good_weights_close_the_gap, twice_to_eight_times_the_usual_will_do,
    so_it_is_with_other_activations, the_start_alone_is_not_enough_at_rate_3, the_first_batch_is_enough_up_to_rate_3,
    at_rate_10_it_must_stay, an_early_look_takes_speed_for_more, the_largest_rate_stays,
    small_first_weights_stay_hard, sigmoid_networks_too, once_makes_the_rows_alike, large_weights_are_slow,
    quick_networks_drift, batch_norm_drifts_least, natural_jumps_cost_little, great_jumps_cost_without_batch_norm,
    the_next_batch_norm_takes_it_out, held_short_weights_lose_the_high_rates, held_long_weights_lose_nothing,
    twenty_sigmoid_layers_need_it, twenty_relu_layers_do_without, ghosts_regularize,
    on_mnist_the_gap_is_larger, relu_is_smoother, sigmoid_ends_together, two_are_too_few,
    the_other_shift_decides_nothing,
)}  # fmt: skip
