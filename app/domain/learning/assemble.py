"""From the store's rows to what the engine learns from, and the cards that go out with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import text

from app.bridge.snapshot import Card
from app.domain.commerce import stock
from app.domain.learning import vectors
from app.engine import dataset as engine
from app.engine.dataset import Catalog, Dataset, OrderLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.kernel.ids import StoreId

_PRODUCTS = text(
    """
    select product_id, title, coalesce(nullif(category, ''), collections[1], '') as category, brand,
           price_amount, extract(epoch from created_at)::bigint as created
    from products where store_id = :store_id and not deleted
    """
)

# A visitor who signed in once is that customer; of several the first by id, so that reruns agree.
_ORDERS = text(
    """
    select o.order_id, extract(epoch from o.created_at)::bigint as placed,
           coalesce(o.customer_id, i.customer_id, '') as customer_id
    from orders o
    left join (
        select visitor_id, min(customer_id) as customer_id
        from identities where store_id = :store_id group by visitor_id
    ) i on i.visitor_id = o.visitor_id
    where o.store_id = :store_id and o.status <> 'cancelled' and not o.forgotten
    """
)

_LINKS = text(
    """
    select visitor_id, min(customer_id) as customer_id
    from identities where store_id = :store_id group by visitor_id
    """
)

_LINES = text(
    """
    select l.order_id, l.product_id, l.quantity, l.unit_amount
    from order_lines l
    join products p on p.store_id = :store_id and p.product_id = l.product_id and not p.deleted
    where l.store_id = :store_id
    """
)

# The variant that a click on "add" means: the first that can be sold, else the first.
_CARDS = text(
    """
    select p.product_id, v.variant_id, p.title, p.url, p.image, p.price_amount, p.currency,
           coalesce(nullif(p.category, ''), p.collections[1], '') as category, p.brand
    from products p
    left join lateral (
        select variant_id from variants
        where store_id = :store_id and product_id = p.product_id and not deleted
        order by coalesce(stock > 0, true) desc, position, variant_id
        limit 1
    ) v on true
    where p.store_id = :store_id and not p.deleted
    """
)

# Who looked at what: the product of a page that asked for recommendations, and what was clicked or added.
# A visitor id exists only with consent, so nobody who did not agree is here; nor is an erased customer.
# A visit is looks of one visitor with gaps under 30 minutes. One that looked at more than a hundred products
# is a program's, and says nothing.
_LOOKS = text(
    """
    with looked as (
        select visitor_id, product_id, at from slates
        where store_id = :store_id and visitor_id is not null and product_id is not null
        union all
        select visitor_id, product_id, at from events
        where store_id = :store_id and visitor_id is not null and kind in ('click', 'add')
    ), recent as (
        select * from looked
        where at > (select max(at) from looked) - make_interval(days => :days)
    ), spaced as (
        select *, lag(at) over mine is null or at - lag(at) over mine > interval '30 minutes' as begins
        from recent window mine as (partition by visitor_id order by at)
    ), visits as (
        select *, count(*) filter (where begins) over (
            partition by visitor_id order by at rows unbounded preceding
        ) as visit
        from spaced
    ), looks as (
        select visitor_id, visit, product_id, extract(epoch from min(at))::bigint as at,
               count(*) over (partition by visitor_id, visit) as products
        from visits group by visitor_id, visit, product_id
    )
    select visitor_id || ' ' || visit as visit, at, product_id from looks where products <= :most
    """
)
_LOOKS_KEPT_DAYS = 180
_MOST_A_VISIT = 100


def dataset(session: Session, store_id: StoreId) -> Dataset:
    """Read all orders that were not cancelled, all products that were not deleted, and who looked at them."""
    return looked(session, store_id, _bought(session, store_id))


def looked(session: Session, store_id: StoreId, data: Dataset) -> Dataset:
    """Add who looked at what, and what titles mean as far as that is known."""
    data = vectors.attach(session, store_id, data)
    how = {"store_id": store_id, "days": _LOOKS_KEPT_DAYS, "most": _MOST_A_VISIT}
    looks = [(row.visit, row.at, row.product_id) for row in session.execute(_LOOKS, how)]
    return engine.visited(data, looks) if looks else data


def _bought(session: Session, store_id: StoreId) -> Dataset:
    given = {"store_id": store_id}
    placed = {row[0]: (row[1], row[2]) for row in session.execute(_ORDERS, given)}
    lines = [row for row in session.execute(_LINES, given) if row[0] in placed]
    return engine.assemble(
        OrderLines(
            orders=[row[0] for row in lines],
            times=np.asarray([placed[row[0]][0] for row in lines], np.int64),
            customers=[placed[row[0]][1] for row in lines],
            products=[row[1] for row in lines],
            quantities=np.asarray([row[2] for row in lines], np.float64),
            prices=np.asarray([row[3] for row in lines], np.float64),
        ),
        catalog(session, store_id),
    )


def cards(session: Session, store_id: StoreId, product_ids: Sequence[str]) -> list[Card]:
    """Give the card of each product in the given order; one that is gone by now becomes an invisible card."""
    live = {each.product_id: each for each in stock.live(session, store_id, product_ids)}
    found: dict[str, Card] = {}
    for row in session.execute(_CARDS, {"store_id": store_id}):
        if (now := live.get(row.product_id)) is not None:
            card = (
                row.variant_id,
                row.title,
                row.url,
                row.image,
                row.price_amount,
                row.currency,
                row.category,
            )
            found[row.product_id] = Card(row.product_id, *card, now.stock, now.visible, row.brand)
    return [found.get(product_id) or _gone(product_id) for product_id in product_ids]


def catalog(session: Session, store_id: StoreId) -> Catalog:
    """Read all products that were not deleted."""
    rows = session.execute(_PRODUCTS, {"store_id": store_id}).all()
    return Catalog(
        products=[row.product_id for row in rows],
        titles=[row.title for row in rows],
        categories=[row.category for row in rows],
        brands=[row.brand for row in rows],
        prices=np.asarray([row.price_amount for row in rows], np.float64),
        created=np.asarray([row.created for row in rows], np.int64),
    )


def links(session: Session, store_id: StoreId, shopper_ids: Sequence[str]) -> dict[str, int]:
    """Give the visitors who signed in once, each with the number of his shopper."""
    numbers = {shopper: number for number, shopper in enumerate(shopper_ids)}
    found = session.execute(_LINKS, {"store_id": store_id})
    return {row.visitor_id: numbers[row.customer_id] for row in found if row.customer_id in numbers}


def _gone(product_id: str) -> Card:
    return Card(product_id, None, "", "", "", 0, "", "", 0, visible=False)
