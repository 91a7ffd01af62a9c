"""The data files are those that the course ships, and the loaders hand them out whole and unharmed."""

import hashlib
import re
import shutil

import numpy as np
import pytest

from helpers import data

FILES = {"digits_8x8.npz": data.load_digits8, "mnist_10k.npz": data.load_mnist, "wine.csv": data.load_wine}
LOADERS = {
    "mnist_10k": (data.load_mnist, (10000, 784), np.float32, [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]),
    "digits_8x8": (data.load_digits8, (1797, 64), np.float32, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
    "wine": (data.load_wine, (178, 13), np.float64, [59, 71, 48]),
}
SPLIT_DIGEST = "596f4167fb6ee8335ad7280323ae7998bc3c5aacdd715258edfb97ed4c05de88"


def unread(load):
    """The loader without its cache, so that it reads the file again."""
    return getattr(load, "__wrapped__", load)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of data/ that a test may harm, in the place of the real one."""
    for file in (*FILES, "SHA256SUMS"):
        shutil.copy(data.DATA / file, tmp_path)
    monkeypatch.setattr(data, "DATA", tmp_path)
    return tmp_path


# The files


def test_checksums_are_those_of_the_files():
    listed = dict(reversed(line.split()) for line in (data.DATA / "SHA256SUMS").read_text("utf-8").splitlines())
    assert listed == {file: hashlib.sha256((data.DATA / file).read_bytes()).hexdigest() for file in FILES}


def test_each_data_file_is_listed_and_described():
    found = {file.name for file in data.DATA.iterdir() if file.suffix in (".csv", ".npz")}
    readme = (data.DATA / "README.md").read_text("utf-8")
    assert found == FILES.keys()
    assert all(f"## {file}\n" in readme for file in FILES)


def test_each_licence_that_the_description_links_is_there():
    readme = (data.DATA / "README.md").read_text("utf-8")
    licences = {file.name for file in data.DATA.glob("LICENSE-*")}
    assert licences == {part.split(")")[0] for part in readme.split("](") if part.startswith("LICENSE-")}
    assert "Yann LeCun and Corinna Cortes" in (data.DATA / "LICENSE-mnist.txt").read_text("utf-8")


# What the loaders return


@pytest.mark.parametrize("name", LOADERS)
def test_shapes_dtypes_and_class_counts(name):
    load, shape, dtype, counts = LOADERS[name]
    dataset = load()
    assert (dataset.name, dataset.x.shape, dataset.x.dtype) == (name, shape, dtype)
    assert (dataset.y.shape, dataset.y.dtype) == (shape[:1], np.int64)
    assert np.bincount(dataset.y).tolist() == counts
    assert len(dataset.target_names) == len(counts)


@pytest.mark.parametrize(("load", "levels"), [(data.load_mnist, 255), (data.load_digits8, 16)])
def test_pixels_are_whole_grey_levels_from_0_to_1(load, levels):
    x = load().x
    assert (x.min(), x.max()) == (0, 1)
    np.testing.assert_allclose(x * levels, np.rint(x * levels), atol=1e-4)
    assert len(np.unique(x)) == levels + 1


@pytest.mark.parametrize("load", [data.load_mnist, data.load_digits8])
def test_images_are_all_different(load):
    x = load().x
    assert len({row.tobytes() for row in x}) == len(x)


@pytest.mark.parametrize("load", [data.load_mnist, data.load_digits8])
def test_images_stand_upright(load):
    """A one is a narrow upright stroke: turned by a quarter, or read column by column, it would be a flat one."""
    dataset = load()
    side = int(np.sqrt(dataset.x.shape[1]))
    one = dataset.x[dataset.y == 1].mean(axis=0).reshape(side, side)
    rows, columns = (one.sum(axis=1) > 0.5).sum(), (one.sum(axis=0) > 0.5).sum()
    assert rows > columns


def test_any_stretch_of_mnist_has_all_classes():
    y = data.load_mnist().y
    assert min(np.bincount(y[start : start + 1000], minlength=10).min() for start in range(0, 10000, 1000)) > 60


def test_wine_is_as_published():
    wine = data.load_wine()
    assert wine.feature_names[0] == "alcohol"
    assert wine.feature_names[-1] == "proline"
    assert len(wine.feature_names) == 13
    assert wine.x[0].tolist() == [14.23, 1.71, 2.43, 15.6, 127, 2.8, 3.06, 0.28, 2.29, 5.64, 1.04, 3.92, 1065]
    assert (wine.x[:, -1].min(), wine.x[:, -1].max()) == (278, 1680)


@pytest.mark.parametrize("name", LOADERS)
def test_arrays_cannot_be_changed_by_accident(name):
    dataset = LOADERS[name][0]()
    for array in (dataset.x, dataset.y, dataset.x[:10]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize("load", [data.load_digits8, data.load_wine, data.split_mnist])
def test_a_file_is_read_once(load):
    assert load() is load()


def test_all_of_mnist_is_not_kept_beside_its_split():
    assert data.load_mnist() is not data.load_mnist()


# Missing and damaged files


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named_with_a_remedy(folder, file):
    (folder / file).unlink()
    with pytest.raises(FileNotFoundError, match=f"^data/{file} cannot be read; restore it with .*data/{file}"):
        unread(FILES[file])()


@pytest.mark.parametrize("file", FILES)
def test_a_changed_file_is_named_with_a_remedy(folder, file):
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(ValueError, match=f"^data/{file} is damaged or was changed; restore it with .*data/{file}"):
        unread(FILES[file])()


def test_missing_checksums_are_named(folder):
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(FileNotFoundError, match="^data/SHA256SUMS cannot be read"):
        unread(data.load_wine)()


# Splits


def test_the_split_of_mnist_is_whole_disjoint_and_fixed():
    place = {row.tobytes(): i for i, row in enumerate(data.load_mnist().x)}
    train, test = data.split_mnist()
    assert (train.x.shape, test.x.shape) == ((8000, 784), (2000, 784))
    order = [place[row.tobytes()] for part in (test, train) for row in part.x]
    assert sorted(order) == list(range(10000))
    assert hashlib.sha256(np.array(order, "<i8").tobytes()).hexdigest() == SPLIT_DIGEST
    assert np.array_equal(np.concatenate([test.y, train.y]), data.load_mnist().y[order])


def test_the_first_digits_of_the_split_are_all_that_is_kept():
    few, whole = data.split_mnist(20, 10), data.split_mnist()
    for part, all_of_it, n in zip(few, whole, (20, 10), strict=True):
        np.testing.assert_array_equal(part.x, all_of_it.x[:n])
        np.testing.assert_array_equal(part.y, all_of_it.y[:n])
        assert part.x.base is None or part.x.base.size == part.x.size


@pytest.mark.parametrize(("sizes", "sentence"), [
    ((8001, 10), "n_train is 8001; it must be at most 8000, all digits of this part."),
    ((10, 2001), "n_test is 2001; it must be at most 2000, all digits of this part."),
    ((0, 10), "n_train is 0; it must be at least 1."),
])  # fmt: skip
def test_more_digits_than_there_are_is_one_sentence(sizes, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        data.split_mnist(*sizes)


def test_both_parts_of_mnist_have_each_class_in_proportion():
    train, test = data.split_mnist()
    assert np.bincount(train.y).tolist() == [790, 892, 772, 838, 772, 697, 822, 864, 768, 785]
    assert np.bincount(test.y).tolist() == [211, 235, 219, 194, 208, 166, 192, 206, 176, 193]


def test_a_split_keeps_the_names_and_is_read_only():
    wine = data.load_wine()
    train, test = data.train_test_split(wine, n_test=50, seed=3)
    assert (len(train.x), len(train.y), len(test.x), len(test.y)) == (128, 128, 50, 50)
    for part in (train, test):
        assert (part.feature_names, part.target_names) == (wine.feature_names, wine.target_names)
        assert not part.x.flags.writeable
        assert not part.y.flags.writeable
    assert (train.name, test.name) == ("wine (train)", "wine (test)")


def test_another_seed_splits_otherwise():
    first, second = (data.train_test_split(data.load_wine(), 50, seed)[1].x for seed in (3, 4))
    assert not np.array_equal(first, second)


# Bad input


def split_wine(n_test=50, seed=0):
    return data.train_test_split(data.load_wine(), n_test, seed)


def test_the_defaults_of_the_table_below_are_good():
    split_wine()


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *[("n_test", value) for value in (0, -1, 178, 500, 2.0, True, "5", None)],
        *[("seed", value) for value in (-1, 1.5, None, True)],
    ],
)
def test_bad_input_is_named_in_one_sentence(argument, value):
    with pytest.raises(ValueError, match=rf"^{argument} \S.*\.$") as caught:
        split_wine(**{argument: value})
    assert str(caught.value).count(". ") == 0


def test_only_a_dataset_can_be_split():
    with pytest.raises(ValueError, match="^dataset is of type ndarray"):
        data.train_test_split(np.zeros((10, 2)), 2, 0)
