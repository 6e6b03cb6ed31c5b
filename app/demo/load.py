"""Brings the demo shop's products, customers and history to Alongside as any shop would: by its API."""

from __future__ import annotations

import gzip
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from sqlite3 import Row
from typing import TypeAlias

import httpx

from app.demo import connection, dataset, opening, store
from app.demo.catalog import CURRENCY
from app.demo.connection import Connection
from app.demo.dataset import Past, PastOrder
from app.demo.nouns import CATEGORIES
from app.demo.outbox import Record
from app.demo.store import Store
from app.kernel.clock import Clock
from app.kernel.errors import Upstream

# Called with what is being sent, how many records of it have arrived, and how many there are.
Progress: TypeAlias = Callable[[str, int, int], None]

_RECORDS = 1_000
_LINES = 20_000
_AT_ONCE = 2
_TIMEOUT_S = 120.0
_ATTEMPTS = 7
_FIRST_PAUSE_S = 0.25
_LEVEL = 3
_COMPLETE = "everything"
_CATEGORY_NAMES = {category.key: category.name for category in CATEGORIES}


@dataclass(frozen=True, slots=True)
class Batch:
    kind: str
    number: int
    records: tuple[Record, ...]


def load(link: Connection, data_dir: Path, clock: Clock, progress: Progress) -> None:
    """Prepare the shop's file and send everything to Alongside; what has arrived before is not sent again.

    Safe to be killed and run again. Raises Upstream where Alongside cannot be reached or rejects a record.
    """
    shop = Store(connection.folder(data_dir))
    if shop.is_prepared() and _is_complete(shop, link.store_id):
        progress("orders", 1, 1)
        return
    progress("prepare", 0, 1)
    past = dataset.read()
    opening.prepare(shop, past, clock)
    progress("prepare", 1, 1)
    send(link, shop, past, progress)


def send(link: Connection, shop: Store, past: Past, progress: Progress) -> None:
    """Products, then customers, then orders; one kind has arrived before the next begins."""
    with shop.read() as db:
        days = timedelta(days=int(store.meta(db, "days") or 0))
        opened = store.meta(db, "prepared") or ""
        products = [_product(row, opened) for row in db.execute("SELECT * FROM products ORDER BY product_id")]
        customers = [
            _customer(row, opened) for row in db.execute("SELECT * FROM customers ORDER BY customer_id")
        ]
    orders = (_order(order, days) for order in past.orders)
    with httpx.Client(timeout=_TIMEOUT_S, headers={"authorization": f"Bearer {link.secret_key}"}) as http:
        road = _Road(link, shop, http, progress)
        road.send("products", len(products), products)
        road.send("customers", len(customers), customers)
        road.send("orders", len(past.orders), orders)
    with shop.write() as db:
        db.execute("INSERT OR IGNORE INTO sent VALUES (?, ?, 0)", (link.store_id, _COMPLETE))


def _is_complete(shop: Store, store_id: str) -> bool:
    with shop.read() as db:
        found = db.execute(
            "SELECT 1 FROM sent WHERE store_id = ? AND kind = ?", (store_id, _COMPLETE)
        ).fetchone()
    return found is not None


@dataclass(frozen=True, slots=True)
class _Road:
    link: Connection
    shop: Store
    http: httpx.Client
    progress: Progress

    def send(self, kind: str, total: int, records: Iterable[Record]) -> None:
        """A few batches at once, so that one is written here while another is read there."""
        done = 0
        self.progress(kind, done, total)
        arrived = self._arrived(kind)
        travelling: deque[Future[int]] = deque()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for batch in _batches(kind, records):
                if len(travelling) == _AT_ONCE:
                    done += travelling.popleft().result()
                    self.progress(kind, done, total)
                travelling.append(pool.submit(self._travel, batch, new=batch.number not in arrived))
            for last in travelling:
                done += last.result()
                self.progress(kind, done, total)

    def _travel(self, batch: Batch, *, new: bool) -> int:
        """Send one batch, unless it has arrived before, and note its arrival; returns its size."""
        if new:
            _post(self.http, self.link.api_url(batch.kind), batch)
            with self.shop.write() as db:
                sent = (self.link.store_id, batch.kind, batch.number)
                db.execute("INSERT OR IGNORE INTO sent VALUES (?, ?, ?)", sent)
        return len(batch.records)

    def _arrived(self, kind: str) -> set[int]:
        with self.shop.read() as db:
            rows = db.execute(
                "SELECT batch FROM sent WHERE store_id = ? AND kind = ?", (self.link.store_id, kind)
            ).fetchall()
        return {int(row["batch"]) for row in rows}


def _batches(kind: str, records: Iterable[Record]) -> Iterator[Batch]:
    """In order, at most 1,000 records each, and not many more than 20,000 order lines."""
    number, kept, lines = 0, list[Record](), 0
    for record in records:
        kept.append(record)
        inside = record.get("lines")
        lines += len(inside) if isinstance(inside, list) else 0
        if len(kept) == _RECORDS or lines >= _LINES:
            yield Batch(kind, number, tuple(kept))
            number, kept, lines = number + 1, [], 0
    if kept:
        yield Batch(kind, number, tuple(kept))


def _post(http: httpx.Client, url: str, batch: Batch) -> None:
    """Raises Upstream after several attempts, or at once where trying again cannot help."""
    body = gzip.compress(json.dumps({batch.kind: batch.records}).encode(), _LEVEL)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    trouble = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_FIRST_PAUSE_S * 2 ** (attempt - 1))
        try:
            answer = http.post(url, content=body, headers=headers)
        except httpx.TransportError as error:
            trouble = repr(error)
            continue
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
            trouble = f"{url} answered {answer.status_code}"
            continue
        return _check(answer, url)
    raise Upstream(trouble, retry=True)


def _check(answer: httpx.Response, url: str) -> None:
    if not answer.is_success:
        raise Upstream(f"{url} answered {answer.status_code}: {answer.text[:500]}", retry=False)
    rejected = answer.json()["rejected"]
    if rejected:
        raise Upstream(f"{url} rejected {len(rejected)} records, first {rejected[0]}", retry=False)


def _product(row: Row, opened: str) -> Record:
    return {
        "id": row["product_id"],
        "title": row["title"],
        "url": f"/shop/product/{row['product_id']}",
        "image": f"/shop/tile/{row['product_id']}.svg",
        "category": _CATEGORY_NAMES[row["category"]],
        "price": {"amount": row["price"], "currency": CURRENCY},
        "stock": row["stock"],
        "created_at": row["created_at"],
        "updated_at": opened,
    }


def _customer(row: Row, opened: str) -> Record:
    return {"id": row["customer_id"], "email": row["email"], "name": row["name"], "updated_at": opened}


def _order(order: PastOrder, days: timedelta) -> Record:
    return {
        "id": order.order_id,
        "created_at": (order.created_at + days).isoformat(),
        "currency": CURRENCY,
        "status": "paid",
        "customer_id": order.customer_id,
        "lines": [
            {
                "product_id": line.product_id,
                "quantity": line.quantity,
                "unit_price": {"amount": line.unit_price, "currency": CURRENCY},
            }
            for line in order.lines
        ],
    }
