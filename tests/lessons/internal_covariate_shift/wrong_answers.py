"""Wrong answers to lesson 05's exercises as learners type them, and the verdict each should get."""

MOVED = "def f(h, w, b, h2, w2, b2):\n    dh, dw, db = h2 - h, w2 - w, b2 - b\n    return "
PARTS = [
    (MOVED + "dh @ w, h2 @ dw + db, dh @ dw", "own_new"),
    (MOVED + "dh @ w2, h @ dw + db, dh @ dw", "below_new"),
    (MOVED + "dh @ w, h @ dw + db, h2 @ w2 + b2 - (h @ w + b)", "whole_both"),
    (MOVED + "dh @ w, h @ dw, dh @ dw", "no_bias"),
    (MOVED + "dh @ w, h @ dw, dh @ dw + db", "bias_in_both"),
    (MOVED + "h @ dw + db, dh @ w, dh @ dw", "exchanged"),
    (MOVED + "-dh @ w, -h @ dw - db, -dh @ dw", "backwards"),
    (MOVED + "dh @ w, h @ dw + db, 0 * (dh @ dw)", "value"),
    (MOVED + "dh @ w, h2 @ dw + db", "shape"),
    ("def f(h, w, b, h2, w2, b2):\n    h2 -= h\n    return h2 @ w, h @ w2, h2 @ w2", "changed"),
    ("def f(h, w, b, h2, w2, b2):\n    below = ...\n    own = ...\n    both = ...\n    return below, own, both",
     "unfinished"),
]
SURPRISE = [
    ("def f(before, after):\n    return abs(after.mean(0) - before.mean(0)) / before.std(0)", "no_chance"),
    ("def f(before, after):\n    d = abs(after.mean(0) - before.mean(0))\n"
     "    return d / (before.std(0) / np.sqrt(len(after)))", "one_mean"),
    ("def f(before, after):\n    d = abs(after.mean(0) - before.mean(0))\n"
     "    return d / (before.std(0) * np.sqrt(2 / len(before)))", "equal"),
    ("def f(before, after):\n    n, m = len(before), len(after)\n"
     "    return abs(after.mean(0) - before.mean(0)) / (before.std(0) * (1 / n + 1 / m))", "not_rooted"),
    ("def f(before, after):\n    n, m = len(before), len(after)\n"
     "    return (after.mean(0) - before.mean(0)) / (before.std(0) * np.sqrt(1 / n + 1 / m))", "signed"),
    ("def f(before, after):\n    n, m = len(before), len(after)\n"
     "    return abs(after.mean(0) - before.mean(0)) / (before.var(0) * np.sqrt(1 / n + 1 / m))", "variance"),
    ("def f(before, after):\n    n, m = len(before), len(after)\n"
     "    return abs(after.mean(0) - before.mean(0)) / (after.std(0) * np.sqrt(1 / n + 1 / m))", "other_ruler"),
    ("def f(before, after):\n    n, m = len(before), len(after)\n"
     "    return abs(after.mean(0) - before.mean(0)) * (before.std(0) * np.sqrt(1 / n + 1 / m))", "multiplied"),
    ("def f(before, after):\n    n, m = before.size, after.size\n"
     "    return abs(after.mean() - before.mean()) / (before.std() * np.sqrt(1 / n + 1 / m))", "one_number"),
    ("def f(before, after):\n    return abs(after - before).mean(0)", "value"),
    ("def f(before, after):\n    pass", "unfinished"),
]
STATISTICS = [
    ("(100 + 100 + 4950, 200)", "one_layer"),
    ("(3 * (100 + 100 + 100 * 99), 600)", "whole_matrix"),
    ("[3 * (100 + 4950), 3 * 100]", "no_means"),
    ("(3 * (100 + 100 + 100 * 101 // 2), 600)", "with_itself"),
    ("(300 + 300 + 300 * 299 // 2, 600)", "one_big"),
    ("statistics = (600, 15450)", "exchanged"),
    ("(15450, 3 * 400)", "learned"),
    ("(3 * 100 * 100, 600)", "value"),
    ("15450", "shape"),
    ("(..., ...)", "unfinished"),
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
    ("def f(dout):\n    return dout - dout.mean(axis=0)", "by_column"),
    ("def f(dout):\n    return dout - np.mean(dout)", "one_mean"),
    ("def f(dout):\n    return dout - dout.sum(axis=1, keepdims=True)", "summed"),
    ("def f(dout):\n    return dout + dout.mean(axis=1)[:, None]", "added"),
    ("def f(dout):\n    d = dout.shape[1]\n    return dout - dout / d", "own_share"),
    ("def f(dout):\n    return 0 * dout", "nothing"),
    ("def f(dout):\n    return dout.sum(axis=1)", "shape"),
    ("def f(dout):\n    return dout - dout.mean(axis=1)", "raised"),
    ("def f(dout):\n    dout -= dout.mean(axis=1, keepdims=True)\n    return dout", "changed"),
    ("def f(dout):\n    return None", "unfinished"),
]

WRONG = {
    "05.parts": PARTS,
    "05.surprise": SURPRISE,
    "05.statistics": STATISTICS,
    "05.centre_backward": CENTRE,
    "05.whiten": WHITEN,
}
