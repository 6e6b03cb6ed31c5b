"""Where a reader gets things: Valkey while it answers, else this host's own copies."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from redis import Redis
from redis.exceptions import RedisError

from app.bridge import config as names
from app.bridge import overlay
from app.bridge.config import StoreConfig
from app.bridge.copies import Copies
from app.bridge.overlay import Entry
from app.bridge.snapshot import Snapshot, SnapshotError, decode
from app.kernel.log import get_logger

_REST = 1.0

T = TypeVar("T")


class Unavailable(Exception):
    """Nobody can tell right now: Valkey is away and this host has no copy."""


class Source:
    """Answers never fail because Valkey is away: then the copy counts. ``counts`` tells what went wrong."""

    def __init__(self, valkey: Redis, folder: Path) -> None:
        """Ask ``valkey``, and keep copies of its answers in ``folder``."""
        self.valkey = valkey
        self.counts: Counter[str] = Counter()
        self._copies = Copies(folder)
        self._away_until = 0.0
        self._log = get_logger("bridge.source")

    def stores(self) -> list[str]:
        """Name the stores that have a snapshot."""
        nothing: list[str] = []
        known = self._ask(lambda: [raw.decode() for raw in _set(self.valkey, names.STORES)], nothing)
        return known or list(self._copies.stores())

    def key(self, public_key: str) -> str | None:
        """Give the store of a public key, or None. Raises Unavailable where nobody can tell."""
        raw = self._get(names.key_of(public_key))
        if raw == names.REVOKED:
            self._keep(lambda: self._copies.drop_key(public_key))
            return None
        if raw is not None:
            store_id = raw.decode()
            self._keep(lambda: self._copies.keep_key(public_key, store_id))
            return store_id
        kept = self._copies.key(public_key)
        if kept is None and self._is_away():
            raise Unavailable
        return kept

    def config(self, store_id: str) -> tuple[bytes, StoreConfig]:
        """Give a store's configuration, as it came and read. Raises Unavailable."""
        raw = self._get(names.config_of(store_id))
        read = self.read_config(store_id, raw) if raw else None
        if raw and read is not None:
            return raw, read
        kept = self._copies.config(store_id)
        read = self.read_config(store_id, kept) if kept else None
        if kept is None or read is None:
            raise Unavailable
        return kept, read

    def read_config(self, store_id: str, raw: bytes) -> StoreConfig | None:
        """Read a configuration and keep a copy; None where it cannot be read."""
        try:
            config = names.load(raw)
        except ValueError as error:
            self.counts["config_refused"] += 1
            self._log.error("configuration refused", store_id=store_id, reason=str(error))
            return None
        self._keep(lambda: self._copies.keep_config(store_id, raw))
        return config

    def versions(self, store_id: str) -> list[str]:
        """Name the versions to try: the one that is to be served, then those served before."""
        raw = self._get(names.current_of(store_id))
        wanted = raw.decode() if raw else self._copies.current(store_id)
        return list(dict.fromkeys([*([wanted] if wanted else ()), *self._copies.versions(store_id)]))

    def live(self, store_id: str, order: int = 0) -> tuple[int, dict[str, Entry]]:
        """Give the live changes after ``order``, and the order up to which they are complete."""
        nothing: dict[str, Entry] = {}
        return self._ask(lambda: overlay.since(self.valkey, store_id, order), (order, nothing))

    def snapshot(self, store_id: str, version: str) -> Snapshot | None:
        """Map a version: the file at hand, else the bytes from Valkey. None where neither can be used."""
        snapshot = self._mapped(store_id, version)
        if snapshot is None:
            with self._copies.alone(store_id):  # fetched once a host, and its pages shared by all processes
                snapshot = self._mapped(store_id, version) or self._fetched(store_id, version)
        if snapshot is not None:
            self._keep(lambda: self._copies.keep_current(store_id, version))
            self._forget_others(store_id, version)
        return snapshot

    def let_go(self) -> None:
        """Give back the pages of snapshots that were read; those in use come back one by one."""
        self._copies.let_go()

    def _forget_others(self, store_id: str, version: str) -> None:
        """Drop the other copies where this version is served and nothing older may be kept."""
        asked = [names.current_of(store_id), names.previous_of(store_id)]
        nothing: list[bytes | None] = []
        told = self._ask(lambda: cast("list[bytes | None]", self.valkey.mget(asked)), nothing)
        if told == [version.encode(), None]:
            self._keep(lambda: self._copies.drop_others(store_id, version))

    def stamp(self, store_id: str) -> bytes | None:
        """Tell what the store's present delta was made of."""
        return self._get(names.delta_stamp_of(store_id))

    def delta(self, store_id: str) -> Snapshot | None:
        """Give what was learned since the snapshot; None where there is none, or none that can be used."""
        data = self._get(names.delta_of(store_id))
        try:
            return decode(data) if data is not None else None
        except SnapshotError as error:
            self._refused(store_id, "delta", error)
            return None

    def _mapped(self, store_id: str, version: str) -> Snapshot | None:
        try:
            return self._copies.open_snapshot(store_id, version)
        except FileNotFoundError:
            return None
        except (OSError, SnapshotError) as error:
            self._refused(store_id, version, error)
            return None

    def _fetched(self, store_id: str, version: str) -> Snapshot | None:
        data = self._ask(lambda: _bytes(self.valkey, names.snapshot_of(store_id, version)), None)
        if data is None:
            self.counts["snapshot_missing"] += 1
            return None
        try:
            snapshot = decode(data)
        except SnapshotError as error:
            self._refused(store_id, version, error)
            return None
        self._keep(lambda: self._copies.keep_snapshot(store_id, version, data))
        return self._mapped(store_id, version) or snapshot

    def _refused(self, store_id: str, version: str, error: Exception) -> None:
        self.counts["snapshot_refused"] += 1
        self._log.error("snapshot refused", store_id=store_id, version=version, reason=str(error))

    def _get(self, name: str) -> bytes | None:
        return self._ask(lambda: cast("bytes | None", self.valkey.get(name)), None)

    def _ask(self, question: Callable[[], T], otherwise: T) -> T:
        """Ask Valkey; where it does not answer, leave it alone for a moment."""
        if self._is_away():
            return otherwise
        try:
            return question()
        except RedisError as error:
            self._away_until = time.monotonic() + _REST
            self.counts["valkey_away"] += 1
            self._log.warning("valkey does not answer", reason=str(error))
            return otherwise

    def _is_away(self) -> bool:
        return time.monotonic() < self._away_until

    def _keep(self, write: Callable[[], None]) -> None:
        """Write a copy; a full disk costs the copy, not the answer."""
        try:
            write()
        except OSError as error:
            self.counts["copy_not_kept"] += 1
            self._log.warning("copy not kept", reason=str(error))


def _bytes(valkey: Redis, name: str) -> bytes | None:
    """Read a large value in pieces; None where there is none, or where it changed meanwhile."""
    size = int(valkey.strlen(name))
    pieces = (
        cast("bytes", valkey.getrange(name, start, start + names.PIECE - 1))
        for start in range(0, size, names.PIECE)
    )
    data = b"".join(pieces)
    return data if data and len(data) == size else None


def _set(valkey: Redis, name: str) -> list[bytes]:
    return sorted(cast("set[bytes]", valkey.smembers(name)))
