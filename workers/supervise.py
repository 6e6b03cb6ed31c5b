"""Keeps a handful of processes alive until told to stop; what it started ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from app.kernel.log import get_logger
from app.kernel.processes import Backoff, die_with_parent

_LOOK_EVERY = 0.1
_PATIENCE = 10.0


@dataclass(slots=True)
class Child:
    """A command of ours: restarted at once if it dies, later and later if it dies again and again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    due: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(slots=True)
class Supervisor:
    """``patience`` = seconds that who is asked to end is given; ``orphans`` = groups of killed children."""

    environ: Mapping[str, str]
    children: list[Child] = field(default_factory=list)
    patience: float = _PATIENCE
    orphans: dict[int, float] = field(default_factory=dict)

    def add(self, name: str, *arguments: str) -> None:
        """A child that runs ``alongside`` with these arguments."""
        self.add_command(name, [sys.executable, "-m", "app.cli", *arguments])

    def add_command(self, name: str, command: Sequence[str]) -> None:
        """A child that runs this."""
        self.children.append(Child(name, command))

    def tend(self) -> None:
        """Start what is not running and is due."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                pause = child.backoff.pause(now - child.began)
                code = child.process.returncode
                get_logger(__name__).warning("restarting", child=child.name, code=code, pause=pause)
                self._end_orphans(child.process, now)
                child.process, child.due = None, now + pause
            if child.process is None and now >= child.due:
                child.process, child.began = _start(child.command, self.environ), now
        for group, until in list(self.orphans.items()):
            if now >= until:
                _signal(group, signal.SIGKILL)
                del self.orphans[group]

    def run(self, stop: threading.Event) -> None:
        """Until ``stop`` is set; then every child is asked to end, and made to when patience is over."""
        try:
            while not stop.is_set():
                self.tend()
                stop.wait(_LOOK_EVERY)
        finally:
            self.end()

    def end(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self.patience
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for group in self.orphans:
            _signal(group, signal.SIGKILL)

    def _end_orphans(self, dead: subprocess.Popen[bytes], now: float) -> None:
        """Ask what a killed child has started to end, and make it later: nobody else looks after it."""
        _signal(dead.pid, signal.SIGTERM)
        self.orphans[dead.pid] = now + self.patience


def stop_on_signals() -> threading.Event:
    """An event that SIGINT and SIGTERM set. Call it from the main thread."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _start(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches the supervisor alone and the order of ending is ours.
    return subprocess.Popen(  # noqa: S603 - our own commands
        command,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one call into libc, no locks
    )
