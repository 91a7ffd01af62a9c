"""The data sets of the course: three real ones, read from ``data/``, and two toy ones, made from a seed.

``data/README.md`` tells where the real ones come from and which licences they have. All arrays are read-only:
a cell that changes one by accident stops with an error, and the other cells still see the truth.
"""

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from helpers.validate import float_array, instance_of, whole_number

Array = np.ndarray
DATA = Path(__file__).parents[1] / "data"
DIGITS = tuple("0123456789")
CULTIVARS = ("class_0", "class_1", "class_2")
MNIST_TEST_SIZE = 2000
MNIST_SPLIT_SEED = 0


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples and what is to be predicted for them.

    ``x`` is (N, D), one row an example; ``y`` is (N,): class numbers as int64, or a regression's targets.
    ``feature_names`` has D names and ``target_names`` one a class; each is empty where there are none.
    """

    name: str
    x: Array
    y: Array
    feature_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()


@cache
def load_mnist() -> Dataset:
    """10,000 digits of MNIST: x (10000, 784) float32 in 0..1, y (10000,) int64, the classes mixed.

    A row is a 28×28 image, line by line. FileNotFoundError or ValueError if the file is missing or damaged.
    """
    x, y = _read_arrays("mnist_10k.npz")
    return _dataset("mnist_10k", x.astype(np.float32) / np.float32(255), y, (), DIGITS)


@cache
def load_digits8() -> Dataset:
    """1,797 small digits: x (1797, 64) float32 in 0..1 (17 grey levels), y (1797,) int64.

    A row is an 8×8 image, line by line. FileNotFoundError or ValueError if the file is missing or damaged.
    """
    x, y = _read_arrays("digits_8x8.npz")
    return _dataset("digits_8x8", x.astype(np.float32) / np.float32(16), y, (), DIGITS)


@cache
def load_wine() -> Dataset:
    """178 wines of three cultivars, sorted by cultivar: x (178, 13) float64 as measured, y (178,) int64.

    ``feature_names`` names the 13 measurements.
    FileNotFoundError or ValueError if the file is missing or damaged.
    """
    header, *rows = _read("wine.csv").decode("ascii").splitlines()
    table = np.array([row.split(",") for row in rows], dtype=np.float64)
    names = tuple(header.split(",")[:-1])
    return _dataset("wine", table[:, :-1].copy(), table[:, -1].astype(np.int64), names, CULTIVARS)


def train_test_split(dataset: Dataset, n_test: int, seed: int) -> tuple[Dataset, Dataset]:
    """Draw ``n_test`` examples for testing; the others, in an equally random order, are for training.

    Returns (train, test): disjoint, together the whole data set, the same ones for the same ``seed``.
    ValueError unless 0 < n_test < N.
    """
    instance_of("dataset", dataset, Dataset, "a Dataset, such as load_wine() returns")
    n_test, n_examples = whole_number("n_test", n_test), len(dataset.x)
    if n_test >= n_examples:
        raise ValueError(f"n_test is {n_test}; it must be below the number of examples, {n_examples}.")
    order = _generator(seed).permutation(n_examples)
    return _subset(dataset, order[n_test:], "train"), _subset(dataset, order[:n_test], "test")


@cache
def split_mnist() -> tuple[Dataset, Dataset]:
    """The split used throughout the course: 8,000 digits of MNIST to train with and 2,000 to test with."""
    return train_test_split(load_mnist(), MNIST_TEST_SIZE, MNIST_SPLIT_SEED)


def toy_regression(
    condition_number: float,
    seed: int,
    n_examples: int = 100,
    weight: tuple[float, float] = (2.0, -1.0),
    noise: float = 0.1,
    angle: float = 0.0,
) -> Dataset:
    """A linear least-squares problem whose answer and whose loss surface are known exactly.

    x is (n_examples, 2) float64 with column means 0; y is x @ weight plus noise of standard deviation ``noise``.
    The Hessian of the loss mean((x @ w − y)²) / 2, which is xᵀx / N, has the eigenvalues 1 and
    1 / condition_number, with eigenvectors along the axes turned by ``angle`` (in radians). The noise is
    orthogonal to x, so ``weight`` is the least-squares solution itself, and the best bias is 0.
    ValueError for condition_number < 1, n_examples < 4, noise < 0 or anything that is not finite.
    """
    n_examples = whole_number("n_examples", n_examples, 4)
    spread = 1 / np.sqrt(_number("condition_number", condition_number, 1))
    cosine, sine = np.cos(_number("angle", angle)), np.sin(angle)
    _, first, second, rest = _orthogonal_vectors(n_examples, 4, _generator(seed))
    x = np.column_stack([first, spread * second]) @ np.array([[cosine, sine], [-sine, cosine]])
    y = x @ float_array("weight", weight, (2,)) + _number("noise", noise, 0) * rest
    return _dataset("toy_regression", x, y)


def toy_moons(n_examples: int, seed: int, noise: float = 0.1) -> Dataset:
    """Two half circles that reach into one another: x (n_examples, 2) float64, y int64, 0 and 1 in turn.

    The upper one has centre (0, 0), the lower one (1, 0.5), both radius 1; normal noise of standard deviation
    ``noise`` is added. ValueError for n_examples < 2 or noise < 0.
    """
    n_examples, noise = whole_number("n_examples", n_examples, 2), _number("noise", noise, 0)
    rng = _generator(seed)
    y = np.arange(n_examples) % 2
    angle = rng.uniform(0, np.pi, n_examples) + np.pi * y
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    x = circle + np.outer(y, [1.0, 0.5]) + rng.normal(0, noise, (n_examples, 2))
    return _dataset("toy_moons", x, y)


def _dataset(
    name: str, x: Array, y: Array, feature_names: tuple[str, ...] = (), target_names: tuple[str, ...] = ()
) -> Dataset:
    x.flags.writeable = y.flags.writeable = False
    return Dataset(name, x, y, feature_names, target_names)


def _subset(dataset: Dataset, rows: Array, part: str) -> Dataset:
    name = f"{dataset.name} ({part})"
    return _dataset(name, dataset.x[rows], dataset.y[rows], dataset.feature_names, dataset.target_names)


def _read_arrays(name: str) -> tuple[Array, Array]:
    with np.load(io.BytesIO(_read(name))) as arrays:
        return arrays["x"], arrays["y"].astype(np.int64)


def _read(name: str) -> bytes:
    """The bytes of a data file, known to be those that the course ships."""
    content = _bytes(name)
    if hashlib.sha256(content).hexdigest() != _checksums().get(name):
        raise ValueError(f"data/{name} is damaged or was changed; {_remedy(name)}")
    return content


def _bytes(name: str) -> bytes:
    try:
        return (DATA / name).read_bytes()
    except OSError as error:
        raise FileNotFoundError(f"data/{name} cannot be read; {_remedy(name)}") from error


def _checksums() -> dict[str, str]:
    lines = _bytes("SHA256SUMS").decode("ascii").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def _remedy(name: str) -> str:
    return f"restore it with `git checkout -- data/{name}`, or download the course again."


def _orthogonal_vectors(n: int, count: int, rng: np.random.Generator) -> Array:
    """A constant vector and count − 1 random ones, orthogonal, each with mean square 1, as rows: (count, n)."""
    columns = np.column_stack([np.ones(n), rng.normal(size=(n, count - 1))])
    q, r = np.linalg.qr(columns)
    # A QR factorization is unique once the signs of R's diagonal are fixed; libraries differ in them.
    return (q * np.sign(np.diag(r))).T * np.sqrt(n)


def _generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(whole_number("seed", seed, 0))


def _number(name: str, value: Any, low: float = -np.inf) -> float:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not np.isfinite(value) or value < low:
        wanted = "a finite number" if low == -np.inf else f"a finite number of at least {low}"
        raise ValueError(f"{name} is {value!r}; it must be {wanted}.")
    return float(value)
