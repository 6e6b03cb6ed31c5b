"""What one page shows, on a shop of five products."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engine.pipeline import Pick, PublishedIndex, Query, recommend, sentence
from app.engine.types import Reason, ReasonKind
from tests.engine.toys import NAMES, SPOON, SUGAR, shop

PAGE = Query(location="product", product="tea", basket=(), customer=None, limit=4)


def everything(_item: int) -> bool:
    return True


def names(picks: list[Pick]) -> list[str]:
    return [NAMES[pick.item] for pick in picks]


def ask(query: Query, **weights: float) -> list[str]:
    return names(recommend(PublishedIndex(shop(weights)), query, everything))


def test_a_product_page_shows_what_was_bought_with_it_then_the_popular_rest() -> None:
    assert ask(PAGE, together=1.0) == ["pot", "mug", "sugar", "spoon"]


def test_a_slate_is_never_longer_than_the_limit() -> None:
    assert ask(replace(PAGE, limit=1), together=1.0) == ["pot"]


def test_a_basket_sums_its_rows_and_negative_evidence_counts() -> None:
    cart = Query(location="cart", product=None, basket=("tea", "pot"), customer=None, limit=2)
    assert ask(cart, basket=1.0) == ["sugar", "mug"]  # sugar .3 + .2, mug .4 - .2


def test_nothing_of_the_basket_is_shown() -> None:
    cart = Query(location="cart", product=None, basket=("tea", "sugar"), customer=None, limit=5)
    assert sorted(ask(cart, together=1.0)) == ["mug", "pot", "spoon"]


def test_what_is_not_allowed_leaves_its_slot_to_the_next() -> None:
    index = PublishedIndex(shop({"together": 1.0}))
    assert names(recommend(index, PAGE, lambda item: item != SUGAR)) == ["pot", "mug", "spoon"]


def test_a_known_shopper_sees_what_he_bought_before() -> None:
    assert ask(replace(PAGE, customer="ann"), together=1.0, again=2.0)[0] == "spoon"
    assert ask(replace(PAGE, customer="bob"), together=1.0, again=2.0)[0] == "pot"


def test_what_the_shopper_owns_is_hidden_on_demand() -> None:
    assert "spoon" not in ask(replace(PAGE, customer="ann", exclude_purchased=True), together=1.0, again=2.0)


def test_an_unknown_page_shows_the_popular_products() -> None:
    assert ask(replace(PAGE, product="ghost"), together=1.0) == ["sugar", "spoon", "mug", "pot"]


def test_a_location_without_a_blend_uses_that_of_home() -> None:
    assert ask(replace(PAGE, location="nowhere"), together=1.0)[0] == "pot"


def test_recent_clicks_stand_in_for_a_page_without_product() -> None:
    home = Query(location="home", product=None, basket=(), customer=None, limit=1, recent=("pot", "tea"))
    assert ask(home, together=1.0) == ["tea"]


def test_the_pages_category_comes_first() -> None:
    index = PublishedIndex(shop({"together": 1.0}, categories=("drink", "ware", "ware", "drink", "ware")))
    home = Query(location="category", product=None, basket=(), customer=None, limit=5, category="ware")
    assert names(recommend(index, home, everything)) == ["spoon", "mug", "pot", "sugar", "tea"]


def test_an_empty_shop_answers_with_an_empty_slate() -> None:
    empty = replace(shop({}), item_ids=(), lists={})
    assert recommend(PublishedIndex(empty), PAGE, everything) == []


def test_the_reason_names_the_orders_behind_it() -> None:
    index = PublishedIndex(shop({"together": 1.0, "again": 0.1}))
    picks = recommend(index, replace(PAGE, customer="ann"), everything)
    assert [sentence(pick.reason) for pick in picks] == [
        "Bought together in 41 of 500 orders",
        "Bought together in 20 of 500 orders",
        "You bought this before",
        "Popular in this shop",
    ]
    assert picks[2].item == SPOON


@pytest.mark.parametrize(
    ("lift", "told"),
    [(0.0, ""), (1.1, ""), (3.2, ", 3.2 times more than chance"), (20.4, ", 20 times more than chance")],
)
def test_a_reason_says_how_much_more_than_chance_it_is(lift: float, told: str) -> None:
    reason = Reason(ReasonKind.BOUGHT_TOGETHER, 41, 500, lift)
    assert sentence(reason) == f"Bought together in 41 of 500 orders{told}"


def test_lift_compares_with_what_chance_would_have_brought_together() -> None:
    # 41 of 1,000 orders hold tea and pot; chance alone would put 500 * 60 / 1,000 = 30 of them together
    index = PublishedIndex(shop({"together": 1.0}))
    lists = replace(index.published.lists["together"], orders=1_000)
    first = recommend(PublishedIndex(replace(index.published, lists={"together": lists})), PAGE, everything)[
        0
    ]
    assert first.reason == Reason(ReasonKind.BOUGHT_TOGETHER, 41, 500, 41 / 30)


@pytest.mark.parametrize("kind", list(ReasonKind))
def test_every_reason_has_a_sentence(kind: ReasonKind) -> None:
    assert sentence(Reason(kind))
