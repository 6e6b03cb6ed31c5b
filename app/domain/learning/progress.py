"""How far a store's training is, for whoever watches.

Whether one runs is told by the lock that it holds, so that one that died does not run for ever. Its steps
are kept in Valkey only: losing them costs nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import msgspec
from redis.exceptions import RedisError
from sqlalchemy import text

if TYPE_CHECKING:
    import redis
    from sqlalchemy.orm import Session

    from app.kernel.clock import Clock
    from app.kernel.ids import StoreId
    from app.kernel.runtime import Runtime

STEPS = {
    "reading": 0.0,
    "choosing": 0.05,
    "learning": 0.5,
    "relating": 0.65,
    "comparing": 0.75,
    "describing": 0.85,
    "keeping": 0.95,
}
"""The steps of a training, each with the share that is done when it begins."""

WAITING = "waiting"
"""Asked for, and no worker has begun."""

LOCK = "hashtextextended('training ' || :store_id, 0)"
"""The advisory lock of PostgreSQL that a training holds from its beginning to its end."""

_HELD = text(
    f"""
    select exists (
        select from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
          and (classid::bigint << 32) | objid::bigint = {LOCK}
    )
    """
)
_FORGOTTEN_AFTER = 7200
_AWAITED_FOR = 1800
"""Seconds after which a training that was asked for, and that nobody began, is no longer spoken of."""

_STEP, _ASKED = "alongside:progress:{}", "alongside:training:{}"


@dataclass(frozen=True, slots=True)
class Progress:
    """The step that runs, the share that is done (0 to 1), and since when; ``expected`` seconds in all.

    ``done`` holds the seconds of each step that has ended.
    """

    step: str
    share: float
    started_at: datetime
    step_at: datetime
    expected: float = 0.0
    done: dict[str, float] = field(default_factory=dict)

    def at(self, now: datetime) -> Progress:
        """Guess how far it is by now, from how long the last training took; never beyond the step's end."""
        if self.expected <= 0.0 or self.step == WAITING:
            return self
        later = [share for share in STEPS.values() if share > self.share]
        passed = (now - self.step_at).total_seconds() / self.expected
        return replace(self, share=round(min(self.share + passed, min(later, default=1.0)), 3))

    def then(self, step: str, now: datetime) -> Progress:
        """End the step that runs, and begin another."""
        seconds = round((now - self.step_at).total_seconds(), 1)
        done = {**self.done, self.step: seconds} if self.step in STEPS else self.done
        return replace(self, step=step, share=STEPS[step], step_at=now, done=done)


@dataclass(slots=True)
class Teller:
    """Tells the steps of one training; a Valkey that is away does not stop it."""

    valkey: redis.Redis
    store_id: StoreId
    clock: Clock
    expected: float
    now: Progress = field(init=False)

    def __post_init__(self) -> None:
        """Begin before the first step."""
        at = self.clock.now()
        self.now = Progress("", 0.0, at, at, self.expected)

    def tell(self, step: str) -> None:
        """Say that a step begins."""
        self.now = self.now.then(step, self.clock.now())
        with suppress(RedisError):
            told = msgspec.json.encode(self.now)
            self.valkey.set(_STEP.format(self.store_id), told, ex=_FORGOTTEN_AFTER)

    def end(self) -> None:
        """Say that nothing runs any more, and that what was asked for before it began has come."""
        with suppress(RedisError):
            asked = _asked_at(self.valkey, self.store_id)
            self.valkey.delete(_STEP.format(self.store_id))
            if asked is not None and asked <= self.now.started_at:
                self.valkey.delete(_ASKED.format(self.store_id))


def ask(valkey: redis.Redis, store_id: StoreId, *, at: datetime) -> None:
    """Note that somebody asked for a training, so that he sees it wait."""
    with suppress(RedisError):
        valkey.set(_ASKED.format(store_id), at.isoformat(), ex=_AWAITED_FOR)


def is_running(session: Session, store_id: StoreId) -> bool:
    """Tell whether the store is being trained at this moment, by whatever process."""
    return bool(session.scalar(_HELD, {"store_id": store_id}))


def read(runtime: Runtime, store_id: StoreId) -> Progress | None:
    """Tell how far the store's training is, or that one waits; None where there is none."""
    now = runtime.clock.now().astimezone(UTC)
    with runtime.unit(store_id) as unit:
        running = is_running(unit.session, store_id)
    try:
        raw = cast("bytes | None", runtime.valkey.get(_STEP.format(store_id)))
        asked = _asked_at(runtime.valkey, store_id)
    except RedisError:
        raw = asked = None
    if running:
        return Progress("reading", 0.0, now, now) if raw is None else _decoded(raw).at(now)
    return None if asked is None else Progress(WAITING, 0.0, asked, asked)


def _decoded(raw: bytes) -> Progress:
    return msgspec.json.decode(raw, type=Progress)


def _asked_at(valkey: redis.Redis, store_id: StoreId) -> datetime | None:
    raw = cast("bytes | None", valkey.get(_ASKED.format(store_id)))
    return None if raw is None else datetime.fromisoformat(raw.decode())
