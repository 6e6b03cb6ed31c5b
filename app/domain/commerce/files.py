"""Files of products, customers, orders, refunds or stock, imported a thousand records at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.domain.accounts import stores
from app.domain.commerce import sync
from app.domain.tables.intake import Import
from app.kernel.errors import Invalid, NotFound
from app.kernel.ids import StoreId, new_id
from app.kernel.runtime import Runtime, Unit
from app.platforms.base import Kind
from app.platforms.custom.cells import Habits
from app.platforms.custom.rows import parse_file
from app.platforms.custom.sheets import Open
from app.platforms.records import Record, Rejected

WORK = "sync.file"
LARGEST = 64 * 1024 * 1024

_RECORDS_AT_ONCE = 1_000
_KEPT_REASONS = 1_000

Progress = Callable[[int], None]  # told the rows that are done


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a file: records kept and too old, and each row that was left out."""

    accepted: int = 0
    stale: int = 0
    rejected: tuple[Rejected, ...] = ()


def receive(unit: Unit, store_id: StoreId, kind: Kind, content: bytes, *, at: datetime) -> str:
    """Keep an uploaded file and name the job that imports it; gives the import's id. Raises Invalid."""
    if not content:
        raise Invalid("the file is empty")
    import_id = new_id()
    unit.session.add(
        Import(
            store_id=store_id,
            import_id=import_id,
            kind=kind,
            filename="",
            content=content,
            status="waiting",
            rejected=[],
            created_at=at,
        )
    )
    unit.session.flush()
    unit.enqueue(WORK, import_id)
    return import_id


def get(session: Session, store_id: StoreId, import_id: str) -> Import:
    """Without its content. Raises NotFound."""
    return _find(session, store_id, import_id, content=False)


def work(runtime: Runtime, store_id: StoreId, import_id: str) -> None:
    """The job: import an uploaded file. Running it again goes on where rows are new. Raises NotFound."""
    with runtime.unit(store_id) as unit:
        upload = _find(unit.session, store_id, import_id, content=True)
        if upload.content is None:
            return
        upload.status = "running"
    content = upload.content
    try:
        loaded = _load(runtime, store_id, lambda: BytesIO(content), Kind(upload.kind), lambda _: None)
    except Invalid as error:
        _finish(runtime, store_id, import_id, Loaded(rejected=(Rejected(0, "", error.detail),)), "failed")
    except Exception:
        # The content stays: the job is tried again.
        with runtime.unit(store_id) as unit:
            get(unit.session, store_id, import_id).status = "failed"
        raise
    else:
        _finish(runtime, store_id, import_id, loaded, "done")


def load(
    runtime: Runtime, store_id: StoreId, path: Path, kind: str, *, progress: Progress = lambda _: None
) -> Loaded:
    """Import a file that lies on this machine. Raises Invalid where it cannot be read at all."""
    if kind not in set(Kind):
        raise Invalid(f"there are files of {', '.join(Kind)}, not of {kind!r}", "kind")
    if not path.is_file():
        raise Invalid(f"there is no file {path}")
    return _load(runtime, store_id, lambda: path.open("rb"), Kind(kind), progress)


def _load(runtime: Runtime, store_id: StoreId, file: Open, kind: Kind, progress: Progress) -> Loaded:
    now = runtime.clock.now()
    with runtime.unit(store_id) as unit:
        store = stores.get(unit.session, store_id)
        habits = Habits(store.currency, ZoneInfo(store.timezone), now)
    accepted = stale = done = 0
    rejected: list[Rejected] = []
    for records, bad, rows in _batches(file, kind, habits):
        with runtime.unit(store_id) as unit:
            outcome = sync.apply(unit, store_id, records, valkey=runtime.valkey, now=now)
        accepted += outcome.accepted
        stale += outcome.stale
        rejected += bad
        done += rows
        progress(done)
    return Loaded(accepted, stale, tuple(sorted(rejected, key=lambda each: each.line)))


def _batches(file: Open, kind: Kind, habits: Habits) -> Iterator[tuple[list[Record], list[Rejected], int]]:
    records: list[Record] = []
    rejected: list[Rejected] = []
    rows = 0
    for parsed, taken in parse_file(file, kind, habits):
        records += parsed.records
        rejected += parsed.rejected
        rows += taken
        if len(records) >= _RECORDS_AT_ONCE:
            yield records, rejected, rows
            records, rejected, rows = [], [], 0
    if rows:
        yield records, rejected, rows


def _finish(runtime: Runtime, store_id: StoreId, import_id: str, loaded: Loaded, status: str) -> None:
    kept = list(loaded.rejected[:_KEPT_REASONS])
    more = len(loaded.rejected) - len(kept)
    if more:
        kept.append(Rejected(0, "", f"and {more:,} more rows"))
    with runtime.unit(store_id) as unit:
        upload = get(unit.session, store_id, import_id)
        upload.status = status
        upload.accepted = loaded.accepted
        upload.stale = loaded.stale
        upload.rejected = msgspec.to_builtins(kept)
        upload.content = None
        upload.finished_at = runtime.clock.now()


def _find(session: Session, store_id: StoreId, import_id: str, *, content: bool) -> Import:
    known = select(Import).where(Import.store_id == store_id, Import.import_id == import_id)
    found = session.scalar(known if content else known.options(defer(Import.content)))
    if found is None:
        raise NotFound("import", import_id)
    return found
