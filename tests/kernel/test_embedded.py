"""Servers from the wheels: started once, shared, stopped by whoever started them, recovered after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from app.kernel import cache, embedded

STARTER = """
import sys, time
from pathlib import Path
from app.kernel import embedded
with embedded.postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: another run closes that one to all other users, the servers' included."""
    with tempfile.TemporaryDirectory(prefix="alongside-tests-") as name:
        yield Path(name)


def answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_postgresql_keeps_its_rows_over_a_restart(folder: Path) -> None:
    with (
        embedded.postgres(folder / "pg") as url,
        psycopg.connect(url.replace("+psycopg", "")) as connection,
    ):
        connection.execute("create table kept as select 42 as n")
    assert not answers(url)
    with (
        embedded.postgres(folder / "pg") as url,
        psycopg.connect(url.replace("+psycopg", "")) as connection,
    ):
        assert connection.execute("select n from kept").fetchone() == (42,)


def test_valkey_keeps_its_keys_over_a_restart(folder: Path) -> None:
    with embedded.valkey(folder / "vk") as url:
        cache.connect(url).set("kept", "yes")
    with embedded.valkey(folder / "vk") as url:
        assert cache.connect(url).get("kept") == b"yes"


def test_a_second_user_shares_the_server_and_leaves_it_running(folder: Path) -> None:
    with embedded.valkey(folder / "vk") as url:
        with embedded.valkey(folder / "vk") as same:
            assert same == url
        assert cache.connect(url).ping()


def test_a_long_folder_name_is_no_obstacle(folder: Path) -> None:
    with embedded.valkey(folder / ("long" * 25) / "vk") as url:
        assert cache.connect(url).ping()


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's parent-death signal")
def test_a_server_ends_with_a_killed_starter_and_starts_again(folder: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, folder / "pg"], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    url = starter.stdout.readline().strip()
    assert answers(url)
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + 20
    while answers(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not answers(url)
    with embedded.postgres(folder / "pg") as again:
        assert answers(again)


def test_a_killed_postgresql_comes_back_with_its_rows(folder: Path) -> None:
    with embedded.postgres(folder / "pg") as url:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("create table kept as select 42 as n")
        killed = postmaster(folder / "pg")
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        until(lambda: postmaster(folder / "pg") not in {None, killed} and answers(url))
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            assert connection.execute("select n from kept").fetchone() == (42,)


def test_a_killed_valkey_comes_back_with_its_keys(folder: Path) -> None:
    with embedded.valkey(folder / "vk") as url:
        client = cache.connect(url)
        client.set("kept", "yes")
        killed = int(client.info("server")["process_id"])
        os.kill(killed, signal.SIGKILL)
        until(lambda: serving_process(url) not in {None, killed})
        assert client.get("kept") == b"yes"


def serving_process(url: str) -> int | None:
    try:
        with cache.connect(url) as client:
            return int(client.info("server")["process_id"])
    except redis.RedisError:
        return None


def postmaster(folder: Path) -> int | None:
    try:
        return int((folder / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError):
        return None


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
