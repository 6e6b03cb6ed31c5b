from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from app.bridge import overlay
from app.bridge.overlay import Aspect
from app.domain.accounts.stores import Credentials
from app.domain.commerce import deliveries
from app.kernel.crypto import new_webhook_secret, sign_webhook
from app.kernel.errors import NotFound
from app.kernel.runtime import Runtime
from tests.conftest import NOON
from tests.domain.commerce.toys import jobs, look, product, send

TOLD = "select delivery_id, topic, processed_at is not null, error from deliveries order by 1"


def order(order_id: str = "o1", **more: Any) -> dict[str, Any]:
    price = {"amount": 425, "currency": "GBP"}
    line = {"product_id": "tea", "quantity": 1, "unit_price": price}
    return {"id": order_id, "created_at": "2026-11-21T11:00:00Z", "lines": [line], **more}


def call(
    client: FlaskClient,
    store: Credentials,
    body: Any,
    *,
    delivery_id: str = "msg_1",
    at: datetime = NOON,
    secret: str = "",
) -> TestResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = sign_webhook(secret or store.webhook_secret, delivery_id, at, raw)
    return client.post(f"/hooks/custom/{store.store_id}", data=raw, headers=headers)


def test_a_signed_order_is_kept_and_named_to_a_worker(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    assert call(client, store, {"type": "order.created", "data": order()}).status_code == 204
    assert look(runtime, store.store_id, TOLD) == [("msg_1", "order.created", False, None)]
    assert jobs(runtime, store.store_id) == [("sync.delivery", ["msg_1"])]


def test_the_worker_writes_the_order_and_drops_the_body(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    call(client, store, {"type": "order.created", "data": order(visitor_id="v1")})
    deliveries.work(runtime, store.store_id, "msg_1")
    assert look(runtime, store.store_id, "select order_id, visitor_id from orders") == [("o1", "v1")]
    assert look(runtime, store.store_id, "select body, error from deliveries") == [(b"", None)]


def test_working_twice_is_working_once(client: FlaskClient, runtime: Runtime, store: Credentials) -> None:
    call(client, store, {"type": "order.created", "data": order()})
    deliveries.work(runtime, store.store_id, "msg_1")
    deliveries.work(runtime, store.store_id, "msg_1")
    assert [job for job, _ in jobs(runtime, store.store_id)] == ["sync.delivery", "measure.orders"]


def test_a_repeated_delivery_is_answered_and_left_alone(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    for _ in range(2):
        assert call(client, store, {"type": "order.created", "data": order()}).status_code == 204
    assert len(jobs(runtime, store.store_id)) == 1


def test_deliveries_out_of_order_end_at_the_newest(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    later = order(updated_at="2026-11-21T11:30:00Z")
    call(client, store, {"type": "order.cancelled", "data": later}, delivery_id="b")
    call(client, store, {"type": "order.created", "data": order()}, delivery_id="a")
    for delivery_id in ("b", "a"):
        deliveries.work(runtime, store.store_id, delivery_id)
    assert look(runtime, store.store_id, "select status from orders") == [("cancelled",)]


def test_stock_is_in_the_overlay_when_the_answer_is_out(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    send(runtime, store.store_id, product())
    told = {"product_id": "tea", "variant_id": None, "stock": 0, "updated_at": "2026-11-21T11:59:00Z"}
    assert call(client, store, {"type": "stock.updated", "data": told}).status_code == 204
    entries = overlay.since(runtime.valkey, store.store_id, 0)[1]
    assert entries["tea"].value(Aspect.STOCK, 9) == 0
    assert look(runtime, store.store_id, TOLD) == [("msg_1", "stock.updated", True, None)]
    assert jobs(runtime, store.store_id) == []


def test_a_deleted_product_is_hidden_when_the_answer_is_out(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    send(runtime, store.store_id, product())
    assert call(client, store, {"type": "product.deleted", "data": {"id": "tea"}}).status_code == 204
    entries = overlay.since(runtime.valkey, store.store_id, 0)[1]
    assert entries["tea"].value(Aspect.VISIBLE, published=True) is False


@pytest.mark.parametrize("topic", ["order.created", "stock.updated", "order.eaten", ""])
def test_a_signed_body_that_we_cannot_read_is_kept_with_its_reason(
    client: FlaskClient, runtime: Runtime, store: Credentials, topic: str
) -> None:
    body = {"type": topic, "data": {"id": 7}}
    assert call(client, store, body).status_code == 204
    deliveries.work(runtime, store.store_id, "msg_1")
    ((kept, error),) = look(runtime, store.store_id, "select body, error from deliveries")
    assert json.loads(kept) == body
    assert error


def test_a_signed_body_that_is_no_json_is_a_bad_request(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    assert call(client, store, b"order!").status_code == 400
    assert look(runtime, store.store_id, TOLD) == []


def test_what_the_standard_library_signs_is_accepted(client: FlaskClient, store: Credentials) -> None:
    body = json.dumps({"type": "order.created", "data": order()})
    signature = Webhook(store.webhook_secret).sign("msg_2", NOON, body)
    headers = {
        "webhook-id": "msg_2",
        "webhook-timestamp": str(int(NOON.timestamp())),
        "webhook-signature": f"v1a,other {signature}",
    }
    answer = client.post(f"/hooks/custom/{store.store_id}", data=body, headers=headers)
    assert answer.status_code == 204


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_time_far_from_now_is_refused(client: FlaskClient, store: Credentials, minutes: int) -> None:
    body = {"type": "order.created", "data": order()}
    assert call(client, store, body, at=NOON + timedelta(minutes=minutes)).status_code == 401
    assert call(client, store, body, at=NOON + timedelta(minutes=minutes * 0.8)).status_code == 204


@pytest.mark.parametrize("lacking", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_refused(client: FlaskClient, store: Credentials, lacking: str) -> None:
    body = b'{"type": "order.created", "data": {}}'
    headers = sign_webhook(store.webhook_secret, "msg_1", NOON, body)
    del headers[lacking]
    answer = client.post(f"/hooks/custom/{store.store_id}", data=body, headers=headers)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_another_stores_secret_is_refused(
    client: FlaskClient, runtime: Runtime, store: Credentials, other_store: Credentials
) -> None:
    body = {"type": "order.created", "data": order()}
    assert call(client, store, body, secret=other_store.webhook_secret).status_code == 401
    assert look(runtime, store.store_id, TOLD) == []


@pytest.mark.parametrize("store_id", ["01JD0A6W8Q4N7M2R5T9V3X1Z0B", "nobody", "x" * 500, "a%00b", "..."])
def test_an_unknown_store_is_refused_like_a_wrong_signature(client: FlaskClient, store_id: str) -> None:
    body = b'{"type": "order.created", "data": {}}'
    headers = sign_webhook(new_webhook_secret(), "msg_1", NOON, body)
    assert client.post(f"/hooks/custom/{store_id}", data=body, headers=headers).status_code == 401


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_refused(client: FlaskClient, store: Credentials, data: st.DataObject) -> None:
    body = bytearray(json.dumps({"type": "order.created", "data": order()}).encode())
    headers = sign_webhook(store.webhook_secret, "msg_1", NOON, bytes(body))
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(body) * 8 - 1))
        body[place // 8] ^= 1 << place % 8
    else:
        signature = headers["webhook-signature"]
        place = data.draw(st.integers(3, len(signature) - 2))  # the last letter holds padding bits
        letter = "A" if signature[place] != "A" else "B"
        headers["webhook-signature"] = signature[:place] + letter + signature[place + 1 :]
    answer = client.post(f"/hooks/custom/{store.store_id}", data=bytes(body), headers=headers)
    assert answer.status_code == 401


def test_a_huge_body_is_refused(client: FlaskClient, store: Credentials) -> None:
    assert call(client, store, b" " * (2 * 1024 * 1024 + 1)).status_code == 413


def test_work_on_nothing_is_not_found(runtime: Runtime, store: Credentials) -> None:
    with pytest.raises(NotFound):
        deliveries.work(runtime, store.store_id, "msg_9")


def test_old_deliveries_are_forgotten_once_they_are_worked_on(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    for delivery_id in ("done", "waiting"):
        call(client, store, {"type": "order.created", "data": order()}, delivery_id=delivery_id)
    deliveries.work(runtime, store.store_id, "done")
    with runtime.unit(store.store_id) as unit:
        deliveries.tidy(unit.session, store.store_id, before=NOON + timedelta(seconds=1))
    assert look(runtime, store.store_id, TOLD) == [("waiting", "order.created", False, None)]
