"""Choosing and building: deterministic, better than its parts, and sane for the smallest shops."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from app.engine.build import LOCATIONS, NO_TREES, learn
from app.engine.choose import Ranks, choose, ranking, trials
from app.engine.dataset import Dataset
from app.engine.evaluate import Board, cases, split
from app.engine.lists import Hanging, cut
from app.engine.measures import hit_rate, ndcg
from app.engine.pipeline import PublishedIndex, Query, recommend
from app.engine.recipe import Recipe
from app.engine.types import Anchor, Blend, ReasonKind
from tests.engine.shops import FIVE, drawn_shop, shop


def test_ndcg_by_hand() -> None:
    hits = np.asarray([[True, False, True], [False, False, False]])
    assert ndcg(hits, np.asarray([2, 1])) == pytest.approx([1.5 / (1 + 1 / np.log2(3)), 0.0])
    assert hit_rate(hits).tolist() == [1.0, 0.0]


def test_the_window_is_the_last_28_days_or_the_last_fifth_of_a_short_history() -> None:
    days = [(day, "", ["tea", "pot"]) for day in range(200)]
    assert split(shop(days)) == 172  # the 28 days before the end hold the last 28 orders
    assert split(shop([(0, "", ["tea", "pot"])] * 100)) == 80
    assert split(FIVE) is None


def test_cases_never_give_what_they_ask() -> None:
    asked = cases(drawn_shop(300), 200, np.random.default_rng(0))
    for location in ("product", "cart", "home"):
        assert asked[location].given.multiply(asked[location].truth).nnz == 0
    assert np.diff(asked["product"].given.indptr).tolist() == [1] * len(asked["product"])
    assert np.diff(asked["cart"].truth.indptr).tolist() == [1] * len(asked["cart"])
    assert (asked["home"].shoppers >= 0).all()


def test_the_board_merges_lists_as_the_pipeline_does() -> None:
    data = drawn_shop(300)
    train = data.between(0, 200)
    fitted = Recipe().fit(train)
    asked = cases(data, 200, np.random.default_rng(0))["cart"]
    weights = Recipe().cart
    shown = Board.of(asked, fitted).hits(weights, known_shoppers=True)
    index = PublishedIndex(learn(train).published)
    index.published = replace(index.published, lists=fitted, blends={"cart": Blend(weights)})
    for number in range(20):
        basket = tuple(data.item_ids[k] for k in asked.given[number].indices)
        shopper = int(asked.shoppers[number])
        customer = data.shopper_ids[shopper] if shopper >= 0 else None
        picks = recommend(index, Query("cart", None, basket, customer, 12), lambda _item: True)
        truth = set(asked.truth[number].indices.tolist())
        assert [pick.item in truth for pick in picks] == shown[number].tolist()


def test_the_same_seed_chooses_the_same() -> None:
    first, second = choose(drawn_shop(300), 5), choose(drawn_shop(300), 5)
    assert first.recipe.numbers() == second.recipe.numbers()
    assert first.measured == second.measured


def test_the_blend_is_measured_against_every_list_alone() -> None:
    choice = choose(drawn_shop(400), 0)
    by_name = {
        row.name: row.ndcg for row in choice.measured if row.location == "product" and row.known_shoppers
    }
    assert set(by_name) == {
        "blend",
        "popular",
        "trending",
        "together",
        "similar",
        "basket",
        "again",
        "discover",
    }
    assert by_name["blend"] > by_name["popular"]
    assert choice.window is not None


@pytest.mark.parametrize("orders", [0, 1, 60])
def test_any_history_fills_every_slot_of_every_location(orders: int) -> None:
    data = drawn_shop(orders)
    index = PublishedIndex(learn(data).published)
    for location in LOCATIONS:
        query = Query(location, data.item_ids[0], data.item_ids[1:3], "c1", 12)
        items = [pick.item for pick in recommend(index, query, lambda _item: True)]
        assert len(set(items)) == 12
        assert not {0, 1, 2} & set(items)


def test_a_shop_without_orders_shows_its_newest_products_first() -> None:
    index = PublishedIndex(learn(shop([])).published)
    home = Query("home", None, (), None, 2)
    picks = recommend(index, home, lambda _item: True)
    assert [index.published.item_ids[pick.item] for pick in picks] == ["jam", "cup"]


def test_a_shop_without_products_publishes_nothing() -> None:
    index = PublishedIndex(learn(shop([], {})).published)
    assert recommend(index, Query("home", None, (), None, 12), lambda _item: True) == []


def test_one_product_is_enough() -> None:
    index = PublishedIndex(learn(shop([(0, "ann", ["tea"])], {"tea": "tea"})).published)
    assert len(recommend(index, Query("home", None, (), "ann", 12), lambda _item: True)) == 1
    assert recommend(index, Query("product", "tea", (), None, 12), lambda _item: True) == []


def departments(orders: int) -> Dataset:
    """A drawn shop whose even families are of one category and whose odd ones are of another."""
    data = drawn_shop(orders)
    families = [int(title.split()[0].removeprefix("family")) for title in data.described.titles]
    names = tuple("left" if family % 2 else "right" for family in families)
    return replace(data, described=replace(data.described, categories=names))


def test_a_thank_you_page_asks_for_what_the_next_order_adds() -> None:
    data = shop([(0, "ann", ["tea", "pot"]), (1, "bob", ["jam"]), (2, "ann", ["tea", "mug"])])
    asked = cases(data, 2, np.random.default_rng(0))["thank-you"]
    names = np.asarray(data.item_ids)
    assert [sorted(names[asked.given[0].indices]), names[asked.truth[0].indices].tolist()] == [
        ["pot", "tea"],
        ["mug"],
    ]


def test_a_page_of_a_category_asks_and_answers_within_it() -> None:
    data = departments(300)
    asked = cases(data, 200, np.random.default_rng(0))["category"]
    assert asked.within is not None
    assert asked.within[asked.truth.nonzero()].all()
    assert (np.diff(asked.truth.indptr) >= 1).all()
    assert set(asked.within.sum(axis=1).tolist()) == {20}  # of 40 products
    assert len(cases(drawn_shop(300), 200, np.random.default_rng(0))["category"]) == 0, "it has none"


def test_five_kinds_of_page_are_chosen_apart() -> None:
    choice = choose(departments(600), 0)
    blends = {row.location for row in choice.measured if row.name == "blend"}
    assert blends == {"product", "cart", "home", "thank-you", "category"}
    assert set(choice.recipe.own) == {"thank-you", "category"}
    assert choice.recipe.blend("search") == choice.recipe.blend("category")
    numbers = choice.recipe.numbers()
    assert numbers["category"]["popular"] > 0.0
    assert numbers["thank-you"]["basket"] > 0.0


def test_without_later_orders_a_location_uses_the_blend_of_another() -> None:
    recipe = Recipe()
    assert recipe.blend("thank-you") == recipe.cart
    assert recipe.blend("search") == recipe.blend("category") == recipe.home
    assert recipe.weighing("thank-you", {"basket": 1.0}).blend("cart") == recipe.cart


def test_a_list_that_says_nothing_at_a_location_keeps_its_weight_there() -> None:
    """On a home page nothing is clicked yet: what foretells from clicks cannot be judged."""
    recipe = choose(drawn_shop(400), 0).recipe
    assert (recipe.home["together"], recipe.home["similar"]) == (0.5, 0.25)


@pytest.mark.parametrize(("orders", "tries"), [(0, 8), (4_000, 8), (5_000, 10), (17_211, 20), (10**7, 20)])
def test_the_number_of_trials_follows_from_the_size_alone(orders: int, tries: int) -> None:
    assert trials(orders) == tries


def test_a_machine_that_cannot_load_lightgbm_learns_without_trees_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert learn(FIVE).missing == ()
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    learned = learn(drawn_shop(300))
    assert learned.missing == (NO_TREES,)
    assert "ranked" not in learned.published.lists


@pytest.mark.parametrize("knowing", [True, False])
def test_trees_lead_on_the_page_of_a_category_only_if_that_is_better(*, knowing: bool) -> None:
    data = departments(600)
    train = data.between(0, 400)
    recipe = Recipe().weighing("category", {"trending": 1.0})
    asked = cases(data, 400, np.random.default_rng(0))["category"]
    board = Board.of(asked, recipe.fit_lists(train))
    who = np.unique(asked.shoppers[asked.shoppers >= 0])
    shape = (len(data.shopper_ids), data.items)
    bought = data.bought[np.flatnonzero(data.buyers >= 0)]
    owners = csr_matrix(
        (np.ones(bought.shape[0]), (data.buyers[data.buyers >= 0], np.arange(bought.shape[0])))
    )
    truth = (owners @ bought).tocsr() if knowing else csr_matrix(shape)
    lists = cut(truth, 40, Hanging(Anchor.SHOPPER, ReasonKind.FOR_YOU))
    chosen, tried = ranking(recipe, board, Ranks(who, lists))
    assert ("ranked" in chosen.blend("category")) is knowing
    assert ("ranked" in tried.scores) is knowing
    assert ranking(recipe, board, None) == (recipe, board)
