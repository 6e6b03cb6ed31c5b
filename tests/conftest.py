"""Real servers for the whole run, and a store of its own for each test that asks for one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

from app.domain.accounts.stores import Credentials, NewStore
from app.domain.commerce import install
from app.kernel import cache, embedded, schema
from app.kernel.clock import FixedClock
from app.kernel.crypto import Sealer
from app.kernel.db import Database, app_url
from app.kernel.ids import StoreId, new_id
from app.kernel.runtime import Runtime
from app.kernel.settings import Settings
from app.platforms import registry

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of running, migrated servers: those of the environment, or from the wheels."""
    # Not under pytest's own folder: another run closes that one to all other users, the servers' included.
    with tempfile.TemporaryDirectory(prefix="alongside-tests-") as folder, ExitStack() as stack:
        given = {"DATA_DIR": folder, "SECRET_KEY": "k" * 40}
        if os.environ.get("DATABASE_URL"):
            given["DATABASE_URL"] = stack.enter_context(own_database(os.environ["DATABASE_URL"]))
        if os.environ.get("REDIS_URL"):
            given["REDIS_URL"] = empty_server(os.environ["REDIS_URL"])
        running = stack.enter_context(embedded.servers(Settings.from_env(given)))
        schema.migrate(running)
        url = app_url(running.database_url, running.database_app_url, running.secret_key)
        yield replace(running, database_app_url=url)


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """A database of this run's own on the given server, gone afterwards."""
    url = make_url(server).set(drivername="postgresql")
    name = f"alongside_tests_{new_id().lower()}"
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield url.set(database=name).render_as_string(hide_password=False)
        connection.execute(f"drop database {name} with (force)")


def empty_server(url: str) -> str:
    """The same address, if it holds nothing: the tests empty it again and again."""
    with cache.connect(url) as client:
        if client.dbsize():
            pytest.exit(f"REDIS_URL {url} holds data, and the tests would delete it", returncode=2)
    return url


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
    client.flushdb()
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
        platforms=registry.create(settings, valkey),
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
