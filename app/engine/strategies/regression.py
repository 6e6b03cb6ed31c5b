"""What completes a basket: every item regressed on all the others, with descriptions as prior knowledge.

EASE (Steck 2019, "Embarrassingly Shallow Autoencoders") on weighted orders, and ``prior * cosine^2`` of the
descriptions added to the Gram matrix as if such orders had been seen: it decides where orders are few and
fades where they are many, because its mass is fixed while theirs grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.affinity import order_weights
from app.engine.lists import Hanging, counted, cut
from app.engine.similarity import blocks
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import FloatArray


@dataclass(frozen=True)
class Regression(Tabled):
    """Weights of basket items for each other item; their sum over a basket predicts the next item.

    Only the ``core`` most sold items take part, which bounds memory at three ``core x core`` matrices.
    """

    name: ClassVar[str] = "basket"
    anchor: ClassVar[Anchor] = Anchor.BASKET
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_TOGETHER
    task: ClassVar[Task] = Task.CART
    half_life: float = 180.0
    size_power: float = 0.25
    penalty: float = 5.0
    prior: float = 5.0
    core: int = 5_000
    length: int = 300

    def fit(self, data: Dataset) -> Self:
        """Solve the regression."""
        core = min(self.core, data.items)
        gram = self._gram(data, core)
        weights = _solve(gram) if core else gram
        scores = _sparse(weights, self.length, data.items)
        return self.keeping(counted(cut(scores, self.length, Hanging(self.anchor, self.reason)), data))

    def _gram(self, data: Dataset, core: int) -> FloatArray:
        """Co-occurrence + prior + penalty. Items are numbered by their orders: the core comes first."""
        from scipy.sparse import diags  # noqa: PLC0415  a web process never learns

        weighed = data.buyers_of[:core] @ diags(order_weights(data, self.size_power, self.half_life))
        gram = np.asarray((weighed @ data.bought[:, :core]).toarray(), np.float32)
        if self.prior:
            gram += np.float32(self.prior) * data.described.squares(core)
        gram[np.diag_indices(core)] += self.penalty + self.prior
        return gram


def _solve(gram: FloatArray) -> FloatArray:
    """Give ``-P / diag(P)`` by columns for ``P = gram^-1``, zero on the diagonal; overwrites ``gram``.

    Single precision: with the penalty on the diagonal the result differs from double by about 1e-6.
    """
    from scipy.linalg.lapack import spotrf, spotri  # noqa: PLC0415  a web process never learns
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

    with threadpool_limits(1):  # where others want the cores, spinning threads cost ten times as much
        factor, failed = spotrf(gram.T, lower=1, clean=1, overwrite_a=1)
        if failed:
            raise ArithmeticError("the Gram matrix is not positive definite")
        inverse, _ = spotri(factor, lower=1, overwrite_c=1)
    for first, last in blocks(len(inverse)):
        inverse[first:last, last:] = inverse[last:, first:last].T
        corner = np.tril(inverse[first:last, first:last])
        inverse[first:last, first:last] = corner + np.tril(corner, -1).T
    inverse /= -np.diagonal(inverse).copy()[None, :]
    np.fill_diagonal(inverse, 0.0)
    solved: FloatArray = inverse
    return solved


def _sparse(weights: FloatArray, length: int, items: int) -> csr_matrix:
    """Keep the strongest weights of each row, as items x items."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    core = len(weights)
    kept = min(length, core)
    sizes = np.abs(weights)
    bars = np.partition(sizes, core - kept, axis=1)[:, core - kept] if core else np.zeros(0, np.float32)
    bars = np.maximum(bars, np.finfo(np.float32).tiny)
    rows, columns = np.divmod(np.flatnonzero(sizes >= bars[:, None]), max(core, 1))
    return csr_matrix((weights[rows, columns], (rows, columns)), shape=(items, items))
