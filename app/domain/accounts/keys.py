"""Secret keys of a store: shown once, kept as hashes."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.tables.accounts import ApiKey, Directory
from app.kernel.crypto import sha256_hex
from app.kernel.errors import NotFound, Unauthorized
from app.kernel.ids import StoreId, new_id

_SHOWN = 4


def create(session: Session, store_id: StoreId, *, at: datetime) -> str:
    """A new secret key, to be shown this once."""
    key = "sk_" + secrets.token_urlsafe(32)
    session.add(
        ApiKey(
            store_id=store_id,
            key_id=new_id(),
            hash=sha256_hex(key),
            hint="…" + key[-_SHOWN:],
            created_at=at,
        )
    )
    session.add(Directory(kind="secret_key", token=sha256_hex(key), store_id=store_id))
    session.flush()
    return key


def authenticate(session: Session, presented: str) -> StoreId:
    """Whose key this is. Raises Unauthorized; needs no store of its own."""
    found = session.scalar(
        select(Directory.store_id).where(
            Directory.kind == "secret_key", Directory.token == sha256_hex(presented)
        )
    )
    if found is None:
        raise Unauthorized("unknown key")
    return StoreId(found)


def revoke(session: Session, store_id: StoreId, key_id: str, *, at: datetime) -> None:
    """From the commit on the key opens nothing. Raises NotFound."""
    key = session.scalar(select(ApiKey).where(ApiKey.store_id == store_id, ApiKey.key_id == key_id))
    if key is None:
        raise NotFound("key", key_id)
    key.revoked_at = at
    session.execute(delete(Directory).where(Directory.kind == "secret_key", Directory.token == key.hash))
