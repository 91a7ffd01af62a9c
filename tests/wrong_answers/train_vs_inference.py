"""Wrong answers to lesson 08's exercises as learners type them, and the verdict each should get."""

START_SHARE = [
    ("np.log(0.01) / np.log(0.98)", "unrounded"),
    ("int(np.log(0.01) / np.log(0.98))", "rounded_down"),
    ("1 / 0.02", "linear"),
    ("int(1 / 0.01)", "hundred"),
    ("int(np.ceil(np.log(0.01) / np.log(0.02)))", "new_weight"),
    ("int(np.ceil(np.log(0.1) / np.log(0.98)))", "ten_percent"),
    ("int(np.ceil(np.log(0.5) / np.log(0.98)))", "half"),
    ("n = 342", "per_mille"),
    ("459", "value"),
    ("'228'", "shape"),
    ("...", "unfinished"),
]
SYMPTOMS = [
    ("('C', 'A', 'B', 'D')", "b_and_c"),
    ("('b', 'd', 'c', 'a')", "a_and_d"),
    ("('A', 'B', 'C', 'D')", "order"),
    ("('B', 'A', 'D', 'C')", "by_mistake"),
    ("['C', 'A', 'C', 'D']", "c_twice"),
    ("('B', 'A', 'B', 'D')", "b_twice"),
    ("('B', 'A', 'C', 'A')", "a_twice"),
    ("('D', 'A', 'C', 'B')", "value"),
    ("'BACD'", "shape"),
    ("('B', ..., 'C', 'D')", "unfinished"),
]
CONVERT = [
    ("def f(momentum, var, m):\n    return momentum, var * (m - 1) / m", "same_momentum"),
    ("def f(momentum, var, m):\n    return 0.99, (1 - 1 / m) * var", "default"),
    ("def f(momentum, var, m):\n    return 1 - momentum, var", "variance_kept"),
    ("def f(momentum, var, m):\n    return 1 - momentum, var * m / (m - 1)", "upside_down"),
    ("def f(momentum, var, m):\n    return momentum, var", "nothing"),
    ("def f(momentum, var, m):\n    return 1 / momentum, var - var / m", "reciprocal"),
    ("def f(momentum, var, m):\n    return 1 - momentum", "shape"),
    ("def f(momentum, var, m):\n    var *= (m - 1) / m\n    return 1 - momentum, var", "changed"),
    ("def f(momentum, var):\n    return 1 - momentum, var", "raised"),
    ("def f(momentum, var, m):\n    return ...", "unfinished"),
]
RUNNING = [
    ("def f(mean, var, x, mo):\n    n = len(x)\n"
     "    return mo * mean + (1 - mo) * x.mean(0), mo * var + (1 - mo) * x.var(0) * n / (n - 1)", "weights_swapped"),
    ("def f(mean, var, x, mo):\n    return (1 - mo) * mean + mo * x.mean(0), (1 - mo) * var + mo * x.var(0)", "biased"),
    ("def f(mean, var, x, mo):\n    return (1 - mo) * mean + mo * x.mean(0), (1 - mo) * var + mo * x.std(0, ddof=1)",
     "std"),
    ("def f(mean, var, x, mo):\n    return (1 - mo) * mean + mo * x.mean(0), (1 - mo) * var + mo * x.std(0)",
     "std_biased"),
    ("def f(mean, var, x, mo):\n    s = (1 - mo) * np.sqrt(var) + mo * x.std(0, ddof=1)\n"
     "    return (1 - mo) * mean + mo * x.mean(0), s ** 2", "through_std"),
    ("def f(mean, var, x, mo):\n    return mean + mo * x.mean(0), var + mo * x.var(0, ddof=1)", "not_kept"),
    ("def f(mean, var, x, mo):\n    n = len(x)\n"
     "    return (1 - mo) * mean + mo * x.mean(0), (1 - mo) * var + mo * x.var(0) * (n - 1) / n", "upside_down"),
    ("def f(mean, var, x, mo):\n    return x.mean(0), x.var(0, ddof=1)", "batch_only"),
    ("def f(mean, var, x, mo):\n    mean += mo * (x.mean(0) - mean)\n    var += mo * (x.var(0, ddof=1) - var)\n"
     "    return mean, var", "changed"),
    ("def f(mean, var, x, mo):\n    return (1 - mo) * mean + mo * x.mean(), (1 - mo) * var + mo * x.var(ddof=1)",
     "value"),
    ("def f(mean, var, x, mo):\n    return (1 - mo) * var + mo * x.var(0, ddof=1)", "shape"),
    ("def f(mean, var, x, mo):\n    return ...", "unfinished"),
]
POPULATION = [
    ("def f(b):\n    return b.mean((0, 1)), b.var(1).mean(0)", "biased"),
    ("def f(b):\n    m = b.shape[1]\n    return b.mean((0, 1)), b.var(1).mean(0) * (m - 1) / m", "upside_down"),
    ("def f(b):\n    m = b.shape[1]\n    k = m / (m - 1)\n    return k * b.mean((0, 1)), k * b.var(1).mean(0)",
     "mean_too"),
    ("def f(b):\n    k = len(b)\n    return b.mean(1).mean(0), b.var(1).mean(0) * k / (k - 1)", "by_batches"),
    ("def f(b):\n    z = b.reshape(-1, b.shape[2])\n    return z.mean(0), z.var(0)", "all_at_once"),
    ("def f(b):\n    z = b.reshape(-1, b.shape[2])\n    return z.mean(0), z.var(0, ddof=1)", "all_at_once_unbiased"),
    ("def f(b):\n    return b.mean(1).mean(0), b.var(0, ddof=1).mean(0)", "across"),
    ("def f(b):\n    return b.mean(1).mean(0), b.mean(1).var(0)", "of_means"),
    ("def f(b):\n    return b.mean(1), b.var(1, ddof=1)", "shape"),
    ("def f(b):\n    ...", "unfinished"),
]
FOLD = [
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / np.sqrt(var + eps)\n    return w * a, c + b - a * mu",
     "bias_unscaled"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / np.sqrt(var + eps)\n    return w * a, c * a + b",
     "mean_forgotten"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / np.sqrt(var + eps)\n    return w * a, a * c - mu + b",
     "mean_unscaled"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / np.sqrt(var + eps)\n    return w * a[:, None], a * (c - mu) + b",
     "rows"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / np.sqrt(var + eps)\n    return w * a, a * (c - mu)",
     "beta_forgotten"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / (var + eps)\n    return w * a, a * (c - mu) + b", "no_root"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / (np.sqrt(var) + eps)\n    return w * a, a * (c - mu) + b",
     "eps_outside"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / np.sqrt(var)\n    return w * a, a * (c - mu) + b", "eps_forgotten"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = 1 / np.sqrt(var + eps)\n    return w * a, a * (c - mu) + b",
     "gamma_forgotten"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / np.sqrt(var + eps)\n    return w * a, b - a * mu",
     "old_bias_forgotten"),
    ("def f(w, c, g, b, mu, var, eps):\n    a = g / np.sqrt(var + eps)\n    return w, a * (c - mu) + b",
     "weight_unscaled"),
    ("def f(w, c, g, b, mu, var, eps):\n    w *= g / np.sqrt(var + eps)\n"
     "    return w, (c - mu) * g / np.sqrt(var + eps) + b", "changed"),
    ("def f(w, c, g, b, mu, var, eps):\n    return ...", "unfinished"),
]
WRONG = {
    "08.start_share": START_SHARE,
    "08.symptoms": SYMPTOMS,
    "08.convert": CONVERT,
    "08.running": RUNNING,
    "08.population": POPULATION,
    "08.fold": FOLD,
}
