"""Session tokens: only those of Shopify, for us, of a shop, of this minute."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.errors import Unauthorized
from app.platforms.shopify.identity import Identity, Request, recognise
from tests.platforms.shopify.conftest import APP, OLD_SECRET, SECRET, Bench


def seen(bench: Bench, token: str) -> Identity:
    asked = Request("GET", f"{APP}/console/", {"Authorization": f"Bearer {token}"})
    return recognise(bench.platform.config, asked)


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {
        "iss": "https://acme.myshopify.com/admin", "dest": "https://acme.myshopify.com", "aud": "client-id",
        "sub": "42", "exp": now + 60, "nbf": now, "iat": now, "jti": "1", "sid": "s", **other,
    }  # fmt: skip
    return {key: value for key, value in told.items() if value is not None}


def signed(secret: str = SECRET, **other: Any) -> str:
    return jwt.encode(claims(**other), secret, algorithm="HS256")


def test_a_good_token_says_who_and_where(bench: Bench) -> None:
    who = seen(bench, signed())
    assert (who.shop, who.user_id) == ("acme.myshopify.com", "42")


def test_the_secret_before_a_rotation_is_good(bench: Bench) -> None:
    assert seen(bench, signed(OLD_SECRET)).user_id == "42"


BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "another's secret": ("x" * 40, {}),
    "ended": (SECRET, {"exp": 1_700_000_000}),
    "not yet": (SECRET, {"nbf": int(time.time()) + 3600}),
    "no end": (SECRET, {"exp": None}),
    "no beginning": (SECRET, {"nbf": None}),
    "for another app": (SECRET, {"aud": "other"}),
    "for nobody": (SECRET, {"aud": None}),
    "of nobody": (SECRET, {"sub": None}),
    "no shop": (SECRET, {"dest": None}),
    "a shop elsewhere": (SECRET, {"dest": "https://evil.example", "iss": "https://evil.example/admin"}),
    "a shop in a path": (SECRET, {"dest": "https://evil.example/acme.myshopify.com"}),
    "a shop as a user": (SECRET, {"dest": "https://acme.myshopify.com@evil.example"}),
    "a shop in front": (SECRET, {"dest": "https://acme.myshopify.com.evil.example"}),
    "not https": (SECRET, {"dest": "http://acme.myshopify.com"}),
    "two shops": (SECRET, {"iss": "https://other.myshopify.com/admin"}),
    "issued elsewhere": (SECRET, {"iss": "https://acme.myshopify.com/other"}),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_token_is_refused(bench: Bench, fault: str) -> None:
    secret, other = BAD[fault]
    with pytest.raises(Unauthorized):
        seen(bench, signed(secret, **other))


def test_a_token_without_signature_is_refused(bench: Bench) -> None:
    with pytest.raises(Unauthorized):
        seen(bench, jwt.encode(claims(), None, algorithm="none"))  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), bit=st.integers(0, 5))
def test_a_flipped_bit_is_refused(bench: Bench, at: int, bit: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = signed()
    head, body, signature = token.split(".")
    told = head + "." + body  # the last letter of a signature has bits that mean nothing
    place = at % len(told)
    if told[place] == ".":
        return
    other = alphabet[alphabet.index(told[place]) ^ (1 << bit)]
    with pytest.raises(Unauthorized):
        seen(bench, f"{told[:place]}{other}{told[place + 1 :]}.{signature}")
