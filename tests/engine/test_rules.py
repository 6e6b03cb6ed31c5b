"""What rules come to, on five items."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.rules import Coded, Rule, RuleKind, Traits, effect, met

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TRAITS = Traits(
    numbers={"cup": 0, "saucer": 1, "spoon": 2, "tea": 3, "pot": 4},
    categories=Coded.of(np.array([0, 0, 1, 2, 0], np.int32), ["China", "cutlery", "food"]),
    brands=Coded.of(np.array([0, 1, 1, 1, 0], np.int32), ["Spode", ""]),
    prices=np.array([1000, 500, 200, 300, 4000], np.int64),
    stock=np.array([5, 0, -1, 2, 9], np.int64),
)
RULE = Rule("r", RuleKind.EXCLUDE)


@pytest.mark.parametrize(
    ("conditions", "items"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"products": ("tea", "unknown")}, [3]),
        ({"categories": (" china ",)}, [0, 1, 4]),
        ({"categories": ("china",), "brands": ("spode",)}, [0, 4]),
        ({"price_from": 300, "price_to": 1000}, [0, 1, 3]),
        ({"stock_to": 2}, [1, 3]),
        ({"stock_from": 0}, [0, 1, 3, 4]),
    ],
)
def test_an_item_must_meet_every_condition(conditions: dict[str, object], items: list[int]) -> None:
    assert np.flatnonzero(met(replace(RULE, **conditions), TRAITS)).tolist() == items  # type: ignore[arg-type]


def test_a_rule_of_another_location_says_nothing() -> None:
    told = effect([replace(RULE, locations=("home",))], "cart", TRAITS, ())
    assert (told.excluded, told.boost, told.pins) == (None, None, ())


def test_boosts_of_one_item_are_multiplied() -> None:
    twice = replace(RULE, kind=RuleKind.BOOST, strength=2.0, products=("tea",))
    half = replace(RULE, kind=RuleKind.BOOST, strength=0.5)
    boost = effect([twice, twice, half], "home", TRAITS, ()).boost
    assert boost is not None
    assert boost.tolist() == [0.5, 0.5, 0.5, 2.0, 0.5]


def test_of_two_pins_of_a_slot_the_higher_priority_comes_first() -> None:
    low = replace(RULE, kind=RuleKind.PIN, products=("tea",), position=2)
    high = replace(low, products=("cup",), priority=1)
    assert [pin.items for pin in effect([low, high], "home", TRAITS, ()).pins] == [(0,), (3,)]


def test_a_pin_without_products_takes_the_most_popular_that_meets_it() -> None:
    pin = replace(RULE, kind=RuleKind.PIN, categories=("china",))
    assert effect([pin], "home", TRAITS, [3, 4, 1, 0, 2]).pins[0].items == (4, 1, 0)


@given(st.integers(-60, 60), st.integers(-60, 60))
def test_a_rule_is_active_from_its_start_until_before_its_end(start: int, end: int) -> None:
    rule = replace(RULE, starts_at=NOON + timedelta(minutes=start), ends_at=NOON + timedelta(minutes=end))
    assert rule.active(NOON) == (start <= 0 < end)
