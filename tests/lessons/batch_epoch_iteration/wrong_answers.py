"""Wrong answers to lesson 02's exercises as learners type them, and the verdict each should get."""

COUNT = [
    ("110 // 20 * 5", "dropped"),
    ("110 / 20 * 5", "unrounded"),
    ("int(np.ceil(110 / 20 * 5))", "rounded_late"),
    ("110 * 5 // 20", "rounded_down_late"),
    ("int(np.ceil(110 / 20))", "per_epoch"),
    ("updates = 5", "epochs"),
    ("110 * 5", "examples"),
    ("20 * 5", "batch_size"),
    ("31", "value"),
    ("'30'", "shape"),
    ("...", "unfinished"),
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
    ("def f(u, n, b):\n    k = np.ceil(n / b)\n    return (u - 1) // k + 1, (u - 1) % k + 1", "decimals"),
    ("def f(update, n, b):\n    return update // n", "shape"),
    ("def f(update, n, b):\n    return ...", "unfinished"),
]
GROUPS = "    groups = range(0, len(sizes), every)\n"
ACCUMULATE = [
    ("def f(gradients, sizes, every):\n" + GROUPS
     + "    return np.array([gradients[i:i + every].mean(axis=0) for i in groups])", "plain"),
    ("def f(gradients, sizes, every):\n" + GROUPS
     + "    return np.array([np.sum(gradients[i:i + every] / every, axis=0) for i in groups])", "by_every"),
    ("def f(gradients, sizes, every):\n" + GROUPS
     + "    return np.array([sum(gradients[i:i + every]) for i in groups])", "summed"),
    ("def f(gradients, sizes, every):\n" + GROUPS
     + "    return np.array([sizes[i:i + every] @ gradients[i:i + every] for i in groups])", "total"),
    ("def f(gradients, sizes, every):\n    out = []\n    for i in range(len(sizes) // every):\n"
     "        s = sizes[i * every:(i + 1) * every]\n"
     "        out.append(s @ gradients[i * every:(i + 1) * every] / s.sum())\n    return np.array(out)", "dropped"),
    ("def f(gradients, sizes, every):\n" + GROUPS
     + "    n = every * max(sizes)\n"
     "    return np.array([sizes[i:i + every] @ gradients[i:i + every] / n for i in groups])", "full_size"),
    ("def f(gradients, sizes, every):\n    out, total, n = [], 0, 0\n"
     "    for k, (g, s) in enumerate(zip(gradients, sizes), 1):\n"
     "        total, n = total + g * s, n + s\n        if k % every == 0 or k == len(sizes):\n"
     "            out.append(total / n)\n            n = 0\n    return np.array(out)", "not_reset"),
    ("def f(gradients, sizes, every):\n    return (sizes @ gradients / sizes.sum())[None]", "one_update"),
    ("def f(gradients, sizes, every):\n    return sizes @ gradients / sizes.sum()", "shape"),
    ("def f(gradients, sizes, every):\n    gradients *= sizes[:, None]\n" + GROUPS
     + "    sums = [gradients[i:i + every].sum(axis=0) for i in groups]\n"
     "    return np.array([g / sizes[i:i + every].sum() for i, g in zip(groups, sums)])", "changed"),
    ("def f(gradients, sizes, every):\n    return ...", "unfinished"),
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
    "02.make_batches": BATCHES,
    "02.place": PLACE,
    "02.accumulate": ACCUMULATE,
    "02.epoch_loss": EPOCH_LOSS,
}
