"""What completes a basket where the catalog does not fit into one inverse: a small regression an item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.affinity import order_weights
from app.engine.lists import Hanging, counted, cut
from app.engine.pairs import baskets
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset


@dataclass(frozen=True)
class Ridge(Tabled):
    """Each item from number ``first`` on, regressed on the ``nearest`` items that are bought with it most."""

    name: ClassVar[str] = "ridge"
    anchor: ClassVar[Anchor] = Anchor.BASKET
    reason: ClassVar[ReasonKind] = ReasonKind.BOUGHT_TOGETHER
    task: ClassVar[Task] = Task.CART
    half_life: float = 180.0
    size_power: float = 0.25
    penalty: float = 5.0
    nearest: int = 100
    first: int = 0
    length: int = 300

    def fit(self, data: Dataset) -> Self:
        """Solve one regression an item."""
        from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

        held = baskets(data.bought)
        weighed = held.T.tocsr() @ diags(order_weights(data, self.size_power, self.half_life))
        gram = csr_matrix(weighed @ held)
        gram.sort_indices()
        with threadpool_limits(1):
            parts = [self._regressed(gram, item) for item in range(self.first, data.items)]
        none = np.zeros(0, np.int64)
        givers = np.concatenate([part[0] for part in parts] or [none])
        weights = np.concatenate([part[1] for part in parts] or [none.astype(np.float64)])
        targets = np.repeat(np.arange(self.first, self.first + len(parts)), [len(part[0]) for part in parts])
        scores = csr_matrix((weights, (givers, targets)), shape=(data.items, data.items))
        scores.eliminate_zeros()
        return self.keeping(counted(cut(scores, self.length, Hanging(self.anchor, self.reason)), data))

    def _regressed(self, gram: csr_matrix, item: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Give the items that foretell one, and by how much."""
        mine = slice(gram.indptr[item], gram.indptr[item + 1])
        others, shared = gram.indices[mine], gram.data[mine]
        others, shared = others[others != item], shared[others != item]
        if not len(others):
            return others.astype(np.int64), shared
        own = np.asarray(gram[others, others]).ravel()
        near = np.lexsort((others, -shared / np.sqrt(own)))[: self.nearest]
        near.sort()
        chosen = others[near]
        inner = gram[chosen][:, chosen].toarray() + self.penalty * np.eye(len(chosen))
        return chosen.astype(np.int64), np.linalg.solve(inner, shared[near])
