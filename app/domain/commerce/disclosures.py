"""What we hold of a customer who asks: gathered for the merchant, who hands it on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.commerce import privacy
from app.domain.tables.shops import Disclosure
from app.kernel.errors import NotFound
from app.kernel.ids import StoreId

_PARTS = {
    "customer": """
        select customer_id, email, name, version from customers
        where store_id = :store_id and customer_id = :customer_id
    """,
    "orders": """
        select order_id, created_at, status, currency, total_amount, visitor_id from orders
        where store_id = :store_id and (customer_id = :customer_id or order_id = any(:orders))
        order by created_at
    """,
    "order_lines": """
        select l.order_id, l.line_id, l.product_id, l.variant_id, l.quantity, l.total_amount, l.slate_id
        from order_lines l join orders o using (store_id, order_id)
        where l.store_id = :store_id and (o.customer_id = :customer_id or l.order_id = any(:orders))
        order by l.order_id, l.line_id
    """,
    "slates": """
        select slate_id, at, placement, product_id, items from slates
        where store_id = :store_id and (customer_id = :customer_id or visitor_id = any(:visitors))
        order by at
    """,
    "events": """
        select kind, at, slate_id, product_id from events
        where store_id = :store_id and visitor_id = any(:visitors) order by at
    """,
}


def make(
    session: Session,
    store_id: StoreId,
    customer_id: str,
    *,
    request_id: str,
    order_ids: Collection[str],
    at: datetime,
) -> None:
    """Gather and keep it; asking again with the same id gathers anew."""
    who = {
        "store_id": store_id,
        "customer_id": customer_id,
        "orders": sorted(order_ids),
        "visitors": privacy.visitors(session, store_id, customer_id),
    }
    told: dict[str, Any] = {"visitors": who["visitors"]}
    for name, query in _PARTS.items():
        found = session.execute(text(query), who).mappings()
        told[name] = [{key: _plain(value) for key, value in row.items()} for row in found]
    what = {"customer_id": customer_id, "told": told, "asked_at": at}
    row = insert(Disclosure).values(store_id=store_id, disclosure_id=request_id, **what)
    session.execute(row.on_conflict_do_update(index_elements=["store_id", "disclosure_id"], set_=what))


def every(session: Session, store_id: StoreId) -> Sequence[Disclosure]:
    """Newest first."""
    wanted = select(Disclosure).where(Disclosure.store_id == store_id)
    return session.scalars(wanted.order_by(Disclosure.asked_at.desc())).all()


def get(session: Session, store_id: StoreId, disclosure_id: str) -> Disclosure:
    """Raises NotFound."""
    found = session.scalar(
        select(Disclosure).where(Disclosure.store_id == store_id, Disclosure.disclosure_id == disclosure_id)
    )
    if found is None:
        raise NotFound("disclosure", disclosure_id)
    return found


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
