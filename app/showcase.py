"""`make demo`: from an empty folder to a shop with shoppers, each step shown with its time."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app import onboard
from app.demo import connection as connections
from app.demo import load, simulate
from app.demo.connection import Connection
from app.factory import build_runtime
from app.kernel import embedded, schema
from app.kernel.clock import SystemClock
from app.kernel.errors import AppError, Invalid, Upstream
from app.kernel.settings import Settings
from workers.supervise import Supervisor, stop_on_signals

_UPLIFT = 0.15
_ANSWER_WITHIN = 60.0
_TRAINED_WITHIN = 900.0
_PAUSE = 0.25


class Stopped(Exception):
    """The demo was told to end while it was still being prepared."""


def run(settings: Settings, *, shoppers: int) -> None:
    """Until SIGINT or SIGTERM. Raises Upstream or Invalid, told in one line, where it cannot start."""
    stop = stop_on_signals()
    steps = Steps(stop)
    settings = replace(settings, demo=True)
    _port_is_free(settings)
    failed: list[AppError] = []

    def prepare() -> None:
        try:
            _prepare(settings, supervisor, steps, shoppers)
        except Stopped:
            pass
        except AppError as error:
            failed.append(error)
            stop.set()

    with _servers(settings, steps) as settings:
        supervisor = Supervisor({**os.environ, **settings.to_env()})
        supervisor.add("web", "web")
        preparing = threading.Thread(target=prepare)
        preparing.start()
        supervisor.run(stop)
        preparing.join()
    if failed:
        raise failed[0]


def send_shoppers(settings: Settings, *, shoppers: int, uplift: float, seed: int) -> None:
    """Through the demo shop that runs on these settings' port. Raises Invalid where there is none."""
    steps = Steps(threading.Event())
    connection = connections.read(settings.data_dir)
    with steps.bar(f"{shoppers} shoppers") as report:
        told = simulate.simulate(connection, shoppers=shoppers, uplift=uplift, seed=seed, progress=report)
    for name, value in asdict(told).items():
        steps.console.print(f"  {name.replace('_', ' '):12} {value}")


class Steps:
    """Tells the newcomer what happens and how long it took; ends the preparation when ``stop`` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.console = Console(highlight=False)
        self.begun = time.monotonic()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.console.print(f"  [green]✓[/] {what} [dim]{time.monotonic() - begun:.1f} s[/]")

    @contextmanager
    def bar(self, what: str) -> Iterator[load.Progress]:
        columns = (
            TextColumn("    {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with self.step(what), Progress(*columns, console=self.console, transient=True) as progress:
            tasks = {what: progress.add_task(what, total=None)}

            def report(label: str, done: int, total: int) -> None:
                self.check()
                if label not in tasks:
                    tasks[label] = progress.add_task(label)
                progress.update(tasks[label], completed=done, total=total)

            yield report

    def check(self) -> None:
        if self.stop.is_set():
            raise Stopped

    def wait(self, seconds: float) -> None:
        self.stop.wait(seconds)
        self.check()


@contextmanager
def _servers(settings: Settings, steps: Steps) -> Iterator[Settings]:
    begun = time.monotonic()
    with embedded.servers(settings) as running:
        steps.console.print(f"  [green]✓[/] PostgreSQL and Valkey [dim]{time.monotonic() - begun:.1f} s[/]")
        with steps.step("Database schema"):
            schema.migrate(running)
        yield running


def _prepare(settings: Settings, supervisor: Supervisor, steps: Steps, shoppers: int) -> None:
    with steps.step("Demo store connected"):
        connection = _connect(settings)
    with steps.step("Web server"):
        _wait_for(connection.base_url + "/healthz", steps)
    for name in ("worker", "clock"):  # after the server: a shop that has its model is open before they are
        supervisor.add(name, name)
    before = _status(connection)
    with steps.bar("Catalog and orders sent through the public API") as report:
        load.load(connection, settings.data_dir, SystemClock(), report)
    with steps.step("Models trained and published"):
        _train(connection, before, steps)
        _wait_for(connection.base_url + "/readyz", steps)
    _first_shoppers(settings, connection, steps, shoppers)
    base = connection.base_url
    steps.console.print(
        f"\n  Ready after {time.monotonic() - steps.begun:.0f} s\n\n"
        f"  Demo shop      [bold]{base}/shop/[/]\n"
        f"  Console        [bold]{base}/console/[/]\n"
        f"  API            [bold]{base}/docs[/]\n\n"
        "  Ctrl-C stops everything.\n"
    )


def _connect(settings: Settings) -> Connection:
    """The demo store's keys: kept from an earlier start, or made now. Its address follows the port."""
    path = connections.folder(settings.data_dir) / "connection.json"
    with build_runtime(settings) as runtime:
        credentials = onboard.demo_store(runtime, path.exists())
    if credentials is None:
        connection = replace(connections.read(settings.data_dir), base_url=settings.public_url)
    else:
        connection = Connection(
            base_url=settings.public_url,
            store_id=credentials.store_id,
            public_key=credentials.public_key,
            secret_key=credentials.secret_key,
            webhook_secret=credentials.webhook_secret,
        )
    _write(path, json.dumps(asdict(connection), indent=2))
    return connection


def _write(path: Path, text: str) -> None:
    """In one step, readable by the owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


@dataclass(frozen=True, slots=True)
class Status:
    orders: int
    model_version: str | None


def _status(connection: Connection) -> Status:
    told = _call(connection, "GET", "status")
    return Status(orders=told["orders"], model_version=told["model_version"])


def _train(connection: Connection, before: Status, steps: Steps) -> None:
    """Have a training and wait for it, unless a model is served and nothing came in since."""
    if before.model_version is not None and _status(connection).orders == before.orders:
        return
    _call(connection, "POST", "train")
    deadline = time.monotonic() + _TRAINED_WITHIN
    while _status(connection).model_version == before.model_version:
        if time.monotonic() > deadline:
            raise Upstream("the training does not end, see the worker's log", retry=False)
        steps.wait(_PAUSE)


def _call(connection: Connection, method: str, name: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {connection.secret_key}"}
    answer = httpx.request(method, connection.api_url(name), headers=headers, timeout=30)
    if answer.is_error:
        raise Upstream(f"{method} {name} was answered {answer.status_code}", retry=False)
    told: dict[str, Any] = answer.json()
    return told


def _first_shoppers(settings: Settings, connection: Connection, steps: Steps, shoppers: int) -> None:
    came = connections.folder(settings.data_dir) / "shoppers-came"
    if shoppers and not came.exists():
        with steps.bar(f"{shoppers} simulated shoppers") as report:
            simulate.simulate(connection, shoppers=shoppers, uplift=_UPLIFT, seed=0, progress=report)
        came.touch()


def _wait_for(url: str, steps: Steps) -> None:
    deadline = time.monotonic() + _ANSWER_WITHIN
    while True:
        try:
            if httpx.get(url, timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline:
            raise Upstream(f"{url} does not answer", retry=False)
        steps.wait(_PAUSE)


def _port_is_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            raise Invalid(f"PORT {settings.port} is in use: choose another", "PORT") from None
