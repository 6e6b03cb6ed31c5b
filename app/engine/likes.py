"""Which items are alike enough that one may be bought instead of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.engine.lists import Hanging, cut, matrix
from app.engine.similarity import blocks
from app.engine.types import Anchor, ReasonKind

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset

_LENGTH = 100


def alike(data: Dataset, length: int = _LENGTH) -> csr_matrix:
    """Items x items: cosine of descriptions, the ``length`` nearest of each."""
    from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415  a web process never learns

    hanging = Hanging(Anchor.ITEM, ReasonKind.SIMILAR)
    parts = [
        matrix(cut(data.described.alike(first, last), length, hanging), data.items)
        for first, last in blocks(data.items)
    ]
    return vstack(parts).tocsr() if parts else csr_matrix((0, 0))


def viewed_alike(data: Dataset) -> csr_matrix:
    """Items x items: cosine of the visits that looked at them; empty where no visits are known."""
    from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

    if data.visits is None:
        return csr_matrix((data.items, data.items))
    seen = data.visits.seen
    norms = np.maximum(np.sqrt(np.asarray(seen.sum(axis=0)).ravel()), 1.0)
    unit = seen @ diags(1.0 / norms)
    found = csr_matrix(unit.T @ unit)
    found.setdiag(0.0)
    found.eliminate_zeros()
    return found


def instead_of(data: Dataset) -> csr_matrix:
    """Items x items, 0 to 1: how well one may stand for the other, by the stronger kind of likeness."""
    found = alike(data).maximum(viewed_alike(data)).tocsr()
    found.data = np.clip(found.data, 0.0, 1.0)
    found.sort_indices()
    return found
