"""What was looked at becomes what is learned from: with consent, by people, and told apart by visits."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.bridge.snapshot import decode
from app.domain.accounts.stores import Credentials
from app.domain.commerce import privacy
from app.domain.learning import assemble, training, versions
from app.domain.tables.commerce import Identity
from app.domain.tables.decisions import Event, Slate
from app.engine.dataset import Dataset
from app.engine.lists import matrix
from app.engine.strategies.alsoviewed import AlsoViewed
from app.kernel.db import Database
from app.kernel.ids import new_id
from app.kernel.runtime import Runtime
from tests.conftest import NOON
from tests.domain.learning.shelves import Shelf

PRODUCTS = ("tea", "pot", "mug", "kettle")


@pytest.fixture
def shelf(database: Database, store: Credentials) -> Shelf:
    shelf = Shelf(database, store.store_id)
    for product_id in PRODUCTS:
        shelf.product(product_id)
    shelf.order("o1", "tea", "pot", customer="ann", at="2026-11-21T11:00:00Z")
    return shelf


def look(
    shelf: Shelf, visitor: str | None, product: str, *, minutes: int = 0, customer: str | None = None
) -> None:
    """Open the page of a product so many minutes after nine."""
    at = NOON - timedelta(hours=3) + timedelta(minutes=minutes)
    slate = Slate(
        store_id=shelf.store_id, slate_id=new_id(), at=at, placement="product", visitor_id=visitor,
        customer_id=customer, product_id=product, basket=[], items=[], propensities=[], model_version="m",
        arm="none", ghost=False, explored=False, tier="lists",
    )  # fmt: skip
    with shelf.database.unit(shelf.store_id) as unit:
        unit.session.add(slate)


def act(shelf: Shelf, visitor: str, kind: str, product: str, at: datetime) -> None:
    event = Event(
        store_id=shelf.store_id, event_id=new_id(), kind=kind, at=at, received_at=at, visitor_id=visitor,
        slate_id="s", product_id=product, position=1,
    )  # fmt: skip
    with shelf.database.unit(shelf.store_id) as unit:
        unit.session.add(event)


def assembled(shelf: Shelf) -> Dataset:
    with shelf.database.unit(shelf.store_id) as unit:
        return assemble.dataset(unit.session, shelf.store_id)


def visits(shelf: Shelf) -> list[set[str]]:
    """The products of each visit, in the order of time."""
    data = assembled(shelf)
    if data.visits is None:
        return []
    return [{data.item_ids[item] for item in row.indices} for row in data.visits.seen]


def test_a_visit_ends_after_thirty_minutes_without_a_look(shelf: Shelf) -> None:
    for minutes, product in ((0, "tea"), (29, "pot"), (59, "mug"), (90, "kettle")):
        look(shelf, "v1", product, minutes=minutes)
    look(shelf, "v2", "tea", minutes=1)
    assert visits(shelf) == [{"tea", "pot", "mug"}, {"tea"}, {"kettle"}]


def test_clicks_and_adds_are_looks_and_impressions_are_not(shelf: Shelf) -> None:
    look(shelf, "v1", "tea")
    for kind, product in (("click", "pot"), ("add", "mug"), ("impression", "kettle")):
        act(shelf, "v1", kind, product, NOON - timedelta(hours=3))
    assert visits(shelf) == [{"tea", "pot", "mug"}]


def test_who_did_not_consent_is_not_in_it(shelf: Shelf) -> None:
    look(shelf, None, "tea")
    look(shelf, None, "pot", customer="ann")
    assert visits(shelf) == []


def test_a_visit_to_more_than_a_hundred_products_is_a_programs(shelf: Shelf) -> None:
    for number in range(101):
        shelf.product(f"x{number}")
    for number in range(100):
        look(shelf, "person", f"x{number}")
    for number in range(101):
        look(shelf, "robot", f"x{number}")
    assert [len(each) for each in visits(shelf)] == [100]


def test_looks_older_than_half_a_year_are_let_go(shelf: Shelf) -> None:
    look(shelf, "v1", "tea", minutes=-181 * 24 * 60)
    look(shelf, "v1", "pot")
    assert visits(shelf) == [{"pot"}]


def test_another_stores_visits_are_not_read(shelf: Shelf, other_store: Credentials) -> None:
    other = Shelf(shelf.database, other_store.store_id)
    look(other, "v1", "tea")
    assert visits(shelf) == []


def test_an_erased_customers_visits_are_gone(shelf: Shelf, runtime: Runtime) -> None:
    look(shelf, "v1", "tea")
    look(shelf, "v2", "pot")
    with runtime.unit(shelf.store_id) as unit:
        unit.session.add(
            Identity(store_id=shelf.store_id, visitor_id="v1", customer_id="ann", first_seen=NOON)
        )
    with runtime.unit(shelf.store_id) as unit:
        privacy.erase(unit.session, shelf.store_id, "ann")
    assert visits(shelf) == [{"pot"}]


def test_what_is_viewed_together_is_published_with_its_share(shelf: Shelf, runtime: Runtime) -> None:
    """Mug was seen in three of tea's four visits, kettle in one: 3 / (4 + 5) and 1 / (4 + 5)."""
    for visitor, others in (("a", ["mug"]), ("b", ["mug"]), ("c", ["mug", "kettle"]), ("d", [])):
        for product in ("tea", *others):
            look(shelf, visitor, product)
    version = training.train(runtime, shelf.store_id)
    with runtime.unit(shelf.store_id) as unit:
        row = versions.get(unit.session, shelf.store_id, version)
    assert row.snapshot is not None
    published = decode(row.snapshot).published
    tea, mug, kettle = (list(published.item_ids).index(name) for name in ("tea", "mug", "kettle"))
    table = matrix(published.lists[AlsoViewed.name], len(published.item_ids))
    fades = 0.5 ** (120 / (24 * 60) / 30)  # the visits began two hours before the last order
    shares = [float(table[tea, item]) * (4 * fades + 5) / fades for item in (mug, kettle)]
    assert shares == pytest.approx([3.0, 1.0], rel=1e-3)


def test_without_visits_nothing_is_published_about_them(shelf: Shelf, runtime: Runtime) -> None:
    version = training.train(runtime, shelf.store_id)
    with runtime.unit(shelf.store_id) as unit:
        row = versions.get(unit.session, shelf.store_id, version)
    assert row.snapshot is not None
    assert AlsoViewed.name not in decode(row.snapshot).published.lists
