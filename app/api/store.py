"""The store as a whole: what is known of it, and training it now."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Response
from msgspec import Struct

from app.api import edge
from app.api.custom import BASE, GROUP
from app.api.edge import Operation
from app.domain.commerce import catalog, customers, orders
from app.domain.learning import progress, versions
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime

TRAIN: Final = "train.store"


class Started(Struct):
    job: str


class StoreStatus(Struct):
    """``model_version`` is what is served now, null before the first training.

    ``training``: one runs now, or was asked for here and waits for a worker.
    """

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
    asked_at = runtime.clock.now()
    with runtime.unit(store_id) as unit:
        unit.enqueue(TRAIN, queue="training", key=store_id)
        unit.after_commit(lambda: progress.ask(runtime.valkey, store_id, at=asked_at))
    return edge.reply(Started(TRAIN), 202)


def _status(runtime: Runtime, store_id: StoreId, /) -> Response:
    running = progress.read(runtime, store_id)
    with runtime.unit(store_id) as unit:
        served = versions.published(unit.session, store_id)
        return edge.reply(
            StoreStatus(
                orders=orders.count(unit.session, store_id),
                products=catalog.count(unit.session, store_id),
                customers=customers.count(unit.session, store_id),
                model_version=served.version if served else None,
                training=running is not None,
            )
        )
