"""Who the customers are: recency, frequency and money in five steps each, and a name for the three."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from app.engine.dataset import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

STEPS = 5
"""Scores are fifths: 1 the lowest, 5 the best."""

NEW_DAYS = 30


class Segment(StrEnum):
    """What a customer is to the store; the first rule that applies names it, in this order."""

    NEW = "New"  # one order, in the last 30 days
    CHAMPIONS = "Champions"  # R 4-5, F and M 4-5: bought lately, often and much
    LOYAL = "Loyal"  # R 3-5, F 4-5: come back and came lately
    BIG_SPENDERS = "Big spenders"  # R 3-5, M 5: few orders, large ones
    CANNOT_LOSE = "Cannot lose"  # R 1-2, F and M 4-5: once among the best, away for long
    AT_RISK = "At risk"  # R 1-2, F or M 3-5: were regular, away for long
    PROMISING = "Promising"  # R 4-5: lately here, not often yet
    NEEDS_ATTENTION = "Needs attention"  # R 3: in the middle
    HIBERNATING = "Hibernating"  # the rest: away for long, never often


@dataclass(frozen=True, slots=True)
class Customers:
    """One entry per customer: days since the last order, orders, and what was spent (minor units)."""

    days: NDArray[np.float64]
    orders: LongArray
    spent: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """One entry per customer: the three scores, 1-5, and the segment."""

    recency: LongArray
    frequency: LongArray
    money: LongArray
    segments: Sequence[Segment]


def customers(data: Dataset, amounts: NDArray[np.float64]) -> Customers:
    """Sum up the orders of each known shopper; ``amounts`` (minor units) has one entry per order."""
    known = np.flatnonzero(data.buyers >= 0)
    seats, count = data.buyers[known], len(data.shopper_ids)
    last = np.full(count, np.iinfo(np.int64).min)
    np.maximum.at(last, seats, data.times[known])
    orders = np.bincount(seats, minlength=count).astype(np.int64)
    days = np.where(orders > 0, (data.now - np.where(orders > 0, last, 0)) / DAY, np.inf)
    spent = np.asarray(np.bincount(seats, weights=amounts[known], minlength=count), np.float64)
    return Customers(days, orders, spent)


def score(found: Customers) -> Scored:
    """Score and name every customer (Hughes 1994, "Strategic Database Marketing": RFM by fifths)."""
    recency, frequency, money = fifths(-found.days), fifths(found.orders), fifths(found.spent)
    named = [
        name(each, days, orders)
        for each, days, orders in zip(
            zip(recency.tolist(), frequency.tolist(), money.tolist(), strict=True),
            found.days.tolist(),
            found.orders.tolist(),
            strict=True,
        )
    ]
    return Scored(recency, frequency, money, named)


def fifths(values: NDArray[np.float64] | LongArray) -> LongArray:
    """Score values by their place among all, 1 (lowest) to 5: equal values get equal scores.

    The place of a value is the middle of those equal to it, so that it does not depend on any order.
    """
    if not len(values):
        return np.zeros(0, np.int64)
    ranked = np.sort(values)
    below = np.searchsorted(ranked, values, side="left")
    upto = np.searchsorted(ranked, values, side="right")
    place = (below + upto) / (2.0 * len(values))
    return np.minimum((place * STEPS).astype(np.int64) + 1, STEPS)


def name(scores: tuple[int, int, int], days: float, orders: int) -> Segment:
    """Name a customer by the rules that stand beside each segment."""
    recency, frequency, money = scores
    often, much = frequency >= 4, money >= 4  # noqa: PLR2004  the rules stand beside the segments
    rules = (
        (orders <= 1 and days <= NEW_DAYS, Segment.NEW),
        (recency >= 4 and often and much, Segment.CHAMPIONS),  # noqa: PLR2004
        (recency >= 3 and often, Segment.LOYAL),  # noqa: PLR2004
        (recency >= 3 and money == STEPS, Segment.BIG_SPENDERS),  # noqa: PLR2004
        (recency <= 2 and often and much, Segment.CANNOT_LOSE),  # noqa: PLR2004
        (recency <= 2 and max(frequency, money) >= 3, Segment.AT_RISK),  # noqa: PLR2004
        (recency >= 4, Segment.PROMISING),  # noqa: PLR2004
        (recency == 3, Segment.NEEDS_ATTENTION),  # noqa: PLR2004
    )
    return next((segment for applies, segment in rules if applies), Segment.HIBERNATING)
