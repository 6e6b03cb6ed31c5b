"""What a merchant chose of our plans, as Shopify App Pricing has it: asked of the Partner API.

It is asked with a token of the company that makes the app, not with the shop's. Where this installation has
none, the shop's own word on its subscriptions is taken (``shop``).
"""

from __future__ import annotations

from typing import Final

import httpx
import msgspec
from msgspec import Struct

from app.kernel.log import get_logger
from app.platforms.shopify.client import operation
from app.platforms.shopify.config import Config

PARTNERS: Final = "partners.shopify.com"
VERSION: Final = "2026-07"


class _Item(Struct):
    handle: str


class _Subscription(Struct):
    items: list[_Item]


class _Data(Struct, rename="camel"):
    active_subscription: _Subscription | None = None


class _Answer(Struct):
    data: _Data | None = None
    errors: list[msgspec.Raw] = []


def plan(config: Config, http: httpx.Client, app_id: str, shop_id: str) -> str | None:
    """The plan's handle, "" where there is none, None where nobody could be asked: then it stays."""
    what = {
        "query": operation("partner/active_subscription"),
        "variables": {"appId": app_id, "shopId": shop_id},
    }
    address = f"https://{PARTNERS}/{config.partner_organization}/api/{VERSION}/graphql.json"
    try:
        answer = http.post(address, json=what, headers={"X-Shopify-Access-Token": config.partner_token})
        answer.raise_for_status()
        told = msgspec.json.decode(answer.content, type=_Answer)
    except (httpx.HTTPError, msgspec.MsgspecError) as error:
        get_logger(__name__).warning("the plan could not be read", shop=shop_id, error=type(error).__name__)
        return None
    if told.data is None or told.errors:
        get_logger(__name__).warning("the plan could not be read", shop=shop_id, error="refused")
        return None
    subscription = told.data.active_subscription
    return subscription.items[0].handle if subscription and subscription.items else ""
