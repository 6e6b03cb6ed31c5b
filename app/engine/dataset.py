"""A store's orders as numbers. Numbering follows behaviour: ids and the order of rows mean nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from app.engine.pairs import Pairs
from app.engine.similarity import Descriptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.types import LongArray

DAY = 86_400


@dataclass(frozen=True, slots=True)
class OrderLines:
    """One entry per order line. ``times`` are whole seconds (UTC); a customer of ``""`` is nobody known."""

    orders: Sequence[str]
    times: LongArray
    customers: Sequence[str]
    products: Sequence[str]
    quantities: NDArray[np.float64]
    prices: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Catalog:
    """One entry per product; texts are ``""`` where unknown, ``created`` (seconds) is 0 where unknown."""

    products: Sequence[str]
    titles: Sequence[str]
    categories: Sequence[str]
    brands: Sequence[str]
    prices: NDArray[np.float64]
    created: LongArray


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits x items, 1 where the item was looked at; sorted by time (seconds)."""

    seen: csr_matrix
    times: LongArray

    def ages(self, now: int) -> NDArray[np.float64]:
        """Days between each visit and ``now``; a later one has age 0."""
        found: NDArray[np.float64] = np.maximum(now - self.times, 0) / DAY
        return found

    def before(self, now: int) -> Visits:
        """Keep the visits before ``now``."""
        kept = slice(0, int(np.searchsorted(self.times, now)))
        return Visits(self.seen[kept], self.times[kept])


@dataclass(frozen=True)
class Dataset:
    """What strategies learn from.

    ``bought`` is orders x items, 1 where the item is in the order; orders are sorted by time, ``times`` in
    seconds, ``buyers`` holds a shopper number or -1. ``now`` is the time that ages are counted from.
    """

    item_ids: tuple[str, ...]
    shopper_ids: tuple[str, ...]
    described: Descriptions
    created: LongArray
    bought: csr_matrix
    times: LongArray
    buyers: LongArray
    now: int
    prices: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    visits: Visits | None = None
    sizes: LongArray = field(init=False)

    def __post_init__(self) -> None:
        """Count the distinct items of each order."""
        object.__setattr__(self, "sizes", np.diff(self.bought.indptr).astype(np.int64))

    @property
    def items(self) -> int:
        """Number of items."""
        return len(self.item_ids)

    @property
    def orders(self) -> int:
        """Number of orders."""
        return len(self.times)

    @cached_property
    def buyers_of(self) -> csr_matrix:
        """``bought`` the other way round: items x orders."""
        return self.bought.T.tocsr()

    @cached_property
    def pairs(self) -> Pairs:
        """How many orders hold two items."""
        return Pairs.count(self.bought)

    def ages(self) -> NDArray[np.float64]:
        """Days between each order and ``now``."""
        return (self.now - self.times) / DAY

    def between(self, first: int, last: int) -> Dataset:
        """Keep the orders numbered ``first`` to ``last - 1``, all items and all shoppers."""
        now = int(self.times[last]) if last < self.orders else self.now
        kept = slice(first, last)
        return replace(
            self,
            bought=self.bought[kept],
            times=self.times[kept],
            buyers=self.buyers[kept],
            now=now,
            visits=self.visits.before(now) if self.visits else None,
        )

    def parted(self, first: int) -> tuple[Dataset, Dataset]:
        """Part the orders at the one numbered ``first``; pairs are counted once, the later taken away."""
        before, after = self.between(0, first), self.between(first, self.orders)
        vars(before)["pairs"] = self.pairs.less(after.pairs)
        return before, after

    def priced(self) -> NDArray[np.float64]:
        """Give the price of each item, 0 where unknown."""
        return self.prices if len(self.prices) == self.items else np.zeros(self.items)


def assemble(lines: OrderLines, catalog: Catalog) -> Dataset:
    """Number orders by time, shoppers by id and items by behaviour; products not in the catalog too.

    Lines with a quantity that is not positive are left out; several lines of a product in an order are one.
    """
    kept = np.flatnonzero(np.asarray(lines.quantities) > 0).tolist()
    heads = _Heads.read(lines, kept)
    shelf = _shelf([lines.products[k] for k in kept], catalog)
    found = _Found(
        orders=heads.numbers,
        items=_codes([lines.products[k] for k in kept], {name: k for k, name in enumerate(shelf.products)}),
        quantities=np.asarray(lines.quantities, np.float64)[kept],
        prices=np.asarray(lines.prices, np.float64)[kept],
    )
    order = canonical(shelf, found.signatures(len(shelf.products)))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return Dataset(
        item_ids=tuple(shelf.products[k] for k in order),
        shopper_ids=heads.shoppers,
        described=Descriptions(
            tuple(shelf.titles[k] for k in order),
            tuple(shelf.categories[k] for k in order),
            tuple(shelf.brands[k] for k in order),
        ),
        created=shelf.created[order],
        bought=found.matrix(place, len(heads.times)),
        times=heads.times,
        buyers=heads.buyers,
        now=int(heads.times[-1]) + 1 if len(heads.times) else 0,
        prices=np.asarray(shelf.prices, np.float64)[order],
    )


def visited(data: Dataset, looks: Sequence[tuple[str, int, str]]) -> Dataset:
    """Add who looked at what: (visit, second, product) each; products that are not known are left out.

    A visit is as old as its first look.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    numbers = {product: number for number, product in enumerate(data.item_ids)}
    known = [(visit, at, numbers[product]) for visit, at, product in looks if product in numbers]
    began: dict[str, int] = {}
    for visit, at, _item in known:
        began[visit] = min(at, began.get(visit, at))
    ordered = sorted(began, key=lambda visit: (began[visit], visit))
    places = {visit: place for place, visit in enumerate(ordered)}
    cells = (
        np.asarray([places[visit] for visit, _at, _item in known], np.int64),
        np.asarray([item for _visit, _at, item in known], np.int64),
    )
    seen = csr_matrix((np.ones(len(known)), cells), shape=(len(ordered), data.items))
    seen.data[:] = 1.0
    times = np.asarray([began[visit] for visit in ordered], np.int64)
    return replace(data, visits=Visits(seen, times))


@dataclass(frozen=True, slots=True)
class _Heads:
    """The orders, sorted by time then id; ``numbers`` gives the order of each line."""

    numbers: LongArray
    times: LongArray
    buyers: LongArray
    shoppers: tuple[str, ...]

    @classmethod
    def read(cls, lines: OrderLines, kept: Sequence[int]) -> _Heads:
        """An order is as old as its oldest line and belongs to the last (by id) customer named."""
        names = sorted({lines.orders[k] for k in kept})
        codes = _codes([lines.orders[k] for k in kept], {name: k for k, name in enumerate(names)})
        shoppers = sorted({lines.customers[k] for k in kept} - {""})
        seats = {"": -1} | {name: k for k, name in enumerate(shoppers)}
        times = np.full(len(names), np.iinfo(np.int64).max)
        np.minimum.at(times, codes, np.asarray(lines.times, np.int64)[kept])
        buyers = np.full(len(names), -1, np.int64)
        np.maximum.at(buyers, codes, _codes([lines.customers[k] for k in kept], seats))
        by_time = np.argsort(times, kind="stable")
        rank = np.empty(len(names), np.int64)
        rank[by_time] = np.arange(len(names))
        return cls(rank[codes], times[by_time], buyers[by_time], tuple(shoppers))


@dataclass(frozen=True, slots=True)
class _Found:
    """The kept lines as numbers; ``items`` are places on the shelf."""

    orders: LongArray
    items: LongArray
    quantities: NDArray[np.float64]
    prices: NDArray[np.float64]

    def signatures(self, items: int) -> list[tuple[int, bytes]]:
        """Tell items apart by what happened to them: number of lines (negative), digest of their lines."""
        by_item = np.lexsort((self.prices, self.quantities, self.orders, self.items))
        told = np.stack([self.orders, self.quantities, self.prices], axis=1)[by_item]
        ends = np.cumsum(np.bincount(self.items, minlength=items))
        parts = np.split(told, ends[:-1]) if items else []
        return [(-len(part), blake2b(part.tobytes(), digest_size=16).digest()) for part in parts]

    def matrix(self, place: LongArray, orders: int) -> csr_matrix:
        """Give orders x items, 1 where bought."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        ones = np.ones(len(self.items), np.float64)
        found = csr_matrix((ones, (self.orders, place[self.items])), shape=(orders, len(place)))
        found.sum_duplicates()
        found.data[:] = 1.0
        return found


def _codes(names: Sequence[str], numbers: dict[str, int]) -> LongArray:
    return np.fromiter((numbers[name] for name in names), np.int64, len(names))


def _shelf(bought: Sequence[str], catalog: Catalog) -> Catalog:
    """Give the catalog once per product, with a nameless entry for what was bought but is not in it."""
    first = {name: k for k, name in reversed(list(enumerate(catalog.products)))}
    rows = sorted(first.values())
    extra = sorted(set(bought) - set(first))
    blank = [""] * len(extra)
    return Catalog(
        products=[*(catalog.products[k] for k in rows), *extra],
        titles=[*(catalog.titles[k] for k in rows), *blank],
        categories=[*(catalog.categories[k] for k in rows), *blank],
        brands=[*(catalog.brands[k] for k in rows), *blank],
        prices=np.concatenate([np.asarray(catalog.prices, np.float64)[rows], np.zeros(len(extra))]),
        created=np.concatenate([np.asarray(catalog.created, np.int64)[rows], np.zeros(len(extra), np.int64)]),
    )


def canonical(shelf: Catalog, signatures: Sequence[tuple[int, bytes]]) -> list[int]:
    """Sort the shelf by behaviour, then by description; an id only ever parts perfect twins."""
    return sorted(
        range(len(shelf.products)),
        key=lambda k: (
            *signatures[k],
            shelf.titles[k],
            shelf.categories[k],
            shelf.brands[k],
            float(shelf.prices[k]),
            int(shelf.created[k]),
            shelf.products[k],
        ),
    )
