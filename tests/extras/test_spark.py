"""Spark says what the local code says: the same whole numbers, and the lists that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from app.engine.affinity import UNIT, order_weights
from app.engine.build import learn
from app.engine.dataset import Dataset
from app.engine.pairs import Pairs
from app.engine.protocol import ask, cut, questions
from app.engine.spark import pairs, session
from app.engine.spark.als import SparkAls
from app.engine.spark.cooccurrence import SparkCooccurrence
from app.engine.spark.far import widened
from app.engine.spark.sets import SparkSets
from app.engine.strategies.cooccurrence import Cooccurrence
from app.engine.strategies.popularity import Popularity
from app.engine.strategy import Strategy
from app.engine.types import Lists, Task
from tests.engine.shops import drawn_shop, shop
from tests.extras.samples import sample
from tests.protocols.test_strategies import (  # noqa: F401  the suite of all strategies
    test_it_explains_with_no_more_orders_than_there_are,
    test_it_says_nothing_before_it_is_fitted,
    test_its_lists_fit_together,
    test_its_rows_are_best_first_without_doubles_and_without_the_anchor,
    test_its_scores_are_those_of_its_lists_and_nan_elsewhere,
)

pytestmark = pytest.mark.skipif(bool(session.missing()), reason=f"not installed: {session.missing()}")

STRATEGIES: Mapping[str, Callable[[], Strategy]] = {
    "together": SparkCooccurrence,
    "sets": SparkSets,
    "als": lambda: SparkAls(blocks=1, rounds=3),
}
SHOPS = {
    "drawn": drawn_shop(120),
    "no orders": shop([]),
    "one product": shop([(0, "ann", ["tea"])], {"tea": "tea"}),
}


@pytest.fixture(scope="module", autouse=True)
def spark() -> Iterator[None]:
    """One session for all of it; small data do not need many parts."""
    with session.running() as running:
        running.conf.set("spark.sql.shuffle.partitions", "2")
        running.sparkContext.setLogLevel("ERROR")
        yield


@dataclass(frozen=True)
class Once:
    """A strategy that is fitted to each shop of the suite once: a Spark job has a price."""

    name: str
    kept: ClassVar[dict[tuple[str, int], Strategy]] = {}

    def fit(self, data: Dataset) -> Strategy:
        key = self.name, id(data)
        return self.kept.get(key) or self.kept.setdefault(key, STRATEGIES[self.name]().fit(data))

    def lists(self) -> Lists:
        return STRATEGIES[self.name]().lists()


@pytest.fixture(params=STRATEGIES)
def make(request: pytest.FixtureRequest) -> Callable[[], Once]:
    return lambda: Once(request.param)


@pytest.fixture(params=SHOPS)
def data(request: pytest.FixtureRequest) -> Dataset:
    return SHOPS[request.param]


@pytest.fixture(scope="module")
def demo() -> Dataset:
    return sample(shoppers=200)


def spark_counts(data: Dataset, weights: np.ndarray | None = None) -> Pairs:
    with session.running() as running, session.baskets(running, data, weights) as orders:
        return pairs.counted(orders, data.items)


def assert_same(one: Pairs, other: Pairs) -> None:
    assert (one.orders, one.weight) == (other.orders, other.weight)
    for name in ("keys", "counts", "totals"):
        assert getattr(one, name).dtype == np.int64
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_pairs_of_three_orders_can_be_read_off() -> None:
    data = shop([(0, "", ["tea", "pot"]), (1, "", ["tea", "pot", "jam"]), (2, "", ["tea"])])
    number = {name: k for k, name in enumerate(data.item_ids)}
    found = spark_counts(data)
    told = found.look_up(
        np.asarray([number["tea"], number["jam"]]), np.asarray([number["pot"], number["pot"]])
    )
    assert told.tolist() == [2, 1]
    assert found.totals[number["tea"]] == 3


def test_the_demo_stores_pairs_are_those_of_the_local_code(demo: Dataset) -> None:
    local = Pairs.count(demo.bought)
    assert len(local.keys) > 50_000
    assert_same(spark_counts(demo), local)


def test_weighed_pairs_are_those_of_the_local_code(demo: Dataset) -> None:
    weights = np.rint(order_weights(demo, 0.5, 60.0) * UNIT).astype(np.int64)
    assert_same(spark_counts(demo, weights), Pairs.count(demo.bought, weights))


def test_an_order_that_is_a_stock_and_no_basket_is_left_out() -> None:
    names = {f"p{k:04}": f"thing {k}" for k in range(1_001)}
    data = shop([(0, "", sorted(names)), (1, "", ["p0000", "p0001"])], names)
    found = spark_counts(data)
    assert found.counts.tolist() == [1]
    assert_same(found, Pairs.count(data.bought))


@pytest.mark.parametrize("power", [0.0, 0.4])
def test_bought_together_gives_the_lists_of_the_local_strategy(demo: Dataset, power: float) -> None:
    here = Cooccurrence(target_power=power).fit(demo).lists()
    there = SparkCooccurrence(target_power=power).fit(demo).lists()
    for name in ("starts", "items", "scores", "counts", "totals"):
        assert getattr(here, name).tobytes() == getattr(there, name).tobytes(), name
    assert here.orders == there.orders


@pytest.mark.parametrize("name", STRATEGIES)
def test_it_learns_the_same_twice(name: str) -> None:
    first, second = (each.fit(SHOPS["drawn"]).lists() for each in (Once(name), STRATEGIES[name]()))
    assert first.items.tobytes() == second.items.tobytes()
    assert first.scores.tobytes() == second.scores.tobytes()


def test_frequent_sets_are_those_of_mlxtend(demo: Dataset) -> None:
    from mlxtend.frequent_patterns import fpgrowth
    from pandas import DataFrame

    core, bar = 60, 8
    narrow = replace(demo, bought=demo.bought[:, :core].tocsr(), described=demo.described)
    found = SparkSets(core=core, widest=core, most_pairs=10**6, fewest=bar).frequent(narrow)
    held = narrow.bought[np.diff(narrow.bought.indptr) > 0].toarray() > 0
    table = fpgrowth(DataFrame(held), min_support=(bar - 0.5) / len(held), max_len=4)
    expected = {
        frozenset(items): round(share * len(held))
        for items, share in zip(table["itemsets"], table["support"], strict=True)
    }
    assert {len(each) for each in found} >= {1, 2, 3}
    assert found == expected


@pytest.mark.parametrize("strategy", [SparkAls(blocks=2), SparkSets()], ids=lambda each: each.name)
def test_it_beats_popularity_on_its_task(strategy: Strategy, demo: Dataset) -> None:
    first = cut(demo)
    past = demo.between(0, first)
    asked = next(each for each in questions(demo, first) if each.task is strategy.task)
    assert asked.task is Task.CART
    fitted = {each.name: each.fit(past).lists() for each in (Popularity(), strategy)}
    rows = {row.name: row for row in ask(asked, fitted, {name: {name: 1.0} for name in fitted})}
    for row in rows.values():
        print(f"\n{row.task}, {row.cases} cases: {row.name} NDCG@12 {row.ndcg:.4f} ±{row.ndcg_error:.4f}")
    assert rows[strategy.name].ndcg > rows["popular"].ndcg


def test_a_store_that_does_not_fit_is_served_pairs_of_all_orders() -> None:
    whole = drawn_shop(600)
    newest = whole.between(300, 600)
    learned = learn(newest)
    published = widened(learned, whole)
    together = learned.choice.recipe.together
    assert published.lists["together"].orders == 600
    assert np.array_equal(published.lists["together"].items, together.fit(whole).lists().items)
    assert published.lists.keys() == learned.published.lists.keys()
    assert np.array_equal(published.lists["again"].items, learned.published.lists["again"].items)
    basket, before = published.lists["basket"], learned.published.lists["basket"]
    assert (np.diff(basket.starts) >= np.diff(before.starts)).all()
    assert len(basket.counts) == len(basket.items)
