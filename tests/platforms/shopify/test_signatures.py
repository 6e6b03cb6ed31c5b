"""Webhooks are proved by their signature on the raw body, and by nothing else: whatever is wrong is a 401.

Session tokens are in test_identity.py, signed queries in test_tokens.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.platforms.shopify.conftest import OLD_SECRET, Bench
from tests.simulators.shopify.world import Delivery

SIGNATURE = "X-Shopify-Hmac-Sha256"
TRIGGERED = "X-Shopify-Triggered-At"
TOPICS = ["products/update", "customers/data_request", "customers/redact", "shop/redact"]


@pytest.fixture(autouse=True)
def _installed(bench: Bench) -> None:
    bench.install()
    bench.jobs()


def one(bench: Bench, topic: str = "products/create") -> Delivery:
    """Some delivery of the topic."""
    tea = bench.at.shop.add_product("Tea")
    ann = bench.at.shop.add_customer()
    bench.at.shop.change_product(tea["id"])
    bench.at.shop.erase_customer(ann["id"])
    bench.at.shop.ask_for_data(ann["id"])
    bench.world.redact_shop(bench.domain)
    return next(
        each for each in bench.world.deliveries(bench.domain) if each.headers["X-Shopify-Topic"] == topic
    )


def test_a_signed_webhook_is_taken(bench: Bench) -> None:
    assert bench.post(one(bench)) == 200


def test_the_secret_before_a_rotation_is_taken(bench: Bench) -> None:
    assert bench.post(one(bench).signed(OLD_SECRET)) == 200


@pytest.mark.parametrize("topic", TOPICS)
def test_a_missing_signature_is_401(bench: Bench, topic: str) -> None:
    told = one(bench, topic)
    left = {name: value for name, value in told.headers.items() if name != SIGNATURE}
    assert bench.post(replace(told, headers=left)) == 401


@pytest.mark.parametrize("topic", TOPICS)
def test_a_malformed_signature_is_401(bench: Bench, topic: str) -> None:
    assert bench.post(one(bench, topic), **{SIGNATURE: "not base64 at all"}) == 401


@pytest.mark.parametrize("topic", TOPICS)
def test_another_apps_secret_is_401(bench: Bench, topic: str) -> None:
    assert bench.post(one(bench, topic).signed("the secret of another app entirely")) == 401


@pytest.mark.parametrize("at", [0, 7, 40, -1])
@pytest.mark.parametrize("topic", TOPICS)
def test_a_flipped_bit_in_the_body_is_401(bench: Bench, topic: str, at: int) -> None:
    told = one(bench, topic)
    body = bytearray(told.body)
    body[at] ^= 1
    assert bench.post(replace(told, body=bytes(body))) == 401


@pytest.mark.parametrize("topic", TOPICS)
def test_a_body_that_was_read_and_written_again_is_401(bench: Bench, topic: str) -> None:
    told = one(bench, topic)
    again = json.dumps(json.loads(told.body)).encode()
    assert again != told.body
    assert bench.post(replace(told, body=again)) == 401


def test_bytes_that_are_no_text_are_401(bench: Bench) -> None:
    assert bench.post(replace(one(bench), body=b"\xff\xfe")) == 401


def test_nothing_of_a_refused_webhook_is_kept(bench: Bench) -> None:
    bench.post(one(bench).signed("the secret of another app entirely"))
    assert bench.rows("select count(*) from deliveries") == [(0,)]


def test_a_shop_that_we_do_not_know_is_answered_and_forgotten(bench: Bench) -> None:
    assert bench.post(one(bench), **{"X-Shopify-Shop-Domain": "stranger.myshopify.com"}) == 200
    assert bench.rows("select count(*) from deliveries") == [(0,)]


def test_an_old_webhook_is_taken_and_is_of_then(bench: Bench) -> None:
    """Shopify tries for hours, with the body and the signature of the first time."""
    tea = bench.at.shop.add_product("Tea")
    bench.deliver()
    bench.clock.advance(timedelta(minutes=1))
    bench.at.shop.delete_product(tea["id"])
    (gone,) = bench.world.deliveries(bench.domain)
    then = bench.clock.now()
    bench.clock.advance(timedelta(hours=4))
    assert bench.post(gone) == 200
    assert bench.rows("select deleted, version from products") == [(True, then)]


def test_a_webhook_of_the_future_is_of_now(bench: Bench) -> None:
    """Headers are not signed: what they say of the time must not outlast what the shop says later."""
    tea = bench.at.shop.add_product("Tea")
    bench.deliver()
    bench.clock.advance(timedelta(minutes=1))
    bench.at.shop.delete_product(tea["id"])
    (gone,) = bench.world.deliveries(bench.domain)
    assert bench.post(gone, **{TRIGGERED: "2099-01-01T00:00:00Z"}) == 200
    assert bench.rows("select deleted, version from products") == [(True, bench.clock.now())]


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-11-21T10:00:00"])
def test_a_webhook_without_a_readable_time_is_of_now(bench: Bench, stamp: str) -> None:
    tea = bench.at.shop.add_product("Tea")
    bench.deliver()
    bench.clock.advance(timedelta(minutes=1))
    bench.at.shop.delete_product(tea["id"])
    (gone,) = bench.world.deliveries(bench.domain)
    assert bench.post(gone, **{TRIGGERED: stamp}) == 200
    assert bench.rows("select version from products") == [(bench.clock.now(),)]


def test_another_shops_webhook_reaches_that_shop_only(bench: Bench) -> None:
    """One secret signs for all shops: which one it is stands in a header, and each store sees its own."""
    bench.at.shop.add_product("Tea")
    bench.deliver()
    other = bench.world.open("other.myshopify.com")
    other.shop.add_product("Coat")
    (told,) = bench.world.deliveries("other.myshopify.com")
    assert bench.post(told) == 200
    assert bench.rows("select title from products") == [("Tea",)]
