"""A disk that takes no more: storefronts answer, and no event is acknowledged that is not safe."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from werkzeug.test import Client

from app.kernel import cache
from app.kernel.clock import FixedClock
from app.kernel.settings import Settings
from app.serving.app import ServingApp, create_serving_app
from tests.bridge import toys
from tests.serving import logged
from tests.serving.conftest import Publish

HOME = "/v1/recommendations?key=pk_toys&placement=home"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes more rights; tests/bridge/test_spool.py fakes one")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def breakable(settings: Settings) -> Iterator[Redis]:
    """A connection to Valkey that ``break_off`` can end."""
    client = cache.connect(settings.redis_url)
    yield client
    client.close()


@pytest.fixture
def shop(
    settings: Settings, disk: Path, breakable: Redis, clock: FixedClock, publish: Publish, valkey: Redis
) -> Iterator[ServingApp]:
    """A fast wing that keeps its files on the small disk."""
    publish(toys.config(), toys.snapshot())
    given = settings.to_env() | {"DATA_DIR": str(disk)}
    app = create_serving_app(Settings.from_env(given), breakable, clock)
    yield app
    app.close()


def fill(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as filling, pytest.raises(OSError, match="No space left"):
        while True:
            filling.write(b"x" * 4096)


def break_off(client: Redis) -> None:
    client.connection_pool.connection_kwargs["path"] = "/nonexistent/valkey.sock"
    client.connection_pool.disconnect()
    client.connection_pool.reset()


def shown(client: Client) -> list[str]:
    answer = client.get(HOME)
    assert answer.status_code == 200
    return [item["product_id"] for item in json.loads(answer.data)["items"]]


def post(client: Client, event_id: str) -> tuple[int, str | None]:
    event = {
        "kind": "click",
        "slate_id": "s1",
        "product_id": "tea",
        "position": 1,
        "at": "2026-11-21T11:59:58Z",
    }
    body = json.dumps({"visitor": "v1", "events": [{"id": event_id, **event}]})
    answer = client.post("/v1/events?key=pk_toys", data=body, content_type="text/plain")
    return answer.status_code, answer.headers.get("Retry-After")


def test_a_store_is_served_although_no_copy_of_it_can_be_kept(shop: ServingApp, disk: Path) -> None:
    fill(disk)
    assert shown(Client(shop)) == ["tea", "cup", "pot"]


def test_events_are_safe_on_the_stream_or_not_acknowledged(
    shop: ServingApp, disk: Path, breakable: Redis, valkey: Redis
) -> None:
    client = Client(shop)
    assert shown(client) == ["tea", "cup", "pot"]
    fill(disk)
    assert post(client, "e1") == (204, None)
    assert [event.event_id for event in logged.events(valkey)] == ["e1"]
    break_off(breakable)
    assert post(client, "e2") == (503, "10")
    assert shown(client) == ["tea", "cup", "pot"]


def test_with_room_again_events_are_taken_again(shop: ServingApp, disk: Path, breakable: Redis) -> None:
    client = Client(shop)
    shown(client)
    fill(disk)
    break_off(breakable)
    assert post(client, "e1")[0] == 503
    (disk / "filling").unlink()
    assert post(client, "e2")[0] == 204
