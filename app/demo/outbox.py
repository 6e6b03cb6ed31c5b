"""Webhooks that are still to be delivered. They are written with the sale and sent after it, oldest first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from app.demo.store import Db
from app.kernel.ids import new_id

Record: TypeAlias = dict[str, object]

_LEASE_S = 30.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 300.0
_MOST_ATTEMPTS = 60


@dataclass(frozen=True, slots=True)
class Message:
    """``subject`` is what the message is about: messages about one subject are delivered in order."""

    topic: str
    subject: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Delivery:
    position: int
    delivery_id: str
    body: bytes
    attempts: int


def put(db: Db, message: Message, at: datetime) -> None:
    body = json.dumps({"type": message.topic, "timestamp": at.isoformat(), "data": message.data}).encode()
    db.execute(
        "INSERT INTO outbox (delivery_id, subject, body, next_at) VALUES (?, ?, ?, ?)",
        (f"msg_{new_id()}", message.subject, body, at.timestamp()),
    )


def claim(db: Db, at: datetime, count: int) -> list[Delivery]:
    """At most ``count`` that are due. Nobody else gets them for half a minute; then the claim has lapsed."""
    rows = db.execute(
        "SELECT position, delivery_id, body, attempts FROM outbox AS due WHERE next_at <= ? AND attempts < ?"
        " AND NOT EXISTS (SELECT 1 FROM outbox AS earlier WHERE earlier.subject = due.subject"
        " AND earlier.position < due.position) ORDER BY position LIMIT ?",
        (at.timestamp(), _MOST_ATTEMPTS, count),
    ).fetchall()
    db.executemany(
        "UPDATE outbox SET next_at = ? WHERE position = ?",
        [(at.timestamp() + _LEASE_S, row["position"]) for row in rows],
    )
    return [Delivery(row["position"], row["delivery_id"], row["body"], row["attempts"]) for row in rows]


def succeeded(db: Db, delivery: Delivery) -> None:
    db.execute("DELETE FROM outbox WHERE position = ?", (delivery.position,))


def failed(db: Db, delivery: Delivery, error: str, at: datetime) -> None:
    """Try again after a pause that doubles from half a second to five minutes."""
    pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**delivery.attempts)
    db.execute(
        "UPDATE outbox SET attempts = attempts + 1, next_at = ?, error = ? WHERE position = ?",
        (at.timestamp() + pause, error, delivery.position),
    )


def waiting(db: Db) -> int:
    return int(db.execute("SELECT count(*) AS messages FROM outbox").fetchone()["messages"])
