"""What orders say about pairs of items: weights of orders, co-occurrence, and how much evidence there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset


def order_weights(data: Dataset, size_power: float, half_life: float) -> NDArray[np.float64]:
    """Weigh each order ``size^-size_power * 0.5^(age / half_life)``, age and half-life in days."""
    sizes = np.maximum(data.sizes, 1).astype(np.float64)
    weights: NDArray[np.float64] = sizes**-size_power * 0.5 ** (data.ages() / half_life)
    return weights


def mass(data: Dataset, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum the weights of the orders with each item."""
    total: NDArray[np.float64] = data.buyers_of @ weights
    return total


def evidence(data: Dataset, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Effective number of orders with each item, ``(sum w)^2 / sum w^2`` (Kish 1965), else 0."""
    first, second = mass(data, weights), mass(data, weights**2)
    return np.divide(first**2, second, out=np.zeros_like(first), where=second > 0.0)


def together(data: Dataset, weights: NDArray[np.float64]) -> csr_matrix:
    """Items x items: the weight of the orders with both; nothing on the diagonal."""
    from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

    pairs = csr_matrix((data.buyers_of @ diags(weights)) @ data.bought)
    pairs.setdiag(0.0)
    pairs.eliminate_zeros()
    pairs.sort_indices()
    return pairs


def confidence(data: Dataset, weights: NDArray[np.float64], shrink: float) -> csr_matrix:
    """P(item | anchor) from weighted orders, pulled down as if ``shrink`` average orders lacked it."""
    from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

    doubt = shrink * (float(weights.mean()) if len(weights) else 1.0)
    shares = 1.0 / np.maximum(mass(data, weights) + doubt, np.finfo(np.float64).tiny)
    return csr_matrix(diags(shares) @ together(data, weights))
