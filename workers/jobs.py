"""The jobs: each gets ids, calls one function of the domain, and may be run twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.domain.accounts import stores
from app.domain.commerce import deliveries, disclosures, files, notices, pulls, shops, sync
from app.domain.insight import attribution, usage
from app.domain.learning import deltas, forgetting, natives, publish, training, trigger, vectors
from app.domain.merchandising import storefront
from app.domain.outreach import warnings
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import OrderId, StoreId, VisitorId
from app.kernel.runtime import Runtime
from workers import turns

_OVERLAP = timedelta(days=1)
_DELIVERIES_KEPT = timedelta(days=30)

Work = Callable[..., None]  # (runtime, store_id, *ids) -> None


def sync_delivery(runtime: Runtime, store_id: StoreId, *delivery_ids: str) -> None:
    """One that fails holds up no other; then all are tried again, and those that were done do nothing."""
    failed: Exception | None = None
    for delivery_id in delivery_ids:
        try:
            deliveries.work(runtime, store_id, delivery_id)
        except NotFound:
            continue
        except Exception as error:  # noqa: BLE001 - raised below
            failed = error
    if failed is not None:
        raise failed


def sync_file(runtime: Runtime, store_id: StoreId, import_id: str) -> None:
    files.work(runtime, store_id, import_id)


def train_store(runtime: Runtime, store_id: StoreId, *how: str) -> None:
    training.renew(runtime, store_id, force="force" in how, forget=forgetting.FORGET in how)
    _name_vectors(runtime, store_id)


def compute_vectors(runtime: Runtime, store_id: StoreId) -> None:
    """What one run leaves goes to the end of the line."""
    if vectors.compute(runtime, store_id):
        _name_vectors(runtime, store_id)


def _name_vectors(runtime: Runtime, store_id: StoreId) -> None:
    with runtime.unit(store_id) as unit:
        unit.enqueue(vectors.WORK, queue="training", key=store_id)


def train_next(runtime: Runtime, _store_id: StoreId) -> None:
    """Train the store that waits for it and was trained longest ago, none where another took it."""
    for turn in turns.waiting(runtime.valkey):
        turns.begin(runtime.valkey, turn, at=runtime.clock.now())
        try:
            train_store(runtime, turn.store_id, *turn.how)
        except Conflict:  # another worker trains it just now
            continue
        turns.done(runtime.valkey, turn)
        if turns.waiting(runtime.valkey):  # perhaps asked for while it ran, when its ticket met the lock
            with runtime.unit(turn.store_id) as unit:
                unit.enqueue(turns.NEXT, queue="training", key=turns.NEXT)
        return


def train_if_due(runtime: Runtime, store_id: StoreId) -> None:
    with runtime.unit(store_id) as unit:
        if trigger.is_due(unit.session, store_id, now=runtime.clock.now()):
            unit.enqueue(turns.TRAIN, queue="training", key=store_id)


def publish_delta(runtime: Runtime, store_id: StoreId) -> None:
    deltas.republish(runtime, store_id)


def erase_customer(runtime: Runtime, store_id: StoreId, customer_id: str, *order_ids: str) -> None:
    forgetting.erase(runtime, store_id, customer_id, *order_ids)


def disclose_customer(
    runtime: Runtime, store_id: StoreId, request_id: str, customer_id: str, *order_ids: str
) -> None:
    with runtime.unit(store_id) as unit:
        disclosures.make(
            unit.session,
            store_id,
            customer_id,
            request_id=request_id,
            order_ids=order_ids,
            at=runtime.clock.now(),
        )


def forget_shop(runtime: Runtime, store_id: StoreId, told_at: str) -> None:
    shops.forget(runtime, store_id, datetime.fromisoformat(told_at))


def pull(runtime: Runtime, store_id: StoreId) -> None:
    pulls.work(runtime, store_id)


def refresh_shop(runtime: Runtime, store_id: StoreId) -> None:
    shops.refresh(runtime, store_id)


def watch_usage(runtime: Runtime, store_id: StoreId) -> None:
    warnings.watch(runtime, store_id)


def write_natives(runtime: Runtime, store_id: StoreId) -> None:
    natives.write(runtime, store_id)


def take_back_natives(runtime: Runtime, store_id: StoreId) -> None:
    natives.take_back(runtime, store_id)


def measure_orders(runtime: Runtime, store_id: StoreId, *order_ids: str) -> None:
    with runtime.unit(store_id) as unit:
        attribution.attribute_orders(unit.session, store_id, [OrderId(each) for each in order_ids])


def measure_visitors(runtime: Runtime, store_id: StoreId, *visitor_ids: str) -> None:
    with runtime.unit(store_id) as unit:
        visitors = [VisitorId(each) for each in visitor_ids]
        orders = attribution.orders_touched_by(unit.session, store_id, visitors)
        attribution.attribute_orders(unit.session, store_id, orders)


def tidy_intake(runtime: Runtime, store_id: StoreId) -> None:
    with runtime.unit(store_id) as unit:
        deliveries.tidy(unit.session, store_id, before=runtime.clock.now() - _DELIVERIES_KEPT)


def republish(runtime: Runtime, store_id: StoreId) -> None:
    """Bring the fast wing back to what the database knows, if it lost or missed some of it."""
    with runtime.unit(store_id) as unit:
        store = stores.get(unit.session, store_id)
        config = storefront.config(unit.session, store_id, store)
    storefront.put(runtime.valkey, store, config)
    served = publish.restore(runtime, store_id)
    if served is not None:
        with runtime.unit(store_id) as unit:
            since = served.created_at - _OVERLAP
            sync.show_again(unit, store_id, since=since, valkey=runtime.valkey)


JOBS: Mapping[str, Work] = {
    "sync.delivery": sync_delivery,
    "sync.file": sync_file,
    turns.TRAIN: train_store,
    turns.NEXT: train_next,
    "privacy.erase": erase_customer,
    notices.DISCLOSE: disclose_customer,
    notices.FORGET_SHOP: forget_shop,
    pulls.WORK: pull,
    notices.REFRESH: refresh_shop,
    usage.WATCH: watch_usage,
    natives.WRITE: write_natives,
    natives.TAKE_BACK: take_back_natives,
    vectors.WORK: compute_vectors,
    "train.due": train_if_due,
    "publish.delta": publish_delta,
    "measure.orders": measure_orders,
    "measure.visitors": measure_visitors,
    "publish.restore": republish,
    "intake.tidy": tidy_intake,
}

MANY = frozenset({"sync.delivery", "measure.orders", "measure.visitors"})
"""The jobs that take any number of ids."""
