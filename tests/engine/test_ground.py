"""A shopper's rows on top of a page that is kept give what the sum of all rows gives."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.engine.blended import Blended, Row
from app.engine.ground import ground, lifted, whys
from app.engine.pipeline import Gate, Wanted, gather
from app.engine.types import Anchor, Lists, Published, ReasonKind

ITEMS = 30
COUNT = 6

Given = dict[int, float]
rows = st.dictionaries(st.integers(0, ITEMS - 1), st.integers(1, 64).map(lambda part: part / 64), max_size=12)


def line(anchor: Anchor, *given: Given) -> Lists:
    best_first = [sorted(row.items(), key=lambda pair: -pair[1]) for row in given]
    starts = np.cumsum([0, *map(len, best_first)]).astype(np.int64)
    pairs = [pair for row in best_first for pair in row]
    items = np.array([item for item, _ in pairs], np.int32)
    return Lists(anchor, ReasonKind.SIMILAR, starts, items, np.array([s for _, s in pairs], np.float32))


def blended(*, popular: Given, pages: list[Given], own: list[Given]) -> tuple[Blended, list[Row], list[Row]]:
    lists = {"plain": line(Anchor.NONE, popular)}
    lists |= {f"page{k}": line(Anchor.ITEM, row) for k, row in enumerate(pages)}
    lists |= {f"own{k}": line(Anchor.SHOPPER, row) for k, row in enumerate(own)}
    found = Published([f"p{k}" for k in range(ITEMS)], ["ann"], lists, {})
    made = Blended(found, {name: 1.0 / (1 + place) for place, name in enumerate(lists)})
    return made, list(made.rows(Anchor.ITEM, 0)), list(made.rows(Anchor.SHOPPER, 0))


@settings(deadline=None)
@given(
    rows,
    st.lists(rows, min_size=1, max_size=3),
    st.lists(rows, min_size=1, max_size=2),
    st.sets(st.integers(0, ITEMS - 1), max_size=10),
)
def test_a_lifted_page_is_the_sum_of_all_rows(
    popular: Given, pages: list[Given], own: list[Given], gone: set[int]
) -> None:
    made, on_page, shoppers = blended(popular=popular, pages=pages, own=own)
    mask = np.ones(ITEMS, np.bool_)
    mask[list(gone)] = False
    gates, hidden = [Gate(mask, made.head(mask))], {0}
    alone = gather(made, on_page, gates, Wanted(COUNT, hidden))
    kept = ground(made, on_page, alone.summed, COUNT, hidden)
    assume(kept is not None and shoppers)
    assert kept is not None
    page = lifted(made, kept, shoppers, mask, hidden)
    slow = gather(made, [*on_page, *shoppers], gates, Wanted(COUNT, hidden))
    assert page is not None
    assert list(page.found.items()) == list(slow.found.items())
    assert whys(made, page, list(page.found)) == made.whys(slow.summed, list(page.found))


def test_a_page_with_too_few_candidates_is_not_kept() -> None:
    made, on_page, _ = blended(popular={1: 1.0}, pages=[{2: 0.5}], own=[{}])
    mask = np.ones(ITEMS, np.bool_)
    alone = gather(made, on_page, [Gate(mask, made.head(mask))], Wanted(3, set()))
    assert ground(made, on_page, alone.summed, 3, set()) is None
    assert ground(made, on_page, alone.summed, 2, set()) is not None


def test_a_row_that_speaks_against_an_item_is_summed_with_all_others() -> None:
    made, on_page, shoppers = blended(popular={}, pages=[{1: 0.5, 2: 0.4}], own=[{1: -0.25}])
    mask = np.ones(ITEMS, np.bool_)
    alone = gather(made, on_page, [Gate(mask, made.head(mask))], Wanted(2, set()))
    kept = ground(made, on_page, alone.summed, 2, set())
    assert kept is not None
    assert lifted(made, kept, shoppers, mask, set()) is None
