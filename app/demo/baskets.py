"""What is in a shopper's basket now. A basket is known by the random id in the shopper's cookie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.demo import catalog
from app.demo.catalog import Product
from app.demo.store import Db
from app.kernel.errors import Conflict, NotFound

MOST = 99


@dataclass(frozen=True, slots=True)
class Line:
    """``slate_id`` names the slate that brought the product into the basket, where one did."""

    product: Product
    quantity: int
    slate_id: str | None

    @property
    def total(self) -> int:
        return self.product.price * self.quantity


@dataclass(frozen=True, slots=True)
class Wish:
    """A product somebody puts into a basket."""

    product_id: str
    quantity: int
    slate_id: str | None = None


def lines(db: Db, basket_id: str) -> list[Line]:
    """In the order in which they were first added."""
    rows = db.execute(
        "SELECT product_id, title, category, price, stock, quantity, slate_id"
        " FROM basket_lines JOIN products USING (product_id) WHERE basket_id = ? ORDER BY place",
        (basket_id,),
    )
    return [
        Line(
            Product(row["product_id"], row["title"], row["category"], row["price"], row["stock"]),
            row["quantity"],
            row["slate_id"],
        )
        for row in rows
    ]


def count(db: Db, basket_id: str) -> int:
    row = db.execute(
        "SELECT coalesce(sum(quantity), 0) AS pieces FROM basket_lines WHERE basket_id = ?", (basket_id,)
    ).fetchone()
    return int(row["pieces"])


def add(db: Db, basket_id: str, wish: Wish, at: datetime) -> None:
    """Add to what is there, never more than the shop has. The first slate that brought a product stays.

    Raises NotFound for an unknown product and Conflict for one that is sold out.
    """
    product = catalog.get(db, wish.product_id)
    if product is None:
        raise NotFound("product", wish.product_id)
    if product.stock < 1:
        raise Conflict(f"{product.title} is sold out")
    most = min(MOST, product.stock)
    db.execute(
        "INSERT INTO basket_lines (basket_id, product_id, quantity, slate_id, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (basket_id, product_id) DO UPDATE SET"
        " quantity = min(quantity + ?, ?), slate_id = coalesce(slate_id, excluded.slate_id)",
        (
            basket_id, product.product_id, min(wish.quantity, most), wish.slate_id, at.isoformat(),
            wish.quantity, most,
        ),
    )  # fmt: skip


def put(db: Db, basket_id: str, product_id: str, quantity: int) -> None:
    """Set the quantity of a line, at most what the shop has; 0 takes the line out."""
    product = catalog.get(db, product_id)
    kept = min(quantity, MOST, product.stock) if product else 0
    if kept > 0:
        db.execute(
            "UPDATE basket_lines SET quantity = ? WHERE basket_id = ? AND product_id = ?",
            (kept, basket_id, product_id),
        )
    else:
        db.execute("DELETE FROM basket_lines WHERE basket_id = ? AND product_id = ?", (basket_id, product_id))


def empty(db: Db, basket_id: str) -> None:
    db.execute("DELETE FROM basket_lines WHERE basket_id = ?", (basket_id,))
