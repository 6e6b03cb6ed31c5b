"""Lists are cut where nothing is lost, and only there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.engine.evaluate import Board, cases
from app.engine.lengths import LOSS, shortened
from app.engine.measures import hit_rate
from app.engine.recipe import Recipe
from tests.engine.shops import drawn_shop

DATA = drawn_shop(400)
TRAIN = DATA.between(0, 300)
BLEND = {"together": 1.0}


def rate(recipe: Recipe) -> float:
    asked = cases(DATA, 300, np.random.default_rng(0))["product"]
    return float(hit_rate(Board.of(asked, recipe.fit_lists(TRAIN)).hits(BLEND, known_shoppers=False)).mean())


def short(length: int) -> Recipe:
    recipe = replace(Recipe(), product=BLEND)
    recipe = recipe.using(replace(recipe.together, length=length))
    fitted = recipe.fit_lists(TRAIN)
    asked = cases(DATA, 300, np.random.default_rng(0))
    return shortened(recipe, {place: Board.of(asked[place], fitted) for place in ("product", "cart")}, fitted)


def test_a_list_much_longer_than_the_shop_is_cut_to_a_quarter() -> None:
    assert short(400).together.length == 100


def test_a_cut_never_costs_more_than_it_may() -> None:
    for length in (4, 12, 40):
        chosen = short(length)
        whole = replace(Recipe(), together=replace(Recipe().together, length=length))
        assert rate(whole) - rate(chosen) <= LOSS


def test_a_list_that_is_needed_stays_whole() -> None:
    assert short(4).together.length == 4
