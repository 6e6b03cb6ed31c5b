"""What we learned, written into the shop as its own recommendations: where the merchant switched it on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.bridge.snapshot import Snapshot, decode
from app.domain.accounts import grants, stores
from app.domain.learning import versions
from app.domain.tables.shops import Written
from app.engine.pipeline import PublishedIndex, Query, recommend
from app.platforms import registry
from app.platforms.base import NativeList

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.kernel.ids import StoreId
    from app.kernel.runtime import Runtime

WRITE: Final = "natives.write"
TAKE_BACK: Final = "natives.take_back"

_LENGTH: Final = 10
_AT_ONCE: Final = 200


def switch(session: Session, store_id: StoreId, *, on: bool) -> str:
    """Let us write into the shop, or not; gives the job that makes it so."""
    stores.get(session, store_id).native_lists = on
    session.flush()
    return WRITE if on else TAKE_BACK


def write(runtime: Runtime, store_id: StoreId) -> int:
    """The job: write what changed since it was written last, and say of how many products. Repeatable."""
    with runtime.unit(store_id) as unit:
        store = stores.get(unit.session, store_id)
        served = versions.published_with_bytes(unit.session, store_id)
        if not (store.is_active and store.native_lists) or served is None or served.snapshot is None:
            return 0
        known = written(unit.session, store_id)
    platform, access = registry.named(runtime.platforms, store.platform), grants.access(runtime, store_id)
    lists = native_lists(decode(served.snapshot))
    news = (each for each in lists if known.get(each.product_id) != _digest(each))
    count = 0
    for some in _batches(news):
        # Noted first: what was written and not noted could never be taken back.
        _note(runtime, store_id, some, at=runtime.clock.now())
        platform.publish(access, some)
        count += len(some)
    return count


def take_back(runtime: Runtime, store_id: StoreId) -> None:
    """The job: remove from the shop whatever we wrote there. Repeatable."""
    with runtime.unit(store_id) as unit:
        store = stores.get(unit.session, store_id)
        if store.native_lists:
            return
        ids = sorted(written(unit.session, store_id))
    platform, access = registry.named(runtime.platforms, store.platform), grants.access(runtime, store_id)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        platform.withdraw(access, some)
        with runtime.unit(store_id) as unit:
            mine = Written.store_id == store_id
            unit.session.execute(delete(Written).where(mine, Written.product_id.in_(some)))


def written(session: Session, store_id: StoreId) -> dict[str, str]:
    """The products into which we wrote, with the digest of what."""
    wanted = select(Written.product_id, Written.digest).where(Written.store_id == store_id)
    return {row.product_id: row.digest for row in session.execute(wanted)}


def native_lists(snapshot: Snapshot) -> Iterator[NativeList]:
    """For each product that is shown: what is shown on its page, and what goes with it in a cart."""
    index = PublishedIndex(snapshot.published)
    cards = snapshot.cards

    def shown(item: int) -> bool:
        return cards[item].visible and cards[item].stock != 0

    for card in cards:
        if card.visible:
            page = Query("product", card.product_id, (), None, _LENGTH)
            cart = Query("cart", None, (card.product_id,), None, _LENGTH)
            related, goes_with = (
                tuple(cards[pick.item].product_id for pick in recommend(index, query, shown))
                for query in (page, cart)
            )
            yield NativeList(card.product_id, related, goes_with)


def _note(runtime: Runtime, store_id: StoreId, some: Iterable[NativeList], *, at: datetime) -> None:
    with runtime.unit(store_id) as unit:
        for each in some:
            what = {"digest": _digest(each), "written_at": at}
            row = insert(Written).values(store_id=store_id, product_id=each.product_id, **what)
            unit.session.execute(
                row.on_conflict_do_update(index_elements=["store_id", "product_id"], set_=what)
            )


def _digest(each: NativeList) -> str:
    told = "|".join((",".join(each.related), ",".join(each.complementary)))
    return blake2b(told.encode(), digest_size=16).hexdigest()


def _batches(lists: Iterable[NativeList]) -> Iterator[list[NativeList]]:
    some: list[NativeList] = []
    for each in lists:
        some.append(each)
        if len(some) == _AT_ONCE:
            yield some
            some = []
    if some:
        yield some
