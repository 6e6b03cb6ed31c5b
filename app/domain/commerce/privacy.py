"""Forgetting a customer: what must be kept for the books keeps no person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from app.domain.tables import (  # noqa: F401 - imported so that every table is known here
    accounts,
    catalog,
    commerce,
    decisions,
    intake,
    learning,
    merchandising,
    shops,
)
from app.domain.tables.base import Row
from app.kernel.ids import StoreId

# A visitor who turned out to be somebody else is not this customer, even where both used one browser.
_VISITORS = text(
    """
    select visitor_id from identities where store_id = :store_id and customer_id = :customer_id
    union
    select o.visitor_id from orders o
    where o.store_id = :store_id and o.customer_id = :customer_id and o.visitor_id is not null
      and not exists (
        select from identities i where i.store_id = :store_id and i.visitor_id = o.visitor_id
          and i.customer_id <> :customer_id
      )
    """
)
_ORDERS = text(
    """
    update orders set customer_id = null, visitor_id = null, offers = '{}', forgotten = true
    where store_id = :store_id
      and (customer_id = :customer_id or (customer_id is null and visitor_id = any(:visitors))
           or (customer_id is null and order_id = any(:named)))
    returning order_id
    """
)
_LINES = text(
    "update order_lines set slate_id = null where store_id = :store_id and order_id = any(:orders)"
    " and slate_id is not null"
)
_SLATES = text(
    """
    delete from slates
    where store_id = :store_id and (customer_id = :customer_id or visitor_id = any(:visitors))
    returning slate_id
    """
)
_EVENTS = text(
    """
    delete from events
    where store_id = :store_id and (visitor_id = any(:visitors) or slate_id = any(:slates))
    """
)
# Only what could not be read keeps its body; it names the customer in quotes, as JSON does.
_DELIVERIES = text(
    """
    update deliveries set body = ''
    where store_id = :store_id and processed_at is not null and position(cast(:quoted as bytea) in body) > 0
    """
)
_IDENTITIES = text("delete from identities where store_id = :store_id and customer_id = :customer_id")
_CUSTOMERS = text("delete from customers where store_id = :store_id and customer_id = :customer_id")


_DISCLOSURES = text("delete from disclosures where store_id = :store_id and customer_id = :customer_id")


@dataclass(frozen=True, slots=True)
class Erased:
    """What was found of a customer: his visitor ids and his orders."""

    visitors: tuple[str, ...]
    orders: tuple[str, ...]


def erase(
    session: Session, store_id: StoreId, customer_id: str, *, order_ids: Collection[str] = ()
) -> Erased:
    """Forget a customer, known or not, with the orders that the shop says are his. Safe to run twice.

    Name, address, visitor ids, events and slates go. Orders stay as amounts, without anybody who placed them,
    without the slates that led to them, and marked so that no model learns from them and no repeat of the
    shop's message brings the person back.
    """
    who = {"store_id": store_id, "customer_id": customer_id}
    visitors_of_him = visitors(session, store_id, customer_id)
    found = {**who, "visitors": visitors_of_him, "named": sorted(order_ids)}
    orders = sorted(session.scalars(_ORDERS, found))
    session.execute(_LINES, {"store_id": store_id, "orders": orders})
    slates = list(session.scalars(_SLATES, found))
    session.execute(_EVENTS, {"store_id": store_id, "visitors": visitors_of_him, "slates": slates})
    session.execute(_DELIVERIES, {"store_id": store_id, "quoted": f'"{customer_id}"'.encode()})
    session.execute(_IDENTITIES, who)
    session.execute(_CUSTOMERS, who)
    session.execute(_DISCLOSURES, who)
    return Erased(tuple(visitors_of_him), tuple(orders))


def visitors(session: Session, store_id: StoreId, customer_id: str) -> list[str]:
    """The visitor ids that were this customer."""
    return sorted(session.scalars(_VISITORS, {"store_id": store_id, "customer_id": customer_id}))


def erase_store(session: Session, store_id: StoreId) -> None:
    """Forget a store and everything that hangs on it. Nothing finds it any more."""
    for table in sorted(Row.metadata.tables.values(), key=lambda each: each.name):
        if "store_id" in table.columns and table.name != "outbox":
            session.execute(delete(table).where(table.c.store_id == store_id))
