"""How well lists and blends foretell later orders: a time split, cases, and their scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.engine.dataset import DAY
from app.engine.lists import matrix
from app.engine.measures import hit_rate, ndcg
from app.engine.shoppers import successions
from app.engine.types import Anchor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import FloatArray, Lists, LongArray

K = 12
WINDOW_DAYS = 28
WINDOW_SHARE = 0.2
FEWEST_ORDERS = 50
"""Below this many orders nothing is measured: the figures would be noise."""

_MOST_CASES, _FEWEST_CASES, _CELLS = 800, 200, 10_000_000


@dataclass(frozen=True, slots=True)
class Cases:
    """Questions of one location: what is given and true (cases x items), who asks (-1 = unknown).

    ``within`` (cases x items) marks what may be answered, where the page shows a part of the catalog only.
    """

    location: str
    given: csr_matrix
    truth: csr_matrix
    shoppers: LongArray
    within: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Number of cases."""
        return len(self.shoppers)

    def at(self, rows: LongArray) -> Cases:
        """Keep some of them."""
        within = None if self.within is None else self.within[rows]
        return Cases(self.location, self.given[rows], self.truth[rows], self.shoppers[rows], within)


@dataclass(frozen=True, slots=True)
class Measured:
    """Mean figures of one way to answer the cases of a location, with their standard errors."""

    location: str
    name: str
    known_shoppers: bool
    cases: int
    hit_rate: float
    ndcg: float
    hit_rate_error: float = 0.0
    ndcg_error: float = 0.0


def split(data: Dataset) -> int | None:
    """Give the first order of the validation window: the last 28 days, or a short history's last fifth."""
    if data.orders < FEWEST_ORDERS:
        return None
    by_share = int(data.orders * (1.0 - WINDOW_SHARE))
    by_time = int(np.searchsorted(data.times, data.now - WINDOW_DAYS * DAY))
    return by_time if by_time > data.orders // 2 and by_time < data.orders else by_share


def cases(data: Dataset, first: int, rng: Generator) -> dict[str, Cases]:
    """Draw cases from the orders numbered ``first`` and later.

    product: one item of an order is given, the others are true. cart: one item is true, the others are given.
    home: a shopper with earlier orders is given, all items of the first of the window are true.
    thank-you: an order is given, what is new in the same shopper's next one is true.
    category: nothing is given, the items of an order from one category are true among all of that category.
    """
    most = int(np.clip(_CELLS // max(data.items, 1), _FEWEST_CASES, _MOST_CASES))
    later = np.arange(first, data.orders)
    several = later[data.sizes[first:] > 1]
    drawn = np.sort(rng.permutation(several)[:most])
    picks = [int(rng.integers(data.sizes[order])) for order in drawn]
    one, rest = _parted(data, drawn, picks)
    known = returning(data, first)
    homes = np.sort(rng.permutation(known)[:most])
    none = data.bought[homes] * 0.0
    none.eliminate_zeros()
    return {
        "product": Cases("product", one, rest, data.buyers[drawn]),
        "cart": Cases("cart", rest, one, data.buyers[drawn]),
        "home": Cases("home", none, data.bought[homes], data.buyers[homes]),
        "thank-you": _next_orders(data, first, most // 2, rng),
        "category": _shelves(data, later[data.sizes[first:] > 0], most // 2, rng),
    }


def _next_orders(data: Dataset, first: int, most: int, rng: Generator) -> Cases:
    """Ask on the thank-you page of an order for what the next one adds."""
    before, after = successions(data)
    drawn = np.sort(rng.permutation(np.flatnonzero(after >= first))[:most])
    given, later = data.bought[before[drawn]], data.bought[after[drawn]]
    fresh = (later - later.multiply(given)).tocsr()
    fresh.eliminate_zeros()
    asked = Cases("thank-you", given, fresh, data.buyers[after[drawn]])
    return asked.at(np.flatnonzero(np.diff(fresh.indptr) > 0))


def _shelves(data: Dataset, orders: LongArray, most: int, rng: Generator) -> Cases:
    """Ask on the page of a category, drawn by an item of the order, for all that the order holds of it."""
    drawn = np.sort(rng.permutation(orders)[:most])
    whole = data.bought[drawn]
    picks = [int(row + rng.integers(size)) for row, size in zip(whole.indptr, np.diff(whole.indptr))]  # noqa: B905
    names, shelves = np.unique(np.asarray([*data.described.categories, ""]), return_inverse=True)
    shelf_of = shelves[whole.indices[picks]]
    within = shelves[None, :-1] == shelf_of[:, None]
    asked = Cases("category", whole * 0.0, whole.multiply(within).tocsr(), data.buyers[drawn], within)
    for cells in (asked.given, asked.truth):
        cells.eliminate_zeros()
    return asked.at(np.flatnonzero(names[shelf_of] != ""))


def _parted(data: Dataset, orders: LongArray, picks: list[int]) -> tuple[csr_matrix, csr_matrix]:
    """Part orders into one picked item and the rest."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    whole = data.bought[orders]
    columns = [int(whole.indices[whole.indptr[row] + pick]) for row, pick in enumerate(picks)]
    rows = np.arange(len(orders))
    one = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=whole.shape)
    rest = (whole - one).tocsr()
    rest.eliminate_zeros()
    return one, rest


def returning(data: Dataset, first: int) -> LongArray:
    """Give the first order in the window of each shopper who ordered before it."""
    before = set(data.buyers[:first].tolist()) - {-1}
    seen: set[int] = set()
    found = []
    for order in range(first, data.orders):
        buyer = int(data.buyers[order])
        if buyer in before and buyer not in seen:
            seen.add(buyer)
            found.append(order)
    return np.asarray(found, np.int64)


@dataclass(frozen=True)
class Board:
    """Cases with the scores of every list for them, so that blends are compared by adding arrays."""

    cases: Cases
    scores: Mapping[str, FloatArray]
    personal: frozenset[str]

    @classmethod
    def of(cls, asked: Cases, fitted: Mapping[str, Lists]) -> Board:
        """Score all cases by all lists, as the pipeline merges them."""
        scores = {name: scored(asked.given, asked.shoppers, lists) for name, lists in fitted.items()}
        personal = frozenset(name for name, lists in fitted.items() if lists.anchor is Anchor.SHOPPER)
        return cls(asked, scores, personal)

    def having(self, name: str, lists: Lists) -> Board:
        """Give the same board with one list replaced."""
        personal = self.personal | {name} if lists.anchor is Anchor.SHOPPER else self.personal
        return replace(
            self,
            scores={**self.scores, name: scored(self.cases.given, self.cases.shoppers, lists)},
            personal=personal,
        )

    def among(self, shoppers: LongArray) -> Board:
        """Give the same board with the cases of some shoppers only."""
        kept = np.flatnonzero(np.isin(self.cases.shoppers, shoppers))
        scores = {name: rows[kept] for name, rows in self.scores.items()}
        return replace(self, cases=self.cases.at(kept), scores=scores)

    def speaking(self) -> frozenset[str]:
        """Name the lists that have something to say here; the weights of the others cannot be judged."""
        return frozenset(name for name, rows in self.scores.items() if rows.any())

    def hits(self, weights: Mapping[str, float], *, known_shoppers: bool) -> NDArray[np.bool_]:
        """Answer the cases by a blend; without known shoppers personal lists are silent."""
        total = np.zeros(self.cases.given.shape, np.float32)
        for name, weight in weights.items():
            if weight and name in self.scores and (known_shoppers or name not in self.personal):
                total += np.float32(weight) * self.scores[name]
        rows, columns = self.cases.given.nonzero()
        total[rows, columns] = -np.inf
        if self.cases.within is not None:
            total[~self.cases.within] = -np.inf
        return answered(total, self.cases.truth)

    def quality(self, weights: Mapping[str, float]) -> NDArray[np.float64]:
        """NDCG of each case, the mean of a known and an unknown shopper; at home all are known."""
        known = self._ndcg(weights, known_shoppers=True)
        if self.cases.location == "home":
            return known
        half: NDArray[np.float64] = (known + self._ndcg(weights, known_shoppers=False)) / 2.0
        return half

    def measure(self, name: str, weights: Mapping[str, float], *, known_shoppers: bool) -> Measured:
        """Give the mean figures of a blend."""
        hits = self.hits(weights, known_shoppers=known_shoppers)
        found = np.stack([hit_rate(hits), ndcg(hits, self._truths())], axis=1)
        if not len(found):
            return Measured(self.cases.location, name, known_shoppers, 0, 0.0, 0.0)
        means, errors = found.mean(axis=0), found.std(axis=0) / np.sqrt(len(found))
        figures = [round(float(each), 6) for each in (*means, *errors)]
        return Measured(self.cases.location, name, known_shoppers, len(found), *figures)

    def _ndcg(self, weights: Mapping[str, float], *, known_shoppers: bool) -> NDArray[np.float64]:
        return ndcg(self.hits(weights, known_shoppers=known_shoppers), self._truths())

    def _truths(self) -> LongArray:
        return np.diff(self.cases.truth.indptr).astype(np.int64)


def scored(given: csr_matrix, shoppers: LongArray, lists: Lists) -> FloatArray:
    """Score cases by a list: mean of the given items' rows for ITEM lists, their sum for BASKET lists."""
    from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

    table = matrix(lists, given.shape[1])
    if lists.anchor is Anchor.NONE:
        return np.broadcast_to(table.toarray().astype(np.float32), given.shape)
    if lists.anchor is Anchor.SHOPPER:
        known = np.flatnonzero(shoppers >= 0)
        shape = (len(shoppers), table.shape[0])
        chosen = csr_matrix((np.ones(len(known)), (known, shoppers[known])), shape=shape)
    elif lists.anchor is Anchor.BASKET:
        chosen = given
    else:
        chosen = diags(1.0 / np.maximum(np.diff(given.indptr), 1)) @ given
    return np.asarray((chosen @ table).toarray(), np.float32)


def answered(scores: FloatArray, truth: csr_matrix, k: int = K) -> NDArray[np.bool_]:
    """Mark which of the first k items of each row are true; equal scores go by item number."""
    hits = np.zeros((len(scores), k), np.bool_)
    if not scores.size:
        return hits
    last = min(k, scores.shape[1]) - 1
    bars = -np.partition(-scores, last, axis=1)[:, last]  # the many equal zeros are slow in front
    bars = np.maximum(bars, np.finfo(np.float32).tiny)
    rows, items = np.divmod(np.flatnonzero(scores >= bars[:, None]), scores.shape[1])
    order = np.lexsort((items, -scores[rows, items], rows))
    rows, items = rows[order], items[order]
    places = np.arange(len(rows)) - np.searchsorted(rows, rows)
    first = places < k
    rows, items = rows[first], items[first]
    if len(rows):
        hits[rows, places[first]] = np.asarray(truth[rows, items]).ravel() > 0.0
    return hits
