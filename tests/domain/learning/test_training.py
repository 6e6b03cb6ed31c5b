"""A store is trained, published, rolled back and restored; what storefronts get is read back."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
import redis
from sqlalchemy import text

from app.bridge import publisher
from app.bridge.config import snapshot_of
from app.bridge.snapshot import decode
from app.domain.accounts.stores import Credentials
from app.domain.learning import assemble, publish, training, versions
from app.engine.pipeline import PublishedIndex, Query, recommend
from app.kernel.clock import FixedClock
from app.kernel.db import Database
from app.kernel.errors import NotFound
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from tests.domain.learning.shelves import VARIANT, Shelf


@pytest.fixture
def shelf(database: Database, store: Credentials) -> Shelf:
    shelf = Shelf(database, store.store_id)
    for product_id in ("tea", "pot", "mug", "kettle"):
        shelf.product(product_id)
    shelf.order("o1", "tea", "pot", customer="ann")
    shelf.order("o2", "tea", "pot", customer="bob")
    shelf.order("o3", "tea", "mug")
    return shelf


def together_with(valkey: redis.Redis, store_id: StoreId, product: str) -> list[str]:
    version = publisher.current_version(valkey, store_id)
    assert version is not None
    snapshot = decode(valkey.get(snapshot_of(store_id, version)))  # type: ignore[arg-type]
    assert snapshot.version == version
    picks = recommend(
        PublishedIndex(snapshot.published), Query("product", product, (), None, 3), lambda _item: True
    )
    return [snapshot.published.item_ids[pick.item] for pick in picks]


def restored(runtime: Runtime, store_id: StoreId) -> str | None:
    served = publish.restore(runtime, store_id)
    return None if served is None else served.version


def test_what_is_learned_from_the_rows_is_what_storefronts_get(runtime: Runtime, shelf: Shelf) -> None:
    version = training.train(runtime, shelf.store_id)
    assert publisher.current_version(runtime.valkey, shelf.store_id) is None
    publish.publish(runtime, shelf.store_id, version)
    assert publisher.current_version(runtime.valkey, shelf.store_id) == version
    assert together_with(runtime.valkey, shelf.store_id, "tea") == ["pot", "mug", "kettle"]


def test_a_version_tells_what_it_was_learned_from(runtime: Runtime, shelf: Shelf) -> None:
    version = training.train(runtime, shelf.store_id, seed=3)
    with runtime.unit(shelf.store_id) as unit:
        kept = versions.get(unit.session, shelf.store_id, version)
        assert (kept.status, kept.seed, kept.published_at) == ("kept", 3, None)
        assert {name: kept.metrics[name] for name in ("orders", "products", "shoppers")} == {
            "orders": 3, "products": 4, "shoppers": 2,
        }  # fmt: skip
        assert kept.chosen["together"]["half_life"] == 60.0
        assert kept.metrics["measured"] == []  # three orders measure nothing
        assert kept.window_from is not None


def test_a_store_without_anything_can_be_published(runtime: Runtime, store: Credentials) -> None:
    publish.publish(runtime, store.store_id, training.train(runtime, store.store_id))
    assert publisher.current_version(runtime.valkey, store.store_id) is not None


def test_without_orders_the_newest_products_are_the_answer(
    runtime: Runtime, database: Database, store: Credentials
) -> None:
    shelf = Shelf(database, store.store_id)
    for product_id in ("tea", "kettle", "mugs"):
        shelf.product(product_id)
    publish.publish(runtime, store.store_id, training.train(runtime, store.store_id))
    assert together_with(runtime.valkey, store.store_id, "ghost") == ["kettle", "mugs", "tea"]


def test_cancelled_orders_and_deleted_products_teach_nothing(runtime: Runtime, shelf: Shelf) -> None:
    shelf.product("gone", deleted=True)
    shelf.order("o4", "tea", "gone")
    shelf.order("o5", "tea", "kettle", status="cancelled")
    with runtime.unit(shelf.store_id) as unit:
        data = assemble.dataset(unit.session, shelf.store_id)
    assert "gone" not in data.item_ids
    assert data.orders == 4  # o4 counts, as an order of tea
    assert data.sizes.sum() == 7


def test_a_visitor_who_signed_in_is_that_customer(runtime: Runtime, shelf: Shelf) -> None:
    shelf.order("o4", "mug", visitor="v1")
    shelf.run(
        text("insert into identities values (:store_id, 'v1', 'ann', now())"),
    )
    with runtime.unit(shelf.store_id) as unit:
        data = assemble.dataset(unit.session, shelf.store_id)
    assert data.shopper_ids == ("ann", "bob")
    assert sorted(data.buyers.tolist()) == [-1, 0, 0, 1]


def test_a_card_sells_the_first_variant_that_can_be_sold(runtime: Runtime, shelf: Shelf) -> None:
    for position, stock in enumerate((0, 5, None)):
        shelf.run(VARIANT, id="mug", variant=f"v{position}", stock=stock, position=position)
    with runtime.unit(shelf.store_id) as unit:
        mug, tea, ghost = assemble.cards(unit.session, shelf.store_id, ["mug", "tea", "ghost"])
    assert (mug.variant_id, mug.url, mug.price_amount, mug.category) == ("v1", "/mug", 425, "kitchen")
    assert tea.variant_id is None
    assert (ghost.product_id, ghost.visible) == ("ghost", False)


def trained(runtime: Runtime, clock: FixedClock, store_id: StoreId) -> str:
    clock.advance(timedelta(hours=1))
    version = training.train(runtime, store_id)
    publish.publish(runtime, store_id, version)
    return version


def status(runtime: Runtime, store_id: StoreId) -> dict[str, str]:
    with runtime.unit(store_id) as unit:
        return {each.version: each.status for each in versions.list(unit.session, store_id)}


def test_rolling_back_twice_goes_back_twice(runtime: Runtime, clock: FixedClock, shelf: Shelf) -> None:
    first, second, third = (trained(runtime, clock, shelf.store_id) for _ in range(3))
    assert publish.rollback(runtime, shelf.store_id) == second
    assert publish.rollback(runtime, shelf.store_id) == first
    assert publisher.current_version(runtime.valkey, shelf.store_id) == first
    assert status(runtime, shelf.store_id) == {first: "published", second: "retired", third: "retired"}
    with pytest.raises(NotFound):
        publish.rollback(runtime, shelf.store_id)
    assert publish.rollback(runtime, shelf.store_id, third) == third
    assert publisher.current_version(runtime.valkey, shelf.store_id) == third


def test_publishing_again_changes_nothing(runtime: Runtime, clock: FixedClock, shelf: Shelf) -> None:
    version = trained(runtime, clock, shelf.store_id)
    publish.publish(runtime, shelf.store_id, version)
    assert status(runtime, shelf.store_id) == {version: "published"}


def test_five_versions_keep_their_bytes(runtime: Runtime, clock: FixedClock, shelf: Shelf) -> None:
    made = [trained(runtime, clock, shelf.store_id) for _ in range(7)]
    with runtime.unit(shelf.store_id) as unit:
        held = [versions.get(unit.session, shelf.store_id, each).snapshot is not None for each in made]
    assert held == [False, False, True, True, True, True, True]
    with pytest.raises(NotFound):
        publish.rollback(runtime, shelf.store_id, made[0])


def test_the_published_version_keeps_its_bytes_however_old(
    runtime: Runtime, clock: FixedClock, shelf: Shelf
) -> None:
    served = trained(runtime, clock, shelf.store_id)
    for _ in range(6):
        clock.advance(timedelta(hours=1))
        training.train(runtime, shelf.store_id)
    runtime.valkey.flushall()
    assert restored(runtime, shelf.store_id) == served
    assert publisher.current_version(runtime.valkey, shelf.store_id) == served


def test_a_fast_wing_that_lost_everything_is_restored(
    runtime: Runtime, clock: FixedClock, shelf: Shelf
) -> None:
    assert publish.restore(runtime, shelf.store_id) is None
    version = trained(runtime, clock, shelf.store_id)
    runtime.valkey.flushall()
    assert restored(runtime, shelf.store_id) == version
    assert together_with(runtime.valkey, shelf.store_id, "tea")[0] == "pot"


def test_a_store_cannot_publish_anothers_model(
    runtime: Runtime, shelf: Shelf, other_store: Credentials
) -> None:
    version = training.train(runtime, shelf.store_id)
    with pytest.raises(NotFound):
        publish.publish(runtime, other_store.store_id, version)


def test_a_version_that_was_learned_without_trees_says_so(
    runtime: Runtime, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    version = training.train(runtime, shelf.store_id)
    with runtime.unit(shelf.store_id) as unit:
        row = versions.get(unit.session, shelf.store_id, version)
        assert row.note == "Learned with no trees: LightGBM cannot be loaded (Debian needs libgomp1)."
        assert len(row.metrics["missing"]) == 1
