"""Shops that nobody would draw: each gets a sensible answer, in bounded time and memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

import numpy as np
import pytest

from app.domain.learning import affinity
from app.engine.build import LOCATIONS, learn
from app.engine.dataset import DAY, Catalog, Dataset, OrderLines, assemble
from app.engine.pipeline import PublishedIndex, Query, recommend
from tests.engine.shops import Basket, drawn_shop, shop

SECONDS = 60.0
MEGABYTES = 1_000


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """CPU time, because a busy machine says nothing; the peak may grow by so much."""
    began, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - began < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < MEGABYTES * 1024


def lines(
    orders: list[str], times: list[int], products: list[str], customers: list[str] | None = None
) -> OrderLines:
    return OrderLines(
        orders=orders,
        times=np.asarray(times, np.int64),
        customers=customers or [""] * len(orders),
        products=products,
        quantities=np.ones(len(orders)),
        prices=np.zeros(len(orders)),
    )


def shelf(titles: list[str]) -> Catalog:
    names = [f"p{number:06}" for number in range(len(titles))]
    blank = [""] * len(titles)
    created = np.arange(len(titles), dtype=np.int64)
    return Catalog(names, titles, blank, blank, np.zeros(len(titles)), created)


def answers(
    data: Dataset, *, product: str | None = None, customer: str | None = None
) -> dict[str, list[str]]:
    """Ask every location; none may show twelve items with a double, or the product that is looked at.

    Rules and seasons are learned as well: they have to come to an end.
    """
    affinity.learn(data)
    index = PublishedIndex(learn(data).published)
    shown = {}
    for location in LOCATIONS:
        query = Query(location, product, (product,) if product else (), customer, 12)
        items = [index.published.item_ids[pick.item] for pick in recommend(index, query, lambda _item: True)]
        assert len(set(items)) == len(items) == min(12, data.items - (product is not None))
        assert product not in items
        shown[location] = items
    return shown


def test_every_product_bought_only_with_itself() -> None:
    alone: list[Basket] = [(day, f"c{day % 7}", [f"p{day % 5}"]) for day in range(200)]
    shown = answers(shop(alone, {f"p{k}": f"thing {k}" for k in range(20)}), product="p0", customer="c3")
    assert set(shown["product"][:4]) == {"p1", "p2", "p3", "p4"}  # what sells comes before what never did


def test_two_hundred_thousand_products_that_share_their_words() -> None:
    colours, sizes, kinds = ("red", "blue", "green", "black"), ("small", "medium", "large"), ("shirt", "mug")
    titles = [
        f"{colours[k % 4]} {sizes[k % 3]} {kinds[k % 2]} no {k // 10} of the spring collection"
        for k in range(200_000)
    ]
    bought = [f"p{k % 30:06}" for k in range(90)]
    orders = [f"o{k // 2}" for k in range(90)]
    data = assemble(lines(orders, [k // 2 * DAY for k in range(90)], bought), shelf(titles))
    shown = answers(data, product="p150005")
    assert set(shown["product"][:9]) == {f"p{k:06}" for k in range(150_000, 150_010)} - {"p150005"}


def test_titles_that_are_all_the_same_or_empty() -> None:
    for title in ("mug", "", "---"):
        data = assemble(lines(["a", "a"], [0, 0], ["p000001", "p000002"]), shelf([title] * 500))
        assert answers(data, product="p000001")["product"][0] == "p000002"


def test_emoji_and_right_to_left_titles_are_words_too() -> None:
    titles = {
        "tea": "شاي أخضر",
        "pot": "إبريق شاي",
        "mug": "🍵☕️",
        "cup": "🍵☕️ 👩🏽‍🍳",
        "jam": "ריבת שזיפים",
        "jar": "צנצנת ריבת תות",
    }
    shown = answers(shop([], titles), product="tea")
    assert shown["product"][0] == "pot"
    assert answers(shop([], titles), product="jar")["product"][0] == "jam"
    assert len(answers(shop([], titles), product="mug")["product"]) == 5


def test_one_customer_with_fifty_thousand_orders() -> None:
    numbers = list(range(50_000))
    again = lines(
        [f"o{k // 2}" for k in range(100_000)],
        [k // 2 * 600 for k in range(100_000)],
        [f"p{(k // 2 * (7 if k % 2 else 3)) % 50:06}" for k in range(100_000)],
        ["ann"] * 100_000,
    )
    data = assemble(again, shelf([f"thing {k}" for k in range(60)]))
    assert data.orders == len(numbers)
    shown = answers(data, customer="ann")
    assert set(shown["home"]) <= {f"p{k:06}" for k in range(50)}


def test_all_orders_in_one_second() -> None:
    baskets: list[Basket] = [(0, f"c{k % 9}", [f"p{k % 8}", f"p{(k % 8) ^ 1}"]) for k in range(400)]
    titles = {f"p{k}": f"thing {k}" for k in range(20)}
    data = shop(baskets, titles)
    object.__setattr__(data, "times", np.zeros(data.orders, np.int64))
    object.__setattr__(data, "now", 1)
    assert answers(data, product="p4")["product"][0] == "p5"


def test_one_order_with_five_thousand_lines() -> None:
    titles = [""] * 5_000
    bulk = [f"p{k:06}" for k in range(5_000)]
    small = [name for k in range(40) for name in (f"p{k % 6:06}", f"p{(k % 6) ^ 1:06}")]
    orders = ["bulk"] * 5_000 + [f"o{k // 2}" for k in range(80)]
    times = [60 * DAY] * 5_000 + [k // 2 * DAY for k in range(80)]
    data = assemble(lines(orders, times, bulk + small), shelf(titles))
    assert answers(data, product="p000004")["product"][0] == "p000005"


def test_free_products_and_quantities_that_are_none() -> None:
    data = assemble(
        OrderLines(
            ["a", "a", "b", "c"],
            np.asarray([0, 0, 0, 0], np.int64),
            ["", "", "", ""],
            ["p000000", "p000001", "p000002", "p000003"],
            np.asarray([1.0, 2.0, 0.0, -1.0]),
            np.zeros(4),
        ),
        shelf(["gift"] * 4),
    )
    assert data.orders == 1
    assert answers(data, product="p000000")["product"][0] == "p000001"


@pytest.mark.parametrize("orders", [0, 1, 60])
def test_a_shop_of_one_product(orders: int) -> None:
    sold: list[Basket] = [(day, f"c{day % 7}", ["tea"]) for day in range(orders)]
    assert answers(shop(sold, {"tea": "green tea"}))["home"] == ["tea"]


@pytest.mark.parametrize("orders", [0, 1, 49, 50])
def test_hardly_any_orders(orders: int) -> None:
    assert answers(drawn_shop(orders), customer="c1")["home"]
