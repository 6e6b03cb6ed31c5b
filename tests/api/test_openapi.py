from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from flask.testing import FlaskClient

CONTRACT = Path(__file__).parents[1] / "contract"


@pytest.fixture
def document(client: FlaskClient) -> Any:
    return client.get("/docs/openapi.json").json


def contract(name: str) -> Any:
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))


def check(document: Any, name: str, value: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema.validate(value, schema, jsonschema.Draft202012Validator)


def test_it_is_openapi_3_1_of_this_server(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://127.0.0.1:8000"}]


def test_every_api_route_is_described(client: FlaskClient, document: Any) -> None:
    rules = client.application.url_map.iter_rules()
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in rules if rule.rule.startswith("/api/")
    }
    described = {path for path in document["paths"] if path.startswith("/api/")}
    assert served == described
    assert "/api/upsell-cross-sell/analytics/overview" in described
    assert {"/v1/recommendations", "/v1/events"} <= set(document["paths"])


def test_the_api_asks_for_the_secret_key_and_the_storefront_does_not(document: Any) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert ("security" in operation) == path.startswith("/api/")


def test_every_reference_leads_somewhere(document: Any) -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert named <= set(document["components"]["schemas"])
    assert {"OrderShape", "Slate", "Problem"} <= named


def test_operation_names_are_unique(document: Any) -> None:
    names = [each["operationId"] for path in document["paths"].values() for each in path.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", ["product", "holdout", "look"])
def test_the_slates_of_the_contract_are_as_described(document: Any, kind: str) -> None:
    check(document, "Slate", contract(f"recommendations.{kind}")["response"]["body"])


def test_the_events_of_the_contract_are_as_described(document: Any) -> None:
    check(document, "Beacon", contract("events")["request"]["body"])


@pytest.mark.parametrize("name", ["recommendations.malformed", "recommendations.unknown-key"])
def test_the_problems_of_the_contract_are_as_described(document: Any, name: str) -> None:
    check(document, "Problem", contract(name)["response"]["body"])


def test_the_parameters_of_the_contract_are_described(document: Any) -> None:
    described = {each["name"] for each in document["paths"]["/v1/recommendations"]["get"]["parameters"]}
    assert set(contract("recommendations.product")["request"]["query"]) <= described


def test_the_page_asks_nobody_else(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', page.text) == []
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize(
    ("name", "status"), [("docs.js", 200), ("../custom.py", 404), ("%2e%2e/custom.py", 404)]
)
def test_static_files_stay_in_their_folder(client: FlaskClient, name: str, status: int) -> None:
    with client.get(f"/docs/static/{name}") as answer:
        assert answer.status_code == status
