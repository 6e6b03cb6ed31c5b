"""The bodies of Shopify's webhooks, as far as we read them: nothing that level 1 of protected data hides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from app.kernel.money import Money
from app.platforms.shopify.shapes import Attribute


class Id(Struct):
    id: int


class Amount(Struct):
    amount: str
    currency_code: str

    def money(self) -> Money:
        return Money.parse(self.amount, self.currency_code)


class Bag(Struct):
    shop_money: Amount


class PresentmentBag(Struct):
    """What the buyer saw, in the currency of his market."""

    presentment_money: Amount


class Property(Struct):
    name: str
    value: Any = None

    def plain(self) -> Attribute:
        return Attribute(self.name, self.value if isinstance(self.value, str) else None)


class Allocation(Struct):
    amount_set: Bag


class Line(Struct):
    id: int
    quantity: int
    price_set: Bag
    product_id: int | None = None
    variant_id: int | None = None
    properties: list[Property] = []
    discount_allocations: list[Allocation] = []


class RefundLine(Struct):
    line_item_id: int
    quantity: int
    subtotal_set: Bag


class Refund(Struct):
    id: int
    order_id: int
    created_at: datetime
    refund_line_items: list[RefundLine] = []


class Order(Struct):
    id: int
    created_at: datetime
    updated_at: datetime
    currency: str
    line_items: list[Line]
    cancelled_at: datetime | None = None
    financial_status: str | None = None
    customer: Id | None = None
    note_attributes: list[Property] = []
    refunds: list[Refund] = []
    subtotal_price_set: PresentmentBag | None = None
    checkout_token: str | None = None


class Category(Struct):
    full_name: str = ""


class Image(Struct):
    src: str = ""


class Option(Struct):
    name: str
    position: int


class Variant(Struct):
    id: int
    title: str
    price: str
    position: int
    sku: str | None = None
    compare_at_price: str | None = None
    option1: str | None = None
    option2: str | None = None
    option3: str | None = None
    inventory_item_id: int | None = None
    inventory_quantity: int | None = None
    inventory_policy: str = "deny"

    @property
    def is_sold_out_at_zero(self) -> bool:
        return self.inventory_policy != "continue"


class Product(Struct):
    id: int
    title: str
    handle: str
    updated_at: datetime
    status: str
    variants: list[Variant]
    body_html: str | None = None
    vendor: str | None = None
    product_type: str | None = None
    tags: str = ""
    created_at: datetime | None = None
    published_at: datetime | None = None
    image: Image | None = None
    images: list[Image] = []
    category: Category | None = None
    options: list[Option] = []
    variant_gids: list[Any] = []


class Level(Struct):
    inventory_item_id: int
    location_id: int
    updated_at: datetime
    available: int | None = None


class Customer(Struct):
    id: int
    updated_at: datetime | None = None


class Scopes(Struct):
    current: list[str]
    updated_at: datetime


class Shop(Struct):
    name: str = ""
    domain: str | None = None
    currency: str = ""
    iana_timezone: str | None = None
    primary_locale: str | None = None


class Redact(Struct):
    customer: Id
    orders_to_redact: list[int] = []


class Request(Struct):
    customer: Id
    data_request: Id
    orders_requested: list[int] = []


class Subscription(Struct):
    name: str = ""
    plan_handle: str | None = None
    status: str = ""


class SubscriptionUpdate(Struct):
    app_subscription: Subscription
