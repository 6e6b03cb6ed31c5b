"""Training a store: learn from its rows, compare with what is served, keep the result with its figures."""

from __future__ import annotations

import resource
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import text

from app.bridge.snapshot import Snapshot, decode, encode
from app.domain.learning import (
    affinity,
    assemble,
    card,
    contest,
    progress,
    publish,
    reach,
    segments,
    trigger,
    versions,
)
from app.domain.learning.progress import Teller
from app.domain.tables.learning import ModelVersion
from app.engine.build import learn, publishable
from app.kernel.errors import Conflict
from app.kernel.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.engine.build import Learned
    from app.engine.dataset import Dataset
    from app.kernel.ids import StoreId
    from app.kernel.runtime import Runtime

# Let go by the end of the transaction, or with the connection where the process is killed.
_ALONE = text(f"select pg_try_advisory_xact_lock({progress.LOCK})")

_LONGEST_REASON = 500


def renew(
    runtime: Runtime, store_id: StoreId, *, seed: int = 0, force: bool = False, forget: bool = False
) -> str:
    """Train, and serve the result unless it is worse than what is served; gives the version's name.

    ``force`` serves it in any case; so does ``forget``, which lets nothing of any older version be kept.
    Raises Conflict where this store is being trained already.
    """
    version = train(runtime, store_id, seed=seed)
    with runtime.unit(store_id) as unit:
        worse = versions.get(unit.session, store_id, version).metrics["verdict"]["worse"]
    if force or forget or not worse:
        publish.publish(runtime, store_id, version, forget=forget)
    return version


def train(runtime: Runtime, store_id: StoreId, *, seed: int = 0) -> str:
    """Learn and keep a new version, and give its name; nothing is published yet.

    Works from the first moment of a store: without orders the newest products are the answer. A training that
    fails leaves a row with the reason. Raises Conflict where this store is being trained already.
    """
    version = new_id()
    with alone(runtime, store_id):
        teller = _teller(runtime, store_id)
        try:
            _train(runtime, teller, version, seed)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
            with runtime.unit(store_id) as unit:
                at = runtime.clock.now()
                versions.fail(unit.session, store_id, version, reason=reason, seed=seed, at=at)
            raise
        finally:
            teller.end()
    return version


@dataclass(frozen=True, slots=True)
class _Served:
    """What is served while another is trained."""

    row: ModelVersion
    snapshot: Snapshot


@contextmanager
def alone(runtime: Runtime, store_id: StoreId) -> Iterator[None]:
    """One training per store at a time. The transaction that holds the lock reads and writes nothing."""
    with runtime.unit(store_id) as guard:
        if not guard.session.scalar(_ALONE, {"store_id": store_id}):
            raise Conflict("this store is being trained already")
        yield


def _teller(runtime: Runtime, store_id: StoreId) -> Teller:
    with runtime.unit(store_id) as unit:
        last = versions.latest(unit.session, store_id)
    cost = last.metrics.get("cost", {}) if last is not None else {}
    return Teller(runtime.valkey, store_id, runtime.clock, float(cost.get("seconds", 0.0)))


def _train(runtime: Runtime, teller: Teller, version: str, seed: int) -> None:
    began, store_id = (time.perf_counter(), time.process_time()), teller.store_id
    teller.tell("reading")
    with runtime.unit(store_id) as unit:
        read = reach.read(unit.session, store_id, reach.free_bytes(runtime.settings))
        placed = trigger.placed(unit.session, store_id)
        served = _served(versions.published_with_bytes(unit.session, store_id))
    data = read.data
    learned = read.widen(learn(data, seed=seed, tell=teller.tell), runtime.settings.spark_master)
    teller.tell("relating")
    related = affinity.learn(data, read.sets(runtime.settings.spark_master))
    learned = replace(learned, published=affinity.promised(learned.published, related))
    teller.tell("comparing")
    verdict = _verdict(data, learned, served, seed)
    teller.tell("describing")
    figures = _figures(data, learned, served) | _promised(related) | read.told()
    figures |= {"verdict": verdict, "placed": placed}
    teller.tell("keeping")
    with runtime.unit(store_id) as unit:
        cards = assemble.cards(unit.session, store_id, data.item_ids)
        links = assemble.links(unit.session, store_id, learned.published.shopper_ids)
        snapshot = encode(Snapshot(version, store_id, learned.published, cards, links))
        figures["cost"] = _cost(began, len(snapshot))
        kept = ModelVersion(
            store_id=store_id,
            version=version,
            created_at=runtime.clock.now(),
            published_at=None,
            status=versions.KEPT,
            seed=seed,
            window_from=_at(int(data.times[0])) if data.orders else None,
            window_to=_at(int(data.times[-1])) if data.orders else None,
            metrics=figures,
            chosen=learned.choice.recipe.numbers(),
            snapshot=snapshot,
            note=_note(verdict, learned),
        )
        versions.keep(unit.session, store_id, kept)
        affinity.refresh(unit.session, store_id, related, at=kept.created_at)
        segments.refresh(unit.session, store_id, at=kept.created_at)


def _served(row: ModelVersion | None) -> _Served | None:
    if row is None or row.snapshot is None:
        return None
    return _Served(row, decode(row.snapshot))


def _verdict(data: Dataset, learned: Learned, served: _Served | None, seed: int) -> dict[str, Any]:
    """Say whether the candidate is worse than what is served, and how that was found."""
    if served is None:
        return {"worse": False, "note": ""}
    gone = contest.losses(_rows(data), served.row.metrics)
    if gone:
        return {"worse": True, "note": f"Not deployed: it learned from much less ({'; '.join(gone)})."}
    until = int(served.row.window_to.timestamp()) if served.row.window_to else 0
    first = int(np.searchsorted(data.times, until, side="right"))
    if data.orders - first < contest.FEWEST_CASES // 2:
        return {"worse": False, "note": ""}
    # The candidate's twin knows no more than what is served does, so that the newer orders judge both fairly.
    twin = publishable(data.between(0, first), learned.choice.recipe)
    found = contest.compare(data, first, served.snapshot.published, twin, seed=seed)
    if found is None:
        return {"worse": False, "note": ""}
    told = {"worse": found.is_worse, "against": served.row.version, **asdict(found)}
    figures = f"NDCG@12 {found.candidate:.3f} against {found.served:.3f} on the {found.cases:,} newest cases"
    return told | {"note": f"Not deployed: worse than what is served, {figures}." if found.is_worse else ""}


def _note(verdict: Mapping[str, Any], learned: Learned) -> str:
    """Say why it is not deployed, and what it lacks."""
    lacking = [f"Learned with {each}." for each in learned.missing]
    return " ".join([verdict["note"], *lacking]).strip()


def _figures(data: Dataset, learned: Learned, served: _Served | None) -> dict[str, Any]:
    """Write down what was learned from what, and how well it does; the same data give the same figures."""
    choice = learned.choice
    drift = card.drift(served.row.version, served.snapshot.published, learned.published) if served else None
    return {
        **_rows(data),
        "shoppers": len(data.shopper_ids),
        "lines": int(data.sizes.sum()),
        "validation": [_at(second).isoformat() for second in choice.window or ()],
        "measured": [asdict(row) for row in choice.measured],
        "exposure": asdict(card.exposure(data, learned.published)),
        "drift": asdict(drift) if drift else None,
        "missing": list(learned.missing),
    }


def _promised(related: affinity.Learned) -> dict[str, Any]:
    """Say what promised probabilities were worth."""
    promised = card.calibrated(related.promises)
    return {"calibration": asdict(promised) if promised else None}


def _rows(data: Dataset) -> dict[str, int]:
    return {"orders": data.orders, "products": data.items}


def _cost(began: tuple[float, float], size: int) -> dict[str, float]:
    """Seconds by the clock and of this process, the peak of its memory and the bytes to be served in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": round(time.perf_counter() - began[0], 2),
        "cpu_seconds": round(time.process_time() - began[1], 2),
        "peak_mb": round(peak, 1),
        "snapshot_mb": round(size / 2**20, 2),
    }


def _at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
