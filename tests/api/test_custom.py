from __future__ import annotations

import gzip
import json
import tracemalloc
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.api import edge
from app.domain.accounts.stores import Credentials
from app.domain.commerce import files
from app.kernel.clock import FixedClock
from app.kernel.runtime import Runtime
from tests.domain.commerce.toys import jobs, look

BASE = "/api/upsell-cross-sell/integrations/custom"
PRICE = {"amount": 425, "currency": "GBP"}


def bearer(store: Credentials) -> dict[str, str]:
    return {"Authorization": f"Bearer {store.secret_key}"}


def told(answer: TestResponse) -> Any:
    return json.loads(answer.text)


def order(order_id: str = "o1", **more: Any) -> dict[str, Any]:
    line = {"product_id": "tea", "quantity": 2, "unit_price": PRICE, "slate_id": "s1"}
    return {
        "id": order_id,
        "created_at": "2026-11-20T10:00:00Z",
        "currency": "GBP",
        "visitor_id": "v1",
        "lines": [line],
        **more,
    }


def send(client: FlaskClient, store: Credentials, kind: str, *records: Any) -> Any:
    answer = client.post(f"{BASE}/{kind}", json={kind: records}, headers=bearer(store))
    assert answer.status_code == 200, answer.text
    return told(answer)


def test_orders_are_kept_with_visitor_and_slate(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    assert send(client, store, "orders", order()) == {"accepted": 1, "stale": 0, "rejected": []}
    query = (
        "select o.visitor_id, l.slate_id, l.total_amount from orders o join order_lines l using (order_id)"
    )
    assert look(runtime, store.store_id, query) == [("v1", "s1", 850)]


def test_every_kind_is_taken(client: FlaskClient, store: Credentials) -> None:
    product = {"id": "tea", "title": "Tea", "price": PRICE, "updated_at": "2026-11-20T10:00:00Z"}
    refund_line = {"line_id": "1", "quantity": 1, "amount": PRICE}
    refund = {"id": "r", "order_id": "o1", "created_at": "2026-11-20T10:00:00Z", "lines": [refund_line]}
    done = {"accepted": 1, "stale": 0, "rejected": []}
    assert send(client, store, "products", product) == done
    assert send(client, store, "customers", {"id": "ann", "email": "ann@shop.example"}) == done
    assert send(client, store, "refunds", refund) == done
    assert send(client, store, "stock", {"product_id": "tea", "variant_id": None, "stock": 3}) == done


def test_stale_and_rejected_are_told_apart(client: FlaskClient, store: Credentials) -> None:
    send(client, store, "orders", order(updated_at="2026-11-20T12:00:00Z"))
    answer = send(client, store, "orders", order(updated_at="2026-11-20T11:00:00Z"), {"id": "bad"})
    assert (answer["accepted"], answer["stale"]) == (0, 1)
    assert answer["rejected"] == [
        {"line": 2, "id": "bad", "reason": "Object missing required field `created_at`"}
    ]


def test_a_product_without_a_version_takes_the_time_of_arrival(
    client: FlaskClient, runtime: Runtime, store: Credentials, clock: FixedClock
) -> None:
    send(client, store, "products", {"id": "tea", "title": "Tea", "price": PRICE})
    assert look(runtime, store.store_id, "select version from products") == [(clock.now(),)]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer sk_wrong"},
        {"Authorization": "Basic sk_wrong"},
        {"Authorization": "Bearer " + "x" * 10_000},
        {"Authorization": "Bearer sk_\xff"},
    ],
)
def test_without_the_secret_key_nothing_is_told(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.get(f"{BASE}/status", headers=headers)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert told(answer)["status"] == 401


def test_the_public_key_is_no_secret_key(client: FlaskClient, store: Credentials) -> None:
    headers = {"Authorization": f"Bearer {store.public_key}"}
    assert client.get(f"{BASE}/status", headers=headers).status_code == 401


def test_a_gzip_body_is_unpacked(client: FlaskClient, store: Credentials) -> None:
    packed = gzip.compress(json.dumps({"orders": [order()]}).encode())
    answer = client.post(
        f"{BASE}/orders",
        data=packed,
        headers={**bearer(store), "Content-Encoding": "gzip", "Content-Type": "application/json"},
    )
    assert (answer.status_code, told(answer)["accepted"]) == (200, 1)


def test_two_gzip_members_are_one_body(client: FlaskClient, store: Credentials) -> None:
    raw = json.dumps({"orders": [order()]}).encode()
    packed = gzip.compress(raw[:20]) + gzip.compress(raw[20:])
    answer = client.post(f"{BASE}/orders", data=packed, headers={**bearer(store), "Content-Encoding": "gzip"})
    assert answer.status_code == 200


def test_a_gzip_bomb_is_refused_before_it_unfolds(client: FlaskClient, store: Credentials) -> None:
    bomb = gzip.compress(b"0" * 512 * 1024 * 1024, 9)
    assert len(bomb) < 1024 * 1024
    tracemalloc.start()
    answer = client.post(f"{BASE}/orders", data=bomb, headers={**bearer(store), "Content-Encoding": "gzip"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 413
    assert peak < 8 * edge.LARGEST_JSON


@pytest.mark.parametrize("packed", [b"no gzip", gzip.compress(b"x" * 1000)[:-4]])
def test_broken_gzip_is_a_bad_request(client: FlaskClient, store: Credentials, packed: bytes) -> None:
    answer = client.post(f"{BASE}/orders", data=packed, headers={**bearer(store), "Content-Encoding": "gzip"})
    assert answer.status_code == 400


def test_an_unknown_encoding_is_a_bad_request(client: FlaskClient, store: Credentials) -> None:
    answer = client.post(f"{BASE}/orders", data=b"x", headers={**bearer(store), "Content-Encoding": "br"})
    assert (answer.status_code, "br" in told(answer)["detail"]) == (400, True)


def test_a_body_over_the_limit_is_refused(client: FlaskClient, store: Credentials) -> None:
    answer = client.post(f"{BASE}/orders", data=b" " * (edge.LARGEST_JSON + 1), headers=bearer(store))
    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"orders": null}'])
def test_a_body_that_is_no_batch_is_a_bad_request(
    client: FlaskClient, store: Credentials, body: bytes
) -> None:
    answer = client.post(f"{BASE}/orders", data=body, headers=bearer(store))
    assert (answer.status_code, told(answer)["field"]) == (400, "orders")


def test_a_file_is_taken_imported_and_told_of(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    content = "order_id,created_at,product_id,quantity,price\n1,2026-11-20,tea,1,4.25\n2,2026-11-20,tea,x,1\n"
    taken = client.post(f"{BASE}/files?kind=orders", data=content, headers=bearer(store))
    assert taken.status_code == 202
    import_id = told(taken)["import_id"]
    assert jobs(runtime, store.store_id) == [("sync.file", [import_id])]
    assert told(client.get(f"{BASE}/files/{import_id}", headers=bearer(store)))["status"] == "waiting"
    files.work(runtime, store.store_id, import_id)
    state = told(client.get(f"{BASE}/files/{import_id}", headers=bearer(store)))
    assert (state["status"], state["accepted"], state["stale"]) == ("done", 1, 0)
    assert state["rejected"] == [{"line": 3, "id": "2", "reason": "quantity: 'x' is not a whole number"}]
    assert look(runtime, store.store_id, "select content from imports") == [(None,)]


def test_another_stores_import_is_not_found(
    client: FlaskClient, store: Credentials, other_store: Credentials
) -> None:
    taken = client.post(f"{BASE}/files?kind=stock", data="product_id,stock\n", headers=bearer(store))
    address = f"{BASE}/files/{told(taken)['import_id']}"
    assert client.get(address, headers=bearer(store)).status_code == 200
    assert client.get(address, headers=bearer(other_store)).status_code == 404


def test_another_stores_key_counts_its_own_rows(
    client: FlaskClient, store: Credentials, other_store: Credentials
) -> None:
    send(client, store, "orders", order())
    assert told(client.get(f"{BASE}/status", headers=bearer(store)))["orders"] == 1
    assert told(client.get(f"{BASE}/status", headers=bearer(other_store)))["orders"] == 0


@pytest.mark.parametrize("query", ["", "?kind=", "?kind=people"])
def test_a_file_of_no_kind_is_a_bad_request(client: FlaskClient, store: Credentials, query: str) -> None:
    answer = client.post(f"{BASE}/files{query}", data=b"x", headers=bearer(store))
    assert (answer.status_code, told(answer)["field"]) == (400, "kind")


def test_training_starts_in_the_same_transaction(
    client: FlaskClient, runtime: Runtime, store: Credentials
) -> None:
    before = told(client.get(f"{BASE}/status", headers=bearer(store)))
    assert (before["training"], before["model_version"]) == (False, None)
    answer = client.post(f"{BASE}/train", headers=bearer(store))
    assert (answer.status_code, told(answer)) == (202, {"job": "train.store"})
    queued = look(
        runtime, store.store_id, f"select job, queue from outbox where store_id = '{store.store_id}'"
    )
    assert queued == [("train.store", "training")]
    assert told(client.get(f"{BASE}/status", headers=bearer(store)))["training"] is True


def test_an_unknown_address_is_problem_details(client: FlaskClient) -> None:
    answer = client.get("/api/nothing")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.get(f"{BASE}/orders")
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "POST" in answer.headers["Allow"]
