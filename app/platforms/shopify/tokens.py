"""Rights at a shop: by token exchange, by code grant, and renewed before they end.

Shopify's library exchanges and refreshes. Ours are the signature of a code grant with its age, and its
exchange for an expiring token, which neither library has.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

import httpx
import msgspec
from msgspec import Meta
from shopify.session import Session
from shopify_app.types import IdTokenDetails, TokenExchangeAccessToken, TokenExchangeResult

from app.kernel.errors import Forbidden, Unauthorized, Upstream
from app.platforms.base import Grant
from app.platforms.shopify.config import VERSION, Config, handle_of, shop_of
from app.platforms.shopify.identity import Identity

_OLDEST: Final = timedelta(seconds=90)
_GONE = {"invalid_grant", "refresh_token_expired"}
_BAD_REQUEST = 400


class _Answer(msgspec.Struct):
    access_token: Annotated[str, Meta(min_length=1)]
    scope: str
    expires_in: int
    refresh_token: str
    refresh_token_expires_in: int


@dataclass(frozen=True, slots=True)
class Code:
    """What a merchant who agreed comes back with."""

    shop: str
    code: str
    at: datetime


def exchange(config: Config, http: httpx.Client, who: Identity, now: datetime) -> Grant:
    """An expiring offline token for a person's session token. Raises Unauthorized or Upstream."""
    token = IdTokenDetails(exchangeable=True, token=who.token, claims={"dest": f"https://{who.shop}"})
    return _granted(
        config.library().exchange_using_token_exchange("offline", token, expiring=True, http_client=http),
        now,
    )


def renew(config: Config, http: httpx.Client, grant: Grant, now: datetime) -> Grant:
    """A new token; the old refresh token is spent. Raises Forbidden where the right is gone, or Upstream."""
    held = TokenExchangeAccessToken(
        shop=handle_of(grant.domain),
        token=grant.token,
        expires="",  # it is for us to say when: the library would keep a token until its last minute
        scope=",".join(sorted(grant.scopes)),
        access_mode="offline",
        refresh_token=grant.refresh_token,
        refresh_token_expires="",
        user=None,
    )
    return _granted(config.library().refresh_token_exchanged_access_token(held, http_client=http), now)


def agreement(config: Config, shop: str, scopes: frozenset[str], state: str) -> str:
    """Where a merchant outside the admin agrees."""
    session = Session(shop_of(shop), VERSION)
    session.api_key = config.client_id
    back = f"{config.public_url}/hooks/shopify/callback"
    agreed: str = session.create_permission_url(sorted(scopes), back, state)
    return agreed.replace(f"https://{shop}", config.address(shop), 1)


def verify_query(config: Config, params: Mapping[str, str], at: datetime) -> str:
    """The shop that a signed query names, if it was signed within 90 seconds of now.

    Raises Unauthorized, or Invalid for what is no shop.
    """
    stamp = params.get("timestamp", "")
    if not stamp.isascii() or not stamp.isdigit():
        raise Unauthorized("the query has no time")
    if abs(at.timestamp() - int(stamp[:12])) > _OLDEST.total_seconds():
        raise Unauthorized("the query is more than 90 seconds old")
    signed = urlencode(sorted((name, value) for name, value in params.items() if name != "hmac"))
    presented = params.get("hmac", "").encode()
    matches = [
        hmac.compare_digest(presented, hmac.digest(secret.encode(), signed.encode(), "sha256").hex().encode())
        for secret in config.secrets
    ]
    if not any(matches):
        raise Unauthorized("the query's signature is wrong")
    return shop_of(params.get("shop", ""))


def redeem(config: Config, http: httpx.Client, code: Code) -> Grant:
    """An expiring offline token for the code of a merchant who agreed. Raises Unauthorized or Upstream."""
    shop = shop_of(code.shop)
    what = {
        "client_id": config.client_id,
        "client_secret": config.client_secret,
        "code": code.code,
        "expiring": "1",
    }
    try:
        answer = http.post(f"https://{shop}/admin/oauth/access_token", json=what)
    except httpx.HTTPError as error:
        raise Upstream(f"{shop} does not answer: {type(error).__name__}", retry=True) from None
    if answer.status_code == _BAD_REQUEST:
        raise Unauthorized("the code is not good any more: begin again")
    if answer.is_error:
        raise Upstream(f"{shop} answered {answer.status_code}", retry=answer.is_server_error)
    try:
        told = msgspec.json.decode(answer.content, type=_Answer)
    except msgspec.MsgspecError as error:
        raise Upstream(f"{shop} gave no expiring token: {error}", retry=False) from None
    return Grant(
        domain=shop,
        token=told.access_token,
        scopes=_scopes(told.scope),
        expires_at=code.at + timedelta(seconds=told.expires_in),
        refresh_token=told.refresh_token,
        refresh_expires_at=code.at + timedelta(seconds=told.refresh_token_expires_in),
    )


def _granted(result: TokenExchangeResult, now: datetime) -> Grant:
    given = result.access_token
    if given is None:
        if result.log.code in _GONE:
            raise Forbidden("the shop does not let us in any more: open the app there again")
        if result.response.status in {302, 400, 401}:
            raise Unauthorized("the session token is not good any more")
        raise Upstream(f"no token: {result.log.code}", retry=result.response.status not in {400, 403})
    if not given.refresh_token or not given.expires or not given.refresh_token_expires:
        raise Upstream("the token does not expire, which Shopify does not allow", retry=False)
    return Grant(
        domain=shop_of(f"{given.shop}.myshopify.com"),
        token=given.token,
        scopes=_scopes(given.scope),
        expires_at=_by_our_clock(given.expires, now),
        refresh_token=given.refresh_token,
        refresh_expires_at=_by_our_clock(given.refresh_token_expires, now),
    )


def _scopes(text: str) -> frozenset[str]:
    return frozenset(filter(None, (each.strip() for each in text.split(","))))


def _by_our_clock(text: str, now: datetime) -> datetime:
    """The library adds what Shopify says to the computer's clock."""
    return now + (datetime.fromisoformat(text) - datetime.now(UTC))
