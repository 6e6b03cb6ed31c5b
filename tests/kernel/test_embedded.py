"""Servers from the wheels: started once, shared, stopped by whoever started them, recovered after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from app.kernel import cache, embedded

STARTER = """
import sys, time
from pathlib import Path
from app.kernel import embedded
with embedded.postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(60)
"""


def answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_postgresql_keeps_its_rows_over_a_restart(tmp_path: Path) -> None:
    with (
        embedded.postgres(tmp_path / "pg") as url,
        psycopg.connect(url.replace("+psycopg", "")) as connection,
    ):
        connection.execute("create table kept as select 42 as n")
    assert not answers(url)
    with (
        embedded.postgres(tmp_path / "pg") as url,
        psycopg.connect(url.replace("+psycopg", "")) as connection,
    ):
        assert connection.execute("select n from kept").fetchone() == (42,)


def test_valkey_keeps_its_keys_over_a_restart(tmp_path: Path) -> None:
    with embedded.valkey(tmp_path / "vk") as url:
        cache.connect(url).set("kept", "yes")
    with embedded.valkey(tmp_path / "vk") as url:
        assert cache.connect(url).get("kept") == b"yes"


def test_a_second_user_shares_the_server_and_leaves_it_running(tmp_path: Path) -> None:
    with embedded.valkey(tmp_path / "vk") as url:
        with embedded.valkey(tmp_path / "vk") as same:
            assert same == url
        assert cache.connect(url).ping()


def test_a_long_folder_name_is_no_obstacle(tmp_path: Path) -> None:
    with embedded.valkey(tmp_path / ("long" * 25) / "vk") as url:
        assert cache.connect(url).ping()


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's parent-death signal")
def test_a_server_ends_with_a_killed_starter_and_starts_again(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, tmp_path / "pg"], stdout=subprocess.PIPE, text=True
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
    with embedded.postgres(tmp_path / "pg") as again:
        assert answers(again)
