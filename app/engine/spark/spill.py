"""A data set whose order lines are mapped from disk: read as they are needed, and let go of again."""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.engine.dataset import Catalog, Dataset, canonical
from app.engine.similarity import Descriptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from app.engine.types import LongArray

_BUFFER = 1_000_000
_BLOCK = 100_000


class Line(NamedTuple):
    """An order line; ``placed`` in seconds, a customer of ``""`` is nobody known."""

    placed: int
    order: str
    customer: str
    product: str
    quantity: float
    price: float


def spilled(lines: Iterable[Line], catalog: Catalog, *, known_from: int = 0) -> Dataset:
    """Give what ``dataset.assemble`` gives, from lines sorted by time and order, of products of the catalog.

    Memory follows the products and orders, not the lines. Shoppers are told apart in the orders numbered
    ``known_from`` and later. The files are unlinked before this returns and live as long as the data set.
    """
    with TemporaryDirectory(prefix="alongside-orders-") as folder:
        read = _Read.of(catalog, Path(folder))
        for (placed, _order), held in groupby(lines, key=lambda line: (line.placed, line.order)):
            read.take(placed, sorted(held, key=lambda line: (line.quantity, line.price)), known_from)
        return read.finished()


@dataclass
class _Column:
    """Numbers that grow on disk."""

    path: Path
    code: str
    waiting: array[int] = field(init=False)

    def __post_init__(self) -> None:
        self.waiting = array(self.code)
        self.path.touch()

    def flush(self) -> None:
        """Write what waits."""
        with self.path.open("ab") as file:
            self.waiting.tofile(file)
        self.waiting = array(self.code)

    def mapped(self) -> NDArray[np.int32]:
        """Give all of them, to be read and written in place."""
        self.flush()
        if not self.path.stat().st_size:
            return np.zeros(0, np.int32)
        return np.memmap(self.path, np.int32, mode="r+")


@dataclass
class _Read:
    """What is known of the orders so far; ``numbers`` and ``told`` follow the catalog's products."""

    catalog: Catalog
    numbers: dict[str, int]
    told: list[blake2b]
    lines: list[int]
    items: _Column
    starts: array[int] = field(default_factory=lambda: array("q", [0]))
    times: array[int] = field(default_factory=lambda: array("q"))
    seats: array[int] = field(default_factory=lambda: array("q"))
    shoppers: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, folder: Path) -> _Read:
        """Begin."""
        numbers = {product: number for number, product in enumerate(catalog.products)}
        told = [blake2b(digest_size=16) for _product in numbers]
        return cls(catalog, numbers, told, [0] * len(numbers), _Column(folder / "items", "i"))

    def take(self, placed: int, lines: list[Line], known_from: int) -> None:
        """Add an order."""
        kept = [line for line in lines if line.quantity > 0]
        if not kept:
            return
        number = len(self.times)
        for line in kept:
            item = self.numbers[line.product]
            self.told[item].update(struct.pack("<3d", number, line.quantity, line.price))
            self.lines[item] += 1
        held = {self.numbers[line.product] for line in kept}
        self.items.waiting.extend(held)
        if len(self.items.waiting) > _BUFFER:
            self.items.flush()
        self.starts.append(self.starts[-1] + len(held))
        self.times.append(placed)
        customer = max(line.customer for line in kept) if number >= known_from else ""
        self.seats.append(self.shoppers.setdefault(customer, len(self.shoppers)) if customer else -1)

    def finished(self) -> Dataset:
        """Number the items as ``dataset.assemble`` does, and the shoppers by id."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        shelf = self.catalog
        signatures = [(-count, told.digest()) for count, told in zip(self.lines, self.told, strict=True)]
        order = canonical(shelf, signatures)
        starts, items = np.asarray(self.starts, np.int64), self.items.mapped()
        for block in _blocks(starts):
            _renumber(items, starts, block, np.argsort(order).astype(np.int32))
        if starts[-1] <= np.iinfo(np.int32).max:
            starts = starts.astype(np.int32)
        shape = (len(self.times), len(order))
        ones = np.broadcast_to(np.ones(1), items.shape) if len(items) else np.zeros(0)
        names = sorted(self.shoppers)
        place = np.empty(len(names) + 1, np.int64)
        place[[self.shoppers[name] for name in names]] = np.arange(len(names))
        place[-1] = -1
        return Dataset(
            item_ids=tuple(shelf.products[k] for k in order),
            shopper_ids=tuple(names),
            described=Descriptions(
                tuple(shelf.titles[k] for k in order),
                tuple(shelf.categories[k] for k in order),
                tuple(shelf.brands[k] for k in order),
            ),
            created=np.asarray(shelf.created, np.int64)[order],
            bought=csr_matrix((ones, items, starts), shape=shape, copy=False),
            times=np.asarray(self.times, np.int64),
            buyers=place[np.asarray(self.seats, np.int64)],
            now=int(self.times[-1]) + 1 if len(self.times) else 0,
            prices=np.asarray(shelf.prices, np.float64)[order],
        )


def _blocks(starts: LongArray) -> Iterator[slice]:
    """Give slices of some orders each."""
    for first in range(0, len(starts) - 1, _BLOCK):
        yield slice(first, min(first + _BLOCK, len(starts) - 1))


def _renumber(items: NDArray[np.int32], starts: LongArray, block: slice, place: NDArray[np.int32]) -> None:
    """Give the items of some orders their new numbers, lowest first in each order."""
    mine = slice(int(starts[block.start]), int(starts[block.stop]))
    rows = np.repeat(np.arange(block.stop - block.start), np.diff(starts[block.start : block.stop + 1]))
    numbers = place[items[mine]]
    items[mine] = numbers[np.lexsort((numbers, rows))]
