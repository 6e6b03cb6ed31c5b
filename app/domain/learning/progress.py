"""How far a store's training is, for whoever watches. Kept in Valkey only: losing it costs nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import msgspec
from redis.exceptions import RedisError

if TYPE_CHECKING:
    import redis

    from app.kernel.clock import Clock
    from app.kernel.ids import StoreId

STEPS = {"reading": 0.0, "learning": 0.05, "comparing": 0.75, "describing": 0.85, "keeping": 0.95}
"""The steps of a training, each with the share that is done when it begins."""

_FORGOTTEN_AFTER = 7200
_KEY = "alongside:progress:{}"


@dataclass(frozen=True, slots=True)
class Progress:
    """The step that runs, the share that is done (0 to 1), and since when; ``expected`` seconds in all."""

    step: str
    share: float
    started_at: datetime
    step_at: datetime
    expected: float = 0.0

    def at(self, now: datetime) -> Progress:
        """Guess how far it is by now, from how long the last training took; never beyond the step's end."""
        if self.expected <= 0.0:
            return self
        later = [share for share in STEPS.values() if share > self.share]
        passed = (now - self.step_at).total_seconds() / self.expected
        return replace(self, share=round(min(self.share + passed, min(later, default=1.0)), 3))


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the steps of one training; a Valkey that is away does not stop it."""

    valkey: redis.Redis
    store_id: StoreId
    clock: Clock
    expected: float
    started_at: datetime

    def tell(self, step: str) -> None:
        """Say that a step begins."""
        told = Progress(step, STEPS[step], self.started_at, self.clock.now(), self.expected)
        with suppress(RedisError):
            self.valkey.set(_KEY.format(self.store_id), msgspec.json.encode(told), ex=_FORGOTTEN_AFTER)

    def end(self) -> None:
        """Say that nothing runs any more."""
        with suppress(RedisError):
            self.valkey.delete(_KEY.format(self.store_id))


def read(valkey: redis.Redis, store_id: StoreId, *, now: datetime) -> Progress | None:
    """Tell how far the store's training is, None where none runs or nobody can tell."""
    try:
        raw = cast("bytes | None", valkey.get(_KEY.format(store_id)))
    except RedisError:
        return None
    return None if raw is None else msgspec.json.decode(raw, type=Progress).at(now.astimezone(UTC))
