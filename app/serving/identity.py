"""Who a page says the shopper is: believed only with the signature of the shop's own server."""

from __future__ import annotations

import hmac
import time
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 400


def sign(key: str, customer: str, expires: int) -> str:
    """Write the token of a customer, good until ``expires`` (seconds since 1970).

    ``<customer>.<expires>.<HMAC-SHA256 of "<customer>.<expires>", hex>``. The key is the SHA-256 (hex) of a
    secret key of the store, so that the shop needs no further secret, and we need not keep that one.
    """
    told = f"{customer}.{expires}"
    return f"{told}.{_signature(key, told)}"


def customer(keys: Sequence[str], token: str) -> str | None:
    """Give the customer of a token; None where it is none of ours, or has expired."""
    told, _, signature = token.rpartition(".")
    name, _, expires = told.rpartition(".")
    if not name or len(token) > _LONGEST or not (expires.isascii() and expires.isdigit()):
        return None
    if int(expires) < time.time():
        return None
    if not signature.isascii():
        return None
    return name if _signed(tuple(keys), told, signature) else None


@lru_cache(10_000)
def _signed(keys: tuple[str, ...], told: str, signature: str) -> bool:
    return any(hmac.compare_digest(_signature(key, told), signature) for key in keys)


def _signature(key: str, told: str) -> str:
    return hmac.digest(key.encode(), told.encode(), "sha256").hex()
