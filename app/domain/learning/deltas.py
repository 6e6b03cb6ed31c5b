"""Between trainings: what the orders since then say of pairs and bestsellers, on top of what is served."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import text

from app.bridge import delta
from app.bridge.snapshot import Snapshot, decode
from app.domain.learning import assemble, versions
from app.engine.pairs import Pairs
from app.engine.pipeline import PublishedIndex, Query, recommend
from app.engine.types import Anchor, Blend, Lists, Published, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from scipy.sparse import csr_matrix
    from sqlalchemy.orm import Session

    from app.kernel.ids import StoreId
    from app.kernel.runtime import Runtime

FRESH, RISING = "fresh", "rising"
FEWEST_TOGETHER, FEWEST_SOLD = 3, 5
"""So many orders make a pair, or a bestseller, news."""

_NEWS = 1.2
"""A pair is republished if it is this much more likely than when the model was trained."""

_SHRINK = 5.0
_MOST_ANCHORS, _LENGTH = 2_000, 24
_NO_COUNTS: Mapping[str, int] = {}

_RECENT = text(
    """
    select o.order_id, l.product_id
    from (
        select order_id, created_at from orders
        where store_id = :store_id and status <> 'cancelled' and not forgotten
          and created_at >= to_timestamp(:since - 1) and extract(epoch from created_at)::bigint > :since
        order by created_at desc, order_id limit 20000
    ) o
    join order_lines l on l.store_id = :store_id and l.order_id = o.order_id and l.quantity > 0
    join products p on p.store_id = :store_id and p.product_id = l.product_id and not p.deleted
    group by o.order_id, l.product_id order by o.order_id, l.product_id
    """
)

Rows = list[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Recent:
    """Orders since the training, counted in whole numbers as the training counts them."""

    products: tuple[str, ...]
    counted: Pairs

    @classmethod
    def count(cls, rows: Iterable[tuple[str, str]]) -> Recent:
        """Count (order, product), each once."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        told = list(rows)
        products = tuple(sorted({product for _, product in told}))
        items = {product: number for number, product in enumerate(products)}
        orders = {order: number for number, order in enumerate(sorted({order for order, _ in told}))}
        cells = ([orders[order] for order, _ in told], [items[product] for _, product in told])
        bought = csr_matrix((np.ones(len(told)), cells), shape=(len(orders), len(items)))
        bought.sort_indices()
        return cls(products, Pairs.count(bought))

    def less(self, other: Recent) -> Recent:
        """Take away what was counted from some of the orders: whole numbers, so nothing of it is left."""
        items = {product: number for number, product in enumerate(self.products)}
        theirs = np.asarray([items[product] for product in other.products], np.int64)
        left = self.counted.less(other.counted.renumbered(theirs, len(items)))
        kept = np.flatnonzero(left.totals)
        numbers = np.zeros(len(items), np.int64)
        numbers[kept] = np.arange(len(kept))
        return Recent(tuple(self.products[k] for k in kept), left.renumbered(numbers, len(kept)))

    @cached_property
    def sold(self) -> Mapping[str, int]:
        """In how many orders each product is."""
        return dict(zip(self.products, self.counted.totals.tolist(), strict=True))

    def together(self, product: str) -> dict[str, int]:
        """In how many orders each other product is with this one."""
        row = self._table[self.products.index(product)]
        names = (self.products[item] for item in row.indices.tolist())
        return dict(zip(names, row.data.astype(np.int64).tolist(), strict=True))

    def touched(self) -> list[str]:
        """Name the products that enough orders hold with another one, the most sold first."""
        keys = self.counted.keys[self.counted.counts >= FEWEST_TOGETHER]
        size = max(len(self.products), 1)
        named = (self.products[item] for item in np.union1d(keys // size, keys % size).tolist())
        return sorted(named, key=lambda product: (-self.sold[product], product))

    @cached_property
    def _table(self) -> csr_matrix:
        from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415  a web process never learns

        found = list(self.counted.rows())
        return csr_matrix(vstack(found, format="csr")) if found else csr_matrix((0, 0))


def republish(runtime: Runtime, store_id: StoreId) -> bool:
    """Republish what new orders changed; gives whether that was anything new. Safe to run twice."""
    with runtime.unit(store_id) as unit:
        served = versions.published(unit.session, store_id)
        if served is None:
            return False
        rows = recent(unit.session, store_id, since=served.window_to)
        stamp = f"{served.version}:{_digest(rows)}"
        before = delta.stamp(runtime.valkey, store_id)
        if stamp == before or (not rows and not before.startswith(f"{served.version}:")):
            return False
        snapshot = versions.get(unit.session, store_id, served.version).snapshot
        if snapshot is None:
            return False
        learned = learn(decode(snapshot), Recent.count(rows))
        cards = assemble.cards(unit.session, store_id, learned.item_ids)
    delta.put(runtime.valkey, Snapshot(served.version, store_id, learned, cards), stamp)
    return True


def recent(session: Session, store_id: StoreId, *, since: datetime | None) -> Rows:
    """Give (order, product) of the newest orders after ``since``, up to 20,000 orders."""
    second = int(since.timestamp()) if since is not None else 0  # a training counts in whole seconds
    found = session.execute(_RECENT, {"store_id": store_id, "since": second})
    return [(row.order_id, row.product_id) for row in found]


def learn(base: Snapshot, found: Recent) -> Published:
    """Put each pair where its new count would stand among the anchor's pairs, and name what sells anew."""
    model = _Model.of(base)
    rows: dict[str, list[_Entry]] = {}
    ratios: list[float] = []
    for anchor in found.touched()[:_MOST_ANCHORS]:
        top, entries = model.entries(anchor, found)
        if entries:
            rows[anchor] = entries
            ratios.append(model.top("cart", basket=(anchor,)) / top)
    rising = model.rising(found)
    ids = sorted({*rows, *rising, *(entry.product for row in rows.values() for entry in row)})
    cart = float(np.median(ratios)) if ratios else 1.0
    home = {RISING: model.top("home")}
    return Published(
        item_ids=ids,
        shopper_ids=(),
        lists={FRESH: _fresh(ids, rows, model, found), RISING: _rising(ids, rising)},
        blends={
            **{location: Blend({FRESH: cart}) for location in ("cart", "thank-you")},
            **{location: Blend(home) for location in ("home", "category", "search")},
            "product": Blend({FRESH: 1.0}),
        },
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    product: str
    score: float
    count: int


@dataclass(frozen=True, slots=True)
class _Model:
    """What is served, with the order counts that it carries."""

    index: PublishedIndex
    counted: Lists | None

    @classmethod
    def of(cls, base: Snapshot) -> _Model:
        lists = base.published.lists.values()
        whole = (each for each in lists if len(each.counts) and each.anchor in {Anchor.ITEM, Anchor.BASKET})
        return cls(PublishedIndex(base.published), next(whole, None))

    def total(self, product: str) -> int:
        """Give the orders with a product that were known at the training."""
        item = self.index.items.get(product)
        return int(self.counted.totals[item]) if self.counted is not None and item is not None else 0

    def known(self, product: str) -> Mapping[str, int]:
        """Give the orders with a product and each other one, as far as they were published."""
        item = self.index.items.get(product)
        if self.counted is None or item is None:
            return _NO_COUNTS
        mine = slice(int(self.counted.starts[item]), int(self.counted.starts[item + 1]))
        names = (self.index.published.item_ids[each] for each in self.counted.items[mine].tolist())
        return dict(zip(names, self.counted.counts[mine].tolist(), strict=True))

    def scores(self, query: Query) -> dict[str, float]:
        picks = recommend(self.index, query, lambda _item: True)
        return {self.index.published.item_ids[pick.item]: pick.score for pick in picks}

    def top(self, location: str, *, basket: tuple[str, ...] = ()) -> float:
        """Give the best score of a page, 1 where nothing has any."""
        best = max(self.scores(Query(location, None, basket, None, 1)).values(), default=0.0)
        return best if best > 0.0 else 1.0

    def entries(self, anchor: str, found: Recent) -> tuple[float, list[_Entry]]:
        """Give the best score of the anchor's page, and what must be added for the pairs that are news."""
        scores = self.scores(Query("product", anchor, (), None, _LENGTH))
        top = max(max(scores.values(), default=0.0), 0.0) or 1.0
        if anchor not in self.index.items:  # its page shows bestsellers only: any pair says more
            scores, top = {}, 2.0 * top
        known, before = self.known(anchor), self.total(anchor)
        after = before + found.sold[anchor] + _SHRINK
        fresh = found.together(anchor)
        counts = Counter(known) + Counter(fresh)
        best = max(counts.values(), default=1)
        entries = []
        for product, more in fresh.items():
            was = known.get(product, 0) / (before + _SHRINK)
            missing = top * counts[product] / best - scores.get(product, 0.0)
            if more >= FEWEST_TOGETHER and missing > 0.0 and counts[product] / after > _NEWS * was:
                entries.append(_Entry(product, missing, counts[product]))
        return top, sorted(entries, key=lambda entry: (-entry.score, entry.product))[:_LENGTH]

    def rising(self, found: Recent) -> dict[str, float]:
        """Give what sold more since the training than ever before it, against what sold most: up to 1."""
        most = max(found.sold.values(), default=1)
        return {
            product: orders / most
            for product, orders in found.sold.items()
            if orders >= FEWEST_SOLD and orders > self.total(product)
        }


def _fresh(ids: Sequence[str], rows: Mapping[str, Sequence[_Entry]], model: _Model, found: Recent) -> Lists:
    numbers = {product: number for number, product in enumerate(ids)}
    entries = [entry for product in ids for entry in rows.get(product, ())]
    return Lists(
        Anchor.ITEM,
        ReasonKind.BOUGHT_TOGETHER,
        np.cumsum([0, *(len(rows.get(product, ())) for product in ids)]).astype(np.int64),
        np.asarray([numbers[entry.product] for entry in entries], np.int32),
        np.asarray([entry.score for entry in entries], np.float32),
        np.asarray([entry.count for entry in entries], np.int32),
        np.asarray([model.total(product) + found.sold.get(product, 0) for product in ids], np.int32),
    )


def _rising(ids: Sequence[str], rising: Mapping[str, float]) -> Lists:
    ranked = sorted(rising, key=lambda product: (-rising[product], product))
    numbers = {product: number for number, product in enumerate(ids)}
    return Lists(
        Anchor.NONE,
        ReasonKind.TRENDING,
        np.asarray([0, len(ranked)], np.int64),
        np.asarray([numbers[product] for product in ranked], np.int32),
        np.asarray([rising[product] for product in ranked], np.float32),
    )


def _digest(rows: Rows) -> str:
    return blake2b(repr(rows).encode(), digest_size=12).hexdigest()
