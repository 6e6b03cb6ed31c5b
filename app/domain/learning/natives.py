"""What we learned, written into the shop as its own recommendations: where the merchant switched it on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update
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
        # Noted first, with what stands there: what was written and not noted could never be taken back.
        fresh = [each.product_id for each in some if each.product_id not in known]
        _begin(runtime, store_id, platform.natives(access, fresh))
        platform.publish(access, some)
        _note(runtime, store_id, some)
        count += len(some)
    return count


def take_back(runtime: Runtime, store_id: StoreId) -> None:
    """The job: put back in the shop what stood there before us. Repeatable."""
    with runtime.unit(store_id) as unit:
        store = stores.get(unit.session, store_id)
        if store.native_lists:
            return
        before = _before(unit.session, store_id)
    platform, access = registry.named(runtime.platforms, store.platform), grants.access(runtime, store_id)
    for some in _batches(before):
        platform.withdraw(access, some)
        ids = [each.product_id for each in some]
        with runtime.unit(store_id) as unit:
            mine = Written.store_id == store_id
            unit.session.execute(delete(Written).where(mine, Written.product_id.in_(ids)))


def written(session: Session, store_id: StoreId) -> dict[str, str]:
    """The products into which we wrote, with the digest of what; "" where we only began to."""
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


def _begin(runtime: Runtime, store_id: StoreId, before: Iterable[NativeList]) -> None:
    """What another one noted before stays: by now it may be ours that stands there."""
    rows = [
        {
            "store_id": store_id,
            "product_id": each.product_id,
            "digest": "",
            "written_at": runtime.clock.now(),
            "related": list(each.related),
            "complementary": list(each.complementary),
        }
        for each in before
    ]
    if rows:
        with runtime.unit(store_id) as unit:
            unit.session.execute(insert(Written).values(rows).on_conflict_do_nothing())


def _note(runtime: Runtime, store_id: StoreId, some: Iterable[NativeList]) -> None:
    with runtime.unit(store_id) as unit:
        for each in some:
            mine = update(Written).where(Written.store_id == store_id, Written.product_id == each.product_id)
            unit.session.execute(mine.values(digest=_digest(each), written_at=runtime.clock.now()))


def _before(session: Session, store_id: StoreId) -> list[NativeList]:
    rows = session.scalars(select(Written).where(Written.store_id == store_id).order_by(Written.product_id))
    return [NativeList(row.product_id, tuple(row.related), tuple(row.complementary)) for row in rows]


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
