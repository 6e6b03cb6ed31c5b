"""What becomes of webhooks: kept, worked on once, right in any order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from app.bridge import overlay
from app.bridge.overlay import Aspect
from app.domain.commerce import pulls
from tests.platforms.shopify.conftest import Bench
from tests.simulators.shopify.shop import Line, Ref, number

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _installed(bench: Bench) -> None:
    bench.install()
    bench.jobs()


def variant(product: dict[str, list[Ref]], at: int = 0) -> str:
    return product["variants"][at].gid


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


@pytest.mark.parametrize("known", [True, False])
def test_a_product_that_changes_is_not_sold_out_where_the_shop_does_not_count_it(
    bench: Bench, *, known: bool
) -> None:
    """A product's webhook says how many there are, and not whether they are counted."""
    cup = bench.at.shop.add_product("Cup", stock=(0,), tracked=False)
    if known:
        bench.sync()
    bench.deliver()
    bench.clock.advance(SECOND)
    bench.at.shop.change_price(cup["id"], "8.00")
    bench.deliver()
    assert bench.rows("select price_amount, stock from variants") == [(800, None)]
    bench.clock.advance(timedelta(days=1, minutes=1))
    for _ in range(8):
        pulls.work(bench.runtime, bench.store_id)
        bench.clock.advance(20 * SECOND)
    assert bench.rows("select fetched from pulls where kind = 'stock'") == [(0,)]
    assert bench.rows("select stock from variants") == [(None,)]


def test_what_was_sold_out_stays_so_when_its_price_changes(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", stock=(5,))
    bench.sync()
    bench.deliver()
    bench.clock.advance(SECOND)
    bench.at.shop.set_stock(variant(tea), 0)
    bench.at.shop.change_price(tea["id"], "8.00")
    bench.deliver()
    assert bench.rows("select price_amount, stock from variants") == [(800, 0)]


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


def test_ten_times_the_same_under_ten_names_is_once(bench: Bench) -> None:
    """Shopify's ids are per delivery: the rows must not depend on them."""
    tea = bench.at.shop.add_product("Tea", "9.50", stock=(5,))
    order = bench.at.shop.place_order([Line(variant(tea), 2)])
    bench.at.shop.refund(order["id"], 0, 1, "9.50")
    told = bench.world.deliveries(bench.domain)
    for name in range(10):
        for at, each in enumerate(told):
            assert bench.post(each, **{"X-Shopify-Webhook-Id": f"{at}-{name}"}) == 200
    bench.work()
    counted = "select (select count(*) from products), (select count(*) from orders), (select count(*) from"
    counted += " order_lines), (select sum(total_amount) from orders), (select sum(amount) from refund_lines)"
    assert bench.rows(counted) == [(1, 1, 1, 1900, 950)]


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


def test_older_after_newer_leaves_the_newer(bench: Bench) -> None:
    """Price, stock and the state of an order: each was told twice, and the older word comes last."""
    tea = bench.at.shop.add_product("Tea", "9.50", stock=(5,))
    order = bench.at.shop.place_order([Line(variant(tea))])
    bench.sync()
    bench.deliver()

    def change(price: str, units: int) -> None:
        bench.clock.advance(SECOND)
        bench.at.shop.change_price(tea["id"], price)
        bench.clock.advance(SECOND)
        bench.at.shop.set_stock(variant(tea), units)

    change("8.00", 3)
    bench.at.shop.change_order(order["id"], displayFinancialStatus="PENDING")
    older = bench.world.deliveries(bench.domain)
    change("7.00", 0)
    bench.at.shop.cancel_order(order["id"])
    bench.deliver()
    assert {bench.post(each) for each in older} == {200}
    bench.work()
    assert bench.rows("select price_amount from products") == [(700,)]
    assert bench.rows("select stock from variants") == [(0,)]
    assert stock_shown(bench, tea["id"]) == 0
    assert bench.rows("select status from orders") == [("cancelled",)]


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
    bench.at.shop.add_product("Tea")
    (tea,) = bench.world.deliveries(bench.domain)
    told = replace(tea, body=b'{"id": "no number"}').signed(bench.world.partner.client_secret)
    assert bench.post(told) == 200
    ((error, body),) = bench.rows("select error, body from deliveries")
    assert "Expected `int`" in error
    assert bytes(body) == told.body
