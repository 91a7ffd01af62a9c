"""How far a mean moves, and what takes a mean or a correlation out of the columns of x (N, D)."""

from typing import Literal

import numpy as np

from helpers.validate import Array, checked, finite, floats, one_of


@checked(before=floats("N D", np.float64), after=floats("M D", np.float64), returns=finite)
def mean_shift(before: Array, after: Array) -> Array:
    """|mean(after) − mean(before)| / std(before) for each column, (D,), in float64; before (N, D), after (M, D)."""
    std = before.std(axis=0)
    if std.min() == 0:
        raise ValueError("before has a constant column; a shift in units of its standard deviation needs one above 0.")
    return np.abs(after.mean(axis=0) - before.mean(axis=0)) / std


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


def uncorrelated(n: int, count: int, seed: int) -> Array:
    """(n, count) random numbers whose columns have mean 0, variance 1 and no covariance at all; n > count."""
    columns = np.column_stack([np.ones(n), np.random.default_rng(seed).normal(size=(n, count))])
    q, r = np.linalg.qr(columns)
    # A QR factorization is unique once the signs of R's diagonal are fixed; libraries differ in them.
    return (q * np.sign(np.diag(r)))[:, 1:] * np.sqrt(n)
