"""The fixed questions by which models are compared: product page, cart and next order after a cut in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.engine.dataset import DAY
from app.engine.evaluate import answered, returning, scored
from app.engine.measures import gains, ndcg
from app.engine.types import Anchor, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import Lists, LongArray

DAYS = 28
_PER_BASKET = 3
_BLOCK = 400


@dataclass(frozen=True)
class Questions:
    """Cases of a task; ``owned`` is hidden from answers and truth, ``groups`` names the basket of a case."""

    task: Task
    k: int
    given: csr_matrix
    truth: csr_matrix
    shoppers: LongArray
    groups: LongArray
    owned: csr_matrix | None = None

    def block(self, first: int) -> Questions:
        """Give some of them."""
        kept = slice(first, first + _BLOCK)
        owned = None if self.owned is None else self.owned[kept]
        return Questions(
            self.task, self.k, self.given[kept], self.truth[kept],
            self.shoppers[kept], self.groups[kept], owned,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """Mean figures of a way to answer a task, with standard errors.

    ``found`` is the hit rate at 12 of product pages and carts, the recall at 10 of next orders.
    """

    task: Task
    name: str
    known_shoppers: bool
    cases: int
    found: float
    found_error: float
    ndcg: float
    ndcg_error: float


def cut(data: Dataset) -> int:
    """Give the first order of the test: 28 days back from the midnight after the last order."""
    midnight = (data.now // DAY + 1) * DAY
    return int(np.searchsorted(data.times, midnight - DAYS * DAY))


def questions(data: Dataset, first: int) -> list[Questions]:
    """Ask about the orders numbered ``first`` and later."""
    baskets = np.arange(first, data.orders)[data.sizes[first:] > 1]
    shown, wanted = np.random.default_rng(1), np.random.default_rng(2)
    pages = [(order, item) for order in baskets for item in _drawn(data, int(order), shown, _PER_BASKET)]
    targets = [(order, item) for order in baskets for item in _drawn(data, int(order), wanted, 1)]
    one, rest = _parted(data, pages)
    left, cart = _parted(data, targets)
    page_orders = np.asarray([order for order, _item in pages], np.int64)
    homes = returning(data, first)
    who, truth = data.buyers[homes], data.bought[homes]
    owned = _owned(data, first)[who]
    nothing = truth * 0.0
    fresh = (truth - truth.multiply(owned)).tocsr()
    fresh.eliminate_zeros()
    some = np.flatnonzero(np.diff(fresh.indptr) > 0)
    return [
        Questions(Task.PRODUCT, 12, one, rest, data.buyers[page_orders], page_orders),
        Questions(Task.CART, 12, cart, left, data.buyers[baskets], baskets),
        Questions(Task.HOME, 10, nothing, truth, who, homes),
        Questions(Task.NEW, 10, nothing[some], fresh[some], who[some], homes[some], owned[some]),
    ]


Figures = NDArray[np.float64]
"""Found and NDCG (columns) of each case."""


def ask(
    asked: Questions, fitted: Mapping[str, Lists], ways: Mapping[str, Mapping[str, float]]
) -> Iterator[Row]:
    """Answer by each of the blends ``ways``; unknown shoppers are asked for where no shopper is needed."""
    for (way, known), figures in answers(asked, fitted, ways).items():
        yield summed(asked, way, figures, known_shoppers=known)


def answers(
    asked: Questions, fitted: Mapping[str, Lists], ways: Mapping[str, Mapping[str, float]]
) -> dict[tuple[str, bool], Figures]:
    """Give the figures of every case, by the way that answered and whether it knew the shopper."""
    personal = {name for name, lists in fitted.items() if lists.anchor is Anchor.SHOPPER}
    found: dict[tuple[str, bool], list[Figures]] = {}
    used = sorted({name for weights in ways.values() for name in weights if name in fitted})
    for first in range(0, len(asked.shoppers), _BLOCK):
        part = asked.block(first)
        scores = {name: scored(part.given, part.shoppers, fitted[name]) for name in used}
        for way, weights in ways.items():
            for known in _kinds(asked.task, weights, personal):
                kept = {n: w for n, w in weights.items() if n in scores and (known or n not in personal)}
                total = sum((np.float32(w) * scores[n] for n, w in kept.items()), np.zeros(part.given.shape))
                found.setdefault((way, known), []).append(_figures(part, np.asarray(total, np.float32)))
    return {kind: np.concatenate(parts) for kind, parts in found.items()}


def gain(asked: Questions, mine: Figures, theirs: Figures) -> tuple[float, float]:
    """Give by how much the NDCG of one way exceeds another's on the same cases, and its standard error."""
    row = summed(asked, "", mine - theirs, known_shoppers=False)
    return row.ndcg, row.ndcg_error


def _kinds(task: Task, weights: Mapping[str, float], personal: set[str]) -> list[bool]:
    """Say for which kinds of shopper (known?) a blend has an answer of its own."""
    if task in {Task.HOME, Task.NEW}:
        return [True]
    named = {name for name, weight in weights.items() if weight}
    return [known for known in (False, True) if (named & personal if known else named - personal)]


def _figures(part: Questions, total: NDArray[np.float32]) -> Figures:
    """Give found and NDCG of each case."""
    hidden = part.given if part.owned is None else part.owned
    rows, columns = hidden.nonzero()
    total[rows, columns] = -np.inf
    hits = answered(total, part.truth, part.k)
    truths = np.diff(part.truth.indptr).astype(np.int64)
    share = hits.any(axis=1) if part.k == gains(12).size else hits.sum(axis=1) / np.maximum(truths, 1)
    return np.stack([np.asarray(share, np.float64), ndcg(hits, truths)], axis=1)


def summed(asked: Questions, name: str, figures: Figures, *, known_shoppers: bool) -> Row:
    """Sum up; the cases of a basket are one draw, so errors are those of the baskets' sums."""
    means = figures.mean(axis=0)
    groups = np.unique(asked.groups, return_inverse=True)[1]
    errors = [
        float(np.sqrt((np.bincount(groups, weights=figures[:, k] - means[k]) ** 2).sum()) / len(figures))
        for k in (0, 1)
    ]
    return Row(
        asked.task, name, known_shoppers, len(figures), float(means[0]), errors[0], float(means[1]), errors[1]
    )


def _drawn(data: Dataset, order: int, rng: np.random.Generator, most: int) -> list[int]:
    """Draw items of an order, without replacement, from its products by name."""
    row = data.bought.indices[data.bought.indptr[order] : data.bought.indptr[order + 1]]
    named = sorted(row.tolist(), key=lambda item: data.item_ids[item])
    return [int(item) for item in rng.choice(named, min(most, len(named)), replace=False)]


def _parted(data: Dataset, pairs: list[tuple[int, int]]) -> tuple[csr_matrix, csr_matrix]:
    """Part orders into the named item and the rest, one row a pair."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    orders = np.asarray([order for order, _item in pairs], np.int64)
    items = np.asarray([item for _order, item in pairs], np.int64)
    whole = data.bought[orders]
    one = csr_matrix((np.ones(len(pairs)), (np.arange(len(pairs)), items)), shape=whole.shape)
    rest = (whole - one).tocsr()
    rest.eliminate_zeros()
    return one, rest


def _owned(data: Dataset, first: int) -> csr_matrix:
    """Shoppers x items, 1 where bought before the order numbered ``first``."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    known = np.flatnonzero(data.buyers[:first] >= 0)
    cells = (data.buyers[known], known)
    seats = csr_matrix((np.ones(len(known)), cells), shape=(len(data.shopper_ids), first))
    owned = csr_matrix(seats @ data.bought[:first])
    owned.data[:] = 1.0
    return owned
