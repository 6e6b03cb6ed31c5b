"""The bodies of Shopify's webhooks, topic by topic: one function a topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Final, TypeVar

import msgspec

from app.kernel.errors import Invalid
from app.kernel.money import Money
from app.platforms.base import Context, RawHook
from app.platforms.records import (
    CustomerRecord,
    DiscloseCustomer,
    ForgetCustomer,
    ForgetShop,
    LevelRecord,
    Notice,
    OrderLineRecord,
    OrderRecord,
    Parsed,
    PlanChanged,
    ProductDeletion,
    ProductRecord,
    PullReady,
    Record,
    RefundRecord,
    ScopesChanged,
    ShopChanged,
    ShopStale,
    StockRecord,
    Uninstalled,
    VariantRecord,
)
from app.platforms.shopify import mapping
from app.platforms.shopify import payload_shapes as shapes
from app.platforms.shopify.mapping import SLATE, VISITOR, utc

T = TypeVar("T")
Told = list[Record | Notice]

_DESCRIPTION: Final = 2000


def parse(hook: RawHook, context: Context) -> Parsed:
    """What a verified webhook says. Raises Invalid."""
    handler = HANDLERS.get(hook.topic)
    if handler is None:
        raise Invalid(f"unknown topic {hook.topic!r}", "topic")
    told = handler(hook, context)
    return Parsed(
        tuple(each for each in told if isinstance(each, Record)),
        notices=tuple(each for each in told if isinstance(each, Notice)),
    )


def _read(hook: RawHook, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(hook.body, type=shape)
    except ValueError as error:
        raise Invalid(str(error)) from None


def product(hook: RawHook, context: Context) -> Told:
    """With the stock that is said along. Of more than 100 variants only some are told: those alone change."""
    told = _read(hook, shapes.Product)
    if len(told.variants) < len(told.variant_gids):
        return [*_stocks(told, told.variants)]  # the next reconciliation brings the rest
    names = [each.name for each in sorted(told.options, key=lambda each: each.position)]
    ordered = sorted(told.variants, key=lambda each: each.position)
    variants = tuple(_variant(each, names, context.currency) for each in ordered)
    first = variants[0] if variants else None
    image = told.image.src if told.image else ""
    is_public = told.status == "active" and told.published_at is not None
    record = ProductRecord(
        product_id=str(told.id),
        title=told.title,
        url=f"https://{context.domain}/products/{told.handle}" if is_public else "",
        image=image,
        images=mapping.pictures(image, (each.src for each in told.images)),
        category=told.product_type or (told.category.full_name if told.category else ""),
        brand=told.vendor or "",
        description=_plain(told.body_html or "")[:_DESCRIPTION],
        tags=tuple(filter(None, (each.strip() for each in told.tags.split(",")))),
        price=first.price if first else Money(0, context.currency),
        compare_at=first.compare_at if first else None,
        visible=is_public and bool(variants),
        created_at=utc(told.created_at or told.updated_at),
        version=utc(told.updated_at),
        variants=variants,
        stock=tuple(_stocks(told, ordered)),
    )
    return [record]


def _stocks(told: shapes.Product, variants: Iterable[shapes.Variant]) -> Iterator[StockRecord]:
    """Zero may mean that the shop does not count it, which a product does not tell: its levels say more."""
    for each in variants:
        units = each.inventory_quantity if each.is_sold_out_at_zero else None
        if units is None or units > 0:
            yield StockRecord(str(told.id), str(each.id), units, utc(told.updated_at))


def _variant(told: shapes.Variant, names: list[str], currency: str) -> VariantRecord:
    values = (told.option1, told.option2, told.option3)
    counts = told.is_sold_out_at_zero and told.inventory_item_id is not None
    return VariantRecord(
        variant_id=str(told.id),
        title=told.title,
        sku=told.sku or None,
        price=Money.parse(told.price, currency),
        compare_at=Money.parse(told.compare_at_price, currency) if told.compare_at_price else None,
        options={name: value for name, value in zip(names, values, strict=False) if value},
        item_id=str(told.inventory_item_id) if counts else None,
    )


def product_deleted(hook: RawHook, _context: Context) -> Told:
    return [ProductDeletion(str(_read(hook, shapes.Id).id), hook.received_at)]


def level(hook: RawHook, _context: Context) -> Told:
    told = _read(hook, shapes.Level)
    if told.available is None:
        return []  # not counted, or not kept at that place
    item, place = str(told.inventory_item_id), str(told.location_id)
    return [LevelRecord(item, place, told.available, utc(told.updated_at))]


def order(hook: RawHook, _context: Context) -> Told:
    told = _read(hook, shapes.Order)
    lines = tuple(_line(each) for each in told.line_items)
    record = OrderRecord(
        order_id=str(told.id),
        customer_id=str(told.customer.id) if told.customer else None,
        visitor_id=mapping.attribute((each.plain() for each in told.note_attributes), VISITOR),
        created_at=utc(told.created_at),
        version=utc(told.updated_at),
        total=sum((each.total for each in lines), Money(0, told.currency)),
        status=mapping.status(told.financial_status, cancelled=told.cancelled_at is not None),
        cancelled_at=utc(told.cancelled_at) if told.cancelled_at else None,
        lines=lines,
        paid=told.subtotal_price_set.presentment_money.money() if told.subtotal_price_set else None,
        purchases=mapping.purchases(str(told.id), told.checkout_token),
    )
    return [record, *(_refund(each) for each in told.refunds)]


def _line(told: shapes.Line) -> OrderLineRecord:
    unit = told.price_set.shop_money.money()
    total = unit * told.quantity
    for each in told.discount_allocations:
        total -= each.amount_set.shop_money.money()
    return OrderLineRecord(
        line_id=str(told.id),
        product_id=str(told.product_id) if told.product_id else f"line-{told.id}",
        variant_id=str(told.variant_id) if told.variant_id else None,
        quantity=told.quantity,
        unit=unit,
        total=total,
        slate_id=mapping.attribute((each.plain() for each in told.properties), SLATE),
    )


def refund(hook: RawHook, _context: Context) -> Told:
    return [_refund(_read(hook, shapes.Refund))]


def _refund(told: shapes.Refund) -> RefundRecord:
    return RefundRecord(
        refund_id=str(told.id),
        order_id=str(told.order_id),
        created_at=utc(told.created_at),
        version=utc(told.created_at),
        lines=mapping.refund_lines(
            (str(each.line_item_id), each.quantity, each.subtotal_set.shop_money.money())
            for each in told.refund_line_items
        ),
    )


def customer(hook: RawHook, _context: Context) -> Told:
    told = _read(hook, shapes.Customer)
    version = utc(told.updated_at) if told.updated_at else hook.received_at
    return [CustomerRecord(str(told.id), None, None, None, version)]


def uninstalled(_hook: RawHook, _context: Context) -> Told:
    return [Uninstalled(_hook.received_at)]


def scopes(hook: RawHook, _context: Context) -> Told:
    told = _read(hook, shapes.Scopes)
    return [ScopesChanged(frozenset(told.current), utc(told.updated_at))]


def shop(hook: RawHook, _context: Context) -> Told:
    told = _read(hook, shapes.Shop)
    zone, language = told.iana_timezone or "", told.primary_locale or ""
    return [ShopChanged(told.name, told.domain or "", told.currency, zone, language)]


def markets(_hook: RawHook, _context: Context) -> Told:
    return [ShopStale()]


def pull_ready(_hook: RawHook, _context: Context) -> Told:
    return [PullReady()]


def plan(hook: RawHook, _context: Context) -> Told:
    """What it says is believed at once, and asked for where plans are sold."""
    told = _read(hook, shapes.SubscriptionUpdate).app_subscription
    return [PlanChanged(told.plan_handle or told.name, told.status.upper() == "ACTIVE"), ShopStale()]


def redact(hook: RawHook, _context: Context) -> Told:
    told = _read(hook, shapes.Redact)
    return [ForgetCustomer(str(told.customer.id), tuple(map(str, told.orders_to_redact)))]


def data_request(hook: RawHook, _context: Context) -> Told:
    told = _read(hook, shapes.Request)
    orders = tuple(map(str, told.orders_requested))
    return [DiscloseCustomer(str(told.data_request.id), str(told.customer.id), orders)]


def shop_redact(_hook: RawHook, _context: Context) -> Told:
    return [ForgetShop()]


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _plain(html: str) -> str:
    text = _Text()
    text.feed(html)
    text.close()
    return " ".join(" ".join(text.parts).split())


HANDLERS: Final[Mapping[str, Callable[[RawHook, Context], Told]]] = {
    "products/create": product,
    "products/update": product,
    "products/delete": product_deleted,
    "inventory_levels/update": level,
    "orders/create": order,
    "orders/updated": order,
    "orders/cancelled": order,
    "refunds/create": refund,
    "customers/create": customer,
    "customers/update": customer,
    "app/uninstalled": uninstalled,
    "app/scopes_update": scopes,
    "app_subscriptions/update": plan,
    "shop/update": shop,
    "markets/create": markets,
    "markets/update": markets,
    "markets/delete": markets,
    "bulk_operations/finish": pull_ready,
    "customers/redact": redact,
    "customers/data_request": data_request,
    "shop/redact": shop_redact,
}
