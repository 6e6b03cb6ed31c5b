"""The jobs: each gets ids, calls one function of the domain, and may be run twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from app.domain.accounts import stores
from app.domain.commerce import deliveries, files, sync
from app.domain.insight import attribution
from app.domain.learning import publish, training
from app.domain.merchandising import storefront
from app.kernel.ids import OrderId, SlateId, StoreId, VisitorId
from app.kernel.runtime import Runtime

_OVERLAP = timedelta(days=1)
_DELIVERIES_KEPT = timedelta(days=30)

Work = Callable[..., None]  # (runtime, store_id, *ids) -> None


def sync_delivery(runtime: Runtime, store_id: StoreId, delivery_id: str) -> None:
    deliveries.work(runtime, store_id, delivery_id)


def sync_file(runtime: Runtime, store_id: StoreId, import_id: str) -> None:
    files.work(runtime, store_id, import_id)


def train_store(runtime: Runtime, store_id: StoreId, *how: str) -> None:
    training.renew(runtime, store_id, force="force" in how)


def measure_orders(runtime: Runtime, store_id: StoreId, *order_ids: str) -> None:
    with runtime.unit(store_id) as unit:
        attribution.attribute_orders(unit.session, store_id, [OrderId(each) for each in order_ids])


def measure_visitors(runtime: Runtime, store_id: StoreId, *visitor_ids: str) -> None:
    with runtime.unit(store_id) as unit:
        visitors = [VisitorId(each) for each in visitor_ids]
        orders = attribution.orders_touched_by(unit.session, store_id, visitors)
        attribution.attribute_orders(unit.session, store_id, orders)


def measure_slates(runtime: Runtime, store_id: StoreId, *slate_ids: str) -> None:
    with runtime.unit(store_id) as unit:
        slates = [SlateId(each) for each in slate_ids]
        orders = attribution.orders_carrying(unit.session, store_id, slates)
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
    "train.store": train_store,
    "measure.orders": measure_orders,
    "measure.visitors": measure_visitors,
    "measure.slates": measure_slates,
    "publish.restore": republish,
    "intake.tidy": tidy_intake,
}
