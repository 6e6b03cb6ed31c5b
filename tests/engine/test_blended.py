"""What sorting and summing finds is what adding up by hand finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.blended import Blended
from app.engine.pipeline import Gate, Wanted, gather
from app.engine.types import Anchor, Lists, Published, ReasonKind

ITEMS = 30
COUNT = 6

Given = dict[int, float]
parts = st.integers(-16, 64).map(lambda part: part / 64)
rows = st.dictionaries(st.integers(0, ITEMS - 1), parts, max_size=12)
boosts = st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=ITEMS, max_size=ITEMS)


def line(anchor: Anchor, *given: Given) -> Lists:
    best_first = [sorted(row.items(), key=lambda pair: -pair[1]) for row in given]
    starts = np.cumsum([0, *map(len, best_first)]).astype(np.int64)
    pairs = [pair for row in best_first for pair in row]
    items = np.array([item for item, _ in pairs], np.int32)
    return Lists(anchor, ReasonKind.SIMILAR, starts, items, np.array([s for _, s in pairs], np.float32))


def blended(popular: Given, pages: list[Given], boost: list[float] | None = None) -> Blended:
    """Lists weighted 1, 1/2, 1/4, … so that sums have no rounding."""
    lists = {"plain": line(Anchor.NONE, popular)}
    lists |= {f"page{k}": line(Anchor.ITEM, row) for k, row in enumerate(pages)}
    found = Published([f"p{k}" for k in range(ITEMS)], [], lists, {})
    weights = {name: 0.5**place for place, name in enumerate(lists)}
    return Blended(found, weights, None if boost is None else np.array(boost, np.float32))


def by_hand(popular: Given, pages: list[Given], boost: list[float]) -> list[tuple[float, int]]:
    scored = []
    for item in range(ITEMS):
        total = popular.get(item, 0.0) + sum(
            0.5 ** (place + 1) * row.get(item, 0.0) for place, row in enumerate(pages)
        )
        scored.append((-total * boost[item], item))
    return sorted(scored)


@settings(deadline=None)
@given(
    st.dictionaries(st.integers(0, ITEMS - 1), st.integers(0, 64).map(lambda part: part / 64), max_size=12),
    st.lists(rows, min_size=1, max_size=4),
    boosts,
    st.sets(st.integers(0, ITEMS - 1), max_size=10),
)
def test_candidates_are_the_best_of_all_items(
    popular: Given, pages: list[Given], boost: list[float], gone: set[int]
) -> None:
    made = blended(popular, pages, boost)
    mask = np.ones(ITEMS, np.bool_)
    mask[list(gone)] = False
    found = gather(made, made.rows(Anchor.ITEM, 0), [Gate(mask, made.head(mask))], Wanted(COUNT, {0}))
    wanted = [
        (item, -score)
        for score, item in by_hand(popular, pages, boost)
        if score < 0.0 and item not in gone and item != 0
    ]
    positive = [(item, score) for item, score in zip(found.items, found.scores, strict=True) if score > 0.0]
    assert positive == wanted[:COUNT]


@settings(deadline=None)
@given(
    st.dictionaries(st.integers(0, ITEMS - 1), st.integers(0, 64).map(lambda part: part / 64), max_size=12),
    st.lists(rows, min_size=1, max_size=4),
    boosts,
)
def test_the_reason_is_the_entry_that_says_most(
    popular: Given, pages: list[Given], boost: list[float]
) -> None:
    made = blended(popular, pages, boost)
    found = made.rows(Anchor.ITEM, 0)
    summed = made.sum(found, [], None, ITEMS) if found else None
    for item, (code, _) in zip(range(ITEMS), made.whys(summed, range(ITEMS)), strict=True):
        said = [0.5 ** (place + 1) * row.get(item, 0.0) for place, row in enumerate(pages)]
        most = max(said)
        if most > popular.get(item, 0.0):
            assert code >> 40 == said.index(most) + 1
        else:
            assert code == (-2 if popular.get(item, 0.0) > 0.0 else -1)


def test_a_share_of_a_row_counts_that_much() -> None:
    made = blended({}, [{3: 1.0, 4: 0.5}])
    half = made.sum(made.rows(Anchor.ITEM, 0, 0.5), [], None, 2)
    assert half.items == [3, 4]
    assert half.scores == [0.25, 0.125]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_of_the_head_only_what_is_good_enough_joins(count: int) -> None:
    made = blended({7: 0.75, 8: 0.25}, [{3: 1.0, 4: 1.0}])
    found = made.sum(made.rows(Anchor.ITEM, 0), made.head(None), None, count)
    assert found.items[:count] == [7, 3, 4][:count]
