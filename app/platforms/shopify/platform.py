"""Shopify, Admin API 2026-10."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

import httpx

from app.kernel.clock import Clock
from app.platforms.base import (
    Access,
    Context,
    Description,
    Front,
    Grant,
    Heard,
    InstallRequest,
    InstallStep,
    Kind,
    NativeList,
    Page,
    RawHook,
    Redirect,
)
from app.platforms.records import Parsed
from app.platforms.shopify import bulk, hooks, native, payloads, pixel, tokens
from app.platforms.shopify.budget import Budgets
from app.platforms.shopify.client import Client, Sleep
from app.platforms.shopify.config import Config
from app.platforms.shopify.front import place
from app.platforms.shopify.identity import Identity, Request, recognise
from app.platforms.shopify.shop import describe

SCOPES: Final = frozenset(
    {
        "read_customer_events",
        "read_customers",
        "read_inventory",
        "read_markets",
        "read_orders",
        "read_products",
        "write_pixels",
        "write_products",
    }
)
"""What a code grant asks for: the same as ``shopify.app.toml`` (a test compares them)."""


@dataclass(frozen=True, slots=True)
class ShopifyPlatform:
    name: ClassVar[str] = "shopify"
    pulled: ClassVar[Mapping[Kind, timedelta]] = {
        Kind.PRODUCTS: timedelta(hours=1),
        Kind.STOCK: timedelta(days=1),
        Kind.ORDERS: timedelta(hours=1),
        Kind.CUSTOMERS: timedelta(hours=6),
    }

    config: Config
    http: httpx.Client
    clock: Clock
    budgets: Budgets
    sleep: Sleep = time.sleep

    def install(self, request: InstallRequest) -> InstallStep:
        """Outside the admin: the signed first request leads to the agreement, the one after it to a grant.

        Raises Unauthorized, Invalid or Upstream.
        """
        now = self.clock.now()
        shop = tokens.verify_query(self.config, request.params, now)
        code = request.params.get("code")
        if code:
            return tokens.redeem(self.config, self.http, tokens.Code(shop, code, now))
        return Redirect(tokens.agreement(self.config, shop, SCOPES, request.state))

    def verify(self, hook: RawHook, secret: str) -> Heard:  # noqa: ARG002 - one secret signs for all shops
        return hooks.verify(self.config, hook)

    def parse_hook(self, hook: RawHook, context: Context) -> Parsed:
        return payloads.parse(hook, context)

    def describe(self, access: Access) -> Description:
        return describe(self.client(access))

    def renew(self, grant: Grant) -> Grant:
        return tokens.renew(self.config, self.http, grant, self.clock.now())

    def pull(self, access: Access, kind: Kind, since: str) -> Iterator[Page]:
        return bulk.pull(self.client(access), self.http, kind, since, now=self.clock.now())

    def place(self, access: Access, front: Front) -> None:
        client = self.client(access)
        place(client, front)
        pixel.place(client, front)

    def publish(self, access: Access, lists: Iterable[NativeList]) -> None:
        native.publish(self.client(access), lists)

    def withdraw(self, access: Access, before: Iterable[NativeList]) -> None:
        native.withdraw(self.client(access), before)

    def natives(self, access: Access, product_ids: Iterable[str]) -> Iterator[NativeList]:
        return native.held(self.client(access), product_ids)

    # What only Shopify has.

    def recognise(self, request: Request) -> Identity:
        """Who looks at us from a shop's admin. Raises Unauthorized."""
        return recognise(self.config, request)

    def exchange(self, who: Identity) -> Grant:
        """Rights at a shop where somebody opened the app. Raises Unauthorized or Upstream."""
        return tokens.exchange(self.config, self.http, who, self.clock.now())

    def client(self, access: Access) -> Client:
        return Client(self.config, self.http, access, self.budgets, self.sleep)
