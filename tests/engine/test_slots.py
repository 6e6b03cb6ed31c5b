"""How candidates become slots."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.engine.explore import Explore
from app.engine.rules import Pin
from app.engine.slots import Room, fill, pinned, spread


def test_a_pin_takes_the_first_of_its_items_that_may_be_shown() -> None:
    mask = np.array([False, True, True, True])
    assert pinned([Pin(2, (0, 1, 2)), Pin(1, (1, 3))], mask, {1}, 4) == {2: 2, 1: 3}


def test_a_pin_beyond_the_last_slot_is_left_out() -> None:
    assert pinned([Pin(5, (1,))], np.ones(4, np.bool_), set(), 4) == {}


def test_two_thirds_of_a_slate_may_be_of_one_category() -> None:
    categories = np.array([0, 0, 0, 0, 0, 1, 2], np.int32)
    scores = [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]
    items, scores = spread([0, 1, 2, 3, 4, 5, 6], scores, categories, 3)
    assert items == [0, 1, 5, 2, 3, 4, 6]
    assert scores == [7.0, 6.0, 2.0, 5.0, 4.0, 3.0, 1.0]


def test_a_slate_is_full_of_one_category_where_there_is_no_other() -> None:
    assert spread([0, 1, 2, 3], [1.0] * 4, np.zeros(4, np.int32), 3)[0] == [0, 1, 2, 3]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20), st.integers(1, 12))
def test_spreading_loses_nothing(categories: list[int], limit: int) -> None:
    items = list(range(len(categories)))
    scores = [float(-item) for item in items]
    found, told = spread(items, scores, np.array(categories, np.int32), limit)
    assert sorted(found) == items
    assert told == [float(-item) for item in found]
    most = max(-(-limit * 2 // 3), 2)
    first = [categories[item] for item in found[:limit]]
    others = [categories[item] for item in found[limit:]]
    for each in set(first):
        assert first.count(each) <= most or not set(others) - {each}


def test_a_pinned_slot_is_certain_and_the_others_keep_their_odds() -> None:
    slots = fill([7, 8, 9], [1.0, 0.5, 0.2], Room(3, {2: 4}), Explore(Random(1), share=0.0))
    assert (slots.items, slots.odds, slots.drawn) == ([7, 4, 8], [1.0, 1.0, 1.0], False)
