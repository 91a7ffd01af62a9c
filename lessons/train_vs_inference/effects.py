"""Lesson 08: what batch-mates, running averages and a forgotten flag do, for each seed of weights and batches."""

from functools import cache

import numpy as np

from helpers.batchnorm import update_running_stats
from helpers.data import split_mnist
from helpers.network import Network, Parameters, accuracy, initial_running_stats, initialize, predict
from helpers.training import History, train
from lessons.train_vs_inference import experiments
from lessons.train_vs_inference.experiments import Record

Array = np.ndarray
TRAIN, TEST = split_mnist()
BATCHNORM, PLAIN = (Network((784, 32, 10), "relu", batchnorm=norm) for norm in (True, False))
BY_CLASS = np.argsort(TEST.y, kind="stable")


def first(network: Network, seed: int, dtype: type = np.float32) -> Parameters:
    """The weights a run starts from."""
    return initialize(network, np.random.default_rng(seed), dtype=dtype)


@cache
def run(network: Network, seed: int, rate: float = 0.2) -> History:
    """The lesson's training: 532 updates with 60 digits each."""
    return train(network, first(network, seed), TRAIN.x, TRAIN.y, batch_size=60, epochs=4, learning_rate=rate,
                 rng=np.random.default_rng(seed + 1), drop_last=True)  # fmt: skip


def right(network: Network, parameters: Parameters, running: Parameters) -> float:
    """Accuracy on the test digits at inference."""
    return accuracy(predict(network, parameters, running, TEST.x), TEST.y)


def of_run(network: Network, seed: int, rate: float = 0.2) -> float:
    """The accuracy at inference after the lesson's training."""
    return right(network, run(network, seed, rate).parameters, run(network, seed, rate).running)


def z_of(seed: int, x: Array) -> Array:
    """The input of the trained network's batch norm layer."""
    return x @ run(BATCHNORM, seed).parameters["weight1"]


def shuffled(seed: int) -> Array:
    """A random order of the test digits."""
    return np.random.default_rng(seed).permutation(len(TEST.x))


def in_training_mode(seed: int, order: Array, size: int) -> float:
    """The accuracy when the test digits are cut into batches in this order and tested in training mode."""
    parameters, sizes = run(BATCHNORM, seed).parameters, experiments.batch_sizes(len(order), size)
    answers = experiments.answers_in_training_mode(BATCHNORM, parameters, z_of(seed, TEST.x[order]), sizes)
    return float(np.mean(answers == TEST.y[order]))


def after_forgotten_flag(seed: int, order: Array, size: int) -> float:
    """The accuracy at inference after the test digits went through in training mode and were averaged in."""
    stored = dict(run(BATCHNORM, seed).running)
    for z in (z_of(seed, TEST.x[order[i : i + size]]) for i in range(0, len(order), size)):
        stored["mean1"], stored["var1"] = update_running_stats(
            stored["mean1"], stored["var1"], z.mean(axis=0), z.var(axis=0), len(z), momentum=0.1)  # fmt: skip
    return right(BATCHNORM, run(BATCHNORM, seed).parameters, stored)


@cache
def record(seed: int) -> Record:
    """The same training's statistics, update by update."""
    *_, last = experiments.recorded(BATCHNORM, first(BATCHNORM, seed), TRAIN, 60, 0.2, seed + 1, 532)
    return last


@cache
def off(seed: int, new_weight: float) -> tuple[float, float]:
    """How far the running mean (in standard deviations) and variance (as a part) are off in the second half."""
    found = experiments.averaged(record(seed), 60, new_weight)
    return found.mean_error, found.var_error


def mean_off(seed: int, mean: Array) -> float:
    """How far a mean is from that of all digits with the final weights, in standard deviations."""
    z = z_of(seed, TRAIN.x)
    return float(np.sqrt(np.mean((mean - z.mean(axis=0)) ** 2 / z.var(axis=0))))


def algorithm_2_is_nearest(seed: int) -> bool:
    """20 batches with the final weights, against the last 20 of the training and the exponential average."""
    fixed = mean_off(seed, z_of(seed, TRAIN.x[:1200]).mean(axis=0))
    last = mean_off(seed, np.mean(record(seed).means[-20:], axis=0))
    return 2 * fixed < min(last, mean_off(seed, run(BATCHNORM, seed).running["mean1"]))


@cache
def frozen(seed: int, rate: float) -> Parameters | None:
    """Trained in inference mode, None if it diverged."""
    return experiments.train_in_inference_mode(BATCHNORM, first(BATCHNORM, seed), TRAIN, 60, 532, rate, seed + 1)


def of_frozen(seed: int, rate: float) -> float:
    """Its accuracy, 0 if it diverged."""
    untouched = initial_running_stats(BATCHNORM, np.float32)
    return 0.0 if frozen(seed, rate) is None else right(BATCHNORM, frozen(seed, rate), untouched)


@cache
def small(network: Network, seed: int, size: int) -> tuple[float, float]:
    """Accuracy after 300 updates with batches of ``size``: with the running averages and with exact statistics."""
    return experiments.after_small_batches(network, TRAIN, TEST, size, seed=seed)


def moves(seed: int, size: int) -> float:
    """In training mode, the range of the share of its class of test digit 111 among 51 sets of batch-mates."""
    last = run(BATCHNORM, seed)
    in_training, _ = experiments.among_mates(BATCHNORM, last.parameters, last.running, TEST, 111, size)
    return float(np.ptp(in_training[:, TEST.y[111]]))


EFFECTS = {
    "in a batch of 2 the share of a digit's class ranges over more than 0.3, and over less with 500":
        lambda seed: moves(seed, 2) > 0.3 and moves(seed, 500) < moves(seed, 2),
    "weight 0.1 keeps the mean nearer than 0.001 and 1":
        lambda seed: off(seed, 0.1)[0] < min(off(seed, 0.001)[0], off(seed, 1.0)[0]),
    "weight 0.03 keeps the variance nearer than 0.001 and 1":
        lambda seed: off(seed, 0.03)[1] < min(off(seed, 0.001)[1], off(seed, 1.0)[1]),
    "0.3 is better than 0.03 for the mean, and 0.03 than 0.3 for the variance":
        lambda seed: off(seed, 0.3)[0] < off(seed, 0.03)[0] and off(seed, 0.03)[1] < off(seed, 0.3)[1],
    "Algorithm 2 from 20 batches is nearest": algorithm_2_is_nearest,
    "training mode, shuffled 60: within 0.03 of inference":
        lambda seed: abs(in_training_mode(seed, shuffled(seed), 60) - of_run(BATCHNORM, seed)) < 0.03,
    "training mode, sorted 60: below 0.3": lambda seed: in_training_mode(seed, BY_CLASS, 60) < 0.3,
    "training mode, one by one: below 0.15": lambda seed: in_training_mode(seed, BY_CLASS, 1) < 0.15,
    "rate 0.2: inference mode within 0.02 of no batch norm, and below training mode":
        lambda seed: abs(of_frozen(seed, 0.2) - of_run(PLAIN, seed)) < 0.02
        and of_frozen(seed, 0.2) < of_run(BATCHNORM, seed),
    "rate 2: training mode above 0.9, without batch norm below 0.5":
        lambda seed: of_run(BATCHNORM, seed, 2.0) > 0.9 and of_run(PLAIN, seed, 2.0) < 0.5,
    "rate 2: inference mode diverges": lambda seed: frozen(seed, 2.0) is None,
    "never updated: at least 0.05 lower": lambda seed: right(
        BATCHNORM, run(BATCHNORM, seed).parameters, initial_running_stats(BATCHNORM, np.float32)
    ) < of_run(BATCHNORM, seed) - 0.05,
    "after sorted test batches of 16 in training mode: at least 0.04 lower; after shuffled ones within 0.02":
        lambda seed: after_forgotten_flag(seed, BY_CLASS, 16) < of_run(BATCHNORM, seed) - 0.04
        and abs(after_forgotten_flag(seed, shuffled(seed), 16) - of_run(BATCHNORM, seed)) < 0.02,
    "batches of 2: at least 0.1 behind no batch norm":
        lambda seed: small(BATCHNORM, seed, 2)[0] < small(PLAIN, seed, 2)[0] - 0.1,
    "batches of 2: exact statistics are not 0.1 better":
        lambda seed: small(BATCHNORM, seed, 2)[1] < small(BATCHNORM, seed, 2)[0] + 0.1,
    "batches of 60: above no batch norm": lambda seed: small(BATCHNORM, seed, 60)[0] > small(PLAIN, seed, 60)[0],
}  # fmt: skip
