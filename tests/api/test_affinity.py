from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.domain.accounts.stores import Credentials
from app.domain.learning import affinity, assemble
from app.kernel.runtime import Runtime

BASE = "/api/upsell-cross-sell/affinity"


@pytest.fixture
def call(client: FlaskClient, runtime: Runtime, store: Credentials) -> Any:
    """Ask as a store of which half of all orders hold a cup and a saucer."""
    head = {"Authorization": f"Bearer {store.secret_key}"}
    custom = BASE.replace("affinity", "integrations/custom")
    price = {"amount": 425, "currency": "GBP"}
    products = [
        {"id": name, "title": title, "url": "/", "image": "", "category": title, "price": price,
         "updated_at": "2026-01-01T00:00:00Z"}
        for name, title in (("cup", "china"), ("saucer", "plate"), ("a/b", "lamp"))
    ]  # fmt: skip
    assert client.post(f"{custom}/products", json={"products": products}, headers=head).status_code == 200
    orders = []
    for number in range(30):
        lines = [{"product_id": name, "quantity": 1, "unit_price": price} for name in ("cup", "saucer")]
        at = f"2026-10-{number + 1:02}T00:00:00Z"
        chosen = lines if number % 2 else [{**lines[0], "product_id": "a/b"}]
        orders.append({"id": f"o{number}", "created_at": at, "updated_at": at, "currency": "GBP",
                       "status": "paid", "lines": chosen})  # fmt: skip
    told = client.post(f"{custom}/orders", json={"orders": orders}, headers=head).get_json()
    assert told["accepted"] == 30
    with runtime.unit(store.store_id) as unit:
        learned = affinity.learn(assemble.dataset(unit.session, store.store_id))
        affinity.refresh(unit.session, store.store_id, learned, at=runtime.clock.now())

    def ask(method: str, path: str, **what: Any) -> Any:
        return client.open(f"{BASE}/{path}", method=method, headers=head, **what)

    return ask


def rules(answer: Any) -> list[tuple[list[str], str]]:
    assert answer.status_code == 200, answer.data
    return [(each["antecedents"], each["consequent"]) for each in answer.get_json()["rules"]]


def test_what_completes_a_basket(call: Any) -> None:
    answer = call("POST", "frequently-bought-together", json={"products": ["cup"]})
    assert rules(answer) == [(["cup"], "saucer")]
    (rule,) = answer.get_json()["rules"]
    assert (rule["type"], rule["both"], rule["total"]) == ("frequently_bought_together", 15, 30)
    assert (rule["support"], rule["confidence"], rule["lift"]) == (0.5, 1.0, 2.0)
    assert rule["conviction"] is None


def test_what_goes_with_a_product_and_a_category(call: Any) -> None:
    assert rules(call("GET", "complementary/cup")) == [(["cup"], "saucer")]
    assert rules(call("GET", "complementary/a/b")) == []
    answer = call("GET", "category/china")
    assert rules(answer) == [(["china"], "plate")]
    assert answer.get_json()["season"]["learned"] is False


def test_rules_by_measure_sequences_brands_and_prices(call: Any) -> None:
    assert len(rules(call("POST", "market-basket", json={"min_lift": 1.5}))) == 2
    assert rules(call("POST", "market-basket")) != []
    assert rules(call("POST", "sequential-patterns", json={"product_id": "cup"})) == []
    assert rules(call("POST", "brand/none")) == []
    assert rules(call("GET", "price-point/1-10")) == []


def test_pairs_are_measured_and_shown_as_a_matrix(call: Any) -> None:
    pairs = call("POST", "analyze", json={"products": ["cup", "a/b"]}).get_json()["pairs"]
    assert [(each["product_a"], each["both"], each["first"]) for each in pairs] == [
        ("cup", 0, 15),
        ("a/b", 0, 15),
    ]
    matrix = call("GET", "matrix?level=category").get_json()
    assert matrix["names"] == ["china", "plate"]
    assert matrix["scores"][0][0] is None


def test_an_update_is_a_training(call: Any, runtime: Runtime, store: Credentials) -> None:
    answer = call("POST", "update")
    assert (answer.status_code, answer.get_json()) == (202, {"job": "train.store"})
    with runtime.unit(store.store_id) as unit:
        mine = text("select count(*) from outbox where store_id = :store_id and job = 'train.store'")
        assert unit.session.scalar(mine, {"store_id": store.store_id}) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "frequently-bought-together", {"products": []}),
        ("POST", "market-basket", {"min_support": 2}),
        ("POST", "analyze", {"products": ["one"]}),
        ("POST", "analyze", {"products": ["one", "one"]}),
        ("GET", "matrix?level=mood", None),
        ("GET", "complementary/cup?limit=0", None),
        ("GET", "price-point/cheap", None),
    ],
)
def test_nonsense_is_refused(call: Any, method: str, path: str, body: object) -> None:
    answer = call(method, path, json=body) if body else call(method, path)
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_without_a_key_nothing_is_told(client: FlaskClient) -> None:
    assert client.get(f"{BASE}/matrix").status_code == 401
