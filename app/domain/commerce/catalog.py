"""What the shop sells. What it sells no more stays as a row flagged deleted, for the orders that name it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.domain.commerce import batches
from app.domain.commerce.batches import Outcome, Row
from app.domain.tables.catalog import Product
from app.kernel.ids import StoreId
from app.platforms.records import ProductDeletion, ProductRecord

# What a product is in, and what a variant costs, may change without the product's own date, and not every
# way of telling tells it: told again for the same version, it is believed.
_PRODUCTS = batches.table(
    "products",
    "product_id",
    f"""
    insert into products (store_id, product_id, title, url, image, images, category, brand, description,
                          tags, collections, price_amount, currency, compare_at_amount, stock,
                          stock_version, visible, created_at, version, deleted)
    select :store_id, x.product_id, x.title, x.url, x.image, array(select json_array_elements_text(x.images)),
           x.category, x.brand, x.description, array(select json_array_elements_text(x.tags)),
           case when x.collections is not null then array(select json_array_elements_text(x.collections)) end,
           x.price_amount, x.currency, x.compare_at_amount, null, '{batches.NEVER}', x.visible,
           x.created_at, x.version, false
    from json_to_recordset(cast(:rows as json))
      as x(product_id text, title text, url text, image text, images json, category text, brand text,
           description text, tags json, collections json, price_amount bigint, currency text,
           compare_at_amount bigint, visible boolean, created_at timestamptz, version timestamptz)
    on conflict (store_id, product_id) do update
    set title = excluded.title, url = excluded.url, image = excluded.image, images = excluded.images,
        category = excluded.category, brand = excluded.brand, description = excluded.description,
        tags = excluded.tags, collections = coalesce(excluded.collections, products.collections),
        price_amount = excluded.price_amount, currency = excluded.currency,
        compare_at_amount = excluded.compare_at_amount, visible = excluded.visible,
        created_at = excluded.created_at, version = excluded.version, deleted = false
    where products.version < excluded.version
       or (products.version = excluded.version and not products.deleted
           and products.collections is distinct from coalesce(excluded.collections, products.collections))
    returning product_id, xmax = 0
    """,
)

# XXX is ISO 4217's code for "no currency": nothing is known of a product but that it is gone.
_DELETIONS = batches.table(
    "products",
    "product_id",
    f"""
    insert into products (store_id, product_id, title, url, image, category, brand, description, tags,
                          price_amount, currency, stock_version, visible, created_at, version, deleted)
    select :store_id, x.product_id, '', '', '', '', '', '', '{{}}',
           0, 'XXX', '{batches.NEVER}', false, x.version, x.version, true
    from json_to_recordset(cast(:rows as json)) as x(product_id text, version timestamptz)
    on conflict (store_id, product_id) do update
    set version = excluded.version, deleted = true
    where products.version < excluded.version
    returning product_id, xmax = 0
    """,
)

# A variant is alive as long as it was part of its product's newest version. Older versions of a product
# still bring the variants that only they had, so that the rows are the same whatever came first.
_VARIANTS = text(
    f"""
    insert into variants (store_id, product_id, variant_id, title, sku, price_amount, compare_at_amount,
                          stock, stock_version, options, position, cost_amount, item_id, version, deleted)
    select :store_id, x.product_id, x.variant_id, x.title, x.sku, x.price_amount, x.compare_at_amount,
           null, '{batches.NEVER}', x.options, x.position, x.cost_amount, x.item_id, x.version,
           x.version < p.version
    from json_to_recordset(cast(:rows as json))
      as x(product_id text, variant_id text, title text, sku text, price_amount bigint,
           compare_at_amount bigint, options jsonb, position int, cost_amount bigint, item_id text,
           version timestamptz)
    join products p on p.store_id = :store_id and p.product_id = x.product_id
    on conflict (store_id, product_id, variant_id) do update
    set title = excluded.title, sku = excluded.sku, price_amount = excluded.price_amount,
        compare_at_amount = excluded.compare_at_amount, options = excluded.options,
        position = excluded.position, version = excluded.version, deleted = excluded.deleted,
        cost_amount = coalesce(excluded.cost_amount, variants.cost_amount), item_id = excluded.item_id
    where variants.version < excluded.version
       or (variants.version = excluded.version
           and variants.cost_amount is distinct from coalesce(excluded.cost_amount, variants.cost_amount))
    """
)

_DROP_VARIANTS = text(
    """
    update variants v set deleted = true
    from products p
    where p.store_id = :store_id and p.product_id = any(:product_ids)
      and v.store_id = p.store_id and v.product_id = p.product_id
      and v.version < p.version and not v.deleted
    """
)


def upsert(
    session: Session, store_id: StoreId, records: Sequence[ProductRecord | ProductDeletion]
) -> Outcome:
    """Idempotent; an older version never overwrites a newer one. Stock said along is ``stock``'s to write."""
    kept, older = batches.newest(records, lambda record: (record.product_id,))
    products = [record for record in kept if isinstance(record, ProductRecord)]
    gone = [record for record in kept if isinstance(record, ProductDeletion)]
    outcome = batches.write(session, store_id, _PRODUCTS, [_row(each) for each in products])
    outcome += batches.write(
        session,
        store_id,
        _DELETIONS,
        [{"product_id": each.product_id, "version": each.version} for each in gone],
    )
    _write_variants(session, store_id, products, outcome.updated)
    return batches.with_doubles(outcome, len(records), len(kept), older)


def compare_at(session: Session, store_id: StoreId, product_ids: Sequence[str]) -> dict[str, int]:
    """What products cost before, in minor units; those that always cost the same are not in it."""
    wanted = select(Product.product_id, Product.compare_at_amount).where(
        Product.store_id == store_id,
        Product.product_id.in_(product_ids),
        Product.compare_at_amount.is_not(None),
    )
    return {product_id: amount or 0 for product_id, amount in session.execute(wanted)}


def count(session: Session, store_id: StoreId) -> int:
    sold = select(func.count()).where(Product.store_id == store_id, Product.deleted.is_(False))
    return session.scalar(sold) or 0


def _write_variants(
    session: Session, store_id: StoreId, products: Sequence[ProductRecord], updated: Collection[str]
) -> None:
    rows = [row for product in products for row in _variant_rows(product)]
    if rows:
        session.execute(_VARIANTS, {"store_id": store_id, "rows": batches.encode(rows)})
    if updated:
        session.execute(_DROP_VARIANTS, {"store_id": store_id, "product_ids": sorted(updated)})


def _row(record: ProductRecord) -> Row:
    return {
        "product_id": record.product_id,
        "title": record.title,
        "url": record.url,
        "image": record.image,
        "images": record.images or tuple(filter(None, (record.image,))),
        "category": record.category,
        "brand": record.brand,
        "description": record.description,
        "tags": record.tags,
        "collections": record.collections,
        "price_amount": record.price.amount,
        "currency": record.price.currency,
        "compare_at_amount": record.compare_at.amount if record.compare_at else None,
        "visible": record.visible,
        "created_at": record.created_at,
        "version": record.version,
    }


def _variant_rows(record: ProductRecord) -> list[Row]:
    return [
        {
            "product_id": record.product_id,
            "variant_id": variant.variant_id,
            "title": variant.title,
            "sku": variant.sku,
            "price_amount": variant.price.amount,
            "compare_at_amount": variant.compare_at.amount if variant.compare_at else None,
            "options": variant.options,
            "position": position,
            "cost_amount": variant.cost.amount if variant.cost else None,
            "item_id": variant.item_id,
            "version": record.version,
        }
        for position, variant in enumerate(record.variants, 1)
    ]
