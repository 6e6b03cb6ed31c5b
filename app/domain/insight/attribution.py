"""The ledger: which line of which order is credited to which slate, and what came back of it since.

A line is **direct** if it carries the slate that it was bought from, if its customer accepted it right after
he paid, or if the shopper clicked or added its product on a slate within the store's window before the order;
the last such touch is credited. It is **assisted** if the shopper only saw its product on a slate, or clicked
another product of one. A line is credited once at most, direct before assisted. Ghost slates were never shown
and credit nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.kernel.ids import OrderId, SlateId, StoreId, VisitorId

_HOLD = text(
    """
    select order_id from orders
    where store_id = :store_id and order_id = any(:order_ids)
    order by order_id for no key update
    """
)

_FORGET = text("delete from attributions where store_id = :store_id and order_id = any(:order_ids)")

# rank: 1 the line names its slate, or was accepted after the payment, where no line can name one,
# 2 clicked or added this product, 3 saw it or clicked another one.
_CREDIT = text(
    """
    with bought as (
        select o.store_id, o.order_id, o.created_at, o.currency, o.status = 'cancelled' as cancelled,
               o.visitor_id, o.customer_id, o.offers, l.line_id, l.product_id, l.slate_id, l.total_amount,
               o.created_at - make_interval(hours => s.attribution_hours) as window_start
        from orders o
        join stores s on s.store_id = o.store_id
        join order_lines l on l.store_id = o.store_id and l.order_id = o.order_id
        where o.store_id = :store_id and o.order_id = any(:order_ids)
          and o.status in ('paid', 'cancelled') and l.total_amount > 0
    ),
    shoppers as (
        select order_id, visitor_id, created_at, window_start
        from bought where visitor_id is not null
        union
        select b.order_id, i.visitor_id, b.created_at, b.window_start
        from bought b
        join identities i on i.store_id = :store_id and i.customer_id = b.customer_id
        where b.visitor_id is null
    ),
    seen as (
        select w.order_id, e.event_id, e.kind, e.at, e.product_id, e.slate_id
        from shoppers w
        join events e on e.store_id = :store_id and e.visitor_id = w.visitor_id
                     and e.at between w.window_start and w.created_at
        join slates s on s.store_id = :store_id and s.slate_id = e.slate_id
                     and not s.ghost and e.product_id = any(s.items)
    ),
    offered as (
        select b.order_id, b.line_id, b.product_id, b.created_at, s.slate_id, s.items
        from bought b
        join slates s on s.store_id = :store_id and s.slate_id = any(b.offers) and not s.ghost
        where b.slate_id is null
        union
        select b.order_id, b.line_id, b.product_id, b.created_at, s.slate_id, s.items
        from bought b
        join slates s on s.store_id = :store_id and s.customer_id = b.customer_id and not s.ghost
                     and s.placement = 'post-purchase'
        where b.slate_id is null
    ),
    touches as (
        select b.order_id, b.line_id, 1 as rank, s.at, s.slate_id, '' as event_id
        from bought b
        join slates s on s.store_id = :store_id and s.slate_id = b.slate_id
                     and not s.ghost and b.product_id = any(s.items)
        union all
        select f.order_id, f.line_id, 1 as rank, e.at, f.slate_id, e.event_id
        from offered f
        join events e on e.store_id = :store_id and e.event_id = f.slate_id || ':1:a:1'
                     and e.at between f.created_at - interval '1 hour' and f.created_at + interval '1 hour'
        where f.product_id = any(f.items)
        union all
        select b.order_id, b.line_id,
               case when v.kind <> 'impression' and v.product_id = b.product_id then 2 else 3 end,
               v.at, v.slate_id, v.event_id
        from bought b
        join seen v on v.order_id = b.order_id
        where v.product_id = b.product_id or v.kind <> 'impression'
    ),
    credited as (
        select distinct on (order_id, line_id) order_id, line_id, rank, at, slate_id
        from touches
        order by order_id, line_id, rank, at desc, event_id collate "C" desc
    ),
    returned as (
        select order_id, line_id, sum(amount) as amount
        from refund_lines
        where store_id = :store_id and order_id = any(:order_ids)
        group by order_id, line_id
    )
    insert into attributions
        (store_id, order_id, line_id, slate_id, kind, at, touched_at, currency, amount, refunded_amount)
    select b.store_id, b.order_id, b.line_id, c.slate_id,
           case when c.rank = 3 then 'assisted' else 'direct' end,
           b.created_at, c.at, b.currency, b.total_amount,
           case when b.cancelled then b.total_amount
                else least(b.total_amount, greatest(0, coalesce(r.amount, 0))) end
    from credited c
    join bought b using (order_id, line_id)
    left join returned r using (order_id, line_id)
    """
)

_TOUCHED_BY = text(
    """
    with own as (
        select o.order_id, o.created_at, o.visitor_id
        from orders o
        where o.store_id = :store_id and o.visitor_id = any(:visitor_ids)
        union all
        select o.order_id, o.created_at, i.visitor_id
        from identities i
        join orders o on o.store_id = :store_id and o.customer_id = i.customer_id and o.visitor_id is null
        where i.store_id = :store_id and i.visitor_id = any(:visitor_ids)
    )
    select distinct own.order_id
    from own
    where exists (
        select from events e
        where e.store_id = :store_id and e.visitor_id = own.visitor_id
          and e.at between own.created_at - make_interval(
                  hours => (select attribution_hours from stores where store_id = :store_id))
              and own.created_at)
    order by own.order_id
    """
)

_CARRYING = text(
    """
    select order_id from order_lines
    where store_id = :store_id and slate_id = any(:slate_ids)
    union
    select o.order_id from slates s
    join orders o on o.store_id = :store_id and (o.customer_id = s.customer_id or s.slate_id = any(o.offers))
                 and o.created_at between s.at - interval '2 hours' and s.at + interval '2 hours'
    where s.store_id = :store_id and s.slate_id = any(:slate_ids) and s.placement = 'post-purchase'
    order by order_id
    """
)


def attribute_orders(session: Session, store_id: StoreId, order_ids: Collection[OrderId]) -> None:
    """Write the ledger rows of these orders anew, from what is known now.

    The result depends on the rows alone, never on the order in which they came or on how often this ran.
    An amount is what was paid for the line; what came back is never more, and all of it once the order is
    cancelled. Pending orders have no rows. To miss nothing that is written at the same time, call this in a
    unit that opens after the one that wrote the orders, refunds, slates or events has been committed.
    """
    if not order_ids:
        return
    what = {"store_id": store_id, "order_ids": sorted(order_ids)}
    for statement in (_HOLD, _FORGET, _CREDIT):
        session.execute(statement, what)


def orders_touched_by(
    session: Session, store_id: StoreId, visitor_ids: Collection[VisitorId]
) -> Sequence[OrderId]:
    """The orders that have an event of these visitors in their window, however late the event arrived."""
    if not visitor_ids:
        return []
    return _order_ids(session, _TOUCHED_BY, {"store_id": store_id, "visitor_ids": sorted(visitor_ids)})


def orders_carrying(session: Session, store_id: StoreId, slate_ids: Collection[SlateId]) -> Sequence[OrderId]:
    """The orders that name one of these slates in a line, for slates that arrive after their order.

    Of what was offered after the payment, which no line names: the orders of that purchase, and what its
    customer ordered about then.
    """
    if not slate_ids:
        return []
    return _order_ids(session, _CARRYING, {"store_id": store_id, "slate_ids": sorted(slate_ids)})


def _order_ids(session: Session, statement: TextClause, what: dict[str, str | list[str]]) -> list[OrderId]:
    return [OrderId(found) for found in session.scalars(statement, what)]
