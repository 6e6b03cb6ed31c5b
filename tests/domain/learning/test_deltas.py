"""A product that is new today and bought ten times today is recommended today, before any training."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from app.bridge import delta, publisher
from app.bridge.reader import Reader
from app.domain.accounts import stores
from app.domain.accounts.stores import Credentials
from app.domain.learning import deltas, training
from app.domain.learning.deltas import Recent
from app.domain.merchandising import storefront
from app.engine.pipeline import Query, recommend, sentence
from app.kernel.db import Database
from app.kernel.runtime import Runtime
from tests.domain.learning.shelves import Shelf, families, sell_families


@pytest.fixture
def shelf(runtime: Runtime, database: Database, store: Credentials) -> Shelf:
    """A trained store that readers know."""
    shelf = Shelf(database, store.store_id)
    families(shelf)
    sell_families(shelf, 0, 120)
    training.renew(runtime, store.store_id)
    with runtime.unit(store.store_id) as unit:
        row = stores.get(unit.session, store.store_id)
        config = storefront.config(unit.session, store.store_id, row)
    storefront.put(runtime.valkey, row, config)
    return shelf


def sell_cake(shelf: Shelf, times: int = 10) -> None:
    """The cake came today and goes with p0-0."""
    shelf.product("cake")
    for number in range(times):
        shelf.order(f"n{number}", "cake", "p0-0", at="2026-11-21T09:00:00Z", customer="eve")


def shown(reader: Reader, store: Credentials, location: str, product: str | None = None) -> list[str]:
    view = reader.view(store.public_key)
    assert view is not None
    assert view.shelf is not None
    query = Query(location, product, (), None, 4)
    picks = recommend(view.shelf.index, query, view.shelf.allowed)
    return [view.shelf.index.published.item_ids[pick.item] for pick in picks]


def test_pairs_are_counted_once_an_order() -> None:
    found = Recent.count([("o1", "cup"), ("o1", "pot"), ("o2", "cup"), ("o2", "pot"), ("o3", "cup")])
    assert found.sold == {"cup": 3, "pot": 2}
    assert found.together("cup") == {"pot": 2}
    assert found.together("pot") == {"cup": 2}


def test_a_new_product_is_recommended_today(
    runtime: Runtime, store: Credentials, shelf: Shelf, tmp_path: Path
) -> None:
    reader = Reader(runtime.valkey, tmp_path)
    assert "cake" not in shown(reader, store, "product", "p0-0")
    sell_cake(shelf)
    assert deltas.republish(runtime, shelf.store_id)
    reader.refresh()
    assert "cake" in shown(reader, store, "product", "p0-0")
    assert "cake" in shown(reader, store, "home")
    assert shown(reader, store, "product", "cake")[0] == "p0-0"
    view = reader.view(store.public_key)
    assert view is not None
    assert view.model_version == publisher.current_version(runtime.valkey, shelf.store_id)


def test_it_says_in_how_many_orders(
    runtime: Runtime, store: Credentials, shelf: Shelf, tmp_path: Path
) -> None:
    sell_cake(shelf)
    deltas.republish(runtime, shelf.store_id)
    view = Reader(runtime.valkey, tmp_path).view(store.public_key)
    assert view is not None
    assert view.shelf is not None
    [pick] = recommend(view.shelf.index, Query("product", "cake", (), None, 1), view.shelf.allowed)
    assert sentence(pick.reason) == "Bought together in 10 of 10 orders"


def test_the_rest_of_the_shop_is_as_it_was(
    runtime: Runtime, store: Credentials, shelf: Shelf, tmp_path: Path
) -> None:
    before = [shown(Reader(runtime.valkey, tmp_path), store, "product", f"p{k}-1") for k in range(1, 5)]
    sell_cake(shelf)
    deltas.republish(runtime, shelf.store_id)
    after = [shown(Reader(runtime.valkey, tmp_path), store, "product", f"p{k}-1") for k in range(1, 5)]
    assert after == before


def test_two_sales_are_no_news(runtime: Runtime, store: Credentials, shelf: Shelf, tmp_path: Path) -> None:
    sell_cake(shelf, times=2)
    deltas.republish(runtime, shelf.store_id)
    assert "cake" not in shown(Reader(runtime.valkey, tmp_path), store, "product", "p0-0")


def test_without_new_orders_nothing_is_published(runtime: Runtime, shelf: Shelf) -> None:
    assert not deltas.republish(runtime, shelf.store_id)
    assert delta.stamp(runtime.valkey, shelf.store_id) == ""
    sell_cake(shelf)
    assert deltas.republish(runtime, shelf.store_id)
    assert not deltas.republish(runtime, shelf.store_id), "the same orders again are no news"


def test_what_is_cancelled_is_taken_back(
    runtime: Runtime, store: Credentials, shelf: Shelf, tmp_path: Path
) -> None:
    sell_cake(shelf)
    deltas.republish(runtime, shelf.store_id)
    shelf.run(
        text("update orders set status = 'cancelled' where store_id = :store_id and order_id like 'n%'")
    )
    assert deltas.republish(runtime, shelf.store_id)
    assert "cake" not in shown(Reader(runtime.valkey, tmp_path), store, "product", "p0-0")


def test_the_next_training_knows_them_itself(
    runtime: Runtime, store: Credentials, shelf: Shelf, tmp_path: Path
) -> None:
    sell_cake(shelf)
    deltas.republish(runtime, shelf.store_id)
    training.renew(runtime, shelf.store_id, force=True)
    assert not deltas.republish(runtime, shelf.store_id)
    assert "cake" in shown(Reader(runtime.valkey, tmp_path), store, "product", "p0-0")


def test_a_store_without_a_model_has_no_delta(runtime: Runtime, store: Credentials) -> None:
    assert not deltas.republish(runtime, store.store_id)
