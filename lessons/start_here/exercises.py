"""Lesson 00's exercises: the ink of each picture; in Further a partial derivative, a shape, mean and variance."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray


def ink(pictures: Array) -> Array:
    """The mean (n,) of each of ``pictures`` (n, D)."""
    return pictures.mean(axis=1)


def some_pictures(rng: np.random.Generator) -> list[tuple[Array]]:
    """Pictures of several sizes, as many as they have pixels in one case, and a single one."""
    shapes = [(4, 6), (5, 5), (7, 784), (1, 9)]
    return [(rng.uniform(size=shape).round(2),) for shape in shapes]


def df_dw(w: float, b: float) -> float:
    """∂f/∂w of f(w, b) = (3w + b − 2)²."""
    return 6 * (3 * w + b - 2)


def points(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Four random points and the bottom of the valley, where the slope is 0."""
    return [(2.0, 1.0), *((float(w), float(b)) for w, b in rng.normal(size=(4, 2)).round(2)), (0.5, 0.5)]


def mean_and_variance(batch: Array) -> tuple[Array, Array]:
    """Mean and variance with 1/N of each feature of a batch (N, D), both (D,)."""
    return batch.mean(axis=0), batch.var(axis=0)


def batches(rng: np.random.Generator) -> list[tuple[Array]]:
    """Random batches of several shapes, one of them square, and one whose rows are all the same."""
    random = [rng.normal(2, 3, size=shape).round(1) for shape in ((4, 2), (5, 5), (6, 3))]
    return [*((batch,) for batch in random), (np.full((4, 3), 7.0),)]


EXERCISES = [
    Exercise(
        "00.ink",
        reference=ink,
        cases=some_pictures,
        mistakes={
            "pixels": lambda pictures: pictures.mean(axis=0),
            "overall": lambda pictures: pictures.mean(),
            "sum": lambda pictures: pictures.sum(axis=1),
            "by_pictures": lambda pictures: pictures.sum(axis=1) / len(pictures),
            "always_784": lambda pictures: pictures.sum(axis=1) / 784,
            "first": lambda pictures: pictures[0].mean(),
            "column": lambda pictures: pictures.mean(axis=1, keepdims=True),
            "darkest": lambda pictures: pictures.mean(axis=1).argmax(),
            "counted": lambda pictures: (pictures > 0.5).mean(axis=1),
        },
    ),
    Quantity(
        "00.shape",
        expected=(784, 100),
        mistakes={
            "input": (64, 784),
            "outputs": (64, 100),
            "turned": (784, 64),
            "transposed": (100, 784),
            "count": 78400,
            "inner": (784, 64, 100),
            "small_matrices": (3, 2),
        },
    ),
    Exercise(
        "00.df_dw",
        reference=df_dw,
        cases=points,
        mistakes={
            "inner": lambda w, b: 2 * (3 * w + b - 2),
            "outer": lambda w, b: 3 * (3 * w + b - 2),
            "sign": lambda w, b: -6 * (3 * w + b - 2),
            "f_itself": lambda w, b: (3 * w + b - 2) ** 2,
            "both": lambda w, b: 8 * (3 * w + b - 2),
            "inside": lambda w, b: 3.0,
            "not_squared": lambda w, b: 6.0,
            "small_step": lambda w, b: df_dw(w, b) + 9 * 0.001,  # (f(w + h, b) − f(w, b)) / h, h = 0.001
            "refresher": lambda w, b: 4 * (2 * w + b - 3),
        },
    ),
    Exercise(
        "00.mean_and_variance",
        reference=mean_and_variance,
        cases=batches,
        parts=("mean", "variance"),
        mistakes={
            "unbiased": lambda batch: (batch.mean(axis=0), batch.var(axis=0, ddof=1)),
            "root": lambda batch: (batch.mean(axis=0), batch.std(axis=0)),
            "not_squared": lambda batch: (batch.mean(axis=0), (batch - batch.mean(axis=0)).mean(axis=0)),
            "absolute": lambda batch: (batch.mean(axis=0), np.abs(batch - batch.mean(axis=0)).mean(axis=0)),
            "not_centred": lambda batch: (batch.mean(axis=0), (batch**2).mean(axis=0)),
            "sum": lambda batch: (batch.mean(axis=0), batch.var(axis=0) * len(batch)),
            "swapped": lambda batch: (batch.var(axis=0), batch.mean(axis=0)),
            "examples": lambda batch: (batch.mean(axis=1), batch.var(axis=1)),
            "overall": lambda batch: (batch.mean(), batch.var()),
        },
    ),
]
