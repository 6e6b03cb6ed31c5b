"""The models of a store: every training leaves one, with the figures by which it was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from app.domain.tables.learning import ModelVersion
from app.kernel.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.kernel.ids import StoreId

KEPT_SNAPSHOTS = 5
"""So many versions can be rolled back to; older ones keep their figures only."""

KEPT, PUBLISHED, RETIRED, FAILED = "kept", "published", "retired", "failed"


def list(session: Session, store_id: StoreId) -> Sequence[ModelVersion]:  # noqa: A001  reads versions.list(...)
    """Give all versions, the newest first, without their bytes."""
    mine = select(ModelVersion).where(ModelVersion.store_id == store_id)
    return session.scalars(mine.order_by(ModelVersion.created_at.desc(), ModelVersion.version.desc())).all()


def get(session: Session, store_id: StoreId, version: str) -> ModelVersion:
    """Give one version with its bytes. Raises NotFound."""
    found = session.get(ModelVersion, (store_id, version), options=[undefer(ModelVersion.snapshot)])
    if found is None:
        raise NotFound("model version", version)
    return found


def published(session: Session, store_id: StoreId) -> ModelVersion | None:
    """Give the version that is served, None before the first."""
    mine = select(ModelVersion).where(ModelVersion.store_id == store_id, ModelVersion.status == PUBLISHED)
    return session.scalars(mine).one_or_none()


def published_with_bytes(session: Session, store_id: StoreId) -> ModelVersion | None:
    """Give the version that is served with its bytes, None before the first."""
    mine = select(ModelVersion).where(ModelVersion.store_id == store_id, ModelVersion.status == PUBLISHED)
    return session.scalars(mine.options(undefer(ModelVersion.snapshot))).one_or_none()


def before(session: Session, store_id: StoreId, version: ModelVersion) -> ModelVersion | None:
    """Give the newest version older than this one that was served once and can be again."""
    mine = select(ModelVersion).where(
        ModelVersion.store_id == store_id,
        ModelVersion.created_at < version.created_at,
        ModelVersion.published_at.is_not(None),
        ModelVersion.snapshot.is_not(None),
    )
    return session.scalars(mine.order_by(ModelVersion.created_at.desc()).limit(1)).one_or_none()


def keep(session: Session, store_id: StoreId, version: ModelVersion) -> None:
    """Add a version, and let go of the bytes of those that are too old to return to."""
    session.add(version)
    session.flush()
    mine = list(session, store_id)
    held = servable(session, store_id)
    kept = [each.version for each in mine if each.version in held][:KEPT_SNAPSHOTS]
    old = [each.version for each in mine if each.version not in kept and each.status != PUBLISHED]
    drop(session, store_id, old)


def fail(session: Session, store_id: StoreId, version: str, *, reason: str, seed: int, at: datetime) -> None:
    """Leave a row that says why a training came to nothing."""
    session.add(
        ModelVersion(
            store_id=store_id, version=version, created_at=at, status=FAILED, seed=seed, metrics={},
            chosen={}, note=reason,
        )
    )  # fmt: skip
    session.flush()


def servable(session: Session, store_id: StoreId) -> frozenset[str]:
    """Name the versions whose bytes are still kept."""
    mine = select(ModelVersion.version).where(ModelVersion.store_id == store_id)
    return frozenset(session.scalars(mine.where(ModelVersion.snapshot.is_not(None))))


def latest(session: Session, store_id: StoreId) -> ModelVersion | None:
    """Give the newest version that did not fail."""
    return next((each for each in list(session, store_id) if each.status != FAILED), None)


def drop(session: Session, store_id: StoreId, names: Sequence[str]) -> None:
    """Let go of the bytes of versions; their figures stay."""
    session.execute(
        update(ModelVersion)
        .where(ModelVersion.store_id == store_id, ModelVersion.version.in_(names))
        .values(snapshot=None)
        .execution_options(synchronize_session=False)
    )


def serve(session: Session, store_id: StoreId, version: str, *, at: datetime) -> ModelVersion:
    """Publish a version and retire the one before. Raises NotFound where its bytes are gone."""
    hold = select(ModelVersion.version).where(ModelVersion.store_id == store_id)
    session.execute(hold.order_by(ModelVersion.version).with_for_update())
    chosen = get(session, store_id, version)
    if chosen.snapshot is None:
        raise NotFound("snapshot of model version", version)
    served = published(session, store_id)
    if served is not None and served.version != version:
        served.status = RETIRED
    chosen.status = PUBLISHED
    chosen.published_at = at
    session.flush()
    return chosen
