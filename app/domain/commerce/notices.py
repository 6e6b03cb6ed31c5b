"""What a shop tells of itself rather than of its goods: that it left, that somebody is to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.bridge import publisher
from app.domain.accounts import audit, grants, stores
from app.domain.commerce import pulls
from app.domain.merchandising import storefront
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime, Unit
from app.platforms.records import (
    DiscloseCustomer,
    ForgetCustomer,
    ForgetShop,
    Notice,
    PlanChanged,
    PullReady,
    ScopesChanged,
    ShopChanged,
    ShopStale,
    Uninstalled,
)

ERASE: Final = "privacy.erase"
DISCLOSE: Final = "privacy.disclose"
FORGET_SHOP: Final = "privacy.forget_shop"
REFRESH: Final = "sync.shop"


def apply(
    unit: Unit, store_id: StoreId, told: Sequence[Notice], *, runtime: Runtime, told_at: datetime
) -> None:
    """Act on each; what takes longer is named as a job. Safe to run twice."""
    for each in told:
        match each:
            case Uninstalled():
                leave(unit, store_id, runtime=runtime, told_at=told_at)
            case ScopesChanged():
                grants.change_scopes(unit.session, store_id, each.scopes, version=each.version)
            case ShopChanged():
                _rename(unit, store_id, each, runtime)
            case PlanChanged():
                stores.change_plan(unit.session, store_id, each.plan, is_active=each.is_active)
            case PullReady() if grants.is_good(unit.session, store_id):
                pulls.hasten(unit.session, store_id, at=runtime.clock.now())
                unit.enqueue(pulls.WORK, key=store_id)
            case _:
                _name_job(unit, store_id, each, told_at)


def _name_job(unit: Unit, store_id: StoreId, told: Notice, told_at: datetime) -> None:
    match told:
        case ShopStale():
            unit.enqueue(REFRESH, key=store_id)
        case ForgetCustomer():
            unit.enqueue(ERASE, told.customer_id, *told.order_ids)
        case DiscloseCustomer():
            unit.enqueue(DISCLOSE, told.request_id, told.customer_id, *told.order_ids)
        case ForgetShop():
            unit.enqueue(FORGET_SHOP, told_at.isoformat())


def leave(unit: Unit, store_id: StoreId, *, runtime: Runtime, told_at: datetime) -> None:
    """The shop took us out. Its rows stay until it says otherwise; nothing is served or fetched any more.

    A word that was long on its way and is older than a new installation is not heeded.
    """
    since = grants.since(unit.session, store_id)
    if since is not None and since > told_at:
        return
    now = runtime.clock.now()
    store = stores.get(unit.session, store_id)
    grants.revoke(unit.session, store_id, at=now)
    pulls.stop(unit.session, store_id, at=now)
    stores.rest(unit.session, store_id)
    audit.note(unit.session, store_id, "store.uninstall", store_id, actor=store.platform, at=now)
    public_key = store.public_key
    unit.after_commit(lambda: publisher.forget(runtime.valkey, store_id, public_keys=(public_key,)))


def _rename(unit: Unit, store_id: StoreId, told: ShopChanged, runtime: Runtime) -> None:
    store = stores.get(unit.session, store_id)
    stores.describe(unit.session, store_id, told.name, told.domain, timezone=told.timezone)
    stores.speak(unit.session, store_id, told.language)
    config = storefront.config(unit.session, store_id, store)
    if store.is_active:
        unit.after_commit(lambda: storefront.put(runtime.valkey, store, config))
