from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.demo import connection, dataset, load, opening
from app.demo.dataset import Past, PastOrder
from app.demo.store import Store
from app.kernel.clock import FixedClock
from tests.demo.world import World


def quiet(_label: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
def many(past: Past) -> Past:
    """2,500 orders of one line: three batches."""
    line = past.orders[0].lines[:1]
    start = datetime(2011, 1, 1, tzinfo=UTC)
    orders = tuple(PastOrder(f"o{n}", start + timedelta(hours=n), None, line) for n in range(2500))
    return Past(past.products, past.customers, orders)


def test_the_shipped_past_is_cut_28_days_before_its_end() -> None:
    past, kept_back = dataset.read(), dataset.kept_back()
    assert (len(past.products), len(past.customers)) == (3798, 4334)
    assert (len(past.orders), len(kept_back)) == (17_211, 2_562)
    assert past.orders[-1].created_at.date() == date(2011, 11, 11)
    assert kept_back[0].created_at.date() == date(2011, 11, 13)
    assert sum(len(order.lines) for order in (*past.orders, *kept_back)) == 517_287


def test_the_last_imported_order_is_of_yesterday(world: World, past: Past) -> None:
    load.send(world.link, world.store, past, quiet)
    yesterday = world.clock.now() - timedelta(days=1)
    last = world.alongside.received["orders"][-1]
    assert last["created_at"] == yesterday.replace(hour=12, minute=0, second=0, microsecond=0).isoformat()


def test_money_travels_in_whole_pennies(world: World, past: Past) -> None:
    load.send(world.link, world.store, past, quiet)
    first = world.alongside.received["orders"][0]
    assert first["id"] == "101"
    assert first["customer_id"] == "12583"
    assert first["lines"] == [
        {"product_id": "1", "quantity": 6, "unit_price": {"amount": 255, "currency": "GBP"}},
        {"product_id": "2", "quantity": 10, "unit_price": {"amount": 208, "currency": "GBP"}},
    ]
    heart = world.alongside.received["products"][2]
    assert heart["title"] == "Set of 6 Hearts <B>& Stars</B>"
    assert (heart["price"], heart["stock"]) == ({"amount": 1275, "currency": "GBP"}, 50)
    assert (heart["url"], heart["image"]) == ("/shop/product/3", "/shop/tile/3.svg")
    assert [one["id"] for one in world.alongside.received["customers"]] == ["12583", "17850"]


class Killed(BaseException):
    pass


def killed_after(orders: int) -> Callable[[str, int, int], None]:
    def tell(label: str, done: int, _total: int) -> None:
        if label == "orders" and done >= orders:
            raise Killed

    return tell


def test_a_killed_load_goes_on_where_it_was(world: World, many: Past) -> None:
    with pytest.raises(Killed):
        load.send(world.link, world.store, many, killed_after(1000))
    arrived = len(world.alongside.received["orders"])
    assert 1000 <= arrived < 2500
    load.send(world.link, world.store, many, quiet)
    ids = [order["id"] for order in world.alongside.received["orders"]]
    assert len(ids) == 2500
    assert len(set(ids)) == 2500
    assert len(world.alongside.received["products"]) == 5


def test_another_store_is_told_everything_again(world: World, past: Past) -> None:
    load.send(world.link, world.store, past, quiet)
    other = connection.Connection(world.link.base_url, "st_other", "pk", "sk_demo", world.link.webhook_secret)
    load.send(other, world.store, past, quiet)
    assert len(world.alongside.received["orders"]) == 6


def test_a_finished_load_asks_nothing_more(world: World, past: Past) -> None:
    load.send(world.link, world.store, past, quiet)
    world.alongside.broken = True
    told: list[tuple[str, int, int]] = []
    load.load(world.link, world.data_dir, world.clock, lambda *news: told.append(news))
    assert told == [("orders", 1, 1)]


def test_a_busy_server_is_asked_again(world: World, past: Past) -> None:
    world.alongside.fail_next = 1
    load.send(world.link, world.store, past, quiet)
    assert len(world.alongside.received["products"]) == 5


def test_preparing_twice_changes_nothing(tmp_path: Path, past: Past, clock: FixedClock) -> None:
    store = Store(tmp_path)
    opening.prepare(store, past, clock)
    with store.write() as db:
        db.execute("UPDATE products SET stock = 3 WHERE product_id = '1'")
    clock.advance(timedelta(days=5))
    opening.prepare(store, past, clock)
    with store.read() as db:
        assert db.execute("SELECT stock FROM products WHERE product_id = '1'").fetchone()["stock"] == 3


def test_a_few_products_are_sold_out() -> None:
    stocks = [opening.stock_of(product.product_id) for product in dataset.products()]
    assert 30 <= stocks.count(0) <= 90
    assert stocks == [opening.stock_of(product.product_id) for product in dataset.products()]
