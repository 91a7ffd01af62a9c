"""A network written out, one example of each formula, which the tests of lesson 09 compare with."""

import numpy as np

from lessons.does_it_work import stacked


def squash(z, act):
    return z * (z > 0) if act == "relu" else 1 / (1 + np.exp(-z))


def standardized(u, norm, ghost, fixed):
    """x_hat of u (N, D), and (mean, var) of what normalized it."""
    if fixed is not None:
        return (u - fixed[0]) / np.sqrt(fixed[1] + 1e-5), fixed
    if norm == "ghost":
        return np.vstack([standardized(u[k : k + ghost], "batch", 0, None)[0] for k in range(0, len(u), ghost)]), None
    axis = 1 if norm == "layer" else 0
    mean = u.mean(axis=axis, keepdims=True)
    var = ((u - mean) ** 2).mean(axis=axis, keepdims=True)
    return (u - mean) / np.sqrt(var + 1e-5), (mean, var)


def own_forward(p, x, act, norm="none", ghost=16, fixed=None, draws=None):
    """Logits, each layer's z and each hidden layer's (mean, var); ``draws`` are each layer's (stretch, move)."""
    out, zs, stats, last = x, [], [], sum(name.startswith("weight") for name in p)
    for k in range(1, last + 1):
        z = out @ p[f"weight{k}"]
        if f"gamma{k}" in p:
            x_hat, used = standardized(z, norm, ghost, fixed and fixed[k - 1])
            z = p[f"gamma{k}"] * x_hat + p[f"beta{k}"]
            stats.append(used)
        else:
            z = z + p[f"bias{k}"]
        if draws and k < last:
            z = draws[k - 1][0] * z + draws[k - 1][1]
        zs.append(z)
        out = squash(z, act) if k < last else z
    return out, zs, stats


def own_loss(p, x, y, *setting, **more):
    logits = own_forward(p, x, *setting, **more)[0]
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]))


def one(parameters, s):
    """Network s of a stack, in float64, its rows as vectors."""
    return {name: value[s].astype(float) if name.startswith("weight") else value[s, 0].astype(float)
            for name, value in parameters.items()}  # fmt: skip


def stack(recipe, count=2, dtype=np.float64, std=0.5):
    parameters, rng = stacked.start(recipe, range(count), [std] * count, dtype), np.random.default_rng(4)
    return {name: value if name.startswith("weight") else (value + 0.3 * rng.normal(size=value.shape)).astype(dtype)
            for name, value in parameters.items()}  # fmt: skip
