"""Limits for abuse, and what to do when there is more to answer than time; of this process alone."""

from __future__ import annotations

import time
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING

from app.kernel.errors import TooMany

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_WINDOW = 10.0
_MOST_NAMES = 200_000
_SPAN = 0.06
_BUSY = 0.9
_CALM = 1.0
_FIRST, _ALL = 2, 6
"""Spans without rest until the first give way, and until all do."""


def address(environ: WSGIEnvironment, trusted: int) -> str:
    """Give the client's address, as the outermost of the ``trusted`` proxies in front of us saw it.

    What a client writes into the header himself stands further left, and is never believed.
    """
    if trusted:
        hops = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(hops) >= trusted and (told := hops[-trusted].strip()):
            return str(told)
    return str(environ.get("REMOTE_ADDR", ""))


class Limits:
    """Counts per key and per address over windows of ten seconds."""

    def __init__(self, per_address: float, per_key: float) -> None:
        """Allow so many requests a second, on the average of a window; 0 = no limit."""
        self._address = int(per_address * _WINDOW)
        self._key = int(per_key * _WINDOW)
        self._ends = 0.0
        self._counts: Counter[str] = Counter()

    def check(self, client: str, key: str) -> None:
        """Count a request. Raises TooMany."""
        now, counts = time.monotonic(), self._counts
        if now >= self._ends or len(counts) > _MOST_NAMES:
            counts = self._counts = Counter()
            self._ends = now + _WINDOW
        counts[client] += 1
        counts[key] += 1
        if counts[client] > self._address > 0 or counts[key] > self._key > 0:
            raise TooMany("too many requests, wait ten seconds")


class Load:
    """Notices when this process has no time left, and which stores take more than their share of it.

    If that is not enough, those with half a share follow a moment later, then those with a quarter, and so on
    to all. It goes back the same way, a step for each second that had time left.
    """

    def __init__(self) -> None:
        """Nothing is running."""
        self._lock = Lock()
        self._running = 0
        self._since = 0.0
        self._busy = 0.0
        self._ends = 0.0
        self._level = 0
        self._since_level = 0.0
        self._spent: Counter[str] = Counter()
        self._heavy: frozenset[str] = frozenset()

    def enter(self, now: float) -> None:
        """Note that a request begins."""
        with self._lock:
            if not self._running:
                self._since = now
            self._running += 1

    def leave(self, now: float, store_id: str, seconds: float) -> None:
        """Note that one ended, and how long it took."""
        with self._lock:
            self._running -= 1
            self._busy += now - self._since
            self._since = now
            self._spent[store_id] += seconds  # type: ignore[assignment]
            if now >= self._ends:
                self._turn(now)

    def heavy(self, store_id: str) -> bool:
        """Tell whether there is no time left and this store takes more than it may."""
        return self._level >= _ALL or store_id in self._heavy

    def _turn(self, now: float) -> None:
        busy = self._busy >= _BUSY * (now - self._ends + _SPAN)
        if busy:
            self._level, self._since_level = min(self._level + 1, _ALL), now
        elif now - self._since_level >= _CALM:
            self._level = max(self._level - int((now - self._since_level) / _CALM), 0)
            self._since_level = now
        share = sum(self._spent.values()) / max(len(self._spent), 1)
        most = share * 2.0 ** (_FIRST - self._level)
        giving_way = self._level >= _FIRST
        self._heavy = frozenset(name for name, spent in self._spent.items() if giving_way and spent >= most)
        self._spent.clear()
        self._busy, self._ends = 0.0, now + _SPAN
