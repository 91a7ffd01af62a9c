"""Wrong answers to lesson 03's exercises as learners type them, and the verdict each should get."""

BY_HAND = [
    ("3", "sigma"),
    ("np.std([1, 1, 7, 7]) / 4", "no_root"),
    ("distance = np.var([1, 1, 7, 7]) / 4", "variance"),
    ("((1 - 4)**2 + (7 - 4)**2) / 2", "variance_of_one"),
    ("np.std([1, 1, 7, 7], ddof=1) / np.sqrt(4)", "sample"),
    ("np.mean([1, 1, 7, 7])", "mean"),
    ("0", "nothing"),
    ("np.std([1, 1, 7, 7]) / np.sqrt(4) * ((4 - 4) / 3)**0.5", "nothing"),
    ("6", "value"),
    ("'one and a half'", "shape"),
    ("...", "unfinished"),
]
WINNERS = [
    ("def f(sizes, updates, milliseconds):\n    return (sizes[np.argmin(updates)], sizes[np.argmin(updates * sizes)],\n"
     "            sizes[np.argmin(milliseconds)])", "per_update"),
    ("def f(sizes, updates, ms):\n    digits = updates * sizes\n    time = digits * ms\n"
     "    return sizes[digits.argmin() * 0 + updates.argmin()], sizes[digits.argmin()], sizes[time.argmin()]",
     "per_digit"),
    ("def f(sizes, updates, ms):\n    return sizes[updates.argmin()], sizes[0], sizes[(ms * updates).argmin()]",
     "smallest"),
    ("def f(sizes, updates, ms):\n    return min(updates), min(updates * sizes), min(updates * ms)", "amounts"),
    ("def f(sizes, updates, ms):\n    return np.argmin(updates), np.argmin(updates * sizes), np.argmin(updates * ms)",
     "places"),
    ("def f(sizes, updates, ms):\n    digits = updates / sizes\n"
     "    return sizes[updates.argmin()], sizes[digits.argmin()], sizes[(updates * ms).argmin()]", "quotient"),
    ("def f(sizes, updates, ms):\n    def last(a):\n        best = 0\n        for k in range(len(a)):\n"
     "            if a[k] <= a[best]:\n                best = k\n        return sizes[best]\n"
     "    return last(updates), last(updates * sizes), last(updates * ms)", "last_of_equals"),
    ("def f(sizes, updates, ms):\n    return sizes[updates.argmin()], sizes[(updates * sizes).argmin()]", "shape"),
    ("def f(sizes, updates, ms):\n    return ...", "unfinished"),
]  # fmt: skip
LARGEST = [
    ("def f(memory, parameters, per_digit):\n    left = memory - parameters\n    return max(0, left // per_digit)",
     "one_copy"),
    ("def f(memory, parameters, per_digit):\n    return memory // per_digit", "no_parameters"),
    ("def f(memory, parameters, per_digit):\n    return (memory - 2 * parameters) // per_digit", "negative"),
    ("def f(memory, parameters, per_digit):\n    left = memory - 2 * parameters\n"
     "    return max(0, int(np.ceil(left / per_digit)))", "rounded_up"),
    ("def f(memory, parameters, per_digit):\n    return memory // (parameters * 2 + per_digit)", "parameters_each"),
    ("def f(memory, parameters, per_digit):\n    b = 1\n"
     "    while 2 * parameters + (b + 1) * per_digit <= memory:\n        b += 1\n    return b", "at_least_one"),
    ("def f(memory, parameters, per_digit):\n    return max(0, (memory - 2 * parameters) / per_digit)", "dtype"),
    ("def f(memory, parameters):\n    return memory // parameters", "raised"),
    ("def f(memory, parameters, per_digit):\n    return ...", "unfinished"),
]  # fmt: skip
LOOP = "def f(losses, patience, least):\n    best = 0\n    for e in range(len(losses)):\n"
STOP = "        if e - best >= patience:\n            return best, e\n    return best, len(losses) - 1"
STOPPING = [
    (f"{LOOP}        if losses[e] < losses[best]:\n            best = e\n{STOP}", "plain"),
    (f"{LOOP}        if e and losses[e] < losses[e - 1] - least:\n            best = e\n{STOP}", "previous"),
    (f"{LOOP}        if losses[e] < losses[best] * (1 - least):\n            best = e\n{STOP}", "share"),
    (f"{LOOP}        if losses[best] - losses[e] >= least:\n            best = e\n{STOP}", "ties_count"),
    (f"{LOOP}        if losses[best] - losses[e] > least:\n            best = e\n"
     + STOP.replace(">=", ">"), "one_late"),
    (f"{LOOP}        if losses[best] - losses[e] > least:\n            best = e\n"
     + STOP.replace("best, e", "e, best").replace("best, len(losses) - 1", "len(losses) - 1, best"), "swapped"),
    (f"{LOOP}        if losses[best] - losses[e] > least:\n            best = e\n"
     + STOP.replace("return best", "return int(np.argmin(losses))"), "overall"),
    (f"{LOOP}        if losses[best] - losses[e] > least:\n            best = e\n"
     + STOP.replace("return best", "return losses[best]"), "loss"),
    (f"{LOOP}        if losses[best] - losses[e] > least:\n            best = e\n    return best, len(losses) - 1",
     "to_the_end"),
    ("def f(losses, patience, least):\n    return int(np.argmin(losses))", "shape"),
    ("def f(losses, patience, least):\n    while True:\n        pass", "late"),
    ("def f(losses, patience, least):\n    return ...", "unfinished"),
]  # fmt: skip
WRONG = {
    "03.by_hand": BY_HAND,
    "03.winners": WINNERS,
    "03.largest_batch": LARGEST,
    "03.early_stopping": STOPPING,
}
