"""Lesson 03's exercises: noise, bytes of a batch, standard error, early stopping, a choice, under- or overfitting."""

import numpy as np

from course.checks.exercise import Exercise, Quantity

Array = np.ndarray


def minibatch_gradient_std(gradients: Array, batch_size: int) -> Array:
    """σ / √B · √((N − B) / (N − 1)) of each coordinate; gradients (N, D)."""
    n = len(gradients)
    return gradients.std(axis=0) * np.sqrt((n - batch_size) / (batch_size * (n - 1)))


def gradients_to_measure(rng: np.random.Generator) -> list[tuple[Array, int]]:
    """Several sizes; a batch of one, and one of everything."""
    return [(rng.normal(1, [1, 3, 0.2], size=(n, 3)), b) for n, b in ((12, 4), (30, 9), (8, 1), (8, 8), (50, 25))]


def early_stopping(losses: Array, patience: int) -> tuple[int, int]:
    """The best epoch seen and the last epoch trained; losses (epochs,), from epoch 0."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


def losses_to_watch(rng: np.random.Generator) -> list[tuple[Array, int]]:
    """A bump before the best, a second minimum too late to be seen, equal losses, a fall to the end, random ones."""
    bump = [2.0, 1.0, 1.2, 1.1, 0.8, 0.9, 0.7, 0.9, 1.0, 1.1, 1.2, 0.5, 0.6]
    equal = [1.5, 1.0, 1.0, 1.0, 1.2, 1.3, 0.9]
    falling = [2.0, 1.5, 1.2, 1.0, 0.9]
    chosen = [(bump, 3), (bump, 2), (equal, 2), (falling, 2), (bump, 20)]
    drawn = [(rng.uniform(0.5, 1.5, 20).round(2), 4) for _ in range(4)]
    return [(np.array(losses), patience) for losses, patience in [*chosen, *drawn]]


def _over_all(losses: Array, patience: int) -> tuple[int, int]:
    return int(np.argmin(losses)), early_stopping(losses, patience)[1]


def _rises(losses: Array, patience: int) -> tuple[int, int]:
    best = rises = 0
    for epoch in range(1, len(losses)):
        rises = rises + 1 if losses[epoch] >= losses[epoch - 1] else 0
        best = epoch if losses[epoch] < losses[best] else best
        if rises >= patience:
            return best, epoch
    return best, len(losses) - 1


def _ties_count(losses: Array, patience: int) -> tuple[int, int]:
    best = 0
    for epoch, loss in enumerate(losses):
        if loss <= losses[best]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


def _previous(losses: Array, patience: int) -> tuple[int, int]:
    """Each fall from the epoch before counts as a new best."""
    best = 0
    for epoch in range(1, len(losses)):
        best = epoch if losses[epoch] < losses[epoch - 1] else best
        if epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


def _argmin_patience(losses: Array, patience: int) -> tuple[int, int]:
    best = int(np.argmin(losses))
    return best, min(best + patience, len(losses) - 1)


def cheapest(sizes: Array, updates: Array, n_examples: int) -> tuple[int, int]:
    """The batch sizes with the fewest updates and with the fewest epochs; sizes and updates (K,), sizes rising."""
    return sizes[updates.argmin()], sizes[(updates * sizes / n_examples).argmin()]


def tables_to_read(rng: np.random.Generator) -> list[tuple[Array, Array, int]]:
    """A table like the lesson's, with equal numbers of updates; one whose smallest batch is not the cheapest."""
    sizes = np.array([1, 4, 16, 64, 256, 2000])
    drawn = [(np.array([2, 8, 32, 128]), np.sort(rng.integers(20, 400, 4))[::-1].copy(), 1000) for _ in range(3)]
    measured, other = np.array([490, 142, 50, 26, 19, 19]), np.array([900, 150, 150, 80])
    parts = np.array([4, 8, 16]), np.array([100, 49, 30])  # of an epoch: 400, 392 and 480 of 1,000 digits
    return [(sizes, measured, 2000), (sizes[:4], other, 640), (*parts, 1000), *drawn]


def _last_of_equals(sizes: Array, updates: Array, n_examples: int) -> tuple[int, int]:
    return cheapest(sizes[::-1], updates[::-1], n_examples)


def diagnose(training: Array, validation: Array) -> tuple[bool, bool]:
    """Whether a run underfits, and whether it overfits; losses (epochs,) each.

    Underfits: a training loss above 0.5 at the end. Overfits: from the epoch of the lowest validation loss to the end
    the validation loss rose by more than 5 % and the training loss fell.
    """
    best = int(np.argmin(validation))
    risen = validation[-1] > 1.05 * validation[best] and training[-1] < training[best]
    return bool(training[-1] > 0.5), bool(risen)


def runs_to_diagnose(rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Neither, each alone, both at once; a gap without a rise, small rises, both losses rising, one that comes back."""
    runs = [
        ([2.4, 1.0, 0.4, 0.2], [2.4, 1.1, 0.6, 0.5]),
        ([2.4, 1.9, 1.6, 1.5], [2.4, 2.0, 1.7, 1.6]),
        ([2.4, 0.6, 0.2, 0.05], [2.4, 0.8, 0.9, 1.1]),
        ([2.4, 1.5, 1.0, 0.8], [2.4, 1.8, 2.0, 2.2]),
        ([2.4, 0.9, 0.3, 0.02], [2.4, 1.3, 1.0, 0.98]),
        ([2.4, 0.8, 0.3, 0.1], [2.4, 1.0, 0.62, 0.64]),
        ([2.4, 0.3, 0.2, 0.4], [2.4, 0.7, 0.6, 0.9]),
        ([2.4, 1.0, 0.7, 0.3], [2.4, 0.9, 1.1, 0.8]),
        ([2.4, 0.7, 0.5, 0.3], [2.4, 0.7, 1.0, 0.9]),
        ([2.4, 1.2, 1.0, 0.9], [2.4, 2.1, 2.0, 2.08]),
        ([2.4, 0.4, 0.2, 0.1], [2.4, 0.6, 0.8, 0.61]),
    ]
    drawn = [tuple(rng.uniform(0.2, 1.5, (2, 6)).round(2)) for _ in range(6)]
    return [*((np.array(training), np.array(validation)) for training, validation in runs), *drawn]


def _at_the_best(training: Array, validation: Array) -> tuple[bool, bool]:
    return bool(training[validation.argmin()] > 0.5), diagnose(training, validation)[1]


def _last_step(training: Array, validation: Array) -> tuple[bool, bool]:
    risen = validation[-1] > 1.05 * validation[-2] and training[-1] < training[-2]
    return diagnose(training, validation)[0], bool(risen)


def _either(training: Array, validation: Array) -> tuple[bool, bool]:
    low, risen = diagnose(training, validation)
    return low, risen and not low


EXERCISES = [
    Quantity(
        "03.ninefold",
        expected=3,
        mistakes={"ninefold": 9, "squared": 81, "inverse": 1 / 3, "variance_left": 1 / 9, "halved": 4.5, "unchanged": 1,
                  "rooted_again": 3**0.5},
    ),
    Quantity(
        "03.cache_bytes",
        expected=508_928,
        mistakes={"numbers": 127_232, "one_digit": 3976, "bits": 4_071_424, "float64": 1_017_856,
                  "hidden_once": 457_728, "mask": 521_728, "without_input": 107_520, "parameters": 318_040,
                  "added": 4488},
    ),
    Exercise(
        "03.minibatch_gradient_std",
        reference=minibatch_gradient_std,
        cases=gradients_to_measure,
        mistakes={
            "with_replacement": lambda g, b: g.std(axis=0) / np.sqrt(b),
            "no_root": lambda g, b: g.std(axis=0) / b * np.sqrt((len(g) - b) / (len(g) - 1)),
            "variance": lambda g, b: g.var(axis=0) / b * (len(g) - b) / (len(g) - 1),
            "factor_n": lambda g, b: g.std(axis=0) * np.sqrt((len(g) - b) / (b * len(g))),
            "sample_std": lambda g, b: g.std(axis=0, ddof=1) * np.sqrt((len(g) - b) / (b * (len(g) - 1))),
            "not_divided": lambda g, b: g.std(axis=0) * np.sqrt((len(g) - b) / (len(g) - 1)),
            "over_examples": lambda g, b: g.std(axis=1) * np.sqrt((len(g) - b) / (b * (len(g) - 1))),
            "one_number": lambda g, b: g.std() * np.sqrt((len(g) - b) / (b * (len(g) - 1))),
            "share_left": lambda g, b: g.std(axis=0) / np.sqrt(b) * (len(g) - b) / (len(g) - 1),
        },
    ),
    Exercise(
        "03.early_stopping",
        reference=early_stopping,
        cases=losses_to_watch,
        parts=("best", "last"),
        mistakes={
            "overall": _over_all,
            "rises": _rises,
            "one_late": lambda losses, patience: early_stopping(losses, patience + 1),
            "one_early": lambda losses, patience: early_stopping(losses, max(1, patience - 1)),
            "swapped": lambda losses, patience: early_stopping(losses, patience)[::-1],
            "from_one": lambda losses, patience: tuple(k + 1 for k in early_stopping(losses, patience)),
            "ties_count": _ties_count,
            "previous": _previous,
            "argmin_patience": _argmin_patience,
            "loss": lambda losses, patience: (losses[early_stopping(losses, patience)[0]],
                                              early_stopping(losses, patience)[1]),
            "to_the_end": lambda losses, patience: (early_stopping(losses, patience)[0], len(losses) - 1),
        },
    ),
    Exercise(
        "03.cheapest",
        reference=cheapest,
        cases=tables_to_read,
        parts=("updates", "epochs"),
        mistakes={
            "updates_only": lambda s, u, n: (s[u.argmin()], s[u.argmin()]),
            "epochs_only": lambda s, u, n: (s[(u * s).argmin()], s[(u * s).argmin()]),
            "swapped": lambda s, u, n: cheapest(s, u, n)[::-1],
            "amounts": lambda s, u, n: (u.min(), (u * s / n).min()),
            "places": lambda s, u, n: (u.argmin(), (u * s).argmin()),
            "most": lambda s, u, n: (s[u.argmax()], s[(u * s).argmax()]),
            "divided": lambda s, u, n: (s[u.argmin()], s[(u / s).argmin()]),
            "last_of_equals": _last_of_equals,
            "rounded_up": lambda s, u, n: (s[u.argmin()], s[np.ceil(u * s / n).argmin()]),
        },
    ),
    Exercise(
        "03.diagnose",
        reference=diagnose,
        cases=runs_to_diagnose,
        parts=("underfits", "overfits"),
        mistakes={
            "gap": lambda t, v: (t[-1] > 0.5, v[-1] > 1.05 * t[-1]),
            "any_rise": lambda t, v: (t[-1] > 0.5, v[-1] > v.min() and t[-1] < t[v.argmin()]),
            "training_forgotten": lambda t, v: (t[-1] > 0.5, v[-1] > 1.05 * v.min()),
            "absolute": lambda t, v: (t[-1] > 0.5, v[-1] > v.min() + 0.05 and t[-1] < t[v.argmin()]),
            "highest": lambda t, v: (t[-1] > 0.5, v[v.argmin() :].max() > 1.05 * v.min() and t[-1] < t[v.argmin()]),
            "last_step": _last_step,
            "from_the_start": lambda t, v: (t[-1] > 0.5, v[-1] > 1.05 * v[0] and t[-1] < t[0]),
            "validation_high": lambda t, v: (v[-1] > 0.5, diagnose(t, v)[1]),
            "best_epoch": _at_the_best,
            "either": _either,
            "swapped": lambda t, v: diagnose(t, v)[::-1],
        },
    ),
]
