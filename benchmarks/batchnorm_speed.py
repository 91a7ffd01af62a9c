"""Batch norm forward and backward: ours, two textbooks in NumPy, PyTorch's autograd, and memory traffic as the floor.

    OPENBLAS_CORETYPE=Haswell python benchmarks/batchnorm_speed.py

One thread, float32, the ways in turns. PyTorch is not in requirements-dev.txt; without it its column is left out.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from interleaved import one_thread, ratio, times

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from helpers.batchnorm import batchnorm_backward, batchnorm_forward  # noqa: E402

try:
    import torch
except ImportError:
    torch = None

SIZES = ((60, 100), (128, 256), (256, 256), (512, 512), (1024, 1024), (2048, 2048), (4096, 4096))
ROUNDS = 30
PEERS = ("checked", "textbook", "closed_form", "torch")
Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def draw(n: int, d: int) -> Arrays:
    """x, gamma, beta and dout for a batch of n rows and d units, all random, float32."""
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal(shape).astype(np.float32) for shape in ((n, d), (d,), (d,), (n, d)))


def ours(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, dout: np.ndarray) -> None:
    """The functions of the course below their checks, as a network calls them."""
    batchnorm_backward.__wrapped__(dout, batchnorm_forward.__wrapped__(x, gamma, beta)[1])


def checked(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, dout: np.ndarray) -> None:
    """The same as a learner calls them: what comes in and what comes out is checked."""
    batchnorm_backward(dout, batchnorm_forward(x, gamma, beta)[1])


def textbook(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, dout: np.ndarray) -> None:
    """The graph node by node, each node an array of its own, as it is first written down."""
    n, eps = len(x), np.float32(1e-5)
    mean = np.sum(x, axis=0) / n
    centred = x - mean
    squares = centred**2
    var = np.sum(squares, axis=0) / n
    std = np.sqrt(var + eps)
    inv_std = 1 / std
    x_hat = centred * inv_std
    scaled = gamma * x_hat
    scaled + beta

    np.sum(dout, axis=0)  # dbeta
    np.sum(dout * x_hat, axis=0)  # dgamma
    dx_hat = dout * gamma
    dinv_std = np.sum(dx_hat * centred, axis=0)
    dstd = -dinv_std / std**2
    dvar = dstd / (2 * std)
    dsquares = np.ones_like(x) * (dvar / n)
    dcentred = dx_hat * inv_std + 2 * centred * dsquares
    dmean = -np.sum(dcentred, axis=0)
    dcentred + np.ones_like(x) * (dmean / n)  # dx


def closed_form(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, dout: np.ndarray) -> None:
    """The textbook's closed form, a line an equation."""
    n = len(x)
    inv_std = 1 / np.sqrt(x.var(axis=0) + np.float32(1e-5))
    x_hat = (x - x.mean(axis=0)) * inv_std
    gamma * x_hat + beta

    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    gamma * inv_std / n * (n * dout - dbeta - x_hat * dgamma)  # dx


def autograd(arrays: Arrays) -> Callable[[], None]:
    """PyTorch's batch norm and its gradient, without running statistics."""
    torch.set_num_threads(1)
    x, gamma, beta, dout = map(torch.from_numpy, arrays)
    leaves = [tensor.requires_grad_() for tensor in (x, gamma, beta)]

    def run() -> None:
        out = torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True)
        torch.autograd.grad(out, leaves, dout)

    return run


def traffic(arrays: Arrays) -> Callable[[], None]:
    """What any way must move: x read, x_hat and out written; dout and x_hat read, dx written. No statistics."""
    x, _, _, dout = arrays
    x_hat, out, dx = (np.empty_like(x) for _ in range(3))

    def run() -> None:
        np.copyto(x_hat, x)
        np.copyto(out, x_hat)
        np.multiply(dout, x_hat, out=dx)

    return run


def row(n: int, d: int) -> str:
    """One line of the table: our time, how it compares, and our time for each of the N·D numbers."""
    arrays = draw(n, d)
    ways = {way.__name__: lambda way=way: way(*arrays) for way in (ours, checked, textbook, closed_form)}
    ways["floor"] = traffic(arrays)
    if torch is not None:
        ways["torch"] = autograd(arrays)
    measured = times(ways, ROUNDS if n < 4096 else ROUNDS // 4)
    own = measured["ours"]
    peers = [f"{ratio(measured[name], own):.2f}×" if name in measured else "–" for name in PEERS]
    cells = [f"{n} × {d}", f"{1e6 * median(own):,.0f} µs", *peers, f"{ratio(own, measured['floor']):.1f}×",
             f"{1e9 * median(own) / (n * d):.1f} ns"]  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    print(f"BLAS: {one_thread()}\n")
    peers = " | ".join(f"{name} / ours" for name in ("with checks", "textbook", "closed form", "PyTorch"))
    print(f"| N × D | ours | {peers} | ours / traffic | a number |")
    print("|---|---|---|---|---|---|---|---|")
    for size in SIZES:
        print(row(*size), flush=True)
