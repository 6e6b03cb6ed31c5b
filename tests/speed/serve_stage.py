"""Puts up what the serving bench measures: Valkey, two servers, nginx beside them, requests in a file."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from redis import Redis

from app.bridge import publisher
from app.kernel import cache, embedded
from app.kernel.processes import MODEST
from tests.speed import shops as drawn
from tests.speed.shops import Shop
from tests.speed.traffic import HEAVY, requests

_SERVERS = 2
_STATIC_BYTES = 4_700
_PATIENCE_S = 60.0
_NGINX = """
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  types {{ application/json json; }}
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: shops, products of the largest, seconds a run, and so on."""

    stores: int
    largest: int
    requests: int
    seconds: int
    colds: int
    stale: int
    events: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs, and requests for all shops, for the small ones, for the largest. No nginx: None."""

    valkey: Redis
    shops: Sequence[Shop]
    base: str
    servers: Sequence[psutil.Process]
    traffic: Path
    light: Path
    heavy: Path
    nginx: str | None

    def cpu(self) -> float:
        """Give the CPU seconds of the servers so far."""
        return sum(each.cpu_times().user + each.cpu_times().system for each in self.workers())

    def workers(self) -> list[psutil.Process]:
        """Give the processes that answer, and those that mind them."""
        return [process for each in self.servers for process in (each, *each.children(recursive=True))]


@contextmanager
def stage(folder: Path, size: Size) -> Iterator[Stage]:
    """Put everything up, and take it down at the end."""
    with ExitStack() as stack:
        url = stack.enter_context(embedded.valkey(folder / "valkey"))
        valkey = cache.connect(url, timeout=30.0)
        shops = drawn.shops(size.largest, size.stores)
        for shop in shops:
            publisher.put_config(valkey, drawn.config(shop), public_keys=(shop.key,))
            publisher.swap(valkey, shop.store_id, "v1", drawn.snapshot(shop))
        port = _free()
        servers = [stack.enter_context(_server(folder, url, port)) for _ in range(_SERVERS)]
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}/healthz")
        traffic, light, heavy = (folder / f"{name}.json" for name in ("traffic", "light", "heavy"))
        _write(traffic, shops, size.requests)
        _write(light, shops, size.requests // 4, 0.0)
        _write(heavy, shops, size.requests // 2, 1.0)
        nginx = stack.enter_context(_nginx(folder / "static"))
        minded = [psutil.Process(each.pid) for each in servers]
        yield Stage(valkey, shops, base, minded, traffic, light, heavy, nginx)


def generate(file: Path | str, **options: object) -> dict[str, float]:
    """Run the generator. Raises RuntimeError where it is missing."""
    here = Path(__file__).parent
    node = shutil.which("node")
    if node is None or not (here / "node_modules" / "autocannon").exists():
        raise RuntimeError("the generator is missing: npm ci --prefix tests/speed")
    command = [node, str(here / "load.mjs"), str(file), json.dumps(options)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if told.returncode:
        raise RuntimeError(told.stderr.strip()[-300:])
    figures: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return figures


def _write(file: Path, shops: Sequence[Shop], count: int, heavy: float = HEAVY) -> None:
    file.write_text(json.dumps([asdict(each) for each in requests(shops, count, heavy)]))


@contextmanager
def _server(folder: Path, valkey: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """One server process as `alongside web` starts it; the slow wing has no database and is not asked."""
    environ = {
        **MODEST, **os.environ, "DATA_DIR": str(folder / "data"), "REDIS_URL": valkey, "PORT": str(port),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "SECRET_KEY": "s" * 40,
        "TRUSTED_PROXIES": "1", "RATE_KEY": "0", "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi",
        "--factory", "app.web:create_wsgi", "--workers", "1",
        "--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "4", "--no-ws",
        "--log-level", "error",
    ]  # fmt: skip
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        yield process
    finally:
        _end(process)


@contextmanager
def _nginx(folder: Path) -> Iterator[str | None]:
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        print("nginx is missing, so there is nothing to compare with: apt-get install nginx-light")
        yield None
        return
    folder.mkdir()
    (folder / "static.json").write_bytes(b"x" * _STATIC_BYTES)
    port = _free()
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    folder.parent.chmod(0o755)
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    try:
        _wait(f"http://127.0.0.1:{port}/static.json")
        yield f"http://127.0.0.1:{port}/static.json"
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                answer.read()
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
