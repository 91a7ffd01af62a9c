"""What lesson 00 says of the course's pictures and of small batches, as functions from a seed to whether it holds."""

import numpy as np

from lessons.start_here import experiments
from lessons.start_here.experiments import Array

SHUFFLES = 50
SIZES = (4, 16, 64)


def four_times_as_many_halve_the_distance(seed: int) -> bool:
    """On average over shuffles, for every digit, the distance falls to about half from 4 to 16 and to 64 pictures."""
    average = np.array([_shuffled(digit, seed, SIZES).mean(axis=0) for digit in range(10)])
    falls = average[:, :-1] / average[:, 1:]
    return bool((falls > 1.75).all() and (falls < 2.3).all())


def a_single_shuffle_can_be_a_quarter_off(seed: int) -> bool:
    """Of 50 shuffles one at least has its mean of 64 threes a quarter farther off than the average, or nearer."""
    found = _shuffled(3, seed, (64,))
    return bool((np.abs(found / found.mean() - 1) > 0.25).any())


def four_threes_are_as_far_off_as_a_mean_five(seed: int) -> bool:
    """Means of four threes are as far off as the mean five, within 15 % on average; no other digit's is nearer."""
    means = [experiments.pictures_of(digit, seed).mean(axis=0) for digit in range(10)]
    apart = {digit: _distance(means[digit], means[3]) for digit in range(10) if digit != 3}
    return bool(min(apart, key=apart.get) == 5 and abs(_shuffled(3, seed, (4,)).mean() / apart[5] - 1) < 0.15)


def sixty_four_are_close(seed: int) -> bool:
    """64 of the pictures of a 3 come within about 0.03 of the mean of all, on average over shuffles."""
    return bool(0.025 < _shuffled(3, seed, (64,)).mean() < 0.0325)


def more_pictures_steady_the_mean_and_leave_it_grey(seed: int) -> bool:
    """Two means of 512 threes differ by less than a third of what two of 16 do, and have as many grey pixels."""
    threes = experiments.pictures_of(3, seed)
    few, many = ((threes[:n].mean(axis=0), threes[n : 2 * n].mean(axis=0)) for n in (16, 512))
    steadier = _distance(*many) < _distance(*few) / 3
    return bool(steadier and _grey(many[0]) > 0.9 * _grey(few[0]) > 2 * _grey(threes[0]))


def the_distance_is_the_spread_over_the_root_of_n(seed: int) -> bool:
    """Average distances are within a tenth of the standard deviation over √n; at 256 of 1,032, what is left counts."""
    sizes = np.array([4, 16, 64, 256])
    threes = experiments.pictures_of(3, seed)
    rule = np.sqrt(threes.var(axis=0).mean() / sizes)
    left = np.sqrt((len(threes) - sizes) / (len(threes) - 1))
    average = _shuffled(3, seed, sizes).mean(axis=0)
    fits = np.abs(average / (rule * left) - 1) < 0.1
    return bool(fits.all() and average[-1] < 0.92 * rule[-1])


def the_variance_with_one_over_n_comes_out_too_small(seed: int) -> bool:
    """Averaged over 20,000 batches of throws it is (n − 1)/n of the die's, within 0.02; with n − 1 the die's own."""
    sizes = np.array([2, 4, 8, 16, 32, 64])
    biased, unbiased = experiments.average_variances(sizes, 20_000, np.random.default_rng(seed))
    die = np.arange(1, 7).var()
    return bool((np.abs(biased / die - (sizes - 1) / sizes) < 0.02).all() and (np.abs(unbiased / die - 1) < 0.03).all())


def _shuffled(digit: int, seed: int, sizes: tuple[int, ...]) -> Array:
    pictures = experiments.pictures_of(digit, seed)
    return experiments.shuffled_distances(pictures, sizes, SHUFFLES, np.random.default_rng([seed, 1]))


def _distance(one: Array, other: Array) -> float:
    return float(np.sqrt(((one - other) ** 2).mean()))


def _grey(picture: Array) -> float:
    """The share of pixels that are neither nearly white nor nearly black."""
    return float(((picture > 0.2) & (picture < 0.8)).mean())


EFFECTS = {
    effect.__name__: effect
    for effect in (
        four_times_as_many_halve_the_distance,
        a_single_shuffle_can_be_a_quarter_off,
        four_threes_are_as_far_off_as_a_mean_five,
        sixty_four_are_close,
        more_pictures_steady_the_mean_and_leave_it_grey,
        the_distance_is_the_spread_over_the_root_of_n,
        the_variance_with_one_over_n_comes_out_too_small,
    )
}
