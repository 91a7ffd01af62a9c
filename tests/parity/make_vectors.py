"""Write pytorch.npz and keras.npz: what the two frameworks compute, for the tests to compare with.

Run in an environment of its own, since the tests need neither framework:
    pip install torch==2.13.0 keras==3.15.1
    KERAS_BACKEND=torch python tests/parity/make_vectors.py
Each file names its framework's version. PyTorch computes in float64; Keras computes in float32 whatever dtype
it is given, so its inputs are centred numbers that float32 holds exactly.
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402

HERE = Path(__file__).parent
BATCHES, N, D_IN, D = 5, 7, 4, 3


def main() -> None:
    """Write both files."""
    torch.set_num_threads(1)
    np.savez_compressed(
        HERE / "pytorch.npz", version=torch.__version__, **pytorch_layer(), **pytorch_training()
    )
    np.savez_compressed(HERE / "keras.npz", version=keras.__version__, **keras_layer())


def inputs(seed: int, offset: float) -> dict[str, np.ndarray]:
    """Random arguments of a batch normalization layer and of a linear layer before it."""
    rng = np.random.default_rng(seed)
    draws = {
        "x": rng.normal(offset, 2, (BATCHES, N, D)),
        "dout": rng.standard_normal((BATCHES, N, D)),
        "gamma": rng.normal(1, 0.5, D),
        "beta": rng.standard_normal(D),
        "features": rng.standard_normal((N, D_IN)),
        "weight": rng.standard_normal((D_IN, D)),
        "bias": rng.standard_normal(D),
    }
    return {name: value.astype(np.float32).astype(np.float64) for name, value in draws.items()}


def tensor(array: np.ndarray, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """A leaf tensor that gradients are computed for."""
    return torch.tensor(array, dtype=dtype, requires_grad=True)


def numpy(value: torch.Tensor) -> np.ndarray:
    """A copy as an array."""
    return value.detach().numpy().copy()


def stacked(rows: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """One array a name, with the batches along the first axis."""
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def pytorch_layer() -> dict[str, np.ndarray]:
    """BatchNorm1d over the batches in turn, then inference, then folded into the linear layer before it."""
    given = inputs(seed=1, offset=5)
    norm = torch.nn.BatchNorm1d(D, dtype=torch.float64)
    linear = torch.nn.Linear(D_IN, D, dtype=torch.float64)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor(given["gamma"]))
        norm.bias.copy_(torch.tensor(given["beta"]))
        linear.weight.copy_(torch.tensor(given["weight"].T))
        linear.bias.copy_(torch.tensor(given["bias"]))
    batches = stacked([pytorch_batch(norm, *pair) for pair in zip(given["x"], given["dout"], strict=True)])
    norm.eval()
    linear.eval()
    folded = torch.nn.utils.fusion.fuse_linear_bn_eval(linear, norm)
    return (
        given
        | batches
        | {
            "eps": np.float64(norm.eps),
            "inference": numpy(norm(tensor(given["x"][0]))),
            "folded_weight": numpy(folded.weight).T,
            "folded_bias": numpy(folded.bias),
        }
    )


def pytorch_batch(norm: torch.nn.BatchNorm1d, x: np.ndarray, dout: np.ndarray) -> dict[str, np.ndarray]:
    """One training batch forward and backward."""
    leaf = tensor(x)
    out = norm(leaf)
    dx, dgamma, dbeta = torch.autograd.grad(out, (leaf, norm.weight, norm.bias), tensor(dout))
    values = {"out": out, "dx": dx, "dgamma": dgamma, "dbeta": dbeta}
    values |= {"running_mean": norm.running_mean, "running_var": norm.running_var}
    return {name: numpy(value) for name, value in values.items()}


def pytorch_training(steps: int = 20) -> dict[str, np.ndarray]:
    """Full-batch descent at rate 0.5 of a 4-6-5-3 tanh network, its first hidden layer normalized."""
    torch.manual_seed(2)
    net = torch.nn.Sequential(
        torch.nn.Linear(4, 6, bias=False),
        torch.nn.BatchNorm1d(6),
        torch.nn.Tanh(),
        torch.nn.Linear(6, 5),
        torch.nn.Tanh(),
        torch.nn.Linear(5, 3),
    ).double()
    names = ["weight1", "gamma1", "beta1", "weight2", "bias2", "weight3", "bias3"]
    rng = np.random.default_rng(2)
    features, labels = rng.standard_normal((12, 4)), rng.integers(0, 3, 12)
    values = {"features": features, "labels": labels, **parameters("before", names, net)}
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    losses = []
    for step in range(steps):
        loss = torch.nn.functional.cross_entropy(net(torch.tensor(features)), torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            values |= {
                f"gradient_{name}": oriented(p.grad) for name, p in zip(names, net.parameters(), strict=True)
            }
        optimizer.step()
        losses.append(loss.item())
    values |= parameters("after", names, net)
    values |= {
        "losses": np.array(losses),
        "mean1": numpy(net[1].running_mean),
        "var1": numpy(net[1].running_var),
    }
    net.eval()
    values["logits"] = numpy(net(torch.tensor(features)))
    return {f"net_{name}": value for name, value in values.items()}


def parameters(prefix: str, names: list[str], net: torch.nn.Module) -> dict[str, np.ndarray]:
    """The network's parameters under our names."""
    return {f"{prefix}_{name}": oriented(p) for name, p in zip(names, net.parameters(), strict=True)}


def oriented(value: torch.Tensor) -> np.ndarray:
    """A weight as (D_in, D_out), which PyTorch keeps the other way round."""
    return numpy(value.T if value.ndim == 2 else value)


def keras_layer() -> dict[str, np.ndarray]:
    """BatchNormalization over the batches in turn, then inference of a dense layer and the normalization."""
    given = inputs(seed=3, offset=0)
    norm, dense = keras.layers.BatchNormalization(), keras.layers.Dense(D)
    norm.build((None, D))
    dense.build((None, D_IN))
    norm.gamma.assign(given["gamma"])
    norm.beta.assign(given["beta"])
    dense.kernel.assign(given["weight"])
    dense.bias.assign(given["bias"])
    batches = stacked([keras_batch(norm, *pair) for pair in zip(given["x"], given["dout"], strict=True)])
    return (
        given
        | batches
        | {
            "eps": np.float64(norm.epsilon),
            "inference": keras.ops.convert_to_numpy(norm(given["x"][0].astype(np.float32), training=False)),
            "dense_inference": keras.ops.convert_to_numpy(
                norm(dense(given["features"].astype(np.float32)), training=False)
            ),
        }
    )


def keras_batch(norm: keras.layers.Layer, x: np.ndarray, dout: np.ndarray) -> dict[str, np.ndarray]:
    """One training batch forward and backward (PyTorch's autograd, which is the backend here)."""
    leaf = tensor(x, torch.float32)
    out = norm(leaf, training=True)
    wanted = (leaf, norm.gamma.value, norm.beta.value)
    dx, dgamma, dbeta = torch.autograd.grad(out, wanted, torch.tensor(dout, dtype=torch.float32))
    values = {"out": out, "dx": dx, "dgamma": dgamma, "dbeta": dbeta}
    values |= {"running_mean": norm.moving_mean.value, "running_var": norm.moving_variance.value}
    return {name: numpy(value) for name, value in values.items()}


if __name__ == "__main__":
    main()
