"""Rows of a small shop, written straight into the tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.kernel.db import Database
from app.kernel.ids import StoreId

_PRODUCT = text(
    """
    insert into products (store_id, product_id, title, url, image, category, brand, description, tags,
                          price_amount, currency, stock, stock_version, visible, created_at, version, deleted)
    values (:store_id, :id, :title, '/' || :id, '', 'kitchen', '', '', '{}', 425, 'GBP', :stock, now(),
            :visible, cast(:at as timestamptz), now(), :deleted)
    """
)
VARIANT = text(
    """
    insert into variants (store_id, product_id, variant_id, title, price_amount, stock, stock_version,
                          options, position, version, deleted)
    values (:store_id, :id, :variant, '', 425, :stock, now(), '{}', :position, now(), false)
    """
)
_ORDER = text(
    """
    insert into orders (store_id, order_id, customer_id, visitor_id, created_at, status, currency,
                        total_amount, version)
    values (:store_id, :id, :customer, :visitor, cast(:at as timestamptz), :status, 'GBP', 100, now())
    """
)
_LINE = text(
    """
    insert into order_lines (store_id, order_id, line_id, product_id, quantity, unit_amount, total_amount)
    values (:store_id, :id, :product, :product, 1, 425, 425)
    """
)


class Shelf:
    """Writes rows of one store."""

    def __init__(self, database: Database, store_id: StoreId) -> None:
        self.database, self.store_id = database, store_id

    def run(self, statement: object, **values: object) -> None:
        with self.database.unit(self.store_id) as unit:
            unit.session.execute(statement, {"store_id": self.store_id, **values})  # type: ignore[call-overload]

    def product(
        self, product_id: str, *, stock: int | None = None, visible: bool = True, deleted: bool = False
    ) -> None:
        day = len(product_id)  # a longer id is a newer product
        self.run(
            _PRODUCT, id=product_id, title=f"a {product_id}", stock=stock, visible=visible, deleted=deleted,
            at=f"2026-01-{day:02}",
        )  # fmt: skip

    def order(self, order_id: str, *products: str, customer: str | None = None, **more: str) -> None:
        told = {"status": "paid", "visitor": None, "at": "2026-11-01", **more}
        self.run(_ORDER, id=order_id, customer=customer, **told)
        for product in products:
            self.run(_LINE, id=order_id, product=product)


def sell_families(shelf: Shelf, first: int, last: int, *, mixed: bool = False) -> None:
    """Orders numbered ``first`` to ``last - 1``, eight a day: three of a family of four products each.

    ``mixed`` takes one product of three families instead.
    """
    start = datetime(2026, 6, 1, tzinfo=UTC)
    orders, lines = [], []
    for number in range(first, last):
        at, order_id = start + timedelta(hours=3 * number), f"f{number:04}"
        told = {"customer": f"c{number % 20}", "visitor": None, "status": "paid"}
        orders.append({"store_id": shelf.store_id, "id": order_id, "at": at.isoformat(), **told})
        family = number % 20 % 5
        for k in range(3):
            kind = (family + 2 * k) % 5 if mixed else family
            product = f"p{kind}-{(number // 5 + k) % 4}"
            lines.append({"store_id": shelf.store_id, "id": order_id, "product": product})
    with shelf.database.unit(shelf.store_id) as unit:
        unit.session.execute(_ORDER, orders)
        unit.session.execute(_LINE, lines)


def families(shelf: Shelf) -> None:
    """Put the products of five families on the shelf."""
    for family in range(5):
        for member in range(4):
            shelf.product(f"p{family}-{member}")
