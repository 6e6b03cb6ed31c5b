"""A shop of a platform comes to us: for the first time, again after it left, or with other rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError

from app.bridge import publisher
from app.domain.accounts import audit, grants, stores
from app.domain.accounts.stores import NewStore
from app.domain.commerce import install, markets, privacy, pulls
from app.domain.merchandising import storefront
from app.kernel.errors import Forbidden, Upstream
from app.kernel.ids import StoreId, new_id
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime, Unit
from app.platforms import registry
from app.platforms.base import Access, Description, Front, Grant

_ACTOR: Final = "platform"


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as its platform names it."""

    platform: str
    domain: str


def welcome(runtime: Runtime, platform: str, grant: Grant) -> StoreId:
    """The store of a shop that gave us rights: made now, or the one that it had. Everything is fetched anew.

    Raises as ``Platform.describe``. Two at once for one shop make one store.
    """
    told = registry.named(runtime.platforms, platform).describe(lambda: grant)
    for _ in range(2):
        with runtime.unit() as unit:
            known = stores.of_shop(unit.session, platform, grant.domain)
        store_id = known or StoreId(new_id())
        try:
            with runtime.unit(store_id) as unit:
                if known is None:
                    _create(unit, store_id, told, Shop(platform, grant.domain), runtime)
                _settle(unit, store_id, told, grant, runtime)
        except IntegrityError:
            if known is not None:
                raise
        else:
            _place(runtime, store_id, lambda: grant)
            return store_id
    raise AssertionError("a shop that somebody else connected is not found")


def refresh(runtime: Runtime, store_id: StoreId) -> None:
    """The job: ask a shop what it says of itself now, and tell its pages where we are. Safe to run twice."""
    with runtime.unit(store_id) as unit:
        platform = registry.named(runtime.platforms, stores.get(unit.session, store_id).platform)
        if not grants.is_good(unit.session, store_id):
            return
    told = platform.describe(grants.access(runtime, store_id))
    with runtime.unit(store_id) as unit:
        if not grants.is_good(unit.session, store_id):  # it left meanwhile
            return
        _describe(unit, store_id, told, runtime)
    _place(runtime, store_id, grants.access(runtime, store_id))


def forget(runtime: Runtime, store_id: StoreId, told_at: datetime) -> None:
    """Erase all that we hold of a shop that left. One that came back since then is kept."""
    with runtime.unit(store_id) as unit:
        since = grants.since(unit.session, store_id)
        if since is not None and since > told_at:
            return
        store = stores.get(unit.session, store_id)
        keys = storefront.keys(store, storefront.config(unit.session, store_id, store))
        privacy.erase_store(unit.session, store_id)
        unit.after_commit(lambda: publisher.forget(runtime.valkey, store_id, public_keys=keys))


def _place(runtime: Runtime, store_id: StoreId, access: Access) -> None:
    """A shop that does not take it now is told when it is asked what it says of itself the next time."""
    with runtime.unit(store_id) as unit:
        store = stores.get(unit.session, store_id)
        name, front = store.platform, Front(runtime.settings.public_url, store.public_key)
    try:
        registry.named(runtime.platforms, name).place(access, front)
    except (Forbidden, Upstream) as error:
        get_logger(__name__).warning("a shop's pages were not told", store_id=store_id, error=str(error))


def _create(unit: Unit, store_id: StoreId, told: Description, shop: Shop, runtime: Runtime) -> None:
    new = NewStore(told.name[:200] or shop.domain, shop.platform, told.domain, told.currency, told.timezone)
    now = runtime.clock.now()
    install.connect(unit.session, store_id, new, sealer=runtime.sealer, at=now)
    stores.name_shop(unit.session, store_id, shop.platform, shop.domain)


def _settle(unit: Unit, store_id: StoreId, told: Description, grant: Grant, runtime: Runtime) -> None:
    now = runtime.clock.now()
    was_good = grants.is_good(unit.session, store_id)
    grants.put(unit.session, store_id, grant, sealer=runtime.sealer, at=now)
    stores.wake(unit.session, store_id)
    if not was_good:
        kinds = registry.named(runtime.platforms, stores.get(unit.session, store_id).platform).pulled
        pulls.start(unit.session, store_id, list(kinds), at=now)
        unit.enqueue(pulls.WORK, key=store_id)
        audit.note(unit.session, store_id, "store.install", store_id, actor=_ACTOR, at=now)
    _describe(unit, store_id, told, runtime)


def _describe(unit: Unit, store_id: StoreId, told: Description, runtime: Runtime) -> None:
    stores.describe(unit.session, store_id, told.name, told.domain, timezone=told.timezone)
    stores.speak(unit.session, store_id, told.language)
    markets.replace(unit.session, store_id, told.markets)
    store = stores.get(unit.session, store_id)
    store.currencies, store.hosts = list(told.currencies), list(told.hosts)
    store.email, store.home = told.email, told.home
    if told.plan is not None:
        store.plan = told.plan
    config = storefront.config(unit.session, store_id, store)
    unit.after_commit(lambda: storefront.put(runtime.valkey, store, config))
