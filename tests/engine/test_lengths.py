"""Lists are cut where nothing is lost, and only there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from app.engine.evaluate import Board, cases
from app.engine.lengths import LOSS, shortened
from app.engine.lists import Hanging, cut, shorter
from app.engine.measures import hit_rate
from app.engine.recipe import Recipe
from app.engine.types import Anchor, ReasonKind
from tests.engine.shops import drawn_shop

DATA = drawn_shop(400)
TRAIN = DATA.between(0, 300)
BLEND = {"together": 1.0}


def rate(recipe: Recipe) -> float:
    asked = cases(DATA, 300, np.random.default_rng(0))["product"]
    lists = recipe.fit_lists(TRAIN)["together"]
    fitted = {"together": shorter(lists, recipe.lengths.get("together", DATA.items))}
    return float(hit_rate(Board.of(asked, fitted).hits(BLEND, known_shoppers=False)).mean())


def short(length: int) -> Recipe:
    recipe = replace(Recipe(), product=BLEND)
    recipe = recipe.using(replace(recipe.together, length=length))
    fitted = recipe.fit_lists(TRAIN)
    asked = cases(DATA, 300, np.random.default_rng(0))
    return shortened(recipe, {place: Board.of(asked[place], fitted) for place in ("product", "cart")}, fitted)


def test_a_list_much_longer_than_the_shop_is_cut_to_a_quarter() -> None:
    assert short(400).lengths["together"] == 100


def test_a_cut_never_costs_more_than_it_may() -> None:
    for length in (4, 12, 40):
        chosen = short(length)
        whole = replace(Recipe(), together=replace(Recipe().together, length=length))
        assert rate(whole) - rate(chosen) <= LOSS


def test_a_list_that_is_needed_stays_whole() -> None:
    assert "together" not in short(4).lengths


def test_the_weakest_go_whatever_their_sign_and_the_others_keep_their_order() -> None:
    row = csr_matrix(np.asarray([[0.5, -0.9, 0.1, -0.2], [0.0, 0.3, 0.0, 0.0]]))
    found = shorter(cut(row, 4, Hanging(Anchor.BASKET, ReasonKind.BOUGHT_TOGETHER)), 2)
    assert found.items.tolist() == [0, 1, 1]
    assert found.scores.tolist() == pytest.approx([0.5, -0.9, 0.3])
