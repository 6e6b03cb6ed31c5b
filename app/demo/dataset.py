"""The shop's past: real orders, moved in time. Source and licence stand in data/ATTRIBUTION.md."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

KEPT_BACK = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class PastProduct:
    """``price`` in pennies; ``title`` as the source has it."""

    product_id: str
    title: str
    price: int
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class PastLine:
    product_id: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class PastOrder:
    order_id: str
    created_at: datetime
    customer_id: str | None
    lines: tuple[PastLine, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that happened before the shop opened here, in the source's own time, oldest order first.

    ``customers`` also has those who only come to buy in the 28 days that are kept back.
    """

    products: tuple[PastProduct, ...]
    customers: tuple[str, ...]
    orders: tuple[PastOrder, ...]

    def days_until(self, yesterday: date) -> timedelta:
        """The whole days by which the last order has to move to be of that day."""
        return yesterday - self.orders[-1].created_at.date()


def read() -> Past:
    """The past that is shipped with the shop, without the last 28 days."""
    heads = _heads()
    customers = {head.customer_id for head in heads if head.customer_id is not None}
    return Past(products(), tuple(sorted(customers)), _orders(heads, 0, _cut(heads)))


def kept_back() -> tuple[PastOrder, ...]:
    """The orders of the last 28 days, counted to the end of the last day: what nobody is told about."""
    heads = _heads()
    return _orders(heads, _cut(heads), len(heads))


def products() -> tuple[PastProduct, ...]:
    return tuple(
        PastProduct(row["product_id"], row["title"], row["price"], row["first_seen"].replace(tzinfo=UTC))
        for row in _table("products").to_pylist()
    )


@dataclass(frozen=True, slots=True)
class _Head:
    order_id: str
    created_at: datetime
    customer_id: str | None
    lines: int


def _heads() -> list[_Head]:
    return [
        _Head(
            str(row["order_id"]),
            row["created_at"].replace(tzinfo=UTC),
            None if row["customer_id"] is None else str(row["customer_id"]),
            row["lines"],
        )
        for row in _table("orders").to_pylist()
    ]


def _cut(heads: list[_Head]) -> int:
    """How many orders are history."""
    last_day = heads[-1].created_at.replace(hour=0, minute=0, second=0)
    first_kept = last_day + timedelta(days=1) - KEPT_BACK
    return bisect_left(heads, first_kept, key=lambda head: head.created_at)


def _orders(heads: list[_Head], start: int, stop: int) -> tuple[PastOrder, ...]:
    product_ids = _table("products").column("product_id").to_pylist()
    first, count = (sum(head.lines for head in part) for part in (heads[:start], heads[start:stop]))
    table = _table("lines").slice(first, count)
    lines = zip(*(table.column(name).to_pylist() for name in ("product", "quantity", "price")), strict=True)
    return tuple(
        PastOrder(
            head.order_id,
            head.created_at,
            head.customer_id,
            tuple(
                PastLine(product_ids[product], quantity, price)
                for product, quantity, price in islice(lines, head.lines)
            ),
        )
        for head in heads[start:stop]
    )


def _table(name: str) -> pa.Table:
    # Only the loader and the simulated shoppers need pyarrow: the shop's own pages must not pay for it.
    from pyarrow import parquet  # noqa: PLC0415

    with as_file(files("app.demo").joinpath(f"data/{name}.parquet")) as path:
        return parquet.read_table(path)
