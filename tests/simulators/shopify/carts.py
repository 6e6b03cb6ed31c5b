"""Carts of a storefront: what is in them, who filled them, and how they become orders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.shopify.shop import Line, Node, Shop


class CartError(Exception):
    """Answered with 422 and this description."""


@dataclass
class CartLine:
    variant: Node
    quantity: int
    properties: dict[str, str]

    @property
    def key(self) -> str:
        """Lines with other properties are other lines."""
        return f"{self.variant['id']}:{json.dumps(self.properties, sort_keys=True)}"


@dataclass
class Cart:
    lines: list[CartLine] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    def add(self, shop: Shop, variant_id: str, quantity: int, properties: Mapping[str, str]) -> CartLine:
        """Raises CartError where there is no such variant, or not so many."""
        variant = shop.find(f"gid://shopify/ProductVariant/{variant_id}")
        if variant is None:
            raise CartError("Cannot find variant")
        held = sum(each.quantity for each in self.lines if each.variant["id"] == variant["id"])
        if not is_available(variant, held + quantity):
            raise CartError("All of it is in your cart, or it has sold out.")
        new = CartLine(variant, quantity, {key: value for key, value in properties.items() if value})
        same = [each for each in self.lines if each.key == new.key]
        if same:
            same[0].quantity += quantity
            return same[0]
        self.lines.insert(0, new)
        return new

    def change(self, variant_id: str, quantity: int) -> None:
        for line in self.lines:
            if line.variant["id"].endswith(f"/{variant_id}"):
                line.quantity = quantity
        self.lines = [each for each in self.lines if each.quantity > 0]

    def note(self, attributes: Mapping[str, Any]) -> None:
        """An empty value takes an attribute away."""
        told = {**self.attributes, **{key: str(value) for key, value in attributes.items()}}
        self.attributes = {key: value for key, value in told.items() if value}

    def order(self, shop: Shop) -> Node:
        lines = [Line(each.variant["id"], each.quantity, attributes=each.properties) for each in self.lines]
        return shop.place_order(lines, attributes=self.attributes)


def is_available(variant: Node, quantity: int = 1) -> bool:
    return bool(variant["inventoryPolicy"] == "CONTINUE" or variant["inventoryQuantity"] >= quantity)
