"""Lesson 03's effects for any seed, which draws the digits, the first weights and, apart from them, the batches."""

import numpy as np

from helpers.layers import softmax_cross_entropy
from helpers.network import forward, loss_and_gradients
from lessons.choosing_batch_and_epochs import experiments, fits
from lessons.choosing_batch_and_epochs.trials import (
    FIVE_RATES,
    NETWORK,
    OWN_RATES,
    digits,
    fitted,
    grown,
    held_out,
    learned,
    reached,
    runner,
    start,
    way,
    wobbled,
)


def each_clock_has_its_winner(seed: int) -> bool:
    """From 4 to 16, 64 and 2,000 digits a batch, each at its own rate, updates to the target fall and digits rise."""
    runners = [runner(size, rate, seed) for size, rate in OWN_RATES.items()]
    updates, seen = [r.updates for r in runners], [r.digits for r in runners]
    return all(r.reached for r in runners) and updates == sorted(set(updates))[::-1] and seen == sorted(set(seen))


def a_hundredfold_batch_saves_few_updates(seed: int) -> bool:
    """2,000 digits a batch need 2 to 5 times fewer updates than 16, each at its own rate."""
    return 2 <= runner(16, OWN_RATES[16], seed).updates / runner(2000, OWN_RATES[2000], seed).updates <= 5


def the_first_digits_buy_most(seed: int) -> bool:
    """From 4 to 64 digits a batch the updates fall at least twice as steeply as from 64 to 2,000, each at its rate."""
    few, some, many = (runner(size, OWN_RATES[size], seed).updates for size in (4, 64, 2000))
    return few / some > 2 * some / many


def at_one_small_rate_large_batches_tie(seed: int) -> bool:
    """At rate 0.1 batches of 64, 256 and 2,000 need the same number of updates, within a fifth."""
    updates = [runner(size, 0.1, seed).updates for size in (64, 256, 2000)]
    return max(updates) < 1.2 * min(updates)


def exact_steps_overshoot_at_twice_the_rate(seed: int) -> bool:
    """Full batch: in 10 updates at rate 1 the loss rises somewhere by more than 0.1, at 0.25 nowhere by 0.05; 1 needs
    more updates than 0.5."""
    rises = {rate: np.diff(runner(2000, rate, seed).losses[:11]).max() for rate in (0.25, 1.0)}
    return rises[1.0] > 0.1 and rises[0.25] < 0.05 and runner(2000, 1.0, seed).updates > runner(2000, 0.5, seed).updates


def noise_follows_the_law(seed: int) -> bool:
    """Spread of all gradients of the last bias within 10 % of σ / √B · √((N − B)/(N − 1)), for six batch sizes."""
    x, y = digits(1000, seed)
    logits, _ = forward(NETWORK, start(seed), x)
    gradients = (1000 * softmax_cross_entropy(logits, y)[1]).astype(float)
    rng = np.random.default_rng([seed, 3])
    ratios = []
    for size in (1, 5, 20, 100, 500, 950):
        found = experiments.spread(experiments.drawn_means(gradients, size, 300, rng), gradients.mean(axis=0))
        ratios.append(found / experiments.expected_spread(gradients, size))
    full = loss_and_gradients(NETWORK, start(seed), x, y)[1]["bias2"]
    return bool(np.abs(np.array(ratios) - 1).max() < 0.1 and np.allclose(gradients.mean(axis=0), full, atol=1e-5))


def one_digit_jumps(seed: int) -> bool:
    """One digit a batch at rate 0.03: the loss rises by more than 0.2 somewhere, at 0.1 by more than 1."""
    return way(1, 0.03, seed).rise > 0.2 and way(1, 0.1, seed).rise > 1


def a_larger_batch_steadies(seed: int) -> bool:
    """At rates 0.03 and 0.1 the largest rise with 64 digits a batch is below a third of that with one."""
    return all(way(64, rate, seed).rise < way(1, rate, seed).rise / 3 for rate in (0.03, 0.1))


def a_smaller_rate_steadies(seed: int) -> bool:
    """One digit a batch at rate 0.003: the largest rise is below 0.1 and below a third of that at 0.03."""
    return way(1, 0.003, seed).rise < min(0.1, way(1, 0.03, seed).rise / 3)


def slower_by_the_update_ahead_by_the_digit(seed: int) -> bool:
    """1 at rate 0.003 against 64 at 0.1: after 120 updates each higher by 0.5 or more, and after 400 higher than 64 was
    after 120; after 8,000 digits lower."""
    one, many = way(1, 0.003, seed), way(64, 0.1, seed)
    after = {k: one.losses[one.updates.index(k)] - many.losses[many.updates.index(120)] for k in (120, 400)}
    return after[120] > 0.5 and after[400] > 0.5 and one.losses[-1] < many.losses[-1]


def far_too_large_a_rate_costs_the_result(seed: int) -> bool:
    """One digit a batch, the last thousand of 8,000: at rate 0.1 the mean loss is more than twice that at 0.03."""
    return np.mean(way(1, 0.1, seed).losses[-100:]) > 2 * np.mean(way(1, 0.03, seed).losses[-100:])


def first_large_then_small_is_best(seed: int) -> bool:
    """The highest loss of the last 800 digits: with rate 0.03, at the end 0.003, below those with either all along."""
    return way(1, 0.03, seed, tamed=True).late[1] < min(way(1, rate, seed).late[1] for rate in (0.03, 0.003))


def at_an_equal_rate_per_digit_both_end_alike(seed: int) -> bool:
    """After 8,000 digits one digit a batch at rate 0.1/64 is within 0.03 of 64 at 0.1."""
    return abs(way(1, 0.1 / 64, seed).losses[-1] - way(64, 0.1, seed).losses[-1]) < 0.03


def the_loss_rises_and_the_accuracy_does_not_fall(seed: int) -> bool:
    """500 digits, 60 epochs: loss up by 5 % from a best in the first half; accuracy within 2 points of that there."""
    record = grown(seed)
    best, end = record.accuracies[record.best][1], record.accuracies[-1][1]
    rises = record.losses[-1][1] > 1.05 * record.losses[record.best][1]
    return rises and 2 * record.best < len(record.losses) and end > best - 0.02


def wrong_answers_cost_more(seed: int) -> bool:
    """In that run the mean loss of the wrong answers grows by a fifth or more from the best epoch to the end."""
    record = grown(seed)
    return record.wrong_losses[-1] > 1.2 * record.wrong_losses[record.best]


def without_the_sureness_the_loss_is_back(seed: int) -> bool:
    """With the scores of the end divided by 1.5 the validation loss is within 3 % of the lowest of the run."""
    record, (x, y) = grown(seed), held_out(1000)
    tamed = softmax_cross_entropy(forward(NETWORK, record.parameters, x)[0] / 1.5, y)[0]
    return tamed < 1.03 * record.losses[record.best][1]


def patience_of_ten_is_enough(seed: int) -> bool:
    """Stopped with patience 10: before epoch 40 of 60, within 3 % of what patience 40 keeps."""
    losses = [row[1] for row in grown(seed).losses]
    ten, forty = (fits.stopping(losses, len(losses) - 1, patience) for patience in (10, 40))
    return ten.epoch < 40 and losses[ten.best] < 1.03 * losses[forty.best]


def at_the_best_epoch_it_is_not_too_sure(seed: int) -> bool:
    """With the scores of the best epoch divided by 1.5 the validation loss is higher there."""
    best, (x, y) = grown(seed).best, held_out(1000)
    there = fits.fitted(digits(500, seed), (x, y), updates=25 * best, seed=seed)
    scores = forward(NETWORK, there.parameters, x)[0]
    return softmax_cross_entropy(scores / 1.5, y)[0] > softmax_cross_entropy(scores, y)[0]


def patience_of_one_stops_too_early(seed: int) -> bool:
    """Stopped with patience 1: the loss kept is above what patience 10 keeps."""
    losses = [row[1] for row in grown(seed).losses]
    one, ten = (fits.stopping(losses, len(losses) - 1, patience) for patience in (1, 10))
    return losses[one.best] > losses[ten.best]


def few_digits_raise_the_lowest_loss(seed: int) -> bool:
    """The lowest validation loss in 3,000 updates falls from 200 digits to 1,000 to 4,000."""
    few, some, many = (fitted(100, n, 0, 3000, seed) for n in (200, 1000, 4000))
    return few.losses[few.best][1] > some.losses[some.best][1] > many.losses[many.best][1]


def wrong_labels_are_learned(seed: int) -> bool:
    """1,000 digits, 40 % wrong labels: the accuracy is highest before the loss is lowest, is a point lower there, and
    10 points lower at the end."""
    record = fitted(100, 1000, 40, 3000, seed)
    right = [row[1] for row in record.accuracies]
    late = max(right) - right[record.best]
    return int(np.argmax(right)) < record.best and late > 0.01 and max(right) - right[-1] > 0.1


def two_units_are_too_few(seed: int) -> bool:
    """1,000 digits: 2 units leave a training loss above 0.5; 100 bring it below 0.1."""
    few, many = (fitted(hidden, 1000, 0, 3000, seed).losses[-1][0] for hidden in (2, 100))
    return few > 0.5 and many < 0.1


def more_units_than_needed_do_no_harm(seed: int) -> bool:
    """1,000 digits, 3,000 updates: with 100 units the validation loss at the end is below that with 10."""
    few, many = (fitted(hidden, 1000, 0, 3000, seed).losses[-1][1] for hidden in (10, 100))
    return many < few


def a_biased_sample_is_worse_at_its_best(seed: int) -> bool:
    """1,000 digits of which few are 5 to 9: at their highest 5 points less accurate than 1,000 fair ones."""
    x, y = digits(8000, seed)
    rows = fits.biased_rows(y, 1000, np.random.default_rng([seed, 3]))
    biased = fits.fitted((x[rows], y[rows]), held_out(1000), updates=3000, learning_rate=0.03,
                         marks=fits.measured_updates(3000), seed=seed)  # fmt: skip
    highest = [max(row[1] for row in record.accuracies) for record in (fitted(100, 1000, 0, 3000, seed), biased)]
    return highest[0] - highest[1] > 0.05


def more_data_close_the_gap_from_both_sides(seed: int) -> bool:
    """From 200 to 1,000 to 8,000 digits the training loss rises, the validation loss falls; both end within 0.5 of
    the noise."""
    training, validation = zip(*(learned(n, seed) for n in (200, 1000, 8000)), strict=True)
    near = all(0 < loss - fits.label_noise(20) < 0.5 for loss in (training[-1], validation[-1]))
    return list(training) == sorted(training) and list(validation) == sorted(validation)[::-1] and near


def where_all_is_fitted_the_noise_dies(seed: int) -> bool:
    """Batches of one at rate 0.03: σ falls below a tenth, the loss of the tenth epoch ranges over less than 0.02."""
    found = wobbled(0, seed)
    return found.spreads[199] < found.spreads[0] / 10 and np.ptp(found.losses[180:200]) < 0.02


def where_it_cannot_be_fitted_the_noise_stays(seed: int) -> bool:
    """With wrong labels σ stays above half, the loss ranges over 0.1 and more; a tenth of the rate ends that."""
    found = wobbled(20, seed)
    before, after = np.ptp(found.losses[180:200]), np.ptp(found.losses[240:260])
    return found.spreads[199] > found.spreads[0] / 2 and before > 0.1 and after < before / 4


def at_equal_epochs_most_of_the_gap_is_the_rate(seed: int) -> bool:
    """5 epochs, 250 against 16 digits a batch: 20 points behind at rate 0.1, a third of the gap or less, each tuned."""
    gap = reached(16, 5, (0.1,), seed) - reached(250, 5, (0.1,), seed)
    left = reached(16, 5, FIVE_RATES, seed) - reached(250, 5, FIVE_RATES, seed)
    return gap > 0.2 and 0 < left < gap / 3


def more_updates_close_the_rest(seed: int) -> bool:
    """78 epochs of 250, about the updates of 5 epochs of 16, at rate 0.1: not more than 2 points behind."""
    return reached(16, 5, (0.1,), seed) - reached(250, 78, (0.1,), seed) < 0.02


EFFECTS = {
    effect.__name__: effect
    for effect in (
        each_clock_has_its_winner,
        a_hundredfold_batch_saves_few_updates,
        the_first_digits_buy_most,
        at_one_small_rate_large_batches_tie,
        exact_steps_overshoot_at_twice_the_rate,
        noise_follows_the_law,
        one_digit_jumps,
        a_larger_batch_steadies,
        a_smaller_rate_steadies,
        slower_by_the_update_ahead_by_the_digit,
        far_too_large_a_rate_costs_the_result,
        first_large_then_small_is_best,
        at_an_equal_rate_per_digit_both_end_alike,
        the_loss_rises_and_the_accuracy_does_not_fall,
        wrong_answers_cost_more,
        without_the_sureness_the_loss_is_back,
        at_the_best_epoch_it_is_not_too_sure,
        patience_of_one_stops_too_early,
        patience_of_ten_is_enough,
        few_digits_raise_the_lowest_loss,
        wrong_labels_are_learned,
        two_units_are_too_few,
        more_units_than_needed_do_no_harm,
        a_biased_sample_is_worse_at_its_best,
        more_data_close_the_gap_from_both_sides,
        where_all_is_fitted_the_noise_dies,
        where_it_cannot_be_fitted_the_noise_stays,
        at_equal_epochs_most_of_the_gap_is_the_rate,
        more_updates_close_the_rest,
    )
}
