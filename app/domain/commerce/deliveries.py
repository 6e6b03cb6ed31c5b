"""Webhooks as they came. Each is kept before anything is done about it, and worked on once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.accounts import stores
from app.domain.commerce import notices, sync
from app.domain.tables.intake import Delivery
from app.kernel.errors import Invalid, NotFound
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime, Unit
from app.platforms import registry
from app.platforms.base import Context, Heard, RawHook

WORK = "sync.delivery"


def receive(unit: Unit, store_id: StoreId, hook: RawHook, heard: Heard, *, runtime: Runtime) -> bool:
    """Keep a verified webhook; False where its id was here before.

    What changes the shelves is worked on in this unit, all else by a job.
    """
    kept = (
        insert(Delivery)
        .values(
            store_id=store_id,
            delivery_id=heard.delivery_id,
            topic=heard.topic,
            body=hook.body,
            received_at=hook.received_at,
            told_at=heard.told_at,
        )
        .on_conflict_do_nothing()
    )
    if not unit.session.execute(kept.returning(Delivery.delivery_id)).first():
        return False
    if heard.urgent:
        apply(unit, store_id, heard.delivery_id, runtime=runtime)
    else:
        unit.enqueue(WORK, heard.delivery_id)
    return True


def work(runtime: Runtime, store_id: StoreId, delivery_id: str) -> None:
    """The job: ``apply`` in a unit of its own. Raises NotFound."""
    with runtime.unit(store_id) as unit:
        apply(unit, store_id, delivery_id, runtime=runtime)


def apply(unit: Unit, store_id: StoreId, delivery_id: str, *, runtime: Runtime) -> None:
    """Write what a kept webhook says; nothing if that was done before. Raises NotFound.

    One that cannot be read keeps its body and the reason; of the others the body is dropped.
    """
    delivery = unit.session.scalar(
        select(Delivery)
        .where(Delivery.store_id == store_id, Delivery.delivery_id == delivery_id)
        .with_for_update()
    )
    if delivery is None:
        raise NotFound("delivery", delivery_id)
    if delivery.processed_at is not None:
        return
    store = stores.get(unit.session, store_id)
    platform = registry.named(runtime.platforms, store.platform)
    now, told_at = runtime.clock.now(), delivery.told_at or delivery.received_at
    hook = RawHook({}, delivery.body, told_at, topic=delivery.topic)
    try:
        parsed = platform.parse_hook(hook, Context(store.domain, store.currency))
    except Invalid as error:
        delivery.error = error.detail
    else:
        if store.is_active:  # a shop that left tells us nothing more of its own
            sync.apply(unit, store_id, parsed.records, valkey=runtime.valkey, now=now)
        notices.apply(unit, store_id, parsed.notices, runtime=runtime, told_at=told_at)
        delivery.error = "; ".join(each.reason for each in parsed.rejected) or None
    delivery.processed_at = now
    if delivery.error is None:
        delivery.body = b""
    unit.session.flush()


def tidy(session: Session, store_id: StoreId, *, before: datetime) -> None:
    """Forget the deliveries that were worked on and came before this: no platform repeats one that late."""
    session.execute(
        delete(Delivery).where(
            Delivery.store_id == store_id, Delivery.processed_at.is_not(None), Delivery.received_at < before
        )
    )
