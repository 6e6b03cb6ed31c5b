from __future__ import annotations

from random import Random

import pytest

from app.demo import simulate
from app.demo.dataset import PastLine, PastOrder
from app.demo.simulate import Summary, plan
from app.demo.uplift import Offer, extras
from app.kernel.errors import Invalid
from tests.demo.world import World, eventually

OFFERS = [Offer(str(place), "S", place, price) for place, price in enumerate((295, 42, 1275, 208), start=1)]


@pytest.mark.parametrize("value", [300, 2000, 20_000])
@pytest.mark.parametrize("uplift", [0.05, 0.15, 0.6])
def test_the_expected_worth_of_extras_is_the_uplift(value: int, uplift: float) -> None:
    rng = Random(1)
    draws = 40_000
    worths = [
        sum(extra.offer.price * extra.quantity for extra in extras(value, uplift, OFFERS, rng))
        for _ in range(draws)
    ]
    mean = sum(worths) / draws
    deviation = (sum((worth - mean) ** 2 for worth in worths) / draws) ** 0.5
    assert abs(mean - uplift * value) < 4 * deviation / draws**0.5
    assert deviation > 0


def test_nothing_is_bought_where_nothing_is_offered_or_nothing_works() -> None:
    assert all(extras(5000, 0.5, [], Random(seed)) == [] for seed in range(50))
    assert all(extras(5000, 0.0, OFFERS, Random(seed)) == [] for seed in range(50))


def test_a_plan_is_made_before_anything_is_shown_and_comes_again() -> None:
    order = PastOrder("1", None, "12583", (PastLine("1", 12, 295), PastLine("9", 1, 9000)))  # type: ignore[arg-type]
    plans = [plan([order], {"1": 295, "9": 9000}, seed=7, number=number) for number in range(200)]
    assert plans == [plan([order], {"1": 295, "9": 9000}, seed=7, number=number) for number in range(200)]
    assert {want.product_id for one in plans for want in one.wants} == {"1"}
    assert {want.quantity for one in plans for want in one.wants} == {3}
    assert 95 <= sum(one.buys for one in plans) <= 145
    assert len({one.visitor_id for one in plans if one.visitor_id}) == sum(
        bool(one.visitor_id) for one in plans
    )
    assert not any(one.customer_id for one in plans if one.visitor_id is None)


def quiet(_label: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
def cards(real_world: World) -> World:
    """Every slate shows the same six cards."""
    with real_world.store.read() as db:
        rows = db.execute(
            "SELECT product_id, price FROM products WHERE stock > 50 ORDER BY sold DESC LIMIT 6"
        )
        real_world.alongside.cards = [
            {
                "position": place,
                "product_id": row["product_id"],
                "price": {"amount": row["price"], "currency": "GBP"},
            }
            for place, row in enumerate(rows, start=1)
        ]
    return real_world


def walk(world: World, shoppers: int) -> Summary:
    return simulate.simulate(world.link, shoppers=shoppers, uplift=0.3, seed=3, progress=quiet)


def test_shoppers_do_what_the_summary_tells(cards: World) -> None:
    told = walk(cards, 30)
    eventually(lambda: cards.alongside.topics().count("order.created") == told.orders, 20)
    kinds = [event["kind"] for event in cards.alongside.events]
    assert told.shoppers == 30
    assert told.shown + told.held_out + told.without_consent >= 30
    assert told.held_out > 0
    assert (kinds.count("impression"), kinds.count("click"), kinds.count("add")) == (
        told.impressions,
        told.clicks,
        told.adds,
    )
    assert len(cards.alongside.asked) <= told.views
    lines = [line for order in orders(cards) for line in order["lines"]]  # type: ignore[attr-defined]
    assert sum(line["quantity"] * line["unit_price"]["amount"] for line in lines) == told.revenue_pence
    assert len({event["id"] for event in cards.alongside.events}) == len(kinds)


def orders(world: World) -> list[dict[str, object]]:
    return [hook["data"] for hook in world.alongside.hooks if hook["type"] == "order.created"]  # type: ignore[misc]


def test_a_wrong_crowd_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        simulate.simulate(world.link, shoppers=0, uplift=0.1, seed=0, progress=quiet)
    with pytest.raises(Invalid):
        simulate.simulate(world.link, shoppers=1, uplift=-0.1, seed=0, progress=quiet)
