from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.segments import Segment, customers, fifths, name, score
from tests.engine.shops import FIVE, shop


def test_customers_are_summed_up_from_their_orders() -> None:
    found = customers(FIVE, np.asarray([100.0, 200.0, 400.0, 800.0, 1600.0]))
    assert FIVE.shopper_ids == ("ann", "bob")
    assert found.orders.tolist() == [3, 1]
    assert found.spent.tolist() == [2500.0, 200.0]
    assert found.days == pytest.approx([0.0, 3.0], abs=0.01)


def test_fifths_are_fifths_and_equal_values_score_alike() -> None:
    assert fifths(np.arange(10.0)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert fifths(np.ones(7)).tolist() == [3] * 7
    assert fifths(np.zeros(0)).tolist() == []


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40), st.randoms())
def test_scores_rise_with_values_and_know_no_order(values: list[int], random: object) -> None:
    found = fifths(np.asarray(values, float))
    by_value = dict(zip(values, found.tolist(), strict=True))
    assert [by_value[value] for value in sorted(by_value)] == sorted(by_value[value] for value in by_value)
    assert set(found.tolist()) <= {1, 2, 3, 4, 5}
    assert fifths(np.asarray(values[::-1], float)).tolist() == found[::-1].tolist()


@pytest.mark.parametrize(
    ("scores", "days", "orders", "segment"),
    [
        ((5, 1, 1), 3, 1, Segment.NEW),
        ((5, 5, 4), 3, 9, Segment.CHAMPIONS),
        ((3, 4, 2), 60, 5, Segment.LOYAL),
        ((4, 2, 5), 40, 2, Segment.BIG_SPENDERS),
        ((1, 5, 5), 300, 12, Segment.CANNOT_LOSE),
        ((2, 3, 1), 200, 3, Segment.AT_RISK),
        ((4, 1, 1), 40, 1, Segment.PROMISING),
        ((3, 1, 2), 90, 1, Segment.NEEDS_ATTENTION),
        ((1, 1, 1), 400, 1, Segment.HIBERNATING),
    ],
)
def test_segments_by_their_rules(
    scores: tuple[int, int, int], days: float, orders: int, segment: Segment
) -> None:
    assert name(scores, days, orders) is segment


def test_every_combination_has_a_name() -> None:
    named = {name((r, f, m), 100, 2) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)}
    assert named == set(Segment) - {Segment.NEW}


def test_a_store_without_customers_has_no_segments() -> None:
    data = shop([(0, "", ["tea"])])
    assert score(customers(data, np.asarray([100.0]))).segments == []
