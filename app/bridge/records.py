"""What travels from the fast wing to the slow one: slates that were decided, and what shoppers did."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class EventKind(StrEnum):
    """What a shopper did with a card. Purchases come from the platform, never from a browser."""

    IMPRESSION = "impression"
    CLICK = "click"
    ADD = "add"


class SlateRecord(msgspec.Struct, gc=False):
    """One decision. ``items`` are what was shown; for a ghost, what would have been."""

    slate_id: str
    at: datetime
    placement: str
    visitor_id: str | None
    customer_id: str | None
    product_id: str | None
    basket: tuple[str, ...]
    items: tuple[str, ...]
    propensities: tuple[float, ...]
    model_version: str
    arm: str
    ghost: bool
    explored: bool
    tier: str


class EventRecord(msgspec.Struct, frozen=True, gc=False):
    """One event as it was received; ``at`` is what the browser's clock said."""

    event_id: str
    kind: EventKind
    at: datetime
    received_at: datetime
    visitor_id: str | None
    slate_id: str
    product_id: str
    position: int
