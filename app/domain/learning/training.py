"""Training a store: learn from its rows, keep the result with its figures."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.bridge.snapshot import Snapshot, encode
from app.domain.learning import assemble, versions
from app.domain.tables.learning import ModelVersion
from app.engine.build import learn
from app.kernel.ids import new_id

if TYPE_CHECKING:
    from app.engine.build import Learned
    from app.engine.dataset import Dataset
    from app.kernel.ids import StoreId
    from app.kernel.runtime import Runtime


def train(runtime: Runtime, store_id: StoreId, *, seed: int = 0) -> str:
    """Learn and keep a new version, and give its name; nothing is published yet.

    Works from the first moment of a store: without orders the newest products are the answer. No transaction
    is open while it computes.
    """
    with runtime.unit(store_id) as unit:
        data = assemble.dataset(unit.session, store_id)
    learned = learn(data, seed=seed)
    version = new_id()
    with runtime.unit(store_id) as unit:
        cards = assemble.cards(unit.session, store_id, data.item_ids)
        kept = _kept(data, learned, store_id, version)
        kept.snapshot = encode(Snapshot(version, store_id, learned.published, cards))
        kept.created_at, kept.seed = runtime.clock.now(), seed
        versions.keep(unit.session, store_id, kept)
    return version


def _kept(data: Dataset, learned: Learned, store_id: StoreId, version: str) -> ModelVersion:
    """Write down what was learned from what, and how well it did."""
    choice = learned.choice
    window = [_at(second).isoformat() for second in choice.window or ()]
    return ModelVersion(
        store_id=store_id,
        version=version,
        published_at=None,
        status=versions.KEPT,
        window_from=_at(int(data.times[0])) if data.orders else None,
        window_to=_at(int(data.times[-1])) if data.orders else None,
        metrics={
            "orders": data.orders,
            "products": data.items,
            "shoppers": len(data.shopper_ids),
            "validation": window,
            "measured": [asdict(row) for row in choice.measured],
        },
        chosen=choice.recipe.numbers(),
        note="",
    )


def _at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
