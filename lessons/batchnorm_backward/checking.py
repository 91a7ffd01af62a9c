"""Lesson 07's numbers of checks: the graph with a numerical gradient at each node, wrong attempts, the step's size."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from helpers.gradcheck import numerical_gradient
from helpers.validate import Array

Values = dict[str, Array]
EPS, N = 1e-5, 4  # N: the examples in the graph
ORDER = ("loss", "y", "beta", "gamma", "x_hat", "s", "var", "sq", "c", "mu", "x")  # back from the loss
ARROWS = (("x", "mu"), ("x", "c"), ("mu", "c"), ("c", "sq"), ("sq", "var"), ("var", "s"), ("s", "x_hat"),
          ("c", "x_hat"), ("x_hat", "y"), ("gamma", "y"), ("beta", "y"), ("y", "loss"))  # fmt: skip
BOUNDS = (1e-8, 1e-6, 1e-4, 1e-2, 1.0)
TOLERANCE, D = 1e-6, 3  # D: the features of a checked batch

# node: what it is, from the values of the nodes before it and dout
FORMULAS: dict[str, Callable[[Values, Array], Array]] = {
    "mu": lambda v, dout: v["x"].mean(keepdims=True),
    "c": lambda v, dout: v["x"] - v["mu"],
    "sq": lambda v, dout: v["c"] ** 2,
    "var": lambda v, dout: v["sq"].mean(keepdims=True),
    "s": lambda v, dout: 1 / np.sqrt(v["var"] + EPS),
    "x_hat": lambda v, dout: v["c"] * v["s"],
    "y": lambda v, dout: v["gamma"] * v["x_hat"] + v["beta"],
    "loss": lambda v, dout: (dout * v["y"]).sum(keepdims=True),
}


class Walk(NamedTuple):
    """One stop: the node, its value, its gradient and the numerical one, each (N,) or (1,); how far these are apart."""

    step: int
    node: str
    batch: int
    value: Array
    gradient: Array
    numerical: Array
    bound: float


def run_from(node: str, values: Values, dout: Array) -> Values:
    """All values after ``node``, computed from its present value and those of the nodes beside it."""
    values, changed = dict(values), {node}
    for name, formula in FORMULAS.items():
        if name != node and any(end == name and start in changed for start, end in ARROWS):
            values[name] = formula(values, dout)
            changed.add(name)
    return values


def gradients(v: Mapping[str, Array], dout: Array) -> Values:
    """∂loss/∂node for every node, one local derivative at a time (§3 of the paper, in smaller steps)."""
    g = {"loss": np.ones(1), "y": dout}
    g["beta"], g["gamma"] = g["y"].sum(keepdims=True), (g["y"] * v["x_hat"]).sum(keepdims=True)
    g["x_hat"] = g["y"] * v["gamma"]
    g["s"] = (g["x_hat"] * v["c"]).sum(keepdims=True)
    g["var"] = g["s"] * -0.5 * v["s"] ** 3
    g["sq"] = np.full(N, g["var"][0] / N)
    g["c"] = g["x_hat"] * v["s"] + g["sq"] * 2 * v["c"]
    g["mu"] = -g["c"].sum(keepdims=True)
    g["x"] = g["c"] + g["mu"] / N
    return g


def numerical(node: str, values: Values, dout: Array) -> Array:
    """∂loss/∂node by central differences: the rest of the graph as a function of that node."""
    return numerical_gradient(lambda new: float(run_from(node, {**values, node: new}, dout)["loss"][0]), values[node])


def small_batch(column: Array, batch: int) -> tuple[Values, Array]:
    """The values of all nodes for four numbers of ``column``, and a dout; γ, β and dout are drawn at random."""
    rng = np.random.default_rng(batch)
    start = {"x": column[N * (batch - 1) : N * batch], "gamma": rng.uniform(0.5, 2, 1), "beta": rng.normal(size=1)}
    dout = rng.normal(size=N).round(2)
    return run_from("x", start, dout), dout


def walk(column: Array, step: int, batch: int) -> Walk:
    """Stop number ``step`` of the way back through the graph, for four numbers of ``column`` (M,)."""
    (values, dout), node = small_batch(column, batch), ORDER[step]
    exact, tried = gradients(values, dout)[node], numerical(node, values, dout)
    bound = next((b for b in BOUNDS if np.abs(exact - tried).max() < b), np.inf)
    return Walk(step, node, batch, values[node], exact, tried, bound)


def normalized(x: Array, gamma: Array, beta: Array) -> Array:
    """y = γ x_hat + β for x (N, D), N = 1 allowed; complex numbers pass through it as well."""
    c = x - x.mean(axis=0)
    return gamma * c / np.sqrt((c**2).mean(axis=0) + EPS) + beta


def _parts(x: Array, dout: Array) -> Values:
    c = x - x.mean(axis=0)
    s = 1 / np.sqrt((c**2).mean(axis=0) + EPS)
    x_hat = c * s
    return {"s": s, "d": dout, "mean": dout.mean(axis=0), "along": x_hat * (dout * x_hat).mean(axis=0)}


# name: dx from the parts of the closed form, n and gamma
ATTEMPTS: dict[str, Callable[[Values, int, Array], Array]] = {
    "right": lambda p, n, gamma: gamma * p["s"] * (p["d"] - p["mean"] - p["along"]),
    "no_variance": lambda p, n, gamma: gamma * p["s"] * (p["d"] - p["mean"]),
    "variance_sign": lambda p, n, gamma: gamma * p["s"] * (p["d"] - p["mean"] + p["along"]),
    "no_mean": lambda p, n, gamma: gamma * p["s"] * (p["d"] - p["along"]),
    "neither": lambda p, n, gamma: gamma * p["s"] * p["d"],
    "sums": lambda p, n, gamma: gamma * p["s"] * (p["d"] - n * p["mean"] - n * p["along"]),
    "no_gamma": lambda p, n, gamma: p["s"] * (p["d"] - p["mean"] - p["along"]),
    "no_scale": lambda p, n, gamma: gamma * (p["d"] - p["mean"] - p["along"]),
}


class Checked(NamedTuple):
    """A check and, for each attempt, its largest distance from the numerical gradient."""

    n: int
    dout: str
    gamma: str
    errors: dict[str, float]

    @property
    def caught(self) -> list[str]:
        """The wrong ones that this check finds out."""
        return [name for name, error in self.errors.items() if error > TOLERANCE]


def checked(n: int, dout: str, gamma: str, seed: int = 0) -> Checked:
    """Compare every attempt with a numerical gradient; ``dout`` and ``gamma`` are "ones" or "random"."""
    rng = np.random.default_rng(seed)
    x, above, scale = rng.normal(1, 1, (n, D)), rng.normal(size=(n, D)), rng.uniform(0.5, 2, D)
    above = np.ones((n, D)) if dout == "ones" else above
    scale = np.ones(D) if gamma == "ones" else scale
    wanted = numerical_gradient(lambda v: float((above * normalized(v, scale, np.zeros(D))).sum()), x)
    parts = _parts(x, above)
    errors = {name: float(np.abs(wrong(parts, n, scale) - wanted).max()) for name, wrong in ATTEMPTS.items()}
    return Checked(n, dout, gamma, errors)


class Stepped(NamedTuple):
    """The error of three numerical gradients, relative to the largest entry, for a step h."""

    h: float
    errors: dict[str, float]


METHODS: dict[str, Callable[[Callable[[Array], complex], Array, Array], float]] = {
    "forward": lambda f, x, step: (f(x + step) - f(x)) / step.max(),
    "central": lambda f, x, step: (f(x + step) - f(x - step)) / (2 * step.max()),
    "complex": lambda f, x, step: f(x + 1j * step).imag / step.max(),
}


def stepped(h: float, seed: int = 0) -> Stepped:
    """∂Σ dout·y/∂x of a random batch (8, 3) by each method with step ``h``, against the closed form."""
    rng = np.random.default_rng(seed)
    x, dout, gamma = rng.normal(1, 1, (8, D)), rng.normal(size=(8, D)), rng.uniform(0.5, 2, D)
    exact = ATTEMPTS["right"](_parts(x, dout), 8, gamma)

    def loss(moved: Array) -> complex:
        return (dout * normalized(moved, gamma, np.zeros(D))).sum()

    errors = {}
    for name, method in METHODS.items():
        found = [method(loss, x, h * one.reshape(x.shape)) for one in np.eye(x.size)]
        errors[name] = float(np.abs(np.reshape(found, x.shape) - exact).max() / np.abs(exact).max())
    return Stepped(h, errors)
