"""Lesson 01's numbers, each against a walk or a computation written out here."""

import numpy as np
import pytest

from lessons.gradient_descent import experiments, scaling

RNG = np.random.default_rng(5)
X = RNG.normal(1, [1.0, 3.0, 0.3], (40, 3))
Y = X @ [1.0, -0.5, 2.0] + RNG.normal(0, 0.3, 40)
ONES = np.column_stack([X, np.ones(40)])
RATE = 40 / np.linalg.svd(ONES, compute_uv=False)[0] ** 2  # half the largest stable one
BEST = np.linalg.lstsq(ONES, Y, rcond=None)[0]


def loss(weight):
    return ((ONES @ weight - Y) ** 2).mean() / 2


def walked(updates):
    path = [np.array([0, 0, 0, Y.mean()])]
    for _ in range(updates):
        path.append(path[-1] - RATE * (ONES * (ONES @ path[-1] - Y)[:, None]).mean(axis=0))
    return path


def test_a_walk_its_losses_and_predictions():
    path = walked(20)
    assert experiments.walk(X, Y, 20) == pytest.approx(np.array(path))
    assert experiments.losses(X, Y, 20) == pytest.approx([loss(weight) for weight in path])
    assert experiments.predictions(X, Y, 20) == pytest.approx(ONES @ path[-1])
    assert experiments.exact_predictions(X, Y) == pytest.approx(ONES @ BEST)
    assert experiments.lowest_loss(X, Y) == pytest.approx(loss(BEST))


def test_the_excess_without_walking_is_that_of_a_walk():
    path = walked(300)
    excess = [loss(path[k]) - loss(BEST) for k in (0, 7, 300)]
    assert experiments.excess_after(X, Y, np.array([0, 7, 300])) == pytest.approx(excess, rel=1e-6)
    zeros = experiments.excess_after(X, Y, np.array([0]), start=np.zeros(4))
    assert zeros == pytest.approx([loss(np.zeros(4)) - loss(BEST)])


@pytest.mark.parametrize("part", [0.5, 0.9])
def test_the_updates_needed_are_the_fewest(part):
    needed = experiments.updates_needed(X, Y, part=part)
    before, after = experiments.excess_after(X, Y, np.array([needed - 1, needed]), part=part)
    assert after <= 0.002 < before


def test_a_loss_that_is_never_reached_ends_the_search():
    assert experiments.updates_needed(X, Y, near=-1.0) == 2**60


def test_the_last_change_and_what_is_left_in_percent():
    path = walked(50)
    change, left = experiments.last_change(X, Y, 50)
    assert change == pytest.approx(100 * (loss(path[49]) / loss(path[50]) - 1))
    assert left == pytest.approx(100 * (loss(path[50]) - loss(BEST)) / (loss(path[0]) - loss(BEST)))


def test_in_step_is_the_correlation_with_each_column():
    found = experiments.in_step(2 * X[:, 0] + 1, np.column_stack([X[:, 0], -X[:, 0], Y]))
    assert found == pytest.approx([1, -1, np.corrcoef(X[:, 0], Y)[0, 1]], abs=0.0051)


def test_a_rate_for_each_weight_walks_as_the_divided_columns_do():
    root = np.sqrt((X**2).mean(axis=0))
    assert scaling.root_mean_square(X) == pytest.approx(root)
    common = 40 / np.linalg.svd(np.column_stack([X / root, np.ones(40)]), compute_uv=False)[0] ** 2
    assert scaling.with_own_rates(X, Y, common, 20) == pytest.approx(experiments.losses(X / root, Y, 20))


def test_a_step_for_each_direction_arrives():
    assert scaling.one_step_a_direction(X, Y) < 1e-12


def test_a_mistyped_value_by_hand():
    found = scaling.mistyped(X, Y, "min_max", row=3)
    column = X[:, -1].copy()
    column[3] *= 100
    scaled, clean = (np.delete((values - values.min()) / np.ptp(values), 3) for values in (column, X[:, -1]))
    assert found.kept == pytest.approx(scaled.std() / clean.std())
    quartiles = scaling.mistyped(X, Y, "quartiles", row=3)
    low, middle, high = np.percentile(column, [25, 50, 75])
    assert quartiles.wrong == pytest.approx((column[3] - middle) / (high - low))
    assert quartiles.kappa > quartiles.before


def test_above_the_limit_a_bias_that_is_off_settles_on_centred_columns():
    weights, bias = scaling.growth_off_the_mean(X - X.mean(axis=0), Y, 60)
    assert weights.min() > 1
    assert bias < 1e-6


def test_beside_zeros_one_way_goes_down_and_its_mirror_up():
    towards, turned = experiments.beside_zeros()
    assert towards < 0 < turned


def test_what_a_mistyped_value_does_anywhere():
    found = scaling.mistyped_anywhere(X, Y, "standardized")
    each = [scaling.mistyped(X, Y, "standardized", row) for row in range(40)]
    assert found["wrong"] == pytest.approx((min(m.wrong for m in each), max(m.wrong for m in each)))
    assert found["kappa"][1] == pytest.approx(max(m.kappa for m in each))


def test_wrongly_standardized_rows_have_mean_0_and_spread_1():
    table = experiments.wrongly_standardized(X)
    assert table.mean(axis=1) == pytest.approx(np.zeros(40), abs=1e-12)
    assert table.std(axis=1) == pytest.approx(np.ones(40))


def test_from_zeros_a_network_moves_its_last_bias_alone():
    parameters = experiments.trained(True, epochs=1)
    assert [name for name, values in parameters.items() if np.any(values)] == ["bias3"]
