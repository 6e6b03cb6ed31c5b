"""Which items are alike enough that one may be bought instead of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.engine.affinity import confidence
from app.engine.lists import Hanging, cut, matrix
from app.engine.similarity import NEAREST
from app.engine.types import Anchor, ReasonKind

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset

_HELD_BACK = 5.0
"""Visits that are taken to have looked at one of two items only, so that a few in common prove little."""


def alike(data: Dataset, length: int = NEAREST) -> csr_matrix:
    """Items x items: cosine of descriptions, the ``length`` nearest of each."""
    return matrix(cut(data.described.near, length, Hanging(Anchor.ITEM, ReasonKind.SIMILAR)), data.items)


def viewed_instead(data: Dataset) -> csr_matrix:
    """Items x items, 0 to 1: looked at in the same visits and not bought in the same orders.

    Cosine of the visits, held back where these are few, times ``1 - P(one | other)`` of all orders, by the
    likelier of both ways round; empty where no visits are known.
    """
    from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

    if data.visits is None:
        return csr_matrix((data.items, data.items))
    both = csr_matrix(data.visits.seen.T @ data.visits.seen)
    unit = diags(1.0 / np.sqrt(both.diagonal() + _HELD_BACK))
    both.setdiag(0.0)
    together = confidence(data, np.ones(data.orders), 1.0)
    near = csr_matrix(unit @ both @ unit)
    found = csr_matrix(near - near.multiply(together.maximum(together.T)))
    found.data[:] = np.clip(found.data, 0.0, 1.0)
    found.eliminate_zeros()
    found.sort_indices()
    return found


def instead_of(data: Dataset) -> csr_matrix:
    """Items x items, 0 to 1: how well one may stand for the other, by the stronger kind of likeness."""
    found = alike(data).maximum(viewed_instead(data)).tocsr()
    found.data = np.clip(found.data, 0.0, 1.0)
    found.sort_indices()
    return found
