"""The passes through a network, forward and back, made of the `formulas` and as unchecked as they are.

`network` checks its arguments and calls these; `training` calls them at each step, having checked before the first.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from helpers import formulas
from helpers.formulas import BatchNormCache, LinearCache
from helpers.validate import Array, check_finite

Parameters = dict[str, Array]
NormBackward = Callable[[Array, BatchNormCache], tuple[Array, Array, Array]]

ACTIVATIONS = {
    "relu": (formulas.relu_forward, formulas.relu_backward),
    "sigmoid": (formulas.sigmoid_forward, formulas.sigmoid_backward),
    "tanh": (formulas.tanh_forward, formulas.tanh_backward),
}


class Plan(NamedTuple):
    """What the passes need to know of a network.

    ``steps`` says for each layer what follows its matrix product, in its order; ``names`` are those of all parameters.
    """

    steps: tuple[tuple[Literal["normalize", "activate"], ...], ...]
    names: tuple[str, ...]
    activation: str
    eps: float


class LayerCache(NamedTuple):
    """One layer's caches; ``linear.x`` is the layer's input, ``z`` the input of its activation.

    ``norm`` is None without batch normalization; ``z`` and ``activation`` are None in the last layer.
    """

    linear: LinearCache
    norm: BatchNormCache | None = None
    z: Array | None = None
    activation: Any = None


def forward(plan: Plan, parameters: Parameters, x: Array) -> tuple[Array, tuple[LayerCache, ...]]:
    """Logits (N, D_last) and one cache a layer, in training mode; NotFiniteError if a signal overflows."""
    activate = ACTIVATIONS[plan.activation][0]
    out, caches = x, []
    for k, steps in enumerate(plan.steps, start=1):
        out, linear = formulas.linear_forward(out, parameters[f"weight{k}"], parameters.get(f"bias{k}"))
        check_finite(f"the signal in layer {k}", out)  # an activation could hide that it is not
        norm = activation = z = None
        for step in steps:
            if step == "normalize":
                affine = parameters[f"gamma{k}"], parameters[f"beta{k}"]
                out, norm = formulas.batchnorm_forward(out, *affine, plan.eps)
            else:
                z = out
                out, activation = activate(z)
        caches.append(LayerCache(linear, norm, z, activation))
    return out, tuple(caches)


def backward(plan: Plan, dout: Array, caches: tuple[LayerCache, ...], norm_backward: NormBackward) -> Parameters:
    """The gradient of every parameter, from that of the logits (N, D_last)."""
    differentiate = ACTIVATIONS[plan.activation][1]
    gradients = {}
    for k, steps in reversed(list(enumerate(plan.steps, start=1))):
        linear, norm, _, activation = caches[k - 1]
        for step in reversed(steps):
            if step == "normalize":
                dout, gradients[f"gamma{k}"], gradients[f"beta{k}"] = norm_backward(dout, norm)
            else:
                dout = differentiate(dout, activation)
        gradients[f"weight{k}"] = linear.x.T @ dout
        if f"bias{k}" in plan.names:
            gradients[f"bias{k}"] = formulas.batch_sum(dout)
        if k > 1:  # nothing below the first layer needs a gradient
            dout = dout @ linear.weight.T
    return {name: gradients[name] for name in plan.names}


def loss_and_gradients(
    plan: Plan, parameters: Parameters, x: Array, labels: Array
) -> tuple[float, Parameters, tuple[LayerCache, ...]]:
    """Mean softmax cross-entropy, gradients and caches of a batch; x (N, D_first), labels (N,) integers."""
    logits, caches = forward(plan, parameters, x)
    loss, dlogits = formulas.softmax_cross_entropy(logits, labels)
    return loss, backward(plan, dlogits, caches, formulas.batchnorm_backward), caches
