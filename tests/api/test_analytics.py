from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.domain.accounts.stores import Credentials
from app.kernel.runtime import Runtime
from tests.domain.insight.world import Shop, arrive, at

PATH = "/api/upsell-cross-sell/analytics/overview"
"""The clock stands at noon of 21 November; ``at(0)`` is noon of 2 November."""


def ask(client: FlaskClient, store: Credentials, query: str = "", status: int = 200) -> Any:
    answer = client.get(PATH + query, headers={"Authorization": f"Bearer {store.secret_key}"})
    assert answer.status_code == status, answer.text
    return json.loads(answer.text)


@pytest.fixture
def sold(runtime: Runtime, store: Credentials) -> Credentials:
    """Clicked, bought for £5.00, £1.00 returned, on 2 November."""
    shop = Shop(store.store_id)
    with runtime.unit(store.store_id) as unit:
        for rows in (
            shop.slate("s", 0, "AB"),
            shop.event("impression", 1, "A", "s"),
            shop.event("click", 1, "A", "s"),
            shop.order("o", 2, ("A", 500)),
            shop.refund("r", "o", ("1", 100)),
        ):
            arrive(unit.session, store.store_id, rows)
    return store


def test_the_last_28_days_are_told_by_default(client: FlaskClient, sold: Credentials) -> None:
    found = ask(client, sold)
    assert (found["orders"], found["impressions"], found["clicks"], found["ctr"], found["adds"]) == (
        1,
        1,
        1,
        1,
        0,
    )
    assert found["revenue"] == found["attributed"] == {"amount": 400, "currency": "GBP"}
    assert found["assisted"]["amount"] == 0
    assert (found["lift"]["visitors_treatment"], found["lift"]["enough"]) == (1, False)
    assert len(found["days"]) == 28
    assert [day["day"] for day in found["days"] if day["attributed"]["amount"]] == ["2026-11-02"]


@pytest.mark.parametrize(
    ("query", "orders"),
    [
        ("?from=2026-11-02&to=2026-11-02", 1),
        ("?from=2026-11-03", 0),
        ("?to=2026-11-01", 0),
        ("?from=2026-11-02T14:00:00Z&to=2026-11-02T14:00:01Z", 1),
        ("?from=2026-11-02T12:00:00Z&to=2026-11-02T14:00:00Z", 0),
        ("?from=2026-11-02T16:00:00%2B02:00", 1),
    ],
)
def test_a_period_is_of_days_or_of_moments(
    client: FlaskClient, sold: Credentials, query: str, orders: int
) -> None:
    assert at(2).isoformat() == "2026-11-02T14:00:00+00:00", "when it was bought"
    assert ask(client, sold, query)["orders"] == orders


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?from=yesterday", "from"),
        ("?to=2026-02-30", "to"),
        ("?to=9999-12-31", "to"),
        ("?to=0001-01-01", "to"),
        ("?from=0001-01-01T00:00:00%2B14:00", "from"),
        ("?from=2026-11-02T12:00:00", "from"),
        ("?from=2026-11-05&to=2026-11-03", "to"),
        ("?from=2020-01-01", "to"),
    ],
)
def test_a_senseless_period_is_a_problem_with_its_name(
    client: FlaskClient, store: Credentials, query: str, field: str
) -> None:
    assert ask(client, store, query, status=400)["field"] == field


def test_the_key_opens_its_own_store_only(
    client: FlaskClient, sold: Credentials, other_store: Credentials
) -> None:
    assert client.get(PATH).status_code == 401
    assert ask(client, other_store)["orders"] == 0
