"""What the extensions declare and ask, held against what Shopify published. Their own tests are vitest's."""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from graphql import NoDeprecatedCustomRule, build_client_schema, parse, validate

from app.platforms.shopify.config import VERSION

ROOT = Path(__file__).parents[2]
EXTENSIONS = ROOT / "extensions" / "shopify"
CODE = {".ts", ".tsx", ".js", ".liquid"}
STOREFRONT = ROOT / "tests/simulators/shopify/contracts/storefront_2026-07.introspection.json.gz"
TYPES = {
    "checkout": "ui_extension",
    "pixel": "web_pixel_extension",
    "post-purchase": "checkout_post_purchase",
    "functions/discount": "function",
    "functions/cart-transform": "function",
}


def told(folder: str) -> dict[str, Any]:
    return tomllib.loads((EXTENSIONS / folder / "shopify.extension.toml").read_text("utf-8"))


def only(folder: str) -> dict[str, Any]:
    whole = told(folder)
    return whole["extensions"][0] if "extensions" in whole else whole


@pytest.mark.parametrize(("folder", "kind"), TYPES.items())
def test_an_extension_is_of_its_kind_and_has_a_handle_of_its_own(folder: str, kind: str) -> None:
    assert only(folder)["type"] == kind
    assert only(folder)["handle"].startswith("alongside-")
    assert len({only(each)["handle"] for each in TYPES}) == len(TYPES)


@pytest.mark.parametrize(("folder", "version"), [("checkout", "2026-07"), ("functions/discount", VERSION)])
def test_a_version_is_the_newest_of_which_there_are_contracts(folder: str, version: str) -> None:
    assert told(folder)["api_version"] == version


def test_the_types_are_those_of_the_version() -> None:
    package = json.loads((EXTENSIONS / "package.json").read_text("utf-8"))
    year, month = told("checkout")["api_version"].split("-")
    assert package["dependencies"]["@shopify/ui-extensions"].startswith(f"{year}.{int(month)}.")


@pytest.mark.parametrize(
    "folder", [each for each, kind in TYPES.items() if kind in {"ui_extension", "function"}]
)
def test_a_target_names_files_that_are_there(folder: str) -> None:
    for target in only(folder)["targeting"]:
        assert (EXTENSIONS / folder / target.get("module", target.get("input_query"))).is_file()


def test_the_pages_after_the_checkout_are_the_two_that_every_plan_has() -> None:
    assert [each["target"] for each in only("checkout")["targeting"]] == [
        "purchase.thank-you.block.render",
        "customer-account.order-status.block.render",
    ]
    assert only("checkout")["capabilities"] == {"api_access": True, "network_access": True}


def test_the_pixel_is_strict_and_loaded_with_consent_to_analytics_only() -> None:
    pixel = told("pixel")
    assert pixel["runtime_context"] == "strict"
    assert pixel["customer_privacy"] == {
        "analytics": True, "marketing": False, "preferences": False, "sale_of_data": "disabled",
    }  # fmt: skip


def test_what_the_checkout_asks_the_storefront_is_valid_and_not_deprecated() -> None:
    source = (EXTENSIONS / "checkout/src/recommend.ts").read_text("utf-8")
    (query,) = re.findall(r"PRODUCTS = `(.*?)`", source, re.DOTALL)
    with gzip.open(STOREFRONT) as file:
        schema = build_client_schema(json.load(file)["data"], assume_valid=True)
    document = parse(query)
    assert validate(schema, document) + validate(schema, document, [NoDeprecatedCustomRule]) == []


def test_no_lock_names_a_registry() -> None:
    assert '"resolved"' not in (EXTENSIONS / "package-lock.json").read_text("utf-8")


OURS = ["checkout/src", "pixel/src", "post-purchase/src", "functions", "theme/blocks", "theme/snippets"]


def test_nothing_counts_down_nothing_is_made_up_and_the_console_keeps_nothing_in_the_browser() -> None:
    folders = [ROOT / "widgets/src", ROOT / "app/console/assets", *(EXTENSIONS / each for each in OURS)]
    files = [each for folder in folders for each in folder.rglob("*.*") if each.suffix in CODE]
    assert len(files) > 60
    for path in files:
        source = path.read_text("utf-8")
        assert not re.search(r"setInterval|countdown|Math\.random", source, re.IGNORECASE), path
        if "console" in path.parts:
            assert not re.search(r"localStorage|sessionStorage|document\.cookie", source), path


def contract(name: str) -> Any:
    return json.loads((ROOT / "tests" / "contract" / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ["bundle", "offer.quantity-break", "offer.mix-match"])
def test_a_function_takes_off_what_the_widget_promises(name: str) -> None:
    """The same offer in the words of the storefront and in those of the functions' settings."""
    shown = contract(name)["response"]["body"]
    promise, items = shown["offer"], [each["product_id"] for each in shown["items"]]
    settings = contract("shopify/functions")["settings"]
    (told,) = [each for each in settings["offers"] if each["offer_id"] == promise["offer_id"]]
    assert (told["kind"], told["message"]) == (promise["kind"], shown["title"])
    if "breaks" in promise:
        assert told["product_id"] in items
        assert [(each["quantity"], each["unit_price"]) for each in told["breaks"]] == [
            (each["quantity"], each["unit_price"]["amount"]) for each in promise["breaks"]
        ]
        return
    assert (told["price"], settings["currency"]) == (promise["price"]["amount"], promise["price"]["currency"])
    assert told.get("choose") == promise.get("choose")
    parts = [each["product_id"] for each in told.get("parts", [])] or told["product_ids"]
    assert set(parts) <= set(items)
