"""Which model the storefronts use. The database says so; the fast wing follows and can be brought back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.bridge import config as names
from app.bridge import publisher
from app.domain.learning import versions
from app.kernel.errors import NotFound

if TYPE_CHECKING:
    import redis

    from app.domain.tables.learning import ModelVersion
    from app.kernel.ids import StoreId
    from app.kernel.runtime import Runtime, Unit


def publish(runtime: Runtime, store_id: StoreId, version: str, *, forget: bool = False) -> None:
    """Serve a version from now on. Raises NotFound; safe to run twice.

    ``forget`` lets go of the bytes of all others, here, in Valkey and on the hosts: no way leads back.
    """
    with runtime.unit(store_id) as unit:
        chosen = versions.serve(unit.session, store_id, version, at=runtime.clock.now())
        if forget:
            others = versions.servable(unit.session, store_id) - {version}
            versions.drop(unit.session, store_id, sorted(others))
        _follow(runtime, unit, chosen, forget=forget)


def rollback(runtime: Runtime, store_id: StoreId, version: str | None = None) -> str:
    """Serve an older version again, and give its name: the one named, else the one served before this.

    Rolling back twice goes back twice. Raises NotFound where there is none.
    """
    with runtime.unit(store_id) as unit:
        if version is None:
            served = versions.published(unit.session, store_id)
            older = versions.before(unit.session, store_id, served) if served is not None else None
            if older is None:
                raise NotFound("earlier model version of store", store_id)
            version = older.version
        chosen = versions.serve(unit.session, store_id, version, at=runtime.clock.now())
        _follow(runtime, unit, chosen)
    return version


def restore(runtime: Runtime, store_id: StoreId) -> ModelVersion | None:
    """Bring the fast wing back to what the database says, where it lost it; gives what is served."""
    with runtime.unit(store_id) as unit:
        served = versions.published(unit.session, store_id)
        if served is None:
            return None
        if not _holds(runtime.valkey, store_id, served.version):
            _follow(runtime, unit, served)
        return served


def _holds(valkey: redis.Redis, store_id: StoreId, version: str) -> bool:
    if publisher.current_version(valkey, store_id) != version:
        return False
    return bool(valkey.exists(names.snapshot_of(store_id, version)))


def _follow(runtime: Runtime, unit: Unit, chosen: ModelVersion, *, forget: bool = False) -> None:
    """Let the fast wing follow once this is committed. The bytes are read now, while the row can be."""
    if chosen.snapshot is not None:
        what = (chosen.store_id, chosen.version, chosen.snapshot)
        unit.after_commit(partial(publisher.swap, runtime.valkey, *what, keep_previous=not forget))
