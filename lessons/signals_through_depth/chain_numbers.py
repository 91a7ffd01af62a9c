"""Lesson 04's numbers of a small network: each array on the way forward and back, checked by differences."""

from typing import NamedTuple

import numpy as np

from helpers.gradcheck import numerical_gradient, relative_error
from helpers.layers import linear_backward, linear_forward, sigmoid_backward, sigmoid_forward, softmax_cross_entropy
from helpers.network import Parameters
from helpers.validate import Array

NODES = ("x", "z", "h", "s", "losses", "ds", "dW2", "dh", "dz", "dW1", "W1")  # in the order of the walk
AGREE = 1e-6


class Node(NamedTuple):
    """One array of the walk; ``agrees`` says whether central differences give it too, and is None if it is no gradient.

    ``loss`` is the mean loss with the weights as they are at this step; it is told from the losses on.
    """

    step: int
    name: str
    array: Array
    agrees: bool | None
    loss: float


def walk(x: Array, labels: Array, parameters: Parameters, learning_rate: float) -> list[Node]:
    """Linear → sigmoid → linear → softmax cross-entropy, forward, backward and one update of the first weights.

    x (N, D), labels (N,); parameters weight1 (D, H), bias1, weight2 (H, C), bias2.
    """
    weight1, bias1, weight2, bias2 = (parameters[name] for name in ("weight1", "bias1", "weight2", "bias2"))
    z, first = linear_forward(x, weight1, bias1)
    h, activation = sigmoid_forward(z)
    s, second = linear_forward(h, weight2, bias2)
    losses = np.array([[softmax_cross_entropy(s[i : i + 1], labels[i : i + 1])[0]] for i in range(len(x))])
    loss, ds = softmax_cross_entropy(s, labels)
    dh, dweight2, _ = linear_backward(ds, second)
    dz = sigmoid_backward(dh, activation)
    _, dweight1, _ = linear_backward(dz, first)
    updated = weight1 - learning_rate * dweight1

    def from_s(s: Array) -> float:
        return softmax_cross_entropy(s, labels)[0]

    def from_z(z: Array) -> float:
        return from_s(sigmoid_forward(z)[0] @ weight2 + bias2)

    tests = {"ds": (from_s, s), "dW2": (lambda weight: from_s(h @ weight + bias2), weight2),
             "dh": (lambda h: from_s(h @ weight2 + bias2), h), "dz": (from_z, z),
             "dW1": (lambda weight: from_z(x @ weight + bias1), weight1)}  # fmt: skip
    arrays = dict(zip(NODES, (x, z, h, s, losses, ds, dweight2, dh, dz, dweight1, updated), strict=True))
    agrees = {name: relative_error(arrays[name], numerical_gradient(*test)) < AGREE for name, test in tests.items()}
    return [Node(step, name, array, agrees.get(name), from_z(x @ updated + bias1) if name == "W1" else loss)
            for step, (name, array) in enumerate(arrays.items())]  # fmt: skip
