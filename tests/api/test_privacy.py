"""A customer is erased at the shop's word, through the public address and the job that it names."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from app.bridge.records import EventKind, EventRecord
from app.bridge.snapshot import decode
from app.domain.accounts.stores import Credentials
from app.domain.commerce import events
from app.domain.learning import training, versions
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from tests.api.test_custom import BASE, PRICE, bearer, order, send, told
from tests.domain.commerce.test_events import SLATE
from tests.domain.commerce.toys import jobs, look
from workers.jobs import JOBS


@pytest.fixture
def shop(client: FlaskClient, runtime: Runtime, store: Credentials) -> StoreId:
    """Ann and Bob bought, Ann was seen, and a model learned from both."""
    for product in ("tea", "pot"):
        record = {"id": product, "title": product, "price": PRICE, "updated_at": "2026-11-20T10:00:00Z"}
        send(client, store, "products", record)
    for name in ("ann", "bob"):
        person = {"id": name, "email": f"{name}@mail.example", "updated_at": "2026-11-20T10:00:00Z"}
        send(client, store, "customers", person | {"name": name.title(), "visitor_id": f"v-{name}"})
        bought = {"customer_id": name, "visitor_id": f"v-{name}"}
        send(client, store, "orders", order(f"o-{name}", **bought))
    send(client, store, "orders", order("o-visit", visitor_id="v-ann"))
    training.renew(runtime, store.store_id)
    return store.store_id


def erase(client: FlaskClient, runtime: Runtime, store: Credentials, customer: str = "ann") -> None:
    answer = client.delete(f"{BASE}/customers/{customer}", headers=bearer(store))
    assert (answer.status_code, told(answer)) == (202, {"job": "privacy.erase"})
    assert ("privacy.erase", [customer]) in jobs(runtime, store.store_id)
    JOBS["privacy.erase"](runtime, store.store_id, customer)


def test_the_person_is_gone_and_the_books_stay(
    client: FlaskClient, runtime: Runtime, store: Credentials, shop: StoreId
) -> None:
    before = look(runtime, shop, "select sum(total_amount), count(*) from order_lines")
    erase(client, runtime, store)
    assert look(runtime, shop, "select customer_id from customers") == [("bob",)]
    assert look(runtime, shop, "select customer_id from identities") == [("bob",)]
    orders = "select order_id, customer_id, visitor_id, forgotten from orders order by order_id"
    assert look(runtime, shop, orders) == [
        ("o-ann", None, None, True),
        ("o-bob", "bob", "v-bob", False),
        ("o-visit", None, None, True),
    ]
    assert look(runtime, shop, "select sum(total_amount), count(*) from order_lines") == before
    assert look(runtime, shop, "select order_id from order_lines where slate_id is not null") == [("o-bob",)]


def test_what_she_saw_and_clicked_is_gone(
    client: FlaskClient, runtime: Runtime, store: Credentials, shop: StoreId
) -> None:
    for name in ("ann", "bob"):
        seen_by(runtime, shop, name)
    erase(client, runtime, store)
    assert look(runtime, shop, "select visitor_id from slates") == [("v-bob",)]
    assert look(runtime, shop, "select visitor_id from events") == [("v-bob",)]


def test_no_model_names_her_any_more(
    client: FlaskClient, runtime: Runtime, store: Credentials, shop: StoreId
) -> None:
    erase(client, runtime, store)
    JOBS["train.store"](runtime, shop, "forget")
    with runtime.unit(shop) as unit:
        [name] = versions.servable(unit.session, shop)
        snapshot = versions.get(unit.session, shop, name).snapshot
    assert snapshot is not None
    assert list(decode(snapshot).published.shopper_ids) == ["bob"]


def test_her_segment_goes_with_her(
    client: FlaskClient, runtime: Runtime, store: Credentials, shop: StoreId
) -> None:
    known = "select customer_id from customer_segments order by customer_id"
    assert look(runtime, shop, known) == [("ann",), ("bob",)]
    erase(client, runtime, store)
    assert look(runtime, shop, known) == [("bob",)]


def test_the_shop_cannot_bring_her_order_back_by_repeating_it(
    client: FlaskClient, runtime: Runtime, store: Credentials, shop: StoreId
) -> None:
    erase(client, runtime, store)
    later = (runtime.clock.now() + timedelta(minutes=1)).isoformat()
    send(client, store, "orders", order("o-ann", customer_id="ann", visitor_id="v-ann", updated_at=later))
    query = "select customer_id, visitor_id from orders where order_id = 'o-ann'"
    assert look(runtime, shop, query) == [(None, None)]


def test_a_customer_whom_nobody_knows_is_no_error(
    client: FlaskClient, runtime: Runtime, store: Credentials, shop: StoreId
) -> None:
    erase(client, runtime, store, "ghost")
    assert look(runtime, shop, "select count(*) from customers") == [(2,)]


def test_another_store_erases_nothing(
    client: FlaskClient, runtime: Runtime, other_store: Credentials, shop: StoreId
) -> None:
    erase(client, runtime, other_store)
    assert look(runtime, shop, "select count(*) from customers") == [(2,)]


def test_only_the_key_may_erase(client: FlaskClient) -> None:
    assert client.delete(f"{BASE}/customers/ann").status_code == 401


def seen_by(runtime: Runtime, shop: StoreId, name: str) -> None:
    """One slate with one click of this visitor."""
    now, slate_id, visitor = runtime.clock.now(), f"s-{name}", f"v-{name}"
    slate = replace(SLATE, slate_id=slate_id, visitor_id=visitor, at=now)
    event = EventRecord(f"e-{name}", EventKind.CLICK, now, now, visitor, slate_id, "tea", 1)
    with runtime.unit(shop) as unit:
        events.ingest(unit.session, shop, [slate], [event], now=now)
