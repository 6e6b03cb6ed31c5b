"""What titles mean beside what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.dataset import Dataset
from app.engine.similarity import Descriptions
from app.engine.strategies.content import Content
from tests.engine.shops import shop

TITLES = {"mug": "red mug", "tasse": "rote Tasse", "cup": "red cup", "hose": "garden hose"}
SHOP = shop([], TITLES)
PLACE = {name: number for number, name in enumerate(SHOP.item_ids)}


def told(**vectors: tuple[float, float]) -> Dataset:
    """Give the shop with vectors of two numbers."""
    rows = np.zeros((len(TITLES), 2), np.float32)
    for name, vector in vectors.items():
        rows[PLACE[name]] = vector
    return replace(SHOP, described=replace(SHOP.described, vectors=rows))


def score(data: Dataset, anchor: str, item: str) -> float:
    found = Content().fit(data).score((PLACE[anchor],), np.asarray([PLACE[item]], np.int32))
    return float(np.nan_to_num(found[0]))


def test_titles_without_a_word_in_common_are_alike_by_what_they_mean() -> None:
    meant = told(mug=(1, 0), tasse=(1, 0), hose=(0, 1))
    assert score(SHOP, "mug", "tasse") < 0.1
    # the mean of the three has a squared length of (4 + 1) / 9; their cosine of 1 is 1 above it too
    assert score(meant, "mug", "tasse") > 0.2
    assert score(meant, "mug", "hose") == 0.0


def test_a_product_without_a_vector_keeps_its_score() -> None:
    meant = told(mug=(1, 0), tasse=(1, 0), hose=(0, 1))
    assert score(meant, "mug", "cup") == score(SHOP, "mug", "cup")
    assert score(meant, "cup", "mug") == score(SHOP, "cup", "mug")


def test_a_cosine_as_usual_says_nothing() -> None:
    same = told(mug=(1, 0), tasse=(1, 0), cup=(1, 0), hose=(1, 0))
    assert score(same, "hose", "tasse") <= score(SHOP, "hose", "tasse")


@settings(deadline=None)
@given(st.lists(st.text("abc ", max_size=8), max_size=120), st.integers(1, 3))
def test_without_vectors_the_lists_are_those_of_words_byte_by_byte(titles: list[str], width: int) -> None:
    blank = ("",) * len(titles)
    plain = Descriptions(tuple(titles), blank, blank)
    waiting = replace(plain, vectors=np.zeros((len(titles), width), np.float32))
    for name in ("indptr", "indices", "data"):
        expected = getattr(plain.near, name).tobytes()
        assert getattr(plain.meant, name).tobytes() == expected
        assert getattr(waiting.meant, name).tobytes() == expected


@settings(deadline=None)
@given(st.lists(st.text("abc ", min_size=1, max_size=8), min_size=2, max_size=120), st.data())
def test_lists_of_items_without_a_vector_do_not_change(titles: list[str], drawn: st.DataObject) -> None:
    blank = ("",) * len(titles)
    known = drawn.draw(st.lists(st.booleans(), min_size=len(titles), max_size=len(titles)))
    vectors = np.asarray([[1, 0] if has else [0, 0] for has in known], np.float32)
    plain = Descriptions(tuple(titles), blank, blank)
    meant = replace(plain, vectors=vectors).meant
    for row in np.flatnonzero(~vectors.any(axis=1)).tolist():
        assert meant[row].indices.tolist() == plain.near[row].indices.tolist()
        assert meant[row].data.tobytes() == plain.near[row].data.tobytes()
