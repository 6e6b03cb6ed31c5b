"""What this host keeps on disk of each store, so that a start without Valkey serves the same."""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote
from weakref import WeakSet

from app.bridge.snapshot import Snapshot, decode
from app.kernel.ids import new_id

_CONFIG = "config.json"
_CURRENT = "current"
_SUFFIX = ".snapshot"
_LOCK = "fetching"
_VERSIONS_KEPT = 2


class Copies:
    """Files under one folder, shared by all processes of the host; each is written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, which is made when something is first kept."""
        self._folder = folder
        self._verified: set[tuple[int, int, int]] = set()
        self._mapped: WeakSet[mmap.mmap] = WeakSet()

    def stores(self) -> Iterator[str]:
        """Yield the stores of which anything is kept."""
        return (unquote(path.parent.name) for path in sorted(self._folder.glob(f"stores/*/{_CURRENT}")))

    def keep_key(self, public_key: str, store_id: str) -> None:
        """Keep where a public key leads; the key itself is not written."""
        _write(self._key(public_key), store_id.encode())

    def drop_key(self, public_key: str) -> None:
        """Forget a key."""
        self._key(public_key).unlink(missing_ok=True)

    def key(self, public_key: str) -> str | None:
        """Give the store of a key, if it is kept."""
        raw = _read(self._key(public_key))
        return raw.decode() if raw is not None else None

    def keep_config(self, store_id: str, raw: bytes) -> None:
        """Keep a store's configuration as it came."""
        _write(self._store(store_id) / _CONFIG, raw)

    def config(self, store_id: str) -> bytes | None:
        """Give a store's configuration, if it is kept."""
        return _read(self._store(store_id) / _CONFIG)

    @contextmanager
    def alone(self, store_id: str) -> Iterator[None]:
        """One process of this host at a time; where there is nowhere to say so, without."""
        path = self._store(store_id) / _LOCK
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = path.open("ab")
        except OSError:
            yield
            return
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def keep_snapshot(self, store_id: str, version: str, data: bytes) -> None:
        """Keep the bytes of one version."""
        _write(self._snapshot(store_id, version), data)

    def keep_current(self, store_id: str, version: str) -> None:
        """Note which version is served; only the newest files are left of the others."""
        _write(self._store(store_id) / _CURRENT, version.encode())
        kept = self._snapshot(store_id, version)
        others = [path for path in self._store(store_id).glob(f"*{_SUFFIX}") if path != kept]
        others.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in others[_VERSIONS_KEPT - 1 :]:
            path.unlink(missing_ok=True)

    def drop_others(self, store_id: str, version: str) -> None:
        """Keep no other version than this."""
        kept = self._snapshot(store_id, version)
        for path in self._store(store_id).glob(f"*{_SUFFIX}"):
            if path != kept:
                path.unlink(missing_ok=True)

    def current(self, store_id: str) -> str | None:
        """Tell which version was served last."""
        raw = _read(self._store(store_id) / _CURRENT)
        return raw.decode() if raw is not None else None

    def versions(self, store_id: str) -> list[str]:
        """Name the versions that are kept, the newest first."""
        paths = sorted(self._store(store_id).glob(f"*{_SUFFIX}"), key=lambda path: -path.stat().st_mtime_ns)
        return [unquote(path.name.removesuffix(_SUFFIX)) for path in paths]

    def open_snapshot(self, store_id: str, version: str) -> Snapshot:
        """Map a kept version. Raises FileNotFoundError or SnapshotError; a damaged file is removed.

        A file is read through once by a process; mapped again it costs next to nothing.
        """
        path = self._snapshot(store_id, version)
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            mark = (state.st_ino, state.st_mtime_ns, state.st_size)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            try:
                found = decode(memoryview(mapped), verify=mark not in self._verified)
            except ValueError:
                path.unlink(missing_ok=True)
                raise
            mapped.madvise(mmap.MADV_DONTNEED)  # what was read for the checksum alone
        self._verified.add(mark)
        self._mapped.add(mapped)
        return found

    def let_go(self) -> None:
        """Give the pages of mapped files back to the system, which still has them for who reads again."""
        for mapped in list(self._mapped):
            mapped.madvise(mmap.MADV_DONTNEED)

    def _key(self, public_key: str) -> Path:
        return self._folder / "keys" / sha256(public_key.encode()).hexdigest()

    def _store(self, store_id: str) -> Path:
        return self._folder / "stores" / quote(store_id, safe="")

    def _snapshot(self, store_id: str, version: str) -> Path:
        return self._store(store_id) / f"{quote(version, safe='')}{_SUFFIX}"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, data: bytes) -> None:
    """Write a file that is never seen half-written, nor left half-written by a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{new_id()}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
