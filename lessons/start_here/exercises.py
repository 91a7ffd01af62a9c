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


def mean_and_variance(batch: Array) -> tuple[float, float]:
    """Mean and variance with 1/n of a batch (n,)."""
    return batch.mean(), batch.var()


def batches(rng: np.random.Generator) -> list[tuple[Array]]:
    """Random batches of several sizes, and one whose numbers are all the same."""
    random = [rng.normal(2, 3, size=n).round(1) for n in (4, 5, 9)]
    return [(np.array([1.0, 2.0, 3.0, 6.0]),), *((batch,) for batch in random), (np.full(4, 7.0),)]


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
        expected=(64, 100),
        mistakes={
            "input": (64, 784),
            "weight": (784, 100),
            "transposed": (100, 64),
            "count": 6400,
            "inner": (64, 784, 100),
            "one_example": (100,),
            "small_matrices": (4, 2),
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
            "unbiased": lambda batch: (batch.mean(), batch.var(ddof=1)),
            "root": lambda batch: (batch.mean(), batch.std()),
            "not_squared": lambda batch: (batch.mean(), (batch - batch.mean()).mean()),
            "absolute": lambda batch: (batch.mean(), np.abs(batch - batch.mean()).mean()),
            "not_centred": lambda batch: (batch.mean(), (batch**2).mean()),
            "sum": lambda batch: (batch.mean(), ((batch - batch.mean()) ** 2).sum()),
            "swapped": lambda batch: (batch.var(), batch.mean()),
            "fixed_n": lambda batch: (batch.sum() / 4, ((batch - batch.sum() / 4) ** 2).sum() / 4),
        },
    ),
]
