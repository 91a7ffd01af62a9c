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
    ("128 * (784 * 4 + 100 * 4 + 100 + 100 * 4 + 10 * 4)", "mask"),
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
    ("def f(g, b):\n    rng = np.random.default_rng(0)\n"
     "    draws = [g[rng.choice(len(g), b, replace=False)].mean(0) for _ in range(2000)]\n"
     "    return np.std(draws, axis=0)", "value"),
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
    ("def f(losses, patience):\n    best = 0\n    for e in range(1, len(losses)):\n"
     "        if losses[e] < losses[e - 1]:\n            best = e\n        elif e - best >= patience:\n"
     "            return best, e\n"
     "    return best, len(losses) - 1", "previous"),
    ("def f(losses, patience):\n    best = np.argmin(losses)\n"
     "    return best, min(best + patience, len(losses) - 1)", "argmin_patience"),
    ("def f(losses, patience):\n    best, at = losses[0], 0\n    for e in range(len(losses)):\n"
     "        if losses[e] < best:\n            best, at = losses[e], e\n        if e - at >= patience:\n"
     "            break\n"
     "    return best, e", "loss"),
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
    ("def f(sizes, updates, n):\n    per_epoch = n / sizes\n    epochs = np.ceil(updates / per_epoch)\n"
     "    return sizes[np.argmin(updates)], sizes[np.argmin(epochs)]", "rounded_up"),
    ("def f(sizes, updates, n):\n    return ...", "unfinished"),
]  # fmt: skip
DIAGNOSE = [
    ("def f(training, validation):\n    return training[-1] > 0.5, validation[-1] > training[-1] * 1.05", "gap"),
    ("def f(training, validation):\n    k = np.argmin(validation)\n"
     "    return training[-1] > 0.5, validation[-1] > validation[k] and training[-1] < training[k]", "any_rise"),
    ("def f(training, validation):\n    return training[-1] > 0.5, validation[-1] / min(validation) > 1.05",
     "training_forgotten"),
    ("def f(training, validation):\n"
     "    rises = validation[-1] > validation[-2] * 1.05 and training[-1] < training[-2]\n"
     "    return training[-1] > 0.5, rises", "last_step"),
    ("def f(training, validation):\n    rises = validation[-1] > validation[0] * 1.05\n"
     "    return training[-1] > 0.5, rises and training[-1] < training[0]", "from_the_start"),
    ("def f(training, validation):\n    k = validation.argmin()\n"
     "    rises = validation[-1] > 1.05 * validation[k] and training[-1] < training[k]\n"
     "    return validation[-1] > 0.5, rises", "validation_high"),
    ("def f(training, validation):\n    k = validation.argmin()\n    if training[-1] > 0.5:\n"
     "        return True, False\n"
     "    return False, validation[-1] > 1.05 * validation[k] and training[-1] < training[k]", "either"),
    ("def f(training, validation):\n    k = validation.argmin()\n"
     "    rises = validation[-1] > 1.05 * validation[k] and training[-1] < training[k]\n"
     "    return rises, training[-1] > 0.5", "swapped"),
    ("def f(training, validation):\n    k = validation.argmin()\n"
     "    rises = validation[-1] - validation[k] > 0.05 and training[-1] < training[k]\n"
     "    return training[-1] > 0.5, rises", "absolute"),
    ("def f(training, validation):\n    k = validation.argmin()\n"
     "    rises = max(validation[k:]) > 1.05 * validation[k] and training[-1] < training[k]\n"
     "    return training[-1] > 0.5, rises", "highest"),
    ("def f(training, validation):\n    return 'underfits' if training[-1] > 0.5 else 'overfits'", "shape"),
    ("def f(training, validation):\n    return ...", "unfinished"),
]
WRONG = {
    "03.ninefold": NINEFOLD,
    "03.cache_bytes": BYTES,
    "03.minibatch_gradient_std": STD,
    "03.early_stopping": STOPPING,
    "03.cheapest": CHEAPEST,
    "03.diagnose": DIAGNOSE,
}
