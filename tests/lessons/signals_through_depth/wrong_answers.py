"""Wrong answers to lesson 04's exercises as learners type them, and the verdict each should get."""

CHAIN = [
    ("0.25 * 0.16 * 0.09", "no_weights"),
    ("4 * 0.25 * 0.16 * 0.09", "one_weight"),
    ("4 ** 2 * 0.5 * 0.5 * 0.8 * 0.2 * 0.9 * 0.1", "two_weights"),
    ("4 * 0.25 + 4 * 0.16 + 4 * 0.09", "added"),
    ("4 * 0.5 * 4 * 0.8 * 4 * 0.9", "outputs"),
    ("64 * (1 - 0.5 ** 2) * (1 - 0.8 ** 2) * (1 - 0.9 ** 2)", "tanh"),
    ("product = (4 * 0.25) ** 3", "quarter"),
    ("(1 + 0.64 + 0.36) / 3", "mean"),
    ("0.3", "value"),
    ("(1, 0.64, 0.36)", "shape"),
    ("...", "unfinished"),
]
HEAD = "def f(dh, x, weight, h):\n    "
STEP_BACK = [
    (HEAD + "return x.T @ dh, dh.sum(axis=0), dh @ weight.T", "no_derivative"),
    (HEAD + "dz = dh * h * (1 - h)\n    return x.T @ dz, dz.sum(axis=0), dz @ weight.T", "sigmoid"),
    (HEAD + "dz = dh * (1 - np.tanh(h) ** 2)\n    return x.T @ dz, dz.sum(0), dz @ weight.T", "tanh_again"),
    (HEAD + "dz = dh * (1 - h * h)\n    return x.T @ dz, dz.sum(axis=1), dz @ weight.T", "by_example"),
    (HEAD + "dz = dh * (1 - h ** 2)\n    return x.T @ dz, dz.mean(axis=0), dz @ weight.T", "bias_mean"),
    (HEAD + "dz = dh * (1 - h ** 2)\n    return x.T @ dz, dz, dz @ weight.T", "bias_not_summed"),
    (HEAD + "dz = dh * (1 - h ** 2)\n    return x.T @ dz, dz.sum(axis=0), dz @ weight", "untransposed"),
    (HEAD + "dz = dh * (1 - h ** 2) / len(x)\n    return x.T @ dz, dz.sum(0), dz @ weight.T", "divided"),
    (HEAD + "dz = dh * (h ** 2 - 1)\n    return x.T @ dz, dz.sum(axis=0), dz @ weight.T", "signs"),
    (HEAD + "dz = dh * (1 - h ** 2)\n    return dz.T @ x, dz.sum(axis=0), dz @ weight.T", "transposed"),
    (HEAD + "dz = dh * (1 - h ** 2)\n    return dz @ weight.T, dz.sum(axis=0), x.T @ dz", "order"),
    (HEAD + "dz = dh * (1 - h ** 2)\n    return x.T @ dz, dz.sum(axis=0), dh @ weight.T", "dx_from_dh"),
    (HEAD + "dh *= 1 - h ** 2\n    return x.T @ dh, dh.sum(axis=0), dh @ weight.T", "changed"),
    (HEAD + "dz = dh * (1 - h ** 2)\n    return x.T @ dz, dz.sum(), dz @ weight.T", "shape"),
    (HEAD + "dz = dh * (1 - h ** 2)\n    return x.T @ dz", "shape"),
    (HEAD + "return (..., ..., ...)", "unfinished"),
]
FACTOR = [
    ("def f(weight, h):\n    return weight.std() * np.sqrt((h * (1 - h))**2).mean()", "value"),
    ("def f(weight, h):\n    s = h * (1 - h)\n    return np.std(weight) * np.sqrt((s * s).mean())", "no_root_n"),
    ("def f(weight, h):\n    s = h * (1 - h)\n    return len(weight) * np.std(weight) * np.sqrt((s * s).mean())",
     "times_n"),
    ("def f(weight, h):\n    return weight.std() * weight.shape[0] ** 0.5", "weights_only"),
    ("def f(weight, h):\n    return np.sqrt(np.mean((h - h * h) ** 2))", "slopes_only"),
    ("def f(weight, h):\n    return weight.std() * np.sqrt(len(weight)) * (h * (1 - h)).mean()", "mean_slope"),
    ("def f(weight, h):\n    return weight.std() * np.sqrt(len(weight)) * ((h * (1 - h)) ** 2).mean()", "mean_square"),
    ("def f(weight, h):\n    return weight.std() * np.sqrt(len(weight)) * np.sqrt((h ** 2).mean())", "outputs"),
    ("def f(weight, h):\n    return weight.std() * np.sqrt(len(weight)) * np.sqrt(((1 - h ** 2) ** 2).mean())", "tanh"),
    ("def f(weight, h):\n    m = np.mean(h)\n    return weight.std() * np.sqrt(len(weight)) * m * (1 - m)",
     "slope_of_mean"),
    ("def f(weight, h):\n    return weight.std() * len(weight) ** 0.5 + np.sqrt(np.mean((h * (1 - h)) ** 2))", "added"),
    ("def f(weight, h):\n    return np.linalg.norm(weight) * np.sqrt(np.mean((h * (1 - h)) ** 2))", "times_n"),
    ("def f(weight, h):\n    return weight.std() * len(h) ** 0.5 * np.sqrt(np.mean((h * (1 - h)) ** 2))", "batch_root"),
    ("def f(weight, h):\n    return weight.std() * np.sqrt(len(weight)) * h * (1 - h)", "shape"),
    ("def f(weight, h):\n    return ...", "unfinished"),
]
OUTCOME = [
    ("def f(losses):\n    if losses[-1] == np.nan:\n        return 'diverged'\n"
     "    return 'learned' if np.mean(losses[-10:]) < 2 else 'stuck'", "never_nan"),
    ("def f(losses):\n    if np.isnan(losses).any():\n        return 'diverged'\n"
     "    return 'learned' if sum(losses[-10:]) / len(losses[-10:]) < 2 else 'stuck'", "nan_only"),
    ("def f(losses):\n    if np.isnan(losses).any() or max(losses) > 1000:\n        return 'diverged'\n"
     "    return 'learned' if np.mean(losses[-10:]) < 2 else 'stuck'", "large"),
    ("def f(losses):\n    if not np.isfinite(losses).all():\n        return 'diverged'\n"
     "    return 'learned' if losses[-1] < 2 else 'stuck'", "last_only"),
    ("def f(losses):\n    if not np.isfinite(losses).all():\n        return 'diverged'\n"
     "    return 'learned' if np.mean(losses) < 2 else 'stuck'", "all_losses"),
    ("def f(losses):\n    if not np.isfinite(losses).all():\n        return 'diverged'\n"
     "    return 'learned' if losses[0] > losses[-1] else 'stuck'", "falling"),
    ("def f(losses):\n    if not all(np.isfinite(losses)):\n        return 'diverged'\n"
     "    return 'learned' if np.mean(losses[-10:]) > 2 else 'stuck'", "swapped"),
    ("def f(losses):\n    return 'learned' if np.isfinite(losses).all() else 'diverged'", "always_learned"),
    ("def f(losses):\n    if not np.isfinite(losses[-1]):\n        return 'diverged'\n"
     "    good = [loss for loss in losses[-10:] if np.isfinite(loss)]\n"
     "    return 'learned' if np.mean(good) < 2 else 'stuck'", "last_finite"),
    ("def f(losses):\n    if not np.isfinite(losses).all():\n        return 'diverged'\n"
     "    return 'learned' if sum(losses[-10:]) / 10 < 2 else 'stuck'", "by_ten"),
    ("def f(losses):\n    return 'diverged'", "value"),
    ("def f(losses):\n    return np.mean(losses[-10:]) < 2", "shape"),
    ("def f(losses):\n    return ...", "unfinished"),
]
WRONG = {
    "04.chain": CHAIN,
    "04.step_back": STEP_BACK,
    "04.layer_factor": FACTOR,
    "04.outcome": OUTCOME,
}
