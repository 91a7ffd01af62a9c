"""Wrong answers to lesson 04's exercises as learners type them, and the verdict each should get."""

BOUND = [
    ("10 * 0.25", "summed"),
    ("0.25", "one"),
    ("0.5 ** 10", "half"),
    ("1 / 4 ** 9", "nine"),
    ("bound = 1.0 ** 10", "tanh"),
    ("1 / 4 / 10", "divided"),
    ("4 ** 10", "inverted"),
    ("9.4e-7", "value"),
    ("0.1 ** 6", "value"),
    ("'0.25 ** 10'", "shape"),
    ("...", "unfinished"),
]
SHAPES = [
    ("((10, 64), (10,), (32, 64))", "transposed"),
    ("(64, 10), (32, 10), (32, 64)", "bias_by_row"),
    ("((64, 10), (1, 10), (32, 64))", "bias_as_row"),
    ("((64, 10), (10), (32, 64))", "bias_as_number"),
    ("((64, 10), (10,), (32, 10))", "of_output"),
    ("((64, 10), (10,), (64,))", "one_example"),
    ("((32, 64, 10), (10,), (32, 64))", "weight_per_example"),
    ("((32, 64), (64, 10), (10,))", "swapped"),
    ("((64, 10), (10,), (64, 32))", "value"),
    ("(64, 10)", "shape"),
    ("((64, 10), (10,), ...)", "unfinished"),
]
SIGMOID = [
    ("def f(dout, z):\n    s = 1 / (1 + np.exp(-z))\n    return s * (1 - s)", "no_dout"),
    ("def f(dout, z):\n    return z * (1 - z) * dout", "of_z"),
    ("def f(dout, z):\n    return dout / (1 + np.exp(-z))", "no_complement"),
    ("def f(dout, z):\n    return dout / (1 + np.exp(z))", "complement_only"),
    ("def f(dout, z):\n    s = 1 / (1 + np.exp(-z))\n    return dout * (1 - s * s)", "tanh"),
    ("def f(dout, z):\n    s = 1 / (1 + np.exp(-z))\n    return s - s ** 2 + dout", "added"),
    ("def f(dout, z):\n    return 1 / (1 + np.exp(-z))", "forward"),
    ("def f(dout, z):\n    s = 1 / (1 + np.exp(-z))\n    return dout @ (s * (1 - s)).T", "matrix"),
    ("def f(dout, z):\n    s = 1 / (1 + np.exp(-z))\n    return dout * s * (1 - s) / z.shape[0]", "mean"),
    ("def f(dout, z):\n    s = 1 / (1 + np.exp(-z))\n    return dout * s * (1 - s) / dout.size", "mean_of_all"),
    ("def f(dout, z):\n    N = z.shape[0]\n    return dout / N", "only_mean"),
    ("def f(dout, z):\n    s = 1 / (1 + np.exp(-z))\n    return (dout * s * (1 - s)).sum(axis=0)", "shape"),
    ("def f(dout, z):\n    s = 1 / (1 + np.exp(-z))\n    dout *= s * (1 - s)\n    return dout", "changed"),
    ("def f(dout, z):\n    return dout * ...", "unfinished"),
]
TWO_LAYERS = [
    ("def f(x, h, weight2, dout):\n    return x.T @ (dout @ weight2.T), h.T @ dout", "no_activation"),
    ("def f(x, h, weight2, dout):\n    dh = dout @ weight2.T\n    return x.T @ (dh * h * (1 - h)), h.T @ dout",
     "sigmoid"),
    ("def f(x, h, weight2, dout):\n    dh = dout @ weight2.T\n    dz = dh * (1 - np.tanh(h) ** 2)\n"
     "    return x.T @ dz, h.T @ dout", "of_h"),
    ("def f(x, h, weight2, dout):\n    dz = dout @ weight2 * (1 - h ** 2)\n    return x.T @ dz, h.T @ dout",
     "untransposed"),
    ("def f(x, h, weight2, dout):\n    dz = dout @ weight2.T * (1 - h ** 2)\n    return h.T @ dout, x.T @ dz",
     "swapped"),
    ("def f(x, h, weight2, dout):\n    n = len(x)\n    dz = dout @ weight2.T * (1 - h ** 2)\n"
     "    return x.T @ dz / n, h.T @ dout / n", "divided"),
    ("def f(x, h, weight2, dout):\n    dz = dout @ weight2.T * (1 - h ** 2)\n    return x.T @ dz, x.T @ dout",
     "inputs_swapped"),
    ("def f(x, h, weight2, dout):\n    dz = dout @ weight2.T * (h ** 2 - 1)\n    return x.T @ dz, -h.T @ dout",
     "signs"),
    ("def f(x, h, weight2, dout):\n    dz = dout @ weight2.T * (1 - h ** 2)\n    return dz.T @ x, dout.T @ h",
     "transposed"),
    ("def f(x, h, weight2, dout):\n    return h.T @ dout", "shape"),
    ("def f(x, h, weight2, dout):\n    return (..., ...)", "unfinished"),
]
NORMS = [
    ("def f(gradients, depth):\n    return np.array([np.linalg.norm(gradients[f'weight{k}'])"
     " for k in range(depth, 0, -1)])", "reversed"),
    ("def f(gradients, depth):\n    return np.array([(gradients[f'weight{k + 1}'] ** 2).sum() for k in range(depth)])",
     "squared"),
    ("def f(gradients, depth):\n    return np.array([np.sqrt(np.mean(gradients[f'weight{k}'] ** 2))"
     " for k in range(1, depth + 1)])", "mean_square"),
    ("def f(gradients, depth):\n    return np.array([abs(gradients[f'weight{k}']).max() for k in range(1, depth + 1)])",
     "largest"),
    ("def f(gradients, depth):\n    return np.array([abs(gradients[f'weight{k}']).sum() for k in range(1, depth + 1)])",
     "absolute"),
    ("def f(gradients, depth):\n    return np.array([np.linalg.norm(gradients[f'bias{k}'])"
     " for k in range(1, depth + 1)])", "of_bias"),
    ("def f(gradients, depth):\n    n = [np.linalg.norm(gradients[f'weight{k}']) for k in range(1, depth + 1)]\n"
     "    return np.array(n) / n[-1]", "ratios"),
    ("def f(gradients, depth):\n    return np.array([np.linalg.norm(gradients[f'weight{k}'], 2)"
     " for k in range(1, depth + 1)])", "spectral"),
    ("def f(gradients, depth):\n    return np.array([np.linalg.norm(gradients[f'weight{k}'])"
     " for k in range(1, depth)])", "last_missing"),
    ("def f(gradients, depth):\n    return np.array([np.linalg.norm(gradients[f'weight{k}']) for k in range(depth)])",
     "from_zero"),
    ("def f(gradients, depth):\n    keys = sorted(key for key in gradients if key.startswith('weight'))\n"
     "    return np.array([np.linalg.norm(gradients[key]) for key in keys])", "by_name"),
    ("def f(gradients, depth):\n    return np.array([np.linalg.norm(g) for g in gradients.values()])", "all_keys"),
    ("def f(gradients, depth):\n    squares = [sum((gradients[f'{n}{k}'] ** 2).sum() for n in ('weight', 'bias'))\n"
     "               for k in range(1, depth + 1)]\n    return np.sqrt(squares)", "with_bias"),
    ("def f(gradients, depth):\n    return np.array([np.linalg.norm(gradients[k]) for k in range(1, depth + 1)])",
     "raised"),
    ("def f(gradients, depth):\n    return [np.linalg.norm(gradients[f'weight{k}']) for k in range(1, depth + 1)]",
     "shape"),
    ("def f(gradients, depth):\n    return ...", "unfinished"),
]
RESCALED = [
    ("(1, 1)", "unchanged"),
    ("(4, 16)", "larger"),
    ("(1 / 4, 1 / 4)", "first_only"),
    ("(0.25, 1)", "share_same"),
    ("(1 / 16, 1 / 4)", "second_first"),
    ("(0, 0)", "zero"),
    ("(4, 1)", "weights"),
    ("(1 / 16, 1 / 16)", "squared_both"),
    ("(1 / 2, 1 / 8)", "root"),
    ("(1 / 2, 1 / 4)", "doubled"),
    ("(0.25, 0.5)", "value"),
    ("0.25", "shape"),
    ("(0.25, ...)", "unfinished"),
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
    "04.bound": BOUND,
    "04.shapes": SHAPES,
    "04.sigmoid_backward": SIGMOID,
    "04.two_layers": TWO_LAYERS,
    "04.gradient_norms": NORMS,
    "04.rescaled": RESCALED,
    "04.outcome": OUTCOME,
}
