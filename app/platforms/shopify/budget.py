"""The points of a shop: a leaky bucket that everybody who asks it shares, in Valkey.

The shop tells after each answer how many points are left and how fast they come back. Whoever asks next takes
what his question cost the last time, and waits where there is not enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import redis
from msgspec import Struct

from app.kernel.clock import Clock
from app.kernel.log import get_logger

_KEPT: Final = timedelta(minutes=10)  # a bucket that nobody drew from for so long is full

_TAKE: Final = """
local held = redis.call('hmget', KEYS[1], 'points', 'rate', 'most', 'at', 'cost:' .. ARGV[2])
if not held[1] then return '0' end
local now, rate, most = tonumber(ARGV[1]), tonumber(held[2]), tonumber(held[3])
local cost = math.min(tonumber(held[5] or '0'), most)
local points = math.min(most, held[1] + math.max(0, now - held[4]) * rate)
if points < cost then return tostring((cost - points) / rate) end
redis.call('hset', KEYS[1], 'points', points - cost, 'at', now)
return '0'
"""


class Status(Struct, rename="camel"):
    """``extensions.cost.throttleStatus``, in points and points a second."""

    currently_available: float
    restore_rate: float
    maximum_available: float


@dataclass(frozen=True, slots=True)
class Budgets:
    """Of all shops. Without Valkey nobody waits before the shop itself says so."""

    valkey: redis.Redis
    clock: Clock

    def take(self, shop: str, name: str) -> float:
        """Seconds to wait before the operation may be asked; 0 = now, and its points are taken."""
        try:
            asked = self.valkey.register_script(_TAKE)
            return float(asked([_key(shop)], [self._now(), name]))
        except redis.RedisError as error:
            get_logger(__name__).warning("no budget", shop=shop, error=str(error))
            return 0.0

    def told(self, shop: str, name: str, status: Status, cost: float | None) -> None:
        """What the shop said after an operation that it counted as ``cost`` points."""
        held: dict[str, float] = {
            "points": status.currently_available,
            "rate": max(status.restore_rate, 1.0),
            "most": status.maximum_available,
            "at": self._now(),
        }
        if cost:
            held[f"cost:{name}"] = cost
        try:
            with self.valkey.pipeline() as batch:
                batch.hset(_key(shop), mapping={each: str(value) for each, value in held.items()})
                batch.expire(_key(shop), _KEPT)
                batch.execute()
        except redis.RedisError as error:
            get_logger(__name__).warning("no budget", shop=shop, error=str(error))

    def _now(self) -> float:
        return self.clock.now().timestamp()


def _key(shop: str) -> str:
    return f"alongside:shopify:budget:{shop}"
