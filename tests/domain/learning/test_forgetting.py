"""A customer who is erased is nowhere: not in rows, models or lists, nor in what can be rolled back to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.bridge import publisher
from app.bridge.config import snapshot_of
from app.bridge.snapshot import Snapshot, decode, encode
from app.domain.accounts.stores import Credentials
from app.domain.learning import assemble, deltas, forgetting, publish, training, versions
from app.domain.learning.deltas import Recent
from app.engine.build import learn
from app.kernel.clock import FixedClock
from app.kernel.db import Database
from app.kernel.errors import NotFound
from app.kernel.runtime import Runtime
from tests.bridge import toys
from tests.domain.learning.shelves import Shelf, families, sell_families

_ANN = (("a1", "p0-0", "p1-1"), ("a2", "p0-0", "p1-1", "p2-2"), ("a3", "p4-0"))


def a_shop(database: Database, store: Credentials) -> Shelf:
    shelf = Shelf(database, store.store_id)
    families(shelf)
    sell_families(shelf, 0, 120)
    return shelf


def sell_to_ann(shelf: Shelf) -> None:
    """Signed in, as the visitor that she was before, and last of all the customers of the shop."""
    shelf.run(text("insert into customers values (:store_id, 'ann', 'ann@mail.example', 'Ann', now())"))
    shelf.run(text("insert into identities values (:store_id, 'v-ann', 'ann', now())"))
    shelf.order(*_ANN[0], customer="ann", visitor="v-ann", at="2026-06-10T10:00:00Z")
    shelf.order(*_ANN[1], visitor="v-ann", at="2026-06-15T00:00:00Z")
    shelf.order(*_ANN[2], customer="ann", at="2026-11-20T00:00:00Z")


@pytest.fixture
def shelf(runtime: Runtime, database: Database, store: Credentials, clock: FixedClock) -> Shelf:
    """Two versions that know Ann, the second is served."""
    shelf = a_shop(database, store)
    sell_to_ann(shelf)
    for _ in range(2):
        training.renew(runtime, shelf.store_id)
        clock.advance(timedelta(hours=1))
    return shelf


def model(runtime: Runtime, shelf: Shelf) -> bytes:
    """What a training of now publishes, without the names of store and version."""
    with runtime.unit(shelf.store_id) as unit:
        data = assemble.dataset(unit.session, shelf.store_id)
        cards = assemble.cards(unit.session, shelf.store_id, data.item_ids)
    return encode(Snapshot("", "", learn(data, seed=1).published, cards))


def test_the_model_equals_one_that_never_knew_her_bit_for_bit(
    runtime: Runtime, database: Database, shelf: Shelf, other_store: Credentials
) -> None:
    never = model(runtime, a_shop(database, other_store))
    assert model(runtime, shelf) != never
    forgetting.erase(runtime, shelf.store_id, "ann")
    assert model(runtime, shelf) == never


def test_counts_without_her_are_those_of_all_less_hers() -> None:
    hers = [(order, product) for order, *products in _ANN for product in products]
    others = [("b1", "p0-0"), ("b1", "p1-1"), ("b2", "p1-1"), ("b2", "p2-2")]
    left = Recent.count(sorted(others + hers)).less(Recent.count(hers))
    fresh = Recent.count(others)
    assert (left.products, left.sold) == (fresh.products, fresh.sold)
    for name in ("keys", "counts", "totals"):
        assert getattr(left.counted, name).tobytes() == getattr(fresh.counted, name).tobytes()
    assert left.together("p0-0") == {"p1-1": 1}


def held(runtime: Runtime, shelf: Shelf) -> dict[str, bytes]:
    """The bytes of every version that still has some."""
    with runtime.unit(shelf.store_id) as unit:
        names = sorted(versions.servable(unit.session, shelf.store_id))
        rows = [versions.get(unit.session, shelf.store_id, name) for name in names]
        return {row.version: row.snapshot for row in rows if row.snapshot is not None}


def test_her_rows_go_at_once(runtime: Runtime, shelf: Shelf) -> None:
    served = publisher.current_version(runtime.valkey, shelf.store_id)
    assert served is not None
    assert len(held(runtime, shelf)) == 2
    forgetting.erase(runtime, shelf.store_id, "ann")
    assert list(held(runtime, shelf)) == [served]
    for data in (held(runtime, shelf)[served], runtime.valkey.get(snapshot_of(shelf.store_id, served))):
        assert isinstance(data, bytes)
        assert b"ann" not in data
        assert "c1" in decode(data).published.shopper_ids, "everybody else is still there"
    assert publisher.previous_version(runtime.valkey, shelf.store_id) is None
    with pytest.raises(NotFound):
        publish.rollback(runtime, shelf.store_id)


def test_others_keep_their_rows(runtime: Runtime, shelf: Shelf) -> None:
    served = publisher.current_version(runtime.valkey, shelf.store_id)
    assert served is not None
    whole = decode(held(runtime, shelf)[served])
    left = forgetting.without(whole, "ann")
    for name, lists in whole.published.lists.items():
        for shopper in ("c0", "c7", "c9"):
            if lists.anchor == "shopper":
                assert row(whole, name, shopper) == row(left, name, shopper)
    assert forgetting.without(left, "ann") is left


def row(snapshot: Snapshot, name: str, shopper: str) -> list[int]:
    lists = snapshot.published.lists[name]
    number = list(snapshot.published.shopper_ids).index(shopper)
    found: list[int] = lists.items[lists.starts[number] : lists.starts[number + 1]].tolist()
    return found


def test_the_training_that_follows_leaves_nothing_older(
    runtime: Runtime, shelf: Shelf, clock: FixedClock
) -> None:
    forgetting.erase(runtime, shelf.store_id, "ann")
    with runtime.unit() as unit:
        told = text("select args from outbox where store_id = :store and job = 'train.store'")
        assert unit.session.execute(told, {"store": shelf.store_id}).scalars().all() == [["forget"]]
    clock.advance(timedelta(hours=1))
    fresh = training.renew(runtime, shelf.store_id, forget=True)
    assert list(held(runtime, shelf)) == [fresh]
    keys = runtime.valkey.keys(f"alongside:snapshot:{shelf.store_id}:*")
    assert keys == [snapshot_of(shelf.store_id, fresh).encode()]


def test_deltas_are_without_her(runtime: Runtime, shelf: Shelf) -> None:
    with runtime.unit(shelf.store_id) as unit:
        before = deltas.recent(unit.session, shelf.store_id, since=None)
    forgetting.erase(runtime, shelf.store_id, "ann")
    with runtime.unit(shelf.store_id) as unit:
        after = deltas.recent(unit.session, shelf.store_id, since=None)
    assert [each for each in before if each not in after] == [
        (order, product) for order, *products in _ANN for product in products
    ]


def test_erasing_twice_is_erasing_once(runtime: Runtime, shelf: Shelf) -> None:
    forgetting.erase(runtime, shelf.store_id, "ann")
    once = held(runtime, shelf)
    forgetting.erase(runtime, shelf.store_id, "ann")
    assert held(runtime, shelf) == once


def test_the_same_snapshot_without_nobody() -> None:
    toy = toys.snapshot()
    assert forgetting.without(toy, "nobody") is toy
    assert replace(forgetting.without(toy, "anna").published, lists={}, blends={}).shopper_ids == ("ben",)


def test_visitors_keep_their_own_shopper(runtime: Runtime, shelf: Shelf) -> None:
    served = publisher.current_version(runtime.valkey, shelf.store_id)
    assert served is not None
    whole = decode(held(runtime, shelf)[served])
    shoppers = list(whole.published.shopper_ids)
    linked = replace(whole, links={f"v-{each}": number for number, each in enumerate(shoppers)})
    left = forgetting.without(linked, "ann")
    others = {f"v-{each}": each for each in shoppers if each != "ann"}
    assert {visitor: left.published.shopper_ids[number] for visitor, number in left.links.items()} == others
