"""The page between the payment and the thanks: a purchase that may be added to, by what the app signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import jwt

from tests.simulators.shopify import payloads
from tests.simulators.shopify.shop import Node, Ref, Shop
from tests.simulators.shopify.tokens import Tokens

_UNTIMED = {f"verify_{claim}": False for claim in ("exp", "iat", "nbf")}


@dataclass
class Checkout:
    """One order that was just paid. A changeset that was applied is known by its ``jti``."""

    shop: Shop
    tokens: Tokens
    order: Node
    reference: str
    applied: set[str] = field(default_factory=set)

    def token(self, **claims: Any) -> str:
        """What the post-purchase page gets; ``claims`` override what it says."""
        customer = self.order["customer"]
        lines = [self.shop.at(each.gid) for each in self.order["lineItems"]]
        purchase = {
            "referenceId": self.reference,
            "customerId": payloads.number(customer.gid) if customer else None,
            "lineItems": [
                {"product": {"id": payloads.number(each["product"].gid)}, "quantity": each["quantity"]}
                for each in lines
            ],
        }
        told = {
            "iss": "shopify", "sub": self.reference, "iat": int(self.shop.clock.now().timestamp()),
            "input_data": {
                "initialPurchase": purchase, "locale": "en", "shop": {"id": 1, "domain": self.shop.domain},
            },
            **claims,
        }  # fmt: skip
        return jwt.encode(told, self.tokens.client_secret, algorithm="HS256")

    def apply(self, changeset: str) -> str:
        """ "processed", or the code of what is against it."""
        try:
            told = jwt.decode(
                changeset,
                self.tokens.client_secret,
                algorithms=["HS256"],
                options=_UNTIMED,  # type: ignore[arg-type]
            )
        except jwt.PyJWTError:
            return "invalid_request"
        now = self.shop.clock.now().timestamp()
        if told["iss"] != self.tokens.client_id or told["sub"] != self.reference or now >= told["exp"]:
            return "invalid_request"
        if told["jti"] in self.applied:
            return "changeset_already_applied"
        if any(self._stock(each) < each["quantity"] for each in told["changes"]):
            return "insufficient_inventory"
        self.applied.add(told["jti"])
        for each in told["changes"]:
            self._add(each)
        self.shop.change_order(self.order["id"])
        return "processed"

    def _variant(self, change: Node) -> Node:
        return self.shop.at(f"gid://shopify/ProductVariant/{change['variantId']}")

    def _stock(self, change: Node) -> int:
        return int(self._variant(change)["inventoryQuantity"])

    def _add(self, change: Node) -> None:
        variant, quantity = self._variant(change), change["quantity"]
        whole = Decimal(variant["price"]) * quantity
        discount = change.get("discount", {"value": 0, "valueType": "percentage"})
        assert discount["valueType"] == "percentage"
        off = (whole * discount["value"] / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        line = self.shop.add(
            "LineItem", quantity=quantity, product=variant["product"], variant=Ref(variant["id"]),
            customAttributes=[], originalUnitPriceSet=self.shop.money(variant["price"]),
            originalTotalSet=self.shop.money(whole), discountAllocations=self.shop.allocated(off),
        )  # fmt: skip
        self.order["lineItems"].append(Ref(line["id"]))
