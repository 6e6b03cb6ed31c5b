"""Whose turn it is to be trained: of the stores that wait, the one whose last training began longest ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import redis

from app.kernel.ids import StoreId

TRAIN, NEXT = "train.store", "train.next"

_WAITING = "alongside:training:waiting"
_BEGUN = "alongside:training:begun"
_ASKED = "alongside:training:asked"

# Asked for again while it ran, a store keeps waiting.
_DONE = "if redis.call('hget', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('hdel', KEYS[1], ARGV[1]) end"


@dataclass(frozen=True, slots=True)
class Turn:
    """A store that waits; ``token`` tells one request from a later one."""

    store_id: StoreId
    token: str

    @property
    def how(self) -> tuple[str, ...]:
        """The arguments of the training."""
        return tuple(self.token.split()[1:])


def ask(valkey: redis.Redis, store_id: StoreId, how: Sequence[str] = ()) -> None:
    """Let a store wait. Asking again adds to how it is trained, and makes a training that runs not enough."""
    known = cast("bytes | None", valkey.hget(_WAITING, store_id))
    told = known.decode().split()[1:] if known is not None else []
    valkey.hset(_WAITING, store_id, " ".join([f"{valkey.incr(_ASKED):012}", *sorted({*told, *how})]))


def waiting(valkey: redis.Redis) -> list[Turn]:
    """Who waits, first who goes first."""
    asked = cast("dict[bytes, bytes]", valkey.hgetall(_WAITING))
    turns = [Turn(StoreId(store.decode()), token.decode()) for store, token in asked.items()]
    begun = {turn.store_id: valkey.zscore(_BEGUN, turn.store_id) or 0.0 for turn in turns}
    return sorted(turns, key=lambda turn: (begun[turn.store_id], turn.token))


def begin(valkey: redis.Redis, turn: Turn, *, at: datetime) -> None:
    """Go to the end of the line, and wait until it is done: a worker that is killed leaves it waiting."""
    valkey.zadd(_BEGUN, {turn.store_id: at.timestamp()})


def done(valkey: redis.Redis, turn: Turn) -> None:
    """Wait no longer."""
    valkey.eval(_DONE, 1, _WAITING, turn.store_id, turn.token)
