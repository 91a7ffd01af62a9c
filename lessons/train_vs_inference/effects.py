"""Lesson 08: what batch-mates, young averages and a forgotten flag do, for each seed of weights and batches."""

from functools import cache

import numpy as np

from helpers.data import split_mnist
from helpers.network import Network, Parameters, forward, initial_running_stats, predict
from helpers.training import History
from lessons.train_vs_inference import batches, experiments, further
from lessons.train_vs_inference.experiments import DEEP, EPOCH, SIZES, Moment, right
from lessons.train_vs_inference.further import Off, Record

TRAIN, TEST = split_mnist(4000, 2000)
BATCHNORM, PLAIN = (Network(SIZES, "relu", batchnorm=norm) for norm in (True, False))
ORDERS = batches.orders(TEST.y)
UNTOUCHED = initial_running_stats(BATCHNORM, np.float32)


@cache
def run(seed: int, network: Network = BATCHNORM, rate: float = 0.2) -> History:
    """The core's training: 528 updates with 60 digits each."""
    return experiments.trained(network, TRAIN, rate, seed=seed)


def at_inference(seed: int, network: Network = BATCHNORM, rate: float = 0.2) -> float:
    """The accuracy at inference after the core's training."""
    history = run(seed, network, rate)
    return right(network, history.parameters, history.running, TEST)


@cache
def of_batches(seed: int, order: str, batch_size: int, source: str = "both") -> float:
    """The accuracy with mean, variance or both from batches of the test digits in that order."""
    history, rows = run(seed), ORDERS[order]
    z = TEST.x[rows] @ history.parameters["weight1"]
    found = batches.answers(BATCHNORM, history.parameters, history.running, z, batch_size, source)
    return float(np.mean(found == TEST.y[rows]))


def batch_mates_move_the_answer(seed: int) -> bool:
    """The digit whose share at inference is nearest 0.6 among the first 300: its share's range over 51 sets.

    In batches of 16 over 0.4, in batches of 500 less; at inference under 0.001.
    """
    history = run(seed)
    shares = batches.softmax(predict(BATCHNORM, history.parameters, history.running, TEST.x[:300]))
    digit = int(np.abs(shares[np.arange(300), TEST.y[:300]] - 0.6).argmin())
    small, large = (batches.among_mates(BATCHNORM, history.parameters, history.running, TEST, digit, m)
                    for m in (16, 500))  # fmt: skip
    moves, moves_less, stands = (np.ptp(found[:, TEST.y[digit]]) for found in (small[0], large[0], small[1]))
    return moves > 0.4 and moves_less < moves and stands < 0.001


def sorted_batches_are_a_disaster(seed: int) -> bool:
    """Batches of 60 in training mode: mixed within 0.03 of inference, sorted below 0.3."""
    return abs(of_batches(seed, "mixed", 60) - at_inference(seed)) < 0.03 and of_batches(seed, "sorted", 60) < 0.3


def the_mean_does_the_harm(seed: int) -> bool:
    """Sorted batches of 60: only the variance from the batch above 0.8, only the mean below 0.4."""
    return of_batches(seed, "sorted", 60, "var") > 0.8 and of_batches(seed, "sorted", 60, "mean") < 0.4


def sizes_decide(seed: int) -> bool:
    """Mixed: pairs between 0.3 and 0.65, 32 within 0.04 of inference; sorted: all 2,000 in one within 0.02."""
    best = at_inference(seed)
    mixed = 0.3 < of_batches(seed, "mixed", 2) < 0.65 and best - of_batches(seed, "mixed", 32) < 0.04
    return mixed and abs(of_batches(seed, "sorted", 2000) - best) < 0.02


def one_by_one_is_chance(seed: int) -> bool:
    """One by one in training mode: below 0.15."""
    return of_batches(seed, "mixed", 1) < 0.15


def the_disaster_is_elsewhere_too(seed: int) -> bool:
    """Sigmoid, tanh, weights of 0.3, rates 0.02 and 1, 1 epoch, two layers of 100: sorted below 0.35, mixed near."""
    cases = (("sigmoid", SIZES, None, 0.2, 8), ("tanh", SIZES, None, 0.2, 8), ("relu", SIZES, 0.3, 0.2, 8),
             ("relu", SIZES, None, 0.02, 8), ("relu", SIZES, None, 1.0, 8), ("relu", SIZES, None, 0.2, 1),
             ("relu", (784, 100, 100, 10), None, 0.2, 8))  # fmt: skip
    return all(_falls(seed, *case) for case in cases)


def _falls(seed: int, activation: str, sizes: tuple, std: float | None, rate: float, epochs: int) -> bool:
    network = Network(sizes, activation, batchnorm=True)
    history = experiments.trained(network, TRAIN, rate, epochs, seed, std)
    mixed, by_class = (np.mean([forward(network, history.parameters, TEST.x[rows])[0].argmax(axis=1) == TEST.y[rows]
                                for rows in order[:1980].reshape(33, 60)]) for order in ORDERS.values())  # fmt: skip
    return by_class < 0.35 and abs(mixed - right(network, history.parameters, history.running, TEST)) < 0.04


@cache
def warming(seed: int, activation: str, rate: float = 0.2, std: float | None = None) -> list[Moment]:
    """The deep network after 11, 22, … 330 updates."""
    return list(experiments.warming(Network(DEEP, activation, batchnorm=True), TRAIN, (0.01, 0.1), updates=330,
                                    every=11, rate=rate, seed=seed, std=std))  # fmt: skip


def warm(seed: int, activation: str, update: int, *case: float) -> dict[str, float]:
    """The accuracy after some updates: α = 0.01, the same without its start, α = 0.1, and taken anew."""
    network, moment = Network(DEEP, activation, batchnorm=True), warming(seed, activation, *case)[update // 11 - 1]
    kinds = {"0.01": moment.stored[0.01], "0.1": moment.stored[0.1],
             "no start": experiments.without_start(moment.stored[0.01], 0.99**update),
             "anew": experiments.taken_anew(network, moment.parameters, TRAIN.x[:1000])}  # fmt: skip
    return {name: right(network, moment.parameters, running, TEST) for name, running in kinds.items()}


def the_start_spoils_an_epoch(seed: int) -> bool:
    """Sigmoid, 66 updates, α = 0.01: below 0.6, over 0.2 behind statistics taken anew; within 0.06 after 330."""
    young, old = warm(seed, "sigmoid", 66), warm(seed, "sigmoid", 330)
    return young["0.01"] < 0.6 and young["0.01"] < young["anew"] - 0.2 and abs(old["0.01"] - old["anew"]) < 0.06


def without_its_start_all_is_well(seed: int) -> bool:
    """Sigmoid, 66 updates: α = 0.01 with the start's share taken out, and α = 0.1, are within 0.1 of taken anew."""
    young = warm(seed, "sigmoid", 66)
    return young["anew"] - min(young["no start"], young["0.1"]) < 0.1


def the_start_spoils_other_rates_and_weights(seed: int) -> bool:
    """Sigmoid, 66 updates, α = 0.01, rates 0.05 and 0.5, first weights of 0.5: over 0.1 behind statistics anew."""
    found = [warm(seed, "sigmoid", 66, *case) for case in ((0.05, None), (0.5, None), (0.2, 0.5))]
    return all(young["0.01"] < young["anew"] - 0.1 for young in found)


def relu_is_spoiled_for_a_moment(seed: int) -> bool:
    """ReLU, α = 0.01: over 0.08 behind statistics taken anew after 11 updates, within 0.08 after 66."""
    young, epoch = warm(seed, "relu", 11), warm(seed, "relu", EPOCH)
    return young["0.01"] < young["anew"] - 0.08 and epoch["0.01"] > epoch["anew"] - 0.08


@cache
def loop(seed: int, kind: str, rate: float) -> tuple[float, ...]:
    """Accuracies of the deep ReLU network after every epoch of 8, fewer if it diverged."""
    network = Network(DEEP, "relu", batchnorm=True)
    return tuple(experiments.loop(kind, network, TRAIN, TEST, rate, every=EPOCH, seed=seed))


def forgetting_shows_nothing_at_a_small_rate(seed: int) -> bool:
    """Rate 0.05: after 8 epochs both loops are above 0.85, within 0.04 of each other."""
    last = [loop(seed, kind, 0.05)[-1] for kind in ("right", "forgets")]
    return min(last) > 0.85 and abs(last[0] - last[1]) < 0.04


def forgetting_breaks_a_large_rate(seed: int) -> bool:
    """Rates 1 and 2: the right loop ends above 0.85; the other overflows in epoch 2, or is below 0.6 after it."""
    pairs = [(loop(seed, "right", rate), loop(seed, "forgets", rate)) for rate in (1.0, 2.0)]
    return all(right_one[-1] > 0.85 and (len(other) == 1 or other[1] < 0.6) for right_one, other in pairs)


def statistics_that_follow_save_the_run(seed: int) -> bool:
    """Rates 1 and 2, each batch's own statistics in the place of the stored ones, without a gradient: above 0.85."""
    found = [loop(seed, "follows", rate) for rate in (1.0, 2.0)]
    return all(len(one) == 8 and one[-1] > 0.85 for one in found)


@cache
def record(seed: int) -> Record:
    """The core's training, the statistics update by update."""
    return further.recorded(BATCHNORM, TRAIN, seed=seed)


@cache
def averages(seed: int) -> dict[str, Off]:
    """How far off several averages are at its end."""
    return further.averages_at_end(record(seed), TRAIN.x @ run(seed).parameters["weight1"])


def algorithm_2_is_nearest(seed: int) -> bool:
    """The mean: Algorithm 2 from 20 batches is half as far off as the last 20, and the exponential average."""
    found = averages(seed)
    return 2 * found["algorithm_2"].mean < min(found["last_20"].mean, found["exponential"].mean)


def one_is_noisy_and_many_are_old(seed: int) -> bool:
    """The mean: the last 5 batches are nearer than the last one, and than the last 200; variance: 20 than 1 and 5."""
    one, five, twenty, many = (averages(seed)[f"last_{k}"] for k in (1, 5, 20, 200))
    return five.mean < min(one.mean, many.mean) and twenty.var < min(one.var, five.var)


def noise_is_that_of_two_over_alpha(seed: int) -> bool:
    """Weights standing still, α = 0.05, 0.1 and 0.3: the gain is within 15 % of 2/α − 1."""
    z = TRAIN.x @ run(seed).parameters["weight1"]
    return all(abs(further.quieter(z, alpha, seed=seed) / (2 / alpha - 1) - 1) < 0.15 for alpha in (0.05, 0.1, 0.3))


def lag_and_noise_pull_apart(seed: int) -> bool:
    """0.1 and 0.3 keep the mean nearer than 0.001 and 1; 0.03 and 0.1 the variance; 0.01 is behind both."""
    found = {alpha: further.averaged(record(seed), alpha).off for alpha in (0.001, 0.01, 0.03, 0.1, 0.3, 1.0)}
    mean = max(found[0.1].mean, found[0.3].mean) < min(found[0.001].mean, found[1.0].mean, found[0.01].mean)
    return mean and max(found[0.03].var, found[0.1].var) < min(found[0.001].var, found[1.0].var, found[0.01].var)


@cache
def of_frozen(seed: int, rate: float) -> float:
    """The accuracy after training in inference mode from the first update on, 0 if it diverged."""
    found: Parameters | None = further.in_inference_mode(BATCHNORM, TRAIN, UNTOUCHED, rate, seed=seed)
    return 0.0 if found is None else right(BATCHNORM, found, UNTOUCHED, TEST)


def inference_mode_is_no_batch_norm(seed: int) -> bool:
    """Rate 0.2: within 0.03 of no batch norm. Rate 2: both below 0.5, training mode above 0.85."""
    near = abs(of_frozen(seed, 0.2) - at_inference(seed, PLAIN)) < 0.03
    return near and max(of_frozen(seed, 2.0), at_inference(seed, PLAIN, 2.0)) < 0.5 < 0.85 < at_inference(seed, rate=2)


def never_renewed_costs(seed: int) -> bool:
    """Trained in training mode, used with 0 and 1 stored: at least 0.04 lower."""
    return right(BATCHNORM, run(seed).parameters, UNTOUCHED, TEST) < at_inference(seed) - 0.04


def after_a_look(seed: int, order: str, batch_size: int) -> float:
    """The accuracy at inference after the test digits went through in training mode."""
    history = run(seed)
    stored = further.after_a_look(BATCHNORM, history.parameters, history.running, TEST, ORDERS[order], batch_size)
    return right(BATCHNORM, history.parameters, stored, TEST)


def a_look_leaves_traces(seed: int) -> bool:
    """After sorted test batches of 16 in training mode over 0.04 lower; mixed within 0.02; taken anew within 0.02."""
    parameters, before = run(seed).parameters, at_inference(seed)
    anew = right(BATCHNORM, parameters, experiments.taken_anew(BATCHNORM, parameters, TRAIN.x), TEST)
    unharmed = max(abs(anew - before), abs(after_a_look(seed, "mixed", 16) - before)) < 0.02
    return after_a_look(seed, "sorted", 16) < before - 0.04 and unharmed


def other_affine_other_outputs(seed: int) -> bool:
    """With γ = 1 and β = 0 some logit changes by over 1; the accuracy stays within 0.02."""
    history = run(seed)
    ones, zeros = np.ones(32, np.float32), np.zeros(32, np.float32)
    other = history.parameters | {"gamma1": ones, "beta1": zeros}
    logits = [predict(BATCHNORM, found, history.running, TEST.x) for found in (history.parameters, other)]
    near = abs(right(BATCHNORM, other, history.running, TEST) - at_inference(seed)) < 0.02
    return float(np.abs(logits[0] - logits[1]).max()) > 1 and near


@cache
def small(network: Network, seed: int, size: int) -> tuple[float, float]:
    """Accuracy after 300 updates with batches of ``size``: with the running averages and with exact statistics."""
    return further.after_small_batches(network, TRAIN, TEST, size, seed)


def pairs_fail_and_not_by_the_averages(seed: int) -> bool:
    """Trained on pairs: with either statistics over 0.05 behind no batch norm; on 60 not behind it."""
    behind = max(small(BATCHNORM, seed, 2)) < small(PLAIN, seed, 2)[0] - 0.05
    return behind and small(BATCHNORM, seed, 60)[0] > small(PLAIN, seed, 60)[0] - 0.005


EFFECTS = {effect.__name__: effect for effect in (
    batch_mates_move_the_answer, sorted_batches_are_a_disaster, the_mean_does_the_harm, sizes_decide,
    one_by_one_is_chance, the_disaster_is_elsewhere_too, the_start_spoils_an_epoch, without_its_start_all_is_well,
    the_start_spoils_other_rates_and_weights, relu_is_spoiled_for_a_moment, forgetting_shows_nothing_at_a_small_rate,
    forgetting_breaks_a_large_rate, statistics_that_follow_save_the_run, algorithm_2_is_nearest,
    one_is_noisy_and_many_are_old, noise_is_that_of_two_over_alpha, lag_and_noise_pull_apart,
    inference_mode_is_no_batch_norm, never_renewed_costs, a_look_leaves_traces, other_affine_other_outputs,
    pairs_fail_and_not_by_the_averages,
)}  # fmt: skip
