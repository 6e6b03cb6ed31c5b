"""Webhooks: proved, kept, worked on once, right in any order."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from app.bridge import overlay
from app.bridge.overlay import Aspect
from tests.platforms.shopify.conftest import OLD_SECRET, Bench
from tests.simulators.shopify.shop import Line, Ref, number
from tests.simulators.shopify.world import Delivery

SIGNATURE = "X-Shopify-Hmac-Sha256"
SECOND = timedelta(seconds=1)
TOPICS = ["products/update", "customers/data_request", "customers/redact", "shop/redact"]


@pytest.fixture(autouse=True)
def _installed(bench: Bench) -> None:
    bench.install()
    bench.jobs()


def variant(product: dict[str, list[Ref]], at: int = 0) -> str:
    return product["variants"][at].gid


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


# Signatures.


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
def test_a_flipped_bit_in_the_body_is_401(bench: Bench, at: int) -> None:
    told = one(bench)
    body = bytearray(told.body)
    body[at] ^= 1
    assert bench.post(replace(told, body=bytes(body))) == 401


def test_a_body_that_was_read_and_written_again_is_401(bench: Bench) -> None:
    told = one(bench)
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


# What becomes of them.


def test_a_product_is_there_when_the_answer_is_out(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", "9.50", stock=(3, 4))
    assert bench.deliver() == [200]
    assert bench.rows("select product_id, title, price_amount, visible, url from products") == [
        (str(number(tea["id"])), "Tea", 950, True, "https://acme.myshopify.com/products/tea")
    ]
    assert bench.rows("select stock from variants order by position") == [(3,), (4,)]


def stock_shown(bench: Bench, gid: str) -> float | None:
    entries = overlay.since(bench.runtime.valkey, bench.store_id, 0)[1]
    return entries[str(number(gid))].value(Aspect.STOCK, None)


def test_sold_out_is_in_the_overlay_when_the_answer_is_out(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", stock=(5,))
    bench.sync()
    bench.deliver()
    bench.clock.advance(SECOND)
    bench.at.shop.set_stock(variant(tea), 0)
    assert bench.deliver() == [200]
    assert stock_shown(bench, tea["id"]) == 0


def test_what_another_place_has_counts(bench: Bench) -> None:
    bench.at.shop.locations = ("gid://shopify/Location/1", "gid://shopify/Location/2")
    tea = bench.at.shop.add_product("Tea", stock=(5,))
    bench.clock.advance(SECOND)
    bench.at.shop.set_stock(variant(tea), 4, place=1)
    bench.sync()
    bench.deliver()
    bench.clock.advance(SECOND)
    bench.at.shop.set_stock(variant(tea), 0, place=0)
    bench.deliver()
    assert stock_shown(bench, tea["id"]) == 4


def test_what_the_shop_does_not_count_is_never_sold_out(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", stock=(0,), policy="CONTINUE")
    cup = bench.at.shop.add_product("Cup", stock=(0,), tracked=False)
    bench.sync()
    bench.deliver()
    bench.clock.advance(SECOND)
    bench.at.shop.set_stock(variant(tea), 0)
    bench.at.shop.set_stock(variant(cup), 0)
    bench.deliver()
    assert bench.rows("select stock from variants") == [(None,), (None,)]


def test_an_order_tells_lines_discounts_slates_and_visitor(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", "9.50")
    line = Line(variant(tea), 2, off="1.00", attributes={"_alongside_slate": "slate-1"})
    order = bench.at.shop.place_order([line], attributes={"_alongside_visitor": "v1"})
    bench.deliver()
    bench.work()
    assert bench.rows("select order_id, visitor_id, status, total_amount, currency from orders") == [
        (str(number(order["id"])), "v1", "paid", 1800, "GBP")
    ]
    told = bench.rows("select product_id, quantity, unit_amount, total_amount, slate_id from order_lines")
    assert told == [(str(number(tea["id"])), 2, 950, 1800, "slate-1")]


def test_ten_times_the_same_is_once(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea")
    bench.at.shop.place_order([Line(variant(tea))])
    told = bench.world.deliveries(bench.domain)
    for _ in range(10):
        assert [bench.post(each) for each in told] == [200, 200]
    assert [job for job, _ in bench.jobs()].count("sync.delivery") == 1
    bench.work()
    assert bench.rows("select count(*) from orders") == [(1,)]


@pytest.mark.parametrize("seed", range(4))
def test_shuffled_ends_as_told_in_order(bench: Bench, seed: int) -> None:
    shop = bench.at.shop
    tea, cup = shop.add_product("Tea", "9.50"), shop.add_product("Cup", "4.00")
    order = shop.place_order([Line(variant(tea), 2), Line(variant(cup))])
    for step in (
        lambda: shop.change_price(tea["id"], "8.00"),
        lambda: shop.set_stock(variant(tea), 1),
        lambda: shop.refund(order["id"], 0, 1, "9.50"),
        lambda: shop.change_price(tea["id"], "7.00"),
        lambda: shop.set_stock(variant(tea), 0),
        lambda: shop.cancel_order(order["id"]),
        lambda: shop.delete_product(cup["id"]),
    ):
        bench.clock.advance(SECOND)
        step()
    told = bench.world.deliveries(bench.domain)
    random.Random(seed).shuffle(told)
    bench.clock.advance(timedelta(minutes=1))
    assert {bench.post(each) for each in told} == {200}
    bench.work()
    gone = bench.rows("select deleted from products where product_id = :id", id=str(number(cup["id"])))
    assert gone == [(True,)]
    assert bench.rows("select price_amount from products where title = 'Tea'") == [(700,)]
    assert bench.rows(
        "select v.stock from variants v join products p using (store_id, product_id) where p.title = 'Tea'"
    ) == [(0,)]
    assert bench.rows("select status, total_amount from orders") == [("cancelled", 2300)]
    assert bench.rows("select quantity, amount from refund_lines") == [(1, 950)]


def test_a_day_late_changes_nothing_newer(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", "9.50")
    late = bench.world.deliveries(bench.domain)
    bench.clock.advance(timedelta(hours=1))
    bench.at.shop.change_price(tea["id"], "8.00")
    bench.deliver()
    bench.clock.advance(timedelta(days=1))
    assert [bench.post(each) for each in late] == [200]
    assert bench.rows("select price_amount from products") == [(800,)]


def test_a_late_word_of_a_product_that_is_gone_does_not_bring_it_back(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea")
    late = bench.world.deliveries(bench.domain)
    bench.clock.advance(SECOND)
    bench.at.shop.delete_product(tea["id"])
    bench.deliver()
    bench.post(late[0])
    assert bench.rows("select deleted from products") == [(True,)]


def test_a_refund_before_its_order(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", "9.50")
    order = bench.at.shop.place_order([Line(variant(tea), 2)])
    bench.clock.advance(SECOND)
    bench.at.shop.refund(order["id"], 0, 1, "9.50")
    by_topic = {each.headers["X-Shopify-Topic"]: each for each in bench.world.deliveries(bench.domain)}
    for topic in ("refunds/create", "orders/create"):
        assert bench.post(by_topic[topic]) == 200
        bench.work()
    assert bench.rows("select amount from refund_lines") == [(950,)]
    assert bench.rows("select status, total_amount from orders") == [("paid", 1900)]


def test_a_refund_is_told_by_its_order_too(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", "9.50")
    order = bench.at.shop.place_order([Line(variant(tea), 2)])
    bench.clock.advance(SECOND)
    bench.at.shop.refund(order["id"], 0, 1, "9.50")
    for each in bench.world.deliveries(bench.domain):
        if each.headers["X-Shopify-Topic"] != "refunds/create":
            bench.post(each)
    bench.work()
    assert bench.rows("select amount from refund_lines") == [(950,)]


def test_what_cannot_be_read_is_kept_with_its_reason(bench: Bench) -> None:
    told = replace(one(bench), body=b'{"id": "no number"}').signed(bench.world.partner.client_secret)
    assert bench.post(told) == 200
    ((error, body),) = bench.rows("select error, body from deliveries")
    assert "Expected `int`" in error
    assert bytes(body) == told.body


# Coming and going.


def test_uninstalling_takes_the_rights_and_the_shop_window(bench: Bench) -> None:
    bench.world.uninstall(bench.domain)
    bench.deliver()
    bench.work()
    assert bench.store.is_active is False
    assert bench.rows("select token_sealed, refresh_sealed, revoked_at is not null from grants") == [
        ("", "", True)
    ]
    listed = "select count(*) from directory where kind = 'store' and token = :id"
    assert bench.rows(listed, id=bench.store_id) == [(0,)]


def test_coming_back_is_the_same_store_and_everything_is_fetched_anew(bench: Bench) -> None:
    before = bench.store_id
    bench.sync()
    bench.world.uninstall(bench.domain)
    bench.deliver()
    bench.work()
    bench.clock.advance(timedelta(minutes=1))
    bench.at.shop.add_product("Tea")
    assert bench.install() == before
    assert bench.store.is_active is True
    bench.sync()
    assert bench.rows("select title from products") == [("Tea",)]


def test_a_late_word_of_leaving_does_not_end_a_new_installation(bench: Bench) -> None:
    bench.world.uninstall(bench.domain)
    told = bench.world.deliveries(bench.domain)
    bench.post(told[0])
    bench.work()
    bench.clock.advance(timedelta(minutes=1))
    bench.install()
    again = replace(told[0], headers={**told[0].headers, "X-Shopify-Webhook-Id": "another"})
    bench.post(again)
    bench.work()
    assert bench.store.is_active is True


def test_leaving_in_the_middle_of_a_fetch_ends_it(bench: Bench) -> None:
    for name in ("Tea", "Cup"):
        bench.at.shop.add_product(name)
    bench.world.deliveries(bench.domain)  # lost on their way: only fetching could bring them
    bench.at.admin.slow = True
    bench.work()
    bench.world.uninstall(bench.domain)
    for gid in list(bench.at.shop.all("BulkOperation")):
        bench.at.admin.finish_bulk(gid)
    bench.deliver()
    bench.clock.advance(timedelta(minutes=1))
    bench.work()
    assert bench.rows("select count(*) from pulls where finished_at is not null") == [(0,)]
    assert bench.rows("select count(*) from products") == [(0,)]


def test_changed_scopes_are_known_and_an_older_word_is_not_heeded(bench: Bench) -> None:
    bench.clock.advance(SECOND)
    bench.world.change_scopes(bench.domain, ("read_products",))
    first = bench.world.deliveries(bench.domain)
    bench.clock.advance(SECOND)
    bench.world.change_scopes(bench.domain, ("read_products", "read_orders"))
    for each in [*bench.world.deliveries(bench.domain), *first]:
        bench.post(each)
    bench.work()
    assert bench.rows("select scopes from grants") == [(["read_orders", "read_products"],)]


# The three that the law wants.


def test_a_customer_who_asks_is_told_what_we_hold(bench: Bench) -> None:
    tea, ann = bench.at.shop.add_product("Tea", "9.50"), bench.at.shop.add_customer()
    line = Line(variant(tea), attributes={"_alongside_slate": "s1"})
    order = bench.at.shop.place_order([line], customer=ann["id"], attributes={"_alongside_visitor": "v1"})
    bench.at.shop.ask_for_data(ann["id"], [order["id"]])
    bench.deliver()
    bench.work()
    bench.work()
    ((told,),) = bench.rows("select told from disclosures where disclosure_id = '9999'")
    assert told["visitors"] == ["v1"]
    assert [each["total_amount"] for each in told["orders"]] == [950]
    assert [each["slate_id"] for each in told["order_lines"]] == ["s1"]


def test_a_customer_is_erased(bench: Bench) -> None:
    tea, ann = bench.at.shop.add_product("Tea"), bench.at.shop.add_customer()
    order = bench.at.shop.place_order(
        [Line(variant(tea))], customer=ann["id"], attributes={"_alongside_visitor": "v1"}
    )
    bench.deliver()
    bench.work()
    bench.at.shop.erase_customer(ann["id"], [order["id"]])
    bench.deliver()
    bench.work()
    assert bench.rows("select customer_id, visitor_id, forgotten from orders") == [(None, None, True)]
    assert bench.rows("select count(*) from identities") == [(0,)]


def test_a_shop_is_erased_and_nothing_finds_it(bench: Bench) -> None:
    bench.at.shop.add_product("Tea")
    bench.deliver()
    store_id = bench.store_id
    bench.world.uninstall(bench.domain)
    bench.clock.advance(timedelta(hours=48))
    bench.world.redact_shop(bench.domain)
    assert bench.deliver() == [200, 200]
    bench.work()
    with bench.runtime.unit(store_id) as unit:
        from sqlalchemy import text

        for table in ("stores", "products", "grants", "deliveries", "keys", "placements"):
            assert unit.session.scalar(text(f"select count(*) from {table}")) == 0
        left = text("select count(*) from directory where store_id = :id")
        assert unit.session.scalar(left, {"id": store_id}) == 0


def test_a_shop_that_came_back_is_not_erased(bench: Bench) -> None:
    bench.world.uninstall(bench.domain)
    bench.deliver()
    bench.work()
    bench.world.redact_shop(bench.domain)
    late = bench.world.deliveries(bench.domain)
    bench.clock.advance(timedelta(minutes=5))
    bench.install()
    assert bench.post(late[0]) == 200
    bench.work()
    assert bench.store.is_active is True
