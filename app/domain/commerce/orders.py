"""Who bought what. Orders may come before their products and customers, twice, and in any order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.bridge import offers
from app.domain.commerce import batches, customers
from app.domain.commerce.batches import Outcome, Row
from app.domain.commerce.customers import Sight
from app.domain.tables.commerce import Order
from app.kernel.ids import StoreId
from app.platforms.records import OrderRecord

_ORDERS = batches.table(
    "orders",
    "order_id",
    """
    insert into orders (store_id, order_id, customer_id, visitor_id, created_at, status, currency,
                        total_amount, version, cancelled_at, paid_currency, paid_amount, offers)
    select :store_id, x.order_id, x.customer_id, x.visitor_id, x.created_at, x.status, x.currency,
           x.total_amount, x.version, x.cancelled_at, x.paid_currency, x.paid_amount, x.offers
    from json_to_recordset(cast(:rows as json))
      as x(order_id text, customer_id text, visitor_id text, created_at timestamptz, status text,
           currency text, total_amount bigint, version timestamptz, cancelled_at timestamptz,
           paid_currency text, paid_amount bigint, offers text[])
    on conflict (store_id, order_id) do update
    set customer_id = excluded.customer_id, visitor_id = excluded.visitor_id,
        created_at = excluded.created_at, status = excluded.status, currency = excluded.currency,
        total_amount = excluded.total_amount, version = excluded.version,
        cancelled_at = excluded.cancelled_at, paid_currency = excluded.paid_currency,
        paid_amount = excluded.paid_amount, offers = excluded.offers
    where orders.version < excluded.version and not orders.forgotten
    returning order_id, xmax = 0
    """,
)

_DROP_LINES = text("delete from order_lines where store_id = :store_id and order_id = any(:order_ids)")

_ADD_LINES = text(
    """
    insert into order_lines (store_id, order_id, line_id, product_id, variant_id, quantity, unit_amount,
                             total_amount, slate_id)
    select :store_id, x.order_id, x.line_id, x.product_id, x.variant_id, x.quantity, x.unit_amount,
           x.total_amount, x.slate_id
    from json_to_recordset(cast(:rows as json))
      as x(order_id text, line_id text, product_id text, variant_id text, quantity int,
           unit_amount bigint, total_amount bigint, slate_id text)
    """
)


def upsert(session: Session, store_id: StoreId, records: Sequence[OrderRecord]) -> Outcome:
    """Idempotent; an older version never overwrites a newer one, a newer one replaces the whole order."""
    kept, older = batches.newest(records, lambda record: (record.order_id,))
    outcome = batches.write(session, store_id, _ORDERS, [_row(store_id, record) for record in kept])
    _replace_lines(session, store_id, kept, outcome)
    return batches.with_doubles(outcome, len(records), len(kept), older)


def identify(session: Session, store_id: StoreId, records: Sequence[OrderRecord]) -> frozenset[str]:
    """Link the visitor of each order to its customer; gives the visitors of whom this is news."""
    return customers.identify(
        session,
        store_id,
        [
            Sight(record.visitor_id, record.customer_id, record.created_at)
            for record in records
            if record.visitor_id and record.customer_id
        ],
    )


def count(session: Session, store_id: StoreId) -> int:
    return session.scalar(select(func.count()).where(Order.store_id == store_id)) or 0


def _replace_lines(
    session: Session, store_id: StoreId, records: Sequence[OrderRecord], outcome: Outcome
) -> None:
    if outcome.updated:
        session.execute(_DROP_LINES, {"store_id": store_id, "order_ids": sorted(outcome.updated)})
    changed = outcome.changed
    rows = [row for record in records if record.order_id in changed for row in _line_rows(record)]
    if rows:
        session.execute(_ADD_LINES, {"store_id": store_id, "rows": batches.encode(rows)})


def _row(store_id: StoreId, record: OrderRecord) -> Row:
    return {
        "order_id": record.order_id,
        "customer_id": record.customer_id,
        "visitor_id": record.visitor_id,
        "created_at": record.created_at,
        "status": record.status,
        "currency": record.total.currency,
        "total_amount": record.total.amount,
        "version": record.version,
        "cancelled_at": record.cancelled_at,
        "paid_currency": record.paid.currency if record.paid else None,
        "paid_amount": record.paid.amount if record.paid else None,
        "offers": [offers.slate_of(store_id, each) for each in record.purchases],
    }


def _line_rows(record: OrderRecord) -> list[Row]:
    return [
        {
            "order_id": record.order_id,
            "line_id": line.line_id,
            "product_id": line.product_id,
            "variant_id": line.variant_id,
            "quantity": line.quantity,
            "unit_amount": line.unit.amount,
            "total_amount": line.total.amount,
            "slate_id": line.slate_id,
        }
        for line in record.lines
    ]
