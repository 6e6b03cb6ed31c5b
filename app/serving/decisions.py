"""The decision log: requests drop their slates into memory, one thread brings them to the stream."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque

from app.bridge.records import SlateRecord
from app.bridge.sender import Sender
from app.bridge.stream import slates_message
from app.kernel.log import get_logger

MOST = 100_000
_PAUSE = 0.25
_REPLAY_EVERY = 1.0
_BATCH = 500


class DecisionLog:
    """Bounded: when nothing takes the slates any more, new ones are dropped and counted.

    The thread ends by itself, after a last flush, when the main thread of the process does.
    """

    def __init__(self, sender: Sender, *, most: int = MOST) -> None:
        """Log to ``sender``, holding at most ``most`` slates in memory."""
        self.counts: Counter[str] = Counter()
        self._sender = sender
        self._most = most
        self._waiting: deque[tuple[str, SlateRecord]] = deque()
        self._flushing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="decision-log", daemon=False)
        self._log = get_logger("serving.decisions")

    def start(self) -> None:
        """Begin to bring slates to the stream."""
        self._thread.start()

    def put(self, store_id: str, slate: SlateRecord) -> None:
        """Log a slate. Costs the request nothing but this."""
        if len(self._waiting) >= self._most:
            self.counts["dropped"] += 1
        else:
            self._waiting.append((store_id, slate))

    def flush(self) -> None:
        """Bring all that waits to safety."""
        with self._flushing:
            while self._waiting:
                count = min(_BATCH, len(self._waiting))
                batch: dict[str, list[SlateRecord]] = {}
                for store_id, slate in (self._waiting.popleft() for _ in range(count)):
                    batch.setdefault(store_id, []).append(slate)
                try:
                    self._sender.send([slates_message(*of_store) for of_store in batch.items()])
                except OSError as error:
                    self.counts["lost"] += count
                    self._log.error("slates lost", count=count, reason=str(error))

    def close(self) -> None:
        """Flush for the last time."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()

    def _run(self) -> None:
        due = 0.0
        while not self._stop.wait(_PAUSE) and threading.main_thread().is_alive():
            self.flush()
            if time.monotonic() >= due:
                self._sender.replay()
                due = time.monotonic() + _REPLAY_EVERY
        self.flush()
