"""The slow wing hands over: configurations, keys and trained snapshots, each in one step."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from redis import Redis
from redis.exceptions import RedisError

from app.bridge import config as names
from app.bridge.config import PIECE, REVOKED, Notice, StoreConfig, What
from app.kernel.ids import new_id


def put_config(valkey: Redis, config: StoreConfig, *, public_keys: tuple[str, ...] = ()) -> None:
    """Hand over a store's configuration, and let ``public_keys`` lead to it."""
    with valkey.pipeline(transaction=True) as batch:
        batch.set(names.config_of(config.store_id), names.dump(config))
        for key in public_keys:
            batch.set(names.key_of(key), config.store_id)
        batch.publish(names.CHANGES, _notice(config.store_id, What.CONFIG))
        batch.execute()


def drop_key(valkey: Redis, public_key: str, store_id: str) -> None:
    """Revoke a public key; readers refuse it within two seconds."""
    with valkey.pipeline(transaction=True) as batch:
        batch.set(names.key_of(public_key), REVOKED)
        batch.publish(names.CHANGES, _notice(store_id, What.CONFIG))
        batch.execute()


def swap(valkey: Redis, store_id: str, version: str, data: bytes, *, keep_previous: bool = True) -> None:
    """Publish an encoded snapshot: bytes first, then the pointer, then the notice.

    The version that was served until now is kept for rollback; the one before it goes. Where nothing older
    may be kept, all of it goes, and hosts drop their copies. Safe to run twice.
    """
    current, dropped = current_version(valkey, store_id), previous_version(valkey, store_id)
    _put_bytes(valkey, names.snapshot_of(store_id, version), data)
    with valkey.pipeline(transaction=True) as batch:
        batch.set(names.current_of(store_id), version)
        batch.sadd(names.STORES, store_id)
        if not keep_previous:
            old = {each for each in (current, dropped) if each not in {None, version}}
            batch.delete(
                names.previous_of(store_id),
                names.delta_of(store_id),
                names.delta_stamp_of(store_id),
                *(names.snapshot_of(store_id, each) for each in old),
            )
        elif current is not None and current != version:
            batch.set(names.previous_of(store_id), current)
            if dropped is not None and dropped not in {current, version}:
                batch.delete(names.snapshot_of(store_id, dropped))
        batch.publish(names.CHANGES, _notice(store_id, What.SNAPSHOT))
        batch.execute()


def roll_back(valkey: Redis, store_id: str) -> str | None:
    """Serve the kept version again and keep the one that was served. None where none is kept."""
    current, previous = current_version(valkey, store_id), previous_version(valkey, store_id)
    if current is None or previous is None or not valkey.exists(names.snapshot_of(store_id, previous)):
        return None
    with valkey.pipeline(transaction=True) as batch:
        batch.set(names.current_of(store_id), previous)
        batch.set(names.previous_of(store_id), current)
        batch.publish(names.CHANGES, _notice(store_id, What.SNAPSHOT))
        batch.execute()
    return previous


def warm(valkey: Redis, store_id: str) -> int:
    """Let every serving process make a store ready; gives how many were told."""
    return _tell(valkey, store_id, What.WARM)


def clear(valkey: Redis, store_id: str) -> int:
    """Let every serving process drop a store from memory; gives how many were told."""
    return _tell(valkey, store_id, What.CLEAR)


def _tell(valkey: Redis, store_id: str, what: What) -> int:
    return int(valkey.publish(names.CHANGES, _notice(store_id, what)))


def current_version(valkey: Redis, store_id: str) -> str | None:
    """Tell which version is served."""
    return _text(valkey.get(names.current_of(store_id)))


def previous_version(valkey: Redis, store_id: str) -> str | None:
    """Tell which version is kept for rollback."""
    return _text(valkey.get(names.previous_of(store_id)))


def holds(valkey: Redis, store_id: str, version: str) -> bool:
    """Tell whether this version is served and its bytes are there."""
    return current_version(valkey, store_id) == version and bool(
        valkey.exists(names.snapshot_of(store_id, version))
    )


def forget(valkey: Redis, store_id: str, *, public_keys: tuple[str, ...] = ()) -> None:
    """Take a store out of the fast wing: configuration, keys, snapshots and overlay."""
    versions = [current_version(valkey, store_id), previous_version(valkey, store_id)]
    with valkey.pipeline(transaction=True) as batch:
        for key in public_keys:
            batch.set(names.key_of(key), REVOKED)
        batch.srem(names.STORES, store_id)
        batch.delete(
            *(names.snapshot_of(store_id, version) for version in versions if version is not None),
            *(name(store_id) for name in (names.config_of, names.current_of, names.previous_of)),
            *(name(store_id) for name in (names.overlay_of, names.overlay_order_of)),
            *(name(store_id) for name in (names.delta_of, names.delta_stamp_of)),
        )
        batch.publish(names.CHANGES, _notice(store_id, What.CONFIG))
        batch.execute()


def _put_bytes(valkey: Redis, name: str, data: bytes) -> None:
    """Write a large value in pieces, each well within the client's patience, and show it when it is whole."""
    draft = f"{name}:{new_id()}"
    try:
        for start in range(0, max(len(data), 1), PIECE):
            valkey.append(draft, data[start : start + PIECE])
        valkey.rename(draft, name)
    except RedisError:
        with suppress(RedisError):
            valkey.unlink(draft)
        raise


def _notice(store_id: str, what: What) -> bytes:
    return msgspec.json.encode(Notice(store_id, what))


def _text(raw: bytes | str | None) -> str | None:
    return raw.decode() if isinstance(raw, bytes) else raw
