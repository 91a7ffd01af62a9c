"""Many networks at once against a network written out; at the edge: other types, no batch, ghosts that don't fit."""

import numpy as np
import pytest

from helpers.gradcheck import numerical_gradient
from helpers.network import Network, forward, initialize, loss_and_gradients
from lessons.does_it_work import stacked
from lessons.does_it_work.stacked import Recipe
from tests.lessons.does_it_work.written_out import one, own_forward, own_loss, stack
from tests.sweep import some_digits

SIZES = (64, 6, 5, 5, 10)


@pytest.fixture(scope="module")
def digits():
    return some_digits(np.float32)


RECIPES = [Recipe(SIZES, act, norm, ghost=4) for act in ("relu", "sigmoid") for norm in stacked.NORMS]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: f"{r.activation}-{r.norm}")
def test_each_network_of_a_stack_is_the_network_written_out(recipe, digits):
    x, y = digits[0].x[:12].astype(float), digits[0].y[:12]
    parameters = stack(recipe)
    logits, layers = stacked.forward(recipe, parameters, x)
    losses, gradients = stacked.loss_and_gradients(recipe, parameters, x, y)
    setting = (recipe.activation, recipe.norm, recipe.ghost)
    for s in range(2):
        p = one(parameters, s)
        own, zs, _ = own_forward(p, x, *setting)
        assert logits[s] == pytest.approx(own)
        assert layers[1].z[s] == pytest.approx(zs[1])
        assert losses[s] == pytest.approx(own_loss(p, x, y, *setting))
        for name in (n for n in p if n != "weight1"):
            def loss(value, name=name, p=p):
                return own_loss(p | {name: value}, x, y, *setting)

            expected = numerical_gradient(loss, p[name])
            assert gradients[name][s].reshape(expected.shape) == pytest.approx(expected, abs=1e-7)


def test_a_stack_starts_as_initialize_draws_and_moves_down_the_gradient(digits):
    train = digits[0]
    recipe = Recipe(SIZES, "sigmoid", "batch")
    first = stacked.start(recipe, [3, 5], [0.1, 0.7])
    rng = np.random.default_rng(5)
    assert first["weight1"][1] == pytest.approx(0.7 * rng.standard_normal((64, 6)), rel=1e-6)
    assert first["weight1"].dtype == np.float32
    steps = stacked.updates(recipe, first, train.x, train.y, [0.1, 2.0], 60, np.random.default_rng(1))
    order = np.random.default_rng(1).permutation(150)
    second, third = next(steps), next(steps)
    for before, after, rows in ((first, second, order[:60]), (second, third, order[60:120])):
        _, gradients = stacked.loss_and_gradients(recipe, before, train.x[rows], train.y[rows])
        for s, rate in enumerate((0.1, 2.0)):
            assert after["weight2"][s] == pytest.approx(before["weight2"][s] - rate * gradients["weight2"][s], abs=1e-6)


@pytest.mark.parametrize("norm", ["none", "batch", "ghost", "layer"])
def test_a_stack_is_judged_in_inference_mode(norm, digits):
    train, test = digits
    recipe = Recipe(SIZES, "relu", norm, ghost=6)
    parameters = stack(recipe)
    losses, right = stacked.judged(recipe, parameters, train.x.astype(float), test.x, test.y)
    for s in range(2):
        p = one(parameters, s)
        fixed = own_forward(p, train.x.astype(float), "relu", "batch")[2] if norm in ("batch", "ghost") else None
        logits = own_forward(p, test.x, "relu", norm, fixed=fixed)[0]
        assert right[s] == np.mean(logits.argmax(axis=1) == test.y)
        assert losses[s] == pytest.approx(own_loss(p, test.x, test.y, "relu", norm, fixed=fixed))


@pytest.mark.filterwarnings("error")
def test_a_network_that_diverges_is_nan_and_its_neighbours_go_on(digits):
    train, test = digits
    recipe = Recipe(SIZES, "relu")
    steps = stacked.updates(recipe, stacked.start(recipe, [0, 0], [0.3, 0.3]), train.x, train.y, [1e12, 0.1], 60,
                            np.random.default_rng(1))  # fmt: skip
    *_, last = (next(steps) for _ in range(12))
    _, right = stacked.judged(recipe, last, train.x, test.x, test.y)
    assert np.isnan(right[0])
    assert 0 <= right[1] <= 1


@pytest.mark.parametrize("bad", [{"norm": "group"}, {"activation": "tanh"}])
def test_an_unknown_recipe_is_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Recipe(SIZES, **bad)


def test_the_loss_of_some_rows_has_the_statistics_of_all(digits):
    x, y = digits[0].x[:12].astype(float), digits[0].y[:12]
    recipe, rows = Recipe(SIZES, "sigmoid", "batch"), np.array([1, 4, 7])
    parameters = stack(recipe)
    losses, gradients = stacked.loss_and_gradients(recipe, parameters, x, y, rows)
    p = one(parameters, 1)

    def loss(value):
        logits = own_forward(p | {"weight2": value}, x, "sigmoid", "batch")[0][rows]
        return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(3), y[rows]]))

    assert losses[1] == pytest.approx(loss(p["weight2"]))
    assert gradients["weight2"][1] == pytest.approx(numerical_gradient(loss, p["weight2"]), abs=1e-7)


def test_folded_networks_compute_the_same_without_batch_norm(digits):
    x = digits[0].x[:12].astype(float)
    normed = Recipe(SIZES, "relu", "batch")
    fresh = stacked.start(normed, [0, 1], [0.5, 3.0], np.float64)
    logits, _ = stacked.forward(normed, fresh, x)
    plain, layers = stacked.forward(Recipe(SIZES, "relu"), stacked.folded(normed, fresh, x), x)
    assert plain == pytest.approx(logits)
    assert layers[0].z.std(axis=1) == pytest.approx(np.ones((2, 6)), abs=1e-3)


def test_a_stack_computes_what_the_network_of_the_other_lessons_does(digits):
    x, y = digits[0].x[:12].astype(float), digits[0].y[:12]
    recipe = Recipe((64, 32, 10), "relu", "batch")
    pair = stacked.start(recipe, [0, 1], [None, None], np.float64)
    alone = initialize(Network((64, 32, 10), "relu", True), np.random.default_rng(1))
    losses, gradients = stacked.loss_and_gradients(recipe, pair, x, y)
    loss, expected, _ = loss_and_gradients(Network((64, 32, 10), "relu", True), alone, x, y)
    assert losses[1] == pytest.approx(loss)
    for name, value in expected.items():
        assert gradients[name][1].reshape(value.shape) == pytest.approx(value)
    assert forward(Network((64, 32, 10), "relu", True), alone, x)[0] == pytest.approx(
        stacked.forward(recipe, pair, x)[0][1])  # fmt: skip


@pytest.mark.parametrize("kind", [np.uint8, np.int16])
def test_sizes_are_kept_as_pythons_own(kind):
    assert stacked.Recipe((kind(100), 2)).sizes == (100, 2)


@pytest.mark.parametrize(
    ("recipe", "batch_size"),
    [(stacked.Recipe((3, 2)), 32), (stacked.Recipe((3, 4, 2), norm="ghost", ghost=4), 6)],
    ids=["no batch", "ghosts that do not divide"],
)
def test_a_batch_size_that_does_not_fit_is_refused(recipe, batch_size):
    x, rng = np.ones((6, 3), np.float32), np.random.default_rng(0)
    updates = stacked.updates(recipe, stacked.start(recipe, [0], [None]), x, [0] * 6, [0.1], batch_size, rng)
    with pytest.raises(ValueError, match=f"batch_size is {batch_size}"):
        next(updates)
