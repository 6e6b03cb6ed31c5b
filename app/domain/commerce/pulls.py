"""Fetching a shop: at first everything, from then on again and again what webhooks may have missed.

Each kind of thing is one row with a cursor. A page is committed with its cursor, so that whoever goes on
after a crash begins where the last page ended. One at a time works on a kind: he holds a lease.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.accounts import grants, stores
from app.domain.commerce import sync
from app.domain.tables.shops import Pull
from app.kernel.errors import AppError, Forbidden, NotFound, Unauthorized, Upstream
from app.kernel.ids import StoreId
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime
from app.platforms import registry
from app.platforms.base import Kind, Page

WORK: Final = "sync.pull"
LEARN: Final = "train.due"

_LEASE: Final = timedelta(minutes=2)
_TURN: Final = timedelta(minutes=4)  # then another job goes on: no worker is kept for hours
_AFTER_ERROR: Final = timedelta(minutes=2)
_NEVER: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

_TAKE = text(
    """
    update pulls set leased_until = :until
    where store_id = :store_id and kind = (
        select kind from pulls
        where store_id = :store_id and due_at <= :now and leased_until <= :now
        order by array_position(:order, kind) limit 1 for update skip locked
    )
    returning kind, cursor
    """
)


def start(session: Session, store_id: StoreId, kinds: Collection[Kind], *, at: datetime) -> None:
    """Fetch everything, from the beginning, whatever was fetched before."""
    for kind in kinds:
        fresh = {"cursor": "", "fetched": 0, "due_at": at, "leased_until": _NEVER, "finished_at": None}
        row = insert(Pull).values(store_id=store_id, kind=kind, error=None, **fresh)
        session.execute(
            row.on_conflict_do_update(index_elements=["store_id", "kind"], set_={**fresh, "error": None})
        )


def hasten(session: Session, store_id: StoreId, *, at: datetime) -> None:
    """Whatever waits for the shop need not wait any more."""
    waiting = update(Pull).where(Pull.store_id == store_id, Pull.cursor.contains('"operation":"gid'))
    session.execute(waiting.values(due_at=at))


def stop(session: Session, store_id: StoreId, *, at: datetime) -> None:
    """Fetch nothing more until the next ``start``."""
    never = at + timedelta(days=36_500)
    session.execute(update(Pull).where(Pull.store_id == store_id).values(due_at=never))


def every(session: Session, store_id: StoreId) -> Sequence[Pull]:
    """How far each kind is, for people to see."""
    return session.scalars(select(Pull).where(Pull.store_id == store_id).order_by(Pull.kind)).all()


def work(runtime: Runtime, store_id: StoreId) -> None:
    """The job: fetch what is due, a turn of some minutes at most. Safe to run twice, and at the same time."""
    with runtime.unit(store_id) as unit:
        platform = registry.named(runtime.platforms, stores.get(unit.session, store_id).platform)
    if not platform.pulled:
        return
    until = runtime.clock.now() + _TURN
    access = grants.access(runtime, store_id)
    while (taken := _take(runtime, store_id, list(platform.pulled))) is not None:
        kind = Kind(taken.kind)
        if _one(runtime, store_id, taken, platform.pull(access, kind, taken.cursor), until=until):
            _finished(runtime, store_id, kind, again_in=platform.pulled[kind])
        if runtime.clock.now() >= until:
            with runtime.unit(store_id) as unit:
                unit.enqueue(WORK, key=store_id)
            return


def _take(runtime: Runtime, store_id: StoreId, order: Sequence[Kind]) -> Pull | None:
    now = runtime.clock.now()
    what = {"store_id": store_id, "now": now, "until": now + _LEASE, "order": [str(each) for each in order]}
    with runtime.unit(store_id) as unit:
        found = unit.session.execute(_TAKE, what).first()
    return Pull(kind=found.kind, cursor=found.cursor) if found else None


def _one(runtime: Runtime, store_id: StoreId, taken: Pull, pages: Iterable[Page], *, until: datetime) -> bool:
    """Write one kind, page by page; False where it must wait, went wrong, or the turn is over.

    A turn ends where the cursor moves on: else what is large would be begun again and again.
    """
    kind, cursor = Kind(taken.kind), taken.cursor
    try:
        for page in pages:
            if not _keep(runtime, store_id, kind, page) or page.wait is not None:
                return False
            moved, cursor = page.cursor != cursor, page.cursor
            if moved and runtime.clock.now() >= until:
                _let_go(runtime, store_id, kind)
                return False
    except (Upstream, Unauthorized, Forbidden, NotFound) as error:
        _failed(runtime, store_id, kind, error)
        return False
    return True


def _let_go(runtime: Runtime, store_id: StoreId, kind: Kind) -> None:
    """Whoever comes next may go on at once."""
    with runtime.unit(store_id) as unit:
        row = _hold(unit.session, store_id, kind)
        if row is not None and row.leased_until > _NEVER:
            row.leased_until = runtime.clock.now()


def _keep(runtime: Runtime, store_id: StoreId, kind: Kind, page: Page) -> bool:
    """Write a page with its cursor; False where it is nobody's any more: the shop left, or began anew."""
    now = runtime.clock.now()
    with runtime.unit(store_id) as unit:
        row = _hold(unit.session, store_id, kind)
        if row is None or row.leased_until <= _NEVER or not grants.is_good(unit.session, store_id):
            return False
        sync.apply(unit, store_id, page.records, valkey=runtime.valkey, now=now)
        row.cursor = page.cursor
        row.fetched += len(page.records)
        row.error = None
        row.leased_until = now + _LEASE
        if page.wait is not None:
            row.due_at, row.leased_until = now + page.wait, now
    return True


def _finished(runtime: Runtime, store_id: StoreId, kind: Kind, *, again_in: timedelta) -> None:
    now = runtime.clock.now()
    with runtime.unit(store_id) as unit:
        row = _hold(unit.session, store_id, kind)
        if row is not None and row.leased_until > _NEVER:
            if row.finished_at is None and kind is Kind.ORDERS:
                unit.enqueue(LEARN, key=store_id)  # the first time, nobody should wait for the clock
            row.finished_at, row.leased_until, row.due_at = now, now, now + again_in


def _failed(runtime: Runtime, store_id: StoreId, kind: Kind, error: AppError) -> None:
    get_logger(__name__).warning("pull failed", store_id=store_id, kind=kind, error=error.detail)
    now = runtime.clock.now()
    with runtime.unit(store_id) as unit:
        row = _hold(unit.session, store_id, kind)
        if row is not None:
            row.error = error.detail
            row.leased_until = now
            row.due_at = max(row.due_at, now + _AFTER_ERROR)
        if isinstance(error, Unauthorized):
            grants.distrust(unit.session, store_id, at=now)


def _hold(session: Session, store_id: StoreId, kind: Kind) -> Pull | None:
    return session.scalar(select(Pull).where(Pull.store_id == store_id, Pull.kind == kind).with_for_update())
