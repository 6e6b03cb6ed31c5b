"""What `alongside cache` tells serving processes: to read a store before it is asked for, or to let it go."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from app.bridge import publisher
from app.bridge.follower import Follower
from app.bridge.reader import Reader
from tests.bridge import toys
from tests.bridge.test_reader import publish, soon


@pytest.fixture
def follower(valkey: Redis, tmp_path: Path) -> Follower:
    publish(valkey)
    return Follower(Reader(valkey, tmp_path))


def mapped(folder: Path) -> int:
    """How many snapshots of a folder this process has in memory."""
    return sum(str(folder) in line for line in Path("/proc/self/maps").read_text().splitlines())


def test_a_warmed_store_is_in_memory_before_anybody_asks_and_a_cleared_one_is_not(
    valkey: Redis, follower: Follower, tmp_path: Path
) -> None:
    follower.start()
    try:
        assert soon(lambda: publisher.warm(valkey, toys.config().store_id) == 1)
        assert soon(lambda: mapped(tmp_path) == 1)
        assert publisher.clear(valkey, toys.config().store_id) == 1
        assert soon(lambda: mapped(tmp_path) == 0)
    finally:
        follower.close()
