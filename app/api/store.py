"""The store as a whole: what is known of it, and training it now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final, cast

from flask import Response
from msgspec import Struct

from app.api import edge
from app.api.custom import BASE, GROUP
from app.api.edge import Operation
from app.domain.commerce import catalog, customers, orders
from app.domain.learning import versions
from app.domain.tables.learning import ModelVersion
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime

TRAIN: Final = "train.store"

_ASKED: Final = "alongside:training:{}"
_PATIENCE: Final = 1800  # seconds after which a training that left no trace is no longer spoken of


class Started(Struct):
    job: str


class StoreStatus(Struct):
    """``model_version`` is what is served now, null before the first training."""

    orders: int
    products: int
    customers: int
    model_version: str | None
    training: bool


def operations(runtime: Runtime) -> tuple[Operation, ...]:
    return (
        Operation(
            "POST",
            f"{BASE}/train",
            "train",
            "Train now",
            GROUP,
            partial(_train, runtime),
            answered=Started,
            status=202,
            about="What is learned goes live at the end. Training also happens by itself every day.",
        ),
        Operation(
            "GET",
            f"{BASE}/status",
            "status",
            "What is known of the store",
            GROUP,
            partial(_status, runtime),
            answered=StoreStatus,
        ),
    )


def _train(runtime: Runtime, store_id: StoreId, /) -> Response:
    asked_at = runtime.clock.now().isoformat()
    with runtime.unit(store_id) as unit:
        unit.enqueue(TRAIN, queue="training", key=store_id)
        unit.after_commit(lambda: _note(runtime, store_id, asked_at))
    return edge.reply(Started(TRAIN), 202)


def _note(runtime: Runtime, store_id: StoreId, asked_at: str) -> None:
    runtime.valkey.set(_ASKED.format(store_id), asked_at, ex=_PATIENCE)


def _status(runtime: Runtime, store_id: StoreId, /) -> Response:
    asked = cast("bytes | None", runtime.valkey.get(_ASKED.format(store_id)))
    with runtime.unit(store_id) as unit:
        served = versions.published(unit.session, store_id)
        known = versions.list(unit.session, store_id)
        return edge.reply(
            StoreStatus(
                orders=orders.count(unit.session, store_id),
                products=catalog.count(unit.session, store_id),
                customers=customers.count(unit.session, store_id),
                model_version=served.version if served else None,
                training=asked is not None and not _has_come(known, datetime.fromisoformat(asked.decode())),
            )
        )


def _has_come(known: Sequence[ModelVersion], asked_at: datetime) -> bool:
    return any(each.published_at is not None and each.created_at >= asked_at for each in known)
