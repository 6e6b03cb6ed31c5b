"""The models of a store: every training leaves one, with the figures by which it was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from app.domain.tables.learning import ModelVersion
from app.engine.evaluate import Measured
from app.kernel.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.kernel.ids import StoreId

KEPT_SNAPSHOTS = 5
"""So many versions can be rolled back to; older ones keep their figures only."""

KEPT, PUBLISHED, RETIRED = "kept", "published", "retired"


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
    old = [each.version for each in list(session, store_id)[KEPT_SNAPSHOTS:] if each.status != PUBLISHED]
    session.execute(
        update(ModelVersion)
        .where(ModelVersion.store_id == store_id, ModelVersion.version.in_(old))
        .values(snapshot=None)
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


def figures(version: ModelVersion) -> Sequence[Measured]:
    """Give what was measured on the validation window: the blend and each of its lists alone."""
    return [Measured(**row) for row in version.metrics.get("measured", [])]
