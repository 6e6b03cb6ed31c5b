"""Gets messages to safety: onto the stream, or onto this host's disk while Valkey is away."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from redis import Redis
from redis.exceptions import RedisError

from app.bridge import stream
from app.bridge.spool import Spool
from app.bridge.stream import Message

_REST = 1.0


class Sender:
    """Safe to share by threads. ``counts`` tells how often the disk stood in."""

    def __init__(self, valkey: Redis, spool: Spool) -> None:
        """Send to ``valkey``, else to ``spool``."""
        self.counts: Counter[str] = Counter()
        self._valkey = valkey
        self._spool = spool
        self._away_until = 0.0

    def send(self, messages: Sequence[Message]) -> None:
        """When this returns, the messages are safe. Raises OSError where nothing takes them."""
        if not messages:
            return
        if time.monotonic() >= self._away_until:
            try:
                stream.append(self._valkey, messages)
            except RedisError:
                self._away_until = time.monotonic() + _REST
            else:
                return
        self._spool.append(messages)
        self.counts["spooled"] += len(messages)

    def replay(self) -> None:
        """Move what the disk holds onto the stream, if Valkey is back."""
        if time.monotonic() < self._away_until or not self._spool.waiting():
            return
        try:
            moved = self._spool.replay(lambda messages: stream.append(self._valkey, messages))
        except (RedisError, OSError):
            self._away_until = time.monotonic() + _REST
        else:
            self.counts["replayed"] += moved

    def close(self) -> None:
        """Finish the file on disk."""
        self._spool.close()
