"""Wrong answers to lesson 07's exercises as learners type them, and the verdict each should get."""

PATHS = [
    ("3", "three"),
    ("2", "two"),
    ("ways = 1", "one"),
    ("2 * 3", "six"),
    ("7", "nodes"),
    ("12", "arrows"),
    ("5", "value"),
    ("'four'", "shape"),
    ("...", "unfinished"),
]
AFFINE = [
    ("def f(dout, x_hat):\n    return np.mean(dout * x_hat, axis=0), np.mean(dout, axis=0)", "means"),
    ("def f(dout, x_hat):\n    return (dout * x_hat).sum(1), dout.sum(1)", "features"),
    ("def f(dout, x_hat):\n    dbeta = dout.sum(0)\n    dgamma = np.sum(x_hat * dout, 0)\n    return dbeta, dgamma",
     "swapped"),
    ("def f(dout, x_hat):\n    g = np.sum(dout, axis=0)\n    return g, g", "no_x_hat"),
    ("def f(dout, x_hat):\n    return x_hat.sum(axis=0) * dout.sum(axis=0), dout.sum(axis=0)", "sums_apart"),
    ("def f(dout, x_hat):\n    return x_hat * dout, dout.copy()", "not_added"),
    ("def f(dout, x_hat):\n    return np.sum(dout * x_hat), np.sum(dout)", "total"),
    ("def f(dout, x_hat):\n    return (dout * x_hat).sum(axis=0)", "shape"),
    ("def f(dout, gamma, x_hat):\n    return dout, gamma", "raised"),
    ("def f(dout, x_hat):\n    dout *= x_hat\n    return dout.sum(0), dout.sum(0)", "changed"),
    ("def f(dout, x_hat):\n    return ...", "unfinished"),
]
DVAR = [
    ("def f(dinv_std, inv_std):\n    return 0.5 * dinv_std * inv_std ** 3", "sign"),
    ("def f(dinv_std, inv_std):\n    return -(inv_std ** 3) * dinv_std", "no_half"),
    ("def f(dinv_std, inv_std):\n    return -dinv_std * inv_std * inv_std / 2", "squared"),
    ("def f(dinv_std, inv_std):\n    return -dinv_std * inv_std / 2", "first_power"),
    ("def f(dinv_std, inv_std):\n    return -1 / 2 * inv_std ** 3", "no_chain"),
    ("def f(dinv_std, inv_std):\n    return dinv_std / (2 / inv_std)", "root"),
    ("def f(dinv_std, inv_std):\n    return -0.5 * inv_std ** 1.5 * dinv_std", "power"),
    ("def f(dinv_std, inv_std):\n    return -0.5 * dinv_std * inv_std ** -3", "cubed_below"),
    ("def f(dinv_std, inv_std):\n    return -0.5 * dinv_std * inv_std ** (-3 / 2)", "power_of_var"),
    ("def f(dinv_std, inv_std):\n    return -dinv_std * inv_std ** 2", "squared_too"),
    ("def f(dinv_std, inv_std):\n    return -0.5 * dinv_std * inv_std ** 4", "value"),
    ("def f(dinv_std, inv_std):\n    return (-0.5 * dinv_std * inv_std ** 3).sum()", "shape"),
    ("def f(dinv_std):\n    return dinv_std", "raised"),
    ("def f(dinv_std, inv_std):\n    pass", "unfinished"),
]
START = "def f(dout, x_hat, inv_std, gamma):\n    n = len(dout)\n    db, dg = dout.sum(0), (dout * x_hat).sum(0)\n"
STAGED = START + (
    "    dxh, c = dout * gamma, x_hat / inv_std\n    ds = (dxh * c).sum(axis=0)\n    dv = ds * {power}\n"
    "    dc = dxh * inv_std + dv * 2 * c / n\n    return {dx}, dg, db"
)
GOOD_POWER, GOOD_DX = "-0.5 * inv_std ** 3", "dc - dc.mean(axis=0)"
BACKWARD = [
    (STAGED.format(power=GOOD_POWER, dx="dc"), "no_mean"),
    (START + "    return gamma * inv_std * (dout - x_hat * dg / n), dg, db", "no_mean"),
    (START + "    return gamma * inv_std * (dout - db / n), dg, db", "no_variance"),
    (START + "    return dout * gamma * inv_std, dg, db", "neither"),
    (START + "    return gamma * inv_std * (dout - db - x_hat * dg), dg, db", "sums"),
    (START + "    return gamma * inv_std * (dout - db / (n - 1) - x_hat * dg / (n - 1)), dg, db", "unbiased"),
    (START + "    a = dout.mean(1, keepdims=True)\n    b = (dout * x_hat).mean(1, keepdims=True)\n"
     "    return gamma * inv_std * (dout - a - x_hat * b), dg, db", "axis"),
    (START + "    return inv_std * (dout - db / n - x_hat * dg / n), dg, db", "no_gamma"),
    (START + "    return gamma * (dout - db / n - x_hat * dg / n), dg, db", "no_scale"),
    (START + "    return gamma / inv_std * (dout - db / n - x_hat * dg / n), dg, db", "divided"),
    (STAGED.format(power="0.5 * inv_std ** 3", dx=GOOD_DX), "variance_sign"),
    (START + "    return -gamma * inv_std * (dout - db / n - x_hat * dg / n), dg, db", "negative"),
    (START + "    db, dg = db / n, dg / n\n    return gamma * inv_std * (dout - db - x_hat * dg), dg, db", "means"),
    (START + "    return gamma * inv_std * (dout - db / n - x_hat * dg / n), db, dg", "swapped"),
    (STAGED.format(power="-inv_std ** 3", dx=GOOD_DX), "value"),
    (STAGED.format(power=GOOD_POWER, dx="dc - dc.sum(axis=0)"), "value"),
    (START + "    return gamma * inv_std * (dout - db / n - x_hat * dg / n)", "shape"),
    (START + "    return ...", "unfinished"),
]
LOOP = "def f(f, x, h):\n    g = np.zeros(x.shape)\n    for i in np.ndindex(*x.shape):\n        e = np.zeros(x.shape)\n"
CENTRAL = [
    (LOOP + "        e[i] = h\n        g[i] = (f(x + e) - f(x - e)) / h\n    return g", "one_h"),
    (LOOP + "        e[i] = h\n        g[i] = (f(x + e) - f(x)) / h\n    return g", "forward"),
    (LOOP + "        e[i] = h\n        g[i] = (f(x) - f(x - e)) / h\n    return g", "backward_only"),
    (LOOP + "        e[i] = h\n        g[i] = (f(x - e) - f(x + e)) / (2 * h)\n    return g", "sign"),
    (LOOP + "        e[i] = h\n        g[i] = (f(x + e) - f(x - e)) / 2 * h\n    return g", "value"),
    (LOOP + "        e[i] = h\n        g[i] = f(x + e) - f(x - e)\n    return g", "undivided"),
    ("def f(f, x, h):\n    return (f(x + h) - f(x - h)) / (2 * h)", "all_at_once"),
    ("def f(f, x, h):\n    g = np.zeros_like(x)\n    for i in range(len(x)):\n        up, down = x.copy(), x.copy()\n"
     "        up[i] += h\n        down[i] -= h\n        g[i] = (f(up) - f(down)) / (2 * h)\n    return g", "rows"),
    ("def f(f, x, h):\n    g = np.zeros_like(x)\n    for i in np.ndindex(x.shape):\n        x[i] += h\n"
     "        up = f(x)\n        x[i] -= 2 * h\n        g[i] = (up - f(x)) / (2 * h)\n    return g", "changed"),
    ("def f(f, x, h):\n    return ...", "unfinished"),
]
CATCHES = [
    ("('abcd', 'ad', 'cd')", "variance_a"),
    ("('cd', 'd', 'cd')", "variance_b"),
    ("('bd', 'ad', 'cd')", "variance_c"),
    ("('bc', 'abcd', 'abcd')", "variance_d"),
    ("['BCD', 'D', 'CD']", "mean_a"),
    ("('dcb', 'abd', 'cd')", "mean_b"),
    ("('bcd', 'acd', 'abcd')", "mean_c"),
    ("('bcd', 'a', 'cd')", "mean_d"),
    ("('bcd', 'ad', 'acd')", "gamma_a"),
    ("('bcd', 'ad', 'bcd')", "gamma_b"),
    ("('bcd', 'ad', 'd')", "gamma_c"),
    ("('bcd', 'ad', 'c')", "gamma_d"),
    ("('bcde', 'ad', 'cd')", "letters"),
    ("('b, c, d', 'a, d', 'c, d')", "letters"),
    ("('abcd',) * 3", "variance_a"),
    ("('bcd', 'ad')", "shape"),
    ("(2, 1, 4)", "shape"),
    ("('bcd', ..., ...)", "unfinished"),
]

WRONG = {"07.paths": PATHS, "07.affine": AFFINE, "07.dvar": DVAR, "07.backward": BACKWARD, "07.central": CENTRAL,
         "07.catches": CATCHES}  # fmt: skip
