"""Numbers follow behaviour, never ids or the order of rows."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np

from app.engine.dataset import OrderLines, assemble
from tests.engine.shops import FIVE, TITLES, catalog

LINES = OrderLines(
    orders=["1", "1", "2", "2", "3", "3"],
    times=np.asarray([10, 10, 20, 20, 30, 30]),
    customers=["ann", "ann", "", "", "ann", "ann"],
    products=["tea", "pot", "tea", "mug", "tea", "pot"],
    quantities=np.asarray([1.0, 2.0, 1.0, 1.0, 1.0, 0.0]),
    prices=np.ones(6),
)


def shuffled(lines: OrderLines, seed: int) -> OrderLines:
    order = list(range(len(lines.orders)))
    Random(seed).shuffle(order)
    return OrderLines(
        [lines.orders[k] for k in order],
        lines.times[order],
        [lines.customers[k] for k in order],
        [lines.products[k] for k in order],
        lines.quantities[order],
        lines.prices[order],
    )


def test_the_most_ordered_item_comes_first_and_the_unsold_ones_last() -> None:
    assert FIVE.item_ids[0] == "tea"
    assert set(FIVE.item_ids) == set(TITLES)
    data = assemble(LINES, catalog({"soap": "soap", **TITLES}))
    assert set(data.item_ids[3:]) == {"soap", "cup", "jam"}


def test_orders_are_sorted_by_time_and_know_their_buyer() -> None:
    data = assemble(LINES, catalog(TITLES))
    assert data.times.tolist() == [10, 20, 30]
    assert data.buyers.tolist() == [0, -1, 0]
    assert data.shopper_ids == ("ann",)


def test_a_line_without_quantity_is_left_out() -> None:
    data = assemble(LINES, catalog(TITLES))
    assert data.sizes.tolist() == [2, 2, 1]


def test_a_product_twice_in_an_order_counts_once() -> None:
    data = assemble(replace(LINES, products=["tea"] * 6), catalog(TITLES))
    assert data.sizes.tolist() == [1, 1, 1]


def test_a_product_that_is_not_in_the_catalog_is_an_item_without_a_title() -> None:
    data = assemble(LINES, catalog({}))
    assert sorted(data.item_ids) == ["mug", "pot", "tea"]
    assert data.described.titles == ("", "", "")


def test_shuffled_rows_give_the_same_numbers() -> None:
    first = assemble(LINES, catalog(TITLES))
    second = assemble(shuffled(LINES, 3), catalog(dict(reversed(TITLES.items()))))
    assert second.item_ids[:3] == first.item_ids[:3]
    assert abs(second.bought - first.bought).sum() == 0


def test_renamed_products_keep_their_numbers() -> None:
    names = {name: f"x{number}" for number, name in enumerate(sorted(TITLES, reverse=True))}
    renamed = replace(LINES, products=[names[name] for name in LINES.products])
    first = assemble(LINES, catalog(TITLES))
    second = assemble(renamed, catalog({names[name]: title for name, title in TITLES.items()}))
    assert [names[name] for name in first.item_ids] == list(second.item_ids)


def test_a_part_of_the_orders_is_as_old_as_the_order_after_it() -> None:
    part = FIVE.between(0, 3)
    assert part.orders == 3
    assert part.now == FIVE.times[3]
    assert part.items == FIVE.items
