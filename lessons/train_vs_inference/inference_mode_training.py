"""What lesson 08 trains by mistake: a network whose batch norm layer is in inference mode during the training."""

import numpy as np

from helpers.batching import minibatches
from helpers.data import Dataset
from helpers.layers import linear_backward, linear_forward, relu_backward, relu_forward, softmax_cross_entropy
from helpers.network import Parameters
from helpers.training import sgd_update
from helpers.validate import NotFiniteError

Array = np.ndarray


def loss_and_gradients(parameters: Parameters, x: Array, labels: Array, eps: float = 1e-5) -> tuple[float, Parameters]:
    """For one hidden ReLU layer whose x_hat is (z − 0) / √(1 + eps): the stored statistics where they start."""
    inv_std = parameters["weight1"].dtype.type(1 / np.sqrt(1 + eps))
    z, first = linear_forward(x, parameters["weight1"], None)
    out, relu = relu_forward(parameters["gamma1"] * inv_std * z + parameters["beta1"])
    logits, second = linear_forward(out, parameters["weight2"], parameters["bias2"])
    loss, dlogits = softmax_cross_entropy(logits, labels)
    dout, dweight2, dbias2 = linear_backward(dlogits, second)
    dy = relu_backward(dout, relu)
    _, dweight1, _ = linear_backward(dy * parameters["gamma1"] * inv_std, first)
    gradients = {"weight1": dweight1, "gamma1": (dy * inv_std * z).sum(axis=0), "beta1": dy.sum(axis=0)}
    return loss, gradients | {"weight2": dweight2, "bias2": dbias2}


def train_in_inference_mode(
    start: Parameters, train: Dataset, batch_size: int, epochs: int, rate: float, seed: int
) -> Parameters | None:
    """The parameters at the end, or None if it diverged; batches as `train` draws them, a smaller last one dropped."""
    parameters, rng = start, np.random.default_rng(seed)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(epochs):
                for batch in minibatches(train.x, train.y, batch_size, rng, drop_last=True):
                    parameters = sgd_update(parameters, loss_and_gradients(parameters, *batch)[1], rate)
    except NotFiniteError:
        return None
    return parameters
