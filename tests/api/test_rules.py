"""Rules through their public addresses."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.bridge import config as names
from app.domain.accounts import audit
from app.domain.accounts.stores import Credentials
from app.engine.rules import RuleKind
from app.kernel.runtime import Runtime
from tests.api.test_custom import bearer, told

BASE = "/api/upsell-cross-sell/rules"
HIDE = {"name": "No tea", "kind": "exclude", "categories": ["food"], "price_to": 500, "locations": ["cart"]}


def served(runtime: Runtime, store: Credentials) -> list[tuple[str, tuple[str, ...], int | None]]:
    """What storefronts were told last."""
    raw = runtime.valkey.get(names.config_of(store.store_id))
    assert isinstance(raw, bytes)
    return [(rule.kind, rule.categories, rule.price_to) for rule in names.load(raw).rules]


def test_a_new_rule_is_live(client: FlaskClient, runtime: Runtime, store: Credentials) -> None:
    answer = client.post(BASE, json=HIDE, headers=bearer(store))
    assert answer.status_code == 201
    made = told(answer)
    assert made["rule_id"]
    assert {name: made[name] for name in HIDE} == HIDE
    assert served(runtime, store) == [(RuleKind.EXCLUDE, ("food",), 500)]
    assert told(client.get(BASE, headers=bearer(store))) == {"rules": [made]}


def test_a_rule_is_replaced_and_deleted(client: FlaskClient, runtime: Runtime, store: Credentials) -> None:
    address = f"{BASE}/{told(client.post(BASE, json=HIDE, headers=bearer(store)))['rule_id']}"
    pin = {"name": "Pot first", "kind": "pin", "products": ["pot"], "position": 1}
    assert told(client.put(address, json=pin, headers=bearer(store)))["categories"] == []
    assert served(runtime, store) == [(RuleKind.PIN, (), None)]
    assert client.delete(address, headers=bearer(store)).status_code == 204
    assert served(runtime, store) == []
    assert client.get(address, headers=bearer(store)).status_code == 404


def test_every_change_is_noted(client: FlaskClient, runtime: Runtime, store: Credentials) -> None:
    rule = told(client.post(BASE, json=HIDE, headers=bearer(store)))["rule_id"]
    client.put(f"{BASE}/{rule}", json=HIDE, headers=bearer(store))
    client.delete(f"{BASE}/{rule}", headers=bearer(store))
    with runtime.unit(store.store_id) as unit:
        noted = [(each.action, each.subject) for each in audit.latest(unit.session, store.store_id)]
    assert noted == [("rule.delete", rule), ("rule.update", rule), ("rule.create", rule)]


def test_what_is_no_rule_is_refused_and_nothing_changes(client: FlaskClient, store: Credentials) -> None:
    for wrong, field in (({"kind": "hide"}, "kind"), ({"price_from": 900}, "price_from")):
        answer = client.post(BASE, json={**HIDE, **wrong}, headers=bearer(store))
        assert answer.status_code == 400
        assert field in answer.text
    assert client.post(BASE, data=b"{", headers=bearer(store)).status_code == 400
    assert told(client.get(BASE, headers=bearer(store))) == {"rules": []}


def test_a_stranger_is_told_nothing(
    client: FlaskClient, store: Credentials, other_store: Credentials
) -> None:
    rule = told(client.post(BASE, json=HIDE, headers=bearer(store)))["rule_id"]
    assert client.get(BASE).status_code == 401
    assert client.delete(f"{BASE}/{rule}", headers=bearer(other_store)).status_code == 404
