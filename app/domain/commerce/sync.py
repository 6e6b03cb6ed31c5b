"""Whatever a shop tells us takes this road, whichever way it came: written, shown at once, measured anew."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import redis

from app.bridge import overlay
from app.bridge.overlay import Change
from app.domain.commerce import catalog, customers, orders, places, refunds, stock
from app.domain.commerce.batches import Outcome
from app.kernel.ids import StoreId
from app.kernel.log import get_logger
from app.kernel.runtime import Unit
from app.platforms.records import (
    CustomerRecord,
    LevelRecord,
    OrderRecord,
    ProductDeletion,
    ProductRecord,
    Record,
    RefundRecord,
    StockRecord,
)

MEASURE_ORDERS = "measure.orders"
MEASURE_VISITORS = "measure.visitors"

# Longer than any attribution window: what is older was bought before we could have had a part in it.
_RECENT = timedelta(days=40)
_IDS_PER_JOB = 200


def apply(
    unit: Unit, store_id: StoreId, records: Sequence[Record], *, valkey: redis.Redis, now: datetime
) -> Outcome:
    """Write the records. Idempotent, and the rows in the end do not depend on the order of arrival.

    After the commit the overlay has what changed of stock, price and visibility. Orders that may owe us
    something are measured anew by a job.
    """
    outcome = _catalog(unit, store_id, records, valkey)
    outcome += _customers(unit, store_id, [each for each in records if isinstance(each, CustomerRecord)])
    since = now - _RECENT
    outcome += _orders(unit, store_id, [each for each in records if isinstance(each, OrderRecord)], since)
    return outcome + _refunds(
        unit, store_id, [each for each in records if isinstance(each, RefundRecord)], since
    )


def _catalog(unit: Unit, store_id: StoreId, records: Sequence[Record], valkey: redis.Redis) -> Outcome:
    products = [each for each in records if isinstance(each, ProductRecord | ProductDeletion)]
    levels = [each for each in records if isinstance(each, StockRecord)]
    levels += places.upsert(
        unit.session, store_id, [each for each in records if isinstance(each, LevelRecord)]
    )
    along = [level for each in products if isinstance(each, ProductRecord) for level in each.stock]
    sold = catalog.upsert(unit.session, store_id, products) if products else Outcome()
    counted = stock.upsert(unit.session, store_id, levels) if levels else Outcome()
    counted_along = stock.upsert(unit.session, store_id, along) if along else Outcome()
    shown = (sold.updated | counted.updated | counted_along.updated) - sold.created
    _show(unit, store_id, shown, valkey)
    return sold + counted


def show_again(unit: Unit, store_id: StoreId, *, since: datetime, valkey: redis.Redis) -> None:
    """Tell the fast wing once more what the shop changed since then, in case it missed it. Repeatable."""
    _show(unit, store_id, stock.changed_since(unit.session, store_id, since), valkey)


def _show(unit: Unit, store_id: StoreId, product_ids: Collection[str], valkey: redis.Redis) -> None:
    changes: list[Change] = []
    for each in stock.live(unit.session, store_id, product_ids):
        changes.append(Change(each.product_id, each.stock_version, stock=each.stock))
        changes.append(
            Change(each.product_id, each.version, price_amount=each.price_amount, visible=each.visible)
        )

    def put() -> None:
        try:
            overlay.put(valkey, store_id, changes)
        except redis.RedisError as error:
            # The rows are right and the next training publishes them: no reason to fail the shop's call.
            get_logger(__name__).warning("overlay missed", store_id=store_id, error=str(error))

    if changes:
        unit.after_commit(put)


def _customers(unit: Unit, store_id: StoreId, records: Sequence[CustomerRecord]) -> Outcome:
    if not records:
        return Outcome()
    outcome = customers.upsert(unit.session, store_id, records)
    _name_jobs(unit, MEASURE_VISITORS, {each.visitor_id for each in records if each.visitor_id})
    return outcome


def _orders(unit: Unit, store_id: StoreId, records: Sequence[OrderRecord], since: datetime) -> Outcome:
    if not records:
        return Outcome()
    outcome = orders.upsert(unit.session, store_id, records)
    met = orders.identify(unit.session, store_id, records)
    recent = [each for each in records if each.created_at >= since]
    late = {each.order_id for each in records if each.order_id in outcome.updated and each.version >= since}
    fresh = {each.order_id for each in recent if each.order_id in outcome.changed}
    _name_jobs(unit, MEASURE_ORDERS, fresh | late)
    _name_jobs(unit, MEASURE_VISITORS, {each.visitor_id for each in recent if each.visitor_id in met})
    return outcome


def _refunds(unit: Unit, store_id: StoreId, records: Sequence[RefundRecord], since: datetime) -> Outcome:
    if not records:
        return Outcome()
    outcome = refunds.upsert(unit.session, store_id, records)
    touched = {
        each.order_id
        for each in records
        if each.refund_id in outcome.changed and max(each.created_at, each.version) >= since
    }
    _name_jobs(unit, MEASURE_ORDERS, touched)
    return outcome


def _name_jobs(unit: Unit, job: str, ids: Collection[str | None]) -> None:
    named = sorted(filter(None, ids))
    for start in range(0, len(named), _IDS_PER_JOB):
        unit.enqueue(job, *named[start : start + _IDS_PER_JOB])
