from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from app.kernel.crypto import sign_webhook
from app.kernel.errors import Invalid
from app.platforms.base import RawHook
from app.platforms.custom import hooks
from app.platforms.records import OrderStatus, ProductDeletion
from tests.platforms.test_batch import NOON, order

SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0"


def hook(body: Any, *, raw: bytes | None = None) -> RawHook:
    sent = json.dumps(body).encode() if raw is None else raw
    return RawHook(sign_webhook(SECRET, "msg_1", NOON, sent), sent, NOON)


@pytest.mark.parametrize(
    ("topic", "urgent"),
    [("stock.updated", True), ("product.deleted", True), ("product.updated", True), ("order.created", False)],
)
def test_what_changes_the_shelves_is_urgent(topic: str, urgent: bool) -> None:  # noqa: FBT001
    heard = hooks.verify(hook({"type": topic, "data": {}}), SECRET)
    assert (heard.delivery_id, heard.topic, heard.urgent) == ("msg_1", topic, urgent)


@pytest.mark.parametrize("raw", [b"", b"nonsense", b"{"])
def test_a_signed_body_that_is_no_json_is_invalid(raw: bytes) -> None:
    with pytest.raises(Invalid):
        hooks.verify(hook(None, raw=raw), SECRET)


def test_order_cancelled_cancels_whatever_the_record_says() -> None:
    told = {"type": "order.cancelled", "data": order(status="paid")}
    (record,) = hooks.parse(hook(told)).records
    assert record.status is OrderStatus.CANCELLED  # type: ignore[union-attr]


def test_product_deleted_needs_only_the_id_and_takes_the_time_of_the_hook() -> None:
    at = NOON - timedelta(minutes=1)
    told = {"type": "product.deleted", "timestamp": at.isoformat(), "data": {"id": "tea"}}
    assert hooks.parse(hook(told)).records == (ProductDeletion("tea", at),)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"type": "order.eaten", "data": {}},
        {"type": "order.created"},
        {"type": "product.deleted", "data": []},
        {"type": "order.created", "timestamp": "0001-01-01T00:00:00+10:00", "data": {}},
    ],
)
def test_an_envelope_that_cannot_be_read_is_invalid(body: Any) -> None:
    with pytest.raises(Invalid):
        hooks.parse(hook(body))


def test_a_bad_record_in_a_good_envelope_has_its_reason() -> None:
    parsed = hooks.parse(hook({"type": "order.created", "data": {"id": "o1"}}))
    assert parsed.rejected[0].id == "o1"
    assert "created_at" in parsed.rejected[0].reason
