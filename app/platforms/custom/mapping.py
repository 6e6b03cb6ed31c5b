"""From the custom platform's shapes to our records. What cannot be meant is refused with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from app.kernel.errors import Invalid
from app.kernel.money import Money
from app.platforms.base import Kind
from app.platforms.custom import shapes
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

SHAPES: Final[Mapping[Kind, type[shapes.Shape]]] = {
    Kind.PRODUCTS: shapes.ProductShape,
    Kind.CUSTOMERS: shapes.CustomerShape,
    Kind.ORDERS: shapes.OrderShape,
    Kind.REFUNDS: shapes.RefundShape,
    Kind.STOCK: shapes.StockShape,
}

_AHEAD = timedelta(days=1)
_FIRST_YEAR = 1970


def record(shape: shapes.Shape, received: datetime) -> Record:
    """The record that a shape means; ``received`` stands in for a version left out. Raises Invalid."""
    match shape:
        case shapes.OrderShape():
            return _order(shape, received)
        case shapes.ProductShape():
            return _product(shape, received)
        case shapes.CustomerShape():
            return _customer(shape, received)
        case shapes.RefundShape():
            return _refund(shape, received)
        case shapes.StockShape():
            version = _version(shape.updated_at, received, received)
            return StockRecord(shape.product_id, shape.variant_id, shape.stock, version)


def _product(shape: shapes.ProductShape, received: datetime) -> ProductRecord | ProductDeletion:
    version = _version(shape.updated_at, received, received)
    if shape.deleted:
        return ProductDeletion(shape.id, version)
    if not shape.title.strip():
        raise Invalid("the title is missing", "title")
    if shape.price is None:
        raise Invalid("the price is missing", "price")
    price = _money(shape.price)
    _distinct((variant.id for variant in shape.variants), "variant")
    return ProductRecord(
        product_id=shape.id,
        title=shape.title,
        url=shape.url,
        image=shape.image,
        category=shape.category,
        brand=shape.brand,
        description=shape.description,
        tags=tuple(shape.tags),
        price=price,
        compare_at=_money_or_none(shape.compare_at, price.currency),
        visible=shape.visible,
        created_at=utc(shape.created_at, "created_at") if shape.created_at else version,
        version=version,
        variants=tuple(_variant(variant, price) for variant in shape.variants),
        stock=_stock(shape, version),
    )


def _variant(shape: shapes.VariantShape, price: Money) -> VariantRecord:
    return VariantRecord(
        variant_id=shape.id,
        title=shape.title,
        sku=shape.sku,
        price=_money_or_none(shape.price, price.currency) or price,
        compare_at=_money_or_none(shape.compare_at, price.currency),
        options=shape.options,
    )


def _stock(shape: shapes.ProductShape, version: datetime) -> tuple[StockRecord, ...]:
    said = [(None, shape.stock), *((variant.id, variant.stock) for variant in shape.variants)]
    return tuple(
        StockRecord(shape.id, variant_id, stock, version)
        for variant_id, stock in said
        if not isinstance(stock, msgspec.UnsetType)
    )


def _customer(shape: shapes.CustomerShape, received: datetime) -> CustomerRecord:
    return CustomerRecord(
        customer_id=shape.id,
        email=shape.email,
        name=shape.name,
        visitor_id=shape.visitor_id,
        version=_version(shape.updated_at, received, received),
    )


def _order(shape: shapes.OrderShape, received: datetime) -> OrderRecord:
    created_at = utc(shape.created_at, "created_at")
    version = _version(shape.updated_at, created_at, received)
    lines = tuple(_line(line, at) for at, line in enumerate(shape.lines, 1))
    currency = shape.currency or (lines[0].unit.currency if lines else None)
    if currency is None:
        raise Invalid("the currency is missing", "currency")
    paid = Money(sum(line.total.amount for line in lines), currency)
    for at, line in enumerate(lines, 1):
        if line.unit.currency != paid.currency or line.total.currency != paid.currency:
            raise Invalid(f"line {at} is not in {currency} as its order is", "currency")
    _distinct((line.line_id for line in lines), "line")
    return OrderRecord(
        order_id=shape.id,
        customer_id=shape.customer_id,
        visitor_id=shape.visitor_id,
        created_at=created_at,
        version=version,
        status=OrderStatus(shape.status),
        total=paid,
        cancelled_at=_cancelled_at(shape, version),
        lines=lines,
    )


def _cancelled_at(shape: shapes.OrderShape, version: datetime) -> datetime | None:
    if OrderStatus(shape.status) is not OrderStatus.CANCELLED:
        return None
    return utc(shape.cancelled_at, "cancelled_at") if shape.cancelled_at else version


def _line(shape: shapes.OrderLineShape, at: int) -> OrderLineRecord:
    unit = _money(shape.unit_price)
    return OrderLineRecord(
        line_id=shape.id or str(at),
        product_id=shape.product_id,
        variant_id=shape.variant_id,
        quantity=shape.quantity,
        unit=unit,
        total=unit * shape.quantity if shape.total is None else _money(shape.total),
        slate_id=shape.slate_id,
    )


def _refund(shape: shapes.RefundShape, received: datetime) -> RefundRecord:
    created_at = utc(shape.created_at, "created_at")
    lines = tuple(RefundLineRecord(line.line_id, line.quantity, _money(line.amount)) for line in shape.lines)
    if len({line.amount.currency for line in lines}) > 1:
        raise Invalid("the lines are in different currencies", "currency")
    _distinct((line.line_id for line in lines), "line")
    return RefundRecord(
        refund_id=shape.id,
        order_id=shape.order_id,
        created_at=created_at,
        version=_version(shape.updated_at, created_at, received),
        lines=lines,
    )


def _money(shape: shapes.MoneyShape) -> Money:
    return Money(shape.amount, shape.currency)


def _money_or_none(shape: shapes.MoneyShape | None, currency: str) -> Money | None:
    if shape is None:
        return None
    if shape.currency != currency:
        raise Invalid(f"prices of one product must share a currency, here {currency}", "currency")
    return _money(shape)


def _version(updated_at: datetime | None, otherwise: datetime, received: datetime) -> datetime:
    """A version far ahead would lock all later ones out, so it is refused."""
    version = otherwise if updated_at is None else utc(updated_at, "updated_at")
    if version > received + _AHEAD:
        raise Invalid("updated_at lies in the future", "updated_at")
    return version


def utc(at: datetime, field: str) -> datetime:
    """An aware time in UTC that a database can hold. Raises Invalid."""
    try:
        moment = at.astimezone(UTC)
    except OverflowError:
        raise Invalid(f"{field} is out of range", field) from None
    if moment.year < _FIRST_YEAR:
        raise Invalid(f"{field} is before {_FIRST_YEAR}", field)
    return moment


def _distinct(ids: Iterable[str], noun: str) -> None:
    seen = set[str]()
    for key in ids:
        if key in seen:
            raise Invalid(f"{noun} {key} is there twice", "id")
        seen.add(key)
