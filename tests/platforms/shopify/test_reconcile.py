"""What no webhook told, or none could tell, is found by asking again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.commerce import pulls
from app.domain.learning import assemble
from tests.platforms.shopify.conftest import Bench
from tests.simulators.shopify.shop import Line, number

HOUR = timedelta(hours=1)
DAY = timedelta(days=1, minutes=1)
COLLECTIONS = "select title, collections from products order by title"


@pytest.fixture
def tea(bench: Bench) -> str:
    """A product of an installed shop, fetched."""
    gid: str = bench.at.shop.add_product("Tea", "9.50", productType="")["id"]
    bench.clock.advance(HOUR)
    bench.install()
    bench.sync()
    bench.clock.advance(HOUR)
    return gid


def later(bench: Bench, wait: timedelta) -> None:
    """Every webhook is lost; so much later what is due is asked for."""
    bench.world.deliveries(bench.domain)
    bench.clock.advance(wait)
    for _ in range(8):
        pulls.work(bench.runtime, bench.store_id)
        bench.clock.advance(timedelta(seconds=20))


def test_a_product_that_was_deleted(bench: Bench, tea: str) -> None:
    bench.at.shop.delete_product(tea)
    later(bench, HOUR)
    assert bench.rows("select title, deleted from products") == [("Tea", True)]


def test_a_product_that_was_deleted_while_we_were_away(bench: Bench, tea: str) -> None:
    bench.world.uninstall(bench.domain)
    bench.deliver()
    bench.work()
    bench.clock.advance(HOUR)
    bench.at.shop.delete_product(tea)
    bench.world.deliveries(bench.domain)
    bench.clock.advance(DAY)
    bench.install()
    bench.sync()
    assert bench.rows("select title, deleted from products") == [("Tea", True)]


def test_two_hundred_and_fifty_deletions_are_three_questions(bench: Bench) -> None:
    gone = [bench.at.shop.add_product(f"Product {at}")["id"] for at in range(250)]
    bench.install()
    bench.sync()
    bench.clock.advance(HOUR)
    for gid in gone:
        bench.at.shop.delete_product(gid)
    bench.at.admin.asked.clear()
    later(bench, HOUR)
    assert bench.rows("select count(*) from products where deleted") == [(250,)]
    assert bench.at.admin.asked.count("Deletions") == 3


def test_collections_come_with_the_product_the_most_special_first(bench: Bench) -> None:
    tea, cup = (bench.at.shop.add_product(name)["id"] for name in ("Tea", "Cup"))
    bench.at.shop.add_collection("Everything", tea, cup)
    bench.at.shop.add_collection("Hot drinks", tea)
    bench.install()
    bench.sync()
    assert bench.rows(COLLECTIONS) == [("Cup", ["Everything"]), ("Tea", ["Hot drinks", "Everything"])]


def test_a_collection_that_changed_is_known_within_a_day(bench: Bench, tea: str) -> None:
    bench.at.shop.add_collection("Hot drinks", tea)
    later(bench, HOUR)
    assert bench.rows(COLLECTIONS) == [("Tea", [])]
    later(bench, DAY)
    assert bench.rows(COLLECTIONS) == [("Tea", ["Hot drinks"])]


def test_a_webhook_does_not_take_collections_away(bench: Bench, tea: str) -> None:
    bench.at.shop.add_collection("Hot drinks", tea)
    later(bench, DAY)
    bench.at.shop.change_price(tea, "8.00")
    bench.deliver()
    assert bench.rows("select price_amount, collections from products") == [(800, ["Hot drinks"])]


def test_a_product_without_a_type_is_of_the_category_of_its_collection(bench: Bench, tea: str) -> None:
    bench.at.shop.add_collection("Hot drinks", tea)
    later(bench, DAY)
    with bench.runtime.unit(bench.store_id) as unit:
        assert assemble.catalog(unit.session, bench.store_id).categories == ["Hot drinks"]
        (card,) = assemble.cards(unit.session, bench.store_id, [str(number(tea))])
    assert card.category == "Hot drinks"


def test_a_cost_that_changed_is_known_within_a_day(bench: Bench, tea: str) -> None:
    bench.at.shop.change_cost(bench.at.shop.at(tea)["variants"][0].gid, "3.21")
    later(bench, DAY)
    assert bench.rows("select cost_amount from variants") == [(321,)]


def test_all_pictures_are_kept_the_first_one_first(bench: Bench, tea: str) -> None:
    folder = "https://cdn.shopify.com/s/files"
    assert bench.rows("select image, images from products") == [
        (f"{folder}/tea.png", [f"{folder}/tea.png", f"{folder}/tea-back.png"])
    ]


# Where it sells.

MARKETS = "select name, currency, has_local_currencies, is_active from markets order by name"


def test_markets_and_currencies_are_read_at_the_installation(bench: Bench) -> None:
    bench.at.shop.add_market("Europe", "EUR", local=True)
    bench.at.shop.add_market("Japan", "JPY", status="DRAFT")
    bench.install()
    assert bench.rows(MARKETS) == [("Europe", "EUR", True, True), ("Japan", "JPY", False, False)]
    assert bench.store.currencies == ["GBP", "EUR", "JPY"]


def test_the_first_page_says_where_it_sells_and_in_what_it_was_paid(bench: Bench) -> None:
    bench.at.shop.add_market("Europe", "EUR")
    tea = bench.at.shop.add_product("Tea", "9.50")["variants"][0].gid
    bench.at.shop.place_order([Line(tea)])
    bench.at.shop.foreign = ("EUR", "1.20")
    bench.at.shop.place_order([Line(tea)])
    bench.at.shop.place_order([Line(tea)])
    bench.install()
    bench.sync()
    page = bench.open().text
    assert '<th scope="row">Europe</th><td>EUR</td><td>open</td>' in page
    assert "Paid orders: 2 for €22.80, 1 for £9.50." in page


def test_a_new_market_is_heard_of(bench: Bench) -> None:
    bench.install()
    bench.at.shop.add_market("Europe", "EUR")
    assert bench.deliver() == [200]
    bench.work()
    assert bench.rows(MARKETS) == [("Europe", "EUR", False, True)]
    assert bench.store.currencies == ["GBP", "EUR"]


def test_without_the_right_to_see_markets_all_else_is_read(bench: Bench) -> None:
    bench.at.shop.add_market("Europe", "EUR")
    bench.world.change_scopes(bench.domain, ("read_products", "read_orders"))
    bench.install()
    assert bench.rows(MARKETS) == []
    assert bench.store.currencies == ["GBP", "EUR"]


def test_a_shop_that_left_meanwhile_is_left_alone(bench: Bench) -> None:
    bench.install()
    bench.at.shop.add_market("Europe", "EUR")
    bench.world.uninstall(bench.domain)
    assert bench.deliver() == [200, 200]
    bench.work()
    assert bench.rows(MARKETS) == []
    assert bench.store.is_active is False
