"""Everything that we say to Shopify, held against what Shopify published."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from graphql import parse

from app.platforms.shopify import partner, payloads
from app.platforms.shopify.config import VERSION
from app.platforms.shopify.platform import SCOPES
from tests.simulators.shopify import bulk, contract
from tests.simulators.shopify.world import app_toml, declared_scopes, subscriptions

ROOT = Path(__file__).parents[3]
OPERATIONS = sorted((ROOT / "app/platforms/shopify/operations").glob("*.graphql"))
PARTNER = sorted((ROOT / "app/platforms/shopify/operations/partner").glob("*.graphql"))

# Scopes that the schema does not tie to a field that we ask for, each with its reason.
REASONS = {
    "read_customer_events": "what a pixel hears, which Shopify's guide to pixels alone says",
    "write_products": "metafieldsSet writes to products, which only its description says",
}

COMPLIANCE = {"customers/data_request", "customers/redact", "shop/redact"}


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_an_operation_is_valid_and_uses_nothing_deprecated(path: Path) -> None:
    assert contract.faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "path", [each for each in OPERATIONS if each.stem.startswith("bulk_")], ids=lambda path: path.stem
)
def test_a_bulk_query_is_one_that_shopify_would_run(path: Path) -> None:
    if path.stem not in {"bulk_run", "bulk_poll"}:
        assert bulk.faults(parse(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", PARTNER, ids=lambda path: path.stem)
def test_what_is_asked_of_the_partner_api_is_valid(path: Path) -> None:
    assert contract.faults(path.read_text("utf-8"), contract.partner()) == []
    assert partner.VERSION == contract.PARTNER_VERSION


def test_the_check_finds_what_is_wrong() -> None:
    assert contract.faults("{ product(id: 1) { colour } }")
    assert contract.faults("{ currentBulkOperation { id } }")
    nested = parse(
        "{ orders { edges { node { id refunds { refundLineItems { edges { node { id } } } } } } } }"
    )
    assert bulk.faults(nested)


def test_no_operation_hides_in_the_code() -> None:
    """They are files, so that the tests above see all of them."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value.strip()
                assert not (text.startswith(("query ", "mutation ", "query(")) and "{" in text), path


@pytest.mark.parametrize(
    "word", ["scriptTag", "theme", "asset", "draftOrder", "appSubscription", "appPurchase", "appUsage"]
)
def test_nothing_is_put_into_themes_or_orders_and_nothing_is_billed(word: str) -> None:
    """Blocks and the embed are the merchant's to place, and plans are Shopify's to sell."""
    for path in (*OPERATIONS, *PARTNER):
        assert word.lower() not in path.read_text("utf-8").lower().replace("activesubscription", ""), path


@pytest.mark.parametrize("scope", ["script_tags", "themes", "draft_orders", "orders", "checkouts"])
def test_no_right_is_asked_for_to_change_themes_carts_or_orders(scope: str) -> None:
    assert f"write_{scope}" not in declared_scopes()


def test_the_older_interface_is_not_used() -> None:
    for path in (ROOT / "app").rglob("*.py"):
        source = path.read_text("utf-8")
        assert "ShopifyResource" not in source
        assert "/admin/api/" not in source


def needed() -> set[frozenset[str]]:
    return {need.any_of for path in OPERATIONS for need in contract.needs(parse(path.read_text("utf-8")))}


def test_every_operation_may_run_with_the_scopes_that_are_declared() -> None:
    scopes = frozenset(declared_scopes())
    for any_of in needed():
        assert contract.granted(contract.Need("", any_of), scopes), any_of


@pytest.mark.parametrize("scope", declared_scopes())
def test_no_scope_is_declared_that_nothing_needs(scope: str) -> None:
    """Without it something could not run, or there is a reason in the list."""
    left = frozenset(declared_scopes()) - {scope} - set(REASONS)
    missing = [any_of for any_of in needed() if not contract.granted(contract.Need("", any_of), left)]
    assert missing or scope in REASONS


def test_every_reason_is_of_a_declared_scope() -> None:
    assert set(REASONS) <= set(declared_scopes())


def test_a_code_grant_asks_for_what_the_toml_declares() -> None:
    assert frozenset(declared_scopes()) == SCOPES


@pytest.mark.parametrize("topic", subscriptions())
def test_a_topic_is_known_to_shopify_and_to_us(topic: str) -> None:
    assert contract.topics()[topic]["deprecated"] is False
    assert topic in payloads.HANDLERS


@pytest.mark.parametrize("topic", sorted(set(subscriptions()) - COMPLIANCE))
def test_a_topic_is_one_of_our_version(topic: str) -> None:
    known = contract.load().schema.type_map["WebhookSubscriptionTopic"]
    assert topic.upper().replace("/", "_") in known.values  # type: ignore[attr-defined]


def test_every_handler_has_its_subscription() -> None:
    assert set(payloads.HANDLERS) == set(subscriptions())


def test_the_three_compliance_topics_are_declared_as_such() -> None:
    declared = [
        topic
        for each in app_toml()["webhooks"]["subscriptions"]
        for topic in each.get("compliance_topics", [])
    ]
    assert set(declared) == COMPLIANCE


@pytest.mark.parametrize("topic", sorted(set(subscriptions()) - COMPLIANCE))
def test_the_scopes_let_us_hear_of_a_topic(topic: str) -> None:
    nouns = contract.topics()[topic]["scopes"]
    held = frozenset(declared_scopes())
    assert not nouns or any(f"read_{noun}" in held for noun in nouns)


def test_each_subscription_names_its_handler_in_a_comment() -> None:
    source = (ROOT / "shopify.app.toml").read_text("utf-8")
    for handler in payloads.HANDLERS.values():
        assert f"payloads.{handler.__name__}" in source


def test_webhooks_and_questions_speak_one_version() -> None:
    assert app_toml()["webhooks"]["api_version"] == VERSION == contract.VERSION


def test_every_address_is_https() -> None:
    told = app_toml()
    for address in (told["application_url"], *told["auth"]["redirect_urls"]):
        assert address.startswith("https://")


def test_no_topic_asks_for_more_of_a_person_than_level_1_gives() -> None:
    personal = {"email", "phone", "customer", "billing_address", "shipping_address", "client_details"}
    for topic in ("orders/create", "orders/updated", "orders/cancelled", "customers/create"):
        fields = set(subscriptions()[topic]["include_fields"])
        assert not fields & personal
