"""A shopper's next order by self-attention over his orders. Offered where PyTorch is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from app.engine import neural
from app.engine.lists import Hanging, cut
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scipy.sparse import csr_matrix
    from torch import Tensor, device

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

_BATCH = 128
_BUDGET = 400_000
_MOST_EPOCHS = 20
_FEWEST = 2


@dataclass(frozen=True)
class _Histories:
    """The latest orders of shoppers, oldest first; ``orders`` x core items holds what was bought."""

    who: LongArray
    orders: Sequence[LongArray]
    bought: csr_matrix


@dataclass(frozen=True)
class NeuralSequence(Tabled):
    """SASRec (Kang, McAuley 2018) over orders: a step is an order, the mean of its items' vectors.

    Each order looks back at those before it and foretells the items of the next: softmax over the core items,
    whose vectors are shared by both sides. Scores are probabilities.
    """

    name: ClassVar[str] = "neuralsequence"
    anchor: ClassVar[Anchor] = Anchor.SHOPPER
    reason: ClassVar[ReasonKind] = ReasonKind.FOR_YOU
    task: ClassVar[Task] = Task.HOME
    size: int = 48
    steps: int = 20
    dropout: float = 0.2
    rate: float = 6e-3
    length: int = 60
    seed: int = 0

    def fit(self, data: Dataset) -> Self:
        """Train; a store where nobody came back teaches nothing."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        hanging = Hanging(self.anchor, self.reason)
        shape = (len(data.shopper_ids), data.items)
        read = _histories(data, self.steps)
        if max((len(each) for each in read.orders), default=0) < _FEWEST:
            return self.keeping(cut(csr_matrix(shape), self.length, hanging))
        with neural.repeatable(self.seed) as where:
            rows, items, scores = self._learned(read, where)
        return self.keeping(cut(csr_matrix((scores, (rows, items)), shape=shape), self.length, hanging))

    def _learned(
        self, read: _Histories, where: device
    ) -> tuple[LongArray, LongArray, np.ndarray[Any, np.dtype[np.float32]]]:
        """Give the shoppers, items and probabilities of all lists."""
        import torch  # noqa: PLC0415  a web process never learns

        net = _net(read.bought.shape[1], self.size, self.steps, self.dropout).to(where)
        optimiser = torch.optim.Adam(net.parameters(), lr=self.rate)
        taught = [k for k, orders in enumerate(read.orders) if len(orders) >= _FEWEST]
        net.train()
        for _epoch in range(neural.epochs(len(taught), _BUDGET, _MOST_EPOCHS)):
            shuffled = [taught[k] for k in torch.randperm(len(taught)).tolist()]
            for chosen in _batches(shuffled):
                optimiser.zero_grad()
                _surprise(net, read, chosen, where).backward()
                optimiser.step()
        net.eval()
        best = min(self.length, read.bought.shape[1])
        parts = []
        with torch.no_grad():
            for chosen in _batches(range(len(read.orders))):
                steps, _spots = _spread(net, read, chosen, last=True, where=where)
                found = torch.softmax(steps @ net["vectors"].weight.T, dim=1).topk(best)
                parts.append((found.indices.cpu().numpy(), found.values.cpu().numpy()))
        items = np.concatenate([part[0] for part in parts])
        scores = np.concatenate([part[1] for part in parts])
        return np.repeat(read.who, best), items.ravel(), scores.ravel()


def _histories(data: Dataset, most: int) -> _Histories:
    """Read the last ``most + 1`` orders with core items of each of the newest shoppers."""
    core = data.bought[:, : neural.CORE].tocsr()
    chosen = np.isin(data.buyers, neural.newest(data)) & (np.diff(core.indptr) > 0)
    kept = np.flatnonzero(chosen)
    by_shopper = kept[np.argsort(data.buyers[kept], kind="stable")]
    who, starts = np.unique(data.buyers[by_shopper], return_index=True)
    orders = [each[-most - 1 :] for each in np.split(by_shopper, starts[1:])] if len(who) else []
    return _Histories(who, orders, core)


def _net(items: int, size: int, steps: int, dropout: float) -> Any:  # torch has no types where it is absent
    """Two blocks of attention; items and places in the history have vectors."""
    from torch import nn  # noqa: PLC0415  a web process never learns

    block = nn.TransformerEncoderLayer(size, 2, 2 * size, dropout, batch_first=True, norm_first=True)
    net = nn.ModuleDict(
        {
            "vectors": nn.Embedding(items, size),
            "places": nn.Embedding(steps + 1, size),
            "blocks": nn.TransformerEncoder(block, 2, nn.LayerNorm(size), enable_nested_tensor=False),
        }
    )
    nn.init.normal_(net["vectors"].weight, std=0.1)
    nn.init.normal_(net["places"].weight, std=0.1)
    return net


def _batches(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(rows), _BATCH):
        yield rows[first : first + _BATCH]


def _spread(
    net: Any, read: _Histories, chosen: Sequence[int], *, last: bool, where: device
) -> tuple[Tensor, LongArray]:
    """Look back from orders: from each history's last one, or from all that have a next one.

    Gives a vector for each, and the next orders. Histories are filled up at the end, which no order looks at.
    """
    import torch  # noqa: PLC0415  a web process never learns

    used = [read.orders[k] if last else read.orders[k][:-1] for k in chosen]
    used = [each[-(net["places"].num_embeddings - 1) :] for each in used]
    longest = max(len(each) for each in used)
    rows = np.repeat(np.arange(len(used)), [len(each) for each in used])
    places = np.concatenate([np.arange(len(each)) for each in used])
    held = read.bought[np.concatenate(used)]
    at = torch.from_numpy(rows * longest + places).to(where)
    means = torch.nn.functional.embedding_bag(
        torch.from_numpy(held.indices.astype(np.int64)).to(where),
        net["vectors"].weight,
        torch.from_numpy(held.indptr[:-1].astype(np.int64)).to(where),
        mode="mean",
    )
    filled = torch.zeros(len(used) * longest, means.shape[1], device=where).index_copy(0, at, means)
    steps = filled.view(len(used), longest, -1) + net["places"].weight[:longest]
    ahead = torch.ones(longest, longest, dtype=torch.bool, device=where).triu(1)
    seen = net["blocks"](steps, mask=ahead).reshape(len(used) * longest, -1)
    if last:
        at = at[torch.from_numpy(np.cumsum([len(each) for each in used]) - 1).to(where)]
    following = [read.orders[k][-len(each) :] for k, each in zip(chosen, used, strict=True)]
    return seen[at], np.concatenate(following)


def _surprise(net: Any, read: _Histories, chosen: Sequence[int], where: device) -> Tensor:
    """Mean over orders of minus the mean log-probability of the next order's items."""
    import torch  # noqa: PLC0415  a web process never learns

    seen, following = _spread(net, read, chosen, last=False, where=where)
    told = torch.log_softmax(seen @ net["vectors"].weight.T, dim=1)
    truth = read.bought[following]
    sizes = np.diff(truth.indptr)
    rows = torch.from_numpy(np.repeat(np.arange(len(sizes)), sizes)).to(where)
    items = torch.from_numpy(truth.indices.astype(np.int64)).to(where)
    shares = torch.from_numpy(np.repeat(1.0 / sizes, sizes).astype(np.float32)).to(where)
    return -(told[rows, items] * shares).sum() / len(sizes)
