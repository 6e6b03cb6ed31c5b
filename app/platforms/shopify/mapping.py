"""From Shopify's words to ours: amounts in the shop's own currency, ids as storefronts number them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.kernel.money import Money
from app.platforms.records import (
    CustomerRecord,
    LevelRecord,
    OrderLineRecord,
    OrderRecord,
    OrderStatus,
    ProductRecord,
    RefundLineRecord,
    RefundRecord,
    StockRecord,
    VariantRecord,
)
from app.platforms.shopify.config import number_of
from app.platforms.shopify.shapes import (
    Attribute,
    CollectionNode,
    CustomerNode,
    LevelNode,
    LineNode,
    MediaNode,
    OrderNode,
    ProductNode,
    RefundLineNode,
    RefundNode,
    VariantNode,
)

SLATE: Final = "_alongside_slate"
"""The hidden property of a line: the slate that led to it."""

VISITOR: Final = "_alongside_visitor"
"""The attribute of a cart: who filled it, where he agreed to be known."""

_PAID = {"PAID", "PARTIALLY_REFUNDED", "REFUNDED", "PARTIALLY_PAID"}
_DESCRIPTION: Final = 2000
_LONGEST_ATTRIBUTE: Final = 200


@dataclass(frozen=True, slots=True)
class Inside:
    """What hangs on a product."""

    variants: Sequence[VariantNode]
    collections: Sequence[CollectionNode]
    media: Sequence[MediaNode]


def product(node: ProductNode, inside: Inside, asked_at: datetime) -> ProductRecord:
    """With its stock as of ``asked_at``, which is not later than Shopify looked."""
    currency = node.price_range_v2.min_variant_price.currency_code
    ordered = sorted(inside.variants, key=lambda each: each.position)
    records = tuple(_variant(each, currency) for each in ordered)
    first = records[0] if records else None
    image = _picture(node.featured_media) if node.featured_media else ""
    product_id = number_of(node.id)
    return ProductRecord(
        product_id=product_id,
        title=node.title,
        url=node.online_store_url or "",
        image=image,
        images=pictures(image, map(_picture, inside.media)),
        category=node.product_type or (node.category.full_name if node.category else ""),
        brand=node.vendor,
        description=node.description[:_DESCRIPTION],
        tags=tuple(node.tags),
        collections=_collections(inside.collections),
        price=first.price if first else Money(0, currency),
        compare_at=first.compare_at if first else None,
        visible=node.status == "ACTIVE" and bool(node.online_store_url) and bool(records),
        created_at=utc(node.created_at),
        version=utc(node.updated_at),
        variants=records,
        stock=tuple(_stock(product_id, each, asked_at) for each in ordered),
    )


def _picture(node: MediaNode) -> str:
    return node.preview.image.url if node.preview and node.preview.image else ""


def pictures(first: str, others: Iterable[str]) -> tuple[str, ...]:
    """Each once; films and models by the picture that stands for them."""
    return tuple(filter(None, dict.fromkeys((first, *others))))


def _collections(told: Iterable[CollectionNode]) -> tuple[str, ...]:
    """The smallest first: it says most of what the product is."""
    sized = ((each.products_count.count if each.products_count else 0, each.title) for each in told)
    return tuple(dict.fromkeys(title for _, title in sorted(sized)))


def _variant(node: VariantNode, currency: str) -> VariantRecord:
    cost = node.inventory_item.unit_cost
    return VariantRecord(
        variant_id=number_of(node.id),
        title=node.title,
        sku=node.sku or None,
        price=Money.parse(node.price, currency),
        compare_at=Money.parse(node.compare_at_price, currency) if node.compare_at_price else None,
        options={each.name: each.value for each in node.selected_options},
        cost=cost.money() if cost and cost.currency_code == currency else None,
        item_id=number_of(node.inventory_item.id) if _is_counted(node) else None,
    )


def _is_counted(node: VariantNode) -> bool:
    return node.inventory_item.tracked and node.inventory_policy != "CONTINUE"


def _stock(product_id: str, node: VariantNode, asked_at: datetime) -> StockRecord:
    units = node.inventory_quantity if _is_counted(node) else None
    return StockRecord(product_id, number_of(node.id), units, asked_at)


def order(node: OrderNode, lines: Sequence[LineNode]) -> OrderRecord:
    kept = tuple(_line(each) for each in lines)
    return OrderRecord(
        order_id=number_of(node.id),
        customer_id=number_of(node.customer.id) if node.customer else None,
        visitor_id=attribute(node.custom_attributes, VISITOR),
        created_at=utc(node.created_at),
        version=utc(node.updated_at),
        total=sum((each.total for each in kept), Money(0, node.currency_code)),
        status=status(node.display_financial_status, cancelled=node.cancelled_at is not None),
        cancelled_at=utc(node.cancelled_at) if node.cancelled_at else None,
        lines=kept,
        paid=node.subtotal_price_set.presentment_money.money() if node.subtotal_price_set else None,
        purchases=purchases(number_of(node.id), node.checkout_token),
    )


def purchases(order_id: str, checkout_token: str | None) -> tuple[str, ...]:
    """The page after the payment knows an order by its checkout or its number: Shopify does not say which."""
    return (order_id, checkout_token) if checkout_token else (order_id,)


def status(financial: str | None, *, cancelled: bool) -> OrderStatus:
    """A refund does not unmake an order: it takes money back on its own."""
    told = (financial or "").upper()
    if cancelled or told == "VOIDED":
        return OrderStatus.CANCELLED
    return OrderStatus.PAID if told in _PAID else OrderStatus.PENDING


def _line(node: LineNode) -> OrderLineRecord:
    total = node.original_total_set.shop_money.money()
    for each in node.discount_allocations:
        total -= each.allocated_amount_set.shop_money.money()
    return OrderLineRecord(
        line_id=number_of(node.id),
        # What was deleted since keeps a name of its own, so that nothing is counted as something else.
        product_id=number_of(node.product.id) if node.product else f"line-{number_of(node.id)}",
        variant_id=number_of(node.variant.id) if node.variant else None,
        quantity=node.quantity,
        unit=node.original_unit_price_set.shop_money.money(),
        total=total,
        slate_id=attribute(node.custom_attributes, SLATE),
    )


def attribute(attributes: Iterable[Attribute], key: str) -> str | None:
    """What a buyer's browser sent under this key: short text or nothing."""
    found = next((each.value for each in attributes if each.key == key), None)
    return found if found and len(found) <= _LONGEST_ATTRIBUTE and found.isprintable() else None


def refund(node: RefundNode, lines: Sequence[RefundLineNode]) -> RefundRecord:
    return RefundRecord(
        refund_id=number_of(node.id),
        order_id=number_of(node.order.id),
        created_at=utc(node.created_at or node.updated_at),
        version=utc(node.updated_at),
        lines=refund_lines(
            (number_of(each.line_item.id), each.quantity, each.subtotal_set.shop_money.money())
            for each in lines
        ),
    )


def refund_lines(told: Iterable[tuple[str, int, Money]]) -> tuple[RefundLineRecord, ...]:
    """One a line of the order: what goes back to several shelves is told in parts."""
    summed: dict[str, RefundLineRecord] = {}
    for line_id, quantity, amount in told:
        held = summed.get(line_id)
        summed[line_id] = RefundLineRecord(
            line_id,
            quantity + (held.quantity if held else 0),
            amount + held.amount if held else amount,
        )
    return tuple(summed.values())


def customer(node: CustomerNode) -> CustomerRecord:
    """Level 1 of protected data: that there is somebody, and no more."""
    return CustomerRecord(number_of(node.id), None, None, None, utc(node.updated_at))


def level(item_id: str, node: LevelNode) -> LevelRecord:
    units = sum(each.quantity for each in node.quantities)
    return LevelRecord(number_of(item_id), number_of(node.location.id), units, utc(node.updated_at))


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
