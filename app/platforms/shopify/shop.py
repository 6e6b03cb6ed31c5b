"""What a shop says of itself and of us."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from app.platforms.base import Description, Market
from app.platforms.shopify import partner
from app.platforms.shopify.client import Client
from app.platforms.shopify.config import number_of
from app.platforms.shopify.shapes import Named

_ACTIVE = "ACTIVE"
_MARKETS = frozenset({"read_markets", "write_markets"})


class _Host(Struct):
    host: str


class _Shop(Struct, rename="camel"):
    id: str
    name: str
    email: str
    currency_code: str
    iana_timezone: str
    enabled_presentment_currencies: list[str]
    primary_domain: _Host


class _Scope(Struct):
    handle: str


class _Subscription(Struct):
    name: str
    status: str


class _Installation(Struct, rename="camel"):
    app: Named
    access_scopes: list[_Scope]
    active_subscriptions: list[_Subscription]


class _Told(Struct, rename="camel"):
    shop: _Shop
    current_app_installation: _Installation


class _Base(Struct, rename="camel"):
    currency_code: str


class _Currencies(Struct, rename="camel"):
    base_currency: _Base
    local_currencies: bool


class _Market(Struct, rename="camel"):
    id: str
    name: str
    status: str
    currency_settings: _Currencies | None = None


class _MarketNodes(Struct):
    nodes: list[_Market]


class _Root(Struct):
    url: str
    locale: str


class _Presence(Struct, rename="camel"):
    root_urls: list[_Root]


class _Presences(Struct):
    nodes: list[_Presence]


class _Selling(Struct, rename="camel"):
    markets: _MarketNodes
    web_presences: _Presences


def describe(client: Client) -> Description:
    told = client.ask("shop", _Told)
    scopes = frozenset(each.handle for each in told.current_app_installation.access_scopes)
    selling = client.ask("markets", _Selling) if scopes & _MARKETS else None
    return Description(
        name=told.shop.name,
        domain=told.shop.primary_domain.host,
        currency=told.shop.currency_code,
        timezone=told.shop.iana_timezone,
        scopes=scopes,
        plan=_plan(client, told),
        currencies=tuple(told.shop.enabled_presentment_currencies),
        markets=_markets(selling, told.shop.currency_code) if selling else (),
        hosts=_hosts(selling) if selling else (),
        language=_language(selling, told.shop.primary_domain.host) if selling else "",
        email=told.shop.email,
        home=f"https://{client.access().domain}/admin/apps/{client.config.client_id}",
    )


def _plan(client: Client, told: _Told) -> str | None:
    """Of Shopify App Pricing; without a right to ask there, what the shop says of its subscriptions."""
    if client.config.is_partner:
        return partner.plan(client.config, client.http, told.current_app_installation.app.id, told.shop.id)
    active = (each for each in told.current_app_installation.active_subscriptions if each.status == _ACTIVE)
    return next((each.name for each in active), "")


def _hosts(selling: _Selling) -> tuple[str, ...]:
    """Markets may have domains of their own."""
    urls = (root.url for each in selling.web_presences.nodes for root in each.root_urls)
    return tuple(dict.fromkeys(urlsplit(url).netloc for url in urls))


def _language(selling: _Selling, host: str) -> str:
    """In which the storefront speaks at its shortest address."""
    roots = [root for each in selling.web_presences.nodes for root in each.root_urls]
    mine = [root for root in roots if urlsplit(root.url).netloc == host]
    return min(mine, key=lambda root: len(root.url)).locale if mine else ""


def _markets(selling: _Selling, currency: str) -> tuple[Market, ...]:
    """A market that says nothing of currencies sells in the shop's own."""
    return tuple(
        Market(
            number_of(each.id),
            each.name,
            each.currency_settings.base_currency.currency_code if each.currency_settings else currency,
            has_local_currencies=each.currency_settings is not None
            and each.currency_settings.local_currencies,
            is_active=each.status == _ACTIVE,
        )
        for each in selling.markets.nodes
    )
