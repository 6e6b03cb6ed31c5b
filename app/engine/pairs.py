"""How many orders hold two items, kept so that many pairs can be looked up at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from app.engine.types import IntArray, LongArray


@dataclass(frozen=True, slots=True)
class Pairs:
    """``keys`` are ``first * items + second``, sorted; ``totals`` the orders with each item."""

    keys: LongArray
    counts: IntArray
    totals: IntArray

    @classmethod
    def count(cls, by_item: csr_matrix, by_order: csr_matrix) -> Pairs:
        """Count from items x orders and its transpose, both 0 or 1."""
        pairs = (by_item @ by_order).tocsr()
        pairs.sort_indices()
        items = pairs.shape[0]
        firsts = np.repeat(np.arange(items, dtype=np.int64), np.diff(pairs.indptr))
        return cls(
            firsts * items + pairs.indices, pairs.data.astype(np.int32), pairs.diagonal().astype(np.int32)
        )

    def look_up(self, firsts: LongArray, seconds: IntArray) -> IntArray:
        """Give the number of orders with each of the pairs."""
        wanted = firsts * len(self.totals) + seconds
        counts = np.zeros(len(wanted), np.int32)
        if len(self.keys):
            places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
            met = self.keys[places] == wanted
            counts[met] = self.counts[places[met]]
        return counts
