"""A multilayer perceptron made of the layers: pure functions, with the parameters as an argument.

A hidden layer is linear → batch normalization (if chosen) → activation, or linear → activation → batch
normalization; the last layer is linear. Parameters, gradients and running statistics are dictionaries with keys
numbered from 1: weight1, bias1 (or gamma1, beta1 in its place where layer 1 is normalized before its activation;
all three where it is after), mean1, var1. Bad input raises ValueError with one sentence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from helpers import layers
from helpers.batchnorm import BatchNormCache, batchnorm_backward, batchnorm_forward, batchnorm_inference
from helpers.layers import LinearCache, linear_backward, linear_forward, softmax_cross_entropy
from helpers.validate import (
    Array,
    float_array,
    generator,
    instance_of,
    label_array,
    one_of,
    positive,
    same_keys,
    variance_array,
    whole_number,
)

Parameters = dict[str, Array]

ACTIVATIONS = {
    "relu": (layers.relu_forward, layers.relu_backward),
    "sigmoid": (layers.sigmoid_forward, layers.sigmoid_backward),
    "tanh": (layers.tanh_forward, layers.tanh_backward),
}


class LayerCache(NamedTuple):
    """One layer's caches; ``linear.x`` is the layer's input, ``z`` the input of its activation.

    ``norm`` is None without batch normalization; ``z`` and ``activation`` are None in the last layer.
    """

    linear: LinearCache
    norm: BatchNormCache | None = None
    z: Array | None = None
    activation: Any = None


@dataclass(frozen=True)
class Network:
    """The shape of a network: ``sizes`` from input to output, such as (784, 100, 10).

    ``batchnorm`` is one bool for all hidden layers or a tuple with one for each; §3.2 places it before the
    activation, ``norm_after_activation`` after it.
    """

    sizes: tuple[int, ...]
    activation: str = "relu"
    batchnorm: bool | tuple[bool, ...] = False
    eps: float = 1e-5
    norm_after_activation: bool = False

    def __post_init__(self) -> None:
        """ValueError if a field is not as described."""
        instance_of("sizes", self.sizes, tuple, "a tuple such as (784, 100, 10)")
        if len(self.sizes) < 2:
            raise ValueError(
                f"sizes has {len(self.sizes)} entries; it must have at least 2, input and output."
            )
        for size in self.sizes:
            whole_number("an entry of sizes", size)
        one_of("activation", self.activation, ACTIVATIONS)
        positive("eps", self.eps)
        _check_batchnorm(self.batchnorm, self.hidden)
        instance_of("norm_after_activation", self.norm_after_activation, bool, "True or False")

    @property
    def depth(self) -> int:
        """The number of linear layers."""
        return len(self.sizes) - 1

    @property
    def hidden(self) -> int:
        """The number of hidden layers."""
        return self.depth - 1

    def normalizes(self, layer: int) -> bool:
        """Whether the layer with this number, from 1, has batch normalization; the last never has."""
        if whole_number("layer", layer) > self.hidden:
            return False
        return self.batchnorm if isinstance(self.batchnorm, bool) else self.batchnorm[layer - 1]

    def has_bias(self, layer: int) -> bool:
        """Whether the layer has a bias: not where beta, right behind the product, takes its part (§3.2)."""
        return self.norm_after_activation or not self.normalizes(layer)


def parameter_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """The name and shape of every parameter, layer by layer."""
    _check_network(network)
    shapes: dict[str, tuple[int, ...]] = {}
    for k in range(1, network.depth + 1):
        shapes[f"weight{k}"] = network.sizes[k - 1 : k + 1]
        names = ("bias",) * network.has_bias(k) + ("gamma", "beta") * network.normalizes(k)
        shapes |= {f"{name}{k}": network.sizes[k : k + 1] for name in names}
    return shapes


def check_parameters(network: Network, parameters: Any) -> None:
    """ValueError unless ``parameters`` has the network's keys, with finite float arrays of its shapes."""
    shapes = parameter_shapes(network)
    same_keys("parameters", parameters, shapes)
    for name, shape in shapes.items():
        float_array(f"parameters[{name!r}]", parameters[name], shape)


def initialize(
    network: Network, rng: np.random.Generator, std: float | None = None, dtype: Any = np.float64
) -> Parameters:
    """Gaussian weights with standard deviation ``std``; biases and betas 0, gammas 1.

    Without ``std`` it is √(2 / D_in) for ReLU (He et al. 2015, arXiv 1502.01852) and √(2 / (D_in + D_out))
    for sigmoid and tanh (Glorot & Bengio 2010). The same ``rng`` gives the same weights in either ``dtype``.
    """
    dtype, rng = _float_dtype(dtype), generator("rng", rng)
    parameters = {}
    for name, shape in parameter_shapes(network).items():
        if name.startswith("weight"):
            scale = _weight_std(network, shape) if std is None else positive("std", std)
            parameters[name] = (scale * rng.standard_normal(shape)).astype(dtype)
        else:
            parameters[name] = np.full(shape, 1 if name.startswith("gamma") else 0, dtype)
    return parameters


def forward(network: Network, parameters: Parameters, x: Array) -> tuple[Array, tuple[LayerCache, ...]]:
    """Logits (N, D_last) and one cache a layer, in training mode: the batch's own statistics normalize it.

    ``x`` is (N, D_first); N ≥ 2 where a layer is normalized. NotFiniteError if a signal overflows.
    """
    check_parameters(network, parameters)
    out, caches = float_array("x", x, ("N", network.sizes[0])), []
    activate = ACTIVATIONS[network.activation][0]
    for k in range(1, network.depth + 1):
        out, linear = linear_forward(out, parameters[f"weight{k}"], parameters.get(f"bias{k}"))
        norm = activation = z = None
        for step in _steps_of_layer(network, k):
            if step == "normalize":
                affine = parameters[f"gamma{k}"], parameters[f"beta{k}"]
                out, norm = batchnorm_forward(out, *affine, network.eps)
            else:
                z = out
                out, activation = activate(z)
        caches.append(LayerCache(linear, norm, z, activation))
    return out, tuple(caches)


def backward(
    network: Network,
    dlogits: Array,
    caches: tuple[LayerCache, ...],
    norm_backward: Callable[[Array, BatchNormCache], tuple[Array, Array, Array]] = batchnorm_backward,
) -> Parameters:
    """The gradient of every parameter, under the parameters' own keys; dlogits (N, D_last).

    ``norm_backward`` is the backward pass of batch normalization, (dout, cache) → (dx, dgamma, dbeta).
    """
    _check_caches(network, caches)
    instance_of("norm_backward", norm_backward, Callable, "a function such as batchnorm_backward")
    differentiate = ACTIVATIONS[network.activation][1]
    gradients, dout = {}, float_array("dlogits", dlogits, (len(caches[0].linear.x), network.sizes[-1]))
    for k in range(network.depth, 0, -1):
        linear, norm, _, activation = caches[k - 1]
        for step in reversed(_steps_of_layer(network, k)):
            if step == "normalize":
                dout, gradients[f"gamma{k}"], gradients[f"beta{k}"] = norm_backward(dout, norm)
            else:
                dout = differentiate(dout, activation)
        dout, gradients[f"weight{k}"], gradients[f"bias{k}"] = linear_backward(dout, linear)
    return {name: gradients[name] for name in parameter_shapes(network)}


def loss_and_gradients(
    network: Network, parameters: Parameters, x: Array, labels: Array
) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
    """Mean softmax cross-entropy, gradients and caches of a batch; x (N, D_first), labels (N,) integers."""
    logits, caches = forward(network, parameters, x)
    loss, dlogits = softmax_cross_entropy(logits, labels)
    return loss, backward(network, dlogits, caches), caches


def initial_running_stats(network: Network, dtype: Any = np.float64) -> Parameters:
    """Running statistics before the first batch: mean 0 and variance 1 for each normalized layer."""
    _check_network(network)
    running, dtype = {}, _float_dtype(dtype)
    for k in _normalized_layers(network):
        running[f"mean{k}"] = np.zeros(network.sizes[k], dtype)
        running[f"var{k}"] = np.ones(network.sizes[k], dtype)
    return running


def check_running(network: Network, running: Any) -> None:
    """ValueError unless ``running`` has the network's keys, each with a finite float array of its shape."""
    fresh = initial_running_stats(network)
    same_keys("running", running, fresh)
    for name, array in fresh.items():
        check = variance_array if name.startswith("var") else float_array
        check(f"running[{name!r}]", running[name], array.shape)


def predict(network: Network, parameters: Parameters, running: Parameters, x: Array) -> Array:
    """Logits (N, D_last) in inference mode: ``running`` normalizes, so that the rows of x do not interact."""
    check_parameters(network, parameters)
    check_running(network, running)
    out = float_array("x", x, ("N", network.sizes[0]))
    activate = ACTIVATIONS[network.activation][0]
    for k in range(1, network.depth + 1):
        out, _ = linear_forward(out, parameters[f"weight{k}"], parameters.get(f"bias{k}"))
        for step in _steps_of_layer(network, k):
            if step == "normalize":
                affine = parameters[f"gamma{k}"], parameters[f"beta{k}"]
                out = batchnorm_inference(out, *affine, running[f"mean{k}"], running[f"var{k}"], network.eps)
            else:
                out, _ = activate(out)
    return out


def accuracy(logits: Array, labels: Array) -> float:
    """The share of rows of logits (N, C) that are largest at the label; labels (N,) integers in 0 … C − 1."""
    logits = float_array("logits", logits, ("N", "C"))
    labels = label_array("labels", labels, *logits.shape)
    return float((logits.argmax(axis=1) == labels).mean())


def _steps_of_layer(network: Network, layer: int) -> tuple[Literal["normalize", "activate"], ...]:
    """What follows the matrix product of a layer, in its order."""
    steps = ("normalize",) * network.normalizes(layer) + ("activate",) * (layer < network.depth)
    return steps[::-1] if network.norm_after_activation else steps


def _normalized_layers(network: Network) -> Iterator[int]:
    return (k for k in range(1, network.depth) if network.normalizes(k))


def _weight_std(network: Network, shape: tuple[int, ...]) -> float:
    fan_in, fan_out = shape
    return (2 / (fan_in if network.activation == "relu" else fan_in + fan_out)) ** 0.5


def _float_dtype(dtype: Any) -> np.dtype:
    try:
        kind = np.dtype(dtype)
    except TypeError:
        raise ValueError(f"dtype is {dtype!r}; it must be float32 or float64.") from None
    if kind.type not in (np.float32, np.float64):
        raise ValueError(f"dtype is {kind}; it must be float32 or float64.")
    return kind


def _check_batchnorm(batchnorm: Any, hidden: int) -> None:
    if isinstance(batchnorm, bool):
        return
    instance_of(
        "batchnorm", batchnorm, tuple, "True, False, or a tuple with one of them for each hidden layer"
    )
    if len(batchnorm) != hidden or not all(isinstance(chosen, bool) for chosen in batchnorm):
        raise ValueError(
            f"batchnorm is {batchnorm}; it must hold one bool for each of the {hidden} hidden layers."
        )


def _check_network(network: Any) -> None:
    instance_of("network", network, Network, "a Network")


def _check_caches(network: Network, caches: Any) -> None:
    _check_network(network)
    instance_of("caches", caches, tuple, "the caches that forward returned")
    normalized = [isinstance(layer, LayerCache) and layer.norm is not None for layer in caches]
    if normalized != [network.normalizes(k) for k in range(1, network.depth + 1)]:
        raise ValueError(
            f"caches holds {len(caches)} layers that do not fit the network; "
            "it must be what forward returned for this network."
        )
