"""A multilayer perceptron made of the layers: pure functions, with the parameters as an argument.

A hidden layer is linear → batch normalization (if chosen) → activation, or linear → activation → batch
normalization; the last layer is linear. Parameters, gradients and running statistics are dictionaries with keys
numbered from 1: weight1, bias1 (or gamma1, beta1 in its place where layer 1 is normalized before its activation;
all three where it is after), mean1, var1. What comes in is checked once; the layers are called below their checks.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from helpers import layers, validate
from helpers.batchnorm import BatchNormCache, batchnorm_backward, batchnorm_forward, batchnorm_inference
from helpers.layers import LinearCache, column_sum, linear_forward, softmax_cross_entropy, weight_gradient
from helpers.validate import Array, Settled, checked, finite

Parameters = dict[str, Array]
NormBackward = Callable[[Array, BatchNormCache], tuple[Array, Array, Array]]

ACTIVATIONS = {
    name: (getattr(layers, f"{name}_forward").__wrapped__, getattr(layers, f"{name}_backward").__wrapped__)
    for name in ("relu", "sigmoid", "tanh")
}


class LayerCache(NamedTuple):
    """One layer's caches; ``linear.x`` is the layer's input, ``z`` the input of its activation.

    ``norm`` is None without batch normalization; ``z`` and ``activation`` are None in the last layer.
    """

    linear: LinearCache
    norm: BatchNormCache | None = None
    z: Array | None = None
    activation: Any = None


def layer_sizes(name: str, value: Any, _settled: Settled | None = None) -> tuple[int, ...]:
    """The check of a network's sizes: a tuple of at least two whole numbers."""
    if len(validate.instance(tuple, "a tuple such as (784, 100, 10)")(name, value)) < 2:
        raise ValueError(f"{name} has {len(value)} entries; it must have at least 2, input and output.")
    return tuple(validate.whole_number(f"an entry of {name}", size) for size in value)


def _norms(name: str, value: Any, settled: Settled) -> bool | tuple[bool, ...]:
    hidden, many = len(settled["sizes"]) - 2, isinstance(value, tuple)
    each = value if many else (value,)
    if many and len(each) != hidden or not all(isinstance(chosen, bool | np.bool_) for chosen in each):
        wanted = f"True, False, or a tuple with one of them for each of the {hidden} hidden layers"
        raise ValueError(f"{name} is {value!r}; it must be {wanted}.")
    return tuple(map(bool, value)) if many else bool(value)


@dataclass(frozen=True)
class Network:
    """The shape of a network: ``sizes`` from input to output, such as (784, 100, 10).

    ``batchnorm`` is one bool for all hidden layers or a tuple with one for each; §3.2 places it before the
    activation, ``norm_after_activation`` after it. ValueError if a field is not as described.
    """

    sizes: tuple[int, ...]
    activation: str = "relu"
    batchnorm: bool | tuple[bool, ...] = False
    eps: float = 1e-5
    norm_after_activation: bool = False

    def __post_init__(self) -> None:
        """Each field as it is needed, or ValueError."""
        validate.check_fields(
            self, sizes=layer_sizes, activation=validate.one_of(*ACTIVATIONS), batchnorm=_norms,
            eps=validate.positive, norm_after_activation=validate.true_or_false,
        )  # fmt: skip

    @property
    def depth(self) -> int:
        """The number of linear layers."""
        return len(self.sizes) - 1

    @property
    def hidden(self) -> int:
        """The number of hidden layers."""
        return self.depth - 1

    @cached_property
    def steps(self) -> tuple[tuple[Literal["normalize", "activate"], ...], ...]:
        """For each layer what follows its matrix product, in its order; after the last, nothing."""
        hidden = (self.batchnorm,) * self.hidden if isinstance(self.batchnorm, bool) else self.batchnorm
        order = -1 if self.norm_after_activation else 1
        return *((("normalize",) * norm + ("activate",))[::order] for norm in hidden), ()

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The name and shape of every parameter; beta, right behind the product, is the bias as well (§3.2)."""
        shapes: dict[str, tuple[int, ...]] = {}
        for k, steps in enumerate(self.steps, start=1):
            shapes[f"weight{k}"] = self.sizes[k - 1 : k + 1]
            names = ("bias",) * (steps[:1] != ("normalize",)) + ("gamma", "beta") * ("normalize" in steps)
            shapes |= {f"{name}{k}": self.sizes[k : k + 1] for name in names}
        return shapes

    @cached_property
    def running_shapes(self) -> dict[str, tuple[int, ...]]:
        """The name and shape of every running statistic."""
        numbers = [k for k, steps in enumerate(self.steps, start=1) if "normalize" in steps]
        return {f"{name}{k}": self.sizes[k : k + 1] for k in numbers for name in ("mean", "var")}


def with_sizes(kind: type, wanted: str) -> validate.Check:
    """The check of a network of that ``kind``; its outer sizes are settled as D_first and D_last."""
    def check(name: str, value: Any, settled: Settled) -> Any:
        settled["D_first"], *_, settled["D_last"] = validate.instance(kind, wanted)(name, value).sizes
        return value

    return check


def arrays_in(shapes: str) -> validate.Check:
    """The check of arrays in those ``shapes`` of the network. Checked after x, they get its dtype, else keep theirs."""
    return lambda name, value, settled: validate.float_arrays(
        name, value, getattr(settled["network"], shapes), settled.get("dtype")
    )


given_network = with_sizes(Network, "a Network")
given_parameters, given_running = arrays_in("shapes"), arrays_in("running_shapes")
float_dtype = validate.must_be(
    "float32 or float64", lambda value: value is not None and any(np.all(np.dtype(f) == value) for f in validate.FLOATS)
)


def _caches(name: str, value: Any, settled: Settled) -> tuple[LayerCache, ...]:
    validate.instance(tuple, "the caches that forward returned")(name, value)
    normalized = [isinstance(layer, LayerCache) and layer.norm is not None for layer in value]
    if normalized != ["normalize" in steps for steps in settled["network"].steps]:
        raise ValueError(f"{name} do not fit the network; they must be what forward returned for this network.")
    validate.fit(name, value[0].linear.x, ("N", "D_first"), settled)
    return value


@checked(network=given_network, rng=validate.generator, std=validate.optional(validate.positive), dtype=float_dtype)
def initialize(
    network: Network, rng: np.random.Generator, std: float | None = None, dtype: Any = np.float64
) -> Parameters:
    """Gaussian weights with standard deviation ``std``; biases and betas 0, gammas 1.

    Without ``std`` it is √(2 / D_in) for ReLU (He et al. 2015, arXiv 1502.01852) and √(2 / (D_in + D_out))
    for sigmoid and tanh (Glorot & Bengio 2010). The same ``rng`` gives the same weights in either ``dtype``.
    """
    parameters = {}
    for name, shape in network.shapes.items():
        if name.startswith("weight"):
            scale = (2 / (shape[0] if network.activation == "relu" else sum(shape))) ** 0.5 if std is None else std
            parameters[name] = (scale * rng.standard_normal(shape)).astype(dtype)
        else:
            parameters[name] = np.full(shape, name.startswith("gamma"), dtype)
    return parameters


@checked(network=given_network, x="N D_first", parameters=given_parameters, returns=finite)
def forward(network: Network, parameters: Parameters, x: Array) -> tuple[Array, tuple[LayerCache, ...]]:
    """Logits (N, D_last) and one cache a layer, in training mode: the batch's own statistics normalize it.

    ``x`` is (N, D_first); N ≥ 2 where a layer is normalized. NotFiniteError if a signal overflows.
    """
    outs, caches = zip(*_layer_by_layer(network, parameters, x), strict=True)
    return outs[-1], caches


@checked(network=given_network, x="N D_first", parameters=given_parameters, running=given_running, returns=finite)
def predict(network: Network, parameters: Parameters, running: Parameters, x: Array) -> Array:
    """Logits (N, D_last) in inference mode: ``running`` normalizes, so that the rows of x do not interact."""
    ((out, _),) = deque(_layer_by_layer(network, parameters, x, running), maxlen=1)  # nothing else is kept
    return out


def _layer_by_layer(
    network: Network, parameters: Parameters, x: Array, running: Parameters | None = None
) -> Iterator[tuple[Array, LayerCache]]:
    """The output and the cache of each layer; ``running`` normalizes, or without it the batch's own statistics."""
    activate, _ = ACTIVATIONS[network.activation]
    out = x
    for k, steps in enumerate(network.steps, start=1):
        out, linear = linear_forward.__wrapped__(out, parameters[f"weight{k}"], parameters.get(f"bias{k}"))
        validate.check_finite(f"the signal in layer {k}", out)  # an activation could hide that it is not
        norm = activation = z = None
        for step in steps:
            if step == "activate":
                z = out
                out, activation = activate(z)
            elif running is None:
                affine = parameters[f"gamma{k}"], parameters[f"beta{k}"]
                out, norm = batchnorm_forward.__wrapped__(out, *affine, network.eps)
            else:
                fixed = parameters[f"gamma{k}"], parameters[f"beta{k}"], running[f"mean{k}"], running[f"var{k}"]
                out = batchnorm_inference.__wrapped__(out, *fixed, network.eps)
        yield out, LayerCache(linear, norm, z, activation)


@checked(
    network=given_network, caches=_caches, dlogits="N D_last", returns=finite,
    norm_backward=validate.instance(Callable, "a function such as batchnorm_backward"),
)  # fmt: skip
def backward(
    network: Network, dlogits: Array, caches: tuple[LayerCache, ...], norm_backward: NormBackward = batchnorm_backward
) -> Parameters:
    """The gradient of every parameter, under the parameters' own keys; dlogits (N, D_last).

    ``norm_backward`` is the backward pass of batch normalization, (dout, cache) → (dx, dgamma, dbeta).
    """
    _, differentiate = ACTIVATIONS[network.activation]
    dout, gradients = dlogits, dict.fromkeys(network.shapes)
    for k, (linear, norm, _, activation) in reversed(list(enumerate(caches, start=1))):
        for step in reversed(network.steps[k - 1]):
            if step == "activate":
                dout = differentiate(dout, activation)
            else:
                dout, gradients[f"gamma{k}"], gradients[f"beta{k}"] = norm_backward(dout, norm)
        gradients[f"weight{k}"] = weight_gradient(linear.x, dout)
        if f"bias{k}" in gradients:
            gradients[f"bias{k}"] = column_sum(dout)
        if k > 1:  # nothing below the first layer needs a gradient
            dout = dout @ linear.weight.T
    return gradients


@checked(
    network=given_network, x="N D_first", parameters=given_parameters, labels=validate.labels("N", "D_last"),
    returns=finite,
)  # fmt: skip
def loss_and_gradients(
    network: Network, parameters: Parameters, x: Array, labels: Array
) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
    """Mean softmax cross-entropy, gradients and caches of a batch; x (N, D_first), labels (N,) integers."""
    logits, caches = forward.__wrapped__(network, parameters, x)
    loss, dlogits = softmax_cross_entropy.__wrapped__(logits, labels)
    return loss, backward.__wrapped__(network, dlogits, caches, batchnorm_backward.__wrapped__), caches


@checked(network=given_network, dtype=float_dtype)
def initial_running_stats(network: Network, dtype: Any = np.float64) -> Parameters:
    """Running statistics before the first batch: mean 0 and variance 1 for each normalized layer."""
    return {name: np.full(shape, name.startswith("var"), dtype) for name, shape in network.running_shapes.items()}


@checked(logits="N C", labels=validate.labels("N", "C"))
def accuracy(logits: Array, labels: Array) -> float:
    """The share of rows of logits (N, C) that are largest at the label; labels (N,) integers in 0 … C − 1."""
    return float((logits.argmax(axis=1) == labels).mean())
