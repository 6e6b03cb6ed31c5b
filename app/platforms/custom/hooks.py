"""Webhooks of the custom platform: signed as Standard Webhooks, one record each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw, Struct

from app.kernel.crypto import verify_webhook
from app.kernel.errors import Invalid
from app.platforms.base import Heard, Kind, RawHook
from app.platforms.custom.batch import parse_records, spoken
from app.platforms.custom.mapping import utc
from app.platforms.records import OrderStatus, Parsed

ORDER_CANCELLED: Final = "order.cancelled"
PRODUCT_DELETED: Final = "product.deleted"
TOPICS: Final[Mapping[str, Kind]] = {
    "order.created": Kind.ORDERS,
    "order.updated": Kind.ORDERS,
    ORDER_CANCELLED: Kind.ORDERS,
    "refund.created": Kind.REFUNDS,
    "product.updated": Kind.PRODUCTS,
    PRODUCT_DELETED: Kind.PRODUCTS,
    "stock.updated": Kind.STOCK,
    "customer.updated": Kind.CUSTOMERS,
}
_URGENT = frozenset({Kind.PRODUCTS, Kind.STOCK})
_LONGEST_ID = 200


class Envelope(Struct):
    """The body of a webhook: its topic, when it was sent, and one record of the topic's kind."""

    type: Annotated[str, Meta(max_length=200)]
    data: Raw
    timestamp: Annotated[datetime, Meta(tz=True)] | None = None


def verify(hook: RawHook, secret: str) -> Heard:
    """Raises Unauthorized for a wrong signature, and Invalid where a signed body is no JSON object."""
    delivery_id = verify_webhook(secret, hook.headers, hook.body, hook.received_at)
    if len(delivery_id) > _LONGEST_ID or "\0" in delivery_id:
        raise Invalid(f"webhook-id has more than {_LONGEST_ID} characters", "webhook-id")
    try:
        body = msgspec.json.decode(hook.body)
    except ValueError as error:
        raise Invalid(f"the body is not JSON: {spoken(error)}") from None
    topic = body.get("type") if isinstance(body, dict) else None
    told = topic[:_LONGEST_ID].replace("\0", "") if isinstance(topic, str) else ""
    return Heard(delivery_id, told, urgent=TOPICS.get(told) in _URGENT)


def parse(hook: RawHook) -> Parsed:
    """The record, or why there is none. Raises Invalid where the envelope cannot be read."""
    try:
        envelope = msgspec.json.decode(hook.body, type=Envelope)
    except ValueError as error:
        raise Invalid(spoken(error)) from None
    kind = TOPICS.get(envelope.type)
    if kind is None:
        raise Invalid(f"unknown type {envelope.type!r}", "type")
    sent_at = hook.received_at if envelope.timestamp is None else utc(envelope.timestamp, "timestamp")
    return parse_records(kind, [_meant(envelope)], min(sent_at, hook.received_at))


def _meant(envelope: Envelope) -> bytes:
    """What the topic says goes, whether or not the record repeats it."""
    said: dict[str, object] = {}
    if envelope.type == ORDER_CANCELLED:
        said = {"status": OrderStatus.CANCELLED}
    if envelope.type == PRODUCT_DELETED:
        said = {"deleted": True}
    if not said:
        return bytes(envelope.data)
    try:
        return msgspec.json.encode(msgspec.json.decode(envelope.data, type=dict[str, object]) | said)
    except ValueError as error:
        raise Invalid(spoken(error), "data") from None
