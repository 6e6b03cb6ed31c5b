from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.seasonality import PRIOR, boost, learn, months_of, multipliers, nearness, prior, weeks_of
from tests.engine.shops import Basket, shop

NOVEMBER = 1_795_262_400  # 2026-11-21


def daily(days: int, more: dict[int, int]) -> list[Basket]:
    """One order of tea a day, and of a tree ``more[day]`` orders."""
    tea: list[Basket] = [(day, "", ["tea"]) for day in range(days)]
    return tea + [(day, "", ["tree"]) for day, times in more.items() for _ in range(times)]


def test_less_than_a_year_is_answered_with_the_common_expectation() -> None:
    seasons = learn(shop(daily(364, {300: 50})))
    assert not seasons.learned
    assert seasons.store.months.tolist() == list(PRIOR)
    assert boost(seasons, "anything", NOVEMBER) == pytest.approx(1.3)


def test_a_year_of_even_sales_has_no_season_whatever_was_expected() -> None:
    seasons = learn(shop(daily(730, {})))
    assert seasons.learned
    assert seasons.store.months == pytest.approx(np.ones(12))


def test_the_busy_month_of_a_store_is_its_own() -> None:
    # every day of the second, third and fourth month of the history sells three trees more
    data = shop(daily(730, dict.fromkeys(range(40, 60), 3) | dict.fromkeys(range(405, 425), 3)))
    months = learn(data).store.months
    busy = months_of(data.times[[0]])[0]
    assert months.max() > 1.3
    assert months.argmax() in {(busy + 1) % 12, (busy + 2) % 12}


@given(st.lists(st.integers(0, 200), min_size=12, max_size=12), st.integers(0, 11))
@settings(max_examples=60, deadline=None)
def test_multipliers_are_positive_fair_and_follow_the_sales(sold: list[int], month: int) -> None:
    sales, days = np.asarray(sold, float), np.full(12, 30.0)
    found = multipliers(sales, days)
    assert (found > 0).all()
    assert found.mean() == pytest.approx(1.0)
    assert multipliers(np.roll(sales, 3), days) == pytest.approx(np.roll(found, 3))
    more = sales.copy()
    more[month] += 50
    assert multipliers(more, days)[month] > found[month] or found[month] == found.max() == 1.0


@given(st.lists(st.integers(0, 200), min_size=12, max_size=12))
@settings(max_examples=60, deadline=None)
def test_more_sales_of_the_same_shape_speak_louder(sold: list[int]) -> None:
    sales, days = np.asarray(sold, float), np.full(12, 30.0)
    quiet, loud = np.abs(multipliers(sales, days) - 1), np.abs(multipliers(10 * sales, days) - 1)
    assert (loud >= quiet - 1e-12).all()


def test_months_and_weeks_of_moments() -> None:
    times = np.asarray([0, 31 * 86_400, 364 * 86_400, NOVEMBER], np.int64)
    assert months_of(times).tolist() == [0, 1, 11, 10]
    assert weeks_of(times).tolist() == [0, 4, 52, 46]


def test_the_prior_has_a_value_for_every_week() -> None:
    weeks = prior().weeks
    assert len(weeks) == 53
    assert weeks[[0, 20, 50]].tolist() == [1.2, 1.0, 1.3]


def test_orders_of_a_year_ago_are_near_and_those_of_last_week_are_not() -> None:
    data = shop([(0, "", ["tea"]), (100, "", ["tea"]), (355, "", ["tea"])])
    year_ago, long_ago, lately = nearness(data).tolist()  # seen from day 355: ten days short of a year later
    assert year_ago == pytest.approx(1.0, abs=1e-6)
    assert long_ago < 1e-6
    assert lately == 0.0
