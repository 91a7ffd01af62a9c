"""The training loop: what a step is, how a run ends, and what it leaves."""

import math

import numpy as np
import pytest

from helpers.batching import minibatches
from helpers.network import Network, accuracy, initialize, loss_and_gradients, predict
from helpers.training import sgd_update, train, training_steps
from helpers.validate import NotFiniteError


def problem(batchnorm=False, dtype=np.float64, n=50):
    """A network, its parameters, and three separable clouds."""
    rng = np.random.default_rng(11)
    network = Network((2, 8, 3), batchnorm=batchnorm)
    y = rng.integers(0, 3, n)
    x = np.array([[0, 2], [2, -1], [-2, -1]])[y] + 0.3 * rng.standard_normal((n, 2))
    return network, initialize(network, rng, dtype=dtype), x.astype(dtype), y


def options(**changed):
    """The keyword arguments of a short run."""
    return {"batch_size": 16, "epochs": 3, "learning_rate": 0.2, "rng": np.random.default_rng(12)} | changed


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sgd_update_steps_down_the_gradient_in_the_same_dtype(dtype):
    parameters = {"a": np.array([1.0, 2.0], dtype)}
    updated = sgd_update(parameters, {"a": np.array([10.0, -10.0])}, np.float64(0.1))
    assert updated["a"] == pytest.approx([0, 3], abs=1e-6)
    assert updated["a"].dtype == dtype
    assert parameters["a"].tolist() == [1, 2]


def test_a_step_is_forward_backward_update_on_the_next_batch():
    network, parameters, x, y = problem()
    steps = training_steps(network, parameters, x, y, **options())
    batches = minibatches(x, y, 16, np.random.default_rng(12))
    for step, batch in zip(steps, batches, strict=False):
        loss, gradients, _ = loss_and_gradients(network, parameters, *batch)
        parameters = {name: value - 0.2 * gradients[name] for name, value in parameters.items()}
        assert step.loss == loss
        for name, value in parameters.items():
            assert np.array_equal(step.gradients[name], gradients[name])
            assert step.parameters[name] == pytest.approx(value, rel=1e-14)


def test_steps_are_numbered_from_1():
    steps = list(training_steps(*problem(), **options()))
    assert [step.update for step in steps] == list(range(1, 13))
    assert [step.epoch for step in steps] == [1] * 4 + [2] * 4 + [3] * 4
    assert [step.iteration for step in steps] == [1, 2, 3, 4] * 3


def test_history_has_a_loss_and_an_epoch_for_each_update():
    history = train(*problem(), **options())
    steps = list(training_steps(*problem(), **options()))
    assert history.losses == [step.loss for step in steps]
    assert history.epochs == [step.epoch for step in steps]
    assert all(
        np.array_equal(history.parameters[name], value) for name, value in steps[-1].parameters.items()
    )
    assert (history.interrupted, history.diverged) == (False, None)


def test_drop_last_makes_fewer_updates():
    assert len(train(*problem(), **options(drop_last=True)).losses) == 9


def test_a_run_without_a_batch_is_refused():
    with pytest.raises(ValueError, match="batch_size is 51; with drop_last it must be at most 50"):
        train(*problem(), **options(batch_size=51, drop_last=True))


@pytest.mark.parametrize("batchnorm", [False, True])
def test_training_learns_separable_clouds(batchnorm):
    network, parameters, x, y = problem(batchnorm)
    history = train(network, parameters, x, y, **options(epochs=30, batch_size=25))
    assert accuracy(predict(network, history.parameters, history.running, x), y) > 0.95
    assert sum(history.losses[-2:]) < sum(history.losses[:2]) / 2


def test_running_statistics_follow_the_batches():
    network, parameters, x, y = problem(batchnorm=True)
    step = next(training_steps(network, parameters, x, y, **options()))
    batch, _ = next(minibatches(x, y, 16, np.random.default_rng(12)))
    z = batch @ parameters["weight1"]
    assert step.running["mean1"] == pytest.approx(0.1 * z.mean(axis=0), rel=1e-12)
    assert step.running["var1"] == pytest.approx(0.9 + 0.1 * z.var(axis=0, ddof=1), rel=1e-12)


def test_running_statistics_use_each_batch_its_own_size():
    """The last of 4 batches holds 2 of 50 examples: its unbiased variance is twice the biased one."""
    network, parameters, x, y = problem(batchnorm=True)
    steps = list(training_steps(network, parameters, x, y, **options(epochs=1)))
    *_, (batch, _) = minibatches(x, y, 16, np.random.default_rng(12))
    z = batch @ steps[2].parameters["weight1"]
    assert len(batch) == 2
    assert steps[3].running["var1"] == pytest.approx(
        0.9 * steps[2].running["var1"] + 0.1 * z.var(axis=0, ddof=1), rel=1e-12
    )


def test_running_statistics_can_be_continued():
    network, parameters, x, y = problem(batchnorm=True)
    old = {"mean1": np.full(8, 3.0), "var1": np.full(8, 5.0)}
    step = next(training_steps(network, parameters, x, y, **options(running=old)))
    fresh = next(training_steps(network, parameters, x, y, **options()))
    assert step.running["mean1"] - fresh.running["mean1"] == pytest.approx(np.full(8, 0.9 * 3), rel=1e-12)
    assert step.running["var1"] - fresh.running["var1"] == pytest.approx(np.full(8, 0.9 * 4), rel=1e-12)


@pytest.mark.parametrize("batchnorm", [False, True])
def test_float32_stays_float32_in_training(batchnorm):
    network, parameters, x, y = problem(batchnorm, np.float32)
    seen = []
    history = train(network, parameters, x, y, **options(learning_rate=np.float64(0.2)), callback=seen.append)
    arrays = [*history.parameters.values(), *history.running.values(), *seen[-1].gradients.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_the_data_decide_the_dtype_of_a_step_and_the_parameters_keep_theirs():
    network, parameters, x, y = problem(batchnorm=True)
    step = next(training_steps(network, parameters, x.astype(np.float32), y, **options()))
    assert {array.dtype for array in step.gradients.values()} == {np.dtype(np.float32)}
    assert {array.dtype for array in step.parameters.values()} == {np.dtype(np.float64)}


def test_training_changes_nothing_it_was_given():
    network, parameters, x, y = problem(batchnorm=True)
    for array in (x, y, *parameters.values()):
        array.flags.writeable = False
    train(network, parameters, x, y, **options())


def test_the_callback_sees_every_step():
    seen = []
    history = train(*problem(), **options(), callback=seen.append)
    assert [step.loss for step in seen] == history.losses


def interrupt_at(update):
    """A callback that stops the run as a keyboard interrupt would."""

    def callback(step):
        if step.update == update:
            raise KeyboardInterrupt

    return callback


def test_an_interrupt_keeps_what_was_done():
    history = train(*problem(batchnorm=True), **options(), callback=interrupt_at(5))
    steps = list(training_steps(*problem(batchnorm=True), **options()))[:5]
    assert history.interrupted
    assert history.diverged is None
    assert history.losses == [step.loss for step in steps]
    assert history.epochs == [1, 1, 1, 1, 2]
    for kept, wanted in ((history.parameters, steps[-1].parameters), (history.running, steps[-1].running)):
        assert all(np.array_equal(kept[name], value) for name, value in wanted.items())


def test_other_errors_of_a_callback_are_not_swallowed():
    def callback(step):
        raise RuntimeError("from the callback")

    with pytest.raises(RuntimeError, match="from the callback"):
        train(*problem(), **options(), callback=callback)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("batchnorm", [False, True])
def test_a_diverging_run_says_where_and_keeps_finite_parameters(batchnorm):
    history = train(*problem(batchnorm, np.float32), **options(learning_rate=1e38))
    assert history.diverged == len(history.losses) < 12
    assert not math.isfinite(history.losses[-1])
    assert all(math.isfinite(loss) for loss in history.losses[:-1])
    assert all(
        np.isfinite(value).all() for value in (*history.parameters.values(), *history.running.values())
    )
    assert not history.interrupted


@pytest.mark.filterwarnings("ignore:overflow")
def test_an_update_that_overflows_is_refused():
    huge = np.array([3e38], np.float32)
    with pytest.raises(NotFiniteError, match="the result of sgd_update, a,"):
        sgd_update({"a": huge}, {"a": -huge}, 1.0)


def test_an_infinite_loss_of_finite_logits_is_divergence():
    parameters = {"weight1": np.array([[1e154, -1e154]]), "bias1": np.zeros(2)}
    x, y = np.full((4, 1), 1e154), np.ones(4, int)
    history = train(Network((1, 2)), parameters, x, y, **options())
    assert (history.diverged, len(history.losses)) == (1, 1)
    assert np.array_equal(history.parameters["weight1"], parameters["weight1"])


def test_the_diverging_step_is_the_last_and_has_no_gradients():
    *_, last = training_steps(*problem(dtype=np.float32), **options(learning_rate=1e38))
    assert last.gradients == {}
    assert math.isnan(last.loss)


def test_a_last_batch_of_one_is_refused_at_the_call_with_batch_normalization():
    with pytest.raises(ValueError, match="batch_size is 7"):
        training_steps(*problem(batchnorm=True), **options(batch_size=7))
    assert len(train(*problem(batchnorm=True), **options(batch_size=7, drop_last=True)).losses) == 21
    assert len(train(*problem(), **options(batch_size=7)).losses) == 24
