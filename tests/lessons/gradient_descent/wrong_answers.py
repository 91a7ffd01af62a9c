"""Wrong answers to lesson 01's exercises as learners type them, and the verdict each should get."""

UPDATE = [
    ("7 + 0.1 * 2 * (7 - 3)", "uphill"),
    ("7 - 2 * (7 - 3)", "no_rate"),
    ("7 - 0.1 * (7 - 3) ** 2", "loss"),
    ("7 - 0.1 * (7 - 3)", "half"),
    ("0.1 * 2 * (7 - 3)", "step_only"),
    ("2 * (7 - 3)", "slope_only"),
    ("w = 7\nfor _ in range(2):\n    w = w - 0.1 * 2 * (w - 3)\nw", "twice"),
    ("3.0", "optimum"),
    ("7", "start"),
    ("7 - 0.1 * 2 * 7", "no_target"),
    ("4.5", "value"),
    ("float('nan')", "finite"),
    ("...", "unfinished"),
]
GRADIENT = [
    ("def gradient(x, y, weight):\n    return x.T @ (y - x @ weight) / len(y)", "uphill"),
    ("def gradient(x, y, weight):\n    return x.T @ (x @ weight - y)", "summed"),
    ("def gradient(x, y, weight):\n    residual = x @ weight - y\n"
     "    return 2 * (x * residual[:, None]).mean(axis=0)", "doubled"),
    ("def gradient(x, y, weight):\n    return x.T @ (x @ weight - y) / x.shape[1]", "by_features"),
    ("def gradient(x, y, weight):\n    return x.T @ (x @ weight) / len(x)", "no_target"),
    ("def gradient(x, y, weight):\n    return np.array([row * (row @ weight - t) for row, t in zip(x, y)])",
     "not_averaged"),
    ("def gradient(x, y, weight):\n    return (x @ weight - y).mean()", "shape"),
    ("def gradient(x, y, weight):\n    return x @ (x @ weight - y) / len(y)", "raised"),
    ("def gradient(x, y, weight):\n    y -= x @ weight\n    return -x.T @ y / len(y)", "changed"),
    ("def gradient(x, y, weight):\n    return ...", "unfinished"),
]
DESCEND = [
    ("def descend(x, y, start, rate, steps):\n    w = start\n    for _ in range(steps):\n"
     "        w = w - rate * x.T @ (x @ w - y) / len(y)\n        return w", "one_round"),
    ("def descend(x, y, start, rate, steps):\n    w = start\n    for _ in range(steps):\n"
     "        w = w + rate * x.T @ (x @ w - y) / len(y)\n    return w", "uphill"),
    ("def descend(x, y, start, rate, steps):\n    w = start\n    for _ in range(1, steps):\n"
     "        w = w - rate * x.T @ (x @ w - y) / len(y)\n    return w", "one_short"),
    ("def descend(x, y, start, rate, steps):\n    w = start\n    for _ in range(steps + 1):\n"
     "        w = w - rate * x.T @ (x @ w - y) / len(y)\n    return w", "one_more"),
    ("def descend(x, y, start, rate, steps):\n    w = start\n    g = x.T @ (x @ w - y) / len(y)\n"
     "    for _ in range(steps):\n        w = w - rate * g\n    return w", "fixed_slope"),
    ("def descend(x, y, start, rate, steps):\n    w = start\n    for _ in range(steps):\n"
     "        w = w - rate * x[0] * (x[0] @ w - y[0])\n    return w", "one_example"),
    ("def descend(x, y, start, rate, steps):\n    w = start\n    for _ in range(steps):\n"
     "        w = w - x.T @ (x @ w - y) / len(y)\n    return w", "no_rate"),
    ("def descend(x, y, start, rate, steps):\n    w = start\n    for _ in range(steps):\n"
     "        w = w - rate * x.T @ (x @ w - y)\n    return w", "summed"),
    ("def descend(x, y, start, rate, steps):\n    for _ in range(steps):\n"
     "        start -= rate * x.T @ (x @ start - y) / len(y)\n    return start", "changed"),
    ("def descend(x, y, start, rate, steps):\n    w = start\n    while True:\n"
     "        w = w - rate * x.T @ (x @ w - y) / len(y)", "late"),
]
STANDARDIZE = [
    ("def standardize(train, test):\n    m, s = train.mean(0), train.std(0, ddof=1)\n"
     "    return (train - m) / s, (test - m) / s", "unbiased"),
    ("def standardize(train, test):\n    return ((train - train.mean(0)) / train.std(0),\n"
     "            (test - test.mean(0)) / test.std(0))", "own_ruler"),
    ("def standardize(train, test):\n    x = np.vstack([train, test])\n"
     "    x = (x - x.mean(0)) / x.std(0)\n    return x[:len(train)], x[len(train):]", "together"),
    ("def standardize(train, test):\n    m, s = train.mean(), train.std()\n"
     "    return (train - m) / s, (test - m) / s", "one_mean"),
    ("def standardize(train, test):\n    return train - train.mean(axis=0), test - train.mean(axis=0)", "centred"),
    ("def standardize(train, test):\n    m, v = np.mean(train, 0), np.var(train, 0)\n"
     "    return (train - m) / v, (test - m) / v", "variance"),
    ("def standardize(train, test):\n    low, high = train.min(0), train.max(0)\n"
     "    return (train - low) / (high - low), (test - low) / (high - low)", "min_max"),
    ("def standardize(train, test):\n    return (train - train.mean(0)) / train.std(0)", "shape"),
    ("def standardize(train, test):\n    train -= train.mean(0)\n    return train, test", "changed"),
]
LARGEST_RATE = [
    ("def largest_rate(x):\n    return 1 / np.linalg.eigvalsh(x.T @ x / len(x)).max()", "one_over"),
    ("def largest_rate(x):\n    return 2 / min(np.linalg.eigvalsh(x.T @ x / len(x)))", "flattest"),
    ("def largest_rate(x):\n    return 2 / np.linalg.norm(x.T @ x, 2)", "no_n"),
    ("def largest_rate(x):\n    return np.linalg.eigvalsh(x.T @ x / len(x))[-1] / 2", "upside_down"),
    ("def largest_rate(x):\n    return 2 / np.diag(x.T @ x / len(x)).max()", "diagonal"),
    ("def largest_rate(x):\n    c = x - x.mean(0)\n    return 2 / np.linalg.eigvalsh(c.T @ c / len(x))[-1]", "centred"),
    ("def largest_rate(x):\n    return 2 / np.linalg.eigvalsh(x.T @ x / len(x))", "shape"),
]
WRONG = {
    "01.update": UPDATE,
    "01.gradient": GRADIENT,
    "01.descend": DESCEND,
    "01.standardize": STANDARDIZE,
    "01.largest_rate": LARGEST_RATE,
}
