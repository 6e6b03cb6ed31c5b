"""What a known shopper has not bought yet, by a network over shopper and item. Offered with PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from app.engine import neural
from app.engine.lists import Hanging, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix
    from torch import Tensor, device

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

_BATCH = 4_096
_BUDGET = 15_000_000
_MOST_EPOCHS = 20
_CELLS = 400_000


@dataclass(frozen=True)
class NeuralFiltering(Tabled):
    """NeuMF (He et al. 2017): a product of two vectors beside a small network over two others.

    Learns which pairs of shopper and item were bought, each against ``others`` drawn items. Lists hold
    nothing that the shopper owns; scores are probabilities.
    """

    name: ClassVar[str] = "neuralfiltering"
    anchor: ClassVar[Anchor] = Anchor.SHOPPER
    reason: ClassVar[ReasonKind] = ReasonKind.FOR_YOU
    task: ClassVar[Task] = Task.NEW
    size: int = 32
    others: int = 4
    rate: float = 1e-3
    decay: float = 1e-5
    length: int = 60
    seed: int = 0

    def fit(self, data: Dataset) -> Self:
        """Train; a store that knows nobody teaches nothing."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        hanging = Hanging(self.anchor, self.reason)
        shape = (len(data.shopper_ids), data.items)
        who = neural.newest(data)
        owned = _owned(data, who)
        if not owned.nnz:
            return self.keeping(cut(csr_matrix(shape), self.length, hanging))
        with neural.repeatable(self.seed) as where:
            rows, items, scores = self._lists(self._learned(owned, where), owned, where)
        return self.keeping(cut(csr_matrix((scores, (who[rows], items)), shape=shape), self.length, hanging))

    def _learned(self, owned: csr_matrix, where: device) -> Any:
        """Train on pairs that were bought and pairs that are drawn."""
        import torch  # noqa: PLC0415  a web process never learns

        net = _net(*owned.shape, self.size).to(where)
        optimiser = torch.optim.Adam(net.parameters(), lr=self.rate, weight_decay=self.decay)
        pairs = owned.tocoo()
        shoppers, items = (torch.from_numpy(each.astype(np.int64)) for each in (pairs.row, pairs.col))
        each = _BATCH // (1 + self.others)
        for _epoch in range(neural.epochs(owned.nnz * (1 + self.others), _BUDGET, _MOST_EPOCHS)):
            for chosen in torch.randperm(owned.nnz).split(each):
                drawn = torch.randint(owned.shape[1], (len(chosen) * self.others,))
                who = torch.cat([shoppers[chosen], shoppers[chosen].repeat(self.others)])
                what = torch.cat([items[chosen], drawn])
                truth = torch.cat([torch.ones(len(chosen)), torch.zeros(len(drawn))])
                optimiser.zero_grad()
                told = _told(net, who.to(where), what.to(where))
                torch.nn.functional.binary_cross_entropy_with_logits(told, truth.to(where)).backward()
                optimiser.step()
        return net

    def _lists(
        self,
        net: Any,
        owned: csr_matrix,
        where: device,
    ) -> tuple[LongArray, LongArray, NDArray[np.float32]]:
        """Give the shoppers (rows of ``owned``), items and probabilities of all lists."""
        import torch  # noqa: PLC0415  a web process never learns

        shoppers, items = owned.shape
        best, block = min(self.length, items), max(_CELLS // items, 1)
        rows, columns, scores = [], [], []
        with torch.no_grad():
            for first in range(0, shoppers, block):
                some = torch.arange(first, min(first + block, shoppers), device=where)
                what = torch.arange(items, device=where).repeat(len(some))
                told = torch.sigmoid(_told(net, some.repeat_interleave(items), what)).view(len(some), items)
                mine = owned[first : first + block].toarray() > 0.0
                found = told.masked_fill(torch.from_numpy(mine).to(where), 0.0).topk(best)
                rows.append(np.repeat(some.cpu().numpy(), best))
                columns.append(found.indices.cpu().numpy().ravel())
                scores.append(found.values.cpu().numpy().ravel())
        kept = np.concatenate(scores) > 0.0
        return np.concatenate(rows)[kept], np.concatenate(columns)[kept], np.concatenate(scores)[kept]


def _owned(data: Dataset, who: LongArray) -> csr_matrix:
    """Give shoppers ``who`` x core items, 1 where bought."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    kept = np.flatnonzero(np.isin(data.buyers, who))
    seats = np.searchsorted(who, data.buyers[kept])
    own = csr_matrix((np.ones(len(kept)), (seats, kept)), shape=(len(who), data.orders))
    found = csr_matrix(own @ data.bought[:, : neural.CORE])
    found.data[:] = 1.0
    found.sort_indices()
    return found


def _net(shoppers: int, items: int, size: int) -> Any:
    """Vectors for both branches, the layers of the second, and the weights of both together."""
    from torch import nn  # noqa: PLC0415  a web process never learns

    net = nn.ModuleDict(
        {
            "shoppers": nn.Embedding(shoppers, 2 * size),
            "products": nn.Embedding(items, 2 * size),
            "layers": nn.Sequential(
                nn.Linear(2 * size, size), nn.ReLU(), nn.Linear(size, size // 2), nn.ReLU()
            ),
            "sum": nn.Linear(size + size // 2, 1),
        }
    )
    for name in ("shoppers", "products"):
        nn.init.normal_(net[name].weight, std=0.05)
    return net


def _told(
    net: Any,
    shoppers: Tensor,
    items: Tensor,
) -> Tensor:
    """Give the log-odds that each of the shoppers buys the item beside him."""
    import torch  # noqa: PLC0415  a web process never learns

    size = net["shoppers"].embedding_dim // 2
    left, right = net["shoppers"](shoppers), net["products"](items)
    deep = net["layers"](torch.cat([left[:, size:], right[:, size:]], dim=1))
    both = torch.cat([left[:, :size] * right[:, :size], deep], dim=1)
    return net["sum"](both).squeeze(1)
