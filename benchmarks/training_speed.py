"""One update of the Figure 1 network: ours, with batch norm and without, PyTorch eager, its matrix products alone.

    OPENBLAS_CORETYPE=Haswell python benchmarks/training_speed.py

784-100-100-100-10, sigmoid, batches of 60 MNIST digits, float32, one thread, the ways in turns. A step draws its batch,
computes the loss and all gradients, moves the parameters and the running statistics. PyTorch is not in
requirements-dev.txt; without it its line is missing.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from interleaved import one_thread, times

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from helpers import data  # noqa: E402
from helpers.network import Network, initialize  # noqa: E402
from helpers.training import training_steps  # noqa: E402

try:
    import torch
except ImportError:
    torch = None

SIZES, BATCH_SIZE, RATE = (784, 100, 100, 100, 10), 60, 0.1
ROUNDS = 200


def ours(train: data.Dataset, batchnorm: bool = True) -> Callable[[], object]:
    """The steps of `helpers.training`, whose arguments are checked before the first."""
    network = Network(SIZES, "sigmoid", batchnorm=batchnorm)
    parameters = initialize(network, np.random.default_rng(0), dtype=np.float32)
    settings = {"batch_size": BATCH_SIZE, "epochs": 10**6, "learning_rate": RATE, "rng": np.random.default_rng(1)}
    steps = training_steps(network, parameters, train.x, train.y, **settings)
    return lambda: next(steps)


def eager(train: data.Dataset) -> Callable[[], object]:
    """The same network and step in PyTorch: modules, autograd and its SGD."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers: list[torch.nn.Module] = []
    for fan_in, fan_out in zip(SIZES[:-2], SIZES[1:-1], strict=True):
        normalized = torch.nn.Linear(fan_in, fan_out, bias=False), torch.nn.BatchNorm1d(fan_out)
        layers += [*normalized, torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(*SIZES[-2:]))
    loss_of, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), RATE)
    x, y = torch.tensor(train.x), torch.tensor(train.y, dtype=torch.int64)

    def batches() -> Iterator[torch.Tensor]:
        while True:
            yield from torch.randperm(len(x)).split(BATCH_SIZE)

    drawn = batches()

    def step() -> float:
        rows = next(drawn)
        optimizer.zero_grad()
        loss = loss_of(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def products() -> Callable[[], None]:
    """The matrix products of a step and nothing else: three a layer, two in the first, which needs no dx."""
    rng = np.random.default_rng(0)
    signals = [rng.standard_normal((BATCH_SIZE, size)).astype(np.float32) for size in SIZES]
    weights = [rng.standard_normal(shape).astype(np.float32) for shape in zip(SIZES[:-1], SIZES[1:], strict=True)]

    def run() -> None:
        for k, weight in enumerate(weights):
            signals[k] @ weight
            signals[k].T @ signals[k + 1]
            if k > 0:
                signals[k + 1] @ weight.T

    return run


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    print(f"BLAS: {one_thread()}\n")
    digits, _ = data.split_mnist()
    ways = {"floor: matrix products alone": products(), "ours": ours(digits)}
    ways["ours without batch norm"] = ours(digits, batchnorm=False)
    if torch is not None:
        ways["PyTorch eager"] = eager(digits)
    least = {name: min(seconds) for name, seconds in times(ways, ROUNDS).items()}  # what others disturbed least
    floor, own = least["floor: matrix products alone"], least["ours"]
    print("| way | one step | to the floor | to ours |\n|---|---|---|---|")
    for name, seconds in least.items():
        print(f"| {name} | {1e6 * seconds:,.0f} µs | {seconds / floor:.2f}× | {seconds / own:.2f}× |")
