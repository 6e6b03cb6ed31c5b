"""Small records, each with only what a test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.commerce import sync
from app.domain.commerce.batches import Outcome
from app.kernel.ids import StoreId
from app.kernel.money import Money
from app.kernel.runtime import Runtime
from app.platforms.records import (
    CustomerRecord,
    OrderLineRecord,
    OrderRecord,
    OrderStatus,
    ProductDeletion,
    ProductRecord,
    Record,
    RefundLineRecord,
    RefundRecord,
    StockRecord,
    VariantRecord,
)

DAY = datetime(2026, 11, 20, tzinfo=UTC)


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


def product(
    product_id: str = "tea", *, hour: int = 1, title: str = "Tea", variants: tuple[str, ...] = (), **more: Any
) -> ProductRecord:
    told: dict[str, Any] = {
        "url": "/tea",
        "image": "",
        "category": "Drinks",
        "brand": "",
        "description": "",
        "tags": ("hot", "leaf"),
        "price": Money(425, "GBP"),
        "compare_at": None,
        "visible": True,
        "created_at": at(0),
        "version": at(hour),
        **more,
    }
    return ProductRecord(
        product_id=product_id, title=title, variants=tuple(variant(each) for each in variants), **told
    )


def variant(variant_id: str, title: str = "") -> VariantRecord:
    return VariantRecord(variant_id, title or variant_id.upper(), None, Money(425, "GBP"), None, {})


def gone(product_id: str = "tea", *, hour: int) -> ProductDeletion:
    return ProductDeletion(product_id, at(hour))


def stock(
    count: int | None, *, hour: int, product_id: str = "tea", variant_id: str | None = None
) -> StockRecord:
    return StockRecord(product_id, variant_id, count, at(hour))


def customer(customer_id: str = "ann", *, hour: int = 1, **more: Any) -> CustomerRecord:
    told: dict[str, Any] = {"email": None, "name": None, "visitor_id": None, **more}
    return CustomerRecord(customer_id=customer_id, version=at(hour), **told)


def order(
    order_id: str = "o1",
    *,
    hour: int = 1,
    products: tuple[str, ...] = ("tea",),
    created_at: datetime | None = None,
    status: OrderStatus = OrderStatus.PAID,
    **more: Any,
) -> OrderRecord:
    lines = tuple(
        OrderLineRecord(str(place), each, None, 2, Money(100, "GBP"), Money(200, "GBP"), None)
        for place, each in enumerate(products, 1)
    )
    told: dict[str, Any] = {"customer_id": None, "visitor_id": None, **more}
    return OrderRecord(
        order_id=order_id,
        created_at=created_at or at(0),
        version=at(hour),
        total=Money(200 * len(lines), "GBP"),
        status=status,
        cancelled_at=at(hour) if status is OrderStatus.CANCELLED else None,
        lines=lines,
        **told,
    )


def refund(refund_id: str = "r1", *, hour: int = 2, order_id: str = "o1", amount: int = 200) -> RefundRecord:
    line = RefundLineRecord("1", 1, Money(amount, "GBP"))
    return RefundRecord(refund_id, order_id, at(hour), at(hour), (line,))


def send(runtime: Runtime, store_id: StoreId, *records: Record) -> Outcome:
    with runtime.unit(store_id) as unit:
        return sync.apply(unit, store_id, records, valkey=runtime.valkey, now=runtime.clock.now())


def rows(session: Session, query: str, **params: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(text(query), params)]


def look(runtime: Runtime, store_id: StoreId, query: str) -> list[tuple[Any, ...]]:
    with runtime.unit(store_id) as unit:
        return rows(unit.session, query)


def jobs(runtime: Runtime, store_id: StoreId) -> list[tuple[str, list[str]]]:
    query = f"select job, args from outbox where store_id = '{store_id}' order by outbox_id"
    return [(job, args) for job, args in look(runtime, store_id, query)]
