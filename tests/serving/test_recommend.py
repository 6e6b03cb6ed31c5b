import json
import re
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from redis import Redis
from werkzeug.test import Client

from app.bridge import overlay
from app.bridge.overlay import Change
from app.engine.assign import Arm, arm
from app.kernel import cache
from app.serving import recommend
from app.serving.app import ServingApp
from tests.bridge import toys
from tests.serving import logged
from tests.serving.conftest import Publish, Serve

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ask(client: Client, **given: str) -> dict[str, Any]:
    answer = client.get("/v1/recommendations", query_string={"key": "pk_toys", "placement": "home", **given})
    assert answer.status_code == 200, answer.data
    told: dict[str, Any] = json.loads(answer.data)
    return told


def shown(client: Client, **given: str) -> list[str]:
    return [item["product_id"] for item in ask(client, **given)["items"]]


def refused(client: Client, **given: str) -> dict[str, Any]:
    answer = client.get("/v1/recommendations", query_string={"key": "pk_toys", "placement": "home", **given})
    assert answer.content_type == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.data)
    return told


def test_a_page_gets_what_goes_with_its_product(client: Client) -> None:
    assert shown(client, placement="product", product="cup") == ["saucer", "spoon", "tea"]


def test_positions_count_from_one_and_reasons_are_told(client: Client) -> None:
    items = ask(client, placement="product", product="cup")["items"]
    assert [(item["position"], item["reason"]) for item in items] == [
        (1, "Bought together in 41 of 500 orders"),
        (2, "Bought together in 41 of 500 orders"),
        (3, "Bought together in 41 of 500 orders"),
    ]


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ({}, ("GBP", "£", "", ",")),
        ({"lang": "de-DE"}, ("GBP", "", "\xa0£", ".")),
        ({"lang": "fr", "currency": "EUR"}, ("EUR", "", "\xa0€", "\u202f")),
        ({"lang": "tlh" * 999, "currency": "euros"}, ("GBP", "£", "", ",")),
    ],
)
def test_prices_are_written_as_the_page_asks(
    client: Client, given: dict[str, str], form: tuple[str, ...]
) -> None:
    for _ in range(2):  # the second one is the page that is kept
        told = ask(client, placement="product", product="cup", **given)["price_form"]
        assert (told["currency"], told["before"], told["after"], told["group"]) == form


def test_what_is_in_the_basket_is_not_shown_and_its_slot_is_filled(client: Client) -> None:
    assert shown(client, placement="cart", basket="cup,saucer,gone") == ["spoon", "tea", "pot"]


def test_the_limit_is_never_more_than_the_slots(client: Client) -> None:
    assert len(shown(client, limit="2")) == 2
    assert len(shown(client, limit="12")) == 3


def test_what_is_out_of_stock_or_hidden_is_not_shown(serve: Serve, publish: Publish) -> None:
    publish(toys.config(), toys.snapshot(tea={"stock": 0}, cup={"visible": False}, pot={"stock": 1}))
    assert shown(Client(serve())) == ["pot", "saucer", "spoon"]


def test_what_sells_out_is_no_longer_shown_within_a_second(client: Client, valkey: Redis) -> None:
    assert shown(client) == ["tea", "cup", "pot"]
    overlay.put(valkey, "toys", [Change("tea", NOON, stock=0), Change("cup", NOON, price_amount=199)])
    deadline = time.monotonic() + 1.0
    while "tea" in shown(client) and time.monotonic() < deadline:
        time.sleep(0.01)
    items = ask(client)["items"]
    assert [item["product_id"] for item in items] == ["cup", "pot", "saucer"]
    assert items[0]["price"] == {"amount": 199, "currency": "GBP"}


def test_the_page_of_a_category_prefers_it(client: Client) -> None:
    assert shown(client, placement="category", category="china") == ["cup", "pot", "saucer"]
    assert shown(client, placement="category", category="food") == ["tea", "cup", "pot"]


def test_a_search_prefers_the_titles_that_match(client: Client) -> None:
    assert shown(client, placement="search", q="spoon") == ["spoon", "tea", "cup"]
    assert shown(client, placement="search", q="nonsense") == ["tea", "cup", "pot"]


def test_a_store_without_a_model_answers_empty(serve: Serve, valkey: Redis, publish: Publish) -> None:
    publish(toys.config(), toys.snapshot())
    valkey.delete("alongside:current:toys")
    assert ask(Client(serve()))["items"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "13"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"placement": "roof"}, "placement"),
        ({"placement": ""}, "placement"),
        ({"visitor": "a b"}, "visitor"),
        ({"visitor": "v" * 65}, "visitor"),
        ({"product": "p" * 201}, "product"),
        ({"product": "a\0b"}, "product"),
        ({"customer": "a\nb"}, "customer"),
        ({"basket": ",".join(map(str, range(201)))}, "basket"),
        ({"session_recent": "a\x7fb"}, "session_recent"),
    ],
)
def test_what_cannot_be_read_names_itself(client: Client, given: dict[str, str], field: str) -> None:
    told = refused(client, **given)
    assert (told["status"], told["field"]) == (400, field)


def test_an_unknown_key_is_refused_before_anything_else(client: Client) -> None:
    assert refused(client, key="pk_nobody", limit="many")["status"] == 401
    assert refused(client, key="")["status"] == 401


def test_an_inactive_placement_shows_nothing(serve: Serve, publish: Publish, valkey: Redis) -> None:
    off = tuple(replace(placement, active=False) for placement in toys.config().placements)
    publish(toys.config(placements=off), toys.snapshot())
    app = serve()
    assert ask(Client(app))["items"] == []
    assert [slate.tier for slate in logged.slates(app, valkey)] == [recommend.INACTIVE]


def test_every_slate_is_logged_with_what_was_shown(shop: ServingApp, valkey: Redis) -> None:
    asked = {"placement": "product", "product": "cup", "basket": "pot", "visitor": "v2"}
    told = ask(Client(shop), **asked, customer=toys.signed("anna"))
    (slate,) = logged.slates(shop, valkey)
    assert slate.slate_id == told["slate_id"]
    assert (slate.at, slate.placement, slate.visitor_id, slate.customer_id) == (NOON, "product", "v2", "anna")
    assert (slate.product_id, slate.basket, slate.items) == ("cup", ("pot",), ("saucer", "spoon", "tea"))
    assert (slate.propensities, slate.explored) == ((1.0, 1.0, 1.0), False)
    assert (slate.model_version, slate.arm, slate.ghost, slate.tier) == ("m1", "treatment", False, "lists")


def test_slates_reach_the_stream_by_themselves(shop: ServingApp, valkey: Redis) -> None:
    ask(Client(shop))
    deadline = time.monotonic() + 2.0
    while valkey.xlen("alongside:stream") == 0 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert valkey.xlen("alongside:stream") == 1


def test_the_holdout_sees_nothing_and_its_slates_are_ghosts(shop: ServingApp, valkey: Redis) -> None:
    client = Client(shop)
    visitors = [f"v{number}" for number in range(400)]
    seen = {visitor: len(shown(client, visitor=visitor)) for visitor in visitors}
    held = {visitor for visitor in visitors if arm(visitor, "salt", 0.05) is Arm.HOLDOUT}
    assert 8 <= len(held) <= 34  # 20 expected, three standard deviations
    assert {visitor for visitor in visitors if seen[visitor] == 0} == held
    slates = logged.slates(shop, valkey)
    assert {slate.visitor_id for slate in slates if slate.ghost} == held
    assert {slate.items for slate in slates} == {("tea", "cup", "pot")}
    assert all((slate.arm == "holdout") is slate.ghost for slate in slates)


def test_without_a_visitor_there_is_no_arm(shop: ServingApp, valkey: Redis) -> None:
    assert shown(Client(shop))
    assert [slate.arm for slate in logged.slates(shop, valkey)] == ["none"]


def test_logged_propensities_are_the_frequencies(serve: Serve, publish: Publish, valkey: Redis) -> None:
    publish(toys.config(exploration=0.5), toys.snapshot())
    app = serve(rng=Random(7))
    client = Client(app)
    for _ in range(3000):
        shown(client, limit="1")
    slates = logged.slates(app, valkey)
    often = Counter(slate.items for slate in slates)
    odds = {slate.items: slate.propensities[0] for slate in slates}
    assert len(odds) == 5
    assert sum(odds.values()) == pytest.approx(1.0)
    for items, chance in odds.items():
        assert often[items] / 3000 == pytest.approx(chance, abs=3 * (chance * (1 - chance) / 3000) ** 0.5)
    assert {slate.items[0] for slate in slates if not slate.explored} == {"tea"}


def test_a_failure_inside_is_answered_with_bestsellers_and_counted(
    serve: Serve, publish: Publish, valkey: Redis
) -> None:
    class Broken(Random):
        def random(self) -> float:
            raise RuntimeError("no chance")

    publish(toys.config(exploration=0.5), toys.snapshot())
    app = serve(rng=Broken())
    told = ask(Client(app), visitor="v2")
    assert [item["product_id"] for item in told["items"]] == ["tea", "cup", "pot"]
    (slate,) = logged.slates(app, valkey)
    assert (slate.tier, slate.slate_id) == ("bestsellers", told["slate_id"])
    counts = Client(app).get("/metrics", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}).data.decode()
    assert re.search(r'slates_total\{arm="treatment",process="\d+",tier="bestsellers"\} 1.0', counts)
    assert re.search(r'happened_total\{part="serving",process="\d+",what="decided_failed"\} 1.0', counts)


def test_a_fresh_host_without_valkey_answers_empty(serve: Serve) -> None:
    gone = cache.connect("unix:///nonexistent/valkey.sock")
    told = ask(Client(serve(on=gone)))
    gone.close()
    assert (told["placement"], told["items"]) == ("home", [])


def test_a_host_that_served_before_goes_on_without_valkey(serve: Serve, shop: ServingApp) -> None:
    assert shown(Client(shop))
    gone = cache.connect("unix:///nonexistent/valkey.sock")
    assert shown(Client(serve(on=gone))) == ["tea", "cup", "pot"]
    gone.close()
