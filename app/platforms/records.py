"""What any shop tells us, in our own words. ``version`` is its ``updated_at``; times are aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.kernel.money import Money


class OrderStatus(StrEnum):
    PAID = "paid"
    PENDING = "pending"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class StockRecord:
    """Units on hand; ``stock`` None = the shop does not count them, ``variant_id`` None = of the product."""

    product_id: str
    variant_id: str | None
    stock: int | None
    version: datetime


@dataclass(frozen=True, slots=True)
class LevelRecord:
    """Units of an item at one of the shop's places; what a variant has is the sum over them."""

    item_id: str
    place_id: str
    units: int
    version: datetime


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """``cost`` is what the merchant paid, None = not told; ``item_id`` is what ``LevelRecord`` counts."""

    variant_id: str
    title: str
    sku: str | None
    price: Money
    compare_at: Money | None
    options: Mapping[str, str]
    cost: Money | None = None
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product with all its variants; ``stock`` is what was said of stock along with it, maybe nothing.

    ``images`` begins with ``image``. ``collections`` are titles, the most special first, None = not told.
    """

    product_id: str
    title: str
    url: str
    image: str
    category: str
    brand: str
    description: str
    tags: tuple[str, ...]
    price: Money
    compare_at: Money | None
    visible: bool
    created_at: datetime
    version: datetime
    variants: tuple[VariantRecord, ...] = ()
    stock: tuple[StockRecord, ...] = ()
    images: tuple[str, ...] = ()
    collections: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ProductDeletion:
    """The shop sells this no more, as of ``version``."""

    product_id: str
    version: datetime


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    customer_id: str
    email: str | None
    name: str | None
    visitor_id: str | None
    version: datetime


@dataclass(frozen=True, slots=True)
class OrderLineRecord:
    """``total`` is what was paid for the line: ``unit`` times quantity less its discounts."""

    line_id: str
    product_id: str
    variant_id: str | None
    quantity: int
    unit: Money
    total: Money
    slate_id: str | None


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """A whole order: a newer one replaces all lines. One currency throughout, line ids are unique.

    ``paid`` is the same in the currency of the buyer's market, where the shop sells in several. By one of
    ``purchases`` the page after the payment knew it.
    """

    order_id: str
    customer_id: str | None
    visitor_id: str | None
    created_at: datetime
    version: datetime
    total: Money
    status: OrderStatus
    cancelled_at: datetime | None
    lines: tuple[OrderLineRecord, ...]
    paid: Money | None = None
    purchases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundLineRecord:
    line_id: str
    quantity: int
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """What went back for an order that may not have reached us yet."""

    refund_id: str
    order_id: str
    created_at: datetime
    version: datetime
    lines: tuple[RefundLineRecord, ...]


Record = (
    ProductRecord | ProductDeletion | CustomerRecord | OrderRecord | RefundRecord | StockRecord | LevelRecord
)


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """The merchant took us out of the shop."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ScopesChanged:
    """What we may do at the shop now."""

    scopes: frozenset[str]
    version: datetime


@dataclass(frozen=True, slots=True)
class ShopChanged:
    """The shop's own particulars; an empty text = not told."""

    name: str
    domain: str
    currency: str
    timezone: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class ShopStale:
    """The shop changed more of its own particulars than it says: they are to be asked for."""


@dataclass(frozen=True, slots=True)
class PullReady:
    """What we asked the shop to gather can be fetched."""


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """A plan of the merchant's with us, by the name that the platform's billing has, began or ended."""

    plan: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class ForgetCustomer:
    """A customer is to be erased, with what these orders tell of him."""

    customer_id: str
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DiscloseCustomer:
    """A customer wants to know what we hold of him; ``request_id`` is the platform's."""

    request_id: str
    customer_id: str
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForgetShop:
    """Everything that we hold of this shop is to be erased."""


Notice = (
    Uninstalled
    | ScopesChanged
    | ShopChanged
    | ShopStale
    | PullReady
    | PlanChanged
    | ForgetCustomer
    | DiscloseCustomer
    | ForgetShop
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a record was left out. ``line`` counts from 1; ``id`` is empty where it could not be read."""

    line: int
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The good ones in the order they came, the bad ones with their reasons, and what else was told."""

    records: tuple[Record, ...]
    rejected: tuple[Rejected, ...] = ()
    notices: tuple[Notice, ...] = ()
