"""What a descent does along one direction, by the names that the lesson's sentences have for it."""

from helpers.validate import Array, checked

SAME = 1e-9  # two factors closer than this are the same: sliders send 0.30000000000000004


@checked(errors="steps")
def behaviour_of(errors: Array) -> str:
    """The name of what a descent does along one direction, from its first two signed errors (steps + 1,).

    "waiting" (no step yet), "there" (starts at the optimum), "rests" (rate 0), "approaches", "one_step",
    "oscillates" (and comes nearer), "swings" (for ever), or "diverges".
    """
    if len(errors) < 2:
        return "waiting"
    if abs(errors[0]) < SAME:
        return "there"
    factor = float(errors[1] / errors[0])
    for value, name in {1.0: "rests", 0.0: "one_step", -1.0: "swings"}.items():
        if abs(factor - value) < SAME:
            return name
    if abs(factor) > 1:
        return "diverges"
    return "approaches" if factor > 0 else "oscillates"
