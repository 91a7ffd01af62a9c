"""Lesson 01: what must hold for other wines than ours: 120 of the 178, drawn anew with each seed."""

from collections.abc import Callable

import numpy as np

from helpers import data, least_squares
from helpers.validate import Array
from lessons.gradient_descent import experiments, scaling
from lessons.gradient_descent.experiments import in_step, updates_needed, wine_bowl

HUE, PROLINE = 9, 11


def wines(seed: int, n: int = 120) -> tuple[Array, Array]:
    """Twelve measurements (120, 12) and the alcohol (120,) of wines drawn without replacement."""
    wine = data.load_wine()
    rows = np.random.default_rng(seed).choice(len(wine.x), n, replace=False)
    return wine.x[rows, 1:], wine.x[rows, 0]


def some_start(seed: int, y: Array) -> Array:
    """Random weights (12,), and for the bias 0 (even seeds) or the mean of ``y`` (odd ones)."""
    return np.append(np.random.default_rng([seed, 1]).normal(0, 0.1, 12), y.mean() * (seed % 2))


def raw_columns_take_millions(seed: int) -> bool:
    """On columns as measured at least ten million updates are needed, on standardized ones fewer than 60."""
    x, y = wines(seed)
    start = some_start(seed, y)
    return (updates_needed(x, y, start=start) > 1e7
            and updates_needed(least_squares.standardize(x), y, start=start) < 60)


def a_valley_becomes_a_bowl(seed: int) -> bool:
    """Hue and proline make a valley at least 1,000 times as long as wide; standardized, less than twice."""
    x, y = wines(seed)
    pair = x[:, [HUE, PROLINE]] - x[:, [HUE, PROLINE]].mean(axis=0)
    valley = experiments.bowl(pair, y - y.mean(), np.zeros(2))
    bowl = experiments.bowl(least_squares.standardize(pair), y - y.mean(), np.zeros(2))
    return valley.condition > 1000**2 and bowl.condition < 2**2


def each_half_alone_is_slow(seed: int) -> bool:
    """Dividing alone takes over 300 times the updates of both, centring alone more than that, and raw columns most."""
    x, y = wines(seed)
    tables = least_squares.standardize(x), x / x.std(axis=0), x - x.mean(axis=0), x
    both, divided, centred, raw = (updates_needed(table, y, start=some_start(seed, y)) for table in tables)
    return 300 * both < divided < centred < raw


def without_proline_the_mean_is_the_better_half(seed: int) -> bool:
    """Without proline columns that only lost their mean need fewer updates than columns that were only divided."""
    x, y = wines(seed)
    others = np.delete(x, PROLINE, axis=1)
    return updates_needed(others - others.mean(axis=0), y) < updates_needed(others / others.std(axis=0), y)


def the_last_tenth_takes_longest(seed: int) -> bool:
    """Raw, all but a tenth of the gain takes under a twentieth of the updates that all but a hundredth takes."""
    x, y = wines(seed)
    tenth = 0.1 * float(experiments.excess_after(x, y, np.array([0]))[0])
    return updates_needed(x, y, near=tenth) < updates_needed(x, y, near=tenth / 10) / 20


def the_column_of_ones_makes_it_flat(seed: int) -> bool:
    """Without the bias, divided columns have a condition number less than a fifth as large."""
    x, y = wines(seed)
    divided = x / x.std(axis=0)
    return experiments.bowl(divided, y, np.zeros(x.shape[1])).condition < wine_bowl(divided, y).condition / 5


def early_predictions_follow_the_largest_column(seed: int) -> bool:
    """After 30 raw updates predictions are proline (0.98), with hue × 100,000 hue (0.95); exact and scaled ones not."""
    x, y = wines(seed)
    pair = x[:, [HUE, PROLINE]]
    large_hue = x * np.where(np.arange(x.shape[1]) == HUE, 1e5, 1)
    raw, hue, scaled = (np.abs(in_step(experiments.predictions(table, y, 30), pair))
                        for table in (x, large_hue, least_squares.standardize(x)))  # fmt: skip
    exact = np.abs(in_step(experiments.exact_predictions(x, y), pair))
    return raw[1] > 0.98 and hue[0] > 0.95 and max(exact.max(), scaled.max()) < 0.92


def scaling_keeps_the_exact_fit_and_ridge_moves_it(seed: int) -> bool:
    """Min–max scaled and standardized columns give the same exact fit; a ridge of 1 moves a prediction by 0.3."""
    x, y = wines(seed)
    plain, scaled = experiments.exact_predictions(x, y), least_squares.standardize(x)
    same = [experiments.exact_predictions(table, y) for table in (scaled, least_squares.min_max(x))]
    ridged = experiments.exact_predictions(scaled, y, ridge=1.0)
    return max(np.abs(p - plain).max() for p in same) < 1e-8 and np.abs(ridged - plain).max() > 0.3


def zeros_stay_at_a_saddle(seed: int) -> bool:
    """From zeros the digit network stays at 2.30, with a way down and a way up; from random first weights it trains."""
    towards, turned = experiments.beside_zeros(seed)
    stays = abs(experiments.digit_loss(True, seed) - np.log(10)) < 0.01
    return stays and towards < 0 < turned and experiments.digit_loss(False, seed) < 0.5


def a_level_loss_has_not_arrived(seed: int) -> bool:
    """In raw update 1,000 the loss changes by less than 0.01 %, and over a quarter of the excess is left."""
    change, left = experiments.last_change(*wines(seed), 1000)
    return change < 0.01 and left > 25


def rows_standardized_leave_a_flat_direction(seed: int) -> bool:
    """With axis=1 proline is between 3.1 and 3.4 in every wine, and the smallest curvature is 0."""
    x, y = wines(seed)
    table = experiments.wrongly_standardized(x)
    return bool(((table[:, PROLINE] > 3.1) & (table[:, PROLINE] < 3.4)).all()) and (
        abs(wine_bowl(table, y).curvatures[-1]) < 1e-12)


def the_steepest_error_keeps_the_fairest_rate_from_halving(seed: int) -> bool:
    """Standardized, from a start without a steepest error it takes 0.4 to 0.6 of the updates; with it, more."""
    x, y = wines(seed)
    table = least_squares.standardize(x)
    seen, start = wine_bowl(table, y), experiments.mean_start(table, y)
    fair, steepest = seen.condition / (1 + seen.condition), seen.vectors[:, 0]
    without = start - steepest * (steepest @ seen.start)
    half, fairest = (updates_needed(table, y, part=part, start=without) for part in (0.5, fair))
    return 0.4 < fairest / half < 0.6 and updates_needed(table, y, part=fair) > fairest


def thirteen_steps_arrive_on_a_bowl_alone(seed: int) -> bool:
    """One step a direction leaves a millionth of the excess on standardized columns; min–max and raw ones explode."""
    x, y = wines(seed)
    tables = least_squares.standardize(x), least_squares.min_max(x), x
    standardized, min_max, raw = (scaling.one_step_a_direction(table, y) for table in tables)
    return standardized < 1e-6 and min_max > 1e6 and raw > 1e6


def own_rates_are_a_scaling(seed: int) -> bool:
    """A rate for each weight makes the losses of divided columns, and these need over 1,000 updates."""
    x, y = wines(seed)
    table = x / scaling.root_mean_square(x)
    common = 1 / wine_bowl(table, y).curvatures[0]
    same = np.allclose(scaling.with_own_rates(x, y, common, 200), experiments.losses(table, y, 200), rtol=1e-9)
    return same and updates_needed(table, y) > 1000


def centring_min_max_mends_part(seed: int) -> bool:
    """Less their means, min–max columns have a smaller condition number, still twice the standardized ones'."""
    x, y = wines(seed)
    table = least_squares.min_max(x)
    centred = wine_bowl(table - table.mean(axis=0), y).condition
    return wine_bowl(table, y).condition > centred > 2 * wine_bowl(least_squares.standardize(x), y).condition


def one_mistyped_value_squeezes_the_rest(seed: int) -> bool:
    """Any proline × 100: the others keep under 0.2 of their spread, by quartiles over 0.9 of it."""
    x, y = wines(seed)
    squeezed = [found.kept for name in ("min_max", "standardized") for found in mistyped(x, y, name)]
    return max(squeezed) < 0.2 and min(found.kept for found in mistyped(x, y, "quartiles")) > 0.9


def the_condition_number_hides_a_mistyped_value(seed: int) -> bool:
    """Any proline × 100: it at most doubles under min–max and standardizing; by quartiles it grows fivefold."""
    x, y = wines(seed)
    hidden = [found for name in ("min_max", "standardized") for found in mistyped(x, y, name)]
    return all(0.5 < found.kappa / found.before < 2 for found in hidden) and all(
        found.kappa > 5 * found.before for found in mistyped(x, y, "quartiles"))


def mistyped(x: Array, y: Array, name: str) -> list[scaling.Mistyped]:
    """The mistake in each row in turn."""
    return [scaling.mistyped(x, y, name, row) for row in range(len(x))]


def below_the_limit_none_explodes_above_it_all_do(seed: int) -> bool:
    """As measured: at 0.4 of the limit no gradient grows from update 60 to 600; at 1.1 all are a hundredfold at 60."""
    x, y = wines(seed)
    early, late = (scaling.growth(x, y, "raw", 0.4, updates).times for updates in (60, 600))
    return late.max() < early.max() and scaling.growth(x, y, "raw", 1.1, 60).times.min() > 100


def the_bias_settles_while_the_weights_explode(seed: int) -> bool:
    """Standardized, 60 updates at 1.1 of the limit: each weight's gradient grows 100-fold, the bias's falls to 1e-6."""
    x, y = wines(seed)
    weights, bias = scaling.growth_off_the_mean(least_squares.standardize(x), y, 60)
    return weights.min() > 100 and bias < 1e-6


def the_first_growth_is_a_cancellation_that_ends(seed: int) -> bool:
    """The largest growth below the limit is what the start's gradient is without its steepest share, within a fifth."""
    x, y = wines(seed)
    inputs = least_squares.with_bias(x)
    steepest = wine_bowl(x, y).vectors[:, 0]
    slopes = least_squares.gradient(inputs, y, experiments.mean_start(x, y))
    rest = np.abs((slopes - steepest * (slopes @ steepest)) / slopes)[:-1]
    times = scaling.growth(x, y, "raw", 0.4, 10).times
    return abs(times.max() / rest[times.argmax()] - 1) < 0.2


def ridge_depends_on_the_scale(seed: int) -> bool:
    """A ridge of 1 moves min–max predictions most, by over 1.5 times what it moves standardized or raw ones."""
    x, y = wines(seed)
    raw, min_max, standardized = (scaling.fit(x, y, name, 1.0).moved for name in ("raw", "min_max", "standardized"))
    return min_max > 1.5 * max(raw, standardized)


EFFECTS: dict[str, Callable[[int], bool]] = {
    holds.__name__: holds
    for holds in (
        raw_columns_take_millions,
        a_valley_becomes_a_bowl,
        each_half_alone_is_slow,
        without_proline_the_mean_is_the_better_half,
        the_last_tenth_takes_longest,
        the_column_of_ones_makes_it_flat,
        early_predictions_follow_the_largest_column,
        scaling_keeps_the_exact_fit_and_ridge_moves_it,
        zeros_stay_at_a_saddle,
        a_level_loss_has_not_arrived,
        rows_standardized_leave_a_flat_direction,
        the_steepest_error_keeps_the_fairest_rate_from_halving,
        thirteen_steps_arrive_on_a_bowl_alone,
        own_rates_are_a_scaling,
        centring_min_max_mends_part,
        one_mistyped_value_squeezes_the_rest,
        the_condition_number_hides_a_mistyped_value,
        below_the_limit_none_explodes_above_it_all_do,
        the_bias_settles_while_the_weights_explode,
        the_first_growth_is_a_cancellation_that_ends,
        ridge_depends_on_the_scale,
    )
}
