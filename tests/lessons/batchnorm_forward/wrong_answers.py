"""Wrong answers to lesson 06's exercises, as learners type them, and what the check should recognise."""

COUNT = [
    ("(100 + 50, 16)", "one_each"),
    ("(2 * 150, 16)", "only_dense"),
    ("(2 * (100 + 50), 2 * 16 * 14 * 14)", "per_pixel"),
    ("(150, 2 * 16)", "only_conv"),
    ("(2 * (100 + 50 + 10), 32)", "with_output"),
    ("(2 * (784 + 100 + 50), 32)", "with_input"),
    ("(4, 2)", "by_layer"),
    ("(4 * 150, 4 * 16)", "with_statistics"),
    ("(32, 300)", "swapped"),
    ("(300, 3136)", "value"),
    ("300", "shape"),
    ("(..., ...)", "unfinished"),
]
BY_HAND = [
    ("v = np.array([1, 3, 3, 9.])\nx_hat = 5 / v.std(ddof=1)\nf = (4, v.var(ddof=1), x_hat, 3 * x_hat - 1)",
     "unbiased"),
    ("(4, 9, 0.5556, 0.6667)", "no_root"),
    ("(4, 9, 1.667, -1 * 1.667 + 3)", "swapped"),
    ("(4, 9, 9 / 3, 8)", "not_centred"),
    ("(4, 3, 1.67, 4)", "deviation"),
    ("(4, 3, 1.67, 3 * 1.67 - 1)", "deviation"),
    ("(4, 36, 5 / 6, 3 * 5 / 6 - 1)", "sum_of_squares"),
    ("(4, 9, 1.67, 3 * 1.67)", "not_shifted"),
    ("(4, 9, 1.7, 4.1)", "value"),
    ("(4, 9, -1, -4)", "of_first"),
    ("(4, 9, 5 / 3, 5 / 3)", "unchanged"),
    ("(4, 9, 5 / 3, ...)", "unfinished"),
    ("(4, 9, 2)", "shape"),
]
HEAD = "def f(x, gamma, beta, eps):\n    "
FORWARD = [
    (HEAD + "m = x.mean(axis=0)\n    v = ((x - m) ** 2).sum(axis=0) / (len(x) - 1)\n"
     "    return gamma * (x - m) / np.sqrt(v + eps) + beta", "unbiased"),
    (HEAD + "return gamma * (x - np.mean(x, 0)) / (np.std(x, 0) + eps) + beta", "eps_outside"),
    (HEAD + "return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0)) + beta", "no_eps"),
    (HEAD + "return gamma * ((x - x.mean(axis=0)) / (x.var(axis=0) + eps)) + beta", "no_root"),
    (HEAD + "m = x.mean(axis=1)[:, None]\n    v = x.var(axis=1)[:, None]\n"
     "    return gamma * (x - m) / np.sqrt(v + eps) + beta", "rows"),
    (HEAD + "return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta", "everything"),
    (HEAD + "c = x - x.mean(axis=0)\n    return gamma * c / np.sqrt(np.sum(c ** 2, axis=0) + eps) + beta", "summed"),
    (HEAD + "c = x - x.sum(axis=0)\n    return gamma * c / np.sqrt((c ** 2).mean(axis=0) + eps) + beta", "sum_of_x"),
    (HEAD + "x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)\n    return beta * x_hat + gamma", "swapped"),
    (HEAD + "return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)", "no_affine"),
    (HEAD + "return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)", "no_beta"),
    (HEAD + "return gamma * x / np.sqrt(x.var(axis=0) + eps) + beta", "not_centred"),
    (HEAD + "v = (x ** 2).mean(axis=0)\n    return gamma * (x - x.mean(axis=0)) / np.sqrt(v + eps) + beta",
     "uncentred_square"),
    (HEAD + "x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)\n    return gamma * (x_hat + beta)",
     "beta_first"),
    (HEAD + "x -= x.mean(axis=0)\n    x /= np.sqrt((x ** 2).mean(axis=0) + eps)\n    return gamma * x + beta",
     "changed"),
    (HEAD + "return gamma * (x - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps) + beta", "raised"),
    (HEAD + "return ...", "unfinished"),
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
WHICH_EPS = [
    ("(0.990, 0.286)", "swapped"),
    ("(1.0, 1.0)", "one"),
    ("(np.sqrt(4e-6 / 1.4e-5), 0.002 / 0.00201)", "deviations"),
    ("(0.002 / (0.002 + 1e-5), (0.002 / (0.002 + 1e-5)) ** 2)", "std_for_variance"),
    ("(0.286, 4e-6 / (4e-6 + 1e-10))", "only_inside"),
    ("(0.286, 0.995)", "not_squared"),
    ("(2 / 7, 2 / 7)", "same"),
    ("(0, 0)", "zero"),
    ("(0.29, 0.99)", "rounded"),
    ("(0.091, 0.980)", "of_panel"),
    ("(0.3, 0.9)", "value"),
    ("(0.286, ...)", "unfinished"),
]
WRONG = {
    "06.count": COUNT,
    "06.by_hand": BY_HAND,
    "06.forward": FORWARD,
    "06.undo": UNDO,
    "06.conv": CONV,
    "06.which_eps": WHICH_EPS,
}
