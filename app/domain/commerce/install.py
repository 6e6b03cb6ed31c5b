"""A store is connected together with everything that it needs to begin."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.accounts import stores
from app.domain.accounts.stores import Credentials, NewStore
from app.domain.merchandising import placements
from app.kernel.crypto import Sealer
from app.kernel.ids import StoreId


def connect(
    session: Session, store_id: StoreId, new: NewStore, *, sealer: Sealer, at: datetime
) -> Credentials:
    """The store, its keys and its six default placements. The unit must name ``store_id``. Raises Invalid."""
    credentials = stores.connect(session, store_id, new, sealer=sealer, at=at)
    placements.create_defaults(session, store_id, at)
    return credentials
