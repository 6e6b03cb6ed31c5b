"""Who is believed, who is told to wait, and who gives way."""

from __future__ import annotations

import time

import pytest
from redis import Redis
from werkzeug.test import Client

from app.kernel.errors import TooMany
from app.serving import identity, limits
from app.serving.app import ServingApp
from app.serving.limits import Limits, Load
from tests.bridge import toys
from tests.serving import logged
from tests.serving.conftest import Publish, Serve
from tests.serving.test_recommend import ask

FAR = 4_102_444_800


def test_only_what_the_shops_server_signed_names_a_customer() -> None:
    token = identity.sign("key", "anna", FAR)
    assert identity.customer(["old", "key"], token) == "anna"
    assert identity.customer(["other"], token) is None
    assert identity.customer(["key"], token.replace("anna", "ben")) is None
    assert identity.customer(["key"], identity.sign("key", "anna", int(time.time()) - 1)) is None
    assert identity.customer(["key"], "anna") is None
    assert identity.customer([], token) is None


def test_a_customer_whose_id_has_points_is_read_whole() -> None:
    assert identity.customer(["key"], identity.sign("key", "a.b@c.example", FAR)) == "a.b@c.example"


@pytest.mark.parametrize(
    ("trusted", "told", "address"),
    [
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.1"),
    ],
)
def test_an_address_is_that_which_the_outermost_trusted_proxy_saw(
    trusted: int, told: str, address: str
) -> None:
    environ = {"HTTP_X_FORWARDED_FOR": told, "REMOTE_ADDR": "10.0.0.1"}
    assert limits.address(environ, trusted) == address


def test_too_many_requests_of_one_address_are_refused_and_others_are_not() -> None:
    checked = Limits(per_address=1, per_key=1_000)
    for _ in range(10):
        checked.check("1.2.3.4", "store")
    with pytest.raises(TooMany):
        checked.check("1.2.3.4", "store")
    checked.check("5.6.7.8", "store")


def test_who_is_refused_is_told_when_to_come_again(serve: Serve, publish: Publish) -> None:
    publish(toys.config(), toys.snapshot())
    client = Client(serve(limits={"rate_address": 1}))
    where = "/v1/recommendations?key=pk_toys&placement=home"
    assert [client.get(where).status_code for _ in range(11)] == [200] * 10 + [429]
    assert client.get(where).headers["Retry-After"] == "10"


def busy(load: Load, first: int, until: int) -> None:
    """Hundredths of a second without rest: nine for one store, one for another."""
    for turn in range(first, until):
        load.enter(turn * 0.01)
        load.leave(turn * 0.01 + 0.0099, "small" if turn % 10 == 0 else "large", 0.0099)


def test_first_only_the_store_that_takes_more_than_its_share_gives_way() -> None:
    load = Load()
    busy(load, 0, 18)
    assert (load.heavy("large"), load.heavy("small")) == (True, False)


def test_where_that_is_not_enough_all_give_way_until_there_is_time_again() -> None:
    load = Load()
    busy(load, 0, 200)
    assert (load.heavy("large"), load.heavy("small")) == (True, True)
    heavy = []
    for quiet in (3.5, 5.0, 6.5, 10.0):
        load.enter(quiet)
        load.leave(quiet + 0.001, "small", 0.001)
        heavy.append(load.heavy("small"))
    assert heavy[1:] == [True, True, False]


def test_with_time_left_nobody_gives_way() -> None:
    load = Load()
    for turn in range(100):
        load.enter(turn * 0.01)
        load.leave(turn * 0.01 + 0.001, "large", 0.001)
    assert not load.heavy("large")


def test_who_gives_way_is_answered_with_bestsellers_and_never_refused(
    shop: ServingApp, valkey: Redis
) -> None:
    began = time.perf_counter()
    for turn in range(100):
        shop._load.enter(began + turn * 0.01)
        shop._load.leave(began + turn * 0.01 + 0.0099, "toys", 0.0099)
    client = Client(shop)
    assert [item["product_id"] for item in ask(client, visitor="v2")["items"]] == ["tea", "cup", "pot"]
    assert [item["product_id"] for item in ask(client, visitor="v2")["items"]] == ["tea", "cup", "pot"]
    lines = [{"product_id": "cup", "quantity": 1, "amount": 500}]
    cart = client.post("/v1/cart?key=pk_toys", json={"lines": lines, "visitor": "v2"}).get_json()
    assert ([item["product_id"] for item in cart["items"]], cart["swaps"]) == (["tea", "pot", "saucer"], [])
    slates = logged.slates(shop, valkey)
    assert {slate.tier for slate in slates} == {"bestsellers"}
    assert [slate.items[:2] for slate in slates] == [("tea", "cup"), ("tea", "cup"), ("tea", "pot")]


def test_what_one_process_is_told_of_a_visitor_the_other_knows(
    serve: Serve, publish: Publish, valkey: Redis
) -> None:
    publish(toys.config(), toys.snapshot())
    one, other = Client(serve()), serve()
    ask(Client(other))
    click = {"id": "e1", "kind": "click", "slate_id": "s", "product_id": "cup", "position": 1}
    told = {"visitor": "v2", "events": [{**click, "at": "2026-11-21T12:00:00Z"}]}
    assert one.post("/v1/events?key=pk_toys", json=told).status_code == 204
    deadline = time.monotonic() + 2.0
    while not other.sessions.recent("toys", "v2") and time.monotonic() < deadline:
        time.sleep(0.005)
    assert other.sessions.recent("toys", "v2") == ("cup",)
