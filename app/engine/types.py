"""What the engine hands to the serving wing: lists per anchor and how to blend them; arrays, no models."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

IntArray = NDArray[np.int32]
LongArray = NDArray[np.int64]
FloatArray = NDArray[np.float32]


class Anchor(StrEnum):
    """What a list hangs on."""

    ITEM = "item"
    BASKET = "basket"
    SHOPPER = "shopper"
    SESSION = "session"
    NONE = "none"


class Task(StrEnum):
    """Where a strategy should beat popularity: the protocol's pages, and what is new to a shopper."""

    PRODUCT = "product"
    CART = "cart"
    HOME = "home"
    NEW = "new"


class ReasonKind(StrEnum):
    """Why an item was chosen; one word per kind, rendered to a sentence at the edge."""

    BOUGHT_TOGETHER = "bought_together"
    SIMILAR = "similar"
    BOUGHT_BEFORE = "bought_before"
    FOR_YOU = "for_you"
    TRENDING = "trending"
    POPULAR = "popular"
    NEW = "new"
    SEASONAL = "seasonal"
    VIEWED = "viewed"
    VIEWED_TOGETHER = "viewed_together"
    BOUGHT_NEXT = "bought_next"
    GOES_WITH = "goes_with"
    INSTEAD = "instead"
    STEP_UP = "step_up"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Reason:
    """``count`` of ``total`` orders where that is known (``bought_together``), else both 0.

    ``lift`` is how many times as often as by chance that is, 0 where it is not known. ``confidence`` is the
    calibrated chance that an order with the anchor will hold the item.
    """

    kind: ReasonKind
    count: int = 0
    total: int = 0
    lift: float = 0.0
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Lists:
    """Ranked items per anchor, in compressed rows: row ``a`` is ``items[starts[a]:starts[a + 1]]``.

    A row is best first. ``starts`` int64 (anchors + 1,); ``items`` int32 and ``scores`` float32 (entries,),
    item numbers index ``Published.item_ids``. ``counts`` int32 (entries,) holds the orders with both anchor
    and item, ``totals`` int32 (anchors,) those with the anchor; both are empty where it is not about orders.
    ``orders`` is the number of all orders that were counted, 0 = not told. ``confidences`` float32 (entries,)
    are calibrated chances from 0 to 1, NaN = not known, or empty. A snapshot has ``items`` and ``counts`` as
    uint16 where they fit.
    """

    anchor: Anchor
    reason: ReasonKind
    starts: LongArray
    items: IntArray
    scores: FloatArray
    counts: IntArray = field(default_factory=lambda: np.empty(0, np.int32))
    totals: IntArray = field(default_factory=lambda: np.empty(0, np.int32))
    orders: int = 0
    confidences: FloatArray = field(default_factory=lambda: np.empty(0, np.float32))

    def because(self, row: int, entry: int) -> Reason:
        """Explain an entry by the orders behind it; rows are items, so that lift = P(A,B) / (P(A) P(B))."""
        count = int(self.counts[entry]) if len(self.counts) else 0
        if not count:
            return Reason(self.reason)
        total, item = int(self.totals[row]), int(self.items[entry])
        chance = total * int(self.totals[item]) if item < len(self.totals) else 0
        lift = count * self.orders / chance if chance else 0.0
        told = float(self.confidences[entry]) if len(self.confidences) else math.nan
        return Reason(self.reason, count, total, lift, None if math.isnan(told) else told)


@dataclass(frozen=True, slots=True)
class Blend:
    """List name -> weight. A candidate's score is the weighted sum of its scores in the lists that apply."""

    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Published:
    """Everything learned for one store, as the serving wing needs it.

    ``item_ids`` and ``shopper_ids`` translate the engine's numbers to the shop's ids. ``blends`` has an entry
    for each location (``product cart home category search thank-you``). A SHOPPER list has a row per shopper
    id; an ITEM, BASKET or SESSION list a row per item; a NONE list a single row. ``categories`` holds the
    category of each item, or is empty. The NONE list ``popular`` ranks every item; the list whose reason is
    ``bought_before`` holds all that each shopper ever bought.
    """

    item_ids: Sequence[str]
    shopper_ids: Sequence[str]
    lists: Mapping[str, Lists]
    blends: Mapping[str, Blend]
    categories: Sequence[str] = ()
