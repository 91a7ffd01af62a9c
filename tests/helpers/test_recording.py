"""A run that starts with the first weights, and what is recorded on its way."""

import gc
import math
import weakref
from itertools import count

import numpy as np
import pytest

from helpers.network import Network, initialize, loss_and_gradients
from helpers.recording import diverged, growing, last, records, run
from helpers.training import training_steps


def problem(batchnorm=False, dtype=np.float64):
    """A network, its parameters, and 50 examples of three classes."""
    rng = np.random.default_rng(5)
    network = Network((2, 8, 3), batchnorm=batchnorm)
    y = rng.integers(0, 3, 50)
    return network, initialize(network, rng, dtype=dtype), rng.normal(size=(50, 2)).astype(dtype), y


def options(**changed):
    """The keyword arguments of a short run."""
    return {"updates": 6, "batch_size": 20, "learning_rate": 0.1, "rng": np.random.default_rng(6)} | changed


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("drop_last", [False, True])
def test_a_run_is_its_start_and_then_the_first_steps_of_the_training(drop_last):
    network, parameters, x, y = problem(batchnorm=True, dtype=np.float32)
    start, *steps = run(network, parameters, x, y, **options(drop_last=drop_last))
    assert start.update == start.epoch == 0
    assert math.isnan(start.loss)
    assert start.parameters is parameters
    assert start.running["mean1"].dtype == np.float32
    assert start.running["var1"].tolist() == [1] * 8
    expected = training_steps(network, parameters, x, y, batch_size=20, epochs=9, learning_rate=0.1,
                              rng=np.random.default_rng(6), drop_last=drop_last)  # fmt: skip
    assert [step.update for step in steps] == [1, 2, 3, 4, 5, 6]
    for step, wanted in zip(steps, expected, strict=False):
        assert step.loss == wanted.loss
        assert same(step.parameters, wanted.parameters)


def test_a_run_of_no_updates_is_its_start():
    assert [step.update for step in run(*problem(), **options(updates=0))] == [0]


def test_a_run_that_diverges_ends_with_that_step():
    network, parameters, x, y = problem()
    steps = list(run(network, parameters, x, y, **options(updates=40, learning_rate=1e200)))
    assert [diverged(step) for step in steps] == [False] * (len(steps) - 1) + [True]
    assert 1 < len(steps) < 40
    kept = list(records(steps, lambda step: step.update))
    assert kept == list(range(len(steps) - 1))


def test_something_else_can_take_the_place_of_the_gradients():
    """Here the second layer is held, by gradients of 0."""
    network, parameters, x, y = problem()

    def held(*batch):
        loss, gradients, caches = loss_and_gradients(*batch)
        return loss, gradients | {"weight2": 0 * gradients["weight2"]}, caches

    end = last(run(network, parameters, x, y, **options(differentiate=held)))
    assert np.array_equal(end.parameters["weight2"], parameters["weight2"])
    assert not np.array_equal(end.parameters["weight1"], parameters["weight1"])


def test_what_gives_no_caches_leaves_the_running_statistics_alone():
    network, parameters, x, y = problem(batchnorm=True)
    start, *_, end = run(network, parameters, x, y, **options(
        differentiate=lambda *batch: (*loss_and_gradients(*batch)[:2], ())))  # fmt: skip
    assert same(end.running, start.running)


@pytest.mark.parametrize(("every", "at"), [(1, [0, 1, 2, 3, 4, 5, 6]), (2, [0, 2, 4, 6]), (4, [0, 4]), (7, [0])])
def test_a_record_is_made_every_so_many_updates(every, at):
    assert list(records(run(*problem(), **options()), lambda step: step.update, every)) == at


def test_records_are_made_as_the_run_goes():
    made = []
    found = records(run(*problem(), **options()), lambda step: made.append(step.update), 3)
    next(found)
    next(found)
    assert made == [0, 3]


def test_a_growing_list_is_one_list():
    so_far = growing(count())
    first = next(so_far)
    assert first == [0]
    assert next(so_far) is first
    assert first == [0, 1]


@pytest.mark.parametrize(
    "bad",
    [{"updates": -1}, {"updates": 1.5}, {"batch_size": 0}, {"learning_rate": 0}, {"differentiate": "held"}],
    ids=lambda bad: next(iter(bad)),
)
def test_bad_arguments_are_refused_at_the_call(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        run(*problem(), **options(**bad))


def test_records_are_refused_for_no_number_of_updates():
    with pytest.raises(ValueError, match="every"):
        records([], str, 0)


def test_the_last_step_is_found_without_keeping_the_others():
    first = []

    def steps():
        for step in run(*problem(), **options()):
            first.extend([weakref.ref(step.parameters["weight1"])] * (step.update == 1))
            gc.collect()
            assert step.update < 3 or first[0]() is None
            yield step

    assert last(steps()).update == 6
    with pytest.raises(ValueError, match="empty"):
        last([])
