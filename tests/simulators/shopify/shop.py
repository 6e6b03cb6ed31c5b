"""A shop of the simulator: what it sells, who bought, and everything that happens to it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.kernel.clock import Clock
from tests.simulators.shopify import payloads

Node = dict[str, Any]


@dataclass(frozen=True)
class Ref:
    """A node of the same shop, by its id."""

    gid: str


@dataclass(frozen=True)
class Line:
    """What a buyer puts into the basket; the order's discount takes its ``share`` off beside ``off``."""

    variant: str
    quantity: int = 1
    off: str = "0"
    share: str = "0"
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Happening:
    """What the shop tells the world: a webhook's topic and body, not yet sent to anybody."""

    topic: str
    body: dict[str, Any]
    at: datetime


@dataclass
class Shop:
    domain: str
    clock: Clock
    name: str = "Acme"
    number: int = 1
    host: str = ""
    files: str = "https://cdn.shopify.com/s/files"
    currency: str = "GBP"
    foreign: tuple[str, str] = ("", "1")
    locations: tuple[str, ...] = ("gid://shopify/Location/1",)
    nodes: dict[str, dict[str, Node]] = field(default_factory=dict)
    happened: list[Happening] = field(default_factory=list)
    counter: int = 1000

    @property
    def currencies(self) -> list[str]:
        """In which buyers may pay: its own, and those of its markets."""
        markets = [
            each["currencySettings"]["baseCurrency"]["currencyCode"] for each in self.all("Market").values()
        ]
        return list(dict.fromkeys((self.currency, *markets)))

    def all(self, kind: str) -> dict[str, Node]:
        return self.nodes.setdefault(kind, {})

    def find(self, gid: str) -> Node | None:
        kind = gid.removeprefix("gid://shopify/").partition("/")[0]
        return self.all(kind).get(gid)

    def at(self, gid: str) -> Node:
        node = self.find(gid)
        if node is None:
            raise KeyError(gid)
        return node

    def add(self, kind: str, **values: Any) -> Node:
        self.counter += 1
        gid = f"gid://shopify/{kind}/{self.counter}"
        node = {"__typename": kind, "id": gid, "createdAt": self.now(), "updatedAt": self.now(), **values}
        self.all(kind)[gid] = node
        return node

    def now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def tell(self, topic: str, body: dict[str, Any]) -> None:
        self.happened.append(Happening(topic, body, self.clock.now()))

    def money(self, amount: str | Decimal) -> Node:
        shop = {"__typename": "MoneyV2", "amount": f"{Decimal(amount):.2f}", "currencyCode": self.currency}
        seen = dict(shop)
        if self.foreign[0]:
            there = Decimal(amount) * Decimal(self.foreign[1])
            seen = {**shop, "amount": f"{there:.2f}", "currencyCode": self.foreign[0]}
        return {"__typename": "MoneyBag", "shopMoney": shop, "presentmentMoney": seen}

    def allocated(self, *amounts: str | Decimal) -> list[Node]:
        """What discounts take off a line, one each."""
        return [
            {"__typename": "DiscountAllocation", "allocatedAmountSet": self.money(each)}
            for each in amounts
            if Decimal(each)
        ]

    # What the merchant does.

    def add_product(
        self, title: str, price: str = "9.50", *, stock: Sequence[int] = (5,), tracked: bool = True,
        policy: str = "DENY", **more: Any,
    ) -> Node:  # fmt: skip
        """A product with one variant a stock level, all of it at the first location."""
        handle = title.lower().replace(" ", "-")
        product = self.add(
            "Product", title=title, handle=handle, vendor="Acme", productType="Things", tags=[],
            description=f"{title}, very good.", status="ACTIVE", isGiftCard=False, category=None,
            onlineStoreUrl=f"https://{self.domain}/products/{handle}", collections=[], metafields=[],
            priceRangeV2=self._range(price),
            featuredMedia=picture(self.files, title), variants=[],
            media=[self._media(title), self._media(f"{title} back")],
        )  # fmt: skip
        product.update(more)
        for position, units in enumerate(stock, 1):
            item = self.add("InventoryItem", tracked=tracked, unitCost=self._cost(price), inventoryLevels=[])
            variant = self.add(
                "ProductVariant", title="Default Title" if len(stock) == 1 else f"Size {position}",
                sku=f"SKU-{self.counter}", price=price, compareAtPrice=None, position=position,
                inventoryPolicy=policy, inventoryQuantity=units, inventoryItem=Ref(item["id"]),
                selectedOptions=[{"__typename": "SelectedOption", "name": "Size", "value": str(position)}],
                product=Ref(product["id"]),
            )  # fmt: skip
            item["variant"] = Ref(variant["id"])
            for number, place in enumerate(self.locations):
                self._level(item, place, units if number == 0 else 0)
            product["variants"].append(Ref(variant["id"]))
        self.tell("products/create", payloads.product(self, product))
        return product

    def add_collection(self, title: str, *products: str) -> Node:
        """The products are in it from now on, which their own date does not show."""
        count = {"__typename": "Count", "count": len(products)}
        collection = self.add("Collection", title=title, handle=title.lower(), productsCount=count)
        for each in products:
            self.at(each)["collections"].append(Ref(collection["id"]))
        return collection

    def change_cost(self, variant: str, cost: str) -> None:
        self.at(self.at(variant)["inventoryItem"].gid)["unitCost"]["amount"] = cost

    def add_market(self, name: str, currency: str, *, local: bool = False, status: str = "ACTIVE") -> Node:
        base = {"__typename": "CurrencySetting", "currencyCode": currency}
        settings = {"__typename": "MarketCurrencySettings", "baseCurrency": base, "localCurrencies": local}
        market = self.add("Market", name=name, status=status, currencySettings=settings)
        self.tell("markets/create", {"id": number(market["id"]), "name": name})
        return market

    def add_domain(self, url: str, locale: str = "fr") -> None:
        """Of a market's own."""
        root = {"__typename": "MarketWebPresenceRootUrl", "url": url, "locale": locale}
        self.add("MarketWebPresence", rootUrls=[root])

    def rename(self, name: str, language: str) -> None:
        self.name = name
        told = {
            "id": self.number,
            "name": name,
            "domain": self.host or self.domain,
            "currency": self.currency,
        }
        self.tell("shop/update", {**told, "iana_timezone": "Europe/London", "primary_locale": language})

    def change_product(self, gid: str, **values: Any) -> None:
        product = self.at(gid)
        product.update(values, updatedAt=self.now())
        self.tell("products/update", payloads.product(self, product))

    def change_price(self, gid: str, price: str) -> None:
        for each in self.at(gid)["variants"]:
            self.at(each.gid)["price"] = price
        self.change_product(gid)

    def delete_product(self, gid: str) -> None:
        del self.all("Product")[gid]
        self.add("BasicEvent", action="destroy", subjectType="PRODUCT", subjectId=gid)
        self.tell("products/delete", {"id": number(gid)})

    def set_stock(self, variant: str, available: int, place: int = 0) -> None:
        """At one location. The product's own webhook follows, as at Shopify."""
        node = self.at(variant)
        item = self.at(node["inventoryItem"].gid)
        level = self.at(item["inventoryLevels"][place].gid)
        level["quantities"] = [quantity(available)]
        level["updatedAt"] = self.now()
        node["inventoryQuantity"] = sum(
            self.at(each.gid)["quantities"][0]["quantity"] for each in item["inventoryLevels"]
        )
        self.tell("inventory_levels/update", payloads.level(self, level, available))

    def erase_customer(self, gid: str, orders: Iterable[str] = ()) -> None:
        self.tell("customers/redact", payloads.person(self, gid, orders_to_redact=orders))

    def ask_for_data(self, gid: str, orders: Iterable[str] = ()) -> None:
        self.tell(
            "customers/data_request",
            payloads.person(self, gid, orders_requested=orders) | {"data_request": {"id": 9999}},
        )

    # What a buyer does.

    def add_customer(self) -> Node:
        return self.add("Customer", displayName="Pat Example", email="pat@example.com")

    def place_order(
        self, lines: Sequence[Line], *, customer: str | None = None,
        attributes: Mapping[str, str] | None = None, tell: bool = True,
    ) -> Node:  # fmt: skip
        order = self.add(
            "Order", cancelledAt=None, displayFinancialStatus="PAID", currencyCode=self.currency,
            presentmentCurrencyCode=self.currency, customer=Ref(customer) if customer else None,
            customAttributes=pairs(attributes or {}), refunds=[], lineItems=[], test=False,
            checkoutToken=secrets.token_hex(16),
        )  # fmt: skip
        total = Decimal(0)
        for line in lines:
            variant = self.at(line.variant)
            price = Decimal(variant["price"])
            whole = price * line.quantity
            total += whole - Decimal(line.off) - Decimal(line.share)
            item = self.add(
                "LineItem", quantity=line.quantity, product=variant["product"], variant=Ref(line.variant),
                customAttributes=pairs(line.attributes), originalUnitPriceSet=self.money(price),
                originalTotalSet=self.money(whole), discountAllocations=self.allocated(line.off, line.share),
            )  # fmt: skip
            order["lineItems"].append(Ref(item["id"]))
        order["subtotalPriceSet"] = self.money(total)
        order["totalPriceSet"] = self.money(total + 4)  # with postage
        if tell:
            self.tell("orders/create", payloads.order(self, order))
        return order

    def change_order(self, gid: str, topic: str = "orders/updated", **values: Any) -> None:
        order = self.at(gid)
        order.update(values, updatedAt=self.now())
        self.tell(topic, payloads.order(self, order))

    def cancel_order(self, gid: str) -> None:
        self.change_order(gid, "orders/cancelled", cancelledAt=self.now(), displayFinancialStatus="VOIDED")

    def refund(self, gid: str, line: int, quantity: int, amount: str) -> Node:
        order = self.at(gid)
        refund = self.add(
            "Refund", order=Ref(gid), totalRefundedSet=self.money(amount),
            refundLineItems=[{
                "__typename": "RefundLineItem", "id": f"gid://shopify/RefundLineItem/{self.counter + 1}",
                "lineItem": order["lineItems"][line], "quantity": quantity, "subtotalSet": self.money(amount),
            }],
        )  # fmt: skip
        order["refunds"].append(Ref(refund["id"]))
        order["updatedAt"] = self.now()
        self.tell("refunds/create", payloads.refund(self, refund))
        self.tell("orders/updated", payloads.order(self, order))
        return refund

    def _media(self, title: str) -> Ref:
        return Ref(self.add("MediaImage", **picture(self.files, title))["id"])

    def _level(self, item: Node, place: str, units: int) -> None:
        level = self.add("InventoryLevel", item=Ref(item["id"]), quantities=[quantity(units)])
        level["location"] = {"__typename": "Location", "id": place}
        item["inventoryLevels"].append(Ref(level["id"]))

    def _range(self, price: str) -> Node:
        least = {"__typename": "MoneyV2", "amount": price, "currencyCode": self.currency}
        return {"__typename": "ProductPriceRangeV2", "minVariantPrice": least, "maxVariantPrice": least}

    def _cost(self, price: str) -> Node:
        half = f"{Decimal(price) / 2:.2f}"
        return {"__typename": "MoneyV2", "amount": half, "currencyCode": self.currency}


def number(gid: str) -> int:
    return int(gid.rpartition("/")[2].partition("?")[0])


def pairs(attributes: Mapping[str, str]) -> list[Node]:
    return [{"__typename": "Attribute", "key": key, "value": value} for key, value in attributes.items()]


def quantity(units: int) -> Node:
    return {"__typename": "InventoryQuantity", "name": "available", "quantity": units}


def picture(files: str, title: str) -> Node:
    address = f"{files}/{title.lower().replace(' ', '-')}.png"
    image = {"__typename": "Image", "url": address}
    return {"__typename": "MediaImage", "preview": {"__typename": "MediaPreviewImage", "image": image}}
