"""What each strategy says, on five orders that fit on a napkin."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.affinity import evidence, order_weights
from app.engine.strategies.content import Content
from app.engine.strategies.cooccurrence import Cooccurrence
from app.engine.strategies.discover import Discover
from app.engine.strategies.popularity import Popularity
from app.engine.strategies.regression import Regression
from app.engine.strategies.repeat import Repeat
from app.engine.strategies.trending import Trending
from app.engine.strategy import Strategy
from app.engine.types import ReasonKind
from tests.engine.shops import FIVE, shop

NUMBER = {name: number for number, name in enumerate(FIVE.item_ids)}
NO_DECAY = 1e9


def scores(strategy: Strategy, anchor: tuple[int, ...], *names: str) -> list[float]:
    items = np.asarray([NUMBER[name] for name in names], np.int32)
    return [float(score) for score in strategy.fit(FIVE).score(anchor, items)]


def test_orders_lose_half_their_weight_in_a_half_life() -> None:
    data = shop([(0, "", ["tea"]), (10, "", ["tea", "pot", "mug", "cup"])])
    assert order_weights(data, 0.5, 10.0) == pytest.approx([0.5, 0.5], rel=1e-4)  # age 10 d; size 4^-.5


def test_evidence_is_the_effective_number_of_orders() -> None:
    assert evidence(FIVE, np.ones(5))[NUMBER["tea"]] == 4
    assert evidence(FIVE, np.asarray([1.0, 0, 0, 0, 1.0]))[NUMBER["tea"]] == 2
    assert evidence(FIVE, np.zeros(5)).tolist() == [0.0] * 5


def test_cooccurrence_is_a_shrunk_probability() -> None:
    plain = Cooccurrence(half_life=NO_DECAY, size_power=0.0, shrink=1.0)
    # tea is in four orders: with pot in three, with mug and jam in one; never with cup
    assert scores(plain, (NUMBER["tea"],), "pot", "mug", "jam") == pytest.approx(
        [3 / 5, 1 / 5, 1 / 5], rel=1e-4
    )
    assert np.isnan(scores(plain, (NUMBER["tea"],), "cup")[0])


def test_cooccurrence_explains_itself_with_whole_orders() -> None:
    fitted = Cooccurrence().fit(FIVE)
    told = fitted.explain((NUMBER["tea"],), NUMBER["pot"])
    assert (told.kind, told.count, told.total) == (ReasonKind.BOUGHT_TOGETHER, 3, 4)
    assert told.lift == pytest.approx((3 / 5) / (4 / 5 * 3 / 5))


def test_popularity_ranks_everything() -> None:
    lists = Popularity(half_life=NO_DECAY).fit(FIVE).lists()
    assert [FIVE.item_ids[k] for k in lists.items[:2]] == ["tea", "pot"]
    assert sorted(lists.items.tolist()) == [0, 1, 2, 3, 4]


def test_trending_forgets() -> None:
    data = shop([(0, "", ["tea"])] * 9 + [(300, "", ["jam"])])
    lists = Trending().fit(data).lists()
    assert data.item_ids[lists.items[0]] == "jam"


def test_content_knows_that_a_mug_is_like_a_mug() -> None:
    mug = (NUMBER["mug"],)
    small, jam = scores(Content(), mug, "cup", "jam")
    assert small > 0.1
    assert np.isnan(jam)


def test_content_speaks_louder_of_what_was_never_sold() -> None:
    data = shop([(0, "", ["mug", "tea"])] * 30)
    number = {name: k for k, name in enumerate(data.item_ids)}
    fitted = Content().fit(data)
    sold = fitted.score((number["mug"],), np.asarray([number["cup"]], np.int32))
    unsold = fitted.score((number["cup"],), np.asarray([number["mug"]], np.int32))
    assert unsold[0] > 2 * sold[0]


def test_the_regression_separates_direct_from_indirect() -> None:
    # a-b and b-c are bought together, a-c never without b: given a and b, c follows from b alone
    data = shop([(0, "", "ab"), (0, "", "bc"), (0, "", "abc"), (0, "", "d")] * 20, dict.fromkeys("abcd", ""))
    number = {name: k for k, name in enumerate(data.item_ids)}
    fitted = Regression(prior=0.0, half_life=NO_DECAY).fit(data)
    direct = fitted.score((number["b"],), np.asarray([number["c"]], np.int32))[0]
    indirect = fitted.score((number["a"],), np.asarray([number["c"]], np.int32))[0]
    assert direct > 0.3
    assert indirect < 0.1


def test_the_regression_falls_back_on_descriptions() -> None:
    without, with_prior = Regression(prior=0.0), Regression()
    assert (
        np.isnan(scores(without, (NUMBER["pot"],), "cup")[0])
        or abs(scores(without, (NUMBER["pot"],), "cup")[0]) < 0.05
    )
    assert scores(with_prior, (NUMBER["mug"],), "cup")[0] > scores(without, (NUMBER["mug"],), "cup")[0]


def test_only_the_core_takes_part_in_the_regression() -> None:
    lists = Regression(core=2).fit(FIVE).lists()
    assert set(lists.items.tolist()) <= {0, 1}
    assert lists.starts[-1] == lists.starts[2]


def test_repeat_is_the_share_of_a_shoppers_orders() -> None:
    ann = (FIVE.shopper_ids.index("ann"),)
    plain = Repeat(half_life=NO_DECAY, shrink=1.0)
    assert scores(plain, ann, "tea", "mug") == pytest.approx([2 / 4, 1 / 4], rel=1e-4)  # of three orders, + 1


def test_discover_offers_nothing_that_is_owned() -> None:
    ann = (FIVE.shopper_ids.index("ann"),)
    found = scores(Discover(), ann, "tea", "pot", "mug", "cup", "jam")
    assert [bool(np.isnan(score)) for score in found] == [True, True, True, True, False]
