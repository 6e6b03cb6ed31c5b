"""Live stock, price and visibility: what the platform said last wins over any published snapshot.

Each aspect of a product has a version of its own (the platform's ``updated_at``), because platforms send
stock and price apart. The comparison runs inside Valkey, so writers need no lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any, Final, Literal, cast

import msgspec
from redis import Redis

from app.bridge import config as names
from app.bridge.config import Notice, What

_CHUNK = 500
_TOLD_IDS = 50


Value = int | bool | None
"""Of stock, price in minor units, or visibility."""


class Keep(Enum):
    """Stands for "this message does not speak of it"."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


class Aspect(StrEnum):
    """What can change between two trainings."""

    STOCK = "stock"
    PRICE = "price_amount"
    VISIBLE = "visible"


@dataclass(frozen=True, slots=True)
class Change:
    """What a platform said of a product at ``version`` (aware). ``stock`` None = not counted."""

    product_id: str
    version: datetime
    stock: int | Literal[Keep.KEEP] | None = KEEP
    price_amount: int | Literal[Keep.KEEP] = KEEP
    visible: bool | Literal[Keep.KEEP] = KEEP

    def aspects(self) -> Iterator[tuple[Aspect, int | bool | None]]:
        """Yield what this change speaks of."""
        for aspect in Aspect:
            value = getattr(self, aspect)
            if value is not KEEP:
                yield aspect, value


@dataclass(frozen=True, slots=True)
class Entry:
    """The newest known value of each aspect, with its version (UTC, microseconds, sorts as text)."""

    aspects: Mapping[Aspect, tuple[str, int | bool | None]]

    def merge(self, newer: Entry) -> Entry:
        """Keep the higher version of each aspect; of equal ones that of ``newer``."""
        merged = dict(self.aspects)
        for aspect, held in newer.aspects.items():
            if aspect not in merged or merged[aspect][0] <= held[0]:
                merged[aspect] = held
        return Entry(merged)

    def value(self, aspect: Aspect, published: Value) -> Value:
        """Give the live value, the published one where none is known."""
        return self.aspects[aspect][1] if aspect in self.aspects else published


# The order of changes is the server's clock, never lower than what was given before: it keeps rising even
# where the server came back with the last second lost, so who asks "what is new since" misses nothing.
_PUT = """
local time = redis.call('TIME')
local order = time[1] * 1000000 + time[2]
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
if last[2] and order <= tonumber(last[2]) then order = tonumber(last[2]) + 1 end
local won = 0
for i = 1, #ARGV, 4 do
  local field = ARGV[i + 1] .. ':' .. ARGV[i]
  local told = ARGV[i + 2] .. ' ' .. ARGV[i + 3]
  local held = redis.call('HGET', KEYS[1], field)
  if not held or (held ~= told and string.sub(held, 1, #ARGV[i + 2]) <= ARGV[i + 2]) then
    redis.call('HSET', KEYS[1], field, told)
    redis.call('ZADD', KEYS[2], string.format('%.0f', order), ARGV[i])
    won = won + 1
  end
end
return won
"""


def put(valkey: Redis, store_id: str, changes: Sequence[Change]) -> int:
    """Write changes and tell the readers. Gives the number of aspects that were new."""
    keys = [names.overlay_of(store_id), names.overlay_order_of(store_id)]
    won = 0
    for start in range(0, len(changes), _CHUNK):
        chunk = changes[start : start + _CHUNK]
        words = [word for change in chunk for word in _words(change)]
        ids = tuple(change.product_id for change in chunk[:_TOLD_IDS])
        new = int(valkey.eval(_PUT, len(keys), *keys, *words))
        if new:
            valkey.publish(names.CHANGES, msgspec.json.encode(Notice(store_id, What.OVERLAY, ids)))
        won += new
    return won


def products(valkey: Redis, store_id: str) -> list[str]:
    """Name the products that have live changes, the latest change last."""
    found = cast("list[bytes]", valkey.zrange(names.overlay_order_of(store_id), 0, -1))
    return [product.decode() for product in found]


def since(valkey: Redis, store_id: str, order: int) -> tuple[int, dict[str, Entry]]:
    """Give all products changed after ``order`` (0 = ever), and the order up to which this is complete."""
    found = cast(
        "list[tuple[bytes, float]]",
        valkey.zrangebyscore(names.overlay_order_of(store_id), f"({order}", "+inf", withscores=True),
    )
    entries: dict[str, Entry] = {}
    for start in range(0, len(found), _CHUNK):
        products = [member.decode() for member, _ in found[start : start + _CHUNK]]
        fields = [f"{aspect}:{product}" for product in products for aspect in Aspect]
        held = iter(valkey.hmget(names.overlay_of(store_id), fields))
        for product in products:
            entries[product] = _entry({aspect: next(held) for aspect in Aspect})
    return (int(found[-1][1]) if found else order), entries


def _words(change: Change) -> Iterator[str]:
    """Spell a change for the script: product, aspect, version, value."""
    version = change.version.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for aspect, value in change.aspects():
        yield from (change.product_id, aspect, version, msgspec.json.encode(value).decode())


def _entry(fields: Mapping[Aspect, Any]) -> Entry:
    told = {}
    for aspect, raw in fields.items():
        if raw is not None:
            version, _, value = raw.decode().partition(" ")
            told[aspect] = (version, msgspec.json.decode(value, type=int | bool | None))
    return Entry(told)
