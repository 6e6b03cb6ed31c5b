"""Fetching a shop: everything at first, what changed afterwards, and on from where it broke off."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.commerce import pulls
from app.kernel.errors import Upstream
from app.platforms.base import Kind
from app.platforms.shopify import bulk
from app.platforms.shopify.client import operation as operation_of
from tests.platforms.shopify.conftest import Bench
from tests.simulators.shopify.shop import Line, number

SECOND = timedelta(seconds=1)


def fill(bench: Bench, products: int = 3, orders: int = 4) -> None:
    shop = bench.at.shop
    sold = [shop.add_product(f"Product {at}", "9.50", stock=(5, 6)) for at in range(products)]
    buyer = shop.add_customer()
    for at in range(orders):
        first = sold[at % products]["variants"][0].gid
        shop.place_order([Line(first, 2), Line(sold[0]["variants"][1].gid)], customer=buyer["id"])
    bench.world.deliveries(bench.domain)  # nobody listened


def counts(bench: Bench) -> list[tuple[int, ...]]:
    return bench.rows(
        "select (select count(*) from products), (select count(*) from variants),"
        " (select count(*) from orders), (select count(*) from order_lines),"
        " (select count(*) from customers), (select count(*) from levels)"
    )


def test_everything_is_fetched(bench: Bench) -> None:
    fill(bench)
    bench.install()
    bench.sync()
    assert counts(bench) == [(3, 6, 4, 8, 1, 6)]
    assert bench.rows("select distinct cost_amount, stock from variants order by stock") == [
        (475, 5), (475, 6),
    ]  # fmt: skip
    assert bench.rows("select distinct email, name from customers") == [(None, None)]


def test_when_all_orders_are_there_it_is_time_to_learn_once(bench: Bench) -> None:
    fill(bench)
    bench.install()
    for _ in range(20):
        pulls.work(bench.runtime, bench.store_id)
        bench.clock.advance(timedelta(minutes=20))
    assert [job for job, _ in bench.jobs()].count("train.due") == 1


def test_what_is_fetched_is_what_webhooks_say(bench: Bench) -> None:
    told = "select product_id, title, url, image, images, category, brand, description, tags, price_amount,"
    told += " currency, visible, created_at, version from products"
    lines = "select order_id, line_id, product_id, variant_id, quantity, unit_amount, total_amount, slate_id"
    lines += " from order_lines order by line_id"
    bench.install()
    tea = bench.at.shop.add_product("Tea", stock=(2, 3), tags=["hot", "leaf"])
    line = Line(tea["variants"][1].gid, 3, off="1.23", share="2.00", attributes={"_alongside_slate": "s"})
    bench.at.shop.place_order([line], attributes={"_alongside_visitor": "v"})
    bench.deliver()
    bench.work()
    heard = bench.rows(told), bench.rows(lines), bench.rows("select total_amount, visitor_id from orders")
    for table in ("products", "variants", "orders", "order_lines"):
        with bench.runtime.unit(bench.store_id) as unit:
            unit.session.execute(text(f"delete from {table}"))
            pulls.start(unit.session, bench.store_id, list(bench.platform.pulled), at=bench.clock.now())
    bench.sync()
    assert heard == (
        bench.rows(told), bench.rows(lines), bench.rows("select total_amount, visitor_id from orders"),
    )  # fmt: skip


def test_what_was_taken_off_the_whole_order_is_taken_off_its_lines(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", "9.50")["variants"][0].gid
    bench.at.shop.place_order([Line(tea, 3, off="1.23", share="2.00")])
    bench.install()
    bench.sync()
    # 3 x 9.50 = 28.50; less 1.23, less 2.00
    assert bench.rows("select unit_amount, total_amount from order_lines") == [(950, 2527)]


def test_what_a_buyer_paid_in_his_own_currency_is_kept_beside_the_shops(bench: Bench) -> None:
    paid = "select total_amount, currency, paid_amount, paid_currency from orders"
    bench.at.shop.foreign = ("EUR", "1.20")
    tea = bench.at.shop.add_product("Tea", "9.50")
    bench.at.shop.place_order([Line(tea["variants"][0].gid, 2)])
    bench.install()
    bench.deliver()
    bench.work()
    assert bench.rows(paid) == [(1900, "GBP", 2280, "EUR")]
    with bench.runtime.unit(bench.store_id) as unit:
        unit.session.execute(text("delete from order_lines"))
        unit.session.execute(text("delete from orders"))
    bench.sync()
    assert bench.rows(paid) == [(1900, "GBP", 2280, "EUR")]


def test_refunds_are_fetched_with_their_orders_however_many_lines_they_have(bench: Bench) -> None:
    shop = bench.at.shop
    tea = shop.add_product("Tea", "1.00", stock=(500,))["variants"][0].gid
    order = shop.place_order([Line(tea) for _ in range(45)])
    refund = shop.refund(order["id"], 0, 1, "1.00")
    shape = refund["refundLineItems"][0]
    refund["refundLineItems"] = [
        {**shape, "id": f"gid://shopify/RefundLineItem/{at}", "lineItem": order["lineItems"][at]}
        for at in range(45)
    ]
    bench.install()
    bench.sync()
    assert bench.rows("select count(*), sum(amount) from refund_lines") == [(45, 4500)]
    assert bench.at.admin.asked.count("RefundLines") == 1


def test_only_what_changed_is_fetched_the_next_time(bench: Bench) -> None:
    fill(bench)
    bench.clock.advance(timedelta(hours=1))
    bench.install()
    bench.sync()
    bench.clock.advance(timedelta(hours=2))
    bench.at.shop.change_price(next(iter(bench.at.shop.all("Product"))), "1.00")
    bench.world.deliveries(bench.domain)  # a webhook that was lost
    bench.work()
    bench.sync()
    for _ in range(4):
        bench.clock.advance(timedelta(seconds=20))
        pulls.work(bench.runtime, bench.store_id)
    assert bench.rows("select min(price_amount) from products") == [(100,)]
    fetched = "select kind, fetched from pulls where kind in ('products', 'orders') order by kind"
    assert bench.rows(fetched) == [("orders", 4), ("products", 4)]


def test_stock_is_fetched_in_full_and_corrects_what_was_missed(bench: Bench) -> None:
    fill(bench, products=1, orders=0)
    bench.install()
    bench.sync()
    bench.clock.advance(SECOND)
    first = next(iter(bench.at.shop.all("ProductVariant")))
    bench.at.shop.set_stock(first, 1)
    bench.world.deliveries(bench.domain)  # lost
    bench.clock.advance(timedelta(days=1, minutes=1))
    for _ in range(6):
        bench.clock.advance(timedelta(seconds=20))
        pulls.work(bench.runtime, bench.store_id)
    assert bench.rows("select stock from variants where variant_id = :id", id=str(number(first))) == [(1,)]


def test_a_fetch_that_was_killed_goes_on_where_it_was(bench: Bench) -> None:
    """The process died in the middle of 600 products: nothing is fetched twice, nothing is missing."""
    for at in range(600):
        bench.at.shop.add_product(f"Product {at}")
    bench.world.deliveries(bench.domain)
    asked = list(bench.platform.pull(bench.access, Kind.PRODUCTS, ""))[-1]
    pages = bench.platform.pull(bench.access, Kind.PRODUCTS, asked.cursor)
    first = next(pages)
    del pages
    rest = list(bench.platform.pull(bench.access, Kind.PRODUCTS, first.cursor))
    ids = [each.product_id for page in (first, *rest) for each in page.records if hasattr(each, "product_id")]
    assert len(first.records) == 250
    assert len(ids) == 600 == len(set(ids))
    assert json.loads(rest[-1].cursor)["operation"] == ""


def test_a_job_that_died_leaves_a_lease_that_ends(bench: Bench) -> None:
    fill(bench)
    bench.install()
    bench._take()
    pulls._take(bench.runtime, bench.store_id, [Kind.PRODUCTS])
    pulls.work(bench.runtime, bench.store_id)
    bench.clock.advance(timedelta(minutes=3))
    bench.sync()
    assert counts(bench)[0][0] == 3


def test_after_some_minutes_another_job_goes_on_and_nothing_is_fetched_twice(bench: Bench) -> None:
    """The shop gives few points: refunds of 600 orders take longer than one turn of a worker."""
    tea = bench.at.shop.add_product("Tea", stock=(5000,))["variants"][0].gid
    for _ in range(600):
        bench.at.shop.refund(bench.at.shop.place_order([Line(tea)])["id"], 0, 1, "1.00")
    bench.world.deliveries(bench.domain)
    bench.at.admin.points.restored = 10
    bench.install()
    turns = 0
    while bench.rows("select 1 from pulls where finished_at is null"):
        turns += 1
        begun = bench.clock.now()
        pulls.work(bench.runtime, bench.store_id)
        assert bench.clock.now() - begun < timedelta(minutes=6)
        bench.clock.advance(timedelta(seconds=15))
    assert turns >= 3
    assert counts(bench)[0][2] == 600
    assert bench.rows("select count(*), sum(amount) from refund_lines") == [(600, 60_000)]
    assert bench.rows("select fetched from pulls where kind = 'orders'") == [(1200,)]


def test_a_result_that_expired_is_asked_for_anew(bench: Bench) -> None:
    fill(bench)
    bench.install()
    bench.work()
    for gid in list(bench.at.shop.all("BulkOperation")):
        bench.at.admin.expire_bulk(gid)
    bench.clock.advance(timedelta(minutes=1))
    bench.sync()
    assert counts(bench)[0][0] == 3


def test_what_the_shop_could_not_gather_is_said_and_asked_for_anew(bench: Bench) -> None:
    fill(bench)
    bench.at.admin.slow = True
    bench.install()
    bench.work()
    for gid in list(bench.at.shop.all("BulkOperation")):
        bench.at.admin.fail_bulk(gid, "INTERNAL_SERVER_ERROR")
    bench.at.admin.slow = False
    bench.clock.advance(timedelta(minutes=1))
    pulls.work(bench.runtime, bench.store_id)
    said = "Shopify could not gather the products: INTERNAL_SERVER_ERROR"
    assert bench.rows("select error from pulls where kind = 'products'") == [(said,)]
    bench.clock.advance(timedelta(minutes=3))
    bench.sync()
    assert counts(bench)[0][0] == 3
    assert bench.rows("select count(*) from pulls where error is not null") == [(0,)]


def test_while_the_shop_gathers_nobody_waits(bench: Bench) -> None:
    fill(bench)
    bench.at.admin.slow = True
    bench.install()
    bench.work()
    assert bench.rows("select count(*) from pulls where cursor like '%BulkOperation%'") == [(4,)]
    bench.at.admin.slow = False
    for gid in list(bench.at.shop.all("BulkOperation")):
        bench.at.admin.finish_bulk(gid)
    bench.deliver()  # bulk_operations/finish: there is no need to wait any more
    bench.work()
    assert counts(bench)[0][0] == 3


def test_ungrouped_lines_are_refused(bench: Bench) -> None:
    fill(bench)
    operation = bench.at.shop.add(
        "BulkOperation", status="RUNNING", errorCode=None, query=operation_of("bulk_products"),
        grouped=False, type="QUERY", partialDataUrl=None, rootObjectCount="0",
    )  # fmt: skip
    bench.at.admin.finish_bulk(operation["id"])
    cursor = bulk.Cursor("", operation["id"], "2026-01-01T00:00:00Z").text()
    with pytest.raises(Upstream, match="grouped"):
        list(bench.platform.pull(bench.access, Kind.PRODUCTS, cursor))


def test_a_token_that_the_shop_refuses_before_its_time_is_renewed(bench: Bench) -> None:
    fill(bench)
    bench.install()
    bench.at.tokens.access.clear()
    bench.work()
    assert "does not know our token" in bench.rows("select error from pulls where kind = 'products'")[0][0]
    bench.clock.advance(timedelta(minutes=3))
    bench.sync()
    assert counts(bench)[0][0] == 3
    assert bench.at.tokens.refreshed == 1
