"""Products and customers of the demo shop, as its pages show them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from sqlite3 import Row

from app.demo.store import Db

CURRENCY = "GBP"
PAGE = 24
FEW = 10
_COLUMNS = "product_id, title, category, price, stock"
_ORDERINGS = {
    "popular": "sold DESC, product_id",
    "new": "created_at DESC, product_id",
    "cheap": "price, product_id",
    "dear": "price DESC, product_id",
}
_WORD = re.compile(r"[\w'-]+")
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Product:
    """``price`` in pennies."""

    product_id: str
    title: str
    category: str
    price: int
    stock: int


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: str
    name: str
    email: str
    orders: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of products; ``total`` counts all pages."""

    products: tuple[Product, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def get(db: Db, product_id: str) -> Product | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM products WHERE product_id = ?", (product_id,)).fetchone()
    return None if row is None else _product(row)


def bestsellers(db: Db, count: int) -> list[Product]:
    """What sold most; nothing that is sold out."""
    return _first(db, "popular", count)


def newest(db: Db, count: int) -> list[Product]:
    return _first(db, "new", count)


def faces(db: Db) -> dict[str, Product]:
    """Category key -> its best seller."""
    # SQLite takes the bare columns from the row that has the maximum.
    rows = db.execute(f"SELECT {_COLUMNS}, max(sold) FROM products GROUP BY category")
    return {row["category"]: _product(row) for row in rows}


def counts(db: Db) -> dict[str, int]:
    """Category key -> number of products."""
    rows = db.execute("SELECT category, count(*) AS products FROM products GROUP BY category")
    return {str(row["category"]): int(row["products"]) for row in rows}


def shelf(db: Db, category: str, ordering: str, page: int) -> Shelf:
    return _page(db, ("category = ?", (category,)), ordering, page)


def search(db: Db, text: str, ordering: str, page: int) -> Shelf:
    """Products whose title, number or category has every word of the text; none for a text without words."""
    words = [word.lower() for word in _WORD.findall(text)][:_MOST_WORDS]
    if not words:
        return Shelf((), 0, 1)
    where = " AND ".join("instr(words, ?) > 0" for _ in words)
    return _page(db, (where, tuple(words)), ordering, page)


def customer(db: Db, customer_id: str) -> Customer | None:
    row = db.execute("SELECT * FROM customers WHERE customer_id = ?", (customer_id,)).fetchone()
    return None if row is None else Customer(row["customer_id"], row["name"], row["email"], row["orders"])


def regulars(db: Db, count: int) -> list[Customer]:
    """Customers with the most orders so far, best first."""
    rows = db.execute("SELECT * FROM customers ORDER BY orders DESC, customer_id LIMIT ?", (count,))
    return [Customer(row["customer_id"], row["name"], row["email"], row["orders"]) for row in rows]


def _first(db: Db, ordering: str, count: int) -> list[Product]:
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM products WHERE stock > 0 ORDER BY {_ORDERINGS[ordering]} LIMIT ?", (count,)
    )
    return [_product(row) for row in rows]


def _page(db: Db, where: tuple[str, tuple[str, ...]], ordering: str, page: int) -> Shelf:
    condition, values = where
    counted = db.execute(f"SELECT count(*) AS products FROM products WHERE {condition}", values).fetchone()
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM products WHERE {condition}"
        f" ORDER BY stock = 0, {_ORDERINGS.get(ordering, _ORDERINGS['popular'])} LIMIT ? OFFSET ?",
        (*values, PAGE, (page - 1) * PAGE),
    )
    return Shelf(tuple(_product(row) for row in rows), counted["products"], page)


def _product(row: Row) -> Product:
    return Product(row["product_id"], row["title"], row["category"], row["price"], row["stock"])
