"""From the shop's call to the shopper's page: a product that came today is recommended today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

from app.domain.accounts.stores import Credentials
from app.kernel.runtime import Runtime
from app.serving.app import Options, ServingApp, create_serving_app
from tests.api.conftest import client  # noqa: F401 - the public API
from tests.api.test_custom import PRICE, order, send
from workers.jobs import JOBS


@pytest.fixture
def serving(runtime: Runtime) -> Iterator[ServingApp]:
    options = Options(rng=Random(1))
    app = create_serving_app(runtime.settings, runtime.valkey, runtime.clock, options)
    yield app
    app.close()


def shown(serving: ServingApp, store: Credentials, product: str) -> list[str]:
    query = {"key": store.public_key, "placement": "product", "product": product}
    answer = Client(serving).get("/v1/recommendations", query_string=query)
    return [item["product_id"] for item in json.loads(answer.text)["items"]]


def bought(number: int, *products: str) -> dict[str, object]:
    lines = [{"product_id": each, "quantity": 1, "unit_price": PRICE} for each in products]
    at = f"2026-11-{'20' if number < 100 else '21'}T10:00:00Z"
    return order(f"o{number}", created_at=at, visitor_id=f"v{number}", lines=lines)


def products(*names: str) -> list[dict[str, object]]:
    at = "2026-11-20T10:00:00Z"
    return [{"id": name, "title": f"a {name}", "price": PRICE, "updated_at": at} for name in names]


def test_ten_orders_of_today_are_recommended_today(
    client: FlaskClient,  # noqa: F811 - pytest's way to name it
    runtime: Runtime,
    store: Credentials,
    serving: ServingApp,
) -> None:
    send(client, store, "products", *products("tea", "pot", "mug", "cup", "jar", "tin"))
    send(client, store, "orders", *(bought(number, "tea", "pot", "mug") for number in range(20)))
    JOBS["publish.restore"](runtime, store.store_id)
    JOBS["train.store"](runtime, store.store_id)
    before = shown(serving, store, "tea")
    assert before[:2] == ["pot", "mug"] or before[:2] == ["mug", "pot"]
    send(client, store, "products", *products("cake"))
    send(client, store, "orders", *(bought(number, "tea", "cake") for number in range(100, 110)))
    JOBS["publish.delta"](runtime, store.store_id)
    serving_follows(serving)
    assert "cake" in shown(serving, store, "tea")[:3]
    assert shown(serving, store, "cake")[0] == "tea"


def serving_follows(serving: ServingApp) -> None:
    """At once, without waiting for the thread."""
    serving.reader.refresh()
