"""Wrong answers to lesson 03's exercises as learners type them, and the verdict each should get."""

NINEFOLD = [
    ("9", "ninefold"),
    ("factor = 1 / np.sqrt(9)", "inverse"),
    ("1 / 9", "variance_left"),
    ("9 / 2", "halved"),
    ("9 ** 2", "squared"),
    ("factor = 1", "unchanged"),
    ("np.sqrt(np.sqrt(9))", "rooted_again"),
    ("2", "value"),
    ("'three'", "shape"),
    ("...", "unfinished"),
]
BYTES = [
    ("128 * (784 + 100 + 100 + 10)", "numbers"),
    ("(784 + 100 + 100 + 10) * 4", "one_digit"),
    ("128 * 994 * 32", "bits"),
    ("128 * 994 * 8", "float64"),
    ("128 * (784 + 100 + 10) * 4", "hidden_once"),
    ("held = 128 * (100 + 100 + 10) * 4", "without_input"),
    ("(784 * 100 + 100 + 100 * 10 + 10) * 4", "parameters"),
    ("(128 + 994) * 4", "added"),
    ("128 * 984 * 4", "value"),
    ("...", "unfinished"),
]
STD = [
    ("def f(gradients, b):\n    return np.std(gradients, axis=0) / b ** 0.5", "with_replacement"),
    ("def f(gradients, b):\n    n = len(gradients)\n"
     "    return np.sqrt((n - b) / (n - 1)) * gradients.std(0) / b", "no_root"),
    ("def f(g, b):\n    n = len(g)\n    return g.var(0) / b * (n - b) / (n - 1)", "variance"),
    ("def f(g, b):\n    n = len(g)\n    return g.std(0) / np.sqrt(b) * np.sqrt((n - b) / n)", "factor_n"),
    ("def f(g, b):\n    n = len(g)\n"
     "    return g.std(0, ddof=1) / np.sqrt(b) * np.sqrt((n - b) / (n - 1))", "sample_std"),
    ("def f(g, b):\n    n = g.shape[0]\n    return g.std(0) * ((n - b) / (n - 1)) ** 0.5", "not_divided"),
    ("def f(g, b):\n    n = len(g)\n    return np.std(g) / np.sqrt(b) * np.sqrt((n - b) / (n - 1))", "one_number"),
    ("def f(g, b):\n    n = len(g)\n"
     "    return g.std(axis=1) / np.sqrt(b) * np.sqrt((n - b) / (n - 1))", "over_examples"),
    ("def f(g, b):\n    n = len(g)\n    return g.std(0) / np.sqrt(b) * (n - b) / (n - 1)", "share_left"),
    ("def f(g, b):\n    g -= g.mean(0)\n"
     "    return np.sqrt((g ** 2).mean(0) / b * (len(g) - b) / (len(g) - 1))", "changed"),
    ("def f(g):\n    return g.std(0)", "raised"),
    ("def f(g, b):\n    return ...", "unfinished"),
]
STOPPING = [
    ("def f(losses, patience):\n    best = int(np.argmin(losses))\n    seen = 0\n"
     "    for e, loss in enumerate(losses):\n"
     "        if loss < losses[seen]:\n            seen = e\n        if e - seen >= patience:\n"
     "            return best, e\n"
     "    return best, len(losses) - 1", "overall"),
    ("def f(losses, patience):\n    best = up = 0\n    for e in range(1, len(losses)):\n"
     "        up = up + 1 if losses[e] >= losses[e - 1] else 0\n        if losses[e] < losses[best]:\n"
     "            best = e\n"
     "        if up == patience:\n            return best, e\n    return best, len(losses) - 1", "rises"),
    ("def f(losses, patience):\n    best = 0\n    for e in range(len(losses)):\n        if losses[e] < losses[best]:\n"
     "            best = e\n        if e - best > patience:\n            return best, e\n"
     "    return best, len(losses) - 1",
     "one_late"),
    ("def f(losses, patience):\n    best = 0\n    for e in range(len(losses)):\n        if losses[e] <= losses[best]:\n"
     "            best = e\n        if e - best >= patience:\n            return best, e\n"
     "    return best, len(losses) - 1",
     "ties_count"),
    ("def f(losses, patience):\n    best = 0\n    for e in range(len(losses)):\n        if losses[e] < losses[best]:\n"
     "            best = e\n        if e - best >= patience:\n            return e, best\n"
     "    return len(losses) - 1, best",
     "swapped"),
    ("def f(losses, patience):\n    best, wait = 0, 0\n    for e in range(1, len(losses)):\n"
     "        if losses[e] < losses[best]:\n            best, wait = e, 0\n        else:\n            wait += 1\n"
     "        if wait >= patience:\n            return best + 1, e + 1\n    return best + 1, len(losses)", "from_one"),
    ("def f(losses, patience):\n    return int(np.argmin(losses))", "shape"),
    ("def f(losses, patience):\n    while True:\n        pass", "late"),
    ("def f(losses, patience):\n    return ...", "unfinished"),
]  # fmt: skip
CHEAPEST = [
    ("def f(sizes, updates, n):\n    best = sizes[np.argmin(updates)]\n    return best, best", "updates_only"),
    ("def f(sizes, updates, n):\n    best = sizes[np.argmin(updates * sizes / n)]\n"
     "    return best, best", "epochs_only"),
    ("def f(sizes, updates, n):\n    return sizes[np.argmin(updates * sizes)], sizes[np.argmin(updates)]", "swapped"),
    ("def f(sizes, updates, n):\n    return min(updates), min(updates * sizes / n)", "amounts"),
    ("def f(sizes, updates, n):\n    return np.argmin(updates), np.argmin(updates * sizes / n)", "places"),
    ("def f(sizes, updates, n):\n    return sizes[np.argmax(updates)], sizes[np.argmax(updates * sizes)]", "most"),
    ("def f(sizes, updates, n):\n    return sizes[np.argmin(updates)], sizes[np.argmin(updates / (n / 1) / sizes)]",
     "divided"),
    ("def f(sizes, updates, n):\n    i = 0\n    for k in range(len(sizes)):\n        if updates[k] <= updates[i]:\n"
     "            i = k\n    return sizes[i], sizes[np.argmin(updates * sizes)]", "last_of_equals"),
    ("def f(sizes, updates, n):\n    return ...", "unfinished"),
]  # fmt: skip
WRONG = {
    "03.ninefold": NINEFOLD,
    "03.cache_bytes": BYTES,
    "03.minibatch_gradient_std": STD,
    "03.early_stopping": STOPPING,
    "03.cheapest": CHEAPEST,
}
