"""A real Valkey for these tests, empty at the start of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from app.kernel import cache, embedded


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded.valkey(Path(tmp_path_factory.mktemp("valkey")) / "data") as url:
        yield url


@pytest.fixture
def valkey(valkey_url: str) -> Iterator[Redis]:
    client = cache.connect(valkey_url)
    client.flushall()
    yield client
    client.close()
