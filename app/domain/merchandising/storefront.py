"""What the fast wing must know of a store apart from what was learned: who may ask, and what goes where."""

from __future__ import annotations

import redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bridge import publisher
from app.bridge.config import PlacementConfig, StoreConfig, shop_key
from app.domain.merchandising import look as looks
from app.domain.merchandising import placements, rules
from app.domain.tables.accounts import ApiKey, Directory, Store
from app.domain.tables.merchandising import Placement
from app.kernel.ids import StoreId


def config(session: Session, store_id: StoreId, store: Store) -> StoreConfig:
    """The store as it is configured now."""
    chosen = placements.every(session, store_id)
    shop = _shop(session, store_id, store.platform)
    return StoreConfig(
        store_id=store.store_id,
        name=store.name,
        currency=store.currency,
        # A shop's editors and previews are under the name that its platform gave it.
        domains=tuple(dict.fromkeys(each for each in (store.domain, shop, *store.hosts) if each)),
        salt=store.salt,
        holdout=store.holdout,
        exploration=store.exploration,
        placements=tuple(placement(each) for each in chosen),
        version=max((each.version.isoformat() for each in chosen), default=store.created_at.isoformat()),
        rules=rules.published(session, store_id),
        customer_keys=_customer_keys(session, store_id),
        shop=shop,
        after_purchase=store.after_purchase,
    )


def _shop(session: Session, store_id: StoreId, platform: str) -> str:
    """The shop as its platform names it, "" where that does not name shops."""
    named = select(Directory.token).where(Directory.kind == platform, Directory.store_id == store_id)
    return session.scalar(named) or ""


def _customer_keys(session: Session, store_id: StoreId) -> tuple[str, ...]:
    """What signs customers: the hashes of the secret keys, which the shop can work out from those it has."""
    wanted = select(ApiKey.hash).where(ApiKey.store_id == store_id, ApiKey.revoked_at.is_(None))
    return tuple(session.scalars(wanted.order_by(ApiKey.created_at)).all())


def placement(chosen: Placement) -> PlacementConfig:
    """One placement as the fast wing sees it."""
    look = looks.read(chosen.look)
    return PlacementConfig(
        chosen.key,
        chosen.location,
        chosen.display,
        chosen.title,
        chosen.slots,
        active=chosen.active,
        free_shipping=chosen.free_shipping,
        titles=look.titles,
        look=looks.properties(look),
        reasons=look.shows("reason"),
    )


def put(valkey: redis.Redis, store: Store, config: StoreConfig) -> None:
    """Hand it over; storefronts follow within two seconds. Repeatable."""
    publisher.put_config(valkey, config, public_keys=keys(store, config))


def keys(store: Store, config: StoreConfig) -> tuple[str, ...]:
    """What leads to the store: its public key, and its shop where the platform vouches for that."""
    return (store.public_key, shop_key(config.shop)) if config.shop else (store.public_key,)
