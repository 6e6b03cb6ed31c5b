"""Orders counted in whole numbers: by eye, both ways alike, and without a person as if he had never been."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import affinity
from app.engine.dataset import DAY, Dataset, OrderLines, assemble
from app.engine.pairs import LARGEST, Pairs, _by_product, _by_sorting, tallied
from app.engine.strategies.cooccurrence import Cooccurrence
from tests.engine.shops import FIVE, TITLES, catalog, drawn_shop, shop

SHOPS = [FIVE, drawn_shop(300), shop([]), shop([], {}), shop([(0, "", ["tea"])])]


def test_pairs_by_eye() -> None:
    numbers = {name: FIVE.item_ids.index(name) for name in ("tea", "pot", "jam")}
    tea, pot, jam = numbers["tea"], numbers["pot"], numbers["jam"]
    found = FIVE.pairs.look_up(np.asarray([tea, pot, tea, pot]), np.asarray([pot, tea, tea, jam], np.int32))
    assert found.tolist() == [3, 3, 4, 0]


@pytest.mark.parametrize("data", SHOPS)
def test_sorting_and_multiplying_agree(data: Dataset) -> None:
    meetings = int((data.sizes * (data.sizes - 1)).sum()) // 2
    for weights in (None, np.arange(1, data.orders + 1) * 5):
        bits = 0 if weights is None else int(weights.max(initial=0)).bit_length()
        one = _by_sorting(data.bought, weights, meetings, bits)
        other = _by_product(data.bought, weights)
        assert all(np.array_equal(mine, yours) for mine, yours in zip(one, other, strict=True))


def test_the_lower_item_is_named_first() -> None:
    keys, counts = tallied(FIVE.bought)
    assert (keys // FIVE.items < keys % FIVE.items).all()
    assert counts.sum() == 1 + 3 + 1 + 1 + 1


def test_an_order_that_stocks_a_shop_says_nothing_of_pairs() -> None:
    names = [f"p{k:05}" for k in range(LARGEST + 1)]
    data = shop([(0, "", names), (1, "", names[:2])], {name: name for name in names})
    assert data.pairs.counts.tolist() == [1]
    assert sorted(data.pairs.totals.tolist())[-2:] == [2, 2]


Basket = tuple[int, str, list[str]]
BASKETS = st.lists(
    st.tuples(
        st.integers(0, 900),
        st.sampled_from(["ann", "bob", ""]),
        st.lists(st.sampled_from(sorted(TITLES)), min_size=1, max_size=5, unique=True),
    ),
    min_size=1,
    max_size=30,
)


def bought(baskets: list[Basket]) -> Dataset:
    """Ages count from one day, whoever ordered last."""
    rows = [(k, *basket[:2], product) for k, basket in enumerate(baskets) for product in basket[2]]
    lines = OrderLines(
        orders=[f"o{row[0]:05}" for row in rows],
        times=np.asarray([row[1] * DAY for row in rows], np.int64),
        customers=[row[2] for row in rows],
        products=[row[3] for row in rows],
        quantities=np.ones(len(rows)),
        prices=np.ones(len(rows)),
    )
    return replace(assemble(lines, catalog(TITLES)), now=901 * DAY)


def weighed(data: Dataset, chosen: np.ndarray | None = None) -> Pairs:
    """Count some of the orders as ``together`` does."""
    weights = np.rint(affinity.order_weights(data, 0.5, 60.0) * affinity.UNIT).astype(np.int64)
    kept = np.arange(data.orders) if chosen is None else np.flatnonzero(chosen)
    return Pairs.count(data.bought[kept], weights[kept])


def same(one: Pairs, other: Pairs) -> bool:
    arrays = all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("keys", "counts", "totals")
    )
    return arrays and (one.orders, one.weight) == (other.orders, other.weight)


@settings(max_examples=60, deadline=None)
@given(BASKETS)
def test_counts_less_a_person_are_those_without_him_and_so_are_the_lists(baskets: list[Basket]) -> None:
    whole, without = bought(baskets), bought([basket for basket in baskets if basket[1] != "ann"])
    ann = whole.buyers == (whole.shopper_ids.index("ann") if "ann" in whole.shopper_ids else -2)
    numbers = np.asarray([without.item_ids.index(item) for item in whole.item_ids])
    left = weighed(whole).less(weighed(whole, ann)).renumbered(numbers, without.items)
    assert same(left, weighed(without))
    mine, retrained = Cooccurrence().told(left), Cooccurrence().fit(without).lists()
    for name in ("starts", "items", "scores"):
        assert getattr(mine, name).tobytes() == getattr(retrained, name).tobytes()


@settings(max_examples=40, deadline=None)
@given(BASKETS, st.integers(0, 30))
def test_orders_are_added_one_by_one_as_all_at_once(baskets: list[Basket], first: int) -> None:
    data = bought(baskets)
    early = np.arange(data.orders) < first
    assert same(weighed(data, early).plus(weighed(data, ~early)), weighed(data))
    assert same(data.parted(first)[0].pairs, Pairs.count(data.bought[:first]))


@settings(max_examples=40, deadline=None)
@given(BASKETS, st.sampled_from([(0.0, 14.0), (0.0, 90.0), (0.25, 180.0), (0.5, 20.0)]))
def test_what_an_item_weighs_less_a_person_is_what_it_weighs_without_him(
    baskets: list[Basket], weighing: tuple[float, float]
) -> None:
    """Bestsellers, trends and all else that adds up weights of orders."""
    whole, without = bought(baskets), bought([basket for basket in baskets if basket[1] != "ann"])
    weights = affinity.order_weights(whole, *weighing)
    ann = whole.buyers == (whole.shopper_ids.index("ann") if "ann" in whole.shopper_ids else -2)
    left = affinity.mass(whole, weights) - affinity.mass(whole, weights * ann)
    retrained = affinity.mass(without, affinity.order_weights(without, *weighing))
    assert left.tolist() == [retrained[without.item_ids.index(item)] for item in whole.item_ids]
