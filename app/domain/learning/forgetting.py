"""Forgetting a customer in all that was learned: at once by name, and by a training that never saw him."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.bridge import publisher
from app.bridge.snapshot import Snapshot, decode, encode
from app.domain.commerce import privacy
from app.domain.learning import deltas, segments, versions
from app.engine.types import Anchor, Lists

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.kernel.ids import StoreId
    from app.kernel.runtime import Runtime

TRAIN, FORGET = "train.store", "forget"
"""The job that trains anew, and its argument that lets nothing older be kept."""


def erase(runtime: Runtime, store_id: StoreId, customer_id: str, *order_ids: str) -> None:
    """Erase a customer from the rows, the models and what storefronts use. Safe to run twice.

    His own rows of the lists go at once, with every version but the one served. What he bought is still in
    the counts of that one until the training that is named here replaces it.
    """
    with runtime.unit(store_id) as unit:
        privacy.erase(unit.session, store_id, customer_id, order_ids=order_ids)
        segments.forget(unit.session, store_id, customer_id)
        served = forget(unit.session, store_id, customer_id)
        unit.enqueue(TRAIN, FORGET, queue="training", key=f"{store_id}:{FORGET}")
    if served is not None:
        publisher.swap(runtime.valkey, store_id, served.version, encode(served), keep_previous=False)
        deltas.republish(runtime, store_id)


def forget(session: Session, store_id: StoreId, customer_id: str) -> Snapshot | None:
    """Take the customer out of the version that is served, and give it; all others lose their bytes."""
    served = versions.published_with_bytes(session, store_id)
    name = served.version if served is not None else ""
    versions.drop(session, store_id, sorted(versions.servable(session, store_id) - {name}))
    if served is None or served.snapshot is None:
        return None
    left = without(decode(served.snapshot), customer_id)
    served.snapshot = encode(left)
    session.flush()
    return left


def without(snapshot: Snapshot, customer_id: str) -> Snapshot:
    """Give a snapshot without a shopper: neither his id, his rows nor his visits are in it."""
    published = snapshot.published
    shoppers = list(published.shopper_ids)
    if customer_id not in shoppers:
        return snapshot
    row = shoppers.index(customer_id)
    lists = {
        name: _less(each, row) if each.anchor is Anchor.SHOPPER else each
        for name, each in published.lists.items()
    }
    left = tuple(shoppers[:row] + shoppers[row + 1 :])
    links = {visitor: number - (number > row) for visitor, number in snapshot.links.items() if number != row}
    return replace(snapshot, published=replace(published, shopper_ids=left, lists=lists), links=links)


def _less(lists: Lists, row: int) -> Lists:
    first, last = int(lists.starts[row]), int(lists.starts[row + 1])
    kept = np.r_[0:first, last : len(lists.items)]
    starts = np.concatenate([lists.starts[: row + 1], lists.starts[row + 2 :] - (last - first)])
    return replace(
        lists,
        starts=starts,
        items=lists.items[kept],
        scores=lists.scores[kept],
        counts=lists.counts[kept] if len(lists.counts) else lists.counts,
        totals=np.delete(lists.totals, row) if len(lists.totals) else lists.totals,
    )
