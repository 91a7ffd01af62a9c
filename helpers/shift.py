"""How far a distribution moves, and what takes a mean or a correlation out of it.

Arrays are (N, D), one row an example, one column a unit or a feature. Bad input raises ValueError with one sentence.
"""

from collections.abc import Collection
from typing import Literal

import numpy as np

from helpers.network import Network, Parameters, forward
from helpers.validate import Array, checked, finite, floats, one_of, whole_number

PERCENTILES = (15, 50, 85)


@checked(layer=whole_number)
def activation_input(network: Network, parameters: Parameters, x: Array, layer: int) -> Array:
    """z (N, D) of hidden ``layer``, from 1, for the examples x; a normalized layer uses the statistics of x itself."""
    return forward(network, parameters, x)[1][layer - 1].z


@checked(z="N D")
def percentiles(z: Array) -> Array:
    """The 15th, 50th and 85th percentile of each column over the rows, (3, D) (arXiv 1502.03167, Figure 1b)."""
    return np.percentile(z, PERCENTILES, axis=0)


@checked(before=floats("N D", np.float64), after=floats("M D", np.float64), returns=finite)
def mean_shift(before: Array, after: Array) -> Array:
    """|mean(after) − mean(before)| / std(before) for each column, (D,), in float64; before (N, D), after (M, D)."""
    std = before.std(axis=0)
    if std.min() == 0:
        raise ValueError("before has a constant column; a shift in units of its standard deviation needs one above 0.")
    return np.abs(after.mean(axis=0) - before.mean(axis=0)) / std


def mixed(old: Parameters, new: Parameters, layers: Collection[int]) -> Parameters:
    """The parameters of ``new`` in the hidden or output ``layers`` with these numbers, of ``old`` in the others."""
    names = {f"{kind}{k}" for kind in ("weight", "bias", "gamma", "beta") for k in layers}
    return {name: (new if name in names else old)[name] for name in old}


def change_by_layer(before: Parameters, after: Parameters, network: Network, x: Array) -> Array:
    """How far z moves in each hidden layer, relative to its spread, for examples x (N, D_first).

    √mean (z′ − z)² / √mean var(z), the mean over examples and units, the variance over examples.
    """
    caches = (forward(network, parameters, x)[1][:-1] for parameters in (before, after))
    pairs = ((old.z, new.z) for old, new in zip(*caches, strict=True))
    return np.array([((new - old) ** 2).mean() ** 0.5 / old.var(axis=0).mean() ** 0.5 for old, new in pairs])


@checked(x="N D", returns=finite)
def covariance(x: Array) -> Array:
    """(D, D), with 1/N: E[(x − E[x])ᵀ (x − E[x])]."""
    centred = x - x.mean(axis=0)
    return centred.T @ centred / len(x)


@checked(x="N D")
def whiten(x: Array, kind: Literal["pca", "zca"] = "zca") -> Array:
    """x (N, D) made to have mean 0 and the identity as covariance: (x − E[x]) times a matrix `whitening_matrix`."""
    return (x - x.mean(axis=0)) @ whitening_matrix(covariance(x), kind)


@checked(cov="D D", kind=one_of("pca", "zca"))
def whitening_matrix(cov: Array, kind: Literal["pca", "zca"] = "zca") -> Array:
    """M (D, D) with Mᵀ cov M = I, from cov = V diag(λ) Vᵀ: V diag(1/√λ) ("pca"), times Vᵀ after it ("zca")."""
    variances, directions = np.linalg.eigh(cov)
    if variances[0] <= 1e-12 * variances[-1]:
        raise ValueError("cov is singular: one direction has no variance, and nothing can make it 1.")
    scaled = directions / np.sqrt(variances)
    return scaled if kind == "pca" else scaled @ directions.T


@checked(dout="N D")
def centre_backward(dout: Array) -> Array:
    """The gradient through x̂ = x − E[x], the mean over the rows: dx = dout − E[dout]; dout (N, D)."""
    return dout - dout.mean(axis=0)
