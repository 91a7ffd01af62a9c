"""Lesson 06's panels and experiments against computations of their own."""

import re
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course import catalogue, drawing
from course.panel import SETTLED, Canvas
from helpers.network import Network, forward, initialize, loss_and_gradients
from lessons.batchnorm_forward import experiments, further, further_panels, panels, plots
from lessons.batchnorm_forward.experiments import BETAS, Moment, Trained
from lessons.batchnorm_forward.further_panels import Pair
from tests.overlaps import faults
from tests.sweep import numbers, some_digits, swept

BATCH = np.array([[2.45, 6.75, 1450], [2.4, 6.2, 1060], [2, 2.5, 278], [1.82, 2.9, 562], [2.38, 7.65, 520]])


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


@pytest.fixture(scope="module")
def digits():
    return some_digits(np.float32)[0]


def own_x_hat(x, eps=1e-5):
    return (x - sum(x) / len(x)) / np.sqrt(sum((x - sum(x) / len(x)) ** 2) / len(x) + eps)


def test_the_table_normalizes_what_was_edited_and_marks_what_moved():
    for live in swept(panels.table(BATCH)):
        example, times, plus = live.values.values()
        x = BATCH[:, 1].copy()
        for row in range(5):
            if example in ("all", str(row + 1)):
                x[row] = x[row] * times + plus
        x_hat, before = own_x_hat(x), own_x_hat(BATCH[:, 1])
        moved = [abs(a - b) > 0.005 for a, b in zip(x_hat, before, strict=True)]
        figure = live.canvas.figure
        cells = [figure.moving[f"h{row}"] for row in range(5)]
        assert [float(cell.get_text()) for cell in cells] == pytest.approx(x_hat, abs=0.00501)
        assert [cell.get_bbox_patch().get_visible() for cell in cells] == moved
        assert float(figure.moving["x5"].get_text().replace(",", "")) == pytest.approx(x.mean(), abs=0.501)
        assert figure.moving["now"].get_xdata() == pytest.approx(x_hat)
        assert numbers(live.sentence)[-2:] == [sum(moved), 5]


def test_a_factor_and_a_shift_for_all_move_nothing_and_one_example_stops_at_two():
    whole = experiments.edited(BATCH[:, 1], "all", 7, 100)
    assert not whole.moved.any()
    far = experiments.edited(BATCH[:, 1], "3", 1e6, 0)
    assert far.x_hat == pytest.approx([-0.5, -0.5, 2, -0.5, -0.5], abs=1e-5)
    assert far.moved.all()


def test_shapes_are_drawn_with_the_same_bins_before_and_after():
    features = {"proline": np.random.default_rng(0).exponential(3, 500), "unit": np.arange(300.0)}
    for live in swept(panels.shape(features)):
        x = features[live.values["feature"]]
        before, after = (live.canvas.figure.moving[name].get_ydata() for name in ("x", "x_hat"))
        assert before.tolist() == after.tolist()
        within = np.abs(own_x_hat(x)) < 3.2
        assert sum(after) == pytest.approx(100 * within.mean())
        skew = (own_x_hat(x, 0) ** 3).mean()
        assert numbers(live.sentence)[-2:] == pytest.approx([skew, skew], abs=0.006)


def test_a_normal_column_is_not_rejected_and_a_skewed_one_is():
    rng = np.random.default_rng(1)
    columns = np.column_stack([rng.normal(5, 2, 2000), rng.exponential(1, 2000)])
    assert experiments.rejected_as_normal(columns).tolist() == [False, True]


def test_taken_back_beta_moves_nothing_where_nothing_bends(digits):
    plain, back = (experiments.trained("line", beta, digits, back=True, updates=10) for beta in (0.0, 2.0))
    assert back.loss == pytest.approx(plain.loss, rel=1e-3)
    assert back.z - 2 == pytest.approx(plain.z, abs=0.01)


@pytest.mark.parametrize("held", [False, True])
def test_training_is_that_of_the_helpers_network_where_relu_bends(digits, held):
    network = Network((64, 64, 64, 10), "relu", True)
    parameters = initialize(network, np.random.default_rng(3), None, np.float32)
    parameters |= {name: np.full(64, 0.5, np.float32) for name in ("beta1", "beta2")}
    losses = []
    order = np.random.default_rng([3, 1])
    batches = np.concatenate([order.permutation(150)[:120] for _ in range(2)]).reshape(-1, 60)
    for rows in batches[:3]:
        loss, gradients, _ = loss_and_gradients(network, parameters, digits.x[rows], digits.y[rows])
        losses.append(loss)
        frozen = {"bias3"} | ({"gamma1", "gamma2", "beta1", "beta2"} if held else set())
        parameters |= {name: parameters[name] - 0.5 * gradients[name] for name in parameters.keys() - frozen}
    found = experiments.trained("relu", 0.5, digits, held=held, updates=3, seed=3)
    assert found.loss == pytest.approx(np.mean(losses), rel=1e-4)
    z = np.concatenate([cache.z.ravel() for cache in forward(network, parameters, digits.x)[1][:-1]])
    assert found.z == pytest.approx(z, abs=1e-3)
    assert found.zeros == pytest.approx(100 * (z <= 0).mean(), abs=0.1)


def test_a_line_bends_nothing_and_a_sigmoid_has_its_slope():
    z = np.array([-2.0, 0.0, 3.0])
    out, slope = experiments._bent("line", z)
    assert out.tolist() == z.tolist()
    assert slope.tolist() == [1, 1, 1]
    out, slope = experiments._bent("sigmoid", z)
    h = 1e-6
    assert slope == pytest.approx((experiments._bent("sigmoid", z + h)[0] - out) / h, abs=1e-5)


def held_runs():
    rng = np.random.default_rng(2)
    relu = [Trained(zeros, loss, rng.normal(beta, 1, 400)) for beta, zeros, loss in
            zip(BETAS, (97, 87, 73, 54, 33, 17, 2), (1, 0.1, 0.03, 0.02, 0.02, 0.04, 0.1), strict=True)]  # fmt: skip
    return {"relu": relu, "back": relu[3:], "line": [relu[0]._replace(loss=0.07)]}


def test_the_held_beta_is_ringed_and_what_becomes_zero_is_hatched():
    runs = held_runs()
    for live in swept(panels.held(runs)):
        beta = live.values["beta"]
        chosen = runs["relu"][BETAS.index(beta)]
        moving = live.canvas.figure.moving
        assert moving["chosen"].get_data() == ([beta], [chosen.loss])
        level, back, relu = live.canvas.figure.ax["loss"].lines[:3]
        assert level.get_ydata()[0] == 0.07
        assert list(back.get_xdata()) == [0, 0.5, 1, 2]
        assert list(relu.get_ydata()) == [run.loss for run in runs["relu"]]
        zero, passed = (100 * np.mean(mask & (np.abs(chosen.z) < 5)) for mask in (chosen.z <= 0, chosen.z > 0))
        assert moving["zero"].get_data().values.sum() == pytest.approx(zero, abs=0.5)
        assert moving["pass"].get_data().values.sum() == pytest.approx(passed, abs=0.5)
        assert numbers(live.sentence) == [beta, chosen.zeros]


def test_moments_are_those_of_the_network_with_and_without(digits):
    first, last = experiments.moments(digits, every=300)
    assert (first.update, last.update) == (0, 300)
    assert set(first.gammas) == {1.0}
    plain = Network((64, 64, 64, 10))
    start = initialize(plain, np.random.default_rng(0), None, np.float32)
    z = [cache.z for cache in forward(plain, start, digits.x)[1][:-1]]
    assert first.plain_zeros == pytest.approx(100 * np.concatenate([(part <= 0).mean(axis=0) for part in z]))
    assert len(set(last.gammas)) > 100


def learned_run():
    rng = np.random.default_rng(7)
    return [Moment(10 * k, *rng.uniform(0.8, 1.2, (2, 128)), rng.uniform(40, 60, 128), np.linspace(10, 100, 128))
            for k in range(3)]  # fmt: skip


def test_each_unit_is_a_mark_at_its_gamma_and_beta_and_at_its_share():
    run = learned_run()
    for live in swept(panels.learned(run)):
        moment, moving = run[live.values["moment"]], live.canvas.figure.moving
        assert moving["units"].get_xdata().tolist() == moment.betas.tolist()
        assert moving["units"].get_ydata().tolist() == moment.gammas.tolist()
        assert moving["normed"].get_xdata().tolist() == moment.zeros.tolist()
        assert moving["plain"].get_xdata().tolist() == moment.plain_zeros.tolist()
        assert numbers(live.sentence) == [moment.update, round(moment.zeros.min()), round(moment.zeros.max())]
        assert "1 units at 100" in live.canvas.figure.words["dead"].get_text()


def test_weights_that_got_shorter_are_counted():
    lengths = np.array([[1.0, 2.0], [2.0, 1.0], [1.5, 3.0]])
    steps = [type("Step", (), {"parameters": {"weight1": one[None, :1], "weight2": one[None, 1:]}}) for one in lengths]
    assert experiments.shorter(iter(steps)) == 0.5


def test_scaled_weights_start_at_the_same_loss_and_follow_the_squared_rate(digits):
    curves = [list(further.scaled(*case, digits, every=100)) for case in ((1, 1), (7, 1), (7, 49))]
    assert curves[1][0] == pytest.approx(curves[0][0], rel=1e-4)
    assert curves[2][1] == pytest.approx(curves[0][1], rel=1e-2)
    assert curves[1][1] > 2 * curves[0][1]


def test_batch_norm_is_where_it_was_put(digits):
    (start,) = further.placed((False, False, True), 0.1, 0, digits)
    network = Network((64, 50, 50, 50, 10), "sigmoid", (False, False, True))
    parameters = initialize(network, np.random.default_rng(0), 0.1, np.float32)
    assert start == pytest.approx(further.loss_of(network, parameters, digits))
    before, after = (next(further.place("relu", place, 0.1, 0, digits)) for place in (False, True))
    assert before != after


def test_a_run_that_diverged_stays_in_the_picture():
    *_, last = further_panels._pairs(iter([3.0, 2.0, 1.0]), iter([3.0]))
    assert last == Pair((3.0, 2.0, 1.0), (3.0,))


def test_a_variance_in_one_pass_is_off_where_the_mean_is_large():
    near, far = further.variances(1.0), further.variances(1e5)
    assert max(near.one, near.two) < 1e-5
    assert near.negative == 0
    assert far.one > 100
    assert far.negative > 0


def test_the_trap_rings_the_chosen_mean():
    for live in swept(further_panels.trap()):
        errors = further.variances(live.values["mean"])
        assert live.canvas.figure.moving["rings"].get_ydata() == pytest.approx([errors.one, errors.two])
        assert numbers(live.sentence)[-2:] == [errors.negative, 16]


def test_feature_maps_are_drawn_side_by_side():
    maps = np.random.default_rng(3).normal(size=(3, 4, 5))
    ax = plots.feature_maps(maps, "before", 2, Figure().subplots())
    assert [image.get_array().tolist() for image in ax.images] == maps.tolist()
    lows = [float(re.findall(r"-?\d+\.\d", words.get_text())[0]) for words in ax.texts]
    assert lows == pytest.approx(maps.min(axis=(1, 2)), abs=0.051)


@pytest.fixture(scope="module")
def all_panels(digits):
    rng = np.random.default_rng(0)
    features = {"proline": rng.exponential(300, 178), "pixel": rng.uniform(0, 16, 200), "unit": rng.normal(size=200)}
    return {
        "table": panels.table(BATCH),
        "shape": panels.shape(features),
        "held": panels.held(held_runs()),
        "learned": panels.learned(learned_run()),
        "scale": further_panels.scale(digits),
        "place": further_panels.place(digits),
        "trap": further_panels.trap(),
    }


@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", ["table", "shape", "held", "learned", "scale", "place", "trap"])
def test_no_text_overlaps_another_or_leaves_the_picture(all_panels, name, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setitem(catalogue._chosen, "language", language)
    for run in ("scaled", "place"):
        monkeypatch.setattr(further, run, lambda *_: iter([2.303, 0.0123]))
    assert faults(all_panels[name], pairs=(language, view) == ("en", "normal")) == []


def test_the_boxes_of_neighbouring_rows_keep_apart_in_a_class(monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", "class")
    canvas = Canvas(panels.table(BATCH))
    canvas.draw(experiments.edited(BATCH[:, 1], "all", 2, 0), SETTLED, {"example": "all"})
    boxes = [canvas.figure.moving[f"x{row}"].get_bbox_patch() for row in range(5)]
    half = boxes[0].get_linewidth() / 2 * canvas.figure.dpi / 72
    bounds = [box.get_window_extent() for box in boxes]
    assert all(upper.y0 - half > lower.y1 + half for upper, lower in pairwise(bounds))


@pytest.mark.parametrize("view", ["normal", "class"])
def test_nor_where_the_layers_are_chosen(digits, view, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setattr(further, "placed", lambda *_: iter([2.303, 2.302]))
    monkeypatch.setitem(catalogue._chosen, "language", "ko")
    assert faults(further_panels.placed(digits)) == []
