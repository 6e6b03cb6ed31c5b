"""Known buyers, and which visitors turned out to be them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.domain.commerce import batches
from app.domain.commerce.batches import Outcome
from app.domain.tables.commerce import Customer
from app.kernel.ids import StoreId
from app.platforms.records import CustomerRecord

_CUSTOMERS = batches.table(
    "customers",
    "customer_id",
    """
    insert into customers (store_id, customer_id, email, name, version, deleted)
    select :store_id, x.customer_id, x.email, x.name, x.version, false
    from json_to_recordset(cast(:rows as json))
      as x(customer_id text, email text, name text, version timestamptz)
    on conflict (store_id, customer_id) do update
    set email = excluded.email, name = excluded.name, version = excluded.version, deleted = false
    where customers.version < excluded.version
    returning customer_id, xmax = 0
    """,
)

# The earliest sight wins, and of two at once the lower id: the same rows whatever came first.
_IDENTITIES = text(
    """
    insert into identities (store_id, visitor_id, customer_id, first_seen)
    select distinct on (x.visitor_id) :store_id, x.visitor_id, x.customer_id, x.seen_at
    from json_to_recordset(cast(:rows as json)) as x(visitor_id text, customer_id text, seen_at timestamptz)
    order by x.visitor_id, x.seen_at, x.customer_id
    on conflict (store_id, visitor_id) do update
    set customer_id = excluded.customer_id, first_seen = excluded.first_seen
    where (excluded.first_seen, excluded.customer_id) < (identities.first_seen, identities.customer_id)
    returning visitor_id
    """
)


@dataclass(frozen=True, slots=True)
class Sight:
    """This visitor was seen as that customer."""

    visitor_id: str
    customer_id: str
    seen_at: datetime


def upsert(session: Session, store_id: StoreId, records: Sequence[CustomerRecord]) -> Outcome:
    """Idempotent; an older version never overwrites a newer one. Visitors named with them are identified."""
    kept, older = batches.newest(records, lambda record: (record.customer_id,))
    rows = [
        {
            "customer_id": record.customer_id,
            "email": record.email,
            "name": record.name,
            "version": record.version,
        }
        for record in kept
    ]
    outcome = batches.write(session, store_id, _CUSTOMERS, rows)
    identify(
        session,
        store_id,
        [Sight(each.visitor_id, each.customer_id, each.version) for each in records if each.visitor_id],
    )
    return batches.with_doubles(outcome, len(records), len(kept), older)


def identify(session: Session, store_id: StoreId, sights: Iterable[Sight]) -> frozenset[str]:
    """Remember whom visitors turned out to be; gives the visitors of whom this is news."""
    rows = [
        {"visitor_id": each.visitor_id, "customer_id": each.customer_id, "seen_at": each.seen_at}
        for each in sights
    ]
    if not rows:
        return frozenset()
    what = {"store_id": store_id, "rows": batches.encode(rows)}
    return frozenset(session.scalars(_IDENTITIES, what))


def count(session: Session, store_id: StoreId) -> int:
    known = select(func.count()).where(Customer.store_id == store_id, Customer.deleted.is_(False))
    return session.scalar(known) or 0
