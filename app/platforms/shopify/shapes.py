"""What Shopify tells: the nodes of the Admin API, as the operations ask for them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from app.kernel.money import Money


class Named(Struct):
    id: str


class Amount(Struct, rename="camel"):
    amount: str
    currency_code: str

    def money(self) -> Money:
        return Money.parse(self.amount, self.currency_code)


class Bag(Struct, rename="camel"):
    """The shop's own currency; what the buyer saw is another matter."""

    shop_money: Amount


class PresentmentBag(Struct, rename="camel"):
    """What the buyer saw, in the currency of his market."""

    presentment_money: Amount


class Attribute(Struct):
    key: str
    value: str | None = None


class Child(Struct):
    """A line of a bulk result: ``parent`` is the id of the node that it belongs to."""

    id: str = ""
    parent: str | None = field(default=None, name="__parentId")


class ImageNode(Struct):
    url: str = ""


class PreviewNode(Struct):
    image: ImageNode | None = None


class MediaNode(Struct):
    preview: PreviewNode | None = None


class CountNode(Struct):
    count: int


class CollectionNode(Struct, rename="camel"):
    title: str
    products_count: CountNode | None = None


class CategoryNode(Struct, rename="camel"):
    full_name: str


class CurrencyNode(Struct, rename="camel"):
    currency_code: str


class RangeNode(Struct, rename="camel"):
    min_variant_price: CurrencyNode


class ProductNode(Struct, rename="camel"):
    id: str
    title: str
    handle: str
    vendor: str
    product_type: str
    description: str
    tags: list[str]
    status: str
    created_at: datetime
    updated_at: datetime
    price_range_v2: RangeNode = field(name="priceRangeV2")
    online_store_url: str | None = None
    category: CategoryNode | None = None
    featured_media: MediaNode | None = None


class OptionNode(Struct):
    name: str
    value: str


class InventoryItemNode(Struct, rename="camel"):
    id: str
    tracked: bool
    unit_cost: Amount | None = None


class VariantNode(Struct, rename="camel"):
    id: str
    title: str
    price: str
    position: int
    inventory_policy: str
    inventory_item: InventoryItemNode
    selected_options: list[OptionNode]
    sku: str | None = None
    compare_at_price: str | None = None
    inventory_quantity: int | None = None


class AllocationNode(Struct, rename="camel"):
    """A line's share of a discount, be it the line's own or the whole order's."""

    allocated_amount_set: Bag


class LineNode(Struct, rename="camel"):
    id: str
    quantity: int
    original_unit_price_set: Bag
    original_total_set: Bag
    discount_allocations: list[AllocationNode]
    custom_attributes: list[Attribute]
    product: Named | None = None
    variant: Named | None = None


class OrderNode(Struct, rename="camel"):
    id: str
    created_at: datetime
    updated_at: datetime
    currency_code: str
    custom_attributes: list[Attribute]
    refunds: list[Named]
    cancelled_at: datetime | None = None
    display_financial_status: str | None = None
    subtotal_price_set: PresentmentBag | None = None
    customer: Named | None = None
    checkout_token: str | None = None


class CustomerNode(Struct, rename="camel"):
    id: str
    updated_at: datetime


class QuantityNode(Struct):
    quantity: int


class CountedNode(Struct):
    tracked: bool


class LevelNode(Struct, rename="camel"):
    updated_at: datetime
    location: Named
    quantities: list[QuantityNode]


class RefundLineNode(Struct, rename="camel"):
    quantity: int
    line_item: Named
    subtotal_set: Bag


class PageInfo(Struct, rename="camel"):
    has_next_page: bool
    end_cursor: str | None = None


class RefundLines(Struct, rename="camel"):
    nodes: list[RefundLineNode]
    page_info: PageInfo


class RefundNode(Struct, rename="camel"):
    id: str
    updated_at: datetime
    order: Named
    refund_line_items: RefundLines
    created_at: datetime | None = None
