"""Connected shops."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.accounts import keys
from app.domain.tables.accounts import Directory, Store
from app.kernel.crypto import Sealer, new_webhook_secret
from app.kernel.errors import Invalid, NotFound, Unauthorized
from app.kernel.ids import StoreId
from app.kernel.money import Money

_LONGEST_NAME = 200
_LONGEST_LANGUAGE = 35
_MOST_OFF = 90


@dataclass(frozen=True, slots=True)
class NewStore:
    """``domain`` is the storefront's origin, for instance https://shop.example, or a bare host name."""

    name: str
    platform: str
    domain: str
    currency: str
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Shown once: only hashes and sealed texts are kept."""

    store_id: StoreId
    public_key: str
    secret_key: str
    webhook_secret: str


def connect(
    session: Session, store_id: StoreId, new: NewStore, *, sealer: Sealer, at: datetime
) -> Credentials:
    """Create the store with its keys. The unit must name ``store_id``. Raises Invalid."""
    host = host_of(new.domain)
    if not new.name or len(new.name) > _LONGEST_NAME:
        raise Invalid(f"a store's name has 1 to {_LONGEST_NAME} characters", "name")
    Money(0, new.currency)
    public_key = "pk_" + base64.b32encode(secrets.token_bytes(15)).decode().lower()
    webhook_secret = new_webhook_secret()
    session.add(
        Store(
            store_id=store_id,
            name=new.name,
            platform=new.platform,
            domain=host,
            currency=new.currency,
            timezone=new.timezone,
            public_key=public_key,
            salt=secrets.token_hex(16),
            webhook_secret_sealed=sealer.seal(webhook_secret),
            created_at=at,
        )
    )
    session.add(Directory(kind="store", token=store_id, store_id=store_id))
    session.add(Directory(kind="public_key", token=public_key, store_id=store_id))
    session.flush()
    secret_key = keys.create(session, store_id, at=at)
    return Credentials(store_id, public_key, secret_key, webhook_secret)


def get(session: Session, store_id: StoreId) -> Store:
    """Raises NotFound, also for a store that is not the unit's."""
    store = session.scalar(select(Store).where(Store.store_id == store_id))
    if store is None:
        raise NotFound("store", store_id)
    return store


def webhook_secret(session: Session, store_id: StoreId, *, sealer: Sealer) -> str:
    """The secret by which the shop signs. Raises Unauthorized where there is no such store."""
    sealed = session.scalar(select(Store.webhook_secret_sealed).where(Store.store_id == store_id))
    if sealed is None:
        raise Unauthorized("unknown store")
    return sealer.unseal(sealed)


def every_id(session: Session) -> Iterable[StoreId]:
    """All stores, for the clock and for start-up; needs no store of its own."""
    stores = select(Directory.token).where(Directory.kind == "store").order_by(Directory.token)
    return [StoreId(token) for token in session.scalars(stores)]


def of_shop(session: Session, platform: str, shop: str) -> StoreId | None:
    """The store of a shop as its platform names it; needs no store of its own."""
    named = select(Directory.store_id).where(Directory.kind == platform, Directory.token == shop)
    found = session.scalar(named)
    return StoreId(found) if found else None


def name_shop(session: Session, store_id: StoreId, platform: str, shop: str) -> None:
    """Let ``of_shop`` find this store."""
    session.add(Directory(kind=platform, token=shop, store_id=store_id))
    session.flush()


def offer_after_purchase(session: Session, store_id: StoreId, percent: int | None) -> None:
    """Offer one more product to who just paid, so many percent cheaper, or nothing. Raises Invalid."""
    if percent is not None and not 0 <= percent <= _MOST_OFF:
        raise Invalid(f"a discount is from 0 to {_MOST_OFF} percent", "percent")
    get(session, store_id).after_purchase = percent
    session.flush()


def rest(session: Session, store_id: StoreId) -> None:
    """Nothing is done for this store until it wakes."""
    get(session, store_id).is_active = False
    session.execute(delete(Directory).where(Directory.kind == "store", Directory.token == store_id))


def wake(session: Session, store_id: StoreId) -> None:
    """Undo ``rest``."""
    get(session, store_id).is_active = True
    row = insert(Directory).values(kind="store", token=store_id, store_id=store_id)
    session.execute(row.on_conflict_do_nothing())


def describe(session: Session, store_id: StoreId, name: str, domain: str, *, timezone: str) -> None:
    """The shop's own particulars; an empty one, or one that cannot be, changes nothing."""
    store = get(session, store_id)
    store.name = name[:_LONGEST_NAME] or store.name
    store.domain = host_of(domain) if domain else store.domain
    if timezone in available_timezones():
        store.timezone = timezone
    session.flush()


def speak(session: Session, store_id: StoreId, language: str) -> None:
    """The language of letters to the shop's people, such as de or fr-CA; an empty one changes nothing."""
    store = get(session, store_id)
    store.language = language[:_LONGEST_LANGUAGE] or store.language
    session.flush()


def change_plan(session: Session, store_id: StoreId, plan: str, *, is_active: bool) -> None:
    """A plan began, or ended. Of a change both are told, in any order: the end of another one is no news."""
    store = get(session, store_id)
    if is_active:
        store.plan = plan
    elif store.plan == plan:
        store.plan = ""
    session.flush()


def host_of(domain: str) -> str:
    """The host and port of a storefront's address. Raises Invalid."""
    parts = urlsplit(domain if "://" in domain else f"https://{domain}")
    if not parts.hostname:
        raise Invalid(f"{domain!r} is not the address of a storefront", "domain")
    return parts.netloc.rpartition("@")[2].lower()
