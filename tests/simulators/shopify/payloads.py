"""The bodies of webhooks, in the shape of Shopify's older interface. What level 1 hides is not in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulators.shopify.shop import Node, Shop

Body = dict[str, Any]


def number(gid: str) -> int:
    return int(gid.rpartition("/")[2].partition("?")[0])


def product(shop: Shop, node: Node) -> Body:
    return {
        "id": number(node["id"]),
        "admin_graphql_api_id": node["id"],
        "title": node["title"],
        "handle": node["handle"],
        "body_html": f"<p>{node['description']}</p>",
        "vendor": node["vendor"],
        "product_type": node["productType"],
        "tags": ", ".join(node["tags"]),
        "status": node["status"].lower(),
        "created_at": node["createdAt"],
        "updated_at": node["updatedAt"],
        "published_at": node["createdAt"] if node["onlineStoreUrl"] else None,
        "image": {"src": node["featuredMedia"]["preview"]["image"]["url"]},
        "images": [{"src": shop.at(each.gid)["preview"]["image"]["url"]} for each in node["media"]],
        "options": [{"name": "Size", "position": 1}],
        "variants": [_variant(shop, shop.at(each.gid), node) for each in node["variants"]],
        "variant_gids": [
            {"admin_graphql_api_id": each.gid, "updated_at": node["updatedAt"]} for each in node["variants"]
        ],
    }


def _variant(shop: Shop, node: Node, parent: Node) -> Body:
    item = shop.at(node["inventoryItem"].gid)
    return {
        "id": number(node["id"]),
        "admin_graphql_api_id": node["id"],
        "product_id": number(parent["id"]),
        "title": node["title"],
        "sku": node["sku"],
        "price": node["price"],
        "compare_at_price": node["compareAtPrice"],
        "position": node["position"],
        "option1": node["selectedOptions"][0]["value"],
        "option2": None,
        "option3": None,
        "updated_at": node["updatedAt"],
        "inventory_item_id": number(item["id"]),
        "inventory_quantity": node["inventoryQuantity"],
        "inventory_policy": node["inventoryPolicy"].lower(),
    }


def level(shop: Shop, node: Node, available: int) -> Body:
    return {
        "inventory_item_id": number(node["item"].gid),
        "location_id": number(node["location"]["id"]),
        "available": available if shop.at(node["item"].gid)["tracked"] else None,
        "updated_at": node["updatedAt"],
    }


def order(shop: Shop, node: Node) -> Body:
    return {
        "id": number(node["id"]),
        "admin_graphql_api_id": node["id"],
        "created_at": node["createdAt"],
        "updated_at": node["updatedAt"],
        "cancelled_at": node["cancelledAt"],
        "financial_status": node["displayFinancialStatus"].lower(),
        "currency": node["currencyCode"],
        "checkout_token": node["checkoutToken"],
        "presentment_currency": node["presentmentCurrencyCode"],
        "subtotal_price_set": _bag(node["subtotalPriceSet"]),
        "total_price_set": _bag(node["totalPriceSet"]),
        "customer": {"id": number(node["customer"].gid)} if node["customer"] else None,
        "note_attributes": [
            {"name": each["key"], "value": each["value"]} for each in node["customAttributes"]
        ],
        "line_items": [_line(shop.at(each.gid)) for each in node["lineItems"]],
        "refunds": [refund(shop, shop.at(each.gid)) for each in node["refunds"]],
        "test": node["test"],
    }


def _line(node: Node) -> Body:
    return {
        "id": number(node["id"]),
        "admin_graphql_api_id": node["id"],
        "product_id": number(node["product"].gid) if node["product"] else None,
        "variant_id": number(node["variant"].gid) if node["variant"] else None,
        "quantity": node["quantity"],
        "price_set": _bag(node["originalUnitPriceSet"]),
        "properties": [{"name": each["key"], "value": each["value"]} for each in node["customAttributes"]],
        "discount_allocations": [
            {"amount_set": _bag(each["allocatedAmountSet"])} for each in node["discountAllocations"]
        ],
    }


def refund(shop: Shop, node: Node) -> Body:
    return {
        "id": number(node["id"]),
        "admin_graphql_api_id": node["id"],
        "order_id": number(node["order"].gid),
        "created_at": node["createdAt"],
        "processed_at": node["createdAt"],
        "refund_line_items": [
            {
                "id": number(each["id"]),
                "line_item_id": number(each["lineItem"].gid),
                "quantity": each["quantity"],
                "subtotal_set": _bag(each["subtotalSet"]),
            }
            for each in node["refundLineItems"]
        ],
    }


def person(shop: Shop, gid: str, **orders: Iterable[str]) -> Body:
    named = {name: [number(each) for each in gids] for name, gids in orders.items()}
    who = {"id": number(gid), "email": "pat@example.com", "phone": "555-625-1199"}
    return {"shop_id": 1, "shop_domain": shop.domain, "customer": who, **named}


def _bag(bag: Node) -> Body:
    return {
        name: {"amount": bag[key]["amount"], "currency_code": bag[key]["currencyCode"]}
        for name, key in (("shop_money", "shopMoney"), ("presentment_money", "presentmentMoney"))
    }
