"""What every strategy promises, whatever it does: run over all that are registered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from app.engine.dataset import Dataset
from app.engine.registry import STRATEGIES
from app.engine.strategy import Strategy
from app.engine.types import Anchor, ReasonKind
from tests.engine.shops import FIVE, drawn_shop, shop

SHOPS = {
    "drawn": drawn_shop(120),
    "five": FIVE,
    "no orders": shop([]),
    "no products": shop([], {}),
    "one product": shop([(0, "ann", ["tea"])], {"tea": "tea"}),
    "nobody known": shop([(0, "", ["tea", "pot"]), (1, "", ["tea", "mug"])]),
    "nothing written": shop([(0, "ann", ["a", "b"]), (1, "bob", ["a", "c"])], dict.fromkeys("abc", "")),
}


@pytest.fixture(params=STRATEGIES)
def make(request: pytest.FixtureRequest) -> Callable[[], Strategy]:
    return STRATEGIES[request.param]


@pytest.fixture(params=SHOPS)
def data(request: pytest.FixtureRequest) -> Dataset:
    return SHOPS[request.param]


def rows(strategy: Strategy, data: Dataset) -> int:
    if strategy.anchor is Anchor.NONE:
        return 1
    return len(data.shopper_ids) if strategy.anchor is Anchor.SHOPPER else data.items


def test_it_is_registered_under_its_name(make: Callable[[], Strategy]) -> None:
    assert STRATEGIES[make().name] is make


def test_its_lists_fit_together(make: Callable[[], Strategy], data: Dataset) -> None:
    strategy = make().fit(data)
    lists = strategy.lists()
    assert (lists.anchor, lists.reason) == (strategy.anchor, strategy.reason)
    assert len(lists.starts) == rows(strategy, data) + 1
    assert (lists.starts[0], lists.starts[-1]) == (0, len(lists.items))
    assert (np.diff(lists.starts) >= 0).all()
    assert len(lists.scores) == len(lists.items)
    assert ((lists.items >= 0) & (lists.items < data.items)).all()
    assert np.isfinite(lists.scores).all()
    assert [part.dtype.name for part in (lists.starts, lists.items, lists.scores)] == [
        "int64",
        "int32",
        "float32",
    ]


def test_its_rows_are_best_first_without_doubles_and_without_the_anchor(
    make: Callable[[], Strategy], data: Dataset
) -> None:
    strategy = make().fit(data)
    lists = strategy.lists()
    for row in range(len(lists.starts) - 1):
        mine = slice(lists.starts[row], lists.starts[row + 1])
        items = lists.items[mine].tolist()
        assert len(set(items)) == len(items)
        assert (np.diff(lists.scores[mine]) <= 0).all()
        if strategy.reason is ReasonKind.VIEWED:
            assert items == [row]  # what was looked at is what it shows
        elif strategy.anchor in {Anchor.ITEM, Anchor.BASKET, Anchor.SESSION}:
            assert row not in items


def test_its_scores_are_those_of_its_lists_and_nan_elsewhere(
    make: Callable[[], Strategy], data: Dataset
) -> None:
    strategy = make().fit(data)
    lists = strategy.lists()
    everything = np.arange(data.items, dtype=np.int32)
    for row in range(min(rows(strategy, data), 5)):
        mine = slice(lists.starts[row], lists.starts[row + 1])
        expected = np.full(data.items, np.nan, np.float32)
        expected[lists.items[mine]] = lists.scores[mine]
        assert np.array_equal(strategy.score((row,), everything), expected, equal_nan=True)


def test_it_explains_with_no_more_orders_than_there_are(make: Callable[[], Strategy], data: Dataset) -> None:
    strategy = make().fit(data)
    lists = strategy.lists()
    for row in range(min(rows(strategy, data), 5)):
        for item in lists.items[lists.starts[row] : lists.starts[row + 1]].tolist():
            reason = strategy.explain((row,), item)
            assert reason.kind is strategy.reason
            assert 0 <= reason.count <= reason.total <= data.orders


def test_it_learns_the_same_twice(make: Callable[[], Strategy], data: Dataset) -> None:
    first, second = make().fit(data).lists(), make().fit(data).lists()
    assert np.array_equal(first.items, second.items)
    assert np.array_equal(first.scores, second.scores)


def test_it_says_nothing_before_it_is_fitted(make: Callable[[], Strategy]) -> None:
    with pytest.raises(RuntimeError, match="not fitted"):
        make().lists()
