"""Lesson 09's panels and experiments against computations of their own."""

from itertools import islice

import numpy as np
import pytest

import course
from course import catalogue, drawing
from helpers.gradcheck import numerical_gradient
from helpers.network import Network, forward, loss_and_gradients
from helpers.recording import last
from lessons.does_it_work import experiments, further, further_panels, panels, regularizing, stacked, sweeps
from lessons.does_it_work.experiments import FOUR, State
from lessons.does_it_work.further import Curves
from lessons.does_it_work.regularizing import Judged
from lessons.does_it_work.stacked import Recipe
from lessons.does_it_work.sweeps import KINDS, RATES, STDS, Sweep
from tests.lessons.does_it_work.written_out import one, own_forward, own_loss, stack
from tests.overlaps import faults
from tests.sweep import numbers, some_digits, swept

SIZES = (64, 6, 5, 5, 10)


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


@pytest.fixture(scope="module")
def digits():
    return some_digits(np.float32)


@pytest.fixture
def small(monkeypatch):
    """The lesson's runs with a small network, and short."""
    monkeypatch.setattr(experiments, "SIZES", SIZES)
    for module in (experiments, panels):
        monkeypatch.setattr(module, "UPDATES", 40)
    monkeypatch.setattr(panels, "RECORDS", 3)


@pytest.fixture
def parameters(monkeypatch):
    """Of the network with batch norm, made small, in float64, with gammas and betas of their own."""
    monkeypatch.setattr(experiments, "SIZES", SIZES)
    return one(stack(Recipe(SIZES, "sigmoid", "batch"), 1), 0)


@pytest.mark.usefixtures("small")
def test_four_networks_start_from_good_and_bad_weights(digits):
    train = digits[0]
    for name in FOUR:
        weight = experiments.first_weights(name, train)["weight3"]
        assert weight.std() == pytest.approx(0.05 if name.startswith("bad") else 4 * (2 / 10) ** 0.5, rel=0.4)
        assert ("gamma1" in experiments.first_weights(name, train)) == name.endswith("normed")
    relu = experiments.first_weights("good_plain", train, activation="relu")["weight1"]
    assert relu.std() == pytest.approx((2 / 64) ** 0.5, rel=0.2)


@pytest.mark.usefixtures("small")
def test_the_four_are_recorded_side_by_side(digits):
    train, new = digits
    *_, found = experiments.four(train, new)
    assert list(found) == list(FOUR)
    assert {tuple(state.update for state in states) for states in found.values()} == {(0, 20, 40)}
    for name in ("good_plain", "good_normed"):
        network, order = experiments.network(name), np.random.default_rng([0, 1])
        p = {key: value.astype(float) for key, value in experiments.first_weights(name, train).items()}
        rows = np.concatenate([order.permutation(150)[:120] for _ in range(20)]).reshape(-1, 60)
        for batch in rows[:40]:
            _, gradients, _ = loss_and_gradients(network, p, train.x[batch].astype(float), train.y[batch])
            p = {key: value - gradients[key] for key, value in p.items()}
        norm = "batch" if name.endswith("normed") else "none"
        fixed = own_forward(p, train.x.astype(float), "sigmoid", norm)[2] if norm == "batch" else None
        logits = own_forward(p, new.x.astype(float), "sigmoid", norm, fixed=fixed)[0]
        assert found[name][-1].accuracy == pytest.approx((logits.argmax(axis=1) == new.y).mean(), abs=0.06)
        z = own_forward(p, new.x.astype(float), "sigmoid", norm)[1][2]
        assert found[name][-1].percentiles == pytest.approx(np.percentile(z, [15, 50, 85], axis=0), abs=0.02)


@pytest.mark.usefixtures("small")
def test_once_is_what_batch_norm_does_with_its_first_batch(digits):
    x = digits[0].x[:60].astype(float)
    normed = {key: value.astype(float) for key, value in experiments.first_weights("bad_normed", digits[0]).items()}
    plain = experiments.once(normed, x)
    ours, _ = forward(Network(SIZES, "sigmoid", True), normed, x)
    theirs, layers = forward(Network(SIZES, "sigmoid"), plain, x)
    assert theirs == pytest.approx(ours)
    assert [layers[k].z.mean(axis=0) for k in range(3)] == [pytest.approx(0, abs=1e-9)] * 3


def own_draws(noise, rng):
    """The noise of each hidden layer, (stretch, move), both (D,)."""
    draws = []
    for size in SIZES[1:-1]:
        a, b = rng.uniform(size=size), rng.uniform(size=size)
        draws.append((1 + noise / 2 * a, noise * (2 * b - 1)))
    return draws


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_noise_is_drawn_for_each_unit_and_the_gradient_goes_through_it(norm, digits, parameters):
    x, y = digits[0].x[:30].astype(float), digits[0].y[:30]
    if norm == "none":
        parameters = one(stack(Recipe(SIZES, "sigmoid"), 1), 0)
    mine, network = own_draws(0.8, np.random.default_rng(8)), Network(SIZES, "sigmoid", norm == "batch")
    moved, _ = experiments.with_noise(parameters, 0.8, np.random.default_rng(8))
    own, zs, _ = own_forward(parameters, x, "sigmoid", norm, draws=mine)
    logits, caches = forward(network, moved, x)
    assert logits == pytest.approx(own)
    assert caches[1].z == pytest.approx(zs[1])
    loss, gradients, _ = experiments.noisy(0.8, np.random.default_rng(8))(network, parameters, x, y)
    assert loss == pytest.approx(own_loss(parameters, x, y, "sigmoid", norm, draws=mine))
    for name in (name for name in parameters if name != "weight1"):
        def total(value, name=name):
            return own_loss(parameters | {name: value}, x, y, "sigmoid", norm, draws=mine)

        assert gradients[name] == pytest.approx(numerical_gradient(total, parameters[name]), abs=1e-7)


@pytest.mark.usefixtures("small")
def test_before_its_own_noise_a_layer_moves_less(digits):
    train, new = digits
    quiet, loud = (list(experiments.states("bad_normed", train, new, noise=noise, updates=40)) for noise in (0.0, 4.0))
    assert experiments.drift(quiet) == experiments.drift(quiet, "before")
    assert experiments.drift(loud) > 3 * experiments.drift(loud, "before")


ROWS = np.zeros((3, 2))


def state(update, accuracy, rows=ROWS):
    return State(update, accuracy, rows, rows)


def test_drift_is_measured_in_z_or_in_spreads_at_its_start():
    rows = [np.array([[-1.0, 0.0], [0.0, 1.0], [3.0, 4.0]]), np.array([[1.0, 1.0], [4.0, -1.0], [5.0, 3.0]])]
    states = [state(k, 0.1, row) for k, row in enumerate([*rows, rows[0]])]
    assert experiments.drift(states) == pytest.approx(3.0)
    assert experiments.drift(states, in_spreads=True) == pytest.approx(((4 / 2 + 2 / 2) / 2 + (4 / 2 + 2 / 1) / 2) / 2)
    assert experiments.drift(states[:1]) == 0


def test_the_first_record_at_the_target_counts_and_early_is_a_mean():
    states = [state(k, value) for k, value in ((0, 0.1), (300, 0.8), (400, 0.7), (500, 0.9))]
    assert experiments.reached(states) == 300
    assert experiments.reached(states[:1]) is None
    assert experiments.early(states) == pytest.approx(0.75)
    assert experiments.early(states[:1]) == pytest.approx(0.1)


@pytest.mark.usefixtures("small")
def test_the_curves_are_drawn_in_their_place_with_the_clean_ones_beside(digits):
    *_, clean = experiments.four(*digits)
    for live in swept(panels.noise(*digits, clean)):
        found, figure = live.result, live.canvas.figure
        assert len(found["bad_plain"]) == 3
        for name in FOUR:
            _, grey, *_ = figure.ax[name].lines
            assert list(grey.get_ydata()) == [state.accuracy for state in clean[name]]
            assert list(figure.moving[f"curve_{name}"].get_ydata()) == [state.accuracy for state in found[name]]
        assert numbers(live.sentence)[0] == live.values["noise"]
        assert live.sentence.endswith(f" {experiments.drift(found['good_normed']):.1g} with it.")


def some_runs():
    def run(late):
        return [state(20 * k, min(0.95, 0.1 + (20 * k / late) * 0.75)) for k in range(81)]

    return {"bad_plain": run(1300), "good_plain": run(100), "bad_normed": run(60), "good_normed": run(40)}


def test_the_sentence_rounds_when_the_target_came():
    said = panels._describe_four(some_runs())
    assert "norm more than 1,000 from bad" in said
    assert said.count("fewer than 150") == 3
    runs = some_runs()
    assert "some hundreds from good" in panels._describe_four(runs | {"good_plain": [state(0, 0.1), state(600, 0.9)]})
    assert "more than 40 from bad" in panels._describe_four({name: run[:3] for name, run in some_runs().items()})


@pytest.fixture
def little(monkeypatch):
    monkeypatch.setattr(sweeps, "SIZES", (64, 5, 10))
    for module in (sweeps, panels):
        monkeypatch.setattr(module, "MOMENTS", (20, 40))


@pytest.mark.usefixtures("little")
def test_the_sweep_has_a_network_for_each_rate_and_spread_of_each_kind(digits):
    train, held = digits
    *_, found = panels.sweep(train, held).compute()
    assert found.at == [20, 40]
    for kind, std, rate in (("batch", 0.1, 0.1), ("none", 1.0, 0.03), ("once", 0.3, 0.1)):
        recipe = Recipe((64, 5, 10), "relu", "none" if kind == "none" else "batch")
        p = stacked.start(recipe, [0], [std])
        if kind == "once":
            p, recipe = stacked.folded(recipe, p, train.x[:30]), Recipe((64, 5, 10))
        p = last(islice(stacked.updates(recipe, p, train.x, train.y, [rate], 30, np.random.default_rng([0, 1])), 40))
        right = stacked.judged(recipe, p, train.x[:200], held.x, held.y)[1][0]
        assert found.maps[kind][1][STDS.index(std), RATES.index(rate)] == pytest.approx(right, abs=0.03)


def some_maps(high=0.93):
    rng = np.random.default_rng(1)
    maps = {kind: [np.clip(rng.uniform(0.1, 0.95, (5, 8)) + k / 5, 0, high) for k in range(3)] for kind in KINDS}
    maps["none"][2][0, 7] = np.nan
    return Sweep([50, 200, 2000], maps)


def test_each_map_shows_the_moment_and_the_kind_that_are_chosen():
    found = some_maps()
    for live in swept(panels.maps(found)):
        left, updates = live.values.values()
        at, moving = found.at.index(updates), live.canvas.figure.moving
        for place, kind in (("left", left), ("right", "batch")):
            values = found.maps[kind][at]
            shown = [[moving[f"{place}_{row}_{column}"].get_text() for column in range(8)] for row in range(5)]
            said = np.where(values < 0.2, "", (100 * np.nan_to_num(values) + 1e-4).astype(int).astype(str))
            assert shown == np.where(np.isnan(values), "×", said).tolist()
            assert moving[f"{place}_map"].get_array().reshape(5, 8)[np.nan_to_num(values) >= 0.8].min() == 3
            assert f"{(values >= 0.8).sum()} of 40" in live.canvas.figure.words[f"{place}_count"].get_text()
        assert numbers(live.sentence)[0] == updates


def test_most_first_weights_are_three_of_five():
    values = np.zeros((5, 8))
    values[:3, 2] = values[:2, 5] = 0.8
    assert sweeps.largest_rate(values) == RATES[2]
    assert sweeps.largest_rate(np.zeros((5, 8))) is None


@pytest.mark.usefixtures("small")
def test_held_weights_keep_their_length_and_free_ones_grow(digits):
    grown = [further.held("bad_normed", "sigmoid", 3.0, *digits, hold=hold, updates=20)[1] for hold in (False, True)]
    assert grown[0] > 1.01
    assert grown[1] == pytest.approx(1, abs=1e-5)


def test_the_rate_is_chosen_on_the_first_half_and_told_on_the_second(digits):
    train, held = digits
    found, rates = [], (0.01, 0.3)
    for rate in rates:
        recipe = Recipe((64, 32, 32, 10), "relu", "batch")
        steps = stacked.updates(recipe, stacked.start(recipe, [3], [None]), train.x, train.y, [rate], 60,
                                np.random.default_rng([3, 1]))  # fmt: skip
        p = last(islice(steps, 5))
        found.append([stacked.judged(recipe, p, train.x, held.x[part], held.y[part])[1][0]
                      for part in (slice(20), slice(20, None))])  # fmt: skip
    best = further.deep(3, "relu", "batch", rates, train, held, updates=5, seed=3)
    assert best == pytest.approx(max(found)[1], abs=0.06)
    assert 0 <= further.small_batches("layer", 2, train, held, updates=3) <= 1


@pytest.mark.usefixtures("small")
def test_the_gradients_shift_updates_the_earlier_layers_alone(digits):
    train = type(digits[0])("four", *(np.concatenate([part, part]) for part in (digits[0].x, digits[0].y)))
    network, p = experiments.network("bad_normed"), experiments.first_weights("bad_normed", train)
    shifts = []
    for batch in (slice(k, k + 60) for k in (0, 60, 120, 180)):
        before = loss_and_gradients(network, p, train.x[batch], train.y[batch])[1]
        below = ("weight1", "gamma1", "beta1", "weight2", "gamma2", "beta2")
        moved = {name: value - np.float32(0.5) * before[name] if name in below else value for name, value in p.items()}
        after = loss_and_gradients(network, moved, train.x[batch], train.y[batch])[1]
        shifts.append(((after["weight3"] - before["weight3"]) ** 2).sum() / (before["weight3"] ** 2).sum())
    found = further.gradient_shifts("bad_normed", (0,), train, rate=0.5)
    assert found == pytest.approx([np.mean(np.sqrt(shifts))], rel=1e-3)


@pytest.mark.usefixtures("small")
def test_the_loss_along_the_gradient_has_the_same_distances_for_both(digits):
    train = digits[0]
    for live in swept(further_panels.loss_along(train, (0, 3, 6))):
        family, moment = live.values.values()
        start, rate = further.FAMILIES[family]
        p = last(further.run_of(f"{start}_normed", train, rate=rate, updates=3 * moment, activation=family)).parameters
        network = Network(SIZES, family, True)
        _, gradients, _ = loss_and_gradients(network, p, train.x, train.y)
        length = np.sqrt(sum((value.astype(float) ** 2).sum() for value in gradients.values()))
        losses = []
        for distance in (0, *further.DISTANCES):
            moved = {name: value - distance / length * gradients[name] for name, value in p.items()}
            losses.append(own_loss(moved, train.x.astype(float), train.y, family, "batch"))
        if len(train.x) <= further.LOOKED:
            assert live.result.losses["batch"] == pytest.approx(losses, rel=5e-3)
        drawn = live.canvas.figure.moving["batch"].get_ydata()
        assert drawn == pytest.approx(np.clip(live.result.losses["batch"], 0.03, 3e4))
        assert numbers(live.sentence)[-3 if family == "relu" else -3] in (30.0, 3 * moment)


def test_an_interval_is_t_times_s_over_root_n():
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    mean, half = regularizing.interval(values)
    assert mean == 5.5
    assert half == pytest.approx(2.262 * np.sqrt(sum((v - 5.5) ** 2 for v in values) / 9) / np.sqrt(10))


def test_regularized_networks_are_judged_after_their_epochs(digits, monkeypatch):
    train, test = digits
    monkeypatch.setattr(regularizing, "EPOCHS", 2)
    monkeypatch.setattr(regularizing, "KINDS", {16: ("none", "batch", "whole")})
    found = last(regularizing.compared(train, test, 16, 0.1))
    recipe = Recipe(regularizing.SIZES, "relu", "batch")
    p = stacked.start(recipe, range(10), [None] * 10)
    steps = stacked.updates(recipe, p, train.x, train.y, [0.1] * 10, 16, np.random.default_rng([0, 1]))
    p = last(islice(steps, 2 * (150 // 16)))
    right = [stacked.judged(recipe, p, train.x, part.x, part.y)[1] for part in (test, train)]
    assert found["batch"].test == pytest.approx(right[0])
    assert found["batch"].gap == pytest.approx(right[1] - right[0])
    assert len(found["whole"].gap) == 10


def test_few_digits_and_the_rest_share_none(digits):
    parts = regularizing.few_and_rest(digits[0], few=20)
    assert [len(part.x) for part in parts] == [20, 130, 0]


def some_judged(batch_size):
    rng = np.random.default_rng(0)
    return {kind: Judged(*np.sort(rng.uniform(0.93, 1.0, (2, 10)), axis=0)) for kind in regularizing.KINDS[batch_size]}


def test_the_panel_names_and_draws_the_kinds_of_each_batch_size(digits, monkeypatch):
    monkeypatch.setattr(regularizing, "compared", lambda train, test, batch_size, rate: iter([some_judged(batch_size)]))
    for live in swept(further_panels.regularized(*digits)):
        moving, kinds = live.canvas.figure.moving, list(live.result)
        assert kinds[2] == ("whole" if live.values["batch_size"] == 16 else "ghost")
        for row, judged in enumerate(live.result.values()):
            assert list(moving[f"gap_dots{row}"].get_xdata()) == list(100 * judged.gap)
            mean, half = regularizing.interval(100 * judged.test)
            assert moving[f"test_words{row}"].get_text() == f"{mean:.1f} ± {half:.1f}"
        assert numbers(live.sentence)[:2] == [live.values["batch_size"], live.values["rate"]]


def some_curves():
    losses = np.geomspace(0.3, 9000, 12)
    return iter([Curves(k, {"none": losses, "batch": losses / 9}) for k in (0, 100)])


@pytest.fixture
def all_panels(digits, monkeypatch):
    monkeypatch.setattr(further, "along", lambda *_: some_curves())
    monkeypatch.setattr(experiments, "four", lambda *_: iter([some_runs()]))
    monkeypatch.setattr(sweeps, "sweep", lambda *_: iter([some_maps()]))
    monkeypatch.setattr(regularizing, "compared", lambda train, test, batch_size, rate: iter([some_judged(batch_size)]))
    return {
        "four": panels.two_by_two(*digits),
        "noise": panels.noise(*digits, some_runs()),
        "sweep": panels.sweep(*digits),
        "maps": panels.maps(some_maps()),
        "regularized": further_panels.regularized(*digits),
        "along": further_panels.loss_along(digits[0], (0, 100)),
    }


@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", ["four", "noise", "sweep", "maps", "regularized", "along"])
def test_no_text_overlaps_another_or_leaves_the_picture(all_panels, name, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    assert faults(all_panels[name], pairs=(language, view) == ("en", "normal")) == []
