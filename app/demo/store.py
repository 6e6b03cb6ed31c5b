"""The demo shop's own file: one SQLite database that several web processes share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

Db: TypeAlias = sqlite3.Connection

_WAIT_S = 15.0
_FIRST_ORDER = 600_001
_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE products (
  product_id TEXT PRIMARY KEY, title TEXT NOT NULL, category TEXT NOT NULL, price INTEGER NOT NULL,
  sold INTEGER NOT NULL, created_at TEXT NOT NULL, stock INTEGER NOT NULL, words TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX products_shelf ON products (category, sold DESC);
CREATE INDEX products_sold ON products (sold DESC);
CREATE INDEX products_new ON products (created_at DESC);
CREATE TABLE customers (
  customer_id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, orders INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX customers_orders ON customers (orders DESC);
CREATE TABLE sent (
  store_id TEXT NOT NULL, kind TEXT NOT NULL, batch INTEGER NOT NULL, PRIMARY KEY (store_id, kind, batch)
) WITHOUT ROWID;
CREATE TABLE basket_lines (
  place INTEGER PRIMARY KEY AUTOINCREMENT, basket_id TEXT NOT NULL, product_id TEXT NOT NULL,
  quantity INTEGER NOT NULL, slate_id TEXT, at TEXT NOT NULL, UNIQUE (basket_id, product_id)
);
CREATE TABLE orders (
  number INTEGER PRIMARY KEY AUTOINCREMENT, customer_id TEXT, visitor_id TEXT, name TEXT NOT NULL,
  email TEXT NOT NULL, created_at TEXT NOT NULL
);
INSERT INTO sqlite_sequence (name, seq) VALUES ('orders', {_FIRST_ORDER - 1});
CREATE TABLE order_lines (
  number INTEGER NOT NULL REFERENCES orders, line_id INTEGER NOT NULL, product_id TEXT NOT NULL,
  quantity INTEGER NOT NULL, unit_price INTEGER NOT NULL, slate_id TEXT, returned INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (number, line_id)
) WITHOUT ROWID;
CREATE TABLE returns (
  return_id INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL REFERENCES orders,
  created_at TEXT NOT NULL
);
CREATE TABLE return_lines (
  return_id INTEGER NOT NULL REFERENCES returns, line_id INTEGER NOT NULL, quantity INTEGER NOT NULL,
  amount INTEGER NOT NULL, PRIMARY KEY (return_id, line_id)
) WITHOUT ROWID;
CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT, delivery_id TEXT NOT NULL, subject TEXT NOT NULL,
  body BLOB NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL, error TEXT
);
CREATE INDEX outbox_subject ON outbox (subject, position);
"""


class Store:
    """Opens the file for one read or one write at a time; safe for threads and for several processes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "shop.sqlite"
        self._prepared = False

    def create(self) -> None:
        """Make the file and its empty tables; does nothing where they exist."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as db:
            db.execute("PRAGMA journal_mode = WAL")
        with self.write() as db:
            if not _tables(db):
                for statement in _SCHEMA.split(";\n"):
                    db.execute(statement)

    def is_prepared(self) -> bool:
        """Whether the shop has its products; only then may pages be shown."""
        if not self._prepared and self.path.exists():
            with self.read() as db:
                self._prepared = bool(_tables(db)) and meta(db, "prepared") is not None
        return self._prepared

    @contextmanager
    def read(self) -> Iterator[Db]:
        """One consistent view of the file."""
        with closing(self._open()) as db:
            db.execute("BEGIN")
            yield db

    @contextmanager
    def write(self) -> Iterator[Db]:
        """One transaction, alone; committed at the end, undone by an error."""
        with closing(self._open()) as db:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    def _open(self) -> Db:
        db = sqlite3.connect(self.path, timeout=_WAIT_S, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        return db


def meta(db: Db, key: str) -> str | None:
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row["value"])


def put_meta(db: Db, key: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _tables(db: Db) -> int:
    row = db.execute("SELECT count(*) AS tables FROM sqlite_master WHERE name = 'outbox'").fetchone()
    return int(row["tables"])
