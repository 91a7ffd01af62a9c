"""A multilayer perceptron made of the layers: pure functions, with the parameters as an argument.

A hidden layer is linear → batch normalization (if chosen) → activation, or linear → activation → batch
normalization; the last layer is linear. Parameters, gradients and running statistics are dictionaries with keys
numbered from 1: weight1, bias1 (or gamma1, beta1 in its place where layer 1 is normalized before its activation;
all three where it is after), mean1, var1. Bad input raises ValueError with one sentence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from helpers import formulas, passes
from helpers.batchnorm import batchnorm_inference
from helpers.passes import ACTIVATIONS, LayerCache, NormBackward, Parameters, Plan
from helpers.validate import (
    Array,
    check_batch,
    check_finite,
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
            raise ValueError(f"sizes has {len(self.sizes)} entries; it must have at least 2, input and output.")
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


@lru_cache
def plan(network: Network) -> Plan:
    """What the passes need to know of ``network``."""
    names = tuple(parameter_shapes(network))
    order = -1 if network.norm_after_activation else 1
    steps = tuple(
        (("normalize",) * network.normalizes(k) + ("activate",) * (k < network.depth))[::order]
        for k in range(1, network.depth + 1)
    )
    return Plan(steps, names, network.activation, network.eps)


def check_parameters(network: Network, parameters: Any) -> None:
    """ValueError unless ``parameters`` has the network's keys, with finite float arrays of its shapes."""
    _check_network(network)
    _checked_parameters(network, parameters)


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
    return passes.forward(plan(network), *_checked_batch(network, parameters, x))


def backward(
    network: Network,
    dlogits: Array,
    caches: tuple[LayerCache, ...],
    norm_backward: NormBackward = formulas.batchnorm_backward,
) -> Parameters:
    """The gradient of every parameter, under the parameters' own keys; dlogits (N, D_last).

    ``norm_backward`` is the backward pass of batch normalization, (dout, cache) → (dx, dgamma, dbeta).
    NotFiniteError if a gradient overflows.
    """
    _check_caches(network, caches)
    instance_of("norm_backward", norm_backward, Callable, "a function such as batchnorm_backward")
    shape, dtype = (len(caches[0].linear.x), network.sizes[-1]), caches[0].linear.x.dtype
    dlogits = float_array("dlogits", dlogits, shape, dtype)
    return _finite(passes.backward(plan(network), dlogits, caches, norm_backward))


def loss_and_gradients(
    network: Network, parameters: Parameters, x: Array, labels: Array
) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
    """Mean softmax cross-entropy, gradients and caches of a batch; x (N, D_first), labels (N,) integers.

    NotFiniteError if a signal or a gradient overflows.
    """
    parameters, x = _checked_batch(network, parameters, x)
    labels = label_array("labels", labels, len(x), network.sizes[-1])
    loss, gradients, caches = passes.loss_and_gradients(plan(network), parameters, x, labels)
    return loss, _finite(gradients), caches


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
    parameters, out = _checked(network, parameters, x)
    check_running(network, running)
    activate = ACTIVATIONS[network.activation][0]
    for k, steps in enumerate(plan(network).steps, start=1):
        out, _ = formulas.linear_forward(out, parameters[f"weight{k}"], parameters.get(f"bias{k}"))
        check_finite(f"the signal in layer {k}", out)
        for step in steps:
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


def _checked(network: Network, parameters: Any, x: Any) -> tuple[Parameters, Array]:
    """Both as the passes need them, the parameters in the dtype of ``x``."""
    _check_network(network)
    x = float_array("x", x, ("N", network.sizes[0]))
    return _checked_parameters(network, parameters, x.dtype), x


def _checked_batch(network: Network, parameters: Any, x: Any) -> tuple[Parameters, Array]:
    """The same for training: a batch of one is refused where a layer is normalized."""
    parameters, x = _checked(network, parameters, x)
    if any(_normalized_layers(network)):
        check_batch(x)
    return parameters, x


def _checked_parameters(network: Network, parameters: Any, dtype: Any = None) -> Parameters:
    shapes = parameter_shapes(network)
    same_keys("parameters", parameters, shapes)
    return {
        name: float_array(f"parameters[{name!r}]", parameters[name], shape, dtype) for name, shape in shapes.items()
    }


def _finite(gradients: Parameters) -> Parameters:
    for name, gradient in gradients.items():
        check_finite(f"the gradient of {name}", gradient)
    return gradients


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
    instance_of("batchnorm", batchnorm, tuple, "True, False, or a tuple with one of them for each hidden layer")
    if len(batchnorm) != hidden or not all(isinstance(chosen, bool) for chosen in batchnorm):
        raise ValueError(f"batchnorm is {batchnorm}; it must hold one bool for each of the {hidden} hidden layers.")


def _check_network(network: Any) -> None:
    instance_of("network", network, Network, "a Network")


def _check_caches(network: Network, caches: Any) -> None:
    _check_network(network)
    instance_of("caches", caches, tuple, "the caches that forward returned")
    normalized = [isinstance(layer, LayerCache) and layer.norm is not None for layer in caches]
    if normalized != ["normalize" in steps for steps in plan(network).steps]:
        raise ValueError(
            f"caches holds {len(caches)} layers that do not fit the network; "
            "it must be what forward returned for this network."
        )
