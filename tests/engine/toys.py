"""A five-product shop whose lists fit on a napkin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.engine.types import Anchor, Blend, Lists, Published, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEA, POT, MUG, SUGAR, SPOON = range(5)
NAMES = ("tea", "pot", "mug", "sugar", "spoon")


def lists(
    anchor: Anchor,
    reason: ReasonKind,
    rows: Sequence[Mapping[int, float]],
    *,
    counts: Sequence[int] = (),
    totals: Sequence[int] = (),
) -> Lists:
    """Compress rows of ``{item: score}``, given best first."""
    starts = np.cumsum([0, *(len(row) for row in rows)])
    return Lists(
        anchor,
        reason,
        starts.astype(np.int64),
        np.asarray([item for row in rows for item in row], np.int32),
        np.asarray([score for row in rows for score in row.values()], np.float32),
        np.asarray(counts, np.int32),
        np.asarray(totals, np.int32),
    )


def shop(weights: Mapping[str, float], *, categories: Sequence[str] = ()) -> Published:
    """Two shoppers and five products; every location blends with ``weights``."""
    together = lists(
        Anchor.ITEM,
        ReasonKind.BOUGHT_TOGETHER,
        [{POT: 1.0, MUG: 0.5}, {TEA: 1.0}, {}, {}, {}],
        counts=[41, 20, 41],
        totals=[500, 60, 0, 0, 0],
    )
    basket = lists(
        Anchor.BASKET,
        ReasonKind.BOUGHT_TOGETHER,
        [{MUG: 0.4, SUGAR: 0.3}, {SUGAR: 0.2, MUG: -0.2}, {}, {}, {}],
    )
    again = lists(Anchor.SHOPPER, ReasonKind.BOUGHT_BEFORE, [{SPOON: 1.0}, {}])
    popular = lists(Anchor.NONE, ReasonKind.POPULAR, [{SUGAR: 0.5, SPOON: 0.4, MUG: 0.3, POT: 0.2, TEA: 0.1}])
    return Published(
        item_ids=NAMES,
        shopper_ids=("ann", "bob"),
        lists={"together": together, "basket": basket, "again": again, "popular": popular},
        blends={"product": Blend(weights), "cart": Blend(weights), "home": Blend(weights)},
        categories=categories,
    )
