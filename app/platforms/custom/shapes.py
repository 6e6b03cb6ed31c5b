"""The JSON of the custom platform, as it stands on the wire. Read by the parser and by the documentation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Words = Annotated[str, Meta(max_length=2_000)]
Prose = Annotated[str, Meta(max_length=100_000)]
Link = Annotated[str, Meta(max_length=4_000)]
Moment = Annotated[datetime, Meta(tz=True, description="ISO 8601 with a time zone")]
Version = Annotated[
    datetime,
    Meta(tz=True, description="The record's version: an older one never overwrites a newer one"),
]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Stock = Annotated[
    Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] | None,
    Meta(description="Units on hand; null = not counted, always sold; left out = nothing said"),
]


class MoneyShape(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Integer minor units (425 = 4.25 GBP) and an ISO 4217 currency."""

    amount: Annotated[int, Meta(ge=0, le=10**15, examples=[425])]
    currency: Annotated[str, Meta(min_length=3, max_length=3, examples=["GBP"])]


class VariantShape(Struct, frozen=True, gc=False):
    """``price`` defaults to the product's."""

    id: Id
    title: Words = ""
    sku: Annotated[str, Meta(max_length=200)] | None = None
    price: MoneyShape | None = None
    compare_at: MoneyShape | None = None
    stock: Stock | UnsetType = UNSET
    options: dict[Words, Words] = {}


class ProductShape(Struct, frozen=True, gc=False):
    """``title`` and ``price`` are required unless ``deleted``. Variants that are left out are gone."""

    id: Id
    title: Words = ""
    url: Link = ""
    image: Link = ""
    category: Words = ""
    brand: Words = ""
    description: Prose = ""
    tags: Annotated[list[Words], Meta(max_length=250)] = []
    price: MoneyShape | None = None
    compare_at: MoneyShape | None = None
    stock: Stock | UnsetType = UNSET
    visible: bool = True
    created_at: Moment | None = None
    updated_at: Version | None = None
    deleted: bool = False
    variants: Annotated[list[VariantShape], Meta(max_length=2_000)] = []


class CustomerShape(Struct, frozen=True, gc=False):
    id: Id
    email: Words | None = None
    name: Words | None = None
    visitor_id: Id | None = None
    updated_at: Version | None = None


class OrderLineShape(Struct, frozen=True, gc=False):
    """``id`` defaults to the line's position from 1; ``total`` to ``unit_price`` times ``quantity``."""

    product_id: Id
    quantity: Count
    unit_price: MoneyShape
    id: Id | None = None
    variant_id: Id | None = None
    total: MoneyShape | None = None
    slate_id: Id | None = None


class OrderShape(Struct, frozen=True, gc=False):
    """A whole order: a newer version replaces all its lines. ``updated_at`` defaults to ``created_at``."""

    id: Id
    created_at: Moment
    lines: Annotated[list[OrderLineShape], Meta(max_length=10_000)]
    updated_at: Version | None = None
    currency: Annotated[str, Meta(min_length=3, max_length=3)] | None = None
    status: Literal["paid", "pending", "cancelled"] = "paid"
    cancelled_at: Moment | None = None
    customer_id: Id | None = None
    visitor_id: Id | None = None


class RefundLineShape(Struct, frozen=True, gc=False):
    line_id: Id
    amount: MoneyShape
    quantity: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class RefundShape(Struct, frozen=True, gc=False):
    """May be sent before its order. ``updated_at`` defaults to ``created_at``."""

    id: Id
    order_id: Id
    created_at: Moment
    lines: Annotated[list[RefundLineShape], Meta(max_length=10_000)]
    updated_at: Version | None = None


class StockShape(Struct, frozen=True, gc=False):
    """``variant_id`` null = the stock of the product as a whole."""

    product_id: Id
    stock: Stock
    variant_id: Id | None = None
    updated_at: Version | None = None


Shape = ProductShape | CustomerShape | OrderShape | RefundShape | StockShape
