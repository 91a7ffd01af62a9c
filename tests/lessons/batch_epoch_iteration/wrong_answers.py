"""Wrong answers to lesson 02's exercises as learners type them, and the verdict each should get."""

COUNT = [
    ("1050 // 64 * 8", "dropped"),
    ("1050 / 64 * 8", "unrounded"),
    ("int(np.ceil(1050 / 64 * 8))", "rounded_late"),
    ("int(np.ceil(1050 / 64))", "per_epoch"),
    ("updates = 8", "epochs"),
    ("1050 * 8", "examples"),
    ("64 * 8", "batch_size"),
    ("137", "value"),
    ("'136'", "shape"),
    ("...", "unfinished"),
]
WHICH_WORD = [
    ("(80 / 4, 80 * 4)", "swapped"),
    ("80, 80", "same"),
    ("(80, 80 * 500 / 2000)", "only_epochs"),
    ("(80 * 2000 // 500, 80)", "only_updates"),
    ("(320, 2000 / 500)", "per_epoch"),
    ("(80 * 500, 80 / 500)", "batch_size"),
    ("(80 * 4, 80 * 4)", "multiplied"),
    ("(80 / 4, 80 / 4)", "divided"),
    ("(320, 21)", "value"),
    ("320", "shape"),
    ("(320, ...)", "unfinished"),
]
ITERATIONS = [
    ("def f(n, b, drop_last):\n    return int(n / b)", "always_down"),
    ("def f(n, b, drop_last):\n    return int(np.ceil(n / b))", "always_up"),
    ("def f(n, b, drop_last):\n    k = n // b\n    if not drop_last:\n        k += 1\n    return k", "plus_one"),
    ("def f(n, b, drop_last):\n    if drop_last:\n        return (n + b - 1) // b\n    return n // b", "swapped"),
    ("def f(n, b, drop_last):\n    return n // b if drop_last else int(round(n / b, 0))", "nearest"),
    ("def f(n, b, drop_last):\n    return n / b", "fraction"),
    ("def f(n, b, drop_last):\n    return max(1, n // b) if drop_last else int(np.ceil(n / b))", "at_least_one"),
    ("def f(n, b, drop_last):\n    return n // b if drop_last else np.ceil(n / b)", "decimal"),
    ("def f(n, b, drop_last):\n    return np.floor(n / b) if drop_last else np.ceil(n / b)", "decimals"),
    ("def f(n, b):\n    return -(-n // b)", "raised"),
    ("def f(n, b, drop_last):\n    while n > 0:\n        n - b\n    return n", "late"),
    ("def f(n, b, drop_last):\n    return ...", "unfinished"),
]
BATCHES = [
    ("def f(x, y, order, b):\n    x = x[order]\n    return [(x[i:i + b], y[i:i + b]) for i in range(0, len(x), b)]",
     "x_only"),
    ("def f(x, y, order, b):\n    y = y[order]\n    return [(x[i:i + b], y[i:i + b]) for i in range(0, len(x), b)]",
     "y_only"),
    ("def f(x, y, order, b):\n    return [(x[i:i + b], y[i:i + b]) for i in range(0, len(x), b)]", "not_shuffled"),
    ("def f(x, y, order, b):\n    out = []\n    for k in range(len(x) // b):\n        r = order[k * b:(k + 1) * b]\n"
     "        out.append((x[r], y[r]))\n    return out", "dropped"),
    ("def f(x, y, order, b):\n    n = -(-len(x) // b)\n"
     "    return [(x[k * b:(k + 1) * b], y[k * b:(k + 1) * b]) for k in order if k < n]", "starts_only"),
    ("def f(x, y, order, b):\n    out = []\n    for i in range(0, len(x), b):\n"
     "        r = order[:min(b, len(x) - i)]\n        out.append((x[r], y[r]))\n    return out", "own_order"),
    ("def f(x, y, order, b):\n    for i in order:\n        yield x[i:i + 1], y[i:i + 1]", "one_by_one"),
    ("def f(x, y, order, b):\n    xs, ys = np.empty_like(x), np.empty_like(y)\n    xs[order], ys[order] = x, y\n"
     "    return [(xs[i:i + b], ys[i:i + b]) for i in range(0, len(x), b)]", "inverted"),
    ("def f(x, y, order, b):\n    x[:] = x[order]\n    y[:] = y[order]\n"
     "    return [(x[i:i + b], y[i:i + b]) for i in range(0, len(x), b)]", "changed"),
    ("def f(x, y, order, b):\n    out = []\n    for i in range(0, len(x), b):\n"
     "        r = order[i:i + b]\n        out.append((y[r], x[r]))\n    return out", "swapped"),
    ("def f(x, y, order, b):\n    return x[order], y[order]", "shape"),
    ("def f(x, y, order, b):\n    ...", "unfinished"),
]  # fmt: skip
PLACE = [
    ("def f(update, n, b):\n    k = -(-n // b)\n    return (update - 1) // k, (update - 1) % k", "from_zero"),
    ("def f(update, n, b):\n    k = int(np.ceil(n / b))\n    return update // k + 1, update % k", "no_step_back"),
    ("def f(update, n, b):\n    k = n // b\n    return (update - 1) // k + 1, (update - 1) % k + 1", "rounded_down"),
    ("def f(update, n, b):\n    k = -(-n // b)\n    return (update - 1) % k + 1, (update - 1) // k + 1", "swapped"),
    ("def f(update, n, b):\n    return (update - 1) // n + 1, (update - 1) % n + 1", "examples"),
    ("def f(update, n, b):\n    return (update - 1) // b + 1, (update - 1) % b + 1", "batch_size"),
    ("def f(update, n, b):\n    return int(np.ceil(update / np.ceil(n / b))), update", "total"),
    ("def f(update, n, b):\n    return divmod(update, -(-n // b))", "divided"),
    ("def f(update, n, b):\n    k = -(-n // b)\n    return update // k + 1, update % k + 1", "one_ahead"),
    ("def f(update, n, b):\n    return update // n", "shape"),
    ("def f(update, n, b):\n    return ...", "unfinished"),
]
EPOCH_LOSS = [
    ("def f(losses, sizes):\n    return np.mean(losses)", "plain"),
    ("def f(losses, sizes):\n    return losses[:-1] @ sizes[:-1] / sizes[:-1].sum()", "without_last"),
    ("def f(losses, sizes):\n    return losses @ sizes", "total"),
    ("def f(losses, sizes):\n    return losses @ sizes / len(losses)", "by_batches"),
    ("def f(losses, sizes):\n    return np.average(losses, weights=1 / sizes)", "inverse"),
    ("def f(losses, sizes):\n    return losses @ sizes / (len(sizes) * sizes.max())", "full_size"),
    ("def f(losses, sizes):\n    total = 0\n    for x in losses:\n        total += x\n    return total", "summed"),
    ("def f(losses, sizes):\n    return losses * sizes / sizes.sum()", "shape"),
    ("def f(losses, sizes):\n    sizes /= sizes.sum()\n    return losses @ sizes", "changed"),
    ("def f(losses, sizes):\n    return ...", "unfinished"),
]
WRONG = {
    "02.count": COUNT,
    "02.which_word": WHICH_WORD,
    "02.iterations_per_epoch": ITERATIONS,
    "02.make_batches": BATCHES,
    "02.place": PLACE,
    "02.epoch_loss": EPOCH_LOSS,
}
