"""Wrong answers to lesson 01's exercises as learners type them, and the verdict each should get."""

UPDATE = [
    ("w, b = 1, 1\nw = w - 0.1 * (2 * w + b - 5) * 2\nb = b - 0.1 * (2 * w + b - 5)\n(w, b)", "w_first"),
    ("w, b = 1, 1\nb = b - 0.1 * (2 * w + b - 5)\nw = w - 0.1 * (2 * w + b - 5) * 2\n(w, b)", "b_first"),
    ("(1 + 0.1 * (2 + 1 - 5) * 2, 1 + 0.1 * (2 + 1 - 5))", "uphill"),
    ("(1 - (2 + 1 - 5) * 2, 1 - (2 + 1 - 5))", "no_rate"),
    ("(1 - 0.1 * (2 + 1 - 5), 1 - 0.1 * (2 + 1 - 5))", "no_input"),
    ("(1 - 0.1 * 2 * (2 + 1 - 5) * 2, 1 - 0.1 * 2 * (2 + 1 - 5))", "doubled"),
    ("(0.4, 0.2)", "steps"),
    ("(1 - 0.1 * 3 * 2, 1 - 0.1 * 3)", "no_target"),
    ("(1.5, 1.2)", "value"),
    ("(1.4, ...)", "unfinished"),
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
UNTIL = """def descend_until(x, y, rate, tolerance, most):
    w, n = np.zeros(x.shape[1]), 0
    slope = x.T @ (x @ w - y) / len(y)
    while {condition}:
        w = w - rate * slope
        slope = x.T @ (x @ w - y) / len(y)
        n += 1
    return {back}
"""
SIZES = "np.abs(slope).max() > tolerance"
DESCEND_UNTIL = [
    (UNTIL.format(condition="n < most and np.abs(slope).min() > tolerance", back="w, n"), "any"),
    (UNTIL.format(condition="n < most and slope.max() > tolerance", back="w, n"), "no_abs"),
    (UNTIL.format(condition="n < most", back="w, n"), "no_stop"),
    (UNTIL.format(condition=SIZES, back="w, n"), "no_limit"),
    (UNTIL.format(condition=f"n == 0 or n < most and {SIZES}", back="w, n"), "one_more"),
    (UNTIL.format(condition=f"n < most and {SIZES}", back="w"), "shape"),
    (UNTIL.format(condition=f"n < most and {SIZES}", back="n, w"), "shape"),
    (UNTIL.format(condition=f"n < most or {SIZES}", back="w, n"), "value"),
    (UNTIL.format(condition=f"n < most and {SIZES}", back="w, n").replace(" / len(y)", ""), "summed"),
    (UNTIL.format(condition=f"n < most and {SIZES}", back="w, ..."), "unfinished"),
    (UNTIL.format(condition="n <= n", back="w, n"), "late"),
]
IS_STANDARDIZED = [
    ("def ok(x):\n    return np.allclose(x.mean(axis=1), 0) and np.allclose(x.std(axis=1), 1)", "rows"),
    ("def ok(x):\n    return np.isclose(x.mean(), 0) and np.isclose(x.std(), 1)", "whole"),
    ("def ok(x):\n    return np.abs(x.mean(axis=0)).max() < 1e-6", "means_only"),
    ("def ok(x):\n    return np.allclose(x.std(axis=0), 1)", "spreads_only"),
    ("def ok(x):\n    return abs(x.mean(axis=0).sum()) < 1e-6 and np.abs(x.std(axis=0) - 1).max() < 1e-6", "cancelled"),
    ("def ok(x):\n    return (x.mean(axis=0) < 1e-6).all() and np.allclose(x.std(axis=0), 1)", "no_abs"),
    ("def ok(x):\n    return np.allclose(x.mean(axis=0), 0) and np.allclose(x.std(axis=0, ddof=1), 1)", "unbiased"),
    ("def ok(x):\n    return (x.mean(axis=0) == 0).all() and (x.std(axis=0) == 1).all()", "exact"),
    ("def ok(x):\n    return np.abs(x.mean(axis=0)) < 1e-6", "shape"),
    ("def ok(x):\n    x -= x.mean(axis=0)\n    return True", "changed"),
    ("def ok(x):\n    ...", "unfinished"),
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
WRONG = {
    "01.update": UPDATE,
    "01.largest_rate": LARGEST_RATE,
    "01.descend_until": DESCEND_UNTIL,
    "01.is_standardized": IS_STANDARDIZED,
    "01.standardize": STANDARDIZE,
}
