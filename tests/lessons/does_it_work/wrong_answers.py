"""Wrong answers to lesson 09's exercises as learners type them, and the verdict each should get."""

FIRST = "    a, b = np.flatnonzero(plain >= target), np.flatnonzero(normed >= target)\n"
NEVER = FIRST + "    if len(a) == 0 or len(b) == 0:\n        return float('inf')\n"
SPEEDUP = [
    ("def f(plain, normed, every, target):\n" + NEVER + "    return float(b[0] / a[0])", "upside_down"),
    ("def f(plain, normed, every, target):\n" + FIRST + "    if len(a) == 0:\n        return 0.0\n"
     "    return float(b[0] / a[0])", "inverse"),
    ("def f(plain, normed, every, target):\n" + NEVER + "    return float(every * (a[0] - b[0]))", "difference"),
    ("def f(plain, normed, every, target):\n" + NEVER.replace(">=", ">") + "    return float(a[0] / b[0])", "above"),
    ("def f(plain, normed, every, target):\n" + NEVER + "    return float((a[0] + 1) * every / ((b[0] + 1) * every))",
     "from_one"),
    ("def f(plain, normed, every, target):\n    return float((plain >= target).argmax() / (normed >= target).argmax())",
     "zero"),
    ("def f(plain, normed, every, target):\n" + FIRST + "    return float(a[0] / b[0])", "raised"),
    ("def f(plain, normed, every, target):\n    return float(max(normed) / max(plain))", "accuracies"),
    ("def f(plain, normed, every, target):\n" + NEVER
     + "    a, b = np.flatnonzero(plain < target), np.flatnonzero(normed < target)\n"
     "    return float(a[-1] / b[-1])", "below"),
    ("def f(plain, normed, every, target):\n    def last(values):\n"
     "        return max(k for k, value in enumerate(values) if value < target) * every\n"
     "    return last(plain) / last(normed)", "below_always"),
    ("def f(plain, normed, every, target):\n    return ...", "unfinished"),
]
INTERVAL = [
    ("def f(values, t):\n    return values.mean(), t * values.std() / np.sqrt(len(values))", "biased"),
    ("def f(values, t):\n    return np.mean(values), t * np.std(values, ddof=1) / len(values)", "no_root"),
    ("def f(values, t):\n    return np.mean(values), t * np.std(values, ddof=1)", "not_divided"),
    ("def f(values, t):\n    return np.mean(values), t * np.std(values, ddof=1) / np.sqrt(len(values) - 1)", "root"),
    ("def f(values, t):\n    return np.mean(values), t * np.var(values, ddof=1) / np.sqrt(values.size)", "variance"),
    ("def f(values, t):\n    return np.mean(values), np.std(values, ddof=1) / np.sqrt(values.size)", "no_t"),
    ("def f(values, t):\n    h = t * values.std(ddof=1) / values.size ** 0.5\n"
     "    return values.mean() - h, values.mean() + h", "ends"),
    ("def f(values, t):\n    return values.mean(), 2 * t * values.std(ddof=1) / values.size ** 0.5", "full_width"),
    ("def f(values, t):\n    return values.mean(), 2.26 * values.std(ddof=1) / np.sqrt(len(values))", "fixed"),
    ("def f(values, t):\n    return values.mean(), 1.96 * values.std(ddof=1) / values.size ** 0.5", "normal"),
    ("def f(values, t):\n    return np.median(values), t * values.std(ddof=1) / values.size ** 0.5", "value"),
    ("def f(values, t):\n    return t * values.std(ddof=1) / values.size ** 0.5", "shape"),
    ("def f(values, t):\n    return values.mean(), ...", "unfinished"),
]
HEAD = "def f(x, gamma, beta, eps=1e-5):\n"
LAYER = [
    (HEAD + "    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta", "batch"),
    (HEAD + "    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta", "everything"),
    (HEAD + "    m = x.mean(axis=1)[:, None]\n    v = x.var(axis=1, ddof=1)[:, None]\n"
     "    return gamma * (x - m) / np.sqrt(v + eps) + beta", "unbiased"),
    (HEAD + "    m, s = x.mean(1, keepdims=True), x.std(1, keepdims=True)\n"
     "    return gamma * (x - m) / (s + eps) + beta",
     "eps_outside"),
    (HEAD + "    m, v = x.mean(1, keepdims=True), x.var(1, keepdims=True)\n"
     "    return gamma * (x - m) / (v + eps) + beta",
     "no_root"),
    (HEAD + "    m, v = x.mean(1, keepdims=True), x.var(1, keepdims=True)\n    return (x - m) / np.sqrt(v + eps)",
     "no_affine"),
    (HEAD + "    return gamma * x / np.sqrt(x.var(1, keepdims=True) + eps) + beta", "not_centred"),
    (HEAD + "    return gamma * (x - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps) + beta", "axis_lost"),
    (HEAD + "    m, s = np.mean(x, 1), np.sqrt(np.var(x, 1) + eps)\n    x_hat = (x - m) / s\n"
     "    return gamma * x_hat + beta", "axis_lost"),
    (HEAD + "    m, v = x.mean(1, keepdims=True), x.var(1, keepdims=True)\n"
     "    return gamma * ((x - m) / np.sqrt(v + eps) + beta)", "beta_stretched"),
    (HEAD + "    return x.mean(axis=1)", "shape"),
    (HEAD + "    x -= x.mean(1, keepdims=True)\n    return gamma * x / np.sqrt(x.var(1, keepdims=True) + eps) + beta",
     "changed"),
    (HEAD + "    return ...", "unfinished"),
]
GHOST = [
    ("def f(x, size, eps=1e-5):\n    return (x - x.mean(0)) / np.sqrt(x.var(0) + eps)", "whole"),
    ("def f(x, size, eps=1e-5):\n    out = np.zeros_like(x)\n    for i in range(len(x) // size):\n"
     "        g = x[i * size:(i + 1) * size]\n"
     "        out[i * size:(i + 1) * size] = (g - g.mean(0)) / np.sqrt(g.var(0) + eps)\n    return out", "unfilled"),
    ("def f(x, size, eps=1e-5):\n    gs = np.array_split(x, size)\n"
     "    return np.vstack([(g - g.mean(0)) / np.sqrt(g.var(0) + eps) for g in gs])", "split"),
    ("def f(x, size, eps=1e-5):\n    out = []\n    for i in range(len(x) // size):\n"
     "        g = x[i * size:(i + 1) * size]\n        out.append((g - g.mean(0)) / np.sqrt(g.var(0) + eps))\n"
     "    return np.vstack(out)", "dropped"),
    ("def f(x, size, eps=1e-5):\n    gs = [x[i:i + size] for i in range(0, len(x), size)]\n"
     "    return np.vstack([(g - g.mean()) / np.sqrt(g.var() + eps) for g in gs])", "no_axis"),
    ("def f(x, size, eps=1e-5):\n    gs = np.array_split(x, int(np.ceil(len(x) / size)))\n"
     "    return np.vstack([(g - g.mean(0)) / np.sqrt(g.var(0) + eps) for g in gs])", "equal_groups"),
    ("def f(x, size, eps=1e-5):\n    n, d = x.shape\n    g = x.reshape(n // size, size, d)\n"
     "    g = (g - g.mean(1, keepdims=True)) / np.sqrt(g.var(1, keepdims=True) + eps)\n    return g.reshape(n, d)",
     "full_groups"),
    ("def f(x, size, eps=1e-5):\n    g = x.reshape(-1, size, x.shape[1])\n"
     "    g = (g - g.mean(1, keepdims=True)) / np.sqrt(g.var(1, keepdims=True) + eps)\n    return g.reshape(x.shape)",
     "reshaped"),
    ("def f(x, size, eps=1e-5):\n    gs = [x[i:i + size] for i in range(0, len(x), size)]\n"
     "    return np.vstack([(g - g.mean(0)) / np.sqrt(g.var(0, ddof=1) + eps) for g in gs])", "unbiased"),
    ("def f(x, size, eps=1e-5):\n    gs = [x[i:i + size] for i in range(0, len(x), size)]\n"
     "    return np.vstack([(g - g.mean(0)) / (g.std(0) + eps) for g in gs])", "eps_outside"),
    ("def f(x, size, eps=1e-5):\n    gs = [x[i:i + size] for i in range(0, len(x), size)]\n"
     "    return np.vstack([(g - g.mean(0)) / np.sqrt(x.var(0) + eps) for g in gs])", "whole_variance"),
    ("def f(x, size, eps=1e-5):\n    gs = [x[i:i + size] for i in range(0, len(x), size)]\n"
     "    return np.array([(g - g.mean(0)) / np.sqrt(g.var(0) + eps) for g in gs[:1]])[0]", "shape"),
    ("def f(x, size, eps=1e-5):\n    g = x[:size]\n"
     "    return (x - g.mean(0)) / np.sqrt(g.var(0) + eps)", "first_group"),
    ("def f(x, size, eps=1e-5):\n    return ...", "unfinished"),
]
BY_HAND = [
    ("(3 / 4, -5 / 4, (9 - 5) / 4)", "variance"),
    ("u = np.array([2, 4, 4, 4, 5, 5, 7, 9])\ns = u.std(ddof=1)\n(3 / s, -5 / s, 4 / s)", "unbiased"),
    ("(1.5, -5, 2)", "bias_whole"),
    ("(1.5, 2.5, 2)", "sign"),
    ("(3, -2.5, 2)", "weight_kept"),
    ("(3 * 2, -5 * 2, (9 - 5) * 2)", "multiplied"),
    ("(1.5, -2.5, 9 / 2)", "not_centred"),
    ("(1.5, -2.5, 0)", "value"),
    ("(1.5, -2.5)", "shape"),
    ("(1.5, ..., ...)", "unfinished"),
]
EVIDENCE = [
    ("('supported', 'supported', 'open', 'refuted')", "drift_needed"),
    ("['open', 'supported', 'open', 'refuted']", "drift_open"),
    ("('refuted', 'supported', 'Supported', 'refuted')", "optima"),
    ("('refuted', 'supported', 'refuted', 'refuted')", "optima_refuted"),
    ("('refuted', 'supported', 'open', 'supported')", "any_rate"),
    ("('refuted', 'refuted', 'open', 'refuted')", "start_refuted"),
    ("('refuted', 'open', 'open', 'refuted')", "start_open"),
    ("('refuted', 'supported', 'open', 'open')", "rate_open"),
    ("('refuted', 'supported', 'refuted', 'supported')", "optima_and_rate"),
    ("('refuted', 'supported', 'supported', 'supported')", "both_supported"),
    ("('open', 'open', 'open', 'open')", "all_open"),
    ("('refuted', 'supported', 'not shown', 'refuted')", "ledger_word"),
    ("('supported', 'open', 'refuted', 'open')", "value"),
    ("'refuted'", "shape"),
    ("('refuted', ..., ..., ...)", "unfinished"),
]

WRONG = {
    "09.speedup": SPEEDUP,
    "09.interval": INTERVAL,
    "09.layer_norm": LAYER,
    "09.ghost": GHOST,
    "09.by_hand": BY_HAND,
    "09.evidence": EVIDENCE,
}
