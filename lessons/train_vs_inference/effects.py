"""Lesson 08: what batch-mates, young averages and a forgotten flag do, for each seed of weights and batches."""

from functools import cache

import numpy as np

from helpers.data import split_mnist
from helpers.network import Network, Parameters, forward, initial_running_stats, predict
from helpers.training import History
from helpers.validate import Array
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
def of_batches(seed: int, order: str, m: int, source: str = "both", sizes: tuple = SIZES, eps: float = 1e-5) -> float:
    """The accuracy with mean, variance or both from batches of the test digits in that order; tested with ``eps``."""
    history, rows = run(seed, Network(sizes, "relu", batchnorm=True)), ORDERS[order]
    z, network = TEST.x[rows] @ history.parameters["weight1"], Network(sizes, "relu", batchnorm=True, eps=eps)
    found = batches.answers(network, history.parameters, history.running, z, m, source)
    return float(np.mean(found == TEST.y[rows]))


def batch_mates_move_the_answer(seed: int) -> bool:
    """The share of a digit with 0.6 at inference ranges over 0.4 in batches of 16, less in those of 500; stored: 0."""
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
    """Sorted, 60: only the batch's variance above 0.8 (three hidden layers 0.7 to 0.88), only its mean below 0.4."""
    var, deep, *means = (of_batches(seed, "sorted", 60, own, size) for own in ("var", "mean") for size in (SIZES, DEEP))
    return var > 0.8 and 0.7 < deep < 0.88 and max(means) < 0.4


@cache
def own_z(seed: int) -> tuple[Array, Array]:
    """What enters batch norm for each test digit, (2000, 32), and its mean in each class, (10, 32)."""
    z = TEST.x @ run(seed).parameters["weight1"]
    return z, np.array([z[TEST.y == c].mean(axis=0) for c in range(10)])


def with_class_mean(seed: int, further_on: int) -> float:
    """The accuracy with the stored variance and, for the mean, that of the class ``further_on`` from a digit's own."""
    (z, means), history = own_z(seed), run(seed)
    stored = history.running | {"mean1": means[(TEST.y + further_on) % 10]}
    return float(np.mean(batches.answers(BATCHNORM, history.parameters, stored, z, 60, "stored") == TEST.y))


def only_its_own_mean_is_harmful(seed: int) -> bool:
    """The mean of a digit's own class in place of the stored one: below 0.3; of another, mean over nine: 0.7 to 0.9."""
    return with_class_mean(seed, 0) < 0.3 and 0.7 < np.mean([with_class_mean(seed, k) for k in range(1, 10)]) < 0.9


def one_class_is_forgotten(seed: int) -> bool:
    """In sorted batches of 60 that hold one class below 0.2; where two meet above 0.3."""
    rows = ORDERS["sorted"]
    z, history = own_z(seed)[0][rows], run(seed)
    found = batches.answers(BATCHNORM, history.parameters, history.running, z, 60, "both") == TEST.y[rows]
    groups = [slice(k, k + 60) for k in range(0, 2000, 60)]
    pure = [np.ptp(TEST.y[rows][group]) == 0 for group in groups]
    one, two = (np.mean(np.concatenate([found[group] for group, one in zip(groups, pure, strict=True) if one == kind]))
                for kind in (True, False))  # fmt: skip
    return one < 0.2 and two > 0.3


def sizes_decide(seed: int) -> bool:
    """Training mode: one by one below 0.15, mixed pairs 0.3 to 0.65; all 2,000, sorted, within 0.02 of inference."""
    small = of_batches(seed, "mixed", 1) < 0.15 and 0.3 < of_batches(seed, "mixed", 2) < 0.65
    return small and abs(of_batches(seed, "sorted", 2000) - at_inference(seed)) < 0.02


def pairs_have_hardly_a_variance(seed: int) -> bool:
    """Only the variance: mixed pairs below 0.65, sorted 0.8; fours, singles, and mixed pairs with ε = 0.1 above 0.8."""
    mixed, by_class = (of_batches(seed, order, 2, "var") for order in ORDERS)
    fair = [of_batches(seed, order, m, "var") for order in ORDERS for m in (1, 4)]
    return mixed < 0.65 and by_class < 0.8 and min(*fair, of_batches(seed, "mixed", 2, "var", eps=0.1)) > 0.8


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
    """The accuracy after some updates: α = 0.01, without its start, α = 0.1, taken anew; and of training batches."""
    network, moment = Network(DEEP, activation, batchnorm=True), warming(seed, activation, *case)[update // 11 - 1]
    training = [forward(network, moment.parameters, TRAIN.x[k : k + 60])[0].argmax(axis=1) == TRAIN.y[k : k + 60]
                for k in range(0, 1200, 60)]  # fmt: skip
    kinds = {"0.01": moment.stored[0.01], "0.1": moment.stored[0.1],
             "no start": experiments.without_start(moment.stored[0.01], 0.99**update),
             "anew": experiments.taken_anew(network, moment.parameters, TRAIN.x[:1000])}  # fmt: skip
    found = {name: right(network, moment.parameters, running, TEST) for name, running in kinds.items()}
    return found | {"training": float(np.mean(training))}


def the_start_spoils_an_epoch(seed: int) -> bool:
    """Sigmoid, 66 updates, α = 0.01: below 0.6; anew over 0.75, training batches over 0.8; after 330 within 0.06."""
    young, old = warm(seed, "sigmoid", 66), warm(seed, "sigmoid", 330)
    good = young["anew"] > 0.75 and young["training"] > 0.8
    return good and young["0.01"] < 0.6 and abs(old["0.01"] - old["anew"]) < 0.06


def without_its_start_all_is_well(seed: int) -> bool:
    """Sigmoid, 66 updates: α = 0.01 with the start's share taken out, and α = 0.1, are within 0.1 of taken anew."""
    young = warm(seed, "sigmoid", 66)
    return young["anew"] - min(young["no start"], young["0.1"]) < 0.1


def the_start_spoils_other_rates_and_weights(seed: int) -> bool:
    """Sigmoid, 66 updates, α = 0.01, rates 0.05 and 0.5, first weights of 0.5: over 0.1 behind statistics anew."""
    found = [warm(seed, "sigmoid", 66, *case) for case in ((0.05, None), (0.5, None), (0.2, 0.5))]
    return all(young["0.01"] < young["anew"] - 0.1 for young in found)


def relu_is_spoiled_less(seed: int) -> bool:
    """ReLU, α = 0.01: over 0.08 behind statistics taken anew after 11 updates, less than 0.08 behind after 66."""
    young, epoch = warm(seed, "relu", 11), warm(seed, "relu", EPOCH)
    return young["0.01"] < young["anew"] - 0.08 and epoch["0.01"] > epoch["anew"] - 0.08


def the_start_fits_relu(seed: int) -> bool:
    """66 updates, layers 2, 3: median variance below 0.1 with sigmoid, 0.01 stored 0.5 to 0.6; with ReLU 0.5 to 1.5."""
    found = {}
    for activation in ("sigmoid", "relu"):
        moment = warming(seed, activation)[EPOCH // 11 - 1]
        anew = experiments.taken_anew(Network(DEEP, activation, batchnorm=True), moment.parameters, TRAIN.x[:1000])
        found[activation] = [[float(np.median(running[f"var{k}"])) for k in (2, 3)]
                             for running in (anew, moment.stored[0.01])]  # fmt: skip
    true, stored = found["sigmoid"]
    fits = min(found["relu"][0]) > 0.5 and max(found["relu"][0]) < 1.5
    return max(true) < 0.1 and min(stored) > 0.5 and max(stored) < 0.6 and fits


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
    """Each batch's own statistics, no gradient: above 0.85 at rates 1 and 2; at 0.05 over 0.03 behind both loops."""
    found = [loop(seed, "follows", rate) for rate in (1.0, 2.0)]
    behind = loop(seed, "follows", 0.05)[-1] < min(loop(seed, kind, 0.05)[-1] for kind in ("right", "forgets")) - 0.03
    return behind and all(len(one) == 8 and one[-1] > 0.85 for one in found)


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
    """The mean: the last 5 batches are nearer than the last 200; the variance: the last 20 nearer than 1 and 5."""
    one, five, twenty, many = (averages(seed)[f"last_{k}"] for k in (1, 5, 20, 200))
    return five.mean < many.mean and twenty.var < min(one.var, five.var)


def noise_is_that_of_two_over_alpha(seed: int) -> bool:
    """Weights standing still, α = 0.05, 0.1 and 0.3: the gain is within 15 % of 2/α − 1."""
    z = TRAIN.x @ run(seed).parameters["weight1"]
    return all(abs(further.quieter(z, alpha, seed=seed) / (2 / alpha - 1) - 1) < 0.15 for alpha in (0.05, 0.1, 0.3))


def lag_and_noise_pull_apart(seed: int) -> bool:
    """0.1 and 0.3 keep the mean nearer than 0.001 and 1; 0.03 and 0.1 the variance; 0.01 is behind both."""
    found = {alpha: further.averaged(record(seed), alpha).off for alpha in (0.001, 0.01, 0.03, 0.1, 0.3, 1.0)}
    mean = max(found[0.1].mean, found[0.3].mean) < min(found[0.001].mean, found[1.0].mean, found[0.01].mean)
    return mean and max(found[0.03].var, found[0.1].var) < min(found[0.001].var, found[1.0].var, found[0.01].var)


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
    other = history.parameters | {"gamma1": np.ones(32, np.float32), "beta1": np.zeros(32, np.float32)}
    logits = [predict(BATCHNORM, found, history.running, TEST.x) for found in (history.parameters, other)]
    near = abs(right(BATCHNORM, other, history.running, TEST) - at_inference(seed)) < 0.02
    return float(np.abs(logits[0] - logits[1]).max()) > 1 and near


def pairs_fail_and_not_by_the_averages(seed: int) -> bool:
    """Trained on pairs: with either statistics 0.05 to 0.45 behind no batch norm; on 60 not behind it."""
    (pairs, sixty), (plain_pairs, plain_sixty) = (
        [further.after_small_batches(net, TRAIN, TEST, m, seed) for m in (2, 60)] for net in (BATCHNORM, PLAIN))
    return 0.05 < plain_pairs[0] - max(pairs) < 0.45 and sixty[0] > plain_sixty[0] - 0.005


EFFECTS = {effect.__name__: effect for effect in (
    batch_mates_move_the_answer, sorted_batches_are_a_disaster, the_mean_does_the_harm, pairs_have_hardly_a_variance,
    only_its_own_mean_is_harmful, one_class_is_forgotten, sizes_decide, the_disaster_is_elsewhere_too,
    the_start_spoils_an_epoch, without_its_start_all_is_well, the_start_spoils_other_rates_and_weights,
    relu_is_spoiled_less, the_start_fits_relu, forgetting_shows_nothing_at_a_small_rate, forgetting_breaks_a_large_rate,
    statistics_that_follow_save_the_run, algorithm_2_is_nearest, one_is_noisy_and_many_are_old,
    noise_is_that_of_two_over_alpha, lag_and_noise_pull_apart, inference_mode_is_no_batch_norm, never_renewed_costs,
    a_look_leaves_traces, other_affine_other_outputs, pairs_fail_and_not_by_the_averages,
)}  # fmt: skip
