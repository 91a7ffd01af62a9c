"""The data sets of the course, read from ``data/``.

``data/README.md`` tells where they come from and which licences they have. FileNotFoundError or ValueError if a file is
missing or damaged. All arrays are read-only, so that a cell that changes one by accident stops with an error.
"""

import hashlib
import io
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from helpers.validate import Array, checked, instance, whole_number

DATA = Path(__file__).parents[1] / "data"
DIGITS = tuple("0123456789")
CULTIVARS = ("class_0", "class_1", "class_2")
MNIST_TEST_SIZE = 2000
MNIST_SPLIT_SEED = 0
REMEDY = "restore it with `git checkout -- data/{name}`, or download the course again."


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

    def __post_init__(self) -> None:
        """Both arrays are seen through read-only views."""
        for name in ("x", "y"):
            view = getattr(self, name).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)


def load_mnist() -> Dataset:
    """10,000 digits of MNIST: x (10000, 784) float32 in 0..1, y (10000,) int64, the classes mixed.

    A row is a 28×28 image, line by line. Read anew at each call.
    """
    return _grey(_read_arrays("mnist_10k", DIGITS), 255)


@cache
def load_digits8() -> Dataset:
    """1,797 small digits: x (1797, 64) float32 in 0..1 (17 grey levels), rows of 8×8 images, y (1797,) int64."""
    return _grey(_read_arrays("digits_8x8", DIGITS), 16)


@cache
def load_wine() -> Dataset:
    """178 wines of three cultivars, sorted by cultivar: x (178, 13) float64 as measured, y (178,) int64."""
    header, *rows = _read("wine.csv").decode("ascii").splitlines()
    table = np.array([row.split(",") for row in rows], dtype=np.float64)
    names = tuple(header.split(",")[:-1])
    return Dataset("wine", table[:, :-1].copy(), table[:, -1].astype(np.int64), names, CULTIVARS)


@checked(
    dataset=instance(Dataset, "a Dataset, such as load_wine() returns"),
    n_test=whole_number, seed=partial(whole_number, at_least=0),
)  # fmt: skip
def train_test_split(dataset: Dataset, n_test: int, seed: int) -> tuple[Dataset, Dataset]:
    """(train, test): ``n_test`` < N examples drawn for testing, and all others, in an equally random order."""
    n_examples = len(dataset.x)
    if n_test >= n_examples:
        raise ValueError(f"n_test is {n_test}; it must be below the number of examples, {n_examples}.")
    order = np.random.default_rng(seed).permutation(n_examples)
    parts = {"train": order[n_test:], "test": order[:n_test]}
    train, test = (replace(dataset, name=f"{dataset.name} ({part})", x=dataset.x[rows], y=dataset.y[rows])
                   for part, rows in parts.items())  # fmt: skip
    return train, test


@cache
@checked(n_train=whole_number, n_test=whole_number)
def split_mnist(n_train: int = 8000, n_test: int = MNIST_TEST_SIZE) -> tuple[Dataset, Dataset]:
    """The split used throughout the course: 8,000 digits of MNIST to train with and 2,000 to test with.

    Or the first so many of each, which are all that is then kept in memory; ValueError for more than there are.
    """
    # split as bytes, which are a quarter as large; what `load_mnist` returns is not kept beside it
    train, test = train_test_split(_read_arrays("mnist_10k", DIGITS), MNIST_TEST_SIZE, MNIST_SPLIT_SEED)
    return _grey(_first("n_train", n_train, train), 255), _grey(_first("n_test", n_test, test), 255)


def _first(name: str, n: int, dataset: Dataset) -> Dataset:
    if n > len(dataset.x):
        raise ValueError(f"{name} is {n}; it must be at most {len(dataset.x)}, all digits of this part.")
    return replace(dataset, x=dataset.x[:n], y=dataset.y[:n])


def _grey(images: Dataset, levels: int) -> Dataset:
    """The images with float32 greys from 0 to 1 in the place of bytes."""
    x = images.x.astype(np.float32)
    x /= levels
    return replace(images, x=x)


def _read_arrays(name: str, target_names: tuple[str, ...]) -> Dataset:
    with np.load(io.BytesIO(_read(f"{name}.npz"))) as arrays:
        return Dataset(name, arrays["x"], arrays["y"].astype(np.int64), (), target_names)


def _read(name: str) -> bytes:
    """The bytes of a data file, known to be those that the course ships."""
    content = _bytes(name)
    listed = (line.split() for line in _bytes("SHA256SUMS").decode("ascii").splitlines())
    if [hashlib.sha256(content).hexdigest(), name] not in listed:
        raise ValueError(f"data/{name} is damaged or was changed; {REMEDY.format(name=name)}")
    return content


def _bytes(name: str) -> bytes:
    try:
        return (DATA / name).read_bytes()
    except OSError as error:
        raise FileNotFoundError(f"data/{name} cannot be read; {REMEDY.format(name=name)}") from error
