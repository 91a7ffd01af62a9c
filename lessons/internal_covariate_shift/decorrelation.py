"""What takes a correlation out of the columns of x (N, D), and numbers without any."""

import numpy as np

from helpers.validate import Array, checked, finite


@checked(x="N D", returns=finite)
def covariance(x: Array) -> Array:
    """(D, D), with 1/N: E[(x − E[x])ᵀ (x − E[x])]."""
    centred = x - x.mean(axis=0)
    return centred.T @ centred / len(x)


@checked(x="N D")
def whiten(x: Array) -> Array:
    """x (N, D) made to have mean 0 and the identity as covariance: (x − E[x]) times its `whitening_matrix`."""
    return (x - x.mean(axis=0)) @ whitening_matrix(covariance(x))


@checked(cov="D D")
def whitening_matrix(cov: Array) -> Array:
    """The symmetric M (D, D) with M cov M = I (ZCA), from cov = V diag(λ) Vᵀ: V diag(1/√λ) Vᵀ."""
    variances, directions = np.linalg.eigh(cov)
    if variances[0] <= 1e-12 * variances[-1]:
        raise ValueError("cov is singular: one direction has no variance, and nothing can make it 1.")
    return directions / np.sqrt(variances) @ directions.T


def uncorrelated(n: int, count: int, seed: int) -> Array:
    """(n, count) random numbers whose columns have mean 0, variance 1 and no covariance at all; n > count."""
    columns = np.column_stack([np.ones(n), np.random.default_rng(seed).normal(size=(n, count))])
    q, r = np.linalg.qr(columns)
    # A QR factorization is unique once the signs of R's diagonal are fixed; libraries differ in them.
    return (q * np.sign(np.diag(r)))[:, 1:] * np.sqrt(n)
