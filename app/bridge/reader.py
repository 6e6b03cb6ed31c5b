"""Stores at hand in process memory, kept current from outside of the requests."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock
from typing import cast

from redis import Redis

from app.bridge import config as names
from app.bridge.delta import laid
from app.bridge.snapshot import Snapshot
from app.bridge.source import Source, Unavailable
from app.bridge.view import Shelf, StoreView

BUDGET = 256 * 2**20
_UNKNOWN_KEPT = 10_000
_UNKNOWN_FOR = 2.0
_TRY_AGAIN = 5.0


@dataclass(slots=True)
class _Held:
    """A store in memory, and what it was made of; ``refused`` is a version that could not be used.

    ``base`` is the snapshot without a delta, ``stamp`` that of the delta on top.
    """

    view: StoreView
    raw_config: bytes
    order: int
    used: int
    base: Snapshot | None = None
    stamp: bytes = b""
    refused: str = ""
    again: float = 0.0


@dataclass(frozen=True, slots=True)
class _State:
    """What Valkey says of a store; None where it says nothing."""

    raw_config: bytes | None
    version: bytes | None
    last: list[tuple[bytes, float]]
    stamp: bytes | None


class Reader:
    """Gives the view of a store by its public key.

    Views are bounded by ``budget`` bytes (estimated), the least recently used go first. A view that is in
    memory costs no round trip; ``refresh``, called by the follower, keeps it current.
    """

    def __init__(self, valkey: Redis, data_dir: Path, *, budget: int = BUDGET) -> None:
        """Read from ``valkey`` and keep copies under ``data_dir``; nothing is read yet."""
        self.valkey = valkey
        self._source = Source(valkey, data_dir / "snapshots")
        self._budget = budget
        self._keys: dict[str, str] = {}
        self._unknown: dict[str, float] = {}
        self._held: dict[str, _Held] = {}
        self._locks: dict[str, Lock] = {}
        self._ticks = count()

    @property
    def counts(self) -> Counter[str]:
        """What went wrong, by name."""
        return self._source.counts

    def view(self, public_key: str) -> StoreView | None:
        """Give the store of a public key, None where the key is unknown. Raises Unavailable."""
        store_id = self._keys.get(public_key) or self._find(public_key)
        return self.store(store_id) if store_id is not None else None

    def store(self, store_id: str) -> StoreView:
        """Give a store by its id. Raises Unavailable."""
        held = self._held.get(store_id)
        if held is None:
            with self._lock(store_id):
                held = self._held.get(store_id) or self._load(store_id)
        held.used = next(self._ticks)
        return held.view

    def ready(self) -> bool:
        """Tell whether at least one store can be served."""
        if any(held.view.shelf is not None for held in list(self._held.values())):
            return True
        return any(self._serves(store_id) for store_id in self._source.stores())

    def refresh(self, stores: Collection[str] | None = None) -> None:
        """Bring the stores in memory (all, or these) up to date. On a RedisError what is held stays."""
        wanted = [store_id for store_id in list(self._held) if stores is None or store_id in stores]
        with self.valkey.pipeline(transaction=False) as batch:
            for store_id in wanted:
                batch.get(names.config_of(store_id))
                batch.get(names.current_of(store_id))
                batch.zrange(names.overlay_order_of(store_id), -1, -1, withscores=True)
                batch.get(names.delta_stamp_of(store_id))
            answers = batch.execute()
        for place, store_id in enumerate(wanted):
            with self._lock(store_id):
                self._update(store_id, _State(*answers[4 * place : 4 * place + 4]))
        self._recheck_keys()

    def clear(self, store_id: str) -> None:
        """Drop a store from memory; its next request reads it anew."""
        self._held.pop(store_id, None)

    def warm(self, store_id: str) -> None:
        """Make a store ready before it is asked for: its snapshot and what each placement may show."""
        view = self.store(store_id)
        if view.shelf is not None:
            for placement in view.config.placements:
                view.desk(placement.location)

    def let_go(self) -> None:
        """Keep no page of a snapshot in this process that is not in use: without it, in the end all are."""
        self._source.let_go()

    def forget(self) -> None:
        """Drop all that is in memory; the next request reads anew."""
        for held in (self._keys, self._unknown, self._held):
            held.clear()

    def _lock(self, store_id: str) -> Lock:
        return self._locks.setdefault(store_id, Lock())

    def _serves(self, store_id: str) -> bool:
        try:
            return self.store(store_id).shelf is not None
        except Unavailable:
            return False

    def _find(self, public_key: str) -> str | None:
        """Look a key up where it is not in memory; one that is unknown is not asked for again at once."""
        if self._unknown.get(public_key, 0.0) > time.monotonic():
            return None
        store_id = self._source.key(public_key)
        if store_id is not None:
            self._keys[public_key] = store_id
            return store_id
        if len(self._unknown) >= _UNKNOWN_KEPT:
            self._unknown.clear()
        self._unknown[public_key] = time.monotonic() + _UNKNOWN_FOR
        return None

    def _recheck_keys(self) -> None:
        """Drop the keys that were revoked. A key that is merely missing was lost, and stays."""
        keys = list(self._keys)
        found = self.valkey.mget([names.key_of(key) for key in keys]) if keys else []
        for key, raw in zip(keys, cast("list[bytes | None]", found), strict=True):
            if raw is not None and raw.decode() != self._keys.get(key):
                self._keys.pop(key, None)

    def _load(self, store_id: str) -> _Held:
        raw_config, config = self._source.config(store_id)
        order, live = self._source.live(store_id)
        base = self._first(store_id)
        shelf = Shelf(base, live) if base is not None else None
        held = _Held(StoreView(config, shelf), raw_config, order, next(self._ticks), base)
        self._lay(held, self._source.stamp(store_id))
        self._held[store_id] = held
        self._evict(store_id)
        return held

    def _first(self, store_id: str) -> Snapshot | None:
        """Give the version that is to be served, else the newest that can be."""
        for version in self._source.versions(store_id):
            snapshot = self._source.snapshot(store_id, version)
            if snapshot is not None:
                return snapshot
        return None

    def _update(self, store_id: str, state: _State) -> None:
        """Bring one store up to date with what Valkey says; what it no longer says is kept."""
        held = self._held.get(store_id)
        if held is None:
            return
        if state.raw_config and state.raw_config != held.raw_config:
            held.raw_config = state.raw_config
            config = self._source.read_config(store_id, state.raw_config)
            if config is not None:
                held.view = StoreView(config, held.view.shelf).like(held.view)
        shelf = held.view.shelf
        if state.last and state.last[0][1] > held.order:
            order, live = self._source.live(store_id, held.order)
            if shelf is not None:
                shelf.apply(live)
            held.order = order
        version = state.version.decode() if state.version else ""
        if version not in {"", held.view.model_version}:
            self._swap(held, version)
        self._lay(held, state.stamp)
        held.view.tend()

    def _lay(self, held: _Held, stamp: bytes | None) -> None:
        """Lay what was learned since on top, if that is news and belongs to the version that is served."""
        shelf = held.view.shelf
        if not stamp or stamp == held.stamp or shelf is None or held.base is None:
            return
        delta = self._source.delta(held.view.config.store_id)
        held.stamp = stamp
        if delta is not None and delta.version == held.base.version:
            held.view = StoreView(held.view.config, Shelf(laid(held.base, delta), shelf.live)).like(held.view)

    def _swap(self, held: _Held, version: str) -> None:
        """Serve another version; where it cannot be used, stay with the present one and try again later."""
        if held.refused == version and time.monotonic() < held.again:
            return
        store_id = held.view.config.store_id
        snapshot = self._source.snapshot(store_id, version)
        if snapshot is None:
            held.refused, held.again = version, time.monotonic() + _TRY_AGAIN
            return
        shelf = held.view.shelf
        live = shelf.live if shelf is not None else self._source.live(store_id)[1]
        held.base, held.stamp = snapshot, b""
        held.view = StoreView(held.view.config, Shelf(snapshot, live)).like(held.view)
        self._evict(store_id)

    def _evict(self, newest: str) -> None:
        """Drop the least recently used stores until the rest fits; the newest stays in any case."""
        held = sorted(self._held.items(), key=lambda pair: pair[1].used)
        weights = {name: it.view.shelf.weight() if it.view.shelf is not None else 0 for name, it in held}
        total = sum(weights.values())
        for store_id, weight in weights.items():
            if total > self._budget and store_id != newest:
                self._held.pop(store_id, None)
                total -= weight
                self.counts["evicted"] += 1
