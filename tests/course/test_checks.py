"""What a check answers: each step of the order, mistakes by name, every kind of result."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from course.checks import Exercise, Quantity
from course.checks.comparing import difference
from course.checks.exercise import attempt
from course.checks.judging import judge
from course.checks.wording import given
from tests.course.demo_exercises import (
    COUNT,
    PAIR,
    STEP_EXERCISE,
    UPDATES,
    install,
    kind,
    raising,
    says,
    step,
    step_cases,
    up,
)


@pytest.fixture(autouse=True)
def lesson(monkeypatch):
    install(monkeypatch)


def test_right_answer_says_what_it_shows():
    assert judge(STEP_EXERCISE, step) == ("right", "It goes downhill.")


@pytest.mark.parametrize("answer", [..., None, lambda w, g, r: None, lambda w, g, r: ..., lambda w, g, r: w - ...,
                                    raising(NotImplementedError())])
def test_unsolved_is_not_done_yet(answer):
    assert kind(answer) == "unfinished"


@pytest.mark.parametrize("stub", [lambda x: (..., ...), lambda x: (x.sum(0), ...), lambda x: np.array([..., 1])])
def test_half_solved_is_not_done_yet(stub):
    assert kind(stub, PAIR) == "unfinished"


def test_value_of_the_stub_is_not_done_yet():
    assert kind(0, UPDATES) == "unfinished"
    with_stub = Exercise("99.step", step, step_cases, mistakes={}, stub=lambda w, g, r: w)
    assert kind(lambda w, g, r: w + 0, with_stub) == "unfinished"
    assert kind(step, with_stub) == "right"


def test_result_in_place_of_the_function():
    assert judge(STEP_EXERCISE, 1.7) == (
        "not_callable", "your answer is 1.7, but the function itself is wanted: its name, without brackets.")


def test_exception_names_kind_line_and_message():
    namespace = {"np": np}
    exec(compile("def mine(w, g, r):\n    a = 1\n    return w @ undefined\n", "<cell>", "exec"), namespace)
    assert says(namespace["mine"]) == (
        "your function raised NameError in line 3 of its cell: name 'undefined' is not defined, "
        "for weight and gradient of shape (4, 3), rate = 0.1.")
    assert says(raising(ValueError("Stop."))).endswith("of its cell: Stop, for weight and gradient of shape (4, 3), "
                                                       "rate = 0.1.")
    assert "of its cell, for weight" in says(raising(ValueError()))
    assert "in line" not in says(lambda w: w)
    assert kind(lambda w: w) == "raised"


def test_shape_before_dtype_before_finite_before_values():
    weight = np.zeros((4, 3))
    rules = STEP_EXERCISE
    assert difference(np.full((3, 4), np.nan, "f4"), weight, rules).kind == "shape"
    assert difference(np.full((4, 3), np.nan, "f4"), weight, rules).kind == "dtype"
    assert difference(np.full((4, 3), np.nan), weight, rules).kind == "finite"
    assert difference(np.full((4, 3), 1.0), weight, rules).kind == "value"
    assert difference(weight.copy(), weight, rules) is None


def test_all_parts_have_their_shape_before_any_has_its_values():
    assert says(lambda x: (x.sum(0) + 1, x.mean(1)), PAIR) == (
        "mean of the result is an array of shape (5,), expected an array of shape (2,), for x of shape (5, 2); "
        'try hint("99.pair").')


def test_wrong_value_is_named_by_its_part_and_place():
    def nearly(x):
        mean = x.mean(0)
        mean[1] = 7
        return x.sum(0), mean

    verdict = judge(PAIR, nearly)
    x = np.random.default_rng(0).normal(size=(5, 2))
    assert verdict == ("value", f"mean[1] of the result is 7, expected {x.mean(0)[1]:.6g}, for x of shape (5, 2); "
                                'try hint("99.pair").')


def test_difference_too_small_for_the_short_form_is_written_out():
    assert "50.0000001," in says(50.0000001, Quantity("99.updates", 50.0, mistakes={}, tolerance=1e-12))


def in_place(w, g, r):
    w -= r * g
    return w


@pytest.mark.parametrize("change", [in_place, lambda w, g, r: np.subtract(w, r * g, out=w), lambda w, g, r: w.sort()])
def test_array_that_is_written_to(change):
    assert kind(change) == "changed"


def test_read_only_is_lifted_and_the_array_changed():
    def sly(w, g, r):
        out = w - r * g
        if np.ndim(w):
            w.setflags(write=True)
            w += 1
        return out

    assert judge(STEP_EXERCISE, sly) == (
        "changed", "your function changed the data it was given; work on a copy, "
                   "or compute a new array, and return that.")


@pytest.mark.parametrize("change", [lambda d: d.pop("a"), lambda d: d.update(b=[1, 2, 4]), lambda d: d["b"].append(1),
                                    lambda d: d["b"].__setitem__(0, 9), lambda d: d["a"].__iadd__(1)])
def test_dictionary_and_list_that_are_changed(change):
    exercise = Exercise("99.step", lambda d: 1, lambda rng: [({"a": np.ones(4), "b": [1, 2, 3]},)], mistakes={})
    assert kind(lambda d: (change(d), 1)[1], exercise) == "changed"


def test_wrong_shape_comes_before_changed_input():
    exercise = Exercise("99.step", lambda d: 1, lambda rng: [([1],)], mistakes={})
    assert kind(lambda d: (d.append(1), "x")[1], exercise) == "shape"


def test_each_call_gets_copies_of_its_own_and_the_cases_stay():
    case = {"a": np.arange(4.0), "b": [np.arange(4.0)]}
    attempt(lambda a, b: b[0].setflags(write=True) or b[0].fill(9), case)
    assert case["a"].flags.writeable
    assert (case["b"][0] == np.arange(4)).all()


def test_arrays_are_read_only_wherever_they_are():
    seen = []
    case = {"a": np.ones(4), "b": {"a": np.ones(4)}, "c": [(np.ones(4),)]}
    attempt(lambda a, b, c: seen.extend(x.flags.writeable for x in (a, b["a"], c[0][0])), case)
    assert seen == [False, False, False]


def test_random_generator_may_be_used():
    exercise = Exercise("99.step", lambda rng: rng.random(4), lambda rng: [(rng,)], mistakes={})
    assert kind(lambda rng: rng.random(4), exercise) == "right"
    assert kind(lambda rng: rng.random(8)[4:], exercise) == "value"


# ---------------------------------------------------------------- mistakes by name

def test_mistakes_are_named():
    x, g = np.random.default_rng(0).normal(size=(2, 4, 3))
    assert judge(STEP_EXERCISE, lambda weight, gradient, rate: rate * gradient + weight) == (
        "plus", f"uphill: [0, 0] of <lambda>(weight, gradient, rate=0.1) is {x[0, 0] + 0.1 * g[0, 0]:.6g}, "
                f"expected {x[0, 0] - 0.1 * g[0, 0]:.6g}.")
    assert kind(lambda n, size: n // size, COUNT) == "whole"
    assert judge(UPDATES, 5).kind == "plus"


def test_mistake_that_raises_is_named_by_the_same_exception():
    assert kind(lambda w, g, r: w - r * g.T) == "transposed"
    assert kind(lambda w, g, r: w @ g) == "raised"


def test_mistakes_sentence_has_short_results_in_full():
    shape = Quantity("99.updates", (64, 100), mistakes={"plus": (64, 784)})
    assert says((64, 784), shape) == "uphill: your answer is (64, 784), expected (64, 100)."
    assert says(np.array([64, 784]), shape) == "uphill: your answer is [64, 784], expected (64, 100)."


def test_mistake_must_agree_on_every_case():
    assert kind(lambda n, size: n // size + (n == 1050) * 5, COUNT) == "value"


def test_mistakes_sentence_says_for_which_shapes_a_shape_is_wrong():
    assert says(lambda x: (x.sum(1), x.mean(1)), PAIR) == (
        "uphill: total of <lambda>(x) is an array of shape (5,), expected an array of shape (2,), "
        "for x of shape (5, 2).")


def test_numbers_that_look_the_same_are_told_apart_by_their_type():
    whole = replace(COUNT, mistakes={"plus": lambda n, size: float(np.ceil(n / size))})
    assert says(lambda n, size: np.ceil(n / size), whole) == (
        "uphill: <lambda>(n=1000, size=100) is 10.0, expected 10.")
    assert says(lambda n, size: np.ceil(n / size), COUNT) == (
        'the result has the type float, expected int, for n = 1000, size = 100; try hint("99.count").')


@pytest.mark.parametrize(("arguments", "words"), [
    ({"w": 2.0, "b": True}, "w = 2, b = True"),
    ({"x": np.ones((10, 3)), "y": np.ones(9), "order": np.ones(9), "size": 4},
     "x of shape (10, 3), y and order of shape (9,), size = 4"),
    ({"losses": np.array([1.5, 2]), "sizes": [100, 50]}, "losses = [1.5, 2], sizes = [100, 50]"),
    ({"a": np.ones(9), "b": np.ones(9), "c": np.ones(9)}, "a, b and c of shape (9,)"),
    ({"x": np.ones((4, 3)), "gamma": np.ones(3)}, "x of shape (4, 3), gamma of shape (3,)"),
    ({"f": step, "g": up, "d": {"a": np.ones(3)}, "h": 0.1}, "f, g and d, h = 0.1"),
    ({"long": np.full(3, 1.23456), "longer": np.full(4, -1.23456)}, "long of shape (3,), longer of shape (4,)"),
])
def test_arguments_are_named_and_told_by_shape_unless_all_are_short(arguments, words):
    assert given(arguments) == f", for {words}"


@pytest.mark.parametrize("answer", [49, float("nan")])
def test_the_right_number_is_never_given_away(answer):
    assert says(answer, UPDATES).endswith('and that is not it; try hint("99.updates").')


# ---------------------------------------------------------------- kinds of results

@pytest.mark.parametrize(("found", "expected", "wanted"), [
    (1, 1.0, None), (np.float32(1), 1.0, None), (np.array(1.0), 1.0, None), (1.0, 1, "dtype"), (np.int32(1), 1, None),
    (True, 1, "dtype"), (1, True, "dtype"), (False, True, "value"), ("a", "A ", None), ("a", "b", "value"),
    (np.ones(4, "i4"), np.ones(4, "i8"), None), (np.ones(4, "i8"), np.ones(4), "dtype"),
    ([1.0], np.ones(1), "shape"),
    (np.ones(1), 1.0, "shape"), (np.array([..., 1]), np.ones(2), "dtype"), ((1,), (1, 2), "shape"),
    ([1, 2], (1, 2), None),
    ({"a": 1}, {"b": 1}, "shape"), ({"a": 1}, {"a": 1}, None), (slice(0, 2), slice(0, 2), None), (1j, 1.0, "shape"),
    (slice(0, 3), slice(0, 2), "value"), ([slice(0, 3)], [slice(0, 2)], "value"), (np.inf, np.inf, None),
    (np.nan, 1.0, "finite"), (np.nan, np.nan, None), (10**400, 1.0, "dtype"),
    (np.ones(4, "f4") * 1.00001, np.ones(4, "f4"), None),
    ("1", 1, "shape"),
    (np.ones(0), np.ones(0), None), (step, 1, "shape"), (object(), 1, "shape"),
])
def test_kinds_of_results(found, expected, wanted):
    first = difference(found, expected, STEP_EXERCISE)
    assert (first and first.kind) == wanted


@pytest.mark.parametrize(("answer", "wanted"), [
    (50, "right"), (50.0, "right"), (np.int64(50), "right"), ("50", "shape"), (True, "dtype"), (49, "value"),
    (50.2, "value"), (float("nan"), "finite"), ([50], "shape"), (step, "shape"),
])
def test_number_as_an_answer(answer, wanted):
    assert kind(answer, UPDATES) == wanted


def test_array_or_shape_as_an_answer():
    array = Quantity("99.updates", np.arange(4.0), mistakes={})
    shape = Quantity("99.updates", (16, 3), mistakes={}, parts=("rows", "columns"))
    assert kind([0, 1, 2, 3], array) == "right"
    assert kind([0, 1, [2], 3], array) == "shape"
    assert kind(np.array([16, 3]), shape) == "right"
    assert says((3, 16), shape) == 'rows of your answer is 3, and that is not it; try hint("99.updates").'


def test_iterator_is_used_up_even_if_it_never_ends():
    listed = Exercise("99.step", lambda n: list(range(n)), lambda rng: [(4,)], mistakes={})
    assert kind(lambda n: (i for i in range(n)), listed) == "right"
    assert kind(lambda n: itertools.count(), listed) == "shape"


def test_view_compares_what_must_hold_and_not_the_rest():
    def view(order, n):
        return {"sorted": sorted(order), "length": len(order)}

    shuffled = Exercise("99.step", lambda n: list(range(n)), lambda rng: [(4,), (1,)], mistakes={}, view=view)
    assert kind(lambda n: list(range(n))[::-1], shuffled) == "right"
    assert kind(lambda n: [0] * n, shuffled) == "value"
    assert kind(lambda n: 3, shuffled) == "unreadable"
    assert kind(lambda n: None, shuffled) == "unfinished"
