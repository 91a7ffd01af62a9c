"""Does what a lesson shows with one seed hold for ten? Each effect is counted; below nine of ten is a failure.

    python benchmarks/seeds.py          # all lessons
    python benchmarks/seeds.py 03 05    # some
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from course.catalogue import topics  # noqa: E402

SEEDS, ENOUGH = range(1000, 1010), 9  # no setting of a lesson was chosen on these


def counted(effects: Mapping[str, Callable[[int], bool]]) -> dict[str, int]:
    """For each effect, a function from a seed to whether it holds, the number of seeds it holds for; printed too."""
    counts = {}
    for name, holds in effects.items():
        counts[name] = sum(bool(holds(seed)) for seed in SEEDS)
        print(f"  {name}: {counts[name]} of {len(SEEDS)}. {holds.__doc__ or ''}".rstrip(), flush=True)
    return counts


def effects_of(topic: str) -> Mapping[str, Callable[[int], bool]]:
    """The effects that ``lessons/<topic>/effects.py`` declares as EFFECTS; none if there is no such file."""
    module = f"lessons.{topic}.effects"
    return importlib.import_module(module).EFFECTS if importlib.util.find_spec(module) else {}


if __name__ == "__main__":
    chosen = {number: topic for number, topic in topics().items() if not sys.argv[1:] or number in sys.argv[1:]}
    counts = []
    for number, topic in chosen.items():
        if effects := effects_of(topic):
            print(f"{number} {topic}")
            counts += counted(effects).values()
    sys.exit(any(count < ENOUGH for count in counts))
