"""Shopify as a whole: its shops, the app that they may install, and the webhooks on their way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from app.kernel.clock import Clock
from tests.simulators.shopify.admin import Admin
from tests.simulators.shopify.contract import VERSION
from tests.simulators.shopify.shop import Happening, Shop
from tests.simulators.shopify.theme import Theme
from tests.simulators.shopify.tokens import Tokens

TOML = Path(__file__).parents[3] / "shopify.app.toml"


@dataclass(frozen=True)
class Partner:
    """The app as its makers registered it."""

    client_id: str
    client_secret: str
    app_url: str


@dataclass(frozen=True)
class Delivery:
    uri: str
    headers: dict[str, str]
    body: bytes

    def signed(self, secret: str) -> Delivery:
        """The same, signed with another secret."""
        return Delivery(
            self.uri, {**self.headers, "X-Shopify-Hmac-Sha256": sign(secret, self.body)}, self.body
        )


@dataclass
class Installed:
    """One shop and what the app holds there; ``plan`` is the handle of what it pays for, ``extensions`` what
    App Bridge says of its theme where that is not what the theme has."""

    shop: Shop
    tokens: Tokens
    admin: Admin
    sent: int = 0
    plan: str = ""
    extensions: list[dict[str, Any]] | None = None
    theme: Theme = field(default_factory=Theme)


@dataclass
class World:
    partner: Partner
    clock: Clock
    folder: Path
    address: str
    shops: dict[str, Installed] = field(default_factory=dict)

    def open(self, domain: str = "acme.myshopify.com", **more: Any) -> Installed:
        shop = Shop(domain, self.clock, number=len(self.shops) + 1, **more)
        scopes = declared_scopes()
        tokens = Tokens(self.partner.client_id, self.partner.client_secret, domain, self.clock, scopes)
        folder = self.folder / domain
        folder.mkdir(parents=True, exist_ok=True)
        admin = Admin(shop, folder, f"{self.address}/{domain}", frozenset(scopes))
        self.shops[domain] = Installed(shop, tokens, admin)
        return self.shops[domain]

    def uninstall(self, domain: str) -> None:
        installed = self.shops[domain]
        installed.tokens.revoke()
        installed.shop.tell("app/uninstalled", {"id": 1, "domain": domain, "myshopify_domain": domain})

    def change_scopes(self, domain: str, scopes: tuple[str, ...]) -> None:
        installed = self.shops[domain]
        before, installed.tokens.scopes = installed.tokens.scopes, scopes
        installed.admin.scopes = frozenset(scopes)
        told = {"previous": list(before), "current": list(scopes), "updated_at": installed.shop.now()}
        installed.shop.tell("app/scopes_update", {"id": 1, "shop_id": "gid://shopify/Shop/1", **told})

    def redact_shop(self, domain: str) -> None:
        self.shops[domain].shop.tell("shop/redact", {"shop_id": 1, "shop_domain": domain})

    def deliveries(self, domain: str) -> list[Delivery]:
        """What happened since the last call, to whom the app's TOML sends it, signed."""
        installed = self.shops[domain]
        new = installed.shop.happened[installed.sent :]
        installed.sent = len(installed.shop.happened)
        return [each for each in (self.delivery(domain, one) for one in new) if each is not None]

    def delivery(self, domain: str, one: Happening) -> Delivery | None:
        wanted = subscriptions().get(one.topic)
        if wanted is None:
            return None
        fields = wanted.get("include_fields")
        told = _only(one.body, fields) if fields else one.body
        body = json.dumps(told, separators=(",", ":")).encode()
        return Delivery(wanted["uri"], self._headers(domain, one.topic, one.at, body), body)

    def deliver(self, domain: str, http: httpx.Client) -> list[int]:
        """Post what happened to the app; the statuses of its answers."""
        return [
            http.post(self.partner.app_url + each.uri, content=each.body, headers=each.headers).status_code
            for each in self.deliveries(domain)
        ]

    def _headers(self, domain: str, topic: str, at: datetime, body: bytes) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": domain,
            "X-Shopify-Api-Version": VERSION,
            "X-Shopify-Webhook-Id": secrets.token_hex(16),
            "X-Shopify-Event-Id": secrets.token_hex(16),
            "X-Shopify-Triggered-At": at.isoformat().replace("+00:00", "Z"),
            "X-Shopify-Hmac-Sha256": sign(self.partner.client_secret, body),
        }


def _only(body: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """The fields that the app asked for: ``customer.id`` is a part of one, ``refunds.id`` of each of some."""
    parts: dict[str, list[str]] = {}
    for name, _, part in (each.partition(".") for each in fields):
        parts.setdefault(name, []).append(part)
    return {name: _part(body[name], wanted) for name, wanted in parts.items() if name in body}


def _part(value: Any, wanted: list[str]) -> Any:
    if isinstance(value, list):
        return [_part(each, wanted) for each in value]
    return {name: value.get(name) for name in wanted} if "" not in wanted and value else value


def sign(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def app_toml() -> dict[str, Any]:
    return tomllib.loads(TOML.read_text("utf-8"))


def declared_scopes() -> tuple[str, ...]:
    return tuple(app_toml()["access_scopes"]["scopes"].split(","))


def subscriptions() -> dict[str, dict[str, Any]]:
    """The subscription of each topic, as the app's TOML declares it."""
    found = {}
    for each in app_toml()["webhooks"]["subscriptions"]:
        for topic in each.get("topics", []) + each.get("compliance_topics", []):
            found[topic] = each
    return found
