"""Every panel at its default, at each control's ends and at every pair of ends; and the numbers a sentence shows."""

import re
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from helpers.live import Live, Panel


def swept(panel: Panel) -> Iterator[Live]:
    """Move the panel's controls through `settings`; yield the live figure after each, as long as all is well."""
    live = Live(panel)
    for values in settings(panel):
        for key, value in values.items():
            live.widgets[key].value = value
        assert live.values == values
        assert live.error is None, (values, live.error)
        assert live.pixels[..., :3].std() > 0, "an empty picture"
        yield live
    live.close()


def settings(panel: Panel) -> list[dict[str, Any]]:
    """The default first, each one a value for every control."""
    default = {control.key: control.value for control in panel.controls}
    moves = [{c.key: end} for c in panel.controls for end in c.ends]
    for one, other in combinations(panel.controls, 2):
        moves += [{one.key: a, other.key: b} for a, b in product(one.ends, other.ends)]
    return [default, *({**default, **move} for move in moves)]


def numbers(sentence: str) -> list[float]:
    """The numbers in ``sentence``, in order; thousands separators are understood."""
    return [float(found.replace(",", "").replace("−", "-")) for found in
            re.findall(r"[-−]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?", sentence)]  # fmt: skip
