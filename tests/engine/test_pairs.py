"""Counting pairs by sorting and by a sparse product is the same count."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.dataset import Dataset
from app.engine.pairs import Pairs, _ordered, tallied
from tests.engine.shops import FIVE, drawn_shop, shop


def test_pairs_by_eye() -> None:
    numbers = {name: FIVE.item_ids.index(name) for name in ("tea", "pot", "jam")}
    tea, pot, jam = numbers["tea"], numbers["pot"], numbers["jam"]
    found = Pairs.sorted(FIVE.bought).look_up(
        np.asarray([tea, pot, tea, pot]), np.asarray([pot, tea, tea, jam], np.int32)
    )
    assert found.tolist() == [3, 3, 4, 0]


@pytest.mark.parametrize("data", [FIVE, drawn_shop(300), shop([]), shop([], {}), shop([(0, "", ["tea"])])])
def test_both_ways_agree(data: Dataset) -> None:
    one, other = Pairs.sorted(data.bought), Pairs.multiplied(data.buyers_of, data.bought)
    for name in ("keys", "counts", "totals"):
        first, second = getattr(one, name), getattr(other, name)
        assert first.dtype == second.dtype
        assert np.array_equal(first, second)


def test_tallied_pairs_name_the_lower_item_first() -> None:
    keys, counts = tallied(FIVE.bought)
    assert (keys // FIVE.items < keys % FIVE.items).all()
    assert counts.sum() == 1 + 3 + 1 + 1 + 1


def test_counts_that_do_not_fit_beside_their_keys_follow_them_all_the_same() -> None:
    keys, counts = np.asarray([5, 3, 9]), np.asarray([1, 2, 3], np.int32)
    for above in (10, 2**62):
        ordered = _ordered(keys.copy(), counts, above)
        assert [part.tolist() for part in ordered] == [[3, 5, 9], [2, 1, 3]]
