"""Files that stand in for the stream while Valkey is away, replayed when it is back."""

from __future__ import annotations

import fcntl
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO

import msgspec

from app.bridge.stream import EntryKind, Message
from app.kernel.ids import new_id

Write = Callable[[int, bytes], int]
"""As ``os.write``: gives how many bytes were taken, or raises OSError."""

_BATCH = 500
_SUFFIX = ".spool"


class Spool:
    """Messages on disk. Each process writes a segment of its own and holds a lock on it.

    ``replay`` takes finished segments and those whose writer died; it may hand a message over twice (readers
    tell doubles by their ids), but loses none that ``append`` returned for.
    """

    def __init__(self, folder: Path, *, write: Write = os.write) -> None:
        """Use ``folder``, which is made when something is first appended."""
        self._folder = folder
        self._write = write
        self._lock = Lock()
        self._segment: IO[bytes] | None = None

    def append(self, messages: Sequence[Message]) -> None:
        """Write messages; when this returns, the disk has them. Raises OSError, and then it has none."""
        lines = b"".join(_line(message) for message in messages)
        with self._lock:
            if self._segment is None:
                self._segment = self._open()
            number = self._segment.fileno()
            length = os.fstat(number).st_size
            try:
                while lines:  # a disk that is nearly full takes a part, and raises at the next
                    lines = lines[self._write(number, lines) :]
                os.fsync(number)
            except OSError:  # a full disk has half a line, to which the next one would be glued
                os.ftruncate(number, length)
                raise

    def waiting(self) -> bool:
        """Tell whether there is anything to replay."""
        return next(self._folder.glob(f"*{_SUFFIX}"), None) is not None

    def replay(self, hand_over: Callable[[Sequence[Message]], None]) -> int:
        """Hand over what is waiting, in batches, and drop what was taken; the rest stays. Their number."""
        with self._lock:
            if self._segment is not None:
                self._segment.close()
                self._segment = None
        handed = 0
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            with suppress(BlockingIOError, FileNotFoundError), path.open("rb") as segment:
                fcntl.flock(segment, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for batch in _batches(segment):
                    hand_over(batch)
                    handed += len(batch)
                path.unlink(missing_ok=True)
        return handed

    def close(self) -> None:
        """Finish the segment."""
        with self._lock:
            if self._segment is not None:
                self._segment.close()
                self._segment = None

    def _open(self) -> IO[bytes]:
        """Begin a segment under another name, so that nobody replays it before it is locked."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = new_id()
        draft = self._folder / f"{name}.draft"
        segment = draft.open("ab", buffering=0)
        fcntl.flock(segment, fcntl.LOCK_EX)
        draft.rename(self._folder / f"{name}{_SUFFIX}")
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return segment


class _Line(msgspec.Struct, frozen=True):
    store: str
    kind: EntryKind
    body: str


def _line(message: Message) -> bytes:
    body = b64encode(message.body).decode()
    return msgspec.json.encode(_Line(message.store, message.kind, body)) + b"\n"


def _batches(segment: IO[bytes]) -> Iterator[list[Message]]:
    """Read a segment. A last line that a power cut left unfinished was never promised: left out."""
    batch: list[Message] = []
    for raw in segment:
        with suppress(ValueError):
            line = msgspec.json.decode(raw, type=_Line)
            batch.append(Message(line.store, line.kind, b64decode(line.body)))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
