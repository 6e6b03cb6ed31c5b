"""Who looks at us from a shop's admin: session tokens, checked in full.

Shopify's library checks signature, times and audience. It takes a token that has no end, and any ``dest``:
those are checked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from app.kernel.errors import Invalid, Unauthorized
from app.platforms.shopify.config import Config, shop_of

PATCH_PATH: Final = "/console/shopify/session"


@dataclass(frozen=True, slots=True)
class Identity:
    """A person of a shop's staff, vouched for by Shopify for a minute."""

    shop: str
    user_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the library looks at. ``url`` is the public one."""

    method: str
    url: str
    headers: Mapping[str, str]


def recognise(config: Config, request: Request) -> Identity:
    """Raises Unauthorized."""
    asked = {"method": request.method, "url": request.url, "headers": dict(request.headers), "body": ""}
    result = config.library().verify_app_home_req(asked, PATCH_PATH)  # type: ignore[arg-type]
    if not result.ok or result.id_token is None:
        raise Unauthorized("the session token is missing or not good any more")
    claims = result.id_token.claims
    for claim in ("exp", "nbf", "iat"):
        if not isinstance(claims.get(claim), int):
            raise Unauthorized(f"the session token has no {claim}")
    user_id = claims.get("sub")
    if not isinstance(user_id, str) or not user_id:
        raise Unauthorized("the session token names nobody")
    return Identity(_shop(claims.get("dest"), claims.get("iss")), user_id, result.id_token.token)


def _shop(dest: object, iss: object) -> str:
    """The shop of both claims: https://{shop} and https://{shop}/admin."""
    try:
        shop = shop_of(urlsplit(str(dest)).hostname or "")
    except (Invalid, ValueError):
        raise Unauthorized("the session token is for no shop at Shopify") from None
    if dest != f"https://{shop}" or iss != f"https://{shop}/admin":
        raise Unauthorized("the session token's shop and issuer do not agree")
    return shop
