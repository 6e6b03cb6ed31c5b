"""The app as it is registered at Shopify, and where Shopify is."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpx
from shopify_app import ShopifyApp

from app.kernel.errors import Invalid, NotFound

VERSION: Final = "2026-10"
ADMIN: Final = "admin.shopify.com"
CDN: Final = "cdn.shopify.com"

_SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\.myshopify\.com")
_TIMEOUT = httpx.Timeout(20, connect=5)


@dataclass(frozen=True, slots=True)
class Config:
    """``url`` is empty for Shopify itself. A gateway's address takes the host as the first part of its path:
    https://acme.myshopify.com/admin becomes {url}/acme.myshopify.com/admin.
    """

    client_id: str
    client_secret: str
    old_client_secret: str
    url: str
    public_url: str
    partner_organization: str = ""
    partner_token: str = field(default="", repr=False)

    @property
    def is_set(self) -> bool:
        return bool(self.client_id and self.client_secret)

    @property
    def is_partner(self) -> bool:
        """Tell whether plans can be asked for where they are sold."""
        return bool(self.partner_organization and self.partner_token)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What Shopify may sign with: for an hour after a rotation that is the old one, too."""
        return tuple(filter(None, (self.client_secret, self.old_client_secret)))

    def address(self, host: str) -> str:
        """The origin of a host of Shopify's: a shop, the admin or the CDN."""
        return f"{self.url}/{host}" if self.url else f"https://{host}"

    def frame_ancestors(self, shop: str) -> str:
        """Who may show our pages in a frame: this shop's admin alone."""
        gateway = urlsplit(self.url)
        there = (f"{gateway.scheme}://{gateway.netloc}",) if self.url else ()
        return " ".join((f"https://{shop_of(shop)}", f"https://{ADMIN}", *there))

    def library(self) -> ShopifyApp:
        """Shopify's own library. Raises NotFound where this installation has no app at Shopify."""
        if not self.is_set:
            raise NotFound("app at Shopify", "(set SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET)")
        return ShopifyApp(self.client_id, self.client_secret, self.old_client_secret or None)

    def client(self) -> httpx.Client:
        transport = Gateway(self.url) if self.url else None
        return httpx.Client(timeout=_TIMEOUT, transport=transport, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Read once a process, and not again by each of a worker's forks: it takes as long as a short job."""
    return httpx.create_ssl_context()


class Gateway(httpx.BaseTransport):
    """Sends what is meant for a host of Shopify's to the gateway instead."""

    def __init__(self, url: str, inner: httpx.BaseTransport | None = None) -> None:
        self._url = url
        self._inner = inner or httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not str(request.url).startswith(self._url):
            target = httpx.URL(f"{self._url}/{request.url.host}{request.url.raw_path.decode()}")
            headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
            headers.insert(0, (b"Host", target.netloc))
            request = httpx.Request(
                request.method, target, headers=headers, stream=request.stream, extensions=request.extensions
            )
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def shop_of(domain: str) -> str:
    """The domain, if it is one of a shop at Shopify. Raises Invalid."""
    if not _SHOP.fullmatch(domain):
        raise Invalid(f"{domain!r} is no shop at Shopify", "shop")
    return domain


def handle_of(shop: str) -> str:
    """acme.myshopify.com -> acme."""
    return shop_of(shop).removesuffix(".myshopify.com")


def number_of(gid: str) -> str:
    """gid://shopify/Product/42 -> 42, which is how storefronts and webhooks name it."""
    return gid.rpartition("/")[2].partition("?")[0]
