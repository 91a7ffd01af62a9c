"""Lesson 03's effects for any seed, which draws the digits, the start and the batches."""

import math
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from helpers import data
from helpers.layers import softmax_cross_entropy
from helpers.network import Network, forward, initialize, loss_and_gradients
from helpers.validate import Array
from lessons.choosing_batch_and_epochs import experiments
from lessons.choosing_batch_and_epochs.experiments import (
    Approach,
    Examples,
    Fit,
    approach,
    drawn_means,
    expected_spread,
    fit,
    measured_updates,
    pooled,
    spread,
    with_wrong_labels,
)

NETWORK = Network((784, 100, 10))
TARGET = 0.6


def digits(n: int, seed: int) -> Examples:
    """``n`` of the training digits (x, y), drawn with ``seed``."""
    training = data.split_mnist()[0]
    rows = np.random.default_rng(seed).permutation(len(training.x))[:n]
    return training.x[rows], training.y[rows]


def held_out(n: int) -> Examples:
    """The first ``n`` of the digits that nothing here trains on."""
    test = data.split_mnist()[1]
    return test.x[:n], test.y[:n]


def start(seed: int) -> dict[str, Array]:
    """Weights to start from."""
    return initialize(NETWORK, np.random.default_rng(seed), dtype=np.float32)


def noise_follows_the_law(seed: int) -> bool:
    """Spread of all gradients of the last bias within 10 % of σ / √B · √((N − B)/(N − 1)), for six batch sizes."""
    x, y = digits(1000, seed)
    logits, _ = forward(NETWORK, start(seed), x)
    gradients = (1000 * softmax_cross_entropy(logits, y)[1]).astype(float)
    rng = np.random.default_rng(seed)
    ratios = []
    for size in (1, 5, 20, 100, 500, 950):
        found = spread(drawn_means(gradients, size, 300, rng), gradients.mean(axis=0))
        ratios.append(found / expected_spread(gradients, size))
    full = loss_and_gradients(NETWORK, start(seed), x, y)[1]["bias2"]
    return bool(np.abs(np.array(ratios) - 1).max() < 0.1 and np.allclose(gradients.mean(axis=0), full, atol=1e-5))


@cache
def cost(size: int, rate: float, seed: int, most: int = 600) -> Approach:
    """A run to the target; ``done`` are its updates."""
    runs = approach(NETWORK, start(seed), digits(2000, seed), held_out(500), TARGET, batch_size=size,
                    learning_rate=rate, most=most, seed=seed)  # fmt: skip
    return list(runs)[-1]


def best_updates(size: int, seed: int) -> float:
    """The fewest updates to the target among four rates; given up after 600 updates or 200,000 digits."""
    found = math.inf
    for rate in (0.1, 0.3, 0.03, 0.7):
        run = cost(size, rate, seed, int(min(found, 600, 200_000 // size)))
        found = min(found, run.done) if run.reached else found
    return found


def large_saves_updates_but_far_fewer_than_it_is_larger(seed: int) -> bool:
    """From 16 to 2,000 digits a batch the updates fall, but not to a fifth."""
    small, large = best_updates(16, seed), best_updates(2000, seed)
    return large < small < 5 * large


def large_takes_more_epochs(seed: int) -> bool:
    """Epochs to the target, best rate each, grow from 4 to 16 to 64 to 256 to 2,000 digits a batch."""
    epochs = [size * best_updates(size, seed) for size in (4, 16, 64, 256, 2000)]
    return epochs == sorted(epochs) and math.isfinite(epochs[-1])


def one_alone_needs_a_small_rate(seed: int) -> bool:
    """At rate 0.1 a single digit does not reach the target in 600 updates or needs more than four times those of 64."""
    single = cost(1, 0.1, seed)
    return not single.reached or single.done > 4 * cost(64, 0.1, seed).done


def from_64_on_a_fixed_rate_takes_equal_updates(seed: int) -> bool:
    """At rate 0.1, batches of 64 and of 2,000 need the same number of updates within a fifth."""
    few, many = cost(64, 0.1, seed).done, cost(2000, 0.1, seed, 100).done
    return abs(few / many - 1) < 0.2


def largest_rise(size: int, rate: float, seed: int) -> tuple[float, float]:
    """The largest rise of the loss between measurements, 400 updates, and the loss at the end."""
    *_, last = experiments.path(NETWORK, start(seed), digits(2000, seed), held_out(500), size, rate, seed)
    return float(np.diff(last.losses).max()), last.losses[-1]


def small_is_unstable(seed: int) -> bool:
    """At rate 0.1 the largest rise falls from 1 to 8 to 64 digits a batch, from above 0.3 to below 0.2."""
    one, eight, many = (largest_rise(size, 0.1, seed)[0] for size in (1, 8, 64))
    return one > eight > many and one > 0.3 and many < 0.2


def a_small_rate_steadies(seed: int) -> bool:
    """At rate 0.003 a single digit rises by 0.05 at most and ends within 0.15 of 64 digits."""
    (rise, end), (_, other) = largest_rise(1, 0.003, seed), largest_rise(64, 0.003, seed)
    return rise < 0.05 and abs(end - other) < 0.15


@cache
def fitted(hidden: int, n: int, wrong: int, updates: int, seed: int) -> Fit:
    """The record of a run of `fit`, measured where the lesson's panel measures."""
    x, y = digits(n, seed)
    labels = with_wrong_labels(y, wrong, np.random.default_rng(seed))
    return _last(fit((x, labels), held_out(1000), hidden=hidden, updates=updates, marks=measured_updates(updates),
                     seed=seed))  # fmt: skip


@cache
def grown(seed: int) -> Fit:
    """500 digits for 60 epochs, measured after each."""
    return _last(fit(digits(500, seed), held_out(1000), updates=1500, seed=seed))


def _last(runs: Iterator[Fit]) -> Fit:
    return list(runs)[-1]


def rise_after_best(record: Fit) -> float:
    """The validation loss at the end over the smallest."""
    return record.losses[-1][1] / record.losses[record.best][1]


def the_loss_rises_and_the_accuracy_does_not_fall(seed: int) -> bool:
    """500 digits, 60 epochs: loss up by 5 % from a best in the first half; accuracy within 2 points of that there."""
    record = grown(seed)
    best, end = record.accuracies[record.best][1], record.accuracies[-1][1]
    return rise_after_best(record) > 1.05 and 2 * record.best < len(record.losses) and end > best - 0.02


def wrong_answers_cost_more(seed: int) -> bool:
    """In that run the mean loss of the wrong answers grows by a fifth or more from the best epoch to the end."""
    record = grown(seed)
    return record.wrong_losses[-1] > 1.2 * record.wrong_losses[record.best]


def patience_of_ten_saves_epochs(seed: int) -> bool:
    """Measured each epoch: stopped before epoch 40 of 60, within 3 % of the record's lowest validation loss."""
    losses = [row[1] for row in grown(seed).losses]
    seen = experiments.stopping(losses, len(losses) - 1, patience=10)
    return seen.epoch < 40 and losses[seen.best] < 1.03 * min(losses)


def by_digits(seed: int) -> list[Fit]:
    """200 and 1,000 digits for 1,000 updates, 4,000 for 4,000."""
    return [fitted(100, n, 0, updates, seed) for n, updates in ((200, 1000), (1000, 1000), (4000, 4000))]


def few_digits_raise_the_lowest_loss(seed: int) -> bool:
    """The lowest validation loss: 200 digits at least 0.05 above 1,000, these as much above 4,000."""
    lowest = [record.losses[record.best][1] for record in by_digits(seed)]
    return lowest[0] > lowest[1] + 0.05 and lowest[1] > lowest[2] + 0.05


def few_digits_turn_first_in_updates(seed: int) -> bool:
    """The update of the lowest validation loss: 4,000 digits later than 1,000 and than 200."""
    at = [record.updates[record.best] for record in by_digits(seed)]
    return at[2] > max(at[:2])


def few_digits_turn_last_in_epochs(seed: int) -> bool:
    """The epoch of the lowest validation loss: 200 digits later than 1,000 and than 4,000."""
    at = [record.updates[record.best] / record.per_epoch for record in by_digits(seed)]
    return at[0] > max(at[1:])


def wrong_labels_are_learned(seed: int) -> bool:
    """1,000 digits, 40 % wrong labels: accuracy falls by at least 3 points from the best loss to the end."""
    record = fitted(100, 1000, 40, 1000, seed)
    return record.accuracies[record.best][1] - record.accuracies[-1][1] > 0.03


def two_units_are_too_few(seed: int) -> bool:
    """1,000 digits: 2 units leave a training loss above 0.5; 100 bring it below 0.1."""
    return fitted(2, 1000, 0, 1000, seed).losses[-1][0] > 0.5 and fitted(100, 1000, 0, 1000, seed).losses[-1][0] < 0.1


def two_units_on_few_digits_do_both(seed: int) -> bool:
    """50 digits, 2 units: training loss above 0.5 at the end, validation loss more than 5 % above its lowest."""
    record = fitted(2, 50, 0, 1000, seed)
    return record.losses[-1][0] > 0.5 and rise_after_best(record) > 1.05


def more_units_than_needed_do_no_harm(seed: int) -> bool:
    """1,000 digits, 1,000 updates: with 100 units the validation loss at the end is below that with 10."""
    return fitted(100, 1000, 0, 1000, seed).losses[-1][1] < fitted(10, 1000, 0, 1000, seed).losses[-1][1]


def a_biased_sample_is_worse(seed: int) -> bool:
    """1,000 digits of which few are 5 to 9: at its best 5 points less accurate than 1,000 fair ones."""
    x, y = digits(8000, seed)
    rows = experiments.biased_rows(y, 1000, np.random.default_rng(seed))
    biased = _last(fit((x[rows], y[rows]), held_out(1000), updates=1000, seed=seed))
    return fitted(100, 1000, 0, 1000, seed).accuracies[-1][1] - biased.accuracies[biased.best][1] > 0.05


@cache
def accuracy_after(size: int, epochs: int, rate: float, seed: int) -> float:
    """The accuracy on 2,000 other digits after training on 2,000."""
    data, others = ((pooled(x), y) for x, y in (digits(2000, seed), held_out(2000)))
    return experiments.accuracy_after(data, others, size, epochs, rate, seed)[0]


def equal_epochs_leave_a_gap(seed: int) -> bool:
    """5 epochs at rate 0.1: batches of 250 are at least 10 points behind batches of 16."""
    return accuracy_after(16, 5, 0.1, seed) - accuracy_after(250, 5, 0.1, seed) > 0.1


def a_larger_rate_narrows_it(seed: int) -> bool:
    """With √(250/16) times the rate the gap is less than half as large."""
    small = accuracy_after(16, 5, 0.1, seed)
    return small - accuracy_after(250, 5, 0.4, seed) < (small - accuracy_after(250, 5, 0.1, seed)) / 2


def equal_updates_close_it(seed: int) -> bool:
    """78 epochs of 250, about the updates of 5 epochs of 16: less than 2 points apart."""
    return abs(accuracy_after(16, 5, 0.1, seed) - accuracy_after(250, 78, 0.1, seed)) < 0.02


EFFECTS: dict[str, Callable[[int], bool]] = {
    holds.__name__: holds
    for holds in (
        noise_follows_the_law,
        large_saves_updates_but_far_fewer_than_it_is_larger,
        large_takes_more_epochs,
        one_alone_needs_a_small_rate,
        from_64_on_a_fixed_rate_takes_equal_updates,
        small_is_unstable,
        a_small_rate_steadies,
        the_loss_rises_and_the_accuracy_does_not_fall,
        wrong_answers_cost_more,
        patience_of_ten_saves_epochs,
        few_digits_raise_the_lowest_loss,
        few_digits_turn_first_in_updates,
        few_digits_turn_last_in_epochs,
        wrong_labels_are_learned,
        two_units_are_too_few,
        two_units_on_few_digits_do_both,
        more_units_than_needed_do_no_harm,
        a_biased_sample_is_worse,
        equal_epochs_leave_a_gap,
        a_larger_rate_narrows_it,
        equal_updates_close_it,
    )
}
