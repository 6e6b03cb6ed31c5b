"""A shop comes, leaves, comes back; and the three webhooks that the law wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import timedelta

import pytest

from app.bridge.config import REVOKED, key_of, shop_key
from app.domain.commerce import pulls
from app.platforms.base import Access, Kind, Page
from app.platforms.shopify.platform import ShopifyPlatform
from tests.platforms.shopify.conftest import Bench
from tests.simulators.shopify.shop import Line, Ref
from workers.jobs import JOBS

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _installed(bench: Bench) -> None:
    bench.install()
    bench.jobs()


def variant(product: dict[str, list[Ref]], at: int = 0) -> str:
    return product["variants"][at].gid


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


@dataclass(frozen=True)
class Interrupted(ShopifyPlatform):
    """Something happens after the first page of records."""

    between: Callable[[], None] = lambda: None

    def pull(self, access: Access, kind: Kind, since: str) -> Iterator[Page]:
        for page in super().pull(access, kind, since):
            yield page
            if page.records:
                self.between()


def test_leaving_between_two_pages_writes_no_more(bench: Bench) -> None:
    for at in range(300):
        bench.at.shop.add_product(f"Product {at}")
    bench.world.deliveries(bench.domain)

    def leave() -> None:
        bench.world.uninstall(bench.domain)
        bench.deliver()
        for job, args in bench.jobs():
            if job == "sync.delivery":
                JOBS[job](bench.runtime, bench.store_id, *args)

    held = {each.name: getattr(bench.platform, each.name) for each in fields(bench.platform)}
    platforms = {"shopify": Interrupted(**held, between=leave)}
    runtime = replace(bench.runtime, platforms=platforms)
    for _ in range(4):
        pulls.work(runtime, bench.store_id)
        bench.clock.advance(timedelta(seconds=20))
    assert bench.rows("select count(*) from products") == [(250,)]
    assert bench.rows("select count(*) from pulls where finished_at is not null") == [(0,)]
    assert bench.store.is_active is False


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
    assert bench.runtime.valkey.get(key_of(shop_key(bench.domain))) == REVOKED


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
