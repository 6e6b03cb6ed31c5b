"""What does not beat popularity on its own task, and adds nothing to a blend, stays unchosen."""

from __future__ import annotations

import numpy as np

from app.engine.choose import FEWEST_CASES, choose
from app.engine.dataset import Dataset
from app.engine.evaluate import Board, cases
from app.engine.proven import proven
from app.engine.recipe import Recipe
from app.engine.types import Task
from tests.engine.shops import drawn_shop


def never(_challenger: object, _champion: object) -> bool:
    return False


def always(_challenger: object, _champion: object) -> bool:
    return True


def boards(data: Dataset, first: int) -> tuple[dict[str, Board], Recipe]:
    recipe = Recipe()
    fitted = recipe.fit_lists(data.between(0, first))
    asked = cases(data, first, np.random.default_rng(0))
    return {name: Board.of(asked[name], fitted) for name in ("product", "cart", "home")}, recipe


def test_a_list_that_beats_popularity_on_its_task_stays() -> None:
    asked, recipe = boards(drawn_shop(600), 450)
    fitted = recipe.fit_lists(drawn_shop(600).between(0, 450))
    kept = proven(recipe, asked, fitted, FEWEST_CASES, never)
    for name, location in (("together", "product"), ("basket", "cart"), ("again", "home")):
        assert kept.blend(location)[name] == recipe.blend(location)[name]


def test_one_that_does_not_goes_unless_a_blend_is_better_with_it() -> None:
    data = drawn_shop(300)  # nothing comes and goes in it: the newest orders are the fewest
    asked, recipe = boards(data, 200)
    fitted = recipe.fit_lists(data.between(0, 200))
    left = proven(recipe, asked, fitted, FEWEST_CASES, never)
    for location in ("product", "cart", "home"):
        assert recipe.blend(location).keys() - left.blend(location).keys() == {"trending"}
    assert "trending" in proven(recipe, asked, fitted, FEWEST_CASES, always).home


def test_without_a_measure_nothing_is_left_out() -> None:
    data = drawn_shop(60)
    asked, recipe = boards(data, 48)
    kept = proven(recipe, asked, recipe.fit_lists(data.between(0, 48)), FEWEST_CASES, never)
    assert kept == recipe
    assert choose(drawn_shop(20), 0).recipe.blend("home") == recipe.home


def test_every_list_of_a_blend_names_its_task() -> None:
    recipe = Recipe()
    weighed = {*recipe.product, *recipe.cart, *recipe.home}
    assert weighed <= recipe.tasks().keys()
    assert recipe.tasks()["discover"] is Task.NEW


def test_a_list_left_out_is_in_no_blend() -> None:
    recipe = Recipe().weighing("thank-you", {"basket": 1.0, "again": 0.2}).without("again")
    assert all("again" not in recipe.blend(place) for place in ("product", "cart", "home", "thank-you"))
    assert recipe.blend("thank-you") == {"basket": 1.0}
