"""Every panel at its default, its controls' ends and every pair of ends; the numbers a sentence shows; toy data."""

import re
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import numpy as np

from course.live import Live
from course.panel import Panel
from helpers.data import Dataset


def swept(panel: Panel) -> Iterator[Live]:
    """Move the panel's controls through `settings`; yield the live figure after each, as long as all is well."""
    live = Live(panel)
    for values in settings(panel):
        for key, value in values.items():
            live.widgets[key].value = value
        assert live.values == values
        assert live.error is None, (values, live.error)
        assert np.asarray(live.canvas.agg.buffer_rgba())[..., :3].std() > 0, "an empty picture"
        yield live
    live.close()


def settings(panel: Panel, pairs: bool = True) -> list[dict[str, Any]]:
    """The default first, then each control at its ends, and each pair of them; each one a value for every control."""
    default = {control.key: control.value for control in panel.controls}
    moves = [{c.key: end} for c in panel.controls for end in c.ends]
    for one, other in combinations(panel.controls, 2) if pairs else ():
        moves += [{one.key: a, other.key: b} for a, b in product(one.ends, other.ends)]
    return [default, *({**default, **move} for move in moves)]


def numbers(sentence: str) -> list[float]:
    """The numbers in ``sentence``, in order; thousands separators are understood."""
    return [float(found.replace(",", "").replace("−", "-")) for found in
            re.findall(r"[-−]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?", sentence)]  # fmt: skip


def some_digits(dtype: type) -> list[Dataset]:
    """150 and 40 noisy examples of ten classes, shaped as 8×8 digits: a network learns them in a few updates."""
    rng = np.random.default_rng(6)
    parts = []
    for n in (150, 40):
        y = rng.integers(10, size=n)
        parts.append(Dataset("some", (rng.uniform(0, 0.5, (n, 64)) + np.eye(64)[y]).astype(dtype), y))
    return parts
