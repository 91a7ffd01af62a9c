"""Lesson 04's sizes and losses as they are said and drawn."""

import numpy as np

Array = np.ndarray
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NOTHING = 1e-15  # two outputs near ½ that are closer together are told apart by no 64-bit number
SMOOTH = 30  # updates whose mean loss is drawn as one point
VERDICTS = {"vanish": 1e-6, "fade": 0.1, "level": 10, "explode": np.inf}  # δ of the first layer / of the last, below


def size(value: float) -> str:
    """A number with one digit, as 0.03 or 3·10⁻¹³."""
    if 0.01 <= value < 100:
        return f"{value:.1g}" if value < 1 else f"{value:.0f}"
    digit, power = f"{value:.0e}".split("e")
    return f"{digit}·10{str(int(power)).translate(RAISED)}"


def distance(value: float) -> str:
    """The same for a difference of two outputs: 0 for one that rounding has swallowed."""
    return size(value) if value >= NOTHING else "0"


def verdict(deltas: Array) -> str:
    """What becomes of δ from the last layer to the first: a name in VERDICTS."""
    return next(name for name, limit in VERDICTS.items() if deltas[0] / deltas[-1] < limit)


def smoothed(losses: list[float]) -> tuple[Array, Array]:
    """The first updates' losses one by one, and later ones as the mean of some, each with its update."""
    at = np.arange(1, len(losses) + 1)
    starts = np.concatenate([at[:SMOOTH] - 1, np.arange(SMOOTH, len(losses), SMOOTH)]).astype(int)
    if not losses:
        return at, np.array([])
    counts = np.diff(np.append(starts, len(losses)))
    return np.add.reduceat(at, starts) / counts, np.add.reduceat(losses, starts) / counts
