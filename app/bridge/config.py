"""What the merchant chose, as far as the fast wing needs it, and how the bridge names things."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from app.engine.rules import Rule

CHANGES = "alongside:changes"
"""Channel on which every change is announced; a missed message is a delay, never a loss."""

STORES = "alongside:stores"
"""Set of the stores that have a published snapshot."""


REVOKED = b""
"""What a revoked key leads to. A key that is merely missing may have been lost."""


PIECE = 4 * 2**20
"""Bytes of a snapshot that travel at once."""


class What(StrEnum):
    """What changed."""

    CONFIG = "config"
    SNAPSHOT = "snapshot"
    OVERLAY = "overlay"
    WARM = "warm"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message on the channel of changes."""

    store_id: str
    what: What
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacementConfig:
    """A configured spot of the shop. ``free_shipping`` is the basket's value from which shipping is free
    (minor units), None where this placement promises nothing.

    ``titles`` are by language, ``look`` holds CSS custom properties, ``reasons`` says whether cards tell why
    they are there.
    """

    key: str
    location: str
    display: str
    title: str
    slots: int
    active: bool
    free_shipping: int | None = None
    titles: dict[str, str] = field(default_factory=dict)
    look: dict[str, str] = field(default_factory=dict)
    reasons: bool = True

    def title_in(self, language: str) -> str:
        """Give the title for a page in this language ("de", "de-AT"), the usual one where it has none."""
        return self.titles.get(language[:2].lower(), self.title)


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """One store as the fast wing sees it. ``domains`` are the hosts whose pages may ask from a browser.

    Each of ``customer_keys`` may sign the id of a known shopper; without any, no page can name one.
    ``shop`` is the platform's name for the shop, "" where it needs none. ``after_purchase`` is the discount
    in percent on what is offered to who just paid; None = nothing is.
    """

    store_id: str
    name: str
    currency: str
    domains: tuple[str, ...]
    salt: str
    holdout: float
    exploration: float
    placements: tuple[PlacementConfig, ...]
    version: str
    rules: tuple[Rule, ...] = ()
    customer_keys: tuple[str, ...] = ()
    shop: str = ""
    after_purchase: int | None = None

    def placement(self, key: str) -> PlacementConfig | None:
        """Find a placement by its key."""
        for placement in self.placements:
            if placement.key == key:
                return placement
        return None


def dump(config: StoreConfig) -> bytes:
    """Write a configuration as JSON."""
    return msgspec.json.encode(config)


def load(raw: bytes) -> StoreConfig:
    """Read a configuration; raises ValueError where it cannot be read."""
    return msgspec.json.decode(raw, type=StoreConfig)


def key_of(public_key: str) -> str:
    """Name of the entry that leads from a public key to its store."""
    return f"alongside:key:{public_key}"


def shop_key(shop: str) -> str:
    """The key that a shop's platform vouches for in place of a public one; no page can present it."""
    return f"shop {shop}"


def config_of(store_id: str) -> str:
    """Name of a store's configuration."""
    return f"alongside:config:{store_id}"


def snapshot_of(store_id: str, version: str) -> str:
    """Name of the bytes of one version."""
    return f"alongside:snapshot:{store_id}:{version}"


def current_of(store_id: str) -> str:
    """Name of the pointer to the version that is served."""
    return f"alongside:current:{store_id}"


def previous_of(store_id: str) -> str:
    """Name of the pointer to the version that is kept for rollback."""
    return f"alongside:previous:{store_id}"


def overlay_of(store_id: str) -> str:
    """Name of the hash of live changes."""
    return f"alongside:overlay:{store_id}"


def overlay_order_of(store_id: str) -> str:
    """Name of the sorted set product -> when it was changed last."""
    return f"alongside:overlay-order:{store_id}"


def delta_of(store_id: str) -> str:
    """Name of what was learned since the snapshot that is served."""
    return f"alongside:delta:{store_id}"


def delta_stamp_of(store_id: str) -> str:
    """Name of the entry that tells one delta from another."""
    return f"alongside:delta-stamp:{store_id}"
