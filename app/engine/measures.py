"""How good a ranking is. A hit is a true item among the first k."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def gains(k: int) -> NDArray[np.float64]:
    """What a hit at each of k positions is worth: ``1 / log2(position + 1)`` (Jarvelin, Kekalainen 2002)."""
    worth: NDArray[np.float64] = 1.0 / np.log2(np.arange(2, k + 2))
    return worth


def ndcg(hits: NDArray[np.bool_], truths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Discounted gain of each row of hits (rows x k) over an ideal one with ``min(k, truths)`` hits."""
    worth = gains(hits.shape[1])
    ideal = np.concatenate([[0.0], np.cumsum(worth)])[np.minimum(truths, hits.shape[1])]
    found: NDArray[np.float64] = np.divide(hits @ worth, ideal, out=np.zeros(len(hits)), where=ideal > 0.0)
    return found


def hit_rate(hits: NDArray[np.bool_]) -> NDArray[np.float64]:
    """1 for each row with any hit, else 0."""
    found: NDArray[np.float64] = np.asarray(hits.any(axis=1), np.float64)
    return found
