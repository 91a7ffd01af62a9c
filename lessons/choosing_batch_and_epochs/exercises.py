"""Lesson 03's exercises: noise by hand, three clocks, the largest batch that fits, and a stricter early stopping."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray


def winners(sizes: Array, updates: Array, milliseconds: Array) -> tuple[int, int, int]:
    """The batch sizes with the fewest updates, digits and milliseconds; all (K,), the last one for each update."""
    return sizes[updates.argmin()], sizes[(updates * sizes).argmin()], sizes[(updates * milliseconds).argmin()]


def races_to_judge(rng: np.random.Generator) -> list[tuple[Array, Array, Array]]:
    """A race like the lesson's on two machines, one whose smallest batch needs more digits, and random ones."""
    sizes, updates = np.array([4, 16, 64, 2000]), np.array([112, 42, 20, 16])
    slow, even = np.array([0.11, 0.15, 0.4, 9.0]), np.array([2.0, 2.0, 2.0, 2.1])
    tied = np.array([1, 2, 8, 32]), np.array([400, 150, 60, 60]), np.array([0.1, 0.1, 0.3, 0.9])
    drawn = [(np.array([2, 8, 32, 128]), np.sort(rng.integers(20, 400, 4))[::-1].copy(),
              np.sort(rng.uniform(0.1, 1.5, 4))) for _ in range(4)]  # fmt: skip
    return [(sizes, updates, slow), (sizes, updates, even), tied, *drawn]


def _per_update(sizes: Array, updates: Array, milliseconds: Array) -> tuple[int, int, int]:
    return *winners(sizes, updates, milliseconds)[:2], sizes[milliseconds.argmin()]


def _per_digit(sizes: Array, updates: Array, milliseconds: Array) -> tuple[int, int, int]:
    return *winners(sizes, updates, milliseconds)[:2], sizes[(updates * sizes * milliseconds).argmin()]


def _smallest(sizes: Array, updates: Array, milliseconds: Array) -> tuple[int, int, int]:
    by_updates, _, by_time = winners(sizes, updates, milliseconds)
    return by_updates, sizes.min(), by_time


def _amounts(sizes: Array, updates: Array, milliseconds: Array) -> tuple[int, int, float]:
    return updates.min(), (updates * sizes).min(), (updates * milliseconds).min()


def _places(sizes: Array, updates: Array, milliseconds: Array) -> tuple[int, int, int]:
    return updates.argmin(), (updates * sizes).argmin(), (updates * milliseconds).argmin()


def _quotient(sizes: Array, updates: Array, milliseconds: Array) -> tuple[int, int, int]:
    by_updates, _, by_time = winners(sizes, updates, milliseconds)
    return by_updates, sizes[(updates / sizes).argmin()], by_time


def _last_of_equals(sizes: Array, updates: Array, milliseconds: Array) -> tuple[int, int, int]:
    return winners(sizes[::-1], updates[::-1], milliseconds[::-1])


def largest_batch(memory: int, parameters: int, per_digit: int) -> int:
    """The largest batch for which parameters, as many gradients and its activations fit; 0 if none; all in bytes."""
    return max(0, (memory - 2 * parameters) // per_digit)


def machines_to_fill(rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """The lesson's network in 1 MB, one that fits exactly, one that does not fit, one with room for a few bytes."""
    drawn = [tuple(int(n) for n in rng.integers([50_000, 1000, 100], [900_000, 20_000, 5000])) for _ in range(4)]
    return [(10**6, 318_040, 4076), (10_000, 1000, 400), (600_000, 318_040, 4076), (2050, 1000, 100), *drawn]


def _one_copy(memory: int, parameters: int, per_digit: int) -> int:
    return max(0, (memory - parameters) // per_digit)


def _no_parameters(memory: int, parameters: int, per_digit: int) -> int:
    return memory // per_digit


def _negative(memory: int, parameters: int, per_digit: int) -> int:
    return (memory - 2 * parameters) // per_digit


def _rounded_up(memory: int, parameters: int, per_digit: int) -> int:
    return max(0, -(-(memory - 2 * parameters) // per_digit))


def _parameters_each(memory: int, parameters: int, per_digit: int) -> int:
    return memory // (2 * parameters + per_digit)


def _at_least_one(memory: int, parameters: int, per_digit: int) -> int:
    return max(1, largest_batch(memory, parameters, per_digit))


def early_stopping(losses: Array, patience: int, least: float) -> tuple[int, int]:
    """The best epoch seen and the last epoch trained; losses (epochs,), from epoch 0.

    An epoch is a new best only if its loss is more than ``least`` below that of the best so far.
    """
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best] - least:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


def losses_to_watch(rng: np.random.Generator) -> list[tuple[Array, int, float]]:
    """A bump before the best, a minimum too late to be seen, equal losses, small steps down, a fall, random ones."""
    bump = [2.0, 1.0, 1.2, 1.1, 0.8, 0.9, 0.7, 0.9, 1.0, 1.1, 1.2, 0.5, 0.6]
    equal = [1.5, 1.0, 1.0, 1.0, 1.2, 1.3, 0.9]
    small = [1.0, 0.5, 0.48, 0.46, 0.44, 0.42, 0.4, 0.38]
    falling = [2.0, 1.5, 1.2, 1.0, 0.9]
    large = [4.0, 3.7, 3.4, 3.1, 2.8]
    chosen = [(bump, 3, 0.0), (bump, 2, 0.25), (equal, 2, 0.0), (falling, 2, 0.01), (bump, 20, 0.0), (small, 2, 0.05),
              (small, 1, 0.03), (large, 2, 0.2)]  # fmt: skip
    drawn = [(rng.uniform(0.5, 1.5, 20).round(2), 4, least) for least in (0.0, 0.105, 0.0, 0.055)]
    return [(np.array(losses), patience, least) for losses, patience, least in [*chosen, *drawn]]


def _plain(losses: Array, patience: int, least: float) -> tuple[int, int]:
    return early_stopping(losses, patience, 0.0)


def _last_loss(losses: Array, patience: int, least: float) -> tuple[int, int]:
    """Compares with the epoch before."""
    best = 0
    for epoch in range(1, len(losses)):
        best = epoch if losses[epoch] < losses[epoch - 1] - least else best
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


def _above(losses: Array, patience: int, least: float) -> tuple[int, int]:
    return early_stopping(losses, patience, -least if least else -1e-12)


def _share(losses: Array, patience: int, least: float) -> tuple[int, int]:
    best = 0
    for epoch, loss in enumerate(losses):
        best = epoch if loss < losses[best] * (1 - least) else best
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


def _ties_count(losses: Array, patience: int, least: float) -> tuple[int, int]:
    best = 0
    for epoch, loss in enumerate(losses):
        best = epoch if loss <= losses[best] - least else best
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


EXERCISES = [
    Quantity(
        "03.by_hand",
        expected=1.5,
        mistakes={"sigma": 3, "no_root": 0.75, "variance": 2.25, "variance_of_one": 9, "sample": 3**0.5, "mean": 4,
                  "nothing": 0},
    ),
    Exercise(
        "03.winners",
        reference=winners,
        cases=races_to_judge,
        parts=("updates", "digits", "milliseconds"),
        mistakes={"per_update": _per_update, "per_digit": _per_digit, "smallest": _smallest, "amounts": _amounts,
                  "places": _places, "quotient": _quotient, "last_of_equals": _last_of_equals},
    ),
    Exercise(
        "03.largest_batch",
        reference=largest_batch,
        cases=machines_to_fill,
        mistakes={"one_copy": _one_copy, "no_parameters": _no_parameters, "negative": _negative,
                  "rounded_up": _rounded_up, "parameters_each": _parameters_each, "at_least_one": _at_least_one},
    ),
    Exercise(
        "03.early_stopping",
        reference=early_stopping,
        cases=losses_to_watch,
        parts=("best", "last"),
        mistakes={
            "plain": _plain,
            "previous": _last_loss,
            "worse_counts": _above,
            "share": _share,
            "ties_count": _ties_count,
            "one_late": lambda losses, patience, least: early_stopping(losses, patience + 1, least),
            "swapped": lambda losses, patience, least: early_stopping(losses, patience, least)[::-1],
            "overall": lambda losses, patience, least: (int(np.argmin(losses)),
                                                        early_stopping(losses, patience, least)[1]),
            "loss": lambda losses, patience, least: (losses[early_stopping(losses, patience, least)[0]],
                                                     early_stopping(losses, patience, least)[1]),
            "to_the_end": lambda losses, patience, least: early_stopping(losses, len(losses) + 1, least),
        },
    ),
]
