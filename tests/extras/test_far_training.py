"""A training that finds a store too large for its memory goes to Spark by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.bridge.snapshot import decode
from app.domain.accounts.stores import Credentials
from app.domain.learning import assemble, training, versions
from app.engine.spark import session
from app.engine.spark.room import MB, Size, fits_here
from app.kernel.db import Database
from app.kernel.runtime import Runtime
from tests.domain.learning.shelves import Shelf, families, sell_families

pytestmark = [
    pytest.mark.skipif(bool(session.missing()), reason=f"not installed: {session.missing()}"),
    pytest.mark.timeout(600),
]

MEMORY_MB = 564
"""Room for some of the orders and not for all of them."""


def test_what_is_kept_holds_the_pairs_of_all_orders(
    runtime: Runtime, database: Database, store: Credentials
) -> None:
    shelf = Shelf(database, store.store_id)
    families(shelf)
    sell_families(shelf, 0, 600)
    assert not fits_here(Size(600, 1_800, 20), MEMORY_MB * MB)
    small = replace(runtime, settings=replace(runtime.settings, training_memory_mb=MEMORY_MB))
    version = training.train(small, shelf.store_id)
    with runtime.unit(shelf.store_id) as unit:
        row = versions.get(unit.session, shelf.store_id, version)
        everything = assemble.dataset(unit.session, shelf.store_id)
    assert row.metrics["spark"] == {"orders": 600, "lines": 1_800, "products": 20}
    assert 0 < row.metrics["orders"] < 600  # learned from here
    assert row.snapshot is not None
    together = decode(row.snapshot).published.lists["together"]
    assert together.orders == 600
    assert together.totals.tolist() == everything.pairs.totals.tolist()
