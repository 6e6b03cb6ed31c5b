"""The last clicks and adds of each visitor: written to a short stream, followed by every serving process."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from app.kernel.log import get_logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis import Redis

CLICKS = "alongside:clicks"
"""Stream of visitor and product; only the newest are kept, for processes that start."""

KEPT = 50_000
MOST_VISITORS = 50_000
MOST_RECENT = 8
SESSION_SECONDS = 30 * 60
_WAIT_MS = 200
_REST = 0.5


def tell(valkey: Redis, store_id: str, visitor: str, products: Sequence[str]) -> None:
    """Tell all processes what a visitor clicked or added, the newest last."""
    with valkey.pipeline(transaction=False) as batch:
        for product in products:
            fields: dict[Any, Any] = {"s": store_id, "v": visitor, "p": product}
            batch.xadd(CLICKS, fields, maxlen=KEPT, approximate=True)
        batch.execute()


class Sessions:
    """Of each visitor the last products, newest first. Bounded: who was quiet longest is forgotten first."""

    def __init__(self) -> None:
        """Nobody is known yet."""
        self._recent: OrderedDict[tuple[str, str], tuple[float, tuple[str, ...]]] = OrderedDict()
        self._lock = Lock()

    def add(self, store_id: str, visitor: str, product: str, at: float) -> None:
        """Note a click or an add (seconds since 1970)."""
        key = (store_id, visitor)
        with self._lock:
            before = self._recent.pop(key, (0.0, ()))
            kept = before[1] if at - before[0] < SESSION_SECONDS else ()
            others = [each for each in kept if each != product]
            self._recent[key] = (at, (product, *others[: MOST_RECENT - 1]))
            if len(self._recent) > MOST_VISITORS:
                self._recent.popitem(last=False)

    def recent(self, store_id: str, visitor: str) -> tuple[str, ...]:
        """Give the products of the present session, newest first."""
        known = self._recent.get((store_id, visitor))
        return known[1] if known is not None and time.time() - known[0] < SESSION_SECONDS else ()


class Following:
    """One thread that brings what any process was told to this one."""

    def __init__(self, valkey: Redis, sessions: Sessions) -> None:
        """Follow from ``start`` to ``close``."""
        self._valkey = valkey
        self._sessions = sessions
        self._stop = Event()
        self._thread = Thread(target=self._run, name="sessions", daemon=True)
        self._log = get_logger("bridge.sessions")

    def start(self) -> None:
        """Begin with what the present sessions did before."""
        self._thread.start()

    def close(self) -> None:
        """Stop and wait for the end of it."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        last = f"{int((time.time() - SESSION_SECONDS) * 1000)}-0"
        while not self._stop.is_set():
            try:
                last = self._read(last)
            except RedisError:
                self._stop.wait(_REST)
            except Exception:  # noqa: BLE001 - one odd entry must not end the following
                self._log.exception("clicks not followed")
                last = "$"
                self._stop.wait(_REST)

    def _read(self, last: str) -> str:
        answer: Any = self._valkey.xread({CLICKS: last}, count=1000, block=_WAIT_MS)
        for entry, fields in answer[0][1] if answer else ():
            last = entry.decode()
            at = int(last.partition("-")[0]) / 1000
            self._sessions.add(fields[b"s"].decode(), fields[b"v"].decode(), fields[b"p"].decode(), at)
        return last
