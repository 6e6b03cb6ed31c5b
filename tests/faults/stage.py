"""The real servers, as `alongside demo` starts them, and a hand that kills them one by one."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from redis.exceptions import RedisError
from sqlalchemy import text

from app import onboard
from app.bridge import publisher, stream
from app.bridge.snapshot import encode
from app.domain.accounts.stores import Credentials, NewStore
from app.factory import build_runtime
from app.kernel import embedded, schema
from app.kernel.db import AWAY
from app.kernel.runtime import Runtime
from app.kernel.settings import Settings
from tests.bridge import toys
from tests.faults.plan import Kill, Plan
from workers.supervise import Supervisor

SERVERS = 2
_UP_WITHIN = 60.0
_LISTENS = "0A"


@dataclass(frozen=True, slots=True)
class Stage:
    runtime: Runtime
    supervisor: Supervisor
    port: int

    def store(self, plan: Plan) -> Credentials:
        """A store of this plan's own that is served, with the slates that its orders name."""
        until(lambda: there(self.runtime), _UP_WITHIN)
        new = NewStore(name=f"Seed {plan.seed}", platform="custom", domain="shop.example", currency="GBP")
        credentials = onboard.connect(self.runtime, new)
        snapshot = replace(toys.snapshot(), store_id=credentials.store_id)
        publisher.swap(self.runtime.valkey, credentials.store_id, snapshot.version, encode(snapshot))
        stream.append_slates(self.runtime.valkey, ((credentials.store_id, each) for each in plan.slates))
        return credentials

    def kill(self, kill: Kill) -> None:
        """Kill -9, and nothing else. Comes back when the victim is gone, and what it had started, too."""
        while found := self._victims(kill.victim):
            victim = found[kill.pick % len(found)]
            try:
                family = [victim, *victim.children(recursive=True)]
                victim.kill()
            except psutil.NoSuchProcess:  # a job's process, which has just ended by itself
                continue
            psutil.wait_procs(family, timeout=_UP_WITHIN)
            return

    def sockets(self) -> set[str]:
        """The sockets that listen on the port, by their inodes: each server has one of its own."""
        lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        return {each[9] for each in lines if each[1].endswith(f":{self.port:04X}") and each[3] == _LISTENS}

    def wait_for_another(self, known: set[str]) -> float:
        """Seconds until a server listens that is none of these. Fails after a minute."""
        began = time.monotonic()
        until(lambda: bool(self.sockets() - known), _UP_WITHIN)
        return time.monotonic() - began

    def wait_until_all_serve(self) -> float:
        """Seconds that it took. Fails after a minute."""
        began = time.monotonic()
        until(lambda: len(self.sockets()) >= SERVERS, _UP_WITHIN)
        return time.monotonic() - began

    def _victims(self, name: str) -> list[psutil.Process]:
        if name in {"web", "worker"}:
            (child,) = [each for each in self.supervisor.children if each.name == name]
            assert child.process is not None
            return _family(child.process.pid)
        program = {"valkey": "valkey-server", "postgres": "postgres"}[name]
        return [each for each in psutil.Process().children() if _called(each, program)]


@contextmanager
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="alongside-faults-") as folder:
        given = {"DATA_DIR": folder, "SECRET_KEY": "k" * 40, "PORT": str(free_port()), "LOG_LEVEL": "ERROR"}
        free = {"RATE_ADDRESS": "0", "RATE_KEY": "0"}  # all of them come from one address here
        settings = Settings.from_env({**given, **free, "WEB_WORKERS": str(SERVERS)})
        with embedded.servers(settings) as running, build_runtime(running) as runtime:
            schema.migrate(running)
            supervisor = Supervisor({**os.environ, **running.to_env()})
            supervisor.add("web", "web")
            supervisor.add("worker", "worker")
            stop = threading.Event()
            keeper = threading.Thread(target=supervisor.run, args=(stop,))
            keeper.start()
            try:
                made = Stage(runtime, supervisor, running.port)
                made.wait_until_all_serve()
                yield made
            finally:
                stop.set()
                keeper.join()


def there(runtime: Runtime) -> bool:
    """Whether both servers answer."""
    try:
        with runtime.unit() as unit:
            unit.session.execute(text("select 1"))
        return bool(runtime.valkey.ping())
    except (RedisError, *AWAY):
        return False


def until(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


def _family(pid: int) -> list[psutil.Process]:
    """The servers or workers below a supervisor; if there are none just now, the supervisor itself."""
    try:
        parent = psutil.Process(pid)
        return sorted(parent.children(recursive=True), key=lambda each: each.pid) or [parent]
    except psutil.NoSuchProcess:
        return []


def _called(process: psutil.Process, program: str) -> bool:
    try:
        return process.name() == program
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def spooled(data_dir: Path) -> bool:
    return any((data_dir / "spool").glob("*.spool"))
