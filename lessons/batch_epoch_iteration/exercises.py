"""Lesson 02's exercises: counting updates, cutting an epoch, finding an update, adding gradients up, a mean loss."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray
Batches = list[tuple[Array, Array]]


def make_batches(x: Array, y: Array, order: Array, batch_size: int) -> Batches:
    """An epoch's batches (x, y), the examples in the given order; the last may be smaller."""
    return [(x[rows], y[rows]) for rows in _rows(order, batch_size)]


def examples_to_cut(rng: np.random.Generator) -> list[tuple[Array, Array, Array, int]]:
    """Examples whose labels tell them apart; with a remainder, without, and all in one batch."""
    return [(rng.normal(size=(n, 3)), np.arange(n) + 10, rng.permutation(n), b) for n, b in ((10, 4), (12, 3), (7, 7))]


def _rows(order: Array, batch_size: int) -> list[Array]:
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def _batches_shuffled_whole(x: Array, y: Array, order: Array, batch_size: int) -> Batches:
    batches = make_batches(x, y, np.arange(len(x)), batch_size)
    return [batches[i] for i in order[order < len(batches)]]


def _divided(update: int, per_epoch: int) -> tuple[int, int]:
    epoch, iteration = divmod(update - 1, per_epoch)
    return epoch + 1, iteration + 1


def place(update: int, n_examples: int, batch_size: int) -> tuple[int, int]:
    """The epoch and the iteration in it of an update, all counted from 1."""
    return _divided(update, -(-n_examples // batch_size))


def updates_to_place(rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """The first update, the last of an epoch and the first of the next, and random ones."""
    return [(57, 1050, 100), (1, 1050, 100), (22, 1050, 100), (23, 1050, 100), (50, 1000, 200),
            *((int(u), 100, 30) for u in rng.integers(1, 200, size=4))]  # fmt: skip


def accumulate(gradients: Array, sizes: Array, every: int) -> Array:
    """The gradient of each update (updates, D), from the mean gradients (parts, D) and the sizes of ``every`` parts."""
    totals = gradients * sizes[:, None]
    firsts = range(0, len(sizes), every)
    return np.array([totals[i : i + every].sum(axis=0) / sizes[i : i + every].sum() for i in firsts])


def parts_to_add_up(rng: np.random.Generator) -> list[tuple[Array, Array, int]]:
    """Parts of one size, a smaller last part, a smaller last group, and a single group."""
    chosen = (([32] * 8, 4), ([32] * 7 + [8], 4), ([4, 4, 4, 4, 2], 2), ([10, 10, 5], 3), ([2, 2, 2, 1], 1))
    return [(rng.normal(size=(len(sizes), 3)).round(2), np.array(sizes), every) for sizes, every in chosen]


def _running(gradients: Array, sizes: Array, every: int) -> Array:
    """Sums that are never set back to 0, each divided by its own group's examples."""
    ends = [min(i + every, len(sizes)) for i in range(0, len(sizes), every)]
    groups = [sizes[i : i + every].sum() for i in range(0, len(sizes), every)]
    return np.array([(gradients * sizes[:, None])[:end].sum(axis=0) / n for end, n in zip(ends, groups, strict=True)])


def _groups(gradients: Array, every: int) -> list[Array]:
    return [gradients[i : i + every] for i in range(0, len(gradients), every)]


def epoch_loss(batch_losses: Array, batch_sizes: Array) -> float:
    """The mean over the examples, from the mean loss and the size of each batch."""
    return (batch_losses * batch_sizes).sum() / batch_sizes.sum()


def losses_to_average(rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Full batches and a smaller last one, down to a single example; and all of one size."""
    sizes = ([100, 100, 100, 50], [32, 32, 32, 32, 7], [10] * 10 + [1], [25, 25, 25, 25])
    return [(rng.uniform(0.2, 2.5, size=len(s)).round(2), np.array(s)) for s in sizes]


EXERCISES = [
    Quantity(
        "02.count",
        expected=30,
        mistakes={"per_epoch": 6, "dropped": 25, "unrounded": 27.5, "rounded_late": 28, "rounded_down_late": 27,
                  "epochs": 5, "examples": 550, "batch_size": 100},
    ),
    Exercise(
        "02.make_batches",
        reference=make_batches,
        cases=examples_to_cut,
        mistakes={
            "x_only": lambda x, y, order, b: make_batches(x[order], y, np.arange(len(x)), b),
            "y_only": lambda x, y, order, b: make_batches(x, y[order], np.arange(len(x)), b),
            "not_shuffled": lambda x, y, order, b: make_batches(x, y, np.arange(len(x)), b),
            "dropped": lambda x, y, order, b: make_batches(x, y, order[: len(x) // b * b], b),
            "starts_only": _batches_shuffled_whole,
            "own_order": lambda x, y, order, b: [(x[order[: len(r)]], y[order[: len(r)]]) for r in _rows(order, b)],
            "one_by_one": lambda x, y, order, b: make_batches(x, y, order, 1),
            "inverted": lambda x, y, order, b: make_batches(x, y, np.argsort(order), b),
            "swapped": lambda x, y, order, b: make_batches(y, x, order, b),
        },
    ),
    Exercise(
        "02.place",
        reference=place,
        cases=updates_to_place,
        parts=("epoch", "iteration"),
        mistakes={
            "from_zero": lambda u, n, b: divmod(u - 1, -(-n // b)),
            "divided": lambda u, n, b: divmod(u, -(-n // b)),
            "one_ahead": lambda u, n, b: place(u + 1, n, b),
            "no_step_back": lambda u, n, b: (u // -(-n // b) + 1, u % -(-n // b)),
            "rounded_down": lambda u, n, b: _divided(u, n // b),
            "swapped": lambda u, n, b: place(u, n, b)[::-1],
            "examples": lambda u, n, b: _divided(u, n),
            "batch_size": lambda u, n, b: _divided(u, b),
            "total": lambda u, n, b: (place(u, n, b)[0], u),
            "decimals": lambda u, n, b: _divided(u, np.ceil(n / b)),
        },
    ),
    Exercise(
        "02.accumulate",
        reference=accumulate,
        cases=parts_to_add_up,
        mistakes={
            "plain": lambda g, s, k: np.array([part.mean(axis=0) for part in _groups(g, k)]),
            "by_every": lambda g, s, k: np.array([part.sum(axis=0) / k for part in _groups(g, k)]),
            "summed": lambda g, s, k: np.array([part.sum(axis=0) for part in _groups(g, k)]),
            "total": lambda g, s, k: np.array([part.sum(axis=0) for part in _groups(g * s[:, None], k)]),
            "dropped": lambda g, s, k: accumulate(g[: len(s) // k * k], s[: len(s) // k * k], k),
            "full_size": lambda g, s, k: np.array([p.sum(axis=0) for p in _groups(g * s[:, None], k)]) / (s[0] * k),
            "not_reset": _running,
            "one_update": lambda g, s, k: accumulate(g, s, len(s)),
        },
    ),
    Exercise(
        "02.epoch_loss",
        reference=epoch_loss,
        cases=losses_to_average,
        mistakes={
            "plain": lambda losses, sizes: losses.mean(),
            "without_last": lambda losses, sizes: epoch_loss(losses[:-1], sizes[:-1]),
            "total": lambda losses, sizes: (losses * sizes).sum(),
            "by_batches": lambda losses, sizes: (losses * sizes).mean(),
            "inverse": lambda losses, sizes: (losses / sizes).sum() / (1 / sizes).sum(),
            "full_size": lambda losses, sizes: (losses * sizes).sum() / (sizes[0] * len(sizes)),
            "summed": lambda losses, sizes: losses.sum(),
        },
    ),
]
