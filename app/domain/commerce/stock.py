"""How much of it there is. Stock carries its own version, since shops send it apart from the product.

A product counts its own stock, or else the sum of its variants' where each of them is counted. Stock of a
product that is not known yet is kept in a row flagged deleted, which the product fills when it comes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.commerce import batches
from app.domain.commerce.batches import Outcome, Row
from app.kernel.ids import StoreId
from app.platforms.records import StockRecord

_UNKNOWN_PRODUCTS = text(
    f"""
    insert into products (store_id, product_id, title, url, image, category, brand, description, tags,
                          price_amount, currency, stock_version, visible, created_at, version, deleted)
    select distinct :store_id, x.product_id, '', '', '', '', '', '', cast('{{}}' as text[]),
           0, 'XXX', cast('{batches.NEVER}' as timestamptz), false,
           cast('{batches.NEVER}' as timestamptz), cast('{batches.NEVER}' as timestamptz), true
    from json_to_recordset(cast(:rows as json)) as x(product_id text)
    order by x.product_id
    on conflict (store_id, product_id) do nothing
    """
)

# Two variants of a product at once: the second waits, and then sums up both.
_HOLD_PRODUCTS = text(
    """
    select product_id from products
    where store_id = :store_id and product_id = any(:product_ids)
    order by product_id for no key update
    """
)

_UNKNOWN_VARIANTS = text(
    f"""
    insert into variants (store_id, product_id, variant_id, title, price_amount, stock_version, options,
                          position, version, deleted)
    select :store_id, x.product_id, x.variant_id, '', 0, '{batches.NEVER}', '{{}}', 0,
           '{batches.NEVER}', true
    from json_to_recordset(cast(:rows as json)) as x(product_id text, variant_id text)
    where x.variant_id is not null
    on conflict (store_id, product_id, variant_id) do nothing
    """
)

_OF_PRODUCTS = text(
    """
    update products t set stock = x.stock, stock_version = x.version
    from json_to_recordset(cast(:rows as json))
      as x(product_id text, variant_id text, stock int, version timestamptz)
    where t.store_id = :store_id and t.product_id = x.product_id and x.variant_id is null
      and t.stock_version < x.version
    returning t.product_id
    """
)

_OF_VARIANTS = text(
    """
    update variants t set stock = x.stock, stock_version = x.version
    from json_to_recordset(cast(:rows as json))
      as x(product_id text, variant_id text, stock int, version timestamptz)
    where t.store_id = :store_id and t.product_id = x.product_id and t.variant_id = x.variant_id
      and t.stock_version < x.version
    returning t.product_id
    """
)

_TOO_OLD = text(
    """
    select count(*)
    from json_to_recordset(cast(:rows as json)) as x(product_id text, variant_id text, version timestamptz)
    join products p on p.store_id = :store_id and p.product_id = x.product_id
    left join variants v on v.store_id = :store_id and v.product_id = x.product_id
                        and v.variant_id = x.variant_id
    where case when x.variant_id is null then p.stock_version else v.stock_version end > x.version
    """
)

_LIVE = text(
    """
    select p.product_id, p.price_amount, p.visible and not p.deleted, p.version,
           coalesce(p.stock, v.stock), greatest(p.stock_version, v.stock_version)
    from products p
    left join lateral (
        select case when bool_and(stock is not null) then sum(greatest(stock, 0))::bigint end as stock,
               max(stock_version) as stock_version
        from variants
        where store_id = p.store_id and product_id = p.product_id and not deleted
    ) v on true
    where p.store_id = :store_id and p.product_id = any(:product_ids)
    order by p.product_id
    """
)

_CHANGED_SINCE = text(
    """
    select product_id from products
    where store_id = :store_id and greatest(version, stock_version) > :since
    union
    select product_id from variants
    where store_id = :store_id and greatest(version, stock_version) > :since
    """
)


@dataclass(frozen=True, slots=True)
class Live:
    """What decides at this moment whether and how a product is shown; ``stock`` None = not counted."""

    product_id: str
    price_amount: int
    visible: bool
    version: datetime
    stock: int | None
    stock_version: datetime


def upsert(session: Session, store_id: StoreId, records: Sequence[StockRecord]) -> Outcome:
    """Idempotent; an older version never overwrites a newer one. The outcome names products."""
    kept, older = batches.newest(records, lambda each: (each.product_id, each.variant_id or ""))
    if not kept:
        return Outcome()
    what = {"store_id": store_id, "rows": batches.encode([_row(record) for record in kept])}
    session.execute(_UNKNOWN_PRODUCTS, what)
    session.execute(
        _HOLD_PRODUCTS,
        {"store_id": store_id, "product_ids": sorted({record.product_id for record in kept})},
    )
    changed = list(session.scalars(_OF_PRODUCTS, what))
    if any(record.variant_id for record in kept):
        session.execute(_UNKNOWN_VARIANTS, what)
        changed += session.scalars(_OF_VARIANTS, what)
    stale = session.execute(_TOO_OLD, what).scalar_one() if len(changed) < len(kept) else 0
    outcome = Outcome(len(kept) - stale, stale, updated=frozenset(changed))
    return batches.with_doubles(outcome, len(records), len(kept), older)


def live(session: Session, store_id: StoreId, product_ids: Collection[str]) -> list[Live]:
    """What is true now of these products."""
    if not product_ids:
        return []
    what = {"store_id": store_id, "product_ids": sorted(product_ids)}
    return [Live(*found) for found in session.execute(_LIVE, what)]


def changed_since(session: Session, store_id: StoreId, since: datetime) -> Sequence[str]:
    """The products whose shop changed them, or their stock, after this moment."""
    return session.scalars(_CHANGED_SINCE, {"store_id": store_id, "since": since}).all()


def _row(record: StockRecord) -> Row:
    return {
        "product_id": record.product_id,
        "variant_id": record.variant_id,
        "stock": record.stock,
        "version": record.version,
    }
