"""Tokens that Shopify signs for our extensions at its checkout: which shop asks, and for which purchase.

A session token is an extension's of the pages after checkout. A purchase token is the post-purchase page's:
its reference names the purchase that may be added to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.kernel.errors import Unauthorized
from app.kernel.settings import Settings

LEEWAY = 10.0
PURCHASE_FOR = 3600.0
"""Seconds for which a purchase token is believed: it names no end of its own."""

_SHOP = re.compile(r"(?:https://)?([a-z0-9][a-z0-9-]{0,59}\.myshopify\.com)", re.ASCII)
_NUMBER = re.compile(r"(?:gid://shopify/Customer/)?([0-9]{1,20})", re.ASCII)
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
_BEARER = "Bearer "
_MOST_LINES = 200
_UNTIMED = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}


@dataclass(frozen=True, slots=True)
class Keys:
    """The app as it is registered at Shopify; any of ``secrets`` may have signed, the first one signs."""

    client_id: str
    secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Keys:
        """Read what this installation was told; without a secret no token is believed."""
        secrets = (settings.shopify_client_secret, settings.shopify_old_client_secret)
        return cls(settings.shopify_client_id, tuple(filter(None, secrets)))


class Purchase(NamedTuple):
    """What was just paid, and may be added to."""

    reference: str
    products: tuple[str, ...]
    locale: str


class Voucher(NamedTuple):
    """Who asks: ``customer`` is known for certain, ``purchase`` is of a purchase token."""

    shop: str
    customer: str | None
    purchase: Purchase | None


def is_bearer(header: str) -> bool:
    return header.startswith(_BEARER)


def read(keys: Keys, header: str, now: datetime) -> Voucher:
    """Read an Authorization header. Raises Unauthorized."""
    claims = _verified(keys, header.removeprefix(_BEARER).strip())
    if claims.get("iss") == "shopify":
        return _purchase(claims, now.timestamp())
    return _session(keys, claims, now.timestamp())


def sign(
    keys: Keys, reference: str, changes: list[dict[str, Any]], *, jti: UUID, now: datetime, ends: datetime
) -> str:
    """Write a changeset for a purchase, as Shopify applies it once."""
    import jwt  # noqa: PLC0415 - see below

    told = {
        "iss": keys.client_id,
        "jti": str(jti),
        "iat": int(now.timestamp()),
        "exp": int(ends.timestamp()),
        "sub": reference,
        "changes": changes,
    }
    return jwt.encode(told, keys.secrets[0], algorithm="HS256")


def _verified(keys: Keys, token: str) -> Mapping[str, Any]:
    import jwt  # noqa: PLC0415 - a sixth of a server's start, and only Shopify's checkout needs it

    for secret in keys.secrets:
        try:
            claims: Mapping[str, Any] = jwt.decode(token, secret, algorithms=["HS256"], options=_UNTIMED)  # type: ignore[arg-type]
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError:
            break
        return claims
    raise Unauthorized("the token is not Shopify's")


def _session(keys: Keys, claims: Mapping[str, Any], now: float) -> Voucher:
    if claims.get("aud") != keys.client_id:
        raise Unauthorized("the token is for another app")
    if not (_time(claims, "nbf") - LEEWAY <= now < _time(claims, "exp") + LEEWAY):
        raise Unauthorized("the token is not good any more")
    return Voucher(_shop(claims.get("dest")), _customer(claims.get("sub")), None)


def _purchase(claims: Mapping[str, Any], now: float) -> Voucher:
    signed_at = _time(claims, "iat")
    ends = _time(claims, "exp") if "exp" in claims else signed_at + PURCHASE_FOR
    if not (signed_at - LEEWAY <= now < min(ends, signed_at + PURCHASE_FOR) + LEEWAY):
        raise Unauthorized("the token is not good any more")
    try:
        told = claims["input_data"]
        bought = told["initialPurchase"]
        reference, shop = str(bought["referenceId"]), told["shop"]["domain"]
        products = tuple(str(int(line["product"]["id"])) for line in bought["lineItems"][:_MOST_LINES])
        locale, customer = str(told.get("locale", "")), bought.get("customerId")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unauthorized("the token names no purchase") from None
    if reference != claims.get("sub") or not _REFERENCE.fullmatch(reference):
        raise Unauthorized("the token is for another purchase")
    return Voucher(_shop(shop), _customer(customer), Purchase(reference, products, locale[:10]))


def _time(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unauthorized(f"the token has no {name}")
    return value


def _shop(told: object) -> str:
    found = _SHOP.fullmatch(told) if isinstance(told, str) else None
    if found is None:
        raise Unauthorized("the token is of no shop at Shopify")
    return found[1]


def _customer(told: object) -> str | None:
    found = _NUMBER.fullmatch(str(told)) if isinstance(told, str | int) else None
    return found[1] if found else None
