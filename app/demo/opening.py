"""Opens the shop: fills its file with products and customers."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from importlib.resources import files

from app.demo import store
from app.demo.dataset import Past, PastProduct
from app.demo.nouns import CATEGORIES, Reader
from app.demo.store import Db, Store
from app.demo.titles import humane
from app.kernel.clock import Clock

_SOLD_OUT_PER_MILLE = 15
_LOW_PER_MILLE = 60


def prepare(shop: Store, past: Past, clock: Clock) -> None:
    """Fill the file, once and in one transaction; a file that is prepared already stays as it is."""
    shop.create()
    with shop.write() as db:
        if store.meta(db, "prepared") is not None:
            return
        now = clock.now()
        days = past.days_until(now.date() - timedelta(days=1))
        _put_products(db, past, days, now)
        _put_customers(db, past)
        store.put_meta(db, "days", str(days.days))
        store.put_meta(db, "prepared", now.isoformat())


def stock_of(product_id: str) -> int:
    """Made up, but always the same for a product: 15 in 1,000 are sold out, some are low, most are plenty."""
    chance = _number("stock", product_id)
    share, more = chance % 1000, chance // 1000
    if share < _SOLD_OUT_PER_MILLE:
        return 0
    if share < _LOW_PER_MILLE:
        return 5 + more % 5
    return 60 + more % 540


def _put_products(db: Db, past: Past, days: timedelta, now: datetime) -> None:
    sold = Counter(line.product_id for order in past.orders for line in order.lines)
    reader = Reader()
    names = {category.key: category.name for category in CATEGORIES}
    rows = []
    for product in past.products:
        title = humane(product.title)
        category = reader.read(title).category
        rows.append(
            (
                product.product_id,
                title,
                category,
                product.price,
                sold[product.product_id],
                _first_seen(product, days, now).isoformat(),
                stock_of(product.product_id),
                f"{title} {product.product_id} {names[category]}".lower(),
            )
        )
    db.executemany("INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _first_seen(product: PastProduct, days: timedelta, now: datetime) -> datetime:
    return min(product.first_seen + days, now)


def _put_customers(db: Db, past: Past) -> None:
    orders = Counter(order.customer_id for order in past.orders)
    people = files("app.demo").joinpath("data/names.txt").read_text(encoding="utf-8").splitlines()
    first, last = people[0].split(), people[1].split()
    rows = []
    for customer_id in past.customers:
        chance = _number("name", customer_id)
        name = f"{first[chance % len(first)]} {last[chance // len(first) % len(last)]}"
        email = f"{name.lower().replace(' ', '.')}.{customer_id}@example.com"
        rows.append((customer_id, name, email, orders[customer_id]))
    db.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", rows)


def _number(purpose: str, key: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{purpose} {key}".encode()).digest()[:8])
