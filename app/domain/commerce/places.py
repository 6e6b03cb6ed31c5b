"""Stock counted at several places: what a variant has is the sum, known as soon as one tells its part."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.commerce import batches
from app.kernel.ids import StoreId
from app.platforms.records import LevelRecord, StockRecord

_LEVELS = text(
    """
    insert into levels (store_id, item_id, place_id, units, version)
    select :store_id, x.item_id, x.place_id, x.units, x.version
    from json_to_recordset(cast(:rows as json))
      as x(item_id text, place_id text, units int, version timestamptz)
    on conflict (store_id, item_id, place_id) do update
    set units = excluded.units, version = excluded.version
    where levels.version < excluded.version
    """
)

# The first place of an item that is heard of says nothing of the others: it is believed if it has some.
_SUMS = text(
    """
    select v.product_id, v.variant_id, sum(greatest(l.units, 0))::int, max(l.version)
    from levels l
    join variants v on v.store_id = l.store_id and v.item_id = l.item_id and not v.deleted
    where l.store_id = :store_id and l.item_id = any(:items)
    group by v.product_id, v.variant_id, l.item_id
    having l.item_id = any(:known) or sum(greatest(l.units, 0)) > 0
    """
)
_KNOWN = text("select distinct item_id from levels where store_id = :store_id and item_id = any(:items)")


def upsert(session: Session, store_id: StoreId, records: Sequence[LevelRecord]) -> list[StockRecord]:
    """Keep what places told, older never over newer; gives the stock of the variants that this means."""
    kept, _ = batches.newest(records, lambda each: (each.item_id, each.place_id))
    if not kept:
        return []
    items = sorted({each.item_id for each in kept})
    known = list(session.scalars(_KNOWN, {"store_id": store_id, "items": items}))
    told = [
        {
            "item_id": each.item_id,
            "place_id": each.place_id,
            "units": each.units,
            "version": each.version,
        }
        for each in kept
    ]
    session.execute(_LEVELS, {"store_id": store_id, "rows": batches.encode(told)})
    sums = session.execute(_SUMS, {"store_id": store_id, "items": items, "known": known})
    return [StockRecord(*found) for found in sums]
