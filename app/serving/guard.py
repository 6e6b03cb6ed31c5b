"""Who may ask: a public key leads to its store, and a browser may ask from the store's own pages only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.bridge.config import StoreConfig, shop_key
from app.bridge.reader import Reader
from app.bridge.view import StoreView
from app.kernel.errors import Unauthorized
from app.serving.http import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_LONGEST_KEY = 100
_VARY: Headers = (("Vary", "Origin"),)
_PREFLIGHT: Headers = (
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Content-Type"),
    ("Access-Control-Max-Age", "86400"),
)
ANYWHERE: Headers = (("Access-Control-Allow-Origin", "*"),)
"""For who shows a token: a platform's sandbox has no origin of the store's."""

VOUCHED_PREFLIGHT: Headers = (
    *ANYWHERE,
    ("Access-Control-Allow-Methods", "GET, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
    ("Access-Control-Max-Age", "86400"),
)


def store(reader: Reader, given: Mapping[str, str]) -> StoreView:
    """Give the store of the key. Raises Unauthorized; Unavailable where nobody can tell."""
    key = given.get("key", "")
    view = reader.view(key) if 0 < len(key) <= _LONGEST_KEY and " " not in key else None
    if view is None:
        raise Unauthorized("unknown key")
    return view


def of_shop(reader: Reader, shop: str) -> StoreView:
    """Give the store of a shop that its platform vouches for. Raises Unauthorized; Unavailable."""
    view = reader.view(shop_key(shop))
    if view is None:
        raise Unauthorized("no store is connected to this shop")
    return view


def asks_with_token(environ: WSGIEnvironment) -> bool:
    """Tell whether a browser asks for leave to show a token: it cannot say for which store yet."""
    return "authorization" in environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").lower()


def welcome(environ: WSGIEnvironment, config: StoreConfig) -> bool:
    """Tell whether the asking page is the store's own, or no browser's page at all."""
    origin = environ.get("HTTP_ORIGIN")
    return origin is None or _own(origin, environ.get("HTTP_HOST"), config.domains)


@lru_cache(1024)
def _own(origin: str, host: str | None, domains: tuple[str, ...]) -> bool:
    try:
        asking = urlsplit(origin)
    except ValueError:
        return False
    if not asking.hostname:
        return False
    hosts = _hosts(domains)
    return asking.netloc == host or not hosts.isdisjoint({_bare(asking.netloc), _bare(asking.hostname)})


def headers(environ: WSGIEnvironment, config: StoreConfig | None) -> Headers:
    """Give the headers that let the store's pages, and no others, read the answer."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is None or config is None or not welcome(environ, config):
        return _VARY
    return (("Access-Control-Allow-Origin", origin), *_VARY)


def preflight(environ: WSGIEnvironment, config: StoreConfig | None) -> Headers:
    """Give what goes with ``headers`` when a browser asks before a request."""
    return _PREFLIGHT if config is not None and welcome(environ, config) else ()


@lru_cache(1024)
def _hosts(domains: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_bare(domain) for domain in domains)


def _bare(domain: str) -> str:
    """Give the host (and port) of a domain, whether or not it was written as an address."""
    return domain.lower().rpartition("://")[2].rstrip("/").removeprefix("www.")
