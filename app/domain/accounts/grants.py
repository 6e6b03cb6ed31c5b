"""Our rights at a store's shop: kept sealed, renewed by one at a time, gone when the shop says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.accounts import stores
from app.domain.tables.shops import ShopGrant
from app.kernel.crypto import Sealer
from app.kernel.errors import Forbidden, NotFound
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.platforms import registry
from app.platforms.base import Access, Grant

_SOON: Final = timedelta(minutes=5)


def put(session: Session, store_id: StoreId, grant: Grant, *, sealer: Sealer, at: datetime) -> None:
    """Keep new rights in place of whatever was there."""
    row = _row(session, store_id)
    if row is None:
        row = ShopGrant(store_id=store_id, granted_at=at)
        session.add(row)
    if row.revoked_at is not None:
        row.granted_at = at
    row.revoked_at = None
    _write(row, grant, sealer)
    row.scopes = sorted(grant.scopes)
    row.scopes_version = at
    session.flush()


def access(runtime: Runtime, store_id: StoreId) -> Access:
    """The rights as they are at that moment, for a whole job. Calling it raises as ``current``."""
    held: list[Grant] = []

    def now() -> Grant:
        if not held or _ends_soon(held[0].expires_at, runtime.clock.now()):
            held[:] = [current(runtime, store_id)]
        return held[0]

    return now


def current(runtime: Runtime, store_id: StoreId) -> Grant:
    """The rights, renewed where they were about to end.

    Whoever renews holds the row: all others wait and find what he got. Raises NotFound where the shop gave
    none or took them back, Upstream where it does not answer.
    """
    with runtime.unit(store_id) as unit:
        held = _good(_row(unit.session, store_id), store_id, runtime)
    return held or _renew(runtime, store_id)


def _renew(runtime: Runtime, store_id: StoreId) -> Grant:
    gone: Forbidden | None = None
    with runtime.unit(store_id) as unit:
        row = _row(unit.session, store_id, hold=True)
        held = _good(row, store_id, runtime)
        if held is not None or row is None:
            return held or _missing(store_id)
        platform = registry.named(runtime.platforms, stores.get(unit.session, store_id).platform)
        try:
            fresh = platform.renew(_read(row, runtime.sealer))
        except Forbidden as error:
            row.revoked_at, gone = runtime.clock.now(), error
        else:
            _write(row, fresh, runtime.sealer)
            return fresh
    raise NotFound("grant", store_id) from gone


def revoke(session: Session, store_id: StoreId, *, at: datetime) -> None:
    """The shop took its rights back; what is sealed is of no use and goes."""
    row = _row(session, store_id)
    if row is not None:
        row.revoked_at = row.revoked_at or at
        row.token_sealed = row.refresh_sealed = ""
        session.flush()


def distrust(session: Session, store_id: StoreId, *, at: datetime) -> None:
    """The shop refused the token before its time: the next who asks renews it."""
    row = _row(session, store_id)
    if row is not None and row.expires_at is not None:
        row.expires_at = min(row.expires_at, at)
        session.flush()


def is_good(session: Session, store_id: StoreId) -> bool:
    """Tell whether there are rights that were not taken back."""
    row = _row(session, store_id)
    return row is not None and row.revoked_at is None


def since(session: Session, store_id: StoreId) -> datetime | None:
    """When the rights that we hold were given anew; None where there are none."""
    row = _row(session, store_id)
    return row.granted_at if row is not None and row.revoked_at is None else None


def scopes(session: Session, store_id: StoreId) -> frozenset[str]:
    row = _row(session, store_id)
    return frozenset(row.scopes) if row is not None else frozenset()


def change_scopes(session: Session, store_id: StoreId, held: frozenset[str], *, version: datetime) -> None:
    """What we may do now; an older word never overwrites a newer one."""
    row = _row(session, store_id)
    if row is not None and row.scopes_version < version:
        row.scopes, row.scopes_version = sorted(held), version
        session.flush()


def _row(session: Session, store_id: StoreId, *, hold: bool = False) -> ShopGrant | None:
    wanted = select(ShopGrant).where(ShopGrant.store_id == store_id)
    return session.scalar(wanted.with_for_update() if hold else wanted)


def _good(row: ShopGrant | None, store_id: StoreId, runtime: Runtime) -> Grant | None:
    """Rights that last; None where they must be renewed. Raises NotFound."""
    if row is None or row.revoked_at is not None:
        return _missing(store_id)
    if _ends_soon(row.expires_at, runtime.clock.now()):
        return None
    return _read(row, runtime.sealer)


def _missing(store_id: StoreId) -> Grant:
    raise NotFound("grant", store_id)


def _ends_soon(expires_at: datetime | None, now: datetime) -> bool:
    return expires_at is not None and expires_at - now < _SOON


def _read(row: ShopGrant, sealer: Sealer) -> Grant:
    return Grant(
        domain=row.shop,
        token=sealer.unseal(row.token_sealed),
        scopes=frozenset(row.scopes),
        expires_at=row.expires_at,
        refresh_token=sealer.unseal(row.refresh_sealed),
        refresh_expires_at=row.refresh_expires_at,
    )


def _write(row: ShopGrant, grant: Grant, sealer: Sealer) -> None:
    row.shop = grant.domain
    row.token_sealed = sealer.seal(grant.token)
    row.refresh_sealed = sealer.seal(grant.refresh_token)
    row.expires_at = grant.expires_at
    row.refresh_expires_at = grant.refresh_expires_at
