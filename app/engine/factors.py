"""Models of the library ``implicit`` as items x items: one thread and a fixed seed, so that they repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from warnings import catch_warnings, simplefilter

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from app.engine.types import FloatArray


class Neighbourhood(Protocol):
    """What we use of a nearest-neighbour model."""

    similarity: csr_matrix

    def fit(self, weights: csr_matrix, *, show_progress: bool) -> None:
        """Learn from users x items."""


def neighbours(model: Neighbourhood, weights: csr_matrix) -> csr_matrix:
    """Give the similarities that a model finds, none of an item with itself and none that is not positive."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    if not weights.nnz:
        return csr_matrix((weights.shape[1], weights.shape[1]))
    with catch_warnings():
        simplefilter("ignore")  # it tells itself that its own intermediate matrix has another form
        model.fit(csr_matrix(weights, dtype=np.float64), show_progress=False)
    found = model.similarity.tocoo()
    kept = (found.row != found.col) & (found.data > 0.0)
    return csr_matrix((found.data[kept], (found.row[kept], found.col[kept])), shape=found.shape)


def nearest(scores: FloatArray, length: int) -> csr_matrix:
    """Keep the ``length`` strongest positive entries of each row of a dense items x items matrix."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    np.fill_diagonal(scores, 0.0)
    kept = min(length, scores.shape[1])
    if not kept:
        return csr_matrix(scores.shape)
    bars = np.partition(scores, scores.shape[1] - kept, axis=1)[:, scores.shape[1] - kept]
    rows, columns = np.nonzero((scores >= bars[:, None]) & (scores > 0.0))
    return csr_matrix((scores[rows, columns], (rows, columns)), shape=scores.shape)


def core_of(sold: csr_matrix, core: int) -> csr_matrix:
    """Keep the first ``core`` items (they are numbered by their orders): only they are factorised."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    return csr_matrix(sold[:, :core], dtype=np.float32)


def widened(scores: csr_matrix, items: int) -> csr_matrix:
    """Give the matrix of the core the size of the catalog."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    starts = np.concatenate([scores.indptr, np.full(items - scores.shape[0], scores.nnz)])
    return csr_matrix((scores.data, scores.indices, starts), shape=(items, items))
