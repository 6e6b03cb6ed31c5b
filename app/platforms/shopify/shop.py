"""What a shop says of itself and of us."""

from __future__ import annotations

from msgspec import Struct

from app.platforms.base import Description
from app.platforms.shopify.client import Client

_ACTIVE = "ACTIVE"


class _Host(Struct):
    host: str


class _Shop(Struct, rename="camel"):
    name: str
    currency_code: str
    iana_timezone: str
    primary_domain: _Host


class _Scope(Struct):
    handle: str


class _Subscription(Struct):
    name: str
    status: str


class _Installation(Struct, rename="camel"):
    access_scopes: list[_Scope]
    active_subscriptions: list[_Subscription]


class _Told(Struct, rename="camel"):
    shop: _Shop
    current_app_installation: _Installation


def describe(client: Client) -> Description:
    told = client.ask("shop", _Told)
    plans = [
        each.name for each in told.current_app_installation.active_subscriptions if each.status == _ACTIVE
    ]
    return Description(
        name=told.shop.name,
        domain=told.shop.primary_domain.host,
        currency=told.shop.currency_code,
        timezone=told.shop.iana_timezone,
        scopes=frozenset(each.handle for each in told.current_app_installation.access_scopes),
        plan=plans[0] if plans else "",
    )
