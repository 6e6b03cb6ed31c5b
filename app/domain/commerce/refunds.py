"""What went back. A refund may come before its order does."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.commerce import batches
from app.domain.commerce.batches import Outcome, Row
from app.kernel.ids import StoreId
from app.platforms.records import RefundRecord

_REFUNDS = batches.table(
    "refunds",
    "refund_id",
    """
    insert into refunds (store_id, refund_id, order_id, created_at, version)
    select :store_id, x.refund_id, x.order_id, x.created_at, x.version
    from json_to_recordset(cast(:rows as json))
      as x(refund_id text, order_id text, created_at timestamptz, version timestamptz)
    on conflict (store_id, refund_id) do update
    set order_id = excluded.order_id, created_at = excluded.created_at, version = excluded.version
    where refunds.version < excluded.version
    returning refund_id, xmax = 0
    """,
)

_DROP_LINES = text("delete from refund_lines where store_id = :store_id and refund_id = any(:refund_ids)")

_ADD_LINES = text(
    """
    insert into refund_lines (store_id, refund_id, line_id, order_id, quantity, amount)
    select :store_id, x.refund_id, x.line_id, x.order_id, x.quantity, x.amount
    from json_to_recordset(cast(:rows as json))
      as x(refund_id text, line_id text, order_id text, quantity int, amount bigint)
    """
)


def upsert(session: Session, store_id: StoreId, records: Sequence[RefundRecord]) -> Outcome:
    """Idempotent; an older version never overwrites a newer one, a newer one replaces the whole refund."""
    kept, older = batches.newest(records, lambda record: (record.refund_id,))
    rows = [
        {
            "refund_id": record.refund_id,
            "order_id": record.order_id,
            "created_at": record.created_at,
            "version": record.version,
        }
        for record in kept
    ]
    outcome = batches.write(session, store_id, _REFUNDS, rows)
    if outcome.updated:
        session.execute(_DROP_LINES, {"store_id": store_id, "refund_ids": sorted(outcome.updated)})
    changed = outcome.changed
    lines = [row for record in kept if record.refund_id in changed for row in _line_rows(record)]
    if lines:
        session.execute(_ADD_LINES, {"store_id": store_id, "rows": batches.encode(lines)})
    return batches.with_doubles(outcome, len(records), len(kept), older)


def _line_rows(record: RefundRecord) -> list[Row]:
    return [
        {
            "refund_id": record.refund_id,
            "line_id": line.line_id,
            "order_id": record.order_id,
            "quantity": line.quantity,
            "amount": line.amount.amount,
        }
        for line in record.lines
    ]
