"""Real servers for the whole run, and a store of its own for each test that asks for one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from app.domain.accounts.stores import Credentials, NewStore
from app.domain.commerce import install
from app.kernel import cache, embedded, schema
from app.kernel.clock import FixedClock
from app.kernel.crypto import Sealer
from app.kernel.db import Database, app_url
from app.kernel.ids import StoreId, new_id
from app.kernel.runtime import Runtime
from app.kernel.settings import Settings

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of running, migrated servers: those of the environment, or from the wheels."""
    given = {key: os.environ[key] for key in ("DATABASE_URL", "REDIS_URL") if os.environ.get(key)}
    # Not under pytest's own folder: another run closes that one to all other users, the servers' included.
    with tempfile.TemporaryDirectory(prefix="alongside-tests-") as folder:
        fresh = Settings.from_env({**given, "DATA_DIR": folder, "SECRET_KEY": "k" * 40})
        with embedded.servers(fresh) as running:
            schema.migrate(running)
            url = app_url(running.database_url, running.database_app_url, running.secret_key)
            yield replace(running, database_app_url=url)


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    """As the restricted role."""
    database = Database(settings.database_app_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def owner(settings: Settings) -> Iterator[Database]:
    """As the owner of the schema, for looking behind the curtain."""
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture
def valkey(settings: Settings) -> Iterator[redis.Redis]:
    """An empty Valkey."""
    client = cache.connect(settings.redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def sealer(settings: Settings) -> Sealer:
    return Sealer(settings.secret_key)


@pytest.fixture
def runtime(
    settings: Settings,
    database: Database,
    valkey: redis.Redis,
    clock: FixedClock,
    sealer: Sealer,
    tmp_path: Path,
) -> Runtime:
    return Runtime(
        settings=replace(settings, data_dir=tmp_path),
        clock=clock,
        unit=database.unit,
        valkey=valkey,
        sealer=sealer,
    )


@pytest.fixture
def store(database: Database, clock: FixedClock, sealer: Sealer) -> Credentials:
    """A freshly connected store that no other test knows."""
    return connect_store(database, clock, sealer)


@pytest.fixture
def other_store(database: Database, clock: FixedClock, sealer: Sealer) -> Credentials:
    return connect_store(database, clock, sealer)


def connect_store(database: Database, clock: FixedClock, sealer: Sealer) -> Credentials:
    store_id = StoreId(new_id())
    new = NewStore(name="Corner shop", platform="custom", domain="shop.example", currency="GBP")
    with database.unit(store_id) as unit:
        return install.connect(unit.session, store_id, new, sealer=sealer, at=clock.now())
