"""`alongside train`: in the worker where one is at work, else here; either way its progress is drawn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from app import onboard
from app.domain.learning import progress, training, versions
from app.domain.learning.progress import Progress
from app.kernel.errors import Conflict, Upstream
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from workers import queues, turns

LOOK_EVERY = 0.5

Show = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """A version that came of a training; ``note`` says why it is not served, where it is not."""

    version: str
    is_served: bool
    note: str


def train(runtime: Runtime, store: str, show: Show, *, here: bool = False) -> Trained:
    """Train a store and publish, unless that would be worse than what is served.

    A worker does it where one is at work on trainings, unless ``here``; who trains the store already is
    followed. Raises Upstream with the reason of a training that failed.
    """
    store_id = onboard.only_store(runtime, store)
    began = runtime.clock.now()
    if not here and queues.is_tended(runtime, "training"):
        with runtime.unit(store_id) as unit:
            unit.enqueue(turns.TRAIN, queue="training", key=store_id)
            unit.after_commit(lambda: progress.ask(runtime.valkey, store_id, at=began))
        return _followed(runtime, store_id, began, show)
    try:
        return _inline(runtime, store_id, show)
    except Conflict:
        running = progress.read(runtime, store_id)
        return _followed(runtime, store_id, running.started_at if running else began, show)


def _inline(runtime: Runtime, store_id: StoreId, show: Show) -> Trained:
    over = threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_EVERY):
            told = progress.read(runtime, store_id)
            if told is not None:
                show(told)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        version = training.renew(runtime, store_id)
    finally:
        over.set()
        watching.join()
    found = _found(runtime, store_id, version)
    if found is None:
        raise Upstream("the version is gone", retry=False)
    return found


def _followed(runtime: Runtime, store_id: StoreId, since: datetime, show: Show) -> Trained:
    """Watch what another process trains, until it has left a version."""
    while True:
        told = progress.read(runtime, store_id)
        if told is not None:
            show(told)
        elif (came := _newest(runtime, store_id, since)) is not None:
            return came
        else:
            raise Upstream("the training was given up: see the worker's log", retry=True)
        time.sleep(LOOK_EVERY)


def _newest(runtime: Runtime, store_id: StoreId, since: datetime) -> Trained | None:
    with runtime.unit(store_id) as unit:
        came = [row for row in versions.list(unit.session, store_id) if row.created_at >= since]
    if came and came[0].status == versions.FAILED:
        raise Upstream(f"the training failed: {came[0].note}", retry=False)
    return _found(runtime, store_id, came[0].version) if came else None


def _found(runtime: Runtime, store_id: StoreId, version: str) -> Trained | None:
    """Tell what became of a version; one that will be served is published a moment after it was kept."""
    deadline = time.monotonic() + 10.0
    while True:
        with runtime.unit(store_id) as unit:
            row = versions.get(unit.session, store_id, version)
        if row.status == versions.PUBLISHED or row.note or time.monotonic() > deadline:
            return Trained(version, row.status == versions.PUBLISHED, row.note)
        time.sleep(LOOK_EVERY)


class Drawn:
    """Draws a training on stderr: a line for each step that has ended, a bar for the whole."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        columns = (TextColumn("  {task.description:11}"), BarColumn(), TimeElapsedColumn())
        self._bars = Bars(*columns, console=self._console, transient=True)
        self._task: TaskID | None = None
        self._told: set[str] = set()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, told: Progress) -> None:
        for step, seconds in told.done.items():
            if step not in self._told:
                self._told.add(step)
                self._console.print(f"  [green]✓[/] {step} [dim]{seconds:.1f} s[/]")
        if self._task is None:
            self._task = self._bars.add_task(told.step, total=1.0)
        self._bars.update(self._task, description=told.step, completed=told.share)
