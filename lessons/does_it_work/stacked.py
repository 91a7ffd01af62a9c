"""Many small networks trained at once: the arrays of S alike networks are stacked, and one product does S of them.

A sweep over learning rates or seeds trains dozens of networks. Parameters are dictionaries as in `network`, with a
first axis for the networks: weight1 (S, D_in, D_out), and bias1 or gamma1 and beta1 (S, 1, D). A network that overflows
becomes NaN and stays so; the others go on. Arrays keep their dtype, float32 or float64.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from helpers import validate
from helpers.batching import batch_slices
from helpers.layers import cross_entropy
from helpers.network import ACTIVATIONS, Network, Parameters, initialize, layer_sizes, with_sizes
from helpers.validate import Array, checked

EPS = 1e-5
NORMS = ("none", "batch", "ghost", "layer")


@dataclass(frozen=True)
class Recipe:
    """What the S networks have in common; ValueError if a field is not as described.

    norm: over what statistics are taken in the hidden layers: "batch", one mean and variance for each unit; "ghost",
        the same within each ``ghost`` examples of the batch; "layer", one for each example; or "none".
    """

    sizes: tuple[int, ...]
    activation: str = "relu"
    norm: str = "none"
    ghost: int = 16

    def __post_init__(self) -> None:
        """Each field as it is needed, or ValueError."""
        validate.check_fields(
            self, sizes=layer_sizes, activation=validate.one_of("relu", "sigmoid"), ghost=validate.whole_number,
            norm=validate.one_of(*NORMS),
        )  # fmt: skip

    @property
    def depth(self) -> int:
        """The number of linear layers."""
        return len(self.sizes) - 1


class Normed(NamedTuple):
    """What the way back needs; the statistics are taken over ``axis``, in groups of ``shape``."""

    x_hat: Array
    inv_std: Array
    mean: Array
    var: Array
    axis: int


class Layer(NamedTuple):
    """One layer's input, the input z of its activation and its cache, its normalization."""

    x: Array
    z: Array
    activation: Any = None
    normed: Normed | None = None


def start(recipe: Recipe, seeds: Sequence[int], stds: Sequence[float | None], dtype: type = np.float32) -> Parameters:
    """First weights: each network as `initialize` draws it from its seed, with its std of the weights."""
    network = Network(recipe.sizes, recipe.activation, recipe.norm != "none")
    rngs = map(np.random.default_rng, seeds)
    drawn = [initialize(network, rng, std, dtype) for rng, std in zip(rngs, stds, strict=True)]
    stacked = {name: np.stack([one[name] for one in drawn]) for name in drawn[0]}
    return {name: value if value.ndim == 3 else value[:, np.newaxis] for name, value in stacked.items()}


def folded(recipe: Recipe, parameters: Parameters, x: Array) -> Parameters:
    """The parameters of the networks without batch norm that compute for x (N, D) what these do with it.

    Fresh ones with batch norm come in: gammas are 1 and betas 0.
    """
    plain: Parameters = {}
    for k, layer in enumerate(forward(recipe, parameters, x)[1], start=1):
        weight, normed = parameters[f"weight{k}"], layer.normed
        plain[f"weight{k}"] = weight * normed.inv_std if normed else weight
        plain[f"bias{k}"] = -normed.mean * normed.inv_std if normed else parameters[f"bias{k}"]
    return plain


def forward(
    recipe: Recipe, parameters: Parameters, x: Array, fixed: Sequence[tuple[Array, Array]] | None = None
) -> tuple[Array, list[Layer]]:
    """Logits (S, N, C) and the layers for x (N, D); ``fixed`` holds each hidden layer's (mean, var): inference mode."""
    out, layers = x, []
    for k in range(1, recipe.depth + 1):
        x, out = out, out @ parameters[f"weight{k}"]
        normed, activation = None, None
        if k == recipe.depth or recipe.norm == "none":
            out += parameters[f"bias{k}"]
        else:
            normed = _normalize(recipe, out, fixed[k - 1] if fixed else None)
            out = parameters[f"gamma{k}"] * normed.x_hat.reshape(out.shape) + parameters[f"beta{k}"]
        z = out
        if k < recipe.depth:
            out, activation = ACTIVATIONS[recipe.activation][0](z)
        layers.append(Layer(x, z, activation, normed))
    return out, layers


def loss_and_gradients(
    recipe: Recipe, parameters: Parameters, x: Array, y: Array, rows: Array | None = None
) -> tuple[Array, Parameters]:
    """Mean softmax cross-entropy (S,) and its gradients in training mode; x (N, D), y (N,).

    With ``rows`` the loss is theirs alone, while the statistics are still those of all x.
    """
    logits, layers = forward(recipe, parameters, x)
    losses, dout = cross_entropy(logits, y) if rows is None else cross_entropy(logits[:, rows], y[rows])
    if rows is not None:
        counted, dout = dout, np.zeros_like(logits)
        dout[:, rows] = counted
    gradients: Parameters = {}
    for k in range(recipe.depth, 0, -1):
        layer = layers[k - 1]
        if k < recipe.depth:
            dout = ACTIVATIONS[recipe.activation][1](dout, layer.activation)
        if layer.normed is None:
            gradients[f"bias{k}"] = dout.sum(axis=1, keepdims=True)
        else:
            gradients[f"gamma{k}"] = (dout * layer.normed.x_hat.reshape(dout.shape)).sum(axis=1, keepdims=True)
            gradients[f"beta{k}"] = dout.sum(axis=1, keepdims=True)
            dout = _normalize_backward(dout * parameters[f"gamma{k}"], layer.normed)
        gradients[f"weight{k}"] = layer.x.swapaxes(-1, -2) @ dout
        if k > 1:
            dout = dout @ parameters[f"weight{k}"].swapaxes(1, 2)
    return losses, gradients


@checked(
    recipe=with_sizes(Recipe, "a Recipe"), x="N D_first", y=validate.labels("N", "D_last"), rates="S",
    batch_size=validate.whole_number, rng=validate.generator,
)  # fmt: skip
def updates(
    recipe: Recipe, parameters: Parameters, x: Array, y: Array, rates: Sequence[float], batch_size: int,
    rng: np.random.Generator,
) -> Iterator[Parameters]:  # fmt: skip
    """The parameters after each update, without end: SGD over shuffled epochs, a smaller last batch dropped.

    rates: one learning rate a network. All networks see the same batches of x (N, D), y (N,).
    """
    slices = batch_slices(len(x), batch_size, drop_last=True)
    if not slices:
        raise ValueError(f"batch_size is {batch_size}; it must be at most {len(x)}, the number of examples.")
    if recipe.norm == "ghost" and batch_size % recipe.ghost:
        raise ValueError(f"batch_size is {batch_size}; it must be a multiple of the recipe's ghost, {recipe.ghost}.")
    steps = rates.reshape(-1, 1, 1)
    while True:
        order = rng.permutation(len(x))
        for part in slices:
            with np.errstate(over="ignore", invalid="ignore"):
                _, gradients = loss_and_gradients(recipe, parameters, x[order[part]], y[order[part]])
                parameters = {name: value - steps * gradients[name] for name, value in parameters.items()}
            yield parameters


@checked(recipe=with_sizes(Recipe, "a Recipe"), train_x="M D_first", x="N D_first", y=validate.labels("N", "D_last"))
def judged(recipe: Recipe, parameters: Parameters, train_x: Array, x: Array, y: Array) -> tuple[Array, Array]:
    """(losses, accuracies), each (S,), on x (N, D), y (N,) in inference mode; NaN for a network that has diverged.

    Where a batch normalizes, the mean and the variance over all of ``train_x`` take its place.
    """
    fixed = None
    with np.errstate(over="ignore", invalid="ignore"):
        if recipe.norm in ("batch", "ghost"):
            layers = forward(replace(recipe, norm="batch"), parameters, train_x)[1]
            fixed = [(layer.normed.mean, layer.normed.var) for layer in layers[:-1]]
        logits, _ = forward(recipe, parameters, x, fixed=fixed)
        losses, _ = cross_entropy(logits, y)
    return losses, np.where(np.isfinite(losses), (logits.argmax(axis=2) == y).mean(axis=1), np.nan)


def _normalize(recipe: Recipe, u: Array, fixed: tuple[Array, Array] | None) -> Normed:
    axis = -1 if recipe.norm == "layer" else -2
    if recipe.norm == "ghost" and fixed is None:
        u = u.reshape(u.shape[0], -1, recipe.ghost, u.shape[2])
    mean = fixed[0] if fixed else u.mean(axis=axis, keepdims=True)
    centred = u - mean
    var = fixed[1] if fixed else (centred * centred).mean(axis=axis, keepdims=True)
    inv_std = 1 / np.sqrt(var + u.dtype.type(EPS))
    return Normed(centred * inv_std, inv_std, mean, var, axis)


def _normalize_backward(dx_hat: Array, normed: Normed) -> Array:
    """Back through x_hat, the closed form: inv_std · (d − mean(d) − x_hat · mean(d · x_hat))."""
    x_hat, inv_std, axis = normed.x_hat, normed.inv_std, normed.axis
    d = dx_hat.reshape(x_hat.shape)
    centred = d - d.mean(axis=axis, keepdims=True) - x_hat * (d * x_hat).mean(axis=axis, keepdims=True)
    return (inv_std * centred).reshape(dx_hat.shape)
