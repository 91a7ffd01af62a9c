"""Wrong answers to lesson 06's exercises, as learners type them, and what the check should recognise."""

BY_HAND = [
    ("v = np.array([1, 3, 3, 9.])\nx_hat = 5 / v.std(ddof=1)\nf = (4, v.var(ddof=1), x_hat, 2 * x_hat - 1)",
     "unbiased"),
    ("(4, 9, 0.5556, 0.1111)", "no_root"),
    ("(4, 9, 1.667, -1 * 1.667 + 2)", "swapped"),
    ("(4, 9, 9 / 3, 5)", "not_centred"),
    ("(4, 3, 1.667, 2 * 1.667 - 1)", "deviation"),
    ("(4, 36, 5 / 6, 2 * 5 / 6 - 1)", "sum_of_squares"),
    ("(4, 9, 1.667, 2 * 1.667)", "not_shifted"),
    ("(4, 9, 1.7, 2.4)", "value"),
    ("(4, 9, -1, -3)", "of_first"),
    ("(4, 9, 5 / 3, 5 / 3)", "unchanged"),
    ("(4, 9, 9 - 4, 2 * (9 - 4) - 1)", "not_divided"),
    ("(4, 9, 5 / 3, ...)", "unfinished"),
    ("(4, 9, 2)", "shape"),
]
RESCALED = [
    ("(1, 1, 1)", "as_before"),
    ("(10, 1, 1)", "grows"),
    ("(1 / 10, 1 / 10, 10)", "same_step"),
    ("(0.1, 0.01, 10)", "rate_ten"),
    ("(0.1, 0.01, 1 / 100)", "inverse_rate"),
    ("(0.1, 0.01, 1)", "rate_same"),
    ("(10 ** -2, 10 ** -3, 10 ** 3)", "square_gradient"),
    ("(100, 1 / 100, 1 / 10)", "swapped"),
    ("(10, 1, 100)", "percent"),
    ("(0.1, 0.01, 50)", "value"),
    ("(0.1, 0.01)", "shape"),
    ("(0.1, 0.01, ...)", "unfinished"),
]
OFF_HEAD = "def f(u, gamma, beta, eps):\n    "
OFF_Y = OFF_HEAD + "y = gamma * (u - u.mean(axis=0)) / np.sqrt(u.var(axis=0) + eps) + beta\n    "
OFF = [
    (OFF_HEAD + "return np.mean(u <= 0, axis=0)", "not_normalized"),
    (OFF_HEAD + "u_hat = (u - u.mean(axis=0)) / np.sqrt(u.var(axis=0) + eps)\n    return (u_hat <= 0).mean(axis=0)",
     "no_affine"),
    (OFF_HEAD + "u_hat = (u - u.mean(axis=0)) / np.sqrt(u.var(axis=0) + eps)\n"
     "    return (gamma * u_hat <= 0).mean(axis=0)", "no_beta"),
    (OFF_HEAD + "u_hat = (u - u.mean(axis=0)) / np.sqrt(u.var(axis=0) + eps)\n"
     "    return (u_hat + beta <= 0).mean(axis=0)", "no_gamma"),
    (OFF_Y + "return (y > 0).mean(axis=0)", "passes"),
    (OFF_Y + "return (y <= 0).sum(axis=0)", "dtype"),
    (OFF_Y + "return (y <= 0).sum(axis=0) * 1.0", "counted"),
    (OFF_Y + "return (y <= 0).mean(axis=1)", "rows"),
    (OFF_Y + "return (y <= 0).mean()", "everything"),
    (OFF_Y + "return 100 * (y <= 0).mean(axis=0)", "percent"),
    (OFF_Y + "return (y < 0).mean(axis=0)", "strict"),
    (OFF_HEAD + "y = beta * (u - u.mean(axis=0)) / np.sqrt(u.var(axis=0) + eps) + gamma\n"
     "    return (y <= 0).mean(axis=0)", "swapped"),
    (OFF_HEAD + "y = gamma * (u - u.mean(axis=0)) / u.std(axis=0) + beta\n    return (y <= 0).mean(axis=0)", "no_eps"),
    (OFF_HEAD + "return ...", "unfinished"),
]
UNDO = [
    ("def f(x, eps):\n    return x.std(axis=0), x.mean(axis=0)", "no_eps"),
    ("def f(x, eps):\n    return np.sqrt(x.var(axis=0, ddof=1) + eps), x.mean(axis=0)", "unbiased"),
    ("def f(x, eps):\n    return x.var(axis=0) + eps, x.mean(axis=0)", "variance"),
    ("def f(x, eps):\n    return 1 / np.sqrt(x.var(axis=0) + eps), x.mean(axis=0)", "inverse"),
    ("def f(x, eps):\n    return np.sqrt(x.var(axis=0) + eps), -x.mean(axis=0)", "minus"),
    ("def f(x, eps):\n    return x.mean(axis=0), np.sqrt(x.var(axis=0) + eps)", "swapped"),
    ("def f(x, eps):\n    d = x.shape[1]\n    return np.ones(d), np.zeros(d)", "initial"),
    ("def f(x, eps):\n    return np.std(x, 0) + eps, np.mean(x, 0)", "eps_outside"),
    ("def f(x, eps):\n    g = np.sqrt(x.var(axis=0) + eps)\n    return g, x.mean(axis=0) / g", "scaled_mean"),
    ("def f(x, eps):\n    return np.sqrt(x.var() + eps), x.mean()", "everything"),
    ("def f(x, eps):\n    return np.sqrt(x.var(axis=0) + eps)", "shape"),
    ("def f(x, eps):\n    return ...", "unfinished"),
]
HEAD = "def f(x, gamma, beta, eps):\n    "
MAPS = "    return gamma[:, None, None] * (x - m) / np.sqrt(v + eps) + beta[:, None, None]"
CONV = [
    (HEAD + "m, v = x.mean(axis=0), x.var(axis=0)\n" + MAPS, "per_pixel"),
    (HEAD + "m, v = (s(axis=(2, 3), keepdims=True) for s in (x.mean, x.var))\n" + MAPS, "per_image"),
    (HEAD + "m, v = (s(axis=(1, 2, 3), keepdims=True) for s in (x.mean, x.var))\n" + MAPS, "per_example"),
    (HEAD + "m, v = x.mean(), x.var()\n" + MAPS, "everything"),
    (HEAD + "m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)\n" + MAPS, "over_channels"),
    (HEAD + "m, v = (s(axis=(0, 2, 3), keepdims=True) for s in (x.mean, x.var))\n"
     "    return gamma * (x - m) / np.sqrt(v + eps) + beta", "last_axis"),
    (HEAD + "flat = x.reshape(-1, x.shape[1])\n    m, v = flat.mean(axis=0), flat.var(axis=0)\n"
     "    return (gamma * (flat - m) / np.sqrt(v + eps) + beta).reshape(x.shape)", "shuffled"),
    (HEAD + "m, v = x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True, ddof=1)\n" + MAPS,
     "unbiased"),
    (HEAD + "m, v = (s(axis=(0, 2, 3), keepdims=True) for s in (x.mean, x.var))\n    return (x - m) / np.sqrt(v + eps)",
     "no_affine"),
    (HEAD + "m, v = (s(axis=(0, 2, 3), keepdims=True) for s in (x.mean, x.var))\n"
     "    return gamma[:, None, None] * (x - m) / (v + eps) + beta[:, None, None]", "no_root"),
    (HEAD + "last = x.transpose(0, 2, 3, 1)\n    flat = last.reshape(-1, x.shape[1])\n"
     "    y = gamma * (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps) + beta\n"
     "    return y.reshape(last.shape)", "channels_last"),
    (HEAD + "flat = x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])\n"
     "    y = gamma * (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps) + beta\n"
     "    return y.reshape(x.shape)", "not_turned_back"),
    (HEAD + "m, v = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))\n"
     "    return gamma * (x - m) / np.sqrt(v + eps) + beta", "value"),
    (HEAD + "return ...", "unfinished"),
]
WRONG = {
    "06.by_hand": BY_HAND,
    "06.undo": UNDO,
    "06.rescaled": RESCALED,
    "06.off": OFF,
    "06.conv": CONV,
}
