"""A secret key opens its own store, and nothing once it is revoked."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.accounts import keys
from app.domain.accounts.stores import Credentials
from app.domain.tables.accounts import ApiKey
from app.kernel.clock import FixedClock
from app.kernel.db import Database
from app.kernel.errors import Unauthorized


def test_a_secret_key_tells_its_store(
    database: Database, store: Credentials, other_store: Credentials
) -> None:
    with database.unit() as unit:
        assert keys.authenticate(unit.session, store.secret_key) == store.store_id
        assert keys.authenticate(unit.session, other_store.secret_key) == other_store.store_id


def test_an_unknown_key_is_unauthorized(database: Database) -> None:
    with database.unit() as unit, pytest.raises(Unauthorized):
        keys.authenticate(unit.session, "sk_nobody")


def test_a_revoked_key_opens_nothing(database: Database, store: Credentials, clock: FixedClock) -> None:
    with database.unit(store.store_id) as unit:
        key_id = unit.session.scalars(select(ApiKey.key_id)).one()
        keys.revoke(unit.session, store.store_id, key_id, at=clock.now())
    with database.unit() as unit, pytest.raises(Unauthorized):
        keys.authenticate(unit.session, store.secret_key)
