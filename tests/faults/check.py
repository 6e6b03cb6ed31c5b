"""What must be true when the dust has settled."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from app.bridge import stream
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from tests.faults.plan import Credit, Order, Plan
from tests.faults.stage import spooled, there, until

_SETTLED_WITHIN = 180.0
_OPEN = text(
    "select count(*) from outbox where job in ('sync.delivery', 'measure.orders', 'measure.visitors')"
)


def settle(runtime: Runtime, plans: Sequence[tuple[StoreId, Plan]]) -> float:
    """Wait until nothing is on its way any more, or the ledgers agree no more; seconds that it took."""
    began = time.monotonic()
    until(lambda: there(runtime), _SETTLED_WITHIN)
    while time.monotonic() < began + _SETTLED_WITHIN:
        if not on_its_way(runtime) and all(not differences(runtime, *each) for each in plans):
            break
        time.sleep(0.5)
    return time.monotonic() - began


def on_its_way(runtime: Runtime) -> bool:
    """Whether events wait on a disk or on the stream, or a job in the outbox."""
    if spooled(runtime.settings.data_dir) or stream.backlog(runtime.valkey):
        return True
    with runtime.unit() as unit:
        return bool(unit.session.execute(_OPEN).scalar_one())


def differences(runtime: Runtime, store_id: StoreId, plan: Plan) -> list[str]:
    """Where the database and the sender disagree, in words."""
    found = []
    events = [row.event_id for row in _rows(runtime, store_id, "select event_id from events")]
    known, sent = set(events), plan.event_ids
    if len(events) != len(known):
        found.append(f"{len(events) - len(known)} events are counted twice")
    if known != sent:
        found.append(f"{len(sent - known)} events are lost, {len(known - sent)} were never sent")
    orders = {
        row.order_id: Order(row.status, row.total_amount)
        for row in _rows(runtime, store_id, "select order_id, status, total_amount from orders")
    }
    refunds = {
        row.refund_id: row.amount
        for row in _rows(
            runtime,
            store_id,
            "select refund_id, sum(amount)::bigint as amount from refund_lines group by refund_id",
        )
    }
    ledger = {
        (row.order_id, row.line_id): Credit(row.amount, row.refunded_amount)
        for row in _rows(
            runtime, store_id, "select order_id, line_id, amount, refunded_amount from attributions"
        )
    }
    for name, ours, theirs in (
        ("orders", orders, plan.orders),
        ("refunds", refunds, plan.refunds),
        ("credits", ledger, plan.credits),
    ):
        if ours != theirs:
            wrong = sorted(map(str, set(ours.items()) ^ set(theirs.items())))
            found.append(f"{name}: {len(wrong)} entries differ, first {wrong[:2]}")
    return found


def _rows(runtime: Runtime, store_id: StoreId, query: str) -> Sequence[Any]:
    with runtime.unit(store_id) as unit:
        return unit.session.execute(text(query)).all()
