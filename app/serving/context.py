"""What a page asks: parameters read once at the door, trusted from there on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from app.bridge.config import PlacementConfig, StoreConfig
from app.kernel.errors import Invalid
from app.serving import identity

MOST_ITEMS = 12
MOST_PLACEMENTS = 12
_LONGEST = 200
_LONGEST_TAG = 35
_MOST_BASKET = 200
_MOST_RECENT = 20
_LIMITS = {f"{number:0{width}}": number for number in range(1, MOST_ITEMS + 1) for width in (1, 2)}
_VISITOR = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Ask(NamedTuple):
    """One question of a page. ``limit`` is never more than the placement's slots.

    ``customer`` is known for certain: the shop's server signed it.
    """

    placement: PlacementConfig
    limit: int
    product: str | None
    basket: tuple[str, ...]
    recent: tuple[str, ...]
    customer: str | None
    visitor: str | None
    category: str | None
    words: str | None
    language: str
    currency: str = ""


def read(config: StoreConfig, given: Mapping[str, str], usual: str = "") -> Ask:
    """Read the parameters; ``usual`` is the placement where none is named. Raises Invalid with the field."""
    placement = config.placement(given.get("placement", usual))
    if placement is None:
        raise Invalid("placement must be the key of a placement of this store", "placement")
    return _read(config, placement, given)


def read_for_customer(config: StoreConfig, given: Mapping[str, str]) -> Ask:
    """Read the parameters of a question about somebody who is known. Raises Invalid."""
    ask = read(config, given)
    if ask.customer is None:
        raise Invalid("customer must be the signed id of whom it is for", "customer")
    return ask


def read_all(config: StoreConfig, given: Mapping[str, str]) -> list[Ask]:
    """Read one question for each of ``placements``, in their order, as far as the store has them."""
    found = (config.placement(key) for key in named(given))
    return [_read(config, placement, given) for placement in found if placement is not None]


def named(given: Mapping[str, str]) -> list[str]:
    """Read the keys of ``placements``, each once. Raises Invalid."""
    keys = list(dict.fromkeys(key for key in given.get("placements", "").split(",") if key))
    if not 0 < len(keys) <= MOST_PLACEMENTS or max(map(len, keys)) > _LONGEST:
        told = f"placements must be 1 to {MOST_PLACEMENTS} keys of placements with commas between them"
        raise Invalid(told, "placements")
    return keys


def _read(config: StoreConfig, placement: PlacementConfig, given: Mapping[str, str]) -> Ask:
    limit, visitor = given.get("limit"), given.get("visitor")
    if visitor is not None and not _VISITOR.fullmatch(visitor):
        raise Invalid("visitor must be 1 to 64 letters, digits, hyphens or underscores", "visitor")
    return Ask(
        placement,
        min(MOST_ITEMS if limit is None else _limit(limit), placement.slots),
        _text(given, "product") if "product" in given else None,
        _list(given, "basket", _MOST_BASKET) if "basket" in given else (),
        _list(given, "session_recent", _MOST_RECENT) if "session_recent" in given else (),
        _customer(config, given["customer"]) if "customer" in given else None,
        visitor,
        _text(given, "category") if "category" in given else None,
        _text(given, "q") if "q" in given else None,
        # Whatever a page says of itself: what is no language has no title of its own, and what is no
        # currency is the store's.
        given.get("lang", "")[:_LONGEST_TAG],
        given.get("currency", "")[:_LONGEST_TAG],
    )


def _limit(text: str) -> int:
    limit = _LIMITS.get(text)
    if limit is None:
        raise Invalid(f"limit must be a whole number from 1 to {MOST_ITEMS}", "limit")
    return limit


def _text(given: Mapping[str, str], name: str) -> str:
    text = given[name]
    if len(text) > _LONGEST or not text.isprintable():
        raise Invalid(f"{name} must be a text of at most {_LONGEST} characters", name)
    return text


def _customer(config: StoreConfig, token: str) -> str | None:
    """Read who the shop's server says it is; what is not signed by it is nobody."""
    if not token.isprintable():
        raise Invalid("customer must be a signed id", "customer")
    return identity.customer(config.customer_keys, token)


def _list(given: Mapping[str, str], name: str, most: int) -> tuple[str, ...]:
    text = given[name]
    parts = text.split(",")
    if "" in parts:
        parts = [part for part in parts if part]
    if len(parts) > most or max(map(len, parts), default=0) > _LONGEST or not text.isprintable():
        raise Invalid(f"{name} must be at most {most} product ids with commas between them", name)
    return tuple(parts)
