"""Wrong answers to lesson 05's exercises as learners type them, and the verdict each should get."""

NUMBERS = [
    ("2000 // 20 * 3 * 100 * 2", "no_start"),
    ("101 * 3 * 100", "one_network"),
    ("101 * 3 * 2", "one_unit"),
    ("101 * 100 * 2", "one_percentile"),
    ("numbers = 2001 * 3 * 100 * 2", "every_update"),
    ("101 * 300 * 100 * 2", "digits"),
    ("2000 * 3 * 100 * 2", "value"),
    ("'60600'", "shape"),
    ("...", "unfinished"),
]
WHICH = [
    ("('c',) * 4", "all_drift"),
    ("['c', 'b', 'a', 'c']", "noise_drift"),
    ("('a', 'c', 'b', 'a')", "layers_batches"),
    ("('B', 'C', 'A', 'C')", "full_drift"),
    ("answers = ('b', 'c', 'a', 'a')", "full_layers"),
    ("('b', 'a', 'c', 'b')", "layers_drift"),
    ("('a', 'b', 'c', 'd')", "value"),
    ("'bcab'", "shape"),
    ("('b', 'c', ..., ...)", "unfinished"),
]
PERCENTILES = [
    ("def f(z, unit):\n    return np.percentile(z[unit, :], [15, 50, 85])", "row"),
    ("def f(z, unit):\n    return np.percentile(z.ravel(), (15, 50, 85))", "everything"),
    ("def f(z, unit):\n    return np.quantile(z[:, unit], [0.25, 0.5, 0.75])", "quartiles"),
    ("def f(z, unit):\n    return np.percentile(z.T[unit], [0.15, 0.50, 0.85])", "fractions"),
    ("def f(z, unit):\n    return np.percentile(z[:, unit], [85, 50, 15])", "backwards"),
    ("def f(z, unit):\n    c = z[:, unit]\n    return np.array([c.mean() - c.std(), c.mean(), c.mean() + c.std()])",
     "spread"),
    ("def f(z, unit):\n    c = z[:, unit]\n    return np.array([np.percentile(c, 15), c.mean(), np.percentile(c, 85)])",
     "middle"),
    ("def f(z, unit):\n    return np.percentile(z[:, unit - 1], [15, 50, 85])", "from_one"),
    ("def f(z, unit):\n    return np.percentile(z, [15, 50, 85], axis=0)", "shape"),
    ("def f(z, unit):\n    return list(np.percentile(z[:, unit], [15, 50, 85]))", "shape"),
    ("def f(z):\n    return np.percentile(z, [15, 50, 85])", "raised"),
    ("def f(z, unit):\n    return ...", "unfinished"),
]
WIDTH = "    w = np.percentile(before, 85, axis=0) - np.percentile(before, 15, axis=0)\n"
SHIFT = [
    ("def f(before, after):\n" + WIDTH + "    return (np.median(after, 0) - np.median(before, 0)) / w", "signed"),
    ("def f(before, after):\n    p, q = (np.percentile(v, [15, 50, 85], axis=0) for v in (before, after))\n"
     "    return abs(q[1] - p[1]) / (q[2] - q[0])", "other_ruler"),
    ("def f(before, after):\n    return np.abs(np.median(before, axis=0) - np.median(after, axis=0))", "no_ruler"),
    ("def f(before, after):\n" + WIDTH + "    return abs(after.mean(0) - before.mean(0)) / w", "means"),
    ("def f(before, after):\n    return abs(np.median(after, 0) - np.median(before, 0)) / before.std(0)", "std"),
    ("def f(before, after):\n    p = np.percentile(before, [25, 50, 75], axis=0)\n"
     "    return abs(np.median(after, 0) - p[1]) / (p[2] - p[0])", "quartiles"),
    ("def f(before, after):\n    p = np.percentile(before, [15, 50, 85])\n"
     "    return abs(np.median(after) - p[1]) / (p[2] - p[0])", "one_number"),
    ("def f(before, after):\n    return abs(after.mean(0) - before.mean(0)) / before.std(0)", "mean_shift"),
    ("def f(before, after):\n" + WIDTH + "    return abs(np.median(after - before, axis=0)) / w", "of_differences"),
    ("def f(before, after):\n    return abs(after.mean(0) - before.mean(0)) / after.std(0)", "value"),
    ("def f(before, after):\n    before.sort(axis=0)\n    return before[0]", "changed"),
    ("def f(before, after):\n    pass", "unfinished"),
]
WHITEN = [
    ("def f(x):\n    return (x - x.mean(0)) / x.std(0)", "standardized"),
    ("def f(x):\n    lam, v = np.linalg.eigh(np.cov(x.T, bias=True))\n    return x @ v @ np.diag(lam**-0.5)",
     "not_centred"),
    ("def f(x):\n    c = x - x.mean(0)\n    lam, v = np.linalg.eigh(c.T @ c / len(x))\n    return c @ v", "rotated"),
    ("def f(x):\n    c = x - x.mean(0)\n    lam, v = np.linalg.eigh(c.T @ c / len(x))\n    return c @ v / lam",
     "not_rooted"),
    ("def f(x):\n    c = x - x.mean(0)\n    lam, v = np.linalg.eigh(c.T @ c / len(x))\n    return c @ v * np.sqrt(lam)",
     "multiplied"),
    ("def f(x):\n    c = x - x.mean(0)\n    lam, v = np.linalg.eigh(np.cov(c.T))\n    return c @ v / np.sqrt(lam)",
     "unbiased"),
    ("def f(x):\n    c = x - x.mean(0)\n    lam, v = np.linalg.eigh(c.T @ c / len(x))\n    return c @ v.T / lam**0.5",
     "transposed"),
    ("def f(x):\n    c = x - x.mean(0)\n    lam, v = np.linalg.eigh(np.cov(x.T))\n    return c @ v.T / np.sqrt(lam)",
     "value"),
    ("def f(x):\n    return x", "value"),
    ("def f(x):\n    return np.cov(x.T)", "shape"),
    ("def f(x):\n    return x - mean", "raised"),
    ("def f(x):\n    return ...", "unfinished"),
]
CENTRE = [
    ("def f(dout):\n    return dout", "ignored"),
    ("def f(dout):\n    return dout - dout.mean(axis=1)[:, None]", "by_row"),
    ("def f(dout):\n    return dout - np.mean(dout)", "one_mean"),
    ("def f(dout):\n    return dout - dout.sum(axis=0, keepdims=True)", "summed"),
    ("def f(dout):\n    return dout + dout.sum(axis=0) / len(dout)", "added"),
    ("def f(dout):\n    n = len(dout)\n    return dout - dout / n", "own_share"),
    ("def f(dout):\n    return 0 * dout", "nothing"),
    ("def f(dout):\n    return dout.sum(axis=0)", "shape"),
    ("def f(dout):\n    dout -= dout.mean(axis=0)\n    return dout", "changed"),
    ("def f(dout):\n    return None", "unfinished"),
]

WRONG = {
    "05.numbers": NUMBERS,
    "05.which": WHICH,
    "05.percentiles": PERCENTILES,
    "05.median_shift": SHIFT,
    "05.whiten": WHITEN,
    "05.centre_backward": CENTRE,
}
