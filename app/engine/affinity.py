"""What orders say about pairs of items: weights of orders, co-occurrence, and how much evidence there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.engine.pairs import Pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset


UNIT = 2**28
"""Weights are whole numbers of this part of an order. Sums of them below 2^25 orders are exact in doubles,
whoever adds first: what an order added can be taken away without a trace."""


_ROUGH = 2**14


def order_weights(data: Dataset, size_power: float, half_life: float) -> NDArray[np.float64]:
    """Weigh each order ``size^-size_power * 0.5^(age / half_life)``, age and half-life in days.

    Ages count from ``data.now``. However old, an order weighs at least one unit.
    """
    sizes = np.maximum(data.sizes, 1).astype(np.float64)
    return whole(sizes**-size_power * 0.5 ** (data.ages() / half_life))


def whole(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round weights to whole units, the least of them to one."""
    found: NDArray[np.float64] = np.maximum(np.rint(weights * UNIT), 1.0) / UNIT
    return found


def mass(data: Dataset, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum the weights of the orders with each item."""
    total: NDArray[np.float64] = data.buyers_of @ weights
    return total


def evidence(data: Dataset, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Effective number of orders with each item, ``(sum w)^2 / sum w^2`` (Kish 1965), else 0.

    Weights are rounded up to steps of 2^-14, so that the sums of their squares are exact too.
    """
    rough = np.ceil(weights * _ROUGH)
    first, second = mass(data, rough), mass(data, rough**2)
    return np.divide(first**2, second, out=np.zeros_like(first), where=second > 0.0)


def counted(data: Dataset, weights: NDArray[np.float64]) -> Pairs:
    """Count orders by their weight, in units."""
    return Pairs.count(data.bought, np.rint(weights * UNIT).astype(np.int64))


def shares(pairs: Pairs, shrink: float) -> Iterator[csr_matrix]:
    """P(item | anchor), pulled down as if ``shrink`` average orders lacked the item; some rows at a time."""
    from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

    doubt = shrink * (pairs.weight / pairs.orders if pairs.orders else UNIT)
    share = 1.0 / np.maximum(pairs.totals + doubt, np.finfo(np.float64).tiny)
    first = 0
    for block in pairs.rows():
        yield csr_matrix(diags(share[first : first + block.shape[0]]) @ block)
        first += block.shape[0]


def confidence(data: Dataset, weights: NDArray[np.float64], shrink: float) -> csr_matrix:
    """P(item | anchor) from weighted orders, all rows."""
    from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415  a web process never learns

    found = list(shares(counted(data, weights), shrink))
    return csr_matrix(vstack(found, format="csr")) if found else csr_matrix((0, 0))
