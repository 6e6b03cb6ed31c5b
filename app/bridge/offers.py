"""What was offered to whom: kept until it ends, the first one for a purchase, and the only one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, cast
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from redis import Redis

_KEPT_AFTER = 3600
"""Seconds past its end for which an offer can still be told from one that never was."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One product at a discount in whole percent, for who just bought. ``reference`` names his purchase."""

    offer_id: UUID
    reference: str
    slate_id: str
    product_id: str
    variant_id: str
    quantity: int
    percent: int
    title: str
    image: str
    expires_at: datetime


def keep(valkey: Redis, store_id: str, offer: Offer, *, now: datetime) -> Offer:
    """Keep an offer; gives the one that stands for this purchase, which may be an earlier one."""
    key = _key(store_id, offer.reference)
    seconds = int((offer.expires_at - now).total_seconds()) + _KEPT_AFTER
    if valkey.set(key, msgspec.json.encode(offer), nx=True, ex=seconds):
        return offer
    return find(valkey, store_id, offer.reference) or offer


def find(valkey: Redis, store_id: str, reference: str) -> Offer | None:
    """Find what was offered for a purchase, over or not."""
    raw = cast("bytes | None", valkey.get(_key(store_id, reference)))
    return msgspec.json.decode(raw, type=Offer) if raw else None


def slate_of(store_id: str, reference: str) -> str:
    """The slate of what is offered for a purchase: whoever hears of the purchase finds what was offered."""
    return blake2b(f"{store_id}:{reference}".encode(), digest_size=16).hexdigest()


def _key(store_id: str, reference: str) -> str:
    return f"alongside:offer:{store_id}:{reference}"
