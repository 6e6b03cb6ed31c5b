"""Shopify's objects as Liquid and the AJAX interface have them: in the buyer's market and language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulators.shopify.carts import Cart, CartLine, is_available
from tests.simulators.shopify.shop import Node, Shop, number
from tests.simulators.shopify.theme import Market

Drop = dict[str, Any]


class Later(Mapping[str, Any]):
    """Made only when it is asked for: products lead to products without end."""

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self.make = make

    def __getitem__(self, key: str) -> Any:
        return self.make()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.make())

    def __len__(self) -> int:
        return len(self.make())


@dataclass(frozen=True)
class Objects:
    """``root`` is what every address of this market begins with, and ends with a slash."""

    shop: Shop
    market: Market
    root: str

    def app(self) -> Drop:
        """Our own metafields, where we wrote any."""
        held = list(self.shop.all("AppInstallation").values())
        return {"metafields": self._metafields(held[0]) if held else {}}

    def find(self, handle: str) -> Node | None:
        """A product of this market."""
        if handle in self.market.missing:
            return None
        found = (each for each in self.shop.all("Product").values() if each["handle"] == handle)
        return next(found, None)

    def sold(self) -> list[Drop]:
        every = self.shop.all("Product").values()
        return [self.product(each) for each in every if each["handle"] not in self.market.missing]

    def product(self, node: Node) -> Drop:
        variants = [self.variant(self.shop.at(each.gid)) for each in node["variants"]]
        prices = [each["price"] for each in variants]
        return {
            "id": number(node["id"]),
            "title": self.market.titles.get(node["handle"], node["title"]),
            "handle": node["handle"],
            "url": f"{self.root}products/{node['handle']}",
            "type": node["productType"],
            "available": any(each["available"] for each in variants),
            "price": min(prices),
            "price_min": min(prices),
            "price_varies": min(prices) != max(prices),
            "compare_at_price": variants[0]["compare_at_price"],
            "featured_image": f"{self.root}cdn/{node['handle']}.svg",
            "variants": variants,
            "metafields": Later(lambda: self._metafields(node)),
        }

    def variant(self, node: Node) -> Drop:
        was = node["compareAtPrice"]
        return {
            "id": number(node["id"]),
            "title": node["title"],
            "available": is_available(node),
            "price": self.market.cents(node["price"]),
            "compare_at_price": self.market.cents(was) if was else None,
        }

    def cart(self, cart: Cart) -> Drop:
        items = [self._line(each) for each in cart.lines]
        return {
            "items": items,
            "item_count": sum(each["quantity"] for each in items),
            "total_price": sum(each["final_line_price"] for each in items),
            "attributes": dict(cart.attributes),
            "currency": self.market.currency,
        }

    def _line(self, line: CartLine) -> Drop:
        parent = self.shop.at(line.variant["product"].gid)
        price = self.market.cents(line.variant["price"])
        return {
            "id": number(line.variant["id"]),
            "variant_id": number(line.variant["id"]),
            "product_id": number(parent["id"]),
            "title": self.market.titles.get(parent["handle"], parent["title"]),
            "quantity": line.quantity,
            "properties": dict(line.properties),
            "final_line_price": price * line.quantity,
            "product": Later(lambda: self.product(parent)),
        }

    def _metafields(self, node: Node) -> Mapping[str, Any]:
        found: dict[str, dict[str, Any]] = {}
        for each in node["metafields"]:
            held = self.shop.at(each.gid)
            found.setdefault(held["namespace"], {})[held["key"]] = {
                "value": self._value(held["type"], held["value"])
            }
        return found

    def _value(self, kind: str, value: str) -> Any:
        if kind == "json":
            return json.loads(value)
        if kind != "list.product_reference":
            return value
        nodes = [self.shop.find(gid) for gid in json.loads(value)]
        return [self.product(each) for each in nodes if each and each["handle"] not in self.market.missing]


def plain(drop: Mapping[str, Any]) -> Drop:
    """As JSON has it: without what only Liquid reads."""
    left = {key: value for key, value in drop.items() if not isinstance(value, Later)}
    if "items" in left:
        left["items"] = [plain(each) for each in left["items"]]
    return left
