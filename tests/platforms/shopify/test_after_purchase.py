"""From the payment to the ledger: an offer on Shopify's page, accepted, and attributed to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from app.bridge import stream
from app.domain.accounts import stores
from app.domain.learning import publish, training
from app.domain.merchandising import storefront
from app.serving.app import ServingApp, create_serving_app
from tests.platforms.shopify.conftest import Bench
from tests.simulators.shopify.checkout import Checkout
from tests.simulators.shopify.shop import Line, number
from workers import ingest
from workers.jobs import JOBS


@pytest.fixture
def learned(bench: Bench) -> Bench:
    """A shop whose orders say that a cup for 12.99 goes with tea, and that offers it at 15 % off."""
    shop = bench.at.shop
    tea, cup, hat, bag = (
        shop.add_product(name, price, stock=(50,))["variants"][0].gid
        for name, price in (("Tea", "9.50"), ("Cup", "12.99"), ("Hat", "20.00"), ("Bag", "30.00"))
    )
    for at in range(40):
        shop.place_order([Line(each) for each in ((tea, cup) if at % 4 else (hat, bag))], tell=False)
        bench.clock.advance(timedelta(minutes=30))
    bench.install()
    bench.sync()
    assert training.renew(bench.runtime, bench.store_id)
    with bench.runtime.unit(bench.store_id) as unit:
        stores.offer_after_purchase(unit.session, bench.store_id, 15)
        store = stores.get(unit.session, bench.store_id)
        storefront.put(bench.runtime.valkey, store, storefront.config(unit.session, bench.store_id, store))
    assert publish.restore(bench.runtime, bench.store_id) is not None
    return bench


@pytest.fixture
def wing(learned: Bench) -> Iterator[ServingApp]:
    app = create_serving_app(learned.runtime.settings, learned.runtime.valkey, learned.clock)
    yield app
    app.close()


def variant(bench: Bench, title: str) -> str:
    found = next(each for each in bench.at.shop.all("Product").values() if each["title"] == title)
    gid: str = found["variants"][0].gid
    return gid


def paid(bench: Bench, *titles: str, known_by: str = "checkout", guest: bool = False) -> Checkout:
    """The page after the payment knows the order by its checkout, by its number or by some other name."""
    customer = None if guest else bench.at.shop.add_customer()["id"]
    lines = [Line(variant(bench, each)) for each in titles]
    order = bench.at.shop.place_order(lines, customer=customer)
    bench.clock.advance(timedelta(seconds=5))
    names = {"checkout": order["checkoutToken"], "order": str(number(order["id"]))}
    return Checkout(bench.at.shop, bench.at.tokens, order, names.get(known_by, known_by))


def ask(wing: ServingApp, path: str, token: str, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return Client(wing).post(path, headers=headers, json=body).get_json()


def take_in(bench: Bench, wing: ServingApp) -> None:
    wing.decisions.flush()
    stream.open_group(bench.runtime.valkey)
    ingest.run_once(bench.runtime, consumer="test")


def ledger(bench: Bench, wing: ServingApp, order: str) -> list[tuple[Any, ...]]:
    take_in(bench, wing)
    JOBS["measure.orders"](bench.runtime, bench.store_id, order.rpartition("/")[2])
    credited = "select kind, amount, refunded_amount from attributions where order_id = :id"
    return bench.rows(credited, id=order.rpartition("/")[2])


@pytest.mark.parametrize(
    ("known_by", "guest"),
    [("checkout", True), ("order", True), ("a-name-of-its-own", False)],
    ids=["by the checkout", "by the order", "by the customer"],
)
def test_what_is_accepted_is_added_and_attributed(
    learned: Bench, wing: ServingApp, known_by: str, *, guest: bool
) -> None:
    checkout = paid(learned, "Tea", known_by=known_by, guest=guest)
    offer = ask(wing, "/v1/offer", checkout.token())["offer"]
    assert (offer["title"], offer["percent"]) == ("Cup", 15)
    signed = ask(wing, "/v1/offer/accept", checkout.token(), offer_id=offer["offer_id"])["token"]
    assert checkout.apply(signed) == "processed"
    learned.deliver()
    learned.work()
    # 12.99 less 15 % = 12.99 - 1.95
    assert ledger(learned, wing, checkout.order["id"]) == [("direct", 1104, 0)]


def test_what_was_accepted_is_attributed_where_we_hear_of_it_after_the_order(
    learned: Bench, wing: ServingApp
) -> None:
    checkout = paid(learned, "Tea", guest=True)
    offer = ask(wing, "/v1/offer", checkout.token())["offer"]
    signed = ask(wing, "/v1/offer/accept", checkout.token(), offer_id=offer["offer_id"])["token"]
    checkout.apply(signed)
    learned.deliver()
    learned.work()
    JOBS["measure.orders"](learned.runtime, learned.store_id, str(number(checkout.order["id"])))
    assert learned.rows("select 1 from attributions") == []
    take_in(learned, wing)
    assert ("measure.orders", [str(number(checkout.order["id"]))]) in learned.jobs()
    assert ledger(learned, wing, checkout.order["id"]) == [("direct", 1104, 0)]


def test_the_same_purchase_of_a_guest_accepted_elsewhere_is_not_credited_here(
    learned: Bench, wing: ServingApp
) -> None:
    """Two guests buy the same at the same time; one of them takes the cup, the other put one in himself."""
    taken, own = paid(learned, "Tea", guest=True), paid(learned, "Tea", "Cup", guest=True)
    offer = ask(wing, "/v1/offer", taken.token())["offer"]
    taken.apply(ask(wing, "/v1/offer/accept", taken.token(), offer_id=offer["offer_id"])["token"])
    learned.deliver()
    learned.work()
    assert ledger(learned, wing, own.order["id"]) == []
    assert ledger(learned, wing, taken.order["id"]) == [("direct", 1104, 0)]


def test_accepting_again_adds_nothing(learned: Bench, wing: ServingApp) -> None:
    checkout = paid(learned, "Tea")
    offer = ask(wing, "/v1/offer", checkout.token())["offer"]
    told = [
        checkout.apply(ask(wing, "/v1/offer/accept", checkout.token(), offer_id=offer["offer_id"])["token"])
        for _ in range(2)
    ]
    assert told == ["processed", "changeset_already_applied"]
    assert len(checkout.order["lineItems"]) == 2


def test_a_changeset_is_good_for_its_purchase_only(learned: Bench, wing: ServingApp) -> None:
    first, second = paid(learned, "Tea"), paid(learned, "Tea")
    offer = ask(wing, "/v1/offer", first.token())["offer"]
    signed = ask(wing, "/v1/offer/accept", first.token(), offer_id=offer["offer_id"])["token"]
    assert second.apply(signed) == "invalid_request"
    assert first.apply(signed) == "processed"


def test_what_is_declined_is_nobodys(learned: Bench, wing: ServingApp) -> None:
    checkout = paid(learned, "Tea")
    assert ask(wing, "/v1/offer", checkout.token())["offer"]
    learned.deliver()
    learned.work()
    assert ledger(learned, wing, checkout.order["id"]) == []


def test_what_was_bought_is_not_offered(learned: Bench, wing: ServingApp) -> None:
    titles = ("Tea", "Cup")
    offer = ask(wing, "/v1/offer", paid(learned, *titles).token())["offer"]
    assert offer["title"] in {"Hat", "Bag"}


def test_what_is_sold_out_is_not_offered(learned: Bench, wing: ServingApp) -> None:
    learned.at.shop.set_stock(variant(learned, "Cup"), 0)
    learned.deliver()
    wing.reader.forget()
    offer = ask(wing, "/v1/offer", paid(learned, "Tea").token())["offer"]
    assert offer["title"] in {"Hat", "Bag"}
