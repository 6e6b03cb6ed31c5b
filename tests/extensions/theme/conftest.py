"""A simulated shop with our blocks in its theme, connected or not, and published products or none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.kernel.clock import FixedClock
from app.platforms.shopify.front import KEY
from app.platforms.shopify.front import NAMESPACE as OURS
from app.platforms.shopify.native import NAMESPACE
from tests.simulators.shopify.server import create
from tests.simulators.shopify.shop import Node
from tests.simulators.shopify.theme import Market
from tests.simulators.shopify.world import Installed, Partner, World

FRANCE = Market(
    "fr", "fr", "EUR", "1.2", "{} €", titles={"cup": "Tasse", "tea": "Thé"}, missing=frozenset({"pot"})
)
JAPAN = Market("jp", "en", "JPY", "190", "¥{}")
_SET = "mutation($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { userErrors { message } } }"


@dataclass
class Shopfront:
    """``tea`` is what most pages show; ``browser`` keeps its cart."""

    at: Installed
    browser: FlaskClient
    tea: Node
    cup: Node
    pot: Node

    def page(self, path: str) -> str:
        answer = self.browser.get(f"/{self.at.shop.domain}/{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def write(self, owner: str, namespace: str, key: str, value: object, kind: str) -> None:
        field = {"ownerId": owner, "namespace": namespace, "key": key, "value": json.dumps(value)}
        told = self.at.admin.answer(_SET, {"m": [{**field, "type": kind}]})
        assert told["data"]["metafieldsSet"]["userErrors"] == [], told

    def connect(self) -> None:
        told = self.at.admin.answer("{ currentAppInstallation { id } }", {})
        owner = told["data"]["currentAppInstallation"]["id"]
        self.write(owner, OURS, KEY, {"base": "https://app.example", "key": "pk_1"}, "json")

    def publish(self, key: str, product: Node, *others: Node) -> None:
        gids = [each["id"] for each in others]
        self.write(product["id"], NAMESPACE, key, gids, "list.product_reference")


@pytest.fixture
def shopfront(tmp_path: Path) -> Shopfront:
    partner = Partner("client-id", "client-secret-of-the-app-under-test", "https://app.example")
    clock = FixedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
    world = World(partner, clock, tmp_path, "http://127.0.0.1:1")
    at = world.open("acme.myshopify.com", name="Acme Tea")
    at.theme.markets = (Market(), FRANCE, JAPAN)
    goods: dict[str, Any] = {
        name.lower(): at.shop.add_product(name, price)
        for name, price in {"Tea": "6.50", "Cup": "7.50", "Pot": "24.00"}.items()
    }
    return Shopfront(at, create(world).test_client(), **goods)
