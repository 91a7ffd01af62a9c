"""The same numbers as PyTorch (float64), Keras and ONNX (float32), from what the scripts beside this file wrote."""

from pathlib import Path

import numpy as np
import pytest

from helpers.batchnorm import (
    batchnorm_backward,
    batchnorm_backward_staged,
    batchnorm_forward,
    batchnorm_inference,
    fold_batchnorm,
    update_running_stats,
)
from helpers.network import Network, initial_running_stats, loss_and_gradients, predict
from helpers.training import training_steps

PARITY = Path(__file__).parent
TOLERANCE = {"pytorch": 1e-12, "keras": 1e-5}
MOMENTUM = {"pytorch": 0.1, "keras": 0.99}


@pytest.fixture(params=TOLERANCE)
def case(request):
    """The framework's name and its vectors."""
    with np.load(PARITY / f"{request.param}.npz") as vectors:
        return request.param, dict(vectors)


@pytest.fixture
def net():
    """The vectors of the network that PyTorch trained, by their names without the prefix."""
    with np.load(PARITY / "pytorch.npz") as vectors:
        return {name.removeprefix("net_"): vectors[name] for name in vectors if name.startswith("net_")}


def close(ours, theirs, tolerance):
    """Largest difference, relative to the largest value where that is above 1."""
    return np.abs(ours - theirs).max() <= tolerance * max(1, np.abs(theirs).max())


def test_the_vectors_name_their_framework(case):
    framework, vectors = case
    assert str(vectors["version"]).startswith({"pytorch": "2.", "keras": "3."}[framework])


@pytest.mark.parametrize("backward", [batchnorm_backward, batchnorm_backward_staged])
def test_forward_and_backward(case, backward):
    framework, given = case
    for i, (x, dout) in enumerate(zip(given["x"], given["dout"], strict=True)):
        out, cache = batchnorm_forward(x, given["gamma"], given["beta"], float(given["eps"]))
        for name, ours in zip(("out", "dx", "dgamma", "dbeta"), (out, *backward(dout, cache)), strict=True):
            assert close(ours, given[name][i], TOLERANCE[framework]), name


def running_after_each_batch(framework, given):
    running = np.zeros(3), np.ones(3)
    for x in given["x"]:
        cache = batchnorm_forward(x, given["gamma"], given["beta"])[1]
        running = update_running_stats(*running, cache.mean, cache.var, len(x), MOMENTUM[framework], framework)
        yield running


def test_running_statistics_after_every_batch(case):
    framework, given = case
    for i, (mean, var) in enumerate(running_after_each_batch(framework, given)):
        assert close(mean, given["running_mean"][i], TOLERANCE[framework])
        assert close(var, given["running_var"][i], TOLERANCE[framework])


def test_inference(case):
    framework, given = case
    *_, running = running_after_each_batch(framework, given)
    out = batchnorm_inference(given["x"][0], given["gamma"], given["beta"], *running, float(given["eps"]))
    assert close(out, given["inference"], TOLERANCE[framework])


def folded(given):
    return fold_batchnorm(
        given["weight"],
        given["bias"],
        given["gamma"],
        given["beta"],
        given["running_mean"][-1],
        given["running_var"][-1],
        float(given["eps"]),
    )


def test_folding_gives_the_weights_of_pytorch():
    with np.load(PARITY / "pytorch.npz") as given:
        weight, bias = folded(given)
        assert close(weight, given["folded_weight"], 1e-12)
        assert close(bias, given["folded_bias"], 1e-12)


def test_folding_gives_the_outputs_of_keras():
    with np.load(PARITY / "keras.npz") as given:
        weight, bias = folded(given)
        assert close(given["features"] @ weight + bias, given["dense_inference"], 1e-5)


NETWORK = Network((4, 6, 5, 3), "tanh", batchnorm=(True, False))


def under(prefix, net):
    """The arrays whose names begin with the prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in net.items() if name.startswith(prefix)}


def test_the_gradients_of_a_network(net):
    loss, gradients, _ = loss_and_gradients(NETWORK, under("before_", net), net["features"], net["labels"])
    assert close(loss, net["losses"][0], 1e-12)
    assert gradients.keys() == under("gradient_", net).keys()
    for name, theirs in under("gradient_", net).items():
        assert close(gradients[name], theirs, 1e-12), name


def test_a_training_run(net):
    epochs = len(net["losses"])
    steps = list(
        training_steps(
            NETWORK,
            under("before_", net),
            net["features"],
            net["labels"],
            batch_size=12,
            epochs=epochs,
            learning_rate=0.5,
            rng=np.random.default_rng(0),
        )
    )
    assert close(np.array([step.loss for step in steps]), net["losses"], 1e-11)
    for name, theirs in under("after_", net).items():
        assert close(steps[-1].parameters[name], theirs, 1e-11), name
    running = steps[-1].running
    assert running.keys() == initial_running_stats(NETWORK).keys()
    assert all(close(running[name], net[name], 1e-11) for name in running)
    assert close(predict(NETWORK, steps[-1].parameters, running, net["features"]), net["logits"], 1e-11)


# ONNX


@pytest.fixture(params=["example", "epsilon", "example_training_mode", "epsilon_training_mode"])
def onnx(request):
    """The vectors of one of ONNX's tests."""
    with np.load(PARITY / "onnx.npz") as vectors:
        names = ["eps", "momentum", "x", "gamma", "beta", "running_mean", "running_var", "out", "new_mean", "new_var"]
        keys = {name: f"{request.param}_{name}" for name in names}
        return {name: vectors[key] for name, key in keys.items() if key in vectors}


def test_onnx_batch_normalization(onnx):
    """Its running mean is Keras's: the momentum weighs the old value, the variance is biased."""
    arguments, eps = (onnx["x"], onnx["gamma"], onnx["beta"]), float(onnx["eps"])
    running = onnx["running_mean"], onnx["running_var"]
    if "new_mean" not in onnx:
        assert close(batchnorm_inference(*arguments, *running, eps), onnx["out"], 1e-6)
        return
    out, cache = batchnorm_forward(*arguments, eps)
    assert close(out, onnx["out"], 1e-6)
    momentum = float(onnx["momentum"])
    mean, var = update_running_stats(*running, cache.mean, cache.var, len(onnx["x"]), momentum, "keras")
    assert close(mean, onnx["new_mean"], 1e-6)
    assert close(var, onnx["new_var"], 1e-6)
