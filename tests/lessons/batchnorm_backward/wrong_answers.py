"""Wrong answers to lesson 07's exercises as learners type them, and the verdict each should get."""

BY_HAND = [
    ("by_hand = (10, 0, 18)", "direct"),
    ("(6 * 5 / 3, -4.5, 13.5)", "no_variance"),
    ("(10, 7.5, 18 - 12.5)", "no_mean"),
    ("(10.0, 12.0, -50.0)", "sums"),
    ("(2.5, 3, 1)", "dgamma_mean"),
    ("(10, 1 / 3, 1 / 9)", "no_gamma"),
    ("(10, 9, 3)", "no_scale"),
    ("(10, -12, 26)", "plus"),
    ("(10, 2, 1)", "value"),
    ("(10, 1)", "shape"),
    ("'10, 3, 1'", "shape"),
    ("(10, ..., ...)", "unfinished"),
]
LEAKS = [
    ("def f(dx, x_hat):\n    return dx.mean(1), (dx * x_hat).mean(1)", "features"),
    ("def f(dx, x_hat):\n    return np.mean(dx), np.mean(dx * x_hat)", "total"),
    ("def f(dx, x_hat):\n    return dx.sum(0), (dx * x_hat).sum(0)", "sums"),
    ("def f(dx, x_hat):\n    return dx.mean(axis=0), dx.mean(axis=0) * x_hat.mean(axis=0)", "apart"),
    ("def f(dx, x_hat):\n    a = dx.mean(0)\n    b = (dx * x_hat).mean(0)\n    return b, a", "swapped"),
    ("def f(dx, x_hat):\n    return dx * 1.0, x_hat * dx", "not_averaged"),
    ("def f(dx, x_hat):\n    return x_hat.mean(0), np.mean(x_hat * dx, 0)", "x_hat"),
    ("def f(dx, x_hat):\n    return abs(dx).mean(0), abs(dx * x_hat).mean(0)", "absolute"),
    ("def f(dx, x_hat):\n    return dx.mean(axis=0)", "shape"),
    ("def f(dx):\n    return dx.mean(axis=0)", "raised"),
    ("def f(dx, x_hat):\n    dx *= x_hat\n    return dx.mean(0), dx.mean(0)", "changed"),
    ("def f(dx, x_hat):\n    return ...", "unfinished"),
]
START = ("def f(dout, x, gamma):\n    s = 1 / np.sqrt(np.mean(x * x, axis=0))\n    h, n = x * s, len(x)\n"
         "    dg = (dout * h).sum(0)\n")  # fmt: skip
RMS = [
    (START + "    return gamma * s * (dout - dout.mean(0) - h * dg / n), dg", "mean_too"),
    (START + "    return gamma * s * (dout - dout.mean(0)), dg", "mean_instead"),
    (START + "    return dout * gamma * s, dg", "direct"),
    (START + "    return gamma * s * (dout - h * dg), dg", "sums"),
    (START + "    return gamma * s * (dout - h * dg / (n - 1)), dg", "unbiased"),
    (START + "    return gamma * s * (dout + h * dg / n), dg", "sign"),
    (START + "    m = (dout * h).mean(1, keepdims=True)\n    return gamma * s * (dout - h * m), dg", "axis"),
    (START + "    return gamma * s * (dout - h * (dout * h).sum() / n), dg", "total"),
    (START + "    return s * (dout - h * dg / n), dg", "no_gamma"),
    (START + "    return gamma * (dout - h * dg / n), dg", "no_scale"),
    (START + "    return gamma / s * (dout - h * dg / n), dg", "divided"),
    (START + "    return dg, gamma * s * (dout - h * dg / n)", "swapped"),
    (START + "    return gamma * s * (dout - h * dg / n), dg / n", "value"),
    (START + "    return gamma * s * (dout - h * dg / n)", "shape"),
    (START + "    return ...", "unfinished"),
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
MAP = ("def f(dout, x_hat, s, gamma):\n    ax = {axes}\n    m = dout.{kind}(axis=ax, keepdims=True)\n"
       "    p = (dout * x_hat).{kind}(axis=ax, keepdims=True)\n    dx = (gamma * s)[:, None, None] * (dout - m{rest})\n"
       "    both = (0, 2, 3)\n    return dx, {sums}")  # fmt: skip
SUMS = "(dout * x_hat).sum(axis=both), dout.sum(axis=both)"
MAPS = [
    (MAP.format(axes="0", kind="mean", rest=" - x_hat * p", sums=SUMS), "per_pixel"),
    (MAP.format(axes="(2, 3)", kind="mean", rest=" - x_hat * p", sums=SUMS), "per_picture"),
    (MAP.format(axes="None", kind="mean", rest=" - x_hat * p", sums=SUMS), "all_maps"),
    (MAP.format(axes="(0, 2, 3)", kind="sum", rest=" - x_hat * p", sums=SUMS), "sums"),
    (MAP.format(axes="(0, 2, 3)", kind="mean", rest="", sums=SUMS), "no_variance"),
    (MAP.format(axes="(0, 2, 3)", kind="mean", rest=" - x_hat * p", sums="dout.sum(both), (dout * x_hat).sum(both)"),
     "swapped"),
    (MAP.format(axes="(0, 2, 3)", kind="mean", rest=" + x_hat * p", sums=SUMS), "value"),
    ("def f(dout, x_hat, s, gamma):\n    return gamma * s * dout, s, gamma", "raised"),
    ("def f(dout, x_hat, s, gamma):\n    return ...", "unfinished"),
]

WRONG = {"07.by_hand": BY_HAND, "07.leaks": LEAKS, "07.rms": RMS, "07.catches": CATCHES, "07.maps": MAPS}
