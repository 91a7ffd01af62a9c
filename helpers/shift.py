"""How far the inputs of the activations move.

Arrays are (N, D), one row an example, one column a unit.
"""

from collections.abc import Collection

import numpy as np

from helpers.network import Network, Parameters, forward
from helpers.validate import Array, checked, whole_number

PERCENTILES = (15, 50, 85)


@checked(layer=whole_number)
def activation_input(network: Network, parameters: Parameters, x: Array, layer: int) -> Array:
    """z (N, D) of hidden ``layer``, from 1, for the examples x; a normalized layer uses the statistics of x itself."""
    return forward(network, parameters, x)[1][layer - 1].z


@checked(z="N D")
def percentiles(z: Array) -> Array:
    """The 15th, 50th and 85th percentile of each column over the rows, (3, D) (arXiv 1502.03167, Figure 1b)."""
    return np.percentile(z, PERCENTILES, axis=0)


def mixed(old: Parameters, new: Parameters, layers: Collection[int]) -> Parameters:
    """The parameters of ``new`` in the hidden or output ``layers`` with these numbers, of ``old`` in the others."""
    names = {f"{kind}{k}" for kind in ("weight", "bias", "gamma", "beta") for k in layers}
    return {name: (new if name in names else old)[name] for name in old}
