"""Lesson 08's panels and experiments against computations of their own."""

import math
from functools import cache

import numpy as np
import pytest
from matplotlib.figure import Figure

import course
from course import catalogue, drawing
from helpers.data import Dataset
from helpers.network import Network, forward, initial_running_stats
from lessons.train_vs_inference import batch_mates, batches, experiments, further, further_panels, loops, plots
from lessons.train_vs_inference.experiments import NEW_WEIGHTS, Loops, WarmUp
from lessons.train_vs_inference.further import Record
from tests.overlaps import faults
from tests.sweep import numbers, swept

NETWORK = Network((784, 5, 10), "relu", batchnorm=True)


@pytest.fixture(autouse=True, scope="module")
def _english() -> None:
    course.start("en")


@pytest.fixture(scope="module")
def examples():
    """620 pictures of a kind, each class with some pixels of its own."""
    rng = np.random.default_rng(3)
    y = rng.integers(10, size=620)
    x = rng.uniform(0, 0.5, (620, 784)) + 0.4 * np.kron(np.eye(10), np.ones((1, 79)))[y][:, :784]
    return Dataset("made up", x, y)


@pytest.fixture(scope="module")
def few(examples):
    """200 of them in float32: three batches of 60 to an epoch."""
    return Dataset("few", examples.x[:200].astype(np.float32), examples.y[:200])


@pytest.fixture(scope="module")
def parameters():
    rng = np.random.default_rng(4)
    return {"weight1": rng.normal(0, 0.2, (784, 5)), "gamma1": rng.uniform(0.5, 1.5, 5), "beta1": rng.normal(0, 0.3, 5),
            "weight2": rng.normal(0, 1, (5, 10)), "bias2": rng.normal(0, 0.1, 10)}  # fmt: skip


@pytest.fixture(scope="module")
def stored():
    rng = np.random.default_rng(5)
    return {"mean1": rng.normal(0, 1, 5), "var1": rng.uniform(0.5, 2, 5)}


def scores(p, x, mean=None, var=None):
    """Logits, with the batch's own mean or variance where none is given, by explicit sums."""
    z = x @ p["weight1"]
    own_mean = sum(z) / len(z)
    own_var = sum((row - own_mean) ** 2 for row in z) / len(z)
    y = z - (own_mean if mean is None else mean)
    y = p["gamma1"] * y / ((own_var if var is None else var) + 1e-5) ** 0.5 + p["beta1"]
    return (y * (y > 0)) @ p["weight2"] + p["bias2"]


def shares_of(logits):
    powers = np.exp(logits)
    return powers / powers.sum()


# ---------------------------------------------------------------- what is in a batch

def test_an_example_among_its_batch_mates(examples, parameters, stored):
    panel = batch_mates.mates(NETWORK, parameters, stored, examples, example=7)
    others = [k for k in range(620) if k != 7]
    fixed = shares_of(scores(parameters, examples.x[[7]], stored["mean1"], stored["var1"])[0])

    @cache
    def with_mates(m, k):
        batch = examples.x[[7, *np.random.default_rng(k).choice(others, m - 1, replace=False)]]
        return batch, shares_of(scores(parameters, batch)[0])

    for live in swept(panel):
        mates, m, mode = live.values.values()
        everyone = np.array([with_mates(m, k)[1] if mode == "training" else fixed for k in range(51)])
        batch, wanted = with_mates(m, mates)[0], everyone[mates]
        moving = live.canvas.figure.moving
        assert moving["bars"].get_ydata()[1::3] == pytest.approx(wanted, abs=1e-9)
        assert moving["fixed"].get_ydata() == pytest.approx(fixed, abs=1e-9)
        ends = moving["range"].get_ydata()
        assert ends[0::3] == pytest.approx(everyone.min(axis=0), abs=1e-9)
        assert ends[1::3] == pytest.approx(everyone.max(axis=0), abs=1e-9)
        of_right = 100 * everyone[:, fixed.argmax()]
        said = [m, mates, wanted.argmax(), 100 * wanted.max(), 51, fixed.argmax(), min(of_right), max(of_right)]
        assert numbers(live.sentence) == pytest.approx(said, abs=0.51)
        row = np.asarray(moving["row"].get_array())
        assert row[:, 1:29].ravel() == pytest.approx(batch[0], abs=1e-6)
        assert row[:, 31:59].ravel() == pytest.approx(batch[1], abs=1e-6)
        lit = {name: moving[f"{name}_box"].get_color() == "white" for name in ("training", "inference")}
        assert lit == {name: name == mode for name in lit}


@pytest.mark.parametrize("source", ["stored", "both", "mean", "var"])
@pytest.mark.parametrize("m", [1, 2, 7, 60, 100])
def test_answers_are_those_of_a_loop_over_the_batches(examples, parameters, stored, source, m):
    x, given = examples.x[:100], {"both": (None, None), "stored": (stored["mean1"], stored["var1"]),
                                  "mean": (None, stored["var1"]), "var": (stored["mean1"], None)}  # fmt: skip
    wanted = np.concatenate([scores(parameters, x[k : k + m], *given[source]) for k in range(0, 100, m)])
    found = batches.answers(NETWORK, parameters, stored, x @ parameters["weight1"], m, source)
    assert found.tolist() == wanted.argmax(axis=1).tolist()


@pytest.mark.parametrize("source", ["stored", "both", "mean", "var"])
def test_answers_of_two_hidden_layers(examples, parameters, stored, source):
    rng = np.random.default_rng(6)
    second = {"weight1": parameters["weight2"], "gamma1": rng.uniform(0.5, 1.5, 10), "beta1": rng.normal(0, 0.3, 10),
              "weight2": rng.normal(0, 1, (10, 10)), "bias2": rng.normal(0, 0.1, 10)}  # fmt: skip
    kept = {"mean1": rng.normal(0, 1, 10), "var1": rng.uniform(0.5, 2, 10)}
    x, wanted = examples.x[:100], []
    for k in range(0, 100, 7):
        h = x[k : k + 7]
        for p, known in (({**parameters, "weight2": np.eye(5), "bias2": 0}, stored), (second, kept)):
            h = scores(p, h, known["mean1"] if source in ("var", "stored") else None,
                       known["var1"] if source in ("mean", "stored") else None)  # fmt: skip
        wanted += h.argmax(axis=1).tolist()
    deep = {**parameters, "weight2": second["weight1"], "gamma2": second["gamma1"], "beta2": second["beta1"],
            "weight3": second["weight2"], "bias3": second["bias2"]}  # fmt: skip
    network = Network((784, 5, 10, 10), "relu", batchnorm=True)
    running = stored | {"mean2": kept["mean1"], "var2": kept["var1"]}
    assert batches.answers(network, deep, running, x @ parameters["weight1"], 7, source).tolist() == wanted


def test_one_order_is_mixed_and_one_sorted(examples):
    orders = batches.orders(examples.y)
    assert all(sorted(order.tolist()) == list(range(620)) for order in orders.values())
    assert np.all(np.diff(examples.y[orders["sorted"]]) >= 0)
    assert np.any(np.diff(examples.y[orders["mixed"]]) < 0)


def test_a_test_in_both_orders(examples, parameters, stored):
    panel, orders = batch_mates.forgotten(NETWORK, parameters, stored, examples), batches.orders(examples.y)
    for live in swept(panel):
        source, m, shown = live.values.values()
        moving, said = live.canvas.figure.moving, numbers(live.sentence)
        for place, (name, order) in enumerate(orders.items()):
            z = examples.x[order] @ parameters["weight1"]
            answers = batches.answers(NETWORK, parameters, stored, z, m, source)
            accuracy = 100 * np.mean(answers == examples.y[order])
            assert said[1 + place] == pytest.approx(accuracy, abs=0.51)
            assert numbers(moving[f"{name}_percent"].get_text()) == pytest.approx([accuracy], abs=0.51)
            rows = [k for k in order if examples.y[k] == shown]
            at = order.tolist().index(sorted(rows)[len(rows) // 2])
            assert [int(moving[f"{name}{k}"].get_text()) for k in range(9)] == np.roll(answers, -at)[:9].tolist()
            assert np.asarray(moving[name].get_array())[:, 1:29].ravel() == pytest.approx(
                examples.x[order[at]], abs=1e-6)  # fmt: skip
        assert (said[0], said[-3]) == (m, shown)


# ---------------------------------------------------------------- statistics that warm up

def test_stored_statistics_follow_the_batches_with_several_weights(few):
    moments = list(experiments.warming(NETWORK, few, (0.01, 0.3), updates=5, every=1, seed=6))
    x, order = few.x, np.random.default_rng([6, 1]).permutation(200)
    weight, mean, var = experiments.first(NETWORK, 6)["weight1"], {0.01: 0, 0.3: 0}, {0.01: 1, 0.3: 1}
    for k, moment in enumerate(moments[:3]):
        z = x[order[60 * k : 60 * k + 60]] @ weight
        for alpha in (0.01, 0.3):
            mean[alpha] = (1 - alpha) * mean[alpha] + alpha * z.mean(0)
            var[alpha] = (1 - alpha) * var[alpha] + alpha * z.var(0) * 60 / 59
            assert moment.stored[alpha]["mean1"] == pytest.approx(mean[alpha], rel=1e-4, abs=1e-5)
            assert moment.stored[alpha]["var1"] == pytest.approx(var[alpha], rel=1e-4)
        weight = moment.parameters["weight1"]
    assert [moment.update for moment in moments] == [1, 2, 3, 4, 5]


def test_the_start_can_be_taken_out():
    values, alpha = np.random.default_rng(0).uniform(2, 3, (7, 4)), 0.2
    from_start, weights = 1.0, alpha * (1 - alpha) ** np.arange(7)[::-1]
    for value in values:
        from_start = (1 - alpha) * from_start + alpha * value
    found = experiments.without_start({"mean1": from_start, "var1": from_start}, (1 - alpha) ** 7)
    assert found["var1"] == pytest.approx(weights @ values / weights.sum())
    assert found["mean1"] == pytest.approx(from_start / (1 - (1 - alpha) ** 7))


def test_statistics_taken_anew_are_those_of_all_examples(few):
    deep = Network((784, 6, 4, 10), "sigmoid", batchnorm=True)
    parameters = experiments.first(deep, 1)
    found = experiments.taken_anew(deep, parameters, few.x)
    z = few.x @ parameters["weight1"]
    assert found["mean1"] == pytest.approx(z.mean(0), abs=1e-5)
    assert found["var1"] == pytest.approx(z.var(0, ddof=1), rel=1e-4)
    training = forward(deep, parameters, few.x)[0]
    assert experiments.right(deep, parameters, found, few) == np.mean(training.argmax(1) == few.y)


def warm_runs(rng):
    updates = np.arange(11, 331, 11)
    return {name: WarmUp(updates, rng.uniform(0.5, 1, 30), {w: rng.uniform(0, 1, 30) for w in NEW_WEIGHTS})
            for name in ("sigmoid", "relu")}  # fmt: skip


def test_warming_up_is_drawn_with_what_is_left_of_the_start():
    runs = warm_runs(np.random.default_rng(0))
    for live in swept(loops.warm_up(runs)):
        alpha, kind = live.values.values()
        moving, run = live.canvas.figure.moving, runs[kind]
        assert moving["share"].get_ydata() == pytest.approx([(1 - alpha) ** n for n in range(11, 331, 11)])
        assert moving["stored"].get_ydata() == pytest.approx(run.stored[alpha])
        assert moving["anew"].get_ydata() == pytest.approx(run.anew)
        said = [alpha, 66, (1 - alpha) ** 66, run.stored[alpha][5], run.anew[5]]
        assert numbers(live.sentence) == pytest.approx(said, abs=6e-3)


def test_a_run_warms_up(few, monkeypatch):
    monkeypatch.setattr(experiments, "EPOCH", 4)
    run = experiments.warm_up("relu", few, few, every=10)
    assert run.updates.tolist() == [10, 20]
    assert {len(values) for values in (run.anew, *run.stored.values())} == {2}


# ---------------------------------------------------------------- a loop that never goes back

def own_loss(p, x, labels, stored):
    y = p["gamma1"] * (x @ p["weight1"] - stored["mean1"]) / np.sqrt(stored["var1"] + 1e-5) + p["beta1"]
    logits = (y * (y > 0)) @ p["weight2"] + p["bias2"]
    return np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(len(x)), labels])


def test_gradients_at_inference_are_those_of_the_loss(parameters, stored):
    rng = np.random.default_rng(9)
    p = {**parameters, "weight1": rng.normal(0, 0.5, (6, 5))}
    x, labels = rng.normal(size=(8, 6)), rng.integers(10, size=8)
    network = Network((6, 5, 10), "relu", batchnorm=True)
    loss, slopes, caches = experiments.stored_mode(network, p, x, labels, stored)
    assert loss == pytest.approx(own_loss(p, x, labels, stored))
    assert caches == ()
    for name, slope in slopes.items():
        for place in rng.choice(p[name].size, 4):
            up, down = ({**p, name: p[name].copy()} for _ in range(2))
            up[name].flat[place] += 1e-6
            down[name].flat[place] -= 1e-6
            wanted = (own_loss(up, x, labels, stored) - own_loss(down, x, labels, stored)) / 2e-6
            assert slope.flat[place] == pytest.approx(wanted, abs=1e-6)


def test_the_loops_agree_in_epoch_1_and_part_then(few):
    deep = Network((784, 6, 6, 10), "relu", batchnorm=True)
    right, forgets, follows = (list(experiments.loop(kind, deep, few, few, 0.1, epochs=3, every=1, seed=2))
                               for kind in ("right", "forgets", "follows"))  # fmt: skip
    assert len(right) == len(forgets) == len(follows) == 9
    assert right[:3] == forgets[:3]
    assert right[3:] != forgets[3:]
    assert len(list(experiments.loop("forgets", deep, few, few, 1e4, epochs=3, every=1, seed=2))) < 9


def test_a_loop_that_overflows_ends_and_is_kept(few, monkeypatch):
    curves = {"right": [0.5, 0.6, 0.7], "forgets": [0.5]}
    monkeypatch.setattr(experiments, "loop", lambda kind, *_: iter(curves[kind]))
    found = list(experiments.two_loops(NETWORK, few, few, 1.0))
    assert found == [Loops((0.5,), (0.5,), False), Loops((0.5, 0.6), (0.5,), True),
                     Loops((0.5, 0.6, 0.7), (0.5,), True)]  # fmt: skip


@pytest.mark.parametrize("over", [False, True])
def test_both_loops_are_drawn_and_a_cross_where_one_ends(few, over, monkeypatch):
    right = (*(0.5,) * 7, 0.75, 0.875)
    forgets = right[:6] if over else (*right[:6], 0.625, 0.5, 0.5)
    monkeypatch.setattr(experiments, "two_loops", lambda *_: iter([Loops(right, forgets, over)]))
    for live in swept(loops.loop(few, few)):
        moving = live.canvas.figure.moving
        assert list(moving["right"].get_xdata()) == list(range(11, 100, 11))
        assert list(moving["forgets"].get_ydata()) == list(forgets[5:])
        assert list(moving["cross"].get_xdata()) == ([66] if over else [])
        assert numbers(live.sentence) == pytest.approx([live.values["rate"], 99, 0.875, 66 if over else 0.5], abs=0.051)


# ---------------------------------------------------------------- further

def test_the_record_holds_the_statistics_of_each_batch_and_of_all_examples(few):
    record = further.recorded(NETWORK, few, updates=4, seed=3)
    order, weight = np.random.default_rng([3, 1]).permutation(200), experiments.first(NETWORK, 3)["weight1"]
    moments = list(experiments.warming(NETWORK, few, (1.0,), updates=4, every=1, seed=3))
    for k in range(3):
        z, every = few.x[order[60 * k : 60 * k + 60]] @ weight, few.x @ weight
        wanted = z.mean(0), z.var(0, ddof=1), every.mean(0), every.var(0)
        for values, own in zip(record, wanted, strict=True):
            assert values[k] == pytest.approx(own, rel=1e-3, abs=1e-4)
        weight = moments[k].parameters["weight1"]


def some_record(rng, t=12, d=3):
    return Record(rng.normal(size=(t, d)), rng.uniform(0.5, 2, (t, d)), rng.normal(size=(t, d)),
                  rng.uniform(0.5, 2, (t, d)))  # fmt: skip


def own_average(values, old, new_weight):
    found = []
    for value in values:
        old = old - new_weight * old + new_weight * value
        found.append(old)
    return np.array(found)


def test_a_record_averaged_with_another_weight():
    record = some_record(np.random.default_rng(7))
    for live in swept(further_panels.drift(record, unit=2)):
        alpha, moving = live.values["new_weight"], live.canvas.figure.moving
        means, variances, whole_means, whole_variances = (values[:, 2] for values in record)
        mean, var = own_average(means, 0, alpha), own_average(variances, 1, alpha)
        mean_off = math.sqrt(np.mean((mean - whole_means)[6:] ** 2 / whole_variances[6:]))
        var_off = 100 * math.sqrt(np.mean((var / whole_variances - 1)[6:] ** 2))
        until = 1 if alpha == 1 else math.ceil(math.log(0.01) / math.log(1 - alpha))
        assert numbers(live.sentence)[0] == pytest.approx(alpha)
        assert numbers(live.sentence)[1:] == pytest.approx([mean_off, var_off, 1, until], abs=0.51)
        assert moving["mean_running"].get_ydata() == pytest.approx([0, *mean])
        assert moving["var_running"].get_ydata() == pytest.approx([1, *var])
        assert np.ravel(moving["var_whole"].get_ydata()) == pytest.approx(whole_variances)


def test_when_the_start_is_forgotten():
    for new_weight in (0.001, 0.01, 0.02, 0.1, 0.5, 0.9, 0.99, 1.0):
        share, n = 1.0, 0
        while share >= 0.01 * (1 - 1e-9):
            share, n = share * (1 - new_weight), n + 1
        assert further.forgotten_after(new_weight) == n


def test_averages_at_the_end():
    rng = np.random.default_rng(1)
    record, z = some_record(rng, t=250), rng.normal(1, 2, (1500, 3))
    found = further.averages_at_end(record, z)
    off = (record.means[-20:].mean(0) - z.mean(0)) / z.std(0)
    assert found["last_20"].mean == pytest.approx(math.sqrt(np.mean(off**2)))
    groups = z[:1200].reshape(20, 60, 3)
    fixed = groups.var(axis=1).mean(axis=0) * 60 / 59
    assert found["algorithm_2"].var == pytest.approx(math.sqrt(np.mean((fixed / z.var(0) - 1) ** 2)))
    assert found["exponential"].var == pytest.approx(
        math.sqrt(np.mean((own_average(record.variances, 1, 0.1)[-1] / z.var(0) - 1) ** 2)))  # fmt: skip


def test_a_running_average_is_as_quiet_as_two_over_alpha_less_one():
    z = np.random.default_rng(2).normal(3, 2, (3000, 20))
    assert further.quieter(z, 0.2) == pytest.approx(9, rel=0.1)


def test_the_rules_follow_the_variance(monkeypatch):
    monkeypatch.setattr(further, "RULE_BATCHES", 600)
    z = np.random.default_rng(8).normal(1, 3, 5000)
    rng = np.random.default_rng(0)
    drawn = np.concatenate([rng.permutation(5000) for _ in range(8)])
    for live in swept(further_panels.rules(z)):
        rule, momentum, m = live.values.values()
        old, found = 1.0, []
        for k in range(600):
            batch = z[drawn[k * m : (k + 1) * m]]
            biased = sum((batch - sum(batch) / m) ** 2) / m
            unbiased = biased * m / (m - 1)
            if rule == "pytorch":
                old = (1 - momentum) * old + momentum * unbiased
            elif rule == "keras":
                old = momentum * old + (1 - momentum) * biased
            else:
                old = unbiased if k == 0 else old + (unbiased - old) / (k + 1)
            found.append(old / z.var())
        moving, late = live.canvas.figure.moving, found[500:]
        assert moving["running"].get_ydata() == pytest.approx([1 / z.var(), *found], rel=1e-9)
        said = [m, 500, np.mean(late), min(late), max(late)]
        assert numbers(live.sentence)[-5:] == pytest.approx(said, abs=6e-3)
        dotted = moving["biased"].get_ydata()
        assert list(dotted) == pytest.approx([(m - 1) / m] * 2) if rule == "keras" else np.isnan(dotted).all()


def test_a_look_renews_what_is_stored(examples, parameters, stored):
    order = np.arange(50)
    found = further.after_a_look(NETWORK, parameters, stored, examples, order, 20)
    mean, var = stored["mean1"], stored["var1"]
    for k in (0, 20, 40):
        z = examples.x[k : min(k + 20, 50)] @ parameters["weight1"]
        mean, var = 0.9 * mean + 0.1 * z.mean(0), 0.9 * var + 0.1 * z.var(0, ddof=1)
    assert found["mean1"] == pytest.approx(mean)
    assert found["var1"] == pytest.approx(var)


def test_training_at_inference_may_diverge(few):
    untouched = initial_running_stats(NETWORK, np.float32)
    assert set(further.in_inference_mode(NETWORK, few, untouched, 0.1, updates=4)) == set(NETWORK.shapes)
    assert further.in_inference_mode(NETWORK, few, untouched, 1e6, updates=100) is None


def test_small_batches_are_tested_with_running_and_with_exact_statistics(few):
    for batchnorm in (True, False):
        network = Network((784, 5, 10), "relu", batchnorm)
        running, exact = further.after_small_batches(network, few, few, 4, updates=8)
        assert 0 <= running <= 1
        assert 0 <= exact <= 1
        assert batchnorm or running == exact


def test_the_weights_of_past_batches_are_drawn_and_named():
    ages = np.arange(30)
    last, exponential = np.where(ages < 8, 1 / 8, 0), 0.2 * 0.8**ages
    ax = plots.past_weights(last, exponential, Figure().subplots())
    assert ax.lines[0].get_ydata().tolist() == last.tolist()
    assert ax.lines[1].get_ydata().tolist() == exponential.tolist()
    assert [numbers(words.get_text()) for words in ax.texts] == [[8], [0.2]]


# ---------------------------------------------------------------- texts

@pytest.fixture(scope="module")
def all_panels(examples, parameters, stored):
    rng = np.random.default_rng(0)
    return {
        "mates": batch_mates.mates(NETWORK, parameters, stored, examples, example=7),
        "forgotten": batch_mates.forgotten(NETWORK, parameters, stored, examples),
        "warm_up": loops.warm_up(warm_runs(rng)),
        "loop": loops.loop(examples, examples),
        "drift": further_panels.drift(some_record(rng, t=300), unit=0),
        "rules": further_panels.rules(rng.normal(1, 0.6, 1000)),
    }


@pytest.mark.parametrize("language", catalogue.languages())
@pytest.mark.parametrize("view", ["normal", "class"])
@pytest.mark.parametrize("name", ["mates", "forgotten", "warm_up", "loop", "drift", "rules"])
def test_no_text_overlaps_another_or_leaves_the_picture(all_panels, name, view, language, monkeypatch):
    monkeypatch.setitem(drawing._chosen, "view", view)
    monkeypatch.setattr(experiments, "two_loops", lambda *_: iter([Loops((0.9,) * 48, (0.9,) * 6, True)]))
    monkeypatch.setitem(catalogue._chosen, "language", language)
    assert faults(all_panels[name], pairs=(language, view) == ("en", "normal")) == []
