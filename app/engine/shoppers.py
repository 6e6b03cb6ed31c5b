"""What known shoppers bought, as shares of their orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.engine.affinity import order_weights

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset


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
