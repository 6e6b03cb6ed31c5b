"""Shopify's token endpoint for one installation: token exchange, code grant, refresh with rotation."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from app.kernel.clock import Clock

ACCESS_FOR = timedelta(hours=1)
REFRESH_FOR = timedelta(days=90)
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"


class Refused(Exception):
    """Answered with 400 and this OAuth error code."""


@dataclass
class Tokens:
    """What was handed out for one shop. A used refresh token stays good until its successor is used."""

    client_id: str
    client_secret: str
    domain: str
    clock: Clock
    scopes: tuple[str, ...] = ()
    access: dict[str, datetime] = field(default_factory=dict)
    refresh: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    refreshed: int = 0

    def answer(self, told: dict[str, Any]) -> dict[str, Any]:
        """Raises Refused."""
        if told.get("client_id") != self.client_id or told.get("client_secret") != self.client_secret:
            raise Refused("invalid_client")
        if told.get("grant_type") == EXCHANGE:
            self._check_exchange(told)
            self.refresh.clear()
        elif told.get("grant_type") == "refresh_token":
            self._check_refresh(str(told.get("refresh_token")))
        elif told.get("code") in self.codes:
            self.codes.discard(told["code"])
            self.refresh.clear()
        else:
            raise Refused("invalid_request")
        if str(told.get("expiring", "1")) != "1":
            raise Refused("non_expiring_tokens_are_not_allowed")
        return self._hand_out()

    def is_good(self, token: str) -> bool:
        until = self.access.get(token)
        return until is not None and until > self.clock.now()

    def revoke(self) -> None:
        self.access.clear()
        self.refresh.clear()

    def id_token(self, **claims: Any) -> str:
        """A session token of a person at the admin; ``claims`` override what it says."""
        now = int(self.clock.now().timestamp())
        told = {
            "iss": f"https://{self.domain}/admin", "dest": f"https://{self.domain}", "aud": self.client_id,
            "sub": "42", "exp": now + 60, "nbf": now, "iat": now, "jti": secrets.token_hex(8), "sid": "s",
            **claims,
        }  # fmt: skip
        left = {key: value for key, value in told.items() if value is not None}
        return jwt.encode(left, self.client_secret, algorithm="HS256")

    def callback(self, state: str, *, age: timedelta = timedelta(0), secret: str = "") -> dict[str, str]:
        """The query with which a merchant who agreed is sent back to the app."""
        code = secrets.token_hex(8)
        self.codes.add(code)
        query = {
            "code": code, "shop": self.domain, "state": state, "host": "YWRtaW4",
            "timestamp": str(int((self.clock.now() - age).timestamp())),
        }  # fmt: skip
        return self.sign_query(query, secret)

    def sign_query(self, query: dict[str, str], secret: str = "") -> dict[str, str]:
        signed = urlencode(sorted(query.items()))
        digest = hmac.new((secret or self.client_secret).encode(), signed.encode(), hashlib.sha256)
        return {**query, "hmac": digest.hexdigest()}

    def _check_exchange(self, told: dict[str, Any]) -> None:
        if told.get("requested_token_type") != OFFLINE:
            raise Refused("invalid_request")
        try:
            claims = jwt.decode(
                told["subject_token"], self.client_secret, algorithms=["HS256"], audience=self.client_id,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )  # fmt: skip
        except jwt.PyJWTError:
            raise Refused("invalid_subject_token") from None
        if claims["exp"] < self.clock.now().timestamp() or claims["dest"] != f"https://{self.domain}":
            raise Refused("invalid_subject_token")

    def _check_refresh(self, token: str) -> None:
        if token not in self.refresh:
            raise Refused("invalid_grant")
        self.refresh = self.refresh[self.refresh.index(token) :][:1]
        self.refreshed += 1

    def _hand_out(self) -> dict[str, Any]:
        access, refresh = f"shpat_{secrets.token_hex(16)}", f"shprt_{secrets.token_hex(16)}"
        self.access[access] = self.clock.now() + ACCESS_FOR
        self.refresh.append(refresh)
        return {
            "access_token": access, "expires_in": int(ACCESS_FOR.total_seconds()), "refresh_token": refresh,
            "refresh_token_expires_in": int(REFRESH_FOR.total_seconds()), "scope": ",".join(self.scopes),
        }  # fmt: skip
