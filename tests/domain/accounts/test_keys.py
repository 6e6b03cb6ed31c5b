"""A secret key opens its own store, and nothing once it is revoked."""

from __future__ import annotations

from typing import cast

import pytest
from sqlalchemy import select

from app import onboard
from app.bridge.config import config_of, load
from app.domain.accounts import keys
from app.domain.accounts.stores import Credentials
from app.domain.tables.accounts import ApiKey
from app.kernel.clock import FixedClock
from app.kernel.crypto import sha256_hex
from app.kernel.db import Database
from app.kernel.errors import Unauthorized
from app.kernel.runtime import Runtime


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


def test_new_keys_of_the_demo_store_sign_its_customers_at_once(runtime: Runtime) -> None:
    onboard.demo_store(runtime, has_keys=False)
    renewed = onboard.demo_store(runtime, has_keys=False)
    assert renewed is not None
    told = load(cast("bytes", runtime.valkey.get(config_of(renewed.store_id))))
    assert sha256_hex(renewed.secret_key) in told.customer_keys
