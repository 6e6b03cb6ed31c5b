"""Logged propensities are the frequencies of what is drawn."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from math import prod
from random import Random

import pytest

from app.engine.explore import Explore, choose
from app.engine.pipeline import PublishedIndex, Query, recommend
from tests.engine.toys import shop

DRAWS = 100_000
SCORES = (1.0, 0.8, 0.5, 0.0)


def test_propensities_equal_the_frequencies_of_the_slates() -> None:
    explore = Explore(Random(7), share=0.4, temperature=0.5)
    seen: Counter[tuple[int, ...]] = Counter()
    logged: dict[tuple[int, ...], float] = {}
    for _ in range(DRAWS):
        path = choose(SCORES, 3, explore)
        seen[tuple(path.positions)] += 1
        logged[tuple(path.positions)] = prod(path.odds)
    assert set(seen) == set(permutations(range(4), 3))
    for slate, odds in logged.items():
        spread = (odds * (1 - odds) / DRAWS) ** 0.5
        assert seen[slate] / DRAWS == pytest.approx(odds, abs=4.5 * spread)
    assert sum(logged.values()) == pytest.approx(1.0)


def test_each_slot_has_the_odds_of_its_item_given_the_slots_above() -> None:
    explore = Explore(Random(11), share=0.5, temperature=0.5)
    paths = [choose(SCORES, 2, explore) for _ in range(DRAWS)]
    second = {path.positions[1]: path.odds[1] for path in paths if path.positions[0] == 0}
    above = [path for path in paths if path.positions[0] == 0]
    for position, odds in second.items():
        share = sum(path.positions[1] == position for path in above) / len(above)
        assert share == pytest.approx(odds, abs=0.01)


def test_the_pipeline_logs_the_frequencies_of_what_it_shows() -> None:
    index = PublishedIndex(shop({"together": 1.0}))
    query = Query(location="product", product="tea", basket=(), customer=None, limit=2)
    explore = Explore(Random(3), share=0.5, pool=3, temperature=0.5)
    seen: Counter[tuple[int, ...]] = Counter()
    logged: dict[tuple[int, ...], float] = {}
    for _ in range(20_000):
        picks = recommend(index, query, lambda _item: True, explore)
        slate = tuple(pick.item for pick in picks)
        seen[slate] += 1
        logged[slate] = prod(pick.propensity for pick in picks)
    assert len(logged) == 6  # 3 * 2 orders of a pool of three
    for slate, odds in logged.items():
        assert seen[slate] / 20_000 == pytest.approx(odds, abs=0.015)


def test_without_exploration_every_slot_is_certain() -> None:
    query = Query(location="product", product="tea", basket=(), customer=None, limit=3)
    picks = recommend(PublishedIndex(shop({"together": 1.0})), query, lambda _item: True)
    assert [pick.propensity for pick in picks] == [1.0, 1.0, 1.0]


def test_a_share_of_nothing_is_the_greedy_order() -> None:
    path = choose(SCORES, 4, Explore(Random(1), share=0.0))
    assert (path.positions, path.odds) == ([0, 1, 2, 3], [1.0, 1.0, 1.0, 1.0])


def test_equal_scores_are_drawn_equally() -> None:
    path = choose([0.0, 0.0], 1, Explore(Random(1), share=1.0))
    assert path.odds == [0.5]


@pytest.mark.parametrize("wrong", [{"share": 1.5}, {"pool": 0}, {"temperature": 0.0}])
def test_impossible_odds_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="exploration needs"):
        Explore(Random(1), **wrong)  # type: ignore[arg-type]
