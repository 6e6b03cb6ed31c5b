"""What known shoppers bought, as shares of their orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.engine.affinity import order_weights

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import FloatArray, LongArray


def habits(data: Dataset, half_life: float, shrink: float) -> csr_matrix:
    """Shoppers x items: decayed orders with the item over decayed orders plus ``shrink``.

    Ages count from the store's last order. Every item that a shopper ever bought is an entry, however old.
    """
    from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

    known = np.flatnonzero(data.buyers >= 0)
    weights = np.maximum(order_weights(data, 0.0, half_life)[known], np.finfo(np.float32).tiny)
    shape = (len(data.shopper_ids), data.orders)
    owns = csr_matrix((weights, (data.buyers[known], known)), shape=shape)
    total = np.asarray(owns.sum(axis=1)).ravel() + shrink
    found = csr_matrix(diags(1.0 / np.maximum(total, np.finfo(np.float32).tiny)) @ (owns @ data.bought))
    found.sort_indices()
    return found


def likeness(owns: csr_matrix, who: LongArray, neighbours: int = 5_000) -> FloatArray:
    """What shoppers like these buy: habits of others, weighted by the cube of the cosine with theirs.

    Of many shoppers only the ``neighbours`` with most habits are asked.
    """
    from scipy.sparse import diags  # noqa: PLC0415  a web process never learns

    norms = np.sqrt(np.asarray(owns.multiply(owns).sum(axis=1)).ravel())
    sure = diags(1.0 / np.maximum(norms, np.finfo(np.float32).tiny)) @ owns
    asked = np.sort(np.argsort(-np.diff(owns.indptr), kind="stable")[:neighbours])
    alike = np.asarray((sure[who] @ sure[asked].T).toarray(), np.float32)
    alike[who[:, None] == asked[None, :]] = 0.0
    alike **= 3
    found = np.asarray((owns[asked].T.astype(np.float32) @ alike.T).T, np.float32)
    total: FloatArray = found / np.maximum(alike.sum(axis=1), np.finfo(np.float32).tiny)[:, None]
    return total


def successions(data: Dataset) -> tuple[LongArray, LongArray]:
    """Give each order of a known shopper that has a next one, and that next one."""
    known = np.flatnonzero(data.buyers >= 0)
    ordered = known[np.argsort(data.buyers[known], kind="stable")]
    same = data.buyers[ordered[1:]] == data.buyers[ordered[:-1]]
    return ordered[:-1][same], ordered[1:][same]
