"""Lesson 02's exercises: counting updates, two readings of one word, cutting an epoch into batches, its mean loss."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray
Batches = list[tuple[Array, Array]]


def iterations_per_epoch(n_examples: int, batch_size: int, drop_last: bool) -> int:
    """⌈N / B⌉, or ⌊N / B⌋ if the smaller last batch is dropped."""
    return n_examples // batch_size if drop_last else -(-n_examples // batch_size)


def epochs_to_cut(rng: np.random.Generator) -> list[tuple[int, int, bool]]:
    """With and without a remainder, kept and dropped; a batch size above N; random ones."""
    chosen = [(1050, 100), (1000, 100), (1060, 100), (30, 100), *rng.integers(2, 400, size=(4, 2)).tolist()]
    return [(n, b, drop_last) for n, b in chosen for drop_last in (False, True)]


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
        expected=136,
        mistakes={"per_epoch": 17, "dropped": 128, "unrounded": 131.25, "rounded_late": 132, "epochs": 8,
                  "examples": 8400, "batch_size": 512},
    ),
    Quantity(
        "02.which_word",
        expected=(320, 20),
        parts=("updates", "epochs"),
        mistakes={"swapped": (20, 320), "same": (80, 80), "only_epochs": (80, 20), "only_updates": (320, 80),
                  "multiplied": (320, 320), "divided": (20, 20), "per_epoch": (320, 4), "batch_size": (40000, 0.16)},
    ),
    Exercise(
        "02.iterations_per_epoch",
        reference=iterations_per_epoch,
        cases=epochs_to_cut,
        mistakes={
            "always_down": lambda n, b, drop_last: n // b,
            "always_up": lambda n, b, drop_last: -(-n // b),
            "plus_one": lambda n, b, drop_last: n // b if drop_last else n // b + 1,
            "swapped": lambda n, b, drop_last: -(-n // b) if drop_last else n // b,
            "nearest": lambda n, b, drop_last: n // b if drop_last else round(n / b),
            "fraction": lambda n, b, drop_last: n / b,
            "decimal": lambda n, b, drop_last: n // b if drop_last else float(np.ceil(n / b)),
            "decimals": lambda n, b, drop_last: float(np.floor(n / b) if drop_last else np.ceil(n / b)),
            "at_least_one": lambda n, b, drop_last: max(n // b, 1) if drop_last else -(-n // b),
        },
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
