"""Orders that are mapped from disk are the same orders."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.engine.dataset import Dataset, OrderLines, assemble
from app.engine.spark.spill import Line, spilled
from tests.engine.shops import TITLES, catalog

LINES = st.lists(
    st.builds(
        Line,
        placed=st.integers(0, 3),
        order=st.sampled_from(["a", "b", "Z", "ü"]),
        customer=st.just(""),
        product=st.sampled_from(sorted(TITLES)),
        quantity=st.sampled_from([-1.0, 0.0, 1.0, 2.0]),
        price=st.sampled_from([1.0, 2.5]),
    ),
    max_size=30,
)


def both(lines: list[Line], known_from: int = 0) -> tuple[Dataset, Dataset]:
    here = OrderLines(
        [f"{line.placed}{line.order}" for line in lines],
        np.asarray([line.placed for line in lines], np.int64),
        [line.customer for line in lines],
        [line.product for line in lines],
        np.asarray([line.quantity for line in lines]),
        np.asarray([line.price for line in lines]),
    )
    sold = catalog(TITLES)
    ordered = sorted(lines, key=lambda line: (line.placed, line.order))
    return assemble(here, sold), spilled(ordered, sold, known_from=known_from)


@given(LINES)
def test_they_are_numbered_alike(lines: list[Line]) -> None:
    # an order has one customer: drawn from its name
    here, there = both(
        [line._replace(customer={"a": "ann", "Z": "zoe"}.get(line.order, "")) for line in lines]
    )
    assert here.item_ids == there.item_ids
    assert here.shopper_ids == there.shopper_ids
    assert here.described == there.described
    assert here.now == there.now
    for name in ("times", "buyers", "sizes", "created", "prices"):
        assert np.array_equal(getattr(here, name), getattr(there, name))
    assert np.array_equal(here.bought.toarray(), there.bought.toarray())
    assert there.bought.has_sorted_indices


def test_shoppers_of_old_orders_are_not_told_apart() -> None:
    lines = [Line(day, f"o{day}", who, "tea", 1.0, 1.0) for day, who in enumerate(["ann", "bob", "ann"])]
    _here, there = both(lines, known_from=1)
    assert there.shopper_ids == ("ann", "bob")
    assert there.buyers.tolist() == [-1, 1, 0]


def test_the_lines_stay_on_disk() -> None:
    _here, there = both([Line(0, "o", "", "tea", 1.0, 1.0), Line(0, "o", "", "pot", 1.0, 1.0)])
    base: object = there.bought.indices
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)
    assert there.bought.data.strides == (0,)  # one 1.0, not one a line
