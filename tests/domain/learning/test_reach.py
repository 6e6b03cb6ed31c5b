"""What a training reads where a store fits the worker's memory, and where it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import text

from app.domain.accounts.stores import Credentials
from app.domain.learning import assemble, reach, training, versions
from app.engine.spark import session as spark
from app.engine.spark.room import MB
from app.kernel.db import Database
from app.kernel.errors import Conflict
from app.kernel.runtime import Runtime
from tests.domain.learning.shelves import Shelf, families, sell_families

_SIGNED_IN = text("insert into identities values (:store_id, 'v1', 'zoe', now())")


@pytest.fixture
def shelf(database: Database, store: Credentials) -> Shelf:
    shelf = Shelf(database, store.store_id)
    families(shelf)
    sell_families(shelf, 0, 60)
    for product_id in ("tea", "pot"):
        shelf.product(product_id)
    shelf.product("gone", deleted=True)
    # ids that a database's alphabet and Python's sort in different ways, all of one second
    for order_id in ("Zebra", "apple", "étage", "a-b", "a_b"):
        shelf.order(order_id, "tea", "pot", "gone")
    shelf.order("cancelled", "tea", status="cancelled")
    shelf.run(_SIGNED_IN)
    shelf.order("later", "pot", visitor="v1", at="2026-11-02")
    return shelf


def test_orders_read_to_disk_are_the_orders(database: Database, shelf: Shelf) -> None:
    with database.unit(shelf.store_id) as unit:
        here = assemble.dataset(unit.session, shelf.store_id)
        there = reach.whole(unit.session, shelf.store_id, known_from=0)
    assert there.orders == 66
    assert here.item_ids == there.item_ids
    assert here.shopper_ids == there.shopper_ids
    assert here.described == there.described
    for name in ("times", "buyers", "sizes", "created", "prices"):
        assert np.array_equal(getattr(here, name), getattr(there, name))
    assert np.array_equal(here.bought.toarray(), there.bought.toarray())


def test_a_store_that_fits_is_learned_from_here(database: Database, shelf: Shelf) -> None:
    with database.unit(shelf.store_id) as unit:
        read = reach.read(unit.session, shelf.store_id, 4_000 * MB)
    assert read.whole is None
    assert read.data.orders == 66
    assert read.told() == {}


@pytest.mark.skipif(not spark.missing(), reason="Spark is installed")
def test_a_store_that_does_not_fit_says_what_to_install(runtime: Runtime, shelf: Shelf) -> None:
    small = replace(runtime, settings=replace(runtime.settings, training_memory_mb=200))
    with pytest.raises(Conflict, match=r"200 MB are free: give the training worker more, or install pyspark"):
        training.train(small, shelf.store_id)
    with runtime.unit(shelf.store_id) as unit:
        (failed,) = versions.list(unit.session, shelf.store_id)
        assert (failed.status, "pyspark" in failed.note) == (versions.FAILED, True)


def test_memory_is_what_was_set_or_what_is_free(runtime: Runtime) -> None:
    assert reach.free_bytes(replace(runtime.settings, training_memory_mb=300)) == 300 * MB
    assert reach.free_bytes(runtime.settings) > 10 * MB


def test_times_are_whole_seconds(database: Database, shelf: Shelf) -> None:
    with database.unit(shelf.store_id) as unit:
        there = reach.whole(unit.session, shelf.store_id, known_from=0)
    assert there.now == int(datetime(2026, 11, 2, tzinfo=UTC).timestamp()) + 1
