"""One thread that follows the channel of changes, and looks for itself in case a message was missed."""

from __future__ import annotations

import time
from threading import Event, Thread

import msgspec
from redis.client import PubSub
from redis.exceptions import RedisError

from app.bridge.config import CHANGES, Notice, What
from app.bridge.reader import Reader
from app.kernel.log import get_logger

_RECHECK = 1.0
_LISTEN = 0.1
_PAUSE = 0.5
_LET_GO = 10.0


class Follower:
    """Keeps a reader's stores current: at once by message, within two seconds without."""

    def __init__(self, reader: Reader) -> None:
        """Follow for ``reader``, from ``start`` to ``close``."""
        self._reader = reader
        self._stop = Event()
        self._thread = Thread(target=self._run, name="bridge-follower", daemon=True)
        self._log = get_logger("bridge.follower")

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """Stop following and wait for the end of it."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._reader.valkey.pubsub(ignore_subscribe_messages=True) as listener:  # type: ignore[no-untyped-call]
                    listener.subscribe(CHANGES)
                    self._follow(listener)
            except RedisError:
                self._reader.counts["follower_lost"] += 1
            except Exception:  # noqa: BLE001 - one store's trouble must not end the following of all others
                self._reader.counts["follower_failed"] += 1
                self._log.exception("refresh failed")
            self._stop.wait(_PAUSE)

    def _follow(self, listener: PubSub) -> None:
        due, let_go = 0.0, time.monotonic() + _LET_GO
        while not self._stop.is_set():
            now = time.monotonic()
            if now >= due:
                self._reader.refresh()
                due = time.monotonic() + _RECHECK
            if now >= let_go:
                self._reader.let_go()
                let_go = now + _LET_GO
            message = listener.get_message(timeout=_LISTEN)
            if message is not None:
                notice = msgspec.json.decode(message["data"], type=Notice)
                self._heed(notice)

    def _heed(self, notice: Notice) -> None:
        if notice.what is What.CLEAR:
            self._reader.clear(notice.store_id)
        elif notice.what is What.WARM:
            self._reader.warm(notice.store_id)
        else:
            self._reader.refresh({notice.store_id})
