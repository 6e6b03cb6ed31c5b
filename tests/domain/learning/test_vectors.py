"""What titles mean: worked out by and by, once a title, each store for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import text

from app.domain.accounts.stores import Credentials
from app.domain.commerce import privacy
from app.domain.learning import assemble, vectors
from app.engine.types import FloatArray
from app.kernel.db import Database
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from tests.domain.learning.shelves import Shelf

NOW = timedelta(0)
_RETITLE = text("update products set title = :title where store_id = :store_id and product_id = :id")
_DELETE = text("update products set deleted = true where store_id = :store_id and product_id = :id")


@dataclass
class Letters:
    """A title points where its last letter says."""

    asked: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str], /) -> FloatArray:
        self.asked += texts
        found = np.zeros((len(texts), 512), np.float32)
        for row, title in enumerate(texts):
            found[row, ord(title[-1]) % 512] = 1.0
        return found


@dataclass
class Dying(Letters):
    """Answers once."""

    def encode(self, texts: Sequence[str], /) -> FloatArray:
        if self.asked:
            raise RuntimeError("the lights went out")
        return super().encode(texts)


@pytest.fixture
def shelf(database: Database, store: Credentials) -> Shelf:
    return Shelf(database, store.store_id)


def kept(runtime: Runtime, store_id: StoreId) -> list[str]:
    with runtime.unit(store_id) as unit:
        found = unit.session.scalars(text("select product_id from product_vectors order by product_id"))
        return list(found)


def compute(
    runtime: Runtime, store_id: StoreId, encoder: Letters, budget: timedelta = vectors.BUDGET
) -> bool:
    return vectors.compute(runtime, store_id, load=lambda: encoder, budget=budget)


def test_each_title_is_worked_out_once(runtime: Runtime, shelf: Shelf) -> None:
    for name in ("tea", "pot"):
        shelf.product(name)
    shelf.product("gone", deleted=True)
    encoder = Letters()
    assert not compute(runtime, shelf.store_id, encoder)
    assert not compute(runtime, shelf.store_id, encoder)
    assert sorted(encoder.asked) == ["a pot", "a tea"]


def test_a_training_is_given_the_vectors(runtime: Runtime, shelf: Shelf) -> None:
    for name in ("tea", "pot"):
        shelf.product(name)
    with runtime.unit(shelf.store_id) as unit:
        assert assemble.dataset(unit.session, shelf.store_id).described.vectors is None
    compute(runtime, shelf.store_id, Letters())
    with runtime.unit(shelf.store_id) as unit:
        data = assemble.dataset(unit.session, shelf.store_id)
    assert data.described.vectors is not None
    ways = data.described.vectors.argmax(axis=1).tolist()
    assert dict(zip(data.item_ids, ways, strict=True)) == {"tea": ord("a"), "pot": ord("t")}


def test_a_changed_title_is_worked_out_again(runtime: Runtime, shelf: Shelf) -> None:
    for name in ("tea", "pot"):
        shelf.product(name)
    compute(runtime, shelf.store_id, Letters())
    shelf.run(_RETITLE, id="tea", title="a tisane")
    with runtime.unit(shelf.store_id) as unit:
        data = assemble.dataset(unit.session, shelf.store_id)
    assert data.described.vectors is not None
    assert not data.described.vectors[data.item_ids.index("tea")].any()  # the old one says nothing any more
    encoder = Letters()
    compute(runtime, shelf.store_id, encoder)
    assert encoder.asked == ["a tisane"]


def test_a_run_ends_with_its_time_and_the_next_goes_on(runtime: Runtime, shelf: Shelf) -> None:
    for number in range(130):
        shelf.product(f"p{number:03}")
    encoder = Letters()
    assert [compute(runtime, shelf.store_id, encoder, NOW) for _run in range(3)] == [True, True, False]
    assert len(encoder.asked) == len(set(encoder.asked)) == 130


def test_a_run_that_dies_keeps_what_was_done(runtime: Runtime, shelf: Shelf) -> None:
    for number in range(100):
        shelf.product(f"p{number:03}")
    with pytest.raises(RuntimeError, match="lights"):
        compute(runtime, shelf.store_id, Dying())
    assert len(kept(runtime, shelf.store_id)) == 64
    encoder = Letters()
    compute(runtime, shelf.store_id, encoder)
    assert len(encoder.asked) == 36


def test_a_store_is_worked_on_by_one(runtime: Runtime, shelf: Shelf) -> None:
    shelf.product("tea")

    class Second(Letters):
        def encode(self, texts: Sequence[str], /) -> FloatArray:
            assert not compute(runtime, shelf.store_id, Letters())
            assert kept(runtime, shelf.store_id) == []
            return super().encode(texts)

    compute(runtime, shelf.store_id, Second())
    assert kept(runtime, shelf.store_id) == ["tea"]


def test_another_store_sees_nothing(runtime: Runtime, shelf: Shelf, other_store: Credentials) -> None:
    shelf.product("tea")
    Shelf(shelf.database, other_store.store_id).product("tea")
    compute(runtime, shelf.store_id, Letters())
    assert kept(runtime, other_store.store_id) == []
    with runtime.unit(other_store.store_id) as unit:
        assert assemble.dataset(unit.session, other_store.store_id).described.vectors is None


def test_vectors_go_with_their_product_and_with_their_store(runtime: Runtime, shelf: Shelf) -> None:
    for name in ("tea", "pot"):
        shelf.product(name)
    compute(runtime, shelf.store_id, Letters())
    shelf.run(_DELETE, id="tea")
    compute(runtime, shelf.store_id, Letters())
    assert kept(runtime, shelf.store_id) == ["pot"]
    with runtime.unit(shelf.store_id) as unit:
        privacy.erase_store(unit.session, shelf.store_id)
    assert kept(runtime, shelf.store_id) == []


def test_a_red_mug_is_eine_rote_tasse() -> None:
    mug, tasse, hose, odd = vectors.sentence_encoder().encode(
        ["red mug", "rote Tasse", "garden hose", "🙂 …"]
    )
    assert mug @ tasse > 0.7
    assert mug @ hose < 0.3
    assert np.isfinite(odd).all()
