"""Who changed what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.tables.accounts import Audit
from app.kernel.ids import StoreId, new_id


def note(
    session: Session,
    store_id: StoreId,
    action: str,
    subject: str,
    *,
    actor: str,
    at: datetime,
    detail: Mapping[str, str | int | float | bool | None] | None = None,
) -> None:
    """``action`` is noun and verb ("placement.update"), ``subject`` the noun's key, ``actor`` a member id."""
    session.add(
        Audit(
            store_id=store_id,
            audit_id=new_id(),
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            detail=dict(detail or {}),
        )
    )


def latest(session: Session, store_id: StoreId, *, limit: int = 100) -> Sequence[Audit]:
    return session.scalars(
        select(Audit).where(Audit.store_id == store_id).order_by(Audit.audit_id.desc()).limit(limit)
    ).all()
