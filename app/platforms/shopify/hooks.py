"""Webhooks of Shopify: proved by Shopify's own library on the raw body, named by their headers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from app.kernel.errors import Invalid, Unauthorized
from app.kernel.log import get_logger
from app.platforms.base import Heard, RawHook
from app.platforms.shopify.config import VERSION, Config, shop_of

_LONGEST: Final = 200
_URGENT: Final = ("products/", "inventory_levels/")


def verify(config: Config, hook: RawHook) -> Heard:
    """Raises Unauthorized where the signature is missing or wrong, Invalid where headers are."""
    try:
        body = hook.body.decode()
    except UnicodeDecodeError:
        raise Unauthorized("the webhook is not text") from None
    asked = {"method": "POST", "headers": dict(hook.headers), "url": "", "body": body}
    if not config.library().verify_webhook_req(asked).ok:  # type: ignore[arg-type]
        raise Unauthorized("the webhook's signature is missing or wrong")
    delivery_id, topic = _header(hook, "x-shopify-webhook-id"), _header(hook, "x-shopify-topic")
    told = hook.headers.get("x-shopify-api-version", VERSION)
    if told != VERSION:
        get_logger(__name__).warning("webhook of another version", topic=topic, version=told)
    shop = shop_of(hook.headers.get("x-shopify-shop-domain", ""))
    return Heard(delivery_id, topic, topic.startswith(_URGENT), shop, _told_at(hook))


def _told_at(hook: RawHook) -> datetime | None:
    """When it first was sent; never later than now, since headers are not signed."""
    try:
        told = datetime.fromisoformat(hook.headers.get("x-shopify-triggered-at", ""))
    except ValueError:
        return None
    return min(told.astimezone(UTC), hook.received_at) if told.tzinfo else None


def _header(hook: RawHook, name: str) -> str:
    value = hook.headers.get(name, "")
    if not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise Invalid(f"{name} is missing or too long", name)
    return value
